/* Answers at the size of the country: 63 provinces, 705 districts, 10,598 communes. Every
 * frame must fit the wire and decode within the memory a client gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "appkit.h"
#include "app/job.h"
#include "app/question.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/mix.h"

enum { PROVINCES = 63, DISTRICTS = 705, COMMUNES = 10598 };

struct country {
	struct appkit app;
	char path[64];
	struct cchc_board *board;
	struct cchc_answer answer;
};

static void write_units(char path[64])
{
	FILE *file;
	int fd;

	(void)snprintf(path, 64, "/tmp/test_app_units.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	(void)fprintf(file, "code,parent,level,kind,name,valid_from,valid_to\n"
			    "0,,nation,Nước,Việt Nam,,\n");
	for (int i = 0; i < PROVINCES; i++)
		(void)fprintf(file, "p%d,0,province,Tỉnh,Tỉnh số %d,,\n", i, i);
	for (int i = 0; i < DISTRICTS; i++)
		(void)fprintf(file, "d%d,p%d,district,Huyện,Huyện thử nghiệm %d,,\n", i,
			      i % PROVINCES, i);
	for (int i = 0; i < COMMUNES; i++)
		(void)fprintf(file, "c%d,d%d,commune,Xã,Xã có tên khá dài để thử %d,,\n",
			      i, i % DISTRICTS, i);
	assert_int_equal(fclose(file), 0);
}

/* Every tenth commune reported a third of its rows. */
static void fill(struct country *c)
{
	struct cchc_board_form *form = cchc_board_form(c->board, 1);
	struct cchc_txn txn;

	cchc_txn_read(&txn, c->app.kit.store.env);
	assert_int_equal(cchc_board_load(c->board, &txn, 2024, NULL, 0), CCHC_OK);
	cchc_txn_abort(&txn);
	for (int i = 0; i < COMMUNES; i += 10) {
		char code[16];

		(void)snprintf(code, sizeof(code), "c%d", i);
		for (uint16_t row = 0; row < form->of->form->n; row += 3)
			assert_int_equal(
				cchc_figures_set(
					&form->view->figures,
					appkit_unit(&c->app, code)->id, KIT_Q1, row,
					(struct cchc_figure){i % 2, CCHC_FIGURE}),
				CCHC_OK);
	}
	assert_int_equal(cchc_view_build(form->view, 2024), CCHC_OK);
}

static int open_country(void **state)
{
	struct country *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	write_units(c->path);
	appkit_open_for(&c->app, c->path, "0");
	assert_int_equal(cchc_board_new(&c->app.catalog, &c->board), CCHC_OK);
	fill(c);
	*state = c;
	return 0;
}

static int close_country(void **state)
{
	struct country *c = *state;

	cchc_board_free(&c->board);
	appkit_close(&c->app);
	assert_int_equal(unlink(c->path), 0);
	free(c);
	return 0;
}

/* Decodes each frame as a client does; returns how many units they hold. */
static size_t decode_all(struct country *c)
{
	size_t units = 0;
	uint32_t part = 0;

	for (struct cchc_frame *f = c->answer.first; f; f = f->next) {
		struct cchc_arena arena;
		struct cchc_err err = {.text = ""};
		Cchc__Answer *answer;

		cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
		if (cchc_wire_answer(&arena, f->bytes, f->len, &answer, &err))
			fail_msg("part %u of %zu bytes: %s", part, f->len, err.text);
		assert_int_equal(answer->part, part++);
		assert_int_equal(answer->last, f->next == NULL);
		assert_null(answer->refused);
		units += answer->n_cells;
		cchc_arena_fini(&arena);
	}
	return units;
}

static size_t ask_cells(struct country *c, const char *unit, const char *level,
			uint32_t *rows, size_t n)
{
	Cchc__CellsAsk ask = CCHC__CELLS_ASK__INIT;
	struct cchc_question q;
	uint64_t began = cchc_clock_mono_ns();
	size_t units;
	bool is_long;

	ask.period = cchc_period_code(KIT_Q1);
	ask.unit = (char *)unit;
	ask.level = (char *)level;
	ask.row = rows;
	ask.n_row = n;
	cchc_answer_init(&c->answer, 1, 2);
	assert_true(cchc_question_of_cells(&q, &c->app.catalog, &ask, &c->answer));
	is_long = cchc_question_is_long(&q, c->board);
	cchc_question_answer_cells(&q, c->board, &c->answer);
	units = decode_all(c);
	print_message("%s %s: %zu units, %u frames, %u ms%s\n", unit, level ? level : "",
		      units, c->answer.parts,
		      (unsigned)((cchc_clock_mono_ns() - began) / 1000000),
		      is_long ? ", by a worker" : "");
	assert_int_equal(is_long, level != NULL && units > 1000);
	cchc_answer_fini(&c->answer);
	return units;
}

