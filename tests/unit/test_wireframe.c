#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "random.h"
#include "unit/wirekit.h"

static void assert_raw(enum type type, const char *bytes, size_t len, enum cchc_rc rc,
		       const char *says)
{
	struct cchc_err err = {.text = ""};

	assert_int_equal(decode(type, bytes, len, &err), rc);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

/* version 1, kind STATUS; status: queued 1, rejected 2 */
#define HEAD   "\x08\x01\x10\x04"
#define STATUS "\x08\x01\x10\x02"

static void frames_that_are_not_what_they_seem_are_refused(void **state)
{
	static const struct {
		const char *why;
		const char *bytes;
		size_t len;
		enum cchc_rc rc;
	} CASES[] = {
#define CASE(rc, why, bytes) {why, bytes, sizeof(bytes) - 1, CCHC_##rc}
		CASE(OK, "", HEAD "\x32\x04" STATUS),
		CASE(OK, "", HEAD "\x32\x07" STATUS "\x1a\x01x"),
		CASE(INVALID, "version does not come first", ""),
		CASE(INVALID, "version does not come first",
		     "\x10\x04\x08\x01\x32\x04" STATUS),
		CASE(INVALID, "version does not come first", "\x08"),
		CASE(INVALID, "version 2 is not spoken",
		     "\x08\x02\x10\x04\x32\x04" STATUS),
		CASE(INVALID, "version 0 is not spoken",
		     "\x08\x00\x10\x04\x32\x04" STATUS),
		CASE(INVALID, "kind does not come second",
		     "\x08\x01\x32\x04" STATUS "\x10\x04"),
		CASE(INVALID, "malformed", "\x08\x01\x10"),
		CASE(INVALID, "ToDaemon.status: missing", HEAD),
		CASE(INVALID, "kind: no such value", "\x08\x01\x10\x63\x32\x04" STATUS),
		CASE(INVALID, "kind: no such value", "\x08\x01\x10\x00\x32\x04" STATUS),
		CASE(INVALID, "unknown field 100", HEAD "\x32\x04" STATUS "\xa0\x06\x01"),
		CASE(INVALID, "malformed", HEAD "\x32\x04" STATUS "\x00\x01"),
		CASE(INVALID, "Status: unknown field 9",
		     HEAD "\x32\x06" STATUS "\x48\x01"),
		CASE(INVALID, "given twice", HEAD "\x32\x04" STATUS "\x32\x04" STATUS),
		CASE(INVALID, "given twice", HEAD "\x32\x06" STATUS "\x10\x02"),
		CASE(INVALID, "given twice", HEAD "\x10\x04\x32\x04" STATUS),
		CASE(INVALID, "NUL in a text",
		     HEAD "\x32\x09" STATUS "\x1a\x03"
			  "a\0b"),
		CASE(INVALID, "NUL in a text", HEAD "\x32\x07" STATUS "\x1a\x01\0"),
		CASE(INVALID, "padded number", HEAD "\x32\x05\x08\x81\x00\x10\x02"),
		CASE(INVALID, "padded number", "\x08\x81\x00\x10\x04\x32\x04" STATUS),
		CASE(INVALID, "malformed", HEAD "\x32\x05" STATUS), /* cut */
		CASE(INVALID, "malformed",
		     HEAD "\x32\x02\x08\x01"),               /* a part is missing */
		CASE(INVALID, "malformed", HEAD "\x30\x01"), /* a number, not a message */
		CASE(INVALID, "malformed", HEAD "\x33\x34"), /* groups are not used */
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		print_message("case %zu %s\n", i, CASES[i].why);
		assert_raw(TO_DAEMON, CASES[i].bytes, CASES[i].len, CASES[i].rc,
			   CASES[i].why);
	}
}

static void an_empty_frame_is_nothing(void **state)
{
	(void)state;
	for (int type = 0; type < TYPES; type++) {
		struct cchc_err err = {.text = ""};

		assert_int_equal(decode((enum type)type, "", 0, &err), CCHC_INVALID);
		assert_string_not_equal(err.text, "");
	}
}

static void every_frame_cut_short_is_refused(void **state)
{
	struct to_daemon d;
	size_t len;
	uint8_t *bytes;

	(void)state;
	for (int kind = 1; kind <= 6; kind++) {
		make_to_daemon(&d, (Cchc__ToDaemon__Kind)kind);
		bytes = encode(&d.m, &len);
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(decode(TO_DAEMON, bytes, cut, NULL),
					 CCHC_INVALID);
	}
}

/* A Push whose body fills the frame. */
static size_t fill_frame(size_t size, uint8_t **bytes)
{
	struct to_daemon d;
	size_t len;

	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__PUSH);
	d.push.body = bytes_of(60000);
	(void)encode(&d.m, &len);
	d.push.body = bytes_of(60000 + size - len);
	return cchc_wire_encode(&arena, &d.m.base, bytes, &len) == CCHC_OK ? len : 0;
}

