#include "commune/tasktake.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "commune/paper.h"

enum cchc_rc cchc_tasks_now(struct cchc_outbox *box, struct cchc_arena *arena,
			    int64_t wall_ms, cchc_day *today,
			    struct cchc_assignment **list, size_t *n)
{
	int64_t district_ms;
	enum cchc_rc rc = cchc_outbox_clock(box, wall_ms, &district_ms);

	if (rc)
		return rc;
	*today = cchc_day_at(district_ms);
	return cchc_outbox_assignments(box, arena, list, n);
}

/* ---- the receipt's part that stays ---- */

static void tell_said(struct cchc_paper *paper, const struct cchc_saying *saying)
{
	const struct cchc_statement *s = &saying->statement;
	char day[CCHC_DAY_TEXT];

	if (s->done != CCHC_DAY_NONE)
		cchc_paper_line(paper,
				"  - dòng/line %" PRIu32
				", %s: hoàn thành / done %s, văn bản / document: %s",
				saying->line, saying->id, cchc_day_people(s->done, day),
				s->result);
	else
		cchc_paper_line(paper,
				"  - dòng/line %" PRIu32
				", %s: xin gia hạn đến / wishes for time until %s: %s",
				saying->line, saying->id, cchc_day_people(s->wish, day),
				s->reason);
}

static void tell_wrong(struct cchc_paper *paper, const struct cchc_saying *saying)
{
	struct cchc_refusal refusal = saying->refusal;
	const char *field = cchc_sheet_field(refusal.field);

	cchc_text_copy(refusal.field, sizeof(refusal.field), field, strlen(field));
	cchc_paper_refusal(paper, saying->line, saying->id, &refusal);
}

static bool is_wrong(const struct cchc_saying *saying)
{
	return saying->kind == CCHC_SAYING_WRONG || saying->kind == CCHC_SAYING_TOLD;
}

static bool is_said(const struct cchc_saying *saying)
{
	return saying->kind == CCHC_SAYING_SAYS;
}

static void list(struct cchc_paper *paper, const char *title, size_t n,
		 const struct cchc_sheet_reading *reading,
		 bool (*belongs)(const struct cchc_saying *),
		 void (*tell)(struct cchc_paper *, const struct cchc_saying *))
{
	size_t told = 0;

	if (n == 0)
		return;
	cchc_paper_line(paper, "%s", "");
	cchc_paper_line(paper, "%s: %zu", title, n);
	for (size_t i = 0; i < reading->n && told < CCHC_PAPER_LIST_MAX; i++) {
		if (!belongs(&reading->list[i]))
			continue;
		tell(paper, &reading->list[i]);
		told++;
	}
	if (n > told)
		cchc_paper_line(paper, "  ... và/and %zu", n - told);
}

static const char *receipt_text(struct cchc_arena *arena,
				const struct cchc_sheet_reading *reading)
{
	struct cchc_paper paper;

	if (!cchc_paper_open(&paper))
		return NULL;
	list(&paper, "ĐÃ GHI, gửi lên huyện / TAKEN, for the district", reading->says,
	     reading, is_said, tell_said);
	list(&paper,
	     "KHÔNG NHẬN, cần sửa và lưu lại / NOT TAKEN, to be mended and saved again",
	     reading->wrong, reading, is_wrong, tell_wrong);
	return cchc_paper_keep(&paper, arena);
}

/* ---- into the outbox ---- */

static enum cchc_rc pack(struct cchc_arena *arena, const struct cchc_tasktake *take,
			 const struct cchc_sheet_reading *reading,
			 struct cchc_item **items)
{
	struct cchc_item *item =
		cchc_arena_array(arena, reading->says + 1, sizeof(*item));
	size_t n = 0;
	enum cchc_rc rc = item ? CCHC_OK : CCHC_NOMEM;

	for (size_t i = 0; i < reading->n && !rc; i++)
		if (is_said(&reading->list[i]))
			rc = cchc_saying_pack(arena, take->unit, take->source,
					      take->wall_ms, &reading->list[i],
					      &item[n++]);
	*items = item;
	return rc;
}

static enum cchc_rc push(struct cchc_arena *arena, const struct cchc_tasktake *take,
			 const struct cchc_sheet_reading *reading)
{
	struct cchc_file file = {.kind = CCHC_FILE_TASKS,
				 .taken_ms = take->wall_ms,
				 .acked_ms = reading->says ? 0 : take->wall_ms,
				 .figures = (uint32_t)reading->says,
				 .refused = (uint32_t)reading->wrong,
				 .text = receipt_text(arena, reading)};
	struct cchc_sayings sayings = {.list = reading->list,
				       .n = reading->n,
				       .where = take->where,
				       .digest = take->digest};
	bool is_due =
		reading->says || reading->wrong || take->where == CCHC_SAID_IN_INBOX;
	struct cchc_item *items;
	enum cchc_rc rc = pack(arena, take, reading, &items);

	if (rc)
		return rc;
	if (!file.text)
		return CCHC_NOMEM;
	sayings.item = items;
	cchc_text_copy(file.name, sizeof(file.name), take->name, strlen(take->name));
	return cchc_outbox_say(take->box, &sayings, is_due ? &file : NULL);
}

enum cchc_rc cchc_tasks_take(struct cchc_arena *arena, const struct cchc_tasktake *take,
			     struct cchc_sheet_reading *reading)
{
	struct cchc_assignment *tasks;
	cchc_day today;
	size_t n;
	enum cchc_rc rc =
		cchc_tasks_now(take->box, arena, take->wall_ms, &today, &tasks, &n);

	if (!rc)
		rc = cchc_sheet_read(arena, take->sheet, tasks, n, today, reading);
	return rc ? rc : push(arena, take, reading);
}
