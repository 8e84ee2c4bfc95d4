#include "app/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/mix.h"
#include "io/digest.h"

enum { ROUTE_BYTES = 5, EPOCHS_AT_ONCE = 8, EPOCH_EVERY_MS = 10 * 60 * 1000 };

enum cchc_rc cchc_sessions_init(struct cchc_sessions *sessions, size_t n_keys)
{
	*sessions = (struct cchc_sessions){.room = 64, .buckets = 64};
	while (sessions->buckets < n_keys)
		sessions->buckets *= 2;
	sessions->table = calloc(sessions->room, sizeof(sessions->table[0]));
	sessions->bucket = calloc(sessions->buckets, sizeof(sessions->bucket[0]));
	sessions->allowance = calloc(n_keys + 1, sizeof(sessions->allowance[0]));
	return sessions->table && sessions->bucket && sessions->allowance ? CCHC_OK
									  : CCHC_NOMEM;
}

static void free_pending(struct cchc_sender *sender)
{
	for (size_t i = 0; i < sender->n_pending; i++)
		free(sender->pending[i].refusal);
	free(sender->pending);
	sender->pending = NULL;
	sender->n_pending = sender->room_pending = 0;
}

void cchc_sessions_fini(struct cchc_sessions *sessions)
{
	while (sessions->senders) {
		struct cchc_sender *next = sessions->senders->next;

		free_pending(sessions->senders);
		free(sessions->senders);
		sessions->senders = next;
	}
	free(sessions->table);
	free(sessions->bucket);
	free(sessions->allowance);
	*sessions = (struct cchc_sessions){0};
}

bool cchc_route_is_ours(const uint8_t *route, size_t len)
{
	return len == ROUTE_BYTES && route[0] == 0;
}

static uint64_t route_number(const uint8_t *route)
{
	uint64_t number = 1; /* never 0 */

	for (size_t i = 0; i < ROUTE_BYTES; i++)
		number = number << 8 | route[i];
	return number;
}

static struct cchc_session *place_of(struct cchc_sessions *sessions, uint64_t route)
{
	size_t at = (size_t)cchc_mix(0, route) & (sessions->room - 1);

	while (sessions->table[at].route && sessions->table[at].route != route)
		at = (at + 1) & (sessions->room - 1);
	return &sessions->table[at];
}

struct cchc_sender *cchc_sessions_find(struct cchc_sessions *sessions,
				       const uint8_t *route, size_t len)
{
	if (!cchc_route_is_ours(route, len))
		return NULL;
	return place_of(sessions, route_number(route))->sender;
}

static struct cchc_sender **bucket_of(const struct cchc_sessions *sessions, uint32_t unit)
{
	return &sessions->bucket[unit & (sessions->buckets - 1)];
}

struct cchc_sender *cchc_sessions_sender(struct cchc_sessions *sessions, uint32_t unit,
					 uint64_t epoch)
{
	struct cchc_sender *sender = *bucket_of(sessions, unit);

	while (sender && (sender->key->unit != unit || sender->epoch != epoch))
		sender = sender->next_of_unit;
	return sender;
}

static struct cchc_sender *of_unit(struct cchc_sender *sender, uint32_t unit)
{
	while (sender && sender->key->unit != unit)
		sender = sender->next_of_unit;
	return sender;
}

struct cchc_sender *cchc_sessions_first(const struct cchc_sessions *sessions,
					uint32_t unit)
{
	return of_unit(*bucket_of(sessions, unit), unit);
}

struct cchc_sender *cchc_sessions_next(const struct cchc_sender *sender)
{
	return of_unit(sender->next_of_unit, sender->key->unit);
}

const struct cchc_sender *cchc_sessions_latest(const struct cchc_sessions *sessions,
					       const struct cchc_key_entry *key)
{
	const struct cchc_sender *latest = NULL;

	for (const struct cchc_sender *s = *bucket_of(sessions, key->unit); s;
	     s = s->next_of_unit)
		if (s->key == key &&
		    (!latest || s->last_contact_ms > latest->last_contact_ms))
			latest = s;
	return latest;
}

struct restoring {
	struct cchc_sender *sender;
	enum cchc_rc rc;
};

