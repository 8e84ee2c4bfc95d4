#include "commune/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/text.h"

enum { FILES_MAX = 4096 }; /* read in one go; the others wait */

static bool ends_with(const char *name, const char *ending)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && strcasecmp(dot, ending) == 0;
}

static bool is_passing(const char *name)
{
	return name[0] == '.' || strncmp(name, "~$", 2) == 0 || ends_with(name, ".tmp") ||
	       ends_with(name, ".part");
}

/* A link is not followed: it may lead out of people's folder. */
static bool read_stat(const char *path, const char *name, struct stat *st)
{
	char *full;
	bool found;

	if (asprintf(&full, "%s/%s", path, name) < 0)
		return false;
	found = lstat(full, st) == 0;
	free(full);
	return found;
}

static const char *why_strange(const char *name, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "a folder is not looked into";
	if (S_ISLNK(st->st_mode))
		return "a link is not followed";
	if (!S_ISREG(st->st_mode))
		return "not a file";
	return ends_with(name, ".csv") ? NULL : "only .csv is read";
}

static void fill_standing(struct cchc_standing *file, const char *name,
			  const struct stat *st)
{
	*file = (struct cchc_standing){.size = (uint64_t)st->st_size,
				       .mtime_ns =
					       (int64_t)st->st_mtim.tv_sec * 1000000000 +
					       st->st_mtim.tv_nsec};
	cchc_text_copy(file->name, sizeof(file->name), name, strlen(name));
}

bool cchc_folder_look_at(const char *path, const char *name, struct cchc_standing *file)
{
	struct stat st;

	if (!read_stat(path, name, &st) || !S_ISREG(st.st_mode))
		return false;
	fill_standing(file, name, &st);
	return true;
}

static void add_entry(struct cchc_folder *folder, const char *path, const char *name)
{
	struct cchc_stranger *stranger = &folder->stranger[folder->n_strangers];
	const char *why;
	struct stat st;

	if (is_passing(name) || !read_stat(path, name, &st))
		return;
	why = why_strange(name, &st);
	if (!why) {
		fill_standing(&folder->file[folder->n++], name, &st);
	} else if (folder->n_strangers < CCHC_STRANGERS_MAX) {
		stranger->why = why;
		cchc_text_copy(stranger->name, sizeof(stranger->name), name,
			       strlen(name));
		folder->n_strangers++;
	}
}

static int by_age(const void *a, const void *b)
{
	const struct cchc_standing *x = a;
	const struct cchc_standing *y = b;

	if (x->mtime_ns != y->mtime_ns)
		return x->mtime_ns < y->mtime_ns ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	const struct cchc_stranger *x = a;
	const struct cchc_stranger *y = b;

	return strcmp(x->name, y->name);
}

enum cchc_rc cchc_folder_read(const char *path, struct cchc_arena *arena,
			      struct cchc_folder *folder)
{
	struct cchc_folder got = {
		.file = cchc_arena_array(arena, FILES_MAX, sizeof(*got.file)),
		.stranger = cchc_arena_array(arena, CCHC_STRANGERS_MAX,
					     sizeof(*got.stranger))};
	const struct dirent *entry;
	DIR *dir;

	if (!got.file || !got.stranger)
		return CCHC_NOMEM;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? CCHC_NOTFOUND : CCHC_IO;
	while (got.n < FILES_MAX && (entry = readdir(dir)))
		add_entry(&got, path, entry->d_name);
	(void)closedir(dir);
	qsort(got.file, got.n, sizeof(*got.file), by_age);
	qsort(got.stranger, got.n_strangers, sizeof(*got.stranger), by_name);
	*folder = got;
	return CCHC_OK;
}
