/* fold.c - two designs of the figures' store, tried on the same load without a daemon.
 *
 *	cchc-fold DIR at-once|folded CELLS BATCH MESSAGES TAIL
 *
 * At once (what the daemon does): a commit writes the journal entry and the mark of each
 * message, and the packed records it changes. Folded: a commit writes entries and marks;
 * the changes wait in memory, found again at a start from the tail of the journal, and
 * are folded into the records later, TAIL records at most behind. What is folded rides in
 * the next commit, so that it costs no flush of its own, and is taken in the order of the
 * keys, so that neighbours share a page.
 *
 * MESSAGES messages of CELLS cells (1: any cell of any commune; more: reports in turn) of
 * 64 senders, BATCH a commit. Prints one line of JSON: updates a second, the time of a
 * commit, of reading one record, of a start, and a digest of all figures, which must not
 * depend on the design. */

#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crc32c.h"

enum {
	UNITS = 10598,
	PERIODS = 4,
	CHUNKS = 3, /* of 64 row ids */
	ROWS = 117,
	ROW_IDS = 137,
	CHUNK = 64,
	RECORDS = UNITS * PERIODS * CHUNKS,
	RECORD_MAX = 1600,
	SENDERS = 64,
	MARK_BYTES = 300,
	HEADER_BYTES = 60, /* of an entry: sender, epoch, seq, chain, report's header */
	ENTRY_MAX = 4096,
	KEY_MAX = 16,
	READS = 100000,
};

/* A chunk's cells; those whose bit is not set are absent. */
struct cells {
	uint64_t there;
	int64_t value[CHUNK];
	uint64_t journal[CHUNK];
};

struct fold {
	MDB_env *env;
	MDB_dbi record;
	MDB_dbi journal;
	MDB_dbi mark;
	MDB_dbi meta; /* the number up to which entries are folded */
	MDB_txn *txn;
	uint64_t number; /* of the last entry */
	uint64_t folded;
	uint64_t begun; /* the number when this round through the records began */
	int at_once;
	size_t cells;
	uint64_t random;
	uint64_t turn[SENDERS];
	struct cells *waiting[RECORDS]; /* not folded yet */
	size_t n_waiting;
	size_t next; /* record to fold */
	size_t tail;
};

static void must(int rc, const char *what)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "cchc-fold: %s: %s\n", what, mdb_strerror(rc));
	exit(EXIT_FAILURE);
}

static uint32_t next_random(struct fold *f)
{
	f->random = f->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(f->random >> 33);
}

/* ---- values with a check sum, as the daemon's ---- */

static void put(struct fold *f, MDB_dbi table, MDB_val *key, const void *bytes,
		size_t len, unsigned flags)
{
	uint32_t sum =
		cchc_crc32c(cchc_crc32c(0, key->mv_data, key->mv_size), bytes, len);
	MDB_val value = {.mv_size = len + sizeof(sum)};

	must(mdb_put(f->txn, table, key, &value, flags | MDB_RESERVE), "put");
	memcpy(value.mv_data, bytes, len);
	memcpy((uint8_t *)value.mv_data + len, &sum, sizeof(sum));
}

static int is_sound(const MDB_val *key, const MDB_val *value, size_t *len)
{
	uint32_t sum;

	*len = value->mv_size - sizeof(sum);
	memcpy(&sum, (const uint8_t *)value->mv_data + *len, sizeof(sum));
	return cchc_crc32c(cchc_crc32c(0, key->mv_data, key->mv_size), value->mv_data,
			   *len) == sum;
}

static MDB_val number_key(uint64_t number, uint8_t room[KEY_MAX])
{
	struct cchc_out out;

	cchc_out_init(&out, room, KEY_MAX);
	cchc_out_be64(&out, number);
	return (MDB_val){cchc_out_len(&out), room};
}

/* ---- packed records ---- */

static MDB_val record_key(size_t record, uint8_t room[KEY_MAX])
{
	struct cchc_out out;

	cchc_out_init(&out, room, KEY_MAX);
	cchc_out_be32(&out, (uint32_t)(record / CHUNKS / PERIODS + 1));
	cchc_out_be16(&out, 1);
	cchc_out_be16(&out, 2024);
	cchc_out_u8(&out, (uint8_t)(record / CHUNKS % PERIODS));
	cchc_out_be16(&out, (uint16_t)(record % CHUNKS));
	return (MDB_val){cchc_out_len(&out), room};
}

