/* formrow.c - one row of a form file.
 *
 * Which keys a row has depends on its kind, and so do the rules that fit it: both are
 * tables here. References to other rows are only noted; formlinks.c follows them.
 */
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/formload.h"
#include "core/number.h"

enum {
	HEADING = 1 << CCHC_HEADING,
	COUNT = 1 << CCHC_COUNT,
	MONEY = 1 << CCHC_MONEY,
	RATIO = 1 << CCHC_RATIO,
	PERCENT = 1 << CCHC_PERCENT,
	YESNO = 1 << CCHC_YESNO,
	CHOICE = 1 << CCHC_CHOICE,
	AMOUNT = COUNT | MONEY,
	GIVEN = AMOUNT | PERCENT | YESNO | CHOICE, /* has rules of its own */
	FILLED = GIVEN | RATIO,
	ALL = FILLED | HEADING,
};

enum {
	KINDS = CCHC_CHOICE + 1,
	ID_MAX = 65534,
	DECIMALS_MAX = 6,
	MONEY_DECIMALS = 6, /* triệu đồng, held in đồng */
	CHOICE_CODE_MAX = 9999,
	FOLDED = 256,
};

static const struct cchc_formload_key ROW_KEYS[] = {
	{"id", ALL, ALL},
	{"code", ALL, ALL},
	{"kind", ALL, ALL},
	{"name", ALL, ALL},
	{"note", 0, ALL},
	{"aliases", 0, ALL},
	{"titles", 0, ALL},
	{"unit", FILLED, FILLED},
	{"levels", FILLED, FILLED},
	{"report_scope", 0, FILLED},
	{"reserved", 0, FILLED},
	{"over_units", GIVEN, GIVEN},
	{"over_time", GIVEN, GIVEN},
	{"decimals", MONEY | RATIO | PERCENT, AMOUNT | RATIO | PERCENT},
	{"numerator", RATIO, RATIO},
	{"denominator", RATIO, RATIO},
	{"factor", RATIO, RATIO},
	{"equals", 0, AMOUNT},
	{"derived_from", 0, AMOUNT},
	{"max", 0, AMOUNT | RATIO},
	{"register", 0, COUNT},
	{"choices", YESNO | CHOICE, YESNO | CHOICE},
};

static const char *const UNITS_NAMES[] = {"none", "sum", "same", "spread", "tally"};
static const char *const TIME_NAMES[] = {"none", "sum", "last", "any", "parts"};

/* The rules a kind may have over units and over time, as bits. */
#define U(rule) (1u << CCHC_UNITS_##rule)
#define T(rule) (1u << CCHC_TIME_##rule)
static const struct {
	unsigned units;
	unsigned time;
} FITTING[] = {
	[CCHC_COUNT] = {U(SUM) | U(SAME) | U(SPREAD), T(NONE) | T(SUM) | T(LAST)},
	[CCHC_MONEY] = {U(SUM), T(NONE) | T(SUM) | T(LAST)},
	[CCHC_PERCENT] = {U(SPREAD), T(NONE) | T(LAST)},
	[CCHC_YESNO] = {U(TALLY), T(NONE) | T(LAST) | T(ANY)},
	[CCHC_CHOICE] = {U(TALLY), T(NONE) | T(LAST)},
};
#undef U
#undef T

/* A row while it is read. */
struct reading_row {
	struct cchc_formload *load;
	const struct cchc_node *node;
	struct cchc_row *row;
	unsigned bit; /* of its kind; ALL while that is not known */
};

static const struct cchc_node *get(const struct reading_row *r, const char *key)
{
	return cchc_node_get(r->node, key);
}

static const char *text_or_empty(const struct reading_row *r, const char *key)
{
	const char *text = cchc_formload_text(r->load, get(r, key), key);

	return text ? text : "";
}

/* Letters and digits in groups between single dots: 4.2, 1.4.1 */
static bool is_code(const char *code)
{
	bool group = false;

	for (; *code; code++) {
		bool letter = (*code >= '0' && *code <= '9') ||
			      (*code >= 'a' && *code <= 'z') ||
			      (*code >= 'A' && *code <= 'Z');

		if (!letter && (*code != '.' || !group))
			return false;
		group = letter;
	}
	return group;
}

