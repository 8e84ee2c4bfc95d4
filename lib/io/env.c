/* env.c - a store is one LMDB file, opened once a process.
 *
 * Opening looks at the file first (never makes anything over what is there), a new store
 * is made under another name and renamed when it is whole. All tables are opened once, in
 * a transaction that is committed: the abort of one that opened a table would close it.
 *
 * The gate lets any number of transactions in, and one reopen when nobody is.
 */
#include "io/envgate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "base/check.h"
#include "base/log.h"

enum cchc_rc cchc_envgate_rc(int number)
{
	switch (number) {
	case MDB_SUCCESS:
		return CCHC_OK;
	case MDB_NOTFOUND:
	case ENOENT:
	case ENOTDIR:
		return CCHC_NOTFOUND;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
		return CCHC_NOSPACE;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		return CCHC_CORRUPT;
	case MDB_PANIC:
		return CCHC_UNKNOWN;
	case MDB_READERS_FULL:
	case EAGAIN:
	case EBUSY:
		return CCHC_BUSY;
	case EACCES:
	case EPERM:
	case EROFS:
		return CCHC_DENIED;
	case MDB_BAD_VALSIZE:
		return CCHC_INVALID;
	case ENOMEM:
		return CCHC_NOMEM;
	default:
		return CCHC_IO;
	}
}

static enum cchc_rc fail_lmdb(struct cchc_err *err, int number, const char *path,
			      const char *what)
{
	return cchc_fail(err, cchc_envgate_rc(number), "%s: %s: %s", path, what,
			 mdb_strerror(number));
}

/* ---- the gate ---- */

enum cchc_rc cchc_envgate_enter(struct cchc_env *env)
{
	enum cchc_rc rc = CCHC_OK;

	pthread_mutex_lock(&env->mutex);
	while (env->reopening)
		pthread_cond_wait(&env->changed, &env->mutex);
	if (env->unknown)
		rc = CCHC_UNKNOWN;
	else
		env->inside++;
	pthread_mutex_unlock(&env->mutex);
	return rc;
}

void cchc_envgate_leave(struct cchc_env *env)
{
	pthread_mutex_lock(&env->mutex);
	env->inside--;
	if (env->inside == 0)
		pthread_cond_broadcast(&env->changed);
	pthread_mutex_unlock(&env->mutex);
}

void cchc_envgate_shut(struct cchc_env *env)
{
	pthread_mutex_lock(&env->mutex);
	env->unknown = true;
	pthread_mutex_unlock(&env->mutex);
}

/* ---- opening ---- */

static char *beside(const char *path, const char *suffix)
{
	char *name;

	return asprintf(&name, "%s%s", path, suffix) < 0 ? NULL : name;
}

static char *dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* File locks, mmap and the order of writes are not to be trusted over a network. */
static const char *network_name(unsigned long magic)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} NETWORK[] = {
		{NFS_SUPER_MAGIC, "NFS"},   {SMB_SUPER_MAGIC, "SMB"},
		{CIFS_SUPER_MAGIC, "CIFS"}, {SMB2_SUPER_MAGIC, "SMB"},
		{V9FS_MAGIC, "9p"},         {FUSE_SUPER_MAGIC, "FUSE"},
		{CEPH_SUPER_MAGIC, "Ceph"}, {AFS_SUPER_MAGIC, "AFS"},
		{AFS_FS_MAGIC, "AFS"},      {CODA_SUPER_MAGIC, "Coda"},
	};

	for (size_t i = 0; i < CCHC_COUNT(NETWORK); i++)
		if (NETWORK[i].magic == (magic & 0xffffffff))
			return NETWORK[i].name;
	return NULL;
}

static enum cchc_rc check_place(const struct cchc_env_options *options,
				struct cchc_err *err)
{
	const char *path = options->path;
	char *dir = dir_of(path);
	struct statfs fs;
	const char *network;
	int number;

	if (!dir)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", path);
	number = statfs(dir, &fs) == 0 ? 0 : errno;
	free(dir);
	if (number)
		return fail_lmdb(err, number, path, "its directory cannot be examined");
	network = network_name((unsigned long)fs.f_type);
	if (network)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: lies on %s; a store needs a local disk", path,
				 network);
	if (options->read_only)
		return CCHC_OK;
	if (fs.f_type == OVERLAYFS_SUPER_MAGIC || fs.f_type == TMPFS_MAGIC)
		cchc_log(CCHC_LOG_WARN, "store place may forget path=%s fs=%s", path,
			 fs.f_type == TMPFS_MAGIC ? "tmpfs" : "overlay");
	return CCHC_OK;
}

