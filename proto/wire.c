/* wire.c - frames to messages and back.
 *
 * A frame is looked at in this order, each step cheaper than what it saves:
 *
 *  1. its size;
 *  2. version and kind, which stand first, so that a newer version is called just that;
 *  3. protobuf-c decodes it into the arena, whose cap ends what a frame of many small
 * parts would take;
 *  4. the schema's rules (wirecheck.c), the sub-message of the kind, the message's own
 * rules;
 *  5. the decoded message encodes to as many bytes as came. So there was no field given
 * twice (protobuf-c merges or replaces silently), no text cut at a NUL, no padded number:
 * what we checked is all there was.
 */
#include "proto/wire.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "proto/wirecheck.h"

/* ---- decoding ---- */

struct memory {
	struct cchc_arena *arena;
	bool ended; /* the cap was reached, or malloc failed */
};

static void *allocate(void *data, size_t size)
{
	struct memory *memory = data;
	void *bytes = cchc_arena_alloc(memory->arena, size > 0 ? size : 1);

	memory->ended = memory->ended || !bytes;
	return bytes;
}

static void release(void *data, void *bytes)
{
	(void)data; /* the arena gives all back in one step */
	(void)bytes;
}

static enum cchc_rc decode(struct cchc_arena *arena,
			   const ProtobufCMessageDescriptor *type, const void *bytes,
			   size_t len, ProtobufCMessage **message, struct cchc_err *err)
{
	struct memory memory = {.arena = arena};
	ProtobufCAllocator allocator = {
		.alloc = allocate, .free = release, .allocator_data = &memory};
	ProtobufCMessage *decoded;
	enum cchc_rc rc;

	if (len > CCHC_FRAME_MAX)
		return cchc_fail(err, CCHC_LIMIT, "%s: above %d bytes", type->short_name,
				 CCHC_FRAME_MAX);
	if (len == 0)
		return cchc_fail(err, CCHC_INVALID, "%s: empty", type->short_name);
	decoded = protobuf_c_message_unpack(type, &allocator, len, bytes);
	if (!decoded && memory.ended)
		return cchc_fail(err, CCHC_NOMEM, "%s: takes too much memory",
				 type->short_name);
	if (!decoded)
		return cchc_fail(err, CCHC_INVALID, "%s: malformed", type->short_name);
	rc = cchc_wirecheck(decoded, err);
	if (rc != CCHC_OK)
		return rc;
	if (protobuf_c_message_get_packed_size(decoded) != len)
		return cchc_fail(
			err, CCHC_INVALID,
			"%s: a field given twice, a NUL in a text or a padded number",
			type->short_name);
	*message = decoded;
	return CCHC_OK;
}

/* The first two fields on the wire, by their tags: field 1 and field 2, both numbers. */
enum { TAG_VERSION = 1 << 3, TAG_KIND = 2 << 3 };
enum head { VERSION_ONLY, VERSION_AND_KIND };

static enum cchc_rc check_head(const void *bytes, size_t len, enum head head,
			       struct cchc_err *err)
{
	struct cchc_in in;
	uint8_t tag;
	uint64_t version;

	cchc_in_init(&in, bytes, len);
	tag = cchc_in_u8(&in);
	version = cchc_in_varint(&in);
	if (in.failed || tag != TAG_VERSION)
		return cchc_fail(err, CCHC_INVALID, "the version does not come first");
	if (version != CCHC_PROTOCOL_VERSION)
		return cchc_fail(err, CCHC_INVALID,
				 "version %llu is not spoken here, version %d is",
				 (unsigned long long)version, CCHC_PROTOCOL_VERSION);
	if (head == VERSION_AND_KIND && cchc_in_u8(&in) != TAG_KIND)
		return cchc_fail(err, CCHC_INVALID, "the kind does not come second");
	return CCHC_OK;
}

/* ---- kinds: the numbers of the sub-messages that belong to each ---- */

static uint32_t fields_to_daemon(int kind)
{
	switch (kind) {
	case CCHC__TO_DAEMON__KIND__HELLO:
		return CCHC_FIELD(3);
	case CCHC__TO_DAEMON__KIND__PUSH:
		return CCHC_FIELD(4);
	case CCHC__TO_DAEMON__KIND__STORED:
		return CCHC_FIELD(5);
	case CCHC__TO_DAEMON__KIND__STATUS:
		return CCHC_FIELD(6);
	case CCHC__TO_DAEMON__KIND__FETCH:
		return CCHC_FIELD(7);
	case CCHC__TO_DAEMON__KIND__HELD:
		return CCHC_FIELD(8);
	default:
		return 0;
	}
}

