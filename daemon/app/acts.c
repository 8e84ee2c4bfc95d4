/* acts.c - what operators do.
 *
 * An act is one question with one answer and as many entries as it needs: a task for each
 * of several units is several deeds. They go to the writer together; the answer waits
 * until the last has come back, and says of each what became of it.
 */
#include "app/acts.h"

#include <stdlib.h>
#include <string.h>

#include "app/deeds.h"
#include "app/query.h"
#include "app/taskinfo.h"
#include "base/clock.h"

enum { RESULTS_A_FRAME = 64 };

struct cchc_act {
	struct cchc_daemon *d;
	struct cchc_answer answer;
	uint8_t route[CCHC_ROUTE_MAX];
	size_t route_len;
	const struct cchc_key_entry *key;
	const struct cchc_naming *earlier; /* of a dry run: what it takes as done */
	size_t n_earlier;
	Cchc__DeedResult **result;
	size_t n;
	size_t left; /* items not back yet */
	enum cchc_rc rc;
	uint64_t commit;
};

static struct cchc_act *act_new(struct cchc_daemon *d,
				const struct cchc_zmessage *message,
				const struct cchc_key_entry *key, uint64_t id,
				size_t results)
{
	struct cchc_act *act = calloc(1, sizeof(*act));

	if (!act)
		return NULL;
	act->d = d;
	act->key = key;
	memcpy(act->route, message->route, message->route_len);
	act->route_len = message->route_len;
	cchc_answer_init(&act->answer, id, d->store.incarnation);
	act->commit = d->board->commit;
	act->result =
		cchc_arena_array(&act->answer.arena, results + 1, sizeof(act->result[0]));
	if (act->result)
		return act;
	cchc_answer_fini(&act->answer);
	free(act);
	return NULL;
}

static void act_free(struct cchc_act *act)
{
	cchc_answer_fini(&act->answer);
	free(act);
}

/* Packs the results into frames. */
static enum cchc_rc pack(struct cchc_act *act)
{
	enum cchc_rc rc = CCHC_OK;
	size_t at = 0;

	act->answer.commit = act->commit;
	do {
		Cchc__Answer part = CCHC__ANSWER__INIT;
		size_t n = act->n - at < RESULTS_A_FRAME ? act->n - at : RESULTS_A_FRAME;

		part.kind = CCHC__ANSWER__KIND__DONE;
		part.result = act->result + at;
		part.n_result = n;
		at += n;
		rc = cchc_answer_add(&act->answer, &part,
				     at == act->n ? CCHC_PART_LAST : CCHC_PART_MORE);
	} while (rc == CCHC_OK && at < act->n);
	return rc;
}

/* Sends what there is, and frees the act. */
static void finish(struct cchc_act *act)
{
	enum cchc_rc rc = act->rc;

	if (rc == CCHC_OK)
		rc = pack(act);
	if (rc != CCHC_OK)
		cchc_answer_refuse(&act->answer, "not written: %s (chưa ghi được)",
				   cchc_rc_name(rc));
	cchc_query_send(act->d, act->route, act->route_len, &act->answer);
	act_free(act);
}

static void add_result(struct cchc_act *act, const char *id, bool changed,
		       const struct cchc_refusal *refusal, uint64_t journal)
{
	struct cchc_arena *arena = &act->answer.arena;
	Cchc__DeedResult *result = cchc_arena_alloc(arena, sizeof(*result));
	Cchc__CellRefusal *why = cchc_arena_alloc(arena, sizeof(*why));
	struct cchc_refusal *kept = cchc_arena_alloc(arena, sizeof(*kept));

	if (!result || !why || !kept) {
		act->rc = CCHC_NOMEM;
		return;
	}
	cchc__deed_result__init(result);
	result->id = cchc_arena_text(arena, id, strlen(id));
	result->changed = changed;
	result->has_journal = journal != 0;
	result->journal = journal;
	if (refusal && refusal->rule != CCHC_RULE_NONE) {
		*kept = *refusal;
		cchc_refusal_info(kept, why);
		result->refusal = why;
	}
	act->result[act->n++] = result;
	if (!result->id)
		act->rc = CCHC_NOMEM;
}

