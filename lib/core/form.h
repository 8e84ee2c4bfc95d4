#ifndef CCHC_CORE_FORM_H
#define CCHC_CORE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "base/node.h"
#include "base/problems.h"
#include "core/period.h"
#include "core/unit.h"

/* A form (biểu mẫu): a versioned catalogue of rows. Code never knows a row; everything a
 * row does is said here. Read-only once loaded; any thread may read it. */

enum cchc_kind {
	CCHC_HEADING,
	CCHC_COUNT,
	CCHC_MONEY,   /* value in đồng, written in triệu đồng (decimals 6) */
	CCHC_RATIO,   /* computed from two rows; what is typed is only declared */
	CCHC_PERCENT, /* without parts */
	CCHC_YESNO,   /* 0 or 1 */
	CCHC_CHOICE,  /* one of the row's choices */
};

enum cchc_over_units {
	CCHC_UNITS_NONE, /* headings, ratios */
	CCHC_UNITS_SUM,
	CCHC_UNITS_SAME,   /* a common list: the common value, or who differs */
	CCHC_UNITS_SPREAD, /* least, median, most */
	CCHC_UNITS_TALLY,
};

enum cchc_over_time {
	CCHC_TIME_NONE, /* only a figure given for that very period */
	CCHC_TIME_SUM,
	CCHC_TIME_LAST,
	CCHC_TIME_ANY,   /* yes if one is yes */
	CCHC_TIME_PARTS, /* ratios: each part's own rule */
};

enum cchc_scope {                   /* of a cell */
		  CCHC_SCOPE_TOTAL, /* own and all below */
		  CCHC_SCOPE_OWN,
		  CCHC_SCOPE_BELOW,
		  CCHC_SCOPE_REPORT, /* the printed form: each row with the scope the form
					gives it */
		  CCHC_SCOPES,
};

/* What of the register of tasks a row counts (counts.h). */
enum cchc_register {
	CCHC_REGISTER_GIVEN,   /* assigned by then, not finished before the period */
	CCHC_REGISTER_ON_TIME, /* done within the period, by the effective due date */
	CCHC_REGISTER_LATE,    /* done within the period, after it */
	CCHC_REGISTER_OVERDUE, /* overdue at that instant and not done */
	CCHC_REGISTERS,
	CCHC_REGISTER_NONE = CCHC_REGISTERS, /* of a row: not from the register */
};

const char *cchc_scope_name(enum cchc_scope scope); /* total, own, below, report */
bool cchc_scope_parse(const char *name, enum cchc_scope *scope);
const char *cchc_kind_name(enum cchc_kind kind);

struct cchc_choice {
	int32_t code;
	const char *label; /* "Phát phiếu" */
};

/* Words people write in cells, folded (base/text.h); form data with domain.md's defaults.
 */
struct cchc_words {
	const char **list;
	size_t n;
};

enum { CCHC_ROW_CODE = 24, CCHC_ROWS_MAX = 512, CCHC_PARTS_MAX = 32 };
#define CCHC_NO_ROW UINT16_MAX

struct cchc_row {
	uint16_t id;    /* given once, never re-used; 1..65534 */
	uint16_t index; /* in form->row, this form's order of printing */
	uint16_t part;  /* index in form->part */
	uint8_t decimals;
	uint8_t levels; /* bit (1 << enum cchc_level): who fills the row */
	enum cchc_kind kind;
	enum cchc_over_units over_units;
	enum cchc_over_time over_time;
	enum cchc_scope report_scope; /* own, below or total */
	bool reserved; /* filled by the unit that communes report to directly */
	int64_t max;   /* highest plausible value in the row's scale; 0: no own limit */
	char full_code[CCHC_ROW_CODE]; /* I.4.2 */
	const char *code;              /* 4.2, within the part */
	const char *name;
	const char *title[CCHC_LEVELS]; /* other names at other levels; NULL: as `name` */
	const char *unit;               /* of measure, as printed */
	const char *note;               /* as printed; "" */
	const char **alias;             /* other spellings of the name that are read */
	size_t n_alias;
	uint16_t numerator; /* RATIO: row indexes, else CCHC_NO_ROW */
	uint16_t denominator;
	int32_t factor;        /* RATIO: 100 for percent, else 1 */
	uint16_t derived_from; /* reserved rows: the source row's index, or CCHC_NO_ROW */
	uint8_t counts;        /* enum cchc_register */
	uint16_t *equals;      /* row indexes whose sum the row is; NULL if none */
	size_t n_equals;
	struct cchc_choice *choice; /* YESNO: two; CHOICE: all */
	size_t n_choice;
	uint16_t *feeds; /* rows whose cell may change when this one's does, itself first:
			  * ratios it is a part of, equals above it, rows derived from it,
			  * transitively; each after all of them it is computed from */
	size_t n_feeds;
	struct cchc_place place;
};

