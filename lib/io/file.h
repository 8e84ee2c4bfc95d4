#ifndef CCHC_IO_FILE_H
#define CCHC_IO_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/fail.h"

/* Whole small files. */

/* Reads a regular file of at most max_bytes into the arena (a NUL follows the bytes).
 * NOTFOUND, DENIED, LIMIT (too large), INVALID (no regular file), BUSY (it changed
 * meanwhile), IO, NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_file_read(struct cchc_arena *arena, const char *path,
					   size_t max_bytes, char **bytes, size_t *len,
					   struct cchc_err *err);

/* The same for a file that holds a secret: DENIED when group or others may use it. */
CCHC_NODISCARD enum cchc_rc cchc_file_read_secret(struct cchc_arena *arena,
						  const char *path, size_t max_bytes,
						  char **bytes, size_t *len,
						  struct cchc_err *err);
/* What cchc_file_read_secret asks of an open file; also INVALID (no regular file). */
CCHC_NODISCARD enum cchc_rc cchc_file_check_secret(int fd, const char *path,
						   struct cchc_err *err);

/* Writes so that after a power cut the old or the new content is there: temporary name in
 * the same directory (hidden: .name.pid.n), fsync, rename, directory fsync. mode as for
 * open(2). When only the last sync fails the new content may already be there. */
CCHC_NODISCARD enum cchc_rc cchc_file_replace(const char *path, const void *bytes,
					      size_t len, unsigned mode,
					      struct cchc_err *err);

/* Renames and syncs both directories; what was at `to` is replaced. Within one file
 * system only. */
CCHC_NODISCARD enum cchc_rc cchc_file_move(const char *from, const char *to,
					   struct cchc_err *err);

/* Holds a lock file (made if it is not there) for this process until the descriptor is
 * closed, or the process ends in whatever way. BUSY: another process holds it. *lock is
 * -1 after an error. */
CCHC_NODISCARD enum cchc_rc cchc_file_lock(const char *path, int *lock,
					   struct cchc_err *err);

/* Makes the directory and its parents; fine if it is there. */
CCHC_NODISCARD enum cchc_rc cchc_file_make_dir(const char *path, unsigned mode,
					       struct cchc_err *err);

#endif