static uint32_t fields_to_agent(int kind)
{
	switch (kind) {
	case CCHC__TO_AGENT__KIND__WELCOME:
		return CCHC_FIELD(3);
	case CCHC__TO_AGENT__KIND__ACK:
		return CCHC_FIELD(4);
	case CCHC__TO_AGENT__KIND__GAP:
		return CCHC_FIELD(5);
	case CCHC__TO_AGENT__KIND__LATER:
		return CCHC_FIELD(6);
	case CCHC__TO_AGENT__KIND__FORK:
		return CCHC_FIELD(7);
	case CCHC__TO_AGENT__KIND__DOWN:
		return CCHC_FIELD(8);
	case CCHC__TO_AGENT__KIND__PIECE:
		return CCHC_FIELD(9);
	case CCHC__TO_AGENT__KIND__HELD:
		return CCHC_FIELD(10);
	case CCHC__TO_AGENT__KIND__DENIED:
		return CCHC_FIELD(11);
	default: /* HELLO_FIRST says it all */
		return 0;
	}
}

static uint32_t fields_ask(int kind)
{
	switch (kind) {
	case CCHC__ASK__KIND__FILE:
		return CCHC_FIELD(4);
	case CCHC__ASK__KIND__CELLS:
		return CCHC_FIELD(5);
	case CCHC__ASK__KIND__EXPLAIN:
		return CCHC_FIELD(6);
	case CCHC__ASK__KIND__JOURNAL:
		return CCHC_FIELD(7);
	case CCHC__ASK__KIND__TASKS:
		return CCHC_FIELD(8);
	case CCHC__ASK__KIND__ALERTS:
		return CCHC_FIELD(9);
	case CCHC__ASK__KIND__DO:
		return CCHC_FIELD(10) | CCHC_FIELD(13);
	case CCHC__ASK__KIND__SAY:
		return CCHC_FIELD(11);
	case CCHC__ASK__KIND__TEST:
		return CCHC_FIELD(12);
	default: /* ABOUT, STATUS and VERIFY say it all */
		return 0;
	}
}

static uint32_t fields_answer(int kind)
{
	switch (kind) {
	case CCHC__ANSWER__KIND__ABOUT:
		return CCHC_FIELD(8);
	case CCHC__ANSWER__KIND__FILE:
		return CCHC_FIELD(9);
	case CCHC__ANSWER__KIND__CELLS:
		return CCHC_FIELD(10);
	case CCHC__ANSWER__KIND__EXPLAIN:
		return CCHC_FIELD(11);
	case CCHC__ANSWER__KIND__JOURNAL:
		return CCHC_FIELD(12);
	case CCHC__ANSWER__KIND__STATUS:
		return CCHC_FIELD(13);
	case CCHC__ANSWER__KIND__VERIFY:
		return CCHC_FIELD(14);
	case CCHC__ANSWER__KIND__REFUSED:
		return CCHC_FIELD(15);
	case CCHC__ANSWER__KIND__TASKS:
		return CCHC_FIELD(16) | CCHC_FIELD(17);
	case CCHC__ANSWER__KIND__ALERTS:
		return CCHC_FIELD(18) | CCHC_FIELD(19);
	case CCHC__ANSWER__KIND__DONE:
		return CCHC_FIELD(20);
	default:
		return 0;
	}
}

/* ---- the messages ---- */

static enum cchc_rc decode_envelope(struct cchc_arena *arena,
				    const ProtobufCMessageDescriptor *type,
				    uint32_t (*fields_of_kind)(int kind),
				    const void *bytes, size_t len,
				    ProtobufCMessage **message, struct cchc_err *err)
{
	enum cchc_rc rc = check_head(bytes, len, VERSION_AND_KIND, err);
	ProtobufCMessage *decoded = NULL;
	int kind;

	if (rc == CCHC_OK)
		rc = decode(arena, type, bytes, len, &decoded, err);
	if (rc != CCHC_OK)
		return rc;
	memcpy(&kind, (const char *)decoded + type->fields[1].offset, sizeof(kind));
	rc = cchc_wirecheck_only(decoded, fields_of_kind(kind), err);
	if (rc == CCHC_OK)
		*message = decoded;
	return rc;
}

