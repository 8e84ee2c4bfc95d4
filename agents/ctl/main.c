#include <locale.h>

#include "ctl/commands.h"
#include "io/digest.h"

int main(int argc, char **argv)
{
	/* Vietnamese text is UTF-8 whatever the environment says; widths depend on it. */
	setlocale(LC_CTYPE, "C.UTF-8");
	cchc_digest_start();
	return cchc_ctl_run(argc, argv);
}
