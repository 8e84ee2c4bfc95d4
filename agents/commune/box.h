#ifndef CCHC_COMMUNE_BOX_H
#define CCHC_COMMUNE_BOX_H

#include "base/bytes.h"
#include "base/check.h"
#include "commune/assignment.h"
#include "commune/fork.h"
#include "commune/outbox.h"
#include "commune/records.h"
#include "io/env.h"

/* Inside the outbox: tables, keys, transactions. Only the outbox's own files
 * include this. */

enum cchc_table {
	BOX_META,
	BOX_QUEUE,     /* id -> item: waits for a number */
	BOX_SENT,      /* seq -> sent: waits for its ack, or is kept as tail */
	BOX_REFUSALS,  /* item id -> what the district refused of it */
	BOX_TAKEN,     /* file name -> digest: queued, but maybe still in the inbox */
	BOX_FILES,     /* id -> file record */
	BOX_UNWRITTEN, /* id: its receipt is not up to date */
	BOX_ACCEPTED,  /* cell -> figure at the district */
	BOX_FORMS,     /* form and revision -> digest, bytes */
	BOX_REPORTS,   /* form, period -> report state */
	BOX_STANDS,    /* cell -> figure that a fork found at the daemon */
	BOX_STANDING,  /* file name -> size, mtime: stood in the inbox at the fork */
	BOX_DROPPED,   /* file id, n -> what the fork dropped */
	BOX_NAMESAKES, /* file name -> newest, how many, whose receipt is shown */
	BOX_HEADS,     /* form, period -> head of the report that was accepted */
	BOX_TASKS,     /* id -> assignment */
	BOX_DIGESTS,   /* day -> text that is not in people's folder yet */
	BOX_TABLES,
};

struct cchc_outbox {
	struct cchc_env *env;
	char unit[CCHC_UNIT_CODE];
	uint64_t max_bytes;
	uint64_t keep_bytes;
	int64_t keep_ms;
};

enum { BOX_KEY_MAX = 64, BOX_SCRATCH_MAX = 64 * 1024 * 1024 };

struct cchc_box_key {
	uint8_t bytes[BOX_KEY_MAX];
	size_t len;
};

struct cchc_box_key cchc_box_key_id(uint64_t id);
/* row UINT32_MAX: the key of the report; it sorts behind its cells. */
struct cchc_box_key cchc_box_key_cell(const char *form, uint32_t period, uint32_t row);
struct cchc_box_key cchc_box_key_form(const char *name, uint32_t revision);
/* What cchc_box_key_cell made; false when the bytes are no such key. */
bool cchc_box_cell_of(const uint8_t *key, size_t len, char form[CCHC_FORM_NAME],
		      uint32_t *period, uint32_t *row);

/* A transaction and the outbox's state in it. Begin reopens the store if its last outcome
 * is unknown. Commit stores the state; end gives up. Sticky as struct cchc_txn. */
struct cchc_box_txn {
	struct cchc_txn txn;
	struct cchc_outbox_state state;
	struct cchc_arena scratch; /* until the end */
};

CCHC_NODISCARD enum cchc_rc cchc_box_read(struct cchc_outbox *box,
					  struct cchc_box_txn *t);
CCHC_NODISCARD enum cchc_rc cchc_box_write(struct cchc_outbox *box,
					   struct cchc_box_txn *t);
CCHC_NODISCARD enum cchc_rc cchc_box_commit(struct cchc_box_txn *t);
/* Ends it without a change; returns what had failed, else rc. */
enum cchc_rc cchc_box_end(struct cchc_box_txn *t, enum cchc_rc rc);

struct cchc_box_entry {
	uint8_t key[CCHC_KEY_MAX];
	size_t key_len;
	const uint8_t *value; /* a copy in the scratch */
	size_t len;
};
/* The first entry whose key is >= from (NULL, 0: of all), copied so that the table may be
 * changed before the next one is asked for. */
bool cchc_box_from(struct cchc_box_txn *t, enum cchc_table table, const void *from,
		   size_t from_len, struct cchc_box_entry *entry);
/* The one behind *entry; the scratch is given back first. */
bool cchc_box_next(struct cchc_box_txn *t, enum cchc_table table,
		   struct cchc_box_entry *entry);
/* Of a table that is keyed by ids; 0 when the key is no id. */
uint64_t cchc_box_id_of(const struct cchc_box_entry *entry);
void cchc_box_clear(struct cchc_box_txn *t, enum cchc_table table);

/* A copy of a small value, of *len bytes at most, in a transaction of its own; *len is
 * what it has. NOTFOUND. */
CCHC_NODISCARD enum cchc_rc cchc_box_look_up(struct cchc_outbox *box,
					     enum cchc_table table, const char *key,
					     void *to, size_t *len);
/* A writer of at most `room` bytes in the scratch; false: the transaction has failed. */
bool cchc_box_begin_put(struct cchc_box_txn *t, size_t room, struct cchc_out *out);
void cchc_box_put(struct cchc_box_txn *t, enum cchc_table table,
		  const struct cchc_box_key *key, const struct cchc_out *out);
bool cchc_box_get(struct cchc_box_txn *t, enum cchc_table table,
		  const struct cchc_box_key *key, struct cchc_in *in);
