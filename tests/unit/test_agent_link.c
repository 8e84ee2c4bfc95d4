#include "agentplay.h"
#include "agenttasks.h"

static void a_greeting_leads_to_pushes_in_order(void **state)
{
	struct play *p = *state;
	uint8_t chain[CCHC_CHAIN_BYTES];

	play_queue(p, 3);
	play_greet(p, 0, 8);
	cchc_chain_first(kit_look(p->kit).epoch, chain);
	for (uint64_t seq = 1; seq <= 3; seq++) {
		Cchc__Push *push = play_push(p);

		assert_non_null(push);
		assert_int_equal(push->seq, seq);
		cchc_chain_next(chain, seq, (uint8_t)push->kind, push->body.data,
				push->body.len, chain);
		assert_memory_equal(push->chain.data, chain, sizeof(chain));
	}
	assert_null(play_push(p));
	assert_int_equal(kit_look(p->kit).last_given, 3);
}

static void credit_is_never_exceeded(void **state)
{
	struct play *p = *state;
	uint64_t highest = 0;

	play_queue(p, 20);
	play_greet(p, 0, 4);
	for (uint64_t credit = 4; credit <= 20; credit += 3) {
		Cchc__Push *push;

		play_pass(p, 500);
		while ((push = play_push(p))) {
			assert_int_equal(push->seq, highest + 1);
			highest = push->seq;
		}
		assert_int_equal(highest, credit);
		assert_int_equal(kit_look(p->kit).last_given, credit);
		play_ack(p, credit, credit + 3);
	}
}

static void without_credit_the_agent_asks_again_in_the_end(void **state)
{
	struct play *p = *state;

	play_queue(p, 1);
	play_greet(p, 0, 0);
	play_pass(p, 20000);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
	play_pass(p, 12000);
	(void)play_hello(p);
	assert_int_equal(kit_look(p->kit).last_given, 0);
}

static void after_a_lost_ack_the_same_bytes_come_again(void **state)
{
	struct play *p = *state;
	Cchc__Push *first;
	Cchc__Push *again;

	play_queue(p, 2);
	play_greet(p, 0, 8);
	first = play_push(p);
	play_pass(p, CCHC_PATIENCE_LEAST_MS + 100);
	assert_int_equal(play_hello(p)->last_given, 2);
	play_welcome(p, 2, NULL, 10); /* it has them, but we have no ack */
	again = play_push(p);
	assert_non_null(again);
	assert_int_equal(again->seq, 1);
	assert_int_equal(again->body.len, first->body.len);
	assert_memory_equal(again->body.data, first->body.data, first->body.len);
	assert_memory_equal(again->chain.data, first->chain.data, CCHC_CHAIN_BYTES);
	assert_int_equal(play_push(p)->seq, 2);
	play_ack(p, 2, 10);
	play_ack(p, 2, 10);
	assert_int_equal(kit_look(p->kit).mark, 2);
	play_pass(p, 60000);
	assert_null(play_push(p));
}

static void patience_follows_the_time_acks_take(void **state)
{
	struct play *p = *state;

	play_greet(p, 0, 100);
	for (uint64_t seq = 1; seq <= 20; seq++) {
		play_queue(p, 1);
		play_pass(p, 0);
		play_pass(p, 2500); /* slow, but not silent */
		play_ack(p, seq, 100);
	}
	assert_null(play_next(p, CCHC__TO_DAEMON__KIND__HELLO));
	play_queue(p, 1);
	play_pass(p, 8000);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
	play_pass(p, 4000);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_HELLO);
}

static void many_gaps_of_one_hole_rewind_once(void **state)
{
	struct play *p = *state;

	play_queue(p, 5);
	play_greet(p, 0, 8);
	while (play_push(p))
		;
	for (int i = 0; i < 3; i++)
		play_gap(p, 2);
	for (uint64_t seq = 2; seq <= 5; seq++)
		assert_int_equal(play_push(p)->seq, seq);
	assert_null(play_push(p));
	play_ack(p, 5, 8);
	assert_int_equal(kit_look(p->kit).mark, 5);
}

static void a_gap_below_the_mark_is_greeted(void **state)
{
	struct play *p = *state;

	play_queue(p, 3);
	play_greet(p, 0, 8);
	play_ack(p, 2, 8);
	play_gap(p, 1);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_HELLO);
}

