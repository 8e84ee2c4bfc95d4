#ifndef CCHC_COMMUNE_LINK_H
#define CCHC_COMMUNE_LINK_H

#include "commune/catalog.h"
#include "commune/fork.h"
#include "core/date.h"

/* The session with the daemon, as a state machine: messages, ticks and times in, frames
 *out. It owns no socket and reads no clock. What it must remember over a crash is in the
 *outbox; everything here may be lost at any time.
 *
 *	HELLO --WELCOME--> READY --silence, HELLO_FIRST--> HELLO
 *	any --DENIED--> DENIED --time--> HELLO
 *	HELLO --another store--> FOREIGN --adopt--> HELLO
 *	HELLO or READY --old image, FORK--> FORKING --new epoch--> HELLO
 */
struct cchc_link;

enum cchc_link_state {
	CCHC_LINK_START,
	CCHC_LINK_HELLO, /* said HELLO, waits for WELCOME */
	CCHC_LINK_READY,
	CCHC_LINK_FORKING, /* asks for the cells held */
	CCHC_LINK_DENIED,
	CCHC_LINK_FOREIGN, /* the daemon answers for another store */
};

/* now: a clock that only goes forward, and one that people can set. */
struct cchc_moment {
	uint64_t mono_ms;
	int64_t wall_ms;
};

/* What the link needs of the world. */
struct cchc_link_port {
	/* Hands one frame over; false when it cannot be taken now. */
	bool (*send)(void *data, const uint8_t *bytes, size_t len);
	/* Drops what still waits to be sent and dials again; the next address or the
	 * same. */
	void (*redial)(void *data, bool next);
	/* Our public key if a daemon refused it since this was asked last, else NULL. */
	const char *(*denied_key)(void *data);
	/* The files that stand in the inbox now. */
	enum cchc_rc (*standing)(void *data, struct cchc_arena *arena,
				 struct cchc_standing **list, size_t *n);
	uint64_t (*random)(void *data);
	void *data;
};

struct cchc_link_options {
	struct cchc_outbox *box;
	struct cchc_catalog *catalog;
	struct cchc_link_port port;
	const char *unit;
	cchc_day unit_valid_from;
	const char *program; /* name and version, for people */
};

/* Everything in options is lent. */
CCHC_NODISCARD enum cchc_rc cchc_link_new(const struct cchc_link_options *options,
					  struct cchc_link **link);
/* Accepts NULL. */
void cchc_link_free(struct cchc_link **link);

/* Does what is due; returns in how many ms to come again at the latest. Also to be called
 * when something was put into the outbox. */
uint64_t cchc_link_tick(struct cchc_link *link, struct cchc_moment now);
/* One message of the daemon. */
void cchc_link_message(struct cchc_link *link, const Cchc__ToAgent *message,
		       struct cchc_moment now);

enum cchc_link_state cchc_link_state(const struct cchc_link *link);
/* The district's list of forms is known now, and all of them are here. */
bool cchc_link_forms_known(const struct cchc_link *link);
/* What people should know of the connection; "" when all is well. */
const char *cchc_link_trouble(const struct cchc_link *link);
/* Goes out with every STATUS. */
void cchc_link_set_note(struct cchc_link *link, const char *note);

enum {
	CCHC_PATIENCE_LEAST_MS = 3 * 1000,
	CCHC_PATIENCE_MOST_MS = 30 * 1000,
	CCHC_DENIED_WAIT_MS = 30 * 1000,
	CCHC_DENIED_LASTING_MS = 5 * 60 * 1000,
};

#endif
