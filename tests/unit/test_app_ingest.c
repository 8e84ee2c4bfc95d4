/* A session from the agent's side: what is answered, in how many pages, and when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "doorkit.h"

enum { EPOCH = 7, NO_REVISION = 999 };

struct pen { /* what the agent has sent so far */
	uint64_t seq;
	uint8_t chain[CCHC_CHAIN_BYTES];
};

static void say_hello(struct doorkit *k, struct pen *pen)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Hello hello = CCHC__HELLO__INIT;

	*pen = (struct pen){.seq = 0};
	cchc_chain_first(EPOCH, pen->chain);
	if (!k->sends.poll)
		door_enter(k, &k->sends, CCHC_DOOR_AGENTS, NULL);
	hello.version_min = hello.version_max = frame.version = CCHC_PROTOCOL_VERSION;
	hello.unit = (char[]){"11986"};
	hello.epoch = EPOCH;
	frame.kind = CCHC__TO_DAEMON__KIND__HELLO;
	frame.hello = &hello;
	door_say(k, &k->sends, &frame.base);
}

/* The next number, one cell of quarter I; value -1 is refused. Nothing moves on. */
static void say_push(struct doorkit *k, struct pen *pen, uint32_t revision, int64_t value)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Push push = CCHC__PUSH__INIT;
	Cchc__Report report = CCHC__REPORT__INIT;
	uint32_t row = appkit_row(&k->app, "I.1")->id;
	uint8_t before[CCHC_CHAIN_BYTES];

	report.unit = (char[]){"11986"};
	report.form = k->d.catalog.form[0].form->name;
	report.revision = revision;
	report.period = cchc_period_code(KIT_Q1);
	report.row = &row;
	report.value = &value;
	report.n_row = report.n_value = 1;
	assert_int_equal(cchc_wire_encode(&k->arena, &report.base, &push.body.data,
					  &push.body.len),
			 CCHC_OK);
	push.has_body = true;
	push.epoch = EPOCH;
	push.seq = pen->seq + 1;
	push.kind = CCHC__PUSH__KIND__UPDATE;
	memcpy(before, pen->chain, sizeof(before));
	cchc_chain_next(before, push.seq, (uint8_t)push.kind, push.body.data,
			push.body.len, pen->chain);
	push.chain.data = pen->chain;
	push.chain.len = sizeof(pen->chain);
	frame.version = CCHC_PROTOCOL_VERSION;
	frame.kind = CCHC__TO_DAEMON__KIND__PUSH;
	frame.push = &push;
	door_say(k, &k->sends, &frame.base);
	pen->seq++;
}

static void say_stored(struct doorkit *k, uint64_t refusals, uint64_t down)
{
	Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
	Cchc__Stored stored = CCHC__STORED__INIT;

	stored.epoch = EPOCH;
	stored.refusals = refusals;
	stored.down = down;
	frame.version = CCHC_PROTOCOL_VERSION;
	frame.kind = CCHC__TO_DAEMON__KIND__STORED;
	frame.stored = &stored;
	door_say(k, &k->sends, &frame.base);
}

/* The i-th frame that was heard, whatever it is. */
static Cchc__ToAgent *heard(struct doorkit *k, size_t i)
{
	Cchc__ToAgent *frame;
	struct cchc_err err = {.text = ""};

	if (cchc_wire_to_agent(&k->arena, k->sends.heard[i].bytes, k->sends.heard[i].len,
			       &frame, &err))
		fail_msg("%s", err.text);
	return frame;
}

/* The first frame of the kind from *at on, which moves behind it. */
static Cchc__ToAgent *await(struct doorkit *k, Cchc__ToAgent__Kind kind, size_t *at)
{
	for (;;) {
		Cchc__ToAgent *frame;

		door_until(k, k->sends.n > *at);
		frame = heard(k, (*at)++);
		if (frame->kind == kind)
			return frame;
	}
}

static void await_mark(struct doorkit *k, uint64_t mark, size_t *at)
{
	while (await(k, CCHC__TO_AGENT__KIND__ACK, at)->ack->mark != mark)
		;
}

