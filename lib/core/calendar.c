#include "core/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/fields.h"

enum { FIRST_YEAR = 1900, LAST_YEAR = 2999, DAYS_MAX = 366 };

static int weekday(cchc_day day) /* 0: Monday */
{
	return (int)((((int64_t)day + 3) % 7 + 7) % 7);
}

static bool is_weekend(cchc_day day)
{
	return weekday(day) >= 5;
}

/* --- loading ----------------------------------------------------------------------- */

struct loading {
	struct cchc_calendar *calendar;
	struct cchc_arena *arena;
	struct cchc_problems *problems;
	enum cchc_rc rc; /* NOMEM, and nothing is read any more */
};

struct reading { /* one file */
	struct loading *load;
	cchc_day first; /* of its year; CCHC_DAY_NONE: the year was not read */
	uint32_t *line; /* of each day of the year; 0: not given yet */
};

static void *take(struct loading *l, size_t count, size_t size)
{
	void *memory = cchc_arena_array(l->arena, count, size);

	if (!memory)
		l->rc = CCHC_NOMEM;
	return memory;
}

/* Rest on a Saturday or Sunday says nothing of the week, but it is how Tết is decided and
 * printed; work on a weekday can only be a slip of the date. */
static bool read_kind(struct cchc_fields *f, cchc_day day, bool *rests)
{
	const char *kind = cchc_fields_text(f, "kind", CCHC_REQUIRED);

	if (!kind)
		return false;
	*rests = strcmp(kind, "rest") == 0;
	if (!*rests && strcmp(kind, "work") != 0) {
		cchc_fields_wrong(f, "kind", "rest or work expected");
		return false;
	}
	if (!*rests && day != CCHC_DAY_NONE && !is_weekend(day))
		cchc_fields_wrong(f, "date",
				  "no Saturday or Sunday: it is worked anyway");
	return true;
}

static cchc_day read_date(struct reading *r, struct cchc_fields *f)
{
	const char *text = cchc_fields_text(f, "date", CCHC_REQUIRED);
	cchc_day day = CCHC_DAY_NONE;

	if (!text)
		return CCHC_DAY_NONE;
	if (!cchc_day_parse(text, &day)) {
		cchc_fields_wrong(f, "date", "a date like 2024-04-30 expected");
		return CCHC_DAY_NONE;
	}
	if (r->first != CCHC_DAY_NONE &&
	    cchc_civil_of(day).year != cchc_civil_of(r->first).year) {
		cchc_fields_wrong(f, "date", "a day of another year");
		return CCHC_DAY_NONE;
	}
	return day;
}

/* False when the day stood in the file before. */
static bool is_new(struct reading *r, const struct cchc_node *node, cchc_day day)
{
	char text[CCHC_DAY_TEXT];
	uint32_t first;

	if (r->first == CCHC_DAY_NONE)
		return true;
	first = r->line[day - r->first];
	if (first > 0)
		cchc_problems_error(r->load->problems, node->place,
				    "%s is given twice, first in line %u",
				    cchc_day_format(day, text), first);
	else
		r->line[day - r->first] = node->place.line;
	return first == 0;
}

static void read_day(struct reading *r, const struct cchc_node *node)
{
	struct cchc_calendar *calendar = r->load->calendar;
	struct cchc_calendar_day made = {.rests = true};
	struct cchc_fields f;
	const char *name;

	cchc_fields_begin(&f, node, r->load->problems);
	made.day = read_date(r, &f);
	name = cchc_fields_text(&f, "name", CCHC_REQUIRED);
	if (read_kind(&f, made.day, &made.rests) && name && made.day != CCHC_DAY_NONE &&
	    is_new(r, node, made.day)) {
		made.name = cchc_arena_text(r->load->arena, name, strlen(name));
		calendar->day[calendar->n++] = made;
		if (!made.name)
			r->load->rc = CCHC_NOMEM;
	}
	cchc_fields_end(&f);
}

static bool has_year(const struct cchc_calendar *calendar, int year)
{
	for (size_t i = 0; i < calendar->n_years; i++)
		if (calendar->year[i].year == year)
			return true;
	return false;
}

