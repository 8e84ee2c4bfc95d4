/* watch.c - the cells of one unit and period as they change: what topic.c follows, kept
 * and shown. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/date.h"
#include "ctl/appendix.h"
#include "ctl/commands.h"
#include "ctl/live.h"
#include "ctl/moment.h"
#include "ctl/screen.h"
#include "ctl/topic.h"
#include "ctl/watchprint.h"

enum {
	SCRATCH_MAX = 32 * 1024 * 1024,
	PAINT_MS = 500, /* the clock, and how long it has been silent */
};

enum view { VIEW_LINES, VIEW_JSON, VIEW_SCREEN };

struct watch {
	struct cchc_ctl_session *session;
	enum view view;
	struct cchc_period period;
	char period_text[CCHC_PERIOD_TEXT];
	char topic[64];
	char unit[CCHC_UNIT_CODE];
	char unit_name[256];
	struct cchc_ctl_topic *followed;
	struct cchc_ctl_live *live; /* NULL before the first snapshot */
	uint64_t commit;            /* of what is shown */
	struct cchc_arena scratch;  /* of one publication */
	bool repaint;
	uint64_t painted_ms; /* by the loop's clock */
	uv_signal_t resize;
};

static enum cchc_rc show_change(struct watch *w, const struct cchc_ctl_line *line)
{
	struct cchc_ctl_watched watched = {w->unit, w->period_text};
	char clock[CCHC_CTL_MOMENT];

	w->repaint = true;
	if (w->view == VIEW_LINES)
		cchc_ctl_watch_line(line,
				    cchc_ctl_moment_time(cchc_clock_wall_ms(), clock),
				    w->session->out);
	else if (w->view == VIEW_JSON)
		return cchc_ctl_watch_json(line, &watched, line->commit, w->session->out);
	return CCHC_OK;
}

static enum cchc_rc apply_cells(struct watch *w, const Cchc__UnitCells *cells,
				uint64_t commit)
{
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < cells->n_row && rc == CCHC_OK; i++) {
		struct cchc_ctl_cell cell;
		bool changed;

		if (!cchc_ctl_cell_read(w->session->form, cells, i, &cell))
			return CCHC_INVALID;
		rc = cchc_ctl_live_put(w->live, &w->scratch, &cell, commit, &changed);
		if (rc == CCHC_OK && changed)
			rc = show_change(w, &w->live->line[cell.row->index]);
	}
	return rc;
}

/* Cells of other periods and forms are not watched; those of another revision of our form
 * mean that the form changed, which only a snapshot brings. */
static enum cchc_rc apply(void *data, const Cchc__Publication *publication)
{
	struct watch *w = data;
	const struct cchc_form *form = w->session->form;
	enum cchc_rc rc = CCHC_OK;

	cchc_arena_reset(&w->scratch);
	for (size_t i = 0; i < publication->n_cells && rc == CCHC_OK; i++) {
		const Cchc__UnitCells *cells = publication->cells[i];

		if (cells->period != cchc_period_code(w->period) ||
		    cells->scope != CCHC_SCOPE_TOTAL ||
		    strcmp(cells->unit->code, w->unit) != 0 ||
		    strcmp(cells->form, form->name) != 0)
			continue;
		rc = cells->revision == form->revision
			     ? apply_cells(w, cells, publication->number)
			     : CCHC_INVALID;
	}
	w->commit = publication->number;
	return rc;
}

static enum cchc_rc show_snapshot(struct watch *w,
				  const struct cchc_ctl_appendix *appendix, bool first)
{
	struct cchc_ctl_watched watched = {w->unit, w->period_text};
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < appendix->form->n && rc == CCHC_OK; i++) {
		struct cchc_ctl_line *line = &w->live->line[i];
		bool changed;

		rc = cchc_ctl_live_put(w->live, w->session->arena, &appendix->cell[i],
				       first ? 0 : appendix->commit, &changed);
		if (rc == CCHC_OK && changed && w->view == VIEW_LINES &&
		    !(first && line->state == CCHC__CELL_STATE__ABSENT))
			rc = show_change(w, line);
	}
	if (rc == CCHC_OK && w->view == VIEW_JSON)
		rc = cchc_ctl_watch_snapshot_json(w->live, &watched, appendix->commit,
						  w->session->out);
	w->repaint = true;
	return rc;
}

static enum cchc_rc take(void *data, const struct cchc_ctl_answer *answer,
			 struct cchc_err *err)
{
	struct watch *w = data;
	struct cchc_ctl_session *s = w->session;
	struct cchc_ctl_appendix appendix;
	bool first = !w->live || w->live->form != s->form;
	enum cchc_rc rc =
		cchc_ctl_appendix_fill(s->arena, s->form, answer, &appendix, err);

	if (rc != CCHC_OK)
		return rc;
	if (first) {
		cchc_ctl_live_free(&w->live);
		rc = cchc_ctl_live_new(s->form, &w->live);
	}
	snprintf(w->unit_name, sizeof(w->unit_name), "%s (%s)", appendix.unit->name,
		 appendix.unit->code);
	if (rc == CCHC_OK)
		rc = show_snapshot(w, &appendix, first);
	w->commit = answer->commit;
	return rc;
}

static enum cchc_rc ask(void *data, struct cchc_ctl_answer *answer, struct cchc_err *err)
{
	struct watch *w = data;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;

	cells.period = cchc_period_code(w->period);
	cells.has_scope = 1;
	cells.scope = CCHC_SCOPE_TOTAL;
	cells.unit = w->unit;
	cells.has_watch = 1;
	cells.watch = 1;
	cchc_arena_reset(w->session->arena);
	return cchc_ctl_ask_cells(w->session, &cells, w->session->arena, answer, err);
}

