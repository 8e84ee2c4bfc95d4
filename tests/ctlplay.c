#include "ctlplay.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "ctl/commands.h"
#include "io/digest.h"

enum { TICK_MS = 5, WORDS = 40 };

static void path_of(const struct ctlplay *play, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", play->folder, name);
}

void ctlplay_write(const struct ctlplay *play, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(play, name, path, sizeof(path));
	file = fopen(path, "w");
	cchc_check(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

char *ctlplay_read(const struct ctlplay *play, const char *name)
{
	char path[128];
	char *text = calloc(1, 1 << 20);
	FILE *file;

	path_of(play, name, path, sizeof(path));
	file = fopen(path, "r");
	cchc_check(text);
	if (file) {
		(void)!fread(text, 1, (1 << 20) - 1, file);
		(void)fclose(file);
	}
	return text;
}

/* ---- in the daemon's thread ---- */

static void send_answer(struct ctlplay *play, const struct cchc_zmessage *to,
			const Cchc__Answer *answer)
{
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	cchc_arena_init(&arena, 1 << 20);
	cchc_check(cchc_wire_encode(&arena, &answer->base, &bytes, &len) == CCHC_OK);
	/* It may have ended meanwhile: after a refusal it asks no more. */
	(void)!cchc_zsocket_send(cchc_zpoll_socket(play->queries), to->route,
				 to->route_len, bytes, len);
	cchc_arena_fini(&arena);
}

void ctlplay_publish(struct ctlplay *play, const char *topic,
		     Cchc__Publication *publication)
{
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	publication->version = CCHC_PROTOCOL_VERSION;
	publication->incarnation = 1;
	cchc_arena_init(&arena, 1 << 20);
	cchc_check(cchc_wire_encode(&arena, &publication->base, &bytes, &len) == CCHC_OK);
	cchc_check(cchc_zsocket_send(cchc_zpoll_socket(play->changes), topic,
				     strlen(topic), bytes, len) == CCHC_OK);
	cchc_arena_fini(&arena);
}

static void fill_about(Cchc__Answer *answer)
{
	static Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	static Cchc__About about = CCHC__ABOUT__INIT;
	static uint8_t store[CCHC_STORE_ID_BYTES];

	unit.code = "325";
	unit.name = "Huyện Văn Lâm";
	unit.kind = "Huyện";
	unit.level = "district";
	about.store_id = (ProtobufCBinaryData){sizeof(store), store};
	about.unit = &unit;
	about.now = INT64_C(1710465125000); /* 08:12:05 on 15 March 2024 */
	about.program = "played";
	answer->kind = CCHC__ANSWER__KIND__ABOUT;
	answer->about = &about;
}

static void on_ask(void *data, const struct cchc_zmessage *message)
{
	struct ctlplay *play = data;
	Cchc__Answer answer = CCHC__ANSWER__INIT;
	struct cchc_arena arena;
	Cchc__Ask *ask;
	bool sent = true;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	cchc_check(cchc_wire_ask(&arena, message->body, message->body_len, &ask, NULL) ==
		   CCHC_OK);
	answer.version = CCHC_PROTOCOL_VERSION;
	answer.id = ask->id;
	answer.last = 1;
	answer.commit = 7;
	answer.incarnation = 1;
	if (ask->kind == CCHC__ASK__KIND__ABOUT) {
		fill_about(&answer);
	} else {
		uv_mutex_lock(&play->turn);
		play->asked++;
		sent = play->on_ask(play, ask, &answer);
		uv_mutex_unlock(&play->turn);
	}
	if (sent)
		send_answer(play, message, &answer);
	cchc_arena_fini(&arena);
}

static void on_subscription(void *data, const struct cchc_zmessage *message)
{
	struct ctlplay *play = data;

	if (!message->body || !message->body_len || !message->body[0] ||
	    !play->on_subscriber)
		return;
	uv_mutex_lock(&play->turn);
	play->on_subscriber(play);
	uv_mutex_unlock(&play->turn);
}

static void on_tick(uv_timer_t *tick)
{
	struct ctlplay *play = tick->data;

	uv_mutex_lock(&play->turn);
	if (play->on_tick)
		play->on_tick(play);
	uv_mutex_unlock(&play->turn);
}

static void on_stop(uv_async_t *stop)
{
	struct ctlplay *play = stop->data;

	cchc_zpoll_close(&play->queries);
	cchc_zpoll_close(&play->changes);
	cchc_zap_stop(&play->zap);
	uv_close((uv_handle_t *)&play->tick, NULL);
	uv_close((uv_handle_t *)stop, NULL);
}

static void run_thread(void *data)
{
	struct ctlplay *play = data;

	uv_run(&play->loop, UV_RUN_DEFAULT);
}

/* ---- its beginning and end ---- */

static const char *let_in(void *data, const char *domain, const char *public_key)
{
	(void)data;
	(void)domain;
	(void)public_key;
	return "0";
}

static struct cchc_zpoll *bind_door(struct ctlplay *play, enum cchc_zkind kind,
				    const char *domain, cchc_zpoll_message *on_message,
				    char *at)
{
	struct cchc_zoptions options = {
		.kind = kind, .zap_domain = domain, .own = &play->own};
	struct cchc_zsocket *socket;
	struct cchc_zpoll *poll;

	cchc_check(cchc_zsocket_new(play->context, &options, &socket, NULL) == CCHC_OK);
	cchc_check(cchc_zsocket_bind(socket, "tcp://127.0.0.1:*", at, NULL) == CCHC_OK);
	cchc_check(cchc_zpoll_start(&play->loop, socket, on_message, play, &poll, NULL) ==
		   CCHC_OK);
	return poll;
}

void ctlplay_open(struct ctlplay *play)
{
	struct cchc_key_pair own;
	char queries[256];
	char changes[256];
	char text[1024];

	setlocale(LC_CTYPE, "C.UTF-8");
	cchc_digest_start();
	memset(play, 0, sizeof(*play));
	strcpy(play->folder, "/tmp/ctl-play-XXXXXX");
	cchc_check(mkdtemp(play->folder));
	cchc_check(uv_loop_init(&play->loop) == 0);
	cchc_check(uv_async_init(&play->loop, &play->stop, on_stop) == 0);
	cchc_check(uv_timer_init(&play->loop, &play->tick) == 0);
	play->stop.data = play->tick.data = play;
	cchc_check(uv_timer_start(&play->tick, on_tick, TICK_MS, TICK_MS) == 0);
	cchc_check(cchc_keys_make(&play->own, NULL) == CCHC_OK);
	cchc_check(cchc_keys_make(&own, NULL) == CCHC_OK);
	cchc_check(cchc_zcontext_new(&play->context, NULL) == CCHC_OK);
	cchc_check(cchc_zap_start(&play->loop, play->context, let_in, play, &play->zap,
				  NULL) == CCHC_OK);
	play->queries = bind_door(play, CCHC_ZROUTER, "queries", on_ask, queries);
	play->changes = bind_door(play, CCHC_ZXPUB, "changes", on_subscription, changes);
	path_of(play, "ctl.key", text, sizeof(text));
	cchc_check(cchc_keys_save(text, &own, "test", NULL) == CCHC_OK);
	snprintf(text, sizeof(text),
		 "queries: %s\nchanges: %s\nserver_key: \"%s\"\nkey: ctl.key\n", queries,
		 changes, play->own.public_key);
	ctlplay_write(play, "ctl.yaml", text);
}

void ctlplay_begin(struct ctlplay *play)
{
	cchc_check(uv_mutex_init(&play->turn) == 0);
	uv_mutex_lock(&play->turn);
	cchc_check(uv_thread_create(&play->thread, run_thread, play) == 0);
}

void ctlplay_end(struct ctlplay *play)
{
	static const char *const FILES[] = {"ctl.key", "ctl.yaml", "out", "err",
					    "table.csv"};
	char path[128];

	uv_mutex_unlock(&play->turn);
	cchc_check(uv_async_send(&play->stop) == 0);
	cchc_check(uv_thread_join(&play->thread) == 0);
	uv_mutex_destroy(&play->turn);
	cchc_check(uv_loop_close(&play->loop) == 0);
	cchc_zcontext_free(&play->context);
	for (size_t i = 0; i < CCHC_COUNT(FILES); i++) {
		path_of(play, FILES[i], path, sizeof(path));
		unlink(path);
	}
	cchc_check(rmdir(play->folder) == 0);
	free(play->out);
	free(play->err);
}

/* ---- cchcctl ---- */

static int divert(const struct ctlplay *play, FILE *stream, const char *name)
{
	char path[128];
	int kept = dup(fileno(stream));
	int file;

	path_of(play, name, path, sizeof(path));
	file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	cchc_check(kept >= 0 && file >= 0 && fflush(stream) == 0);
	cchc_check(dup2(file, fileno(stream)) >= 0 && close(file) == 0);
	return kept;
}

static void restore(FILE *stream, int kept)
{
	cchc_check(fflush(stream) == 0);
	cchc_check(dup2(kept, fileno(stream)) >= 0 && close(kept) == 0);
}

/* cchcctl --config ... and the words, between blanks; '...' is one word. */
int ctlplay_ctl(struct ctlplay *play, const char *line)
{
	char config[128];
	char words[1024];
	char *argv[WORDS] = {"cchcctl", "--config", config};
	int argc = 3;
	int out;
	int err;

	path_of(play, "ctl.yaml", config, sizeof(config));
	snprintf(words, sizeof(words), "%s", line);
	for (char *at = words; *at;) {
		char mark = *at == '\'' ? '\'' : ' ';
		char *end;

		at += mark == '\'';
		argv[argc++] = at;
		end = strchr(at, mark);
		at = end ? end + 1 : at + strlen(at);
		if (end)
			*end = '\0';
		at += strspn(at, " ");
	}
	free(play->out);
	free(play->err);
	out = divert(play, stdout, "out");
	err = divert(play, stderr, "err");
	uv_mutex_unlock(&play->turn);
	play->code = cchc_ctl_run(argc, argv);
	uv_mutex_lock(&play->turn);
	restore(stdout, out);
	restore(stderr, err);
	play->out = ctlplay_read(play, "out");
	play->err = ctlplay_read(play, "err");
	return play->code;
}
