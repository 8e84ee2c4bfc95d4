/* deskqueue.c - which delivery is next in a channel, and when.
 *
 * Each channel has two heaps by the earliest moment: what is to be told, and what is said
 * once more to Alertmanager while it stands, which yields to the first. Only the top is
 * ever looked at. A delivery found silenced or muted there goes back under a later key;
 * when what held it changes (a silence taken back, a unit heard again, a clock that
 * jumped), its alert is settled anew and with it the key.
 */
#include <stdlib.h>
#include <string.h>

#include "app/deskparts.h"

/* ---- the heap ---- */

static bool is_before(const struct cchc_desk_delivery *a,
		      const struct cchc_desk_delivery *b)
{
	if (a->key_ms != b->key_ms)
		return a->key_ms < b->key_ms;
	return a->wish.alert->no < b->wish.alert->no;
}

static void stand_at(struct cchc_desk_queue *queue, size_t at,
		     struct cchc_desk_delivery *delivery)
{
	queue->heap[at] = delivery;
	delivery->at = at;
}

static void sift(struct cchc_desk_queue *queue, size_t at)
{
	struct cchc_desk_delivery *moved = queue->heap[at];

	while (at > 0 && is_before(moved, queue->heap[(at - 1) / 2])) {
		stand_at(queue, at, queue->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	while (2 * at + 1 < queue->n) {
		size_t child = 2 * at + 1;

		if (child + 1 < queue->n &&
		    is_before(queue->heap[child + 1], queue->heap[child]))
			child++;
		if (!is_before(queue->heap[child], moved))
			break;
		stand_at(queue, at, queue->heap[child]);
		at = child;
	}
	stand_at(queue, at, moved);
}

void cchc_queue_put(struct cchc_desk_queue *queue, struct cchc_desk_delivery *delivery,
		    int64_t key_ms)
{
	cchc_queue_leave(delivery);
	delivery->key_ms = key_ms;
	delivery->queue = queue;
	stand_at(queue, queue->n++, delivery);
	sift(queue, queue->n - 1);
}

void cchc_queue_leave(struct cchc_desk_delivery *delivery)
{
	struct cchc_desk_queue *queue = delivery->queue;
	size_t at = delivery->at;

	if (!queue)
		return;
	delivery->queue = NULL;
	queue->n--;
	if (at == queue->n)
		return;
	stand_at(queue, at, queue->heap[queue->n]);
	sift(queue, at);
}

static bool reserve(struct cchc_desk_queue *queue, size_t n)
{
	size_t room = queue->room ? queue->room : 16;
	struct cchc_desk_delivery **grown;

	while (room < n)
		room *= 2;
	if (room == queue->room)
		return true;
	grown = realloc(queue->heap, room * sizeof(struct cchc_desk_delivery *));
	if (!grown)
		return false;
	queue->heap = grown;
	queue->room = room;
	return true;
}

/* Room is made when an alert comes into memory, so that nothing can fail later. */
enum cchc_rc cchc_queues_reserve(struct cchc_desk_channel *channel)
{
	size_t n = channel->deliveries + 1;

	if (!reserve(&channel->tell, n) ||
	    (cchc_channel_repeats(channel->settings->type) &&
	     !reserve(&channel->repeat, n)))
		return CCHC_NOMEM;
	channel->deliveries = n;
	return CCHC_OK;
}

/* ---- what holds a delivery back ---- */

/* Nothing is said of missing reports of a unit that is out of contact. */
static bool is_muted(const struct cchc_desk *desk, const struct cchc_desk_alert *alert)
{
	const struct cchc_desk_unit *unit = cchc_desk_unit_of(desk, alert->unit);
	const struct cchc_docket_task *task;

	if (alert->kind != CCHC_ALERT_STEP || !unit || !unit->silent)
		return false;
	task = cchc_docket_find(desk->options.docket, alert->task);
	return task && (task->is_duty || (task->task_class &&
					  strcmp(task->task_class->name,
						 desk->options.rules->duty_class) == 0));
}

/* When it may be told, as far as this is known now. */
static int64_t free_from(const struct cchc_desk *desk,
			 const struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk_alert *alert = delivery->wish.alert;
	int64_t until = cchc_silent_until(desk, alert);

	if (alert->stands && is_muted(desk, alert))
		return INT64_MAX;
	if (until < alert->moment_ms)
		until = alert->moment_ms;
	if (desk->boot_ms < delivery->retry_boot &&
	    until < desk->now_ms + delivery->retry_boot - desk->boot_ms)
		until = desk->now_ms + delivery->retry_boot - desk->boot_ms;
	return until;
}

/* ---- a turn ---- */

/* A channel that failed since the last turn is closed for a while; what else fails while
 * it is closed was under way before. */
static void settle_backoff(struct cchc_desk *desk, struct cchc_desk_channel *channel)
{
	bool closed = desk->boot_ms < channel->closed_until_boot;

	if (channel->failed && !closed) {
		channel->backoff_ms = channel->backoff_ms ? channel->backoff_ms * 2
							  : cchc_backoff_ms(1);
		if (channel->backoff_ms > cchc_backoff_ms(UINT8_MAX))
			channel->backoff_ms = cchc_backoff_ms(UINT8_MAX);
		channel->closed_until_boot = desk->boot_ms + channel->backoff_ms;
	}
	channel->failed = false;
}

/* After a failure one handing shows whether the channel is back. */
static bool has_room(const struct cchc_desk_channel *channel)
{
	unsigned limit = channel->settings->at_once ? channel->settings->at_once : 1;

	if (channel->backoff_ms)
		limit = 1;
	return channel->under_way < limit;
}

static struct cchc_desk_delivery *top(struct cchc_desk_queue *queue, int64_t now_ms)
{
	return queue->n > 0 && queue->heap[0]->key_ms <= now_ms ? queue->heap[0] : NULL;
}

static void ask(struct cchc_desk_channel *channel, struct cchc_desk_delivery *delivery)
{
	bool of_end = !cchc_delivery_waits(delivery->state);

	cchc_queue_leave(delivery);
	delivery->phase = CCHC_DESK_ASKED;
	channel->under_way++;
	cchc_wish(&delivery->wish, of_end, CCHC_DELIVERY_HANDED, "");
}

/* Until the channel is full or nothing more is due. */
static void tell(struct cchc_desk *desk, struct cchc_desk_channel *channel)
{
	struct cchc_desk_delivery *delivery;

	while (has_room(channel) && (delivery = top(&channel->tell, desk->now_ms))) {
		int64_t from = free_from(desk, delivery);

		if (from > desk->now_ms)
			cchc_queue_put(&channel->tell, delivery, from);
		else
			ask(channel, delivery);
	}
}

static void repeat(struct cchc_desk *desk, struct cchc_desk_channel *channel)
{
	struct cchc_desk_delivery *delivery;

	while (has_room(channel) && (delivery = top(&channel->repeat, desk->now_ms))) {
		cchc_queue_leave(delivery);
		delivery->phase = CCHC_DESK_OUT;
		delivery->repeats = true;
		channel->under_way++;
		cchc_desk_hand(delivery);
	}
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* In how many ms the channel may tell again: 0 now. */
static int64_t held_for(const struct cchc_desk *desk,
			const struct cchc_desk_channel *channel)
{
	const struct cchc_desk_options *options = &desk->options;
	int64_t opens_ms;

	if (cchc_jump_holds(&desk->jump, desk->boot_ms))
		return desk->jump.held_until_ms - desk->boot_ms;
	if (cchc_channel_is_personal(channel->settings->type) &&
	    !cchc_gate_is_open(&options->rules->gate, options->calendar, desk->now_ms,
			       &opens_ms))
		return opens_ms - desk->now_ms;
	if (desk->boot_ms < desk->write_after_boot)
		return desk->write_after_boot - desk->boot_ms;
	return 0;
}

static int64_t next_of(const struct cchc_desk *desk, const struct cchc_desk_queue *queue)
{
	if (queue->n == 0 || queue->heap[0]->key_ms == INT64_MAX)
		return INT64_MAX;
	return queue->heap[0]->key_ms > desk->now_ms
		       ? queue->heap[0]->key_ms - desk->now_ms
		       : 0;
}

int64_t cchc_channel_turn(struct cchc_desk *desk, struct cchc_desk_channel *channel)
{
	int64_t held_ms = held_for(desk, channel);
	int64_t wait_ms;

	settle_backoff(desk, channel);
	if (desk->boot_ms < channel->closed_until_boot)
		return channel->tell.n + channel->repeat.n > 0
			       ? channel->closed_until_boot - desk->boot_ms
			       : INT64_MAX;
	if (held_ms == 0)
		tell(desk, channel);
	repeat(desk, channel);
	if (!has_room(channel))
		return INT64_MAX; /* an answer wakes us */
	wait_ms = next_of(desk, &channel->tell);
	if (wait_ms < held_ms)
		wait_ms = held_ms;
	return least(wait_ms, next_of(desk, &channel->repeat));
}
