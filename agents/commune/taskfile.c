#include "commune/taskfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "commune/folder.h"
#include "commune/receipt.h"
#include "commune/tasktake.h"
#include "io/csv.h"
#include "io/digest.h"
#include "io/file.h"

enum {
	ARENA_MAX = 128 * 1024 * 1024,
	DIR_MODE = 0775, /* people write here: the umask says whether the group may */
	MODE = 0664,
	EMPTY_MS = 5000, /* an empty file is one that is being written, for so long */
	ASIDE_MAX = 10000,
};

struct cchc_taskfile {
	const struct cchc_settings *settings;
	struct cchc_outbox *box;
	char *folder;
	const char *name;            /* lent from the settings */
	struct cchc_standing stands; /* as it was seen last */
	bool there;
	uint64_t since_ms; /* it is so since then */
	bool known;        /* and its content was taken, or is ours: */
	uint8_t digest[CCHC_DIGEST_BYTES];
	bool fresh; /* the content is right for: */
	uint64_t changes;
	cchc_day day;
	struct cchc_log_limit limit;
};

/* One look. */
struct looking {
	struct cchc_taskfile *file;
	struct cchc_arena arena;
	uint64_t mono_ms;
	int64_t wall_ms;
	struct cchc_taskfile_round round;
};

/* ---- life ---- */

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

enum cchc_rc cchc_taskfile_new(const struct cchc_taskfile_options *options,
			       struct cchc_taskfile **file, struct cchc_err *err)
{
	struct cchc_taskfile *made CCHC_CLEANUP(cchc_taskfile_free) =
		calloc(1, sizeof(*made));
	const char *path = options->settings->tasks_file;
	enum cchc_rc rc;

	if (made)
		made->folder = folder_of(path);
	if (!made || !made->folder)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->settings = options->settings;
	made->box = options->box;
	made->name = name_of(path);
	made->limit = (struct cchc_log_limit){.burst = 2, .period_ms = 60000};
	rc = cchc_file_make_dir(made->folder, DIR_MODE, err);
	if (rc)
		return rc;
	*file = made;
	made = NULL;
	return CCHC_OK;
}

void cchc_taskfile_free(struct cchc_taskfile **file)
{
	if (!*file)
		return;
	free((*file)->folder);
	free(*file);
	*file = NULL;
}

/* ---- what all steps share ---- */

static enum cchc_rc wait_for(struct looking *l, enum cchc_rc rc, const char *why)
{
	l->round.wait = rc == CCHC_NOSPACE ? CCHC_INBOX_FULL : CCHC_INBOX_TROUBLE;
	if (cchc_log_allows(&l->file->limit))
		cchc_log(CCHC_LOG_ERROR, "sheet of tasks waits file=%s rc=%s: %s",
			 l->file->settings->tasks_file, cchc_rc_name(rc), why);
	return CCHC_BUSY;
}

static bool is_digest(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CCHC_DIGEST_BYTES) == 0;
}

/* Remembers how the file stands now; true if that is news. */
static bool see(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_standing now = {.size = 0};
	bool there = cchc_folder_look_at(f->folder, f->name, &now);

	if (there == f->there && now.size == f->stands.size &&
	    now.mtime_ns == f->stands.mtime_ns)
		return false;
	f->there = there;
	f->stands = now;
	f->since_ms = l->mono_ms;
	f->known = false;
	f->fresh = false;
	return true;
}

static bool has_settled(const struct cchc_taskfile *f, uint64_t mono_ms)
{
	return mono_ms - f->since_ms >=
	       (uint64_t)(f->stands.size ? CCHC_SETTLE_MS : EMPTY_MS);
}

/* ---- what cannot be read ---- */

static enum cchc_rc move_aside(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	const char *dot = strrchr(f->name, '.');
	int stem = dot ? (int)(dot - f->name) : (int)strlen(f->name);
	struct cchc_err err = {.text = "no free name beside it"};

	for (unsigned i = 1; i < ASIDE_MAX; i++) {
		const char *to =
			cchc_arena_format(&l->arena, "%s/%.*s.hong-%u%s", f->folder, stem,
					  f->name, i, dot ? dot : "");
		struct stat st;

		if (!to)
			return wait_for(l, CCHC_NOMEM, "");
		if (lstat(to, &st) == 0 || errno != ENOENT)
			continue;
		if (cchc_file_move(f->settings->tasks_file, to, &err))
			break;
		cchc_log(CCHC_LOG_WARN, "sheet of tasks cannot be read, set aside as=%s",
			 to);
		(void)see(l);
		l->round.touched = true;
		return CCHC_OK;
	}
	return wait_for(l, CCHC_IO, err.text);
}

/* First the record, with the note that this content is to leave; so a crash before it
 * left makes no second record. */
