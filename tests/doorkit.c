#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorkit.h"

#include "app/ingest.h"
#include "app/query.h"
#include "io/yaml.h"

static void on_door_tick(uv_timer_t *tick)
{
	(void)tick;
}

static void on_guest(void *data, const struct cchc_zmessage *message)
{
	struct guest *guest = data;
	struct frame_heard *frame = &guest->heard[guest->n];

	assert_non_null(message->body);
	assert_true(guest->n++ < DOOR_FRAMES);
	if (message->route_len)
		(void)snprintf(frame->topic, sizeof(frame->topic), "%.*s",
			       (int)message->route_len, (const char *)message->route);
	frame->bytes = malloc(message->body_len + 1);
	assert_non_null(frame->bytes);
	memcpy(frame->bytes, message->body, message->body_len);
	frame->len = message->body_len;
}

static void on_door_change(void *data, const struct cchc_zmessage *message)
{
	struct cchc_daemon *d = data;

	cchc_publisher_subscription(&d->publisher, message);
}

static void door_keys(struct doorkit *k)
{
	struct cchc_node *root = NULL;
	char text[512];

	assert_int_equal(cchc_keys_make(&k->d.own, NULL), CCHC_OK);
	assert_int_equal(cchc_keys_make(&k->monitor, NULL), CCHC_OK);
	assert_int_equal(cchc_keys_make(&k->agent, NULL), CCHC_OK);
	(void)snprintf(text, sizeof(text),
		       "keys:\n  - {name: monitor, key: '%s', role: monitor}\n"
		       "  - {name: agent, key: '%s', role: agent, unit: \"11986\"}\n",
		       k->monitor.public_key, k->agent.public_key);
	assert_int_equal(cchc_yaml_parse(&k->arena, "keys", text, strlen(text),
					 &k->app.problems, &root),
			 CCHC_OK);
	assert_int_equal(cchc_keyring_load(&k->d.ring, root, &k->app.catalog.units,
					   &k->app.problems),
			 CCHC_OK);
}

static void door_board(struct doorkit *k, int64_t now_ms)
{
	struct cchc_txn txn;

	assert_int_equal(cchc_board_new(&k->d.catalog, &k->d.board), CCHC_OK);
	(void)cchc_board_advance(k->d.board, now_ms);
	cchc_txn_read(&txn, k->d.store.env);
	k->d.board->commit = cchc_store_commit_number(&txn);
	assert_int_equal(cchc_board_load(k->d.board, &txn, 2024, NULL, 0), CCHC_OK);
	cchc_txn_abort(&txn);
}

int door_open(void **state)
{
	struct doorkit *k = calloc(1, sizeof(*k));
	struct cchc_doors_options options = {.publish_queue = 1000};
	struct cchc_err err = {.text = ""};

	assert_non_null(k);
	appkit_open(&k->app);
	k->d.loop = &k->loop;
	k->d.catalog = k->app.catalog;
	k->d.store = k->app.kit.store;
	cchc_arena_init(&k->arena, 64 * 1024 * 1024);
	door_keys(k);
	door_board(k, KIT_NOW);
	assert_int_equal(uv_loop_init(&k->loop), 0);
	assert_int_equal(uv_timer_init(&k->loop, &k->tick), 0);
	assert_int_equal(uv_timer_start(&k->tick, on_door_tick, 5, 5), 0);
	assert_int_equal(cchc_sessions_init(&k->d.sessions, k->d.ring.n), CCHC_OK);
	options.own = &k->d.own;
	options.ring = &k->d.ring;
	options.data = &k->d;
	for (int door = 0; door < CCHC_DOORS_N; door++)
		options.endpoint[door] = "tcp://127.0.0.1:*";
	options.on_message[CCHC_DOOR_AGENTS] = cchc_ingest_message;
	options.on_message[CCHC_DOOR_QUERIES] = cchc_query_message;
	options.on_message[CCHC_DOOR_CHANGES] = on_door_change;
	if (cchc_doors_open(&k->d.doors, &k->loop, &options, &err))
		fail_msg("%s", err.text);
	cchc_publisher_start(&k->d.publisher, &k->loop, k->d.board, &k->d.doors, 42,
			     true);
	*state = k;
	return 0;
}

