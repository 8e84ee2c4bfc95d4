#include "ctlkit.h"

#include <jansson.h>

#include "ctl/follow.h"
#include "ctl/screen.h"
#include "ctl/watchprint.h"

/* ---- following a topic ---- */

enum what { HEAR, SNAPSHOT, AGAIN };

struct act {
	enum what what;
	uint64_t previous;
	uint64_t number; /* or the snapshot's commit */
	uint32_t part;
	bool more;  /* not the last part */
	bool empty; /* a repeat */
	uint64_t incarnation;
	int expected; /* action, or 1 for a snapshot taken */
};

#define PUB(previous, number, action)                                                    \
	{                                                                                \
		HEAR, previous, number, 0, false, false, 1, action                       \
	}
#define PART(previous, number, part, more, action)                                       \
	{                                                                                \
		HEAR, previous, number, part, more, false, 1, action                     \
	}
#define REPEAT(number, action)                                                           \
	{                                                                                \
		HEAR, number, number, 0, false, true, 1, action                          \
	}
#define SNAP(commit, taken)                                                              \
	{                                                                                \
		SNAPSHOT, 0, commit, 0, false, false, 1, taken                           \
	}
#define END                                                                              \
	{                                                                                \
		HEAR, 0, 0, 0, false, false, 0, 0                                        \
	}

static const struct story {
	const char *name;
	struct act act[12];
} STORIES[] = {
	{"a quiet topic needs one snapshot",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(7, 1), REPEAT(5, CCHC_CTL_SKIP),
	  PUB(5, 8, CCHC_CTL_APPLY), PUB(8, 9, CCHC_CTL_APPLY), END}},
	{"what the snapshot has is not applied again",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(9, 1), PUB(5, 8, CCHC_CTL_SKIP),
	  PUB(8, 9, CCHC_CTL_SKIP), PUB(9, 10, CCHC_CTL_APPLY), END}},
	{"what comes while a snapshot is on its way is held and offered again",
	 {REPEAT(5, CCHC_CTL_ASK), PUB(5, 8, CCHC_CTL_HOLD), PUB(8, 9, CCHC_CTL_HOLD),
	  SNAP(8, 1), PUB(5, 8, CCHC_CTL_SKIP), PUB(8, 9, CCHC_CTL_APPLY), END}},
	{"a lost publication is found at the next one",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PUB(6, 7, CCHC_CTL_ASK), SNAP(7, 1),
	  PUB(7, 8, CCHC_CTL_APPLY), END}},
	{"a last publication that was lost is found by the repeat",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), REPEAT(6, CCHC_CTL_ASK), SNAP(6, 1),
	  REPEAT(6, CCHC_CTL_SKIP), END}},
	{"a loss that the snapshot covers needs no other one",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(9, 1), PUB(7, 9, CCHC_CTL_SKIP),
	  PUB(9, 11, CCHC_CTL_APPLY), END}},
	{"a snapshot older than what was heard is not taken",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(4, 0), REPEAT(5, CCHC_CTL_HOLD), SNAP(5, 1),
	  END}},
	{"parts are applied one by one",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PART(5, 6, 0, true, CCHC_CTL_APPLY),
	  PART(5, 6, 1, true, CCHC_CTL_APPLY), PART(5, 6, 2, false, CCHC_CTL_APPLY),
	  REPEAT(6, CCHC_CTL_SKIP), PUB(6, 7, CCHC_CTL_APPLY), END}},
	{"a lost part in the middle is a loss",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PART(5, 6, 0, true, CCHC_CTL_APPLY),
	  PART(5, 6, 2, false, CCHC_CTL_ASK), END}},
	{"a lost last part is found at the next publication",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PART(5, 6, 0, true, CCHC_CTL_APPLY),
	  PUB(6, 7, CCHC_CTL_ASK), END}},
	{"a lost last part is found by the repeat",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PART(5, 6, 0, true, CCHC_CTL_APPLY),
	  REPEAT(6, CCHC_CTL_ASK), END}},
	{"who joins in the middle of the parts waits for a snapshot",
	 {PART(5, 6, 1, true, CCHC_CTL_ASK), PART(5, 6, 2, false, CCHC_CTL_HOLD),
	  SNAP(5, 0), SNAP(6, 1), PART(5, 6, 2, false, CCHC_CTL_SKIP),
	  PUB(6, 7, CCHC_CTL_APPLY), END}},
	{"a publication that comes twice is applied once",
	 {REPEAT(5, CCHC_CTL_ASK), SNAP(5, 1), PUB(5, 6, CCHC_CTL_APPLY),
	  PUB(5, 6, CCHC_CTL_SKIP), PUB(6, 7, CCHC_CTL_APPLY), END}},
	{"another incarnation starts anew",
	 {REPEAT(5, CCHC_CTL_ASK),
	  SNAP(5, 1),
	  {HEAR, 2, 2, 0, false, true, 9, CCHC_CTL_ASK},
	  SNAP(5, 0),
	  {SNAPSHOT, 0, 2, 0, false, false, 9, 1},
	  {HEAR, 2, 3, 0, false, false, 9, CCHC_CTL_APPLY},
	  END}},
	{"another incarnation while asking does not wait for the old one",
	 {REPEAT(5, CCHC_CTL_ASK),
	  {HEAR, 2, 2, 0, false, true, 9, CCHC_CTL_ASK},
	  SNAP(7, 0),
	  {SNAPSHOT, 0, 2, 0, false, false, 9, 1},
	  END}},
	{"a form that changed asks again from where it stood",
	 {REPEAT(5, CCHC_CTL_ASK),
	  SNAP(5, 1),
	  PUB(5, 6, CCHC_CTL_APPLY),
	  {AGAIN, 0, 0, 0, false, false, 1, 0},
	  PUB(6, 7, CCHC_CTL_HOLD),
	  SNAP(5, 0),
	  SNAP(6, 1),
	  PUB(6, 7, CCHC_CTL_APPLY),
	  END}},
};

