/* peer.c - PostgreSQL under the bench's load: many connections in one loop, prepared
 *statements, one round trip a transaction. Each command prints one line of JSON.
 *
 *	cchc-peer push CONNINFO CONNECTIONS MESSAGES CELLS TRANSACTIONS [random]
 *		each connection sends TRANSACTIONS transactions of MESSAGES messages of
 *CELLS cells of quarter 0, for its own communes in turn, or for any cchc-peer districts
 *CONNINFO N the rollups of every district of a quarter, N times: median time */

#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { CONNECTIONS_MAX = 64, CELL_TEXT = 12, COMMUNES_MAX = 20000, ROWS = 117 };

struct client {
	PGconn *connection;
	uint32_t random;
	unsigned number;
	unsigned sent;
};

struct peer {
	struct client client[CONNECTIONS_MAX];
	unsigned n;
	unsigned messages;
	unsigned cells;
	unsigned transactions;
	int is_random;
	int commune[COMMUNES_MAX];
	unsigned n_communes;
	char *text[4]; /* arrays: unit, period, row, value */
};

_Noreturn static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "cchc-peer: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static PGresult *must(PGconn *connection, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		die("statement", PQerrorMessage(connection));
	return result;
}

static PGconn *connect_to(const char *conninfo)
{
	PGconn *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		die(conninfo, PQerrorMessage(connection));
	return connection;
}

static void load_communes(struct peer *p)
{
	PGconn *connection = p->client[0].connection;
	PGresult *result = must(
		connection,
		PQexec(connection, "SELECT id FROM unit WHERE level = 3 ORDER BY id"));

	p->n_communes = (unsigned)PQntuples(result);
	if (p->n_communes == 0 || p->n_communes > COMMUNES_MAX)
		die("unit", "fill the tables first");
	for (unsigned i = 0; i < p->n_communes; i++)
		p->commune[i] = atoi(PQgetvalue(result, (int)i, 0));
	PQclear(result);
}

static uint32_t next_random(struct client *c)
{
	c->random = c->random * 1664525u + 1013904223u;
	return c->random >> 8;
}

static void write_arrays(struct peer *p, struct client *c)
{
	char *at[4];
	unsigned each = p->n_communes / p->n;

	for (int i = 0; i < 4; i++)
		at[i] = p->text[i];
	for (unsigned m = 0; m < p->messages; m++) {
		unsigned turn = c->sent * p->messages + m;
		unsigned place = p->is_random ? next_random(c) % p->n_communes
					      : c->number * each + turn % each;
		unsigned from = p->is_random ? next_random(c) % ROWS : 0;

		for (unsigned i = 0; i < p->cells; i++) {
			char mark = m + i == 0 ? '{' : ',';

			at[0] += sprintf(at[0], "%c%d", mark, p->commune[place]);
			at[1] += sprintf(at[1], "%c0", mark);
			at[2] += sprintf(at[2], "%c%u", mark, (from + i) % ROWS);
			at[3] += sprintf(at[3], "%c%u", mark, next_random(c) % 1000);
		}
	}
	for (int i = 0; i < 4; i++)
		(void)strcpy(at[i], "}");
}

static void send_transaction(struct peer *p, struct client *c)
{
	char sender[16];
	char seq[32];
	const char *value[6] = {sender,     seq,        p->text[0],
				p->text[1], p->text[2], p->text[3]};

	write_arrays(p, c);
	(void)sprintf(sender, "%u", c->number);
	(void)sprintf(seq, "%" PRIu64, cchc_clock_mono_ns());
	if (!PQsendQueryPrepared(c->connection, "push", 6, value, NULL, NULL, 1) ||
	    PQflush(c->connection) < 0)
		die("send", PQerrorMessage(c->connection));
	c->sent++;
}

/* True when the connection has nothing more to do. */
static int take_answer(struct peer *p, struct client *c)
{
	PGresult *result;

	if (!PQconsumeInput(c->connection))
		die("receive", PQerrorMessage(c->connection));
	if (PQisBusy(c->connection))
		return 0;
	while ((result = PQgetResult(c->connection)))
		PQclear(must(c->connection, result));
	if (c->sent == p->transactions)
		return 1;
	send_transaction(p, c);
	return 0;
}