static void read_code(struct reading_row *r)
{
	const struct cchc_node *node = get(r, "code");
	const char *part = r->load->form->part[r->row->part].code;
	const char *code = cchc_formload_text(r->load, node, "code");

	r->row->code = code ? code : "";
	if (!code)
		return;
	if (!is_code(code) || strlen(part) + strlen(code) + 2 > CCHC_ROW_CODE) {
		cchc_problems_error(r->load->problems, node->place,
				    "code \"%.40s\" must be digits and letters in groups "
				    "between dots, at most %d bytes with its part",
				    code, CCHC_ROW_CODE - 1);
		return;
	}
	memcpy(r->row->full_code, part, strlen(part));
	r->row->full_code[strlen(part)] = '.';
	memcpy(r->row->full_code + strlen(part) + 1, code, strlen(code) + 1);
}

static void read_rules(struct reading_row *r)
{
	const struct cchc_node *units = get(r, "over_units");
	const struct cchc_node *time = get(r, "over_time");
	const char *phrase = cchc_formload_kind(r->row->kind);
	unsigned rule;

	if (r->row->kind == CCHC_RATIO)
		r->row->over_time = CCHC_TIME_PARTS;
	if (!(r->bit & GIVEN))
		return;
	if (cchc_formload_word(r->load, units, "over_units", UNITS_NAMES,
			       CCHC_COUNT(UNITS_NAMES), &rule)) {
		r->row->over_units = (enum cchc_over_units)rule;
		if (r->bit != ALL && !(FITTING[r->row->kind].units & 1u << rule))
			cchc_problems_error(r->load->problems, units->place,
					    "over_units \"%s\" does not fit %s",
					    units->text, phrase);
	}
	if (cchc_formload_word(r->load, time, "over_time", TIME_NAMES,
			       CCHC_COUNT(TIME_NAMES), &rule)) {
		r->row->over_time = (enum cchc_over_time)rule;
		if (r->bit != ALL && !(FITTING[r->row->kind].time & 1u << rule))
			cchc_problems_error(r->load->problems, time->place,
					    "over_time \"%s\" does not fit %s",
					    time->text, phrase);
	}
}

static void read_decimals(struct reading_row *r)
{
	const struct cchc_node *node = get(r, "decimals");
	int64_t decimals;

	if (!cchc_formload_number(r->load, node, "decimals", 0, DECIMALS_MAX, &decimals))
		return;
	r->row->decimals = (uint8_t)decimals;
	if (r->bit == MONEY && decimals != MONEY_DECIMALS)
		cchc_problems_error(
			r->load->problems, node->place,
			"decimals of a money row must be %d: written in triệu "
			"đồng, held in đồng",
			MONEY_DECIMALS);
}

static void read_levels(struct reading_row *r)
{
	const struct cchc_node *list = get(r, "levels");
	enum cchc_level level;

	if (!cchc_formload_list(r->load, list, "levels"))
		return;
	for (size_t i = 0; i < list->n; i++) {
		const struct cchc_node *node = list->item[i];

		if (!cchc_formload_level(r->load, node, "a level", &level))
			continue;
		if (r->row->levels & 1u << level)
			cchc_problems_error(r->load->problems, node->place,
					    "level %s is given twice", node->text);
		r->row->levels = (uint8_t)(r->row->levels | 1u << level);
	}
}

static void read_scope(struct reading_row *r)
{
	static const char *const SCOPES[] = {"total", "own", "below"};
	unsigned scope;

	_Static_assert(CCHC_SCOPE_TOTAL == 0 && CCHC_SCOPE_BELOW == 2,
		       "the order of SCOPES");
	if (cchc_formload_word(r->load, get(r, "report_scope"), "report_scope", SCOPES,
			       CCHC_COUNT(SCOPES), &scope))
		r->row->report_scope = (enum cchc_scope)scope;
}

static void read_factor(struct reading_row *r)
{
	const struct cchc_node *node = get(r, "factor");
	int64_t factor;

	r->row->factor = r->row->kind == CCHC_RATIO ? 1 : 0;
	if (!cchc_formload_number(r->load, node, "factor", 1, 100, &factor))
		return;
	r->row->factor = (int32_t)factor;
	if (factor != 1 && factor != 100)
		cchc_problems_error(r->load->problems, node->place,
				    "factor must be 100 (percent) or 1");
}

