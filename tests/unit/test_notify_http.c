/* Alertmanager and webhooks, against a server that answers as it is asked to. */
#include "notifykit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

static const enum cchc_channel_type HTTP_TYPES[] = {CCHC_CHANNEL_ALERTMANAGER,
						    CCHC_CHANNEL_WEBHOOK};

static void an_alert_has_its_labels_and_texts(void **state)
{
	static const char *const LABELS[][2] = {
		{"alertname", "CCHCDeadline"},
		{"key", "12-KH/11986/overdue/2"},
		{"unit", "11986"},
		{"task", "12-KH/11986"},
		{"step", "overdue"},
		{"class", "nhiem-vu"},
		{"severity", "critical"},
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	json_t *alerts;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_ALERTMANAGER, "/am/");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_string_equal(kit->handing[0].text, "");
	assert_string_equal(kit_text(kit_record(kit, 0), "path", NULL, NULL),
			    "/am/api/v2/alerts");
	alerts = json_object_get(kit_record(kit, 0), "json");
	assert_int_equal(json_array_size(alerts), 1);
	assert_int_equal(
		json_object_size(json_object_get(json_array_get(alerts, 0), "labels")),
		CCHC_COUNT(LABELS));
	for (size_t i = 0; i < CCHC_COUNT(LABELS); i++)
		assert_string_equal(kit_text(alerts, "0", "labels", LABELS[i][0]),
				    LABELS[i][1]);
	assert_string_equal(kit_text(alerts, "0", "annotations", "summary"),
			    notice.subject);
	assert_string_equal(kit_text(alerts, "0", "annotations", "description"),
			    notice.text);
	assert_string_equal(kit_text(alerts, "0", "startsAt", NULL),
			    "2024-03-15T17:00:00.123Z");
	assert_null(kit_text(alerts, "0", "generatorURL", NULL));
}

/* ISO times of one form are ordered like texts. */
static void an_alert_ends_in_five_minutes_or_when_it_ended(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	int64_t day_ms = 86400000;
	json_t *alert;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_ALERTMANAGER, "");
	kit_tell(kit, &channel, &notice);
	alert = json_array_get(json_object_get(kit_record(kit, 0), "json"), 0);
	assert_true(strcmp(kit_text(alert, "endsAt", NULL, NULL), "2025") > 0);

	notice.ended = true;
	notice.ended_ms = notice.raised_ms + day_ms;
	kit_tell(kit, &channel, &notice);
	alert = json_array_get(json_object_get(kit_record(kit, 1), "json"), 0);
	assert_string_equal(kit_text(alert, "endsAt", NULL, NULL),
			    "2024-03-16T17:00:00.123Z");

	/* clocks go back; an end before the start would be refused */
	notice.ended_ms = notice.raised_ms - day_ms;
	kit_tell(kit, &channel, &notice);
	alert = json_array_get(json_object_get(kit_record(kit, 2), "json"), 0);
	assert_string_equal(kit_text(alert, "endsAt", NULL, NULL),
			    "2024-03-15T17:00:00.123Z");

	notice.ended = false;
	notice.ended_ms = 0;
	notice.raised_ms = INT64_C(4102444800000); /* 2100 */
	kit_tell(kit, &channel, &notice);
	alert = json_array_get(json_object_get(kit_record(kit, 3), "json"), 0);
	assert_string_equal(kit_text(alert, "endsAt", NULL, NULL),
			    "2100-01-01T00:05:00.000Z");
}

static void a_label_without_a_value_is_left_out(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	json_t *labels;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_ALERTMANAGER, "");
	notice.kind = "silent";
	notice.task = notice.step = notice.class_name = "";
	kit_tell(kit, &channel, &notice);
	labels = json_object_get(
		json_array_get(json_object_get(kit_record(kit, 0), "json"), 0), "labels");
	assert_int_equal(json_object_size(labels), 4);
	assert_string_equal(kit_text(labels, "alertname", NULL, NULL), "CCHCUnitSilent");
}

static void a_webhook_is_signed_and_has_its_key(void **state)
{
	struct kit *kit = *state;
	const char *secret = kit_write(kit, "secret", "bí mật\n", 0600);
	const char *const OPTIONS[] = {"--secret-file", secret};
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	json_t *entry;

	kit_sink(kit, OPTIONS, 2);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/hook?a=1");
	channel.secret = "bí mật";
	channel.user = "cchc";
	channel.password = "right";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	entry = kit_record(kit, 0);
	assert_string_equal(kit_text(entry, "signature", NULL, NULL), "right");
	assert_string_equal(kit_text(entry, "path", NULL, NULL), "/hook?a=1");
	assert_string_equal(kit_text(entry, "headers", "idempotency-key", NULL),
			    "12-KH/11986/overdue/2");
	assert_string_equal(kit_text(entry, "headers", "content-type", NULL),
			    "application/json");
	assert_string_equal(kit_text(entry, "headers", "authorization", NULL),
			    "Basic Y2NoYzpyaWdodA==");
	assert_string_equal(kit_text(entry, "json", "key", NULL), notice.key);
	assert_string_equal(kit_text(entry, "json", "state", NULL), "raised");
	assert_string_equal(kit_text(entry, "json", "unit", "name"), notice.unit_name);
	assert_string_equal(kit_text(entry, "json", "text", NULL), notice.text);
	assert_string_equal(kit_text(entry, "json", "raised", NULL),
			    "2024-03-15T17:00:00.123Z");
	assert_true(
		json_is_null(json_object_get(json_object_get(entry, "json"), "ended")));
	channel.secret = "khác";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_string_equal(kit_text(kit_record(kit, 1), "signature", NULL, NULL),
			    "wrong");
	channel.secret = NULL;
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_null(kit_text(kit_record(kit, 2), "headers", "x-cchc-signature", NULL));
}

