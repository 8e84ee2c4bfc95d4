/* exec.c - hands a notice to a program: as JSON on its standard input and in its
 * environment, without a shell.
 *
 * Its exit status is the verdict: 0 taken, 65 refused for good, all else later; what it
 * says first on standard error is the text. At the time limit it and all it started (it
 * leads a session of its own) get SIGTERM, and two seconds later SIGKILL. The same when
 * the courier stops; the loop then runs until it has ended.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "notify/errand.h"
#include "notify/noticejson.h"

enum {
	EXIT_REFUSED = 65, /* sysexits' EX_DATAERR */
	KILL_AFTER_MS = 2000,
	SAID_KEPT = 160,
	ENV_TEXT_MAX = 32 * 1024, /* the kernel takes no more than 128 KiB of one; the
				   * whole is on standard input */
};

struct run {
	uv_process_t process;
	uv_pipe_t in;
	uv_pipe_t err;
	uv_write_t writing;
	bool running;
	bool overdue; /* it was told to end */
	char said[SAID_KEPT];
	size_t n_said;
	char buffer[1024];
};

/* The session's leader has not been waited for, so its number is still its own. */
static void signal_all(struct run *run, int number)
{
	if (run->running)
		(void)kill(-run->process.pid, number);
}

static void on_kill_time(uv_timer_t *timer)
{
	struct cchc_errand *errand = timer->data;

	signal_all(errand->own, SIGKILL);
}

static void put_an_end(struct cchc_errand *errand)
{
	signal_all(errand->own, SIGTERM);
	(void)uv_timer_start(&errand->timer, on_kill_time, KILL_AFTER_MS, 0);
}

static void on_time_limit(uv_timer_t *timer)
{
	struct cchc_errand *errand = timer->data;
	struct run *run = errand->own;

	run->overdue = true;
	put_an_end(errand);
}

static void keep_said(struct run *run, const char *bytes, size_t len)
{
	size_t room = SAID_KEPT - 1 - run->n_said;

	len = len < room ? len : room;
	memcpy(run->said + run->n_said, bytes, len);
	run->n_said += len;
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct cchc_errand *errand = handle->data;
	struct run *run = errand->own;

	(void)wanted;
	*buf = uv_buf_init(run->buffer, sizeof(run->buffer));
}

static void on_said(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct cchc_errand *errand = stream->data;

	if (n > 0)
		keep_said(errand->own, buf->base, (size_t)n);
}

/* What lies in the pipe when it ends. Its end is not waited for: what the program left
 * running may hold it. */
static void hear_the_rest(struct run *run)
{
	uv_os_fd_t fd;
	ssize_t n;

	if (uv_fileno((uv_handle_t *)&run->err, &fd) != 0)
		return;
	while (run->n_said < SAID_KEPT - 1 &&
	       (n = read(fd, run->buffer, sizeof(run->buffer))) > 0)
		keep_said(run, run->buffer, (size_t)n);
}

static void close_in(struct cchc_errand *errand)
{
	struct run *run = errand->own;

	if (!uv_is_closing((uv_handle_t *)&run->in))
		uv_close((uv_handle_t *)&run->in, cchc_errand_on_closed);
}

static void close_run(struct cchc_errand *errand)
{
	struct run *run = errand->own;

	uv_close((uv_handle_t *)&run->process, cchc_errand_on_closed);
	uv_close((uv_handle_t *)&run->err, cchc_errand_on_closed);
	close_in(errand);
	cchc_errand_close(errand);
}

static void tell(struct cchc_errand *errand, int64_t status, int killer)
{
	struct run *run = errand->own;
	char how[64];
	char text[SAID_KEPT + sizeof(how) + 2];
	enum cchc_rc rc = CCHC_IO;

	if (killer == 0 && status == 0)
		rc = CCHC_OK;
	else if (killer == 0 && status == EXIT_REFUSED)
		rc = CCHC_INVALID;
	else if (run->overdue)
		rc = CCHC_LIMIT;
	if (run->overdue)
		(void)snprintf(how, sizeof(how), "ended at the time limit");
	else if (killer)
		(void)snprintf(how, sizeof(how), "killed by signal %d", killer);
	else
		(void)snprintf(how, sizeof(how), "exit status %d", (int)status);
	run->said[strcspn(run->said, "\n")] = '\0';
	(void)snprintf(text, sizeof(text), "%s%s%s", how, *run->said ? ": " : "",
		       run->said);
	cchc_errand_tell(errand, rc, text);
}

static void on_exit_of(uv_process_t *process, int64_t status, int killer)
{
	struct cchc_errand *errand = process->data;
	struct run *run = errand->own;

	run->running = false;
	hear_the_rest(run);
	tell(errand, status, killer);
	close_run(errand);
}

/* The program reads to the end. One that does not read, or is gone, is no failure. */
static void on_written(uv_write_t *writing, int status)
{
	(void)status;
	close_in(writing->data);
}

