#ifndef CCHC_TESTS_CTLKIT_H
#define CCHC_TESTS_CTLKIT_H

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/form.h"
#include "ctl/parts.h"
#include "io/file.h"
#include "io/yaml.h"

/* Answers as the daemon would send them, made by hand over the real form. */

enum { CTLKIT_ROWS = 160, CTLKIT_INPUTS = 40 };

struct ctlkit {
	struct cchc_arena arena;
	struct cchc_form *form;
	Cchc__UnitInfo unit;
	Cchc__UnitCells cells;
	uint32_t row[CTLKIT_ROWS];
	uint32_t state[CTLKIT_ROWS];
	int64_t value[CTLKIT_ROWS];
	uint32_t reported[CTLKIT_ROWS];
	uint32_t expected[CTLKIT_ROWS];
	uint32_t incomplete[CTLKIT_ROWS];
	Cchc__Detail detail[CTLKIT_ROWS];
	Cchc__Detail *detail_at[CTLKIT_ROWS];
	Cchc__UnitCells *cells_at[1];
	Cchc__Explanation explanation;
	Cchc__Input input[CTLKIT_INPUTS];
	Cchc__Input *input_at[CTLKIT_INPUTS];
	Cchc__Missing missing[CTLKIT_INPUTS];
	Cchc__Missing *missing_at[CTLKIT_INPUTS];
	Cchc__Answer part;
	Cchc__Answer *part_at[1];
	struct cchc_ctl_answer answer;
};

static inline struct cchc_form *ctlkit_form(struct cchc_arena *arena)
{
	const char *path = SOURCE_DIR "/config/forms/cchc-2021.yaml";
	struct cchc_problems problems;
	struct cchc_node *root = NULL;
	struct cchc_form *form = NULL;
	char *bytes;
	size_t len;

	cchc_problems_init(&problems);
	assert_int_equal(cchc_file_read(arena, path, 1 << 20, &bytes, &len, NULL), 0);
	assert_int_equal(cchc_yaml_parse(arena, path, bytes, len, &problems, &root), 0);
	assert_int_equal(cchc_form_load(root, &problems, &form), 0);
	cchc_problems_fini(&problems);
	return form;
}

static inline void ctlkit_init(struct ctlkit *kit)
{
	memset(kit, 0, sizeof(*kit));
	setlocale(LC_CTYPE, "C.UTF-8");
	cchc_arena_init(&kit->arena, 64 << 20);
	kit->form = ctlkit_form(&kit->arena);
	kit->unit = (Cchc__UnitInfo)CCHC__UNIT_INFO__INIT;
	kit->unit.code = "325";
	kit->unit.name = "Huyện Văn Lâm";
	kit->unit.kind = "Huyện";
	kit->unit.level = "district";
	kit->cells = (Cchc__UnitCells)CCHC__UNIT_CELLS__INIT;
	kit->cells.unit = &kit->unit;
	kit->cells.period = cchc_period_code((struct cchc_period){2024, CCHC_Q1});
	kit->cells.form = kit->form->name;
	kit->cells.revision = kit->form->revision;
	kit->cells.row = kit->row;
	kit->cells.state = kit->state;
	kit->cells.value = kit->value;
	kit->cells.reported = kit->reported;
	kit->cells.expected = kit->expected;
	kit->cells.incomplete = kit->incomplete;
	kit->cells.detail = kit->detail_at;
	kit->cells_at[0] = &kit->cells;
	kit->explanation = (Cchc__Explanation)CCHC__EXPLANATION__INIT;
	kit->explanation.cell = &kit->cells;
	kit->explanation.input = kit->input_at;
	kit->explanation.missing = kit->missing_at;
	kit->part = (Cchc__Answer)CCHC__ANSWER__INIT;
	kit->part.last = 1;
	kit->part.commit = 42;
	kit->part.cells = kit->cells_at;
	kit->part.n_cells = 1;
	kit->part_at[0] = &kit->part;
	kit->answer =
		(struct cchc_ctl_answer){.part = kit->part_at, .n = 1, .commit = 42};
}

static inline void ctlkit_fini(struct ctlkit *kit)
{
	cchc_form_free(&kit->form);
	cchc_arena_fini(&kit->arena);
}

/* A test whose state is a kit of its own. */
#define CTLKIT_TEST(name)                                                                \
	cmocka_unit_test_setup_teardown(name, ctlkit_set_up, ctlkit_tear_down)

static inline int ctlkit_set_up(void **state)
{
	*state = malloc(sizeof(struct ctlkit));
	ctlkit_init(*state);
	return 0;
}

static inline int ctlkit_tear_down(void **state)
{
	ctlkit_fini(*state);
	free(*state);
	return 0;
}

static inline const struct cchc_row *ctlkit_row(const struct ctlkit *kit,
						const char *code)
{
	const struct cchc_row *row = cchc_form_row_by_code(kit->form, code);

	assert_non_null(row);
	return row;
}

static inline size_t ctlkit_put(struct ctlkit *kit, const char *code, uint32_t state,
				int64_t value, uint32_t reported, uint32_t expected)
{
	size_t i = kit->cells.n_row++;

	kit->cells.n_state = kit->cells.n_value = kit->cells.n_reported =
		kit->cells.n_expected = kit->cells.n_incomplete = i + 1;
	kit->row[i] = ctlkit_row(kit, code)->id;
	kit->state[i] = state;
	kit->value[i] = value;
	kit->reported[i] = reported;
	kit->expected[i] = expected;
	return i;
}

static inline Cchc__Detail *ctlkit_detail(struct ctlkit *kit, const char *code)
{
	size_t i = kit->cells.n_detail++;

	kit->detail[i] = (Cchc__Detail)CCHC__DETAIL__INIT;
	kit->detail[i].row = ctlkit_row(kit, code)->id;
	kit->detail_at[i] = &kit->detail[i];
	return &kit->detail[i];
}

static inline void ctlkit_tally(Cchc__Detail *detail, size_t n, int64_t *value,
				uint32_t *count)
{
	detail->n_value = detail->n_count = n;
	detail->value = value;
	detail->count = count;
}

static inline Cchc__Input *ctlkit_input(struct ctlkit *kit, Cchc__UnitInfo *unit,
					const char *code, int64_t value)
{
	size_t i = kit->explanation.n_input++;
	Cchc__Input *input = &kit->input[i];

	kit->part.explanation = &kit->explanation;
	*input = (Cchc__Input)CCHC__INPUT__INIT;
	input->unit = unit;
	input->row = ctlkit_row(kit, code)->id;
	input->period = kit->cells.period;
	input->state = 1;
	input->value = value;
	kit->input_at[i] = input;
	return input;
}

static inline Cchc__Missing *ctlkit_missing(struct ctlkit *kit, Cchc__UnitInfo *unit,
					    const char *code, Cchc__Missing__Why why)
{
	size_t i = kit->explanation.n_missing++;
	Cchc__Missing *missing = &kit->missing[i];

	kit->part.explanation = &kit->explanation;
	*missing = (Cchc__Missing)CCHC__MISSING__INIT;
	missing->unit = unit;
	missing->row = ctlkit_row(kit, code)->id;
	missing->why = why;
	kit->missing_at[i] = missing;
	return missing;
}

#endif
