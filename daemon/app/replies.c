#include "app/replies.h"

#include <string.h>

#include "base/clock.h"
#include "core/below.h"
#include "io/digest.h"

void cchc_reply(struct cchc_daemon *d, const void *route, size_t route_len,
		Cchc__ToAgent *frame)
{
	struct cchc_arena arena;
	uint8_t *bytes;
	size_t len;

	frame->version = CCHC_PROTOCOL_VERSION;
	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	if (cchc_wire_encode(&arena, &frame->base, &bytes, &len) != CCHC_OK ||
	    cchc_zsocket_send(cchc_doors_socket(&d->doors, CCHC_DOOR_AGENTS), route,
			      route_len, bytes, len) != CCHC_OK)
		d->counters.lost_answers++;
	cchc_arena_fini(&arena);
}

static void reply_sender(struct cchc_daemon *d, const struct cchc_sender *sender,
			 Cchc__ToAgent *frame)
{
	if (sender->route_len)
		cchc_reply(d, sender->route, sender->route_len, frame);
}

void cchc_reply_denied(struct cchc_daemon *d, const void *route, size_t route_len,
		       const char *text, bool lasting)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Denied denied = CCHC__DENIED__INIT;

	denied.text = (char *)text;
	denied.has_lasting = denied.lasting = lasting;
	frame.kind = CCHC__TO_AGENT__KIND__DENIED;
	frame.denied = &denied;
	cchc_reply(d, route, route_len, &frame);
}

void cchc_reply_hello_first(struct cchc_daemon *d, const void *route, size_t route_len)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;

	frame.kind = CCHC__TO_AGENT__KIND__HELLO_FIRST;
	cchc_reply(d, route, route_len, &frame);
}

void cchc_unit_info(const struct cchc_unit *unit, Cchc__UnitInfo *info)
{
	cchc__unit_info__init(info);
	info->code = (char *)unit->code;
	info->name = (char *)unit->name;
	info->kind = (char *)unit->kind;
	info->level = (char *)cchc_level_name(unit->level);
	if (unit->parent[0])
		info->parent = (char *)unit->parent;
	info->has_valid_from = unit->valid_from != CCHC_DAY_NONE;
	info->valid_from = unit->valid_from;
	info->has_valid_to = unit->valid_to != CCHC_DAY_NONE;
	info->valid_to = unit->valid_to;
}

enum cchc_rc cchc_form_list(const struct cchc_catalog *catalog, struct cchc_arena *arena,
			    Cchc__FormHave ***list, size_t *n)
{
	Cchc__FormHave **have =
		cchc_arena_array(arena, catalog->n_forms + 1, sizeof(Cchc__FormHave *));

	*n = 0;
	for (size_t i = 0; have && i < catalog->n_forms; i++) {
		struct cchc_form *form = catalog->form[i].form;
		Cchc__FormHave *entry;

		if (!catalog->form[i].newest)
			continue;
		entry = cchc_arena_alloc(arena, sizeof(*entry));
		if (!entry)
			return CCHC_NOMEM;
		cchc__form_have__init(entry);
		entry->name = form->name;
		entry->revision = form->revision;
		entry->digest.data = form->digest;
		entry->digest.len = sizeof(form->digest);
		have[(*n)++] = entry;
	}
	*list = have;
	return have ? CCHC_OK : CCHC_NOMEM;
}

/* What a unit's agent is told of the unit: its entry, and what stands below it when. */
static enum cchc_rc own_entry(struct cchc_daemon *d, const struct cchc_sender *sender,
			      struct cchc_arena *arena, Cchc__UnitInfo *info)
{
	const struct cchc_units *units = &d->catalog.units;
	const struct cchc_unit *unit = cchc_units_by_id(units, sender->key->unit);
	struct cchc_below list[CCHC_BELOW_MAX];
	size_t n = cchc_below_of(units, unit, list);