static enum cchc_rc set_aside(struct looking *l, const uint8_t *digest,
			      enum cchc_rule why, const char *more)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_file record = {.kind = CCHC_FILE_REJECTED,
				   .taken_ms = l->wall_ms,
				   .acked_ms = l->wall_ms,
				   .refused = 1,
				   .text = cchc_receipt_reason(&l->arena, why, more)};
	struct cchc_sayings none = {
		.where = CCHC_SAID_IN_SHEET, .digest = digest, .broken = true};
	enum cchc_rc rc;

	if (!record.text)
		return wait_for(l, CCHC_NOMEM, "");
	cchc_text_copy(record.name, sizeof(record.name), f->name, strlen(f->name));
	rc = cchc_outbox_say(f->box, &none, &record);
	return rc ? wait_for(l, rc, "outbox") : move_aside(l);
}

/* ---- reading ---- */

static enum cchc_rc read_broken(struct looking *l, const uint8_t *digest,
				const struct cchc_problems *problems)
{
	char text[400] = "";

	if (problems->n)
		(void)cchc_problem_line(&problems->list[0], text, sizeof(text));
	return set_aside(l, digest, CCHC_RULE_FILE_SHAPE, text);
}

static enum cchc_rc take(struct looking *l, const struct cchc_sheet *sheet,
			 const uint8_t *digest)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_tasktake take = {.box = f->box,
				     .unit = f->settings->unit,
				     .name = f->name,
				     .source = sheet->file,
				     .sheet = sheet,
				     .digest = digest,
				     .where = CCHC_SAID_IN_SHEET,
				     .wall_ms = l->wall_ms};
	struct cchc_sheet_reading reading;
	enum cchc_rc rc = cchc_tasks_take(&l->arena, &take, &reading);

	if (rc)
		return wait_for(l, rc, "outbox");
	l->round.statements = (unsigned)reading.says;
	l->round.touched = reading.says || reading.wrong;
	if (l->round.touched)
		cchc_log(CCHC_LOG_INFO,
			 "tasks taken file=\"%s\" statements=%zu refused=%zu",
			 sheet->file, reading.says, reading.wrong);
	return CCHC_OK;
}

static enum cchc_rc read_table(struct looking *l, const char *bytes, size_t len,
			       const uint8_t *digest)
{
	const char *name = cchc_receipt_clean(&l->arena, l->file->name);
	struct cchc_problems problems;
	struct cchc_sheet sheet;
	enum cchc_rc rc = CCHC_NOMEM;

	cchc_problems_init(&problems);
	if (name)
		rc = cchc_csv_parse(&l->arena, name, bytes, len, &problems, &sheet);
	if (rc == CCHC_NOMEM)
		rc = wait_for(l, rc, "");
	else if (rc || !cchc_sheet_is(&sheet))
		rc = read_broken(l, digest, &problems);
	else
		rc = take(l, &sheet, digest);
	cchc_problems_fini(&problems);
	return rc;
}

/* What is too large to be read is known by how it stands. */
static void digest_standing(const struct cchc_standing *stands, uint8_t *digest)
{
	struct {
		uint64_t size;
		int64_t mtime_ns;
	} is = {stands->size, stands->mtime_ns};

	cchc_digest_file(&is, sizeof(is), digest);
}

static enum cchc_rc read_content(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_sheet_note note = {.broken = false};
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_err err = {.text = ""};
	char *bytes = NULL;
	size_t len = 0;
	enum cchc_rc found = cchc_outbox_sheet(f->box, &note);
	enum cchc_rc rc = cchc_file_read(&l->arena, f->settings->tasks_file,
					 CCHC_CSV_BYTES_MAX, &bytes, &len, &err);

	if (rc && rc != CCHC_LIMIT)
		return wait_for(l, rc, err.text);
	if (found && found != CCHC_NOTFOUND)
		return wait_for(l, found, "outbox");
	if (rc)
		digest_standing(&f->stands, digest);
	else
		cchc_digest_file(bytes, len, digest);
	memcpy(f->digest, digest, sizeof(digest));
	if (!found && note.broken && is_digest(note.taken, digest))
		return move_aside(l);
	if (!found && (is_digest(note.taken, digest) || is_digest(note.written, digest)))
		return CCHC_OK;
	return rc ? set_aside(l, digest, CCHC_RULE_FILE_SHAPE, err.text)
		  : read_table(l, bytes, len, digest);
}

/* ---- writing ---- */

/* True if it is still what was taken: then nobody's work is lost. */
static bool is_untouched(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct stat st;
	char *bytes;
	size_t len;

	if (!f->there)
		return lstat(f->settings->tasks_file, &st) != 0 && errno == ENOENT;
	if (cchc_file_read(&l->arena, f->settings->tasks_file, CCHC_CSV_BYTES_MAX, &bytes,
			   &len, NULL))
		return false;
	cchc_digest_file(bytes, len, digest);
	return is_digest(digest, f->digest);
}

/* Somebody saved another content meanwhile: that is read first. */
static enum cchc_rc give_way(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	bool was_there = f->there;

	if (!see(l) && !was_there)
		return wait_for(l, CCHC_INVALID, "something else has its name");
	f->known = false;
	f->since_ms = l->mono_ms;
	l->round.unsettled = true;
	return CCHC_BUSY;
}

