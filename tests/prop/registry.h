#ifndef CCHC_TESTS_PROP_REGISTRY_H
#define CCHC_TESTS_PROP_REGISTRY_H

/* Random deeds, firings, handings and sayings about a few tasks, and what must hold of
 * the tasks and alerts in a store whatever was said. Include after cmocka.h. */

#include "random.h"
#include "taskkit.h"

enum {
	REGISTRY_UNITS = 3,
	REGISTRY_SLOTS = 2,
	REGISTRY_FIRINGS = 6,
	REGISTRY_HANDINGS = 8,
	REGISTRY_DAY_MS = 24 * 3600 * 1000,
};

/* One entry in the making: its texts and lists live here and in the kit's arena. */
struct draft {
	struct test_random *r;
	int64_t clock_ms;
	struct kit *kit;
	struct cchc_txn *txn;
	struct cchc_deed deed;
	uint32_t co[2];
	struct cchc_firing firing[REGISTRY_FIRINGS];
	struct cchc_handing handing[REGISTRY_HANDINGS];
	struct cchc_saying saying;
	struct cchc_entry_step steps[4];
	struct cchc_entry_heard heard[2];
};

/* An entry of the daemon itself, or of a person who speaks to it. */
struct cchc_entry draft_own(struct draft *draft);
/* What a unit says of a task, its own or not. */
const struct cchc_deed *draft_report(struct draft *draft, uint32_t unit);

void assert_register_holds(struct kit *kit);

#endif