static void a_frame_has_at_most_sixty_four_kilobytes(void **state)
{
	static uint8_t over[CCHC_FRAME_MAX + 1];
	uint8_t *bytes = NULL;
	struct cchc_err err;

	(void)state;
	for (size_t size = CCHC_FRAME_MAX - 1; size <= CCHC_FRAME_MAX; size++) {
		assert_int_equal(fill_frame(size, &bytes), size);
		assert_int_equal(decode(TO_DAEMON, bytes, size, &err), CCHC_OK);
		cchc_arena_reset(&arena);
	}
	assert_int_equal(fill_frame(CCHC_FRAME_MAX + 1, &bytes),
			 0); /* not even encoded */
	assert_int_equal(fill_frame(CCHC_FRAME_MAX, &bytes), CCHC_FRAME_MAX);
	memcpy(over, bytes, CCHC_FRAME_MAX);
	assert_int_equal(decode(TO_DAEMON, over, sizeof(over), &err), CCHC_LIMIT);
	assert_non_null(strstr(err.text, "above 65536 bytes"));
}

/* version 1, kind n, then nothing but empty sub-messages of one field */
static size_t fill_with_empties(uint8_t *frame, uint8_t kind, uint8_t tag)
{
	memcpy(frame, "\x08\x01\x10", 3);
	frame[3] = kind;
	for (size_t i = 4; i < CCHC_FRAME_MAX; i += 2) {
		frame[i] = tag;
		frame[i + 1] = 0;
	}
	return CCHC_FRAME_MAX;
}

static void many_empty_parts_do_not_take_more_than_the_cap(void **state)
{
	static const size_t CAPS[] = {0, 1000, 20000, CCHC_DECODE_MEMORY_MAX};
	static uint8_t frame[CCHC_FRAME_MAX];
	size_t len = fill_with_empties(frame, CCHC__ANSWER__KIND__CELLS, 10 << 3 | 2);
	struct cchc_err err;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(CAPS); i++) {
		cchc_arena_fini(&arena);
		cchc_arena_init(&arena, CAPS[i]);
		assert_int_equal(decode(ANSWER, frame, len, &err), CCHC_NOMEM);
		assert_non_null(strstr(err.text, "too much memory"));
		assert_true(arena.used <= CAPS[i]);
	}
	cchc_arena_reset(&arena);
	assert_int_equal(decode(ANSWER, frame, 64, &err), CCHC_INVALID);
	/* the same sub-message again and again, merged by protobuf-c */
	len = fill_with_empties(frame, CCHC__TO_DAEMON__KIND__HELD, 8 << 3 | 2);
	assert_int_not_equal(decode(TO_DAEMON, frame, len, &err), CCHC_OK);
	cchc_arena_reset(&arena);
	assert_int_equal(decode(TO_DAEMON, frame, 64, &err), CCHC_INVALID);
	assert_non_null(strstr(err.text, "given twice"));
}

