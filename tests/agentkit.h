#ifndef CCHC_TESTS_AGENTKIT_H
#define CCHC_TESTS_AGENTKIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commune/fork.h"
#include "commune/outbox.h"
#include "commune/records.h"
#include "io/digest.h"
#include "proto/wire.h"

/* An outbox in a directory of its own, and things to put into it. */

enum { KIT_MB = 1024 * 1024, KIT_PERIOD = 2024 * 32 + CCHC_Q1 };
#define KIT_WALL   INT64_C(1710000000000)
#define KIT_DAY_MS (INT64_C(24) * 3600 * 1000)

struct kit {
	char dir[64];
	char path[96];
	uint64_t max_bytes;
	uint64_t keep_bytes;
	int64_t keep_ms;
	struct cchc_outbox *box;
	struct cchc_arena arena;
};

struct kit *kit_new(void);
/* With its directory. */
void kit_free(struct kit *kit);
int kit_setup(void **state);
int kit_teardown(void **state);
void kit_remove(const char *dir);
/* As after a crash: nothing in memory stays. */
void kit_reopen(struct kit *kit);
struct cchc_outbox_state kit_look(struct kit *kit);

/* An item of the rows first..first+n-1, row r with the value base + r, on line r + 1. */
struct cchc_item kit_item(struct kit *kit, const char *source, uint32_t first, size_t n,
			  int64_t base);
enum cchc_rc kit_push_items(struct kit *kit, const char *name,
			    const struct cchc_item *item, size_t n, uint64_t *id);
/* One item with the given rows; returns the file's id. */
uint64_t kit_push(struct kit *kit, const char *name, uint32_t first, size_t n,
		  int64_t base);
uint64_t kit_number(struct kit *kit, uint64_t up_to);
struct cchc_sent kit_sent(struct kit *kit, uint64_t seq);

/* An ack of the current epoch; refused_seq 0: none, else the refusal of a cell, or of the
 * cell `index`. */
enum cchc_rc kit_ack_cell(struct kit *kit, uint64_t mark, uint64_t refused_seq,
			  Cchc__CellRefusal *cell);
enum cchc_rc kit_ack(struct kit *kit, uint64_t mark, uint64_t refused_seq,
		     uint32_t index);

/* The accepted value of a row, or INT64_MIN. */
int64_t kit_accepted(struct kit *kit, uint32_t row);
struct cchc_held_cell kit_held(uint32_t row, int64_t value, uint64_t epoch, uint64_t seq);

/* The report in a body, in the kit's arena. */
Cchc__Report *kit_report(struct kit *kit, const uint8_t *body, size_t len);

#define KIT(test) cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

#endif
