#include "agentkit.h"

#include "base/check.h"

static void what_is_pushed_survives_a_reopen_with_its_note(void **state)
{
	struct kit *kit = *state;
	uint8_t digest[CCHC_DIGEST_BYTES];
	char name[CCHC_FILE_NAME] = "";
	struct cchc_file file;
	uint64_t id = kit_push(kit, "2024-Q1.csv", 1, 3, 100);

	kit_reopen(kit);
	assert_int_equal(kit_look(kit).queued, 1);
	assert_int_equal(cchc_outbox_taken(kit->box, "2024-Q1.csv", digest), CCHC_OK);
	assert_int_equal(cchc_outbox_next_taken(kit->box, name, sizeof(name)), CCHC_OK);
	assert_string_equal(name, "2024-Q1.csv");
	assert_int_equal(cchc_outbox_next_taken(kit->box, name, sizeof(name)),
			 CCHC_NOTFOUND);
	assert_int_equal(cchc_outbox_moved(kit->box, "2024-Q1.csv"), CCHC_OK);
	assert_int_equal(cchc_outbox_taken(kit->box, "2024-Q1.csv", digest),
			 CCHC_NOTFOUND);
	assert_int_equal(cchc_outbox_file(kit->box, &kit->arena, id, &file), CCHC_OK);
	assert_int_equal(file.items, 1);
	assert_string_equal(file.name, "2024-Q1.csv");
}

static void numbers_are_gapless_and_their_items_frozen(void **state)
{
	struct kit *kit = *state;
	struct cchc_sent first;
	struct cchc_sent again;
	uint8_t chain[CCHC_CHAIN_BYTES];

	for (uint32_t i = 0; i < 5; i++)
		(void)kit_push(kit, "f.csv", 1 + i, 2, 100 * i);
	assert_int_equal(kit_number(kit, 2), 2);
	assert_int_equal(kit_number(kit, 2), 2);
	first = kit_sent(kit, 1);
	cchc_chain_first(kit_look(kit).epoch, chain);
	assert_memory_equal(first.before, chain, sizeof(chain));
	assert_int_equal(kit_number(kit, 100), 5);
	kit_reopen(kit);
	again = kit_sent(kit, 1);
	assert_memory_equal(first.chain, again.chain, sizeof(first.chain));
	assert_int_equal(first.item.body_len, again.item.body_len);
	assert_memory_equal(first.item.body, again.item.body, again.item.body_len);
	assert_memory_equal(kit_sent(kit, 2).before, first.chain, sizeof(first.chain));
	assert_int_equal(cchc_outbox_sent(kit->box, &kit->arena, 6, &again),
			 CCHC_NOTFOUND);
}

static void an_ack_moves_mark_refusals_and_accepted_state_together(void **state)
{
	struct kit *kit = *state;
	uint64_t id = kit_push(kit, "f.csv", 1, 3, 100);
	struct cchc_refused *refused;
	struct cchc_file file;
	size_t n;

	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 1, 1, 1), CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(kit_look(kit).mark, 1);
	assert_int_equal(kit_look(kit).live_bytes, 0);
	assert_int_equal(kit_look(kit).rejected, 1);
	assert_int_equal(kit_accepted(kit, 1), 101);
	assert_int_equal(kit_accepted(kit, 2), INT64_MIN); /* the refused one */
	assert_int_equal(kit_accepted(kit, 3), 103);
	assert_int_equal(cchc_outbox_file(kit->box, &kit->arena, id, &file), CCHC_OK);
	assert_int_equal(file.acked, 1);
	assert_int_equal(cchc_outbox_refused(kit->box, &kit->arena, &file, &refused, &n),
			 CCHC_OK);
	assert_int_equal(n, 1);
	assert_int_equal(refused[0].line, 3);
	assert_int_equal(refused[0].cell.rule, CCHC_RULE_NEGATIVE);
	assert_string_equal(refused[0].cell.field, "I.1");
}