static void on_refusals(void *data, uint64_t seq, const struct cchc_refusal *refusals,
			size_t n)
{
	struct restoring *restoring = data;

	if (restoring->rc == CCHC_OK)
		restoring->rc =
			cchc_sender_add_refusals(restoring->sender, seq, refusals, n);
}

static enum cchc_rc restore(struct cchc_sender *sender, struct cchc_store *store,
			    bool *is_new)
{
	struct restoring restoring = {.sender = sender};
	struct cchc_mark mark;
	struct cchc_txn txn;

	cchc_txn_read(&txn, store->env);
	*is_new = !cchc_store_mark(&txn, sender->key->unit, sender->epoch, &mark);
	if (!*is_new) {
		sender->mark = sender->handed = mark.seq;
		memcpy(sender->chain, mark.chain, sizeof(sender->chain));
		cchc_store_each_refusals(&txn, sender->key->unit, sender->epoch, 0,
					 on_refusals, &restoring);
	}
	if (restoring.rc == CCHC_OK)
		restoring.rc = txn.rc;
	cchc_txn_abort(&txn);
	return restoring.rc;
}

enum cchc_rc cchc_sessions_add(struct cchc_sessions *sessions,
			       const struct cchc_key_entry *key, uint64_t epoch,
			       struct cchc_store *store, struct cchc_sender **sender,
			       bool *is_new)
{
	struct cchc_sender *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return CCHC_NOMEM;
	made->key = key;
	made->epoch = epoch;
	cchc_chain_first(epoch, made->chain);
	rc = restore(made, store, is_new);
	if (rc != CCHC_OK) {
		free_pending(made);
		free(made);
		return rc;
	}
	made->next = sessions->senders;
	sessions->senders = made;
	made->next_of_unit = *bucket_of(sessions, key->unit);
	*bucket_of(sessions, key->unit) = made;
	*sender = made;
	return CCHC_OK;
}

void cchc_sessions_drop(struct cchc_sessions *sessions, struct cchc_sender *sender)
{
	struct cchc_sender **at = &sessions->senders;
	struct cchc_sender **of_unit = bucket_of(sessions, sender->key->unit);

	cchc_check(!sender->listed && sender->under_way == 0);
	while (*at != sender)
		at = &(*at)->next;
	*at = sender->next;
	while (*of_unit != sender)
		of_unit = &(*of_unit)->next_of_unit;
	*of_unit = sender->next_of_unit;
	free_pending(sender);
	free(sender);
}

static enum cchc_rc grow(struct cchc_sessions *sessions)
{
	struct cchc_sessions bigger = {.room = sessions->room * 2};

	bigger.table = calloc(bigger.room, sizeof(bigger.table[0]));
	if (!bigger.table)
		return CCHC_NOMEM;
	for (size_t i = 0; i < sessions->room; i++)
		if (sessions->table[i].route)
			*place_of(&bigger, sessions->table[i].route) = sessions->table[i];
	free(sessions->table);
	sessions->table = bigger.table;
	sessions->room = bigger.room;
	return CCHC_OK;
}

enum cchc_rc cchc_sessions_bind(struct cchc_sessions *sessions,
				struct cchc_sender *sender, const uint8_t *route,
				size_t len)
{
	struct cchc_session *place;

	if (2 * (sessions->n + 1) > sessions->room && grow(sessions) != CCHC_OK)
		return CCHC_NOMEM;
	place = place_of(sessions, route_number(route));
	if (!place->route)
		sessions->n++;
	*place = (struct cchc_session){route_number(route), sender};
	memcpy(sender->route, route, len);
	sender->route_len = len;
	return CCHC_OK;
}

/* Nothing points to it any more, and the key has spoken for another outbox since. */
static bool is_replaced(const struct cchc_sessions *sessions,
			const struct cchc_sender *sender, int64_t before_ms)
{
	return sender->last_contact_ms < before_ms && sender->under_way == 0 &&
	       !sender->listed && cchc_sessions_latest(sessions, sender->key) != sender;
}

