#include "store/refusal.h"

#include <string.h>

enum { FIXED_ROOM = 24 }; /* index, rule, three lengths */

size_t cchc_refusal_room(const struct cchc_refusal *refusal)
{
	return FIXED_ROOM + strlen(refusal->field) + strlen(refusal->value) +
	       strlen(refusal->expected);
}

void cchc_refusal_write(struct cchc_out *out, const struct cchc_refusal *refusal)
{
	cchc_out_varint(out, refusal->index);
	cchc_out_varint(out, (uint64_t)refusal->rule);
	cchc_out_text(out, refusal->field);
	cchc_out_text(out, refusal->value);
	cchc_out_text(out, refusal->expected);
}

void cchc_refusal_read(struct cchc_in *in, struct cchc_refusal *refusal)
{
	uint64_t index = cchc_in_varint(in);
	uint64_t rule = cchc_in_varint(in);

	refusal->index = (uint16_t)index;
	refusal->rule = cchc_rule_from_number((uint32_t)rule);
	if (index > UINT16_MAX || rule > UINT32_MAX || refusal->rule == CCHC_RULE_NONE)
		in->failed = true;
	cchc_in_text(in, refusal->field, sizeof(refusal->field));
	cchc_in_text(in, refusal->value, sizeof(refusal->value));
	cchc_in_text(in, refusal->expected, sizeof(refusal->expected));
}
