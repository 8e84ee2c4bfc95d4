/* What the desk raises by itself, whom it tells, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/digest.h"
#include "base/text.h"
#include "deskheard.h"

static struct play *begin_with(void **state, bool digests)
{
	struct play *p = *state;

	play_open(p);
	p->w.rules.digests = digests;
	play_start(p);
	return p;
}

static const char *digest_of(struct play *p, uint32_t unit, cchc_day day)
{
	struct cchc_digest_text digest = {.text = NULL};
	struct cchc_txn txn;

	cchc_txn_read(&txn, p->w.app.kit.store.env);
	(void)cchc_store_digest(&txn, unit, day, &p->w.app.kit.arena, &digest);
	cchc_txn_abort(&txn);
	return digest.text;
}

/* ---- digests ---- */

static void a_digest_goes_once_a_working_day_to_units_with_something_to_know(void **state)
{
	struct play *p = *state;
	const char *text;

	play_open(p);
	p->w.rules.digests = true;
	p->now_ms = day_ms(KIT_DAY, 7 * 60);
	play_start(p);
	(void)add_task(p, "12/UBND", p->w.lac_dao->id, KIT_DAY - 2);
	(void)add_task(p, "later", p->w.viet_hung->id, KIT_DAY + 60);
	live(p, 29 * MINUTE_MS);
	assert_int_equal(alerts(p), 0);
	live(p, 2 * MINUTE_MS); /* 07:30 */
	assert_int_equal(alerts(p), 1);
	assert_non_null(alert_by_key(p, "digest/11989/2024-03-15"));
	text = digest_of(p, p->w.lac_dao->id, KIT_DAY);
	assert_non_null(strstr(text, "QUÁ HẠN: 1\n- 12/UBND: Rà soát thủ tục hành chính. "
				     "Hạn 13/03/2024, quá 2 ngày\n"));
	assert_int_equal(times(p, TO_MAIL, "digest/11989/2024-03-15", NULL), 2);
	restart(p);
	live(p, 47 * (int64_t)HOUR_MS); /* the weekend */
	assert_int_equal(alerts(p), 1);
	live(p, 25 * (int64_t)HOUR_MS); /* Monday */
	assert_int_equal(alerts(p), 2);
	play_close(p);
}

static void a_digest_ends_when_it_was_told_or_nobody_is_there(void **state)
{
	struct play *p = begin_with(state, true);

	p->answer[TO_MAIL] = HANGS;
	(void)add_task(p, "a", p->w.lac_dao->id, KIT_DAY);
	cchc_desk_missed(p->desk, p->w.lac_dao->id);
	live(p, MINUTE_MS);
	assert_true(cchc_alert_stands(alert_by_key(p, "digest/11989/2024-03-15")));
	p->answer[TO_MAIL] = TAKES;
	play_answers(p);
	live(p, MINUTE_MS);
	assert_string_equal(alert_by_key(p, "digest/11989/2024-03-15")->end_why, "told");
	assert_int_equal(ends(p, TO_MAIL), 0);
	assert_int_equal(ends(p, TO_MANAGER), 1);
	play_close(p);
	play_open(p);
	p->w.rules.digests = true;
	p->options.n_channels = 0;
	play_start(p);
	(void)add_task(p, "a", p->w.lac_dao->id, KIT_DAY);
	live(p, MINUTE_MS);
	assert_false(cchc_alert_stands(alert_by_key(p, "digest/11989/2024-03-15")));
	play_close(p);
}

static void a_missed_step_brings_the_digest_soon_but_one_a_day(void **state)
{
	struct play *p = begin_with(state, true);

	live(p, 1000); /* 09:00: the morning's were made, there was nothing */
	for (int i = 0; i < 300; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "t%d", i);
		(void)add_task(p, id, p->w.lac_dao->id, KIT_DAY - i % 30);
		cchc_desk_missed(p->desk, p->w.lac_dao->id);
	}
	live(p, 29 * 1000);
	assert_int_equal(alerts(p), 0);
	live(p, 2 * 1000);
	assert_int_equal(alerts(p), 1);
	assert_int_equal(times(p, TO_LOG, NULL, NULL), 1);
	assert_non_null(strstr(digest_of(p, p->w.lac_dao->id, KIT_DAY),
			       "\nvà 200 nhiệm vụ khác\n"));
	cchc_desk_missed(p->desk, p->w.lac_dao->id);
	live(p, HOUR_MS);
	assert_int_equal(alerts(p), 1);
	play_close(p);
}

