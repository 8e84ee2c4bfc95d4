#ifndef CCHC_CORE_RULE_H
#define CCHC_CORE_RULE_H

#include "core/figure.h"
#include "core/form.h"
#include "core/period.h"

/* What refuses (domain.md, "What refuses and what only warns"). A verdict depends on the
 * message, key, form, units, lock and the clock reading in its journal entry alone, never
 * on stored figures: so that replaying the journal gives the same store. */

/* number on the wire (never re-used), name, severity is always "refused",
 * English text, Vietnamese text. */
#define CCHC_RULE_TABLE(X)                                                               \
	X(1, UNKNOWN_ROW, "no such row in the form",                                     \
	  "không có chỉ tiêu này trong biểu mẫu")                                        \
	X(2, HEADING, "a heading takes no figure", "dòng tiêu đề không nhận số liệu")    \
	X(3, RESERVED, "the row is filled by the unit above for communes",               \
	  "chỉ tiêu do cấp huyện báo cáo cho cấp xã")                                    \
	X(4, NOT_A_NUMBER, "a number is expected", "phải là số")                         \
	X(5, NEGATIVE, "a count cannot be negative", "không được là số âm")              \
	X(6, PERCENT_RANGE, "a percent lies between 0 and 100",                          \
	  "tỷ lệ phải từ 0 đến 100")                                                     \
	X(7, TOO_MANY_DECIMALS, "too many decimals", "quá nhiều chữ số thập phân")       \
	X(8, NOT_A_CHOICE, "not one of the choices",                                     \
	  "không thuộc các lựa chọn của chỉ tiêu")                                       \
	X(9, TOO_LARGE, "too large to be true", "số quá lớn")                            \
	X(10, LOOKS_LIKE_DONG, "looks like đồng in a row of triệu đồng",                 \
	  "có vẻ là đồng")                                                               \
	X(11, DUPLICATE, "the row is given twice with different figures",                \
	  "chỉ tiêu xuất hiện hai lần với số liệu khác nhau")                            \
	X(12, BAD_STATE, "the cell has no such state", "trạng thái ô không hợp lệ")      \
	X(13, NAME_MISMATCH, "number and name are of two different rows",                \
	  "số thứ tự và tên chỉ tiêu không khớp")                                        \
	X(20, PERIOD_UNKNOWN, "no such period", "không có kỳ báo cáo này")               \
	X(21, NOT_BEGUN, "the period has not begun", "kỳ báo cáo chưa bắt đầu")          \
	X(22, FORM_PERIOD, "the form is not for this period",                            \
	  "biểu mẫu không áp dụng cho kỳ này")                                           \
	X(23, UNIT_UNKNOWN, "no such unit in force on the period's last day",            \
	  "không có đơn vị này vào ngày chốt kỳ báo cáo")                                \
	X(24, NOT_YOUR_UNIT, "the key is not of this unit",                              \
	  "khóa không thuộc đơn vị này")                                                 \
	X(25, LOCKED, "the period is locked", "kỳ báo cáo đã khóa số liệu")              \
	X(26, UNKNOWN_FORM, "no such form", "không có biểu mẫu này")                     \
	X(27, EMPTY, "the message has nothing in it", "không có nội dung")               \
	X(28, BAD_TEXT, "text is not clean UTF-8 or too long",                           \
	  "văn bản không phải UTF-8 hoặc quá dài")                                       \
	X(29, ENCODING, "the file is not UTF-8", "tệp không phải UTF-8")                 \
	X(30, FILE_SHAPE, "the file is not a form that can be read",                     \
	  "không nhận ra biểu mẫu trong tệp")                                            \
	X(40, NO_TASK, "no such task", "không có nhiệm vụ này")                          \
	X(41, NOT_YOUR_TASK, "the task has another lead unit",                           \
	  "nhiệm vụ do đơn vị khác chủ trì")                                             \
	X(42, DUE_BEFORE_ASSIGNED, "due before it was assigned",                         \
	  "hạn hoàn thành trước ngày giao")                                              \
	X(43, TASK_EXISTS, "the id stands for a task with other content",                \
	  "mã nhiệm vụ đã có với nội dung khác")                                         \
	X(44, DONE_IN_FUTURE, "completion lies in the future",                           \
	  "ngày hoàn thành ở tương lai")                                                 \
	X(45, DONE_BEFORE_ASSIGNED, "completed before it was assigned",                  \
	  "ngày hoàn thành trước ngày giao")                                             \
	X(46, EXTENSION_SHORTENS, "an extension cannot shorten",                         \
	  "gia hạn không được rút ngắn hạn")                                             \
	X(47, NO_DUE_DATE, "the task has no due date: it cannot be overdue or extended", \
	  "nhiệm vụ thường xuyên, không có hạn hoàn thành")                              \
	X(48, TASK_CLOSED, "the task is done or cancelled", "nhiệm vụ đã kết thúc")      \
	X(49, NOT_WAITING, "nothing waits for confirmation", "không có gì chờ xác nhận") \
	X(50, BAD_DATE, "no such date", "ngày không hợp lệ")                             \
	X(51, MISSING, "something needed is missing", "thiếu nội dung bắt buộc")         \
	X(52, IS_DUTY, "a demanded report is done by sending it",                        \
	  "báo cáo định kỳ hoàn thành khi gửi báo cáo")                                  \
	X(53, NO_CLASS, "no such class of tasks", "không có loại nhiệm vụ này")          \
	X(54, NO_ALERT, "no such alert", "không có cảnh báo này")                        \
	X(55, NOT_OPEN, "the task is not in a state for this",                           \
	  "trạng thái nhiệm vụ không cho phép")                                          \
	X(56, ID_RESERVED, "ids that begin so are of demanded reports",                  \
	  "mã bắt đầu như vậy dành cho báo cáo định kỳ")                                 \
	X(57, BAD_CHARACTER, "a character that may not stand there",                     \
	  "có ký tự không được dùng")                                                    \
	X(58, TOO_LONG, "the text is too long", "nội dung quá dài")                      \
	X(59, NO_UNIT, "no such unit today", "hôm nay không có đơn vị này")              \
	X(60, NOT_BELOW, "the unit is not the receiving one and not below it",           \
	  "đơn vị không phải đơn vị mình hoặc cấp dưới")                                 \
	X(61, BAD_CODES, "not a list of unit codes", "không phải các mã đơn vị")         \
	X(62, TASK_STATE, "no such state of a task", "không có tình trạng nhiệm vụ này") \
	X(63, STATE_DIFFERS, "the state contradicts the dates",                          \
	  "tình trạng trái với ngày đã ghi")                                             \
	X(64, TASK_TWICE, "the task is given twice with different content",              \
	  "nhiệm vụ xuất hiện hai lần với nội dung khác nhau")                           \
	X(65, NO_STEP, "no class of tasks has such a step",                              \
	  "không loại nhiệm vụ nào có bước này")                                         \
	X(66, NO_SILENCE, "no such silence", "không có lần tạm im này")

