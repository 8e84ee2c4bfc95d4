#include "world.h"

#include <stdarg.h>
#include <string.h>

#include "base/check.h"

static const char LETTERS[CCHC_LEVELS] = {'n', 'p', 'd', 'c'};

static const char *const SHAPES[] = {
	/* the demo */
	"p33(d325(c11986 c11989 c11992 c11995 c11998 c12001 c12004 c12007 c12010 c12013 "
	"c12016))",
	/* two provinces with several districts */
	"p1(d11(c111 c112 c113) d12(c121 c122) d13(c131)) p2(d21(c211 c212) d22(c221))",
	/* communes directly below a province */
	"p1(c11 c12 c13 c14)",
	/* a nation on top */
	"n0(p1(d11(c111 c112) d12(c121)) p2(d21(c211 c212)) p3(c31 c32))",
	/* districts without communes */
	"p1(d11(c111 c112) d12 d13)",
	/* mixed depth */
	"n0(p1(d11(c111 c112) c12 c13) d2(c21) p3 c4) c5",
	/* 1 July 2025: districts go, communes are merged, codes are used again */
	"p33(d325-(c1- c2- c3- c4-) d326-(c5- c6-) c2+ c4+ c6+ c7+)",
	/* the same with communes that stay */
	"n0(p33(d325-(c1- c2-) c1+ c8) p34-(d341-(c3-)) p35(d326(c5 c6-) c6+))",
	/* alone */
	"c1",
	"d9(c1- c2+)",
};

/* --- from a drawing -------------------------------------------------------------- */

struct drawing {
	const char *at;
	struct cchc_arena arena;
	struct cchc_sheet_row row[WORLD_UNITS + 1];
	size_t n;
};

static const char *level_of(char letter)
{
	for (size_t i = 0; i < CCHC_LEVELS; i++)
		if (LETTERS[i] == letter)
			return cchc_level_name((enum cchc_level)i);
	return "";
}

static const char *read_unit(struct drawing *d, const char *parent)
{
	const char **cell = cchc_arena_array(&d->arena, 7, sizeof(*cell));
	size_t digits = strspn(d->at + 1, "0123456789");
	char era = d->at[1 + digits];

	cchc_check(cell && d->n <= WORLD_UNITS);
	cell[0] = cchc_arena_text(&d->arena, d->at + 1, digits);
	cell[1] = parent;
	cell[2] = level_of(d->at[0]);
	cell[3] = "";
	cell[4] = cell[0];
	cell[5] = era == '+' ? "2025-07-01" : "";
	cell[6] = era == '-' ? "2025-06-30" : "";
	d->row[d->n] = (struct cchc_sheet_row){(uint32_t)d->n + 1, 7, cell};
	d->n++;
	d->at += 1 + digits + (era == '+' || era == '-');
	return cell[0];
}

static void read_units(struct drawing *d, const char *parent)
{
	while (*d->at && *d->at != ')') {
		const char *code = read_unit(d, parent);

		if (*d->at == '(') {
			d->at++;
			read_units(d, code);
			d->at++;
		}
		d->at += strspn(d->at, " ");
	}
}

void world_draw(struct world *world, const char *drawing)
{
	static const char *header[] = {"code", "parent",     "level",   "kind",
				       "name", "valid_from", "valid_to"};
	struct drawing d = {.at = drawing, .row = {{1, 7, header}}, .n = 1};
	struct cchc_sheet sheet = {.file = "drawing", .row = d.row};
	struct cchc_problems problems;
	uint32_t next = 1;

	cchc_arena_init(&d.arena, 1u << 20);
	cchc_problems_init(&problems);
	read_units(&d, "");
	sheet.n = d.n;
	if (cchc_units_load(&world->units, &sheet, &problems))
		fprintf(stderr, "%s\n%s\n", drawing, problems.list[0].text);
	cchc_check(problems.errors == 0);
	cchc_check(cchc_units_identify(&world->units, NULL, NULL, &next) == CCHC_OK);
	cchc_trees_init(&world->trees, &world->units);
	cchc_problems_fini(&problems);
	cchc_arena_fini(&d.arena);
	(void)snprintf(world->drawing, sizeof(world->drawing), "%s", drawing);
}

void world_fini(struct world *world)
{
	cchc_trees_fini(&world->trees);
	cchc_units_fini(&world->units);
}

/* --- random drawings ------------------------------------------------------------- */

struct sketch {
	struct test_random *random;
	char text[WORLD_DRAWING];
	size_t len;
	unsigned units;
	unsigned gone; /* codes 1..gone end with '-', free to be used again */
	unsigned used; /* of them, so far */
	unsigned next; /* other codes */
};

enum { SKETCH_UNITS = 20 };

static void say(struct sketch *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct sketch *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	s->len += (size_t)vsnprintf(s->text + s->len, sizeof(s->text) - s->len, format,
				    args);
	va_end(args);
	cchc_check(s->len < sizeof(s->text));
}

static unsigned draw(struct sketch *s, unsigned below)
{
	return test_random_below(s->random, below);
}

/* Who stands below somebody that came or went did so too. */
static char pick_era(struct sketch *s, char above)
{
	static const char ERAS[] = {'-', '+', 0, 0, 0, 0};

	return above ? above : ERAS[draw(s, sizeof(ERAS))];
}

static unsigned pick_code(struct sketch *s, char era)
{
	if (era == '-')
		return ++s->gone;
	if (era == '+' && s->used < s->gone && draw(s, 2))
		return ++s->used;
	return s->next++;
}

/* least: the highest level the units may have. */
static void sketch_units(struct sketch *s, unsigned least, unsigned n, char above)
{
	for (unsigned i = 0; i < n && s->units < SKETCH_UNITS; i++) {
		unsigned level = least + draw(s, 3) / 2;
		char era = pick_era(s, above);

		if (level >= CCHC_LEVELS)
			level = CCHC_COMMUNE;
		s->units++;
		say(s, "%s%c%u", i ? " " : "", LETTERS[level], pick_code(s, era));
		if (era)
			say(s, "%c", era);
		if (level < CCHC_COMMUNE && s->units < SKETCH_UNITS && draw(s, 5)) {
			say(s, "(");
			sketch_units(s, level + 1, 1 + draw(s, 4), era);
			say(s, ")");
		}
	}
}

void world_make(struct world *world, struct test_random *random)
{
	struct sketch s = {.random = random, .next = 100};

	if (draw(&s, 2)) {
		world_draw(world, SHAPES[draw(&s, CCHC_COUNT(SHAPES))]);
		return;
	}
	sketch_units(&s, draw(&s, 3), 1 + draw(&s, 2), 0);
	world_draw(world, s.text);
}
