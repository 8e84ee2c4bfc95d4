/* wirecheck.c - the schema's rules, by the descriptors that protoc-c generates.
 *
 * One generic walk, so that a field added to cchc.proto tomorrow is checked without a
 * line here; what a descriptor cannot say stands in two tables. The walk recurses as deep
 * as the schema does: no message contains itself (a test holds that).
 */
#include "proto/wirecheck.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "cchc.pb-c.h"
#include "core/below.h"
#include "core/task.h"
#include "proto/limits.h"

/* Bounds by field. Bytes and texts: their length; lists: the most items. */
struct bound {
	const ProtobufCMessageDescriptor *message;
	unsigned field;
	size_t least;
	size_t most;
};

static const struct bound BYTES[] = {
	{&cchc__form_have__descriptor, 3, CCHC_DIGEST_BYTES, CCHC_DIGEST_BYTES},
	{&cchc__push__descriptor, 3, CCHC_CHAIN_BYTES, CCHC_CHAIN_BYTES},
	{&cchc__push__descriptor, 5, 0, CCHC_FRAME_MAX},
	{&cchc__welcome__descriptor, 2, CCHC_STORE_ID_BYTES, CCHC_STORE_ID_BYTES},
	{&cchc__welcome__descriptor, 5, CCHC_CHAIN_BYTES, CCHC_CHAIN_BYTES},
	{&cchc__piece__descriptor, 3, 0, CCHC_PIECE_MAX},
	{&cchc__piece__descriptor, 4, CCHC_DIGEST_BYTES, CCHC_DIGEST_BYTES},
	{&cchc__about__descriptor, 1, CCHC_STORE_ID_BYTES, CCHC_STORE_ID_BYTES},
};

static const struct bound TEXTS[] = {
	{&cchc__digest__descriptor, 2, 0, CCHC_DIGEST_TEXT_MAX},
};

static const struct bound LISTS[] = {
	{&cchc__hello__descriptor, 7, 0, CCHC_FORMS_MAX},
	{&cchc__welcome__descriptor, 7, 0, CCHC_FORMS_MAX},
	{&cchc__about__descriptor, 3, 0, CCHC_FORMS_MAX},
	{&cchc__report__descriptor, 12, 0, CCHC_CELLS_MAX},
	{&cchc__report__descriptor, 15, 0, CCHC_CELLS_MAX},
	{&cchc__ack__descriptor, 4, 0, CCHC_REFUSED_SEQS_MAX},
	{&cchc__refusals__descriptor, 2, 0, CCHC_CELLS_MAX},
	{&cchc__cells_ask__descriptor, 6, 0, CCHC_ASKED_ROWS_MAX},
	{&cchc__verdict__descriptor, 5, 0, CCHC_FINDINGS_MAX},
	{&cchc__unit_info__descriptor, 8, 0, CCHC_BELOW_MAX},
	{&cchc__task_info__descriptor, 10, 0, CCHC_TASK_CO_MAX},
	{&cchc__ask__descriptor, 13, 0, CCHC_EARLIER_MAX},
	{&cchc__deed__descriptor, 3, 0, CCHC_LEADS_MAX},
	{&cchc__deed__descriptor, 4, 0, CCHC_TASK_CO_MAX},
};

/* Lists that are columns of one table: each as long as the first. A Report's states may
 * also be missing: see wire.c. */
static const struct {
	const ProtobufCMessageDescriptor *message;
	unsigned column[6];
	unsigned n;
} COLUMNS[] = {
	{&cchc__report__descriptor, {12, 14}, 2},
	{&cchc__held_cells__descriptor, {3, 4, 5, 6, 7, 8}, 6},
	{&cchc__unit_cells__descriptor, {7, 8, 9, 10, 11, 12}, 6},
	{&cchc__detail__descriptor, {7, 8}, 2},
};

static const struct bound *find_bound(const struct bound *table, size_t n,
				      const ProtobufCMessageDescriptor *message,
				      unsigned field)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].message == message && table[i].field == field)
			return &table[i];
	return NULL;
}