static void read_year(struct reading *r, struct cchc_fields *f)
{
	struct cchc_calendar *calendar = r->load->calendar;
	int year = (int)cchc_fields_number(f, "year", FIRST_YEAR, LAST_YEAR, 0);
	bool provisional = cchc_fields_flag(f, "provisional", false);

	if (!cchc_node_get(f->map, "year"))
		cchc_fields_wrong(f, "year", "missing");
	if (year == 0)
		return;
	if (has_year(calendar, year)) {
		cchc_fields_wrong(f, "year", "another file has this year already");
		return;
	}
	r->first = cchc_day_of(year, 1, 1);
	calendar->year[calendar->n_years++] =
		(struct cchc_calendar_year){year, provisional};
}

static void read_file(struct loading *l, const struct cchc_node *root)
{
	struct reading r = {l, CCHC_DAY_NONE, NULL};
	const struct cchc_node *days;
	struct cchc_fields f;

	r.line = take(l, DAYS_MAX, sizeof(*r.line));
	if (!r.line)
		return;
	cchc_fields_begin(&f, root, l->problems);
	read_year(&r, &f);
	days = cchc_fields_node(&f, "days", CCHC_REQUIRED, CCHC_NODE_LIST);
	for (size_t i = 0; days && i < days->n; i++)
		read_day(&r, days->item[i]);
	cchc_fields_end(&f);
}

static size_t count_days(const struct cchc_node *const *files, size_t n)
{
	size_t days = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cchc_node *list = cchc_node_get(files[i], "days");

		days += list && list->kind == CCHC_NODE_LIST ? list->n : 0;
	}
	return days;
}

static int by_day(const void *a, const void *b)
{
	const struct cchc_calendar_day *x = a;
	const struct cchc_calendar_day *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static int by_year(const void *a, const void *b)
{
	const struct cchc_calendar_year *x = a;
	const struct cchc_calendar_year *y = b;

	return (x->year > y->year) - (x->year < y->year);
}

static void sort(struct cchc_calendar *calendar)
{
	qsort(calendar->day, calendar->n, sizeof(calendar->day[0]), by_day);
	qsort(calendar->year, calendar->n_years, sizeof(calendar->year[0]), by_year);
}

enum cchc_rc cchc_calendar_load(struct cchc_calendar *calendar, struct cchc_arena *arena,
				const struct cchc_node *const *files, size_t n,
				struct cchc_problems *problems)
{
	struct loading l = {calendar, arena, problems, CCHC_OK};
	size_t errors = problems->errors;

	*calendar = (struct cchc_calendar){0};
	calendar->day = take(&l, count_days(files, n) + 1, sizeof(calendar->day[0]));
	calendar->year = take(&l, n + 1, sizeof(calendar->year[0]));
	for (size_t i = 0; l.rc == CCHC_OK && i < n; i++) {
		if (files[i])
			read_file(&l, files[i]);
		else
			cchc_problems_error(problems,
					    (struct cchc_place){"calendar", 0, 0},
					    "the file is empty");
	}
	if (l.rc == CCHC_OK && problems->errors > errors)
		l.rc = CCHC_INVALID;
	if (l.rc == CCHC_OK)
		sort(calendar);
	else
		*calendar = (struct cchc_calendar){0};
	return l.rc;
}

/* --- asking ------------------------------------------------------------------------ */

bool cchc_calendar_rests(const struct cchc_calendar *calendar, cchc_day day)
{
	const struct cchc_calendar_day wanted = {.day = day};
	const struct cchc_calendar_day *found = NULL;

	if (calendar->n > 0)
		found = bsearch(&wanted, calendar->day, calendar->n, sizeof(wanted),
				by_day);
	return found ? found->rests : is_weekend(day);
}

cchc_day cchc_calendar_next_working(const struct cchc_calendar *calendar, cchc_day day)
{
	while (day < INT32_MAX && cchc_calendar_rests(calendar, day))
		day++;
	return day;
}

const struct cchc_calendar_year *cchc_calendar_of(const struct cchc_calendar *calendar,
						  int year)
{
	for (size_t i = 0; i < calendar->n_years; i++)
		if (calendar->year[i].year == year)
			return &calendar->year[i];
	return NULL;
}
