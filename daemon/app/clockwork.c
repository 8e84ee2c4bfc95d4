#include "app/clockwork.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "app/daemon.h"
#include "app/down.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/digest.h"
#include "io/file.h"

enum {
	ARENA_MAX = 16 * 1024 * 1024,
	SOON_MS = 1, /* after this turn of the loop */
};

static const char *const DIGEST_NAMES[] = {"calendars", "alerts", "contacts"};
enum { CALENDARS, ALERTS, CONTACTS };

/* A file as a tree, with its digest; NULL, with the problem told, when it has none. */
static struct cchc_node *read_tree(struct cchc_clockwork *w, const char *path,
				   struct cchc_problems *problems, uint8_t digest[32])
{
	struct cchc_node *root;
	char *bytes;
	size_t len;

	if (cchc_settings_read_yaml(&w->arena, path, &bytes, &len, problems, &root) !=
	    CCHC_OK)
		return NULL;
	cchc_digest_file(bytes, len, digest);
	return root;
}

static int is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".yaml") == 0;
}

/* The files of a folder, in order of their names: their trees and digests. */
struct folder {
	const char *name;
	const struct cchc_node **tree;
	uint8_t (*digest)[32];
	size_t n;
};

static void read_folder(struct cchc_clockwork *w, struct folder *folder,
			struct dirent *const *entry, size_t n,
			struct cchc_problems *problems)
{
	folder->tree = cchc_arena_array(&w->arena, n + 1, sizeof(*folder->tree));
	folder->digest = cchc_arena_array(&w->arena, n + 1, sizeof(*folder->digest));
	for (size_t i = 0; folder->tree && folder->digest && i < n; i++) {
		char *path = cchc_arena_format(&w->arena, "%s/%s", folder->name,
					       entry[i]->d_name);
		struct cchc_node *root =
			path ? read_tree(w, path, problems, folder->digest[folder->n])
			     : NULL;

		if (root)
			folder->tree[folder->n++] = root;
		if (!path)
			folder->tree = NULL;
	}
}

/* One digest for the folder: of its files' digests. */
static void load_calendars(struct cchc_clockwork *w, const char *name,
			   struct cchc_problems *problems)
{
	struct folder folder = {.name = name};
	struct dirent **entry;
	int n = scandir(name, &entry, is_yaml, alphasort);

	if (n < 0) {
		cchc_problems_error(problems, (struct cchc_place){.file = name},
				    "the folder cannot be read: %m");
		return;
	}
	read_folder(w, &folder, entry, (size_t)n, problems);
	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	if (!folder.tree || !folder.digest ||
	    cchc_calendar_load(&w->calendar, &w->arena, folder.tree, folder.n,
			       problems) == CCHC_NOMEM)
		cchc_problems_error(problems, (struct cchc_place){.file = name},
				    "too large");
	else
		cchc_digest_file(folder.digest, folder.n * sizeof(folder.digest[0]),
				 w->digest[CALENDARS]);
}

static const char *folder_of(struct cchc_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? cchc_arena_text(arena, path, (size_t)(slash - path)) : ".";
}

static void load_alerts(struct cchc_clockwork *w, const char *path,
			struct cchc_problems *problems, const char ***names)
{
	struct cchc_node *root = read_tree(w, path, problems, w->digest[ALERTS]);
	struct cchc_fields f;
	const struct cchc_node *rules;
	const struct cchc_node *channels;

	if (!root)
		return;
	cchc_fields_begin(&f, root, problems);
	rules = cchc_fields_node(&f, "rules", CCHC_REQUIRED, CCHC_NODE_MAP);
	channels = cchc_fields_node(&f, "channels", CCHC_OPTIONAL, CCHC_NODE_LIST);
	cchc_fields_end(&f);
	if (channels &&
	    cchc_channels_load(&w->arena, channels, folder_of(&w->arena, path),
			       &w->channels, &w->n_channels, problems) != CCHC_OK)
		w->n_channels = 0;
	*names = cchc_arena_array(&w->arena, w->n_channels + 1, sizeof(**names));
	for (size_t i = 0; *names && i < w->n_channels; i++)
		(*names)[i] = w->channels[i].name;
	if (rules && *names &&
	    cchc_alert_rules_load(&w->rules, &w->arena, rules, *names, w->n_channels,
				  problems) == CCHC_NOMEM)
		cchc_problems_error(problems, root->place, "too large");
}

