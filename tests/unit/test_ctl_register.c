/* What cchcctl does to the register of tasks, against a daemon that is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"
#include "ctl/commands.h"
#include "ctlplay.h"

#include "core/date.h"
#include "core/rule.h"

enum { DEEDS_MAX = 400, RESULTS_MAX = 8 };

/* What was asked, copied: it is looked at when cchcctl has ended. */
struct asked {
	unsigned deeds;
	char id[DEEDS_MAX][32];
	bool dry;
	char text[512]; /* of the last question, what a test wants of it */
};

static struct ctlplay play;
static struct asked asked;

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s\n%s", part, play.out, play.err);
}

static int set_up(void **state)
{
	(void)state;
	asked = (struct asked){0};
	ctlplay_open(&play);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ctlplay_end(&play);
	return 0;
}

/* ---- deeds ---- */

static Cchc__DeedResult results[RESULTS_MAX];
static Cchc__DeedResult *result_list[RESULTS_MAX];
static Cchc__CellRefusal refusal;
static char ids[RESULTS_MAX][64];

static Cchc__DeedResult *add_result(Cchc__Answer *answer, const char *id)
{
	size_t i = answer->n_result++;

	cchc__deed_result__init(&results[i]);
	snprintf(ids[i], sizeof(ids[i]), "%s", id);
	results[i].id = ids[i];
	results[i].changed = 1;
	results[i].has_journal = 1;
	results[i].journal = 100 + i;
	result_list[i] = &results[i];
	answer->result = result_list;
	answer->kind = CCHC__ANSWER__KIND__DONE;
	return &results[i];
}

static void refuse(Cchc__DeedResult *result, uint32_t rule, char *field, char *value)
{
	cchc__cell_refusal__init(&refusal);
	refusal.rule = rule;
	refusal.field = field;
	refusal.value = value;
	refusal.expected = "sau 2024-03-15";
	result->changed = 0;
	result->refusal = &refusal;
}

static void note_deed(const Cchc__Deed *deed)
{
	char due[CCHC_DAY_TEXT] = "";
	int at = 0;

	asked.dry = deed->has_dry && deed->dry;
	cchc_day_format(deed->has_due ? deed->due : CCHC_DAY_NONE, due);
	at = snprintf(asked.text, sizeof(asked.text), "%d %s due=%s", (int)deed->kind,
		      deed->id, due);
	for (size_t i = 0; i < deed->n_lead; i++)
		at += snprintf(asked.text + at, sizeof(asked.text) - (size_t)at, " %s",
			       deed->lead[i]);
	if (deed->reason)
		snprintf(asked.text + at, sizeof(asked.text) - (size_t)at, " (%s, %s)",
			 deed->reason, deed->reason_doc ? deed->reason_doc : "-");
}

static bool does_it(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	char id[64];

	(void)p;
	note_deed(ask->deed);
	for (size_t i = 0; i < ask->deed->n_lead && ask->deed->n_lead > 1; i++) {
		snprintf(id, sizeof(id), "%s/%s", ask->deed->id, ask->deed->lead[i]);
		add_result(answer, id);
	}
	if (!answer->n_result)
		add_result(answer, ask->deed->id);
	return true;
}

static void each_command_does_its_deed(void **state)
{
	static const struct {
		const char *line;
		const char *asked;
	} CASES[] = {
		{"task add --id NV-1 --title 'Rà soát TTHC' --lead 11986,11989 "
		 "--assigned 01/03/2024 --due 'trước ngày 16/03/2024'",
		 "1 NV-1 due=2024-03-15 11986 11989"},
		{"task add --id NV-1 --title x --units all --assigned 2024-03-01",
		 "1 NV-1 due= all"},
		{"task extend NV-1 --due 20/03/2024 --reason 'chờ văn bản' --doc 40/CV",
		 "2 NV-1 due=2024-03-20 (chờ văn bản, 40/CV)"},
		{"task report NV-1 --done 2024-03-10 --result 37/BC", "3 NV-1 due="},
		{"task accept NV-1", "4 NV-1 due="},
		{"task return NV-1 --reason thiếu", "5 NV-1 due= (thiếu, -)"},
		{"task cancel NV-1 --reason trùng", "6 NV-1 due= (trùng, -)"},
		{"task reopen NV-1 --reason nhầm", "7 NV-1 due= (nhầm, -)"},
		{"task move NV-1 --lead 12001 --reason 'đổi việc'",
		 "8 NV-1 due= 12001 (đổi việc, -)"},
	};

	(void)state;
	play.on_ask = does_it;
	ctlplay_begin(&play);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		print_message("%s\n", CASES[i].line);
		assert_int_equal(ctlplay_ctl(&play, CASES[i].line), 0);
		assert_string_equal(asked.text, CASES[i].asked);
		assert_string_equal(play.err, "");
		assert_has(play.out, "đã ghi / recorded, số nhật ký / entry 100\n");
		assert_false(asked.dry);
	}
	assert_int_equal(play.asked, CCHC_COUNT(CASES));
	assert_int_equal(ctlplay_ctl(&play, "task cancel NV-1 --reason x --dry-run"), 0);
	assert_true(asked.dry);
	assert_has(play.out, "NV-1: sẽ được ghi / would be recorded");
}

