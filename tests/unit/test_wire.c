#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/wirekit.h"

static char *text(size_t len)
{
	static char text_of[CCHC_STRING_MAX + 2];

	memset(text_of, 'x', len);
	text_of[len] = '\0';
	return text_of;
}

static void sound_messages_come_through_as_they_were(void **state)
{
	struct to_daemon d;
	Cchc__ToDaemon *got = NULL;
	Cchc__Report report = make_report(3, 1);
	Cchc__Report *got_report = NULL;
	size_t len;
	uint8_t *bytes;

	(void)state;
	for (int kind = 1; kind <= 6; kind++) {
		make_to_daemon(&d, (Cchc__ToDaemon__Kind)kind);
		assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	}
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
	bytes = encode(&d.m, &len);
	assert_int_equal(cchc_wire_to_daemon(&arena, bytes, len, &got, NULL), CCHC_OK);
	assert_string_equal(got->hello->program, "thị trấn Như Quỳnh");
	assert_int_equal(got->hello->n_form, 2);
	bytes = encode(&report, &len);
	assert_int_equal(cchc_wire_report(&arena, bytes, len, &got_report, NULL),
			 CCHC_OK);
	assert_int_equal(got_report->row[2], 3);
	assert_int_equal(got_report->value[2], -2);
	assert_string_equal(got_report->unread[0]->value, "nhiều");
	assert_false(got_report->unread[0]->has_row);
	assert_null(got_report->doc_number);
}

static void each_kind_has_its_sub_message_and_no_other(void **state)
{
	struct to_daemon d;

	(void)state;
	for (int kind = 1; kind <= 6; kind++) {
		make_to_daemon(&d, (Cchc__ToDaemon__Kind)kind);
		d.m.kind = (Cchc__ToDaemon__Kind)(kind % 6 + 1);
		assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "ToDaemon.");
		make_to_daemon(&d, (Cchc__ToDaemon__Kind)kind);
		if (kind == CCHC__TO_DAEMON__KIND__STORED)
			d.m.status = &d.status;
		else
			d.m.stored = &d.stored;
		assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "not with this kind");
	}
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
	d.m.hello = NULL;
	assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "ToDaemon.hello: missing");
}

static void kinds_without_a_sub_message_have_none(void **state)
{
	Cchc__ToAgent a = CCHC__TO_AGENT__INIT;
	Cchc__Ask q = CCHC__ASK__INIT;
	Cchc__Gap gap = CCHC__GAP__INIT;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;

	(void)state;
	a.version = q.version = CCHC_PROTOCOL_VERSION;
	a.kind = CCHC__TO_AGENT__KIND__HELLO_FIRST;
	assert_answer(TO_AGENT, &a, CCHC_OK, "");
	a.gap = &gap;
	assert_answer(TO_AGENT, &a, CCHC_INVALID, "ToAgent.gap: not with this kind");
	a.kind = CCHC__TO_AGENT__KIND__GAP;
	assert_answer(TO_AGENT, &a, CCHC_OK, "");
	a.kind = CCHC__TO_AGENT__KIND__WELCOME;
	assert_answer(TO_AGENT, &a, CCHC_INVALID, "ToAgent.");
	q.kind = CCHC__ASK__KIND__STATUS;
	assert_answer(ASK, &q, CCHC_OK, "");
	q.cells = &cells;
	assert_answer(ASK, &q, CCHC_INVALID, "Ask.cells: not with this kind");
	q.kind = CCHC__ASK__KIND__CELLS;
	assert_answer(ASK, &q, CCHC_OK, "");
	q.kind = CCHC__ASK__KIND__EXPLAIN;
	q.cells = NULL;
	assert_answer(ASK, &q, CCHC_INVALID, "Ask.explain: missing");
}

