/* raw.c - the limits: what the disk, LMDB and ZeroMQ do without a daemon. Each command
 *prints one line of JSON.
 *
 *	cchc-raw flush DIR N [PAUSE]		overwrite 4 KiB and fdatasync, N times,
 *						with a pause of ms before each
 *	cchc-raw fill DIR COMMUNES PERIODS ROWS	makes DIR/raw.mdb
 *	cchc-raw reports DIR MESSAGES BATCH CELLS BYTES
 *		reports of CELLS rows and one journal record of BYTES each, BATCH a commit
 *	cchc-raw single DIR N [PAUSE]		one value and one journal record a commit
 *	cchc-raw scan DIR			reads every value
 *	cchc-raw walk FILE			reads every record of a store of the
 *daemon's
 *
 * One 8-byte value for each (unit, period, indicator), unit first, and a journal: default
 *flags, so that a commit that returned is on the disk. */

#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	PAGE = 4096,
	AGENTS = 64, /* the daemon's load: so many outboxes, each with its own communes */
	JOURNAL_MAX = 16384,
};

struct raw {
	MDB_env *env;
	MDB_dbi value;
	MDB_dbi journal;
	uint64_t number; /* of the last journal record */
	uint64_t communes;
	uint64_t periods;
	uint64_t rows;
};

static void must(int rc, const char *what)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "cchc-raw: %s: %s\n", what, mdb_strerror(rc));
	exit(EXIT_FAILURE);
}

