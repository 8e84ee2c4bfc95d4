/* Why a cell says what it says: what entered it, and who is missing by which entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"
#include "taskkit.h"

#include "app/job.h"
#include "app/question.h"
#include "base/check.h"
#include "core/result.h"

#define NHU_QUYNH "11986"
#define LAC_DAO   "11989"
#define DISTRICT  "325"

enum { TOLD = 4096 };

static int64_t now_ms;

static int open_app(void **state)
{
	struct appkit *a = calloc(1, sizeof(*a));

	assert_non_null(a);
	appkit_open(a);
	now_ms = KIT_NOW;
	*state = a;
	return 0;
}

static int close_app(void **state)
{
	appkit_close(*state);
	free(*state);
	return 0;
}

/* A report of Q1 with one cell; why: the cell is refused. Returns its journal number. */
static uint64_t report(struct appkit *a, const char *code, const char *row,
		       struct cchc_figure figure, enum cchc_rule why)
{
	struct sender sender =
		sender_of(appkit_unit(a, code)->id, 1 + kit_commit_number(&a->kit));
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);
	struct cchc_entry_cell cell = {.row = appkit_row(a, row)->id,
				       .state = figure.state,
				       .value = figure.value};
	struct cchc_refusal refusal = refusal_of(0, row);
	uint16_t refused = cell.row;

	refusal.rule = why;
	entry.form = a->catalog.form[0].id;
	entry.cell = &cell;
	entry.refusal = &refusal;
	entry.refused_row = &refused;
	entry.n_cells = why == CCHC_RULE_NONE;
	entry.n_refusals = why != CCHC_RULE_NONE;
	assert_int_equal(kit_apply(&a->kit, &entry, 1).applied, CCHC_APPLIED);
	return entry.number;
}

static uint64_t give(struct appkit *a, const char *code, const char *row, int64_t value)
{
	return report(a, code, row, (struct cchc_figure){value, CCHC_FIGURE},
		      CCHC_RULE_NONE);
}

static uint64_t withdraw(struct appkit *a, const char *code, const char *row)
{
	return report(a, code, row, (struct cchc_figure){0, CCHC_WITHDRAWN},
		      CCHC_RULE_NONE);
}

static uint64_t refuse(struct appkit *a, const char *code, const char *row)
{
	return report(a, code, row, (struct cchc_figure){5, CCHC_FIGURE},
		      CCHC_RULE_RESERVED);
}

