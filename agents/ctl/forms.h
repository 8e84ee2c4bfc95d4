#ifndef CCHC_CTL_FORMS_H
#define CCHC_CTL_FORMS_H

#include "core/form.h"
#include "ctl/link.h"

/* The daemon is the source of forms: asked for by name and revision, piece by piece,
 * checked against the digest it comes with. Nothing is kept on the disk. */

/* Replaces *form (NULL or one fetched before) unless it is that very revision. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_form_fetch(struct cchc_ctl_link *link,
						const char *name, uint32_t revision,
						struct cchc_form **form,
						struct cchc_err *err);

#endif
