#include "ctl/appendix.h"

#include <inttypes.h>

#include "base/check.h"
#include "ctl/columns.h"

enum { STT, NAME, UNIT, FIGURE, UNITS, NOTE, COLUMNS };
enum { NARROW = 80 }; /* below it the notes go, and all but the names is tight */

static enum cchc_rc put_row(struct cchc_arena *arena, const struct cchc_ctl_appendix *a,
			    const struct cchc_ctl_cell *cell,
			    const struct cchc_ctl_column *column, size_t columns,
			    FILE *out)
{
	struct cchc_ctl_texts texts;
	enum cchc_rc rc = cchc_ctl_appendix_texts(arena, a->form, cell, &texts);
	const char *text[COLUMNS];

	if (rc != CCHC_OK)
		return rc;
	text[STT] = cell->row->code;
	text[NAME] = cell->name;
	text[UNIT] = cell->row->unit;
	text[FIGURE] = texts.figure;
	text[UNITS] = texts.units;
	text[NOTE] = texts.remarks;
	cchc_ctl_columns_row(out, column, columns, text);
	return CCHC_OK;
}

static void put_title(const struct cchc_ctl_appendix *a, FILE *out)
{
	char period[CCHC_PERIOD_TITLE];

	fprintf(out, "%s\n%s – %s (%s)\n\n", a->form->title, a->unit->name,
		cchc_period_title(a->period, period), cchc_ctl_scope_people(a->scope));
}

enum cchc_rc cchc_ctl_appendix_table(struct cchc_arena *arena,
				     const struct cchc_ctl_appendix *a, size_t width,
				     FILE *out)
{
	struct cchc_ctl_column column[COLUMNS] = {
		[STT] = {"STT", 7, CCHC_CTL_LEFT},
		[NAME] = {"Chỉ tiêu thống kê", 0, CCHC_CTL_LEFT},
		[UNIT] = {"Đơn vị tính", 12, CCHC_CTL_LEFT},
		[FIGURE] = {"Số liệu", 17, CCHC_CTL_RIGHT},
		[UNITS] = {"Đơn vị", 7, CCHC_CTL_RIGHT},
		[NOTE] = {"Ghi chú", 15, CCHC_CTL_LEFT},
	};
	size_t columns = width < NARROW ? NOTE : COLUMNS;
	enum cchc_rc rc = CCHC_OK;

	if (width < NARROW) {
		column[UNIT].width = 9;
		column[FIGURE].width = 13;
	}
	cchc_ctl_columns_fit(column, columns, width);
	put_title(a, out);
	cchc_ctl_columns_head(out, column, columns);
	for (size_t p = 0; p < a->form->n_parts && rc == CCHC_OK; p++) {
		const struct cchc_part *part = &a->form->part[p];
		const char *text[COLUMNS] = {part->code, part->name, "", "", "", ""};

		cchc_ctl_columns_row(out, column, columns, text);
		for (size_t i = 0; i < a->form->n && rc == CCHC_OK; i++)
			if (a->form->row[i].part == p)
				rc = put_row(arena, a, &a->cell[i], column, columns, out);
	}
	fprintf(out,
		"\nBiểu mẫu %s, bản %" PRIu32 "; dữ liệu tại lần ghi số %" PRIu64 "\n",
		a->form->name, a->form->revision, a->commit);
	return rc;
}
