#ifndef CCHC_PROTO_WIRECHECK_H
#define CCHC_PROTO_WIRECHECK_H

#include <protobuf-c/protobuf-c.h>

#include "base/fail.h"

/* What holds for every message of the schema and protobuf-c does not look at; used by
 * wire.c alone. */

/* Walks a decoded message and all below it: no unknown fields, texts clean and within
 * their bound, listed enum values, byte fields of their length, lists within their
 * bound, columns of one length. INVALID or LIMIT with the field's name. */
CCHC_NODISCARD enum cchc_rc cchc_wirecheck(const ProtobufCMessage *message,
					   struct cchc_err *err);

/* A set of field numbers, for those below 32. */
#define CCHC_FIELD(number) (UINT32_C(1) << (number))

/* The envelope's rule: of its sub-messages only those in the set are there (0: none at
 * all), and each of them is there unless it is a list, which may be empty. */
CCHC_NODISCARD enum cchc_rc cchc_wirecheck_only(const ProtobufCMessage *envelope,
						uint32_t fields, struct cchc_err *err);

#endif