static bool refuses_some(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	(void)p;
	if (strcmp(ask->deed->id, "NV-0") == 0) {
		refuse(add_result(answer, "NV-0"), CCHC_RULE_NO_TASK, "id", "NV-0");
		return true;
	}
	add_result(answer, "NV-1/11986");
	add_result(answer, "NV-1/11989")->changed = 0;
	refuse(add_result(answer, "NV-1/12001"), CCHC_RULE_EXTENSION_SHORTENS, "due",
	       "2024-03-01");
	return true;
}

static void a_refusal_names_field_value_rule_and_what_is_right(void **state)
{
	(void)state;
	play.on_ask = refuses_some;
	ctlplay_begin(&play);
	assert_int_equal(
		ctlplay_ctl(&play, "task extend NV-1 --due 1/3/2024 --reason x --doc y"),
		CCHC_CTL_EXIT_FAILED);
	assert_has(play.out, "NV-1/11986: đã ghi / recorded");
	assert_has(play.out, "NV-1/11989: đã như vậy, không đổi / so already\n");
	assert_string_equal(play.err,
			    "cchcctl: NV-1/12001: due \"01/03/2024\": gia hạn không được "
			    "rút ngắn hạn / an extension cannot shorten (đúng/expected: "
			    "sau 15/03/2024)\n");
	assert_int_equal(ctlplay_ctl(&play, "task accept NV-0"), CCHC_CTL_EXIT_NOTFOUND);
	assert_has(play.err, "cchcctl: NV-0: id \"NV-0\": không có nhiệm vụ này");
}

static bool denies(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	static Cchc__Denied denied = CCHC__DENIED__INIT;

	(void)ask;
	denied.text = p->data;
	denied.has_lasting = denied.lasting = strncmp(p->data, "the store", 9) != 0;
	answer->kind = CCHC__ANSWER__KIND__REFUSED;
	answer->refused = &denied;
	return true;
}

static void a_question_that_is_refused_is_told_as_it_was_said(void **state)
{
	static const struct {
		const char *text;
		int code;
	} CASES[] = {
		{"role: only an operator's key may do this", CCHC_CTL_EXIT_FAILED},
		{"the store cannot be written just now", CCHC_CTL_EXIT_FAILED},
		{"lead: \"99\": no such unit", CCHC_CTL_EXIT_NOTFOUND},
	};

	(void)state;
	play.on_ask = denies;
	ctlplay_begin(&play);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		play.data = (void *)(uintptr_t)CASES[i].text;
		assert_int_equal(ctlplay_ctl(&play, "task accept NV-1"), CASES[i].code);
		assert_has(play.err, CASES[i].text);
	}
}

/* The second RETURN would be refused, and nobody would know that the first was not. */
static bool says_nothing(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	(void)p;
	(void)ask;
	(void)answer;
	return false;
}

static void what_must_not_be_done_twice_is_asked_once(void **state)
{
	(void)state;
	play.on_ask = says_nothing;
	ctlplay_begin(&play);
	assert_int_equal(ctlplay_ctl(&play, "--timeout 3 task return NV-1 --reason x"),
			 CCHC_CTL_EXIT_NO_ANSWER);
	assert_int_equal(play.asked, 1);
	assert_has(play.err, "may be done all the same: look first");
	assert_int_equal(ctlplay_ctl(&play, "--timeout 3 task add --id A --title x "
					    "--lead 11986 --assigned 2024-03-01"),
			 CCHC_CTL_EXIT_NO_ANSWER);
	assert_in_range(play.asked, 3, 4); /* once, and at most three times */
	assert_null(strstr(play.err, "look first"));
}

/* ---- import ---- */

static bool takes_tasks(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	Cchc__DeedResult *result;
	bool known = false;

	for (unsigned i = 0; i < asked.deeds && !known; i++)
		known = strcmp(asked.id[i], ask->deed->id) == 0;
	if (!known && asked.deeds < DEEDS_MAX)
		snprintf(asked.id[asked.deeds++], sizeof(asked.id[0]), "%s",
			 ask->deed->id);
	/* The answer to every ninth is lost the first time. */
	if (!known && asked.deeds % 9 == 0 && p->data)
		return false;
	result = add_result(answer, ask->deed->id);
	if (strcmp(ask->deed->id, "NV-7") == 0)
		refuse(result, CCHC_RULE_DUE_BEFORE_ASSIGNED, "due", "2024-01-01");
	else if (strcmp(ask->deed->id, "NV-8") == 0)
		result->changed = 0;
	asked.dry = ask->deed->dry;
	return true;
}

