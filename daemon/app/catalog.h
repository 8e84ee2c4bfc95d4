#ifndef CCHC_APP_CATALOG_H
#define CCHC_APP_CATALOG_H

#include "app/settings.h"
#include "core/form.h"
#include "core/tree.h"
#include "store/apply.h"

/* What the daemon is the source of: units, with the ids the store gave them, and forms,
 * every revision that ever came into force. Read-only after load; any thread may read it
 * (but not `trees`, which belongs to the loop). */

struct cchc_catalog_form {
	struct cchc_form *form;
	uint16_t id;      /* in the store: one for all revisions of a form */
	const void *text; /* the file, as agents fetch it */
	size_t text_len;
	bool newest; /* revision of its form: the one rollups use */
};

struct cchc_catalog {
	struct cchc_arena arena;
	struct cchc_units units;
	uint8_t units_digest[32];         /* of their file */
	const struct cchc_unit *receiver; /* the receiving unit */
	struct cchc_catalog_form form[64];
	size_t n_forms;
	bool counts_tasks; /* as in the settings, with the two below */
	struct cchc_period register_from;
	cchc_day register_day;
};

/* Reads units and forms from the files, reporting every mistake. */
CCHC_NODISCARD enum cchc_rc cchc_catalog_load(struct cchc_catalog *catalog,
					      const struct cchc_settings *settings,
					      struct cchc_problems *problems);
/* Adds one form from its file's bytes, which must outlive the catalog. */
CCHC_NODISCARD enum cchc_rc cchc_catalog_add_form(struct cchc_catalog *catalog,
						  const char *file, const void *bytes,
						  size_t len,
						  struct cchc_problems *problems);
/* The unit that the daemon stands for; INVALID when the unit file has it not. Part of
 * cchc_catalog_settle. */
CCHC_NODISCARD enum cchc_rc
cchc_catalog_find_receiver(struct cchc_catalog *catalog,
			   const struct cchc_settings *settings, int64_t now_ms,
			   struct cchc_err *err);
/* Settles it with the store: ids for units and forms (new ones are given, by journalled
 * entries), revisions that are only in the store. Before the writer starts. */
CCHC_NODISCARD enum cchc_rc cchc_catalog_settle(struct cchc_catalog *catalog,
						struct cchc_store *store,
						const struct cchc_settings *settings,
						int64_t now_ms, struct cchc_err *err);
/* A configuration file was loaded: a journal entry says so when its digest is not that of
 * the last one of that name ("keys", "units"). Before the writer starts. */
CCHC_NODISCARD enum cchc_rc cchc_config_settle(struct cchc_store *store, const char *name,
					       const uint8_t digest[32], int64_t now_ms,
					       struct cchc_err *err);
void cchc_catalog_fini(struct cchc_catalog *catalog);

/* The day from which periods that begin have row I.4 from the register, for a form of
 * that closing day; CCHC_DAY_NONE: none have. */
cchc_day cchc_catalog_register_day(const struct cchc_catalog *catalog, int closing_day);

/* NULL when unknown. */
const struct cchc_catalog_form *cchc_catalog_form(const struct cchc_catalog *catalog,
						  const char *name, uint32_t revision);
const struct cchc_catalog_form *
cchc_catalog_form_by_id(const struct cchc_catalog *catalog, uint16_t id); /* the newest */
/* The newest revision of the named form (NULL: of the form in force for the period). */
const struct cchc_catalog_form *cchc_catalog_form_for(const struct cchc_catalog *catalog,
						      const char *name,
						      struct cchc_period period);

#endif
