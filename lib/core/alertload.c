/* alertload.c - the rules of config/alerts.yaml from their tree. Nothing stops at the
 * first mistake. */
#include "core/alertload.h"

#include <string.h>

#include "base/check.h"

enum {
	DAYS_MOST = 366, /* between a step and the due date */
	DAY_MINUTES = 24 * 60,
	SILENT_DIGITS = 5,
};

struct loading {
	struct cchc_alert_rules *rules;
	struct cchc_arena *arena;
	struct cchc_channel_names channels;
	struct cchc_problems *problems;
	bool no_memory;
};

/* --- what both files have ---------------------------------------------------------- */

bool cchc_channel_names_has(const struct cchc_channel_names *channels, const char *name)
{
	for (size_t i = 0; i < channels->n; i++)
		if (strcmp(channels->name[i], name) == 0)
			return true;
	return false;
}

static unsigned role_of(struct cchc_fields *f, const struct cchc_node *node)
{
	unsigned role = node->kind == CCHC_NODE_SCALAR ? cchc_person_role(node->text) : 0;

	if (role == 0)
		cchc_problems_error(f->problems, node->place,
				    "clerk, commune-leader, district-specialist or "
				    "district-leader expected");
	return role;
}

unsigned cchc_fields_roles(struct cchc_fields *fields, const char *key)
{
	const struct cchc_node *list =
		cchc_fields_node(fields, key, CCHC_REQUIRED, CCHC_NODE_LIST);
	unsigned roles = 0;

	for (size_t i = 0; list && i < list->n; i++)
		roles |= role_of(fields, list->item[i]);
	if (list && list->n == 0)
		cchc_fields_wrong(fields, key, "no role");
	return roles;
}

/* --- values ------------------------------------------------------------------------ */

static const char *copy(struct loading *l, const char *text)
{
	const char *made =
		cchc_arena_text(l->arena, text ? text : "", text ? strlen(text) : 0);

	l->no_memory = l->no_memory || !made;
	return made;
}

/* Names stand in the keys of alerts, between slashes. */
static void read_name(struct cchc_fields *f, const char *key, char *out, size_t size)
{
	static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789+-";
	const char *name = cchc_fields_text(f, key, CCHC_REQUIRED);
	size_t len = name ? strlen(name) : 0;

	if (!name)
		return;
	if (len >= size || strspn(name, LETTERS) != len)
		cchc_fields_wrong(f, key,
				  "a short name of lower-case letters, digits, + and - "
				  "expected");
	else
		memcpy(out, name, len + 1);
}

static bool is_two_digits(const char *text)
{
	return text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
}

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

/* "08:00" as minutes; most: 24:00 as the end of a day, or the minute before it */
static int read_minute(struct cchc_fields *f, const char *key, int most)
{
	const char *text = cchc_fields_text(f, key, CCHC_REQUIRED);
	int minute;

	if (!text)
		return 0;
	if (strlen(text) == 5 && text[2] == ':' && is_two_digits(text) &&
	    is_two_digits(text + 3)) {
		minute = two_digits(text) * 60 + two_digits(text + 3);
		if (two_digits(text + 3) < 60 && minute <= most)
			return minute;
	}
	cchc_fields_wrong(f, key, "a time of the day like \"08:00\" expected");
	return 0;
}

static enum cchc_urgency read_urgency(struct cchc_fields *f)
{
	static const enum cchc_urgency ALL[] = {CCHC_URGENCY_INFO, CCHC_URGENCY_WARNING,
						CCHC_URGENCY_CRITICAL};
	const char *text = cchc_fields_text(f, "urgency", CCHC_OPTIONAL);

	for (size_t i = 0; text && i < CCHC_COUNT(ALL); i++)
		if (strcmp(cchc_urgency_name(ALL[i]), text) == 0)
			return ALL[i];
	if (text)
		cchc_fields_wrong(f, "urgency", "info, warning or critical expected");
	return CCHC_URGENCY_INFO;
}

static const char *read_channel(struct loading *l, const struct cchc_node *list, size_t i)
{
	const struct cchc_node *node = list->item[i];
	bool named = node->kind == CCHC_NODE_SCALAR &&
		     cchc_channel_names_has(&l->channels, node->text);

	if (!named)
		cchc_problems_error(l->problems, node->place,
				    "no channel of this name in this file");
	for (size_t k = 0; named && k < i; k++)
		if (list->item[k]->kind == CCHC_NODE_SCALAR &&
		    strcmp(list->item[k]->text, node->text) == 0)
			cchc_problems_error(l->problems, node->place,
					    "the channel is named twice");
	return named ? copy(l, node->text) : NULL;
}

