/* When agents were heard last, as it is written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"
#include "storekit.h"

static struct kit kit;

static struct cchc_entry entry_of(const struct cchc_entry_heard *heard, size_t n)
{
	return (struct cchc_entry){.kind = CCHC_ENTRY_HEARD,
				   .clock_ms = 1000,
				   .sender = "",
				   .heard = heard,
				   .n_heard = n};
}

static int64_t heard(uint32_t unit)
{
	struct cchc_txn txn;
	int64_t at_ms;

	cchc_txn_read(&txn, kit.store.env);
	at_ms = cchc_store_heard(&txn, unit);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	return at_ms;
}

/* By a clock that was set back too: it is the one that is believed now. */
static void the_newest_entry_about_a_unit_counts(void **state)
{
	static const struct cchc_entry_heard FIRST[] = {{7, 900}, {8, 5000}};
	static const struct cchc_entry_heard SECOND[] = {{7, 900}, {8, 300}};
	struct cchc_entry entry = entry_of(FIRST, CCHC_COUNT(FIRST));

	(void)state;
	assert_int_equal(heard(7), 0);
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
	assert_int_equal(heard(8), 5000);
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_REPEATED);
	entry = entry_of(SECOND, CCHC_COUNT(SECOND));
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
	assert_int_equal(heard(7), 900);
	assert_int_equal(heard(8), 300);
	assert_int_equal(heard(9), 0);
	assert_int_equal(kit_commit_number(&kit), 2);
}

static void a_contact_of_no_unit_is_refused(void **state)
{
	static const struct cchc_entry_heard NONE[] = {{0, 900}};
	struct cchc_entry entry = entry_of(NONE, 1);

	(void)state;
	assert_int_equal(kit_try(&kit, &entry), CCHC_INVALID);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_newest_entry_about_a_unit_counts,
						open_kit, close_kit),
		cmocka_unit_test_setup_teardown(a_contact_of_no_unit_is_refused, open_kit,
						close_kit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