/* Who just set a due date learns with it that holidays may still move it. */
static void note_date(struct cchc_act *act, const struct cchc_deed *deed)
{
	const struct cchc_deadlines *deadlines = act->d->clockwork.wheels.deadlines;
	char note[CCHC_HOLIDAYS_NOTE];
	Cchc__DeedResult *result;

	if (act->rc != CCHC_OK || deed->done != CCHC_DAY_NONE ||
	    (deed->kind != CCHC_DEED_ADD && deed->kind != CCHC_DEED_EXTEND))
		return;
	result = act->result[act->n - 1];
	if (!result->changed || !cchc_deadlines_note(deadlines, deed->class_name,
						     deed->due, deed->effective, note))
		return;
	result->text = cchc_arena_text(&act->answer.arena, note, strlen(note));
	if (!result->text)
		act->rc = CCHC_NOMEM;
}

static const char *copy(struct cchc_arena *arena, const char *text)
{
	return text ? cchc_arena_text(arena, text, strlen(text)) : "";
}

static struct cchc_item *item_of(const struct cchc_key_entry *key,
				 enum cchc_entry_kind kind)
{
	struct cchc_item *item = cchc_item_new();

	if (!item)
		return NULL;
	item->cells = 1;
	item->entry = (struct cchc_entry){.kind = kind,
					  .clock_ms = cchc_clock_wall_ms(),
					  .sender = key->name,
					  .doc_number = "",
					  .doc_date = CCHC_DAY_NONE,
					  .signer_name = "",
					  .signer_position = "",
					  .source = ""};
	return item;
}

static void send_off(struct cchc_act *act, struct cchc_item *item)
{
	item->act = act;
	act->left++;
	cchc_writer_gather(act->d->writer, item);
}

/* The task that the earlier deeds of a dry run would have added under this id. */
static bool stands_by_then(struct cchc_act *act, const char *id, struct cchc_arena *arena,
			   struct cchc_task *task)
{
	int64_t now_ms = cchc_clock_wall_ms();
	struct cchc_refusal refusal;
	struct cchc_deed deed;
	bool changes;

	for (size_t i = 0; i < act->n_earlier; i++) {
		if (!cchc_naming_find(&act->earlier[i], id, arena, &deed) ||
		    !cchc_task_judge(NULL, &deed, cchc_day_at(now_ms), &changes,
				     &refusal))
			continue;
		act->rc = cchc_task_do(task, &deed, now_ms, 0, arena);
		return act->rc == CCHC_OK;
	}
	return false;
}

/* Only what would come of it, from the store as it is and what was done before. */
static void try_deed(struct cchc_act *act, const struct cchc_deed *deed,
		     struct cchc_arena *arena)
{
	struct cchc_refusal refusal = {0};
	struct cchc_task task;
	struct cchc_txn txn;
	bool changes = false;
	bool known;
	bool fine;

	cchc_txn_read(&txn, act->d->store.env);
	known = cchc_store_task_by_id(&txn, deed->id, arena, &task) ||
		stands_by_then(act, deed->id, arena, &task);
	if (txn.rc != CCHC_OK)
		act->rc = txn.rc;
	fine = cchc_task_judge(known ? &task : NULL, deed,
			       cchc_day_at(cchc_clock_wall_ms()), &changes, &refusal);
	cchc_txn_abort(&txn);
	add_result(act, deed->id, fine && changes, fine ? NULL : &refusal, 0);
	note_date(act, deed);
}

static bool is_dry(const Cchc__Deed *deed)
{
	return deed->has_dry && deed->dry;
}

static bool do_one(struct cchc_act *act, const struct cchc_naming *naming, size_t i)
{
	struct cchc_item *item = item_of(act->key, CCHC_ENTRY_DEED);
	struct cchc_deed *deed =
		item ? cchc_arena_alloc(&item->arena, sizeof(*deed)) : NULL;

	if (!deed || !cchc_naming_deed(naming, i, &item->arena, deed)) {
		cchc_item_free(item);
		return false;
	}
	if (is_dry(naming->deed)) {
		try_deed(act, deed, &item->arena);
		cchc_item_free(item);
		return true;
	}
	item->entry.deed = deed;
	send_off(act, item);
	return true;
}

