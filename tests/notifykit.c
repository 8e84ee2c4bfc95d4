#include "notifykit.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/digest.h"

enum { ARGS_MAX = 24, ARENA_BYTES = 1 << 20, LOOK_MS = 10 };

/* Also wakes the loop, for states that it does not see come. */
static void on_look(uv_timer_t *timer)
{
	struct kit *kit = timer->data;

	kit->waited_ms += LOOK_MS;
	if (kit->waited_ms > KIT_LIMIT_MS)
		fail_msg("nothing came of it in a minute");
}

void kit_clock(struct kit *kit)
{
	kit->waited_ms = 0;
	kit->look.data = kit;
	uv_timer_start(&kit->look, on_look, LOOK_MS, LOOK_MS);
}

int kit_begin(void **state)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	(void)signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	cchc_digest_start();
	cchc_arena_init(&kit->arena, ARENA_BYTES);
	(void)stpcpy(kit->dir, "/tmp/test-notify-XXXXXX");
	*state = kit;
	return mkdtemp(kit->dir) && uv_loop_init(&kit->loop) == 0 &&
			       uv_timer_init(&kit->loop, &kit->look) == 0 &&
			       cchc_courier_new(&kit->loop, &kit->courier) == CCHC_OK
		       ? 0
		       : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int kit_end(void **state)
{
	struct kit *kit = *state;
	int failed;

	if (kit->sink > 0) {
		(void)kill(kit->sink, SIGKILL);
		(void)waitpid(kit->sink, NULL, 0);
	}
	cchc_courier_stop(kit->courier);
	uv_close((uv_handle_t *)&kit->look, NULL);
	uv_run(&kit->loop, UV_RUN_DEFAULT);
	failed = uv_loop_close(&kit->loop);
	cchc_courier_free(&kit->courier);
	json_decref(kit->record);
	cchc_arena_fini(&kit->arena);
	(void)nftw(kit->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(kit);
	return failed;
}

const char *kit_path(struct kit *kit, const char *name)
{
	return cchc_arena_format(&kit->arena, "%s/%s", kit->dir, name);
}

const char *kit_write(struct kit *kit, const char *name, const char *text, unsigned mode)
{
	const char *path = kit_path(kit, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void read_ports(struct kit *kit, const char *path)
{
	json_t *ports = NULL;

	for (int i = 0; !ports && i < KIT_LIMIT_MS / 10; i++) {
		ports = json_load_file(path, 0, NULL);
		assert_int_equal(waitpid(kit->sink, NULL, WNOHANG), 0);
		usleep(10000);
	}
	assert_non_null(ports);
	assert_int_equal(
		json_unpack(ports, "{s:i, s:i}", "http", &kit->http, "smtp", &kit->smtp),
		0);
	json_decref(ports);
}

void kit_sink(struct kit *kit, const char *const *options, size_t n)
{
	const char *args[ARGS_MAX] = {"python3",
				      "-B",
				      SOURCE_DIR "/tests/tools/sink.py",
				      "--record",
				      kit_path(kit, "record"),
				      "--ports-file",
				      kit_path(kit, "ports")};

	for (size_t i = 0; i < n; i++)
		args[7 + i] = options[i];
	kit->sink = fork();
	if (kit->sink == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(args[0], (char **)args);
		_exit(127);
	}
	assert_true(kit->sink > 0);
	read_ports(kit, kit_path(kit, "ports"));
}

struct cchc_channel_settings kit_channel(struct kit *kit, enum cchc_channel_type type,
					 const char *path)
{
	bool mail = type == CCHC_CHANNEL_SMTP;

	return (struct cchc_channel_settings){
		.name = "thu",
		.type = type,
		.url = cchc_arena_format(&kit->arena, "%s://127.0.0.1:%d%s",
					 mail ? "smtp" : "http",
					 mail ? kit->smtp : kit->http, path),
		.from = "cchc@vanlam.example",
		.time_limit_ms = KIT_LIMIT_MS,
		.repeat_ms = 60000,
		.at_once = 1,
	};
}

struct cchc_notice kit_notice(void)
{
	return (struct cchc_notice){
		.key = "12-KH/11986/overdue/2",
		.kind = "step",
		.urgency = "critical",
		.unit_code = "11986",
		.unit_name = "Thị trấn Như Quỳnh",
		.task = "12-KH/11986",
		.step = "overdue",
		.class_name = "nhiem-vu",
		.due = "2024-03-15",
		.subject = "Quá hạn: Rà soát thủ tục hành chính",
		.text = "Nhiệm vụ 12-KH/11986 đã quá hạn.\nHạn: 15/03/2024.\n",
		.to = "can-bo@nhuquynh.example",
		.language = "vi",
		.raised_ms = INT64_C(1710522000123), /* 2024-03-15T17:00:00.123Z */
	};
}

static void on_done(void *data, enum cchc_rc rc, const char *text)
{
	struct kit_handing *handing = data;

	assert_false(handing->told);
	handing->told = true;
	handing->rc = rc;
	assert_true(strlen(text) < sizeof(handing->text));
	(void)stpcpy(handing->text, text);
}

size_t kit_hand(struct kit *kit, const struct cchc_channel_settings *channel,
		const struct cchc_notice *notice)
{
	struct kit_handing *handing = &kit->handing[kit->n];

	assert_true(kit->n < KIT_HANDINGS);
	assert_int_equal(
		cchc_courier_hand(kit->courier, channel, notice, on_done, handing),
		CCHC_OK);
	assert_false(handing->told); /* never from within */
	return kit->n++;
}

const struct kit_handing *kit_wait(struct kit *kit, size_t handing)
{
	kit_until(kit, kit->handing[handing].told);
	return &kit->handing[handing];
}

const struct kit_handing *kit_tell(struct kit *kit,
				   const struct cchc_channel_settings *channel,
				   const struct cchc_notice *notice)
{
	return kit_wait(kit, kit_hand(kit, channel, notice));
}

static json_t *load_record(struct kit *kit)
{
	FILE *file = fopen(kit_path(kit, "record"), "r");
	json_t *line;

	json_decref(kit->record);
	kit->record = json_array();
	assert_non_null(file);
	while ((line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)) != NULL)
		json_array_append_new(kit->record, line);
	(void)fclose(file);
	return kit->record;
}

json_t *kit_record(struct kit *kit, size_t n)
{
	json_t *entry = json_array_get(load_record(kit), n);

	assert_non_null(entry);
	return entry;
}

size_t kit_recorded(struct kit *kit)
{
	return json_array_size(load_record(kit));
}

const char *kit_text(json_t *json, const char *a, const char *b, const char *c)
{
	const char *const KEYS[] = {a, b, c};

	for (size_t i = 0; i < 3 && KEYS[i]; i++)
		json = json_is_array(json) ? json_array_get(json, (size_t)atoi(KEYS[i]))
					   : json_object_get(json, KEYS[i]);
	return json_is_string(json) ? json_string_value(json) : NULL;
}
