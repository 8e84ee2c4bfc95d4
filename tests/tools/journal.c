/* Prints a store's journal for the tests: one JSON object a line for each entry that came
 * as a message, and one for each unit that got an id. The store may be in use. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"

enum { ENTRY_ARENA = 64 * 1024 * 1024 };

static void print_units(const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_units; i++)
		(void)printf("{\"id\": %" PRIu32 ", \"code\": \"%s\"}\n",
			     entry->units[i].id, entry->units[i].code);
}

/* Sources are file names of ours: nothing in them needs an escape. */
static void print_message(const struct cchc_entry *entry)
{
	char period[CCHC_PERIOD_TEXT] = "";

	if (entry->period.year)
		cchc_period_format(entry->period, period);
	(void)printf("{\"number\": %" PRIu64 ", \"kind\": %d, \"sender\": %" PRIu32
		     ", \"unit\": %" PRIu32 ", \"epoch\": \"%016" PRIx64
		     "\", \"seq\": %" PRIu64
		     ", \"period\": \"%s\", \"source\": \"%s\", \"cells\": %zu, "
		     "\"refused\": %zu}\n",
		     entry->number, (int)entry->kind, entry->sender_unit, entry->unit,
		     entry->epoch, entry->seq, period, entry->source ? entry->source : "",
		     entry->n_cells, entry->n_refusals);
}

static enum cchc_rc print_all(struct cchc_txn *txn)
{
	uint64_t last = cchc_store_commit_number(txn);
	struct cchc_arena arena;

	cchc_arena_init(&arena, ENTRY_ARENA);
	for (uint64_t number = 1; number <= last && txn->rc == CCHC_OK; number++) {
		struct cchc_entry entry = {0};

		if (!cchc_store_entry(txn, number, &arena, &entry))
			(void)printf("{\"missing\": %" PRIu64 "}\n", number);
		else if (entry.kind == CCHC_ENTRY_UNITS)
			print_units(&entry);
		else if (entry.sender_unit && entry.kind != CCHC_ENTRY_STORED)
			print_message(&entry);
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	return txn->rc;
}

int main(int argc, char **argv)
{
	struct cchc_store store;
	struct cchc_err err = {.text = ""};
	struct cchc_txn txn;
	enum cchc_rc rc;

	if (argc != 2) {
		(void)fputs("usage: journal STORE\n", stderr);
		return 2;
	}
	rc = cchc_store_open_read_only(&store, argv[1], &err);
	if (rc == CCHC_OK) {
		cchc_txn_read(&txn, store.env);
		rc = print_all(&txn);
		cchc_txn_abort(&txn);
		cchc_store_close(&store);
	}
	if (rc != CCHC_OK)
		(void)fprintf(stderr, "%s: %s %s\n", argv[1], cchc_rc_name(rc), err.text);
	return rc == CCHC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
