#include "app/publisher.h"

#include <stdlib.h>
#include <string.h>

#include "app/cells.h"
#include "app/publishing.h"
#include "base/clock.h"
#include "base/log.h"
#include "proto/wire.h"

enum {
	TOPICS_MAX = 20000,
	SHARE = 20,                 /* of the loop's time, one part for publishing */
	FREE_NS = 25 * 1000 * 1000, /* may be owed without a pause */
	PAUSE_MOST_NS = 100 * 1000 * 1000,
	PUBLISH_ARENA = 16 * 1024 * 1024,
	FRAME_CELLS = CCHC_FRAME_MAX - 4096,
};

static void on_flush(uv_timer_t *timer);
static void on_repeat(uv_timer_t *timer);

void cchc_publisher_start(struct cchc_publisher *publisher, uv_loop_t *loop,
			  struct cchc_board *board, struct cchc_doors *doors,
			  uint64_t incarnation, bool enabled)
{
	*publisher = (struct cchc_publisher){.board = board,
					     .doors = doors,
					     .incarnation = incarnation,
					     .enabled = enabled};
	(void)uv_timer_init(loop, &publisher->flush);
	(void)uv_timer_init(loop, &publisher->repeat);
	publisher->flush.data = publisher->repeat.data = publisher;
	(void)uv_timer_start(&publisher->repeat, on_repeat, CCHC_TOPIC_REPEAT_MS,
			     CCHC_TOPIC_REPEAT_MS);
}

void cchc_publisher_stop(struct cchc_publisher *publisher)
{
	uv_close((uv_handle_t *)&publisher->flush, NULL);
	uv_close((uv_handle_t *)&publisher->repeat, NULL);
}

void cchc_publisher_fini(struct cchc_publisher *publisher)
{
	free(publisher->topic);
	publisher->topic = NULL;
	publisher->n = 0;
}

void cchc_publisher_send(struct cchc_publisher *publisher, const struct cchc_topic *topic,
			 struct cchc_arena *arena, Cchc__Publication *publication)
{
	uint8_t *bytes;
	size_t len;

	publication->version = CCHC_PROTOCOL_VERSION;
	publication->incarnation = publisher->incarnation;
	publication->has_part = publication->has_last = true;
	if (cchc_wire_encode(arena, &publication->base, &bytes, &len) == CCHC_OK &&
	    cchc_zsocket_send(cchc_doors_socket(publisher->doors, CCHC_DOOR_CHANGES),
			      topic->name, strlen(topic->name), bytes, len) == CCHC_OK)
		publisher->sent++;
	else
		publisher->lost++;
}

/* The topic's last number again, or its first. */
static void repeat_number(struct cchc_publisher *publisher, struct cchc_topic *topic)
{
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;
	struct cchc_arena arena;

	cchc_arena_init(&arena, CCHC_FRAME_MAX);
	publication.previous = publication.number = topic->number;
	publication.last = true;
	cchc_publisher_send(publisher, topic, &arena, &publication);
	cchc_arena_fini(&arena);
}

/* A publication in as many frames as it needs. */
static void send_cells(struct cchc_publisher *publisher, struct cchc_topic *topic,
		       struct cchc_arena *arena, Cchc__UnitCells **cells, size_t n)
{
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;
	size_t from = 0;

	publication.previous = topic->number;
	publication.number = publisher->board->commit;
	while (from < n) {
		size_t bytes = 0;
		size_t to = from;

		while (to < n) {
			size_t more = cchc__unit_cells__get_packed_size(cells[to]) + 8;

			if (to > from && bytes + more > FRAME_CELLS)
				break;
			bytes += more;
			to++;
		}
		publication.cells = cells + from;
		publication.n_cells = to - from;
		publication.last = to == n;
		cchc_publisher_send(publisher, topic, arena, &publication);
		publication.part++;
		from = to;
	}
	topic->number = publication.number;
}

/* What cannot be made is a gap: watchers see it at the next repeat, and ask. */
static void skip_number(struct cchc_publisher *publisher, struct cchc_topic *topic)
{
	topic->number = publisher->board->commit;
	publisher->lost++;
}

