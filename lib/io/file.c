#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

/* A name in an open directory: what is done to it stays in that directory, and the
 * directory can be synced. */
struct entry {
	int dir;          /* -1: not open */
	const char *name; /* lent from the path */
};

static enum cchc_rc fail_errno(struct cchc_err *err, const char *path, const char *doing)
{
	int error = errno;

	return cchc_fail(err, cchc_rc_of_errno(error), "%s: cannot %s: %s", path, doing,
			 strerror(error));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void leave(struct entry *entry)
{
	close_fd(&entry->dir);
}

static enum cchc_rc enter(struct entry *entry, const char *path, struct cchc_err *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	char *dir;

	entry->name = slash ? slash + 1 : path;
	if (!*entry->name)
		return cchc_fail(err, CCHC_INVALID, "\"%s\" names no file", path);
	if (slash && len == 0)
		len = 1; /* the root */
	dir = len ? strndup(path, len) : strdup(".");
	if (!dir)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", path);
	entry->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	return entry->dir < 0 ? fail_errno(err, path, "open its directory") : CCHC_OK;
}

static enum cchc_rc sync_fd(int fd, const char *path, struct cchc_err *err)
{
	return fsync(fd) == 0 ? CCHC_OK : fail_errno(err, path, "sync");
}

/* Reads until the buffer is full or the file ends. */
static enum cchc_rc read_fully(int fd, char *buffer, size_t size, size_t *len,
			       const char *path, struct cchc_err *err)
{
	*len = 0;
	while (*len < size) {
		ssize_t n = read(fd, buffer + *len, size - *len);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(err, path, "read");
		*len += (size_t)n;
	}
	return CCHC_OK;
}

static enum cchc_rc check_stat(int fd, const char *path, size_t max_bytes, size_t *size,
			       struct cchc_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail_errno(err, path, "look at it");
	if (!S_ISREG(st.st_mode))
		return cchc_fail(err, CCHC_INVALID, "%s: not a regular file", path);
	if ((uintmax_t)st.st_size > max_bytes)
		return cchc_fail(err, CCHC_LIMIT, "%s: %jd bytes, at most %zu are read",
				 path, (intmax_t)st.st_size, max_bytes);
	*size = (size_t)st.st_size;
	return CCHC_OK;
}

static enum cchc_rc read_open(int fd, struct cchc_arena *arena, const char *path,
			      size_t max_bytes, char **bytes, size_t *len,
			      struct cchc_err *err)
{
	size_t size = 0;
	size_t got = 0;
	char *buffer;
	enum cchc_rc rc = check_stat(fd, path, max_bytes, &size, err);

	if (rc)
		return rc;
	/* one byte more than its size: room for the NUL, and proof that it does not grow
	 */
	buffer = cchc_arena_alloc(arena, size + 1);
	if (!buffer)
		return cchc_fail(err, CCHC_NOMEM, "%s: no memory for %zu bytes", path,
				 size);
	rc = read_fully(fd, buffer, size + 1, &got, path, err);
	if (rc)
		return rc;
	if (got != size)
		return cchc_fail(err, CCHC_BUSY, "%s: changed while it was read", path);
	*bytes = buffer;
	*len = got;
	return CCHC_OK;
}

/* without O_NONBLOCK the open of a FIFO would wait for a writer */
static int open_to_read(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

enum cchc_rc cchc_file_read(struct cchc_arena *arena, const char *path, size_t max_bytes,
			    char **bytes, size_t *len, struct cchc_err *err)
{
	int fd CCHC_CLEANUP(close_fd) = open_to_read(path);

	if (fd < 0)
		return fail_errno(err, path, "open");
	return read_open(fd, arena, path, max_bytes, bytes, len, err);
}

/* systemd grants a credential to its user by an access list, whose mask shows as the
 * group's bits; the directory itself is the user's alone. */
static bool is_credential(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	size_t len = dir ? strlen(dir) : 0;

	return len > 0 && strncmp(path, dir, len) == 0 && path[len] == '/';
}

enum cchc_rc cchc_file_check_secret(int fd, const char *path, struct cchc_err *err)
{
	mode_t forbidden = S_IRWXG | S_IRWXO;
	struct stat st;

	if (is_credential(path))
		forbidden = S_IWGRP | S_IXGRP | S_IRWXO;
	if (fstat(fd, &st) != 0)
		return fail_errno(err, path, "look at it");
	if (!S_ISREG(st.st_mode))
		return cchc_fail(err, CCHC_INVALID, "%s: not a regular file", path);
	if (st.st_mode & forbidden)
		return cchc_fail(err, CCHC_DENIED,
				 "%s: group or others may use it (mode %04o): chmod 600",
				 path, (unsigned)(st.st_mode & 07777));
	return CCHC_OK;
}

enum cchc_rc cchc_file_read_secret(struct cchc_arena *arena, const char *path,
				   size_t max_bytes, char **bytes, size_t *len,
				   struct cchc_err *err)
{
	int fd CCHC_CLEANUP(close_fd) = open_to_read(path);
	enum cchc_rc rc;

	if (fd < 0)
		return fail_errno(err, path, "open");
	rc = cchc_file_check_secret(fd, path, err);
	return rc ? rc : read_open(fd, arena, path, max_bytes, bytes, len, err);
}

static enum cchc_rc write_fully(int fd, const char *bytes, size_t len, const char *path,
				struct cchc_err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(err, path, "write");
		bytes += n;
		len -= (size_t)n;
	}
	return CCHC_OK;
}

/* A hidden name beside the file; a crash may have left earlier ones of the same process
 * id behind, so a few are tried. */
static enum cchc_rc open_temporary(const struct entry *entry, unsigned mode,
				   const char *path, int *fd, char **name,
				   struct cchc_err *err)
{
	for (unsigned try = 0; try < 100; try++) {
		char *made;
		int opened;

		if (asprintf(&made, ".%s.%ld.%u", entry->name, (long)getpid(), try) < 0)
			return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", path);
		opened = openat(entry->dir, made,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				(mode_t)mode);
		if (opened >= 0) {
			*fd = opened;
			*name = made;
			return CCHC_OK;
		}
		free(made);
		if (errno != EEXIST)
			break;
	}
	return fail_errno(err, path, "make a temporary file beside it");
}

static enum cchc_rc fill(int fd, const void *bytes, size_t len, const char *path,
			 struct cchc_err *err)
{
	enum cchc_rc rc = write_fully(fd, bytes, len, path, err);

