/* What a file says is taken by what the unit is, and by what it has sent before. */
#include "agentdesk.h"

enum { JULY_2025 = 20270 };

/* The district told that communes stand directly below us, on these days. */
static enum cchc_rc hear_welcome(struct desk *d, Cchc__Below *spans, size_t n)
{
	uint8_t store[CCHC_STORE_ID_BYTES] = {1};
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	Cchc__Below *list[4];

	for (size_t i = 0; i < n; i++)
		list[i] = &spans[i];
	unit.name = (char[]){"Tỉnh Hưng Yên"};
	unit.level = (char[]){"province"};
	unit.below = list;
	unit.n_below = n;
	welcome.store_id.data = store;
	welcome.store_id.len = sizeof(store);
	welcome.unit = &unit;
	return cchc_outbox_pin(d->kit->box, &welcome);
}

static void become_province_of_2025(struct desk *d)
{
	Cchc__Below spans[] = {CCHC__BELOW__INIT, CCHC__BELOW__INIT};

	spans[0].level = (char[]){"district"};
	spans[0].has_to = true;
	spans[0].to = JULY_2025 - 1;
	spans[1].level = (char[]){"commune"};
	spans[1].has_from = true;
	spans[1].from = JULY_2025;
	assert_int_equal(hear_welcome(d, spans, 2), CCHC_OK);
}

/* Of the report that the file became: cells that go out, and cells it could not take. */
static void expect_taken(struct desk *d, const char *name, size_t cells, size_t unread)
{
	struct cchc_outbox_state before = kit_look(d->kit);
	struct cchc_sent sent;
	Cchc__Report *report;

	desk_put(d, name, "code,value\nI.1,3\nI.3.2,4\nII.1.2,0\n");
	assert_int_equal(desk_settle(d).taken, 1);
	(void)kit_number(d->kit, before.last_given + 1);
	sent = kit_sent(d->kit, before.last_given + 1);
	report = kit_report(d->kit, sent.item.body, sent.item.body_len);
	assert_int_equal(report->n_row, cells);
	assert_int_equal(report->n_unread, unread);
}

static void a_reserved_row_is_ours_when_communes_stand_directly_below(void **state)
{
	struct desk *d = *state;

	expect_taken(d, "2024-Q1.csv", 1, 1); /* a commune: 4 refused, 0 passed over */
	become_province_of_2025(d);
	expect_taken(d, "2025-Q1.csv", 1, 1); /* districts stand between */
	expect_taken(d, "2025-Q3.csv", 3, 0);
	desk_crash(d);
	expect_taken(d, "2025-Q2.csv", 1, 1);
	expect_taken(d, "2025.csv", 3, 0);
}

static void a_level_that_is_none_is_no_welcome(void **state)
{
	struct desk *d = *state;
	Cchc__Below span = CCHC__BELOW__INIT;

	span.level = (char[]){"village"};
	assert_int_equal(hear_welcome(d, &span, 1), CCHC_INVALID);
	expect_taken(d, "2024-Q1.csv", 1, 1); /* still a commune */
}