static enum cchc_rc check_push(const Cchc__Push *push, struct cchc_err *err)
{
	bool skip = push->kind == CCHC__PUSH__KIND__SKIP;

	if (skip && push->has_body)
		return cchc_fail(err, CCHC_INVALID, "Push.body: a SKIP has none");
	if (!skip && !push->has_body)
		return cchc_fail(err, CCHC_INVALID, "Push.body: missing");
	return CCHC_OK;
}

static enum cchc_rc check_fetch(const Cchc__Fetch *fetch, struct cchc_err *err)
{
	if (fetch->what == CCHC__FETCH__WHAT__FORM &&
	    (!fetch->name || !fetch->has_revision))
		return cchc_fail(err, CCHC_INVALID,
				 "Fetch: a form is asked for by name and revision");
	return CCHC_OK;
}

enum cchc_rc cchc_wire_to_daemon(struct cchc_arena *arena, const void *bytes, size_t len,
				 Cchc__ToDaemon **message, struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc = decode_envelope(arena, &cchc__to_daemon__descriptor,
					  fields_to_daemon, bytes, len, &base, err);
	Cchc__ToDaemon *m = (Cchc__ToDaemon *)base;

	if (rc == CCHC_OK && m->push)
		rc = check_push(m->push, err);
	if (rc == CCHC_OK && m->fetch)
		rc = check_fetch(m->fetch, err);
	if (rc == CCHC_OK)
		*message = m;
	return rc;
}

enum cchc_rc cchc_wire_to_agent(struct cchc_arena *arena, const void *bytes, size_t len,
				Cchc__ToAgent **message, struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc = decode_envelope(arena, &cchc__to_agent__descriptor,
					  fields_to_agent, bytes, len, &base, err);

	if (rc == CCHC_OK)
		*message = (Cchc__ToAgent *)base;
	return rc;
}

static bool has_equal_rows(const Cchc__Report *report)
{
	for (size_t i = 0; i < report->n_row; i++)
		for (size_t j = 0; j < i; j++)
			if (report->row[i] == report->row[j])
				return true;
	return false;
}

/* 256 rows at most. Ids are small and given one after the other: as long as each leaves a
 * mark of its own none is there twice, and each need not be compared with each (which was
 * a twentieth of the loop's time under whole reports). */
static bool has_row_twice(const Cchc__Report *report)
{
	uint64_t marks[8] = {0};

	for (size_t i = 0; i < report->n_row; i++) {
		uint64_t *word = &marks[report->row[i] / 64 % CCHC_COUNT(marks)];
		uint64_t bit = UINT64_C(1) << report->row[i] % 64;

		if (*word & bit)
			return has_equal_rows(report);
		*word |= bit;
	}
	return false;
}

static enum cchc_rc check_report(const Cchc__Report *report, struct cchc_err *err)
{
	if (report->n_row + report->n_unread > CCHC_CELLS_MAX)
		return cchc_fail(err, CCHC_LIMIT, "Report: more than %d cells",
				 CCHC_CELLS_MAX);
	if (report->n_state > 0 && report->n_state != report->n_row)
		return cchc_fail(err, CCHC_INVALID,
				 "Report.state: the columns differ in length");
	if (has_row_twice(report))
		return cchc_fail(err, CCHC_INVALID, "Report.row: a row is given twice");
	return CCHC_OK;
}

enum cchc_rc cchc_wire_report(struct cchc_arena *arena, const void *bytes, size_t len,
			      Cchc__Report **report, struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc =
		decode(arena, &cchc__report__descriptor, bytes, len, &base, err);

	if (rc == CCHC_OK)
		rc = check_report((Cchc__Report *)base, err);
	if (rc == CCHC_OK)
		*report = (Cchc__Report *)base;
	return rc;
}

enum cchc_rc cchc_wire_task_report(struct cchc_arena *arena, const void *bytes,
				   size_t len, Cchc__TaskReport **report,
				   struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc =
		decode(arena, &cchc__task_report__descriptor, bytes, len, &base, err);

	if (rc == CCHC_OK)
		*report = (Cchc__TaskReport *)base;
	return rc;
}

