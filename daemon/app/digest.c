#include "app/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/unit.h"

enum {
	SOON_DAYS = 7,
	LINE_BYTES = 1024,
	CLOSING_BYTES = 64, /* kept free for the last line */
	TASK_MEMORY = 256 * 1024,
};

/* ---- gathering ---- */

struct gathering {
	const struct cchc_digest_ask *ask;
	struct cchc_digest_line *line;
	size_t n;
	size_t room;
	bool no_memory;
};

static void add_line(struct gathering *g, uint32_t unit, enum cchc_digest_section section,
		     const struct cchc_docket_task *task)
{
	const struct cchc_digest_ask *ask = g->ask;

	if (ask->wants && !ask->wants(ask->data, unit))
		return;
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 64;
		struct cchc_digest_line *grown = realloc(g->line, room * sizeof(*grown));

		if (!grown) {
			g->no_memory = true;
			return;
		}
		g->line = grown;
		g->room = room;
	}
	g->line[g->n++] = (struct cchc_digest_line){.unit = unit,
						    .section = (uint8_t)section,
						    .effective = task->effective,
						    .task = task->no,
						    .lead = task->lead};
}

static bool on_task(void *data, const struct cchc_docket_task *task)
{
	struct gathering *g = data;
	const struct cchc_digest_ask *ask = g->ask;

	if (task->state == CCHC_TASK_WAITING) {
		add_line(g, task->lead, CCHC_DIGEST_REPORTED, task);
		if (task->lead != ask->receiver)
			add_line(g, ask->receiver, CCHC_DIGEST_CONFIRM, task);
	} else if (task->effective == CCHC_DAY_NONE ||
		   task->effective > ask->today + SOON_DAYS) {
		return true;
	} else if (task->is_duty) {
		if (!ask->is_muted || !ask->is_muted(ask->data, task->lead))
			add_line(g, task->lead, CCHC_DIGEST_REPORTS, task);
	} else {
		add_line(g, task->lead,
			 task->effective < ask->today ? CCHC_DIGEST_OVERDUE
						      : CCHC_DIGEST_SOON,
			 task);
	}
	return !g->no_memory;
}

/* -1, 0, 1 */
#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_place(const void *a, const void *b)
{
	const struct cchc_digest_line *x = a;
	const struct cchc_digest_line *y = b;

	if (x->unit != y->unit)
		return ORDER(x->unit, y->unit);
	if (x->section != y->section)
		return ORDER(x->section, y->section);
	if (x->effective != y->effective)
		return ORDER(x->effective, y->effective);
	return ORDER(x->task, y->task);
}

enum cchc_rc cchc_digest_gather(const struct cchc_digest_ask *ask,
				struct cchc_digest_line **line, size_t *n)
{
	struct gathering g = {.ask = ask};

	cchc_docket_each(ask->docket, on_task, &g);
	if (g.no_memory) {
		free(g.line);
		return CCHC_NOMEM;
	}
	if (g.n > 0)
		qsort(g.line, g.n, sizeof(*g.line), by_place);
	*line = g.line;
	*n = g.n;
	return CCHC_OK;
}

size_t cchc_digest_of_unit(const struct cchc_digest_line *line, size_t n, bool *speaks)
{
	size_t own = 0;

	*speaks = false;
	for (; own < n && line[own].unit == line[0].unit; own++)
		if (line[own].section != CCHC_DIGEST_REPORTED)
			*speaks = true;
	return own;
}

/* ---- writing ---- */

static const char *const HEADINGS[] = {
	[CCHC_DIGEST_OVERDUE] = "QUÁ HẠN",
	[CCHC_DIGEST_SOON] = "SẮP ĐẾN HẠN (trong 7 ngày)",
	[CCHC_DIGEST_REPORTS] = "BÁO CÁO PHẢI GỬI",
	[CCHC_DIGEST_CONFIRM] = "CHỜ XÁC NHẬN",
	[CCHC_DIGEST_REPORTED] = "ĐÃ BÁO XONG, CHỜ CẤP TRÊN XÁC NHẬN",
};

struct writing {
	const struct cchc_units *units;
	struct cchc_txn *txn;
	struct cchc_arena arena;
	cchc_day today;
	char *out;
	size_t len;
};

