#include "commune/jsontext.h"

void cchc_json_text(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (*at == '"' || *at == '\\')
			(void)fprintf(out, "\\%c", *at);
		else if (*at < ' ')
			(void)fprintf(out, "\\u%04x", *at);
		else
			(void)fputc(*at, out);
	}
	(void)fputc('"', out);
}