static int play(struct cchc_ctl_follow *follow, const struct act *act)
{
	struct cchc_ctl_heard heard = {
		.incarnation = act->incarnation,
		.previous = act->previous,
		.number = act->number,
		.part = act->part,
		.last = !act->more,
		.empty = act->empty,
	};

	if (act->what == HEAR)
		return (int)cchc_ctl_follow_hear(follow, &heard);
	if (act->what == SNAPSHOT)
		return cchc_ctl_follow_snapshot(follow, act->incarnation, act->number);
	cchc_ctl_follow_again(follow);
	return 0;
}

static void every_story_of_a_topic_ends_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(STORIES) / sizeof(STORIES[0]); i++) {
		struct cchc_ctl_follow follow;

		cchc_ctl_follow_init(&follow);
		for (size_t j = 0; STORIES[i].act[j].incarnation; j++) {
			int got = play(&follow, &STORIES[i].act[j]);

			if (got != STORIES[i].act[j].expected)
				fail_msg("%s: act %zu: %d", STORIES[i].name, j, got);
		}
	}
}

static void only_what_was_lost_counts_as_a_gap(void **state)
{
	static const struct {
		struct act act[6];
		uint64_t gaps;
	} CASES[] = {
		{{REPEAT(5, 0), SNAP(5, 1), PUB(5, 7, 0), REPEAT(7, 0), END}, 0},
		{{REPEAT(5, 0), SNAP(5, 1), PUB(6, 7, 0), SNAP(7, 1), PUB(8, 9, 0), END},
		 2},
		{{REPEAT(5, 0), SNAP(5, 1), REPEAT(6, 0), END}, 1},
		{{REPEAT(5, 0), SNAP(9, 1), PUB(6, 8, 0), END}, 0}, /* it has them */
		{{REPEAT(5, 0),
		  SNAP(5, 1),
		  {HEAR, 2, 2, 0, false, true, 9, 0}, /* another incarnation */
		  END},
		 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct cchc_ctl_follow follow;

		cchc_ctl_follow_init(&follow);
		for (size_t j = 0; j < 6 && CASES[i].act[j].incarnation; j++)
			(void)play(&follow, &CASES[i].act[j]);
		if (follow.gaps != CASES[i].gaps)
			fail_msg("case %zu: %d gaps", i, (int)follow.gaps);
	}
}

/* ---- parts of an answer ---- */

static Cchc__Answer part_of(uint64_t id, uint32_t number, bool last, uint64_t commit)
{
	Cchc__Answer answer = CCHC__ANSWER__INIT;

	answer.id = id;
	answer.part = number;
	answer.last = last;
	answer.commit = commit;
	answer.kind = CCHC__ANSWER__KIND__CELLS;
	return answer;
}

static void parts_come_in_any_order_and_twice(void **state)
{
	struct cchc_ctl_parts parts;
	Cchc__Answer a = part_of(3, 0, false, 9);
	Cchc__Answer b = part_of(3, 1, false, 9);
	Cchc__Answer c = part_of(3, 2, true, 9);

	(void)state;
	cchc_ctl_parts_init(&parts, 3);
	assert_int_equal(cchc_ctl_parts_add(&parts, &c), CCHC_OK);
	assert_int_equal(cchc_ctl_parts_add(&parts, &a), CCHC_OK);
	assert_int_equal(cchc_ctl_parts_add(&parts, &a), CCHC_OK);
	assert_false(cchc_ctl_parts_complete(&parts));
	assert_int_equal(cchc_ctl_parts_add(&parts, &b), CCHC_OK);
	assert_true(cchc_ctl_parts_complete(&parts));
	assert_ptr_equal(parts.part[2], &c);
	cchc_ctl_parts_fini(&parts);
}

static void parts_that_do_not_belong_are_refused(void **state)
{
	struct cchc_ctl_parts parts;
	Cchc__Answer first = part_of(3, 1, false, 9);
	Cchc__Answer odd[] = {
		part_of(4, 0, false, 9),  /* another question */
		part_of(3, 0, false, 10), /* another commit */
		part_of(3, 0, true, 9),   /* the last below one that is there */
	};
	Cchc__Answer last = part_of(3, 2, true, 9);
	Cchc__Answer beyond = part_of(3, 3, false, 9);
	Cchc__Answer far = part_of(3, CCHC_CTL_PARTS_MAX, false, 9);

	(void)state;
	cchc_ctl_parts_init(&parts, 3);
	assert_int_equal(cchc_ctl_parts_add(&parts, &first), CCHC_OK);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(cchc_ctl_parts_add(&parts, &odd[i]), CCHC_INVALID);
	assert_int_equal(cchc_ctl_parts_add(&parts, &far), CCHC_LIMIT);
	assert_int_equal(cchc_ctl_parts_add(&parts, &last), CCHC_OK);
	assert_int_equal(cchc_ctl_parts_add(&parts, &beyond), CCHC_INVALID);
	assert_false(cchc_ctl_parts_complete(&parts));
	cchc_ctl_parts_fini(&parts);
}

/* ---- what is shown ---- */

struct table {
	struct ctlkit kit;
	struct cchc_ctl_live *live;
};

static bool put(struct table *t, const char *code, uint32_t state, int64_t value,
		uint64_t commit)
{
	struct cchc_ctl_cell cell;
	bool changed = false;
	size_t i = ctlkit_put(&t->kit, code, state, value, 1, 12);

	assert_true(cchc_ctl_cell_read(t->kit.form, &t->kit.cells, i, &cell));
	assert_int_equal(
		cchc_ctl_live_put(t->live, &t->kit.arena, &cell, commit, &changed),
		CCHC_OK);
	return changed;
}

static void only_what_shows_differently_is_a_change(void **state)
{
	struct table *t = *state;

	assert_true(put(t, "I.1", CCHC__CELL_STATE__FIGURE, 8, 5));
	assert_false(put(t, "I.1", CCHC__CELL_STATE__FIGURE, 8, 6));
	assert_int_equal(t->live->line[0].commit, 5);
	assert_true(put(t, "I.1", CCHC__CELL_STATE__FIGURE, 0, 7));
	assert_true(put(t, "I.1", CCHC__CELL_STATE__ABSENT, 0, 8));
	assert_string_equal(t->live->line[0].plain, "");
}

static char *screen_text(struct table *t, uint64_t commit, size_t width, size_t height)
{
	struct cchc_ctl_screen screen = {.unit = "Huyện Văn Lâm (325)",
					 .period = "Quý I/2024",
					 .clock = "08:12:05",
					 .notice = "",
					 .commit = commit};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cchc_ctl_screen_paint(out, t->live, &screen,
			      (struct cchc_ctl_window){width, height});
	fclose(out);
	return text;
}

static size_t lines_of(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void a_screen_shows_filled_rows_and_marks_the_last_changes(void **state)
{
	struct table *t = *state;
	char *text;

	put(t, "I.1", CCHC__CELL_STATE__FIGURE, 1058, 0);
	put(t, "I.2", CCHC__CELL_STATE__FIGURE, 266, 6);
	put(t, "I.2.1", CCHC__CELL_STATE__ABSENT, 0, 0);
	text = screen_text(t, 6, 80, 24);
	assert_non_null(strstr(text, "Huyện Văn Lâm (325) – Quý I/2024 – lần ghi 6 – "
				     "08:12:05"));
	assert_non_null(strstr(text, "\033[K\nI.1  "));
	assert_non_null(strstr(text, "\033[7mI.2  "));
	assert_non_null(strstr(text, "                  26,6       1/12\033[0m"));
	assert_null(strstr(text, "I.2.1"));
	assert_int_equal(lines_of(text), 6);
	free(text);
}

static void a_low_window_keeps_what_changed_last(void **state)
{
	static const char *const CODES[] = {"I.1",   "I.2.1", "I.2.2", "I.4.1",
					    "I.4.2", "I.4.3", "II.1"};
	struct table *t = *state;
	char *text;

	for (size_t i = 0; i < 7; i++)
		put(t, CODES[i], CCHC__CELL_STATE__FIGURE, 5,
		    i == 6   ? 9
		    : i == 2 ? 8
			     : 1);
	text = screen_text(t, 9, 60, 8);
	assert_true(lines_of(text) <= 8);
	assert_non_null(strstr(text, "\nI.1 "));   /* the first of the old ones */
	assert_non_null(strstr(text, "\nI.2.1 ")); /* the second */
	assert_non_null(strstr(text, "\nI.2.2 "));
	assert_null(strstr(text, "I.4.1 "));
	assert_non_null(strstr(text, "II.1 "));
	assert_non_null(strstr(text, "… còn 3 chỉ tiêu"));
	free(text);
	for (size_t height = 1; height < 12; height++) {
		text = screen_text(t, 9, 60, height);
		assert_true(lines_of(text) <= (height < 5 ? 5 : height));
		free(text);
	}
}

static char *json_text(const struct cchc_ctl_live *live, const struct cchc_ctl_line *line)
{
	struct cchc_ctl_watched watched = {"325", "2024-Q1"};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (line)
		assert_int_equal(cchc_ctl_watch_json(line, &watched, 7, out), CCHC_OK);
	else
		assert_int_equal(cchc_ctl_watch_snapshot_json(live, &watched, 7, out),
				 CCHC_OK);
	fclose(out);
	return text;
}

static void a_change_is_one_line_of_json(void **state)
{
	struct table *t = *state;
	Cchc__Detail *detail = ctlkit_detail(&t->kit, "I.2");
	char *text;

	detail->has_numerator = detail->has_denominator = 1;
	detail->numerator = 21;
	detail->denominator = 79;
	put(t, "I.2", CCHC__CELL_STATE__FIGURE, 266, 7);
	text = json_text(t->live, &t->live->line[1]);
	assert_string_equal(text,
			    "{\"commit\":7,\"unit\":\"325\",\"period\":\"2024-Q1\","
			    "\"row\":\"I.2\",\"state\":\"figure\",\"value\":\"26.6\","
			    "\"reported\":1,\"expected\":12,"
			    "\"detail\":\"I.2.2=21;I.2.1=79\"}\n");
	free(text);
}

static void a_snapshot_has_every_row_but_headings(void **state)
{
	struct table *t = *state;
	char *text;
	json_t *json;

	put(t, "I.1", CCHC__CELL_STATE__FIGURE, 8, 0);
	text = json_text(t->live, NULL);
	assert_int_equal(lines_of(text), 2);
	json = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "snapshot")), 117);
	json_decref(json);
	free(text);
}

