#include "base/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 1000 };

void cchc_problems_init(struct cchc_problems *problems)
{
	*problems = (struct cchc_problems){0};
}

void cchc_problems_fini(struct cchc_problems *problems)
{
	free(problems->list);
	*problems = (struct cchc_problems){0};
}

static struct cchc_problem *add(struct cchc_problems *problems)
{
	if (problems->n == problems->room) {
		size_t room = problems->room ? problems->room * 2 : 16;
		struct cchc_problem *list = NULL;

		if (problems->n < MOST_KEPT)
			list = realloc(problems->list, room * sizeof(*list));
		if (!list) {
			problems->unlisted++;
			return NULL;
		}
		problems->list = list;
		problems->room = room;
	}
	return &problems->list[problems->n++];
}

static void add_text(struct cchc_problems *problems, struct cchc_place place,
		     enum cchc_severity severity, const char *format, va_list args)
{
	struct cchc_problem *problem = add(problems);

	if (severity == CCHC_PROBLEM_ERROR)
		problems->errors++;
	if (!problem)
		return;
	problem->place = place;
	problem->severity = severity;
	(void)vsnprintf(problem->text, sizeof(problem->text), format, args);
}

void cchc_problems_error(struct cchc_problems *problems, struct cchc_place place,
			 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(problems, place, CCHC_PROBLEM_ERROR, format, args);
	va_end(args);
}

void cchc_problems_warn(struct cchc_problems *problems, struct cchc_place place,
			const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_text(problems, place, CCHC_PROBLEM_WARNING, format, args);
	va_end(args);
}

char *cchc_problem_line(const struct cchc_problem *problem, char *out, size_t size)
{
	const struct cchc_place *place = &problem->place;
	const char *kind = problem->severity == CCHC_PROBLEM_WARNING ? "warning: " : "";

	if (place->line == 0)
		(void)snprintf(out, size, "%s: %s%s", place->file, kind, problem->text);
	else if (place->column == 0)
		(void)snprintf(out, size, "%s:%u: %s%s", place->file, place->line, kind,
			       problem->text);
	else
		(void)snprintf(out, size, "%s:%u:%u: %s%s", place->file, place->line,
			       place->column, kind, problem->text);
	return out;
}

static int in_reading_order(const void *a, const void *b)
{
	const struct cchc_problem *x = a;
	const struct cchc_problem *y = b;
	int by_file = strcmp(x->place.file, y->place.file);

	if (by_file)
		return by_file;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	if (x->place.column != y->place.column)
		return x->place.column < y->place.column ? -1 : 1;
	return strcmp(x->text, y->text);
}

void cchc_problems_sort(struct cchc_problems *problems)
{
	if (problems->n > 1)
		qsort(problems->list, problems->n, sizeof(problems->list[0]),
		      in_reading_order);
}