/* What the kind cannot do without; what else a deed lacks is judged, by rule 51. */
static enum cchc_rc check_saying(const Cchc__Saying *saying, struct cchc_err *err)
{
	switch (saying->kind) {
	case CCHC__SAYING__KIND__ACK:
		return saying->key ? CCHC_OK
				   : cchc_fail(err, CCHC_INVALID, "Saying.key: missing");
	case CCHC__SAYING__KIND__SILENCE:
		return saying->has_until
			       ? CCHC_OK
			       : cchc_fail(err, CCHC_INVALID, "Saying.until: missing");
	case CCHC__SAYING__KIND__UNSILENCE:
		return saying->has_silence
			       ? CCHC_OK
			       : cchc_fail(err, CCHC_INVALID, "Saying.silence: missing");
	default:
		return cchc_fail(err, CCHC_INVALID, "Saying.kind: no such value");
	}
}

enum cchc_rc cchc_wire_ask(struct cchc_arena *arena, const void *bytes, size_t len,
			   Cchc__Ask **ask, struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc = decode_envelope(arena, &cchc__ask__descriptor, fields_ask,
					  bytes, len, &base, err);
	Cchc__Ask *a = (Cchc__Ask *)base;

	if (rc == CCHC_OK && a->file)
		rc = check_fetch(a->file, err);
	if (rc == CCHC_OK && a->saying)
		rc = check_saying(a->saying, err);
	if (rc == CCHC_OK)
		*ask = a;
	return rc;
}

enum cchc_rc cchc_wire_answer(struct cchc_arena *arena, const void *bytes, size_t len,
			      Cchc__Answer **answer, struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc = decode_envelope(arena, &cchc__answer__descriptor, fields_answer,
					  bytes, len, &base, err);

	if (rc == CCHC_OK)
		*answer = (Cchc__Answer *)base;
	return rc;
}

enum cchc_rc cchc_wire_publication(struct cchc_arena *arena, const void *bytes,
				   size_t len, Cchc__Publication **publication,
				   struct cchc_err *err)
{
	ProtobufCMessage *base = NULL;
	enum cchc_rc rc = check_head(bytes, len, VERSION_ONLY, err);

	if (rc == CCHC_OK)
		rc = decode(arena, &cchc__publication__descriptor, bytes, len, &base,
			    err);
	if (rc == CCHC_OK)
		*publication = (Cchc__Publication *)base;
	return rc;
}

/* ---- encoding ---- */

enum cchc_rc cchc_wire_encode(struct cchc_arena *arena, const ProtobufCMessage *message,
			      uint8_t **bytes, size_t *len)
{
	return cchc_wire_encode_with(arena, message, 0, NULL, 0, bytes, len);
}

enum { TYPE_LENGTH = 2, PIECE_ROOM = 5 + 5 }; /* a tag, a length */

enum cchc_rc cchc_wire_encode_with(struct cchc_arena *arena,
				   const ProtobufCMessage *message, unsigned field,
				   const struct cchc_wire_piece *piece, size_t n,
				   uint8_t **bytes, size_t *len)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	size_t room = size;
	struct cchc_out out;
	uint8_t *packed;

	for (size_t i = 0; i < n; i++)
		room += piece[i].len + PIECE_ROOM;
	if (size > CCHC_FRAME_MAX || room > CCHC_FRAME_MAX + n * PIECE_ROOM)
		return CCHC_LIMIT;
	packed = cchc_arena_alloc(arena, room > 0 ? room : 1);
	if (!packed)
		return CCHC_NOMEM;
	cchc_check(protobuf_c_message_pack(message, packed) == size);
	cchc_out_init(&out, packed + size, room - size);
	for (size_t i = 0; i < n; i++) {
		cchc_out_varint(&out, field << 3 | TYPE_LENGTH);
		cchc_out_blob(&out, piece[i].bytes, piece[i].len);
	}
	cchc_check(!out.failed);
	if (size + cchc_out_len(&out) > CCHC_FRAME_MAX)
		return CCHC_LIMIT;
	*bytes = packed;
	*len = size + cchc_out_len(&out);
	return CCHC_OK;
}
