#ifndef CCHC_TESTS_SENDERKIT_H
#define CCHC_TESTS_SENDERKIT_H

#include <string.h>

#include "io/digest.h"
#include "store/apply.h"

enum { KIT_FORM = 1 };

static const struct cchc_period KIT_Q1 = {.year = 2024, .slot = CCHC_Q1};

/* Entries as an agent's messages make them, one sound seq after the other. */

struct sender {
	uint32_t unit;
	uint64_t epoch;
	uint64_t seq;
	uint8_t chain[16];
};

static inline struct sender sender_of(uint32_t unit, uint64_t epoch)
{
	struct sender sender = {.unit = unit, .epoch = epoch};

	cchc_chain_first(epoch, sender.chain);
	return sender;
}

/* The bytes of a message stand for its content: here a number. */
struct message {
	uint64_t seq;
	uint8_t kind;
	uint32_t body;
};

static inline void chain_of(void *data, const uint8_t before[16], uint8_t chain[16])
{
	const struct message *m = data;

	cchc_chain_next(before, m->seq, m->kind, &m->body, sizeof(m->body), chain);
}

/* An entry of a kind with nothing in it yet, from the sender's place. */
static inline struct cchc_entry entry_at(const struct sender *sender,
					 enum cchc_entry_kind kind)
{
	struct cchc_entry entry = {.kind = kind,
				   .clock_ms = 1710000000000,
				   .sender = sender->unit ? "key-1" : "",
				   .sender_unit = sender->unit,
				   .epoch = sender->epoch,
				   .seq = sender->seq,
				   .unit = sender->unit,
				   .form = KIT_FORM,
				   .revision = 1,
				   .period = KIT_Q1,
				   .doc_number = "",
				   .doc_date = CCHC_DAY_NONE,
				   .signer_name = "",
				   .signer_position = "",
				   .source = ""};

	memcpy(entry.chain, sender->chain, sizeof(entry.chain));
	return entry;
}

/* The sender's next message, chained over `body`. */
static inline struct cchc_entry entry_next(struct sender *sender,
					   enum cchc_entry_kind kind, uint32_t body)
{
	uint8_t before[16];
	struct message m = {.seq = ++sender->seq, .kind = (uint8_t)kind, .body = body};

	memcpy(before, sender->chain, sizeof(before));
	chain_of(&m, before, sender->chain);
	return entry_at(sender, kind);
}

#endif
