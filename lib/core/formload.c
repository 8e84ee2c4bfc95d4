/* formload.c - a form from its file's tree: the header, then every row, then what rows
 * say about each other. Nothing stops at the first mistake. */
#include "core/formload.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum {
	BYTES_MAX = 8 * 1024 * 1024,
	REVISION_MAX = 1000000,
	DUE_DAY_MAX = 28, /* every month has it */
	FOLDED = 256,
	HERE = 1, /* the one bit of maps that are of one kind only */
};

static const struct cchc_formload_key FORM_KEYS[] = {
	{"form", HERE, HERE},       {"revision", HERE, HERE}, {"title", HERE, HERE},
	{"valid_from", HERE, HERE}, {"valid_to", 0, HERE},    {"closing_day", 0, HERE},
	{"base_level", 0, HERE},    {"demands", 0, HERE},     {"words", 0, HERE},
	{"parts", HERE, HERE},
};

static const struct cchc_formload_key PART_KEYS[] = {
	{"code", HERE, HERE},
	{"name", HERE, HERE},
	{"rows", HERE, HERE},
};

static const struct cchc_formload_key DEMAND_KEYS[] = {
	{"period", HERE, HERE},
	{"due_day", HERE, HERE},
};

/* domain.md's defaults, for lists the file does not give */
static const struct {
	const char *key;
	const char *words[4];
} WORDS[] = {
	{"absent", {"…", "x"}},
	{"absent_noted", {"-", "/"}},
	{"zero", {"không", "không có", "chưa có", "không phát sinh"}},
	{"na", {"không áp dụng", "kad", "n/a"}},
	{"withdrawn", {"rút", "đã rút"}},
};

/* In the order of WORDS. */
static struct cchc_words *words_at(struct cchc_form *form, size_t i)
{
	struct cchc_words *const LISTS[] = {&form->absent, &form->absent_noted,
					    &form->zero, &form->na, &form->withdrawn};

	return LISTS[i];
}

/* --- the header ------------------------------------------------------------------ */

static void read_name(struct cchc_formload *load, const struct cchc_node *node)
{
	static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *name = cchc_formload_text(load, node, "form");
	size_t len = name ? strlen(name) : 0;

	if (!name)
		return;
	if (strspn(name, LETTERS) != len || len >= sizeof(load->form->name))
		cchc_problems_error(
			load->problems, node->place,
			"form must be a name of at most %zu lower-case letters, "
			"digits and hyphens",
			sizeof(load->form->name) - 1);
	else
		memcpy(load->form->name, name, len + 1);
}

static bool read_day(struct cchc_formload *load, const struct cchc_node *node,
		     const char *what, cchc_day *day)
{
	const char *text = cchc_formload_text(load, node, what);

	if (!text)
		return false;
	if (cchc_day_parse(text, day))
		return true;
	cchc_problems_error(load->problems, node->place,
			    "%s must be a day, as 2024-03-15", what);
	return false;
}

static void read_validity(struct cchc_formload *load, const struct cchc_node *root)
{
	const struct cchc_node *to = cchc_node_get(root, "valid_to");
	struct cchc_form *form = load->form;
	bool from_read = read_day(load, cchc_node_get(root, "valid_from"), "valid_from",
				  &form->valid_from);

	form->valid_to = CCHC_DAY_NONE;
	if (read_day(load, to, "valid_to", &form->valid_to) && from_read &&
	    form->valid_to < form->valid_from)
		cchc_problems_error(load->problems, to->place,
				    "valid_to is before valid_from");
}

static void read_closing(struct cchc_formload *load, const struct cchc_node *root)
{
	const struct cchc_node *node = cchc_node_get(root, "closing_day");
	int64_t day = CCHC_CLOSE_DEFAULT;

	if (cchc_formload_number(load, node, "closing_day", 1, CCHC_CLOSE_MONTH_END,
				 &day) &&
	    day > DUE_DAY_MAX && day != CCHC_CLOSE_MONTH_END)
		cchc_problems_error(
			load->problems, node->place,
			"closing_day must be 1 to 28, or 31 for the end of the "
			"month");
	load->form->closing_day = (int)day;
}