static void a_repeated_ack_changes_nothing(void **state)
{
	struct kit *kit = *state;
	struct cchc_outbox_state before;
	struct cchc_outbox_state after;

	(void)kit_push(kit, "f.csv", 1, 3, 100);
	(void)kit_push(kit, "g.csv", 4, 3, 100);
	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 2, 1, 1), CCHC_OK);
	before = kit_look(kit);
	assert_int_equal(kit_ack(kit, 2, 1, 1), CCHC_OK);
	assert_int_equal(kit_ack(kit, 1, 0, 0), CCHC_OK);
	after = kit_look(kit);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void a_whole_refusal_accepts_no_cell(void **state)
{
	struct kit *kit = *state;

	(void)kit_push(kit, "f.csv", 1, 3, 100);
	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 1, 1, CCHC_REFUSED_WHOLE), CCHC_OK);
	for (uint32_t row = 1; row <= 3; row++)
		assert_int_equal(kit_accepted(kit, row), INT64_MIN);
}

static void that_unread_cells_are_not_taken_either_is_no_news(void **state)
{
	struct kit *kit = *state;

	(void)kit_push(kit, "f.csv", 1, 3, 100);
	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 1, 1, CCHC_REFUSED_UNREAD), CCHC_OK);
	assert_int_equal(kit_look(kit).rejected, 0);
	assert_int_equal(kit_look(kit).mark, 1);
	assert_int_equal(kit_accepted(kit, 3), 103);
}

static void a_mark_that_was_never_given_is_not_taken(void **state)
{
	struct kit *kit = *state;
	Cchc__Ack ack = CCHC__ACK__INIT;

	(void)kit_push(kit, "f.csv", 1, 3, 100);
	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 2, 0, 0), CCHC_INVALID);
	ack.epoch = kit_look(kit).epoch + 1;
	ack.mark = 1;
	assert_int_equal(cchc_outbox_ack(kit->box, &ack, KIT_WALL), CCHC_INVALID);
	assert_int_equal(kit_look(kit).mark, 0);
}

static void a_full_outbox_takes_nothing_and_drops_nothing(void **state)
{
	struct kit *kit = *state;
	struct cchc_item item;
	uint64_t queued;

	kit->max_bytes = 2000;
	kit_reopen(kit);
	item = kit_item(kit, "f.csv", 1, 100, 0);
	for (queued = 0; kit_push_items(kit, "f.csv", &item, 1, NULL) == CCHC_OK;)
		assert_true(++queued < 100);
	assert_int_equal(kit_push_items(kit, "f.csv", &item, 1, NULL), CCHC_NOSPACE);
	assert_int_equal(kit_look(kit).queued, queued);
	assert_int_equal(kit_number(kit, 100), queued);
	assert_int_equal(kit_ack(kit, queued, 0, 0), CCHC_OK);
	/* the tail counts too, until it is trimmed */
	assert_int_equal(kit_push_items(kit, "f.csv", &item, 1, NULL), CCHC_NOSPACE);
	assert_int_equal(cchc_outbox_trim(kit->box, KIT_WALL + 8 * KIT_DAY_MS), CCHC_OK);
	assert_int_equal(kit_push_items(kit, "f.csv", &item, 1, NULL), CCHC_OK);
}

static void what_the_wire_would_refuse_is_not_taken(void **state)
{
	struct kit *kit = *state;
	struct cchc_item item = kit_item(kit, "f.csv", 1, 3, 0);

	item.body_len--;
	assert_int_equal(kit_push_items(kit, "f.csv", &item, 1, NULL), CCHC_INVALID);
	assert_int_equal(kit_push_items(kit, "f.csv", &item, 0, NULL), CCHC_INVALID);
	assert_int_equal(kit_look(kit).queued, 0);
}

