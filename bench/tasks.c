/* tasks.c - what open tasks cost: a store is filled with them, then read as at the
 *daemon's start, and then time passes, moment after moment. Once with all tasks and once
 *with a hundredth of them, in one run.
 *
 *	cchc-tasks FOLDER N
 *
 * One line of JSON: seconds to load, bytes of memory for each task, and the microseconds
 *in which one moment that passed is found and taken, with many and with few. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/docket.h"
#include "base/check.h"
#include "base/clock.h"
#include "io/digest.h"
#include "store/apply.h"
#include "store/store.h"

enum {
	FEWER = 100,
	A_TXN = 2000,
	ROOM = CCHC_STEPS_MAX, /* firings taken at a time, the least a docket allows */
	TAKES = 1000,
	UNITS = 10598,
	DAYS = 365,
	STORE_BYTES = 1 << 30,
	ARENA_BYTES = 16 * 1024 * 1024,
	FIRST_DAY = 19797, /* 2024-03-15 */
};

struct load {
	struct cchc_docket *docket;
	size_t n; /* still to be taken */
};

struct figures {
	double load_s;
	double bytes;
	double take_us;
};

static void must(enum cchc_rc rc, const char *what)
{
	if (rc == CCHC_OK)
		return;
	fprintf(stderr, "cchc-tasks: %s: %s\n", what, cchc_rc_name(rc));
	exit(1);
}

/* Of a year's days, in an order that is none. */
static cchc_day due_of(size_t i)
{
	return FIRST_DAY + (cchc_day)(i * 2654435761U % DAYS);
}

static void add(struct cchc_txn *txn, struct cchc_arena *arena, size_t i)
{
	char id[CCHC_TASK_ID];
	struct cchc_deed deed = {.kind = CCHC_DEED_ADD,
				 .hand = CCHC_HAND_OPERATOR,
				 .id = id,
				 .class_name = "nhiem-vu",
				 .title =
					 "Rà soát, niêm yết công khai thủ tục hành chính",
				 .doc_number = "12/KH-UBND",
				 .doc_date = CCHC_DAY_NONE,
				 .assigned = FIRST_DAY - 1,
				 .lead = (uint32_t)(i % UNITS) + 1,
				 .due = due_of(i),
				 .effective = due_of(i),
				 .done = CCHC_DAY_NONE,
				 .wish = CCHC_DAY_NONE};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_DEED,
				   .clock_ms = cchc_day_start_ms(FIRST_DAY - 1),
				   .sender = "bench",
				   .deed = &deed};
	struct cchc_outcome outcome;

	(void)snprintf(id, sizeof(id), "KH-12/2024/%zu", i);
	cchc_arena_reset(arena);
	cchc_apply(txn, &entry, NULL, NULL, arena, &outcome);
	must(txn->rc, "a task cannot be added");
	cchc_check(outcome.applied == CCHC_APPLIED);
}

static void fill(struct cchc_store *store, size_t n)
{
	struct cchc_arena arena;
	struct cchc_txn txn;

	cchc_arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < n;) {
		cchc_txn_write(&txn, store->env);
		for (size_t k = 0; k < A_TXN && i < n; k++, i++)
			add(&txn, &arena, i);
		must(cchc_txn_commit(&txn), "commit");
	}
	cchc_arena_fini(&arena);
}

static void make_rules(struct cchc_alert_rules *rules)
{
	static const int DAYS_OF[] = {-7, -3, -1, 0, 1, 7};
	struct cchc_task_class *of = &rules->task_class[0];

	*rules = (struct cchc_alert_rules){
		.n_classes = 1, .usual_class = "nhiem-vu", .duty_class = "nhiem-vu"};
	(void)snprintf(of->name, sizeof(of->name), "nhiem-vu");
	of->n_steps = CCHC_COUNT(DAYS_OF);
	for (size_t i = 0; i < of->n_steps; i++) {
		of->step[i] = (struct cchc_step){
			.days = DAYS_OF[i], .minute = 480, .roles = CCHC_PERSON_CLERK};
		(void)snprintf(of->step[i].name, sizeof(of->step[i].name), "s%zu", i);
	}
}

static bool on_task(void *data, const struct cchc_task *task)
{
	struct load *load = data;

	must(cchc_docket_set(load->docket, task), "a task cannot be kept");
	return --load->n > 0;
}

/* What one firing costs: found at the top of the heap and taken, the next one put in its
 * place. Each task gives one, for here nobody writes them. */
static double take(struct cchc_docket *docket)
{
	struct cchc_firing firing[ROOM];
	struct cchc_arena arena;
	size_t taken = 0;
	uint64_t began;

	cchc_arena_init(&arena, ARENA_BYTES);
	began = cchc_clock_mono_ns();
	while (taken < TAKES) {
		size_t n;

		cchc_arena_reset(&arena);
		must(cchc_docket_due(docket, cchc_docket_next_step_ms(docket), &arena,
				     firing, ROOM, &n),
		     "a moment cannot be taken");
		taken += n;
	}
	began = cchc_clock_mono_ns() - began;
	cchc_arena_fini(&arena);
	return (double)began / 1000 / (double)taken;
}

static struct figures measure(struct cchc_store *store, size_t n)
{
	struct cchc_alert_rules *rules = calloc(1, sizeof(*rules));
	struct load load = {.n = n};
	struct figures figures;
	struct cchc_arena arena;
	struct cchc_txn txn;
	uint64_t began;
	size_t before;

	must(rules ? CCHC_OK : CCHC_NOMEM, "rules");
	make_rules(rules);
	cchc_arena_init(&arena, ARENA_BYTES);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	began = cchc_clock_mono_ns();
	must(cchc_docket_new(rules, &load.docket), "docket");
	cchc_txn_read(&txn, store->env);
	cchc_store_each_task(&txn, &arena, on_task, &load);
	cchc_txn_abort(&txn);
	figures.load_s = (double)(cchc_clock_mono_ns() - began) / 1e9;
	cchc_check(cchc_docket_n(load.docket) == n);
	cchc_arena_fini(&arena);
	figures.bytes =
		(double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / (double)n;
	figures.take_us = take(load.docket);
	cchc_docket_free(&load.docket);
	free(rules);
	return figures;
}

int main(int argc, char **argv)
{
	size_t n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct cchc_err err = {.text = ""};
	struct cchc_store store;
	struct figures many;
	struct figures few;
	char path[4096];

	if (n < FEWER) {
		fprintf(stderr, "usage: cchc-tasks FOLDER N (%d or more)\n", FEWER);
		return 2;
	}
	cchc_digest_start();
	(void)snprintf(path, sizeof(path), "%s/tasks.mdb", argv[1]);
	if (cchc_store_open(&store, path, STORE_BYTES, &err)) {
		fprintf(stderr, "cchc-tasks: %s\n", err.text);
		return 1;
	}
	fill(&store, n);
	few = measure(&store, n / FEWER);
	many = measure(&store, n);
	cchc_store_close(&store);
	(void)unlink(path);
	printf("{\"tasks\": %zu, \"load_s\": %.3f, \"bytes_each\": %.0f, \"take_us\": "
	       "%.3f, "
	       "\"take_few_us\": %.3f}\n",
	       n, many.load_s, many.bytes, many.take_us, few.take_us);
	return 0;
}