static Cchc__Answer make_answer(Cchc__Answer__Kind kind)
{
	Cchc__Answer w = CCHC__ANSWER__INIT;

	w.version = CCHC_PROTOCOL_VERSION;
	w.kind = kind;
	w.last = 1;
	return w;
}

static void a_list_of_an_answer_may_be_empty_but_not_another_kinds(void **state)
{
	static Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	Cchc__UnitCells cells = CCHC__UNIT_CELLS__INIT;
	Cchc__UnitCells *list[] = {&cells};
	Cchc__Answer w = make_answer(CCHC__ANSWER__KIND__CELLS);

	(void)state;
	unit.code = unit.name = unit.kind = unit.level = "x";
	cells.unit = &unit;
	cells.form = "cchc-2021";
	assert_answer(ANSWER, &w, CCHC_OK, "");
	w.n_cells = 1;
	w.cells = list;
	assert_answer(ANSWER, &w, CCHC_OK, "");
	w.kind = CCHC__ANSWER__KIND__JOURNAL;
	assert_answer(ANSWER, &w, CCHC_INVALID, "Answer.cells: not with this kind");
	w = make_answer(CCHC__ANSWER__KIND__VERIFY);
	assert_answer(ANSWER, &w, CCHC_INVALID, "Answer.verdict: missing");
}

static void a_push_has_a_body_unless_it_is_a_skip(void **state)
{
	struct to_daemon d;

	(void)state;
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__PUSH);
	d.push.kind = CCHC__PUSH__KIND__SKIP;
	assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "Push.body: a SKIP has none");
	d.push.has_body = 0;
	assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	d.push.kind = CCHC__PUSH__KIND__UPDATE;
	assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "Push.body: missing");
}

static void a_form_is_fetched_by_name_and_revision(void **state)
{
	struct to_daemon d;

	(void)state;
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__FETCH);
	d.fetch.what = CCHC__FETCH__WHAT__FORM;
	d.fetch.name = "cchc-2021";
	assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "by name and revision");
	d.fetch.has_revision = 1;
	assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	d.fetch.name = NULL;
	assert_answer(TO_DAEMON, &d.m, CCHC_INVALID, "by name and revision");
}

/* One under, at, and one over each bound. */
static void a_text_has_at_most_its_bytes(void **state)
{
	struct to_daemon d;

	(void)state;
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
	d.hello.unit = "";
	assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	d.hello.unit = text(CCHC_STRING_MAX - 1);
	assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	d.hello.unit = text(CCHC_STRING_MAX);
	assert_answer(TO_DAEMON, &d.m, CCHC_OK, "");
	d.hello.unit = text(CCHC_STRING_MAX + 1);
	assert_answer(TO_DAEMON, &d.m, CCHC_LIMIT, "Hello.unit: the text is too long");
	d.hello.unit = "x";
	form[1].name = text(CCHC_STRING_MAX + 1); /* deeper */
	assert_answer(TO_DAEMON, &d.m, CCHC_LIMIT, "FormHave.name: the text is too long");
}

static void a_text_is_clean(void **state)
{
	static const struct {
		const char *text;
		enum cchc_rc rc;
	} CASES[] = {
		{"Thị trấn Như Quỳnh\tvà\n", CCHC_OK},
		{"\xf0\x9f\x98\x80", CCHC_OK},
		{"\xff", CCHC_INVALID},
		{"cut \xe1\xbb", CCHC_INVALID},
		{"\xc0\x80", CCHC_INVALID},
		{"\xed\xa0\x80", CCHC_INVALID},
		{"\xf4\x90\x80\x80", CCHC_INVALID},
		{"bell \a", CCHC_INVALID},
		{"esc \x1b[2J", CCHC_INVALID},
	};
	struct to_daemon d;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
		d.hello.program = (char *)(uintptr_t)CASES[i].text;
		print_message("case %zu\n", i);
		assert_answer(TO_DAEMON, &d.m, CASES[i].rc,
			      CASES[i].rc ? "Hello.program: the text is not clean UTF-8"
					  : "");
	}
}

