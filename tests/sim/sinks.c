#include "sinks.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
	TOLD_ROOM = 1 << 18,
	ANSWER_MS = 300, /* at most, in good times */
	LIMIT_MS = 10 * 1000,
	MAIL_AT_ONCE = 4,
	AT_ONCE = 8,
	REPEAT_MS = 12 * 3600 * 1000, /* not each minute: a year is long */
};

struct sink_handing {
	struct sink_handing *next;
	int64_t due_ms;
	struct sink_told *told;
	bool repeats;
	enum cchc_rc rc;
	cchc_courier_done *on_done;
	void *data;
};

void sinks_init(struct sinks *sinks, uint64_t seed)
{
	static const struct cchc_channel_settings SETTINGS[SINKS] = {
		[SINK_JOURNAL] = {.name = "nhat-ky", .type = CCHC_CHANNEL_JOURNAL},
		[SINK_WEBHOOK] = {.name = "cong", .type = CCHC_CHANNEL_WEBHOOK},
		[SINK_ALERTMANAGER] = {.name = "bao-dong",
				       .type = CCHC_CHANNEL_ALERTMANAGER,
				       .repeat_ms = REPEAT_MS},
		[SINK_MAIL] = {.name = "thu", .type = CCHC_CHANNEL_SMTP},
		[SINK_SMS] = {.name = "tin-nhan", .type = CCHC_CHANNEL_EXEC},
	};

	*sinks = (struct sinks){.rng = {seed}};
	memcpy(sinks->settings, SETTINGS, sizeof(SETTINGS));
	for (int i = 0; i < SINKS; i++)
		sinks->settings[i].at_once = i == SINK_MAIL ? MAIL_AT_ONCE : AT_ONCE;
	sinks->mood[SINK_ALERTMANAGER] = sinks->mood[SINK_MAIL] = SINK_MOODY;
	sinks->told = calloc(TOLD_ROOM, sizeof(*sinks->told));
	cchc_check(sinks->told);
}

void sinks_fini(struct sinks *sinks)
{
	sinks_hang_up(sinks);
	free(sinks->told);
}

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static struct sink_told *place_of(const struct sinks *sinks, const char *channel,
				  const char *key, const char *to, bool ended)
{
	uint64_t hash =
		mix(mix(mix(UINT64_C(0xcbf29ce484222325) + ended, channel), key), to);
	size_t at = (hash ^ hash >> 32) & (TOLD_ROOM - 1);

	if (hash == 0)
		hash = 1;
	while (sinks->told[at].hash && sinks->told[at].hash != hash)
		at = (at + 1) & (TOLD_ROOM - 1);
	return sinks->told[at].hash ? &sinks->told[at]
				    : (sinks->told[at].hash = hash, &sinks->told[at]);
}

struct sink_told *sinks_told(const struct sinks *sinks, const char *channel,
			     const char *key, const char *to, bool ended)
{
	struct sink_told *told = place_of(sinks, channel, key, to, ended);

	return told->handed ? told : NULL;
}

static enum cchc_rc answer_of(struct sinks *sinks, enum sink_mood mood)
{
	uint32_t luck = test_random_below(&sinks->rng, 200);

	if (mood == SINK_DEAD)
		return CCHC_LIMIT;
	if (mood == SINK_FINE || luck > 20)
		return CCHC_OK;
	return luck == 0 ? CCHC_INVALID : CCHC_BUSY;
}

static void enqueue(struct sinks *sinks, struct sink_handing *handing)
{
	struct sink_handing **link = &sinks->first;

	while (*link && (*link)->due_ms <= handing->due_ms)
		link = &(*link)->next;
	handing->next = *link;
	*link = handing;
}

enum cchc_rc sinks_hand(struct sinks *sinks, const struct cchc_channel_settings *channel,
			const struct cchc_notice *notice, bool repeats, int64_t true_ms,
			cchc_courier_done *on_done, void *data)
{
	enum sink_mood mood = sinks->mood[channel - sinks->settings];
	struct sink_handing *handing = calloc(1, sizeof(*handing));
	struct sink_told *told =
		place_of(sinks, channel->name, notice->key, notice->to, notice->ended);

	cchc_check(handing);
	if (told->handed == 0) {
		told->first_true_ms = true_ms;
		cchc_check(++sinks->n_told < TOLD_ROOM / 2);
	}
	told->last_true_ms = true_ms;
	if (repeats) {
		told->repeats++;
	} else {
		told->handed++;
	}
	*handing = (struct sink_handing){
		.due_ms = true_ms +
			  (mood == SINK_DEAD
				   ? LIMIT_MS
				   : 1 + test_random_below(&sinks->rng, ANSWER_MS)),
		.told = told,
		.repeats = repeats,
		.rc = answer_of(sinks, mood),
		.on_done = on_done,
		.data = data,
	};
	enqueue(sinks, handing);
	return CCHC_OK;
}

int64_t sinks_next(const struct sinks *sinks)
{
	return sinks->first ? sinks->first->due_ms : INT64_MAX;
}

static struct sink_handing *pop(struct sinks *sinks)
{
	struct sink_handing *handing = sinks->first;

	sinks->first = handing->next;
	if (!handing->repeats) {
		sinks->again += handing->rc == CCHC_OK && handing->told->taken > 0;
		handing->told->taken += handing->rc == CCHC_OK;
		handing->told->refused += handing->rc == CCHC_INVALID;
	}
	return handing;
}

void sinks_answer(struct sinks *sinks, int64_t true_ms)
{
	while (sinks->first && sinks->first->due_ms <= true_ms) {
		struct sink_handing *handing = pop(sinks);

		if (!handing->repeats)
			handing->told->answered += handing->rc == CCHC_OK;
		handing->on_done(handing->data, handing->rc,
				 handing->rc == CCHC_OK ? "" : "played");
		free(handing);
	}
}

void sinks_hang_up(struct sinks *sinks)
{
	while (sinks->first)
		free(pop(sinks));
}
