/* The writer's promises, on a real store and a real loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "appkit.h"
#include "app/sessions.h"
#include "app/writer.h"

enum { BACK_MAX = 256 };

struct back { /* what came back of one item */
	uint64_t seq;
	enum cchc_rc rc;
	enum cchc_applied applied;
	uint64_t commit;
	uint64_t stored; /* commit number in the store when it came back */
	bool ends_batch;
};

struct work {
	struct kit kit;
	uv_loop_t loop;
	struct cchc_writer *writer;
	struct cchc_sender from; /* only its address matters here */
	struct back back[BACK_MAX];
	size_t n;
	size_t awaited;
};

static void on_done(void *data, struct cchc_item *items)
{
	struct work *w = data;
	uint64_t stored = kit_commit_number(&w->kit);

	while (items) {
		struct cchc_item *item = items;

		items = item->next;
		assert_true(w->n < BACK_MAX);
		w->back[w->n++] =
			(struct back){item->entry.seq, item->rc, item->outcome.applied,
				      item->commit,    stored,   item->ends_batch};
		cchc_item_free(item);
	}
	if (w->n >= w->awaited)
		uv_stop(&w->loop);
}

static void start(struct work *w)
{
	struct cchc_err err = {.text = ""};

	*w = (struct work){0};
	kit_open(&w->kit);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	if (cchc_writer_start(&w->loop, &w->kit.store, on_done, w, &w->writer, &err))
		fail_msg("%s", err.text);
}

static void finish(struct work *w)
{
	cchc_writer_stop(w->writer);
	assert_int_equal(cchc_writer_in_flight(w->writer), 0);
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	cchc_writer_free(&w->writer);
	kit_close(&w->kit);
}

static void await(struct work *w, size_t n)
{
	w->awaited = n;
	while (w->n < n)
		(void)uv_run(&w->loop, UV_RUN_DEFAULT);
}

static struct cchc_item *item_of(struct work *w, const struct cchc_entry *entry,
				 uint32_t body)
{
	struct cchc_item *item = cchc_item_new();
	uint32_t *bytes;

	assert_non_null(item);
	bytes = cchc_arena_alloc(&item->arena, sizeof(body));
	*bytes = body;
	item->entry = *entry;
	item->body = bytes;
	item->body_len = sizeof(body);
	item->push_kind = (uint8_t)entry->kind;
	item->sender = &w->from;
	item->cells = entry->n_cells + 1;
	return item;
}

/* The sender's next message: one figure, from a source of this name. */
static void gather_from(struct work *w, struct sender *sender, uint16_t row,
			int64_t value, const char *source)
{
	struct cchc_entry entry = entry_next(sender, CCHC_ENTRY_UPDATE, row);
	struct cchc_item *item = item_of(w, &entry, row);

	item->entry.cell = cchc_arena_alloc(&item->arena, sizeof(struct cchc_entry_cell));
	*item->entry.cell = (struct cchc_entry_cell){
		.row = row, .state = CCHC_FIGURE, .value = value};
	item->entry.n_cells = 1;
	item->entry.source = source;
	cchc_writer_gather(w->writer, item);
}

static void gather(struct work *w, struct sender *sender, uint16_t row, int64_t value)
{
	gather_from(w, sender, row, value, "");
}

static void what_comes_back_is_in_the_store_and_only_the_last_ends_its_batch(void **state)
{
	struct sender one = sender_of(1, 7);
	struct sender two = sender_of(2, 8);
	struct work w;

	(void)state;
	start(&w);
	gather(&w, &one, 1, 10);
	gather(&w, &two, 1, 20);
	gather(&w, &one, 2, 30);
	cchc_writer_hand_over(w.writer);
	await(&w, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(w.back[i].rc, CCHC_OK);
		assert_int_equal(w.back[i].applied, CCHC_APPLIED);
		assert_int_equal(w.back[i].commit, 3);
		assert_true(w.back[i].stored >= w.back[i].commit);
		assert_int_equal(w.back[i].ends_batch, i == 2);
	}
	finish(&w);
}