enum cchc_rule {
	CCHC_RULE_NONE = 0,
#define X(number, name, english, vietnamese) CCHC_RULE_##name = number,
	CCHC_RULE_TABLE(X)
#undef X
};

/* Constant texts, never NULL; "unknown-row" style names. */
const char *cchc_rule_name(enum cchc_rule rule);
const char *cchc_rule_english(enum cchc_rule rule);
const char *cchc_rule_vietnamese(enum cchc_rule rule);
/* CCHC_RULE_NONE if the number is of no rule. */
enum cchc_rule cchc_rule_from_number(uint32_t number);

enum {
	CCHC_REFUSED_WHOLE = UINT16_MAX,
	CCHC_REFUSED_UNREAD =
		0x8000, /* index from here: the agent's own reading refused it */
};

struct cchc_refusal {
	uint16_t index;      /* of the cell in its message, or CCHC_REFUSED_WHOLE */
	enum cchc_rule rule; /* CCHC_RULE_NONE: not refused */
	char field[64];      /* the row's full code, or the envelope's field */
	char value[64];      /* as given, cut to fit */
	char expected[160];  /* what would have been right; may be "" */
};

/* What would have been right, in Vietnamese, "" where the rule's name says it all. The
 * row may be NULL for rules about no row. */
void cchc_rule_expect(const struct cchc_row *row, enum cchc_rule rule, char *out,
		      size_t size);

/* The agent's own reading refused it: the agent knows, only the district is told. */
static inline bool cchc_refusal_is_unread(const struct cchc_refusal *refusal)
{
	return refusal->index >= CCHC_REFUSED_UNREAD &&
	       refusal->index != CCHC_REFUSED_WHOLE;
}

/* Judges one figure for a row (NULL: unknown) given by a unit; collects: units of the
 * form's base level (communes) report to it directly on the period's last day, so that
 * reserved rows are its. True if it stands; else fills *refusal (not index). */
bool cchc_rule_cell(const struct cchc_form *form, const struct cchc_row *row,
		    bool collects, struct cchc_figure figure,
		    struct cchc_refusal *refusal);

/* Judges a period for a form at a civil day. */
bool cchc_rule_period(const struct cchc_form *form, struct cchc_period period,
		      cchc_day today, struct cchc_refusal *refusal);

#endif
