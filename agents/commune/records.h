#ifndef CCHC_COMMUNE_RECORDS_H
#define CCHC_COMMUNE_RECORDS_H

#include "commune/outbox.h"
#include "core/figure.h"
#include "core/period.h"
#include "core/rule.h"

/* What the outbox remembers beside the queue: the files people gave, what the district
 * said of their cells, its report states, its forms, the figures it accepted. */

enum { CCHC_FILE_NAME = 256, CCHC_FORM_NAME = 32 };

enum cchc_file_kind {
	CCHC_FILE_TAKEN,
	CCHC_FILE_FORK,     /* no file: what stands at the district after a fork */
	CCHC_FILE_REJECTED, /* could not be read at all; has no items */
	CCHC_FILE_TASKS,    /* a table of tasks; each item is a statement of one line */
};

struct cchc_file {
	uint64_t id;
	uint8_t kind; /* enum cchc_file_kind */
	char name[CCHC_FILE_NAME];
	char form[CCHC_FORM_NAME];
	uint32_t revision;
	uint32_t period; /* code */
	int64_t taken_ms;
	int64_t acked_ms; /* when the last item was acknowledged; 0: not yet */
	uint64_t first_item;
	uint32_t items;
	uint32_t acked;
	uint32_t figures;
	uint32_t refused; /* cells our own reading refused */
	uint32_t number;  /* among the files of its name, from 1 */
	const char *text; /* for people, made when the file was taken; not NULL */
};

/* Copies live in the arena. NOTFOUND when it is no longer kept. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_file(struct cchc_outbox *box,
					     struct cchc_arena *arena, uint64_t id,
					     struct cchc_file *file);
/* The lowest file above `after` whose receipt is not up to date; NOTFOUND: none. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_unwritten(struct cchc_outbox *box, uint64_t after,
						  uint64_t *id);
/* Its receipt is up to date now. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_written(struct cchc_outbox *box, uint64_t id);

/* ---- files of one name ---- */

struct cchc_namesakes {
	uint64_t newest; /* id */
	uint32_t last;   /* its number; also kept when no record of the name is left */
	uint32_t shown;  /* whose receipt has the plain name; 0: none has */
};
/* NOTFOUND: no file of that name ever came. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_namesakes(struct cchc_outbox *box,
						  const char *name,
						  struct cchc_namesakes *namesakes);
/* The receipt of that number has the plain name from now on. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_show(struct cchc_outbox *box, const char *name,
					     uint32_t number);

/* ---- what the district refused ---- */

struct cchc_refused {
	uint32_t line; /* in the file; 0: unknown, or the whole message */
	struct cchc_refusal cell;
};
/* All refusals of a file's items, in the order of its items. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_refused(struct cchc_outbox *box,
						struct cchc_arena *arena,
						const struct cchc_file *file,
						struct cchc_refused **list, size_t *n);

/* ---- the downward channel ---- */

/* Stores what is newer than what is known; repeats change nothing. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_down(struct cchc_outbox *box,
					     const Cchc__Down *down);

struct cchc_report_state {
	uint32_t version;
	uint8_t state; /* Cchc__ReportState__State */
	int64_t received_ms;
	uint32_t cells;
	uint32_t refused;
	char doc_number[64];
};
/* NOTFOUND: the district said nothing of it yet. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_report(struct cchc_outbox *box, const char *form,
					       uint32_t period,
					       struct cchc_report_state *report);

/* ---- figures the district accepted ---- */

/* NOTFOUND: none. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_accepted(struct cchc_outbox *box,
						 const char *form, uint32_t period,
						 uint32_t row,
						 struct cchc_figure *figure);

/* ---- forms ---- */

struct cchc_form_file {
	char name[CCHC_FORM_NAME];
	uint32_t revision;
	uint8_t digest[CCHC_DIGEST_BYTES];
	const uint8_t *bytes;
	size_t len;
};
CCHC_NODISCARD enum cchc_rc cchc_outbox_put_form(struct cchc_outbox *box,
						 const struct cchc_form_file *form);
/* The first kept form (*form zeroed) or the next one after *form; NOTFOUND at the end. */
CCHC_NODISCARD enum cchc_rc cchc_outbox_next_form(struct cchc_outbox *box,
						  struct cchc_arena *arena,
						  struct cchc_form_file *form);

#endif
