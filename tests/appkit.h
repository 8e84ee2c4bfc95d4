#ifndef CCHC_TESTS_APPKIT_H
#define CCHC_TESTS_APPKIT_H

/* The daemon's parts without its sockets: the form and the units of config/, settled with
 * a store in a directory of its own. Include after cmocka.h. */

#include "storekit.h"

#include "app/board.h"
#include "app/item.h"
#include "proto/wire.h"

enum { KIT_DAY_MS = 24 * 3600 * 1000 };
#define KIT_NOW INT64_C(1710000000000) /* 2024-03-09: within Q1 */

struct appkit {
	struct kit kit;
	struct cchc_settings settings;
	struct cchc_catalog catalog;
	struct cchc_problems problems;
};

/* Units from the file, the receiving one by code; made at now_ms. */
static inline void appkit_open_at(struct appkit *a, const char *units, const char *code,
				  int64_t now_ms)
{
	struct cchc_err err = {.text = ""};

	*a = (struct appkit){0};
	kit_open(&a->kit);
	cchc_problems_init(&a->problems);
	a->settings.unit = code;
	a->settings.units = units;
	a->settings.forms = SOURCE_DIR "/config/forms";
	assert_int_equal(cchc_catalog_load(&a->catalog, &a->settings, &a->problems),
			 CCHC_OK);
	if (cchc_catalog_settle(&a->catalog, &a->kit.store, &a->settings, now_ms, &err))
		fail_msg("%s", err.text);
}

static inline void appkit_open_for(struct appkit *a, const char *units, const char *code)
{
	appkit_open_at(a, units, code, KIT_NOW);
}

static inline void appkit_open(struct appkit *a)
{
	appkit_open_for(a, SOURCE_DIR "/config/units/van-lam.csv", "325");
}

static inline void appkit_close(struct appkit *a)
{
	cchc_catalog_fini(&a->catalog);
	cchc_problems_fini(&a->problems);
	kit_close(&a->kit);
}

/* Row I.4 comes from the register from Q1 on: for boards made from now on. */
static inline void appkit_count_tasks(struct appkit *a)
{
	a->catalog.counts_tasks = true;
	a->catalog.register_from = KIT_Q1;
}

static inline const struct cchc_unit *appkit_unit(struct appkit *a, const char *code)
{
	const struct cchc_unit *unit =
		cchc_units_on(&a->catalog.units, code, cchc_day_at(KIT_NOW));

	assert_non_null(unit);
	return unit;
}

static inline const struct cchc_row *appkit_row(struct appkit *a, const char *code)
{
	const struct cchc_row *row = cchc_form_row_by_code(a->catalog.form[0].form, code);

	assert_non_null(row);
	return row;
}

/* One cell of a unit's Q1, written as the daemon would. */
static inline struct cchc_outcome appkit_write(struct appkit *a, struct sender *sender,
					       struct cchc_period period, const char *row,
					       int64_t value)
{
	struct cchc_entry_cell cell = {
		.row = appkit_row(a, row)->id, .state = CCHC_FIGURE, .value = value};
	struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_UPDATE, 1);

	entry.form = a->catalog.form[0].id;
	entry.period = period;
	entry.cell = &cell;
	entry.n_cells = 1;
	return kit_apply(&a->kit, &entry, 1);
}

#endif