/* All of it or nothing, so that no character is cut. */
static bool append(struct writing *w, size_t keep_free, const char *text)
{
	size_t len = strlen(text);

	if (w->len + len + keep_free >= CCHC_DIGEST_TEXT_MAX)
		return false;
	memcpy(w->out + w->len, text, len + 1);
	w->len += len;
	return true;
}

static const char *unit_name(const struct writing *w, uint32_t id)
{
	const struct cchc_unit *unit = cchc_units_by_id(w->units, id);

	return unit ? unit->name : "";
}

/* "Hạn 10/03/2024, quá 5 ngày". Returns out. */
static char *due_text(const struct writing *w, cchc_day effective, char out[64])
{
	int days = effective == CCHC_DAY_NONE ? 0 : effective - w->today;
	char day[CCHC_DAY_TEXT];

	if (effective == CCHC_DAY_NONE)
		(void)snprintf(out, 64, "Thường xuyên");
	else if (days == 0)
		(void)snprintf(out, 64, "Hạn %s, hôm nay",
			       cchc_day_people(effective, day));
	else
		(void)snprintf(out, 64, "Hạn %s, %s %d ngày",
			       cchc_day_people(effective, day), days < 0 ? "quá" : "còn",
			       days < 0 ? -days : days);
	return out;
}

/* False when it finds no room, or the store cannot be read (txn->rc). */
static bool write_line(struct writing *w, const struct cchc_digest_line *line,
		       const char *heading)
{
	struct cchc_task task = {.id = "", .title = ""};
	bool of_other = line->section == CCHC_DIGEST_CONFIRM;
	char text[LINE_BYTES];
	char due[64];

	cchc_arena_reset(&w->arena);
	if (!cchc_store_task(w->txn, line->task, &w->arena, &task)) {
		cchc_txn_fail(w->txn, CCHC_CORRUPT); /* one in the docket is there */
		return false;
	}
	(void)snprintf(text, sizeof(text), "%s- %s: %s. %s%s%s\n", heading, task.id,
		       task.title, due_text(w, line->effective, due),
		       of_other ? ". " : "", of_other ? unit_name(w, line->lead) : "");
	return append(w, CLOSING_BYTES, text);
}

static size_t of_section(const struct cchc_digest_line *line, size_t n)
{
	size_t same = 0;

	while (same < n && line[same].section == line->section)
		same++;
	return same;
}

/* How many lines were written. */
static size_t write_lines(struct writing *w, const struct cchc_digest_line *line,
			  size_t n)
{
	for (size_t i = 0; i < n && i < CCHC_DIGEST_TASKS; i++) {
		bool begins = i == 0 || line[i].section != line[i - 1].section;
		char heading[128] = "";

		if (begins)
			(void)snprintf(heading, sizeof(heading), "\n%s: %zu\n",
				       HEADINGS[line[i].section],
				       of_section(&line[i], n - i));
		if (!write_line(w, &line[i], heading))
			return i;
	}
	return n < CCHC_DIGEST_TASKS ? n : CCHC_DIGEST_TASKS;
}

bool cchc_digest_write(const struct cchc_units *units, struct cchc_txn *txn,
		       cchc_day today, const struct cchc_digest_line *line, size_t n,
		       char out[CCHC_DIGEST_TEXT_MAX])
{
	struct writing w = {.units = units, .txn = txn, .today = today, .out = out};
	char text[LINE_BYTES];
	char day[CCHC_DAY_TEXT];
	size_t written;

	cchc_arena_init(&w.arena, TASK_MEMORY);
	(void)snprintf(text, sizeof(text), "%.300s – nhiệm vụ, báo cáo, ngày %s\n",
		       unit_name(&w, line->unit), cchc_day_people(today, day));
	(void)append(&w, CLOSING_BYTES, text);
	written = write_lines(&w, line, n);
	if (written < n) {
		(void)snprintf(text, sizeof(text), "\nvà %zu nhiệm vụ khác\n",
			       n - written);
		(void)append(&w, 0, text);
	}
	cchc_arena_fini(&w.arena);
	return txn->rc == CCHC_OK;
}
