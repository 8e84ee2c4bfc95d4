/* Digests as the store keeps them: one a day, the last months. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "taskkit.h"

enum { UNIT = 7, MORNING = 7 * 60 + 30 };

static struct kit kit;

/* Its number. */
static uint64_t tell(uint32_t unit, cchc_day day, const char *text)
{
	static unsigned made;
	char key[32];
	struct cchc_firing firing = {.kind = CCHC_ALERT_DIGEST,
				     .key = key,
				     .unit = unit,
				     .due = CCHC_DAY_NONE,
				     .moment_ms = day_ms(day, MORNING),
				     .text = text};

	(void)snprintf(key, sizeof(key), "digest/%u", made++);
	assert_int_equal(kit_fire(&kit, &firing, 1, firing.moment_ms).applied,
			 CCHC_APPLIED);
	return kit_commit_number(&kit);
}

struct told {
	size_t n;
	cchc_day day[8];
	uint64_t journal[8];
};

static bool on_digest(void *data, const struct cchc_digest_text *digest)
{
	struct told *told = data;

	told->day[told->n] = digest->day;
	told->journal[told->n++] = digest->journal;
	return true;
}

static struct told all_of(uint32_t unit)
{
	struct told told = {.n = 0};
	struct cchc_txn txn;

	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_digest(&txn, unit, 0, &kit.arena, on_digest, &told);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return told;
}

static void one_told_anew_stands_in_for_the_one_before(void **state)
{
	struct told told;
	uint64_t last;

	(void)state;
	(void)tell(UNIT, KIT_DAY + 4, "sớm");
	(void)tell(UNIT, KIT_DAY, "hôm nay");
	last = tell(UNIT, KIT_DAY + 4, "đúng ngày");
	told = all_of(UNIT);
	assert_int_equal(told.n, 2);
	assert_int_equal(told.day[0], KIT_DAY);
	assert_int_equal(told.day[1], KIT_DAY + 4);
	assert_int_equal(told.journal[1], last);
}

static void the_next_day_told_of_is_found(void **state)
{
	struct cchc_txn txn;
	cchc_day day;

	(void)state;
	(void)tell(UNIT, KIT_DAY, "");
	(void)tell(UNIT, KIT_DAY + 4, "");
	(void)tell(UNIT + 1, KIT_DAY + 9, "");
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_digest_after(&txn, UNIT, INT32_MIN, &day));
	assert_int_equal(day, KIT_DAY);
	assert_true(cchc_store_digest_after(&txn, UNIT, KIT_DAY, &day));
	assert_int_equal(day, KIT_DAY + 4);
	assert_false(cchc_store_digest_after(&txn, UNIT, KIT_DAY + 4, &day));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void those_older_than_three_months_are_forgotten(void **state)
{
	struct told told;

	(void)state;
	for (int i = 0; i < 3; i++)
		(void)tell(UNIT, KIT_DAY + i, "");
	(void)tell(UNIT + 1, KIT_DAY, "");
	(void)tell(UNIT, KIT_DAY + 92, "");
	told = all_of(UNIT);
	assert_int_equal(told.n, 2);
	assert_int_equal(told.day[0], KIT_DAY + 2);
	assert_int_equal(all_of(UNIT + 1).n, 1);
}

static int open_kit(void **state)
{
	(void)state;
	kit_open(&kit);
	return 0;
}

static int close_kit(void **state)
{
	(void)state;
	kit_close(&kit);
	return 0;
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, open_kit, close_kit)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(one_told_anew_stands_in_for_the_one_before),
		FRESH(the_next_day_told_of_is_found),
		FRESH(those_older_than_three_months_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
