/* agent.c - the agent's life: wires the inbox, the outbox and the link to the loop.
 *
 *	folder change, every second -> scan -> inbox, sheet of tasks -> outbox -> link
 *	message, link's own time    -> link -> outbox -> receipts, reminders
 *	every second                -> tasks in the outbox -> sheet of tasks
 *
 * Everything is on one thread; a commit blocks it, which is right: nothing may be sent
 * before it is on the disk.
 */
#include "commune/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "commune/filing.h"
#include "commune/folder.h"
#include "commune/inbox.h"
#include "commune/link.h"
#include "commune/reminders.h"
#include "commune/taskfile.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/service.h"
#include "io/zpoll.h"
#include "proto/wire.h"

enum {
	SCAN_MS = 1000,
	SETTLE_MS = CCHC_SETTLE_MS + 20,
	SOON_MS = 30, /* what comes together is worked on together */
	READERS_MS = 60 * 60 * 1000,
	MAGIC = 0x61676e74,
};

struct agent {
	unsigned magic; /* comes back through void * */
	const struct cchc_settings *settings;
	struct cchc_outbox *box;
	struct cchc_catalog *catalog;
	struct cchc_inbox *inbox;
	struct cchc_taskfile *tasks;
	struct cchc_link *link;
	struct cchc_key_pair key;
	int lock; /* of the outbox, -1: not held */

	uv_loop_t loop;
	uv_timer_t scan_timer;
	uv_timer_t link_timer;
	uv_timer_t watchdog;
	uv_signal_t on_term;
	uv_signal_t on_int;
	uv_fs_event_t folder;
	struct cchc_zcontext *context;
	struct cchc_zpoll *zpoll;
	size_t address;          /* the one that is dialled */
	struct cchc_arena arena; /* of one message */
	char note[CCHC_NOTE_TEXT];
	enum cchc_inbox_wait wait;
	struct cchc_log_limit wire_limit;
	struct cchc_log_limit receipt_limit;
};

static struct agent *agent_of(void *data)
{
	struct agent *a = data;

	cchc_check(a && a->magic == MAGIC);
	return a;
}

static struct cchc_moment now(void)
{
	return (struct cchc_moment){.mono_ms = cchc_clock_mono_ns() / 1000000,
				    .wall_ms = cchc_clock_wall_ms()};
}

/* ---- notes for people ---- */

static const char *wait_text(enum cchc_inbox_wait wait)
{
	switch (wait) {
	case CCHC_INBOX_NO_FORM:
		return "files wait for the district's form";
	case CCHC_INBOX_FULL:
		return "outbox or disk full, files wait in the inbox";
	case CCHC_INBOX_TROUBLE:
		return "files cannot be read or moved, see the log";
	case CCHC_INBOX_FLOWS:
		break;
	}
	return "";
}

static void renew_note(struct agent *a)
{
	char note[CCHC_NOTE_TEXT];
	char both[2 * CCHC_NOTE_TEXT];
	const char *inbox = wait_text(a->wait);
	const char *link = cchc_link_trouble(a->link);

	(void)snprintf(both, sizeof(both), "%s%s%s", inbox,
		       inbox[0] && link[0] ? "; " : "", link);
	cchc_text_copy(note, sizeof(note), both, strlen(both));
	if (strcmp(note, a->note) == 0)
		return;
	memcpy(a->note, note, sizeof(note));
	cchc_link_set_note(a->link, note);
	if (cchc_outbox_set_note(a->box, note))
		a->note[0] = '\1'; /* not kept: once more the next time */
	cchc_service_status(note[0] ? note : "running");
}

/* ---- what recurs ---- */

static void on_link_timer(uv_timer_t *timer);
static void on_scan_timer(uv_timer_t *timer);

static void arm(uv_timer_t *timer, uv_timer_cb callback, uint64_t ms)
{
	cchc_check(uv_timer_start(timer, callback, ms, 0) == 0);
}