static void the_end_has_a_key_of_its_own(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	kit_tell(kit, &channel, &notice);
	kit_tell(kit, &channel, &notice);
	assert_true(json_is_true(json_object_get(kit_record(kit, 1), "repeated")));
	notice.ended = true;
	notice.ended_ms = notice.raised_ms + 1000;
	kit_tell(kit, &channel, &notice);
	assert_true(json_is_false(json_object_get(kit_record(kit, 2), "repeated")));
	assert_string_equal(kit_text(kit_record(kit, 2), "key", NULL, NULL),
			    "12-KH/11986/overdue/2/ended");
	assert_string_equal(kit_text(kit_record(kit, 2), "json", "state", NULL), "ended");
	assert_string_equal(kit_text(kit_record(kit, 2), "json", "ended", NULL),
			    "2024-03-15T17:00:01.123Z");
}

static void a_key_cannot_bring_a_header_of_its_own(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	notice.key = "số 5%\r\nX-Evil: 1";
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_string_equal(kit_text(kit_record(kit, 0), "key", NULL, NULL),
			    "s%E1%BB%91%205%25%0D%0AX-Evil:%201");
	assert_null(kit_text(kit_record(kit, 0), "headers", "x-evil", NULL));
}

static void each_answer_has_its_verdict(void **state)
{
	static const struct {
		const char *path;
		enum cchc_rc rc;
		const char *text;
	} CASES[] = {
		{"/status/200", CCHC_OK, ""},
		{"/status/204", CCHC_OK, ""},
		{"/status/400", CCHC_INVALID, "HTTP 400: because of that"},
		{"/status/404", CCHC_INVALID, "HTTP 404: because of that"},
		{"/status/422", CCHC_INVALID, "HTTP 422: because of that"},
		{"/status/401", CCHC_BUSY, "HTTP 401: because of that"},
		{"/status/408", CCHC_BUSY, "HTTP 408: because of that"},
		{"/status/429", CCHC_BUSY, "HTTP 429: because of that"},
		{"/status/500", CCHC_IO, "HTTP 500: because of that"},
		{"/status/503", CCHC_IO, "HTTP 503: because of that"},
		{"/status/302", CCHC_IO, "HTTP 302: because of that"},
		{"/status/307", CCHC_IO, "HTTP 307: because of that"},
		{"/drop", CCHC_UNKNOWN, "Empty reply from server"},
	};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();

	kit_sink(kit, NULL, 0);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		for (size_t j = 0; j < CCHC_COUNT(HTTP_TYPES); j++) {
			struct cchc_channel_settings channel =
				kit_channel(kit, HTTP_TYPES[j], CASES[i].path);
			const struct kit_handing *told = kit_tell(kit, &channel, &notice);

			if (told->rc != CASES[i].rc ||
			    strcmp(told->text, CASES[i].text) != 0)
				fail_msg("%s: %s, \"%s\"", CASES[i].path,
					 cchc_rc_name(told->rc), told->text);
		}
	}
	for (size_t i = kit_recorded(kit); i-- > 0;) /* no redirect was followed */
		assert_string_not_equal(kit_text(kit_record(kit, i), "path", NULL, NULL),
					"/elsewhere");
}

static void an_answer_without_end_is_not_read_to_its_end(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/flood");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
}

static void nobody_there_is_a_failure_for_now(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int taken = socket(AF_INET, SOCK_STREAM, 0);
	struct cchc_channel_settings channel;

	/* bound, so that nobody else listens there, and nobody does */
	assert_int_equal(bind(taken, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(taken, (struct sockaddr *)&address, &len), 0);
	kit->http = kit->smtp = ntohs(address.sin_port);
	for (int type = CCHC_CHANNEL_ALERTMANAGER; type <= CCHC_CHANNEL_SMTP; type++) {
		channel = kit_channel(kit, (enum cchc_channel_type)type, "");
		assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
		assert_non_null(strstr(kit->handing[kit->n - 1].text, "onnect"));
	}
	(void)close(taken);
}

static void who_does_not_answer_is_given_up_at_the_time_limit(void **state)
{
	static const char *const OPTIONS[] = {"--hang"};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();

	kit_sink(kit, OPTIONS, 1);
	for (size_t j = 0; j < CCHC_COUNT(HTTP_TYPES); j++) {
		struct cchc_channel_settings channel =
			kit_channel(kit, HTTP_TYPES[j], "/");

		channel.time_limit_ms = 200;
		assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_UNKNOWN);
		assert_true(kit->handing[kit->n - 1].text[0] != '\0');
	}
}

