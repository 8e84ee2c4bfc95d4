/* What may be done with a task, and by whom. */
#include "taskstage.h"

/* --- judging ----------------------------------------------------------------------- */

static void days_of_the_table_are_of_march(void **state)
{
	(void)state;
	assert_int_equal(MARCH(1), cchc_day_of(2024, 3, 1));
}

enum { DOES = -1, SAID = -2 }; /* else the rule that refuses */

static void each_state_takes_its_deeds(void **state)
{
	static const struct {
		enum start start;
		/* extend, report, accept, return, cancel, reopen, move, calendar,
		 * fulfil */
		int answer[9];
	} CASES[] = {
		{NOTHING,
		 {CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK,
		  CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK,
		  CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK, CCHC_RULE_NO_TASK}},
		{OPEN,
		 {DOES, DOES, CCHC_RULE_NOT_WAITING, CCHC_RULE_NOT_WAITING, DOES,
		  CCHC_RULE_NOT_OPEN, DOES, DOES, CCHC_RULE_NOT_OPEN}},
		{WAITING,
		 {DOES, SAID, DOES, DOES, DOES, CCHC_RULE_NOT_OPEN, DOES, DOES,
		  CCHC_RULE_NOT_OPEN}},
		{DONE,
		 {CCHC_RULE_TASK_CLOSED, SAID, SAID, CCHC_RULE_NOT_WAITING,
		  CCHC_RULE_TASK_CLOSED, DOES, CCHC_RULE_TASK_CLOSED,
		  CCHC_RULE_TASK_CLOSED, CCHC_RULE_NOT_OPEN}},
		{CANCELLED,
		 {CCHC_RULE_TASK_CLOSED, CCHC_RULE_TASK_CLOSED, CCHC_RULE_NOT_WAITING,
		  CCHC_RULE_NOT_WAITING, SAID, DOES, CCHC_RULE_TASK_CLOSED,
		  CCHC_RULE_TASK_CLOSED, CCHC_RULE_NOT_OPEN}},
		{UNDATED,
		 {CCHC_RULE_NO_DUE_DATE, DOES, CCHC_RULE_NOT_WAITING,
		  CCHC_RULE_NOT_WAITING, DOES, CCHC_RULE_NOT_OPEN, DOES,
		  CCHC_RULE_NO_DUE_DATE, CCHC_RULE_NOT_OPEN}},
		{DUTY,
		 {DOES, CCHC_RULE_IS_DUTY, CCHC_RULE_NOT_WAITING, CCHC_RULE_NOT_WAITING,
		  DOES, CCHC_RULE_NOT_OPEN, CCHC_RULE_IS_DUTY, DOES, DOES}},
		{DUTY_DONE,
		 {CCHC_RULE_TASK_CLOSED, CCHC_RULE_IS_DUTY, SAID, CCHC_RULE_NOT_WAITING,
		  CCHC_RULE_TASK_CLOSED, DOES, CCHC_RULE_IS_DUTY, CCHC_RULE_TASK_CLOSED,
		  SAID}},
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES) * 9; i++) {
		struct cchc_deed deed =
			deed_of((enum cchc_deed_kind)(i % 9 + CCHC_DEED_EXTEND));
		struct cchc_refusal refusal;
		bool changes;
		struct stage s;
		int answer;

		begin(&s, CASES[i / 9].start);
		if (cchc_task_judge(s.exists ? &s.task : NULL, &deed, TODAY, &changes,
				    &refusal))
			answer = changes ? DOES : SAID;
		else
			answer = (int)refusal.rule;
		if (answer != CASES[i / 9].answer[i % 9])
			fail_msg("%s in start %d: %d", cchc_deed_name(deed.kind),
				 CASES[i / 9].start, answer);
		end(&s);
	}
}

static void what_is_said_again_changes_nothing(void **state)
{
	static const enum cchc_deed_kind KINDS[] = {
		CCHC_DEED_ADD,    CCHC_DEED_EXTEND, CCHC_DEED_REPORT, CCHC_DEED_RETURN,
		CCHC_DEED_REPORT, CCHC_DEED_ACCEPT, CCHC_DEED_REOPEN, CCHC_DEED_MOVE,
		CCHC_DEED_CANCEL, CCHC_DEED_REOPEN,
	};
	struct stage s;

	(void)state;
	begin(&s, NOTHING);
	for (size_t i = 0; i < CCHC_COUNT(KINDS); i++) {
		struct cchc_deed deed = deed_of(KINDS[i]);
		struct cchc_refusal refusal;
		bool changes = true;

		act(&s, KINDS[i], TODAY);
		assert_true(cchc_task_judge(&s.task, &deed, TODAY, &changes, &refusal));
		assert_false(changes);
	}
	end(&s);
}