static void trim_keeps_what_is_young_small_or_not_acknowledged(void **state)
{
	static const struct {
		uint64_t keep_bytes;
		int64_t later_ms;
		uint64_t kept; /* of 4 acknowledged ones */
	} CASES[] = {
		{KIT_MB, 0, 4},
		{KIT_MB, 8 * KIT_DAY_MS, 0},
		{0, 0, 0},
	};

	for (size_t c = 0; c < CCHC_COUNT(CASES); c++) {
		struct kit *kit = kit_new();
		struct cchc_sent sent;
		uint64_t kept = 0;

		kit->keep_bytes = CASES[c].keep_bytes;
		kit_reopen(kit);
		for (uint32_t i = 0; i < 6; i++)
			(void)kit_push(kit, "f.csv", 1, 3, i);
		(void)kit_number(kit, 8);
		assert_int_equal(kit_ack(kit, 4, 0, 0), CCHC_OK);
		assert_int_equal(cchc_outbox_trim(kit->box, KIT_WALL + CASES[c].later_ms),
				 CCHC_OK);
		for (uint64_t seq = 1; seq <= 4; seq++)
			kept += cchc_outbox_sent(kit->box, &kit->arena, seq, &sent) ==
				CCHC_OK;
		assert_int_equal(kept, CASES[c].kept);
		(void)kit_sent(kit, 5);
		(void)kit_sent(kit, 6);
		if (kept == 0)
			assert_int_equal(kit_look(kit).tail_bytes, 0);
		kit_free(kit);
	}
	(void)state;
}

static void a_file_record_goes_when_its_receipt_is_written_and_old(void **state)
{
	struct kit *kit = *state;
	uint64_t id = kit_push(kit, "f.csv", 1, 3, 100);
	uint64_t unwritten;
	struct cchc_file file;

	(void)kit_number(kit, 8);
	assert_int_equal(kit_ack(kit, 1, 1, 0), CCHC_OK);
	assert_int_equal(cchc_outbox_trim(kit->box, KIT_WALL + 8 * KIT_DAY_MS), CCHC_OK);
	assert_int_equal(cchc_outbox_unwritten(kit->box, 0, &unwritten), CCHC_OK);
	assert_int_equal(unwritten, id);
	assert_int_equal(cchc_outbox_file(kit->box, &kit->arena, id, &file), CCHC_OK);
	assert_int_equal(cchc_outbox_written(kit->box, id), CCHC_OK);
	assert_int_equal(cchc_outbox_trim(kit->box, KIT_WALL + 8 * KIT_DAY_MS), CCHC_OK);
	assert_int_equal(cchc_outbox_file(kit->box, &kit->arena, id, &file),
			 CCHC_NOTFOUND);
}

/* ---- whose outbox, whose store ---- */

static Cchc__Welcome welcome_of(uint8_t *store, uint64_t incarnation,
				Cchc__UnitInfo *unit)
{
	static char code[] = "11986";
	static char kind[] = "Thị trấn";
	static char name[] = "Thị trấn Như Quỳnh";
	static char level[] = "commune";
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;

	*unit = (Cchc__UnitInfo)CCHC__UNIT_INFO__INIT;
	unit->code = code;
	unit->kind = kind;
	unit->name = name;
	unit->level = level;
	welcome.store_id.data = store;
	welcome.store_id.len = CCHC_STORE_ID_BYTES;
	welcome.incarnation = incarnation;
	welcome.unit = unit;
	return welcome;
}

static void another_store_is_denied_until_a_person_adopts_it(void **state)
{
	struct kit *kit = *state;
	uint8_t a[CCHC_STORE_ID_BYTES] = {1};
	uint8_t b[CCHC_STORE_ID_BYTES] = {2};
	struct cchc_outbox_unit known;
	Cchc__UnitInfo unit;
	Cchc__Welcome first = welcome_of(a, 1, &unit);
	Cchc__Welcome other = welcome_of(b, 1, &unit);

	assert_int_equal(cchc_outbox_unit(kit->box, &known), CCHC_NOTFOUND);
	assert_int_equal(cchc_outbox_pin(kit->box, &first), CCHC_OK);
	assert_int_equal(cchc_outbox_pin(kit->box, &other), CCHC_DENIED);
	assert_memory_equal(kit_look(kit).store_id, a, sizeof(a));
	assert_int_equal(cchc_outbox_adopt(kit->box), CCHC_OK);
	assert_int_equal(cchc_outbox_pin(kit->box, &other), CCHC_OK);
	assert_memory_equal(kit_look(kit).store_id, b, sizeof(b));
	assert_int_equal(cchc_outbox_unit(kit->box, &known), CCHC_OK);
	assert_int_equal(known.level, CCHC_COMMUNE);
}