struct cchc_part {
	char code[8]; /* "I".."VII" */
	const char *name;
	uint16_t first_row;
	uint16_t n_rows;
};

struct cchc_demand { /* a period of each year whose report the form demands */
	uint8_t slot;
	uint8_t due_day; /* of the month in which the period closes */
};

struct cchc_form {
	struct cchc_arena arena;
	char name[32];      /* cchc-2021 */
	uint32_t revision;  /* 1.. */
	uint8_t digest[32]; /* of the file's bytes; set by who read the file */
	const char *title;
	cchc_day valid_from; /* for periods whose last day lies in from..to; */
	cchc_day valid_to;   /* CCHC_DAY_NONE: open */
	int closing_day;
	enum cchc_level
		base_level; /* the level that reserved rows are not for: commune */
	struct cchc_part part[CCHC_PARTS_MAX];
	size_t n_parts;
	struct cchc_row *row;
	size_t n;
	struct cchc_demand demand[CCHC_SLOTS];
	size_t n_demands;
	struct cchc_words absent;       /* … x */
	struct cchc_words absent_noted; /* - / */
	struct cchc_words zero; /* không, không có, chưa có, không phát sinh */
	struct cchc_words na;   /* không áp dụng, kad, n/a */
	struct cchc_words withdrawn; /* rút, đã rút */
	uint16_t *by_id;             /* row id -> index, CCHC_NO_ROW if none */
	size_t ids;
};

/* Builds a form from its file's tree (NULL: an empty file, which is a mistake).
 * Everything is copied; the tree may go. Reports every mistake in one run: unknown key,
 * missing key, duplicate id or code, row that does not exist, cycle, wrong kind of a
 * part, rule that does not fit the kind ... The places lend the file name of the tree. On
 * any error *form is not set. At most CCHC_ROWS_MAX rows. */
CCHC_NODISCARD enum cchc_rc cchc_form_load(const struct cchc_node *root,
					   struct cchc_problems *problems,
					   struct cchc_form **form);
void cchc_form_free(struct cchc_form **form);

/* NULL when there is none. */
const struct cchc_row *cchc_form_row_by_id(const struct cchc_form *form, uint32_t id);
const struct cchc_row *cchc_form_row_by_code(const struct cchc_form *form,
					     const char *full_code);
/* Row with this code within the part (index). */
const struct cchc_row *cchc_form_row_in_part(const struct cchc_form *form, size_t part,
					     const char *code);
/* As printed for a unit of that level. */
const char *cchc_row_name(const struct cchc_row *row, enum cchc_level level);
bool cchc_form_is_for(const struct cchc_form *form, struct cchc_period period);

/* A newer revision has a greater number (or is the very same file, by digest) and all
 * rows of the older one, with the same meaning: kind, decimals, rules and references; no
 * choice is lost, nor the register where a row comes from it; closing day and base level
 * stay. What else is printed may change, rows
 * may be added. Says the first difference. */
CCHC_NODISCARD enum cchc_rc cchc_form_succeeds(const struct cchc_form *newer,
					       const struct cchc_form *older,
					       struct cchc_err *err);

#endif