static void encoding_says_when_memory_ends(void **state)
{
	struct cchc_arena small;
	struct to_daemon d;
	uint8_t *bytes = NULL;
	size_t len;

	(void)state;
	make_to_daemon(&d, CCHC__TO_DAEMON__KIND__HELLO);
	cchc_arena_init(&small, 16);
	assert_int_equal(cchc_wire_encode(&small, &d.m.base, &bytes, &len), CCHC_NOMEM);
	assert_null(bytes);
	cchc_arena_fini(&small);
}

static enum cchc_rc encode_pieces(const struct cchc_wire_piece *piece, size_t n,
				  uint8_t **bytes, size_t *len)
{
	Cchc__Ack ack = CCHC__ACK__INIT;

	return cchc_wire_encode_with(&arena, &ack.base, 4, piece, n, bytes, len);
}

static void parts_encoded_before_give_the_same_frame(void **state)
{
	static struct cchc_wire_piece piece[MANY];
	Cchc__Ack ack = CCHC__ACK__INIT;
	size_t len;
	size_t len_of_pieces = 0;
	uint8_t *bytes;
	uint8_t *of_pieces = NULL;

	(void)state;
	for (size_t n = 0; n <= 200; n += 50) {
		ack.n_refused = n;
		ack.refused = refuseds;
		bytes = encode(&ack, &len);
		for (size_t i = 0; i < n; i++)
			piece[i].bytes = encode(refuseds[i], &piece[i].len);
		assert_int_equal(encode_pieces(piece, n, &of_pieces, &len_of_pieces),
				 CCHC_OK);
		assert_int_equal(len, len_of_pieces);
		assert_memory_equal(bytes, of_pieces, len);
	}
}

static void parts_that_do_not_fit_a_frame_are_not_encoded(void **state)
{
	struct cchc_wire_piece piece[2] = {{zeros, 40000}, {zeros, 0}};
	uint8_t *bytes = NULL;
	size_t len;
	size_t rest;

	(void)state;
	assert_int_equal(encode_pieces(piece, 2, &bytes, &len), CCHC_OK);
	rest = CCHC_FRAME_MAX - len - 2; /* its length takes three bytes, not one */
	piece[1].len = rest + 1;
	bytes = NULL;
	assert_int_equal(encode_pieces(piece, 2, &bytes, &len), CCHC_LIMIT);
	piece[1].len = sizeof(zeros);
	assert_int_equal(encode_pieces(piece, 2, &bytes, &len), CCHC_LIMIT);
	assert_null(bytes);
	piece[1].len = rest;
	assert_int_equal(encode_pieces(piece, 2, &bytes, &len), CCHC_OK);
	assert_int_equal(len, CCHC_FRAME_MAX);
}

static void random_bytes_are_refused_with_a_reason(void **state)
{
	struct test_random random = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(3000);
	uint8_t frame[200];

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		size_t len = test_random_below(&random, sizeof(frame));

		for (size_t b = 0; b < len; b++)
			frame[b] = (uint8_t)test_random_next(&random);
		if (len > 4 && i % 2)
			memcpy(frame, HEAD, 4);
		for (int type = 0; type < TYPES; type++) {
			struct cchc_err err = {.text = ""};

			if (decode((enum type)type, frame, len, &err) != CCHC_OK)
				assert_string_not_equal(err.text, "");
		}
		cchc_arena_reset(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(frames_that_are_not_what_they_seem_are_refused),
		FRESH(an_empty_frame_is_nothing),
		FRESH(every_frame_cut_short_is_refused),
		FRESH(a_frame_has_at_most_sixty_four_kilobytes),
		FRESH(many_empty_parts_do_not_take_more_than_the_cap),
		FRESH(encoding_says_when_memory_ends),
		FRESH(parts_encoded_before_give_the_same_frame),
		FRESH(parts_that_do_not_fit_a_frame_are_not_encoded),
		FRESH(random_bytes_are_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
