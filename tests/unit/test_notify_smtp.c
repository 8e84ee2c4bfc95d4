/* E-mail: what Python's parser makes of it, and servers that refuse and hang. */
#include "notifykit.h"

#include <stdio.h>

#include "notify/mail.h"

/* A copy: the next look at the record takes the text away. */
static const char *header(struct kit *kit, size_t n, const char *name)
{
	const char *text = kit_text(kit_record(kit, n), "headers", name, NULL);

	return text ? cchc_arena_text(&kit->arena, text, strlen(text)) : NULL;
}

static void a_mail_is_read_as_it_was_meant(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	json_t *entry;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_string_equal(kit->handing[0].text, "");
	entry = kit_record(kit, 0);
	assert_string_equal(kit_text(entry, "from", NULL, NULL), "cchc@vanlam.example");
	assert_string_equal(kit_text(entry, "to", "0", NULL), notice.to);
	assert_string_equal(kit_text(entry, "text", NULL, NULL), notice.text);
	assert_string_equal(header(kit, 0, "from"), "cchc@vanlam.example");
	assert_string_equal(header(kit, 0, "to"), notice.to);
	assert_string_equal(header(kit, 0, "subject"), notice.subject);
	assert_string_equal(header(kit, 0, "auto-submitted"), "auto-generated");
	assert_string_equal(header(kit, 0, "content-language"), "vi");
	assert_string_equal(header(kit, 0, "x-cchc-key"), notice.key);
	assert_non_null(strstr(header(kit, 0, "date"), " +0700"));
}

static void texts_of_every_kind_come_through(void **state)
{
	static const struct {
		const char *subject;
		const char *read; /* NULL: the same */
	} SUBJECTS[] = {
		{"plain", NULL},
		{"", NULL},
		{"just forty-five bytes, no more and not less..", NULL},
		{"one byte more than an encoded word can take...", NULL},
		{"Tổng hợp việc đến hạn của Thị trấn Như Quỳnh, huyện Văn Lâm, tỉnh Hưng "
		 "Yên, trong bảy ngày tới: 3 quá hạn, 2 sắp đến hạn, 1 chờ xác nhận",
		 NULL},
		{"ắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắắ", NULL},
		{"=?utf-8?q?not_an_encoded_word?=", NULL},
		{"a\r\nBcc: everybody@example\tb", "a  Bcc: everybody@example b"},
		{"🏛 ≠ ascii", NULL},
	};
	static const char *const TEXTS[] = {"a\n", ".\n..\n.x\n\nFrom here\n", "=\n=20\n",
					    "ế\nkhông hết\n\n\n"};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	for (size_t i = 0; i < CCHC_COUNT(SUBJECTS); i++) {
		const char *read = SUBJECTS[i].read;

		notice.subject = SUBJECTS[i].subject;
		notice.text = TEXTS[i % CCHC_COUNT(TEXTS)];
		assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
		assert_string_equal(header(kit, i, "subject"),
				    read ? read : notice.subject);
		assert_string_equal(kit_text(kit_record(kit, i), "text", NULL, NULL),
				    notice.text);
		assert_null(header(kit, i, "bcc"));
	}
}

static void a_mail_keeps_to_the_forms(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	char text[20000];
	char subject[2000];

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i + 3 < sizeof(subject); i += 3)
		memcpy(subject + i, "ế", 4);
	notice.text = text;
	notice.subject = subject;
	notice.language = "en";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_true(json_integer_value(
			    json_object_get(kit_record(kit, 0), "longest_line")) <= 78);
	assert_int_equal(
		json_integer_value(json_object_get(kit_record(kit, 0), "bare_ends")), 0);
	assert_int_equal(json_array_size(json_object_get(kit_record(kit, 0), "defects")),
			 0);
	assert_memory_equal(kit_text(kit_record(kit, 0), "text", NULL, NULL), text,
			    sizeof(text) - 1);
	/* cut, but not within a letter */
	assert_int_equal(strlen(header(kit, 0, "subject")), 399);
	assert_string_equal(header(kit, 0, "content-language"), "en");
}