static void byte_fields_have_their_length(void **state)
{
	Cchc__Fetch of = CCHC__FETCH__INIT;
	Cchc__Piece piece = CCHC__PIECE__INIT;
	Cchc__ToAgent a = CCHC__TO_AGENT__INIT;
	struct to_daemon d;

	(void)state;
	for (size_t len = 15; len <= 17; len++) {
		make_to_daemon(&d, CCHC__TO_DAEMON__KIND__PUSH);
		d.push.chain = bytes_of(len);
		assert_answer(TO_DAEMON, &d.m, len == 16 ? CCHC_OK : CCHC_INVALID,
			      len == 16 ? "" : "Push.chain: not its number of bytes");
	}
	for (size_t len = 31; len <= 33; len++) {
		make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
		form[1].digest = bytes_of(len);
		assert_answer(TO_DAEMON, &d.m, len == 32 ? CCHC_OK : CCHC_INVALID,
			      len == 32 ? ""
					: "FormHave.digest: not its number of bytes");
	}
	of.what = CCHC__FETCH__WHAT__UNIT;
	piece.of = &of;
	a.version = CCHC_PROTOCOL_VERSION;
	a.kind = CCHC__TO_AGENT__KIND__PIECE;
	a.piece = &piece;
	for (size_t len = CCHC_PIECE_MAX - 1; len <= CCHC_PIECE_MAX + 1; len++) {
		piece.bytes = bytes_of(len);
		assert_answer(TO_AGENT, &a, len <= CCHC_PIECE_MAX ? CCHC_OK : CCHC_LIMIT,
			      len <= CCHC_PIECE_MAX ? "" : "Piece.bytes: too many bytes");
	}
}

static void lists_have_at_most_their_items(void **state)
{
	Cchc__ToAgent a = CCHC__TO_AGENT__INIT;
	Cchc__Ack ack = CCHC__ACK__INIT;
	Cchc__Ask q = CCHC__ASK__INIT;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;
	struct to_daemon d;

	(void)state;
	a.version = q.version = CCHC_PROTOCOL_VERSION;
	a.kind = CCHC__TO_AGENT__KIND__ACK;
	a.ack = &ack;
	ack.refused = refuseds;
	q.kind = CCHC__ASK__KIND__CELLS;
	q.cells = &cells;
	cells.row = numbers;
	for (int over = -1; over <= 1; over++) {
		enum cchc_rc rc = over > 0 ? CCHC_LIMIT : CCHC_OK;
		const char *says = over > 0 ? ": too many" : "";

		make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
		d.hello.n_form = (size_t)(CCHC_FORMS_MAX + over);
		assert_answer(TO_DAEMON, &d.m, rc, says);
		ack.n_refused = (size_t)(CCHC_REFUSED_SEQS_MAX + over);
		assert_answer(TO_AGENT, &a, rc, says);
		cells.n_row = (size_t)(CCHC_ASKED_ROWS_MAX + over);
		assert_answer(ASK, &q, rc, says);
	}
}

static void a_report_has_at_most_256_cells(void **state)
{
	static const struct {
		size_t rows;
		size_t unread;
		enum cchc_rc rc;
	} CASES[] = {
		{0, 0, CCHC_OK},      {1, 0, CCHC_OK},      {0, 1, CCHC_OK},
		{255, 0, CCHC_OK},    {256, 0, CCHC_OK},    {257, 0, CCHC_LIMIT},
		{0, 256, CCHC_OK},    {0, 257, CCHC_LIMIT}, {255, 1, CCHC_OK},
		{256, 1, CCHC_LIMIT}, {128, 128, CCHC_OK},  {129, 128, CCHC_LIMIT},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		Cchc__Report r = make_report(CASES[i].rows, CASES[i].unread);

		print_message("case %zu\n", i);
		assert_answer(REPORT, &r, CASES[i].rc, "");
		cchc_arena_reset(&arena);
	}
}