static void write_table(const char *extra, unsigned n)
{
	char *text = calloc(1, 64 * 1024);
	char *at = text;

	at += sprintf(at, "Mã;Nội dung;Đơn vị;Ngày giao;Hạn\n");
	for (unsigned i = 1; i <= n; i++)
		at += sprintf(at, "NV-%u;Nhiệm vụ số %u;11986;01/03/2024;15/03/2024\n", i,
			      i);
	sprintf(at, "%s", extra);
	ctlplay_write(&play, "table.csv", text);
	free(text);
}

static int import(const char *options)
{
	char line[256];

	snprintf(line, sizeof(line), "task import '%s/table.csv' %s", play.folder,
		 options);
	return ctlplay_ctl(&play, line);
}

static void a_file_is_imported_and_bad_lines_hold_back_no_others(void **state)
{
	(void)state;
	play.on_ask = takes_tasks;
	write_table("X;;11986;01/03/2024;\n;y;11986;01/03/2024;31/02/2024\n", 300);
	ctlplay_begin(&play);
	assert_int_equal(import(""), CCHC_CTL_EXIT_FAILED);
	assert_int_equal(asked.deeds, 300);
	assert_string_equal(asked.id[0], "NV-1"); /* in the order of the file */
	assert_string_equal(asked.id[299], "NV-300");
	assert_has(play.out, "lines read: 302\n");
	assert_has(play.out, "tasks added: 298\n");
	assert_has(play.out, "already there: 1\n");
	assert_has(play.out, "refused: 3\n");
	assert_has(play.err, "table.csv:8: NV-7: due \"01/01/2024\": hạn hoàn thành");
	assert_has(play.err, "table.csv:302: title \"\": thiếu");
	assert_has(play.err, "table.csv:303: due \"31/02/2024\": ngày không hợp lệ");
	assert_has(play.err, "cchcctl: 3 refused, the others stand\n");
	assert_int_equal(import("--dry-run"), CCHC_CTL_EXIT_FAILED);
	assert_true(asked.dry);
	assert_has(play.out, "nothing was recorded\n");
	assert_has(play.out, "tasks that would be added: 298\n");
	assert_has(play.err, "cchcctl: 3 would be refused, the others not\n");
}

static bool takes_tasks_with_a_note(struct ctlplay *p, const Cchc__Ask *ask,
				    Cchc__Answer *answer)
{
	static char note[] = "lịch nghỉ năm 2027 chưa có";

	(void)p;
	add_result(answer, ask->deed->id)->text = note;
	return true;
}

static void what_is_to_be_known_of_due_dates_is_said_once(void **state)
{
	static const char NOTE[] = "Lưu ý / note: lịch nghỉ năm 2027 chưa có\n";
	const char *first;

	(void)state;
	play.on_ask = takes_tasks_with_a_note;
	write_table("", 3);
	ctlplay_begin(&play);
	assert_int_equal(ctlplay_ctl(&play,
				     "task extend NV-1 --due 2027-02-06 --reason x "
				     "--doc 1"),
			 0);
	assert_has(play.out, NOTE);
	assert_int_equal(import(""), 0);
	assert_has(play.out, NOTE);
	first = strstr(play.out, NOTE);
	assert_null(strstr(first + 1, NOTE));
}

/* "all" are two units here, and what is said after another line is refused. */
static bool takes_apart(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	const Cchc__Deed *deed = ask->deed;
	char id[64];

	(void)p;
	for (size_t i = 0; i < 2; i++) {
		static const char *const UNITS[] = {"11986", "11989"};

		snprintf(id, sizeof(id), "%s/%s", deed->id, UNITS[i]);
		if (strcmp(deed->lead[0], "all") == 0)
			add_result(answer, id);
	}
	if (!answer->n_result)
		add_result(answer, deed->id);
	if (ask->n_earlier) {
		asked.deeds++;
		snprintf(asked.text, sizeof(asked.text), "%s after %s", deed->id,
			 ask->earlier[0]->id);
		refuse(answer->result[0], CCHC_RULE_TASK_EXISTS, "id",
		       answer->result[0]->id);
	}
	return true;
}

