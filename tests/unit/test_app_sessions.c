/* Who speaks on which connection, and what is remembered of each outbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "storekit.h"
#include "app/sessions.h"
#include "base/check.h"
#include "base/text.h"

static const struct cchc_key_entry KEYS[] = {
	{.name = "one", .unit = 1},
	{.name = "one-new", .unit = 1},
	{.name = "two", .unit = 65}, /* of the same bucket as unit 1 */
};

struct desk {
	struct kit kit;
	struct cchc_sessions sessions;
};

static void open_desk(struct desk *d)
{
	kit_open(&d->kit);
	assert_int_equal(cchc_sessions_init(&d->sessions, CCHC_COUNT(KEYS)), CCHC_OK);
}

static void close_desk(struct desk *d)
{
	cchc_sessions_fini(&d->sessions);
	kit_close(&d->kit);
}

static struct cchc_sender *add(struct desk *d, size_t key, uint64_t epoch, bool *is_new)
{
	struct cchc_sender *sender;

	assert_int_equal(cchc_sessions_add(&d->sessions, &KEYS[key], epoch, &d->kit.store,
					   &sender, is_new),
			 CCHC_OK);
	return sender;
}

static void route_of(uint32_t number, uint8_t route[5])
{
	route[0] = 0;
	for (int i = 1; i < 5; i++)
		route[i] = (uint8_t)(number >> 8 * (i - 1));
}

static void bind(struct desk *d, struct cchc_sender *sender, uint32_t number)
{
	uint8_t route[5];

	route_of(number, route);
	assert_int_equal(cchc_sessions_bind(&d->sessions, sender, route, 5), CCHC_OK);
}

static struct cchc_sender *find(struct desk *d, uint32_t number)
{
	uint8_t route[5];

	route_of(number, route);
	return cchc_sessions_find(&d->sessions, route, 5);
}

static void a_connection_speaks_for_the_outbox_that_said_hello(void **state)
{
	struct cchc_sender *one;
	struct cchc_sender *two;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	one = add(&d, 0, 7, &is_new);
	assert_true(is_new);
	two = add(&d, 2, 7, &is_new);
	for (uint32_t i = 1; i <= 300; i++) /* the table grows */
		bind(&d, i % 2 ? one : two, i);
	for (uint32_t i = 1; i <= 300; i++)
		assert_ptr_equal(find(&d, i), i % 2 ? one : two);
	assert_null(find(&d, 301));
	assert_null(cchc_sessions_find(&d.sessions, (const uint8_t *)"12345", 5));
	assert_null(cchc_sessions_find(&d.sessions, (const uint8_t *)"\0ab", 3));
	assert_ptr_equal(cchc_sessions_sender(&d.sessions, 1, 7), one);
	assert_ptr_equal(cchc_sessions_sender(&d.sessions, 65, 7), two);
	assert_null(cchc_sessions_sender(&d.sessions, 1, 8));
	close_desk(&d);
}

static void what_the_store_knows_of_an_outbox_is_there_again(void **state)
{
	struct sender sender = sender_of(1, 7);
	struct cchc_refusal refusals[2] = {refusal_of(0, "I.1"),
					   refusal_of(CCHC_REFUSED_UNREAD, "I.2")};
	uint16_t rows[2] = {1, 2};
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_REPORT, 1);
	struct cchc_sender *found;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	entry.refusal = refusals;
	entry.refused_row = rows;
	entry.n_refusals = 2;
	(void)kit_apply(&d.kit, &entry, 1);
	found = add(&d, 0, 7, &is_new);
	assert_false(is_new);
	assert_int_equal(found->mark, 1);
	assert_int_equal(found->handed, 1);
	assert_memory_equal(found->chain, sender.chain, 16);
	assert_int_equal(found->n_pending, 1);
	assert_int_equal(found->pending[0].n, 1); /* not what the agent could not read */
	assert_string_equal(found->pending[0].refusal[0].field, "I.1");
	close_desk(&d);
}

static void a_new_outbox_begins_with_its_own_chain(void **state)
{
	struct sender sender = sender_of(1, 9);
	struct cchc_sender *found;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	found = add(&d, 0, 9, &is_new);
	assert_true(is_new);
	assert_memory_equal(found->chain, sender.chain, 16);
	close_desk(&d);
}

static void silent_connections_and_replaced_outboxes_are_forgotten(void **state)
{
	struct cchc_sender *old;
	struct cchc_sender *only;
	struct cchc_sender *busy;
	struct cchc_sender *latest;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	old = add(&d, 0, 1, &is_new);
	busy = add(&d, 0, 2, &is_new);
	latest = add(&d, 0, 3, &is_new);
	only = add(&d, 2, 1, &is_new);
	old->last_contact_ms = 10;
	busy->last_contact_ms = 20;
	busy->under_way = 1; /* the writer has an item that points here */
	latest->last_contact_ms = 1000;
	only->last_contact_ms = 30;
	bind(&d, old, 1);
	bind(&d, busy, 2);
	bind(&d, latest, 3);
	bind(&d, only, 4);
	cchc_sessions_prune(&d.sessions, 500);
	assert_null(find(&d, 1));
	assert_null(find(&d, 2));
	assert_ptr_equal(find(&d, 3), latest);
	assert_null(find(&d, 4));
	assert_null(cchc_sessions_sender(&d.sessions, 1, 1));
	assert_ptr_equal(cchc_sessions_sender(&d.sessions, 1, 2), busy);
	assert_ptr_equal(cchc_sessions_sender(&d.sessions, 65, 1), only);
	busy->under_way = 0;
	cchc_sessions_prune(&d.sessions, 5000);
	assert_null(cchc_sessions_sender(&d.sessions, 1, 2));
	assert_ptr_equal(cchc_sessions_latest(&d.sessions, &KEYS[0]), latest);
	close_desk(&d);
}

