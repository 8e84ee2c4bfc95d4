/* Whatever order pushes, numbering, sending, lost and repeated acks, crashes, restored
 * daemons and trims come in:
 *  1. seqs of an epoch are gapless, and a seq that was given never has other bytes;
 *  2. a daemon that applies what it sees once ends with every pushed figure, the last one
 *     pushed of each row, and with the last statement of each task: nothing is lost,
 *     nothing is out of order;
 *  3. the accepted state is the daemon's, and its word replaces what was said.
 */
#include "agenttasks.h"

#include "random.h"

enum { ROWS = 40, TASKS = 4, STEPS = 400, SEQS = 2048 };

/* What the daemon must know of one outbox. */
struct daemon {
	uint64_t epoch;
	uint64_t mark;
	uint8_t chain[SEQS][CCHC_CHAIN_BYTES]; /* by seq */
	int64_t row[ROWS + 1];
	cchc_day done[TASKS]; /* 0: not yet */
};

struct world {
	struct kit *kit;
	struct test_random random;
	struct daemon now;
	struct daemon backup;
	int64_t pushed[ROWS + 1]; /* what people gave last */
	cchc_day said[TASKS];
	int64_t next_value;
	uint64_t epoch; /* whose bytes are remembered: */
	uint8_t *body[SEQS];
	size_t len[SEQS];
	uint64_t seen; /* highest seq seen of the epoch */
};

static uint32_t below(struct world *w, uint32_t n)
{
	return test_random_below(&w->random, n);
}

static void forget_bodies(struct world *w)
{
	for (size_t i = 0; i < SEQS; i++) {
		free(w->body[i]);
		w->body[i] = NULL;
	}
	w->seen = 0;
}

static void push(struct world *w)
{
	uint32_t first = 1 + below(w, ROWS);
	size_t n = 1 + below(w, ROWS + 1 - first);
	int64_t base = w->next_value += 1000;

	(void)kit_push(w->kit, "f.csv", first, n, base);
	for (size_t i = 0; i < n; i++)
		w->pushed[first + i] = base + (int64_t)(first + i);
}

static char *task_id(size_t i, char id[8])
{
	(void)snprintf(id, 8, "T%zu", i);
	return id;
}

static void say(struct world *w)
{
	size_t i = below(w, TASKS);
	char id[8];

	w->said[i] = cchc_day_of(2024, 3, 1) + (cchc_day)(w->next_value++ % 1000);
	tasks_say_done(w->kit, task_id(i, id), w->said[i], "");
}

/* What comes down: the tasks as the daemon has them. */
static void hear(struct world *w)
{
	char id[8];

	for (size_t i = 0; i < TASKS; i++) {
		Cchc__TaskInfo *info = tasks_info(w->kit, task_id(i, id));

		info->has_done = w->now.done[i] != 0;
		info->done = w->now.done[i];
		if (info->has_done)
			info->state = CCHC__TASK_INFO__STATE__WAITING;
		tasks_tell(w->kit, info);
	}
}

/* Law 1: the same seq, the same bytes; and the chain is what they say. */
static void check_frozen(struct world *w, const struct cchc_sent *sent)
{
	uint64_t seq = sent->seq;

	assert_true(seq < SEQS);
	if (w->epoch != kit_look(w->kit).epoch) {
		forget_bodies(w);
		w->epoch = kit_look(w->kit).epoch;
	}
	assert_true(seq <= w->seen + 1);
	if (seq > w->seen)
		w->seen = seq;
	if (!w->body[seq]) {
		w->len[seq] = sent->item.body_len;
		w->body[seq] = malloc(sent->item.body_len);
		assert_non_null(w->body[seq]);
		memcpy(w->body[seq], sent->item.body, sent->item.body_len);
	}
	assert_int_equal(w->len[seq], sent->item.body_len);
	assert_memory_equal(w->body[seq], sent->item.body, sent->item.body_len);
}

static void apply(struct world *w, const struct cchc_sent *sent)
{
	struct daemon *d = &w->now;
	uint8_t chain[CCHC_CHAIN_BYTES];
	Cchc__Report *report;

	if (sent->seq <= d->mark) { /* answered again */
		assert_memory_equal(d->chain[sent->seq], sent->chain, sizeof(chain));
		return;
	}
	if (sent->seq > d->mark + 1)
		return; /* GAP */
	cchc_chain_next(d->chain[d->mark], sent->seq, sent->item.kind, sent->item.body,
			sent->item.body_len, chain);
	assert_memory_equal(chain, sent->chain, sizeof(chain));
	d->mark = sent->seq;
	memcpy(d->chain[d->mark], chain, sizeof(chain));
	if (sent->item.kind == CCHC__PUSH__KIND__TASK_REPORT) {
		Cchc__TaskReport *task = tasks_sent(w->kit, sent->seq);

		d->done[task->task[1] - '0'] = task->done;
		return;
	}
	report = kit_report(w->kit, sent->item.body, sent->item.body_len);
	for (size_t i = 0; i < report->n_row; i++)
		d->row[report->row[i]] = report->value[i];
}