static size_t whole_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static int open_tables(struct cchc_env *env)
{
	MDB_txn *txn;
	int number = mdb_txn_begin(env->mdb, NULL, env->read_only ? MDB_RDONLY : 0, &txn);

	if (number)
		return number;
	number = mdb_dbi_open(txn, NULL, 0, &env->root);
	for (size_t i = 0; i < env->n_tables && !number; i++)
		number = mdb_dbi_open(txn, env->name[i], env->read_only ? 0 : MDB_CREATE,
				      &env->table[i]);
	if (!number)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return number;
}

static int open_mdb(struct cchc_env *env, const char *path, unsigned flags)
{
	int dead = 0;
	int number = mdb_env_create(&env->mdb);

	if (number)
		return number;
	number = mdb_env_set_maxdbs(env->mdb, CCHC_TABLES_MAX);
	if (!number)
		number = mdb_env_set_mapsize(env->mdb, env->map_bytes);
	if (!number)
		number = mdb_env_open(env->mdb, path, flags | MDB_NOTLS | MDB_NOSUBDIR,
				      (mdb_mode_t)env->mode);
	if (!number && !(flags & MDB_NOLOCK))
		number = mdb_reader_check(env->mdb, &dead);
	if (!number)
		number = open_tables(env);
	if (number) {
		mdb_env_close(env->mdb);
		env->mdb = NULL;
	}
	return number;
}

/* Opens a store that is there. The lock file is made by LMDB under the umask: it gets the
 * store's mode. A read-only tool makes none: where it is missing nobody has the store
 * open. */
static enum cchc_rc open_store(struct cchc_env *env, struct cchc_err *err)
{
	char *lock = beside(env->path, "-lock");
	bool had_lock = lock && exists(lock);
	unsigned flags = env->read_only ? MDB_RDONLY : 0;
	struct stat st;
	int number;

	if (!lock || stat(env->path, &st) != 0)
		number = lock ? errno : ENOMEM;
	else if (st.st_size == 0)
		number = MDB_INVALID; /* LMDB would begin a new store here */
	else
		number = open_mdb(env, env->path,
				  flags | (env->read_only && !had_lock ? MDB_NOLOCK : 0));
	if (!number && !env->read_only && !had_lock)
		(void)chmod(lock, env->mode); /* not ours to change: no harm */
	free(lock);
	if (number == MDB_NOTFOUND)
		return cchc_fail(err, CCHC_INVALID, "%s: the store lacks a table",
				 env->path);
	return number ? fail_lmdb(err, number, env->path, "cannot be opened") : CCHC_OK;
}

/* ---- creating ---- */

static enum cchc_rc sync_dir(const char *path, struct cchc_err *err)
{
	char *dir = dir_of(path);
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int number = fd >= 0 && fsync(fd) == 0 ? 0 : errno;

	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return number ? fail_lmdb(err, number, path, "its directory cannot be synced")
		      : CCHC_OK;
}

static enum cchc_rc fill_new(struct cchc_env *env, const struct cchc_env_options *options,
			     const char *new_path, struct cchc_err *err)
{
	mdb_filehandle_t fd;
	enum cchc_rc rc = CCHC_OK;
	int number = open_mdb(env, new_path, 0);

	if (number)
		return fail_lmdb(err, number, new_path, "cannot be made");
	if (options->fill)
		rc = options->fill(options->data, env);
	if (rc != CCHC_OK)
		(void)cchc_fail(err, rc, "%s: cannot be filled: %s", new_path,
				cchc_rc_name(rc));
	else if (mdb_env_get_fd(env->mdb, &fd) != 0 || fchmod(fd, env->mode) != 0 ||
		 fsync(fd) != 0)
		rc = fail_lmdb(err, errno, new_path, "cannot be synced");
	mdb_env_close(env->mdb);
	env->mdb = NULL;
	return rc;
}

/* What a crashed creation left goes first; a store that appeared meanwhile is never
 * replaced. */
static enum cchc_rc create_store(struct cchc_env *env,
				 const struct cchc_env_options *options,
				 struct cchc_err *err)
{
	char *new_path = beside(env->path, ".new");
	char *new_lock = beside(env->path, ".new-lock");
	enum cchc_rc rc = CCHC_NOMEM;

	if (new_path && new_lock) {
		(void)unlink(new_path);
		(void)unlink(new_lock);
		rc = fill_new(env, options, new_path, err);
		(void)unlink(new_lock);
		if (rc == CCHC_OK && renameat2(AT_FDCWD, new_path, AT_FDCWD, env->path,
					       RENAME_NOREPLACE) != 0)
			rc = fail_lmdb(err, errno, env->path, "cannot be named");
		if (rc != CCHC_OK)
			(void)unlink(new_path);
		else
			rc = sync_dir(env->path, err);
	} else {
		(void)cchc_fail(err, rc, "%s: out of memory", env->path);
	}
	free(new_path);
	free(new_lock);
	return rc;
}

