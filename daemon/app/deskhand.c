/* deskhand.c - a handing: the notice is made from the store as it is now, the channel's
 * answer becomes what the store is to record. */
#include <stdio.h>
#include <string.h>

#include "app/deskraise.h"
#include "base/check.h"

enum {
	BACKOFF_LEAST_MS = 1000,
	BACKOFF_MOST_MS = 5 * 60 * 1000,
	NOTICE_MEMORY = 512 * 1024, /* a task with its history, a digest, texts */
};

int64_t cchc_backoff_ms(unsigned failures)
{
	int64_t wait_ms = BACKOFF_LEAST_MS;

	for (unsigned i = 1; i < failures && wait_ms < BACKOFF_MOST_MS; i++)
		wait_ms *= 2;
	return wait_ms < BACKOFF_MOST_MS ? wait_ms : BACKOFF_MOST_MS;
}

static struct cchc_desk_channel *channel_of(const struct cchc_desk_delivery *delivery)
{
	return &delivery->wish.alert->desk->channel[delivery->channel];
}

/* ---- what came of it ---- */

static void note_failure(struct cchc_desk_delivery *delivery, enum cchc_rc rc,
			 const char *text)
{
	struct cchc_desk_channel *channel = channel_of(delivery);

	delivery->wish.alert->desk->count.failed++;
	if (cchc_log_allows(&channel->limit))
		cchc_log(CCHC_LOG_WARN,
			 "alert not told channel=%s alert=%llu rc=\"%s\" text=\"%s\"",
			 channel->settings->name,
			 (unsigned long long)delivery->wish.alert->no, cchc_rc_name(rc),
			 text);
	if (rc != CCHC_INVALID) {
		channel->failed = true;
		if (delivery->tries < UINT8_MAX)
			delivery->tries++;
	}
}

static void note_success(struct cchc_desk_delivery *delivery)
{
	struct cchc_desk_channel *channel = channel_of(delivery);

	channel->failed = false;
	channel->backoff_ms = 0;
	channel->closed_until_boot = 0;
	delivery->tries = 0;
}

/* Said once more: the store knows already. */
static void finish_repeat(struct cchc_desk_delivery *delivery, enum cchc_rc rc)
{
	const struct cchc_desk *desk = delivery->wish.alert->desk;
	int64_t wait_ms = channel_of(delivery)->settings->repeat_ms;

	if (rc != CCHC_OK && rc != CCHC_INVALID &&
	    cchc_backoff_ms(delivery->tries) < wait_ms)
		wait_ms = cchc_backoff_ms(delivery->tries);
	delivery->repeats = false;
	delivery->repeat_ms = desk->now_ms + wait_ms;
	delivery->phase = CCHC_DESK_REST;
	cchc_desk_settle(delivery->wish.alert);
}

/* Without an answer it may have been taken. For the store it stays handed, as after a
 * crash: it is handed again, and should it end before that, its end is told. */
static void stay_handed(struct cchc_desk_delivery *delivery)
{
	delivery->phase = CCHC_DESK_REST;
	cchc_desk_retry_later(delivery);
	cchc_desk_settle(delivery->wish.alert);
}

static void finish(struct cchc_desk_delivery *delivery, enum cchc_rc rc, const char *text)
{
	bool of_end = delivery->wish.of_end;

	channel_of(delivery)->under_way--;
	if (rc == CCHC_OK)
		note_success(delivery);
	else
		note_failure(delivery, rc, text);
	if (delivery->repeats) {
		finish_repeat(delivery, rc);
		return;
	}
	if (rc == CCHC_UNKNOWN) {
		stay_handed(delivery);
		return;
	}
	delivery->phase = CCHC_DESK_SAID;
	if (rc == CCHC_OK)
		cchc_wish(&delivery->wish, of_end, CCHC_DELIVERY_CONFIRMED, "");
	else if (rc == CCHC_INVALID)
		cchc_wish(&delivery->wish, of_end, CCHC_DELIVERY_DROPPED, text);
	else
		cchc_wish(&delivery->wish, of_end, CCHC_DELIVERY_OWED, text);
}

static void on_told(void *data, enum cchc_rc rc, const char *text)
{
	struct cchc_desk_delivery *delivery = data;
	struct cchc_desk *desk = delivery->wish.alert->desk;

	cchc_check(delivery->phase == CCHC_DESK_OUT);
	if (rc == CCHC_OK && !delivery->repeats)
		desk->count.confirmed++;
	finish(delivery, rc, text);
	desk->options.port.wake(desk->options.port.data);
}

/* ---- the notice ---- */

struct filling {
	const struct cchc_desk *desk;
	struct cchc_txn *txn;
	struct cchc_arena *arena;
	struct cchc_notice *notice;
	char *due; /* room of CCHC_DAY_TEXT */
};

static const char *kind_name(enum cchc_alert_kind kind)
{
	switch (kind) {
	case CCHC_ALERT_STEP:
		return "step";
	case CCHC_ALERT_SILENT:
		return "silent";
	case CCHC_ALERT_DIGEST:
		return "digest";
	}
	return "";
}

