/* alertswatch.c - a line for each alert as it comes, is taken note of, and ends.
 *
 * What was told of each alert is kept by key, so that a snapshot after a break tells only
 * what was missed. */
#include <stdlib.h>
#include <string.h>

#include "ctl/alertsprint.h"
#include "ctl/register.h"
#include "ctl/topic.h"

static const char TOPIC[] = "alerts";

struct told {
	char *key;
	bool acked;
	bool ended;
	bool seen; /* in the snapshot at hand */
};

struct watch {
	struct cchc_ctl_session *session;
	struct told *told; /* by key, ascending */
	size_t n;
	size_t room;
	bool began; /* the first snapshot was told */
};

/* The place of the key, or where it would be. */
static size_t find(const struct watch *w, const char *key)
{
	size_t low = 0;
	size_t high = w->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(w->told[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct told *keep(struct watch *w, size_t at, const char *key)
{
	char *copy = strdup(key);

	if (w->n == w->room) {
		size_t room = w->room ? 2 * w->room : 64;
		struct told *grown = realloc(w->told, room * sizeof(*grown));

		if (grown) {
			w->told = grown;
			w->room = room;
		}
	}
	if (!copy || w->n == w->room) {
		free(copy);
		return NULL;
	}
	memmove(&w->told[at + 1], &w->told[at], (w->n - at) * sizeof(w->told[0]));
	w->n++;
	w->told[at] = (struct told){.key = copy};
	return &w->told[at];
}

static enum cchc_rc tell(struct watch *w, const Cchc__AlertInfo *alert,
			 enum cchc_ctl_alert_news news)
{
	if (w->session->options->json)
		return cchc_ctl_alert_line_json(alert, news, w->session->out);
	cchc_ctl_alert_line(alert, news, w->session->out);
	return CCHC_OK;
}

/* An alert that was never handed to anybody is no news to who watches either. */
static enum cchc_rc look_at(struct watch *w, const Cchc__AlertInfo *alert)
{
	size_t at = find(w, alert->key);
	bool is_new = at == w->n || strcmp(w->told[at].key, alert->key) != 0;
	struct told *told;
	enum cchc_rc rc = CCHC_OK;

	if (alert->has_superseded && alert->superseded)
		return CCHC_OK;
	told = is_new ? keep(w, at, alert->key) : &w->told[at];
	if (!told)
		return CCHC_NOMEM;
	if (is_new)
		rc = tell(w, alert,
			  w->began ? CCHC_CTL_ALERT_RAISED : CCHC_CTL_ALERT_STANDS);
	told->seen = true;
	if (rc == CCHC_OK && alert->has_acked && !told->acked && (w->began || !is_new))
		rc = tell(w, alert, CCHC_CTL_ALERT_ACKED);
	if (rc == CCHC_OK && alert->has_ended && !told->ended)
		rc = tell(w, alert, CCHC_CTL_ALERT_ENDED);
	told->acked = alert->has_acked;
	told->ended = alert->has_ended;
	return rc;
}

static enum cchc_rc apply(void *data, const Cchc__Publication *publication)
{
	struct watch *w = data;
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < publication->n_alert && rc == CCHC_OK; i++)
		rc = look_at(w, publication->alert[i]);
	return rc;
}

static enum cchc_rc ask(void *data, struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	struct watch *w = data;

	cchc_arena_reset(w->session->arena);
	return cchc_ctl_ask_alerts(w->session, answer, err);
}

/* Alerts that stood and are not in the snapshot ended while nothing was heard; what is
 * ended needs no memory: it never stands again under its key. */
static void let_go_of_ended(struct watch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct told *told = &w->told[i];

		if (told->seen) {
			told->seen = false;
			w->told[kept++] = *told;
			continue;
		}
		if (!told->ended && !w->session->options->json)
			fprintf(w->session->out,
				"hết trong lúc mất liên lạc / ended "
				"meanwhile  [%s]\n",
				told->key);
		free(told->key);
	}
	w->n = kept;
}

static enum cchc_rc take(void *data, const struct cchc_ctl_answer *answer,
			 struct cchc_err *err)
{
	struct watch *w = data;
	enum cchc_rc rc = CCHC_OK;

	(void)err;
	for (size_t i = 0; i < w->n; i++)
		w->told[i].seen = false;
	for (size_t i = 0; i < answer->n; i++)
		for (size_t j = 0; j < answer->part[i]->n_alert && rc == CCHC_OK; j++)
			rc = look_at(w, answer->part[i]->alert[j]);
	let_go_of_ended(w);
	w->began = true;
	return rc;
}

static enum cchc_rc watch(struct cchc_ctl_session *session, struct cchc_ctl_topic *topic,
			  struct cchc_err *err)
{
	bool ended = false;
	enum cchc_rc rc = CCHC_OK;

	while (rc == CCHC_OK && !ended) {
		rc = cchc_ctl_topic_turn(topic, err);
		if (rc == CCHC_OK && fflush(session->out) != 0)
			rc = cchc_fail(err, CCHC_IO, "cannot write the output");
		ended = cchc_ctl_topic_stopped(topic) ||
			(session->options->once && cchc_ctl_topic_is_current(topic));
	}
	return rc;
}

enum cchc_rc cchc_ctl_alerts_watch_run(struct cchc_ctl_session *session,
				       struct cchc_err *err)
{
	struct watch w = {.session = session};
	struct cchc_ctl_topic_user user = {
		.data = &w, .ask = ask, .take = take, .apply = apply};
	struct cchc_ctl_topic *topic = NULL;
	enum cchc_rc rc = cchc_ctl_topic_follow(session->link, TOPIC, &user, &topic, err);

	if (rc == CCHC_OK)
		rc = watch(session, topic, err);
	cchc_ctl_link_close(&session->link);
	cchc_ctl_topic_free(&topic);
	for (size_t i = 0; i < w.n; i++)
		free(w.told[i].key);
	free(w.told);
	return rc;
}