static void columns_have_one_length(void **state)
{
	static Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	Cchc__UnitCells cells = CCHC__UNIT_CELLS__INIT;
	Cchc__UnitCells *list[] = {&cells};
	Cchc__Publication p = CCHC__PUBLICATION__INIT;
	Cchc__Report r = make_report(3, 0);

	(void)state;
	r.state = numbers;
	r.n_state = 3;
	assert_answer(REPORT, &r, CCHC_OK, "");
	r.n_state = 2;
	assert_answer(REPORT, &r, CCHC_INVALID, "Report.state: the columns differ");
	r.n_state = 4;
	assert_answer(REPORT, &r, CCHC_INVALID, "Report.state: the columns differ");
	r.n_state = 0; /* all are figures */
	r.n_value = 2;
	assert_answer(REPORT, &r, CCHC_INVALID, "Report.value: the columns differ");

	unit.code = unit.name = unit.kind = unit.level = "";
	cells.unit = &unit;
	cells.form = "";
	cells.row = cells.state = cells.reported = cells.expected = cells.incomplete =
		numbers;
	cells.value = values;
	cells.n_row = cells.n_state = cells.n_value = 2;
	cells.n_reported = cells.n_expected = cells.n_incomplete = 2;
	p.version = CCHC_PROTOCOL_VERSION;
	p.n_cells = 1;
	p.cells = list;
	assert_answer(PUBLICATION, &p, CCHC_OK, "");
	cells.n_incomplete = 1;
	assert_answer(PUBLICATION, &p, CCHC_INVALID, "UnitCells.incomplete: the columns");
}

static void no_row_is_given_twice(void **state)
{
	uint32_t rows[] = {7, 1, 300, 7};
	Cchc__Report r = make_report(3, 0);

	(void)state;
	r.row = rows;
	assert_answer(REPORT, &r, CCHC_OK, "");
	r.n_row = r.n_value = 4;
	assert_answer(REPORT, &r, CCHC_INVALID, "Report.row: a row is given twice");
	rows[3] = 7 + 512; /* looks like 7 at first */
	assert_answer(REPORT, &r, CCHC_OK, "");
}

/* A packet of 26 KB once overflowed the stack in a message that contained itself. */
static void assert_no_way_back(const ProtobufCMessageDescriptor *d, unsigned depth)
{
	assert_true(depth < 8);
	for (unsigned i = 0; i < d->n_fields; i++)
		if (d->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			assert_no_way_back(d->fields[i].descriptor, depth + 1);
}

static void no_message_contains_itself(void **state)
{
	(void)state;
	assert_no_way_back(&cchc__to_daemon__descriptor, 0);
	assert_no_way_back(&cchc__to_agent__descriptor, 0);
	assert_no_way_back(&cchc__report__descriptor, 0);
	assert_no_way_back(&cchc__task_report__descriptor, 0);
	assert_no_way_back(&cchc__ask__descriptor, 0);
	assert_no_way_back(&cchc__answer__descriptor, 0);
	assert_no_way_back(&cchc__publication__descriptor, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(sound_messages_come_through_as_they_were),
		FRESH(each_kind_has_its_sub_message_and_no_other),
		FRESH(kinds_without_a_sub_message_have_none),
		FRESH(a_list_of_an_answer_may_be_empty_but_not_another_kinds),
		FRESH(a_push_has_a_body_unless_it_is_a_skip),
		FRESH(a_form_is_fetched_by_name_and_revision),
		FRESH(a_text_has_at_most_its_bytes),
		FRESH(a_text_is_clean),
		FRESH(byte_fields_have_their_length),
		FRESH(lists_have_at_most_their_items),
		FRESH(a_report_has_at_most_256_cells),
		FRESH(columns_have_one_length),
		FRESH(no_row_is_given_twice),
		FRESH(no_message_contains_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
