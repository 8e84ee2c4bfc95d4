#include "agenttasks.h"

static char *copy(struct kit *kit, const char *text)
{
	return cchc_arena_text(&kit->arena, text, strlen(text));
}

Cchc__TaskInfo *tasks_info(struct kit *kit, const char *id)
{
	Cchc__TaskInfo *info = cchc_arena_alloc(&kit->arena, sizeof(*info));
	Cchc__UnitInfo *lead = cchc_arena_alloc(&kit->arena, sizeof(*lead));

	assert_true(info && lead);
	cchc__task_info__init(info);
	cchc__unit_info__init(lead);
	lead->code = copy(kit, "11986");
	lead->name = copy(kit, "Thị trấn Như Quỳnh");
	lead->kind = copy(kit, "Thị trấn");
	lead->level = copy(kit, "commune");
	info->id = copy(kit, id);
	info->state = CCHC__TASK_INFO__STATE__OPEN;
	info->class_ = copy(kit, "nhiem-vu");
	info->title = copy(kit, "Rà soát TTHC");
	info->lead = lead;
	info->assigned = cchc_day_of(2024, 3, 1);
	info->has_due = info->has_effective = true;
	info->due = info->effective = cchc_day_of(2024, 3, 15);
	info->due_version = 1;
	info->has_concern = true;
	info->concern = CCHC__TASK_INFO__CONCERN__LEAD;
	info->changed = KIT_WALL;
	return info;
}

static void tell(struct kit *kit, Cchc__TaskInfo *info, Cchc__Digest *digest)
{
	Cchc__Down down = CCHC__DOWN__INIT;

	down.number = kit_look(kit).down + 1;
	down.task = &info;
	down.n_task = info ? 1 : 0;
	down.digest = &digest;
	down.n_digest = digest ? 1 : 0;
	assert_int_equal(cchc_outbox_down(kit->box, &down), CCHC_OK);
}

void tasks_tell(struct kit *kit, Cchc__TaskInfo *info)
{
	info->journal = kit_look(kit).down + 1;
	info->changed = KIT_WALL + (int64_t)kit_look(kit).task_changes;
	tell(kit, info, NULL);
}

void tasks_tell_again(struct kit *kit, Cchc__TaskInfo *info)
{
	tell(kit, info, NULL);
}

void tasks_remind(struct kit *kit, cchc_day day, const char *text)
{
	Cchc__Digest digest = CCHC__DIGEST__INIT;

	digest.day = day;
	digest.text = copy(kit, text);
	tell(kit, NULL, &digest);
}

struct cchc_assignment tasks_look(struct kit *kit, const char *id)
{
	struct cchc_assignment a = {.known = false};

	assert_int_equal(cchc_outbox_assignment(kit->box, &kit->arena, id, &a), CCHC_OK);
	return a;
}

bool tasks_has(struct kit *kit, const char *id)
{
	struct cchc_assignment a;

	return cchc_outbox_assignment(kit->box, &kit->arena, id, &a) == CCHC_OK;
}

static void say(struct kit *kit, const char *id, const struct cchc_statement *statement)
{
	struct cchc_saying saying = {.id = id,
				     .kind = CCHC_SAYING_SAYS,
				     .line = 2,
				     .cell = {"", "", "", ""},
				     .statement = *statement};
	struct cchc_item item;
	struct cchc_sayings sayings = {
		.list = &saying, .item = &item, .n = 1, .where = CCHC_SAID_BY_HAND};

	assert_int_equal(
		cchc_saying_pack(&kit->arena, "11986", "test", KIT_WALL, &saying, &item),
		CCHC_OK);
	assert_int_equal(cchc_outbox_say(kit->box, &sayings, NULL), CCHC_OK);
}

void tasks_say_done(struct kit *kit, const char *id, cchc_day day, const char *result)
{
	struct cchc_statement statement = {.done = day,
					   .result = result ? result : "",
					   .wish = CCHC_DAY_NONE,
					   .reason = ""};

	say(kit, id, &statement);
}

void tasks_say_wish(struct kit *kit, const char *id, cchc_day day, const char *reason)
{
	struct cchc_statement statement = {
		.done = CCHC_DAY_NONE, .result = "", .wish = day, .reason = reason};

	say(kit, id, &statement);
}

void tasks_ack(struct kit *kit, enum cchc_rule rule)
{
	uint64_t mark = kit_number(kit, UINT64_MAX);
	Cchc__CellRefusal cell = CCHC__CELL_REFUSAL__INIT;

	cell.index = CCHC_REFUSED_WHOLE;
	cell.rule = rule;
	cell.field = (char[]){"done"};
	cell.value = (char[]){"2024-03-10"};
	cell.expected = (char[]){"từ 2024-03-11"};
	assert_int_equal(kit_ack_cell(kit, mark, rule ? mark : 0, &cell), CCHC_OK);
}

Cchc__TaskReport *tasks_sent(struct kit *kit, uint64_t seq)
{
	struct cchc_sent sent = kit_sent(kit, seq);
	Cchc__TaskReport *report = NULL;

	assert_int_equal(sent.item.kind, CCHC__PUSH__KIND__TASK_REPORT);
	assert_int_equal(cchc_wire_task_report(&kit->arena, sent.item.body,
					       sent.item.body_len, &report, NULL),
			 CCHC_OK);
	return report;
}
