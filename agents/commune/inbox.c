#include "commune/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "commune/folder.h"
#include "commune/taking.h"
#include "io/file.h"

enum {
	LIST_ARENA_MAX = 8 * 1024 * 1024,
	DIR_MODE = 0775, /* the umask says whether the group may put files here */
	SUFFIX_MAX = 10000,
};

/* A file as it was first seen with this size and time. */
struct cchc_sighting {
	char name[CCHC_FILE_NAME];
	uint64_t size;
	int64_t mtime_ns;
	uint64_t since_ms;
	bool seen; /* in this round */
};

/* ---- life ---- */

enum cchc_rc cchc_inbox_new(const struct cchc_inbox_options *options,
			    struct cchc_inbox **inbox, struct cchc_err *err)
{
	const struct cchc_settings *s = options->settings;
	const char *const folders[] = {s->inbox, s->sent, s->rejected, s->receipts};
	struct cchc_inbox *made;

	for (size_t i = 0; i < CCHC_COUNT(folders); i++) {
		enum cchc_rc rc = cchc_file_make_dir(folders[i], DIR_MODE, err);

		if (rc)
			return rc;
	}
	made = calloc(1, sizeof(*made));
	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	made->settings = s;
	made->box = options->box;
	made->catalog = options->catalog;
	made->full_limit = (struct cchc_log_limit){.burst = 1, .period_ms = 60000};
	made->trouble_limit = (struct cchc_log_limit){.burst = 2, .period_ms = 60000};
	made->stranger_limit = (struct cchc_log_limit){.burst = 10, .period_ms = 60000};
	*inbox = made;
	return CCHC_OK;
}

void cchc_inbox_free(struct cchc_inbox **inbox)
{
	if (!*inbox)
		return;
	free((*inbox)->sighting);
	free((*inbox)->told);
	free(*inbox);
	*inbox = NULL;
}

/* ---- strangers ---- */

static bool is_told(const struct cchc_inbox *inbox, const char *name)
{
	for (size_t i = 0; i < inbox->n_told; i++)
		if (strcmp(inbox->told[i], name) == 0)
			return true;
	return false;
}

/* Each once while it stands there. One that the limit holds back has its turn later. */
static void tell_strangers(struct cchc_inbox *inbox, const struct cchc_folder *folder)
{
	char(*told)[CCHC_FILE_NAME] = calloc(folder->n_strangers + 1, sizeof(*told));
	size_t n = 0;

	if (!told)
		return;
	for (size_t i = 0; i < folder->n_strangers; i++) {
		const struct cchc_stranger *one = &folder->stranger[i];

		if (!is_told(inbox, one->name)) {
			if (!cchc_log_allows(&inbox->stranger_limit))
				continue;
			cchc_log(CCHC_LOG_WARN, "left alone in the inbox name=\"%s\": %s",
				 one->name, one->why);
		}
		memcpy(told[n++], one->name, sizeof(one->name));
	}
	free(inbox->told);
	inbox->told = told;
	inbox->n_told = n;
}

/* ---- files that are still being written ---- */

static struct cchc_sighting *find(struct cchc_inbox *inbox, const char *name)
{
	for (size_t i = 0; i < inbox->n; i++)
		if (strcmp(inbox->sighting[i].name, name) == 0)
			return &inbox->sighting[i];
	return NULL;
}

static struct cchc_sighting *add(struct cchc_inbox *inbox,
				 const struct cchc_standing *file)
{
	struct cchc_sighting *s;

	if (inbox->n == inbox->room) {
		size_t room = inbox->room ? inbox->room * 2 : 16;

		s = realloc(inbox->sighting, room * sizeof(*s));
		if (!s)
			return NULL;
		inbox->sighting = s;
		inbox->room = room;
	}
	s = &inbox->sighting[inbox->n++];
	*s = (struct cchc_sighting){0};
	memcpy(s->name, file->name, sizeof(s->name));
	return s;
}

/* True when it has not changed for long enough. */
static bool has_settled(struct cchc_inbox *inbox, const struct cchc_standing *file,
			uint64_t mono_ms)
{
	struct cchc_sighting *s = find(inbox, file->name);
	bool same = s && s->size == file->size && s->mtime_ns == file->mtime_ns;

	if (!s)
		s = add(inbox, file);
	if (!s)
		return false;
	s->seen = true;
	if (!same) {
		s->size = file->size;
		s->mtime_ns = file->mtime_ns;
		s->since_ms = mono_ms;
	}
	return same && mono_ms - s->since_ms >= CCHC_SETTLE_MS;
}

