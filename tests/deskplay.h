#ifndef CCHC_TESTS_DESKPLAY_H
#define CCHC_TESTS_DESKPLAY_H

/* A desk with a store of its own and channels that are played: its writes are applied,
 * what it hands is noted, and answered as the channel is told to. Include after cmocka.h.
 */
#include "base/check.h"
#include "deskworld.h"

struct play {
	struct world w;
	struct cchc_docket *docket;
	struct cchc_desk *desk;
	struct cchc_desk_options options;
	int64_t now_ms;
	int64_t boot_ms;
	bool has_agent[64]; /* by unit */
	int64_t heard_boot[64];
	enum answer answer[N_CHANNELS];
	const char *bad_address;
	struct cchc_item *first; /* written */
	struct cchc_item **last;
	size_t writes;
	bool write_fails, write_loses; /* lost: nothing is heard of it */
	struct handed handed[64];
	size_t n_handed;
	struct told told[TOLD_MAX];
	size_t n_told;
	bool woken;
};

static inline void play_write(void *data, struct cchc_item *item)
{
	struct play *p = data;

	item->next = NULL;
	*p->last = item;
	p->last = &item->next;
	p->writes++;
}

static inline enum cchc_rc play_hand(void *data,
				     const struct cchc_channel_settings *channel,
				     const struct cchc_notice *notice,
				     cchc_courier_done *on_done, void *on_done_data)
{
	struct play *p = data;
	int place = (int)(channel - p->options.channels);
	struct told *told = &p->told[p->n_told++ % TOLD_MAX];

	*told = (struct told){.channel = place,
			      .ended = notice->ended,
			      .at_ms = p->now_ms,
			      .boot_ms = p->boot_ms};
	(void)snprintf(told->key, sizeof(told->key), "%s", notice->key);
	(void)snprintf(told->to, sizeof(told->to), "%s", notice->to);
	(void)snprintf(told->language, sizeof(told->language), "%s", notice->language);
	(void)snprintf(told->subject, sizeof(told->subject), "%s", notice->subject);
	assert_true(p->n_handed < CCHC_COUNT(p->handed));
	p->handed[p->n_handed++] = (struct handed){
		on_done, on_done_data, place,
		p->bad_address && strcmp(notice->to, p->bad_address) == 0};
	return CCHC_OK;
}

static inline bool play_has_agent(void *data, uint32_t unit)
{
	return ((const struct play *)data)->has_agent[unit];
}

static inline int64_t play_heard(void *data, uint32_t unit)
{
	return ((const struct play *)data)->heard_boot[unit];
}

static inline void play_wake(void *data)
{
	((struct play *)data)->woken = true;
}

static inline void play_start(struct play *p)
{
	struct cchc_txn txn;

	for (size_t i = 0; i < CCHC_COUNT(p->heard_boot); i++)
		p->heard_boot[i] = INT64_MIN;
	assert_int_equal(cchc_desk_new(&p->options, &p->desk), CCHC_OK);
	cchc_txn_read(&txn, p->w.app.kit.store.env);
	assert_int_equal(cchc_desk_load(p->desk, &txn, p->now_ms), CCHC_OK);
	cchc_txn_abort(&txn);
}

static inline void play_open_in(struct play *p, const char *units)
{
	memset(p, 0, sizeof(*p));
	world_open(&p->w, units);
	p->w.rules.digests = false; /* but where they are looked at */
	p->last = &p->first;
	p->now_ms = day_ms(KIT_DAY, 540);                  /* a Friday, 09:00 */
	(void)kit_fire(&p->w.app.kit, NULL, 0, p->now_ms); /* the last entry's clock */
	p->boot_ms = 1000000;
	assert_int_equal(cchc_docket_new(&p->w.rules, &p->docket), CCHC_OK);
	p->options = (struct cchc_desk_options){
		.catalog = &p->w.app.catalog,
		.calendar = &p->w.calendar,
		.rules = &p->w.rules,
		.contacts = &p->w.contacts,
		.channels = WORLD_CHANNELS,
		.n_channels = N_CHANNELS,
		.docket = p->docket,
		.store = &p->w.app.kit.store,
		.port = {play_write, play_hand, play_has_agent, play_heard, play_wake, p},
	};
}

static inline void play_open(struct play *p)
{
	play_open_in(p, SOURCE_DIR "/config/units/van-lam.csv");
}

/* As after a kill. */
static inline void play_die(struct play *p)
{
	while (p->first) {
		struct cchc_item *item = p->first;

		p->first = item->next;
		cchc_item_free(item);
	}
	p->last = &p->first;
	p->n_handed = 0;
	cchc_desk_free(&p->desk);
}

static inline void play_close(struct play *p)
{
	play_die(p);
	cchc_docket_free(&p->docket);
	world_close(&p->w);
}

/* What was written is applied, and told as the clockwork tells it. */
static inline bool play_commit(struct play *p)
{
	bool any = p->first != NULL;

	while (p->first) {
		struct cchc_item *item = p->first;
		struct cchc_outcome *out = &item->outcome;
		struct cchc_txn txn;

		p->first = item->next;
		if (!p->first)
			p->last = &p->first;
		if (p->write_loses) {
			cchc_item_free(item);
			continue;
		}
		cchc_txn_write(&txn, p->w.app.kit.store.env);
		cchc_apply(&txn, &item->entry, NULL, NULL, &item->arena, out);
		assert_int_equal(txn.rc, CCHC_OK);
		if (p->write_fails) {
			cchc_txn_abort(&txn);
			cchc_desk_failed(p->desk, &item->entry);
		} else {
			assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
			if (out->applied == CCHC_APPLIED)
				assert_int_equal(cchc_desk_changed(p->desk, out->alert,
								   out->n_alerts,
								   p->now_ms),
						 CCHC_OK);
		}
		cchc_item_free(item);
	}
	return any && !p->write_fails;
}

static inline void play_answer(struct play *p, size_t i, enum cchc_rc rc)
{
	struct handed handed = p->handed[i];

	p->handed[i] = p->handed[--p->n_handed];
	handed.on_done(handed.data, rc, rc == CCHC_OK ? "" : "không được");
}

static inline void play_answers(struct play *p)
{
	for (size_t i = p->n_handed; i-- > 0;) {
		enum answer answer = p->answer[p->handed[i].channel];

		if (answer == FAILS || p->handed[i].bad)
			play_answer(p, i, CCHC_IO);
		else if (answer == TAKES)
			play_answer(p, i, CCHC_OK);
		else if (answer == REFUSES)
			play_answer(p, i, CCHC_INVALID);
	}
}

#endif