/* Put right an hour later, with the daemon there or away. What was told in the morning is
 * not told again. */
static void a_clock_ahead_does_not_use_up_a_days_digest(void **state)
{
	static const bool RESTARTS[] = {false, true};

	for (size_t i = 0; i < CCHC_COUNT(RESTARTS); i++) {
		struct play *p = begin_with(state, true);

		(void)add_task(p, "a", p->w.lac_dao->id, KIT_DAY);
		cchc_desk_missed(p->desk, p->w.lac_dao->id);
		live(p, MINUTE_MS);
		assert_int_equal(alerts(p), 1); /* Friday's */
		p->now_ms += 4 * 24 * (int64_t)HOUR_MS;
		live(p, HOUR_MS);
		assert_non_null(alert_by_key(p, "digest/11989/2024-03-19"));
		p->now_ms -= 4 * 24 * (int64_t)HOUR_MS;
		if (RESTARTS[i])
			restart(p);
		live(p, HOUR_MS);
		restart(p);
		live(p, 4 * 24 * (int64_t)HOUR_MS - HOUR_MS); /* Tuesday, 10:01 */
		assert_non_null(alert_by_key(p, "digest/11989/2024-03-18"));
		assert_null(alert_by_key(p, "digest/11989/2024-03-15/2"));
		assert_null(alert_by_key(p, "digest/11989/2024-03-18/2"));
		assert_int_equal(times(p, TO_MAIL, "digest/11989/2024-03-19/2", NULL), 2);
		assert_non_null(strstr(digest_of(p, p->w.lac_dao->id, KIT_DAY + 4),
				       "quá 4 ngày\n"));
		restart(p);
		live(p, 3 * HOUR_MS);
		assert_null(alert_by_key(p, "digest/11989/2024-03-19/3"));
		play_close(p);
	}
}

static void a_digest_that_could_not_be_written_is_made_again(void **state)
{
	struct play *p = begin_with(state, true);

	(void)add_task(p, "a", p->w.lac_dao->id, KIT_DAY);
	p->write_fails = true;
	live(p, 5 * MINUTE_MS);
	assert_int_equal(alerts(p), 0);
	p->write_fails = false;
	live(p, MINUTE_MS);
	assert_int_equal(alerts(p), 1);
	play_close(p);
}

static void what_waits_for_confirmation_is_told_to_who_confirms(void **state)
{
	struct play *p = begin_with(state, true);
	const char *text;

	(void)add_task(p, "a", p->w.lac_dao->id, KIT_DAY + 1);
	do_deed(p, deed_report("a", p->w.lac_dao->id, KIT_DAY - 1));
	live(p, MINUTE_MS);
	assert_int_equal(alerts(p), 1); /* the lead has nothing to do */
	text = digest_of(p, p->w.receiver->id, KIT_DAY);
	assert_non_null(strstr(text, "CHỜ XÁC NHẬN: 1\n- a: "));
	assert_non_null(strstr(text, "Xã Lạc Đạo\n"));
	play_close(p);
}

