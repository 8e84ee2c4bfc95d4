#include "ctl/register.h"

#include <unistd.h>

#include "ctl/alertsprint.h"
#include "ctl/columns.h"
#include "ctl/deed.h"
#include "ctl/taskimport.h"
#include "ctl/tasksprint.h"

/* The wire's texts are not const; nothing writes to them. */
static char *lend(const char *text)
{
	return (char *)(uintptr_t)text;
}

static size_t width_of(FILE *out)
{
	return cchc_ctl_window_of(fileno(out)).width;
}

static enum cchc_rc ask_tasks(struct cchc_ctl_session *session, Cchc__TasksAsk *tasks,
			      struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	Cchc__Ask ask = CCHC__ASK__INIT;

	ask.kind = CCHC__ASK__KIND__TASKS;
	ask.tasks = tasks;
	return cchc_ctl_link_ask(session->link, session->arena, &ask, answer, err);
}

static enum cchc_rc list_tasks(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	Cchc__TasksAsk tasks = CCHC__TASKS_ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	tasks.has_which = 1;
	tasks.which = options->which;
	tasks.unit = lend(options->unit);
	tasks.has_below = tasks.below = options->below;
	tasks.has_duties = tasks.duties = options->duties;
	rc = ask_tasks(session, &tasks, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	if (options->json || options->format == CCHC_CTL_JSON)
		return cchc_ctl_tasks_json(&answer, session->out);
	if (options->format == CCHC_CTL_TABLE)
		return cchc_ctl_tasks_table(&answer, width_of(session->out),
					    session->out);
	cchc_ctl_tasks_csv(&answer, session->out);
	return CCHC_OK;
}

static enum cchc_rc show_task(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	Cchc__TasksAsk tasks = CCHC__TASKS_ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	tasks.id = lend(options->id);
	tasks.has_history = tasks.history = 1;
	rc = ask_tasks(session, &tasks, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	if (!cchc_ctl_first_task(&answer))
		return cchc_fail(err, CCHC_NOTFOUND,
				 "%s: không có nhiệm vụ này / no such "
				 "task",
				 options->id);
	if (options->json)
		return cchc_ctl_task_json(&answer, session->out);
	return cchc_ctl_task_text(&answer, width_of(session->out), session->out);
}

enum cchc_rc cchc_ctl_ask_alerts(struct cchc_ctl_session *session,
				 struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__AlertsAsk alerts = CCHC__ALERTS_ASK__INIT;

	ask.kind = CCHC__ASK__KIND__ALERTS;
	ask.alerts = &alerts;
	alerts.has_all = alerts.all = options->all;
	alerts.unit = lend(options->unit);
	alerts.task = lend(options->id);
	alerts.has_newest = options->newest != 0;
	alerts.newest = options->newest;
	alerts.has_silences = alerts.silences = options->silences;
	return cchc_ctl_link_ask(session->link, session->arena, &ask, answer, err);
}

static enum cchc_rc list_alerts(struct cchc_ctl_session *session, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = session->options;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc = cchc_ctl_ask_alerts(session, &answer, err);

	if (rc != CCHC_OK)
		return rc;
	if (options->json)
		return cchc_ctl_alerts_json(&answer, session->out);
	if (options->silences)
		cchc_ctl_silences_table(&answer, width_of(session->out), session->out);
	else
		cchc_ctl_alerts_table(&answer, width_of(session->out), session->out);
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_register_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	switch (session->options->command) {
	case CCHC_CTL_TASK_IMPORT:
		return cchc_ctl_task_import_run(session, err);
	case CCHC_CTL_TASK_LIST:
		return list_tasks(session, err);
	case CCHC_CTL_TASK_SHOW:
		return show_task(session, err);
	case CCHC_CTL_ALERTS_LIST:
		return list_alerts(session, err);
	case CCHC_CTL_ALERTS_WATCH:
		return cchc_ctl_alerts_watch_run(session, err);
	default:
		return cchc_ctl_deed_run(session, err);
	}
}