static void read_max(struct reading_row *r)
{
	const struct cchc_node *node = get(r, "max");
	int64_t most;

	if (!node)
		return;
	if (node->kind == CCHC_NODE_SCALAR &&
	    cchc_number_parse_plain(node->text, r->row->decimals, &most) && most > 0)
		r->row->max = most;
	else
		cchc_problems_error(
			r->load->problems, node->place,
			"max must be a number above 0 in the row's unit, with at "
			"most %u decimals",
			r->row->decimals);
}

static void read_aliases(struct reading_row *r)
{
	const struct cchc_node *list = get(r, "aliases");

	if (!cchc_formload_list(r->load, list, "aliases"))
		return;
	for (size_t i = 0; r->row->alias && i < list->n; i++) {
		const char *alias =
			cchc_formload_text(r->load, list->item[i], "an alias");

		if (alias)
			r->row->alias[r->row->n_alias++] = alias;
	}
}

static void read_title(struct reading_row *r, const struct cchc_node *key,
		       const struct cchc_node *value)
{
	const char *title = cchc_formload_text(r->load, value, "a title");
	enum cchc_level level;

	if (!cchc_formload_level(r->load, key, "a level", &level) || !title)
		return;
	r->row->title[level] = title;
	r->row->alias[r->row->n_alias++] = title; /* read like the name, too */
}

static void read_names(struct reading_row *r)
{
	const struct cchc_node *titles = get(r, "titles");
	const struct cchc_node *aliases = get(r, "aliases");
	size_t room = (titles ? titles->n : 0) + (aliases ? aliases->n : 0);

	if (room > 0)
		r->row->alias = cchc_formload_array(r->load, room, sizeof(char *));
	read_aliases(r);
	if (!titles)
		return;
	if (titles->kind != CCHC_NODE_MAP) {
		cchc_problems_error(r->load->problems, titles->place,
				    "titles must be a map of levels and names");
		return;
	}
	for (size_t i = 0; r->row->alias && i < titles->n; i++)
		read_title(r, titles->key[i], titles->item[i]);
}

/* Its figures are numbers of tasks, whatever other rows say and whoever may fill it. */
static void check_register(const struct reading_row *r, const struct cchc_node *node)
{
	struct cchc_problems *problems = r->load->problems;

	if (r->row->over_units != CCHC_UNITS_SUM)
		cchc_problems_error(problems, node->place,
				    "a row from the register adds up over units");
	if (r->row->decimals > 0)
		cchc_problems_error(problems, node->place,
				    "a row from the register has no decimals");
	if (r->row->reserved || get(r, "equals") || get(r, "derived_from"))
		cchc_problems_error(problems, node->place,
				    "a row from the register is neither reserved nor "
				    "made of other rows");
}

static void read_register(struct reading_row *r)
{
	static const char *const NAMES[] = {"given", "on-time", "late", "overdue"};
	const struct cchc_node *node = get(r, "register");
	unsigned which;

	_Static_assert(CCHC_REGISTER_GIVEN == 0 && CCHC_REGISTER_OVERDUE == 3,
		       "the order of NAMES");
	r->row->counts = CCHC_REGISTER_NONE;
	if (!cchc_formload_word(r->load, node, "register", NAMES, CCHC_COUNT(NAMES),
				&which))
		return;
	r->row->counts = (uint8_t)which;
	if (r->bit & COUNT) /* what other kinds may not have was said */
		check_register(r, node);
}

static bool is_word(const struct cchc_words *words, const char *folded)
{
	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->list[i], folded) == 0)
			return true;
	return false;
}

/* A label that also says "absent" could never be chosen. */
static bool is_taken(const struct cchc_form *form, const char *label)
{
	char folded[FOLDED];

	(void)cchc_text_fold(label, strlen(label), folded, sizeof(folded));
	return is_word(&form->absent, folded) || is_word(&form->absent_noted, folded) ||
	       is_word(&form->na, folded) || is_word(&form->withdrawn, folded);
}

