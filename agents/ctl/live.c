#include "ctl/live.h"

#include <stdlib.h>
#include <string.h>

enum cchc_rc cchc_ctl_live_new(const struct cchc_form *form, struct cchc_ctl_live **live)
{
	struct cchc_ctl_live *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	made->form = form;
	made->line = calloc(form->n + 1, sizeof(*made->line));
	if (!made->line) {
		cchc_ctl_live_free(&made);
		return CCHC_NOMEM;
	}
	made->n = form->n;
	for (size_t i = 0; i < made->n; i++) {
		struct cchc_ctl_cell cell;

		cchc_ctl_cell_empty(&form->row[i], NULL, &cell);
		made->line[i].row = cell.row;
		made->line[i].name = cell.name;
		made->line[i].state = cell.state;
	}
	*live = made;
	return CCHC_OK;
}

static void clear(struct cchc_ctl_line *line)
{
	free(line->plain);
	free(line->people);
	free(line->detail);
}

void cchc_ctl_live_free(struct cchc_ctl_live **live)
{
	if (!*live)
		return;
	for (size_t i = 0; i < (*live)->n; i++)
		clear(&(*live)->line[i]);
	free((*live)->line);
	free(*live);
	*live = NULL;
}

static char *people_text(const struct cchc_ctl_cell *cell)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	cchc_ctl_cell_people(cell, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static char *detail_text(const struct cchc_form *form, struct cchc_arena *scratch,
			 const struct cchc_ctl_cell *cell)
{
	char *text = NULL;
	struct cchc_ctl_pair *pairs;
	size_t n;
	size_t len;
	FILE *out;

	if (cchc_ctl_cell_pairs(scratch, form, cell, &pairs, &n) != CCHC_OK)
		return NULL;
	out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	cchc_ctl_pairs_print(pairs, n, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* An absent line has no texts until something was put there: the same as empty ones. */
static bool alike(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool shows_the_same(const struct cchc_ctl_line *a, const struct cchc_ctl_line *b)
{
	return a->state == b->state && a->reported == b->reported &&
	       a->expected == b->expected && a->incomplete == b->incomplete &&
	       alike(a->plain, b->plain) && alike(a->people, b->people) &&
	       alike(a->detail, b->detail);
}

enum cchc_rc cchc_ctl_live_put(struct cchc_ctl_live *live, struct cchc_arena *scratch,
			       const struct cchc_ctl_cell *cell, uint64_t commit,
			       bool *changed)
{
	struct cchc_ctl_line *line = &live->line[cell->row->index];
	char plain[CCHC_NUMBER_TEXT];
	struct cchc_ctl_line now = {
		.row = cell->row,
		.name = cell->name,
		.state = cell->state,
		.plain = strdup(cchc_ctl_cell_plain(cell, plain)),
		.people = people_text(cell),
		.detail = detail_text(live->form, scratch, cell),
		.reported = cell->reported,
		.expected = cell->expected,
		.incomplete = cell->incomplete,
		.commit = commit,
	};

	if (!now.plain || !now.people || !now.detail) {
		clear(&now);
		return CCHC_NOMEM;
	}
	*changed = !shows_the_same(line, &now);
	if (!*changed)
		now.commit = line->commit;
	clear(line);
	*line = now;
	return CCHC_OK;
}
