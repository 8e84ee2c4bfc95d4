#include "agentplay.h"

static bool send_frame(void *data, const uint8_t *bytes, size_t len)
{
	struct play *p = data;
	struct cchc_err err = {.text = ""};

	if (p->full)
		return false;
	assert_true(p->n < PLAY_FRAMES);
	if (cchc_wire_to_daemon(&p->kit->arena, bytes, len, &p->frame[p->n], &err))
		fail_msg("%s", err.text);
	p->n++;
	return true;
}

static void redial(void *data, bool next)
{
	struct play *p = data;

	p->redials++;
	p->switches += next;
}

static const char *denied_key(void *data)
{
	return ((struct play *)data)->denied_key;
}

static enum cchc_rc standing(void *data, struct cchc_arena *arena,
			     struct cchc_standing **list, size_t *n)
{
	struct play *p = data;

	(void)arena;
	*list = &p->standing;
	*n = p->n_standing;
	return CCHC_OK;
}

static uint64_t random_number(void *data)
{
	struct play *p = data;

	return ++p->random * 1000003;
}

static void start(struct play *p)
{
	struct cchc_link_options options = {
		.box = p->kit->box,
		.port = {send_frame, redial, denied_key, standing, random_number, p},
		.unit = "11986",
		.unit_valid_from = CCHC_DAY_NONE,
		.program = "test",
	};

	assert_int_equal(cchc_catalog_new(p->kit->box, &p->catalog), CCHC_OK);
	options.catalog = p->catalog;
	assert_int_equal(cchc_link_new(&options, &p->link), CCHC_OK);
}

static void stop(struct play *p)
{
	cchc_link_free(&p->link);
	cchc_catalog_free(&p->catalog);
}

void play_crash(struct play *p)
{
	stop(p);
	kit_reopen(p->kit);
	start(p);
}

int play_setup(void **state)
{
	struct play *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	cchc_digest_start();
	p->kit = kit_new();
	p->now = (struct cchc_moment){.mono_ms = 1000000, .wall_ms = KIT_WALL};
	memset(p->store, 7, sizeof(p->store));
	p->incarnation = 1;
	start(p);
	*state = p;
	return 0;
}

int play_teardown(void **state)
{
	struct play *p = *state;

	stop(p);
	kit_free(p->kit);
	free(p);
	return 0;
}

void play_pass(struct play *p, uint64_t ms)
{
	uint64_t until = p->now.mono_ms + ms;

	for (;;) {
		uint64_t wait = cchc_link_tick(p->link, p->now);

		if (p->now.mono_ms >= until)
			return;
		if (wait > until - p->now.mono_ms)
			wait = until - p->now.mono_ms;
		p->now.mono_ms += wait;
		p->now.wall_ms += (int64_t)wait;
	}
}

Cchc__ToDaemon *play_next(struct play *p, Cchc__ToDaemon__Kind kind)
{
	while (p->seen < p->n)
		if (p->frame[p->seen++]->kind == kind)
			return p->frame[p->seen - 1];
	return NULL;
}

Cchc__Push *play_push(struct play *p)
{
	Cchc__ToDaemon *m = play_next(p, CCHC__TO_DAEMON__KIND__PUSH);

	return m ? m->push : NULL;
}

Cchc__Hello *play_hello(struct play *p)
{
	Cchc__ToDaemon *m = play_next(p, CCHC__TO_DAEMON__KIND__HELLO);

	assert_non_null(m);
	return m->hello;
}

void play_say(struct play *p, Cchc__ToAgent *m, Cchc__ToAgent__Kind kind)
{
	m->version = CCHC_PROTOCOL_VERSION;
	m->kind = kind;
	cchc_link_message(p->link, m, p->now);
}

void play_welcome(struct play *p, uint64_t mark, const uint8_t *chain, uint64_t credit)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	uint8_t zero[CCHC_CHAIN_BYTES] = {0};
	struct cchc_sent sent;

	welcome.version = CCHC_PROTOCOL_VERSION;
	welcome.store_id.data = p->store;
	welcome.store_id.len = sizeof(p->store);
	welcome.incarnation = p->incarnation;
	welcome.now = p->now.wall_ms + p->ahead_ms;
	welcome.mark = mark;
	welcome.chain.data = zero;
	welcome.chain.len = sizeof(zero);
	if (chain)
		memcpy(zero, chain, sizeof(zero));
	else if (mark == kit_look(p->kit).mark)
		memcpy(zero, kit_look(p->kit).mark_chain, sizeof(zero));
	else if (!cchc_outbox_sent(p->kit->box, &p->kit->arena, mark, &sent))
		memcpy(zero, sent.chain, sizeof(zero));
	welcome.credit = credit;
	welcome.form = &p->form;
	welcome.n_form = p->form ? 1 : 0;
	unit.code = (char[]){"11986"};
	unit.kind = (char[]){"Thị trấn"};
	unit.name = (char[]){"Thị trấn Như Quỳnh"};
	unit.level = (char[]){"commune"};
	welcome.unit = &unit;
	m.welcome = &welcome;
	play_say(p, &m, CCHC__TO_AGENT__KIND__WELCOME);
}