static void expect(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The end of a line of JSON: how long they took. */
static void print_times(uint64_t *ns, size_t n)
{
	qsort(ns, n, sizeof(ns[0]), by_value);
	(void)printf("\"p50_us\": %.1f, \"p99_us\": %.1f}\n", (double)ns[n / 2] / 1000.0,
		     (double)ns[n - 1 - n / 100] / 1000.0);
}

static void pause_ms(uint64_t ms)
{
	struct timespec wait = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	while (ms > 0 && nanosleep(&wait, &wait) != 0)
		continue;
}

/* A disk that had nothing to do answers later than one that is kept awake: what is sent
 * now and then is to be compared with a flush now and then. */
static void flush(const char *dir, size_t n, uint64_t pause)
{
	uint64_t *ns = calloc(n, sizeof(ns[0]));
	char page[PAGE] = {0};
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/flush", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	expect(ns && fd >= 0 && write(fd, page, PAGE) == PAGE && fsync(fd) == 0, path);
	for (size_t i = 0; i < n; i++) {
		uint64_t began;

		pause_ms(pause);
		began = cchc_clock_mono_ns();
		page[0] = (char)i;
		expect(pwrite(fd, page, PAGE, 0) == PAGE && fdatasync(fd) == 0, path);
		ns[i] = cchc_clock_mono_ns() - began;
	}
	(void)printf("{\"flushes\": %zu, ", n);
	print_times(ns, n);
	(void)close(fd);
	free(ns);
}

static void put_big_endian(uint8_t *to, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint64_t get_big_endian(const uint8_t *from, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | from[i];
	return value;
}

static void open_env(struct raw *r, const char *dir)
{
	char path[512];
	MDB_txn *txn;

	(void)snprintf(path, sizeof(path), "%s/raw.mdb", dir);
	must(mdb_env_create(&r->env), "env");
	must(mdb_env_set_maxdbs(r->env, 4), "env");
	must(mdb_env_set_mapsize(r->env, (size_t)8 << 30), "env");
	must(mdb_env_open(r->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0600), path);
	must(mdb_txn_begin(r->env, NULL, 0, &txn), "begin");
	must(mdb_dbi_open(txn, "value", MDB_CREATE, &r->value), "table");
	must(mdb_dbi_open(txn, "journal", MDB_CREATE, &r->journal), "table");
	must(mdb_txn_commit(txn), "commit");
}

/* What `fill` made: the last keys say. */
static void measure(struct raw *r)
{
	MDB_txn *txn;
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;

	must(mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn), "begin");
	must(mdb_cursor_open(txn, r->value, &cursor), "cursor");
	must(mdb_cursor_get(cursor, &key, &value, MDB_LAST), "fill first");
	r->communes = get_big_endian(key.mv_data, 4) + 1;
	r->periods = get_big_endian((const uint8_t *)key.mv_data + 4, 2) + 1;
	r->rows = get_big_endian((const uint8_t *)key.mv_data + 6, 2) + 1;
	mdb_cursor_close(cursor);
	must(mdb_cursor_open(txn, r->journal, &cursor), "cursor");
	if (mdb_cursor_get(cursor, &key, &value, MDB_LAST) == 0)
		r->number = get_big_endian(key.mv_data, 8);
	mdb_cursor_close(cursor);
	mdb_txn_abort(txn);
}

static void put_value(struct raw *r, MDB_txn *txn, uint64_t unit, uint64_t period,
		      uint64_t row, uint64_t number, unsigned flags)
{
	uint8_t bytes[8];
	MDB_val key = {sizeof(bytes), bytes};
	MDB_val value = {sizeof(number), &number};

	put_big_endian(bytes, unit, 4);
	put_big_endian(bytes + 4, period, 2);
	put_big_endian(bytes + 6, row, 2);
	must(mdb_put(txn, r->value, &key, &value, flags), "put");
}

static void put_journal(struct raw *r, MDB_txn *txn, size_t len)
{
	static const uint8_t RECORD[JOURNAL_MAX];
	uint8_t bytes[8];
	MDB_val key = {sizeof(bytes), bytes};
	MDB_val value = {len < JOURNAL_MAX ? len : JOURNAL_MAX, (void *)RECORD};

	put_big_endian(bytes, ++r->number, 8);
	must(mdb_put(txn, r->journal, &key, &value, MDB_APPEND), "append");
}

static void fill(struct raw *r, uint64_t communes, uint64_t periods, uint64_t rows)
{
	MDB_txn *txn;

	for (uint64_t unit = 0; unit < communes;) {
		must(mdb_txn_begin(r->env, NULL, 0, &txn), "begin");
		for (uint64_t end = unit + 500; unit < end && unit < communes; unit++)
			for (uint64_t i = 0; i < periods * rows; i++)
				put_value(r, txn, unit, i / rows, i % rows, i,
					  MDB_APPEND);
		must(mdb_txn_commit(txn), "commit");
	}
	(void)printf("{\"values\": %" PRIu64 "}\n", communes * periods * rows);
}

/* Message m comes from outbox m % AGENTS, which reports for its own communes in turn. */
static void reports(struct raw *r, uint64_t messages, uint64_t batch, uint64_t cells,
		    size_t bytes)
{
	uint64_t each = r->communes / AGENTS;
	uint64_t from = r->number / AGENTS;
	uint64_t began = cchc_clock_mono_ns();
	double seconds;
	MDB_txn *txn;

	for (uint64_t m = 0; m < messages;) {
		must(mdb_txn_begin(r->env, NULL, 0, &txn), "begin");
		for (uint64_t end = m + batch; m < end && m < messages; m++) {
			uint64_t turn = from + m / AGENTS;
			uint64_t unit = m % AGENTS * each + turn % each;

			for (uint64_t row = 0; row < cells; row++)
				put_value(r, txn, unit, turn / each % r->periods,
					  row % r->rows, m ^ began, 0);
			put_journal(r, txn, bytes);
		}
		must(mdb_txn_commit(txn), "commit");
	}
	seconds = (double)(cchc_clock_mono_ns() - began) / 1e9;
	(void)printf("{\"updates\": %" PRIu64 ", \"batch\": %" PRIu64
		     ", \"seconds\": %.6f, \"updates_per_s\": %.1f}\n",
		     messages * cells, batch, seconds,
		     (double)(messages * cells) / seconds);
}

static void single(struct raw *r, size_t n, uint64_t pause)
{
	uint64_t *ns = calloc(n, sizeof(ns[0]));
	MDB_txn *txn;

	expect(ns != NULL, "memory");
	for (size_t i = 0; i < n; i++) {
		uint64_t began;

		pause_ms(pause);
		began = cchc_clock_mono_ns();
		must(mdb_txn_begin(r->env, NULL, 0, &txn), "begin");
		put_value(r, txn, began % r->communes, 0, began % r->rows, began, 0);
		put_journal(r, txn, 100);
		must(mdb_txn_commit(txn), "commit");
		ns[i] = cchc_clock_mono_ns() - began;
	}
	(void)printf("{\"commits\": %zu, ", n);
	print_times(ns, n);
	free(ns);
}

static uint64_t sum_of(const MDB_val *value)
{
	uint64_t sum = 0;
	size_t at = 0;

	for (; at + 8 <= value->mv_size; at += 8) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)value->mv_data + at, 8);
		sum += word;
	}
	for (; at < value->mv_size; at++)
		sum += ((const uint8_t *)value->mv_data)[at];
	return sum;
}

