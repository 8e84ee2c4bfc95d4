#ifndef CCHC_APP_DIGEST_H
#define CCHC_APP_DIGEST_H

#include "app/docket.h"
#include "proto/limits.h"

/* What a unit has to know today, as a text for people: what is overdue, what is due
 * within a week, which reports are to be sent, what waits for confirmation. */

enum cchc_digest_section {
	CCHC_DIGEST_OVERDUE,
	CCHC_DIGEST_SOON,
	CCHC_DIGEST_REPORTS,  /* duties, overdue or due within a week */
	CCHC_DIGEST_CONFIRM,  /* of others, for the receiving unit to confirm */
	CCHC_DIGEST_REPORTED, /* its own, done as it says: alone no reason for a digest */
	CCHC_DIGEST_SECTIONS,
};

struct cchc_digest_line {
	uint32_t unit; /* whose digest */
	uint8_t section;
	cchc_day effective;
	uint64_t task;
	uint32_t lead;
};

struct cchc_digest_ask {
	const struct cchc_docket *docket;
	uint32_t receiver;
	cchc_day today;
	/* Whose digests are made, and of whom reports are not asked; all and nobody where
	 * NULL. */
	bool (*wants)(void *data, uint32_t unit);
	bool (*is_muted)(void *data, uint32_t unit);
	void *data;
};

/* Gathers the lines of every digest, by unit and as they stand in the text, with malloc.
 */
CCHC_NODISCARD enum cchc_rc cchc_digest_gather(const struct cchc_digest_ask *ask,
					       struct cchc_digest_line **line, size_t *n);
/* How many lines from the first on are of its unit; *speaks is false if they are no
 * reason for a digest. */
size_t cchc_digest_of_unit(const struct cchc_digest_line *line, size_t n, bool *speaks);

enum { CCHC_DIGEST_TASKS = 100 };
/* The text of one unit's lines into out, never longer than CCHC_DIGEST_TEXT_MAX with its
 * NUL: at most CCHC_DIGEST_TASKS tasks are listed, the rest is counted. Titles are read
 * from the store; false when that failed (txn->rc). */
bool cchc_digest_write(const struct cchc_units *units, struct cchc_txn *txn,
		       cchc_day today, const struct cchc_digest_line *line, size_t n,
		       char out[CCHC_DIGEST_TEXT_MAX]);

#endif