static void a_dry_run_finds_what_two_lines_name_when_all_is_taken_apart(void **state)
{
	(void)state;
	play.on_ask = takes_apart;
	ctlplay_write(&play, "table.csv",
		      "id;title;units;assigned\n"
		      "S6/11989;a;11989;2024-03-01\n"
		      "S6;a;all;2024-03-01\n"
		      "S7;a;11989;2024-03-01\n"
		      "S6/11986;b;11986;2024-03-01\n");
	ctlplay_begin(&play);
	assert_int_equal(import("--dry-run"), CCHC_CTL_EXIT_FAILED);
	assert_int_equal(asked.deeds, 2); /* of the four lines */
	assert_string_equal(asked.text, "S6/11986 after S6");
	assert_has(play.out, "tasks that would be added: 4\n");
	assert_has(play.out, "refused: 1\n");
	assert_has(play.err, "table.csv:5: S6/11986: id \"S6/11986\": mã nhiệm vụ đã có");
	assert_null(strstr(play.err, "table.csv:3"));
}

static void lost_answers_are_asked_for_again(void **state)
{
	(void)state;
	play.on_ask = takes_tasks;
	play.data = &play;
	write_table("", 5);
	ctlplay_begin(&play);
	assert_int_equal(import("--timeout 3"), 0);
	assert_true(play.asked >= 5);
	write_table("", 40);
	asked.deeds = play.asked = 0;
	assert_int_equal(import("--timeout 3"), CCHC_CTL_EXIT_FAILED); /* NV-7 */
	assert_int_equal(asked.deeds, 40);
	assert_true(play.asked >= 44);
	assert_has(play.out, "tasks added: 38\n");
}

/* Keeps what it is asked until so many wait. */
struct keeper {
	unsigned waiting;
	unsigned most;
};

static bool keeps_waiting(struct ctlplay *p, const Cchc__Ask *ask, Cchc__Answer *answer)
{
	struct keeper *keeper = p->data;

	(void)ask;
	(void)answer;
	if (++keeper->waiting > keeper->most)
		keeper->most = keeper->waiting;
	return false;
}

static void many_deeds_are_under_way_but_not_more_than_the_window(void **state)
{
	struct keeper keeper = {0};

	(void)state;
	play.on_ask = keeps_waiting;
	play.data = &keeper;
	write_table("", 300);
	ctlplay_begin(&play);
	assert_int_equal(import("--timeout 3 --dry-run"), CCHC_CTL_EXIT_NO_ANSWER);
	assert_true(keeper.most >= 64);
	assert_true(keeper.most <= 3 * 64); /* each three times */
	assert_has(play.err, "0 of 300 lines were answered");
}

static void a_key_that_may_not_is_told_once(void **state)
{
	(void)state;
	play.on_ask = denies;
	play.data = "role: only an operator's key may do this";
	write_table("", 300);
	ctlplay_begin(&play);
	assert_int_equal(import(""), CCHC_CTL_EXIT_FAILED);
	assert_has(play.err, "cchcctl: role: only an operator's key may do this (0 of");
}

static void a_unit_that_is_not_there_holds_back_its_line_only(void **state)
{
	(void)state;
	play.on_ask = denies;
	play.data = "lead: \"99\": no such unit";
	write_table("", 2);
	ctlplay_begin(&play);
	assert_int_equal(import(""), CCHC_CTL_EXIT_FAILED);
	assert_has(play.err, "table.csv:2: NV-1: lead: \"99\": no such unit\n");
	assert_has(play.err, "table.csv:3: NV-2: lead: \"99\": no such unit\n");
	assert_has(play.out, "refused: 2\n");
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
	(void)state;
	play.on_ask = takes_tasks;
	ctlplay_begin(&play);
	assert_int_equal(import(""), CCHC_CTL_EXIT_NOTFOUND);
	ctlplay_write(&play, "table.csv", "một,hai\nba,bốn\n");
	assert_int_equal(import(""), CCHC_CTL_EXIT_FAILED);
	assert_has(play.err, "no header with the columns id");
	ctlplay_write(&play, "table.csv", "m\xe3,n\n");
	assert_int_equal(import(""), CCHC_CTL_EXIT_FAILED);
	assert_has(play.err, "table.csv:1");
	assert_int_equal(play.asked, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_command_does_its_deed),
		TEST(a_refusal_names_field_value_rule_and_what_is_right),
		TEST(a_question_that_is_refused_is_told_as_it_was_said),
		TEST(what_must_not_be_done_twice_is_asked_once),
		TEST(a_file_is_imported_and_bad_lines_hold_back_no_others),
		TEST(what_is_to_be_known_of_due_dates_is_said_once),
		TEST(a_dry_run_finds_what_two_lines_name_when_all_is_taken_apart),
		TEST(lost_answers_are_asked_for_again),
		TEST(many_deeds_are_under_way_but_not_more_than_the_window),
		TEST(a_key_that_may_not_is_told_once),
		TEST(a_unit_that_is_not_there_holds_back_its_line_only),
		TEST(a_file_that_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