static void read_record(struct fold *f, size_t record, struct cells *cells)
{
	uint8_t room[KEY_MAX];
	MDB_val key = record_key(record, room);
	MDB_val value;
	struct cchc_in in;
	uint64_t base;
	size_t row = 0;
	size_t len;
	int rc = mdb_get(f->txn, f->record, &key, &value);

	cells->there = 0;
	if (rc == MDB_NOTFOUND)
		return;
	must(rc, "get");
	cchc_check(is_sound(&key, &value, &len));
	cchc_in_init(&in, value.mv_data, len);
	base = cchc_in_varint(&in);
	while (cchc_in_left(&in) > 0) {
		row += cchc_in_varint(&in) >> 2;
		cchc_check(row < CHUNK);
		cells->there |= UINT64_C(1) << row;
		cells->value[row] = cchc_in_zigzag(&in);
		cells->journal[row] = base - cchc_in_varint(&in);
		row++;
	}
	cchc_check(!in.failed);
}

static void write_record(struct fold *f, size_t record, const struct cells *cells)
{
	uint8_t bytes[RECORD_MAX];
	uint8_t room[KEY_MAX];
	MDB_val key = record_key(record, room);
	struct cchc_out out;
	uint64_t base = 0;
	size_t next = 0;

	for (size_t row = 0; row < CHUNK; row++)
		if (cells->there >> row & 1 && cells->journal[row] > base)
			base = cells->journal[row];
	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_varint(&out, base);
	for (size_t row = 0; row < CHUNK; row++) {
		if (!(cells->there >> row & 1))
			continue;
		cchc_out_varint(&out, (row - next) << 2 | 1);
		cchc_out_zigzag(&out, cells->value[row]);
		cchc_out_varint(&out, base - cells->journal[row]);
		next = row + 1;
	}
	cchc_check(!out.failed);
	put(f, f->record, &key, bytes, cchc_out_len(&out), 0);
}

static void overlay(struct cells *cells, const struct cells *newer)
{
	cells->there |= newer->there;
	for (uint64_t rest = newer->there; rest; rest &= rest - 1) {
		size_t row = (size_t)__builtin_ctzll(rest);

		cells->value[row] = newer->value[row];
		cells->journal[row] = newer->journal[row];
	}
}

/* ---- one message ---- */

struct message {
	size_t sender;
	size_t report; /* unit * PERIODS + period */
	size_t n;
	uint16_t row[ROWS]; /* ids */
	int64_t value[ROWS];
};

static void make_message(struct fold *f, struct message *m)
{
	size_t each = UNITS / SENDERS;
	size_t from = f->cells == 1 ? next_random(f) % ROWS : 0;

	m->sender = f->number % SENDERS;
	m->report = f->cells == 1
			    ? next_random(f) % UNITS * PERIODS
			    : (m->sender * each + f->turn[m->sender]++ % each) * PERIODS;
	m->n = f->cells;
	for (size_t i = 0; i < m->n; i++) {
		m->row[i] = (uint16_t)((from + i) % ROWS * ROW_IDS / ROWS);
		m->value[i] = next_random(f) % 1000;
	}
}

static void write_entry(struct fold *f, const struct message *m)
{
	static const uint8_t HEADER[HEADER_BYTES];
	uint8_t bytes[ENTRY_MAX];
	uint8_t room[KEY_MAX];
	MDB_val key = number_key(++f->number, room);
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_raw(&out, HEADER, sizeof(HEADER));
	cchc_out_varint(&out, m->report);
	for (size_t i = 0; i < m->n; i++) {
		cchc_out_varint(&out, m->row[i]);
		cchc_out_zigzag(&out, m->value[i]);
	}
	cchc_check(!out.failed);
	put(f, f->journal, &key, bytes, cchc_out_len(&out), MDB_APPEND);
}

static void write_mark(struct fold *f, const struct message *m)
{
	uint8_t mark[MARK_BYTES] = {0};
	uint8_t room[KEY_MAX];
	MDB_val key = number_key(m->sender, room);

	memcpy(mark, &f->number, sizeof(f->number));
	put(f, f->mark, &key, mark, sizeof(mark), 0);
}

static void change(struct cells *cells, const struct message *m, size_t chunk,
		   uint64_t number)
{
	for (size_t i = 0; i < m->n; i++) {
		size_t row = m->row[i] % CHUNK;

		if (m->row[i] / CHUNK != chunk)
			continue;
		cells->there |= UINT64_C(1) << row;
		cells->value[row] = m->value[i];
		cells->journal[row] = number;
	}
}