enum cchc_rc cchc_clockwork_load(struct cchc_daemon *d, struct cchc_problems *problems)
{
	struct cchc_clockwork *w = &d->clockwork;
	const struct cchc_settings *s = &d->settings;
	size_t errors = problems->errors;
	const char **names = NULL;
	struct cchc_node *root = NULL;

	cchc_arena_init(&w->arena, ARENA_MAX);
	if (s->calendars)
		load_calendars(w, s->calendars, problems);
	cchc_alert_rules_plain(&w->rules);
	if (s->alerts)
		load_alerts(w, s->alerts, problems, &names);
	if (s->contacts)
		root = read_tree(w, s->contacts, problems, w->digest[CONTACTS]);
	if (root && cchc_contacts_load(&w->contacts, &w->arena, root, &d->catalog.units,
				       names, w->n_channels, problems) == CCHC_NOMEM)
		cchc_problems_error(problems, root->place, "too large");
	return problems->errors > errors ? CCHC_INVALID : CCHC_OK;
}

/* Since the store was made, unless the settings say otherwise: the first entry's day. */
static cchc_day duties_from(struct cchc_daemon *d)
{
	struct cchc_entry first = {.clock_ms = cchc_clock_wall_ms()};
	struct cchc_arena arena;
	struct cchc_txn txn;

	if (d->settings.has_duties_from)
		return d->settings.duties_from;
	cchc_arena_init(&arena, ARENA_MAX);
	cchc_txn_read(&txn, d->store.env);
	(void)cchc_store_entry(&txn, 1, &arena, &first);
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
	return cchc_day_at(first.clock_ms);
}

enum cchc_rc cchc_clockwork_settle(struct cchc_daemon *d, struct cchc_err *err)
{
	struct cchc_clockwork *w = &d->clockwork;
	const char *const path[] = {d->settings.calendars, d->settings.alerts,
				    d->settings.contacts};
	int64_t now_ms = cchc_clock_wall_ms();
	enum cchc_rc rc = CCHC_OK;

	for (int i = CALENDARS; i <= CONTACTS && rc == CCHC_OK; i++)
		if (path[i])
			rc = cchc_config_settle(&d->store, DIGEST_NAMES[i], w->digest[i],
						now_ms, err);
	return rc == CCHC_OK ? cchc_steps_settle(&d->store, &w->rules, now_ms, err) : rc;
}

static void write_item(void *data, struct cchc_item *item)
{
	struct cchc_daemon *d = data;

	if (d->stopping) /* what the courier gave back: the next start tries again */
		cchc_item_free(item);
	else
		cchc_writer_gather(d->writer, item); /* handed over as messages are */
}

static enum cchc_rc hand(void *data, const struct cchc_channel_settings *channel,
			 const struct cchc_notice *notice, cchc_courier_done *on_done,
			 void *on_done_data)
{
	struct cchc_daemon *d = data;

	return cchc_courier_hand(d->clockwork.courier, channel, notice, on_done,
				 on_done_data);
}

static bool has_agent(void *data, uint32_t unit)
{
	const struct cchc_daemon *d = data;

	for (size_t i = 0; i < d->ring.n; i++)
		if (d->ring.entry[i].role == CCHC_ROLE_AGENT &&
		    d->ring.entry[i].unit == unit)
			return true;
	return false;
}

static int64_t heard(void *data, uint32_t unit)
{
	const struct cchc_daemon *d = data;
	const struct cchc_sender *sender = cchc_sessions_first(&d->sessions, unit);
	int64_t boot_ms = INT64_MIN;

	for (; sender; sender = cchc_sessions_next(sender))
		if (sender->last_contact_ms && sender->last_contact_boot > boot_ms)
			boot_ms = sender->last_contact_boot;
	return boot_ms;
}

static void wake(void *data)
{
	cchc_clockwork_wake(data);
}

static enum cchc_rc make_wheels(struct cchc_daemon *d)
{
	struct cchc_clockwork *w = &d->clockwork;
	struct cchc_wheels_options options = {
		.catalog = &d->catalog,
		.calendar = &w->calendar,
		.rules = &w->rules,
		.contacts = &w->contacts,
		.channels = w->channels,
		.n_channels = w->n_channels,
		.store = &d->store,
		.board = d->board,
		.duties_from = duties_from(d),
		.port = {write_item, hand, has_agent, heard, wake, d},
	};

	return cchc_wheels_init(&w->wheels, &options);
}

