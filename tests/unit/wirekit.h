#ifndef CCHC_TESTS_WIREKIT_H
#define CCHC_TESTS_WIREKIT_H

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "proto/wire.h"

/* Every frame here is a sound one with one thing wrong. */

enum { MANY = 600 };

static uint8_t zeros[CCHC_FRAME_MAX];
static uint32_t numbers[MANY];
static int64_t values[MANY];
static Cchc__Unread unread[MANY];
static Cchc__Unread *unreads[MANY];
static Cchc__FormHave form[MANY];
static Cchc__FormHave *forms[MANY];
static Cchc__Refusals refused[MANY];
static Cchc__Refusals *refuseds[MANY];
static struct cchc_arena arena;

static inline ProtobufCBinaryData bytes_of(size_t len)
{
	return (ProtobufCBinaryData){.len = len, .data = zeros};
}

static inline int set_up(void **state)
{
	(void)state;
	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	for (uint32_t i = 0; i < MANY; i++) {
		numbers[i] = i + 1;
		values[i] = -(int64_t)i;
		cchc__unread__init(&unread[i]);
		unread[i].field = "I.4";
		unread[i].value = "nhiều";
		unread[i].rule = 4;
		unreads[i] = &unread[i];
		cchc__form_have__init(&form[i]);
		form[i].name = "cchc-2021";
		form[i].digest = bytes_of(CCHC_DIGEST_BYTES);
		forms[i] = &form[i];
		cchc__refusals__init(&refused[i]);
		refused[i].seq = i;
		refuseds[i] = &refused[i];
	}
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	cchc_arena_fini(&arena);
	return 0;
}

/* ---- sound messages ---- */

struct to_daemon {
	Cchc__ToDaemon m;
	Cchc__Hello hello;
	Cchc__Push push;
	Cchc__Stored stored;
	Cchc__Status status;
	Cchc__Fetch fetch;
	Cchc__HeldAsk held;
	Cchc__HeldAt at;
};

static inline void make_to_daemon(struct to_daemon *d, Cchc__ToDaemon__Kind kind)
{
	cchc__to_daemon__init(&d->m);
	cchc__hello__init(&d->hello);
	cchc__push__init(&d->push);
	cchc__stored__init(&d->stored);
	cchc__status__init(&d->status);
	cchc__fetch__init(&d->fetch);
	cchc__held_ask__init(&d->held);
	cchc__held_at__init(&d->at);
	d->m.version = CCHC_PROTOCOL_VERSION;
	d->m.kind = kind;
	d->hello.version_min = d->hello.version_max = 1;
	d->hello.unit = "11986";
	d->hello.program = "thị trấn Như Quỳnh";
	d->hello.n_form = 2;
	d->hello.form = forms;
	d->push.seq = 1;
	d->push.chain = bytes_of(CCHC_CHAIN_BYTES);
	d->push.kind = CCHC__PUSH__KIND__REPORT;
	d->push.has_body = 1;
	d->push.body = bytes_of(10);
	d->fetch.what = CCHC__FETCH__WHAT__UNIT;
	d->at.form = "cchc-2021";
	d->held.after = &d->at;
	d->m.hello = kind == CCHC__TO_DAEMON__KIND__HELLO ? &d->hello : NULL;
	d->m.push = kind == CCHC__TO_DAEMON__KIND__PUSH ? &d->push : NULL;
	d->m.stored = kind == CCHC__TO_DAEMON__KIND__STORED ? &d->stored : NULL;
	d->m.status = kind == CCHC__TO_DAEMON__KIND__STATUS ? &d->status : NULL;
	d->m.fetch = kind == CCHC__TO_DAEMON__KIND__FETCH ? &d->fetch : NULL;
	d->m.held = kind == CCHC__TO_DAEMON__KIND__HELD ? &d->held : NULL;
}

static inline Cchc__Report make_report(size_t rows, size_t n_unread)
{
	Cchc__Report r = CCHC__REPORT__INIT;

	r.unit = "11986";
	r.form = "cchc-2021";
	r.revision = 1;
	r.period = 2024 * 32 + 12;
	r.n_row = r.n_value = rows;
	r.row = numbers;
	r.value = values;
	r.n_unread = n_unread;
	r.unread = unreads;
	return r;
}

static inline uint8_t *encode(const void *message, size_t *len)
{
	uint8_t *bytes = NULL;

	assert_int_equal(cchc_wire_encode(&arena, message, &bytes, len), CCHC_OK);
	return bytes;
}

/* What the decoder of a type says to a frame. */
enum type { TO_DAEMON, TO_AGENT, REPORT, TASK_REPORT, ASK, ANSWER, PUBLICATION, TYPES };

static inline enum cchc_rc decode(enum type type, const void *bytes, size_t len,
				  struct cchc_err *err)
{
	union {
		Cchc__ToDaemon *d;
		Cchc__ToAgent *a;
		Cchc__Report *r;
		Cchc__TaskReport *t;
		Cchc__Ask *q;
		Cchc__Answer *w;
		Cchc__Publication *p;
		ProtobufCMessage *base;
	} m = {.base = NULL};
	enum cchc_rc rc = CCHC_IO;
	uint8_t *again;
	size_t again_len;

	switch (type) {
	case TO_DAEMON:
		rc = cchc_wire_to_daemon(&arena, bytes, len, &m.d, err);
		break;
	case TO_AGENT:
		rc = cchc_wire_to_agent(&arena, bytes, len, &m.a, err);
		break;
	case REPORT:
		rc = cchc_wire_report(&arena, bytes, len, &m.r, err);
		break;
	case TASK_REPORT:
		rc = cchc_wire_task_report(&arena, bytes, len, &m.t, err);
		break;
	case ASK:
		rc = cchc_wire_ask(&arena, bytes, len, &m.q, err);
		break;
	case ANSWER:
		rc = cchc_wire_answer(&arena, bytes, len, &m.w, err);
		break;
	case PUBLICATION:
		rc = cchc_wire_publication(&arena, bytes, len, &m.p, err);
		break;
	case TYPES:
		break;
	}
	assert_int_equal(rc == CCHC_OK, m.base != NULL); /* written on OK only */
	if (rc == CCHC_OK) {
		assert_int_equal(cchc_wire_encode(&arena, m.base, &again, &again_len),
				 CCHC_OK);
		assert_int_equal(again_len, len);
	}
	return rc;
}

static inline void assert_answer(enum type type, const void *message, enum cchc_rc rc,
				 const char *says)
{
	struct cchc_err err = {.text = ""};
	size_t len;
	uint8_t *bytes = encode(message, &len);

	assert_int_equal(decode(type, bytes, len, &err), rc);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
