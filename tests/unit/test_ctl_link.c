/* Questions to a daemon that loses, mixes and refuses: a ROUTER in a thread of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/link.h"
#include "io/zap.h"

enum mood {
	GOOD,      /* two parts at once */
	LOSES,     /* the second part, the first time */
	LATE,      /* the first question's second part comes after the second question */
	MIXES,     /* parts of two commits, the first time */
	SILENT,    /* no answer ever */
	BUSY,      /* with the question; says only that it is there */
	REFUSES,   /* for now */
	KNOWS_NOT, /* names a unit that is not there */
	TALKS_ROT, /* bytes that are no message */
};

struct fake {
	uv_loop_t loop;
	uv_async_t stop;
	uv_thread_t thread;
	struct cchc_zcontext *context;
	struct cchc_zap *zap;
	struct cchc_zpoll *door;
	struct cchc_key_pair own;
	char at[256];
	enum mood mood;
	unsigned asked;
	unsigned pinged;
	uint64_t first_id;
};

static const char *on_who(void *data, const char *domain, const char *public_key)
{
	(void)data;
	(void)domain;
	(void)public_key;
	return "0";
}

struct reply {
	uint64_t id;
	uint32_t part;
	bool last;
	uint64_t commit;
	Cchc__Denied *refused;
};

static void say(struct fake *f, const struct cchc_zmessage *to, struct reply reply)
{
	Cchc__Answer answer = CCHC__ANSWER__INIT;
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	cchc_arena_init(&arena, CCHC_FRAME_MAX);
	answer.version = CCHC_PROTOCOL_VERSION;
	answer.kind =
		reply.refused ? CCHC__ANSWER__KIND__REFUSED : CCHC__ANSWER__KIND__STATUS;
	answer.id = reply.id;
	answer.part = reply.part;
	answer.last = reply.last;
	answer.commit = reply.commit;
	answer.refused = reply.refused;
	assert_int_equal(cchc_wire_encode(&arena, &answer.base, &bytes, &len), CCHC_OK);
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(f->door), to->route,
					   to->route_len, bytes, len),
			 CCHC_OK);
	cchc_arena_fini(&arena);
}

static void refuse(struct fake *f, const struct cchc_zmessage *to, uint64_t id)
{
	Cchc__Denied denied = CCHC__DENIED__INIT;

	denied.text = f->mood == KNOWS_NOT ? "unit: 9 is no unit" : "the store is busy";
	denied.has_lasting = denied.lasting = f->mood == KNOWS_NOT;
	say(f, to, (struct reply){id, 0, true, 7, &denied});
}

static void answer(struct fake *f, const struct cchc_zmessage *message, uint64_t id)
{
	bool first = f->asked++ == 0;

	f->first_id = first ? id : f->first_id;
	if (f->mood == TALKS_ROT)
		(void)!cchc_zsocket_send(cchc_zpoll_socket(f->door), message->route,
					 message->route_len, "rot", 3);
	else if (f->mood == REFUSES || f->mood == KNOWS_NOT)
		refuse(f, message, id);
	else if (f->mood == LATE && !first)
		say(f, message, (struct reply){f->first_id, 1, true, 7, NULL});
	else if (f->mood != SILENT && f->mood != BUSY) {
		say(f, message, (struct reply){id, 0, false, 7, NULL});
		if (!first || f->mood == GOOD || f->mood == MIXES)
			say(f, message,
			    (struct reply){id, 1, true, first && f->mood == MIXES ? 8 : 7,
					   NULL});
	}
}

/* ABOUT only asks if we are there. */
static void on_ask(void *data, const struct cchc_zmessage *message)
{
	struct fake *f = data;
	struct cchc_arena arena;
	Cchc__Ask *ask;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	assert_int_equal(
		cchc_wire_ask(&arena, message->body, message->body_len, &ask, NULL), 0);
	if (ask->kind != CCHC__ASK__KIND__ABOUT)
		answer(f, message, ask->id);
	else if (f->mood == BUSY)
		say(f, message, (struct reply){ask->id, 0, true, 7, NULL});
	f->pinged += ask->kind == CCHC__ASK__KIND__ABOUT;
	cchc_arena_fini(&arena);
}

static void on_stop(uv_async_t *stop)
{
	struct fake *f = stop->data;

	cchc_zpoll_close(&f->door);
	cchc_zap_stop(&f->zap);
	uv_close((uv_handle_t *)stop, NULL);
}

static void run(void *data)
{
	struct fake *f = data;

	uv_run(&f->loop, UV_RUN_DEFAULT);
}