static size_t begin(struct doorkit *k, struct pen *pen)
{
	size_t at = 0;

	door_write(k);
	say_hello(k, pen);
	assert_true(await(k, CCHC__TO_AGENT__KIND__WELCOME, &at)->welcome->mark == 0);
	return at;
}

static void a_welcome_says_what_the_unit_is(void **state)
{
	struct doorkit *k = *state;
	struct pen pen;
	size_t at = 0;
	Cchc__Welcome *welcome;

	door_write(k);
	say_hello(k, &pen);
	welcome = await(k, CCHC__TO_AGENT__KIND__WELCOME, &at)->welcome;
	assert_string_equal(welcome->unit->level, "commune");
	assert_int_equal(welcome->unit->n_below, 0);
	assert_true(welcome->credit == 64);
}

static void a_hole_is_told_and_filled(void **state)
{
	struct doorkit *k = *state;
	struct pen pen;
	struct pen hole;
	size_t at = begin(k, &pen);
	uint32_t revision = k->d.catalog.form[0].form->revision;

	say_push(k, &pen, revision, 1);
	await_mark(k, 1, &at);
	hole = pen;
	say_push(k, &(struct pen){.seq = 2}, revision, 3); /* 3, but 2 was not heard */
	assert_true(await(k, CCHC__TO_AGENT__KIND__GAP, &at)->gap->expected == 2);
	say_push(k, &hole, revision, 2);
	say_push(k, &hole, revision, 3);
	await_mark(k, 3, &at);
}

static void what_stands_behind_a_later_is_dropped_without_a_word(void **state)
{
	struct doorkit *k = *state;
	struct pen pen;
	struct pen early;
	size_t at = begin(k, &pen);
	uint32_t revision = k->d.catalog.form[0].form->revision;
	Cchc__Later *later;
	size_t heard_so_far;

	early = pen;
	say_push(k, &early, NO_REVISION, 1);
	later = await(k, CCHC__TO_AGENT__KIND__LATER, &at)->later;
	assert_true(later->seq == 1 && later->wait_ms > 0);
	heard_so_far = k->sends.n;
	say_push(k, &early, revision, 2); /* 2 */
	say_push(k, &early, revision, 3); /* 3 */
	say_push(k, &pen, revision, 1);   /* 1 comes again */
	await_mark(k, 1, &at);
	for (size_t i = heard_so_far; i < k->sends.n; i++)
		assert_int_not_equal(heard(k, i)->kind, CCHC__TO_AGENT__KIND__GAP);
	say_push(k, &pen, revision, 2);
	await_mark(k, 2, &at);
}

static void refusals_are_told_in_pages_and_the_mark_waits_for_them(void **state)
{
	enum { MESSAGES = 150 };
	struct doorkit *k = *state;
	struct pen pen;
	size_t at = begin(k, &pen);
	uint32_t revision = k->d.catalog.form[0].form->revision;
	uint64_t stored = 0;

	for (int i = 0; i < MESSAGES; i++)
		say_push(k, &pen, revision, -1);
	while (stored < MESSAGES) {
		Cchc__Ack *ack = await(k, CCHC__TO_AGENT__KIND__ACK, &at)->ack;

		assert_true(ack->n_refused <= CCHC_REFUSED_SEQS_MAX);
		assert_true(ack->mark <= stored + CCHC_REFUSED_SEQS_MAX);
		if (ack->mark < stored + CCHC_REFUSED_SEQS_MAX && ack->mark < MESSAGES)
			continue; /* more is on its way */
		assert_true(ack->refused[0]->seq == stored + 1);
		assert_true(ack->refused[ack->n_refused - 1]->seq == ack->mark);
		stored = ack->mark;
		say_stored(k, stored, 0);
	}
}