/* Gathers what changed of the topic's unit: one UnitCells for each form and period. */
static void publish_topic(struct cchc_publisher *publisher, struct cchc_topic *topic)
{
	struct cchc_board *board = publisher->board;
	struct cchc_arena arena;
	Cchc__UnitCells **cells;
	size_t room = 1;
	size_t n = 0;
	enum cchc_rc rc = CCHC_OK;

	for (size_t f = 0; f < board->n_forms; f++)
		room += board->form[f].view->periods;
	cchc_arena_init(&arena, PUBLISH_ARENA);
	cells = cchc_arena_array(&arena, room, sizeof(cells[0]));
	for (size_t f = 0; cells && f < board->n_forms; f++) {
		struct cchc_view *view = board->form[f].view;

		for (size_t i = 0; i < view->periods && rc != CCHC_NOMEM; i++) {
			struct cchc_cells_ask ask = {
				.form = &board->form[f],
				.period = view->period[i]->period,
				.scope = topic->scope,
				.unit = topic->unit,
				.rows = cchc_view_dirty(view->period[i], topic->unit->id),
			};

			if (!ask.rows)
				continue;
			rc = cchc_cells_pack(&ask, &arena, &cells[n]);
			n += rc == CCHC_OK;
		}
	}
	if (!cells || rc == CCHC_NOMEM)
		skip_number(publisher, topic);
	else if (n > 0)
		send_cells(publisher, topic, &arena, cells, n);
	cchc_arena_fini(&arena);
}

/* After every topic of a unit was served: scopes share the marks of change. */
static void clean(struct cchc_publisher *publisher)
{
	struct cchc_board *board = publisher->board;

	for (size_t t = 0; t < publisher->n; t++)
		for (size_t f = 0; f < board->n_forms; f++)
			for (size_t i = 0;
			     publisher->topic[t].unit && i < board->form[f].view->periods;
			     i++)
				cchc_view_clean(board->form[f].view->period[i],
						publisher->topic[t].unit->id);
}

/* Publishing may take a twentieth of the loop's time. Twenty times what each publication
 * took is owed to other work and paid off by the time that passes; as long as little is
 * owed a change goes out with its commit, however soon after the last one, and only when
 * many cells on many topics change do they wait, a tenth of a second at most, to go out
 * together. (With a rest after each publication instead, the p99 of a watcher's delay was
 * twice that of the ack at 1,000 commits a second.) */
static uint64_t owed_now(struct cchc_publisher *publisher)
{
	uint64_t now = cchc_clock_mono_ns();
	uint64_t passed = now - publisher->since_ns;

	publisher->owed_ns -= passed < publisher->owed_ns ? passed : publisher->owed_ns;
	publisher->since_ns = now;
	return publisher->owed_ns;
}

static void owe(struct cchc_publisher *publisher, uint64_t took_ns)
{
	uint64_t owed = owed_now(publisher) + took_ns * SHARE;

	if (owed > FREE_NS + PAUSE_MOST_NS)
		owed = FREE_NS + PAUSE_MOST_NS;
	publisher->owed_ns = owed;
}

static void publish(struct cchc_publisher *publisher)
{
	uint64_t began = cchc_clock_mono_ns();

	/* Some year is ahead, or time alone changed counts: the next commit brings all to
	 * one number. */
	if (!cchc_board_may_tell(publisher->board))
		return;
	for (size_t t = 0; t < publisher->n; t++)
		if (publisher->topic[t].unit)
			publish_topic(publisher, &publisher->topic[t]);
	clean(publisher);
	owe(publisher, cchc_clock_mono_ns() - began);
}

static void on_flush(uv_timer_t *timer)
{
	struct cchc_publisher *publisher = timer->data;

	publisher->waiting = false;
	publish(publisher);
}

void cchc_publisher_changed(struct cchc_publisher *publisher)
{
	uint64_t owed;

	if (publisher->waiting || publisher->n == 0)
		return;
	owed = owed_now(publisher);
	if (owed <= FREE_NS) {
		publish(publisher);
		return;
	}
	publisher->waiting = true;
	(void)uv_timer_start(&publisher->flush, on_flush, (owed - FREE_NS) / 1000000 + 1,
			     0);
}

static void on_repeat(uv_timer_t *timer)
{
	struct cchc_publisher *publisher = timer->data;

	for (size_t t = 0; t < publisher->n; t++)
		repeat_number(publisher, &publisher->topic[t]);
}

