#include "ctl/follow.h"

void cchc_ctl_follow_init(struct cchc_ctl_follow *follow)
{
	*follow = (struct cchc_ctl_follow){.state = CCHC_CTL_WAITING};
}

static enum cchc_ctl_follow_action ask(struct cchc_ctl_follow *follow,
				       const struct cchc_ctl_heard *heard)
{
	follow->state = CCHC_CTL_ASKING;
	follow->incarnation = heard->incarnation;
	follow->needed = heard->number;
	follow->seen = heard->number;
	follow->number = 0;
	return CCHC_CTL_ASK;
}

/* The chain is broken at this publication: what was missed stands at or below its number,
 * so a base that reaches as far covers it all. */
static enum cchc_ctl_follow_action broken(struct cchc_ctl_follow *follow,
					  const struct cchc_ctl_heard *heard)
{
	if (heard->number > follow->base) {
		follow->gaps++;
		return ask(follow, heard);
	}
	follow->seen = heard->number;
	follow->number = 0;
	return CCHC_CTL_SKIP;
}

static void begin(struct cchc_ctl_follow *follow, const struct cchc_ctl_heard *heard)
{
	follow->number = heard->number;
	follow->next_part = 0;
	follow->applies = heard->number > follow->base;
}

static enum cchc_ctl_follow_action take_part(struct cchc_ctl_follow *follow,
					     const struct cchc_ctl_heard *heard)
{
	bool applies = follow->applies;

	follow->next_part++;
	if (heard->last) {
		follow->seen = heard->number;
		follow->number = 0;
		if (applies)
			follow->base = heard->number;
	}
	return applies ? CCHC_CTL_APPLY : CCHC_CTL_SKIP;
}

static enum cchc_ctl_follow_action hear_next(struct cchc_ctl_follow *follow,
					     const struct cchc_ctl_heard *heard)
{
	bool repeat = heard->empty && heard->part == 0 && heard->last;

	if (heard->incarnation != follow->incarnation)
		return ask(follow, heard);
	/* A repeat of a publication whose end was not heard, or that was not heard at
	 * all. */
	if (repeat)
		return heard->number == follow->seen && !follow->number
			       ? CCHC_CTL_SKIP
			       : broken(follow, heard);
	if (follow->number && heard->number == follow->number &&
	    heard->part == follow->next_part)
		return take_part(follow, heard);
	if (heard->number == follow->seen && !follow->number)
		return CCHC_CTL_SKIP; /* heard before */
	if (follow->number || heard->part != 0 || heard->previous != follow->seen)
		return broken(follow, heard);
	begin(follow, heard);
	return take_part(follow, heard);
}

enum cchc_ctl_follow_action cchc_ctl_follow_hear(struct cchc_ctl_follow *follow,
						 const struct cchc_ctl_heard *heard)
{
	switch (follow->state) {
	case CCHC_CTL_WAITING:
		return ask(follow, heard);
	case CCHC_CTL_ASKING:
		/* Snapshots of the old incarnation would never do: ask under the new one.
		 */
		if (heard->incarnation != follow->incarnation)
			return ask(follow, heard);
		return CCHC_CTL_HOLD;
	default:
		return hear_next(follow, heard);
	}
}

bool cchc_ctl_follow_snapshot(struct cchc_ctl_follow *follow, uint64_t incarnation,
			      uint64_t commit)
{
	if (incarnation != follow->incarnation || commit < follow->needed)
		return false;
	follow->state = CCHC_CTL_FOLLOWING;
	follow->base = commit;
	follow->number = 0;
	return true;
}

void cchc_ctl_follow_again(struct cchc_ctl_follow *follow)
{
	follow->state = CCHC_CTL_ASKING;
	follow->needed = follow->seen;
	follow->number = 0;
}