static void the_end_says_what_was_heard_and_lost(void **state)
{
	struct cchc_ctl_watched watched = {"325", "2024-Q1"};
	struct cchc_ctl_watch_counts counts = {9, 2, 3};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(cchc_ctl_watch_end_json(&watched, &counts, out), CCHC_OK);
	fclose(out);
	assert_string_equal(text, "{\"unit\":\"325\",\"period\":\"2024-Q1\",\"end\":"
				  "{\"publications\":9,\"gaps\":2,\"snapshots\":3}}\n");
	free(text);
}

static void a_plain_line_says_time_row_figure_and_units(void **state)
{
	struct table *t = *state;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	put(t, "I.2", CCHC__CELL_STATE__FIGURE, 266, 7);
	cchc_ctl_watch_line(&t->live->line[1], "08:12:05", out);
	put(t, "I.2", CCHC__CELL_STATE__ABSENT, 0, 8);
	cchc_ctl_watch_line(&t->live->line[1], "08:12:06", out);
	fclose(out);
	assert_string_equal(text, "08:12:05  I.2  26,6  1/12\n"
				  "08:12:06  I.2  –  1/12\n");
	free(text);
}

static int setup(void **state)
{
	struct table *t = malloc(sizeof(*t));

	ctlkit_init(&t->kit);
	assert_int_equal(cchc_ctl_live_new(t->kit.form, &t->live), CCHC_OK);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct table *t = *state;

	cchc_ctl_live_free(&t->live);
	ctlkit_fini(&t->kit);
	free(t);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_of_a_topic_ends_well),
		cmocka_unit_test(only_what_was_lost_counts_as_a_gap),
		cmocka_unit_test(parts_come_in_any_order_and_twice),
		cmocka_unit_test(parts_that_do_not_belong_are_refused),
		TEST(only_what_shows_differently_is_a_change),
		TEST(a_screen_shows_filled_rows_and_marks_the_last_changes),
		TEST(a_low_window_keeps_what_changed_last),
		TEST(a_change_is_one_line_of_json),
		TEST(a_snapshot_has_every_row_but_headings),
		cmocka_unit_test(the_end_says_what_was_heard_and_lost),
		TEST(a_plain_line_says_time_row_figure_and_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