static void a_digest_says_each_thing_in_its_place(void **state)
{
	struct play *p = begin_with(state, true);
	uint32_t unit = p->w.lac_dao->id;
	struct cchc_digest_line *line;
	struct cchc_digest_ask ask = {
		.docket = p->docket, .receiver = p->w.receiver->id, .today = KIT_DAY};
	char text[CCHC_DIGEST_TEXT_MAX];
	struct cchc_txn txn;
	bool speaks;
	size_t n;

	(void)add_task(p, "soon", unit, KIT_DAY + 7);
	(void)add_task(p, "far", unit, KIT_DAY + 8);
	(void)add_task(p, "today", unit, KIT_DAY);
	(void)add_task(p, "done", unit, KIT_DAY + 2);
	(void)add_duty(p, "bao-cao/x", unit, KIT_DAY + 5);
	do_deed(p, deed_report("done", unit, KIT_DAY - 1));
	assert_int_equal(cchc_digest_gather(&ask, &line, &n), CCHC_OK);
	assert_int_equal(n, 5); /* one of them the receiver's */
	assert_int_equal(line[0].unit, p->w.receiver->id);
	assert_int_equal(cchc_digest_of_unit(line + 1, n - 1, &speaks), 4);
	assert_true(speaks);
	cchc_txn_read(&txn, p->w.app.kit.store.env);
	assert_true(cchc_digest_write(&p->w.app.catalog.units, &txn, KIT_DAY, line + 1, 4,
				      text));
	cchc_txn_abort(&txn);
	free(line);
	assert_string_equal(
		text,
		"Xã Lạc Đạo – nhiệm vụ, báo cáo, ngày 15/03/2024\n"
		"\nSẮP ĐẾN HẠN (trong 7 ngày): 2\n"
		"- today: Rà soát thủ tục hành chính. Hạn 15/03/2024, hôm nay\n"
		"- soon: Rà soát thủ tục hành chính. Hạn 22/03/2024, còn 7 ngày\n"
		"\nBÁO CÁO PHẢI GỬI: 1\n"
		"- bao-cao/x: Rà soát thủ tục hành chính. Hạn 20/03/2024, còn 5 ngày\n"
		"\nĐÃ BÁO XONG, CHỜ CẤP TRÊN XÁC NHẬN: 1\n"
		"- done: Rà soát thủ tục hành chính. Hạn 17/03/2024, còn 2 ngày\n");
	play_close(p);
}

static void a_digest_of_long_titles_ends_at_a_characters_end(void **state)
{
	struct play *p = begin_with(state, true);
	char title[CCHC_TASK_TEXT_MAX + 1] = "";
	const char *text;

	while (strlen(title) + strlen("ế") <= CCHC_TASK_TEXT_MAX)
		strcat(title, "ế");
	for (int i = 0; i < 60; i++) {
		struct cchc_deed deed = deed_add("", p->w.lac_dao->id, KIT_DAY);
		struct cchc_task task;
		char id[16];

		(void)snprintf(id, sizeof(id), "t%d", i);
		deed.id = id;
		deed.title = title;
		(void)kit_deed(&p->w.app.kit, &deed, day_ms(KIT_DAY - 1, 0));
		task = kit_task(&p->w.app.kit, id);
		assert_int_equal(cchc_docket_set(p->docket, &task), CCHC_OK);
	}
	live(p, MINUTE_MS);
	text = digest_of(p, p->w.lac_dao->id, KIT_DAY);
	assert_in_range(strlen(text), CCHC_DIGEST_TEXT_MAX - 1024,
			CCHC_DIGEST_TEXT_MAX - 1);
	assert_true(cchc_text_is_clean(text, strlen(text)));
	assert_non_null(strstr(text, " nhiệm vụ khác\n"));
	play_close(p);
}

/* ---- who ---- */

static void people_are_told_by_their_roles_or_the_receiving_unit_is(void **state)
{
	static const struct {
		const char *unit;
		const char *step;
		const char *told; /* by mail, in order */
	} CASES[] = {
		{"11989", "d-1", "cuc@example.vn dung@example.vn "},
		{"11989", "overdue", "cuc@example.vn dung@example.vn binh@example.vn "},
		{"11998", "d-1", "binh@example.vn "}, /* nobody stands for it */
		{"11998", "overdue", "binh@example.vn "},
		{"11992", "d-1", "binh@example.vn "}, /* a clerk without an address */
		{"325", "d-1", "binh@example.vn "},
		{"325", "overdue", "binh@example.vn "},
	};
	struct play *p = begin_with(state, false);

	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		uint32_t unit = appkit_unit(&p->w.app, CASES[i].unit)->id;
		struct cchc_task task;
		struct cchc_firing firing;
		char told[256] = "";
		char id[16];
		size_t phones = 0;

		(void)snprintf(id, sizeof(id), "t%zu", i);
		task = add_task(p, id, unit, KIT_DAY + 1);
		firing = firing_step(&p->w.app.kit, &task, CASES[i].step, p->now_ms);
		assert_int_equal(cchc_desk_plan(p->desk, &p->w.app.kit.arena, &firing),
				 CCHC_OK);
		assert_string_equal(firing.delivery[0].channel, "nhat-ky");
		assert_string_equal(firing.delivery[1].channel, "bao-dong");
		for (size_t k = 2; k < firing.n_deliveries; k++) {
			const struct cchc_delivery *delivery = &firing.delivery[k];

			phones += strcmp(delivery->channel, "tin-nhan") == 0;
			if (strcmp(delivery->channel, "thu") != 0)
				continue;
			assert_true(delivery->tells_end);
			strcat(strcat(told, delivery->to), " ");
		}
		assert_string_equal(told, CASES[i].told);
		assert_int_equal(phones, strstr(told, "binh") != NULL);
	}
	play_close(p);
}