static void open_fake(struct fake *f, enum mood mood)
{
	struct cchc_zoptions options = {
		.kind = CCHC_ZROUTER, .zap_domain = "queries", .own = &f->own};
	struct cchc_zsocket *socket;

	*f = (struct fake){.mood = mood};
	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(uv_async_init(&f->loop, &f->stop, on_stop), 0);
	f->stop.data = f;
	assert_int_equal(cchc_keys_make(&f->own, NULL), CCHC_OK);
	assert_int_equal(cchc_zcontext_new(&f->context, NULL), CCHC_OK);
	assert_int_equal(cchc_zap_start(&f->loop, f->context, on_who, f, &f->zap, NULL),
			 CCHC_OK);
	assert_int_equal(cchc_zsocket_new(f->context, &options, &socket, NULL), CCHC_OK);
	assert_int_equal(cchc_zsocket_bind(socket, "tcp://127.0.0.1:*", f->at, NULL),
			 CCHC_OK);
	assert_int_equal(cchc_zpoll_start(&f->loop, socket, on_ask, f, &f->door, NULL),
			 CCHC_OK);
	assert_int_equal(uv_thread_create(&f->thread, run, f), 0);
}

static void close_fake(struct fake *f)
{
	assert_int_equal(uv_async_send(&f->stop), 0);
	assert_int_equal(uv_thread_join(&f->thread), 0);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	cchc_zcontext_free(&f->context);
}

static char folder[] = "/tmp/ctl-link-XXXXXX";
static char key_path[64];

struct outcome {
	enum cchc_rc rc;
	size_t parts;
	unsigned asked;
	unsigned pinged;
	char text[512];
};

static struct outcome ask_kind_in(enum mood mood, Cchc__Ask__Kind kind,
				  unsigned timeout_ms)
{
	struct outcome outcome = {0};
	struct cchc_ctl_settings settings = {.key = key_path};
	struct cchc_ctl_link *link = NULL;
	struct cchc_ctl_answer answer = {0};
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_err err = {0};
	struct cchc_arena arena;
	struct fake fake;

	open_fake(&fake, mood);
	settings.queries = fake.at;
	memcpy(settings.server_key, fake.own.public_key, CCHC_KEY_TEXT);
	cchc_arena_init(&arena, 1 << 24);
	assert_int_equal(cchc_ctl_link_open(&settings, timeout_ms, &link, &err), 0);
	ask.kind = kind;
	outcome.rc = cchc_ctl_link_ask(link, &arena, &ask, &answer, &err);
	outcome.parts = answer.n;
	memcpy(outcome.text, err.text, sizeof(outcome.text));
	cchc_ctl_link_close(&link);
	assert_null(link);
	cchc_arena_fini(&arena);
	close_fake(&fake);
	outcome.asked = fake.asked;
	outcome.pinged = fake.pinged;
	return outcome;
}

static struct outcome ask_in(enum mood mood, unsigned timeout_ms)
{
	return ask_kind_in(mood, CCHC__ASK__KIND__STATUS, timeout_ms);
}

