#ifndef CCHC_CORE_PERIOD_H
#define CCHC_CORE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/date.h"

/* Reporting periods. They nest inside the reporting year, which turns on 15 December:
 * with the closing day 14, month m is 15/(m-1) to 14/m (Decree 09/2019/ND-CP art. 12). */

enum cchc_slot {
	CCHC_M1 = 0,  /* .. 11: the months */
	CCHC_Q1 = 12, /* .. 15: the quarters */
	CCHC_H1 = 16,
	CCHC_H2 = 17,
	CCHC_9M = 18,
	CCHC_YEAR = 19,
	CCHC_SLOTS = 20,
};

struct cchc_period {
	uint16_t year; /* 1900..2999; 0: no period */
	uint8_t slot;  /* enum cchc_slot */
};

/* year * 32 + slot: for keys and the wire. */
uint32_t cchc_period_code(struct cchc_period period);
/* False if the code is of no period. */
bool cchc_period_from_code(uint32_t code, struct cchc_period *period);
bool cchc_period_equal(struct cchc_period a, struct cchc_period b);

/* A slot's name in files: "01".."12", "Q1".."Q4", "H1", "H2", "9M", "year". */
const char *cchc_slot_name(uint8_t slot);
bool cchc_slot_parse(const char *name, uint8_t *slot);

/* Reads 2024-03, 2024-Q1, 2024-H1, 2024-9M, 2024 and what people write: Quý I/2024,
 * quy 1-2024, 6 tháng đầu năm 2024, 6 tháng cuối năm 2024, 9 tháng năm 2024, tháng
 * 9/2024, Năm 2024; any case, with or without accents. False for anything else. */
bool cchc_period_parse(const char *text, struct cchc_period *period);

enum { CCHC_PERIOD_TEXT = 12, CCHC_PERIOD_TITLE = 48 };
/* "2024-Q1". Returns out. */
char *cchc_period_format(struct cchc_period period, char out[CCHC_PERIOD_TEXT]);
/* "Quý I/2024", "6 tháng đầu năm 2024", "Tháng 3/2024", "9 tháng năm 2024", "Năm 2024".
 */
char *cchc_period_title(struct cchc_period period, char out[CCHC_PERIOD_TITLE]);

/* closing_day: 1..28, or CCHC_CLOSE_MONTH_END for calendar months. */
enum { CCHC_CLOSE_DEFAULT = 14, CCHC_CLOSE_MONTH_END = 31 };
cchc_day cchc_period_first_day(struct cchc_period period, int closing_day);
/* The closing: the last day whose data belong to the period. */
cchc_day cchc_period_last_day(struct cchc_period period, int closing_day);
bool cchc_period_contains(struct cchc_period period, int closing_day, cchc_day day);
/* The reporting year a day belongs to (15/12/2023 -> 2024 with closing day 14). */
uint16_t cchc_reporting_year(cchc_day day, int closing_day);

/* The slots a slot is made of when it has no figure of its own, in order of time:
 * quarter = 3 months; H1 = Q1, Q2; H2 = Q3, Q4; 9M = H1, Q3; year = H1, H2; month: none.
 * Returns how many; *parts points to constant memory. */
size_t cchc_slot_parts(uint8_t slot, const uint8_t **parts);
/* The slots whose figure may change when this slot's does, itself first, every slot after
 * all its parts: Q3 -> Q3, H2, 9M, year. Returns how many. */
size_t cchc_slot_affects(uint8_t slot, const uint8_t **affects);

#endif