/* False when it was answered with a refusal. */
static bool name_earlier(struct cchc_daemon *d, const Cchc__Ask *ask,
			 struct cchc_answer *answer,
			 struct cchc_naming earlier[CCHC_EARLIER_MAX])
{
	for (size_t i = 0; i < ask->n_earlier; i++) {
		if (!is_dry(ask->deed) ||
		    ask->earlier[i]->kind != CCHC__DEED__KIND__ADD) {
			cchc_answer_not_there(answer, "earlier: ADDs before a dry run");
			return false;
		}
		if (!cchc_naming_of(&earlier[i], d, ask->earlier[i], answer))
			return false;
	}
	return true;
}

bool cchc_act_do(struct cchc_daemon *d, const struct cchc_zmessage *message,
		 const struct cchc_key_entry *key, const Cchc__Ask *ask,
		 struct cchc_answer *answer)
{
	struct cchc_naming earlier[CCHC_EARLIER_MAX];
	struct cchc_naming naming;
	struct cchc_act *act;
	size_t times;

	if (cchc_writer_is_broken(d->writer)) {
		cchc_answer_refuse(answer, "the store cannot be written just now");
		return false;
	}
	if (!name_earlier(d, ask, answer, earlier) ||
	    !cchc_naming_of(&naming, d, ask->deed, answer))
		return false;
	times = cchc_naming_times(&naming);
	act = act_new(d, message, key, ask->id, times);
	if (!act) {
		cchc_answer_refuse(answer, "out of memory");
		return false;
	}
	act->earlier = earlier;
	act->n_earlier = ask->n_earlier;
	for (size_t i = 0; i < times; i++)
		if (!do_one(act, &naming, i))
			act->rc = CCHC_NOMEM;
	act->earlier = NULL; /* it may live longer than they do */
	act->n_earlier = 0;
	if (act->left == 0)
		finish(act);
	return true;
}

/* Looks up what a saying names; false when it was answered with a refusal. */
static bool name_saying(struct cchc_daemon *d, const Cchc__Saying *ask,
			struct cchc_answer *answer, struct cchc_saying *saying)
{
	struct cchc_arena *arena = &answer->arena;
	const struct cchc_unit *unit =
		ask->unit ? cchc_unit_today(d, ask->unit) : d->catalog.receiver;
	struct cchc_alert alert;
	struct cchc_task task;
	struct cchc_txn txn;
	bool fine = true;

	cchc_txn_read(&txn, d->store.env);
	if (ask->kind == CCHC__SAYING__KIND__ACK) {
		fine = ask->key && cchc_store_alert_by_key(&txn, ask->key, arena, &alert);
		if (fine)
			saying->alert = alert.no;
		else
			cchc_deed_refuse(answer, CCHC_RULE_NO_ALERT, "key",
					 ask->key ? ask->key : "");
	} else if (ask->task) {
		fine = cchc_store_task_by_id(&txn, ask->task, arena, &task);
		if (fine)
			saying->task = task.no;
		else
			cchc_deed_refuse(answer, CCHC_RULE_NO_TASK, "task", ask->task);
	}
	cchc_txn_abort(&txn);
	if (fine && !unit) {
		cchc_deed_refuse(answer, CCHC_RULE_NO_UNIT, "unit", ask->unit);
		return false;
	}
	saying->unit = ask->unit && unit ? unit->id : 0;
	return fine;
}

static bool is_step(const struct cchc_alert_rules *rules, const char *name)
{
	for (size_t c = 0; c < rules->n_classes; c++)
		for (size_t s = 0; s < rules->task_class[c].n_steps; s++)
			if (strcmp(rules->task_class[c].step[s].name, name) == 0)
				return true;
	return false;
}

static bool check_silence(const struct cchc_daemon *d, const Cchc__Saying *ask,
			  struct cchc_answer *answer)
{
	if (ask->kind != CCHC__SAYING__KIND__SILENCE)
		return true;
	if (!ask->has_until || ask->until <= cchc_clock_wall_ms()) {
		cchc_answer_not_there(answer,
				      "until: a silence ends in the future (thời điểm "
				      "kết thúc phải ở tương lai)");
		return false;
	}
	if (!ask->unit && !ask->task && !ask->step) {
		cchc_deed_refuse(answer, CCHC_RULE_MISSING, "unit, task or step", "");
		return false;
	}
	if (ask->step && !is_step(&d->clockwork.rules, ask->step)) {
		cchc_deed_refuse(answer, CCHC_RULE_NO_STEP, "step", ask->step);
		return false;
	}
	return true;
}