static void an_answer_is_whole_whatever_is_lost(void **state)
{
	static const struct {
		enum mood mood;
		unsigned asked;
	} CASES[] = {{GOOD, 1}, {LOSES, 2}, {LATE, 2}, {MIXES, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct outcome outcome = ask_in(CASES[i].mood, 3000);

		assert_string_equal(outcome.text, "");
		assert_int_equal(outcome.rc, CCHC_OK);
		assert_int_equal(outcome.parts, 2);
		assert_int_equal(outcome.asked, CASES[i].asked);
	}
}

static void silence_is_asked_three_times_and_then_told(void **state)
{
	struct outcome outcome = ask_in(SILENT, 900);

	(void)state;
	assert_int_equal(outcome.rc, CCHC_BUSY);
	assert_int_equal(outcome.asked, 3);
	assert_non_null(strstr(outcome.text, "no answer from tcp://"));
}

/* If it waited its time the test would time out. */
static void a_long_wait_ends_when_nobody_is_there(void **state)
{
	struct outcome outcome = ask_kind_in(SILENT, CCHC__ASK__KIND__VERIFY, 600000);

	(void)state;
	assert_int_equal(outcome.rc, CCHC_BUSY);
	assert_non_null(strstr(outcome.text, "went silent"));
	assert_int_equal(outcome.asked, 1); /* a replay is not begun again */
	assert_true(outcome.pinged > 0);
}

static void who_is_at_work_is_waited_for(void **state)
{
	struct outcome outcome = ask_kind_in(BUSY, CCHC__ASK__KIND__VERIFY, 7000);

	(void)state;
	assert_int_equal(outcome.rc, CCHC_BUSY);
	assert_non_null(strstr(outcome.text, "no answer from tcp://"));
	assert_non_null(strstr(outcome.text, "within 7 s"));
}

static void nobody_is_greeted_in_vain_for_long(void **state)
{
	struct cchc_ctl_settings settings = {.key = key_path,
					     .queries = "tcp://127.0.0.1:1"};
	struct cchc_ctl_link *link = NULL;
	struct cchc_key_pair daemon;
	struct cchc_err err = {0};

	(void)state;
	assert_int_equal(cchc_keys_make(&daemon, NULL), CCHC_OK);
	memcpy(settings.server_key, daemon.public_key, CCHC_KEY_TEXT);
	assert_int_equal(cchc_ctl_link_open(&settings, 600000, &link, &err), CCHC_OK);
	assert_int_equal(cchc_ctl_link_greet(link, &err), CCHC_BUSY);
	assert_non_null(strstr(err.text, "no answer from tcp://127.0.0.1:1 within 5 s"));
	cchc_ctl_link_close(&link);
}

static void a_refusal_is_told_as_it_was_said(void **state)
{
	struct outcome busy = ask_in(REFUSES, 3000);
	struct outcome unknown = ask_in(KNOWS_NOT, 3000);

	(void)state;
	assert_int_equal(busy.rc, CCHC_DENIED);
	assert_string_equal(busy.text, "the store is busy");
	assert_int_equal(unknown.rc, CCHC_NOTFOUND);
	assert_string_equal(unknown.text, "unit: 9 is no unit");
}

static void bytes_that_are_no_answer_are_told(void **state)
{
	struct outcome outcome = ask_in(TALKS_ROT, 900);

	(void)state;
	assert_int_equal(outcome.rc, CCHC_INVALID);
	assert_non_null(strstr(outcome.text, "is no good"));
	assert_int_equal(outcome.asked, 3);
}

/* uv timers count from the loop's clock, which stands still between its turns: one that
 * was due before the turn began must not leave the turn without an end. */
static void a_turn_ends_though_the_loops_clock_was_old(void **state)
{
	struct cchc_ctl_settings settings = {.key = key_path,
					     .queries = "tcp://127.0.0.1:1",
					     .server_key = "rq:rM>}U?@Lns47E1%kR.o@n%"
							   "FcmmsL/@{H8]yf7"};
	struct cchc_ctl_link *link = NULL;
	struct cchc_err err = {0};

	(void)state;
	assert_int_equal(cchc_ctl_link_open(&settings, 0, &link, &err), CCHC_OK);
	for (int i = 0; i < 3; i++) {
		usleep(30 * 1000);
		assert_true(cchc_ctl_link_turn(link, 10));
	}
	cchc_ctl_link_close(&link);
}

static void a_key_file_that_is_not_there_ends_the_start(void **state)
{
	struct cchc_ctl_settings settings = {.key = "/nowhere/ctl.key",
					     .queries = "tcp://127.0.0.1:1"};
	struct cchc_ctl_link *link = NULL;
	struct cchc_err err = {0};

	(void)state;
	assert_int_not_equal(cchc_ctl_link_open(&settings, 0, &link, &err), CCHC_OK);
	assert_non_null(strstr(err.text, "/nowhere/ctl.key"));
	assert_null(link);
}

static int make_key(void **state)
{
	struct cchc_key_pair pair;

	(void)state;
	if (!mkdtemp(folder) || cchc_keys_make(&pair, NULL) != CCHC_OK)
		return -1;
	snprintf(key_path, sizeof(key_path), "%s/ctl.key", folder);
	return cchc_keys_save(key_path, &pair, "test", NULL) == CCHC_OK ? 0 : -1;
}

static int remove_key(void **state)
{
	(void)state;
	unlink(key_path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_whole_whatever_is_lost),
		cmocka_unit_test(silence_is_asked_three_times_and_then_told),
		cmocka_unit_test(a_long_wait_ends_when_nobody_is_there),
		cmocka_unit_test(who_is_at_work_is_waited_for),
		cmocka_unit_test(nobody_is_greeted_in_vain_for_long),
		cmocka_unit_test(a_refusal_is_told_as_it_was_said),
		cmocka_unit_test(bytes_that_are_no_answer_are_told),
		cmocka_unit_test(a_turn_ends_though_the_loops_clock_was_old),
		cmocka_unit_test(a_key_file_that_is_not_there_ends_the_start),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}
