/* deskplan.c - who is told.
 *
 * Machines hear each alert once, whoever is named. Of people those with one of the roles:
 * roles of the commune among the unit's people, roles of the district among the receiving
 * unit's. Where nobody of the unit can be told, people of the receiving unit are: those
 * with these roles, else its specialists, else all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "app/deskparts.h"
#include "base/check.h"

enum {
	DELIVERIES = 64, /* of one alert at most */
	UNIT_ROLES = CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER,
	DISTRICT_ROLES = CCHC_PERSON_SPECIALIST | CCHC_PERSON_DISTRICT_LEADER,
	EVERY_ROLE = UNIT_ROLES | DISTRICT_ROLES,
};

struct wanted { /* of one kind of alert */
	const char *const *channel;
	size_t n_channels; /* 0: every one */
	unsigned roles;
};

struct planning {
	struct cchc_desk *desk;
	const struct wanted *wanted;
	bool of_digest;
	struct cchc_delivery list[DELIVERIES];
	size_t n;
	bool full;
};

static bool is_wanted(const struct wanted *wanted, const char *channel)
{
	for (size_t i = 0; i < wanted->n_channels; i++)
		if (strcmp(wanted->channel[i], channel) == 0)
			return true;
	return wanted->n_channels == 0;
}

/* The end of a digest says nothing to anybody, but to one who would wait for it. */
static bool tells_end(const struct planning *p, const struct cchc_channel_settings *of)
{
	return p->of_digest ? cchc_channel_repeats(of->type)
			    : cchc_channel_tells_end(of->type);
}

/* Each address once. */
static void add(struct planning *p, const struct cchc_channel_settings *channel,
		const char *to)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->list[i].channel, channel->name) == 0 &&
		    strcmp(p->list[i].to, to) == 0)
			return;
	if (p->n == DELIVERIES) {
		p->full = true;
		return;
	}
	p->list[p->n++] = (struct cchc_delivery){.channel = channel->name,
						 .to = to,
						 .tells_end = tells_end(p, channel),
						 .why = ""};
}

/* NULL: it has none for this channel. */
static const char *address_of(const struct cchc_person *person,
			      const struct cchc_channel_settings *channel)
{
	for (size_t i = 0; i < person->n_addresses; i++)
		if (strcmp(person->address[i].channel, channel->name) == 0)
			return person->address[i].to;
	return channel->type == CCHC_CHANNEL_SMTP && person->email[0] ? person->email
								      : NULL;
}

static void on_person(void *data, const struct cchc_person *person)
{
	struct planning *p = data;
	const struct cchc_desk_options *options = &p->desk->options;

	for (size_t i = 0; i < options->n_channels; i++) {
		const struct cchc_channel_settings *channel = &options->channels[i];
		const char *to = address_of(person, channel);

		if (to && cchc_channel_is_personal(channel->type) &&
		    is_wanted(p->wanted, channel->name))
			add(p, channel, to);
	}
}

/* False when none of them could be told. */
static bool add_people(struct planning *p, uint32_t unit, unsigned roles)
{
	size_t before = p->n;

	if (roles)
		(void)cchc_contacts_each(p->desk->options.contacts, unit, roles,
					 on_person, p);
	return p->n > before || p->full;
}

static void add_everybody(struct planning *p, uint32_t unit)
{
	uint32_t receiver = p->desk->options.catalog->receiver->id;
	unsigned roles = p->wanted->roles;
	unsigned of_unit = roles & UNIT_ROLES;

	if (of_unit && !add_people(p, unit, of_unit) &&
	    !add_people(p, receiver, of_unit) &&
	    !add_people(p, receiver, CCHC_PERSON_SPECIALIST))
		(void)add_people(p, receiver, EVERY_ROLE);
	(void)add_people(p, receiver, roles & DISTRICT_ROLES);
}

static const struct cchc_step *find_step(const struct cchc_desk *desk,
					 const struct cchc_firing *firing)
{
	const struct cchc_docket_task *task =
		cchc_docket_find(desk->options.docket, firing->task);
	const struct cchc_task_class *of = task ? task->task_class : NULL;

	for (size_t i = 0; of && i < of->n_steps; i++)
		if (strcmp(of->step[i].name, firing->step) == 0)
			return &of->step[i];
	return NULL;
}

