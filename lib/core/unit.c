/* unit.c - the file of administrative units, checked whole.
 *
 * Units are sorted by (code, valid_from) once. From that order come the chains of each
 * code, oldest first, and every check is a walk along a chain: does a code overlap
 * itself, is a parent there for as long as its child, does it stand above it.
 * Country-sized files (11,367 units) take a few milliseconds.
 */
#include "core/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum { UNITS_BYTES_MAX = 64 * 1024 * 1024 };

enum column { CODE, PARENT, LEVEL, KIND, NAME, VALID_FROM, VALID_TO, COLUMNS };
enum { REQUIRED_COLUMNS = VALID_FROM };

static const char *const COLUMN_NAMES[COLUMNS] = {"code", "parent",     "level",   "kind",
						  "name", "valid_from", "valid_to"};
static const char *const LEVEL_NAMES[CCHC_LEVELS] = {"nation", "province", "district",
						     "commune"};

struct loading {
	struct cchc_units *units;
	const struct cchc_sheet *sheet;
	struct cchc_problems *problems;
	size_t column[COLUMNS]; /* where it stands; SIZE_MAX: not in the file */
};

const char *cchc_level_name(enum cchc_level level)
{
	cchc_check((unsigned)level < CCHC_LEVELS);
	return LEVEL_NAMES[level];
}

bool cchc_level_parse(const char *name, enum cchc_level *level)
{
	for (unsigned i = 0; i < CCHC_LEVELS; i++) {
		if (strcmp(name, LEVEL_NAMES[i]) == 0) {
			*level = (enum cchc_level)i;
			return true;
		}
	}
	return false;
}

/* CCHC_DAY_NONE is already the least of all days, which is what "always" means for a
 * beginning; for an end it must be the greatest. */
static cchc_day last_day(const struct cchc_unit *unit)
{
	return unit->valid_to == CCHC_DAY_NONE ? INT32_MAX : unit->valid_to;
}

bool cchc_unit_in_force(const struct cchc_unit *unit, cchc_day day)
{
	return unit->valid_from <= day && day <= last_day(unit);
}

static struct cchc_place place_of(const struct loading *l, uint32_t line)
{
	return (struct cchc_place){.file = l->sheet->file, .line = line};
}

static bool is_code(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= CCHC_UNIT_CODE)
		return false;
	for (; *text; text++)
		if (!((*text >= '0' && *text <= '9') || (*text >= 'A' && *text <= 'Z') ||
		      (*text >= 'a' && *text <= 'z')))
			return false;
	return true;
}

static bool is_empty_row(const struct cchc_sheet_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->cell[i][0])
			return false;
	return true;
}

static void read_header(struct loading *l, const struct cchc_sheet_row *header)
{
	struct cchc_place place = place_of(l, header->line);

	for (size_t c = 0; c < COLUMNS; c++) {
		l->column[c] = SIZE_MAX;
		for (size_t i = 0; i < header->n; i++) {
			if (!cchc_text_alike(header->cell[i], COLUMN_NAMES[c]))
				continue;
			if (l->column[c] != SIZE_MAX)
				cchc_problems_error(l->problems, place,
						    "column %s stands twice",
						    COLUMN_NAMES[c]);
			l->column[c] = i;
		}
		if (l->column[c] == SIZE_MAX && c < REQUIRED_COLUMNS)
			cchc_problems_error(l->problems, place, "column %s is missing",
					    COLUMN_NAMES[c]);
	}
}

static const char *cell(const struct loading *l, const struct cchc_sheet_row *row,
			enum column column)
{
	return cchc_sheet_cell(row, l->column[column]);
}

static void read_code(struct loading *l, const struct cchc_sheet_row *row,
		      enum column column, char out[CCHC_UNIT_CODE])
{
	const char *text = cell(l, row, column);

	if (column == PARENT && !*text)
		return;
	if (!*text)
		cchc_problems_error(l->problems, place_of(l, row->line), "code is empty");
	else if (!is_code(text))
		cchc_problems_error(
			l->problems, place_of(l, row->line),
			"%s \"%.40s\" is no code (at most %d letters and digits)",
			COLUMN_NAMES[column], text, CCHC_UNIT_CODE - 1);
	else
		memcpy(out, text, strlen(text) + 1);
}

static cchc_day read_day(struct loading *l, const struct cchc_sheet_row *row,
			 enum column column)
{
	const char *text = cell(l, row, column);
	cchc_day day = CCHC_DAY_NONE;