static void read_base_level(struct cchc_formload *load, const struct cchc_node *root)
{
	load->form->base_level = CCHC_COMMUNE;
	(void)cchc_formload_level(load, cchc_node_get(root, "base_level"), "base_level",
				  &load->form->base_level);
}

static bool read_slot(struct cchc_formload *load, const struct cchc_node *node,
		      uint8_t *slot)
{
	const char *names[CCHC_SLOTS];
	unsigned found;

	for (uint8_t i = 0; i < CCHC_SLOTS; i++)
		names[i] = cchc_slot_name(i);
	if (!cchc_formload_word(load, node, "period", names, CCHC_SLOTS, &found))
		return false;
	*slot = (uint8_t)found;
	return true;
}

static void read_demand(struct cchc_formload *load, const struct cchc_node *node)
{
	struct cchc_form *form = load->form;
	const struct cchc_node *due = cchc_node_get(node, "due_day");
	const struct cchc_node *period = cchc_node_get(node, "period");
	int64_t day = 0;
	uint8_t slot;
	bool due_read;

	if (!cchc_formload_keys(load, node, DEMAND_KEYS, CCHC_COUNT(DEMAND_KEYS), HERE,
				"a demand"))
		return;
	due_read = cchc_formload_number(load, due, "due_day", 1, DUE_DAY_MAX, &day);
	if (due_read && day < form->closing_day && form->closing_day <= DUE_DAY_MAX)
		cchc_problems_error(load->problems, due->place,
				    "due_day %lld is before the period closes (%d)",
				    (long long)day, form->closing_day);
	if (!read_slot(load, period, &slot))
		return;
	for (size_t i = 0; i < form->n_demands; i++) {
		if (form->demand[i].slot != slot)
			continue;
		cchc_problems_error(load->problems, period->place,
				    "period %s is demanded twice", period->text);
		return;
	}
	form->demand[form->n_demands++] = (struct cchc_demand){slot, (uint8_t)day};
}

static void read_demands(struct cchc_formload *load, const struct cchc_node *root)
{
	const struct cchc_node *list = cchc_node_get(root, "demands");

	if (!cchc_formload_list(load, list, "demands"))
		return;
	for (size_t i = 0; i < list->n; i++)
		read_demand(load, list->item[i]);
}

/* --- words ----------------------------------------------------------------------- */

static bool is_known_word(struct cchc_form *form, const char *folded)
{
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++) {
		const struct cchc_words *words = words_at(form, i);

		for (size_t j = 0; j < words->n; j++)
			if (strcmp(words->list[j], folded) == 0)
				return true;
	}
	return false;
}

static void read_word(struct cchc_formload *load, const struct cchc_node *node,
		      struct cchc_words *words)
{
	const char *text = cchc_formload_text(load, node, "a word");
	char folded[FOLDED];

	if (!text)
		return;
	if (cchc_text_fold(text, strlen(text), folded, sizeof(folded)) >= sizeof(folded))
		cchc_problems_error(load->problems, node->place, "the word is too long");
	else if (strpbrk(folded, "0123456789"))
		cchc_problems_error(load->problems, node->place,
				    "the word \"%.40s\" could be a figure", text);
	else if (is_known_word(load->form, folded))
		cchc_problems_error(load->problems, node->place,
				    "the word \"%.40s\" is given twice", text);
	else
		words->list[words->n++] = cchc_formload_copy(load, folded);
}

static void take_defaults(struct cchc_formload *load, size_t i)
{
	struct cchc_words *words = words_at(load->form, i);

	words->list =
		cchc_formload_array(load, CCHC_COUNT(WORDS[i].words), sizeof(char *));
	for (size_t j = 0; words->list && j < CCHC_COUNT(WORDS[i].words); j++) {
		const char *word = WORDS[i].words[j];
		char folded[FOLDED];

		if (!word)
			break;
		(void)cchc_text_fold(word, strlen(word), folded, sizeof(folded));
		words->list[words->n++] = cchc_formload_copy(load, folded);
	}
}

