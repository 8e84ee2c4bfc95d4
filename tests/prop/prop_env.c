/* The law: a store is a sorted map. Whatever is put, deleted, aborted, refused, closed
 * and reopened in whatever order, gets and walks see what a plain array would have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "random.h"
#include "unit/envkit.h"

enum { KEYS = 200, VALUE_MAX = 3000 };

struct model {               /* key: two bytes, big endian */
	uint32_t seed[KEYS]; /* of the value; 0: absent */
};

static void key_of(unsigned n, uint8_t key[2])
{
	key[0] = (uint8_t)(n >> 8);
	key[1] = (uint8_t)n;
}

/* A value is known by its seed: length and bytes follow from it. */
static size_t value_of(uint32_t seed, uint8_t value[VALUE_MAX])
{
	struct test_random random = {.state = seed};
	size_t len = test_random_below(&random, seed % 10 ? 60 : VALUE_MAX);

	for (size_t i = 0; i < len; i++)
		value[i] = (uint8_t)test_random_next(&random);
	return len;
}

static void assert_value(uint32_t seed, const void *value, size_t len)
{
	uint8_t expected[VALUE_MAX];

	assert_int_equal(len, value_of(seed, expected));
	if (len > 0)
		assert_memory_equal(value, expected, len);
}

static void assert_same(struct cchc_env *env, const struct model *model)
{
	struct cchc_walk walk;
	struct cchc_txn txn;
	uint8_t key[2];
	const void *value;
	size_t len;
	unsigned present = 0;

	cchc_txn_read(&txn, env);
	cchc_walk_from(&walk, &txn, FIGURES, NULL, 0);
	for (unsigned n = 0; n < KEYS; n++) {
		key_of(n, key);
		assert_int_equal(cchc_txn_get(&txn, FIGURES, key, 2, &value, &len),
				 model->seed[n] != 0);
		if (!model->seed[n])
			continue;
		present++;
		assert_value(model->seed[n], value, len);
		assert_true(walk.found && walk.key_len == 2);
		assert_memory_equal(walk.key, key, 2);
		assert_value(model->seed[n], walk.value, walk.len);
		cchc_walk_next(&walk);
	}
	assert_false(walk.found);
	cchc_walk_end(&walk);
	assert_int_equal(cchc_txn_entries(&txn, FIGURES), present);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void change(struct cchc_txn *txn, struct model *model, struct test_random *random)
{
	unsigned n = test_random_below(random, KEYS);
	uint8_t value[VALUE_MAX];
	uint8_t key[2];

	key_of(n, key);
	model->seed[n] = test_random_below(random, 3)
				 ? 1 + test_random_below(random, UINT32_MAX)
				 : 0;
	if (model->seed[n])
		cchc_txn_put(txn, FIGURES, key, 2, value,
			     value_of(model->seed[n], value));
	else
		cchc_txn_delete(txn, FIGURES, key, 2);
}

/* One transaction, which one time in three comes to nothing. */
static void transact(struct cchc_env *env, struct model *model,
		     struct test_random *random)
{
	struct model after = *model;
	struct cchc_txn txn;

	cchc_txn_write(&txn, env);
	for (uint32_t i = test_random_below(random, 30); i > 0; i--)
		change(&txn, &after, random);
	switch (test_random_below(random, 6)) {
	case 0:
		cchc_txn_abort(&txn);
		return;
	case 1:
		cchc_txn_fail(&txn, CCHC_LIMIT);
		assert_int_equal(cchc_txn_commit(&txn), CCHC_LIMIT);
		return;
	default:
		assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
		*model = after;
	}
}

static void a_store_is_a_sorted_map(void **state)
{
	struct test_random random = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(150);
	struct model model = {{0}};
	struct cchc_env *env = open_usual();

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		transact(env, &model, &random);
		if (test_random_below(&random, 10) == 0)
			assert_int_equal(cchc_env_reopen(env, NULL), CCHC_OK);
		if (test_random_below(&random, 10) == 0) {
			cchc_env_close(&env);
			env = open_usual();
		}
		assert_same(env, &model);
	}
	cchc_env_close(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {CLEAN(a_store_is_a_sorted_map)};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
