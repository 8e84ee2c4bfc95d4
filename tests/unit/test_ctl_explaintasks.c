/* Where a cell of a row from the register comes from: its tasks, and what was typed. */
#include "ctlkit.h"

#include <jansson.h>

#include "base/check.h"
#include "core/figure.h"
#include "ctl/explain.h"

enum { TASKS = 3, MARCH_1 = 19783 };

struct stand { /* the kit, and tasks for it */
	struct ctlkit kit;
	Cchc__UnitInfo commune;
	Cchc__TaskInfo task[TASKS];
	Cchc__TaskInfo *task_at[TASKS];
};

static int setup(void **state)
{
	struct stand *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	ctlkit_init(&s->kit);
	s->kit.part.explanation = &s->kit.explanation;
	s->kit.explanation.task = s->task_at;
	s->commune = (Cchc__UnitInfo)CCHC__UNIT_INFO__INIT;
	s->commune.code = "11986";
	s->commune.name = "Thị trấn Như Quỳnh";
	s->commune.kind = "Thị trấn";
	s->commune.level = "commune";
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct stand *s = *state;

	ctlkit_fini(&s->kit);
	free(s);
	return 0;
}

static Cchc__TaskInfo *add_task(struct stand *s, char *id, Cchc__TaskInfo__State state)
{
	size_t i = s->kit.explanation.n_task++;
	Cchc__TaskInfo *task = &s->task[i];

	*task = (Cchc__TaskInfo)CCHC__TASK_INFO__INIT;
	task->id = id;
	task->state = state;
	task->class_ = "nhiem-vu";
	task->title = "Rà soát thủ tục hành chính";
	task->assigned = MARCH_1;
	task->lead = &s->commune;
	s->task_at[i] = task;
	s->kit.explanation.has_tasks = 1;
	s->kit.explanation.tasks++;
	return task;
}

/* Overdue; done; without a due date. */
static void add_tasks(struct stand *s)
{
	Cchc__TaskInfo *task = add_task(s, "CV-12", CCHC__TASK_INFO__STATE__OPEN);

	task->has_effective = task->has_overdue = task->overdue = 1;
	task->effective = MARCH_1 + 4;
	task = add_task(s, "CV-13", CCHC__TASK_INFO__STATE__WAITING);
	task->has_effective = task->has_done = 1;
	task->effective = MARCH_1 + 9;
	task->done = MARCH_1 + 6;
	(void)add_task(s, "CV-14", CCHC__TASK_INFO__STATE__OPEN);
}

static struct cchc_ctl_explanation explained(struct stand *s)
{
	struct cchc_ctl_explanation e;

	assert_int_equal(cchc_ctl_explanation_fill(&s->kit.arena, s->kit.form,
						   &s->kit.answer, &e, NULL),
			 CCHC_OK);
	return e;
}

static char *printed(struct stand *s)
{
	struct cchc_ctl_explanation e = explained(s);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(cchc_ctl_explain_text(&s->kit.arena, &e, 120, out), CCHC_OK);
	fclose(out);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_arithmetic(struct stand *s, const char *expected)
{
	struct cchc_ctl_explanation e = explained(s);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cchc_ctl_arithmetic(&e, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static Cchc__Input *typed(struct stand *s, uint32_t state, int64_t value, int64_t counted)
{
	Cchc__Input *input = ctlkit_input(&s->kit, &s->commune, "I.4.1", value);

	input->state = state;
	input->has_declared = input->declared = 1;
	input->has_counted = 1;
	input->counted = counted;
	return input;
}

static void the_tasks_are_listed_with_their_dates_and_states(void **state)
{
	static const char *const HAS[] = {
		"I.4.1  Tổng số nhiệm vụ được giao  3 Nhiệm vụ  (12/12 đơn vị)",
		"Tính:\n  đếm từ sổ nhiệm vụ: 3 nhiệm vụ\n",
		"Nhiệm vụ được tính (3):",
		"05/03/2024              quá hạn",
		"10/03/2024  07/03/2024  chờ xác",
		"không có                đang",
		"Số liệu đưa vào (0):",
	};
	struct stand *s = *state;
	char *text;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 3, 12, 12);
	add_tasks(s);
	text = printed(s);
	for (size_t i = 0; i < CCHC_COUNT(HAS); i++)
		assert_has(text, HAS[i]);
	free(text);
}

static void tasks_beyond_the_list_are_counted(void **state)
{
	struct stand *s = *state;
	char *text;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 13, 12, 12);
	add_tasks(s);
	s->kit.explanation.tasks = 13;
	text = printed(s);
	assert_has(text, "Nhiệm vụ được tính (13):");
	assert_has(text, "… và 10 nhiệm vụ nữa\n");
	free(text);
}

static void a_row_without_tasks_says_so_and_others_say_nothing(void **state)
{
	struct stand *s = *state;
	char *text;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 0, 12, 12);
	text = printed(s);
	assert_null(strstr(text, "Nhiệm vụ được tính"));
	free(text);
	s->kit.explanation.has_tasks = 1;
	text = printed(s);
	assert_has(text, "đếm từ sổ nhiệm vụ: 0 nhiệm vụ");
	assert_has(text, "Nhiệm vụ được tính (0):");
	free(text);
}