void play_ack_with(struct play *p, uint64_t mark, uint64_t credit,
		   Cchc__Refusals **refused, size_t n)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Ack ack = CCHC__ACK__INIT;

	ack.epoch = kit_look(p->kit).epoch;
	ack.mark = mark;
	ack.credit = credit;
	ack.refused = refused;
	ack.n_refused = n;
	m.ack = &ack;
	play_say(p, &m, CCHC__TO_AGENT__KIND__ACK);
}

void play_ack(struct play *p, uint64_t mark, uint64_t credit)
{
	play_ack_with(p, mark, credit, NULL, 0);
}

void play_gap(struct play *p, uint64_t expected)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Gap gap = CCHC__GAP__INIT;

	gap.epoch = kit_look(p->kit).epoch;
	gap.expected = expected;
	m.gap = &gap;
	play_say(p, &m, CCHC__TO_AGENT__KIND__GAP);
}

void play_later(struct play *p, uint64_t seq, uint32_t wait_ms)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Later later = CCHC__LATER__INIT;

	later.epoch = kit_look(p->kit).epoch;
	later.seq = seq;
	later.wait_ms = wait_ms;
	later.reason = (char[]){"full"};
	m.later = &later;
	play_say(p, &m, CCHC__TO_AGENT__KIND__LATER);
}

void play_fork(struct play *p, uint64_t seq, uint64_t mark)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Fork fork = CCHC__FORK__INIT;

	fork.epoch = kit_look(p->kit).epoch;
	fork.seq = seq;
	fork.mark = mark;
	m.fork = &fork;
	play_say(p, &m, CCHC__TO_AGENT__KIND__FORK);
}

void play_denied(struct play *p, bool lasting)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Denied denied = CCHC__DENIED__INIT;

	denied.text = (char[]){"not today"};
	denied.has_lasting = true;
	denied.lasting = lasting;
	m.denied = &denied;
	play_say(p, &m, CCHC__TO_AGENT__KIND__DENIED);
}

void play_hello_first(struct play *p)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;

	play_say(p, &m, CCHC__TO_AGENT__KIND__HELLO_FIRST);
}

void play_held(struct play *p, uint32_t row, int64_t value, uint64_t epoch, uint64_t seq,
	       bool more)
{
	Cchc__ToAgent m = CCHC__TO_AGENT__INIT;
	Cchc__Held held = CCHC__HELD__INIT;
	Cchc__HeldCells cells = CCHC__HELD_CELLS__INIT;
	Cchc__HeldCells *list[] = {&cells};
	Cchc__HeldAt next = CCHC__HELD_AT__INIT;
	uint32_t state = CCHC_FIGURE;
	uint64_t journal = 1;

	cells.form = next.form = (char[]){"cchc-2021"};
	cells.period = next.period = KIT_PERIOD;
	next.row = row;
	cells.row = &row;
	cells.state = &state;
	cells.value = &value;
	cells.journal = &journal;
	cells.epoch = &epoch;
	cells.seq = &seq;
	cells.n_row = cells.n_state = cells.n_value = 1;
	cells.n_journal = cells.n_epoch = cells.n_seq = 1;
	held.cells = list;
	held.n_cells = 1;
	held.next = more ? &next : NULL;
	m.held = &held;
	play_say(p, &m, CCHC__TO_AGENT__KIND__HELD);
}

void play_greet(struct play *p, uint64_t mark, uint64_t credit)
{
	play_pass(p, 0);
	(void)play_hello(p);
	play_welcome(p, mark, NULL, credit);
	assert_int_equal(cchc_link_state(p->link), CCHC_LINK_READY);
}

void play_queue(struct play *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		(void)kit_push(p->kit, "2024-Q1.csv", 1, 3, 100 * i);
}
