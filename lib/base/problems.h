#ifndef CCHC_BASE_PROBLEMS_H
#define CCHC_BASE_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everything that is wrong with a file, found in one run, each with its place. */

struct cchc_place {
	const char *file; /* lent, outlives the problems */
	uint32_t line;    /* from 1; 0: the file as a whole */
	uint32_t column;  /* from 1, in characters; 0: the line as a whole */
};

enum cchc_severity { CCHC_PROBLEM_ERROR, CCHC_PROBLEM_WARNING };

struct cchc_problem {
	struct cchc_place place;
	enum cchc_severity severity;
	char text[256];
};

struct cchc_problems {
	struct cchc_problem *list;
	size_t n;
	size_t room;
	size_t errors;   /* how many are errors */
	size_t unlisted; /* found beyond the most that is kept, or when memory ran out */
};

void cchc_problems_init(struct cchc_problems *problems);
void cchc_problems_fini(struct cchc_problems *problems);

void cchc_problems_error(struct cchc_problems *problems, struct cchc_place place,
			 const char *format, ...) __attribute__((format(printf, 3, 4)));
void cchc_problems_warn(struct cchc_problems *problems, struct cchc_place place,
			const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "file:line:col: text", or "file: text" where there is no line. Returns out. */
char *cchc_problem_line(const struct cchc_problem *problem, char *out, size_t size);

/* Orders by file, line, column, as a reader goes through the file. */
void cchc_problems_sort(struct cchc_problems *problems);

#endif