bool cchc_act_say(struct cchc_daemon *d, const struct cchc_zmessage *message,
		  const struct cchc_key_entry *key, const Cchc__Ask *ask,
		  struct cchc_answer *answer)
{
	const Cchc__Saying *said = ask->saying;
	struct cchc_saying saying = {.kind = (enum cchc_saying_kind)said->kind,
				     .until_ms = said->has_until ? said->until : 0,
				     .silence = said->has_silence ? said->silence : 0};
	struct cchc_saying *kept;
	struct cchc_item *item;
	struct cchc_act *act;

	if (!check_silence(d, said, answer) || !name_saying(d, said, answer, &saying))
		return false;
	act = act_new(d, message, key, ask->id, 1);
	item = item_of(key, CCHC_ENTRY_SAY);
	kept = item ? cchc_arena_alloc(&item->arena, sizeof(*kept)) : NULL;
	if (kept) {
		saying.step = copy(&item->arena, said->step);
		saying.note = copy(&item->arena, said->note);
		*kept = saying;
		item->entry.saying = kept;
		/* comes back as the result's name */
		item->entry.source = copy(&item->arena, said->key ? said->key : "");
	}
	if (!act || !kept || !saying.step || !saying.note || !item->entry.source) {
		cchc_item_free(item);
		if (act)
			act_free(act);
		cchc_answer_refuse(answer, "out of memory");
		return false;
	}
	send_off(act, item);
	return true;
}

static const char *name_of(const struct cchc_entry *entry)
{
	return entry->kind == CCHC_ENTRY_DEED ? entry->deed->id : entry->source;
}

void cchc_act_done(struct cchc_daemon *d, const struct cchc_item *item)
{
	struct cchc_act *act = item->act;
	const struct cchc_outcome *outcome = &item->outcome;

	if (!act)
		return;
	if (item->rc != CCHC_OK) {
		act->rc = item->rc;
	} else {
		bool applied = outcome->applied == CCHC_APPLIED;

		if (item->commit > act->commit)
			act->commit = item->commit;
		add_result(act, name_of(&item->entry), applied,
			   outcome->applied == CCHC_REFUSED ? &outcome->refusal : NULL,
			   applied ? item->entry.number : 0);
		if (item->entry.kind == CCHC_ENTRY_DEED)
			note_date(act, item->entry.deed);
	}
	if (item->rc == CCHC_OK && item->entry.kind == CCHC_ENTRY_SAY)
		cchc_clockwork_silences(d);
	if (--act->left == 0)
		finish(act);
}

static void on_tested(void *data, enum cchc_rc rc, const char *text)
{
	struct cchc_act *act = data;

	act->result[0]->changed = rc == CCHC_OK;
	act->result[0]->text = cchc_arena_text(&act->answer.arena, text, strlen(text));
	finish(act);
}

bool cchc_act_test(struct cchc_daemon *d, const struct cchc_zmessage *message,
		   const Cchc__Ask *ask, struct cchc_answer *answer)
{
	struct cchc_act *act = act_new(d, message, NULL, ask->id, 1);
	enum cchc_rc rc = CCHC_NOMEM;

	if (act) {
		add_result(act, ask->test->channel, false, NULL, 0);
		rc = act->rc;
	}
	if (rc == CCHC_OK)
		rc = cchc_desk_test(d->clockwork.wheels.desk, ask->test->channel,
				    ask->test->to, cchc_clock_wall_ms(), on_tested, act);
	if (rc == CCHC_OK)
		return true;
	if (act)
		act_free(act);
	if (rc == CCHC_NOTFOUND)
		cchc_answer_not_there(answer, "channel: \"%s\": no such channel",
				      ask->test->channel);
	else if (rc == CCHC_INVALID)
		cchc_answer_refuse(answer,
				   "to: this channel needs an address (kênh này cần "
				   "địa chỉ): --to");
	else
		cchc_answer_refuse(answer, "out of memory");
	return false;
}