static void cells_of_every_commune_fit_their_frames(void **state)
{
	struct country *c = *state;
	uint32_t one = appkit_row(&c->app, "I.1")->id;

	assert_int_equal(ask_cells(c, "0", "commune", NULL, 0), COMMUNES);
	assert_int_equal(ask_cells(c, "0", "commune", &one, 1), COMMUNES);
	assert_int_equal(ask_cells(c, "0", "district", NULL, 0), DISTRICTS);
	assert_int_equal(ask_cells(c, "d5", "commune", NULL, 0), 16);
	assert_int_equal(ask_cells(c, "0", NULL, NULL, 0), 1);
}

/* A commune gives, corrects or withdraws something in some quarter. */
static void change_something(struct country *c, uint32_t round)
{
	struct cchc_board_form *form = cchc_board_form(c->board, 1);
	struct cchc_period period = {2024, (uint8_t)(CCHC_Q1 + round % 3)};
	uint16_t row = appkit_row(&c->app, round % 2 ? "I.2.1" : "VII.3")->index;
	struct cchc_figure figure = {round % 5 ? round : 0,
				     round % 5 ? CCHC_FIGURE : CCHC_WITHDRAWN};
	char code[16];

	(void)snprintf(code, sizeof(code), "c%u", round * 7919 % COMMUNES);
	assert_int_equal(cchc_view_apply(form->view, appkit_unit(&c->app, code)->id,
					 period, 1, &row, &figure),
			 CCHC_OK);
}

static uint64_t print_of_districts(struct country *c, uint32_t scope)
{
	Cchc__CellsAsk ask = CCHC__CELLS_ASK__INIT;
	struct cchc_question q;
	uint64_t print = 0;

	ask.period = cchc_period_code(KIT_Q1);
	ask.unit = (char *)"0";
	ask.level = (char *)"district";
	ask.has_scope = true;
	ask.scope = scope;
	cchc_answer_init(&c->answer, 1, 2);
	assert_true(cchc_question_of_cells(&q, &c->app.catalog, &ask, &c->answer));
	cchc_question_answer_cells(&q, c->board, &c->answer);
	assert_int_equal(decode_all(c), DISTRICTS);
	for (struct cchc_frame *f = c->answer.first; f; f = f->next)
		for (size_t i = 0; i < f->len; i++)
			print = cchc_mix(print, f->bytes[i]);
	cchc_answer_fini(&c->answer);
	return print;
}

static void kept_districts_are_those_that_would_be_made_anew(void **state)
{
	struct country *c = *state;
	struct cchc_board_form *form = cchc_board_form(c->board, 1);
	uint64_t last[CCHC_SCOPES] = {0};

	for (uint32_t round = 1; round <= 24; round++) {
		uint32_t scope = round & 8 ? CCHC_SCOPE_TOTAL : CCHC_SCOPE_BELOW;
		struct cchc_encoded kept;
		uint64_t print;

		change_something(c, round);
		print = print_of_districts(c, scope);
		if (round % 3 == 0 && round % 5) /* a figure of the quarter asked for */
			assert_int_not_equal(print, last[scope]);
		last[scope] = print;
		kept = form->encoded;
		form->encoded = (struct cchc_encoded){0};
		assert_int_equal(print_of_districts(c, scope), print);
		cchc_encoded_fini(&form->encoded);
		form->encoded = kept;
	}
}

static void run(struct country *c, struct cchc_job *job, void (*body)(struct cchc_job *))
{
	uint64_t began = cchc_clock_mono_ns();

	job->catalog = &c->app.catalog;
	job->store = &c->app.kit.store;
	cchc_arena_init(&job->arena, CCHC_DECODE_MEMORY_MAX * 8);
	cchc_answer_init(&job->answer, 1, 2);
	cchc_job_snapshot(job);
	body(job);
	assert_int_equal(job->txn.rc, CCHC_OK);
	cchc_txn_abort(&job->txn);
	c->answer = job->answer;
	(void)decode_all(c);
	print_message("%u frames, %u ms\n", job->answer.parts,
		      (unsigned)((cchc_clock_mono_ns() - began) / 1000000));
	cchc_answer_fini(&job->answer);
	cchc_arena_fini(&job->arena);
}

static void the_nation_is_explained_commune_by_commune(void **state)
{
	static const char *const ROWS[] = {"I.1", "I.2", "I.3", "II.1", "II.1.2"};
	struct country *c = *state;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct cchc_job job = {.now_ms = KIT_NOW};
		uint32_t row = appkit_row(&c->app, ROWS[i])->id;

		cchc_answer_init(&job.answer, 1, 2);
		assert_true(cchc_question_of_row(&job.question, &c->app.catalog,
						 cchc_period_code(KIT_Q1), NULL, "0",
						 &row, CCHC_SCOPE_TOTAL, &job.answer));
		run(c, &job, cchc_job_explain);
	}
}

static void a_commune_with_nothing_below_is_explained(void **state)
{
	struct country *c = *state;

	for (uint32_t scope = 0; scope < CCHC_SCOPES; scope++) {
		struct cchc_job job = {.now_ms = KIT_NOW};
		uint32_t row = appkit_row(&c->app, "II.1.2")->id;

		cchc_answer_init(&job.answer, 1, 2);
		assert_true(cchc_question_of_row(&job.question, &c->app.catalog,
						 cchc_period_code(KIT_Q1), NULL, "c1",
						 &row, scope, &job.answer));
		run(c, &job, cchc_job_explain);
	}
}