static void a_batch_of_repeats_alone_makes_no_commit(void **state)
{
	struct sender sender = sender_of(1, 7);
	struct cchc_entry again;
	struct work w;

	(void)state;
	start(&w);
	again = entry_next(&sender, CCHC_ENTRY_SKIP, 5);
	cchc_writer_gather(w.writer, item_of(&w, &again, 5));
	cchc_writer_hand_over(w.writer);
	await(&w, 1);
	cchc_writer_gather(w.writer, item_of(&w, &again, 5));
	cchc_writer_gather(w.writer, item_of(&w, &again, 5));
	cchc_writer_hand_over(w.writer);
	await(&w, 3);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(w.back[i].rc, CCHC_OK);
		assert_int_equal(w.back[i].applied, CCHC_REPEATED);
		assert_int_equal(w.back[i].commit, 1);
	}
	finish(&w);
}

/* A row twice is nothing the daemon writes: it must not take the others along. */
static void one_unsound_message_holds_back_no_other(void **state)
{
	struct sender good = sender_of(1, 7);
	struct sender bad = sender_of(2, 8);
	struct cchc_entry entry;
	struct cchc_item *item;
	struct work w;

	(void)state;
	start(&w);
	gather(&w, &good, 1, 10);
	entry = entry_next(&bad, CCHC_ENTRY_UPDATE, 1);
	item = item_of(&w, &entry, 1);
	item->entry.cell =
		cchc_arena_array(&item->arena, 2, sizeof(struct cchc_entry_cell));
	item->entry.cell[0] = item->entry.cell[1] =
		(struct cchc_entry_cell){.row = 3, .state = CCHC_FIGURE, .value = 1};
	item->entry.n_cells = 2;
	cchc_writer_gather(w.writer, item);
	gather(&w, &good, 2, 20);
	cchc_writer_hand_over(w.writer);
	await(&w, 3);
	assert_int_equal(w.back[0].rc, CCHC_OK);
	assert_int_equal(w.back[1].rc, CCHC_INVALID);
	assert_int_equal(w.back[2].rc, CCHC_OK);
	assert_int_equal(w.back[2].applied, CCHC_APPLIED);
	assert_int_equal(kit_commit_number(&w.kit), 2);
	finish(&w);
}

static void a_gap_and_a_fork_are_said_by_the_store(void **state)
{
	struct sender sender = sender_of(1, 7);
	struct cchc_entry first = entry_next(&sender, CCHC_ENTRY_SKIP, 1);
	struct cchc_entry third;
	struct work w;

	(void)state;
	start(&w);
	(void)entry_next(&sender, CCHC_ENTRY_SKIP, 2);
	third = entry_next(&sender, CCHC_ENTRY_SKIP, 3);
	cchc_writer_gather(w.writer, item_of(&w, &first, 1));
	cchc_writer_gather(w.writer, item_of(&w, &third, 3));
	first.chain[0] ^= 1;
	cchc_writer_gather(w.writer, item_of(&w, &first, 1));
	cchc_writer_hand_over(w.writer);
	await(&w, 3);
	assert_int_equal(w.back[0].applied, CCHC_APPLIED);
	assert_int_equal(w.back[1].applied, CCHC_GAP);
	assert_int_equal(w.back[2].applied, CCHC_FORKED);
	finish(&w);
}

static void a_stop_brings_back_what_was_only_gathered(void **state)
{
	struct sender sender = sender_of(1, 7);
	struct work w;

	(void)state;
	start(&w);
	w.awaited = SIZE_MAX;
	for (uint16_t row = 1; row <= 40; row++) {
		gather(&w, &sender, row, row);
		if (row % 7 == 0)
			cchc_writer_hand_over(w.writer);
	}
	cchc_writer_stop(w.writer);
	assert_int_equal(w.n, 40);
	for (size_t i = 0; i < w.n; i++) {
		assert_int_equal(w.back[i].seq, i + 1);
		assert_int_equal(w.back[i].rc, CCHC_OK);
	}
	assert_int_equal(kit_commit_number(&w.kit), 40);
	(void)uv_run(&w.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w.loop), 0);
	cchc_writer_free(&w.writer);
	kit_close(&w.kit);
}

