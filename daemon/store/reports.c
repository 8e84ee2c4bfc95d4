#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/text.h"
#include "store/tables.h"

enum {
	REFUSED_ROWS = CCHC_COUNT(((struct cchc_report_head *)0)->refused_row),
	HEAD_MAX =
		1200, /* every number at its longest, with the longest document number */
};

static void write_head(struct cchc_txn *txn, const struct cchc_report_head *head)
{
	struct cchc_key key = cchc_key_report(head->unit, head->form, head->period);
	uint8_t bytes[HEAD_MAX];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_varint(&out, head->version);
	cchc_out_u8(&out, head->submitted);
	cchc_out_u8(&out, head->complete);
	cchc_out_zigzag(&out, head->received_ms);
	cchc_out_varint(&out, head->journal);
	cchc_out_varint(&out, head->cells);
	cchc_out_varint(&out, head->refused);
	cchc_out_text(&out, head->doc_number);
	cchc_out_varint(&out, head->n_refused_rows);
	for (size_t i = 0; i < head->n_refused_rows; i++) {
		cchc_out_varint(&out, head->refused_row[i].row);
		cchc_out_varint(&out, head->refused_row[i].journal);
	}
	cchc_check(!out.failed);
	cchc_table_put(txn, CCHC_TABLE_REPORTS, &key, bytes, cchc_out_len(&out));
}

static void take_refused_rows(struct cchc_in *in, struct cchc_report_head *head)
{
	uint64_t n = cchc_in_varint(in);

	if (n > REFUSED_ROWS) {
		in->failed = true;
		return;
	}
	head->n_refused_rows = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		head->refused_row[i].row = (uint16_t)cchc_in_varint(in);
		head->refused_row[i].journal = cchc_in_varint(in);
	}
}

/* Fills all but the key's fields. */
static bool read_head(struct cchc_report_head *head, const void *bytes, size_t len)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	head->version = (uint32_t)cchc_in_varint(&in);
	head->submitted = cchc_in_u8(&in) != 0;
	head->complete = cchc_in_u8(&in);
	head->received_ms = cchc_in_zigzag(&in);
	head->journal = cchc_in_varint(&in);
	head->cells = (uint32_t)cchc_in_varint(&in);
	head->refused = (uint32_t)cchc_in_varint(&in);
	cchc_in_text(&in, head->doc_number, sizeof(head->doc_number));
	take_refused_rows(&in, head);
	return !in.failed && cchc_in_left(&in) == 0;
}

bool cchc_store_report(struct cchc_txn *txn, uint32_t unit, uint16_t form,
		       struct cchc_period period, struct cchc_report_head *head)
{
	struct cchc_key key = cchc_key_report(unit, form, period);
	const void *value;
	size_t len;

	*head = (struct cchc_report_head){.unit = unit, .form = form, .period = period};
	if (!cchc_table_get(txn, CCHC_TABLE_REPORTS, &key, &value, &len))
		return false;
	if (read_head(head, value, len))
		return true;
	cchc_txn_fail(txn, CCHC_CORRUPT);
	return false;
}

void cchc_store_each_report(struct cchc_txn *txn, uint32_t unit,
			    cchc_store_on_report *on_report, void *data)
{
	struct cchc_key prefix = cchc_key_reports(unit);
	struct cchc_report_head head;
	struct cchc_walk walk;

	cchc_table_walk(&walk, txn, CCHC_TABLE_REPORTS, &prefix);
	for (; walk.found && !txn->rc; cchc_walk_next(&walk)) {
		head = (struct cchc_report_head){0};
		if (cchc_key_read_report(walk.key, walk.key_len, &head.unit, &head.form,
					 &head.period) &&
		    read_head(&head, walk.value, walk.len))
			on_report(data, &head);
		else
			cchc_txn_fail(txn, CCHC_CORRUPT);
	}
	cchc_walk_end(&walk);
}

static bool drop_row(struct cchc_report_head *head, uint16_t row)
{
	struct cchc_refused_row *list = head->refused_row;

	for (size_t i = 0; i < head->n_refused_rows; i++) {
		if (list[i].row != row)
			continue;
		head->n_refused_rows--;
		memmove(&list[i], &list[i + 1],
			(head->n_refused_rows - i) * sizeof(*list));
		return true;
	}
	return false;
}

/* The list stays in order of the last refusal, so that a full one loses its oldest. */
static void add_row(struct cchc_report_head *head, uint16_t row, uint64_t journal)
{
	if (!drop_row(head, row) && head->n_refused_rows == REFUSED_ROWS)
		drop_row(head, head->refused_row[0].row);
	head->refused_row[head->n_refused_rows++] =
		(struct cchc_refused_row){.row = row, .journal = journal};
}

/* True if the list changed. A row both given and refused in one message stands refused.
 */
static bool follow_rows(struct cchc_report_head *head, const struct cchc_entry *entry)
{
	bool changed = false;

	for (size_t i = 0; i < entry->n_cells && head->n_refused_rows; i++)
		changed |= drop_row(head, entry->cell[i].row);
	for (size_t i = 0; i < entry->n_refusals; i++) {
		add_row(head, entry->refused_row[i], entry->number);
		changed = true;
	}
	return changed;
}

static void take_receipt(struct cchc_report_head *head, const struct cchc_entry *entry)
{
	head->received_ms = entry->clock_ms;
	head->journal = entry->number;
	head->cells = (uint32_t)entry->n_cells;
	head->refused = (uint32_t)entry->n_refusals;
}

static void take_version(struct cchc_report_head *head, const struct cchc_entry *entry)
{
	head->version++;
	head->submitted = entry->doc_number[0] && entry->doc_date != CCHC_DAY_NONE &&
			  entry->signer_name[0];
	head->complete = entry->complete;
	cchc_text_copy(head->doc_number, sizeof(head->doc_number), entry->doc_number,
		       strlen(entry->doc_number));
	take_receipt(head, entry);
}

void cchc_report_apply(struct cchc_txn *txn, const struct cchc_entry *entry)
{
	struct cchc_report_head head;
	bool known =
		cchc_store_report(txn, entry->unit, entry->form, entry->period, &head);
	bool changed = follow_rows(&head, entry) || !known;

	if (txn->rc)
		return;
	if (entry->kind == CCHC_ENTRY_REPORT)
		take_version(&head, entry);
	else if (!changed)
		return;
	else if (head.version == 0)
		take_receipt(&head, entry);
	write_head(txn, &head);
}