static void a_step_tells_only_by_the_channels_it_names(void **state)
{
	static const char *const NAMES[] = {"tin-nhan"};
	struct play *p = begin_with(state, false);
	struct cchc_step *step = &p->w.rules.task_class[0].step[1];
	struct cchc_task task = add_task(p, "a", p->w.lac_dao->id, KIT_DAY + 1);
	struct cchc_firing firing = firing_step(&p->w.app.kit, &task, "d-1", p->now_ms);

	step->channel = NAMES;
	step->n_channels = 1;
	assert_int_equal(cchc_desk_plan(p->desk, &p->w.app.kit.arena, &firing), CCHC_OK);
	assert_int_equal(firing.n_deliveries, 1); /* no clerk has a telephone */
	assert_string_equal(firing.delivery[0].to, "0900000001");
	assert_false(firing.delivery[0].tells_end);
	play_close(p);
}

static void each_is_told_in_the_language_of_the_person(void **state)
{
	struct play *p = begin_with(state, false);
	struct cchc_task task = add_task(p, "a", p->w.lac_dao->id, KIT_DAY - 1);

	(void)raise_step(p, &task, "overdue", day_ms(KIT_DAY, 0));
	live(p, 1000);
	for (size_t i = 0; i < p->n_told; i++) {
		const struct told *told = &p->told[i];
		bool english = strcmp(told->to, "binh@example.vn") == 0 ||
			       strcmp(told->to, "0900000001") == 0;

		assert_string_equal(told->language, english ? "en" : "vi");
		assert_string_equal(told->subject,
				    english ? "Rà soát thủ tục hành chính: 1 day "
					      "overdue (Xã Lạc Đạo)"
					    : "Rà soát thủ tục hành chính: quá hạn 1 "
					      "ngày (Xã Lạc Đạo)");
	}
	play_close(p);
}

/* ---- texts ---- */

static void an_alert_says_what_it_is_about_in_both_languages(void **state)
{
	static const struct {
		struct cchc_alert alert;
		const char *language;
		const char *subject;
	} CASES[] = {
		{{.kind = CCHC_ALERT_STEP, .due = KIT_DAY + 3},
		 "vi",
		 "T: còn 3 ngày (U)"},
		{{.kind = CCHC_ALERT_STEP, .due = KIT_DAY},
		 "vi",
		 "T: hôm nay đến hạn (U)"},
		{{.kind = CCHC_ALERT_STEP, .due = KIT_DAY - 7},
		 "vi",
		 "T: quá hạn 7 ngày (U)"},
		{{.kind = CCHC_ALERT_STEP, .due = KIT_DAY}, "en", "T: due today (U)"},
		{{.kind = CCHC_ALERT_STEP,
		  .due = KIT_DAY,
		  .ended_ms = 1,
		  .end_why = "done"},
		 "vi",
		 "Hết cảnh báo (đã hoàn thành): T: hôm nay đến hạn (U)"},
		{{.kind = CCHC_ALERT_STEP,
		  .due = KIT_DAY,
		  .ended_ms = 1,
		  .end_why = "moved"},
		 "en",
		 "Over (moved to another unit): T: due today (U)"},
		{{.kind = CCHC_ALERT_SILENT}, "vi", "Mất liên lạc: U"},
		{{.kind = CCHC_ALERT_SILENT, .ended_ms = 1, .end_why = "heard"},
		 "en",
		 "Over (heard again): No contact: U"},
		{{.kind = CCHC_ALERT_DIGEST},
		 "vi",
		 "Nhiệm vụ, báo cáo ngày 15/03/2024: U"},
	};
	struct cchc_unit unit = {.name = "U"};
	struct cchc_task task = {
		.title = "T", .doc_number = "12/UBND", .state = CCHC_TASK_DONE};
	struct cchc_alert_text text;
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, 64 * 1024);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_alert alert = CASES[i].alert;

		alert.task_id = "a";
		alert.moment_ms = day_ms(KIT_DAY, 480);
		assert_true(cchc_alert_text(&alert, &task, &unit, CASES[i].language,
					    &arena, &text));
		assert_string_equal(text.subject, CASES[i].subject);
		assert_true(cchc_alert_text(&alert, NULL, NULL, CASES[i].language, &arena,
					    &text));
	}
	cchc_arena_fini(&arena);
	cchc_arena_init(&arena, 64); /* full */
	assert_false(cchc_alert_text(&CASES[6].alert, &task, &unit, "vi", &arena, &text));
	cchc_arena_fini(&arena);
}