static void limit_files_to(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static rlim_t size_of_store(struct work *w)
{
	struct stat st;

	assert_int_equal(stat(w->kit.path, &st), 0);
	return (rlim_t)st.st_size;
}

static void on_room_again(uv_timer_t *timer)
{
	limit_files_to(RLIM_INFINITY);
	uv_close((uv_handle_t *)timer, NULL);
}

/* The file may not grow: the commit fails with an unknown outcome. When there is room
 * again it is found not to have happened, is done once more, and every item comes back
 * once. */
static void a_commit_of_unknown_outcome_comes_back_once(void **state)
{
	struct sender sender = sender_of(1, 7);
	uv_timer_t timer;
	struct work w;

	(void)state;
	start(&w);
	gather(&w, &sender, 1, 1);
	cchc_writer_hand_over(w.writer);
	await(&w, 1);
	limit_files_to(size_of_store(&w));
	for (uint16_t row = 1; row <= 60; row++)
		gather(&w, &sender, (uint16_t)(row * 64), row);
	cchc_writer_hand_over(w.writer);
	(void)uv_timer_init(&w.loop, &timer);
	(void)uv_timer_start(&timer, on_room_again, 300, 0);
	await(&w, 61);
	assert_int_equal(w.n, 61);
	for (size_t i = 1; i < 61; i++) {
		assert_int_equal(w.back[i].seq, i + 1);
		assert_int_equal(w.back[i].rc, CCHC_OK);
		assert_int_equal(w.back[i].applied, CCHC_APPLIED);
		assert_int_equal(w.back[i].commit, 61);
	}
	assert_false(cchc_writer_is_broken(w.writer));
	assert_int_equal(kit_commit_number(&w.kit), 61);
	finish(&w);
}

/* The disk takes the probe and never the batch: its senders must hear of it, and a stop
 * must not wait for ever. */
static void a_batch_the_disk_never_takes_comes_back_unwritten(void **state)
{
	enum { PROBE_PAGES = 16, N = 100 };
	char source[1500] = "";
	struct sender sender = sender_of(1, 7);
	struct sender before;
	struct work w;

	(void)state;
	start(&w);
	gather(&w, &sender, 1, 1);
	cchc_writer_hand_over(w.writer);
	await(&w, 1);
	before = sender;
	limit_files_to(size_of_store(&w) + PROBE_PAGES * 4096);
	memset(source, 's', sizeof(source) - 1);
	for (uint16_t i = 0; i < N; i++)
		gather_from(&w, &sender, 1, i, source);
	cchc_writer_hand_over(w.writer);
	await(&w, 1 + N);
	limit_files_to(RLIM_INFINITY);
	assert_int_equal(w.n, 1 + N);
	for (size_t i = 1; i < 1 + N; i++) {
		assert_int_equal(w.back[i].seq, i + 1);
		assert_int_equal(w.back[i].rc, CCHC_IO);
	}
	assert_int_equal(kit_commit_number(&w.kit), 1);
	gather(&w, &before, 9, 9);
	cchc_writer_hand_over(w.writer);
	await(&w, 2 + N);
	assert_int_equal(w.back[1 + N].rc, CCHC_OK);
	assert_int_equal(w.back[1 + N].applied, CCHC_APPLIED);
	finish(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_comes_back_is_in_the_store_and_only_the_last_ends_its_batch),
		cmocka_unit_test(a_batch_of_repeats_alone_makes_no_commit),
		cmocka_unit_test(one_unsound_message_holds_back_no_other),
		cmocka_unit_test(a_gap_and_a_fork_are_said_by_the_store),
		cmocka_unit_test(a_stop_brings_back_what_was_only_gathered),
		cmocka_unit_test(a_commit_of_unknown_outcome_comes_back_once),
		cmocka_unit_test(a_batch_the_disk_never_takes_comes_back_unwritten),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