/* What a digest says is kept by unit and day. */
static void find_digest(struct filling *f, const struct cchc_alert *alert)
{
	struct cchc_digest_text digest;

	if (alert->kind == CCHC_ALERT_DIGEST &&
	    cchc_store_digest(f->txn, alert->unit, cchc_day_at(alert->moment_ms),
			      f->arena, &digest))
		f->notice->text = digest.text;
}

static bool fill_texts(struct filling *f, struct cchc_alert *alert,
		       const struct cchc_unit *unit)
{
	struct cchc_notice *notice = f->notice;
	struct cchc_alert_text text;
	struct cchc_task task;
	bool known = alert->task && cchc_store_task(f->txn, alert->task, f->arena, &task);

	if (!notice->ended)
		alert->ended_ms = 0; /* it may be over since: that is told next */
	notice->ended_ms = alert->ended_ms;
	if (!cchc_alert_text(alert, known ? &task : NULL, unit, notice->language,
			     f->arena, &text))
		return false;
	notice->subject = text.subject;
	notice->text = text.text;
	notice->class_name = known ? task.class_name : "";
	find_digest(f, alert);
	return f->txn->rc == CCHC_OK;
}

static bool fill_notice(struct filling *f, const struct cchc_desk_delivery *delivery)
{
	const struct cchc_desk *desk = f->desk;
	const struct cchc_channel_settings *settings = channel_of(delivery)->settings;
	const struct cchc_unit *unit;
	struct cchc_alert alert;

	if (!cchc_store_alert(f->txn, delivery->wish.alert->no, f->arena, &alert) ||
	    delivery->wish.place >= alert.n_deliveries)
		return false;
	unit = cchc_units_by_id(&desk->options.catalog->units, alert.unit);
	*f->notice = (struct cchc_notice){
		.key = alert.key,
		.ended = !delivery->repeats && delivery->wish.of_end,
		.kind = kind_name(alert.kind),
		.urgency = cchc_urgency_name((enum cchc_urgency)alert.urgency),
		.unit_code = unit ? unit->code : "",
		.unit_name = unit ? unit->name : "",
		.task = alert.task_id,
		.step = alert.step,
		.due = alert.kind == CCHC_ALERT_STEP ? cchc_day_format(alert.due, f->due)
						     : "",
		.to = alert.delivery[delivery->wish.place].to,
		.raised_ms = alert.owed_ms,
	};
	f->notice->language = cchc_desk_language(desk, settings, f->notice->to);
	return fill_texts(f, &alert, unit);
}

void cchc_desk_hand(struct cchc_desk_delivery *delivery)
{
	struct cchc_desk *desk = delivery->wish.alert->desk;
	const struct cchc_desk_port *port = &desk->options.port;
	char due[CCHC_DAY_TEXT];
	struct cchc_notice notice;
	struct cchc_arena arena;
	struct cchc_txn txn;
	struct filling f = {desk, &txn, &arena, &notice, due};
	enum cchc_rc rc;

	cchc_arena_init(&arena, NOTICE_MEMORY);
	cchc_txn_read(&txn, desk->options.store->env);
	if (fill_notice(&f, delivery)) {
		rc = port->hand(port->data, channel_of(delivery)->settings, &notice,
				on_told, delivery);
	} else {
		rc = txn.rc ? txn.rc : CCHC_NOMEM;
		cchc_desk_unreadable(desk, rc, "alert");
		if (rc == CCHC_INVALID)
			rc = CCHC_IO; /* nobody refused it */
	}
	cchc_txn_abort(&txn);
	cchc_arena_fini(&arena);
	if (rc != CCHC_OK)
		finish(delivery, rc, cchc_rc_name(rc));
}

enum cchc_rc cchc_desk_test(struct cchc_desk *desk, const char *channel, const char *to,
			    int64_t now_ms, cchc_courier_done *on_done, void *data)
{
	const struct cchc_unit *unit = desk->options.catalog->receiver;
	const struct cchc_channel_settings *settings = NULL;
	char key[64 + CCHC_STAMP];
	char stamp[CCHC_STAMP];
	struct cchc_notice notice = {
		.key = key,
		.kind = "test",
		.urgency = "info",
		.unit_code = unit->code,
		.unit_name = unit->name,
		.task = "",
		.step = "",
		.class_name = "",
		.due = "",
		.subject = "Thử kênh cảnh báo / Test of an alert channel",
		.text = "Đây là thông báo thử, không có việc gì phải làm.\n"
			"This is a test, there is nothing to be done.\n",
		.to = to ? to : "",
		.raised_ms = now_ms,
	};

	for (size_t i = 0; i < desk->options.n_channels; i++)
		if (channel && strcmp(desk->options.channels[i].name, channel) == 0)
			settings = &desk->options.channels[i];
	if (!settings)
		return CCHC_NOTFOUND;
	if (cchc_channel_is_personal(settings->type) && !notice.to[0])
		return CCHC_INVALID;
	(void)snprintf(key, sizeof(key), "test/%.63s/%s", settings->name,
		       cchc_stamp(now_ms, stamp));
	notice.language = cchc_desk_language(desk, settings, notice.to);
	return desk->options.port.hand(desk->options.port.data, settings, &notice,
				       on_done, data);
}
