#ifndef CCHC_CORE_COUNTS_H
#define CCHC_CORE_COUNTS_H

#include "core/form.h"
#include "core/task.h"
#include "core/tree.h"

/* Row I.4 from the register of tasks: for every unit and period how many tasks were given
 * to it, done in time, done late, overdue (domain.md, "Tasks"). Which rows these are is
 * form data (`register: given | on-time | late | overdue`).
 *
 * A task counts at its lead unit only, as recorded at min(now, the period's data end).
 * The counts of a period are never stored: they are made from the tasks and kept up to
 * date by differences. Law (tests/prop/prop_counts.c): after any history the counts are
 * those that are made anew, and those of an oracle written from the rules alone. */

/* The instant at which a period's counts are taken: min(now, 24:00 of its last day). */
int64_t cchc_counts_instant(struct cchc_period period, int closing_day, int64_t now_ms);
/* The task as the period sees it: as recorded when it ended, or as it is now. NULL: it
 * was recorded later. What its history says is recorded by now, whatever the clock said
 * then: clocks go back. */
const struct cchc_task_past *cchc_counts_recorded(const struct cchc_task *task,
						  struct cchc_period period,
						  int closing_day);

struct cchc_count {    /* what one task brings to one period */
	uint32_t lead; /* 0: nothing */
	uint8_t adds;  /* bits (1 << enum cchc_register) */
};
struct cchc_count cchc_count_of(const struct cchc_task *task, struct cchc_period period,
				int closing_day, int64_t now_ms);

/* Counts of one form's closing day, by unit, year and slot, with sums over all units
 * below. One owner thread; malloc. */
struct cchc_counts;

struct cchc_counts_options {
	struct cchc_trees *trees; /* lent */
	uint32_t max_unit;
	int closing_day;
	cchc_day from; /* first day of register_from; periods that begin before it have no
			* counts. CCHC_DAY_NONE: none have */
	int64_t now_ms; /* the present to begin with */
	/* A unit's counts, or those of a unit above it, changed. May be NULL. */
	void (*on_change)(void *data, uint32_t unit, struct cchc_period period);
	void *data;
};
CCHC_NODISCARD enum cchc_rc cchc_counts_new(const struct cchc_counts_options *options,
					    struct cchc_counts **counts);
void cchc_counts_free(struct cchc_counts **counts);

/* Makes a reporting year's counts resident (empty), or forgets them. `journal`: the tasks
 * to be added are as of this commit number; changes up to it do not concern the year. */
CCHC_NODISCARD enum cchc_rc cchc_counts_add_year(struct cchc_counts *counts,
						 uint16_t year, uint64_t journal);
/* False when no period of the year has counts: all begin before register_from. */
bool cchc_counts_begin_in(const struct cchc_counts *counts, uint16_t year);
void cchc_counts_drop_year(struct cchc_counts *counts, uint16_t year);
bool cchc_counts_has_year(const struct cchc_counts *counts, uint16_t year);

/* Adds what the task brings to the periods of one resident year that have begun. To load
 * a year: add every task of the store. */
CCHC_NODISCARD enum cchc_rc cchc_counts_add_task(struct cchc_counts *counts,
						 const struct cchc_task *task,
						 uint16_t year);
/* A task changed from `before` (NULL: it is new) to `after`: brings every period up to
 * date that had not ended when that was recorded (after->changed_ms, which must not lie
 * after the present: advance first). */
CCHC_NODISCARD enum cchc_rc cchc_counts_change(struct cchc_counts *counts,
					       const struct cchc_task *before,
					       const struct cchc_task *after);

/* The present: the instant up to which time was counted. */
int64_t cchc_counts_now(const struct cchc_counts *counts);
/* Moves the present on; it never goes back. Then each task whose moment (overdue, its
 * assigned day) lies after `counted_ms`, the present before, must be passed; true: a
 * period began in between, and every open task must be. */
bool cchc_counts_advance(struct cchc_counts *counts, int64_t now_ms);
/* What time alone brought to a task since counted_ms. */
CCHC_NODISCARD enum cchc_rc cchc_counts_pass(struct cchc_counts *counts,
					     const struct cchc_task *task,
					     int64_t counted_ms);

/* False when the period has no counts: before register_from, not begun, not resident. */
bool cchc_counts_cover(const struct cchc_counts *counts, struct cchc_period period);
int64_t cchc_counts_own(const struct cchc_counts *counts, uint32_t unit,
			struct cchc_period period, enum cchc_register which);
int64_t cchc_counts_below(const struct cchc_counts *counts, uint32_t unit,
			  struct cchc_period period, enum cchc_register which);

/* How many units of a level below the unit have at least one task in the period: a unit
 * of another level than those that fill the row counts in reported and expected both. */
uint32_t cchc_counts_leads_below(const struct cchc_counts *counts, uint32_t unit,
				 struct cchc_period period, enum cchc_level level);

/* Of all counts of the year, whatever their order; *cells grows by how many are not 0. */
uint64_t cchc_counts_digest(const struct cchc_counts *counts, uint16_t year,
			    uint64_t *cells);

#endif