	if (!rc)
		rc = sync_fd(fd, path, err);
	/* some file systems tell of a failed write only here */
	if (close(fd) != 0 && !rc)
		rc = fail_errno(err, path, "close");
	return rc;
}

static enum cchc_rc replace(const struct entry *entry, const char *path,
			    const void *bytes, size_t len, unsigned mode,
			    struct cchc_err *err)
{
	char *name = NULL;
	int fd = -1;
	enum cchc_rc rc = open_temporary(entry, mode, path, &fd, &name, err);

	if (rc)
		return rc;
	rc = fill(fd, bytes, len, path, err);
	if (!rc && renameat(entry->dir, name, entry->dir, entry->name) != 0)
		rc = fail_errno(err, path, "put the new content in place");
	if (rc)
		(void)unlinkat(entry->dir, name, 0);
	else
		rc = sync_fd(entry->dir, path, err);
	free(name);
	return rc;
}

enum cchc_rc cchc_file_replace(const char *path, const void *bytes, size_t len,
			       unsigned mode, struct cchc_err *err)
{
	struct entry entry CCHC_CLEANUP(leave) = {.dir = -1};
	enum cchc_rc rc = enter(&entry, path, err);

	return rc ? rc : replace(&entry, path, bytes, len, mode, err);
}

enum cchc_rc cchc_file_move(const char *from, const char *to, struct cchc_err *err)
{
	struct entry source CCHC_CLEANUP(leave) = {.dir = -1};
	struct entry target CCHC_CLEANUP(leave) = {.dir = -1};
	enum cchc_rc rc = enter(&source, from, err);

	if (!rc)
		rc = enter(&target, to, err);
	if (rc)
		return rc;
	if (renameat(source.dir, source.name, target.dir, target.name) != 0)
		return cchc_fail(err, cchc_rc_of_errno(errno),
				 "%s: cannot move to %s: %s", from, to, strerror(errno));
	/* the target first: better twice after a power cut than nowhere */
	rc = sync_fd(target.dir, to, err);
	return rc ? rc : sync_fd(source.dir, from, err);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum cchc_rc make_one(const char *path, unsigned mode, struct cchc_err *err)
{
	struct entry entry CCHC_CLEANUP(leave) = {.dir = -1};
	enum cchc_rc rc;

	if (is_directory(path))
		return CCHC_OK;
	rc = enter(&entry, path, err);
	if (rc)
		return rc;
	if (mkdirat(entry.dir, entry.name, (mode_t)mode) == 0)
		return sync_fd(entry.dir, path, err);
	/* another process may have been quicker */
	if (errno == EEXIST && is_directory(path))
		return CCHC_OK;
	if (errno == EEXIST)
		return cchc_fail(err, CCHC_INVALID, "%s: there, but no directory", path);
	return fail_errno(err, path, "make the directory");
}

enum cchc_rc cchc_file_make_dir(const char *path, unsigned mode, struct cchc_err *err)
{
	size_t len = strlen(path);
	char *part;
	enum cchc_rc rc = CCHC_OK;

	if (len == 0)
		return cchc_fail(err, CCHC_INVALID, "the directory has no name");
	part = strdup(path);
	if (!part)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", path);
	while (len > 1 && part[len - 1] == '/')
		part[--len] = '\0';
	for (char *slash = part; !rc && (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		rc = make_one(part, mode, err);
		*slash = '/';
	}
	if (!rc)
		rc = make_one(part, mode, err);
	free(part);
	return rc;
}

enum cchc_rc cchc_file_lock(const char *path, int *lock, struct cchc_err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum cchc_rc rc = CCHC_OK;

	*lock = -1;
	if (fd < 0)
		return cchc_fail(err, CCHC_IO, "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*lock = fd;
		return CCHC_OK;
	}
	rc = errno == EWOULDBLOCK
		     ? cchc_fail(err, CCHC_BUSY, "%s: held by another process", path)
		     : cchc_fail(err, CCHC_IO, "%s: %s", path, strerror(errno));
	(void)close(fd);
	return rc;
}
