#ifndef CCHC_COMMUNE_CATALOG_H
#define CCHC_COMMUNE_CATALOG_H

#include "commune/records.h"
#include "core/form.h"

/* The forms the agent can read files with. The daemon is their source; the last good copy
 * of each is kept in the outbox, so that files are read while the district is away. */
struct cchc_catalog;

enum { CCHC_FORM_BYTES_MAX = 1024 * 1024 };

/* Loads what the outbox keeps. A kept form that does not load any more is left out and
 * logged; it will be fetched again. `box` is lent. */
CCHC_NODISCARD enum cchc_rc cchc_catalog_new(struct cchc_outbox *box,
					     struct cchc_catalog **catalog);
/* Accepts NULL. */
void cchc_catalog_free(struct cchc_catalog **catalog);

size_t cchc_catalog_count(const struct cchc_catalog *catalog);
/* i < count. */
const struct cchc_form *cchc_catalog_at(const struct cchc_catalog *catalog, size_t i);
/* The newest form in force for the period, or NULL. Lent until the next add. */
const struct cchc_form *cchc_catalog_for(const struct cchc_catalog *catalog,
					 struct cchc_period period);
/* The newest revision of a form, or NULL. */
const struct cchc_form *cchc_catalog_named(const struct cchc_catalog *catalog,
					   const char *name);
bool cchc_catalog_has(const struct cchc_catalog *catalog, const char *name,
		      uint32_t revision, const uint8_t digest[CCHC_DIGEST_BYTES]);

/* Takes a fetched form: its digest, name and revision must be as announced and it must
 * load; else INVALID and what was there stays. */
CCHC_NODISCARD enum cchc_rc cchc_catalog_add(struct cchc_catalog *catalog,
					     const struct cchc_form_file *file,
					     struct cchc_err *err);

#endif