/* Missing: every channel. */
static const char *const *read_channels(struct loading *l, struct cchc_fields *f,
					size_t *n)
{
	const struct cchc_node *list =
		cchc_fields_node(f, "channels", CCHC_OPTIONAL, CCHC_NODE_LIST);
	const char **made;

	if (!list)
		return NULL;
	if (list->n == 0)
		cchc_fields_wrong(f, "channels", "leave it out for every channel");
	made = cchc_arena_array(l->arena, list->n + 1, sizeof(*made));
	l->no_memory = l->no_memory || !made;
	for (size_t i = 0; made && i < list->n; i++)
		made[i] = read_channel(l, list, i);
	*n = made ? list->n : 0;
	return made;
}

/* --- classes and their steps ------------------------------------------------------- */

static int64_t order_of(const struct cchc_step *step)
{
	return (int64_t)step->days * DAY_MINUTES + step->minute;
}

static void read_step(struct loading *l, struct cchc_fields *f, struct cchc_step *step)
{
	read_name(f, "name", step->name, sizeof(step->name));
	step->days = (int)cchc_fields_number(f, "days", -DAYS_MOST, DAYS_MOST, 0);
	if (f->map && !cchc_node_get(f->map, "days"))
		cchc_fields_wrong(f, "days", "missing");
	step->minute = read_minute(f, "at", DAY_MINUTES - 1);
	step->urgency = read_urgency(f);
	step->roles = cchc_fields_roles(f, "roles");
	step->channel = read_channels(l, f, &step->n_channels);
	step->overdue = step->days > 0;
}

/* In order of moments, whatever the order of the file. */
static void insert_step(struct cchc_task_class *made, const struct cchc_step *step,
			struct cchc_fields *f)
{
	size_t at = made->n_steps;

	for (size_t i = 0; i < made->n_steps; i++) {
		if (strcmp(made->step[i].name, step->name) == 0)
			cchc_fields_wrong(f, "name", "another step has this name");
		if (order_of(&made->step[i]) == order_of(step))
			cchc_fields_wrong(f, "at",
					  "another step has this moment: name its roles "
					  "there");
	}
	for (; at > 0 && order_of(&made->step[at - 1]) > order_of(step); at--)
		made->step[at] = made->step[at - 1];
	made->step[at] = *step;
	made->n_steps++;
}

static void read_steps(struct loading *l, struct cchc_fields *f,
		       struct cchc_task_class *made)
{
	const struct cchc_node *list =
		cchc_fields_node(f, "steps", CCHC_REQUIRED, CCHC_NODE_LIST);

	if (list && list->n > CCHC_STEPS_MAX)
		cchc_problems_error(l->problems, list->place, "more than %d steps",
				    CCHC_STEPS_MAX);
	for (size_t i = 0; list && i < list->n && made->n_steps < CCHC_STEPS_MAX; i++) {
		size_t errors = l->problems->errors;
		struct cchc_step step = {0};
		struct cchc_fields fields;

		cchc_fields_begin(&fields, list->item[i], l->problems);
		read_step(l, &fields, &step);
		cchc_fields_end(&fields);
		if (l->problems->errors == errors)
			insert_step(made, &step, &fields);
	}
}

static void read_class(struct loading *l, const struct cchc_node *node)
{
	struct cchc_alert_rules *rules = l->rules;
	struct cchc_task_class *made = &rules->task_class[rules->n_classes];
	struct cchc_fields f;

	cchc_fields_begin(&f, node, l->problems);
	read_name(&f, "name", made->name, sizeof(made->name));
	if (made->name[0] && cchc_alert_class(rules, made->name))
		cchc_fields_wrong(&f, "name", "another class has this name");
	made->title = copy(l, cchc_fields_text(&f, "title", CCHC_REQUIRED));
	made->shifts = cchc_fields_flag(&f, "shifts", false);
	read_steps(l, &f, made);
	cchc_fields_end(&f);
	rules->n_classes++;
}

static void read_classes(struct loading *l, struct cchc_fields *f)
{
	const struct cchc_node *list =
		cchc_fields_node(f, "classes", CCHC_REQUIRED, CCHC_NODE_LIST);

	if (list && list->n > CCHC_CLASSES_MAX)
		cchc_problems_error(l->problems, list->place, "more than %d classes",
				    CCHC_CLASSES_MAX);
	for (size_t i = 0; list && i < list->n && i < CCHC_CLASSES_MAX; i++)
		read_class(l, list->item[i]);
}