static void ten_thousand_agents_have_a_status(void **state)
{
	struct country *c = *state;
	struct cchc_job job = {.now_ms = KIT_NOW, .n_agents = 10000};
	struct cchc_key_entry key = {
		.name = "mot-ten-khoa-dai-bon-muoi-tam-byte-cho-dung-kich",
		.unit = appkit_unit(&c->app, "c1")->id};

	job.agent = calloc(job.n_agents, sizeof(job.agent[0]));
	assert_non_null(job.agent);
	for (size_t i = 0; i < job.n_agents; i++) {
		job.agent[i].key = &key;
		job.agent[i].is_heard = i % 2;
		memset(job.agent[i].note, 'x', sizeof(job.agent[i].note) - 1);
		memset(job.agent[i].program, 'y', sizeof(job.agent[i].program) - 1);
	}
	run(c, &job, cchc_job_status);
	free(job.agent);
	job = (struct cchc_job){.now_ms = KIT_NOW}; /* and none at all */
	run(c, &job, cchc_job_status);
}

/* Long sources and refusals of 64 rows: the most a line can take. */
static void a_journal_of_long_lines_fits_its_frames(void **state)
{
	struct country *c = *state;
	const struct cchc_unit *unit = appkit_unit(&c->app, "c2");
	const struct cchc_form *form = c->app.catalog.form[0].form;
	struct sender sender = sender_of(unit->id, 7);
	struct cchc_refusal refusals[64] = {0};
	struct cchc_entry_cell cells[100];
	uint16_t rows[64];
	char source[401] = "";
	struct cchc_job job = {.now_ms = KIT_NOW};

	memset(source, 's', 400);
	for (size_t i = 0; i < 64; i++) {
		refusals[i] = refusal_of((uint16_t)i, "f");
		memset(refusals[i].field, 'f', sizeof(refusals[i].field) - 1);
		memset(refusals[i].value, 'v', sizeof(refusals[i].value) - 1);
		memset(refusals[i].expected, 'e', sizeof(refusals[i].expected) - 1);
		rows[i] = form->row[i].id;
	}
	for (int round = 0; round < 20; round++) {
		struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_UPDATE, 1);

		entry.sender = "mot-ten-khoa-dai-bon-muoi-tam-byte-cho-dung-kich";
		for (size_t i = 0; i < 100; i++)
			cells[i] = (struct cchc_entry_cell){.row = form->row[i].id,
							    .state = CCHC_FIGURE,
							    .value = -CCHC_VALUE_MAX};
		entry.source = source;
		entry.cell = cells;
		entry.n_cells = 100;
		entry.refusal = refusals;
		entry.refused_row = rows;
		entry.n_refusals = 64;
		(void)kit_apply(&c->app.kit, &entry, 1);
	}
	cchc_answer_init(&job.answer, 1, 2);
	assert_true(cchc_question_of_row(&job.question, &c->app.catalog,
					 cchc_period_code(KIT_Q1), NULL, "c2", NULL,
					 CCHC_SCOPE_OWN, &job.answer));
	run(c, &job, cchc_job_journal);
}

/* A text cut within a letter would make the refusal itself undecodable. */
static void a_refusal_names_the_field_in_clean_text(void **state)
{
	struct country *c = *state;
	char unit[400] = "x";

	for (size_t i = 1; i + 3 < sizeof(unit); i += 3)
		memcpy(unit + i, "ộ", 4);
	for (size_t skip = 0; skip < 2; skip++) {
		Cchc__CellsAsk ask = CCHC__CELLS_ASK__INIT;
		struct cchc_arena arena;
		struct cchc_question q;
		struct cchc_err err = {.text = ""};
		Cchc__Answer *answer;

		ask.period = cchc_period_code(KIT_Q1);
		ask.unit = unit + skip;
		cchc_answer_init(&c->answer, 1, 2);
		assert_false(
			cchc_question_of_cells(&q, &c->app.catalog, &ask, &c->answer));
		cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
		if (cchc_wire_answer(&arena, c->answer.first->bytes, c->answer.first->len,
				     &answer, &err))
			fail_msg("%s", err.text);
		assert_ptr_equal(strstr(answer->refused->text, "unit: "),
				 answer->refused->text);
		cchc_arena_fini(&arena);
		cchc_answer_fini(&c->answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_of_every_commune_fit_their_frames),
		cmocka_unit_test(kept_districts_are_those_that_would_be_made_anew),
		cmocka_unit_test(the_nation_is_explained_commune_by_commune),
		cmocka_unit_test(a_commune_with_nothing_below_is_explained),
		cmocka_unit_test(ten_thousand_agents_have_a_status),
		cmocka_unit_test(a_journal_of_long_lines_fits_its_frames),
		cmocka_unit_test(a_refusal_names_the_field_in_clean_text),
	};

	return cmocka_run_group_tests(tests, open_country, close_country);
}