	if (*text && !cchc_day_parse(text, &day))
		cchc_problems_error(l->problems, place_of(l, row->line),
				    "%s \"%.40s\" is no day (2025-07-01)",
				    COLUMN_NAMES[column], text);
	return day;
}

/* A level that cannot be read stays CCHC_LEVELS, which no later check complains about, so
 * that one mistake is one problem. */
static void read_level(struct loading *l, const struct cchc_sheet_row *row,
		       struct cchc_unit *unit)
{
	const char *text = cell(l, row, LEVEL);

	unit->level = CCHC_LEVELS;
	if (!cchc_level_parse(text, &unit->level))
		cchc_problems_error(
			l->problems, place_of(l, row->line),
			"level \"%.40s\" is none of nation, province, district, commune",
			text);
}

static enum cchc_rc read_unit(struct loading *l, const struct cchc_sheet_row *row)
{
	struct cchc_units *units = l->units;
	struct cchc_unit *unit = &units->unit[units->n];
	const char *kind = cell(l, row, KIND);
	const char *name = cell(l, row, NAME);

	*unit = (struct cchc_unit){.line = row->line};
	read_code(l, row, CODE, unit->code);
	read_code(l, row, PARENT, unit->parent);
	read_level(l, row, unit);
	if (!*name)
		cchc_problems_error(l->problems, place_of(l, row->line), "name is empty");
	unit->valid_from = read_day(l, row, VALID_FROM);
	unit->valid_to = read_day(l, row, VALID_TO);
	if (unit->valid_from > last_day(unit))
		cchc_problems_error(l->problems, place_of(l, row->line),
				    "valid_to is before valid_from");
	unit->kind = cchc_arena_text(&units->arena, kind, strlen(kind));
	unit->name = cchc_arena_text(&units->arena, name, strlen(name));
	if (!unit->kind || !unit->name)
		return CCHC_NOMEM;
	/* without a code there is nothing to check it against */
	if (unit->code[0])
		units->n++;
	return CCHC_OK;
}

static enum cchc_rc read_rows(struct loading *l)
{
	const struct cchc_sheet *sheet = l->sheet;
	bool header = false;

	l->units->unit =
		cchc_arena_array(&l->units->arena, sheet->n, sizeof(*l->units->unit));
	if (!l->units->unit)
		return CCHC_NOMEM;
	for (size_t i = 0; i < sheet->n; i++) {
		size_t errors = l->problems->errors;

		if (is_empty_row(&sheet->row[i]))
			continue;
		if (!header) {
			header = true;
			read_header(l, &sheet->row[i]);
			if (l->problems->errors > errors)
				return CCHC_INVALID;
		} else if (read_unit(l, &sheet->row[i])) {
			return CCHC_NOMEM;
		}
	}
	if (l->units->n > 0)
		return CCHC_OK;
	cchc_problems_error(l->problems, place_of(l, 0), "no unit in the file");
	return CCHC_INVALID;
}

static size_t hash(const char *code)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *code; code++)
		h = (h ^ (unsigned char)*code) * 16777619u;
	return h;
}

/* The slot of a code: its own, or the free one where it belongs. */
static size_t slot_of(const struct cchc_units *units, const char *code)
{
	size_t at = hash(code) & (units->slots - 1);

	while (units->slot[at] &&
	       strcmp(units->unit[units->slot[at] - 1].code, code) != 0)
		at = (at + 1) & (units->slots - 1);
	return at;
}

/* Index + 1 of the oldest unit with the code, or 0. */
static uint32_t chain_of(const struct cchc_units *units, const char *code)
{
	return units->slots ? units->slot[slot_of(units, code)] : 0;
}

static int by_code_and_day(const void *a, const void *b)
{
	const struct cchc_unit *x = *(const struct cchc_unit *const *)a;
	const struct cchc_unit *y = *(const struct cchc_unit *const *)b;
	int by_code = strcmp(x->code, y->code);

	if (by_code)
		return by_code;
	if (x->valid_from != y->valid_from)
		return x->valid_from < y->valid_from ? -1 : 1;
	return x < y ? -1 : x > y;
}

static const struct cchc_unit **sort_units(const struct cchc_units *units,
					   struct cchc_arena *arena)
{
	const struct cchc_unit **sorted =
		cchc_arena_array(arena, units->n, sizeof(const struct cchc_unit *));

	for (size_t i = 0; sorted && i < units->n; i++)
		sorted[i] = &units->unit[i];
	if (sorted)
		qsort(sorted, units->n, sizeof(const struct cchc_unit *),
		      by_code_and_day);
	return sorted;
}

