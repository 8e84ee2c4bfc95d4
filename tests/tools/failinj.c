/* Makes writes and syncs fail: LD_PRELOAD=libfailinj.so, with
 *
 *	FI_OPS=fdatasync,write	which calls count: write stands for all that write
 *	FI_PATH=cchc.mdb	only on files whose path contains this
 *	FI_N=7			the 7th counted call fails; 0: every one
 *	FI_WHILE=file		nothing counts or fails unless this file exists
 *	FI_ERR=EIO		or ENOSPC
 *	FI_AFTER=1		the call is carried out, and then reported as failed
 *	FI_DELAY_MS=40		nothing fails: each counted call takes this long
 *
 * Carried out and reported as failed is what a commit of unknown outcome looks like.
 * Plain builds only: a sanitizer's runtime must be loaded first.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PATH_ROOM = 512 };

static struct {
	const char *ops;
	const char *path;
	const char *only_while;
	long n;
	int error;
	bool after;
	long delay_ms;
	atomic_long counted;
} plan;

__attribute__((constructor)) static void read_plan(void)
{
	const char *n = getenv("FI_N");
	const char *error = getenv("FI_ERR");
	const char *delay = getenv("FI_DELAY_MS");

	plan.ops = getenv("FI_OPS");
	plan.path = getenv("FI_PATH");
	plan.only_while = getenv("FI_WHILE");
	plan.n = n ? strtol(n, NULL, 10) : 0;
	plan.error = error && strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
	plan.after = getenv("FI_AFTER") != NULL;
	plan.delay_ms = delay ? strtol(delay, NULL, 10) : 0;
}

static bool is_on(int fd, const char *text)
{
	char link[64];
	char path[PATH_ROOM];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return strstr(path, text) != NULL;
}

/* True when this call is to fail. errno stays as it was. */
static bool fails(const char *op, int fd)
{
	int saved = errno;
	bool counts = plan.ops && strstr(plan.ops, op) &&
		      (!plan.path || is_on(fd, plan.path)) &&
		      (!plan.only_while || access(plan.only_while, F_OK) == 0);

	errno = saved;
	if (!counts)
		return false;
	if (plan.delay_ms) {
		(void)usleep((useconds_t)plan.delay_ms * 1000);
		return false;
	}
	return plan.n == 0 || atomic_fetch_add(&plan.counted, 1) + 1 == plan.n;
}

static int failed(void)
{
	errno = plan.error;
	return -1;
}

/* Prototypes of our own: the headers give some of these another name. */
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at);

static ssize_t outcome(bool fail, ssize_t done)
{
	return fail ? failed() : done;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	bool fail = fails("write", fd);

	if (fail && !plan.after)
		return failed();
	return outcome(fail, syscall(SYS_pwrite64, fd, bytes, len, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return pwrite(fd, bytes, len, at);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	bool fail = fails("write", fd);

	if (fail && !plan.after)
		return failed();
	return outcome(fail, syscall(SYS_write, fd, bytes, len));
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	bool fail = fails("write", fd);

	if (fail && !plan.after)
		return failed();
	return outcome(fail, syscall(SYS_writev, fd, parts, n));
}

int fdatasync(int fd)
{
	bool fail = fails("fdatasync", fd);
	int done;

	if (fail && !plan.after)
		return failed();
	done = (int)syscall(SYS_fdatasync, fd);
	return fail ? failed() : done;
}