static void push_all(struct peer *p)
{
	struct pollfd waits[CONNECTIONS_MAX];
	unsigned under_way = p->n;

	for (unsigned i = 0; i < p->n; i++) {
		waits[i] = (struct pollfd){PQsocket(p->client[i].connection), POLLIN, 0};
		send_transaction(p, &p->client[i]);
	}
	while (under_way > 0) {
		if (poll(waits, p->n, -1) < 0)
			die("poll", "failed");
		for (unsigned i = 0; i < p->n; i++)
			if (waits[i].revents && take_answer(p, &p->client[i])) {
				waits[i].fd = -1;
				under_way--;
			}
	}
}

static void push(struct peer *p, const char *conninfo)
{
	uint64_t updates = (uint64_t)p->n * p->transactions * p->messages * p->cells;
	uint64_t began;
	double seconds;

	for (unsigned i = 0; i < p->n; i++) {
		p->client[i].connection = connect_to(conninfo);
		p->client[i].number = i;
		p->client[i].random = (uint32_t)cchc_clock_mono_ns() + i;
		PQclear(must(p->client[i].connection,
			     PQprepare(p->client[i].connection, "push",
				       "SELECT push($1, $2, $3, $4, $5, $6)", 0, NULL)));
	}
	for (int i = 0; i < 4; i++)
		p->text[i] = malloc((size_t)p->messages * p->cells * CELL_TEXT + 8);
	load_communes(p);
	began = cchc_clock_mono_ns();
	push_all(p);
	seconds = (double)(cchc_clock_mono_ns() - began) / 1e9;
	(void)printf("{\"updates\": %" PRIu64
		     ", \"seconds\": %.6f, \"updates_per_s\": %.1f}\n",
		     updates, seconds, (double)updates / seconds);
	for (unsigned i = 0; i < p->n; i++)
		PQfinish(p->client[i].connection);
	for (int i = 0; i < 4; i++)
		free(p->text[i]);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void districts(const char *conninfo, unsigned n)
{
	PGconn *connection = connect_to(conninfo);
	uint64_t *ns = calloc(n, sizeof(ns[0]));
	int cells = 0;

	PQclear(must(
		connection,
		PQprepare(connection, "ask",
			  "SELECT r.unit, r.row, r.sum, r.n FROM rollup r JOIN unit u ON "
			  "u.id = r.unit WHERE r.period = 0 AND u.level = 2",
			  0, NULL)));
	for (unsigned i = 0; ns && i < n; i++) {
		uint64_t began = cchc_clock_mono_ns();
		PGresult *result = must(connection, PQexecPrepared(connection, "ask", 0,
								   NULL, NULL, NULL, 1));

		ns[i] = cchc_clock_mono_ns() - began;
		cells = PQntuples(result);
		PQclear(result);
	}
	qsort(ns, n, sizeof(ns[0]), by_value);
	(void)printf("{\"cells\": %d, \"p50_us\": %.1f}\n", cells,
		     (double)ns[n / 2] / 1000.0);
	free(ns);
	PQfinish(connection);
}

static unsigned number_of(const char *text, unsigned most)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n == 0 || n > most)
		die(text, "a number in bounds is expected");
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer)
		die("memory", "none");
	if (argc >= 7 && strcmp(argv[1], "push") == 0) {
		peer->n = number_of(argv[3], CONNECTIONS_MAX);
		peer->messages = number_of(argv[4], 1000);
		peer->cells = number_of(argv[5], 100);
		peer->transactions = number_of(argv[6], 1000000);
		peer->is_random = argc == 8 && strcmp(argv[7], "random") == 0;
		push(peer, argv[2]);
	} else if (argc == 4 && strcmp(argv[1], "districts") == 0) {
		districts(argv[2], number_of(argv[3], 100000));
	} else {
		die("arguments", "see the head of bench/peer->c");
	}
	free(peer);
	return 0;
}