static void change_records(struct fold *f, const struct message *m)
{
	for (size_t chunk = 0; chunk < CHUNKS; chunk++) {
		struct cells new = {.there = 0};
		struct cells cells;

		change(&new, m, chunk, f->number);
		if (!new.there)
			continue;
		read_record(f, m->report * CHUNKS + chunk, &cells);
		overlay(&cells, &new);
		write_record(f, m->report * CHUNKS + chunk, &cells);
	}
}

static void let_wait(struct fold *f, const struct message *m, uint64_t number)
{
	for (size_t chunk = 0; chunk < CHUNKS; chunk++) {
		struct cells **at = &f->waiting[m->report * CHUNKS + chunk];
		struct cells new = {.there = 0};

		change(&new, m, chunk, number);
		if (!new.there)
			continue;
		if (!*at) {
			*at = calloc(1, sizeof(**at));
			cchc_check(*at);
			f->n_waiting++;
		}
		overlay(*at, &new);
	}
}

/* ---- folding ---- */

static void fold_one(struct fold *f)
{
	struct cells cells;

	while (!f->waiting[f->next])
		f->next = (f->next + 1) % RECORDS;
	read_record(f, f->next, &cells);
	overlay(&cells, f->waiting[f->next]);
	write_record(f, f->next, &cells);
	free(f->waiting[f->next]);
	f->waiting[f->next] = NULL;
	f->n_waiting--;
}

/* A round through all records leaves nothing that waited when it began: the number then
 * is where a start must read from. */
static void fold_some(struct fold *f)
{
	uint8_t room[KEY_MAX];
	MDB_val key = number_key(0, room);
	size_t before = f->next;

	while (f->n_waiting > f->tail)
		fold_one(f);
	if (f->next >= before)
		return;
	f->folded = f->begun;
	f->begun = f->number;
	put(f, f->meta, &key, &f->folded, sizeof(f->folded), 0);
}

/* ---- the runs ---- */

static void open_tables(struct fold *f, const char *dir)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/fold-%s.mdb", dir,
		       f->at_once ? "at-once" : "folded");
	must(mdb_env_create(&f->env), "env");
	must(mdb_env_set_maxdbs(f->env, 4), "env");
	must(mdb_env_set_mapsize(f->env, (size_t)8 << 30), "env");
	must(mdb_env_open(f->env, path, MDB_NOSUBDIR | MDB_NOTLS, 0600), path);
	must(mdb_txn_begin(f->env, NULL, 0, &f->txn), "begin");
	must(mdb_dbi_open(f->txn, "record", MDB_CREATE, &f->record), "table");
	must(mdb_dbi_open(f->txn, "journal", MDB_CREATE, &f->journal), "table");
	must(mdb_dbi_open(f->txn, "mark", MDB_CREATE, &f->mark), "table");
	must(mdb_dbi_open(f->txn, "meta", MDB_CREATE, &f->meta), "table");
	must(mdb_txn_commit(f->txn), "commit");
}

static void fill(struct fold *f)
{
	must(mdb_txn_begin(f->env, NULL, 0, &f->txn), "begin");
	for (size_t record = 0; record < RECORDS; record++) {
		struct cells cells = {.there = 0};

		for (size_t r = 0; r < ROWS; r++) {
			size_t id = r * ROW_IDS / ROWS;

			if (id / CHUNK != record % CHUNKS)
				continue;
			cells.there |= UINT64_C(1) << id % CHUNK;
			cells.value[id % CHUNK] = next_random(f) % 1000;
			cells.journal[id % CHUNK] = 1;
		}
		write_record(f, record, &cells);
	}
	must(mdb_txn_commit(f->txn), "commit");
}

static uint64_t write_batch(struct fold *f, size_t batch)
{
	uint64_t began = cchc_clock_mono_ns();
	struct message m;

	must(mdb_txn_begin(f->env, NULL, 0, &f->txn), "begin");
	for (size_t i = 0; i < batch; i++) {
		make_message(f, &m);
		write_entry(f, &m);
		write_mark(f, &m);
		if (f->at_once)
			change_records(f, &m);
		else
			let_wait(f, &m, f->number);
	}
	fold_some(f);
	must(mdb_txn_commit(f->txn), "commit");
	return cchc_clock_mono_ns() - began;
}

