#include "ctl/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "core/unit.h"

enum { FOLDED = 128, MINUTE_MS = 60 * 1000, SPAN_MAX_DAYS = 366 };

/* Words before a day, folded, and what they make of it. The longer ones come first. */
static const struct {
	const char *words;
	int shift;
} BEFORE_A_DAY[] = {
	{"truoc ngay ", -1}, {"truoc ", -1},   {"before ", -1}, {"den het ngay ", 0},
	{"het ngay ", 0},    {"den ngay ", 0}, {"ngay ", 0},
};

enum shifts { MAY_SHIFT, NO_SHIFT };

static bool read_day(const char *text, enum shifts shifts, cchc_day *day)
{
	char folded[FOLDED];
	const char *at = folded;
	int shift = 0;
	cchc_day read;

	if (cchc_text_fold(text, strlen(text), folded, sizeof(folded)) >= sizeof(folded))
		return false;
	for (size_t i = 0; i < CCHC_COUNT(BEFORE_A_DAY); i++) {
		size_t len = strlen(BEFORE_A_DAY[i].words);

		if (strncmp(folded, BEFORE_A_DAY[i].words, len) != 0)
			continue;
		at += len;
		shift = BEFORE_A_DAY[i].shift;
		break;
	}
	if ((shift && shifts == NO_SHIFT) || !cchc_day_read(at, &read))
		return false;
	*day = read + shift;
	return true;
}

bool cchc_ctl_day_read(const char *text, cchc_day *day)
{
	return read_day(text, NO_SHIFT, day);
}

bool cchc_ctl_due_read(const char *text, cchc_day *day)
{
	if (*text && strcmp(text, "-") != 0 && !cchc_text_alike(text, "thường xuyên"))
		return read_day(text, MAY_SHIFT, day);
	*day = CCHC_DAY_NONE;
	return true;
}

/* "17:00"; -1: no time of day. */
static int minutes_of(const char *text)
{
	int hour;
	int minute;

	if (strlen(text) != 5 || text[2] != ':' || strspn(text, "0123456789:") != 5 ||
	    strchr(text + 3, ':') || text[0] == ':' || text[1] == ':')
		return -1;
	hour = (text[0] - '0') * 10 + text[1] - '0';
	minute = (text[3] - '0') * 10 + text[4] - '0';
	return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

bool cchc_ctl_until_read(const char *text, int64_t *wall_ms)
{
	char day_text[CCHC_DAY_TEXT];
	size_t len = strcspn(text, " T");
	int minutes = 24 * 60;
	cchc_day day;

	if (len >= sizeof(day_text))
		return false;
	cchc_text_copy(day_text, sizeof(day_text), text, len);
	if (text[len])
		minutes = minutes_of(text + len + 1);
	if (minutes < 0 || !cchc_day_read(day_text, &day))
		return false;
	*wall_ms = cchc_day_start_ms(day) + (int64_t)minutes * MINUTE_MS;
	return true;
}

bool cchc_ctl_span_read(const char *text, int64_t *ms)
{
	static const char UNITS[] = "mhd";
	static const int64_t MINUTES[] = {1, 60, 24 * 60};
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] ? strchr(UNITS, text[digits]) : NULL;
	int64_t minutes;

	if (!digits || digits > 6 || !unit || text[digits + 1])
		return false;
	minutes = strtol(text, NULL, 10) * MINUTES[unit - UNITS];
	if (minutes < 1 || minutes > (int64_t)SPAN_MAX_DAYS * 24 * 60)
		return false;
	*ms = minutes * MINUTE_MS;
	return true;
}

bool cchc_ctl_is_code(const char *text)
{
	size_t len = strlen(text);

	for (const char *at = text; *at; at++)
		if ((unsigned char)*at >= 128 || !isalnum((unsigned char)*at))
			return false;
	return len > 0 && len < CCHC_UNIT_CODE;
}

static const char SEPARATORS[] = ",; \t\n";

static size_t count_words(const char *text)
{
	size_t n = 0;

	for (text += strspn(text, SEPARATORS); *text; n++) {
		text += strcspn(text, SEPARATORS);
		text += strspn(text, SEPARATORS);
	}
	return n;
}

static bool is_new_code(const struct cchc_ctl_codes *codes, const char *code)
{
	for (size_t i = 0; i < codes->n; i++)
		if (strcmp(codes->code[i], code) == 0)
			return false;
	return cchc_ctl_is_code(code);
}

enum cchc_rc cchc_ctl_codes_read(struct cchc_arena *arena, const char *text, size_t most,
				 struct cchc_ctl_codes *codes, const char **bad)
{
	bool all = cchc_text_alike(text, "all") || cchc_text_alike(text, "tất cả");
	size_t n = all ? 1 : count_words(text);
	struct cchc_ctl_codes read = {
		.code = cchc_arena_array(arena, n + 1, sizeof(*read.code))};

	*bad = NULL;
	if (n > most)
		return CCHC_INVALID;
	if (!read.code)
		return CCHC_NOMEM;
	if (all)
		text = "all";
	while (read.n < n) {
		size_t len;
		char *code;

		text += strspn(text, SEPARATORS);
		len = strcspn(text, SEPARATORS);
		code = cchc_arena_text(arena, text, len);
		if (!code)
			return CCHC_NOMEM;
		*bad = code;
		if (!is_new_code(&read, code))
			return CCHC_INVALID;
		read.code[read.n++] = code;
		text += len;
	}
	*codes = read;
	return CCHC_OK;
}

bool cchc_ctl_which_read(const char *text, Cchc__TasksAsk__Which *which)
{
	static const struct {
		const char *name;
		Cchc__TasksAsk__Which which;
	} NAMES[] = {
		{"all", CCHC__TASKS_ASK__WHICH__ALL},
		{"open", CCHC__TASKS_ASK__WHICH__OPEN},
		{"waiting", CCHC__TASKS_ASK__WHICH__WAITING},
		{"overdue", CCHC__TASKS_ASK__WHICH__OVERDUE},
		{"soon", CCHC__TASKS_ASK__WHICH__SOON},
		{"done", CCHC__TASKS_ASK__WHICH__DONE},
		{"cancelled", CCHC__TASKS_ASK__WHICH__CANCELLED},
	};

	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		if (strcmp(text, NAMES[i].name) == 0) {
			*which = NAMES[i].which;
			return true;
		}
	return false;
}
