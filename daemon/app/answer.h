#ifndef CCHC_APP_ANSWER_H
#define CCHC_APP_ANSWER_H

#include <stdbool.h>

#include "base/arena.h"
#include "proto/wire.h"

/* An answer being made: frames of one id and one commit number, encoded as they are
 * added, so that a worker thread can make them and the loop only sends. One owner at a
 * time. */

struct cchc_frame {
	struct cchc_frame *next;
	uint8_t *bytes;
	size_t len;
};

struct cchc_answer {
	struct cchc_arena arena; /* of frames and of what they are made from */
	uint64_t id;
	uint64_t commit;
	uint64_t incarnation;
	struct cchc_frame *first;
	struct cchc_frame *last;
	uint32_t parts;
	bool closed; /* the last part is in */
};

void cchc_answer_init(struct cchc_answer *answer, uint64_t id, uint64_t incarnation);
void cchc_answer_fini(struct cchc_answer *answer);

enum cchc_which { CCHC_PART_MORE, CCHC_PART_LAST };
/* Encodes the part; sets version, id, number, commit. LIMIT when it does not fit a frame.
 */
CCHC_NODISCARD enum cchc_rc cchc_answer_add(struct cchc_answer *answer,
					    Cchc__Answer *part, enum cchc_which which);
/* The same for cells that are encoded already. */
CCHC_NODISCARD enum cchc_rc cchc_answer_add_cells(struct cchc_answer *answer,
						  const struct cchc_wire_piece *piece,
						  size_t n, enum cchc_which which);
/* Throws away what was made and refuses with a text: asking again later may help. */
void cchc_answer_refuse(struct cchc_answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for what is not there (no such unit, form, row): marked as lasting. */
void cchc_answer_not_there(struct cchc_answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