/* Forgets what waits, and finds it again in the journal: what a start would do. */
static double restart_ms(struct fold *f)
{
	uint64_t began = cchc_clock_mono_ns();
	uint8_t room[KEY_MAX];
	MDB_val key = number_key(f->folded + 1, room);
	MDB_val value;
	MDB_cursor *cursor;
	int rc;

	for (size_t i = 0; i < RECORDS; i++) {
		free(f->waiting[i]);
		f->waiting[i] = NULL;
	}
	f->n_waiting = 0;
	must(mdb_cursor_open(f->txn, f->journal, &cursor), "cursor");
	for (rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); rc == 0;
	     rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
		struct message m = {.n = 0};
		struct cchc_in number;
		struct cchc_in in;
		size_t len;

		cchc_check(is_sound(&key, &value, &len));
		cchc_in_init(&number, key.mv_data, key.mv_size);
		cchc_in_init(&in, value.mv_data, len);
		(void)cchc_in_raw(&in, HEADER_BYTES);
		m.report = cchc_in_varint(&in);
		for (; cchc_in_left(&in) > 0; m.n++) {
			cchc_check(m.n < ROWS);
			m.row[m.n] = (uint16_t)cchc_in_varint(&in);
			m.value[m.n] = cchc_in_zigzag(&in);
		}
		let_wait(f, &m, cchc_in_be64(&number));
	}
	mdb_cursor_close(cursor);
	return (double)(cchc_clock_mono_ns() - began) / 1e6;
}

static void read_cells(struct fold *f, size_t record, struct cells *cells)
{
	read_record(f, record, cells);
	if (f->waiting[record])
		overlay(cells, f->waiting[record]);
}

static double read_ns(struct fold *f)
{
	uint64_t began = cchc_clock_mono_ns();
	uint64_t sum = 0;
	struct cells cells;

	for (size_t i = 0; i < READS; i++) {
		read_cells(f, next_random(f) % RECORDS, &cells);
		sum += cells.there;
	}
	cchc_check(sum > 0);
	return (double)(cchc_clock_mono_ns() - began) / READS;
}

static uint64_t digest(struct fold *f)
{
	uint64_t digest = 0;
	struct cells cells;

	for (size_t record = 0; record < RECORDS; record++) {
		read_cells(f, record, &cells);
		for (size_t row = 0; row < CHUNK; row++)
			if (cells.there >> row & 1)
				digest = (digest ^ (uint64_t)cells.value[row] ^
					  cells.journal[row] << 20) *
					 UINT64_C(1099511628211);
	}
	return digest;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void run(struct fold *f, size_t batch, size_t messages)
{
	size_t n = messages / batch;
	uint64_t *ns = calloc(n + 1, sizeof(ns[0]));
	uint64_t began = cchc_clock_mono_ns();
	double seconds;
	double restart;
	double reading;
	uint64_t print;

	cchc_check(ns && n > 0);
	for (size_t i = 0; i < n; i++)
		ns[i] = write_batch(f, batch);
	seconds = (double)(cchc_clock_mono_ns() - began) / 1e9;
	qsort(ns, n, sizeof(ns[0]), by_value);
	must(mdb_txn_begin(f->env, NULL, MDB_RDONLY, &f->txn), "begin");
	print = digest(f);
	restart = f->at_once ? 0 : restart_ms(f);
	cchc_check(digest(f) == print); /* what waited is in the journal */
	reading = read_ns(f);
	mdb_txn_abort(f->txn);
	(void)printf("{\"updates_per_s\": %.1f, \"commit_p50_us\": %.1f, "
		     "\"commit_p99_us\": %.1f, \"read_ns\": %.1f, \"restart_ms\": %.2f, "
		     "\"waiting\": %zu, \"digest\": \"%016" PRIx64 "\"}\n",
		     (double)(n * batch * f->cells) / seconds, (double)ns[n / 2] / 1e3,
		     (double)ns[n - 1 - n / 100] / 1e3, reading, restart, f->n_waiting,
		     print);
	free(ns);
}

int main(int argc, char **argv)
{
	struct fold *f = calloc(1, sizeof(*f));

	cchc_check(f);
	if (argc != 7) {
		(void)fputs("cchc-fold: see the head of bench/fold.c\n", stderr);
		return EXIT_FAILURE;
	}
	f->at_once = strcmp(argv[2], "at-once") == 0;
	f->cells = strtoul(argv[3], NULL, 10);
	f->tail = strtoul(argv[6], NULL, 10);
	cchc_check(f->cells > 0 && f->cells <= ROWS && f->tail > 0);
	open_tables(f, argv[1]);
	fill(f);
	run(f, strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
	for (size_t i = 0; i < RECORDS; i++)
		free(f->waiting[i]);
	mdb_env_close(f->env);
	free(f);
	return 0;
}
