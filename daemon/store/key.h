#ifndef CCHC_STORE_KEY_H
#define CCHC_STORE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/period.h"

/* Every key of every table, and nothing else, is built and read here. Integers are
 * big-endian and texts end with NUL, so that the order of the bytes is the order of what
 * they mean, and a prefix of a key selects what its leading fields say. */

enum { CCHC_KEY_ROOM = 160 }; /* an alert's key is the longest */

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
/* *code is lent from the bytes. */
bool cchc_key_read_unit(const uint8_t *bytes, size_t len, const char **code,
			cchc_day *valid_from);

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

/* reports, duties */
struct cchc_key cchc_key_report(uint32_t unit, uint16_t form, struct cchc_period period);
struct cchc_key cchc_key_reports(uint32_t unit); /* prefix; 0: of all */
bool cchc_key_read_report(const uint8_t *bytes, size_t len, uint32_t *unit,
			  uint16_t *form, struct cchc_period *period);

/* journal, tasks, alerts, pending, silences; also the prefix of pairs that begin with it
 */
struct cchc_key cchc_key_number(uint64_t number);
bool cchc_key_read_number(const uint8_t *bytes, size_t len, uint64_t *number);

/* task_lines, task_alerts: a task's number and another one */
struct cchc_key cchc_key_pair(uint64_t first, uint64_t second);
bool cchc_key_read_pair(const uint8_t *bytes, size_t len, uint64_t *first,
			uint64_t *second);

/* task_ids, alert_keys: a text shorter than CCHC_KEY_ROOM */
struct cchc_key cchc_key_text(const char *text);

/* concerns */
struct cchc_key cchc_key_concern(uint32_t unit, uint64_t journal, uint64_t task);
struct cchc_key cchc_key_concerns(uint32_t unit); /* prefix */
bool cchc_key_read_concern(const uint8_t *bytes, size_t len, uint32_t *unit,
			   uint64_t *journal, uint64_t *task);

/* digests: first those by unit and day, then an index in the order they came */
struct cchc_key cchc_key_digest(uint32_t unit, cchc_day day);
bool cchc_key_read_digest(const uint8_t *bytes, size_t len, uint32_t *unit,
			  cchc_day *day);
struct cchc_key cchc_key_digest_came(uint32_t unit, uint64_t journal, cchc_day day);
bool cchc_key_read_digest_came(const uint8_t *bytes, size_t len, uint32_t *unit,
			       uint64_t *journal, cchc_day *day);

/* steps: a class's name and a step's */
struct cchc_key cchc_key_step(const char *class_name, const char *step);

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
