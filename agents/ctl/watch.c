/* watch.c - the cells of one unit and period as they change.
 *
 * Numbers decide (follow.h): this file only keeps what they say to keep, asks when they
 * say to ask, and shows the result. Publications come on the loop, also while a snapshot
 * is asked for; then they are held and offered again afterwards. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/date.h"
#include "ctl/appendix.h"
#include "ctl/commands.h"
#include "ctl/follow.h"
#include "ctl/live.h"
#include "ctl/moment.h"
#include "ctl/screen.h"
#include "ctl/watchprint.h"

enum {
	HELD_MAX = 1024, /* publications */
	HELD_MEMORY_MAX = 32 * 1024 * 1024,
	SNAPSHOT_MEMORY_MAX = 64 * 1024 * 1024,
	ASK_AGAIN_MS = 250,
	TICK_MS = 500,
	SILENCE_MS = 3 * CCHC_TOPIC_REPEAT_MS,
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
	struct cchc_ctl_follow follow;
	struct cchc_ctl_live *live; /* NULL before the first snapshot */
	uint64_t commit;            /* of what is shown */
	struct cchc_arena held_arena;
	const Cchc__Publication *held[HELD_MAX];
	size_t n_held;
	struct cchc_arena scratch; /* of one publication */
	bool wants_snapshot;
	bool asked_late; /* a snapshot is there, a later ask failed */
	bool stop;
	bool repaint;
	uint64_t ask_after_ms;      /* by the loop's clock */
	uint64_t heard_ms;          /* last publication */
	struct cchc_err unreadable; /* the last publication that could not be read */
	enum cchc_rc failed;        /* of a callback */
	uv_signal_t interrupt;
	uv_signal_t terminate;
	uv_signal_t resize;
	uv_timer_t tick;
};

static uint64_t now_ms(const struct watch *w)
{
	return uv_now(cchc_ctl_link_loop(w->session->link));
}

static void drop_held(struct watch *w)
{
	w->n_held = 0;
	cchc_arena_reset(&w->held_arena);
}

static void want_snapshot(struct watch *w, uint64_t after_ms)
{
	w->wants_snapshot = true;
	w->ask_after_ms = now_ms(w) + after_ms;
}

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
static void apply(struct watch *w, const Cchc__Publication *publication)
{
	const struct cchc_form *form = w->session->form;

	for (size_t i = 0; i < publication->n_cells; i++) {
		const Cchc__UnitCells *cells = publication->cells[i];
		enum cchc_rc rc;

		if (cells->period != cchc_period_code(w->period) ||
		    cells->scope != CCHC_SCOPE_TOTAL ||
		    strcmp(cells->unit->code, w->unit) != 0 ||
		    strcmp(cells->form, form->name) != 0)
			continue;
		rc = cells->revision == form->revision
			     ? apply_cells(w, cells, publication->number)
			     : CCHC_INVALID;
		if (rc == CCHC_INVALID) {
			cchc_ctl_follow_again(&w->follow);
			want_snapshot(w, 0);
		} else if (rc != CCHC_OK) {
			w->failed = rc;
		}
	}
	w->commit = publication->number;
}

static void hold(struct watch *w, const Cchc__Publication *publication)
{
	if (w->n_held < HELD_MAX)
		w->held[w->n_held++] = publication;
}

static void hear(struct watch *w, const Cchc__Publication *publication)
{
	struct cchc_ctl_heard heard = {
		.incarnation = publication->incarnation,
		.previous = publication->previous,
		.number = publication->number,
		.part = publication->has_part ? publication->part : 0,
		.last = publication->has_last ? publication->last : true,
		.empty = publication->n_cells == 0,
	};

	switch (cchc_ctl_follow_hear(&w->follow, &heard)) {
	case CCHC_CTL_APPLY:
		apply(w, publication);
		break;
	case CCHC_CTL_HOLD:
		hold(w, publication);
		break;
	case CCHC_CTL_ASK:
		drop_held(w);
		want_snapshot(w, 0);
		break;
	default:
		break;
	}
}

static bool is_our_topic(const struct watch *w, const struct cchc_zmessage *message)
{
	return message->body && message->route_len == strlen(w->topic) &&
	       memcmp(message->route, w->topic, message->route_len) == 0;
}