/* What is spoilt of the sound deed: fields that are not zero here replace its own. */
struct wrong {
	enum start start;
	enum cchc_deed_kind kind;
	enum cchc_rule rule;
	const char *field;
	const char *value;
	const char *expected; /* its beginning */
	struct cchc_deed by;
};

#define WRONG(start, deed, rule, field, value, expected, ...)                            \
	{                                                                                \
		start, CCHC_DEED_##deed, CCHC_RULE_##rule, field, value, expected,       \
		{                                                                        \
			__VA_ARGS__                                                      \
		}                                                                        \
	}

static void spoil(struct cchc_deed *deed, const struct cchc_deed *by)
{
	deed->hand = by->hand ? by->hand : deed->hand;
	deed->id = by->id ? by->id : deed->id;
	deed->unit = by->unit ? by->unit : deed->unit;
	deed->title = by->title ? by->title : deed->title;
	deed->class_name = by->class_name ? by->class_name : deed->class_name;
	deed->assigned = by->assigned ? by->assigned : deed->assigned;
	deed->n_co = by->n_co ? by->n_co : deed->n_co;
	deed->is_duty = by->is_duty;
	deed->lead = by->lead ? by->lead : deed->lead;
	deed->lead = deed->lead == UINT32_MAX ? 0 : deed->lead;
	deed->due = by->due ? by->due : deed->due;
	deed->effective = by->effective ? by->effective : deed->effective;
	deed->done = by->done ? by->done : deed->done;
	deed->result = by->result ? by->result : deed->result;
	deed->wish = by->wish ? by->wish : deed->wish;
	deed->reason = by->reason ? by->reason : deed->reason;
	deed->reason_doc = by->reason_doc ? by->reason_doc : deed->reason_doc;
}

static void check_wrong(const struct wrong *wrong, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct wrong *w = &wrong[i];
		struct cchc_deed deed = deed_of(w->kind);
		struct cchc_refusal r = {0};
		bool changes = false;
		struct stage s;

		begin(&s, w->start);
		spoil(&deed, &w->by);
		if (cchc_task_judge(s.exists ? &s.task : NULL, &deed, TODAY, &changes,
				    &r))
			fail_msg("case %zu was allowed", i);
		if (r.rule != w->rule)
			fail_msg("case %zu: %s", i, cchc_rule_name(r.rule));
		assert_int_equal(r.index, CCHC_REFUSED_WHOLE);
		assert_string_equal(r.field, w->field);
		assert_string_equal(r.value, w->value);
		if (strstr(r.expected, w->expected) != r.expected)
			fail_msg("case %zu: \"%s\"", i, r.expected);
		assert_false(changes);
		end(&s);
	}
}

#define ID      "12/UBND/11986"
#define LONG_50 "12345678901234567890123456789012345678901234567890"

