#include "ctl/taskimport.h"

#include <stdlib.h>

#include "ctl/deed.h"
#include "ctl/pipeline.h"
#include "ctl/tasksheet.h"
#include "io/csv.h"
#include "io/file.h"

struct import {
	struct cchc_ctl_session *session;
	struct cchc_ctl_task_sheet tasks;
	struct cchc_ctl_tally tally;
	const char **told; /* what was refused of each line; NULL: nothing */
	size_t answered;   /* lines */
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

static void tell_line(struct import *import, const struct cchc_ctl_task_line *line,
		      const struct cchc_ctl_answer *answer, const char *refused,
		      FILE *out)
{
	char where[512];

	snprintf(where, sizeof(where), "%s:%u: ", import->tasks.file, line->line);
	if (answer) {
		cchc_ctl_deed_results(answer, where, &import->tally, out);
		return;
	}
	fprintf(out, "%s%s: %s\n", where, line->deed.id, refused);
	import->tally.refused++;
}

/* Answers come in any order; people read a file from its top. */
static enum cchc_rc on_answer(void *data, size_t i, const struct cchc_ctl_answer *answer,
			      const char *refused, struct cchc_err *err)
{
	struct import *import = data;
	struct cchc_arena *arena = import->session->arena;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool failed = !out;

	if (out) {
		tell_line(import, &import->tasks.line[i], answer, refused, out);
		failed = fclose(out) != 0;
	}
	if (!failed && len) {
		import->told[i] = cchc_arena_text(arena, text, len);
		failed = !import->told[i];
	}
	free(text);
	import->answered++;
	return failed ? cchc_fail(err, CCHC_NOMEM, "out of memory") : CCHC_OK;
}

static enum cchc_rc send_lines(struct import *import, struct cchc_err *err)
{
	struct cchc_ctl_session *session = import->session;
	const struct cchc_ctl_options *options = session->options;
	Cchc__Ask *asks =
		cchc_arena_array(session->arena, import->tasks.n + 1, sizeof(*asks));

	import->told = cchc_arena_array(session->arena, import->tasks.n + 1,
					sizeof(*import->told));
	if (!asks || !import->told)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	for (size_t i = 0; i < import->tasks.n; i++) {
		cchc__ask__init(&asks[i]);
		asks[i].kind = CCHC__ASK__KIND__DO;
		asks[i].deed = &import->tasks.line[i].deed;
		asks[i].deed->has_dry = asks[i].deed->dry = options->dry_run;
	}
	return cchc_ctl_pipeline_run(session->link, asks, import->tasks.n,
				     options->timeout_ms ? options->timeout_ms
							 : CCHC_CTL_TIMEOUT_MS,
				     on_answer, import, err);
}

static void print_summary(const struct import *import, FILE *out)
{
	bool dry = import->session->options->dry_run;

	for (size_t i = 0; i < import->tasks.n; i++)
		if (import->told[i])
			fputs(import->told[i], stderr);
	if (dry)
		fputs("Chạy thử, không ghi gì / dry run, nothing was recorded\n", out);
	fprintf(out, "Số dòng đọc được / lines read: %zu\n", import->tasks.read);
	fprintf(out, "%s: %zu\n",
		dry ? "Nhiệm vụ sẽ thêm / tasks that would be added"
		    : "Nhiệm vụ đã thêm / tasks added",
		import->tally.changed);
	fprintf(out, "Đã có / already there: %zu\n",
		import->tally.same + import->tasks.same);
	fprintf(out, "Không nhận / refused: %zu\n",
		import->tally.refused + import->tasks.refused);
}

enum cchc_rc cchc_ctl_task_import_run(struct cchc_ctl_session *session,
				      struct cchc_err *err)
{
	struct import import = {.session = session};
	struct cchc_sheet sheet;
	struct cchc_err why = {0};
	enum cchc_rc rc = read_table(session, &sheet, err);

	if (rc == CCHC_OK)
		rc = cchc_ctl_task_sheet_read(session->arena, &sheet, &import.tasks,
					      stderr, err);
	if (rc != CCHC_OK)
		return rc;
	rc = send_lines(&import, &why);
	if (import.told)
		print_summary(&import, session->out);
	if (rc != CCHC_OK)
		return cchc_fail(
			err, rc,
			"%s (%zu of %zu lines were answered; what is there "
			"already changes nothing when the file is imported again)",
			why.text, import.answered, import.tasks.n);
	if (import.tally.refused + import.tasks.refused)
		return cchc_fail(err, CCHC_DENIED, "%zu refused, the others stand",
				 import.tally.refused + import.tasks.refused);
	return CCHC_OK;
}
