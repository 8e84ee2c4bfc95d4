#ifndef CCHC_CTL_FOLLOW_H
#define CCHC_CTL_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

/* Follows one topic without ever missing a change: the numbers only, PURE. What the
 * numbers say is to be done with each publication; who calls keeps the cells.
 *
 * Publications carry (incarnation, previous number on the topic, number, part, last); an
 * idle topic repeats its last number without cells. A follower waits for one, asks for a
 * snapshot, then applies what is newer than the snapshot, as long as each `previous` is
 * the last number it heard. Any break (a lost publication, part, or the last one before
 * silence; another incarnation) ends in a new snapshot, unless the snapshot in hand
 * covers it already.
 *
 * While a snapshot is on its way everything is to be held, and offered again, in order,
 * after cchc_ctl_follow_snapshot said FOLLOW. Held ones may be dropped when there are too
 * many: the break is then found like any other. */

enum cchc_ctl_follow_state {
	CCHC_CTL_WAITING, /* nothing heard on the topic yet */
	CCHC_CTL_ASKING,  /* a snapshot is needed or on its way */
	CCHC_CTL_FOLLOWING,
};

struct cchc_ctl_follow {
	enum cchc_ctl_follow_state state;
	uint64_t incarnation;
	uint64_t seen;   /* last number of the topic that was heard to its end */
	uint64_t base;   /* everything up to this commit is in the cells */
	uint64_t needed; /* the snapshot must be of this commit or later */
	uint64_t number; /* publication under way, of several parts; 0: none */
	uint32_t next_part;
	bool applies;  /* its parts are newer than base */
	uint64_t gaps; /* how often publications were missed that a snapshot must bring */
};

struct cchc_ctl_heard {
	uint64_t incarnation;
	uint64_t previous;
	uint64_t number;
	uint32_t part;
	bool last;
	bool empty; /* no cells in it: a repeat */
};

enum cchc_ctl_follow_action {
	CCHC_CTL_SKIP,  /* nothing new in it */
	CCHC_CTL_APPLY, /* put its cells in */
	CCHC_CTL_HOLD,  /* keep it until the snapshot is there */
	CCHC_CTL_ASK, /* ask for a snapshot; neither this publication nor what is held is
		       * needed any more */
};

void cchc_ctl_follow_init(struct cchc_ctl_follow *follow);
enum cchc_ctl_follow_action cchc_ctl_follow_hear(struct cchc_ctl_follow *follow,
						 const struct cchc_ctl_heard *heard);
/* A snapshot of `commit` came. True: take it, then offer what was held. False: it is
 * older than what the topic has told already; ask again. */
bool cchc_ctl_follow_snapshot(struct cchc_ctl_follow *follow, uint64_t incarnation,
			      uint64_t commit);
/* The cells are not to be trusted any more (another form): as after a break. */
void cchc_ctl_follow_again(struct cchc_ctl_follow *follow);

#endif