static void say_overlaps(struct loading *l, const struct cchc_unit *const *sorted)
{
	const struct cchc_unit *longest = NULL; /* of the same code, ends last so far */

	for (size_t i = 0; i < l->units->n; i++) {
		const struct cchc_unit *unit = sorted[i];

		if (longest && strcmp(longest->code, unit->code) != 0)
			longest = NULL;
		if (longest && unit->valid_from <= last_day(longest))
			cchc_problems_error(l->problems, place_of(l, unit->line),
					    "code %s is in force twice on the same day "
					    "(also line %u)",
					    unit->code, longest->line);
		if (!longest || last_day(unit) > last_day(longest))
			longest = unit;
	}
}

/* One slot a code; from the last to the first, so that each chain begins with the oldest.
 */
static enum cchc_rc link_codes(struct cchc_units *units,
			       const struct cchc_unit *const *sorted)
{
	units->slots = 16;
	while (units->slots < units->n * 2)
		units->slots *= 2;
	units->slot = cchc_arena_array(&units->arena, units->slots, sizeof(*units->slot));
	units->next = cchc_arena_array(&units->arena, units->n, sizeof(*units->next));
	if (!units->slot || !units->next)
		return CCHC_NOMEM;
	for (size_t i = units->n; i-- > 0;) {
		size_t index = (size_t)(sorted[i] - units->unit);
		size_t slot = slot_of(units, sorted[i]->code);

		units->next[index] = units->slot[slot];
		units->slot[slot] = (uint32_t)index + 1;
	}
	return CCHC_OK;
}

static enum cchc_rc index_codes(struct loading *l)
{
	struct cchc_arena scratch;
	const struct cchc_unit **sorted;
	enum cchc_rc rc = CCHC_NOMEM;

	cchc_arena_init(&scratch, UNITS_BYTES_MAX);
	sorted = sort_units(l->units, &scratch);
	if (sorted) {
		say_overlaps(l, sorted);
		rc = link_codes(l->units, sorted);
	}
	cchc_arena_fini(&scratch);
	return rc;
}

static void say_gap(struct loading *l, const struct cchc_unit *unit, cchc_day day)
{
	char text[CCHC_DAY_TEXT];

	cchc_problems_error(
		l->problems, place_of(l, unit->line),
		"parent %s of %s is not in force on %s", unit->parent, unit->code,
		day == CCHC_DAY_NONE ? "its first days" : cchc_day_format(day, text));
}

/* A parent that is at least once in force with the unit must always stand above it. Ranks
 * then fall with every step down, so there can be no circle either. */
static void check_rank(struct loading *l, const struct cchc_unit *unit,
		       const struct cchc_unit *parent)
{
	if (unit->level == CCHC_LEVELS || parent->level == CCHC_LEVELS)
		return;
	if (parent->level >= unit->level)
		cchc_problems_error(
			l->problems, place_of(l, unit->line),
			"parent %s (%s, line %u) does not stand above %s (%s)",
			parent->code, LEVEL_NAMES[parent->level], parent->line,
			unit->code, LEVEL_NAMES[unit->level]);
}

static void check_parent(struct loading *l, const struct cchc_unit *unit)
{
	const struct cchc_units *units = l->units;
	uint32_t at = chain_of(units, unit->parent);
	int64_t open = unit->valid_from; /* first day that has no parent yet */

	if (at == 0) {
		cchc_problems_error(l->problems, place_of(l, unit->line),
				    "parent %s of %s does not exist", unit->parent,
				    unit->code);
		return;
	}
	for (; at && open <= last_day(unit); at = units->next[at - 1]) {
		const struct cchc_unit *parent = &units->unit[at - 1];

		if (last_day(parent) < open)
			continue;
		if (parent->valid_from > open)
			break;
		check_rank(l, unit, parent);
		open = (int64_t)last_day(parent) + 1;
	}
	if (open <= last_day(unit))
		say_gap(l, unit, (cchc_day)open);
}

static enum cchc_rc load(struct loading *l)
{
	size_t errors = l->problems->errors;
	enum cchc_rc rc = read_rows(l);

	if (!rc)
		rc = index_codes(l);
	if (rc)
		return rc;
	for (size_t i = 0; i < l->units->n; i++)
		if (l->units->unit[i].parent[0])
			check_parent(l, &l->units->unit[i]);
	return l->problems->errors > errors ? CCHC_INVALID : CCHC_OK;
}

enum cchc_rc cchc_units_load(struct cchc_units *units, const struct cchc_sheet *sheet,
			     struct cchc_problems *problems)
{
	struct loading l = {.units = units, .sheet = sheet, .problems = problems};
	enum cchc_rc rc;

