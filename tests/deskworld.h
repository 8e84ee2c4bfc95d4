#ifndef CCHC_TESTS_DESKWORLD_H
#define CCHC_TESTS_DESKWORLD_H

/* Rules, channels and people for tests of desk and deadlines. Include after cmocka.h. */

#include "appkit.h"
#include "taskkit.h"

#include "app/desk.h"

enum { HOUR_MS = 3600 * 1000, MINUTE_MS = 60 * 1000 };

enum { TO_LOG, TO_MANAGER, TO_MAIL, TO_PHONE, N_CHANNELS };

static const struct cchc_channel_settings WORLD_CHANNELS[N_CHANNELS] = {
	{.name = "nhat-ky", .type = CCHC_CHANNEL_JOURNAL, .at_once = 4},
	{.name = "bao-dong",
	 .type = CCHC_CHANNEL_ALERTMANAGER,
	 .at_once = 1,
	 .repeat_ms = MINUTE_MS},
	{.name = "thu", .type = CCHC_CHANNEL_SMTP, .at_once = 1},
	{.name = "tin-nhan", .type = CCHC_CHANNEL_EXEC, .at_once = 1},
};

static const struct cchc_address WORLD_PHONES[] = {{"tin-nhan", "0900000001"}};

enum { WORLD_PEOPLE = 5 };

struct world {
	struct appkit app;
	struct cchc_calendar calendar; /* the weekly rule alone */
	struct cchc_alert_rules rules;
	struct cchc_contacts contacts;
	struct cchc_person person[WORLD_PEOPLE];
	const struct cchc_unit *receiver;
	const struct cchc_unit *lac_dao;   /* with a clerk and a leader */
	const struct cchc_unit *chi_dao;   /* with a clerk who has no address */
	const struct cchc_unit *viet_hung; /* with nobody */
};

static inline struct cchc_step world_step(const char *name, int days, int minute,
					  unsigned roles)
{
	struct cchc_step step = {.days = days,
				 .minute = minute,
				 .urgency = CCHC_URGENCY_WARNING,
				 .roles = roles,
				 .overdue = days > 0};

	(void)snprintf(step.name, sizeof(step.name), "%s", name);
	return step;
}

/* d-3 and d-1 at 08:00 to clerks, overdue at 00:00 to leaders and specialists too. */
static inline void world_class(struct cchc_task_class *of, const char *name)
{
	unsigned all =
		CCHC_PERSON_CLERK | CCHC_PERSON_COMMUNE_LEADER | CCHC_PERSON_SPECIALIST;

	(void)snprintf(of->name, sizeof(of->name), "%s", name);
	of->title = name;
	of->shifts = true;
	of->step[of->n_steps++] = world_step("d-3", -3, 480, CCHC_PERSON_CLERK);
	of->step[of->n_steps++] = world_step("d-1", -1, 480, CCHC_PERSON_CLERK);
	of->step[of->n_steps++] = world_step("overdue", 1, 0, all);
}

static inline void world_rules(struct cchc_alert_rules *rules)
{
	*rules = (struct cchc_alert_rules){
		.n_classes = 2,
		.usual_class = "nhiem-vu",
		.duty_class = "bao-cao",
		.digests = true,
		.digest_minute = 450,
		.digest_roles = CCHC_PERSON_CLERK,
		.silent_after_ms = 24 * (int64_t)HOUR_MS,
		.silent_roles = CCHC_PERSON_SPECIALIST,
		.silent_urgency = CCHC_URGENCY_WARNING,
	};
	world_class(&rules->task_class[0], "nhiem-vu");
	world_class(&rules->task_class[1], "bao-cao");
}

/* By unit, as loaded ones are. */
static inline void world_people(struct world *w)
{
	size_t n = 0;

	for (uint32_t id = 0; id <= w->app.catalog.units.max_id; id++) {
		if (id == w->receiver->id) {
			w->person[n++] = (struct cchc_person){
				.unit = id,
				.name = "Bình",
				.roles = CCHC_PERSON_SPECIALIST,
				.email = "binh@example.vn",
				.language = "en",
				.address = (struct cchc_address *)WORLD_PHONES,
				.n_addresses = 1};
			w->person[n++] =
				(struct cchc_person){.unit = id,
						     .name = "An",
						     .roles = CCHC_PERSON_DISTRICT_LEADER,
						     .email = "an@example.vn",
						     .language = "vi"};
		}
		if (id == w->lac_dao->id) {
			w->person[n++] = (struct cchc_person){.unit = id,
							      .name = "Cúc",
							      .roles = CCHC_PERSON_CLERK,
							      .email = "cuc@example.vn",
							      .language = "vi"};
			w->person[n++] = (struct cchc_person){
				.unit = id,
				.name = "Dũng",
				.roles = CCHC_PERSON_COMMUNE_LEADER | CCHC_PERSON_CLERK,
				.email = "dung@example.vn",
				.language = "vi"};
		}
		if (id == w->chi_dao->id)
			w->person[n++] = (struct cchc_person){.unit = id,
							      .name = "Em",
							      .roles = CCHC_PERSON_CLERK,
							      .email = "",
							      .language = "vi"};
	}
	assert_int_equal(n, WORLD_PEOPLE);
	w->contacts = (struct cchc_contacts){w->person, n};
}

static inline void world_open(struct world *w, const char *units)
{
	*w = (struct world){.receiver = NULL};
	appkit_open_for(&w->app, units, "325");
	w->receiver = appkit_unit(&w->app, "325");
	w->lac_dao = appkit_unit(&w->app, "11989");
	w->chi_dao = appkit_unit(&w->app, "11992");
	w->viet_hung = appkit_unit(&w->app, "11998");
	world_rules(&w->rules);
	world_people(w);
}

static inline void world_close(struct world *w)
{
	appkit_close(&w->app);
}

/* How a played channel answers, and what it was given. */
enum answer { TAKES, FAILS, HANGS, REFUSES };
enum { TOLD_MAX = 4096 };

struct told {
	int channel;
	char key[CCHC_ALERT_KEY];
	char to[64];
	char language[4];
	char subject[256];
	bool ended;
	int64_t at_ms;
	int64_t boot_ms;
};

struct handed { /* not answered yet */
	cchc_courier_done *on_done;
	void *data;
	int channel;
	bool bad; /* an address that fails */
};

#endif
