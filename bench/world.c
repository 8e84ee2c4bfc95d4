#include "bench/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "io/csv.h"
#include "io/file.h"
#include "io/keys.h"
#include "io/yaml.h"

enum { FILE_MAX = 8 * 1024 * 1024, ARENA_MAX = 256 * 1024 * 1024, COUNT_MOST = 999 };

_Noreturn void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "cchc-bench: %s: %s\n", what, why);
	exit(EXIT_FAILURE);
}

static void load_units(struct world *w, const char *file)
{
	struct cchc_problems problems;
	struct cchc_sheet sheet;
	struct cchc_err err;
	uint32_t next_id = 1;
	char *bytes;
	size_t len;

	cchc_problems_init(&problems);
	if (cchc_file_read(&w->arena, file, FILE_MAX, &bytes, &len, &err))
		die(file, err.text);
	if (cchc_csv_parse(&w->arena, file, bytes, len, &problems, &sheet) ||
	    cchc_units_load(&w->units, &sheet, &problems) ||
	    cchc_units_identify(&w->units, NULL, NULL, &next_id) ||
	    cchc_tree_new(&w->units, cchc_day_of(2024, 3, 14), &w->tree))
		die(file, problems.n ? problems.list[0].text : "cannot be loaded");
	cchc_problems_fini(&problems);
}

/* A common list has one value everywhere, as it should: units that differ are an
 * exception, and the country's list of a thousand differing values would be a load nobody
 * has. */
static void add_row(struct world *w, const struct cchc_row *row)
{
	bool counts = row->kind == CCHC_COUNT || row->kind == CCHC_MONEY;

	w->row[w->n_rows] = row->id;
	w->most[w->n_rows++] =
		row->over_units == CCHC_UNITS_SAME ? 0 : (counts ? COUNT_MOST : 1);
}

/* Which come first: figures that roll up, common lists, ratios, which are only declared.
 */
static int turn_of(const struct cchc_row *row)
{
	if (row->kind == CCHC_RATIO)
		return 2;
	return row->over_units == CCHC_UNITS_SAME;
}

static void load_form(struct world *w, const char *file)
{
	struct cchc_problems problems;
	struct cchc_node *root;
	struct cchc_err err;
	char *bytes;
	size_t len;

	cchc_problems_init(&problems);
	if (cchc_file_read(&w->arena, file, FILE_MAX, &bytes, &len, &err))
		die(file, err.text);
	if (cchc_yaml_parse(&w->arena, file, bytes, len, &problems, &root) ||
	    cchc_form_load(root, &problems, &w->form))
		die(file, problems.n ? problems.list[0].text : "cannot be loaded");
	cchc_problems_fini(&problems);
	for (int turn = 0; turn < 3; turn++) {
		for (size_t i = 0; i < w->form->n; i++) {
			const struct cchc_row *row = &w->form->row[i];

			if (row->kind != CCHC_HEADING && !row->reserved &&
			    turn_of(row) == turn)
				add_row(w, row);
		}
		if (turn == 0)
			w->n_plain = w->n_rows;
	}
}

void world_load(struct world *w, const char *units_file, const char *form_file)
{
	cchc_arena_init(&w->arena, ARENA_MAX);
	load_units(w, units_file);
	if (form_file)
		load_form(w, form_file);
}

void world_free(struct world *w)
{
	cchc_form_free(&w->form);
	cchc_tree_free(&w->tree);
	cchc_units_fini(&w->units);
	cchc_arena_fini(&w->arena);
}

void world_senders(const struct world *w, const struct cchc_unit **units, size_t n)
{
	size_t found = 0;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < w->tree->n && found < n; i++) {
			bool province = w->tree->node[i].level == CCHC_PROVINCE;

			if (cchc_tree_has_below(w->tree, i) && province == (pass == 0))
				units[found++] = cchc_units_by_id(&w->units,
								  w->tree->node[i].unit);
		}
	if (found < n)
		die("--agents", "the tree has not so many units with units below");
}

const struct cchc_unit **world_below(struct world *w, const struct cchc_unit *unit,
				     size_t *n)
{
	uint32_t node = cchc_tree_find(w->tree, unit->id);
	uint32_t end = w->tree->node[node].end;
	const struct cchc_unit **below =
		cchc_arena_array(&w->arena, end - node, sizeof(below[0]));

	cchc_check(below);
	*n = 0;
	for (uint32_t i = node + 1; i < end; i++)
		if (w->tree->node[i].level == CCHC_COMMUNE)
			below[(*n)++] =
				cchc_units_by_id(&w->units, w->tree->node[i].unit);
	if (*n == 0)
		die(unit->code, "no commune below");
	return below;
}

static void make_key(const char *dir, const char *name, struct cchc_key_pair *pair)
{
	struct cchc_err err;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	if (cchc_keys_make(pair, &err) || cchc_keys_save(path, pair, "bench", &err))
		die(path, err.text);
}

static void make_agent(const char *dir, FILE *out, const char *kind, size_t number,
		       const struct cchc_unit *unit)
{
	struct cchc_key_pair pair;
	char name[32];

	(void)snprintf(name, sizeof(name), "%s%zu", kind, number);
	make_key(dir, name, &pair);
	(void)fprintf(
		out,
		"  - {name: %s, key: \"%s\", role: agent, unit: \"%s\", below: yes}\n",
		name, pair.public_key, unit->code);
}

void world_make_keys(const struct world *w, const char *dir, size_t n)
{
	const struct cchc_unit **units = calloc(n, sizeof(const struct cchc_unit *));
	const struct cchc_unit *root = cchc_units_by_id(&w->units, w->tree->node[0].unit);
	struct cchc_key_pair pair;
	char path[512];
	FILE *out;

	cchc_check(units);
	world_senders(w, units, n);
	(void)snprintf(path, sizeof(path), "%s/keys.yaml", dir);
	out = fopen(path, "w");
	if (!out)
		die(path, "cannot be written");
	make_key(dir, "cchcd", &pair);
	make_key(dir, "ctl", &pair);
	(void)fprintf(out, "keys:\n  - {name: ctl, key: \"%s\", role: operator}\n",
		      pair.public_key);
	for (size_t i = 0; i < n; i++)
		make_agent(dir, out, "agent", i, units[i]);
	for (size_t i = 0; i < WIDE_KEYS; i++)
		make_agent(dir, out, "wide", i, root);
	if (fclose(out) != 0)
		die(path, "cannot be written");
	free(units);
}