	*units = (struct cchc_units){0};
	cchc_arena_init(&units->arena, UNITS_BYTES_MAX);
	rc = load(&l);
	if (rc)
		cchc_units_fini(units);
	return rc;
}

void cchc_units_fini(struct cchc_units *units)
{
	cchc_arena_fini(&units->arena);
	*units = (struct cchc_units){0};
}

static enum cchc_rc give_ids(struct cchc_units *units, cchc_unit_given *given, void *data,
			     uint32_t *next_id)
{
	for (size_t i = 0; i < units->n; i++) {
		struct cchc_unit *unit = &units->unit[i];

		unit->id = given ? given(data, unit->code, unit->valid_from) : 0;
		if (unit->id >= *next_id)
			return CCHC_CORRUPT;
		if (unit->id == 0 && *next_id == UINT32_MAX)
			return CCHC_LIMIT;
		if (unit->id == 0)
			unit->id = (*next_id)++;
	}
	return CCHC_OK;
}

enum cchc_rc cchc_units_identify(struct cchc_units *units, cchc_unit_given *given,
				 void *data, uint32_t *next_id)
{
	uint32_t next = *next_id;
	uint32_t *by_id;
	enum cchc_rc rc;

	cchc_check(next > 0);
	rc = give_ids(units, given, data, &next);
	if (rc)
		return rc;
	by_id = cchc_arena_array(&units->arena, next, sizeof(*by_id));
	if (!by_id)
		return CCHC_NOMEM;
	for (size_t i = 0; i < units->n; i++) {
		uint32_t id = units->unit[i].id;

		if (by_id[id])
			return CCHC_CORRUPT;
		by_id[id] = (uint32_t)i + 1;
	}
	units->by_id = by_id;
	units->max_id = next - 1;
	*next_id = next;
	return CCHC_OK;
}

const struct cchc_unit *cchc_units_by_id(const struct cchc_units *units, uint32_t id)
{
	if (!units->by_id || id > units->max_id)
		return NULL;
	if (units->by_id[id])
		return &units->unit[units->by_id[id] - 1];
	return units->former ? units->former[id] : NULL;
}

enum cchc_rc cchc_units_remember(struct cchc_units *units, uint32_t id, const char *code,
				 cchc_day valid_from)
{
	struct cchc_unit *unit = cchc_arena_alloc(&units->arena, sizeof(*unit));

	cchc_check(units->by_id && id <= units->max_id && !units->by_id[id]);
	if (!units->former)
		units->former = cchc_arena_array(&units->arena, (size_t)units->max_id + 1,
						 sizeof(struct cchc_unit *));
	if (!unit || !units->former)
		return CCHC_NOMEM;
	*unit = (struct cchc_unit){.id = id,
				   .level = CCHC_COMMUNE, /* as most are */
				   .kind = "",
				   .valid_from = valid_from,
				   .valid_to = CCHC_DAY_NONE};
	cchc_text_copy(unit->code, sizeof(unit->code), code, strlen(code));
	unit->name = cchc_arena_format(&units->arena,
				       "%s (không còn trong danh sách đơn vị)", code);
	units->former[id] = unit;
	return unit->name ? CCHC_OK : CCHC_NOMEM;
}

const struct cchc_unit *cchc_units_on(const struct cchc_units *units, const char *code,
				      cchc_day day)
{
	for (uint32_t at = chain_of(units, code); at; at = units->next[at - 1])
		if (cchc_unit_in_force(&units->unit[at - 1], day))
			return &units->unit[at - 1];
	return NULL;
}

size_t cchc_units_of_code(const struct cchc_units *units, const char *code,
			  const struct cchc_unit **only)
{
	uint32_t at = chain_of(units, code);
	const struct cchc_unit *first = at ? &units->unit[at - 1] : NULL;
	size_t n = 0;

	for (; at; at = units->next[at - 1])
		n++;
	if (n == 1)
		*only = first;
	return n;
}

char *cchc_unit_key(const struct cchc_units *units, const struct cchc_unit *unit,
		    char out[CCHC_UNIT_KEY])
{
	const struct cchc_unit *only;
	bool again = unit->valid_from != CCHC_DAY_NONE &&
		     cchc_units_of_code(units, unit->code, &only) > 1;
	char day[CCHC_DAY_TEXT];

	(void)snprintf(out, CCHC_UNIT_KEY, "%s%s%s", unit->code, again ? "@" : "",
		       again ? cchc_day_format(unit->valid_from, day) : "");
	return out;
}