static size_t say(char *told, size_t len, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static size_t say(char *told, size_t len, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	len += (size_t)vsnprintf(told + len, TOLD - len, format, args);
	va_end(args);
	assert_true(len < TOLD);
	return len;
}

static const char *row_code(struct appkit *a, uint32_t id)
{
	return cchc_form_row_by_id(a->catalog.form[0].form, id)->full_code;
}

static size_t tell_task(const Cchc__TaskInfo *task, char *told, size_t len)
{
	len = say(told, len, "; %s of %s %s", task->id, task->lead->code,
		  cchc_task_state_name((enum cchc_task_state)task->state));
	if (task->has_effective)
		len = say(told, len, " due %d", task->effective - KIT_DAY);
	if (task->has_done)
		len = say(told, len, " done %d", task->done - KIT_DAY);
	return task->overdue ? say(told, len, " overdue") : len;
}

/* Those who sent nothing at all say nothing of their own. */
static size_t tell_page(struct appkit *a, const Cchc__Explanation *page, char *told,
			size_t len)
{
	static const char *const WHY[] = {"?",       "not sent",      "blank",
					  "refused", "not connected", "withdrawn"};

	if (page->cell) {
		len = say(told, len, "state %u value %d, %u of %u", page->cell->state[0],
			  (int)page->cell->value[0], page->cell->reported[0],
			  page->cell->expected[0]);
		for (size_t i = 0; i < page->cell->n_detail; i++)
			if (page->cell->detail[i]->has_derived)
				len = say(told, len, ", derived %d",
					  (int)page->cell->detail[i]->derived);
	}
	for (size_t i = 0; i < page->n_input; i++) {
		const Cchc__Input *input = page->input[i];

		len = say(told, len, "; %s %s %d", input->unit->code,
			  row_code(a, input->row), (int)input->value);
		if (input->has_counted)
			len = say(told, len, " counted %d", (int)input->counted);
	}
	for (size_t i = 0; i < page->n_task; i++)
		len = tell_task(page->task[i], told, len);
	if (page->has_tasks)
		len = say(told, len, "; tasks %u", page->tasks);
	for (size_t i = 0; i < page->n_missing; i++) {
		const Cchc__Missing *m = page->missing[i];

		if (m->why == CCHC__MISSING__WHY__NOT_CONNECTED)
			continue;
		len = say(told, len, "; %s %s %s", m->unit->code, row_code(a, m->row),
			  WHY[m->why]);
		if (m->has_journal)
			len = say(told, len, " by %s at %d%s", m->sender, (int)m->journal,
				  m->has_received ? "" : "?");
		if (m->refusal)
			len = say(told, len, " rule %u", m->refusal->rule);
	}
	return len;
}

static void explain(struct appkit *a, const char *unit, const char *row,
		    enum cchc_scope scope, char told[TOLD])
{
	struct cchc_job job = {
		.now_ms = now_ms,
		.counted_ms = now_ms,
		.catalog = &a->catalog,
		.store = &a->kit.store,
	};
	uint32_t id = appkit_row(a, row)->id;
	struct cchc_arena arena;
	size_t len = 0;

	cchc_arena_init(&arena, 4 * CCHC_DECODE_MEMORY_MAX);
	cchc_arena_init(&job.arena, CCHC_DECODE_MEMORY_MAX * 8);
	cchc_answer_init(&job.answer, 1, 2);
	assert_true(cchc_question_of_row(&job.question, &a->catalog,
					 cchc_period_code(KIT_Q1), NULL, unit, &id, scope,
					 &job.answer));
	cchc_job_snapshot(&job);
	cchc_job_explain(&job);
	assert_int_equal(job.txn.rc, CCHC_OK);
	cchc_txn_abort(&job.txn);
	for (struct cchc_frame *f = job.answer.first; f; f = f->next) {
		struct cchc_err err = {.text = ""};
		Cchc__Answer *answer;

		if (cchc_wire_answer(&arena, f->bytes, f->len, &answer, &err))
			fail_msg("%s", err.text);
		assert_non_null(answer->explanation);
		len = tell_page(a, answer->explanation, told, len);
	}
	cchc_answer_fini(&job.answer);
	cchc_arena_fini(&job.arena);
	cchc_arena_fini(&arena);
}

static void assert_told(struct appkit *a, const char *unit, const char *row,
			const char *format, ...) __attribute__((format(printf, 4, 5)));

static void assert_told(struct appkit *a, const char *unit, const char *row,
			const char *format, ...)
{
	char expected[TOLD];
	char told[TOLD];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	explain(a, unit, row, CCHC_SCOPE_TOTAL, told);
	assert_string_equal(told, expected);
}

static void who_withdrew_is_named_whether_or_not_a_figure_was_given(void **state)
{
	struct appkit *a = *state;
	int first;
	int second;

	(void)give(a, NHU_QUYNH, "I.1", 8);
	(void)give(a, LAC_DAO, "I.2.1", 3);
	assert_told(a, DISTRICT, "I.1",
		    "state 1 value 8, 1 of 12; 11986 I.1 8; 11989 I.1 blank");
	first = (int)withdraw(a, NHU_QUYNH, "I.1");
	second = (int)withdraw(a, LAC_DAO, "I.1");
	assert_told(a, DISTRICT, "I.1",
		    "state 0 value 0, 0 of 12; 11986 I.1 withdrawn by key-1 at %d; "
		    "11989 I.1 withdrawn by key-1 at %d",
		    first, second);
	assert_told(a, LAC_DAO, "I.1",
		    "state 3 value 0, 0 of 1; 11989 I.1 withdrawn by key-1 at %d",
		    second);
}

static void what_a_commune_typed_in_a_reserved_row_shows_as_refused(void **state)
{
	struct appkit *a = *state;
	int entry;

	(void)give(a, NHU_QUYNH, "II.1.1", 2);
	entry = (int)refuse(a, LAC_DAO, "II.1.2");
	assert_told(a, LAC_DAO, "II.1.2",
		    "state 0 value 0, 0 of 0; 11989 II.1.2 refused by key-1 at %d rule 3",
		    entry);
	assert_told(a, DISTRICT, "II.1.2",
		    "state 1 value 2, 1 of 11; 11986 II.1.1 2; "
		    "11989 II.1.2 refused by key-1 at %d rule 3; 11989 II.1.1 blank",
		    entry);
	entry = (int)refuse(a, LAC_DAO, "I.3.2");
	(void)give(a, DISTRICT, "I.3.2", 4);
	assert_told(a, DISTRICT, "I.3.2",
		    "state 1 value 4, 1 of 1; 325 I.3.2 4; "
		    "11989 I.3.2 refused by key-1 at %d rule 3",
		    entry);
}

static void a_reserved_row_has_no_inputs_at_a_commune(void **state)
{
	struct appkit *a = *state;

	(void)give(a, NHU_QUYNH, "II.1.1", 2);
	(void)give(a, NHU_QUYNH, "III.3.3.1", 9);
	assert_told(a, NHU_QUYNH, "II.1.2", "state 0 value 0, 0 of 0");
	assert_told(a, NHU_QUYNH, "III.3.3", "state 0 value 0, 0 of 0");
}

static void what_was_typed_in_a_derived_row_has_the_derived_beside_it(void **state)
{
	struct appkit *a = *state;

	(void)give(a, NHU_QUYNH, "II.1.1", 2);
	(void)give(a, LAC_DAO, "II.1.1", 3);
	(void)give(a, DISTRICT, "II.1.2", 6);
	assert_told(a, DISTRICT, "II.1.2",
		    "state 1 value 6, 1 of 1, derived 5; 325 II.1.2 6");
}

/* ---- from the register of tasks ---- */

static void task(struct appkit *a, const char *id, const char *code, int due)
{
	struct cchc_deed deed = deed_add(id, appkit_unit(a, code)->id, KIT_DAY + due);

	assert_int_equal(kit_deed(&a->kit, &deed, day_ms(KIT_DAY - 10, 60)).applied,
			 CCHC_APPLIED);
}

static void done(struct appkit *a, const char *id, const char *code, int day)
{
	struct cchc_deed deed = deed_report(id, appkit_unit(a, code)->id, KIT_DAY + day);

	deed.hand = CCHC_HAND_OPERATOR;
	assert_int_equal(kit_deed(&a->kit, &deed, day_ms(KIT_DAY + day, 60)).applied,
			 CCHC_APPLIED);
}

static void act(struct appkit *a, enum cchc_deed_kind kind, const char *id, int day)
{
	struct cchc_deed deed = deed_of(kind, id);

	deed.due = deed.effective = KIT_DAY + day + 20;
	deed.lead = appkit_unit(a, LAC_DAO)->id;
	assert_int_equal(kit_deed(&a->kit, &deed, day_ms(KIT_DAY + day, 60)).applied,
			 CCHC_APPLIED);
}

static void a_counted_cell_lists_the_tasks_it_counts(void **state)
{
	struct appkit *a = *state;
	struct cchc_deed duty = deed_duty(appkit_unit(a, NHU_QUYNH)->id, "bao-cao/11986");

	appkit_count_tasks(a);
	task(a, "A", NHU_QUYNH, -8);
	task(a, "B", LAC_DAO, 30);
	task(a, "C", DISTRICT, 0);
	task(a, "D", NHU_QUYNH, -7);
	task(a, "E", NHU_QUYNH, -8);
	(void)kit_deed(&a->kit, &duty, day_ms(KIT_DAY - 10, 60));
	done(a, "D", NHU_QUYNH, -9);
	act(a, CCHC_DEED_CANCEL, "E", -7);
	assert_told(a, DISTRICT, "I.4.1",
		    "state 1 value 4, 12 of 12; A of 11986 open due -8 overdue; "
		    "B of 11989 open due 30; C of 325 open due 0; "
		    "D of 11986 waiting due -7 done -9; tasks 4");
	assert_told(a, DISTRICT, "I.4.2",
		    "state 1 value 1, 12 of 12; D of 11986 waiting due -7 done -9; "
		    "tasks 1");
	assert_told(a, DISTRICT, "I.4.3", "state 1 value 0, 12 of 12; tasks 0");
	assert_told(a, NHU_QUYNH, "I.4.4",
		    "state 1 value 1, 1 of 1; A of 11986 open due -8 overdue; tasks 1");
	assert_told(a, LAC_DAO, "I.4.4", "state 1 value 0, 1 of 1; tasks 0");
}

static void what_was_typed_stands_beside_the_tasks(void **state)
{
	struct appkit *a = *state;

	task(a, "A", NHU_QUYNH, 30);
	(void)give(a, NHU_QUYNH, "I.4.1", 93);
	(void)give(a, LAC_DAO, "I.4.1", 0);
	assert_told(a, NHU_QUYNH, "I.4.1", "state 1 value 93, 1 of 1; 11986 I.4.1 93");
	appkit_count_tasks(a);
	assert_told(a, DISTRICT, "I.4.1",
		    "state 1 value 1, 12 of 12; 11986 I.4.1 93 counted 1; "
		    "11989 I.4.1 0 counted 0; A of 11986 open due 30; tasks 1");
}

/* Quarter I ended on 14 March: what came later is of the next. */
static void tasks_are_listed_as_the_period_saw_them(void **state)
{
	struct appkit *a = *state;

	appkit_count_tasks(a);
	task(a, "A", NHU_QUYNH, -8);
	task(a, "B", NHU_QUYNH, -8);
	act(a, CCHC_DEED_MOVE, "A", 3);
	act(a, CCHC_DEED_EXTEND, "A", 3);
	done(a, "B", NHU_QUYNH, 2);
	now_ms = day_ms(KIT_DAY + 40, 0);
	assert_told(a, DISTRICT, "I.4.4",
		    "state 1 value 2, 12 of 12; A of 11986 open due -8 overdue; "
		    "B of 11986 open due -8 overdue; tasks 2");
}

static void many_tasks_come_in_several_parts(void **state)
{
	enum { MANY = 70 };
	struct appkit *a = *state;
	char told[TOLD];
	char id[16];
	size_t n = 0;

	appkit_count_tasks(a);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(id, sizeof(id), "T%d", i);
		task(a, id, NHU_QUYNH, 30);
	}
	explain(a, DISTRICT, "I.4.1", CCHC_SCOPE_TOTAL, told);
	for (const char *at = told; (at = strstr(at, " of 11986")); at++)
		n++;
	assert_int_equal(n, MANY);
	assert_non_null(strstr(told, "; tasks 70"));
}

