/* pipeline.c - a window of questions over a network that may lose any message.
 *
 * Each question under way has a place. An answer finds its place by its id; of those that
 * were asked again any id counts, so that a late answer is not thrown away. A place is
 * free when its answer was told, and the next question takes it. */
#include "ctl/pipeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	ATTEMPTS = 3,
	SEND_AGAIN_MS = 10,
	ENCODE_MAX = 64 * 1024,
	ANSWER_MAX = 16 * 1024 * 1024,
};

struct place {
	size_t i;        /* of the question */
	size_t attempts; /* 0: the place is free */
	uint64_t asked_ms;
	struct cchc_ctl_parts attempt[ATTEMPTS];
	struct cchc_arena arena; /* of the parts */
};

struct pipeline {
	struct cchc_ctl_link *link;
	const Cchc__Ask *asks;
	size_t n;
	unsigned timeout_ms;
	size_t next; /* question to be sent */
	size_t told; /* answers given to who asks */
	cchc_ctl_answered *on_answer;
	void *data;
	struct cchc_err *err;
	enum cchc_rc rc;
	struct place place[CCHC_CTL_PIPELINE_MAX];
};

static uint64_t now_ms(const struct pipeline *p)
{
	return uv_now(cchc_ctl_link_loop(p->link));
}

/* What is done twice as it is done once. The second RETURN of two would be refused, and
 * nobody would know that the first one was not. */
static bool may_be_repeated(const Cchc__Ask *ask)
{
	const Cchc__Deed *deed = ask->deed;

	if (deed)
		return deed->kind == CCHC__DEED__KIND__ADD || deed->dry;
	return !ask->saying && !ask->test;
}

static void free_place(struct place *place)
{
	for (size_t i = 0; i < place->attempts; i++)
		cchc_ctl_parts_fini(&place->attempt[i]);
	place->attempts = 0;
	cchc_arena_fini(&place->arena);
}

static void fail(struct pipeline *p, enum cchc_rc rc)
{
	if (p->rc == CCHC_OK)
		p->rc = rc;
}

/* For now, or whatever would be asked with this key. */
static bool ends_all(const Cchc__Denied *refused)
{
	return !(refused->has_lasting && refused->lasting) ||
	       strncmp(refused->text, "role:", 5) == 0;
}

static void tell(struct pipeline *p, struct place *place,
		 const struct cchc_ctl_parts *parts)
{
	const Cchc__Answer *first = parts->part[0];
	struct cchc_ctl_answer answer = {.part = parts->part,
					 .n = parts->total,
					 .commit = first->commit,
					 .incarnation = first->incarnation};
	const Cchc__Denied *refused =
		first->kind == CCHC__ANSWER__KIND__REFUSED ? first->refused : NULL;

	if (refused && ends_all(refused))
		fail(p, cchc_fail(p->err, CCHC_DENIED, "%s", refused->text));
	else
		fail(p, p->on_answer(p->data, place->i, refused ? NULL : &answer,
				     refused ? refused->text : NULL, p->err));
	p->told++;
}

static struct cchc_ctl_parts *find_parts(struct pipeline *p, uint64_t id,
					 struct place **place)
{
	for (size_t i = 0; i < CCHC_CTL_PIPELINE_MAX; i++)
		for (size_t j = 0; j < p->place[i].attempts; j++)
			if (p->place[i].attempt[j].id == id) {
				*place = &p->place[i];
				return &p->place[i].attempt[j];
			}
	return NULL;
}

/* The id is known only when the message is decoded, and the parts of an answer must live
 * as long as its place: so what is wanted is decoded once more, into its arena. 0: none,
 * the daemon could not read what was asked, or we not the answer. */
static uint64_t id_of(const struct cchc_zmessage *message, struct cchc_err *err)
{
	struct cchc_arena arena;
	Cchc__Answer *answer;
	uint64_t id = 0;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	if (cchc_wire_answer(&arena, message->body, message->body_len, &answer, err) ==
	    CCHC_OK) {
		id = answer->id;
		if (!id && answer->refused)
			(void)cchc_fail(err, CCHC_INVALID, "%s", answer->refused->text);
	}
	cchc_arena_fini(&arena);
	return id;
}