/* One field of one message. */
struct field {
	const ProtobufCMessageDescriptor *message;
	const ProtobufCFieldDescriptor *of;
	const void *member;     /* the value, or for a list the pointer to its items */
	const void *quantifier; /* has_ or n_ */
	struct cchc_err *err;
};

static struct field field_of(const ProtobufCMessage *message,
			     const ProtobufCFieldDescriptor *of, struct cchc_err *err)
{
	const char *base = (const char *)message;

	return (struct field){.message = message->descriptor,
			      .of = of,
			      .member = base + of->offset,
			      .quantifier = base + of->quantifier_offset,
			      .err = err};
}

static enum cchc_rc refuse(const struct field *f, enum cchc_rc rc, const char *why)
{
	return cchc_fail(f->err, rc, "%s.%s: %s", f->message->short_name, f->of->name,
			 why);
}

static size_t list_len(const struct field *f)
{
	size_t n;

	memcpy(&n, f->quantifier, sizeof(n));
	return n;
}

/* How often the field is there. Texts and sub-messages say so by their pointer. */
static size_t count(const struct field *f)
{
	protobuf_c_boolean has;
	const void *pointer;

	if (f->of->label == PROTOBUF_C_LABEL_REPEATED)
		return list_len(f);
	if (f->of->type == PROTOBUF_C_TYPE_STRING ||
	    f->of->type == PROTOBUF_C_TYPE_MESSAGE) {
		memcpy(&pointer, f->member, sizeof(pointer));
		return pointer && pointer != f->of->default_value ? 1 : 0;
	}
	if (f->of->label == PROTOBUF_C_LABEL_REQUIRED)
		return 1;
	memcpy(&has, f->quantifier, sizeof(has));
	return has ? 1 : 0;
}

/* The field's items as an array of pointers (texts and sub-messages). */
static const void *const *pointers(const struct field *f)
{
	if (f->of->label == PROTOBUF_C_LABEL_REPEATED)
		return *(const void *const *const *)f->member;
	return (const void *const *)f->member;
}

static enum cchc_rc check_list(const struct field *f)
{
	const struct bound *bound =
		find_bound(LISTS, CCHC_COUNT(LISTS), f->message, f->of->id);

	if (list_len(f) > (bound ? bound->most : CCHC_LIST_MAX))
		return refuse(f, CCHC_LIMIT, "too many");
	return CCHC_OK;
}

static enum cchc_rc check_text(const struct field *f, const char *text)
{
	const struct bound *bound =
		find_bound(TEXTS, CCHC_COUNT(TEXTS), f->message, f->of->id);
	size_t len = strlen(text);

	if (len > (bound ? bound->most : CCHC_STRING_MAX))
		return refuse(f, CCHC_LIMIT, "the text is too long");
	if (!cchc_text_is_clean(text, len))
		return refuse(f, CCHC_INVALID, "the text is not clean UTF-8");
	return CCHC_OK;
}

static enum cchc_rc check_bytes(const struct field *f, const ProtobufCBinaryData *bytes)
{
	const struct bound *bound =
		find_bound(BYTES, CCHC_COUNT(BYTES), f->message, f->of->id);

	if (!bound)
		return refuse(f, CCHC_INVALID, "bytes without a bound");
	if (bytes->len > bound->most && bound->least < bound->most)
		return refuse(f, CCHC_LIMIT, "too many bytes");
	if (bytes->len < bound->least || bytes->len > bound->most)
		return refuse(f, CCHC_INVALID, "not its number of bytes");
	return CCHC_OK;
}

static enum cchc_rc check_enum(const struct field *f, int value)
{
	if (protobuf_c_enum_descriptor_get_value(f->of->descriptor, value))
		return CCHC_OK;
	return refuse(f, CCHC_INVALID, "no such value");
}

