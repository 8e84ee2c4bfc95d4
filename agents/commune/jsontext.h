#ifndef CCHC_COMMUNE_JSONTEXT_H
#define CCHC_COMMUNE_JSONTEXT_H

#include <stdio.h>

/* Clean UTF-8 as a JSON string, in quotation marks. */
void cchc_json_text(FILE *out, const char *text);

#endif