void cchc_box_delete(struct cchc_box_txn *t, enum cchc_table table,
		     const struct cchc_box_key *key);

/* Items in and out of their tables; who moves them counts their bytes. */
void cchc_box_put_queue(struct cchc_box_txn *t, const struct cchc_item *item);
void cchc_box_put_sent(struct cchc_box_txn *t, const struct cchc_sent *sent);
/* False when there is none; decoded into the scratch. */
bool cchc_box_get_sent(struct cchc_box_txn *t, uint64_t seq, struct cchc_sent *sent);
/* The same of an entry of BOX_SENT; false when it does not decode. */
bool cchc_box_sent_of(struct cchc_box_txn *t, const struct cchc_box_entry *entry,
		      struct cchc_sent *sent);
/* Nothing of the item is on its way any more: its file has one less to wait for. */
void cchc_box_count_done(struct cchc_box_txn *t, const struct cchc_item *item,
			 int64_t wall_ms);

/* Numbers the items as waiting ones of a file (0: of none); returns the first id. */
uint64_t cchc_box_queue(struct cchc_box_txn *t, uint64_t file,
			const struct cchc_item *item, size_t n);
/* Items and record of a file; fills file->id, number, first_item and items. */
void cchc_box_take_file(struct cchc_box_txn *t, struct cchc_file *file,
			const struct cchc_item *item, size_t n);
/* A file of this name and content was taken out of the inbox, but stands there yet. */
void cchc_box_note_taken(struct cchc_box_txn *t, const char *name, const uint8_t *digest);
/* NOSPACE when the bodies would pass the outbox's bound. */
CCHC_NODISCARD enum cchc_rc cchc_box_has_room(const struct cchc_outbox *box,
					      const struct cchc_box_txn *t,
					      const struct cchc_item *item, size_t n);

/* At the end of an epoch: numbered items that the daemon does not have wait again under
 * their old id, so in their old place; the others are forgotten. */
void cchc_box_requeue(struct cchc_box_txn *t, uint64_t proven, int64_t wall_ms);
void cchc_box_open_epoch(struct cchc_outbox_state *state, uint64_t epoch);

/* File records; figures. */
/* Gives the file its number among those of its name; the one before is to say so. */
void cchc_box_add_file(struct cchc_box_txn *t, struct cchc_file *file);
bool cchc_box_is_newest(struct cchc_box_txn *t, const struct cchc_file *file);
/* Its receipt is not up to date, if it is still kept. */
void cchc_box_touch_file(struct cchc_box_txn *t, uint64_t id);
bool cchc_box_get_file(struct cchc_box_txn *t, uint64_t id, struct cchc_file *file);
/* Also marks its receipt as not up to date. */
void cchc_box_put_file(struct cchc_box_txn *t, const struct cchc_file *file);
void cchc_box_put_figure(struct cchc_box_txn *t, enum cchc_table table, const char *form,
			 uint32_t period, uint32_t row, struct cchc_figure figure);
bool cchc_box_get_figure(struct cchc_box_txn *t, enum cchc_table table, const char *form,
			 uint32_t period, uint32_t row, struct cchc_figure *figure);
/* In a transaction of its own; NOTFOUND. */
CCHC_NODISCARD enum cchc_rc cchc_box_look_figure(struct cchc_outbox *box,
						 enum cchc_table table, const char *form,
						 uint32_t period, uint32_t row,
						 struct cchc_figure *figure);
/* What Report columns say of row i. */
struct cchc_figure cchc_box_figure_of(const Cchc__Report *report, size_t i);

/* The head of a report, as it was accepted last; get fills in what there is, texts in the
 * scratch. */
void cchc_box_put_head(struct cchc_box_txn *t, const Cchc__Report *report);
void cchc_box_get_head(struct cchc_box_txn *t, Cchc__Report *report);

/* Tasks. The id must be no longer than CCHC_TASK_ID allows. */
void cchc_assignment_init(struct cchc_assignment *a, const char *id);
void cchc_box_put_task(struct cchc_box_txn *t, const struct cchc_assignment *a);
void cchc_box_delete_task(struct cchc_box_txn *t, const char *id);
/* Decoded into the scratch; false when there is none. */
bool cchc_box_get_task(struct cchc_box_txn *t, const char *id, struct cchc_assignment *a);
bool cchc_box_task_of(struct cchc_box_txn *t, const struct cchc_box_entry *entry,
		      struct cchc_assignment *a);
/* Done and cancelled ones go after thirty days. */
void cchc_box_trim_tasks(struct cchc_box_txn *t, int64_t wall_ms);
/* What the district tells of tasks and reminds of. */
void cchc_box_hear(struct cchc_box_txn *t, const Cchc__Down *down);
/* An item of kind TASK_REPORT was acknowledged; refusal NULL: and not refused. */
void cchc_box_hear_answer(struct cchc_box_txn *t, const struct cchc_item *item,
			  const Cchc__CellRefusal *refusal);
/* For a district that was restored: what it was told of its tasks is said once more,
 * before all that waits. */
void cchc_box_say_again(struct cchc_box_txn *t, int64_t wall_ms);

#endif