static void bad_input_has_its_own_answer(void **state)
{
	static const struct wrong CASES[] = {
		WRONG(NOTHING, ADD, DUE_BEFORE_ASSIGNED, "due", "2024-02-28",
		      "từ 2024-03-01", .due = MARCH(-1), .effective = MARCH(1)),
		WRONG(NOTHING, ADD, DONE_IN_FUTURE, "done", "2024-03-13",
		      "không sau 2024-03-12", .done = MARCH(13)),
		WRONG(NOTHING, ADD, DONE_BEFORE_ASSIGNED, "done", "2024-02-29",
		      "từ 2024-03-01", .done = MARCH(0)),
		WRONG(NOTHING, ADD, MISSING, "title", "", "không để trống",
		      .title = " \xc2\xa0 "),
		WRONG(NOTHING, ADD, MISSING, "assigned", "", "", .assigned = NONE),
		WRONG(NOTHING, ADD, MISSING, "lead", "", "", .lead = UINT32_MAX),
		WRONG(NOTHING, ADD, BAD_DATE, "due", "0001-01-01", "ngày",
		      .due = -719162),
		WRONG(NOTHING, ADD, BAD_DATE, "done", "", "ngày", .done = INT32_MAX),
		WRONG(NOTHING, ADD, BAD_DATE, "effective", "2024-03-14", "từ 2024-03-15",
		      .effective = MARCH(14)),
		WRONG(NOTHING, ADD, BAD_DATE, "effective", "", "từ 2024-03-15",
		      .effective = NONE),
		WRONG(NOTHING, ADD, TOO_LARGE, "co", "", "không quá 64 đơn vị",
		      .n_co = 65),
		WRONG(NOTHING, ADD, IS_DUTY, "id", ID, "", .is_duty = true),
		WRONG(NOTHING, ADD, ID_RESERVED, "id", "bao-cao/cchc-2021/2024-Q1/11986",
		      "mã không bắt đầu bằng bao-cao/",
		      .id = "bao-cao/cchc-2021/2024-Q1/11986"),
		WRONG(OPEN, ADD, TASK_EXISTS, "id", ID,
		      "mã khác, hoặc nội dung như đã ghi (khác nhau ở title)",
		      .title = "Việc khác"),
		WRONG(OPEN, EXTEND, EXTENSION_SHORTENS, "due", "2024-03-14",
		      "sau 2024-03-15", .due = MARCH(14), .effective = MARCH(14)),
		WRONG(OPEN, EXTEND, EXTENSION_SHORTENS, "due", "2024-03-15", "sau",
		      .due = MARCH(15), .effective = MARCH(15)),
		WRONG(OPEN, EXTEND, MISSING, "due", "", "", .due = NONE,
		      .effective = NONE),
		WRONG(OPEN, EXTEND, MISSING, "reason", "", "", .reason = ""),
		WRONG(OPEN, EXTEND, MISSING, "reason_doc", "", "", .reason_doc = " "),
		WRONG(OPEN, REPORT, DONE_IN_FUTURE, "done", "2024-03-13",
		      "không sau 2024-03-12", .done = MARCH(13)),
		WRONG(OPEN, REPORT, DONE_BEFORE_ASSIGNED, "done", "2024-02-29",
		      "từ 2024-03-01", .done = MARCH(0)),
		WRONG(OPEN, REPORT, MISSING, "done", "", "", .done = NONE),
		WRONG(OPEN, REPORT, EXTENSION_SHORTENS, "wish", "2024-03-15",
		      "sau 2024-03-15", .done = NONE, .wish = MARCH(15)),
		WRONG(OPEN, REPORT, MISSING, "reason", "", "", .done = NONE,
		      .wish = MARCH(20), .reason = ""),
		WRONG(UNDATED, REPORT, NO_DUE_DATE, "id", ID, "", .done = NONE,
		      .wish = MARCH(20)),
		WRONG(DONE, REPORT, TASK_CLOSED, "id", ID, "", .done = MARCH(10)),
		WRONG(DONE, REPORT, TASK_CLOSED, "id", ID, "", .result = "57/BC"),
		WRONG(WAITING, RETURN, MISSING, "reason", "", "", .reason = ""),
		WRONG(OPEN, CANCEL, MISSING, "reason", "", "", .reason = ""),
		WRONG(CANCELLED, CANCEL, TASK_CLOSED, "id", ID, "",
		      .reason = "vì việc khác"),
		WRONG(DONE, REOPEN, MISSING, "reason", "", "", .reason = ""),
		WRONG(OPEN, MOVE, MISSING, "reason", "", "", .reason = ""),
		WRONG(OPEN, MOVE, MISSING, "lead", "", "", .lead = UINT32_MAX),
		WRONG(OPEN, CALENDAR, BAD_DATE, "effective", "2024-03-14",
		      "từ 2024-03-15", .effective = MARCH(14)),
		WRONG(OPEN, CALENDAR, BAD_DATE, "effective", "", "từ", .effective = NONE),
	};

	(void)state;
	check_wrong(CASES, CCHC_COUNT(CASES));
}