static void on_publication(void *data, const struct cchc_zmessage *message)
{
	struct watch *w = data;
	bool holding = w->follow.state == CCHC_CTL_ASKING;
	struct cchc_arena *arena = holding ? &w->held_arena : &w->scratch;
	Cchc__Publication *publication;

	if (!is_our_topic(w, message))
		return;
	w->repaint = w->repaint || now_ms(w) - w->heard_ms > SILENCE_MS;
	w->heard_ms = now_ms(w);
	if (!holding)
		cchc_arena_reset(&w->scratch);
	/* One that cannot be kept or read is like one that was lost: the next one tells.
	 */
	if (cchc_wire_publication(arena, message->body, message->body_len, &publication,
				  &w->unreadable) == CCHC_OK)
		hear(w, publication);
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

static enum cchc_rc take_snapshot(struct watch *w, const struct cchc_ctl_answer *answer,
				  struct cchc_err *err)
{
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

/* What came while the snapshot was on its way, in order. Offered from a copy of the list:
 * if one of them breaks the chain, the rest is of no use and already dropped. */
static void offer_held(struct watch *w)
{
	size_t n = w->n_held;

	for (size_t i = 0; i < n && w->follow.state == CCHC_CTL_FOLLOWING; i++)
		hear(w, w->held[i]);
	drop_held(w);
}

static enum cchc_rc snapshot(struct watch *w, struct cchc_err *err)
{
	struct cchc_ctl_session *s = w->session;
	Cchc__CellsAsk cells = CCHC__CELLS_ASK__INIT;
	struct cchc_ctl_answer answer;
	enum cchc_rc rc;

	w->wants_snapshot = false;
	cells.period = cchc_period_code(w->period);
	cells.has_scope = 1;
	cells.scope = CCHC_SCOPE_TOTAL;
	cells.unit = w->unit;
	cells.has_watch = 1;
	cells.watch = 1;
	cchc_arena_reset(s->arena);
	rc = cchc_ctl_ask_cells(s, &cells, s->arena, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	if (!cchc_ctl_follow_snapshot(&w->follow, answer.incarnation, answer.commit)) {
		want_snapshot(w, ASK_AGAIN_MS);
		return CCHC_OK;
	}
	rc = take_snapshot(w, &answer, err);
	if (rc == CCHC_OK)
		offer_held(w);
	return rc;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct watch *w = handle->data;

	if (number == SIGWINCH) {
		fputs("\033[2J", w->session->out);
		w->repaint = true;
		return;
	}
	w->stop = true;
	cchc_ctl_link_interrupt(w->session->link);
}

static void on_tick(uv_timer_t *tick)
{
	struct watch *w = tick->data;

	w->repaint = true; /* the clock, and how long it has been silent */
}

static void paint(struct watch *w)
{
	char clock[CCHC_CTL_MOMENT];
	char title[CCHC_PERIOD_TITLE];
	struct cchc_ctl_screen screen = {
		.unit = w->unit_name,
		.period = cchc_period_title(w->period, title),
		.clock = cchc_ctl_moment_time(cchc_clock_wall_ms(), clock),
		.notice = w->asked_late || now_ms(w) - w->heard_ms > SILENCE_MS
				  ? "MẤT LIÊN LẠC với máy chủ – số liệu có thể đã cũ"
				  : "",
		.commit = w->commit,
	};

	w->repaint = false;
	if (w->view == VIEW_SCREEN && w->live)
		cchc_ctl_screen_paint(w->session->out, w->live, &screen,
				      cchc_ctl_window_of(fileno(w->session->out)));
}

/* Once a snapshot was there, silence is shown and waited out; before, it is a failure. */
static enum cchc_rc ask_if_wanted(struct watch *w, struct cchc_err *err)
{
	enum cchc_rc rc;

	if (!w->wants_snapshot || now_ms(w) < w->ask_after_ms)
		return CCHC_OK;
	rc = snapshot(w, err);
	if (rc == CCHC_BUSY && w->stop)
		return CCHC_OK;
	w->asked_late = rc == CCHC_BUSY || rc == CCHC_DENIED;
	if (w->asked_late && w->live) {
		want_snapshot(w, ASK_AGAIN_MS);
		return CCHC_OK;
	}
	return rc;
}

static enum cchc_rc check_first_contact(const struct watch *w, uint64_t began_ms,
					struct cchc_err *err)
{
	unsigned timeout_ms = cchc_ctl_link_timeout_ms(w->session->link);

	if (w->live || w->follow.state != CCHC_CTL_WAITING ||
	    now_ms(w) - began_ms < timeout_ms)
		return CCHC_OK;
	return cchc_fail(err, CCHC_BUSY,
			 "nothing heard on the changes socket within %u s (topic %s) %s",
			 timeout_ms / 1000, w->topic, w->unreadable.text);
}

static enum cchc_rc follow_changes(struct watch *w, struct cchc_err *err)
{
	uint64_t began_ms = now_ms(w);
	bool settled = false;
	enum cchc_rc rc = CCHC_OK;

	while (rc == CCHC_OK && !w->stop && !(w->session->options->once && settled)) {
		uv_run(cchc_ctl_link_loop(w->session->link), UV_RUN_ONCE);
		rc = ask_if_wanted(w, err);
		if (rc == CCHC_OK)
			rc = w->failed;
		if (rc == CCHC_OK)
			rc = check_first_contact(w, began_ms, err);
		if (w->repaint)
			paint(w);
		if (fflush(w->session->out) != 0)
			return cchc_fail(err, CCHC_IO, "cannot write the output");
		settled = w->live && w->follow.state == CCHC_CTL_FOLLOWING;
	}
	return rc;
}

/* The daemon's clock and receiving unit stand in for what was not given. */
static enum cchc_rc choose(struct watch *w, struct cchc_err *err)
{
	const struct cchc_ctl_options *options = w->session->options;
	Cchc__Ask ask = CCHC__ASK__INIT;
	struct cchc_ctl_answer answer;
	const Cchc__About *about;
	cchc_day today;
	enum cchc_rc rc;

	ask.kind = CCHC__ASK__KIND__ABOUT;
	rc = cchc_ctl_link_ask(w->session->link, w->session->arena, &ask, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	about = answer.part[0]->about;
	if (!about)
		return cchc_fail(err, CCHC_INVALID, "the answer says nothing of itself");
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

static enum cchc_rc start_handles(struct watch *w, struct cchc_err *err)
{
	uv_loop_t *loop = cchc_ctl_link_loop(w->session->link);
	bool failed = uv_signal_init(loop, &w->interrupt) != 0 ||
		      uv_signal_init(loop, &w->terminate) != 0 ||
		      uv_signal_init(loop, &w->resize) != 0 ||
		      uv_timer_init(loop, &w->tick) != 0;

	if (failed)
		return cchc_fail(err, CCHC_NOMEM, "cannot watch signals");
	w->interrupt.data = w->terminate.data = w->resize.data = w->tick.data = w;
	failed = uv_signal_start(&w->interrupt, on_signal, SIGINT) != 0 ||
		 uv_signal_start(&w->terminate, on_signal, SIGTERM) != 0 ||
		 uv_timer_start(&w->tick, on_tick, TICK_MS, TICK_MS) != 0;
	if (w->view == VIEW_SCREEN)
		failed = failed || uv_signal_start(&w->resize, on_signal, SIGWINCH) != 0;
	return failed ? cchc_fail(err, CCHC_IO, "cannot watch signals") : CCHC_OK;
}

static enum cchc_rc watch(struct watch *w, struct cchc_err *err)
{
	enum cchc_rc rc = choose(w, err);

	if (rc == CCHC_OK)
		rc = start_handles(w, err);
	w->heard_ms = now_ms(w);
	if (rc == CCHC_OK)
		rc = cchc_ctl_link_follow(w->session->link, w->topic, on_publication, w,
					  err);
	if (rc != CCHC_OK)
		return rc;
	if (w->view == VIEW_SCREEN)
		cchc_ctl_screen_enter(w->session->out);
	rc = follow_changes(w, err);
	if (w->view == VIEW_SCREEN)
		cchc_ctl_screen_leave(w->session->out);
	return rc;
}

enum cchc_rc cchc_ctl_watch_run(struct cchc_ctl_session *session, struct cchc_err *err)
{
	struct watch *w = calloc(1, sizeof(*w));
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
	cchc_arena_init(&w->held_arena, HELD_MEMORY_MAX);
	cchc_arena_init(&w->scratch, HELD_MEMORY_MAX);
	cchc_ctl_follow_init(&w->follow);
	rc = watch(w, err);
	/* The handles live in w: the loop must let go of them first. */
	cchc_ctl_link_close(&session->link);
	cchc_ctl_live_free(&w->live);
	cchc_arena_fini(&w->held_arena);
	cchc_arena_fini(&w->scratch);
	free(w);
	return rc;
}