static void read_words(struct cchc_formload *load, const struct cchc_node *root)
{
	struct cchc_formload_key keys[CCHC_COUNT(WORDS)];
	const struct cchc_node *map = cchc_node_get(root, "words");

	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++)
		keys[i] = (struct cchc_formload_key){WORDS[i].key, 0, HERE};
	if (map)
		(void)cchc_formload_keys(load, map, keys, CCHC_COUNT(keys), HERE,
					 "words");
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++) {
		const struct cchc_node *list = cchc_node_get(map, WORDS[i].key);
		struct cchc_words *words = words_at(load->form, i);

		if (!list)
			take_defaults(load, i);
		else if (cchc_formload_list(load, list, WORDS[i].key))
			words->list = cchc_formload_array(load, list->n, sizeof(char *));
		for (size_t j = 0; list && words->list && j < list->n; j++)
			read_word(load, list->item[j], words);
	}
}

/* --- parts and rows -------------------------------------------------------------- */

static void read_part_code(struct cchc_formload *load, const struct cchc_node *node,
			   struct cchc_part *part)
{
	const struct cchc_form *form = load->form;
	const char *code = cchc_formload_text(load, node, "code");
	size_t len = code ? strlen(code) : 0;

	if (!code)
		return;
	if (len >= sizeof(part->code) ||
	    strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != len) {
		cchc_problems_error(
			load->problems, node->place,
			"the code of a part must be at most %zu capital letters "
			"and digits",
			sizeof(part->code) - 1);
		return;
	}
	for (size_t i = 0; i < form->n_parts; i++)
		if (strcmp(form->part[i].code, code) == 0)
			cchc_problems_error(load->problems, node->place,
					    "part %s is given twice", code);
	memcpy(part->code, code, len + 1);
}

static void read_part(struct cchc_formload *load, const struct cchc_node *node)
{
	struct cchc_form *form = load->form;
	struct cchc_part *part = &form->part[form->n_parts];
	const struct cchc_node *rows = cchc_node_get(node, "rows");
	const char *name;

	if (!cchc_formload_keys(load, node, PART_KEYS, CCHC_COUNT(PART_KEYS), HERE,
				"a part"))
		return;
	read_part_code(load, cchc_node_get(node, "code"), part);
	name = cchc_formload_text(load, cchc_node_get(node, "name"), "name");
	part->name = name ? name : "";
	part->first_row = (uint16_t)form->n;
	if (cchc_formload_list(load, rows, "rows"))
		for (size_t i = 0; i < rows->n && form->n < load->room; i++)
			cchc_formload_row(load, form->n_parts, rows->item[i]);
	part->n_rows = (uint16_t)(form->n - part->first_row);
	form->n_parts++;
}

static size_t count_rows(const struct cchc_node *parts)
{
	size_t n = 0;

	for (size_t i = 0; i < parts->n; i++) {
		const struct cchc_node *rows = cchc_node_get(parts->item[i], "rows");

		n += rows && rows->kind == CCHC_NODE_LIST ? rows->n : 0;
	}
	return n;
}

static void read_parts(struct cchc_formload *load, const struct cchc_node *root)
{
	const struct cchc_node *parts = cchc_node_get(root, "parts");
	size_t n;

	if (!cchc_formload_list(load, parts, "parts"))
		return;
	n = count_rows(parts);
	if (n > CCHC_ROWS_MAX)
		cchc_problems_error(load->problems, parts->place,
				    "%zu rows; a form has at most %d", n, CCHC_ROWS_MAX);
	if (parts->n > CCHC_PARTS_MAX)
		cchc_problems_error(load->problems, parts->place,
				    "%zu parts; a form has at most %d", parts->n,
				    CCHC_PARTS_MAX);
	load->room = n < CCHC_ROWS_MAX ? n : CCHC_ROWS_MAX;
	load->form->row = cchc_formload_array(load, load->room, sizeof(struct cchc_row));
	load->node = cchc_formload_array(load, load->room, sizeof(struct cchc_node *));
	load->kind_known = cchc_formload_array(load, load->room, sizeof(bool));
	for (size_t i = 0; !load->no_memory && i < parts->n && i < CCHC_PARTS_MAX; i++)
		read_part(load, parts->item[i]);
}

