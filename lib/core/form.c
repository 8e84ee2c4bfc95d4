#include "core/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static const char *const SCOPE_NAMES[CCHC_SCOPES] = {"total", "own", "below", "report"};

const char *cchc_scope_name(enum cchc_scope scope)
{
	cchc_check((unsigned)scope < CCHC_SCOPES);
	return SCOPE_NAMES[scope];
}

bool cchc_scope_parse(const char *name, enum cchc_scope *scope)
{
	for (unsigned i = 0; i < CCHC_SCOPES; i++) {
		if (strcmp(SCOPE_NAMES[i], name) != 0)
			continue;
		*scope = (enum cchc_scope)i;
		return true;
	}
	return false;
}

const char *cchc_kind_name(enum cchc_kind kind)
{
	static const char *const NAMES[] = {"heading", "count", "money", "ratio",
					    "percent", "yesno", "choice"};

	cchc_check((unsigned)kind < CCHC_COUNT(NAMES));
	return NAMES[kind];
}

void cchc_form_free(struct cchc_form **form)
{
	if (!*form)
		return;
	cchc_arena_fini(&(*form)->arena);
	free(*form);
	*form = NULL;
}

const struct cchc_row *cchc_form_row_by_id(const struct cchc_form *form, uint32_t id)
{
	if (id >= form->ids || form->by_id[id] == CCHC_NO_ROW)
		return NULL;
	return &form->row[form->by_id[id]];
}

const struct cchc_row *cchc_form_row_by_code(const struct cchc_form *form,
					     const char *full_code)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->row[i].full_code, full_code) == 0)
			return &form->row[i];
	return NULL;
}

const struct cchc_row *cchc_form_row_in_part(const struct cchc_form *form, size_t part,
					     const char *code)
{
	const struct cchc_part *of;

	if (part >= form->n_parts)
		return NULL;
	of = &form->part[part];
	for (size_t i = of->first_row; i < (size_t)of->first_row + of->n_rows; i++)
		if (strcmp(form->row[i].code, code) == 0)
			return &form->row[i];
	return NULL;
}

const char *cchc_row_name(const struct cchc_row *row, enum cchc_level level)
{
	return row->title[level] ? row->title[level] : row->name;
}

bool cchc_form_is_for(const struct cchc_form *form, struct cchc_period period)
{
	cchc_day last = cchc_period_last_day(period, form->closing_day);

	return last >= form->valid_from &&
	       (form->valid_to == CCHC_DAY_NONE || last <= form->valid_to);
}

/* Row indexes are positions in a file: two forms are compared by ids. */
static uint16_t id_at(const struct cchc_form *form, uint16_t index)
{
	return index == CCHC_NO_ROW ? 0 : form->row[index].id;
}

struct comparison {
	const struct cchc_form *newer;
	const struct cchc_form *older;
	const struct cchc_row *now;
	const struct cchc_row *before;
};

static bool has_same_choices(const struct comparison *c)
{
	/* a choice may be added; figures that chose an old one keep their meaning */
	for (size_t i = 0; i < c->before->n_choice; i++) {
		bool found = false;

		for (size_t j = 0; j < c->now->n_choice; j++)
			found |= c->now->choice[j].code == c->before->choice[i].code;
		if (!found)
			return false;
	}
	return true;
}

static bool has_same_equals(const struct comparison *c)
{
	if (c->now->n_equals != c->before->n_equals)
		return false;
	for (size_t i = 0; i < c->now->n_equals; i++)
		if (id_at(c->newer, c->now->equals[i]) !=
		    id_at(c->older, c->before->equals[i]))
			return false;
	return true;
}

static const char *difference(const struct comparison *c)
{
	if (c->now->kind != c->before->kind)
		return "kind";
	if (c->now->decimals != c->before->decimals)
		return "decimals";
	if (c->now->over_units != c->before->over_units)
		return "over_units";
	if (c->now->over_time != c->before->over_time)
		return "over_time";
	if (c->now->reserved != c->before->reserved)
		return "reserved";
	if (c->now->factor != c->before->factor)
		return "factor";
	if (id_at(c->newer, c->now->numerator) != id_at(c->older, c->before->numerator))
		return "numerator";
	if (id_at(c->newer, c->now->denominator) !=
	    id_at(c->older, c->before->denominator))
		return "denominator";
	if (id_at(c->newer, c->now->derived_from) !=
	    id_at(c->older, c->before->derived_from))
		return "derived_from";
	if (!has_same_equals(c))
		return "equals";
	/* it may come, for `register_from` says from when on; what was counted stays so
	 */
	if (c->before->counts != CCHC_REGISTER_NONE &&
	    c->now->counts != c->before->counts)
		return "register";
	return has_same_choices(c) ? NULL : "choices";
}

static enum cchc_rc compare_headers(const struct cchc_form *newer,
				    const struct cchc_form *older, struct cchc_err *err)
{
	bool same_file = memcmp(newer->digest, older->digest, sizeof(newer->digest)) == 0;

	if (strcmp(newer->name, older->name) != 0)
		return cchc_fail(err, CCHC_INVALID, "form %s cannot succeed form %s",
				 newer->name, older->name);
	if (newer->revision < older->revision ||
	    (newer->revision == older->revision && !same_file))
		return cchc_fail(err, CCHC_INVALID,
				 "form %s: revision %u cannot follow revision %u",
				 newer->name, newer->revision, older->revision);
	if (newer->closing_day != older->closing_day)
		return cchc_fail(err, CCHC_INVALID, "form %s: closing_day has changed",
				 newer->name);
	if (newer->base_level != older->base_level)
		return cchc_fail(err, CCHC_INVALID, "form %s: base_level has changed",
				 newer->name);
	return CCHC_OK;
}

enum cchc_rc cchc_form_succeeds(const struct cchc_form *newer,
				const struct cchc_form *older, struct cchc_err *err)
{
	enum cchc_rc rc = compare_headers(newer, older, err);

	for (size_t i = 0; i < older->n && rc == CCHC_OK; i++) {
		struct comparison c = {newer, older, NULL, &older->row[i]};
		const char *what;

		c.now = cchc_form_row_by_id(newer, c.before->id);
		if (!c.now)
			return cchc_fail(err, CCHC_INVALID,
					 "form %s: row %u (%s) is missing", newer->name,
					 c.before->id, c.before->full_code);
		what = difference(&c);
		if (what)
			return cchc_fail(
				err, CCHC_INVALID, "form %s: row %u (%s): %s has changed",
				newer->name, c.before->id, c.before->full_code, what);
	}
	return rc;
}
