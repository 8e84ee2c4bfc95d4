#include "app/replies.h"

#include <string.h>

#include "base/clock.h"
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

enum cchc_rc cchc_reply_welcome(struct cchc_daemon *d, struct cchc_sender *sender)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit;
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, CCHC_REPLY_ARENA);
	rc = cchc_form_list(&d->catalog, &arena, &welcome.form, &welcome.n_form);
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
		cchc_unit_info(cchc_units_by_id(&d->catalog.units, sender->key->unit),
			       &unit);
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

enum { DOWN_REPORTS = 128 }; /* of at most 200 bytes each in a frame */

struct collecting {
	struct cchc_daemon *d;
	struct cchc_arena arena;
	uint64_t after;
	bool more;                      /* than one frame takes */
	uint64_t journal[DOWN_REPORTS]; /* the oldest that are newer than `after`,
					   ascending */
	size_t n_journal;
	Cchc__ReportState *report[DOWN_REPORTS];
	size_t n;
	enum cchc_rc rc;
};

static bool is_newer(const struct collecting *c, const struct cchc_report_head *head)
{
	return head->journal > c->after && head->version > 0 &&
	       cchc_board_form(c->d->board, head->form);
}

/* Keeps the oldest ones: when they do not fit one frame, the next begins behind them. */
static void on_number(void *data, const struct cchc_report_head *head)
{
	struct collecting *c = data;
	size_t at;

	if (!is_newer(c, head))
		return;
	if (c->n_journal == DOWN_REPORTS) {
		c->more = true;
		if (head->journal > c->journal[DOWN_REPORTS - 1])
			return;
		c->n_journal--;
	}
	for (at = c->n_journal++; at > 0 && c->journal[at - 1] > head->journal; at--)
		c->journal[at] = c->journal[at - 1];
	c->journal[at] = head->journal;
}

static void on_report(void *data, const struct cchc_report_head *head)
{
	struct collecting *c = data;
	Cchc__ReportState *state;

	if (!is_newer(c, head) || head->journal > c->journal[c->n_journal - 1])
		return;
	state = cchc_arena_alloc(&c->arena, sizeof(*state));
	if (!state) {
		c->rc = CCHC_NOMEM;
		return;
	}
	cchc__report_state__init(state);
	state->form = cchc_board_form(c->d->board, head->form)->of->form->name;
	state->period = cchc_period_code(head->period);
	state->version = head->version;
	state->state = head->submitted ? CCHC__REPORT_STATE__STATE__SUBMITTED
				       : CCHC__REPORT_STATE__STATE__DRAFT;
	state->received = head->received_ms;
	state->cells = head->cells;
	state->refused = head->refused;
	state->has_complete = head->complete != 0;
	state->complete = head->complete == 2;
	state->doc_number =
		cchc_arena_text(&c->arena, head->doc_number, strlen(head->doc_number));
	c->report[c->n++] = state;
}

static void send_down(struct cchc_daemon *d, struct cchc_sender *sender,
		      struct collecting *c, uint64_t commit)
{
	Cchc__ToAgent frame = CCHC__TO_AGENT__INIT;
	Cchc__Down down = CCHC__DOWN__INIT;

	down.number = c->more ? c->journal[DOWN_REPORTS - 1] : commit;
	down.report = c->report;
	down.n_report = c->n;
	frame.kind = CCHC__TO_AGENT__KIND__DOWN;
	frame.down = &down;
	reply_sender(d, sender, &frame);
	sender->down_sent = down.number;
	sender->owes_down = c->more; /* the rest when this is stored */
}

void cchc_reply_down(struct cchc_daemon *d, struct cchc_sender *sender)
{
	struct collecting c = {.d = d};
	uint32_t unit = sender->key->unit;
	struct cchc_txn txn;
	uint64_t commit;

	cchc_arena_init(&c.arena, CCHC_REPLY_ARENA);
	cchc_txn_read(&txn, d->store.env);
	commit = cchc_store_commit_number(&txn);
	if (txn.rc == CCHC_OK && sender->down > commit)
		sender->down = 0; /* counted before the store was restored */
	c.after = sender->down;
	cchc_store_each_report(&txn, unit, on_number, &c);
	if (c.n_journal > 0)
		cchc_store_each_report(&txn, unit, on_report, &c);
	if (c.n > 0 && c.rc == CCHC_OK && txn.rc == CCHC_OK)
		send_down(d, sender, &c, commit);
	cchc_txn_abort(&txn);
	cchc_arena_fini(&c.arena);
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
	enum cchc_rc rc;

	cchc_unit_info(cchc_units_by_id(&d->catalog.units, sender->key->unit), &unit);
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
