#include "ctl/taskimport.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/deed.h"
#include "ctl/pipeline.h"
#include "ctl/tasksheet.h"
#include "io/csv.h"
#include "io/file.h"

enum what { ADDED, SAME, REFUSED, WHATS };

/* What became of one task of a line, or would. */
struct outcome {
	const char *id;
	enum what what;
	const char *refusal; /* REFUSED: the whole line about it */
	size_t adder;        /* a dry run: the line above that adds it, + 1; 0: none */
};

struct told {
	struct outcome *outcome;
	size_t n;
};

/* A line, and one above it that would add a task which it names too. */
struct pair {
	size_t line;
	size_t adder;
};

struct import {
	struct cchc_ctl_session *session;
	struct cchc_ctl_task_sheet tasks;
	struct told *told; /* of each line */
	size_t answered;   /* lines */
	struct cchc_ctl_notes notes;
	struct pair *pair; /* of a dry run, sorted */
	size_t n_pairs;
};

static enum cchc_rc read_table(struct cchc_ctl_session *session, struct cchc_sheet *sheet,
			       struct cchc_err *err)
{
	const char *file = session->options->file;
	struct cchc_problems problems;
	char line[512];
	char *bytes;
	size_t len;
	enum cchc_rc rc = cchc_file_read(session->arena, file, CCHC_CSV_BYTES_MAX, &bytes,
					 &len, err);

	if (rc != CCHC_OK)
		return rc;
	cchc_problems_init(&problems);
	rc = cchc_csv_parse(session->arena, file, bytes, len, &problems, sheet);
	if (rc != CCHC_OK)
		rc = cchc_fail(err, rc, "%s",
			       problems.n ? cchc_problem_line(&problems.list[0], line,
							      sizeof(line))
					  : "the file is too large");
	cchc_problems_fini(&problems);
	return rc;
}

/* ---- answers ---- */

static enum cchc_rc no_memory(struct cchc_err *err)
{
	return cchc_fail(err, CCHC_NOMEM, "out of memory");
}

static bool refuse(const struct import *import, size_t line, struct outcome *outcome,
		   const char *why)
{
	outcome->what = REFUSED;
	outcome->refusal = cchc_arena_format(
		import->session->arena, "%s:%u: %s: %s\n", import->tasks.file,
		import->tasks.line[line].line, outcome->id, why);
	return outcome->refusal != NULL;
}

static bool take_result(struct import *import, size_t line,
			const Cchc__DeedResult *result, struct outcome *outcome)
{
	struct cchc_arena *arena = import->session->arena;
	char text[CCHC_CTL_REFUSAL];

	outcome->id = cchc_arena_text(arena, result->id, strlen(result->id));
	outcome->what = result->changed ? ADDED : SAME;
	if (result->text)
		cchc_ctl_notes_add(&import->notes, result->text);
	if (!outcome->id || !result->refusal)
		return outcome->id != NULL;
	return refuse(import, line, outcome,
		      cchc_ctl_refusal_text(result->refusal, text));
}

static size_t count_results(const struct cchc_ctl_answer *answer)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->n; i++)
		n += answer->part[i]->n_result;
	return n;
}

/* What is told at the end, from the top of the file: answers come in any order. */
static enum cchc_rc on_answer(void *data, size_t i, const struct cchc_ctl_answer *answer,
			      const char *refused, struct cchc_err *err)
{
	struct import *import = data;
	struct told *told = &import->told[i];
	size_t n = answer ? count_results(answer) : 1;
	bool fine;

	told->outcome =
		cchc_arena_array(import->session->arena, n + 1, sizeof(*told->outcome));
	fine = told->outcome != NULL;
	import->answered++;
	if (!answer && fine) {
		told->outcome[told->n++].id = import->tasks.line[i].deed.id;
		fine = refuse(import, i, told->outcome, refused);
	}
	for (size_t p = 0; answer && p < answer->n; p++)
		for (size_t r = 0; fine && r < answer->part[p]->n_result; r++)
			fine = take_result(import, i, answer->part[p]->result[r],
					   &told->outcome[told->n++]);
	return fine ? CCHC_OK : no_memory(err);
}

static unsigned timeout_of(const struct import *import)
{
	unsigned timeout_ms = import->session->options->timeout_ms;

	return timeout_ms ? timeout_ms : CCHC_CTL_TIMEOUT_MS;
}