static void one_that_hangs_delays_no_other(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings dead;
	struct cchc_channel_settings live;
	size_t hangs;

	kit_sink(kit, NULL, 0);
	dead = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/hang");
	live = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	hangs = kit_hand(kit, &dead, &notice);
	kit_until(kit, kit_recorded(kit) == 1);
	for (int i = 0; i < 20; i++)
		assert_int_equal(kit_tell(kit, &live, &notice)->rc, CCHC_OK);
	assert_false(kit->handing[hangs].told);
}

static void what_is_under_way_at_the_stop_is_told_once(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings dead;
	struct cchc_channel_settings gone;
	size_t hangs;
	size_t fresh;

	kit_sink(kit, NULL, 0);
	dead = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/hang");
	gone = kit_channel(kit, CCHC_CHANNEL_ALERTMANAGER, "/");
	hangs = kit_hand(kit, &dead, &notice);
	kit_until(kit, kit_recorded(kit) == 1);
	fresh = kit_hand(kit, &gone, &notice);
	cchc_courier_stop(kit->courier);
	assert_true(kit->handing[hangs].told && kit->handing[fresh].told);
	assert_int_equal(kit->handing[hangs].rc, CCHC_BUSY);
	assert_int_equal(kit->handing[fresh].rc, CCHC_BUSY);
	assert_int_equal(cchc_courier_hand(kit->courier, &gone, &notice, NULL, NULL),
			 CCHC_BUSY);
}

struct relay {
	struct kit *kit;
	const struct cchc_channel_settings *channel;
	const struct cchc_notice *notice;
	unsigned left;
	bool stops;
	bool ended;
};

static void on_relayed(void *data, enum cchc_rc rc, const char *text)
{
	struct relay *relay = data;

	(void)text;
	assert_int_equal(rc, CCHC_OK);
	if (relay->left-- > 1)
		assert_int_equal(cchc_courier_hand(relay->kit->courier, relay->channel,
						   relay->notice, on_relayed, relay),
				 CCHC_OK);
	else
		relay->ended = true;
	if (relay->ended && relay->stops)
		cchc_courier_stop(relay->kit->courier);
}

static void who_is_told_may_hand_the_next_or_stop(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	struct relay relay = {.kit = kit, .notice = &notice, .left = 30, .stops = true};

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	relay.channel = &channel;
	assert_int_equal(
		cchc_courier_hand(kit->courier, &channel, &notice, on_relayed, &relay),
		CCHC_OK);
	kit_until(kit, relay.ended);
	assert_int_equal(kit_recorded(kit), 30);
}

static void many_at_once_arrive_once_each(void **state)
{
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;
	char key[16];

	kit_sink(kit, NULL, 0);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	notice.key = key;
	for (size_t i = 0; i < 40; i++) {
		(void)snprintf(key, sizeof(key), "k%zu", i);
		(void)kit_hand(kit, &channel, &notice);
	}
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(kit_wait(kit, i)->rc, CCHC_OK);
	assert_int_equal(kit_recorded(kit), 40);
	for (size_t i = 0; i < 40; i++)
		assert_true(
			json_is_false(json_object_get(kit_record(kit, i), "repeated")));
}

static void what_is_refused_for_now_is_taken_later(void **state)
{
	static const char *const OPTIONS[] = {"--fail", "2"};
	struct kit *kit = *state;
	struct cchc_notice notice = kit_notice();
	struct cchc_channel_settings channel;

	kit_sink(kit, OPTIONS, 2);
	channel = kit_channel(kit, CCHC_CHANNEL_WEBHOOK, "/");
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_IO);
	assert_int_equal(kit_tell(kit, &channel, &notice)->rc, CCHC_OK);
	assert_true(json_is_false(json_object_get(kit_record(kit, 2), "repeated")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_begin, kit_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_alert_has_its_labels_and_texts),
		TEST(an_alert_ends_in_five_minutes_or_when_it_ended),
		TEST(a_label_without_a_value_is_left_out),
		TEST(a_webhook_is_signed_and_has_its_key),
		TEST(the_end_has_a_key_of_its_own),
		TEST(a_key_cannot_bring_a_header_of_its_own),
		TEST(each_answer_has_its_verdict),
		TEST(an_answer_without_end_is_not_read_to_its_end),
		TEST(nobody_there_is_a_failure_for_now),
		TEST(who_does_not_answer_is_given_up_at_the_time_limit),
		TEST(one_that_hangs_delays_no_other),
		TEST(what_is_under_way_at_the_stop_is_told_once),
		TEST(who_is_told_may_hand_the_next_or_stop),
		TEST(many_at_once_arrive_once_each),
		TEST(what_is_refused_for_now_is_taken_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