/* How ours stands is known before it has its name: whoever saves right after that is seen
 * at the next look. */
static enum cchc_rc move_in(struct looking *l, const char *made)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_standing ours = {.size = 0};
	struct cchc_err err = {.text = ""};
	enum cchc_rc rc = CCHC_IO;

	if (cchc_folder_look_at(f->folder, name_of(made), &ours))
		rc = cchc_file_move(made, f->settings->tasks_file, &err);
	if (rc)
		return wait_for(l, rc, err.text);
	f->there = true;
	f->stands = ours;
	f->since_ms = l->mono_ms;
	return CCHC_OK;
}

static enum cchc_rc put_in_place(struct looking *l, const char *text, size_t len)
{
	struct cchc_taskfile *f = l->file;
	const char *made = cchc_arena_format(&l->arena, "%s/.%s.new", f->folder, f->name);
	struct cchc_err err = {.text = ""};
	enum cchc_rc rc = CCHC_NOMEM;

	if (made)
		rc = cchc_file_replace(made, text, len, MODE, &err);
	if (rc)
		return wait_for(l, rc, err.text);
	if (!is_untouched(l)) {
		(void)unlink(made);
		return give_way(l);
	}
	return move_in(l, made);
}

static void write_text(struct looking *l, const char *text, size_t len)
{
	struct cchc_taskfile *f = l->file;
	uint8_t digest[CCHC_DIGEST_BYTES];
	enum cchc_rc rc;

	cchc_digest_file(text, len, digest);
	f->fresh = f->there && is_digest(digest, f->digest);
	if (f->fresh)
		return;
	rc = cchc_outbox_sheet_written(f->box, f->there ? f->digest : NULL, digest);
	if (rc) {
		(void)wait_for(l, rc, "outbox");
		return;
	}
	if (put_in_place(l, text, len))
		return;
	f->known = f->fresh = true;
	memcpy(f->digest, digest, sizeof(digest));
}

static bool is_needed(struct cchc_taskfile *f, size_t n)
{
	struct cchc_sheet_note note;

	return n || f->there || cchc_outbox_sheet(f->box, &note) == CCHC_OK;
}

static void refresh(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_outbox_state state;
	struct cchc_assignment *tasks;
	const char *text = NULL;
	cchc_day today;
	size_t len;
	size_t n;
	enum cchc_rc rc = cchc_outbox_look(f->box, &state);

	if (!rc)
		rc = cchc_tasks_now(f->box, &l->arena, l->wall_ms, &today, &tasks, &n);
	if (rc) {
		(void)wait_for(l, rc, "outbox");
		return;
	}
	f->changes = state.task_changes;
	f->day = today;
	f->fresh = !is_needed(f, n);
	if (f->fresh)
		return;
	text = cchc_sheet_write(&l->arena, tasks, n, today, &len);
	if (text)
		write_text(l, text, len);
	else
		(void)wait_for(l, CCHC_NOMEM, "");
}

/* Looked at each second: cheap as long as nothing happened. */
static bool is_up_to_date(struct looking *l)
{
	struct cchc_taskfile *f = l->file;
	struct cchc_outbox_state state;
	int64_t district_ms;

	return f->fresh && cchc_outbox_look(f->box, &state) == CCHC_OK &&
	       state.task_changes == f->changes &&
	       cchc_outbox_clock(f->box, l->wall_ms, &district_ms) == CCHC_OK &&
	       cchc_day_at(district_ms) == f->day;
}

struct cchc_taskfile_round cchc_taskfile_look(struct cchc_taskfile *file,
					      uint64_t mono_ms, int64_t wall_ms)
{
	struct looking l = {.file = file, .mono_ms = mono_ms, .wall_ms = wall_ms};

	(void)see(&l);
	if (file->there && !file->known) {
		if (!has_settled(file, mono_ms)) {
			l.round.unsettled = true;
			return l.round;
		}
	} else if (is_up_to_date(&l)) {
		return l.round;
	}
	cchc_arena_init(&l.arena, ARENA_MAX);
	if (file->there && !file->known)
		file->known = read_content(&l) == CCHC_OK && file->there;
	if (file->known || !file->there)
		refresh(&l);
	cchc_arena_fini(&l.arena);
	return l.round;
}

bool cchc_taskfile_is_edited(const struct cchc_settings *settings,
			     struct cchc_outbox *box)
{
	struct cchc_sheet_note note;
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_arena arena;
	bool edited = false;
	char *bytes;
	size_t len;

	cchc_arena_init(&arena, CCHC_CSV_BYTES_MAX + 4096);
	if (!cchc_file_read(&arena, settings->tasks_file, CCHC_CSV_BYTES_MAX, &bytes,
			    &len, NULL)) {
		cchc_digest_file(bytes, len, digest);
		edited = cchc_outbox_sheet(box, &note) != CCHC_OK ||
			 (!is_digest(note.taken, digest) &&
			  !is_digest(note.written, digest));
	}
	cchc_arena_fini(&arena);
	return edited;
}