/* Read after the classes, one of which it must name. */
static void read_choice(struct loading *l, struct cchc_fields *f, const char *key,
			char out[CCHC_TASK_CLASS])
{
	const char *name = cchc_fields_text(f, key, CCHC_REQUIRED);
	const struct cchc_task_class *found =
		name ? cchc_alert_class(l->rules, name) : NULL;

	if (found)
		memcpy(out, found->name, sizeof(found->name));
	else if (name)
		cchc_fields_wrong(f, key, "no class of this name");
}

/* --- digest, gate, silence --------------------------------------------------------- */

static void read_digest(struct loading *l, struct cchc_fields *f)
{
	const struct cchc_node *map =
		cchc_fields_node(f, "digest", CCHC_OPTIONAL, CCHC_NODE_MAP);
	struct cchc_alert_rules *rules = l->rules;
	struct cchc_fields digest;

	if (!map)
		return;
	cchc_fields_begin(&digest, map, l->problems);
	rules->digests = true;
	rules->digest_minute = read_minute(&digest, "at", DAY_MINUTES - 1);
	rules->digest_roles = cchc_fields_roles(&digest, "roles");
	rules->digest_channel = read_channels(l, &digest, &rules->n_digest_channels);
	cchc_fields_end(&digest);
}

static void read_gate(struct loading *l, struct cchc_fields *f)
{
	const struct cchc_node *map =
		cchc_fields_node(f, "gate", CCHC_OPTIONAL, CCHC_NODE_MAP);
	struct cchc_gate *gate = &l->rules->gate;
	size_t errors = l->problems->errors;
	struct cchc_fields fields;

	if (!map)
		return;
	cchc_fields_begin(&fields, map, l->problems);
	gate->closed_outside = true;
	gate->from_minute = read_minute(&fields, "from", DAY_MINUTES - 1);
	gate->to_minute = read_minute(&fields, "to", DAY_MINUTES);
	if (l->problems->errors == errors && gate->to_minute <= gate->from_minute)
		cchc_fields_wrong(&fields, "to", "must be later than from");
	cchc_fields_end(&fields);
}

/* "24h": minutes, hours or days */
static int64_t read_duration(struct cchc_fields *f, const char *key)
{
	static const char UNITS[] = "mhd";
	static const int64_t UNIT_MS[] = {60000, 3600000, 86400000};
	const char *text = cchc_fields_text(f, key, CCHC_REQUIRED);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	const char *unit = text && text[digits] ? strchr(UNITS, text[digits]) : NULL;
	int64_t number = 0;

	if (!text)
		return 0;
	for (size_t i = 0; i < digits && i < SILENT_DIGITS; i++)
		number = number * 10 + text[i] - '0';
	if (unit && number > 0 && digits <= SILENT_DIGITS && !text[digits + 1])
		return number * UNIT_MS[unit - UNITS];
	cchc_fields_wrong(f, key, "a time like 24h expected (m, h or d)");
	return 0;
}

static void read_silent(struct loading *l, struct cchc_fields *f)
{
	const struct cchc_node *map =
		cchc_fields_node(f, "silent", CCHC_OPTIONAL, CCHC_NODE_MAP);
	struct cchc_fields silent;

	if (!map)
		return;
	cchc_fields_begin(&silent, map, l->problems);
	l->rules->silent_after_ms = read_duration(&silent, "after");
	l->rules->silent_roles = cchc_fields_roles(&silent, "roles");
	l->rules->silent_urgency = read_urgency(&silent);
	cchc_fields_end(&silent);
}

static void read_rules(struct loading *l, const struct cchc_node *root)
{
	struct cchc_fields f;

	cchc_fields_begin(&f, root, l->problems);
	read_classes(l, &f);
	read_choice(l, &f, "usual_class", l->rules->usual_class);
	read_choice(l, &f, "duty_class", l->rules->duty_class);
	read_digest(l, &f);
	read_gate(l, &f);
	read_silent(l, &f);
	cchc_fields_end(&f);
}

enum cchc_rc cchc_alert_rules_load(struct cchc_alert_rules *rules,
				   struct cchc_arena *arena, const struct cchc_node *root,
				   const char *const *channels, size_t n,
				   struct cchc_problems *problems)
{
	struct loading l = {rules, arena, {channels, n}, problems, false};
	size_t errors = problems->errors;
	enum cchc_rc rc = CCHC_OK;

	*rules = (struct cchc_alert_rules){0};
	read_rules(&l, root);
	if (problems->errors > errors)
		rc = CCHC_INVALID;
	if (l.no_memory)
		rc = CCHC_NOMEM;
	if (rc != CCHC_OK)
		*rules = (struct cchc_alert_rules){0};
	return rc;
}