void cchc_sessions_prune(struct cchc_sessions *sessions, int64_t before_ms)
{
	struct cchc_sessions kept = {.room = sessions->room};

	kept.table = calloc(kept.room, sizeof(kept.table[0]));
	if (!kept.table)
		return; /* next time */
	for (size_t i = 0; i < sessions->room; i++) {
		const struct cchc_session *session = &sessions->table[i];

		if (!session->route || session->sender->last_contact_ms < before_ms ||
		    route_number(session->sender->route) != session->route)
			continue;
		*place_of(&kept, session->route) = *session;
		kept.n++;
	}
	free(sessions->table);
	sessions->table = kept.table;
	sessions->n = kept.n;
	for (struct cchc_sender *sender = sessions->senders, *next; sender;
	     sender = next) {
		next = sender->next;
		if (is_replaced(sessions, sender, before_ms))
			cchc_sessions_drop(sessions, sender);
	}
}

bool cchc_sessions_allow_epoch(struct cchc_sessions *sessions, size_t key_place,
			       uint64_t now_ms)
{
	struct cchc_allowance *allowance = &sessions->allowance[key_place];
	uint64_t back = (now_ms - allowance->since_ms) / EPOCH_EVERY_MS;

	if (allowance->spent == 0 || back >= allowance->spent) {
		allowance->spent = 0;
		allowance->since_ms = now_ms;
	} else {
		allowance->spent -= (uint32_t)back;
		allowance->since_ms += back * EPOCH_EVERY_MS;
	}
	if (allowance->spent >= EPOCHS_AT_ONCE)
		return false;
	allowance->spent++;
	return true;
}

enum cchc_rc cchc_sender_add_refusals(struct cchc_sender *sender, uint64_t seq,
				      const struct cchc_refusal *refusals, size_t n)
{
	struct cchc_refusal *copy = calloc(n, sizeof(*copy));

	if (copy && sender->n_pending == sender->room_pending) {
		size_t room = sender->room_pending ? sender->room_pending * 2 : 8;
		struct cchc_pending *pending =
			realloc(sender->pending, room * sizeof(*pending));

		if (pending) {
			sender->pending = pending;
			sender->room_pending = room;
		}
	}
	if (!copy || sender->n_pending == sender->room_pending) {
		free(copy);
		return CCHC_NOMEM;
	}
	memcpy(copy, refusals, n * sizeof(*copy));
	sender->pending[sender->n_pending++] = (struct cchc_pending){seq, copy, n};
	return CCHC_OK;
}

bool cchc_sender_forget_refusals(struct cchc_sender *sender, uint64_t seq)
{
	size_t n = 0;

	while (n < sender->n_pending && sender->pending[n].seq <= seq)
		free(sender->pending[n++].refusal);
	if (n == 0)
		return false;
	sender->n_pending -= n;
	memmove(sender->pending, sender->pending + n,
		sender->n_pending * sizeof(sender->pending[0]));
	return true;
}

uint64_t cchc_sender_told_mark(const struct cchc_sender *sender)
{
	if (sender->n_pending > CCHC_REFUSED_SEQS_MAX)
		return sender->pending[CCHC_REFUSED_SEQS_MAX].seq - 1;
	return sender->mark;
}

void cchc_sender_rewind(struct cchc_sender *sender)
{
	sender->handed = sender->mark;
}

void cchc_sender_describe(struct cchc_sender *sender, const char *program)
{
	cchc_text_copy(sender->program, sizeof(sender->program), program,
		       strlen(program));
}

void cchc_sender_note(struct cchc_sender *sender, const char *note)
{
	cchc_text_copy(sender->note, sizeof(sender->note), note, strlen(note));
}

static void list_owing(struct cchc_sessions *sessions, struct cchc_sender *sender)
{
	if (sender->listed)
		return;
	sender->listed = true;
	sender->next_owing = sessions->owing;
	sessions->owing = sender;
}

void cchc_sessions_owe_ack(struct cchc_sessions *sessions, struct cchc_sender *sender)
{
	sender->owes_ack = true;
	list_owing(sessions, sender);
}

void cchc_sessions_owe_down(struct cchc_sessions *sessions, struct cchc_sender *sender)
{
	sender->owes_down = true;
	list_owing(sessions, sender);
}

struct cchc_sender *cchc_sessions_next_owing(struct cchc_sessions *sessions)
{
	struct cchc_sender *sender = sessions->owing;

	if (!sender)
		return NULL;
	sessions->owing = sender->next_owing;
	sender->listed = false;
	return sender;
}