static void mails_of_one_task_hang_together(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	const char *first;
	const char *thread;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	kit_tell(kit, &channel, &notice); /* 0: raised */
	kit_tell(kit, &channel, &notice); /* 1: once more, after a crash */
	notice.ended = true;
	notice.ended_ms = notice.raised_ms + 1;
	kit_tell(kit, &channel, &notice); /* 2: its end */
	notice.ended = false;
	notice.key = "12-KH/11986/late+1/2";
	kit_tell(kit, &channel, &notice); /* 3: the task's next step */
	notice.to = "lanh-dao@nhuquynh.example";
	kit_tell(kit, &channel, &notice); /* 4: the same to another person */
	notice.task = "";
	notice.key = "digest/11986/2024-03-15";
	kit_tell(kit, &channel, &notice); /* 5: of no task */

	first = header(kit, 0, "message-id");
	thread = header(kit, 0, "references");
	assert_non_null(strstr(first, "@vanlam.example>"));
	assert_string_equal(header(kit, 0, "in-reply-to"), thread);
	assert_string_equal(header(kit, 1, "message-id"), first);
	assert_string_not_equal(header(kit, 2, "message-id"), first);
	assert_string_equal(header(kit, 2, "in-reply-to"), first);
	assert_string_equal(header(kit, 2, "references"),
			    cchc_arena_format(&kit->arena, "%s %s", thread, first));
	assert_string_not_equal(header(kit, 3, "message-id"), first);
	assert_string_equal(header(kit, 3, "references"), thread);
	assert_string_not_equal(header(kit, 3, "message-id"),
				header(kit, 4, "message-id"));
	assert_string_equal(header(kit, 4, "references"), thread);
	assert_null(header(kit, 5, "references"));
	assert_null(header(kit, 5, "in-reply-to"));
}

static void each_answer_has_its_verdict(void **state)
{
	static const struct {
		const char *to;
		const char *password;
		enum cchc_rc rc;
		const char *text;
	} CASES[] = {
		{"a@b.example", NULL, CCHC_OK, ""},
		{"a@b.example", "right", CCHC_OK, ""},
		{"a@b.example", "wrong", CCHC_BUSY, "535 not with that password"},
		{"refused@b.example", NULL, CCHC_INVALID, "550 nobody here"},
		{"dot-refused@b.example", NULL, CCHC_INVALID, "554 no"},
		{"later@b.example", NULL, CCHC_IO, "451 not now"},
		{"no address", NULL, CCHC_INVALID, "not an e-mail address"},
		{"", NULL, CCHC_INVALID, "not an e-mail address"},
		{"a@b.example>\r\nRCPT TO:<c@d.example", NULL, CCHC_INVALID,
		 "not an e-mail address"},
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		const struct kit_handing *told;

		notice.to = CASES[i].to;
		channel.user = CASES[i].password ? "cchc" : NULL;
		channel.password = CASES[i].password;
		told = kit_tell(kit, &channel, &notice);
		if (told->rc != CASES[i].rc || strcmp(told->text, CASES[i].text) != 0)
			fail_msg("%s: %s, \"%s\"", CASES[i].to, cchc_rc_name(told->rc),
				 told->text);
	}
	assert_int_equal(kit_recorded(kit), 3); /* two taken, one refused after the dot */
	assert_null(kit_text(kit_record(kit, 0), "user", NULL, NULL));
	assert_string_equal(kit_text(kit_record(kit, 1), "user", NULL, NULL), "cchc");
}

/* After the dot and in QUIT libcurl waits, whatever its interface. */
static void a_server_that_hangs_delays_nobody_else(void **state)
{
	static const char *const PEOPLE[] = {"hang@b.example", "hang-dot@b.example"};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings mail;
	struct cchc_channel_settings live;
	size_t hangs[CCHC_COUNT(PEOPLE)];

	kit_sink(kit, NULL, 0);
	mail = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	live = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	for (size_t i = 0; i < CCHC_COUNT(PEOPLE); i++) {
		notice.to = PEOPLE[i];
		hangs[i] = kit_hand(kit, &mail, &notice);
	}
	kit_until(kit, kit_recorded(kit) == 1); /* the second waits after its dot */
	notice.to = "a@b.example";
	for (int i = 0; i < 5; i++) {
		assert_int_equal(kit_tell(kit, &live, &notice)->rc, CCHC_OK);
		assert_int_equal(kit_tell(kit, &mail, &notice)->rc, CCHC_OK);
	}
	for (size_t i = 0; i < CCHC_COUNT(PEOPLE); i++)
		assert_false(kit->handing[hangs[i]].told);
	cchc_courier_stop(kit->courier);
	for (size_t i = 0; i < CCHC_COUNT(PEOPLE); i++)
		assert_int_equal(kit->handing[hangs[i]].rc, CCHC_BUSY);
}

