#ifndef CCHC_COMMUNE_PAPER_H
#define CCHC_COMMUNE_PAPER_H

#include <stdio.h>

#include "base/arena.h"
#include "core/rule.h"

/* A text for people that grows, every line ended as Windows likes it. Sticky: whether
 * memory sufficed is seen at the end. */
struct cchc_paper {
	FILE *file;
	char *bytes;
	size_t len;
};

enum {
	CCHC_PAPER_LIST_MAX = 300, /* lines of one list; the rest is counted */
	CCHC_WHEN_TEXT = 48,
};

/* False when memory is out: then there is nothing to close. */
bool cchc_paper_open(struct cchc_paper *paper);
void cchc_paper_line(struct cchc_paper *paper, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Closes it. Its text in the arena (paper->len bytes), NULL when memory ran out. */
const char *cchc_paper_keep(struct cchc_paper *paper, struct cchc_arena *arena);

/* Civil time: 15/03/2024 08:30:12. Returns out. */
const char *cchc_paper_when(int64_t wall_ms, char out[CCHC_WHEN_TEXT]);
/* at: line in a file, 0: none is told. of: what the field is of ("": nothing). */
void cchc_paper_refusal(struct cchc_paper *paper, uint32_t at, const char *of,
			const struct cchc_refusal *refusal);

#endif