static uint64_t walk_table(MDB_txn *txn, MDB_dbi table, uint64_t *bytes)
{
	MDB_cursor *cursor;
	MDB_val key;
	MDB_val value;
	uint64_t n = 0;

	must(mdb_cursor_open(txn, table, &cursor), "cursor");
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		*bytes += value.mv_size + (sum_of(&value) == 1);
		n++;
	}
	mdb_cursor_close(cursor);
	return n;
}

static void scan(struct raw *r)
{
	uint64_t began = cchc_clock_mono_ns();
	uint64_t bytes = 0;
	uint64_t n;
	double seconds;
	MDB_txn *txn;

	must(mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn), "begin");
	n = walk_table(txn, r->value, &bytes);
	mdb_txn_abort(txn);
	seconds = (double)(cchc_clock_mono_ns() - began) / 1e9;
	(void)printf("{\"values\": %" PRIu64 ", \"bytes\": %" PRIu64
		     ", \"seconds\": %.6f, \"values_per_s\": %.1f}\n",
		     n, bytes, seconds, (double)n / seconds);
}

/* Table by table, as the daemon names them, with the bytes of its leaves and inner pages.
 */
static void walk(const char *path)
{
	static const char *const TABLE[] = {"figures", "journal"};
	MDB_env *env;
	MDB_txn *txn;

	must(mdb_env_create(&env), "env");
	must(mdb_env_set_maxdbs(env, 24), "env");
	must(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOTLS, 0), path);
	must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
	for (size_t i = 0; i < 2; i++) {
		uint64_t began = cchc_clock_mono_ns();
		uint64_t bytes = 0;
		uint64_t n;
		MDB_stat stat;
		MDB_dbi table;

		must(mdb_dbi_open(txn, TABLE[i], 0, &table), TABLE[i]);
		must(mdb_stat(txn, table, &stat), TABLE[i]);
		n = walk_table(txn, table, &bytes);
		(void)printf("%c\"%s\": {\"records\": %" PRIu64 ", \"bytes\": %" PRIu64
			     ", \"disk_bytes\": %zu, \"seconds\": %.6f}",
			     i ? ',' : '{', TABLE[i], n, bytes,
			     stat.ms_psize * (stat.ms_leaf_pages + stat.ms_branch_pages +
					      stat.ms_overflow_pages),
			     (double)(cchc_clock_mono_ns() - began) / 1e9);
	}
	(void)printf("}\n");
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

static void compact(const char *path, const char *copy)
{
	MDB_env *env;

	must(mdb_env_create(&env), "env");
	must(mdb_env_set_maxdbs(env, 24), "env");
	must(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOTLS, 0), path);
	must(mdb_env_copy2(env, copy, MDB_CP_COMPACT), copy);
	mdb_env_close(env);
	(void)printf("{}\n");
}

static uint64_t number_of(char **argv, int at)
{
	return strtoull(argv[at], NULL, 10);
}

static void run_on_env(int argc, char **argv)
{
	struct raw r = {0};

	open_env(&r, argv[2]);
	if (strcmp(argv[1], "fill") == 0 && argc == 6) {
		fill(&r, number_of(argv, 3), number_of(argv, 4), number_of(argv, 5));
	} else {
		measure(&r);
		if (strcmp(argv[1], "reports") == 0 && argc == 7)
			reports(&r, number_of(argv, 3), number_of(argv, 4),
				number_of(argv, 5), number_of(argv, 6));
		else if (strcmp(argv[1], "single") == 0 && argc >= 4)
			single(&r, number_of(argv, 3), argc > 4 ? number_of(argv, 4) : 0);
		else if (strcmp(argv[1], "scan") == 0 && argc == 3)
			scan(&r);
		else
			expect(0, "see the head of bench/raw.c");
	}
	mdb_env_close(r.env);
}

int main(int argc, char **argv)
{
	if ((argc == 4 || argc == 5) && strcmp(argv[1], "flush") == 0)
		flush(argv[2], number_of(argv, 3), argc == 5 ? number_of(argv, 4) : 0);
	else if (argc == 3 && strcmp(argv[1], "walk") == 0)
		walk(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "compact") == 0)
		compact(argv[2], argv[3]);
	else if (argc >= 3)
		run_on_env(argc, argv);
	else
		expect(0, "see the head of bench/raw.c");
	return 0;
}
