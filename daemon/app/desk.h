#ifndef CCHC_APP_DESK_H
#define CCHC_APP_DESK_H

#include "app/docket.h"
#include "app/item.h"
#include "core/contacts.h"
#include "core/jump.h"
#include "notify/channel.h"

/* Who is told of what, by which channel, and when: alerts that stand or are not told yet.
 *
 * An alert is owed by the commit that raised it. The desk queues it for each of its
 * channels; the handing is committed before it is tried (HANDED) and its outcome after it
 * (CONFIRMED, or OWED again), so that a restart knows what may have been told already.
 * Each channel has its own queue, its own back-off (a second, doubling to five minutes)
 * and its own limit of handings under way: one that is dead delays no other.
 *
 * Handing alone is delayed: by the working-hours gate (channels of people), by a clock
 * that jumped (core/jump.h), by silences, by mutes (a unit out of contact hears nothing
 * of its missing reports), and never happens before the alert's moment, even if the clock
 * went back after it was owed. What was told to Alertmanager is posted again while it
 * stands whatever delays the rest: it says nothing new, and would expire there.
 *
 * An alert that a person took note of is told to no further people; machines hear of it
 * as of any other, and who was told hears of its end. Silences hold ends back too.
 *
 * Reads no clock and has no timer (see deadlines.h). Loop thread. */
struct cchc_desk;

struct cchc_desk_port {
	/* Takes an item of the daemon's own for the writer (FIRE, HAND, HEARD). */
	void (*write)(void *data, struct cchc_item *item);
	/* As cchc_courier_hand. */
	enum cchc_rc (*hand)(void *data, const struct cchc_channel_settings *channel,
			     const struct cchc_notice *notice, cchc_courier_done *on_done,
			     void *on_done_data);
	/* Asked once, by cchc_desk_load. */
	bool (*has_agent)(void *data, uint32_t unit);
	/* When the unit's agent was heard last, by the clock that nobody can set;
	 * INT64_MIN: not since the start. */
	int64_t (*heard)(void *data, uint32_t unit);
	/* A channel answered, or a write failed: cchc_desk_advance is to be called soon.
	 */
	void (*wake)(void *data);
	void *data;
};

struct cchc_desk_options { /* all lent */
	const struct cchc_catalog *catalog;
	const struct cchc_calendar *calendar;
	const struct cchc_alert_rules *rules;
	const struct cchc_contacts *contacts;
	const struct cchc_channel_settings *channels;
	size_t n_channels;
	const struct cchc_docket *docket; /* what a digest lists */
	struct cchc_store *store;         /* tasks' titles, read when told */
	struct cchc_desk_port port;
};

CCHC_NODISCARD enum cchc_rc cchc_desk_new(const struct cchc_desk_options *options,
					  struct cchc_desk **desk);
/* After the courier has answered everything. */
void cchc_desk_free(struct cchc_desk **desk);

/* Alerts that stand or wait, and silences, from the store. Where a channel is of people,
 * warns once of each unit in `lead` of an open task, or with an agent, that has no
 * contacts. */
CCHC_NODISCARD enum cchc_rc cchc_desk_load(struct cchc_desk *desk, struct cchc_txn *txn,
					   int64_t now_ms);
/* True when the silence is of such alerts, whenever it ends. */
bool cchc_silence_matches(const struct cchc_silence *silence, uint32_t unit,
			  uint64_t task, const char *step);
/* Silences as the store has them now: after a saying. */
void cchc_desk_read_silences(struct cchc_desk *desk, struct cchc_txn *txn);

/* Fills in the deliveries of a firing: machines once each; people by their roles and
 * addresses (those of the receiving unit for district roles and where the unit has
 * none). */
CCHC_NODISCARD enum cchc_rc cchc_desk_plan(struct cchc_desk *desk,
					   struct cchc_arena *arena,
					   struct cchc_firing *firing);

/* Alerts were raised, ended or changed by a commit. */
CCHC_NODISCARD enum cchc_rc cchc_desk_changed(struct cchc_desk *desk,
					      const struct cchc_alert *alerts, size_t n,
					      int64_t now_ms);
/* An entry of ours could not be written: it is tried again. */
void cchc_desk_failed(struct cchc_desk *desk, const struct cchc_entry *entry);

/* It is so late now: raises digests and silences of agents, ends those heard again, hands
 * what may be handed, repeats to Alertmanager. boot_ms: of a clock that nobody can set.
 * Returns in how many ms to come again, a minute at most. */
int64_t cchc_desk_advance(struct cchc_desk *desk, int64_t now_ms, int64_t boot_ms);

/* The unit's next digest should not wait for the morning (deadlines.h, missed). */
void cchc_desk_missed(struct cchc_desk *desk, uint32_t unit);

/* A made-up alert for one channel, now; nothing is recorded. NOTFOUND: no such channel;
 * INVALID: it needs an address. */
CCHC_NODISCARD enum cchc_rc cchc_desk_test(struct cchc_desk *desk, const char *channel,
					   const char *to, int64_t now_ms,
					   cchc_courier_done *on_done, void *data);

/* The texts of an alert for people: one line, and some. `task` may be NULL. In the arena;
 * NULL when it is full. */
struct cchc_alert_text {
	const char *subject;
	const char *text;
};
bool cchc_alert_text(const struct cchc_alert *alert, const struct cchc_task *task,
		     const struct cchc_unit *unit, const char *language,
		     struct cchc_arena *arena, struct cchc_alert_text *text);

struct cchc_desk_counters {
	uint64_t owed;      /* deliveries that wait now */
	uint64_t confirmed; /* since start */
	uint64_t failed;    /* handings, since start */
	uint64_t again; /* handed though they may have been told before, since start */
	bool held;      /* the clock jumped: nothing is handed */
};
struct cchc_desk_counters cchc_desk_count(const struct cchc_desk *desk);

#endif
