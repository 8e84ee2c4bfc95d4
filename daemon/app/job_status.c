/* Who reports, and when each was heard last: what the loop knows, and for agents not
 * heard of since start what the store says. */

#include "app/job.h"
#include "app/replies.h"

enum { AGENTS_A_FRAME = 40, ENTRY_ARENA = 8 * 1024 * 1024 };

static void take_from_store(struct cchc_job *job, struct cchc_arena *scratch,
			    const struct cchc_agent_line *line, Cchc__AgentStatus *status)
{
	struct cchc_stored_contact contact;

	cchc_job_contact(job, scratch, line->key->unit, &contact);
	status->has_epoch = contact.journal > 0;
	status->epoch = contact.epoch;
	status->mark = contact.seq;
	status->has_last_contact = contact.at_ms > 0;
	status->last_contact = contact.at_ms;
}

static void take_from_loop(const struct cchc_job *job, struct cchc_agent_line *line,
			   Cchc__AgentStatus *status)
{
	status->has_last_contact = true;
	status->last_contact = line->last_contact_ms;
	status->connected = job->now_ms - line->last_contact_ms < CCHC_CONTACT_LOST_MS;
	status->has_epoch = true;
	status->epoch = line->epoch;
	status->mark = line->mark;
	status->has_queued = status->has_rejected = true;
	status->queued = line->queued;
	status->rejected = line->rejected;
	status->program = line->program;
	status->note = line->note;
}

static enum cchc_rc add_agents(struct cchc_job *job, struct cchc_arena *scratch)
{
	Cchc__AgentStatus status[AGENTS_A_FRAME];
	Cchc__AgentStatus *list[AGENTS_A_FRAME];
	Cchc__UnitInfo unit[AGENTS_A_FRAME];
	Cchc__Answer part = CCHC__ANSWER__INIT;
	enum cchc_rc rc = CCHC_OK;

	part.kind = CCHC__ANSWER__KIND__STATUS;
	part.agent = list;
	for (size_t i = 0; i < job->n_agents && rc == CCHC_OK; i++) {
		struct cchc_agent_line *line = &job->agent[i];
		size_t at = part.n_agent++;

		list[at] = &status[at];
		cchc__agent_status__init(&status[at]);
		cchc_unit_info(cchc_units_by_id(&job->catalog->units, line->key->unit),
			       &unit[at]);
		status[at].unit = &unit[at];
		status[at].key = (char *)line->key->name;
		if (line->is_heard)
			take_from_loop(job, line, &status[at]);
		else
			take_from_store(job, scratch, line, &status[at]);
		if (part.n_agent == AGENTS_A_FRAME && i + 1 < job->n_agents) {
			rc = cchc_answer_add(&job->answer, &part, CCHC_PART_MORE);
			part.n_agent = 0;
		}
	}
	return rc == CCHC_OK ? cchc_answer_add(&job->answer, &part, CCHC_PART_LAST) : rc;
}

void cchc_job_status(struct cchc_job *job)
{
	struct cchc_arena scratch;
	enum cchc_rc rc;

	cchc_arena_init(&scratch, ENTRY_ARENA);
	rc = add_agents(job, &scratch);
	cchc_arena_fini(&scratch);
	if (rc != CCHC_OK)
		cchc_answer_refuse(&job->answer, "status cannot be given: %s",
				   cchc_rc_name(rc));
}
