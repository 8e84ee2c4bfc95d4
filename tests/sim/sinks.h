#ifndef CCHC_TESTS_SIM_SINKS_H
#define CCHC_TESTS_SIM_SINKS_H

#include "notify/channel.h"
#include "random.h"

/* The ways out, played: what the desk hands is written down, and answered after a while,
 * well or ill as the sink is disposed. It outlives the daemon, as the other side does: a
 * daemon that dies before the answer does not know what was taken. */

enum { SINKS = 5 };
enum sink_name {
	SINK_JOURNAL,
	SINK_WEBHOOK, /* these two never fail */
	SINK_ALERTMANAGER,
	SINK_MAIL,
	SINK_SMS,
};

enum sink_mood {
	SINK_FINE,
	SINK_MOODY, /* fails now and then, now and then for good */
	SINK_DEAD,  /* every handing runs into its time limit */
};

/* What was told by one channel to one address under one key. */
struct sink_told {
	uint64_t hash; /* 0: free */
	int64_t first_true_ms;
	int64_t last_true_ms;
	uint32_t handed;   /* repeats are not counted in these three */
	uint32_t taken;    /* by the other side */
	uint32_t answered; /* well, and the daemon heard it */
	uint32_t refused;
	uint32_t repeats;
};

struct sink_handing;

struct sinks {
	struct cchc_channel_settings settings[SINKS];
	enum sink_mood mood[SINKS];
	struct test_random rng;
	struct sink_told *told;
	size_t n_told;
	struct sink_handing *first; /* under way, by when they are answered */
	uint64_t again;             /* taken though they had been before */
};

void sinks_init(struct sinks *sinks, uint64_t seed);
void sinks_fini(struct sinks *sinks);

/* As cchc_courier_hand. */
enum cchc_rc sinks_hand(struct sinks *sinks, const struct cchc_channel_settings *channel,
			const struct cchc_notice *notice, bool repeats, int64_t true_ms,
			cchc_courier_done *on_done, void *data);
/* When the next answer comes; INT64_MAX: nothing is under way. */
int64_t sinks_next(const struct sinks *sinks);
/* Gives the answers that are due. */
void sinks_answer(struct sinks *sinks, int64_t true_ms);
/* The daemon died: nobody hears the answers. */
void sinks_hang_up(struct sinks *sinks);

/* NULL: nothing was. */
struct sink_told *sinks_told(const struct sinks *sinks, const char *channel,
			     const char *key, const char *to, bool ended);

#endif