static enum cchc_rc check_item(const struct field *f, size_t i)
{
	switch (f->of->type) {
	case PROTOBUF_C_TYPE_STRING:
		return check_text(f, pointers(f)[i]);
	case PROTOBUF_C_TYPE_MESSAGE:
		return cchc_wirecheck(pointers(f)[i], f->err);
	case PROTOBUF_C_TYPE_BYTES:
		return check_bytes(f,
				   f->of->label == PROTOBUF_C_LABEL_REPEATED
					   ? *(ProtobufCBinaryData *const *)f->member + i
					   : f->member);
	case PROTOBUF_C_TYPE_ENUM:
		return check_enum(f, f->of->label == PROTOBUF_C_LABEL_REPEATED
					     ? (*(const int *const *)f->member)[i]
					     : *(const int *)f->member);
	default:
		return CCHC_OK;
	}
}

static bool holds_number(const ProtobufCFieldDescriptor *of)
{
	return of->type != PROTOBUF_C_TYPE_STRING &&
	       of->type != PROTOBUF_C_TYPE_MESSAGE && of->type != PROTOBUF_C_TYPE_BYTES &&
	       of->type != PROTOBUF_C_TYPE_ENUM;
}

static bool is_number(const ProtobufCFieldDescriptor *of)
{
	return holds_number(of) && of->label != PROTOBUF_C_LABEL_REPEATED;
}

static enum cchc_rc check_field(const struct field *f)
{
	enum cchc_rc rc = CCHC_OK;
	size_t n = count(f);

	if (n > 0 && f->of->label == PROTOBUF_C_LABEL_REPEATED)
		rc = check_list(f);
	if (holds_number(f->of))
		return rc;
	for (size_t i = 0; i < n && rc == CCHC_OK; i++)
		rc = check_item(f, i);
	return rc;
}

static enum cchc_rc check_columns(const ProtobufCMessage *message, struct cchc_err *err)
{
	for (size_t i = 0; i < CCHC_COUNT(COLUMNS); i++) {
		size_t rows = 0;

		if (COLUMNS[i].message != message->descriptor)
			continue;
		for (unsigned c = 0; c < COLUMNS[i].n; c++) {
			const ProtobufCFieldDescriptor *of =
				protobuf_c_message_descriptor_get_field(
					message->descriptor, COLUMNS[i].column[c]);
			struct field f = field_of(message, of, err);

			if (c == 0)
				rows = list_len(&f);
			else if (list_len(&f) != rows)
				return refuse(&f, CCHC_INVALID,
					      "the columns differ in length");
		}
	}
	return CCHC_OK;
}

enum cchc_rc cchc_wirecheck(const ProtobufCMessage *message, struct cchc_err *err)
{
	const ProtobufCMessageDescriptor *d = message->descriptor;
	enum cchc_rc rc = CCHC_OK;

	if (message->n_unknown_fields > 0)
		return cchc_fail(err, CCHC_INVALID, "%s: unknown field %u", d->short_name,
				 message->unknown_fields[0].tag);
	for (unsigned i = 0; i < d->n_fields && rc == CCHC_OK; i++) {
		struct field f;

		if (is_number(&d->fields[i]))
			continue; /* what it means is not ours to say */
		f = field_of(message, &d->fields[i], err);
		rc = check_field(&f);
	}
	return rc == CCHC_OK ? check_columns(message, err) : rc;
}

enum cchc_rc cchc_wirecheck_only(const ProtobufCMessage *envelope, uint32_t fields,
				 struct cchc_err *err)
{
	const ProtobufCMessageDescriptor *d = envelope->descriptor;

	for (unsigned i = 0; i < d->n_fields; i++) {
		struct field f = field_of(envelope, &d->fields[i], err);
		bool wanted = fields & CCHC_FIELD(f.of->id);

		if (f.of->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (!wanted && count(&f) > 0)
			return refuse(&f, CCHC_INVALID, "not with this kind");
		if (wanted && count(&f) == 0 && f.of->label != PROTOBUF_C_LABEL_REPEATED)
			return refuse(&f, CCHC_INVALID, "missing");
	}
	return CCHC_OK;
}