static void arm(struct cchc_clockwork *w, uv_timer_cb on_time, int64_t wait_ms)
{
	(void)uv_timer_start(&w->timer, on_time, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

static void on_time(uv_timer_t *timer)
{
	struct cchc_daemon *d = timer->data;
	struct cchc_clockwork *w = &d->clockwork;
	int64_t now_ms = cchc_clock_wall_ms();

	if (cchc_writer_is_broken(d->writer)) { /* nothing could be owed or handed */
		arm(w, on_time, 1000);
		return;
	}
	arm(w, on_time, cchc_wheels_turn(&w->wheels, now_ms, cchc_clock_boot_ms()));
	cchc_publisher_changed(&d->publisher);
}

/* Come in so many ms, unless the timer comes earlier. */
static void come(struct cchc_daemon *d, int64_t come_ms)
{
	struct cchc_clockwork *w = &d->clockwork;

	if (d->stopping || come_ms == INT64_MAX)
		return;
	if (!uv_is_active((uv_handle_t *)&w->timer) ||
	    (uint64_t)come_ms < uv_timer_get_due_in(&w->timer))
		arm(w, on_time, come_ms);
}

void cchc_clockwork_wake(struct cchc_daemon *d)
{
	come(d, SOON_MS);
}

enum cchc_rc cchc_clockwork_start(struct cchc_daemon *d, struct cchc_err *err)
{
	struct cchc_clockwork *w = &d->clockwork;
	int64_t now_ms = cchc_clock_wall_ms();
	struct cchc_txn txn;
	enum cchc_rc rc;

	(void)uv_timer_init(d->loop, &w->timer);
	w->timer.data = d;
	rc = cchc_courier_new(d->loop, &w->courier);
	if (rc == CCHC_OK)
		rc = make_wheels(d);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "alerts: %s", cchc_rc_name(rc));
	cchc_txn_read(&txn, d->store.env);
	rc = cchc_wheels_load(&w->wheels, &txn, now_ms);
	cchc_txn_abort(&txn);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "the register of tasks cannot be loaded: %s",
				 cchc_rc_name(rc));
	cchc_log(CCHC_LOG_INFO, "register loaded open=%zu channels=%zu",
		 cchc_docket_n(cchc_deadlines_docket(w->wheels.deadlines)),
		 w->n_channels);
	arm(w, on_time, 0);
	return CCHC_OK;
}

static void owe_digests(struct cchc_daemon *d, const struct cchc_entry *entry)
{
	for (size_t i = 0; i < entry->n_firings; i++)
		if (entry->firing[i].kind == CCHC_ALERT_DIGEST)
			cchc_down_owe_unit(d, entry->firing[i].unit);
}

void cchc_clockwork_done(struct cchc_daemon *d, const struct cchc_item *item)
{
	const struct cchc_outcome *outcome = &item->outcome;
	int64_t come_ms;
	enum cchc_rc rc = cchc_wheels_follow(&d->clockwork.wheels, item,
					     cchc_clock_wall_ms(), &come_ms);

	if (rc != CCHC_OK) {
		cchc_log(CCHC_LOG_ERROR, "register lost: starting anew rc=\"%s\"",
			 cchc_rc_name(rc));
		abort(); /* the store has everything; a start rebuilds */
	}
	come(d, come_ms);
	if (item->rc != CCHC_OK || outcome->applied != CCHC_APPLIED)
		return;
	if (outcome->task.after) {
		cchc_down_owe_task(d, &outcome->task);
		cchc_publisher_task(&d->publisher, outcome->task.after);
	}
	if (outcome->n_alerts > 0) {
		owe_digests(d, &item->entry);
		cchc_publisher_alerts(&d->publisher, &d->store, outcome->alert,
				      outcome->n_alerts);
	}
}

void cchc_clockwork_silences(struct cchc_daemon *d)
{
	struct cchc_txn txn;

	cchc_txn_read(&txn, d->store.env);
	cchc_desk_read_silences(d->clockwork.wheels.desk, &txn);
	cchc_txn_abort(&txn);
	cchc_clockwork_wake(d);
}

void cchc_clockwork_stop(struct cchc_daemon *d)
{
	struct cchc_clockwork *w = &d->clockwork;

	if (w->timer.data)
		uv_close((uv_handle_t *)&w->timer, NULL);
	if (w->courier)
		cchc_courier_stop(w->courier);
}

void cchc_clockwork_fini(struct cchc_daemon *d)
{
	struct cchc_clockwork *w = &d->clockwork;

	cchc_wheels_fini(&w->wheels);
	cchc_courier_free(&w->courier);
	cchc_arena_fini(&w->arena);
}
