#ifndef CCHC_PROTO_WIRECHECK_H
#define CCHC_PROTO_WIRECHECK_H

#include <protobuf-c/protobuf-c.h>

#include "base/fail.h"

/* What holds for every message of the schema and protobuf-c does not look at; used by
 * wire.c alone. */

/* Walks a decoded message and all below it: no unknown fields, texts clean and within
 * CCHC_STRING_MAX, listed enum values, byte fields of their length, lists within their
 * bound, columns of one length. INVALID or LIMIT with the field's name. */
CCHC_NODISCARD enum cchc_rc cchc_wirecheck(const ProtobufCMessage *message,
					   struct cchc_err *err);

/* The envelope's rule: of its sub-messages only the one numbered `field` (0: none at all)
 * is there, and it is there unless it is a list, which may be empty. */
CCHC_NODISCARD enum cchc_rc cchc_wirecheck_only(const ProtobufCMessage *envelope,
						unsigned field, struct cchc_err *err);

#endif