static void a_server_that_hangs_is_given_up_at_the_time_limit(void **state)
{
	static const struct {
		const char *to;
		enum cchc_rc rc;
	} CASES[] = {
		{"hang@b.example", CCHC_LIMIT},
		{"hang-dot@b.example", CCHC_UNKNOWN},
		{"hang-quit@b.example", CCHC_OK}, /* it was taken before */
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	channel.time_limit_ms = 300;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		notice.to = CASES[i].to;
		(void)kit_hand(kit, &channel, &notice);
	}
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++)
		assert_int_equal(kit_wait(kit, i)->rc, CASES[i].rc);
}

/* A certificate of our own for 127.0.0.1. */
static const char *make_certificate(struct kit *kit)
{
	const char *path = kit_path(kit, "peer.pem");
	const char *command = cchc_arena_format(
		&kit->arena,
		"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
		"-addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s.crt 2>/dev/null "
		"&& cat %s.crt >> %s",
		path, path, path, path);

	assert_int_equal(system(command), 0);
	return path;
}

static void nothing_is_sent_in_the_clear_where_tls_is_required(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0); /* offers none */
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	channel.tls_required = true;
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_int_equal(kit_recorded(kit), 0);
}

static void tls_trusts_who_it_is_told_to_trust(void **state)
{
	struct kit *kit = *state;
	const char *const OPTIONS[] = {"--certificate", make_certificate(kit)};
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, OPTIONS, 2);
	channel = kit_channel(kit, CCHC_CHANNEL_SMTP, "");
	channel.tls_required = true;
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_int_equal(kit_recorded(kit), 0);
	channel.ca_file = cchc_arena_format(&kit->arena, "%s.crt", OPTIONS[1]);
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_true(json_is_true(json_object_get(kit_record(kit, 0), "secure")));
}

static void an_address_is_one_address_and_no_more(void **state)
{
	static const struct {
		const char *address;
		bool valid;
	} CASES[] = {
		{"a@b", true},       {"can.bo+cchc@nhu-quynh.vanlam.example", true},
		{"", false},         {"a", false},
		{"@b", false},       {"a@", false},
		{"a@b@c", false},    {"a b@c", false},
		{"a@b\n", false},    {"a@b\r\nX: y", false},
		{"a@b,c@d", false},  {"<a@b>", false},
		{"A <a@b>", false},  {"a@[127.0.0.1]", false},
		{"cán-bộ@b", false}, {"-oX@b", false},
	};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++)
		assert_true(cchc_mail_address_is_valid(CASES[i].address) ==
			    CASES[i].valid);
	memset(longest, 'a', sizeof(longest));
	longest[1] = '@';
	longest[254] = '\0';
	assert_true(cchc_mail_address_is_valid(longest));
	longest[254] = 'a';
	longest[255] = '\0';
	assert_false(cchc_mail_address_is_valid(longest));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_begin, kit_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mail_is_read_as_it_was_meant),
		TEST(texts_of_every_kind_come_through),
		TEST(a_mail_keeps_to_the_forms),
		TEST(mails_of_one_task_hang_together),
		TEST(each_answer_has_its_verdict),
		TEST(a_server_that_hangs_delays_nobody_else),
		TEST(a_server_that_hangs_is_given_up_at_the_time_limit),
		TEST(nothing_is_sent_in_the_clear_where_tls_is_required),
		TEST(tls_trusts_who_it_is_told_to_trust),
		cmocka_unit_test(an_address_is_one_address_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
