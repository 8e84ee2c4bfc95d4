#include "commune/reminders.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commune/paper.h"
#include "io/file.h"

enum {
	ARENA_MAX = 1024 * 1024,
	DIR_MODE = 0755,
	MODE = 0644,
	LISTED_MAX = 4096,
	DAY_LEN = 10, /* 2024-03-15 */
};

static enum cchc_rc no_memory(struct cchc_err *err)
{
	return cchc_fail(err, CCHC_NOMEM, "out of memory");
}

/* For Windows, as the receipts are. */
static const char *paper_of(struct cchc_arena *arena, const char *text, size_t *len)
{
	struct cchc_paper paper;
	const char *made;

	if (!cchc_paper_open(&paper))
		return NULL;
	(void)fputs("\xef\xbb\xbf", paper.file);
	while (*text) {
		size_t line = strcspn(text, "\r\n");

		cchc_paper_line(&paper, "%.*s", (int)line, text);
		text += line;
		text += *text == '\r';
		text += *text == '\n';
	}
	made = cchc_paper_keep(&paper, arena);
	*len = paper.len;
	return made;
}

static enum cchc_rc write_one(struct cchc_arena *arena, const char *folder, cchc_day day,
			      const char *text, struct cchc_err *err)
{
	char date[CCHC_DAY_TEXT];
	size_t len;
	const char *paper = paper_of(arena, text, &len);
	const char *path =
		cchc_arena_format(arena, "%s/%s.txt", folder, cchc_day_format(day, date));

	return paper && path ? cchc_file_replace(path, paper, len, MODE, err)
			     : no_memory(err);
}

static bool is_ours(const char *name)
{
	char date[DAY_LEN + 1];
	cchc_day day;

	if (strlen(name) != DAY_LEN + strlen(".txt") ||
	    strcmp(name + DAY_LEN, ".txt") != 0)
		return false;
	memcpy(date, name, DAY_LEN);
	date[DAY_LEN] = '\0';
	return cchc_day_parse(date, &day);
}

static int by_day(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum cchc_rc delete_oldest(struct cchc_arena *arena, const char *folder,
				  struct cchc_err *err)
{
	char **name = cchc_arena_array(arena, LISTED_MAX, sizeof(*name));
	DIR *dir = name ? opendir(folder) : NULL;
	const struct dirent *entry;
	size_t n = 0;

	while (dir && n < LISTED_MAX && (entry = readdir(dir)))
		if (is_ours(entry->d_name) &&
		    (name[n] = cchc_arena_format(arena, "%s/%s", folder, entry->d_name)))
			n++;
	if (!dir)
		return name ? cchc_fail(err, CCHC_IO, "%s: %s", folder, strerror(errno))
			    : no_memory(err);
	(void)closedir(dir);
	qsort(name, n, sizeof(*name), by_day);
	for (size_t i = 0; i + CCHC_REMINDERS_KEPT < n; i++)
		if (unlink(name[i]) != 0 && errno != ENOENT)
			return cchc_fail(err, CCHC_IO, "%s: %s", name[i],
					 strerror(errno));
	return CCHC_OK;
}

static enum cchc_rc outbox_failed(enum cchc_rc rc, struct cchc_err *err)
{
	return cchc_fail(err, rc, "outbox: %s", cchc_rc_name(rc));
}

/* *more: there was one. */
static enum cchc_rc write_next(struct cchc_outbox *box, struct cchc_arena *arena,
			       const char *folder, bool *more, struct cchc_err *err)
{
	const char *text;
	cchc_day day;
	enum cchc_rc rc = cchc_outbox_reminder(box, arena, &day, &text);

	*more = rc != CCHC_NOTFOUND;
	if (rc)
		return *more ? outbox_failed(rc, err) : CCHC_OK;
	rc = cchc_file_make_dir(folder, DIR_MODE, err);
	if (!rc)
		rc = write_one(arena, folder, day, text, err);
	if (!rc)
		rc = delete_oldest(arena, folder, err);
	if (rc)
		return rc;
	rc = cchc_outbox_reminded(box, day);
	return rc ? outbox_failed(rc, err) : CCHC_OK;
}

enum cchc_rc cchc_reminders_write(struct cchc_outbox *box, const char *folder,
				  struct cchc_err *err)
{
	struct cchc_arena arena;
	bool more = true;
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_init(&arena, ARENA_MAX);
	while (more && !rc) {
		rc = write_next(box, &arena, folder, &more, err);
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	return rc;
}