static void ids_and_texts_are_clean_lines(void **state)
{
	static const struct wrong CASES[] = {
		WRONG(NOTHING, ADD, MISSING, "id", "", "không để trống", .id = ""),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "id", " a",
		      "không có khoảng trắng ở đầu và cuối", .id = " a"),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "id", "a\xc2\xa0",
		      "không có khoảng trắng ở đầu và cuối", .id = "a\xc2\xa0"),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "id", "a|b", "không có ký tự |",
		      .id = "a|b"),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "id", "a;b", "không có ký tự ;",
		      .id = "a;b"),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "id", "a\nb", "trên một dòng",
		      .id = "a\nb"),
		WRONG(NOTHING, ADD, BAD_TEXT, "id", "", "văn bản UTF-8", .id = "a\x01"),
		WRONG(NOTHING, ADD, BAD_TEXT, "id", "", "văn bản UTF-8", .id = "\xff"),
		WRONG(NOTHING, ADD, TOO_LONG, "id", LONG_50 "1234567890123",
		      "không quá 95 byte",
		      .id = LONG_50 "1234567890123456789012345678901234567890123456"),
		WRONG(OPEN, CANCEL, BAD_CHARACTER, "id", "12/UBND ", "không có khoảng",
		      .id = "12/UBND "),
		WRONG(NOTHING, ADD, TOO_LONG, "class", "12345678901234567890123456789012",
		      "không quá 31 byte",
		      .class_name = "12345678901234567890123456789012"),
		WRONG(NOTHING, ADD, BAD_CHARACTER, "title", "a\nb", "trên một dòng",
		      .title = "a\nb"),
		WRONG(OPEN, REPORT, BAD_TEXT, "result", "", "văn bản", .result = "\xc3"),
		WRONG(OPEN, CANCEL, TOO_LONG, "reason", LONG_50 "1234567890123",
		      "không quá 400 byte",
		      .reason = LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50
			      LONG_50 "1"),
	};
	struct cchc_deed deed = deed_of(CCHC_DEED_ADD);
	struct cchc_refusal refusal;
	bool changes = false;

	(void)state;
	check_wrong(CASES, CCHC_COUNT(CASES));
	deed.id = LONG_50 "123456789012345678901234567890123456789012345";
	deed.title = LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50 LONG_50;
	assert_true(cchc_task_judge(NULL, &deed, TODAY, &changes, &refusal));
	deed.id = "Số 12/QĐ-UBND, mục 3";
	assert_true(cchc_task_judge(NULL, &deed, TODAY, &changes, &refusal));
}

static void a_commune_reports_its_own_tasks_and_nothing_else(void **state)
{
	static const struct wrong CASES[] = {
		WRONG(OPEN, REPORT, NOT_YOUR_TASK, "id", ID, "nhiệm vụ của",
		      .hand = CCHC_HAND_COMMUNE, .unit = OTHER),
		WRONG(OPEN, REPORT, NOT_YOUR_TASK, "id", ID,
		      "đơn vị phối hợp chỉ theo dõi", .hand = CCHC_HAND_COMMUNE,
		      .unit = CO),
		WRONG(NOTHING, REPORT, NO_TASK, "id", ID, "", .hand = CCHC_HAND_COMMUNE),
		WRONG(NOTHING, ADD, NOT_YOUR_TASK, "id", ID, "việc này",
		      .hand = CCHC_HAND_COMMUNE),
		WRONG(OPEN, EXTEND, NOT_YOUR_TASK, "id", ID, "việc này",
		      .hand = CCHC_HAND_COMMUNE),
		WRONG(WAITING, ACCEPT, NOT_YOUR_TASK, "id", ID, "việc này",
		      .hand = CCHC_HAND_COMMUNE),
		WRONG(OPEN, CALENDAR, NOT_YOUR_TASK, "id", ID, "việc này",
		      .hand = CCHC_HAND_COMMUNE),
		WRONG(OPEN, REPORT, NOT_YOUR_TASK, "id", ID, "việc này",
		      .hand = CCHC_HAND_DAEMON),
		WRONG(DUTY, REPORT, IS_DUTY, "id", ID, "", .hand = CCHC_HAND_COMMUNE),
	};
	struct cchc_deed deed = deed_of(CCHC_DEED_REPORT);
	struct stage s;

	(void)state;
	check_wrong(CASES, CCHC_COUNT(CASES));
	begin(&s, OPEN);
	deed.hand = CCHC_HAND_COMMUNE;
	act_at(&s, &deed, noon(MARCH(11)));
	assert_int_equal(s.task.state, CCHC_TASK_WAITING);
	end(&s);
}