static void the_downward_channel_takes_what_is_newer_once(void **state)
{
	struct kit *kit = *state;
	uint8_t a[CCHC_STORE_ID_BYTES] = {1};
	Cchc__UnitInfo unit;
	Cchc__Welcome welcome = welcome_of(a, 1, &unit);
	Cchc__ReportState report = CCHC__REPORT_STATE__INIT;
	Cchc__ReportState *reports[] = {&report};
	Cchc__Down down = CCHC__DOWN__INIT;
	struct cchc_report_state got;

	report.form = (char[]){"cchc-2021"};
	report.period = KIT_PERIOD;
	report.version = 2;
	report.state = CCHC__REPORT_STATE__STATE__DRAFT;
	down.number = 40;
	down.report = reports;
	down.n_report = 1;
	assert_int_equal(cchc_outbox_pin(kit->box, &welcome), CCHC_OK);
	assert_int_equal(cchc_outbox_down(kit->box, &down), CCHC_OK);
	report.version = 1;
	assert_int_equal(cchc_outbox_down(kit->box, &down), CCHC_OK);
	assert_int_equal(cchc_outbox_report(kit->box, "cchc-2021", KIT_PERIOD, &got),
			 CCHC_OK);
	assert_int_equal(got.version, 2);
	/* a restored daemon counts from an earlier commit */
	welcome.incarnation = 2;
	assert_int_equal(cchc_outbox_pin(kit->box, &welcome), CCHC_OK);
	assert_int_equal(kit_look(kit).down, 0);
	assert_int_equal(cchc_outbox_down(kit->box, &down), CCHC_OK);
	assert_int_equal(cchc_outbox_report(kit->box, "cchc-2021", KIT_PERIOD, &got),
			 CCHC_OK);
	assert_int_equal(got.version, 1);
}

static void an_outbox_serves_one_unit_only(void **state)
{
	struct kit *kit = *state;
	struct cchc_outbox_options options = {
		.path = kit->path, .unit = "12004", .max_bytes = KIT_MB};
	struct cchc_outbox *other = NULL;
	struct cchc_err err;

	cchc_outbox_close(&kit->box);
	assert_int_equal(cchc_outbox_open(&options, &other, &err), CCHC_INVALID);
	assert_null(other);
	options.read_only = true;
	options.path = "/tmp/test_agent.none/outbox.mdb";
	assert_int_equal(cchc_outbox_open(&options, &other, &err), CCHC_NOTFOUND);
}

/* ---- epochs ---- */