static void take_and_acknowledge(struct desk *d, const char *text)
{
	desk_put(d, "2024-Q1.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_int_equal(kit_ack(d->kit, kit_number(d->kit, 99), 0, 0), CCHC_OK);
}

static void a_withdrawal_of_what_was_never_sent_is_noticed_and_sent(void **state)
{
	static const char NOTICE[] = "no figure of this row was sent";
	struct desk *d = *state;
	struct cchc_figure held;

	take_and_acknowledge(d, "code,value\nI.1,3\nI.2.1,Rút\n");
	says(desk_receipt(d, "2024-Q1.csv"), "I.2.1 = \"Rút\"");
	says(desk_receipt(d, "2024-Q1.csv"), NOTICE);
	assert_int_equal(
		cchc_outbox_accepted(d->kit->box, "cchc-2021", KIT_PERIOD, 3, &held),
		CCHC_OK);
	assert_int_equal(held.state, CCHC_WITHDRAWN);
	take_and_acknowledge(d, "code,value\nI.1,Rút\n");
	lacks(desk_receipt(d, "2024-Q1.csv"), NOTICE);
	take_and_acknowledge(d, "code,value\nI.1,Rút\n"); /* taken back already */
	says(desk_receipt(d, "2024-Q1.csv"), NOTICE);
}

static void while_figures_are_on_their_way_nobody_can_tell(void **state)
{
	struct desk *d = *state;

	desk_put(d, "2024-Q1.csv", "code,value\nI.1,3\n");
	assert_int_equal(desk_settle(d).taken, 1);
	desk_put(d, "2024-Q1.csv", "code,value\nI.1,Rút\n");
	assert_int_equal(desk_settle(d).taken, 1);
	lacks(desk_receipt(d, "2024-Q1.csv"), "nothing to withdraw");
}

/* ---- what a file says of the report as a whole ---- */

#define HEAD                                                                                                \
	"@số;37/BC-UBND\n@ngày;15/3/2024\n@người ký;Vũ Văn Sứ\n@chức vụ;Phó Chủ tịch\n" \
	"@hoàn tất;có\n"

static Cchc__Report *report_of(struct desk *d, uint64_t seq)
{
	struct cchc_sent sent;

	(void)kit_number(d->kit, seq);
	sent = kit_sent(d->kit, seq);
	return kit_report(d->kit, sent.item.body, sent.item.body_len);
}

static void the_head_of_a_file_is_the_head_of_its_report(void **state)
{
	struct desk *d = *state;
	Cchc__Report *report;

	desk_put(d, "2024-Q1.csv", HEAD "code;value\nI.1;3\n");
	assert_int_equal(desk_settle(d).taken, 1);
	report = report_of(d, 1);
	assert_string_equal(report->doc_number, "37/BC-UBND");
	assert_int_equal(report->doc_date, cchc_day_of(2024, 3, 15));
	assert_string_equal(report->signer_name, "Vũ Văn Sứ");
	assert_string_equal(report->signer_position, "Phó Chủ tịch");
	assert_true(report->has_complete && report->complete);
	assert_int_equal(report->n_row, 1);
	desk_put(d, "2024-Q1.csv", "code;value\nI.1;3\n");
	assert_int_equal(desk_settle(d).taken, 1);
	report = report_of(d, 2);
	assert_null(report->doc_number);
	assert_false(report->has_doc_date || report->has_complete);
}

static void a_wrong_row_of_the_head_is_refused_by_its_name(void **state)
{
	struct desk *d = *state;
	Cchc__Report *report;

	desk_put(d, "2024-Q1.csv", "@số,37\n@ngày,mai\ncode,value\nI.1,3\n");
	assert_int_equal(desk_settle(d).taken, 1);
	report = report_of(d, 1);
	assert_string_equal(report->doc_number, "37");
	assert_false(report->has_doc_date);
	assert_int_equal(report->n_row, 1);
	assert_int_equal(report->n_unread, 1);
	assert_string_equal(report->unread[0]->field, "@ngày");
	assert_int_equal(report->unread[0]->rule, CCHC_RULE_BAD_DATE);
	says(desk_receipt(d, "2024-Q1.csv"),
	     "dòng/line 2, @ngày = \"mai\": ngày không hợp lệ");
}

static void of_many_messages_the_first_has_the_head(void **state)
{
	struct desk *d = *state;
	char text[16 * 1024] = HEAD "code;value\n";
	size_t len = strlen(text);

	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "I.%d;5\n",
					100 + i);
	desk_put(d, "2024-Q1.csv", text);
	assert_int_equal(desk_settle(d).taken, 1);
	assert_string_equal(report_of(d, 1)->doc_number, "37/BC-UBND");
	assert_null(report_of(d, 2)->doc_number);
	assert_false(report_of(d, 2)->has_complete);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(a_reserved_row_is_ours_when_communes_stand_directly_below),
		DESK(a_level_that_is_none_is_no_welcome),
		DESK(a_withdrawal_of_what_was_never_sent_is_noticed_and_sent),
		DESK(while_figures_are_on_their_way_nobody_can_tell),
		DESK(the_head_of_a_file_is_the_head_of_its_report),
		DESK(a_wrong_row_of_the_head_is_refused_by_its_name),
		DESK(of_many_messages_the_first_has_the_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