/* False: nobody is to hear of it. */
static bool find_wanted(const struct cchc_desk *desk, const struct cchc_firing *firing,
			struct wanted *wanted)
{
	const struct cchc_alert_rules *rules = desk->options.rules;
	const struct cchc_step *step = NULL;

	switch (firing->kind) {
	case CCHC_ALERT_STEP:
		step = find_step(desk, firing);
		if (step)
			*wanted = (struct wanted){step->channel, step->n_channels,
						  step->roles};
		return step != NULL;
	case CCHC_ALERT_SILENT:
		*wanted = (struct wanted){.roles = rules->silent_roles};
		return true;
	case CCHC_ALERT_DIGEST:
		*wanted = (struct wanted){rules->digest_channel, rules->n_digest_channels,
					  rules->digest_roles};
		return true;
	}
	return false;
}

enum cchc_rc cchc_desk_plan(struct cchc_desk *desk, struct cchc_arena *arena,
			    struct cchc_firing *firing)
{
	const struct cchc_desk_options *options = &desk->options;
	struct wanted wanted;
	struct planning p = {.desk = desk,
			     .wanted = &wanted,
			     .of_digest = firing->kind == CCHC_ALERT_DIGEST};

	if (!find_wanted(desk, firing, &wanted))
		return CCHC_OK;
	for (size_t i = 0; i < options->n_channels; i++)
		if (!cchc_channel_is_personal(options->channels[i].type) &&
		    is_wanted(&wanted, options->channels[i].name))
			add(&p, &options->channels[i], "");
	add_everybody(&p, firing->unit);
	if (p.full && cchc_log_allows(&desk->read_limit))
		cchc_log(CCHC_LOG_WARN, "too many to tell key=\"%s\" told=%d",
			 firing->key, DELIVERIES);
	firing->delivery = cchc_arena_array(arena, p.n + 1, sizeof(*firing->delivery));
	if (!firing->delivery)
		return CCHC_NOMEM;
	memcpy(firing->delivery, p.list, p.n * sizeof(p.list[0]));
	firing->n_deliveries = p.n;
	return CCHC_OK;
}

const char *cchc_desk_language(const struct cchc_desk *desk,
			       const struct cchc_channel_settings *channel,
			       const char *to)
{
	const struct cchc_contacts *contacts = desk->options.contacts;

	for (size_t i = 0; to[0] && i < contacts->n; i++) {
		const char *own = address_of(&contacts->person[i], channel);

		if (own && strcmp(own, to) == 0)
			return contacts->person[i].language;
	}
	return "vi";
}

/* ---- who is missing ---- */

static bool on_open_task(void *data, const struct cchc_docket_task *task)
{
	bool *concerned = data;

	concerned[task->lead] = true;
	return true;
}

static bool tells_people(const struct cchc_desk *desk)
{
	for (size_t i = 0; i < desk->options.n_channels; i++)
		if (cchc_channel_is_personal(desk->options.channels[i].type))
			return true;
	return false;
}

enum cchc_rc cchc_plan_warn(const struct cchc_desk *desk)
{
	const struct cchc_units *units = &desk->options.catalog->units;
	bool *concerned;

	if (!tells_people(desk))
		return CCHC_OK;
	concerned = calloc((size_t)units->max_id + 1, sizeof(*concerned));
	if (!concerned)
		return CCHC_NOMEM;
	cchc_docket_each(desk->options.docket, on_open_task, concerned);
	for (size_t i = 0; i < desk->n_watched; i++)
		concerned[desk->watched[i]] = true;
	for (size_t i = 0; i < units->n; i++) {
		const struct cchc_unit *unit = &units->unit[i];

		if (concerned[unit->id] &&
		    !cchc_contacts_has(desk->options.contacts, unit->id))
			cchc_log(CCHC_LOG_WARN,
				 "unit without contacts: its alerts go to the receiving "
				 "unit code=%s name=\"%s\"",
				 unit->code, unit->name);
	}
	free(concerned);
	return CCHC_OK;
}