struct cchc_topic *cchc_publisher_find(struct cchc_publisher *publisher, const char *name)
{
	for (size_t i = 0; i < publisher->n; i++)
		if (strcmp(publisher->topic[i].name, name) == 0)
			return &publisher->topic[i];
	return NULL;
}

static bool is_plain(const char *name)
{
	return strcmp(name, "system") == 0 || strcmp(name, "tasks") == 0 ||
	       strcmp(name, "alerts") == 0;
}

/* "rollup/<unit>/<scope>", "tasks", "alerts" or "system"; false for anything else. */
static bool read_topic(const struct cchc_publisher *publisher, struct cchc_topic *topic)
{
	char code[CCHC_UNIT_CODE];
	const char *unit = topic->name + strlen("rollup/");
	const char *scope = strrchr(topic->name, '/');
	size_t len;

	if (is_plain(topic->name))
		return true;
	if (strncmp(topic->name, "rollup/", 7) != 0 || scope < unit)
		return false;
	len = (size_t)(scope - unit);
	if (len == 0 || len >= sizeof(code))
		return false;
	memcpy(code, unit, len);
	code[len] = '\0';
	topic->unit = cchc_units_on(&publisher->board->catalog->units, code,
				    cchc_day_at(cchc_clock_wall_ms()));
	if (!topic->unit) /* no longer in force: its last bearer */
		(void)cchc_units_of_code(&publisher->board->catalog->units, code,
					 &topic->unit);
	return topic->unit && cchc_scope_parse(scope + 1, &topic->scope);
}

static struct cchc_topic *add_topic(struct cchc_publisher *publisher,
				    const struct cchc_topic *topic)
{
	struct cchc_board *board = publisher->board;

	if (publisher->n == publisher->room) {
		size_t room = publisher->room ? publisher->room * 2 : 16;
		struct cchc_topic *list = NULL;

		if (room <= TOPICS_MAX)
			list = realloc(publisher->topic, room * sizeof(*list));
		if (!list)
			return NULL;
		publisher->topic = list;
		publisher->room = room;
	}
	for (size_t f = 0; topic->unit && f < board->n_forms; f++)
		if (cchc_view_watch(board->form[f].view, topic->unit->id) != CCHC_OK)
			return NULL;
	publisher->topic[publisher->n] = *topic;
	return &publisher->topic[publisher->n++];
}

static void remove_topic(struct cchc_publisher *publisher, struct cchc_topic *topic)
{
	struct cchc_board *board = publisher->board;

	for (size_t f = 0; topic->unit && f < board->n_forms; f++)
		cchc_view_unwatch(board->form[f].view, topic->unit->id);
	*topic = publisher->topic[--publisher->n];
}

static void subscribe(struct cchc_publisher *publisher, const char *name)
{
	struct cchc_topic *topic = cchc_publisher_find(publisher, name);

	if (!topic) {
		struct cchc_topic made = {.number = publisher->board->commit};

		(void)strcpy(made.name, name); /* both are CCHC_TOPIC_MAX */
		if (!read_topic(publisher, &made))
			return; /* nothing is published there */
		topic = add_topic(publisher, &made);
	}
	if (!topic)
		return;
	topic->subscribers++;
	repeat_number(publisher, topic);
}

static void unsubscribe(struct cchc_publisher *publisher, const char *name)
{
	struct cchc_topic *topic = cchc_publisher_find(publisher, name);

	if (topic && --topic->subscribers == 0)
		remove_topic(publisher, topic);
}

void cchc_publisher_subscription(struct cchc_publisher *publisher,
				 const struct cchc_zmessage *message)
{
	char name[CCHC_TOPIC_MAX];

	if (!publisher->enabled || !message->body || message->body_len < 2 ||
	    message->body_len > sizeof(name))
		return;
	memcpy(name, message->body + 1, message->body_len - 1);
	name[message->body_len - 1] = '\0';
	if (message->body[0] == 1)
		subscribe(publisher, name);
	else if (message->body[0] == 0)
		unsubscribe(publisher, name);
}

void cchc_publisher_reloaded(struct cchc_publisher *publisher, uint16_t year)
{
	struct cchc_board *board = publisher->board;

	for (size_t t = 0; t < publisher->n; t++) {
		if (!publisher->topic[t].unit)
			continue;
		for (size_t f = 0; f < board->n_forms; f++)
			cchc_view_mark_all(board->form[f].view, year,
					   publisher->topic[t].unit->id);
	}
}
