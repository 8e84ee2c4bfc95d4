#ifndef CCHC_CTL_CSVFIELD_H
#define CCHC_CTL_CSVFIELD_H

#include <stdio.h>

/* One field as RFC 4180 wants it: quoted where it must be, quotes doubled. NULL is empty.
 */
void cchc_ctl_csv_field(FILE *out, const char *text);

#endif