static void on_resize(uv_signal_t *handle, int number)
{
	struct watch *w = handle->data;

	(void)number;
	fputs("\033[2J", w->session->out);
	w->repaint = true;
}

static void paint(struct watch *w)
{
	char clock[CCHC_CTL_MOMENT];
	char title[CCHC_PERIOD_TITLE];
	struct cchc_ctl_screen screen = {
		.unit = w->unit_name,
		.period = cchc_period_title(w->period, title),
		.clock = cchc_ctl_moment_time(cchc_clock_wall_ms(), clock),
		.notice = cchc_ctl_topic_is_late(w->followed)
				  ? "MẤT LIÊN LẠC với máy chủ – số liệu có thể đã cũ"
				  : "",
		.commit = w->commit,
	};

	w->repaint = false;
	if (w->view == VIEW_SCREEN && w->live)
		cchc_ctl_screen_paint(w->session->out, w->live, &screen,
				      cchc_ctl_window_of(fileno(w->session->out)));
}

static void paint_if_due(struct watch *w)
{
	uint64_t now_ms = uv_now(cchc_ctl_link_loop(w->session->link));

	if (!w->repaint && now_ms - w->painted_ms < PAINT_MS)
		return;
	w->painted_ms = now_ms;
	paint(w);
}

static enum cchc_rc follow_changes(struct watch *w, struct cchc_err *err)
{
	bool ended = false;
	enum cchc_rc rc = CCHC_OK;

	while (rc == CCHC_OK && !ended) {
		rc = cchc_ctl_topic_turn(w->followed, err);
		paint_if_due(w);
		if (fflush(w->session->out) != 0)
			return cchc_fail(err, CCHC_IO, "cannot write the output");
		ended = cchc_ctl_topic_stopped(w->followed) ||
			(w->session->options->once &&
			 cchc_ctl_topic_is_current(w->followed));
	}
	return rc;
}

/* The daemon's clock and receiving unit stand in for what was not given. */
static enum cchc_rc choose(struct watch *w, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = w->session->options;
	struct cchc_ctl_answer answer;
	const Cchc__About *about;
	cchc_day today;
	enum cchc_rc rc = cchc_ctl_ask_about(w->session, &answer, err);

	if (rc != CCHC_OK)
		return rc;
	about = answer.part[0]->about;
	today = cchc_day_at(about->now);
	w->period = (struct cchc_period){cchc_reporting_year(today, CCHC_CLOSE_DEFAULT),
					 CCHC_Q1};
	while (w->period.slot < CCHC_Q1 + 3 &&
	       !cchc_period_contains(w->period, CCHC_CLOSE_DEFAULT, today))
		w->period.slot++;
	if (options->period.year)
		w->period = options->period;
	cchc_period_format(w->period, w->period_text);
	snprintf(w->unit, sizeof(w->unit), "%s",
		 options->unit ? options->unit : about->unit->code);
	snprintf(w->topic, sizeof(w->topic), "rollup/%s/total", w->unit);
	return CCHC_OK;
}

static enum cchc_rc watch_size(struct watch *w, struct cchc_err *err)
{
	if (uv_signal_init(cchc_ctl_link_loop(w->session->link), &w->resize) != 0)
		return cchc_fail(err, CCHC_NOMEM, "cannot watch signals");
	w->resize.data = w;
	if (uv_signal_start(&w->resize, on_resize, SIGWINCH) != 0)
		return cchc_fail(err, CCHC_IO, "cannot watch signals");
	return CCHC_OK;
}

static enum cchc_rc say_end(struct watch *w)
{
	struct cchc_ctl_watched watched = {w->unit, w->period_text};
	struct cchc_ctl_watch_counts counts = cchc_ctl_topic_counts(w->followed);

	return cchc_ctl_watch_end_json(&watched, &counts, w->session->out);
}

static enum cchc_rc watch(struct watch *w, const struct cchc_ctl_topic_user *user,
			  struct cchc_err *err)
{
	enum cchc_rc rc = choose(w, err);

	if (rc == CCHC_OK && w->view == VIEW_SCREEN)
		rc = watch_size(w, err);
	if (rc == CCHC_OK)
		rc = cchc_ctl_topic_follow(w->session->link, w->topic, user, &w->followed,
					   err);
	if (rc != CCHC_OK)
		return rc;
	if (w->view == VIEW_SCREEN)
		cchc_ctl_screen_enter(w->session->out);
	rc = follow_changes(w, err);
	if (w->view == VIEW_SCREEN)
		cchc_ctl_screen_leave(w->session->out);
	if (rc == CCHC_OK && w->view == VIEW_JSON && cchc_ctl_topic_stopped(w->followed))
		rc = say_end(w);
	return rc;
}

enum cchc_rc cchc_ctl_watch_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct cchc_ctl_topic_user user = {
		.data = w, .ask = ask, .take = take, .apply = apply};
	const struct cchc_ctl_options *options = session->options;
	enum cchc_rc rc;

	if (!w)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	w->session = session;
	w->view = VIEW_LINES;
	if (options->json)
		w->view = VIEW_JSON;
	else if (!options->once && isatty(fileno(session->out)))
		w->view = VIEW_SCREEN;
	cchc_arena_init(&w->scratch, SCRATCH_MAX);
	rc = watch(w, &user, err);
	/* Handles live in w and in the topic: the loop must let go of them first. */
	cchc_ctl_link_close(&session->link);
	cchc_ctl_topic_free(&w->followed);
	cchc_ctl_live_free(&w->live);
	cchc_arena_fini(&w->scratch);
	free(w);
	return rc;
}