/* The place of a row's key, for what is wrong with that key. */
static struct cchc_place place_of(const struct cchc_formload *load, size_t row,
				  const char *key)
{
	return cchc_node_get(load->node[row], key)->place;
}

static void find_twins(struct cchc_formload *load, size_t at)
{
	const struct cchc_row *rows = load->form->row;
	bool id_found = rows[at].id == 0;
	bool code_found = !rows[at].full_code[0];

	for (size_t i = 0; i < at; i++) {
		if (!id_found && rows[i].id == rows[at].id) {
			cchc_problems_error(load->problems, place_of(load, at, "id"),
					    "id %u is given twice, first in line %u",
					    rows[at].id, rows[i].place.line);
			id_found = true;
		}
		if (!code_found && strcmp(rows[i].full_code, rows[at].full_code) == 0) {
			cchc_problems_error(load->problems, place_of(load, at, "code"),
					    "row %s is given twice, first in line %u",
					    rows[at].full_code, rows[i].place.line);
			code_found = true;
		}
	}
}

static void index_ids(struct cchc_formload *load)
{
	struct cchc_form *form = load->form;

	for (size_t i = 0; i < form->n; i++)
		if (form->row[i].id >= form->ids)
			form->ids = (size_t)form->row[i].id + 1;
	form->by_id = cchc_formload_array(load, form->ids, sizeof(uint16_t));
	if (!form->by_id)
		return;
	for (size_t i = 0; i < form->ids; i++)
		form->by_id[i] = CCHC_NO_ROW;
	for (uint16_t i = 0; i < form->n; i++)
		form->by_id[form->row[i].id] = i;
}

static void read_form(struct cchc_formload *load, const struct cchc_node *root)
{
	struct cchc_form *form = load->form;
	int64_t revision = 0;
	const char *title;

	if (!cchc_formload_keys(load, root, FORM_KEYS, CCHC_COUNT(FORM_KEYS), HERE,
				"a form"))
		return;
	read_name(load, cchc_node_get(root, "form"));
	if (cchc_formload_number(load, cchc_node_get(root, "revision"), "revision", 1,
				 REVISION_MAX, &revision))
		form->revision = (uint32_t)revision;
	title = cchc_formload_text(load, cchc_node_get(root, "title"), "title");
	form->title = title ? title : "";
	read_validity(load, root);
	read_closing(load, root);
	read_base_level(load, root);
	read_demands(load, root);
	read_words(load, root);
	read_parts(load, root);
	for (size_t i = 0; i < form->n; i++)
		find_twins(load, i);
	cchc_formload_links(load);
}

enum cchc_rc cchc_form_load(const struct cchc_node *root, struct cchc_problems *problems,
			    struct cchc_form **form)
{
	struct cchc_formload load = {.problems = problems,
				     .errors_before = problems->errors};

	if (!root) {
		cchc_problems_error(problems, (struct cchc_place){"form", 0, 0},
				    "the file is empty");
		return CCHC_INVALID;
	}
	load.form = calloc(1, sizeof(*load.form));
	if (!load.form)
		return CCHC_NOMEM;
	cchc_arena_init(&load.form->arena, BYTES_MAX);
	load.file = cchc_formload_copy(&load, root->place.file);
	if (!load.no_memory)
		read_form(&load, root);
	if (!cchc_formload_failed(&load))
		index_ids(&load);
	if (!cchc_formload_failed(&load)) {
		*form = load.form;
		return CCHC_OK;
	}
	cchc_form_free(&load.form);
	return load.no_memory ? CCHC_NOMEM : CCHC_INVALID;
}