static void two_keys_of_a_unit_have_each_their_own_last_outbox(void **state)
{
	struct cchc_sender *first;
	struct cchc_sender *second;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	first = add(&d, 0, 1, &is_new);
	second = add(&d, 1, 2, &is_new);
	second->last_contact_ms = 5;
	assert_ptr_equal(cchc_sessions_latest(&d.sessions, &KEYS[0]), first);
	assert_ptr_equal(cchc_sessions_latest(&d.sessions, &KEYS[1]), second);
	assert_null(cchc_sessions_latest(&d.sessions, &KEYS[2]));
	close_desk(&d);
}

static void a_dropped_outbox_leaves_nothing_behind(void **state)
{
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	for (uint64_t epoch = 1; epoch <= 20; epoch++) {
		cchc_sessions_drop(&d.sessions, add(&d, 0, epoch, &is_new));
		assert_true(is_new);
	}
	assert_null(d.sessions.senders);
	assert_null(cchc_sessions_sender(&d.sessions, 1, 1));
	close_desk(&d);
}

static void new_outboxes_are_eight_at_once_and_one_each_ten_minutes(void **state)
{
	enum { TEN = 10 * 60 * 1000 };
	struct desk d;

	(void)state;
	open_desk(&d);
	for (int i = 0; i < 8; i++)
		assert_true(cchc_sessions_allow_epoch(&d.sessions, 0, 1000));
	assert_false(cchc_sessions_allow_epoch(&d.sessions, 0, 1000));
	assert_true(cchc_sessions_allow_epoch(&d.sessions, 1, 1000));
	assert_false(cchc_sessions_allow_epoch(&d.sessions, 0, 1000 + TEN - 1));
	assert_true(cchc_sessions_allow_epoch(&d.sessions, 0, 1000 + TEN));
	assert_false(cchc_sessions_allow_epoch(&d.sessions, 0, 1000 + TEN + 1));
	for (int i = 0; i < 8; i++)
		assert_true(cchc_sessions_allow_epoch(&d.sessions, 0, 1000 + 20 * TEN));
	assert_false(cchc_sessions_allow_epoch(&d.sessions, 0, 1000 + 20 * TEN));
	close_desk(&d);
}

static void a_mark_is_told_only_as_far_as_its_refusals_are(void **state)
{
	struct cchc_refusal refusal = refusal_of(0, "I.1");
	struct cchc_sender *sender;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	sender = add(&d, 0, 7, &is_new);
	sender->mark = 500;
	for (uint64_t seq = 1; seq <= CCHC_REFUSED_SEQS_MAX; seq++)
		assert_int_equal(cchc_sender_add_refusals(sender, 2 * seq, &refusal, 1),
				 CCHC_OK);
	assert_int_equal(cchc_sender_told_mark(sender), 500);
	assert_int_equal(cchc_sender_add_refusals(sender, 200, &refusal, 1), CCHC_OK);
	assert_int_equal(cchc_sender_told_mark(sender), 199);
	assert_false(cchc_sender_forget_refusals(sender, 1));
	assert_true(cchc_sender_forget_refusals(sender, 3));
	assert_int_equal(cchc_sender_told_mark(sender), 500);
	assert_true(cchc_sender_forget_refusals(sender, UINT64_MAX));
	assert_int_equal(sender->n_pending, 0);
	close_desk(&d);
}

static void who_owes_is_listed_once(void **state)
{
	struct cchc_sender *one;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	one = add(&d, 0, 7, &is_new);
	cchc_sessions_owe_ack(&d.sessions, one);
	cchc_sessions_owe_down(&d.sessions, one);
	assert_ptr_equal(cchc_sessions_next_owing(&d.sessions), one);
	assert_null(cchc_sessions_next_owing(&d.sessions));
	assert_true(one->owes_ack && one->owes_down && !one->listed);
	close_desk(&d);
}

/* A note cut in the middle of a letter would make the whole status answer undecodable. */
static void what_an_agent_says_of_itself_is_cut_where_a_character_ends(void **state)
{
	char text[401];
	struct cchc_sender *one;
	struct desk d;
	bool is_new;

	(void)state;
	open_desk(&d);
	one = add(&d, 0, 7, &is_new);
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', sizeof(text));
		for (size_t i = shift; i + 3 < 400; i += 3)
			memcpy(text + i, "ộ", 3);
		text[399] = '\0';
		cchc_sender_note(one, text);
		cchc_sender_describe(one, text);
		assert_true(cchc_text_is_clean(one->note, strlen(one->note)));
		assert_true(cchc_text_is_clean(one->program, strlen(one->program)));
		assert_true(strlen(one->note) >= sizeof(one->note) - 4);
	}
	close_desk(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_speaks_for_the_outbox_that_said_hello),
		cmocka_unit_test(what_the_store_knows_of_an_outbox_is_there_again),
		cmocka_unit_test(a_new_outbox_begins_with_its_own_chain),
		cmocka_unit_test(silent_connections_and_replaced_outboxes_are_forgotten),
		cmocka_unit_test(two_keys_of_a_unit_have_each_their_own_last_outbox),
		cmocka_unit_test(a_dropped_outbox_leaves_nothing_behind),
		cmocka_unit_test(new_outboxes_are_eight_at_once_and_one_each_ten_minutes),
		cmocka_unit_test(a_mark_is_told_only_as_far_as_its_refusals_are),
		cmocka_unit_test(who_owes_is_listed_once),
		cmocka_unit_test(
			what_an_agent_says_of_itself_is_cut_where_a_character_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
