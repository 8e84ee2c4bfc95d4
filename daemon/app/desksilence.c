/* desksilence.c - what people silenced for a while, as the store has it. */
#include <stdlib.h>
#include <string.h>

#include "app/deskparts.h"

enum { SILENCE_MEMORY = 64 * 1024 }; /* of one */

void cchc_silences_free(struct cchc_silence *silence, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)silence[i].step);
	free(silence);
}

bool cchc_silence_matches(const struct cchc_silence *silence, uint32_t unit,
			  uint64_t task, const char *step)
{
	return (!silence->unit || silence->unit == unit) &&
	       (!silence->task || silence->task == task) &&
	       (!silence->step[0] || strcmp(silence->step, step) == 0);
}

int64_t cchc_silent_until(const struct cchc_desk *desk,
			  const struct cchc_desk_alert *alert)
{
	int64_t until = INT64_MIN;

	for (size_t i = 0; i < desk->n_silences; i++)
		if (desk->silence[i].until_ms > until &&
		    cchc_silence_matches(&desk->silence[i], alert->unit, alert->task,
					 alert->step))
			until = desk->silence[i].until_ms;
	return until;
}

struct reading {
	struct cchc_desk *desk;
	struct cchc_arena arena;
	struct cchc_silence *silence;
	size_t n;
	bool no_memory;
};

static void keep(struct reading *r, const struct cchc_silence *silence)
{
	struct cchc_silence *grown;
	char *step;

	grown = realloc(r->silence, (r->n + 1) * sizeof(*grown));
	if (grown)
		r->silence = grown;
	step = grown ? strdup(silence->step) : NULL;
	if (!step) {
		r->no_memory = true;
		return;
	}
	r->silence[r->n] = *silence;
	r->silence[r->n].by = r->silence[r->n].note = "";
	r->silence[r->n++].step = step;
}

/* Those that are over hold nothing back. */
static void on_silence(void *data, const struct cchc_silence *silence)
{
	struct reading *r = data;

	if (silence->until_ms > r->desk->now_ms && !r->no_memory)
		keep(r, silence);
	cchc_arena_reset(&r->arena);
}

static bool are_those(const struct cchc_desk *desk, const struct reading *r)
{
	if (desk->n_silences != r->n)
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (desk->silence[i].no != r->silence[i].no)
			return false;
	return true;
}

/* A silence has one content for ever: another list of numbers is what changed. */
void cchc_desk_read_silences(struct cchc_desk *desk, struct cchc_txn *txn)
{
	struct reading r = {.desk = desk};

	cchc_arena_init(&r.arena, SILENCE_MEMORY);
	cchc_store_each_silence(txn, &r.arena, on_silence, &r);
	cchc_arena_fini(&r.arena);
	desk->silences_stale = txn->rc != CCHC_OK || r.no_memory;
	if (desk->silences_stale || are_those(desk, &r)) {
		if (desk->silences_stale)
			cchc_desk_unreadable(desk, txn->rc ? txn->rc : CCHC_NOMEM,
					     "silences");
		cchc_silences_free(r.silence, r.n);
		return;
	}
	cchc_silences_free(desk->silence, desk->n_silences);
	desk->silence = r.silence;
	desk->n_silences = r.n;
	cchc_desk_settle_all(desk, 0);
}