static const char *variable(struct cchc_arena *arena, const char *name, const char *value)
{
	size_t size = strlen(value) + 1;
	char *text;

	size = size < ENV_TEXT_MAX ? size : ENV_TEXT_MAX;
	text = cchc_arena_alloc(arena, size);
	if (!text)
		return NULL;
	cchc_text_copy(text, size, value, strlen(value));
	return cchc_arena_format(arena, "CCHC_ALERT_%s=%s", name, text);
}

/* The daemon's own environment is not the program's business. */
static char **make_environment(struct cchc_arena *arena, const struct cchc_notice *n)
{
	static const char *const ALWAYS[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
					     "LANG=C.UTF-8"};
	char raised[CCHC_NOTICE_TIME];
	char ended[CCHC_NOTICE_TIME] = "";
	const char *const OURS[][2] = {
		{"KEY", n->key},
		{"STATE", cchc_notice_state(n)},
		{"KIND", n->kind},
		{"URGENCY", n->urgency},
		{"UNIT", n->unit_code},
		{"UNIT_NAME", n->unit_name},
		{"TASK", n->task},
		{"STEP", n->step},
		{"CLASS", n->class_name},
		{"DUE", n->due},
		{"SUBJECT", n->subject},
		{"TEXT", n->text},
		{"TO", n->to},
		{"LANGUAGE", n->language},
		{"RAISED", cchc_notice_time(n->raised_ms, raised)},
		{"ENDED", n->ended_ms ? cchc_notice_time(n->ended_ms, ended) : ""},
	};
	size_t always = CCHC_COUNT(ALWAYS);
	const char **list =
		cchc_arena_array(arena, always + CCHC_COUNT(OURS) + 1, sizeof(list[0]));

	for (size_t i = 0; list && i < always; i++)
		list[i] = ALWAYS[i];
	for (size_t i = 0; list && i < CCHC_COUNT(OURS); i++) {
		list[always + i] = variable(arena, OURS[i][0], OURS[i][1]);
		if (!list[always + i])
			return NULL;
	}
	return (char **)list;
}

static int spawn(struct cchc_errand *errand, const char *program, char **environment)
{
	struct run *run = errand->own;
	char *args[] = {(char *)program, NULL};
	uv_stdio_container_t stdio[] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
		 .data.stream = (uv_stream_t *)&run->in},
		{.flags = UV_IGNORE},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		 .data.stream = (uv_stream_t *)&run->err},
	};
	const uv_process_options_t options = {
		.exit_cb = on_exit_of,
		.file = program,
		.args = args,
		.env = environment,
		.cwd = "/",
		.flags =
			UV_PROCESS_DETACHED, /* leads a session: all of it can be ended */
		.stdio_count = CCHC_COUNT(stdio),
		.stdio = stdio,
	};

	return uv_spawn(errand->timer.loop, &run->process, &options);
}

static void begin_run(struct cchc_errand *errand, int64_t limit_ms, const char *json)
{
	struct run *run = errand->own;
	uv_buf_t buf = uv_buf_init((char *)json, (unsigned)strlen(json));

	run->running = true;
	run->writing.data = errand;
	errand->on_stop = put_an_end;
	(void)uv_timer_start(&errand->timer, on_time_limit, (uint64_t)limit_ms, 0);
	(void)uv_read_start((uv_stream_t *)&run->err, on_alloc, on_said);
	if (uv_write(&run->writing, (uv_stream_t *)&run->in, &buf, 1, on_written) != 0)
		close_in(errand);
}

/* The verdict that there is none to run is told like any other, at the next turn. */
static void on_no_program(uv_timer_t *timer)
{
	struct cchc_errand *errand = timer->data;

	cchc_errand_tell(errand, errand->rc, errand->text);
	close_run(errand);
}

enum cchc_rc cchc_exec_start(struct cchc_errand *errand,
			     const struct cchc_channel_settings *settings,
			     const struct cchc_notice *notice)
{
	struct run *run = cchc_arena_alloc(&errand->arena, sizeof(*run));
	const char *json = cchc_notice_json(&errand->arena, notice);
	char **environment = make_environment(&errand->arena, notice);
	int failed;

	if (!run || !json || !environment)
		return CCHC_NOMEM;
	errand->own = run;
	(void)uv_pipe_init(errand->timer.loop, &run->in, 0);
	(void)uv_pipe_init(errand->timer.loop, &run->err, 0);
	failed = spawn(errand, settings->program, environment);
	cchc_errand_owns(errand, (uv_handle_t *)&run->process);
	cchc_errand_owns(errand, (uv_handle_t *)&run->in);
	cchc_errand_owns(errand, (uv_handle_t *)&run->err);
	if (failed == 0) {
		begin_run(errand, settings->time_limit_ms, json);
		return CCHC_OK;
	}
	errand->rc = CCHC_IO;
	errand->text = cchc_arena_format(&errand->arena, "%s: %s", settings->program,
					 uv_strerror(failed));
	errand->text = errand->text ? errand->text : uv_strerror(failed);
	errand->on_stop = close_run;
	(void)uv_timer_start(&errand->timer, on_no_program, 0, 0);
	return CCHC_OK;
}