static void forget_unseen(struct cchc_inbox *inbox)
{
	size_t kept = 0;

	for (size_t i = 0; i < inbox->n; i++) {
		if (!inbox->sighting[i].seen)
			continue;
		inbox->sighting[kept] = inbox->sighting[i];
		inbox->sighting[kept++].seen = false;
	}
	inbox->n = kept;
}

/* ---- moving ---- */

static char *path_in(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* "2024-Q1.csv", "2024-Q1 (2).csv", ...: the first that is free. */
static char *free_path(const char *folder, const char *name)
{
	const char *dot = strrchr(name, '.');
	int stem = dot ? (int)(dot - name) : (int)strlen(name);

	for (unsigned i = 1; i < SUFFIX_MAX; i++) {
		struct stat st;
		char *path;
		int len = i == 1 ? asprintf(&path, "%s/%s", folder, name)
				 : asprintf(&path, "%s/%.*s (%u)%s", folder, stem, name,
					    i, dot ? dot : "");

		if (len < 0)
			return NULL;
		if (lstat(path, &st) != 0 && errno == ENOENT)
			return path;
		free(path);
	}
	return NULL;
}

static enum cchc_rc move_file(struct cchc_inbox *inbox, const char *name,
			      const char *folder)
{
	char *from = path_in(inbox->settings->inbox, name);
	char *to = free_path(folder, name);
	struct cchc_err err = {.text = "no free name"};
	enum cchc_rc rc = from && to ? cchc_file_move(from, to, &err) : CCHC_LIMIT;

	free(from);
	free(to);
	if (rc && cchc_log_allows(&inbox->trouble_limit))
		cchc_log(CCHC_LOG_ERROR, "file cannot be moved file=\"%s\" to=%s: %s",
			 name, folder, err.text);
	return rc;
}

/* Queued and noted: away with it, unless people changed it meanwhile: then it is another
 * file of the same name, and is taken as such. */
enum cchc_rc cchc_inbox_move_taken(struct cchc_inbox *inbox,
				   const struct cchc_standing *file, const char *folder)
{
	struct cchc_standing now;
	enum cchc_rc rc = CCHC_OK;

	if (cchc_folder_look_at(inbox->settings->inbox, file->name, &now) &&
	    now.size == file->size && now.mtime_ns == file->mtime_ns)
		rc = move_file(inbox, file->name, folder);
	if (!rc && cchc_outbox_moved(inbox->box, file->name))
		inbox->notes_checked = false;
	return rc;
}

/* A note whose file has left: the same content may come again on purpose. */
static void check_notes(struct cchc_inbox *inbox)
{
	char name[CCHC_FILE_NAME] = "";
	enum cchc_rc rc;

	while (!(rc = cchc_outbox_next_taken(inbox->box, name, sizeof(name)))) {
		struct cchc_standing file;

		if (!cchc_folder_look_at(inbox->settings->inbox, name, &file))
			rc = cchc_outbox_moved(inbox->box, name);
		if (rc)
			break;
	}
	inbox->notes_checked = rc == CCHC_NOTFOUND;
}

/* ---- a look ---- */

static void take_settled(struct cchc_inbox *inbox, const struct cchc_folder *folder,
			 const struct cchc_inbox_look *look,
			 struct cchc_inbox_round *round)
{
	for (size_t i = 0; i < folder->n; i++) {
		if (!has_settled(inbox, &folder->file[i], look->mono_ms))
			round->unsettled = true;
		else if (round->wait != CCHC_INBOX_FULL)
			cchc_inbox_take(inbox, &folder->file[i], look, round);
		/* else: what came first goes first, behind one that waits for room all
		 * wait */
	}
}

struct cchc_inbox_round cchc_inbox_look(struct cchc_inbox *inbox, uint64_t mono_ms,
					int64_t wall_ms, bool forms_known)
{
	struct cchc_inbox_look look = {mono_ms, wall_ms, forms_known};
	struct cchc_inbox_round round = {0};
	struct cchc_folder folder;
	struct cchc_arena arena;

	if (!inbox->notes_checked)
		check_notes(inbox);
	cchc_arena_init(&arena, LIST_ARENA_MAX);
	if (cchc_folder_read(inbox->settings->inbox, &arena, &folder)) {
		round.wait = CCHC_INBOX_TROUBLE;
		if (cchc_log_allows(&inbox->trouble_limit))
			cchc_log(CCHC_LOG_ERROR, "inbox cannot be read folder=%s",
				 inbox->settings->inbox);
	} else {
		tell_strangers(inbox, &folder);
		take_settled(inbox, &folder, &look, &round);
		forget_unseen(inbox);
		round.left = (unsigned)folder.n - round.taken - round.rejected;
	}
	cchc_arena_fini(&arena);
	return round;
}