static void an_operator_makes_no_deed_of_the_daemon(void **state)
{
	static const enum cchc_deed_kind KINDS[] = {CCHC_DEED_CALENDAR, CCHC_DEED_FULFIL,
						    (enum cchc_deed_kind)0,
						    (enum cchc_deed_kind)77};
	struct stage s;

	(void)state;
	begin(&s, DUTY);
	for (size_t i = 0; i < CCHC_COUNT(KINDS); i++) {
		struct cchc_deed deed = deed_of(KINDS[i]);
		struct cchc_refusal refusal;
		bool changes;

		deed.hand = CCHC_HAND_OPERATOR;
		assert_false(cchc_task_judge(&s.task, &deed, TODAY, &changes, &refusal));
		assert_int_equal(refusal.rule, CCHC_RULE_NOT_YOUR_TASK);
	}
	end(&s);
}

/* --- an ADD said again ------------------------------------------------------------- */

static void an_add_is_known_again_after_extension_and_move(void **state)
{
	struct cchc_deed add = deed_of(CCHC_DEED_ADD);
	struct cchc_deed move = deed_of(CCHC_DEED_MOVE);
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	assert_true(cchc_task_is_as_added(&s.task, &add));
	add.assigner = "";
	add.effective = MARCH(18); /* another calendar since */
	assert_true(cchc_task_is_as_added(&s.task, &add));
	act(&s, CCHC_DEED_EXTEND, TODAY);
	assert_true(cchc_task_is_as_added(&s.task, &add));
	move.lead = CO;
	act_at(&s, &move, noon(TODAY));
	assert_true(cchc_task_is_as_added(&s.task, &add));
	act(&s, CCHC_DEED_REPORT, TODAY);
	act(&s, CCHC_DEED_CANCEL, TODAY);
	assert_true(cchc_task_is_as_added(&s.task, &add));
	end(&s);
}

static void other_content_under_the_same_id_is_seen(void **state)
{
	static const uint32_t TWO[] = {CO, OTHER};
	static const struct cchc_deed BY[] = {
		{.title = "Việc khác"}, {.class_name = "khac"}, {.assigned = MARCH(2)},
		{.lead = OTHER},        {.due = MARCH(14)},     {.due = MARCH(16)},
		{.due = NONE},          {.done = MARCH(11)},    {.is_duty = true},
		{.id = "13"},
	};
	struct cchc_deed more = deed_of(CCHC_DEED_ADD);
	struct stage s;

	(void)state;
	begin(&s, OPEN);
	for (size_t i = 0; i < CCHC_COUNT(BY); i++) {
		struct cchc_deed deed = deed_of(CCHC_DEED_ADD);

		spoil(&deed, &BY[i]);
		assert_false(cchc_task_is_as_added(&s.task, &deed));
	}
	more.n_co = 0;
	assert_false(cchc_task_is_as_added(&s.task, &more));
	more.co = TWO;
	more.n_co = 2;
	assert_false(cchc_task_is_as_added(&s.task, &more));
	act(&s, CCHC_DEED_EXTEND, TODAY);
	more = deed_of(CCHC_DEED_ADD);
	more.due = MARCH(23); /* later than any date it ever had */
	assert_false(cchc_task_is_as_added(&s.task, &more));
	end(&s);
}

static void a_task_done_before_it_was_entered_is_done_at_once(void **state)
{
	struct cchc_deed add = deed_of(CCHC_DEED_ADD);
	struct stage s;

	(void)state;
	begin(&s, NOTHING);
	add.done = MARCH(3);
	add.result = "9/BC";
	act_at(&s, &add, noon(TODAY));
	assert_int_equal(s.task.state, CCHC_TASK_DONE);
	assert_int_equal(s.task.done, MARCH(3));
	assert_string_equal(s.task.result, "9/BC");
	assert_false(cchc_task_runs(&s.task));
	assert_true(cchc_task_is_as_added(&s.task, &add));
	add.result = "10/BC";
	assert_false(cchc_task_is_as_added(&s.task, &add));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_of_the_table_are_of_march),
		cmocka_unit_test(each_state_takes_its_deeds),
		cmocka_unit_test(what_is_said_again_changes_nothing),
		cmocka_unit_test(bad_input_has_its_own_answer),
		cmocka_unit_test(ids_and_texts_are_clean_lines),
		cmocka_unit_test(a_commune_reports_its_own_tasks_and_nothing_else),
		cmocka_unit_test(an_operator_makes_no_deed_of_the_daemon),
		cmocka_unit_test(an_add_is_known_again_after_extension_and_move),
		cmocka_unit_test(other_content_under_the_same_id_is_seen),
		cmocka_unit_test(a_task_done_before_it_was_entered_is_done_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