static void know_epoch(struct world *w)
{
	uint64_t epoch = kit_look(w->kit).epoch;

	if (w->now.epoch == epoch)
		return;
	w->now.epoch = epoch;
	w->now.mark = 0;
	cchc_chain_first(epoch, w->now.chain[0]);
}

/* Sends from the mark on, as far as luck has it. */
static void send_some(struct world *w)
{
	uint64_t given = kit_number(w->kit, kit_look(w->kit).last_given + below(w, 4));
	uint64_t seq = kit_look(w->kit).mark + 1;

	know_epoch(w);
	for (; seq <= given && below(w, 5); seq++) {
		struct cchc_sent sent = kit_sent(w->kit, seq);

		check_frozen(w, &sent);
		apply(w, &sent);
		cchc_arena_reset(&w->kit->arena);
	}
}

static void ack_some(struct world *w)
{
	uint64_t mark = kit_look(w->kit).mark;

	know_epoch(w);
	if (w->now.mark >= mark) /* maybe one of long ago, or the newest */
		assert_int_equal(kit_ack(w->kit,
					 w->now.mark - below(w, 2) % (w->now.mark + 1), 0,
					 0),
				 CCHC_OK);
}

/* What greeting.c does with a mark below ours. */
static void greet(struct world *w)
{
	struct cchc_outbox_state s = kit_look(w->kit);
	enum cchc_proof proof;
	enum cchc_rc rc;

	know_epoch(w);
	if (w->now.mark == 0 && s.epochs > 1 && s.mark > 0) {
		rc = CCHC_NOTFOUND;
	} else {
		assert_int_equal(cchc_outbox_prove(w->kit->box, w->now.mark,
						   w->now.chain[w->now.mark], &proof),
				 CCHC_OK);
		assert_true(proof != CCHC_PROOF_DIFFERENT);
		rc = w->now.mark < s.mark ? cchc_outbox_rewind(w->kit->box, w->now.mark)
					  : CCHC_OK;
	}
	if (rc == CCHC_NOTFOUND)
		rc = cchc_outbox_renew(w->kit->box, s.epoch + 1, KIT_WALL);
	assert_int_equal(rc, CCHC_OK);
}

static void step(struct world *w)
{
	switch (below(w, 14)) {
	case 12:
		say(w);
		break;
	case 13:
		if (below(w, 4) == 0)
			hear(w);
		break;
	case 0:
	case 1:
	case 2:
		push(w);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		send_some(w);
		break;
	case 7:
	case 8:
		ack_some(w);
		break;
	case 9:
		kit_reopen(w->kit);
		greet(w);
		break;
	case 10:
		if (below(w, 4) == 0)
			w->backup = w->now;
		if (below(w, 12) == 0 && w->backup.epoch) {
			w->now = w->backup;
			greet(w);
		}
		break;
	default:
		assert_int_equal(
			cchc_outbox_trim(w->kit->box,
					 KIT_WALL + (below(w, 8) == 0) * 8 * KIT_DAY_MS),
			CCHC_OK);
		break;
	}
	cchc_arena_reset(&w->kit->arena);
}

static void drain(struct world *w)
{
	greet(w);
	for (unsigned i = 0; i < 10000; i++) {
		struct cchc_outbox_state s = kit_look(w->kit);

		if (s.queued == 0 && s.last_given == s.mark)
			return;
		send_some(w);
		ack_some(w);
	}
	fail_msg("the outbox does not run empty");
}

static void check_laws(struct world *w)
{
	struct cchc_outbox_state s = kit_look(w->kit);

	for (uint32_t row = 1; row <= ROWS; row++) {
		assert_int_equal(w->now.row[row], w->pushed[row]);
		if (w->pushed[row])
			assert_int_equal(kit_accepted(w->kit, row), w->pushed[row]);
	}
	hear(w);
	for (size_t i = 0; i < TASKS; i++) {
		struct cchc_assignment a;
		char id[8];

		a = tasks_look(w->kit, task_id(i, id));
		assert_int_equal(w->now.done[i], w->said[i]);
		assert_int_equal(a.said, CCHC_SAID_NOTHING);
	}
	assert_int_equal(s.live_bytes, 0);
	assert_int_equal(s.mark, w->now.mark);
	assert_memory_equal(s.mark_chain, w->now.chain[w->now.mark], CCHC_CHAIN_BYTES);
}

static void nothing_is_lost_and_no_seq_changes(void **state)
{
	static struct world w;
	uint64_t seed = test_random_seed();

	(void)state;
	for (unsigned round = 0; round < test_random_rounds(12); round++) {
		memset(&w, 0, sizeof(w));
		w.random.state = seed + round;
		w.kit = kit_new();
		hear(&w);
		for (unsigned i = 0; i < STEPS; i++)
			step(&w);
		drain(&w);
		check_laws(&w);
		forget_bodies(&w);
		kit_free(w.kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_and_no_seq_changes),
	};

	cchc_digest_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