/* A message stands in the journal; later contacts were written down. */
static void the_last_contact_is_the_later_of_message_and_note(void **state)
{
	static const int64_t NOTED[] = {0, KIT_NOW - 5000, KIT_NOW + 5000};
	struct appkit *a = *state;
	uint32_t unit = appkit_unit(a, NHU_QUYNH)->id;
	struct cchc_job job = {.now_ms = KIT_NOW};
	struct cchc_stored_contact contact;
	struct cchc_arena scratch;
	int64_t message_ms = 0;

	(void)give(a, NHU_QUYNH, "I.1", 5);
	cchc_arena_init(&scratch, 1024 * 1024);
	for (size_t i = 0; i < CCHC_COUNT(NOTED); i++) {
		struct cchc_entry_heard heard = {unit, message_ms + NOTED[i] - KIT_NOW};
		struct cchc_entry entry = {.kind = CCHC_ENTRY_HEARD,
					   .clock_ms = KIT_NOW,
					   .sender = "",
					   .heard = &heard,
					   .n_heard = 1};

		if (NOTED[i])
			(void)kit_apply(&a->kit, &entry, 0);
		cchc_txn_read(&job.txn, a->kit.store.env);
		cchc_job_contact(&job, &scratch, unit, &contact);
		cchc_txn_abort(&job.txn);
		assert_true(contact.journal > 0);
		if (!NOTED[i])
			message_ms = contact.at_ms;
		assert_true(message_ms > 0);
		assert_true(contact.at_ms ==
			    (NOTED[i] > KIT_NOW ? heard.at_ms : message_ms));
	}
	cchc_arena_fini(&scratch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_app, close_app)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_withdrew_is_named_whether_or_not_a_figure_was_given),
		TEST(what_a_commune_typed_in_a_reserved_row_shows_as_refused),
		TEST(a_reserved_row_has_no_inputs_at_a_commune),
		TEST(what_was_typed_in_a_derived_row_has_the_derived_beside_it),
		TEST(a_counted_cell_lists_the_tasks_it_counts),
		TEST(what_was_typed_stands_beside_the_tasks),
		TEST(tasks_are_listed_as_the_period_saw_them),
		TEST(many_tasks_come_in_several_parts),
		TEST(the_last_contact_is_the_later_of_message_and_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