	cchc_unit_info(unit, info);
	info->below = cchc_arena_array(arena, n + 1, sizeof(info->below[0]));
	for (size_t i = 0; info->below && i < n; i++) {
		Cchc__Below *below = cchc_arena_alloc(arena, sizeof(*below));

		if (!below)
			return CCHC_NOMEM;
		cchc__below__init(below);
		below->level = (char *)cchc_level_name(list[i].level);
		below->has_from = list[i].from != CCHC_DAY_NONE;
		below->from = list[i].from;
		below->has_to = list[i].to != CCHC_DAY_NONE;
		below->to = list[i].to;
		info->below[info->n_below++] = below;
	}
	return info->below ? CCHC_OK : CCHC_NOMEM;
}

enum cchc_rc cchc_reply_welcome(struct cchc_daemon *d, struct cchc_sender *sender)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit;
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	rc = cchc_form_list(&d->catalog, &arena, &welcome.form, &welcome.n_form);
	if (rc == CCHC_OK)
		rc = own_entry(d, sender, &arena, &unit);
	if (rc == CCHC_OK) {
		welcome.version = CCHC_PROTOCOL_VERSION;
		welcome.store_id.data = d->store.id;
		welcome.store_id.len = sizeof(d->store.id);
		welcome.incarnation = d->store.incarnation;
		welcome.mark = sender->mark; /* with its chain; refusals come with acks */
		welcome.chain.data = sender->chain;
		welcome.chain.len = sizeof(sender->chain);
		welcome.credit = cchc_sender_told_mark(sender) + CCHC_CREDIT;
		welcome.now = cchc_clock_wall_ms();
		welcome.unit = &unit;
		frame.kind = CCHC__TO_AGENT__KIND__WELCOME;
		frame.welcome = &welcome;
		reply_sender(d, sender, &frame);
	}
	cchc_arena_fini(&arena);
	return rc;
}

static Cchc__Refusals *pack_refusals(struct cchc_arena *arena,
				     const struct cchc_pending *pending)
{
	Cchc__Refusals *refusals = cchc_arena_alloc(arena, sizeof(*refusals));
	Cchc__CellRefusal *cells =
		cchc_arena_array(arena, pending->n, sizeof(Cchc__CellRefusal));
	Cchc__CellRefusal **list =
		cchc_arena_array(arena, pending->n, sizeof(Cchc__CellRefusal *));

	if (!refusals || !cells || !list)
		return NULL;
	cchc__refusals__init(refusals);
	refusals->seq = pending->seq;
	for (size_t i = 0; i < pending->n; i++) {
		struct cchc_refusal *refusal = &pending->refusal[i];

		cchc__cell_refusal__init(&cells[i]);
		cells[i].index = refusal->index;
		cells[i].rule = (uint32_t)refusal->rule;
		cells[i].field = refusal->field;
		cells[i].value = refusal->value;
		cells[i].expected = refusal->expected;
		list[i] = &cells[i];
	}
	refusals->cell = list;
	refusals->n_cell = pending->n;
	return refusals;
}

/* A frame has room for this much; the mark told stops before what does not fit. A message
 * whose refusals fill a frame alone is told them without what would have been right. */
enum { ACK_BYTES = CCHC_FRAME_MAX - 1024 };

static size_t fit_alone(Cchc__Refusals *refusals)
{
	size_t bytes = cchc__refusals__get_packed_size(refusals);

	for (size_t i = 0; bytes > ACK_BYTES && i < refusals->n_cell; i++)
		refusals->cell[i]->expected = (char *)"";
	return cchc__refusals__get_packed_size(refusals) + 8;
}

static uint64_t add_pending(struct cchc_sender *sender, struct cchc_arena *arena,
			    Cchc__Ack *ack)
{
	Cchc__Refusals **list =
		cchc_arena_array(arena, sender->n_pending + 1, sizeof(Cchc__Refusals *));
	size_t bytes = 0;
	size_t n = 0;

	while (list && n < sender->n_pending && n < CCHC_REFUSED_SEQS_MAX) {
		Cchc__Refusals *one = pack_refusals(arena, &sender->pending[n]);

		if (!one)
			break;
		bytes += fit_alone(one);
		if (bytes > ACK_BYTES && n > 0)
			break;
		list[n++] = one;
	}
	ack->refused = list;
	ack->n_refused = n;
	return n < sender->n_pending ? sender->pending[n].seq - 1 : sender->mark;
}