static void later_stops_at_its_seq_and_comes_again(void **state)
{
	struct play *p = *state;

	play_queue(p, 4);
	play_greet(p, 0, 8);
	while (play_push(p))
		;
	play_later(p, 3, 2000);
	play_ack(p, 2, 8);
	play_queue(p, 1);
	play_pass(p, 1900);
	assert_null(play_push(p));
	play_pass(p, 1200); /* at most half as long again */
	for (uint64_t seq = 3; seq <= 5; seq++)
		assert_int_equal(play_push(p)->seq, seq);
	play_later(p, 2, 2000); /* of long ago: acknowledged since */
	play_pass(p, 100);
	assert_null(play_push(p));
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
}

static void refusals_are_stored_before_it_is_said(void **state)
{
	struct play *p = *state;
	Cchc__CellRefusal cell = CCHC__CELL_REFUSAL__INIT;
	Cchc__CellRefusal *cells[] = {&cell};
	Cchc__Refusals refusals = CCHC__REFUSALS__INIT;
	Cchc__Refusals *refused[] = {&refusals};
	Cchc__ToDaemon *m;

	cell.index = 1;
	cell.rule = CCHC_RULE_LOCKED;
	cell.field = (char[]){"I.2"};
	cell.value = (char[]){"7"};
	cell.expected = (char[]){""};
	refusals.seq = 1;
	refusals.cell = cells;
	refusals.n_cell = 1;
	play_queue(p, 2);
	play_greet(p, 0, 8);
	play_ack_with(p, 1, 8, refused, 1);
	m = play_next(p, CCHC__TO_DAEMON__KIND__STORED);
	assert_non_null(m);
	assert_int_equal(m->stored->refusals, 1);
	assert_int_equal(kit_look(p->kit).rejected, 1);
	assert_int_equal(kit_accepted(p->kit, 2), INT64_MIN);
	/* STORED was lost, the daemon repeats them */
	play_ack_with(p, 2, 8, refused, 1);
	assert_int_equal(play_next(p, CCHC__TO_DAEMON__KIND__STORED)->stored->refusals,
			 2);
	assert_int_equal(kit_look(p->kit).rejected, 1);
	/* and it is said once more after every greeting */
	play_hello_first(p);
	play_welcome(p, 2, NULL, 8);
	assert_non_null(play_next(p, CCHC__TO_DAEMON__KIND__STORED));
}

static void an_ack_of_a_seq_never_given_is_greeted(void **state)
{
	struct play *p = *state;

	play_queue(p, 1);
	play_greet(p, 0, 8);
	play_ack(p, 9, 20);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_HELLO);
	assert_int_equal(kit_look(p->kit).mark, 0);
}

/* ---- who is not there, or not ours ---- */

static void another_store_stops_everything_until_it_is_adopted(void **state)
{
	struct play *p = *state;

	play_queue(p, 1);
	play_greet(p, 0, 8);
	play_ack(p, 1, 8);
	play_queue(p, 1);
	p->store[0]++;
	play_hello_first(p);
	play_welcome(p, 0, NULL, 8);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_FOREIGN);
	assert_string_not_equal(cchc_link_trouble(p->link), "");
	p->seen = p->n;
	play_pass(p, 300000);
	assert_int_equal(p->seen, p->n); /* not a word */
	assert_int_equal(cchc_outbox_adopt(p->kit->box), CCHC_OK);
	play_pass(p, 2000);
	(void)play_hello(p);
	play_welcome(p, 0, NULL, 8);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
	assert_int_equal(play_push(p)->seq, 1); /* the new store has nothing: the tail */
	assert_int_equal(play_push(p)->seq, 2);
}

static void after_two_silent_rounds_another_address_is_tried(void **state)
{
	struct play *p = *state;

	play_pass(p, 0);
	play_pass(p, 5000);
	assert_int_equal(p->redials, 1);
	assert_int_equal(p->switches, 0);
	play_pass(p, 9000);
	assert_int_equal(p->switches, 1);
	play_pass(p, 10 * 60 * 1000);
	assert_true(p->redials < 30); /* ever slower, at most each half minute */
	assert_true(p->redials > 12);
	play_welcome(p, 0, NULL, 8);
	assert_string_equal(cchc_link_trouble(p->link), "");
}

static void a_key_that_the_district_does_not_know_is_named(void **state)
{
	struct play *p = *state;

	p->denied_key = "PUBLIC";
	play_pass(p, 5000);
	assert_non_null(strstr(cchc_link_trouble(p->link), "public key PUBLIC"));
	p->denied_key = NULL;
	play_pass(p, 30000);
	assert_null(strstr(cchc_link_trouble(p->link), "PUBLIC"));
	assert_string_not_equal(cchc_link_trouble(p->link), "");
}