static enum cchc_rc send_lines(struct import *import, struct cchc_err *err)
{
	struct cchc_ctl_session *session = import->session;
	size_t n = import->tasks.n;
	Cchc__Ask *asks = cchc_arena_array(session->arena, n + 1, sizeof(*asks));

	import->told = cchc_arena_array(session->arena, n + 1, sizeof(*import->told));
	if (!asks || !import->told)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		cchc__ask__init(&asks[i]);
		asks[i].kind = CCHC__ASK__KIND__DO;
		asks[i].deed = &import->tasks.line[i].deed;
		asks[i].deed->has_dry = asks[i].deed->dry = session->options->dry_run;
	}
	return cchc_ctl_pipeline_run(session->link, asks, n, timeout_of(import),
				     on_answer, import, err);
}

/* ---- a dry run: lines that name a task which one above would add ----
 *
 * Each line was judged against the register as it is. Which tasks it names is known only
 * now, with "all" and lists taken apart; who comes second is judged once more, as if the
 * first had been done. */

struct added {
	struct outcome *outcome;
	size_t line;
};

static int by_id_and_line(const void *a, const void *b)
{
	const struct added *x = a;
	const struct added *y = b;
	int order = strcmp(x->outcome->id, y->outcome->id);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int by_lines(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->adder > y->adder) - (x->adder < y->adder);
}

static struct added *list_added(const struct import *import, size_t *n)
{
	struct added *list;
	size_t most = 1;

	for (size_t i = 0; i < import->tasks.n; i++)
		most += import->told[i].n;
	list = cchc_arena_array(import->session->arena, most, sizeof(*list));
	*n = 0;
	for (size_t i = 0; list && i < import->tasks.n; i++)
		for (size_t j = 0; j < import->told[i].n; j++)
			if (import->told[i].outcome[j].what == ADDED)
				list[(*n)++] =
					(struct added){&import->told[i].outcome[j], i};
	if (list)
		qsort(list, *n, sizeof(*list), by_id_and_line);
	return list;
}

/* One that was added first adds it; the others come after it. */
static enum cchc_rc find_pairs(struct import *import, struct cchc_err *err)
{
	size_t n;
	struct added *added = list_added(import, &n);
	size_t first = 0;
	size_t kept = 0;

	import->pair =
		cchc_arena_array(import->session->arena, n + 1, sizeof(*import->pair));
	if (!added || !import->pair)
		return no_memory(err);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(added[first].outcome->id, added[i].outcome->id) != 0) {
			first = i;
			continue;
		}
		added[i].outcome->adder = added[first].line + 1;
		import->pair[import->n_pairs++] =
			(struct pair){added[i].line, added[first].line};
	}
	qsort(import->pair, import->n_pairs, sizeof(*import->pair), by_lines);
	for (size_t i = 0; i < import->n_pairs; i++)
		if (kept == 0 || by_lines(&import->pair[kept - 1], &import->pair[i]) != 0)
			import->pair[kept++] = import->pair[i];
	import->n_pairs = kept;
	return CCHC_OK;
}

static bool take_second(struct import *import, const struct pair *pair,
			const Cchc__DeedResult *result)
{
	struct told *told = &import->told[pair->line];

	for (size_t i = 0; i < told->n; i++)
		if (told->outcome[i].adder == pair->adder + 1 &&
		    strcmp(told->outcome[i].id, result->id) == 0)
			return take_result(import, pair->line, result, &told->outcome[i]);
	return true;
}

static enum cchc_rc on_second(void *data, size_t i, const struct cchc_ctl_answer *answer,
			      const char *refused, struct cchc_err *err)
{
	struct import *import = data;

	if (!answer)
		return cchc_fail(err, CCHC_INVALID, "%s", refused);
	for (size_t p = 0; p < answer->n; p++)
		for (size_t r = 0; r < answer->part[p]->n_result; r++)
			if (!take_second(import, &import->pair[i],
					 answer->part[p]->result[r]))
				return no_memory(err);
	return CCHC_OK;
}

static enum cchc_rc send_pairs(struct import *import, struct cchc_err *err)
{
	struct cchc_arena *arena = import->session->arena;
	Cchc__Ask *asks = cchc_arena_array(arena, import->n_pairs + 1, sizeof(*asks));
	Cchc__Deed **earlier =
		cchc_arena_array(arena, import->n_pairs + 1, sizeof(Cchc__Deed *));

