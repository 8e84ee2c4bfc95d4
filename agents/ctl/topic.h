#ifndef CCHC_CTL_TOPIC_H
#define CCHC_CTL_TOPIC_H

#include "ctl/follow.h"
#include "ctl/link.h"

/* One topic of changes, followed: subscribes, asks for snapshots when follow.h says so,
 * holds what comes meanwhile, offers the rest in order. Whoever uses it asks the
 * questions and keeps what the answers say. SIGINT and SIGTERM end it. One owner thread.
 */
struct cchc_ctl_topic;

struct cchc_ctl_watch_counts {
	uint64_t publications; /* heard */
	uint64_t gaps;         /* times that some were lost: each cost a snapshot */
	uint64_t snapshots;
};

struct cchc_ctl_topic_user {
	void *data;
	/* Asks for a snapshot. */
	enum cchc_rc (*ask)(void *data, struct cchc_ctl_answer *answer,
			    struct cchc_err *err);
	/* Takes one that is new enough. */
	enum cchc_rc (*take)(void *data, const struct cchc_ctl_answer *answer,
			     struct cchc_err *err);
	/* Puts in what a publication tells. INVALID: it cannot be put in, a new snapshot
	 * is needed. */
	enum cchc_rc (*apply)(void *data, const Cchc__Publication *publication);
};

/* name and user are lent until free; *topic is to be freed also after a failure. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_topic_follow(struct cchc_ctl_link *link,
						  const char *name,
						  const struct cchc_ctl_topic_user *user,
						  struct cchc_ctl_topic **topic,
						  struct cchc_err *err);
/* One turn of the loop, and a question where one is needed. Once a snapshot was there, a
 * daemon that does not answer is waited for; before, it is a failure. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_topic_turn(struct cchc_ctl_topic *topic,
						struct cchc_err *err);
bool cchc_ctl_topic_stopped(const struct cchc_ctl_topic *topic);
/* What the user has is what the daemon said last. */
bool cchc_ctl_topic_is_current(const struct cchc_ctl_topic *topic);
/* Nothing was heard for long, or a question had no answer: it may be old. */
bool cchc_ctl_topic_is_late(const struct cchc_ctl_topic *topic);
struct cchc_ctl_watch_counts cchc_ctl_topic_counts(const struct cchc_ctl_topic *topic);
/* Only after the link was closed: its loop holds our handles. */
void cchc_ctl_topic_free(struct cchc_ctl_topic **topic);

#endif
