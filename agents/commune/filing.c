/* filing.c - which receipt stands where.
 *
 * The plain name is the newest file's. When another file of the name comes, what has the
 * plain name gets its number first, then the outbox is told whose the plain name is now,
 * then the receipts are written. So a crash in between leaves no receipt under the name
 * of another, also where the record of the earlier file is no longer kept.
 */
#include "commune/filing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

enum { ARENA_MAX = 32 * 1024 * 1024, MODE = 0644 };

struct work { /* on one receipt */
	const struct cchc_desk *desk;
	struct cchc_arena *arena;
	struct cchc_file file;
	struct cchc_namesakes names;
	struct cchc_err *err;
};

/* NULL when memory is out. */
static const char *path_of(struct work *w, uint32_t number)
{
	char name[CCHC_RECEIPT_NAME];

	cchc_receipt_name(w->file.name, &w->names, number, name);
	return cchc_arena_format(w->arena, "%s/%s", w->desk->folder, name);
}

static enum cchc_rc no_memory(struct work *w)
{
	return cchc_fail(w->err, CCHC_NOMEM, "out of memory");
}

static enum cchc_rc outbox_failed(struct cchc_err *err, enum cchc_rc rc)
{
	return rc ? cchc_fail(err, rc, "outbox: %s", cchc_rc_name(rc)) : CCHC_OK;
}

static enum cchc_rc give_number(struct work *w, const char *plain)
{
	const char *numbered = path_of(w, w->names.shown);
	enum cchc_rc rc;

	if (!numbered)
		return no_memory(w);
	rc = cchc_file_move(plain, numbered, w->err);
	return rc == CCHC_NOTFOUND ? CCHC_OK : rc; /* people took it away, or moved */
}

/* Those that are too many since the plain name changed hands the last time. */
static enum cchc_rc delete_oldest(struct work *w)
{
	uint32_t shown = w->names.shown;
	uint32_t first = shown > CCHC_RECEIPTS_KEPT ? shown - CCHC_RECEIPTS_KEPT : 0;

	for (uint32_t i = first + 1; i + CCHC_RECEIPTS_KEPT <= w->names.last; i++) {
		const char *path = path_of(w, i);

		if (!path)
			return no_memory(w);
		if (unlink(path) != 0 && errno != ENOENT)
			return cchc_fail(w->err, CCHC_IO, "%s: %s", path,
					 strerror(errno));
	}
	return CCHC_OK;
}

static enum cchc_rc make_room(struct work *w)
{
	const char *plain = path_of(w, w->names.last);
	enum cchc_rc rc = plain ? CCHC_OK : no_memory(w);

	if (rc || w->names.shown == w->names.last)
		return rc;
	if (w->names.shown)
		rc = give_number(w, plain);
	if (!rc)
		rc = delete_oldest(w);
	if (rc)
		return rc;
	return outbox_failed(w->err,
			     cchc_outbox_show(w->desk->box, w->file.name, w->names.last));
}

static enum cchc_rc write_one(struct work *w)
{
	const char *path = path_of(w, w->file.number);
	const char *text;
	size_t len;
	enum cchc_rc rc;

	if (!path)
		return no_memory(w);
	rc = cchc_receipt_write(w->desk, w->arena, &w->file, &w->names, &text, &len);
	if (rc)
		return outbox_failed(w->err, rc);
	return cchc_file_replace(path, text, len, MODE, w->err);
}

static enum cchc_rc refresh(struct work *w, uint64_t id)
{
	struct cchc_outbox *box = w->desk->box;
	enum cchc_rc rc = cchc_outbox_file(box, w->arena, id, &w->file);

	if (rc == CCHC_NOTFOUND) /* it is old, and so is its receipt */
		return outbox_failed(w->err, cchc_outbox_written(box, id));
	if (!rc)
		rc = cchc_outbox_namesakes(box, w->file.name, &w->names);
	/* an outbox from before files had numbers: as if this were the only one */
	if (rc && rc != CCHC_NOTFOUND)
		return outbox_failed(w->err, rc);
	rc = make_room(w);
	if (!rc && w->file.number + CCHC_RECEIPTS_KEPT > w->names.last)
		rc = write_one(w);
	return rc ? rc : outbox_failed(w->err, cchc_outbox_written(box, id));
}

/* *id is 0 at the end. */
static enum cchc_rc next(struct work *w, uint64_t *id)
{
	enum cchc_rc rc = cchc_outbox_unwritten(w->desk->box, *id, id);

	if (rc == CCHC_NOTFOUND)
		*id = 0;
	return rc == CCHC_NOTFOUND ? CCHC_OK : outbox_failed(w->err, rc);
}

enum cchc_rc cchc_filing_write(const struct cchc_desk *desk, struct cchc_err *err)
{
	struct cchc_arena arena;
	uint64_t id = 0;
	enum cchc_rc rc;

	cchc_arena_init(&arena, ARENA_MAX);
	do {
		struct work w = {.desk = desk, .arena = &arena, .err = err};

		rc = next(&w, &id);
		if (!rc && id)
			rc = refresh(&w, id);
		cchc_arena_reset(&arena);
	} while (!rc && id);
	cchc_arena_fini(&arena);
	return rc;
}
