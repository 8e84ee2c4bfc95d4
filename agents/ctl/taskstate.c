#include "ctl/taskstate.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

/* The due date that counts may be later than the ordered one by as many days of rest as
 * stand together; which those are only the daemon's calendar knows. */
enum { REST_DAYS_MAX = 15, WORD_MAX_BYTES = 64 };

/* What a word asks of the dates. */
enum {
	DONE = 1 << 0,     /* there is a day on which it was done */
	UNDONE = 1 << 1,   /* there is none */
	DUE = 1 << 2,      /* there is a due date */
	NO_DUE = 1 << 3,   /* there is none */
	PASSED = 1 << 4,   /* the due date lies before today */
	AHEAD = 1 << 5,    /* it does not */
	IN_TIME = 1 << 6,  /* done by the due date */
	TOO_LATE = 1 << 7, /* done after it */
};

static const struct {
	const char *word; /* folded */
	unsigned asks;
} WORDS[] = {
	{"", 0},
	{"open", UNDONE},
	{"dang thuc hien", UNDONE},
	{"chua hoan thanh", UNDONE},
	{"trong han", UNDONE | AHEAD},
	{"sap den han", UNDONE | DUE | AHEAD},
	{"thuong xuyen", NO_DUE},
	{"overdue", UNDONE | DUE | PASSED},
	{"qua han", UNDONE | DUE | PASSED},
	{"qua han chua hoan thanh", UNDONE | DUE | PASSED},
	{"done", DONE},
	{"hoan thanh", DONE},
	{"da hoan thanh", DONE},
	{"hoan thanh dung han", DONE | IN_TIME},
	{"hoan thanh qua han", DONE | DUE | TOO_LATE},
};

static bool find_word(const char *word, unsigned *asks)
{
	char folded[WORD_MAX_BYTES];

	if (cchc_text_fold(word, strlen(word), folded, sizeof(folded)) >= sizeof(folded))
		return false;
	for (size_t i = 0; i < CCHC_COUNT(WORDS); i++)
		if (strcmp(folded, WORDS[i].word) == 0) {
			*asks = WORDS[i].asks;
			return true;
		}
	return false;
}

/* The one that is broken first; 0: none. */
static unsigned find_broken(unsigned asks, const struct cchc_ctl_dates *dates)
{
	bool due = dates->due != CCHC_DAY_NONE;
	bool done = dates->done != CCHC_DAY_NONE;
	cchc_day counts = due ? dates->due + REST_DAYS_MAX : CCHC_DAY_NONE;
	const struct {
		unsigned ask;
		bool broken;
	} CHECKS[] = {
		{DONE, !done},
		{UNDONE, done},
		{DUE, !due},
		{NO_DUE, due},
		{PASSED, due && dates->due >= dates->today},
		{AHEAD, due && counts < dates->today},
		{IN_TIME, due && done && dates->done > counts},
		{TOO_LATE, due && done && dates->done <= dates->due},
	};

	for (size_t i = 0; i < CCHC_COUNT(CHECKS); i++)
		if ((asks & CHECKS[i].ask) && CHECKS[i].broken)
			return CHECKS[i].ask;
	return 0;
}

static void say_right(unsigned broken, const struct cchc_ctl_dates *dates, char *right,
		      size_t size)
{
	char due[CCHC_DAY_TEXT];
	char done[CCHC_DAY_TEXT];

	cchc_day_people(dates->due, due);
	cchc_day_people(dates->done, done);
	switch (broken) {
	case UNDONE:
		(void)snprintf(right, size, "hoàn thành, vì có ngày hoàn thành %s", done);
		return;
	case NO_DUE:
		(void)snprintf(right, size, "khác, vì có hạn hoàn thành %s", due);
		return;
	case PASSED:
		(void)snprintf(right, size, "khác, vì hạn %s chưa qua", due);
		return;
	case AHEAD:
		(void)snprintf(right, size, "quá hạn, vì hạn %s đã qua", due);
		return;
	case IN_TIME:
		(void)snprintf(right, size, "hoàn thành quá hạn, vì xong %s sau hạn %s",
			       done, due);
		return;
	default:
		(void)snprintf(right, size, "hoàn thành đúng hạn, vì xong %s, hạn %s",
			       done, due);
		return;
	}
}

bool cchc_ctl_state_fits(const char *word, const struct cchc_ctl_dates *dates,
			 enum cchc_rule *rule, const char **field,
			 char right[CCHC_CTL_RIGHT_STATE])
{
	unsigned asks = 0;
	unsigned broken;

	*field = "state";
	if (!find_word(word, &asks)) {
		*rule = CCHC_RULE_TASK_STATE;
		(void)snprintf(right, CCHC_CTL_RIGHT_STATE,
			       "một trong: đang thực hiện, quá hạn, hoàn thành");
		return false;
	}
	broken = find_broken(asks, dates);
	switch (broken) {
	case 0:
		return true;
	case DONE:
		*rule = CCHC_RULE_MISSING;
		*field = "done";
		(void)snprintf(right, CCHC_CTL_RIGHT_STATE, "ngày hoàn thành");
		return false;
	case DUE:
		*rule = CCHC_RULE_NO_DUE_DATE;
		right[0] = '\0';
		return false;
	default:
		*rule = CCHC_RULE_STATE_DIFFERS;
		say_right(broken, dates, right, CCHC_CTL_RIGHT_STATE);
		return false;
	}
}
