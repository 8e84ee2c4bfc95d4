#ifndef CCHC_PROTO_WIRE_H
#define CCHC_PROTO_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fail.h"
#include "cchc.pb-c.h"
#include "proto/limits.h"

/* Frames to messages and back. The rest of the program works with the generated structs,
 * but only gets them from here, where everything that protobuf-c does not check is
 * checked: size, memory (a capped arena: 64 KiB of empty sub-messages would take 6 MiB),
 * unknown fields, UTF-8 and length of texts, enum values, the sub-messages that the kind
 * asks for and no other, lengths of columns and of fixed byte fields, counts. Version and
 * kind must come first, and every field once, in its shortest form.
 *
 * Decoded messages live in the arena; nothing is freed one by one. CCHC_INVALID with a
 * text that names the field, LIMIT for what is too large, NOMEM at the arena's cap. A
 * decoded message is never sent on: what we send or store we encode ourselves. */

CCHC_NODISCARD enum cchc_rc cchc_wire_to_daemon(struct cchc_arena *arena,
						const void *bytes, size_t len,
						Cchc__ToDaemon **message,
						struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_wire_to_agent(struct cchc_arena *arena,
					       const void *bytes, size_t len,
					       Cchc__ToAgent **message,
					       struct cchc_err *err);
/* The body of a Push of kind REPORT or UPDATE: rows + unread <= CCHC_CELLS_MAX (a REPORT
 * may have none; that an UPDATE has one is the caller's to see), columns of one length
 * (states: or none at all), no row twice. */
CCHC_NODISCARD enum cchc_rc cchc_wire_report(struct cchc_arena *arena, const void *bytes,
					     size_t len, Cchc__Report **report,
					     struct cchc_err *err);
/* The body of a Push of kind TASK_REPORT. What it says is the judge's to see. */
CCHC_NODISCARD enum cchc_rc cchc_wire_task_report(struct cchc_arena *arena,
						  const void *bytes, size_t len,
						  Cchc__TaskReport **report,
						  struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_wire_ask(struct cchc_arena *arena, const void *bytes,
					  size_t len, Cchc__Ask **ask,
					  struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_wire_answer(struct cchc_arena *arena, const void *bytes,
					     size_t len, Cchc__Answer **answer,
					     struct cchc_err *err);
CCHC_NODISCARD enum cchc_rc cchc_wire_publication(struct cchc_arena *arena,
						  const void *bytes, size_t len,
						  Cchc__Publication **publication,
						  struct cchc_err *err);

/* Encodes any message into the arena. LIMIT when it would not fit a frame, NOMEM at the
 * cap. */
CCHC_NODISCARD enum cchc_rc cchc_wire_encode(struct cchc_arena *arena,
					     const ProtobufCMessage *message,
					     uint8_t **bytes, size_t *len);

/* The same, with `n` more messages in its repeated field `field`, whose own list must be
 * empty. They were encoded before: what is asked for often need not be made each time. */
struct cchc_wire_piece {
	const uint8_t *bytes;
	size_t len;
};
CCHC_NODISCARD enum cchc_rc cchc_wire_encode_with(struct cchc_arena *arena,
						  const ProtobufCMessage *message,
						  unsigned field,
						  const struct cchc_wire_piece *piece,
						  size_t n, uint8_t **bytes, size_t *len);

#endif