void door_enter(struct doorkit *k, struct guest *guest, enum cchc_door door,
		const char *topic)
{
	struct cchc_zoptions options = {.kind = topic ? CCHC_ZSUB : CCHC_ZDEALER,
					.own = door == CCHC_DOOR_AGENTS ? &k->agent
									: &k->monitor,
					.server_key = k->d.own.public_key,
					.receive_high_water = DOOR_FRAMES};
	struct cchc_zsocket *socket = NULL;

	assert_int_equal(cchc_zsocket_new(k->d.doors.context, &options, &socket, NULL),
			 CCHC_OK);
	assert_int_equal(cchc_zsocket_connect(socket, k->d.doors.endpoint[door], NULL),
			 CCHC_OK);
	if (topic)
		assert_int_equal(cchc_zsocket_subscribe(socket, topic), CCHC_OK);
	assert_int_equal(
		cchc_zpoll_start(&k->loop, socket, on_guest, guest, &guest->poll, NULL),
		CCHC_OK);
}

void door_leave(struct guest *guest)
{
	cchc_zpoll_close(&guest->poll);
	while (guest->n)
		free(guest->heard[--guest->n].bytes);
}

void door_say(struct doorkit *k, struct guest *guest, const ProtobufCMessage *frame)
{
	struct cchc_zsocket *socket = cchc_zpoll_socket(guest->poll);
	uint8_t *bytes;
	size_t len;

	assert_int_equal(cchc_wire_encode(&k->arena, frame, &bytes, &len), CCHC_OK);
	door_until(k, cchc_zsocket_send(socket, NULL, 0, bytes, len) == CCHC_OK);
}

/* As the daemon does it. */
static void on_written(void *data, struct cchc_item *items)
{
	struct cchc_daemon *d = data;
	struct cchc_item *next;

	for (struct cchc_item *item = items; item; item = next) {
		next = item->next;
		assert_int_equal(item->rc, CCHC_OK);
		if (item->outcome.changes.n)
			assert_int_equal(
				cchc_board_apply(d->board, &item->outcome.changes),
				CCHC_OK);
		cchc_ingest_done(d, item);
		d->board->commit = item->commit;
		cchc_item_free(item);
	}
}

static void on_door_turn(struct doorkit *k)
{
	cchc_ingest_settle(&k->d);
}

void door_write(struct doorkit *k)
{
	assert_int_equal(cchc_writer_start(&k->loop, &k->d.store, on_written, &k->d,
					   &k->d.writer, NULL),
			 CCHC_OK);
	k->on_turn = on_door_turn;
}

void door_commit(struct doorkit *k, struct sender *sender, struct cchc_period period,
		 const char *row, int64_t value)
{
	struct cchc_outcome outcome = appkit_write(&k->app, sender, period, row, value);

	assert_int_equal(outcome.applied, CCHC_APPLIED);
	assert_int_equal(cchc_board_apply(k->d.board, &outcome.changes), CCHC_OK);
	k->d.board->commit = kit_commit_number(&k->app.kit);
}

void door_count_tasks(struct doorkit *k, int64_t now_ms)
{
	cchc_board_free(&k->d.board);
	k->d.catalog.counts_tasks = true;
	k->d.catalog.register_from = KIT_Q1;
	door_board(k, now_ms);
	k->d.publisher.board = k->d.board;
}

int door_close(void **state)
{
	struct doorkit *k = *state;

	door_leave(&k->asks);
	door_leave(&k->watches);
	door_leave(&k->sends);
	if (k->d.writer)
		cchc_writer_stop(k->d.writer);
	cchc_publisher_stop(&k->d.publisher);
	cchc_doors_close(&k->d.doors);
	uv_close((uv_handle_t *)&k->tick, NULL);
	assert_int_equal(uv_run(&k->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&k->loop), 0);
	cchc_writer_free(&k->d.writer);
	cchc_doors_end(&k->d.doors);
	cchc_publisher_fini(&k->d.publisher);
	cchc_sessions_fini(&k->d.sessions);
	cchc_board_free(&k->d.board);
	cchc_keyring_fini(&k->d.ring);
	cchc_arena_fini(&k->arena);
	appkit_close(&k->app);
	free(k);
	return 0;
}