static void write_papers(struct agent *a)
{
	struct cchc_desk desk = {.box = a->box,
				 .catalog = a->catalog,
				 .folder = a->settings->receipts,
				 .unit = a->settings->unit};
	struct cchc_err err;

	if (cchc_filing_write(&desk, &err) && cchc_log_allows(&a->receipt_limit))
		cchc_log(CCHC_LOG_ERROR, "receipt not written: %s", err.text);
	if (cchc_reminders_write(a->box, a->settings->reminders, &err) &&
	    cchc_log_allows(&a->receipt_limit))
		cchc_log(CCHC_LOG_ERROR, "reminder not written: %s", err.text);
}

static void on_link_timer(uv_timer_t *timer)
{
	struct agent *a = agent_of(timer->data);
	uint64_t ms = cchc_link_tick(a->link, now());

	write_papers(a);
	renew_note(a);
	arm(&a->link_timer, on_link_timer, ms);
}

static void on_scan_timer(uv_timer_t *timer)
{
	struct agent *a = agent_of(timer->data);
	struct cchc_moment at = now();
	struct cchc_inbox_round round = cchc_inbox_look(a->inbox, at.mono_ms, at.wall_ms,
							cchc_link_forms_known(a->link));
	struct cchc_taskfile_round tasks =
		cchc_taskfile_look(a->tasks, at.mono_ms, at.wall_ms);

	a->wait = round.wait ? round.wait : tasks.wait;
	if (round.taken || round.rejected || tasks.touched)
		arm(&a->link_timer, on_link_timer, 0);
	renew_note(a);
	arm(&a->scan_timer, on_scan_timer,
	    round.unsettled || tasks.unsettled ? SETTLE_MS : SCAN_MS);
}

/* Only an alarm clock: network drives give none, so there is a look every second too. */
static void on_folder(uv_fs_event_t *event, const char *name, int events, int status)
{
	struct agent *a = agent_of(event->data);

	(void)name;
	(void)events;
	if (status == 0 && uv_timer_get_due_in(&a->scan_timer) > SETTLE_MS)
		arm(&a->scan_timer, on_scan_timer, SOON_MS);
}

static void on_watchdog(uv_timer_t *timer)
{
	struct agent *a = agent_of(timer->data);
	struct cchc_outbox_state state;

	if (cchc_outbox_look(a->box, &state) == CCHC_OK)
		cchc_service_alive();
}

static void on_message(void *data, const struct cchc_zmessage *message)
{
	struct agent *a = agent_of(data);
	Cchc__ToAgent *decoded;
	struct cchc_err err = {.text = "more than one part"};

	if (message->parts != 1 ||
	    cchc_wire_to_agent(&a->arena, message->body, message->body_len, &decoded,
			       &err)) {
		if (cchc_log_allows(&a->wire_limit))
			cchc_log(CCHC_LOG_WARN, "message not understood: %s", err.text);
	} else {
		cchc_link_message(a->link, decoded, now());
		arm(&a->link_timer, on_link_timer, SOON_MS);
	}
	cchc_arena_reset(&a->arena);
}

/* ---- what the link asks for ---- */

static bool send_frame(void *data, const uint8_t *bytes, size_t len)
{
	struct agent *a = agent_of(data);

	return cchc_zsocket_send(cchc_zpoll_socket(a->zpoll), NULL, 0, bytes, len) ==
	       CCHC_OK;
}

static void redial(void *data, bool next)
{
	struct agent *a = agent_of(data);
	struct cchc_zsocket *socket = cchc_zpoll_socket(a->zpoll);
	const struct cchc_settings *s = a->settings;
	struct cchc_err err = {.text = ""};

	if (cchc_zsocket_disconnect(socket, s->address[a->address]))
		cchc_log(CCHC_LOG_DEBUG, "nothing to hang up address=%s",
			 s->address[a->address]);
	if (next)
		a->address = (a->address + 1) % s->n_addresses;
	if (cchc_zsocket_connect(socket, s->address[a->address], &err))
		cchc_log(CCHC_LOG_ERROR, "address cannot be dialled: %s", err.text);
	else if (next && s->n_addresses > 1)
		cchc_log(CCHC_LOG_NOTICE, "another address dialled address=%s",
			 s->address[a->address]);
}