	if (!asks || !earlier)
		return no_memory(err);
	for (size_t i = 0; i < import->n_pairs; i++) {
		earlier[i] = &import->tasks.line[import->pair[i].adder].deed;
		cchc__ask__init(&asks[i]);
		asks[i].kind = CCHC__ASK__KIND__DO;
		asks[i].deed = &import->tasks.line[import->pair[i].line].deed;
		asks[i].n_earlier = 1;
		asks[i].earlier = &earlier[i];
	}
	return cchc_ctl_pipeline_run(import->session->link, asks, import->n_pairs,
				     timeout_of(import), on_second, import, err);
}

static enum cchc_rc ask_all(struct import *import, struct cchc_err *err)
{
	enum cchc_rc rc = send_lines(import, err);

	if (rc != CCHC_OK || !import->session->options->dry_run)
		return rc;
	rc = find_pairs(import, err);
	return rc == CCHC_OK && import->n_pairs ? send_pairs(import, err) : rc;
}

/* ---- what came of it ---- */

/* The mistakes that were found here and what the daemon refused, from the top of the
 * file. */
static void print_refusals(const struct import *import)
{
	const struct cchc_ctl_task_sheet *tasks = &import->tasks;
	size_t m = 0;

	for (size_t i = 0; i <= tasks->n; i++) {
		while (m < tasks->n_mistakes &&
		       (i == tasks->n || tasks->mistake[m].line < tasks->line[i].line))
			fprintf(stderr, "%s\n", tasks->mistake[m++].text);
		for (size_t j = 0; i < tasks->n && j < import->told[i].n; j++)
			if (import->told[i].outcome[j].what == REFUSED)
				fputs(import->told[i].outcome[j].refusal, stderr);
	}
}

/* By enum what. */
static void count(const struct import *import, size_t n[WHATS])
{
	memset(n, 0, WHATS * sizeof(n[0]));
	n[SAME] = import->tasks.same;
	n[REFUSED] = import->tasks.refused;
	for (size_t i = 0; i < import->tasks.n; i++)
		for (size_t j = 0; j < import->told[i].n; j++)
			n[import->told[i].outcome[j].what]++;
}

static void print_summary(const struct import *import, const size_t n[WHATS], FILE *out)
{
	bool dry = import->session->options->dry_run;

	if (dry)
		fputs("Chạy thử, không ghi gì / dry run, nothing was recorded\n", out);
	fprintf(out, "Số dòng đọc được / lines read: %zu\n", import->tasks.read);
	fprintf(out, "%s: %zu\n",
		dry ? "Nhiệm vụ sẽ thêm / tasks that would be added"
		    : "Nhiệm vụ đã thêm / tasks added",
		n[ADDED]);
	fprintf(out, "Đã có / already there: %zu\n", n[SAME]);
	fprintf(out, "Không nhận / refused: %zu\n", n[REFUSED]);
	cchc_ctl_notes_print(&import->notes, out);
}

/* The daemon's clock says what lies in the future; ours may be another. */
static enum cchc_rc read_tasks(struct import *import, struct cchc_err *err)
{
	struct cchc_ctl_session *session = import->session;
	struct cchc_ctl_answer answer;
	struct cchc_sheet sheet;
	enum cchc_rc rc = read_table(session, &sheet, err);

	if (rc == CCHC_OK)
		rc = cchc_ctl_ask_about(session, &answer, err);
	if (rc != CCHC_OK)
		return rc;
	return cchc_ctl_task_sheet_read(session->arena, &sheet,
					cchc_day_at(answer.part[0]->about->now),
					&import->tasks, err);
}

enum cchc_rc cchc_ctl_task_import_run(struct cchc_ctl_session *session,
				      struct cchc_err *err)
{
	struct import import = {.session = session};
	struct cchc_err why = {0};
	size_t n[WHATS];
	enum cchc_rc rc = read_tasks(&import, err);

	if (rc != CCHC_OK)
		return rc;
	rc = ask_all(&import, &why);
	if (import.told) {
		count(&import, n);
		print_refusals(&import);
		print_summary(&import, n, session->out);
	}
	if (rc != CCHC_OK)
		return cchc_fail(
			err, rc,
			"%s (%zu of %zu lines were answered; what is there "
			"already changes nothing when the file is imported again)",
			why.text, import.answered, import.tasks.n);
	if (n[REFUSED])
		return cchc_fail(err, CCHC_DENIED,
				 session->options->dry_run
					 ? "%zu would be refused, the others not"
					 : "%zu refused, the others stand",
				 n[REFUSED]);
	return CCHC_OK;
}