static void denied_comes_again_slowly(void **state)
{
	static const struct {
		bool lasting;
		uint64_t least_ms;
		uint64_t most_ms;
	} CASES[] = {
		{false, CCHC_DENIED_WAIT_MS, CCHC_DENIED_WAIT_MS * 5 / 4},
		{true, CCHC_DENIED_LASTING_MS, CCHC_DENIED_LASTING_MS * 5 / 4},
	};
	struct play *p = *state;

	for (size_t i = 0; i < 2; i++) {
		play_pass(p, 0);
		play_denied(p, CASES[i].lasting);
		assert_int_equal(cchc_link_state(p->link), CCHC_LINK_DENIED);
		p->seen = p->n;
		play_pass(p, CASES[i].least_ms - 100);
		assert_int_equal(p->seen, p->n);
		play_pass(p, CASES[i].most_ms - CASES[i].least_ms + 200);
		(void)play_hello(p);
	}
}

static void another_version_or_unit_is_kept_away_from(void **state)
{
	struct play *p = *state;
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;

	play_pass(p, 0);
	unit.code = (char[]){"12004"};
	welcome.version = CCHC_PROTOCOL_VERSION;
	welcome.unit = &unit;
	m.welcome = &welcome;
	play_say(p, &m, CCHC__TO_AGENT__KIND__WELCOME);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_DENIED);
	assert_false(kit_look(p->kit).pinned);
}

static void a_full_socket_is_tried_again_without_a_hole(void **state)
{
	struct play *p = *state;

	play_queue(p, 3);
	play_pass(p, 0);
	(void)play_hello(p);
	p->full = true;
	play_welcome(p, 0, NULL, 8);
	play_pass(p, 100);
	p->full = false;
	play_pass(p, 100);
	for (uint64_t seq = 1; seq <= 3; seq++)
		assert_int_equal(play_push(p)->seq, seq);
}

static void status_tells_what_waits_and_why(void **state)
{
	struct play *p = *state;
	Cchc__Status *status;

	cchc_link_set_note(p->link, "outbox full");
	play_queue(p, 3);
	play_greet(p, 0, 2);
	play_ack(p, 1, 2);
	play_ack(p, 2, 2);
	play_pass(p, 0);
	(void)play_next(p, CCHC__TO_DAEMON__KIND__STATUS);
	play_pass(p, CCHC_STATUS_EVERY_MS);
	status = play_next(p, CCHC__TO_DAEMON__KIND__STATUS)->status;
	assert_int_equal(status->queued, 1);
	assert_string_equal(status->note, "outbox full");
}

/* ---- forms ---- */

static size_t read_form(char *text, size_t size)
{
	FILE *file = fopen(SOURCE_DIR "/config/forms/cchc-2021.yaml", "rb");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, size, file);
	assert_true(feof(file));
	(void)fclose(file);
	return len;
}

static void answer_fetch(struct play *p, const char *text, size_t len, size_t most)
{
	Cchc__Fetch *fetch = play_next(p, CCHC__TO_DAEMON__KIND__FETCH)->fetch;
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Piece piece = CCHC__PIECE__INIT;
	size_t n = len - fetch->offset;
	char copy[CCHC_PIECE_MAX];

	if (n > most)
		n = most;
	memcpy(copy, text + fetch->offset, n);
	piece.of = fetch;
	piece.total = (uint32_t)len;
	piece.bytes.data = (uint8_t *)copy;
	piece.bytes.len = n;
	m.piece = &piece;
	play_say(p, &m, CCHC__TO_AGENT__KIND__PIECE);
	play_say(p, &m, CCHC__TO_AGENT__KIND__PIECE); /* twice: counted once */
}

static void forms_come_in_pieces_and_are_checked(void **state)
{
	static char text[256 * 1024];
	struct play *p = *state;
	size_t len = read_form(text, sizeof(text));
	uint8_t digest[CCHC_DIGEST_BYTES];
	Cchc__FormHave have = CCHC__FORM_HAVE__INIT;
	struct cchc_period period = {.year = 2024, .slot = CCHC_Q1};
	Cchc__Hello *hello;

	cchc_digest_file(text, len, digest);
	have.name = (char[]){"cchc-2021"};
	have.revision = 2;
	have.digest.data = digest;
	have.digest.len = sizeof(digest);
	p->form = &have;
	play_greet(p, 0, 8);
	assert_false(cchc_link_forms_known(p->link));
	play_pass(p, 4000); /* the first question is lost */
	(void)play_next(p, CCHC__TO_DAEMON__KIND__FETCH);
	for (size_t got = 0; got < len; got += 20000)
		answer_fetch(p, text, len, 20000);
	assert_true(cchc_link_forms_known(p->link));
	assert_non_null(cchc_catalog_for(p->catalog, period));
	play_crash(p);
	assert_non_null(cchc_catalog_for(p->catalog, period));
	play_pass(p, 0);
	hello = play_hello(p);
	assert_int_equal(hello->n_form, 1);
	assert_memory_equal(hello->form[0]->digest.data, digest, sizeof(digest));
	play_welcome(p, 0, NULL, 8);
	assert_null(play_next(p, CCHC__TO_DAEMON__KIND__FETCH));
	/* another content of the same revision that is not what was announced */
	digest[0]++;
	play_hello_first(p);
	play_welcome(p, 0, NULL, 8);
	answer_fetch(p, text, len, CCHC_PIECE_MAX);
	assert_false(cchc_link_forms_known(p->link));
	assert_non_null(cchc_catalog_for(p->catalog, period)); /* the last good copy */
}