static const char *denied_key(void *data)
{
	struct agent *a = agent_of(data);

	return cchc_zsocket_was_denied(cchc_zpoll_socket(a->zpoll)) ? a->key.public_key
								    : NULL;
}

static enum cchc_rc standing(void *data, struct cchc_arena *arena,
			     struct cchc_standing **list, size_t *n)
{
	struct cchc_folder folder;
	enum cchc_rc rc =
		cchc_folder_read(agent_of(data)->settings->inbox, arena, &folder);

	if (rc)
		return rc;
	*list = folder.file;
	*n = folder.n;
	return CCHC_OK;
}

static uint64_t random_number(void *data)
{
	(void)data;
	return cchc_random_u64();
}

/* ---- life ---- */

struct cchc_outbox_options cchc_agent_outbox(const struct cchc_settings *settings,
					     bool read_only)
{
	return (struct cchc_outbox_options){
		.path = settings->outbox,
		.unit = settings->unit,
		.max_bytes = settings->outbox_max_bytes,
		.keep_bytes = settings->keep_bytes,
		.keep_ms = settings->keep_ms,
		.read_only = read_only,
	};
}

/* Two agents on one outbox would both send: the second one ends here. */
static enum cchc_rc lock_outbox(struct agent *a, struct cchc_err *err)
{
	enum cchc_rc rc;
	char *path;

	if (asprintf(&path, "%s-agent", a->settings->outbox) < 0)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = cchc_file_lock(path, &a->lock, err);
	if (rc == CCHC_BUSY)
		rc = cchc_fail(err, rc, "%s: another agent runs on this outbox", path);
	free(path);
	return rc;
}

static enum cchc_rc open_parts(struct agent *a, const char *program, struct cchc_err *err)
{
	struct cchc_outbox_options outbox = cchc_agent_outbox(a->settings, false);
	struct cchc_inbox_options inbox = {.settings = a->settings};
	struct cchc_taskfile_options tasks = {.settings = a->settings};
	struct cchc_link_options link = {
		.port = {send_frame, redial, denied_key, standing, random_number, a},
		.unit = a->settings->unit,
		.unit_valid_from = a->settings->unit_valid_from,
		.program = program,
	};
	enum cchc_rc rc = cchc_keys_load(a->settings->key, &a->key, err);

	if (!rc)
		rc = lock_outbox(a, err);
	if (!rc)
		rc = cchc_outbox_open(&outbox, &a->box, err);
	if (rc)
		return rc;
	rc = cchc_catalog_new(a->box, &a->catalog);
	if (rc)
		return cchc_fail(err, rc, "%s: kept forms: %s", a->settings->outbox,
				 cchc_rc_name(rc));
	inbox.box = tasks.box = link.box = a->box;
	inbox.catalog = link.catalog = a->catalog;
	rc = cchc_inbox_new(&inbox, &a->inbox, err);
	if (!rc)
		rc = cchc_taskfile_new(&tasks, &a->tasks, err);
	if (rc)
		return rc;
	rc = cchc_link_new(&link, &a->link);
	return rc ? cchc_fail(err, rc, "out of memory") : CCHC_OK;
}

static enum cchc_rc dial(struct agent *a, struct cchc_err *err)
{
	struct cchc_zoptions options = {.kind = CCHC_ZDEALER,
					.own = &a->key,
					.server_key = a->settings->server_key};
	struct cchc_zsocket *socket;
	enum cchc_rc rc = cchc_zcontext_new(&a->context, err);

	if (!rc)
		rc = cchc_zsocket_new(a->context, &options, &socket, err);
	if (rc)
		return rc;
	rc = cchc_zsocket_connect(socket, a->settings->address[0], err);
	if (!rc)
		rc = cchc_zpoll_start(&a->loop, socket, on_message, a, &a->zpoll, err);
	if (rc)
		cchc_zsocket_close(&socket);
	return rc;
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct agent *a = agent_of(handle->data);

	(void)number;
	cchc_service_stopping();
	uv_stop(&a->loop);
}

static enum cchc_rc uv_rc(int number, const char *what, struct cchc_err *err)
{
	return number ? cchc_fail(err, CCHC_IO, "%s: %s", what, uv_strerror(number))
		      : CCHC_OK;
}

