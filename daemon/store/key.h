#ifndef CCHC_STORE_KEY_H
#define CCHC_STORE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/period.h"

/* Every key of every table, and nothing else, is built and read here. Integers are
 * big-endian and texts end with NUL, so that the order of the bytes is the order of what
 * they mean, and a prefix of a key selects what its leading fields say. */

enum { CCHC_KEY_ROOM = 32 };

struct cchc_key {
	uint8_t bytes[CCHC_KEY_ROOM];
	size_t len;
};

/* meta: a name of at most 24 bytes; "year" and a reporting year that has figures;
 * "config" and a name of at most 16 bytes. */
struct cchc_key cchc_key_meta(const char *name);
struct cchc_key cchc_key_year(uint16_t year);
struct cchc_key cchc_key_config(const char *name);
struct cchc_key cchc_key_years(void); /* prefix */
bool cchc_key_read_year(const uint8_t *bytes, size_t len, uint16_t *year);

/* units: a code shorter than CCHC_UNIT_CODE, and the day from which it has that meaning.
 */
struct cchc_key cchc_key_unit(const char *code, cchc_day valid_from);

/* forms */
struct cchc_key cchc_key_form(uint16_t form, uint32_t revision);
bool cchc_key_read_form(const uint8_t *bytes, size_t len, uint16_t *form,
			uint32_t *revision);

/* figures: 64 row ids are one record */
struct cchc_cells_at {
	uint32_t unit;
	uint16_t form;
	struct cchc_period period;
	uint16_t chunk; /* row id / 64 */
};
struct cchc_key cchc_key_cells(const struct cchc_cells_at *at);
/* Prefix of all that is under unit, form, year, up to the first of them that is 0. */
struct cchc_key cchc_key_cells_under(uint32_t unit, uint16_t form, uint16_t year);
/* Prefix of the chunks of one unit, form and period. */
struct cchc_key cchc_key_cells_of(uint32_t unit, uint16_t form,
				  struct cchc_period period);
bool cchc_key_read_cells(const uint8_t *bytes, size_t len, struct cchc_cells_at *at);

/* reports */
struct cchc_key cchc_key_report(uint32_t unit, uint16_t form, struct cchc_period period);
struct cchc_key cchc_key_reports(uint32_t unit); /* prefix; 0: of all */
bool cchc_key_read_report(const uint8_t *bytes, size_t len, uint32_t *unit,
			  uint16_t *form, struct cchc_period *period);

/* journal */
struct cchc_key cchc_key_journal(uint64_t number);
bool cchc_key_read_journal(const uint8_t *bytes, size_t len, uint64_t *number);

/* marks: living epochs first, then for each unit the list of its retired ones */
struct cchc_key cchc_key_mark(uint32_t unit, uint64_t epoch);
struct cchc_key cchc_key_marks(uint32_t unit); /* prefix; 0: of all */
bool cchc_key_read_mark(const uint8_t *bytes, size_t len, uint32_t *unit,
			uint64_t *epoch);
struct cchc_key cchc_key_retired(uint32_t unit);

/* refusals */
struct cchc_key cchc_key_refusals(uint32_t unit, uint64_t epoch, uint64_t seq);
struct cchc_key cchc_key_refusals_of(uint32_t unit, uint64_t epoch); /* prefix */
bool cchc_key_read_refusals(const uint8_t *bytes, size_t len, uint32_t *unit,
			    uint64_t *epoch, uint64_t *seq);

#endif
