#include "ctlkit.h"

#include "ctl/moment.h"
#include "ctl/print.h"

/* 08:12:05 on 15 March 2024 in Việt Nam */
static const int64_t MORNING = INT64_C(1710465125000);

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void instants_are_those_of_viet_nam(void **state)
{
	static const struct {
		int64_t wall_ms;
		const char *people;
		const char *iso;
	} CASES[] = {
		{MORNING, "15/03/2024 08:12:05", "2024-03-15T08:12:05+07:00"},
		{0, "01/01/1970 07:00:00", "1970-01-01T07:00:00+07:00"},
		{INT64_C(1704041999999), "31/12/2023 23:59:59",
		 "2023-12-31T23:59:59+07:00"},
		{INT64_C(1704042000000), "01/01/2024 00:00:00",
		 "2024-01-01T00:00:00+07:00"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		char out[CCHC_CTL_MOMENT];

		assert_string_equal(cchc_ctl_moment_people(CASES[i].wall_ms, out),
				    CASES[i].people);
		assert_string_equal(cchc_ctl_moment_iso(CASES[i].wall_ms, out),
				    CASES[i].iso);
	}
}

static void agents_are_told_with_what_they_said_of_themselves(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__AgentStatus alive = CCHC__AGENT_STATUS__INIT;
	Cchc__AgentStatus unknown = CCHC__AGENT_STATUS__INIT;
	Cchc__AgentStatus *list[] = {&alive, &unknown};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	alive.unit = unknown.unit = &kit->unit;
	alive.connected = alive.has_last_contact = alive.has_queued = 1;
	alive.has_rejected = 1;
	alive.last_contact = MORNING;
	alive.mark = 17;
	alive.queued = 3;
	alive.rejected = 2;
	kit->part.agent = list;
	kit->part.n_agent = 2;
	cchc_ctl_print_status(&kit->answer, 110, out);
	fclose(out);
	assert_has(text, "325     Huyện Văn Lâm            đang kết nối  "
			 "15/03/2024 08:12:05          17        3        2\n");
	assert_has(text, "325     Huyện Văn Lâm            mất liên lạc  "
			 "chưa lần nào                  0        ?        ?\n");
	free(text);
}

static void the_journal_tells_old_new_and_why_refused(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__JournalLine change = CCHC__JOURNAL_LINE__INIT;
	Cchc__JournalLine refused = CCHC__JOURNAL_LINE__INIT;
	Cchc__JournalLine odd = CCHC__JOURNAL_LINE__INIT;
	Cchc__CellRefusal refusal = CCHC__CELL_REFUSAL__INIT;
	Cchc__JournalLine *list[] = {&change, &refused, &odd};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	change.number = 9;
	change.received = refused.received = odd.received = MORNING;
	change.sender = refused.sender = odd.sender = "nhu-quynh";
	change.unit = refused.unit = odd.unit = "11986";
	change.row = refused.row = ctlkit_row(kit, "I.2")->id;
	odd.row = 60000; /* of a later form */
	change.new_state = refused.old_state = refused.new_state = 1;
	change.new_value = refused.old_value = refused.new_value = 266;
	refusal.rule = 6;
	refusal.value = "126,6";
	refused.refusal = &refusal;
	kit->part.journal = list;
	kit->part.n_journal = 3;
	assert_int_equal(cchc_ctl_print_journal(kit->form, &kit->answer, 160, out),
			 CCHC_OK);
	fclose(out);
	assert_has(text, "      9  15/03/2024 08:12:05  nhu-quynh     11986   I.2        "
			 "          –         26,6\n");
	assert_has(text,
		   "26,6         26,6  từ chối \"126,6\": tỷ lệ phải từ 0 đến 100\n");
	assert_has(text, "11986   ?\n");
	free(text);
}

static void a_verdict_says_what_differs(void **state)
{
	Cchc__Verdict verdict = CCHC__VERDICT__INIT;
	char *finding[] = {"I.2 of 11986"};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	verdict.entries = 5;
	verdict.took_ms = 1234;
	verdict.finding = finding;
	verdict.n_finding = 1;
	cchc_ctl_print_verdict(&verdict, 42, out);
	verdict.agrees = 1;
	verdict.n_finding = 0;
	cchc_ctl_print_verdict(&verdict, 42, out);
	fclose(out);
	assert_has(text, "KHÔNG KHỚP");
	assert_has(text,
		   "5 mục nhật ký, 0 số liệu, 0 ô tổng hợp; 1,2 giây; lần ghi số 42\n"
		   "- I.2 of 11986\nKhớp");
	free(text);
}

static void about_tells_store_unit_and_forms(void **state)
{
	struct ctlkit *kit = *state;
	Cchc__About about = CCHC__ABOUT__INIT;
	Cchc__FormHave form = CCHC__FORM_HAVE__INIT;
	Cchc__FormHave *forms[] = {&form};
	uint8_t id[2] = {0xab, 0x01};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	form.name = "cchc-2021";
	form.revision = 3;
	form.digest = about.store_id = (ProtobufCBinaryData){2, id};
	about.unit = &kit->unit;
	about.form = forms;
	about.n_form = 1;
	about.now = MORNING;
	about.program = "cchcd 0.1.0";
	kit->part.about = &about;
	cchc_ctl_print_about(&kit->answer, out);
	fclose(out);
	assert_has(text, "cchcd 0.1.0\n");
	assert_has(text, "ab01\n");
	assert_has(text, "325 Huyện Văn Lâm (district)\n");
	assert_has(text, " 42\n");
	assert_has(text, "cchc-2021, bản 3, ab01\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instants_are_those_of_viet_nam),
		CTLKIT_TEST(agents_are_told_with_what_they_said_of_themselves),
		CTLKIT_TEST(the_journal_tells_old_new_and_why_refused),
		cmocka_unit_test(a_verdict_says_what_differs),
		CTLKIT_TEST(about_tells_store_unit_and_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