/* ---- tasks ---- */

static void tasks_that_come_down_are_stored_and_that_is_said(void **state)
{
	struct play *p = *state;
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Down down = CCHC__DOWN__INIT;
	Cchc__TaskInfo *info = tasks_info(p->kit, "CV-1");
	Cchc__ToDaemon *stored;

	play_greet(p, 0, 8);
	down.number = 7;
	down.task = &info;
	down.n_task = 1;
	m.down = &down;
	play_say(p, &m, CCHC__TO_AGENT__KIND__DOWN);
	stored = play_next(p, CCHC__TO_DAEMON__KIND__STORED);
	assert_non_null(stored);
	assert_int_equal(stored->stored->down, 7);
	assert_true(tasks_has(p->kit, "CV-1"));
}

static void a_statement_goes_out_as_one_push(void **state)
{
	struct play *p = *state;
	Cchc__Push *push;

	play_greet(p, 0, 8);
	tasks_tell(p->kit, tasks_info(p->kit, "CV-1"));
	tasks_say_done(p->kit, "CV-1", TASKS_TODAY, "12/BC");
	play_pass(p, 1000);
	push = play_push(p);
	assert_non_null(push);
	assert_int_equal(push->kind, CCHC__PUSH__KIND__TASK_REPORT);
	play_ack(p, 1, 9);
	assert_int_equal(kit_look(p->kit).mark, 1);
}

static void a_restored_district_tells_its_tasks_once_more(void **state)
{
	struct play *p = *state;

	play_greet(p, 0, 8);
	tasks_tell(p->kit, tasks_info(p->kit, "CV-1"));
	tasks_say_done(p->kit, "CV-1", TASKS_TODAY, "12/BC");
	play_pass(p, 1000);
	play_ack(p, 1, 9);
	play_hello_first(p);
	assert_int_equal(play_hello(p)->down, 1);
	play_welcome(p, 0, NULL, 8); /* it knows nothing of our first */
	assert_int_equal(play_hello(p)->down, 0);
	play_welcome(p, 0, NULL, 8);
	assert_non_null(play_push(p));
}

static void the_district_tells_the_time(void **state)
{
	struct play *p = *state;
	int64_t ms = 0;

	p->ahead_ms = -KIT_DAY_MS;
	play_greet(p, 0, 8);
	assert_int_equal(cchc_outbox_clock(p->kit->box, p->now.wall_ms, &ms), CCHC_OK);
	assert_int_equal(ms, p->now.wall_ms - KIT_DAY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAY(a_greeting_leads_to_pushes_in_order),
		PLAY(credit_is_never_exceeded),
		PLAY(without_credit_the_agent_asks_again_in_the_end),
		PLAY(after_a_lost_ack_the_same_bytes_come_again),
		PLAY(patience_follows_the_time_acks_take),
		PLAY(many_gaps_of_one_hole_rewind_once),
		PLAY(a_gap_below_the_mark_is_greeted),
		PLAY(later_stops_at_its_seq_and_comes_again),
		PLAY(refusals_are_stored_before_it_is_said),
		PLAY(an_ack_of_a_seq_never_given_is_greeted),
		PLAY(another_store_stops_everything_until_it_is_adopted),
		PLAY(after_two_silent_rounds_another_address_is_tried),
		PLAY(a_key_that_the_district_does_not_know_is_named),
		PLAY(denied_comes_again_slowly),
		PLAY(another_version_or_unit_is_kept_away_from),
		PLAY(a_full_socket_is_tried_again_without_a_hole),
		PLAY(status_tells_what_waits_and_why),
		PLAY(forms_come_in_pieces_and_are_checked),
		PLAY(tasks_that_come_down_are_stored_and_that_is_said),
		PLAY(a_statement_goes_out_as_one_push),
		PLAY(a_restored_district_tells_its_tasks_once_more),
		PLAY(the_district_tells_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
