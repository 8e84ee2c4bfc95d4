#include "app/counted.h"

enum { TASK_MEMORY = 1024 * 1024 };

struct going {
	const struct cchc_counted *counted;
	cchc_store_on_task *on_task;
	void *data;
};

static bool is_counted(const struct cchc_counted *c, const struct cchc_task *task)
{
	struct cchc_count count =
		cchc_count_of(task, c->period, c->closing_day, c->now_ms);
	uint32_t node;

	if (!(count.adds & 1u << c->which))
		return false;
	node = cchc_tree_find(c->tree, count.lead);
	return node != CCHC_NO_NODE && node >= c->from && node < c->to;
}

static bool on_task(void *data, const struct cchc_task *task)
{
	const struct going *going = data;
	const struct cchc_counted *c = going->counted;
	const struct cchc_task_past *past;
	struct cchc_task seen;

	if (!is_counted(c, task))
		return true;
	past = cchc_counts_recorded(task, c->period, c->closing_day);
	seen = (struct cchc_task){.no = task->no,
				  .id = task->id,
				  .class_name = task->class_name,
				  .title = task->title,
				  .doc_number = task->doc_number,
				  .doc_date = task->doc_date,
				  .assigner = task->assigner,
				  .assigned = task->assigned,
				  .lead = past->lead,
				  .due = CCHC_DAY_NONE,
				  .effective = past->effective,
				  .due_version = task->due_version,
				  .state = (enum cchc_task_state)past->state,
				  .done = past->done,
				  .result = "",
				  .wish = CCHC_DAY_NONE,
				  .wish_reason = "",
				  .reason = "",
				  .journal = task->journal,
				  .changed_ms = task->changed_ms};
	return going->on_task(going->data, &seen);
}

void cchc_counted_each(const struct cchc_counted *counted, struct cchc_txn *txn,
		       cchc_store_on_task *on_each, void *data)
{
	struct going going = {counted, on_each, data};
	struct cchc_arena arena;

	cchc_arena_init(&arena, TASK_MEMORY);
	cchc_store_each_task(txn, &arena, on_task, &going);
	cchc_arena_fini(&arena);
}
