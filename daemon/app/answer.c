#include "app/answer.h"

#include <stdarg.h>
#include <stdio.h>

enum { ANSWER_ARENA = 512 * 1024 * 1024 };

void cchc_answer_init(struct cchc_answer *answer, uint64_t id, uint64_t incarnation)
{
	*answer = (struct cchc_answer){.id = id, .incarnation = incarnation};
	cchc_arena_init(&answer->arena, ANSWER_ARENA);
}

void cchc_answer_fini(struct cchc_answer *answer)
{
	cchc_arena_fini(&answer->arena);
	answer->first = answer->last = NULL;
}

enum { FIELD_CELLS = 10 }; /* of Answer */

static enum cchc_rc add(struct cchc_answer *answer, Cchc__Answer *part,
			const struct cchc_wire_piece *piece, size_t n,
			enum cchc_which which)
{
	struct cchc_frame *frame = cchc_arena_alloc(&answer->arena, sizeof(*frame));
	enum cchc_rc rc;

	if (!frame)
		return CCHC_NOMEM;
	part->version = CCHC_PROTOCOL_VERSION;
	part->id = answer->id;
	part->part = answer->parts++;
	part->last = which == CCHC_PART_LAST;
	part->commit = answer->commit;
	part->incarnation = answer->incarnation;
	rc = cchc_wire_encode_with(&answer->arena, &part->base, FIELD_CELLS, piece, n,
				   &frame->bytes, &frame->len);
	if (rc != CCHC_OK)
		return rc;
	if (answer->last)
		answer->last->next = frame;
	else
		answer->first = frame;
	answer->last = frame;
	answer->closed = part->last;
	return CCHC_OK;
}

enum cchc_rc cchc_answer_add(struct cchc_answer *answer, Cchc__Answer *part,
			     enum cchc_which which)
{
	return add(answer, part, NULL, 0, which);
}

enum cchc_rc cchc_answer_add_cells(struct cchc_answer *answer,
				   const struct cchc_wire_piece *piece, size_t n,
				   enum cchc_which which)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;

	part.kind = CCHC__ANSWER__KIND__CELLS;
	return add(answer, &part, piece, n, which);
}

static void refuse(struct cchc_answer *answer, bool lasting, const char *format,
		   va_list args)
{
	Cchc__Answer part = CCHC__ANSWER__INIT;
	Cchc__Denied refused = CCHC__DENIED__INIT;
	char text[CCHC_STRING_MAX];

	(void)vsnprintf(text, sizeof(text), format, args);
	answer->first = answer->last = NULL;
	answer->parts = 0;
	part.kind = CCHC__ANSWER__KIND__REFUSED;
	part.refused = &refused;
	refused.text = text;
	refused.has_lasting = refused.lasting = lasting;
	if (cchc_answer_add(answer, &part, CCHC_PART_LAST) != CCHC_OK)
		answer->first = NULL; /* no memory: the asker's time limit speaks */
}

void cchc_answer_refuse(struct cchc_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse(answer, false, format, args);
	va_end(args);
}

void cchc_answer_not_there(struct cchc_answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse(answer, true, format, args);
	va_end(args);
}
