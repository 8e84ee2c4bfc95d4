/* appendix_html.c - the appendix as a page that needs nothing else: style inside,
 * everything that came from elsewhere escaped, the head repeated on every printed sheet.
 */
#include "ctl/appendix.h"

#include <inttypes.h>

static const char STYLE[] =
	"body{font-family:\"Times New Roman\",Times,serif;font-size:13pt;margin:1.5cm}\n"
	"h1,h2,p{text-align:center;margin:.2em 0}\n"
	"h1{font-size:14pt}\nh2{font-size:13pt}\n"
	"table{border-collapse:collapse;width:100%;margin-top:1em}\n"
	"th,td{border:1px solid #000;padding:.2em .4em;vertical-align:top}\n"
	"th{text-align:center}\n"
	"thead{display:table-header-group}\ntr{break-inside:avoid}\n"
	"tr.part td,tr.heading td{font-weight:bold}\n"
	"td.n{text-align:right;white-space:nowrap}\ntd.w{text-align:right}\n"
	"td.s{font-size:9pt;text-align:center}\n"
	"footer{margin-top:1em;font-size:9pt}\n"
	"@page{size:A4 portrait;margin:1.5cm}\n@media print{body{margin:0}}\n";

static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void element(FILE *out, const char *open, const char *text, const char *close)
{
	fputs(open, out);
	put(out, text);
	fputs(close, out);
}

static void put_head(const struct cchc_ctl_appendix *a, FILE *out)
{
	char period[CCHC_PERIOD_TITLE];

	cchc_period_title(a->period, period);
	fputs("<!DOCTYPE html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<title>Phụ lục – ",
	      out);
	put(out, a->unit->name);
	element(out, " – ", period, "</title>\n<style>\n");
	fputs(STYLE, out);
	fputs("</style>\n</head>\n<body>\n<h1>Phụ lục</h1>\n", out);
	element(out, "<h2>", a->form->title, "</h2>\n");
	element(out, "<p><b>", a->unit->name, "</b>");
	element(out, " – ", period, "");
	element(out, " (", cchc_ctl_scope_people(a->scope), ")</p>\n");
	fputs("<table>\n<thead>\n"
	      "<tr><th rowspan=\"2\">STT</th><th rowspan=\"2\">Chỉ tiêu thống kê</th>"
	      "<th colspan=\"2\">Kết quả thống kê</th><th rowspan=\"2\">Ghi chú</th>"
	      "<th rowspan=\"2\">Số đơn vị báo cáo</th></tr>\n"
	      "<tr><th>Đơn vị tính</th><th>Số liệu</th></tr>\n</thead>\n<tbody>\n",
	      out);
}

static void put_part(const struct cchc_part *part, FILE *out)
{
	element(out, "<tr class=\"part\"><td>", part->code, "</td>");
	element(out, "<td>", part->name,
		"</td><td></td><td></td><td></td><td></td></tr>\n");
}

/* A number never breaks over two lines; words may. */
static const char *figure_class(const struct cchc_ctl_cell *cell)
{
	bool number = cell->state == CCHC__CELL_STATE__FIGURE &&
		      (!cell->tallied || cell->row->kind == CCHC_YESNO);

	return number ? "<td class=\"n\">" : "<td class=\"w\">";
}

static enum cchc_rc put_row(struct cchc_arena *arena, const struct cchc_ctl_appendix *a,
			    const struct cchc_ctl_cell *cell, FILE *out)
{
	const struct cchc_row *row = cell->row;
	struct cchc_ctl_texts texts;
	enum cchc_rc rc = cchc_ctl_appendix_texts(arena, a->form, cell, &texts);

	if (rc != CCHC_OK)
		return rc;
	fputs(row->kind == CCHC_HEADING ? "<tr class=\"heading\">" : "<tr>", out);
	element(out, "<td>", row->code, "</td>");
	element(out, "<td>", cell->name, "</td>");
	element(out, "<td>", row->unit, "</td>");
	element(out, figure_class(cell), texts.figure, "</td>");
	element(out, "<td>", texts.remarks, "</td>");
	element(out, "<td class=\"s\">", texts.units, "</td></tr>\n");
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_appendix_html(struct cchc_arena *arena,
				    const struct cchc_ctl_appendix *a, FILE *out)
{
	enum cchc_rc rc = CCHC_OK;

	put_head(a, out);
	for (size_t p = 0; p < a->form->n_parts && rc == CCHC_OK; p++) {
		put_part(&a->form->part[p], out);
		for (size_t i = 0; i < a->form->n && rc == CCHC_OK; i++)
			if (a->form->row[i].part == p)
				rc = put_row(arena, a, &a->cell[i], out);
	}
	fprintf(out,
		"</tbody>\n</table>\n<footer>Biểu mẫu %s, bản %" PRIu32
		"; dữ liệu tại lần ghi số %" PRIu64 ".</footer>\n</body>\n</html>\n",
		a->form->name, a->form->revision, a->commit);
	return rc;
}