static void read_choice(struct reading_row *r, const struct cchc_node *key,
			const struct cchc_node *value)
{
	struct cchc_problems *problems = r->load->problems;
	const char *label = cchc_formload_text(r->load, value, "a label");
	struct cchc_choice *choice = &r->row->choice[r->row->n_choice];
	int64_t code;

	if (!cchc_formload_number(r->load, key, "the code of a choice", 0,
				  CHOICE_CODE_MAX, &code) ||
	    !label)
		return;
	if (is_taken(r->load->form, label))
		cchc_problems_error(
			problems, value->place,
			"label \"%.60s\" is also a word for a cell without figure",
			label);
	for (size_t i = 0; i < r->row->n_choice; i++) {
		if (r->row->choice[i].code == code)
			cchc_problems_error(problems, key->place,
					    "choice %lld is given twice",
					    (long long)code);
		if (cchc_text_alike(r->row->choice[i].label, label))
			cchc_problems_error(problems, value->place,
					    "label \"%.60s\" is given twice", label);
	}
	choice->code = (int32_t)code;
	choice->label = label;
	r->row->n_choice++;
}

static bool is_zero_and_one(const struct cchc_row *row)
{
	return row->n_choice == 2 && row->choice[0].code + row->choice[1].code == 1 &&
	       row->choice[0].code * row->choice[1].code == 0;
}

static void read_choices(struct reading_row *r)
{
	const struct cchc_node *map = get(r, "choices");
	size_t errors = r->load->problems->errors;

	if (!map)
		return;
	if (map->kind != CCHC_NODE_MAP) {
		cchc_problems_error(r->load->problems, map->place,
				    "choices must be a map of codes and labels");
		return;
	}
	r->row->choice = cchc_formload_array(r->load, map->n, sizeof(struct cchc_choice));
	for (size_t i = 0; r->row->choice && i < map->n; i++)
		read_choice(r, map->key[i], map->item[i]);
	if (r->load->problems->errors != errors)
		return;
	if (r->bit == YESNO && !is_zero_and_one(r->row))
		cchc_problems_error(r->load->problems, map->place,
				    "the choices of a yes/no row are 0 and 1");
	if (r->bit == CHOICE && r->row->n_choice < 2)
		cchc_problems_error(r->load->problems, map->place,
				    "a choice has at least two choices");
}

const char *cchc_formload_kind(enum cchc_kind kind)
{
	static const char *const PHRASES[] = {"a heading", "a count",   "money",
					      "a ratio",   "a percent", "a yes/no row",
					      "a choice"};

	return PHRASES[kind];
}

static void read_kind(struct reading_row *r)
{
	const char *names[KINDS];
	unsigned kind;
	const char *who = "a row";

	for (unsigned i = 0; i < KINDS; i++)
		names[i] = cchc_kind_name((enum cchc_kind)i);
	r->bit = ALL;
	if (cchc_formload_word(r->load, get(r, "kind"), "kind", names, KINDS, &kind)) {
		r->row->kind = (enum cchc_kind)kind;
		r->bit = 1u << kind;
		who = cchc_formload_kind(r->row->kind);
	}
	(void)cchc_formload_keys(r->load, r->node, ROW_KEYS, CCHC_COUNT(ROW_KEYS), r->bit,
				 who);
}

static void read_values(struct reading_row *r)
{
	int64_t id;

	if (cchc_formload_number(r->load, get(r, "id"), "id", 1, ID_MAX, &id))
		r->row->id = (uint16_t)id;
	read_code(r);
	r->row->name = text_or_empty(r, "name");
	r->row->unit = text_or_empty(r, "unit");
	r->row->note = text_or_empty(r, "note");
	(void)cchc_formload_yes(r->load, get(r, "reserved"), "reserved",
				&r->row->reserved);
	read_names(r);
	read_levels(r);
	read_scope(r);
	read_rules(r);
	read_decimals(r);
	read_register(r);
	read_factor(r);
	read_max(r);
	read_choices(r);
}

void cchc_formload_row(struct cchc_formload *load, size_t part,
		       const struct cchc_node *node)
{
	struct cchc_form *form = load->form;
	struct reading_row r = {.load = load, .node = node, .row = &form->row[form->n]};

	*r.row = (struct cchc_row){
		.index = (uint16_t)form->n,
		.part = (uint16_t)part,
		.numerator = CCHC_NO_ROW,
		.denominator = CCHC_NO_ROW,
		.derived_from = CCHC_NO_ROW,
		.place = {load->file, node->place.line, node->place.column},
	};
	load->node[form->n] = node;
	read_kind(&r);
	load->kind_known[form->n] = r.bit != ALL;
	form->n++;
	read_values(&r);
}