static void a_fork_keeps_what_the_other_hand_gave(void **state)
{
	struct kit *kit = *state;
	uint64_t epoch = kit_look(kit).epoch;
	struct cchc_held_cell cells[] = {
		kit_held(1, 501, epoch, 1),     /* ours, acknowledged */
		kit_held(2, 502, epoch, 3),     /* the other hand's: stands */
		kit_held(5, 505, epoch + 1, 9), /* of another epoch */
	};
	struct cchc_held held = {.cell = cells, .n = CCHC_COUNT(cells)};
	struct cchc_standing standing = {.name = "in.csv", .size = 7, .mtime_ns = 9};
	struct cchc_dropped *dropped;
	struct cchc_figure figure;
	struct cchc_sent sent;
	Cchc__Report *report;
	struct cchc_namesakes names;
	size_t n;

	(void)kit_push(kit, "a.csv", 1, 1, 500); /* seq 1, acknowledged */
	(void)kit_push(kit, "b.csv", 1, 3, 10);  /* seq 2, on its way */
	(void)kit_number(kit, 2);
	assert_int_equal(kit_ack(kit, 1, 0, 0), CCHC_OK);
	(void)kit_push(kit, "c.csv", 2, 1,
		       20); /* waits; all of it stands at the daemon */
	assert_int_equal(cchc_outbox_note_fork(kit->box, 3), CCHC_OK);
	assert_int_equal(
		cchc_outbox_fork(kit->box, &held, &standing, 1, 0, 777, KIT_WALL),
		CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(kit_look(kit).epoch, 777);
	assert_int_equal(kit_look(kit).epochs, 2);
	assert_int_equal(kit_look(kit).last_given, 0);
	assert_int_equal(kit_look(kit).queued, 1);
	assert_int_equal(kit_accepted(kit, 2), 502);
	assert_int_equal(kit_accepted(kit, 5), 505);
	assert_int_equal(kit_number(kit, 9), 1);
	sent = kit_sent(kit, 1);
	report = kit_report(kit, sent.item.body, sent.item.body_len);
	assert_int_equal(report->n_row, 2);
	assert_int_equal(report->row[0], 1);
	assert_int_equal(report->row[1], 3);
	assert_int_equal(cchc_item_line(&sent.item, 1), 4);
	assert_int_equal(
		cchc_outbox_namesakes(kit->box, "fork-2024-03-09-230000", &names),
		CCHC_OK);
	assert_int_equal(
		cchc_outbox_dropped(kit->box, &kit->arena, names.newest, &dropped, &n),
		CCHC_OK);
	assert_int_equal(n, 3); /* the cell that stands, and two that gave way to it */
	assert_int_equal(dropped[0].ours.state, CCHC_ABSENT);
	assert_int_equal(dropped[1].ours.value, 12);
	assert_string_equal(dropped[1].source, "b.csv");
	assert_int_equal(dropped[2].ours.value, 22);
	assert_true(cchc_outbox_stood(kit->box, &standing));
	standing.size++;
	assert_false(cchc_outbox_stood(kit->box, &standing));
	assert_int_equal(
		cchc_outbox_stands(kit->box, "cchc-2021", KIT_PERIOD, 2, &figure),
		CCHC_OK);
	assert_int_equal(
		cchc_outbox_stands(kit->box, "cchc-2021", KIT_PERIOD, 1, &figure),
		CCHC_NOTFOUND);
}

static void a_fork_that_was_noted_first_stays_the_point(void **state)
{
	struct kit *kit = *state;

	assert_int_equal(cchc_outbox_note_fork(kit->box, 5), CCHC_OK);
	assert_int_equal(cchc_outbox_note_fork(kit->box, 7), CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(kit_look(kit).fork_at, 5);
	assert_int_equal(cchc_outbox_note_fork(kit->box, 4), CCHC_OK);
	assert_int_equal(kit_look(kit).fork_at, 4);
}

static void a_renewal_sends_the_accepted_state_before_what_waits(void **state)
{
	struct kit *kit = *state;
	struct cchc_sent sent;

	(void)kit_push(kit, "a.csv", 1, CCHC_CELLS_MAX, 100);
	(void)kit_push(kit, "b.csv", 400, 20, 100);
	(void)kit_push(kit, "c.csv", 1, 1, 999);
	(void)kit_number(kit, 3);
	assert_int_equal(kit_ack(kit, 2, 0, 0), CCHC_OK);
	(void)kit_push(kit, "d.csv", 2, 1, 999);
	assert_int_equal(cchc_outbox_renew(kit->box, 888, KIT_WALL), CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(kit_look(kit).epoch, 888);
	assert_int_equal(kit_number(kit, 100), 4);
	sent = kit_sent(kit, 1);
	assert_int_equal(kit_report(kit, sent.item.body, sent.item.body_len)->n_row,
			 CCHC_CELLS_MAX);
	sent = kit_sent(kit, 2);
	assert_int_equal(kit_report(kit, sent.item.body, sent.item.body_len)->n_row, 20);
	sent = kit_sent(kit, 3);
	assert_string_equal(kit_report(kit, sent.item.body, sent.item.body_len)->source,
			    "c.csv");
	sent = kit_sent(kit, 4);
	assert_string_equal(kit_report(kit, sent.item.body, sent.item.body_len)->source,
			    "d.csv");
	/* everything may be acknowledged again */
	assert_int_equal(kit_ack(kit, 4, 0, 0), CCHC_OK);
	assert_int_equal(kit_accepted(kit, 1), 1000);
	assert_int_equal(kit_look(kit).live_bytes, 0);
}

static void the_tail_goes_back_as_far_as_it_is_kept(void **state)
{
	struct kit *kit = *state;
	enum cchc_proof proof;
	uint8_t wrong[CCHC_CHAIN_BYTES] = {0};
	struct cchc_sent second;

	for (uint32_t i = 0; i < 4; i++)
		(void)kit_push(kit, "f.csv", 1, 3, i);
	(void)kit_number(kit, 8);
	second = kit_sent(kit, 2);
	assert_int_equal(kit_ack(kit, 4, 0, 0), CCHC_OK);
	assert_int_equal(cchc_outbox_prove(kit->box, 2, second.chain, &proof), CCHC_OK);
	assert_int_equal(proof, CCHC_PROOF_SAME);
	assert_int_equal(cchc_outbox_prove(kit->box, 2, wrong, &proof), CCHC_OK);
	assert_int_equal(proof, CCHC_PROOF_DIFFERENT);
	assert_int_equal(cchc_outbox_rewind(kit->box, 2), CCHC_OK);
	assert_int_equal(kit_look(kit).mark, 2);
	assert_int_equal(cchc_outbox_trim(kit->box, KIT_WALL + 8 * KIT_DAY_MS), CCHC_OK);
	(void)kit_sent(kit, 3); /* waits for its ack again: not trimmed */
	assert_int_equal(cchc_outbox_rewind(kit->box, 0), CCHC_NOTFOUND);
	assert_int_equal(cchc_outbox_prove(kit->box, 1, wrong, &proof), CCHC_OK);
	assert_int_equal(proof, CCHC_PROOF_UNKNOWN);
	assert_int_equal(kit_ack(kit, 4, 0, 0), CCHC_OK);
	assert_int_equal(kit_look(kit).live_bytes, 0);
}

static void a_note_stays_until_it_is_another(void **state)
{
	struct kit *kit = *state;
	char note[CCHC_NOTE_TEXT];

	assert_int_equal(cchc_outbox_note(kit->box, note), CCHC_OK);
	assert_string_equal(note, "");
	assert_int_equal(cchc_outbox_set_note(kit->box, "outbox full"), CCHC_OK);
	kit_reopen(kit);
	assert_int_equal(cchc_outbox_note(kit->box, note), CCHC_OK);
	assert_string_equal(note, "outbox full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT(what_is_pushed_survives_a_reopen_with_its_note),
		KIT(numbers_are_gapless_and_their_items_frozen),
		KIT(an_ack_moves_mark_refusals_and_accepted_state_together),
		KIT(a_repeated_ack_changes_nothing),
		KIT(a_whole_refusal_accepts_no_cell),
		KIT(that_unread_cells_are_not_taken_either_is_no_news),
		KIT(a_mark_that_was_never_given_is_not_taken),
		KIT(a_full_outbox_takes_nothing_and_drops_nothing),
		KIT(what_the_wire_would_refuse_is_not_taken),
		KIT(trim_keeps_what_is_young_small_or_not_acknowledged),
		KIT(a_file_record_goes_when_its_receipt_is_written_and_old),
		KIT(another_store_is_denied_until_a_person_adopts_it),
		KIT(the_downward_channel_takes_what_is_newer_once),
		KIT(an_outbox_serves_one_unit_only),
		KIT(a_fork_keeps_what_the_other_hand_gave),
		KIT(a_fork_that_was_noted_first_stays_the_point),
		KIT(a_renewal_sends_the_accepted_state_before_what_waits),
		KIT(the_tail_goes_back_as_far_as_it_is_kept),
		KIT(a_note_stays_until_it_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