/* Cells of every count row in each month: more than a page. */
static size_t fill_months(struct doorkit *k)
{
	const struct cchc_form *form = k->d.catalog.form[0].form;
	struct sender sender = sender_of(appkit_unit(&k->app, "11986")->id, 1);
	size_t n = 0;

	for (uint8_t month = 0; month < 12; month++) {
		struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_UPDATE, 1);
		struct cchc_entry_cell cells[CCHC_ROWS_MAX];

		entry.form = k->d.catalog.form[0].id;
		entry.period = (struct cchc_period){2024, month};
		entry.cell = cells;
		for (size_t r = 0; r < form->n; r++)
			if (form->row[r].kind != CCHC_HEADING)
				cells[entry.n_cells++] = (struct cchc_entry_cell){
					.row = form->row[r].id, .state = CCHC_NA};
		assert_int_equal(kit_apply(&k->app.kit, &entry, 1).applied, CCHC_APPLIED);
		n += entry.n_cells;
	}
	return n;
}

static void all_that_is_held_comes_page_by_page_each_cell_once(void **state)
{
	struct doorkit *k = *state;
	static bool seen[12][CCHC_ROWS_MAX];
	size_t expected = fill_months(k);
	struct pen pen;
	size_t at = begin(k, &pen);
	Cchc__HeldAt *after = NULL;
	size_t cells = 0;
	unsigned pages = 0;

	do {
		Cchc__ToDaemon frame = CCHC__TO_DAEMON__INIT;
		Cchc__HeldAsk ask = CCHC__HELD_ASK__INIT;
		Cchc__Held *held;

		frame.version = CCHC_PROTOCOL_VERSION;
		frame.kind = CCHC__TO_DAEMON__KIND__HELD;
		frame.held = &ask;
		ask.after = after;
		door_say(k, &k->sends, &frame.base);
		held = await(k, CCHC__TO_AGENT__KIND__HELD, &at)->held;
		for (size_t c = 0; c < held->n_cells; c++) {
			for (size_t r = 0; r < held->cells[c]->n_row; r++) {
				bool *cell = &seen[held->cells[c]->period % 32]
						  [held->cells[c]->row[r]];

				assert_false(*cell);
				*cell = true;
				cells++;
			}
		}
		after = held->next;
		pages++;
	} while (after);
	assert_int_equal(cells, expected);
	assert_true(pages > 1);
}

static void report_states_go_down_in_pages(void **state)
{
	enum { YEARS = 8 };
	struct doorkit *k = *state;
	static bool seen[YEARS][CCHC_SLOTS];
	struct sender sender = sender_of(appkit_unit(&k->app, "11986")->id, 1);
	struct pen pen;
	size_t at;
	size_t reports = 0;
	unsigned pages = 0;

	for (unsigned i = 0; i < YEARS * CCHC_SLOTS; i++) {
		struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);

		entry.form = k->d.catalog.form[0].id;
		entry.period = (struct cchc_period){(uint16_t)(2021 + i / CCHC_SLOTS),
						    (uint8_t)(i % CCHC_SLOTS)};
		assert_int_equal(kit_apply(&k->app.kit, &entry, 1).applied, CCHC_APPLIED);
	}
	at = begin(k, &pen);
	while (reports < (size_t)YEARS * CCHC_SLOTS) {
		Cchc__Down *down = await(k, CCHC__TO_AGENT__KIND__DOWN, &at)->down;

		for (size_t i = 0; i < down->n_report; i++) {
			bool *one = &seen[down->report[i]->period / 32 - 2021]
					 [down->report[i]->period % 32];

			assert_false(*one);
			*one = true;
			reports++;
		}
		pages++;
		say_stored(k, 0, down->number);
	}
	assert_true(pages > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DOORS(a_welcome_says_what_the_unit_is),
		DOORS(a_hole_is_told_and_filled),
		DOORS(what_stands_behind_a_later_is_dropped_without_a_word),
		DOORS(refusals_are_told_in_pages_and_the_mark_waits_for_them),
		DOORS(all_that_is_held_comes_page_by_page_each_cell_once),
		DOORS(report_states_go_down_in_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
