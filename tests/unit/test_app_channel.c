/* Items go through in order, whole, and each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <pthread.h>

#include <cmocka.h>

#include "app/channel.h"

static struct cchc_item *item_of(uint64_t seq, size_t cells)
{
	struct cchc_item *item = cchc_item_new();

	assert_non_null(item);
	item->entry.seq = seq;
	item->cells = cells;
	return item;
}

static void put(struct cchc_channel *channel, uint64_t seq, size_t cells)
{
	struct cchc_item *item = item_of(seq, cells);

	cchc_channel_put(channel, item, item, cells);
}

/* Frees the list; returns how many there were, which must follow on *next. */
static size_t check_order(struct cchc_item *items, uint64_t *next)
{
	size_t n = 0;

	while (items) {
		struct cchc_item *item = items;

		items = item->next;
		assert_true(item->entry.seq == (*next)++);
		cchc_item_free(item);
		n++;
	}
	return n;
}

static void a_taker_gets_as_many_cells_as_it_asks_for_but_one_item_at_least(void **state)
{
	struct cchc_channel *channel = NULL;
	uint64_t next = 1;

	(void)state;
	assert_int_equal(cchc_channel_new(&channel), CCHC_OK);
	put(channel, 1, 50);
	put(channel, 2, 6);
	put(channel, 3, 4);
	put(channel, 4, 1);
	assert_int_equal(cchc_channel_cells(channel), 61);
	assert_int_equal(check_order(cchc_channel_take(channel, 10), &next), 1);
	assert_int_equal(check_order(cchc_channel_take(channel, 10), &next), 2);
	assert_int_equal(cchc_channel_cells(channel), 1);
	assert_int_equal(check_order(cchc_channel_poll(channel), &next), 1);
	assert_null(cchc_channel_poll(channel));
	assert_int_equal(cchc_channel_cells(channel), 0);
	put(channel, 5, 1); /* an empty one is begun anew */
	assert_int_equal(check_order(cchc_channel_poll(channel), &next), 1);
	cchc_channel_free(&channel);
	assert_null(channel);
}

static void a_closed_channel_is_drained_first(void **state)
{
	struct cchc_channel *channel = NULL;
	uint64_t next = 1;

	(void)state;
	assert_int_equal(cchc_channel_new(&channel), CCHC_OK);
	put(channel, 1, 1);
	put(channel, 2, 1);
	cchc_channel_close(channel);
	assert_int_equal(check_order(cchc_channel_take(channel, 1), &next), 1);
	assert_int_equal(check_order(cchc_channel_take(channel, 1), &next), 1);
	assert_null(cchc_channel_take(channel, 1));
	cchc_channel_free(&channel);
}

enum { ITEMS = 5000 };

static void *taker(void *data)
{
	struct cchc_channel *channel = data;
	struct cchc_item *items;
	uint64_t next = 1;
	size_t *n = malloc(sizeof(*n));

	assert_non_null(n);
	*n = 0;
	while ((items = cchc_channel_take(channel, 64)))
		*n += check_order(items, &next);
	return n;
}

static void another_thread_takes_each_once_and_in_order(void **state)
{
	struct cchc_channel *channel = NULL;
	pthread_t thread;
	void *taken;

	(void)state;
	assert_int_equal(cchc_channel_new(&channel), CCHC_OK);
	assert_int_equal(pthread_create(&thread, NULL, taker, channel), 0);
	for (uint64_t seq = 1; seq <= ITEMS; seq += 2) {
		struct cchc_item *first = item_of(seq, 1);

		first->next = item_of(seq + 1, 3);
		cchc_channel_put(channel, first, first->next, 4);
	}
	cchc_channel_close(channel);
	assert_int_equal(pthread_join(thread, &taken), 0);
	assert_int_equal(*(size_t *)taken, ITEMS);
	free(taken);
	cchc_channel_free(&channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_taker_gets_as_many_cells_as_it_asks_for_but_one_item_at_least),
		cmocka_unit_test(a_closed_channel_is_drained_first),
		cmocka_unit_test(another_thread_takes_each_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