/* ---- the environment ---- */

static struct cchc_env *new_env(const struct cchc_env_options *options)
{
	struct cchc_env *env = calloc(1, sizeof(*env));
	bool whole = true;

	if (!env)
		return NULL;
	cchc_check(pthread_mutex_init(&env->mutex, NULL) == 0);
	cchc_check(pthread_cond_init(&env->changed, NULL) == 0);
	env->path = strdup(options->path);
	env->map_bytes = whole_pages(options->map_bytes);
	env->mode = options->mode;
	env->read_only = options->read_only;
	env->n_tables = options->n_tables;
	for (size_t i = 0; i < options->n_tables; i++) {
		env->name[i] = strdup(options->tables[i]);
		whole = whole && env->name[i];
	}
	if (!env->path || !whole)
		cchc_env_close(&env);
	return env;
}

enum cchc_rc cchc_env_open(const struct cchc_env_options *options, struct cchc_env **env,
			   struct cchc_err *err)
{
	struct cchc_env *made CCHC_CLEANUP(cchc_env_close) = NULL;
	enum cchc_rc rc = check_place(options, err);

	cchc_check(options->n_tables <= CCHC_TABLES_MAX);
	if (rc != CCHC_OK)
		return rc;
	made = new_env(options);
	if (!made)
		return cchc_fail(err, CCHC_NOMEM, "%s: out of memory", options->path);
	if (!options->read_only && !exists(options->path))
		rc = create_store(made, options, err);
	if (rc == CCHC_OK)
		rc = open_store(made, err);
	if (rc != CCHC_OK)
		return rc;
	*env = made;
	made = NULL;
	return CCHC_OK;
}

void cchc_env_close(struct cchc_env **env)
{
	struct cchc_env *e = *env;

	if (!e)
		return;
	cchc_check(e->inside == 0);
	if (e->mdb)
		mdb_env_close(e->mdb);
	for (size_t i = 0; i < CCHC_TABLES_MAX; i++)
		free(e->name[i]);
	free(e->path);
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->mutex);
	free(e);
	*env = NULL;
}

enum cchc_rc cchc_env_reopen(struct cchc_env *env, struct cchc_err *err)
{
	enum cchc_rc rc;

	cchc_check(!env->writing); /* it would wait for itself */
	pthread_mutex_lock(&env->mutex);
	env->reopening = true;
	while (env->inside > 0)
		pthread_cond_wait(&env->changed, &env->mutex);
	pthread_mutex_unlock(&env->mutex);

	if (env->mdb)
		mdb_env_close(env->mdb);
	env->mdb = NULL;
	rc = open_store(env, err);

	pthread_mutex_lock(&env->mutex);
	env->unknown = rc != CCHC_OK;
	env->reopening = false;
	pthread_cond_broadcast(&env->changed);
	pthread_mutex_unlock(&env->mutex);
	return rc;
}

static uint64_t pages_of(const MDB_stat *stat)
{
	return stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
}

enum cchc_rc cchc_env_usage(struct cchc_env *env, struct cchc_env_usage *usage)
{
	enum { FREE_DBI = 0, META_PAGES = 2 }; /* table 0 is LMDB's list of freed pages */
	struct cchc_txn txn;
	struct cchc_env_usage sum = {.map_bytes = env->map_bytes};
	MDB_stat stat = {0};
	uint64_t pages = META_PAGES;

	cchc_txn_read(&txn, env);
	if (txn.rc == CCHC_OK) {
		cchc_txn_fail(&txn, cchc_envgate_rc(mdb_stat(txn.txn, FREE_DBI, &stat)));
		pages += pages_of(&stat);
	}
	for (size_t i = 0; i <= env->n_tables && txn.rc == CCHC_OK; i++) {
		MDB_dbi table = i < env->n_tables ? env->table[i] : env->root;

		cchc_txn_fail(&txn, cchc_envgate_rc(mdb_stat(txn.txn, table, &stat)));
		pages += pages_of(&stat);
		sum.entries += i < env->n_tables ? stat.ms_entries : 0;
		sum.used_bytes = (size_t)pages * stat.ms_psize;
	}
	if (txn.rc == CCHC_OK)
		*usage = sum;
	return cchc_txn_commit(&txn);
}

void cchc_env_check_readers(struct cchc_env *env)
{
	int dead = 0;

	if (cchc_envgate_enter(env) != CCHC_OK)
		return;
	if (mdb_reader_check(env->mdb, &dead) == 0 && dead > 0)
		cchc_log(CCHC_LOG_NOTICE, "store readers cleared path=%s count=%d",
			 env->path, dead);
	cchc_envgate_leave(env);
}