/* Handles are made first, all of them, so that closing needs no cases. */
static void init_handles(struct agent *a)
{
	cchc_check(uv_timer_init(&a->loop, &a->scan_timer) == 0);
	cchc_check(uv_timer_init(&a->loop, &a->link_timer) == 0);
	cchc_check(uv_timer_init(&a->loop, &a->watchdog) == 0);
	cchc_check(uv_signal_init(&a->loop, &a->on_term) == 0);
	cchc_check(uv_signal_init(&a->loop, &a->on_int) == 0);
	cchc_check(uv_fs_event_init(&a->loop, &a->folder) == 0);
	a->scan_timer.data = a->link_timer.data = a->watchdog.data = a;
	a->on_term.data = a->on_int.data = a->folder.data = a;
}

static enum cchc_rc start(struct agent *a, struct cchc_err *err)
{
	uint64_t watchdog_ms = cchc_service_watchdog_ms();
	int number = uv_signal_start(&a->on_term, on_signal, SIGTERM);

	if (!number)
		number = uv_signal_start(&a->on_int, on_signal, SIGINT);
	if (!number && watchdog_ms)
		number = uv_timer_start(&a->watchdog, on_watchdog, 0, watchdog_ms);
	if (number)
		return uv_rc(number, "loop", err);
	number = uv_fs_event_start(&a->folder, on_folder, a->settings->inbox, 0);
	if (number)
		cchc_log(CCHC_LOG_WARN,
			 "folder cannot be watched, looked at each second: %s",
			 uv_strerror(number));
	arm(&a->scan_timer, on_scan_timer, 0);
	arm(&a->link_timer, on_link_timer, 0);
	return CCHC_OK;
}

static void close_handles(struct agent *a)
{
	uv_close((uv_handle_t *)&a->scan_timer, NULL);
	uv_close((uv_handle_t *)&a->link_timer, NULL);
	uv_close((uv_handle_t *)&a->watchdog, NULL);
	uv_close((uv_handle_t *)&a->on_term, NULL);
	uv_close((uv_handle_t *)&a->on_int, NULL);
	uv_close((uv_handle_t *)&a->folder, NULL);
	cchc_zpoll_close(&a->zpoll);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	cchc_check(uv_loop_close(&a->loop) == 0);
}

static void close_parts(struct agent *a)
{
	cchc_zcontext_free(&a->context);
	cchc_link_free(&a->link);
	cchc_taskfile_free(&a->tasks);
	cchc_inbox_free(&a->inbox);
	cchc_catalog_free(&a->catalog);
	cchc_outbox_close(&a->box);
	cchc_arena_fini(&a->arena);
	if (a->lock >= 0)
		(void)close(a->lock);
}

static enum cchc_rc live(struct agent *a, struct cchc_err *err)
{
	enum cchc_rc rc = dial(a, err);

	if (!rc)
		rc = start(a, err);
	if (rc)
		return rc;
	cchc_service_ready("running");
	cchc_log(CCHC_LOG_NOTICE, "agent runs unit=%s inbox=%s", a->settings->unit,
		 a->settings->inbox);
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	cchc_log(CCHC_LOG_NOTICE, "agent ends unit=%s", a->settings->unit);
	return CCHC_OK;
}

enum cchc_rc cchc_agent_run(const struct cchc_settings *settings, const char *program,
			    struct cchc_err *err)
{
	struct agent *a = calloc(1, sizeof(*a));
	enum cchc_rc rc;

	if (!a)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	a->magic = MAGIC;
	a->settings = settings;
	a->lock = -1;
	a->wire_limit = (struct cchc_log_limit){.burst = 3, .period_ms = 60000};
	a->receipt_limit = (struct cchc_log_limit){.burst = 1, .period_ms = 60000};
	cchc_arena_init(&a->arena, CCHC_DECODE_MEMORY_MAX);
	rc = open_parts(a, program, err);
	if (!rc)
		rc = uv_rc(uv_loop_init(&a->loop), "loop", err);
	if (!rc) {
		init_handles(a);
		rc = live(a, err);
		close_handles(a);
	}
	close_parts(a);
	free(a);
	return rc;
}