static void what_was_typed_is_a_finding_where_it_differs(void **state)
{
	struct stand *s = *state;
	Cchc__Input *input;
	char *text;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 3, 12, 12);
	add_tasks(s);
	(void)typed(s, CCHC_FIGURE, 3, 3);
	assert_arithmetic(s, "đếm từ sổ nhiệm vụ: 3 nhiệm vụ\n");
	(void)typed(s, CCHC_FIGURE, 93, 3);
	(void)typed(s, CCHC_NA, 0, 0);
	input = typed(s, CCHC_FIGURE, 5, 2);
	input->period = cchc_period_code((struct cchc_period){2024, CCHC_M1 + 2});
	assert_arithmetic(
		s,
		"đếm từ sổ nhiệm vụ: 3 nhiệm vụ\n"
		"11986: đã khai 93, sổ nhiệm vụ có 3 – điểm cần kiểm tra\n"
		"11986: đã khai Không áp dụng, sổ nhiệm vụ có 0 – điểm cần kiểm tra\n"
		"11986 Tháng 3/2024: đã khai 5, sổ nhiệm vụ có 2 – điểm cần kiểm tra\n");
	for (int i = 0; i < 10; i++)
		(void)typed(s, CCHC_FIGURE, 1, 0);
	text = printed(s);
	assert_has(text, "còn 1 điểm cần kiểm tra như vậy");
	free(text);
}

static void a_cell_that_is_not_its_tasks_is_not_hidden(void **state)
{
	struct stand *s = *state;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 4, 12, 12);
	add_tasks(s);
	assert_arithmetic(s, "đếm từ sổ nhiệm vụ: 3 nhiệm vụ (ô đang ghi 4, cần kiểm tra "
			     "bằng lệnh verify)\n");
}

static const char *text_at(json_t *json, const char *list, size_t i, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(json, list), i), key));
}

static void json_has_the_tasks_too(void **state)
{
	struct stand *s = *state;
	struct cchc_ctl_explanation e;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *json;
	json_t *input;

	ctlkit_put(&s->kit, "I.4.1", CCHC__CELL_STATE__FIGURE, 3, 12, 12);
	add_tasks(s);
	(void)typed(s, CCHC_FIGURE, 93, 3);
	e = explained(s);
	assert_int_equal(cchc_ctl_explain_json(&s->kit.arena, &e, out), CCHC_OK);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json, "counted")), 3);
	assert_string_equal(text_at(json, "tasks", 0, "id"), "CV-12");
	assert_string_equal(text_at(json, "tasks", 0, "due"), "2024-03-05");
	assert_null(text_at(json, "tasks", 0, "done"));
	assert_string_equal(text_at(json, "tasks", 1, "state"), "waiting");
	assert_string_equal(text_at(json, "tasks", 1, "done"), "2024-03-07");
	assert_null(text_at(json, "tasks", 2, "due"));
	input = json_array_get(json_object_get(json, "inputs"), 0);
	assert_int_equal(json_integer_value(json_object_get(input, "counted")), 3);
	json_decref(json);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_tasks_are_listed_with_their_dates_and_states),
		TEST(tasks_beyond_the_list_are_counted),
		TEST(a_row_without_tasks_says_so_and_others_say_nothing),
		TEST(what_was_typed_is_a_finding_where_it_differs),
		TEST(a_cell_that_is_not_its_tasks_is_not_hidden),
		TEST(json_has_the_tasks_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