void cchc_reply_ack(struct cchc_daemon *d, struct cchc_sender *sender)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Ack ack = CCHC__ACK__INIT;
	struct cchc_arena arena;

	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	ack.epoch = sender->epoch;
	ack.mark = sender->mark;
	if (sender->n_pending)
		ack.mark = add_pending(sender, &arena, &ack);
	ack.credit = ack.mark + CCHC_CREDIT;
	frame.kind = CCHC__TO_AGENT__KIND__ACK;
	frame.ack = &ack;
	reply_sender(d, sender, &frame);
	cchc_arena_fini(&arena);
}

void cchc_reply_gap(struct cchc_daemon *d, const struct cchc_sender *sender)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Gap gap = CCHC__GAP__INIT;

	gap.epoch = sender->epoch;
	gap.expected = sender->handed + 1;
	frame.kind = CCHC__TO_AGENT__KIND__GAP;
	frame.gap = &gap;
	reply_sender(d, sender, &frame);
}

void cchc_reply_later(struct cchc_daemon *d, const struct cchc_sender *sender,
		      uint64_t seq, uint32_t wait_ms, const char *reason)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Later later = CCHC__LATER__INIT;

	later.epoch = sender->epoch;
	later.seq = seq;
	later.wait_ms = wait_ms;
	later.reason = (char *)reason;
	frame.kind = CCHC__TO_AGENT__KIND__LATER;
	frame.later = &later;
	reply_sender(d, sender, &frame);
}

void cchc_reply_fork(struct cchc_daemon *d, const struct cchc_sender *sender,
		     uint64_t seq)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Fork fork = CCHC__FORK__INIT;

	fork.epoch = sender->epoch;
	fork.seq = seq;
	fork.mark = sender->mark;
	frame.kind = CCHC__TO_AGENT__KIND__FORK;
	frame.fork = &fork;
	reply_sender(d, sender, &frame);
}

enum cchc_rc cchc_piece_of(const struct cchc_catalog *catalog, const Cchc__Fetch *fetch,
			   Cchc__Piece *piece)
{
	const struct cchc_catalog_form *form;
	size_t left;

	if (fetch->what != CCHC__FETCH__WHAT__FORM || !fetch->name)
		return CCHC_NOTFOUND;
	form = cchc_catalog_form(catalog, fetch->name, fetch->revision);
	if (!form || fetch->offset > form->text_len)
		return CCHC_NOTFOUND;
	left = form->text_len - fetch->offset;
	piece->of = (Cchc__Fetch *)fetch;
	piece->total = (uint32_t)form->text_len;
	piece->bytes.data = (uint8_t *)form->text + fetch->offset;
	piece->bytes.len = left < CCHC_PIECE_MAX ? left : CCHC_PIECE_MAX;
	piece->has_digest = true;
	piece->digest.data = form->form->digest;
	piece->digest.len = sizeof(form->form->digest);
	return CCHC_OK;
}

/* The unit's entry travels as an encoded UnitInfo. */
static enum cchc_rc unit_piece(struct cchc_daemon *d, const struct cchc_sender *sender,
			       struct cchc_arena *arena, Cchc__Piece *piece)
{
	Cchc__UnitInfo unit;
	enum cchc_rc rc = own_entry(d, sender, arena, &unit);

	if (rc != CCHC_OK)
		return rc;
	rc = cchc_wire_encode(arena, &unit.base, &piece->bytes.data, &piece->bytes.len);
	piece->total = (uint32_t)piece->bytes.len;
	return rc;
}

void cchc_reply_piece(struct cchc_daemon *d, const struct cchc_sender *sender,
		      const Cchc__Fetch *fetch)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Piece piece = CCHC__PIECE__INIT;
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	piece.of = (Cchc__Fetch *)fetch;
	if (fetch->what == CCHC__FETCH__WHAT__UNIT)
		rc = unit_piece(d, sender, &arena, &piece);
	else
		rc = cchc_piece_of(&d->catalog, fetch, &piece);
	frame.kind = CCHC__TO_AGENT__KIND__PIECE;
	frame.piece = &piece;
	if (rc == CCHC_OK)
		reply_sender(d, sender, &frame);
	else
		cchc_reply_denied(d, sender->route, sender->route_len,
				  "no such form or revision", false);
	cchc_arena_fini(&arena);
}