static void an_end_says_whether_completion_was_confirmed(void **state)
{
	static const struct {
		enum cchc_task_state state;
		const char *vietnamese;
		const char *english;
	} CASES[] = {
		{CCHC_TASK_WAITING, "(đã báo cáo hoàn thành, chờ xác nhận): T",
		 "(reported done, waits for confirmation): T"},
		{CCHC_TASK_DONE, "(đã hoàn thành): T", "(done): T"},
		{CCHC_TASK_OPEN, "(đã báo cáo hoàn thành): T", "(was reported done): T"},
	};
	const struct cchc_alert alert = {.kind = CCHC_ALERT_STEP,
					 .task_id = "a",
					 .due = KIT_DAY,
					 .ended_ms = 1,
					 .end_why = "done"};
	struct cchc_unit unit = {.name = "U"};
	struct cchc_alert_text text;
	struct cchc_arena arena;

	(void)state;
	cchc_arena_init(&arena, 64 * 1024);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		struct cchc_task task = {
			.title = "T", .doc_number = "", .state = CASES[i].state};

		assert_true(cchc_alert_text(&alert, &task, &unit, "vi", &arena, &text));
		assert_non_null(strstr(text.subject, CASES[i].vietnamese));
		assert_true(cchc_alert_text(&alert, &task, &unit, "en", &arena, &text));
		assert_non_null(strstr(text.subject, CASES[i].english));
	}
	cchc_arena_fini(&arena);
}

static void on_tested(void *data, enum cchc_rc rc, const char *text)
{
	(void)text;
	*(enum cchc_rc *)data = rc;
}

static void a_channel_can_be_tried_and_nothing_is_recorded(void **state)
{
	struct play *p = begin_with(state, false);
	enum cchc_rc rc = CCHC_UNKNOWN;

	assert_int_equal(cchc_desk_test(p->desk, "khong", "", p->now_ms, on_tested, &rc),
			 CCHC_NOTFOUND);
	assert_int_equal(cchc_desk_test(p->desk, "thu", "", p->now_ms, on_tested, &rc),
			 CCHC_INVALID);
	assert_int_equal(cchc_desk_test(p->desk, "thu", "cuc@example.vn", p->now_ms,
					on_tested, &rc),
			 CCHC_OK);
	assert_string_equal(p->told[0].key, "test/thu/20240315T020000Z");
	play_answer(p, 0, CCHC_OK);
	assert_int_equal(rc, CCHC_OK);
	assert_int_equal(alerts(p), 0);
	play_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_digest_goes_once_a_working_day_to_units_with_something_to_know),
		cmocka_unit_test(a_digest_ends_when_it_was_told_or_nobody_is_there),
		cmocka_unit_test(a_missed_step_brings_the_digest_soon_but_one_a_day),
		cmocka_unit_test(a_clock_ahead_does_not_use_up_a_days_digest),
		cmocka_unit_test(a_digest_that_could_not_be_written_is_made_again),
		cmocka_unit_test(what_waits_for_confirmation_is_told_to_who_confirms),
		cmocka_unit_test(a_digest_says_each_thing_in_its_place),
		cmocka_unit_test(a_digest_of_long_titles_ends_at_a_characters_end),
		cmocka_unit_test(people_are_told_by_their_roles_or_the_receiving_unit_is),
		cmocka_unit_test(a_step_tells_only_by_the_channels_it_names),
		cmocka_unit_test(each_is_told_in_the_language_of_the_person),
		cmocka_unit_test(an_alert_says_what_it_is_about_in_both_languages),
		cmocka_unit_test(an_end_says_whether_completion_was_confirmed),
		cmocka_unit_test(a_channel_can_be_tried_and_nothing_is_recorded),
	};

	return cmocka_run_group_tests(tests, begin_play, end_play);
}