static void on_message(void *data, const struct cchc_zmessage *message)
{
	struct pipeline *p = data;
	struct cchc_ctl_parts *parts;
	struct place *place;
	Cchc__Answer *answer;
	uint64_t id;

	if (!message->body || p->rc != CCHC_OK)
		return;
	id = id_of(message, p->err);
	parts = find_parts(p, id, &place);
	if (!id)
		fail(p, CCHC_INVALID);
	if (!parts)
		return; /* of a question that was answered before */
	if (cchc_wire_answer(&place->arena, message->body, message->body_len, &answer,
			     p->err) != CCHC_OK ||
	    cchc_ctl_parts_add(parts, answer) != CCHC_OK) {
		fail(p, cchc_fail(p->err, CCHC_INVALID,
				  "parts of an answer that do not fit together"));
		return;
	}
	if (!cchc_ctl_parts_complete(parts))
		return;
	tell(p, place, parts);
	free_place(place);
}

/* BUSY: the socket takes nothing now. */
static enum cchc_rc send_one(struct pipeline *p, struct place *place)
{
	Cchc__Ask ask = p->asks[place->i];
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, ENCODE_MAX);
	rc = cchc_ctl_link_send(p->link, &ask, &arena);
	cchc_arena_fini(&arena);
	if (rc == CCHC_OK)
		cchc_ctl_parts_init(&place->attempt[place->attempts++], ask.id);
	else if (rc != CCHC_BUSY)
		fail(p, cchc_fail(p->err, rc, "cannot ask: %s", cchc_rc_name(rc)));
	return rc;
}

/* Until the window is full, the questions end, or the socket takes no more. */
static void fill_window(struct pipeline *p)
{
	for (size_t i = 0; i < CCHC_CTL_PIPELINE_MAX && p->next < p->n; i++) {
		struct place *place = &p->place[i];

		if (place->attempts)
			continue;
		place->i = p->next;
		place->asked_ms = now_ms(p);
		cchc_arena_init(&place->arena, ANSWER_MAX);
		if (send_one(p, place) != CCHC_OK)
			return;
		p->next++;
	}
}

static void no_answer(struct pipeline *p, const struct place *place)
{
	const Cchc__Ask *ask = &p->asks[place->i];

	fail(p,
	     cchc_fail(p->err, CCHC_BUSY,
		       "no answer within %u s; does cchcd run, and does it know our "
		       "key as operator?%s",
		       p->timeout_ms / 1000,
		       may_be_repeated(ask)
			       ? ""
			       : " What was asked may be done all the same: look first"));
}

static void look_at(struct pipeline *p, struct place *place)
{
	const Cchc__Ask *ask = &p->asks[place->i];
	uint64_t waited_ms = now_ms(p) - place->asked_ms;

	if (waited_ms >= p->timeout_ms)
		no_answer(p, place);
	else if (may_be_repeated(ask) && place->attempts < ATTEMPTS &&
		 waited_ms >= (uint64_t)p->timeout_ms * place->attempts / ATTEMPTS)
		(void)!send_one(p, place);
}

/* Before the connection stands the socket takes nothing: then nobody else measures how
 * long it has been. */
static void look_at_places(struct pipeline *p, uint64_t *began_ms)
{
	bool any = false;

	for (size_t i = 0; i < CCHC_CTL_PIPELINE_MAX && p->rc == CCHC_OK; i++) {
		if (!p->place[i].attempts)
			continue;
		any = true;
		look_at(p, &p->place[i]);
	}
	if (any)
		*began_ms = now_ms(p);
	else if (now_ms(p) - *began_ms >= p->timeout_ms)
		no_answer(p, &(struct place){.i = p->next});
}

enum cchc_rc cchc_ctl_pipeline_run(struct cchc_ctl_link *link, const Cchc__Ask *asks,
				   size_t n, unsigned timeout_ms,
				   cchc_ctl_answered *on_answer, void *data,
				   struct cchc_err *err)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	uint64_t began_ms;
	enum cchc_rc rc;

	if (!p)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	*p = (struct pipeline){.link = link,
			       .asks = asks,
			       .n = n,
			       .timeout_ms = timeout_ms,
			       .on_answer = on_answer,
			       .data = data,
			       .err = err};
	uv_update_time(cchc_ctl_link_loop(link));
	began_ms = now_ms(p);
	cchc_ctl_link_listen(link, on_message, p);
	while (p->rc == CCHC_OK && p->told < n) {
		fill_window(p);
		if (p->rc == CCHC_OK && !cchc_ctl_link_turn(link, SEND_AGAIN_MS))
			fail(p, cchc_fail(err, CCHC_BUSY, "interrupted"));
		if (p->rc == CCHC_OK && p->told < n)
			look_at_places(p, &began_ms);
	}
	cchc_ctl_link_listen(link, NULL, NULL);
	for (size_t i = 0; i < CCHC_CTL_PIPELINE_MAX; i++)
		free_place(&p->place[i]);
	rc = p->rc;
	free(p);
	return rc;
}
