#ifndef CCHC_CORE_UNIT_H
#define CCHC_CORE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/problems.h"
#include "base/sheet.h"
#include "core/date.h"

/* Administrative units. Codes were re-used with another meaning on 1 July 2025 and names
 * are not unique, so everything is keyed by an internal id that is given once to
 * (code, valid_from), by a journalled entry, and never re-used. */

/* From the top; the order is the order of rank. */
enum cchc_level {
	CCHC_NATION,
	CCHC_PROVINCE,
	CCHC_DISTRICT,
	CCHC_COMMUNE,
	CCHC_LEVELS,
};

/* "nation", "province", "district", "commune". */
const char *cchc_level_name(enum cchc_level level);
bool cchc_level_parse(const char *name, enum cchc_level *level);

enum { CCHC_UNIT_CODE = 16 }; /* bytes of a code with its NUL; [0-9A-Za-z]+ */

struct cchc_unit {
	uint32_t id; /* 0: not given yet */
	enum cchc_level level;
	char code[CCHC_UNIT_CODE];
	char parent[CCHC_UNIT_CODE]; /* "" at the top */
	const char *kind;            /* Huyện, Xã, Thị trấn ... */
	const char *name;            /* with its kind: "Thị trấn Như Quỳnh" */
	cchc_day valid_from;         /* CCHC_DAY_NONE: always */
	cchc_day valid_to;           /* last day in force; CCHC_DAY_NONE: always */
	uint32_t line;               /* in the file */
};

/* The whole unit file: every unit there was or is. Read-only once loaded and identified;
 * may then be read by any thread. */
struct cchc_units {
	struct cchc_arena arena;
	struct cchc_unit *unit;
	size_t n;
	uint32_t *slot; /* hash of code -> first index + 1 */
	uint32_t *next; /* next index + 1 of the same code, in order of valid_from */
	size_t slots;
	uint32_t *by_id; /* id -> index + 1, once ids are given */
	uint32_t max_id;
	const struct cchc_unit **former; /* id -> unit; NULL: none was remembered */
};

/* Reads columns code, parent, level, kind, name and, if there, valid_from, valid_to (in
 * any order, by header). Reports every mistake: missing column, malformed or empty code,
 * name or level, a code twice in force on the same day, a parent that is not in force
 * while the child is, a parent that does not stand above its child (so every circle too),
 * no unit at all. kind may be empty. On failure `units` is empty. Units get no
 * ids here. */
CCHC_NODISCARD enum cchc_rc cchc_units_load(struct cchc_units *units,
					    const struct cchc_sheet *sheet,
					    struct cchc_problems *problems);
void cchc_units_fini(struct cchc_units *units);

/* Gives ids: `given` (NULL: none are known) returns the id known for (code, valid_from),
 * or 0; unknown units get *next_id (> 0), which grows. CCHC_CORRUPT if an id is known
 * that was not given yet (>= *next_id) or one is known for two units; then units must not
 * be used. */
typedef uint32_t cchc_unit_given(void *data, const char *code, cchc_day valid_from);
CCHC_NODISCARD enum cchc_rc cchc_units_identify(struct cchc_units *units,
						cchc_unit_given *given, void *data,
						uint32_t *next_id);

/* A unit that has an id and is in the file no more: it is found by its id, so that what
 * it left can be shown, and in no other way. Its name says what became of it. NOMEM. */
CCHC_NODISCARD enum cchc_rc cchc_units_remember(struct cchc_units *units, uint32_t id,
						const char *code, cchc_day valid_from);

/* NULL when there is none. */
const struct cchc_unit *cchc_units_by_id(const struct cchc_units *units, uint32_t id);
/* The unit with that code in force on the day. */
const struct cchc_unit *cchc_units_on(const struct cchc_units *units, const char *code,
				      cchc_day day);
/* How many units ever had the code; *only is set if it is one. */
size_t cchc_units_of_code(const struct cchc_units *units, const char *code,
			  const struct cchc_unit **only);
bool cchc_unit_in_force(const struct cchc_unit *unit, cchc_day day);

/* The unit in keys and ids that people read: its code, and where that was re-used, since
 * when it has it: "12004@2025-07-01". Returns out. */
enum { CCHC_UNIT_KEY = CCHC_UNIT_CODE + CCHC_DAY_TEXT + 1 };
char *cchc_unit_key(const struct cchc_units *units, const struct cchc_unit *unit,
		    char out[CCHC_UNIT_KEY]);

#endif
