#include "ctl/options.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "ctl/words.h"

enum { TIMEOUT_MAX_S = 3600, CODES_MEMORY_MAX = 64 * 1024 };

#define IN(command) (1u << (command))
#define IN_ALL      UINT32_MAX
#define OF_A_UNIT                                                                        \
	(IN(CCHC_CTL_APPENDIX) | IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_WATCH) |             \
	 IN(CCHC_CTL_JOURNAL))

static const char *const NAMES[CCHC_CTL_COMMANDS] = {
	[CCHC_CTL_NO_COMMAND] = "",
	[CCHC_CTL_APPENDIX] = "appendix",
	[CCHC_CTL_EXPLAIN] = "explain",
	[CCHC_CTL_WATCH] = "watch",
	[CCHC_CTL_STATUS] = "status",
	[CCHC_CTL_VERIFY] = "verify",
	[CCHC_CTL_JOURNAL] = "journal",
	[CCHC_CTL_ABOUT] = "about",
	[CCHC_CTL_KEYGEN] = "keygen",
	[CCHC_CTL_TASK] = "task",
	[CCHC_CTL_TASK_ADD] = "task add",
	[CCHC_CTL_TASK_IMPORT] = "task import",
	[CCHC_CTL_TASK_LIST] = "task list",
	[CCHC_CTL_TASK_SHOW] = "task show",
	[CCHC_CTL_TASK_EXTEND] = "task extend",
	[CCHC_CTL_TASK_REPORT] = "task report",
	[CCHC_CTL_TASK_ACCEPT] = "task accept",
	[CCHC_CTL_TASK_RETURN] = "task return",
	[CCHC_CTL_TASK_CANCEL] = "task cancel",
	[CCHC_CTL_TASK_REOPEN] = "task reopen",
	[CCHC_CTL_TASK_MOVE] = "task move",
	[CCHC_CTL_ALERTS] = "alerts",
	[CCHC_CTL_ALERTS_LIST] = "alerts list",
	[CCHC_CTL_ALERTS_ACK] = "alerts ack",
	[CCHC_CTL_ALERTS_SILENCE] = "alerts silence",
	[CCHC_CTL_ALERTS_UNSILENCE] = "alerts unsilence",
	[CCHC_CTL_ALERTS_TEST] = "alerts test-channel",
	[CCHC_CTL_ALERTS_WATCH] = "alerts watch",
};

const char *cchc_ctl_command_name(enum cchc_ctl_command command)
{
	return NAMES[command];
}

typedef enum cchc_rc take_value(const char *value, struct cchc_ctl_options *options,
				struct cchc_err *err);

static enum cchc_rc take_config(const char *value, struct cchc_ctl_options *options,
				struct cchc_err *err)
{
	if (!*value)
		return cchc_fail(err, CCHC_INVALID, "--config: a file is expected");
	options->config = value;
	return CCHC_OK;
}

static enum cchc_rc take_timeout(const char *value, struct cchc_ctl_options *options,
				 struct cchc_err *err)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long seconds =
		digits && digits <= 4 && !value[digits] ? strtoul(value, NULL, 10) : 0;

	if (seconds < 1 || seconds > TIMEOUT_MAX_S)
		return cchc_fail(err, CCHC_INVALID,
				 "--timeout: \"%s\": whole seconds from 1 to %d are "
				 "expected",
				 value, TIMEOUT_MAX_S);
	options->timeout_ms = (unsigned)seconds * 1000;
	return CCHC_OK;
}

static enum cchc_rc take_unit(const char *value, struct cchc_ctl_options *options,
			      struct cchc_err *err)
{
	bool right = *value && strlen(value) < CCHC_UNIT_CODE;

	for (const char *at = value; *at && right; at++)
		right = isalnum((unsigned char)*at) && (unsigned char)*at < 128;
	if (!right)
		return cchc_fail(err, CCHC_INVALID,
				 "--unit: \"%s\": a unit's code of 1 to %d letters and "
				 "digits is expected, such as 325",
				 value, CCHC_UNIT_CODE - 1);
	options->unit = value;
	return CCHC_OK;
}

static enum cchc_rc take_period(const char *value, struct cchc_ctl_options *options,
				struct cchc_err *err)
{
	if (cchc_period_parse(value, &options->period))
		return CCHC_OK;
	return cchc_fail(
		err, CCHC_INVALID,
		"--period: \"%s\": 2024-03, 2024-Q1, 2024-H1, 2024-9M or 2024 is "
		"expected, or as people write it: \"Quý I/2024\"",
		value);
}

static enum cchc_rc take_scope(const char *value, struct cchc_ctl_options *options,
			       struct cchc_err *err)
{
	if (cchc_scope_parse(value, &options->scope))
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID,
			 "--scope: \"%s\": total, own, below or report is expected",
			 value);
}

static enum cchc_rc take_format(const char *value, struct cchc_ctl_options *options,
				struct cchc_err *err)
{
	static const char *const FORMATS[CCHC_CTL_FORMATS] = {"table", "csv", "json",
							      "html"};

	for (size_t i = 0; i < CCHC_CTL_FORMATS; i++)
		if (strcmp(value, FORMATS[i]) == 0) {
			options->format = (enum cchc_ctl_format)i;
			return CCHC_OK;
		}
	return cchc_fail(err, CCHC_INVALID,
			 "--format: \"%s\": table, csv, json or html is expected", value);
}

static enum cchc_rc take_indicator(const char *value, struct cchc_ctl_options *options,
				   struct cchc_err *err)
{
	if (!*value || strlen(value) >= CCHC_ROW_CODE)
		return cchc_fail(err, CCHC_INVALID,
				 "--indicator: \"%s\": a full code is expected, such as "
				 "I.2",
				 value);
	options->indicator = value;
	return CCHC_OK;
}

static enum cchc_rc take_which(const char *value, struct cchc_ctl_options *options,
			       struct cchc_err *err)
{
	if (cchc_ctl_which_read(value, &options->which))
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID,
			 "--state: \"%s\": all, open, waiting, overdue, soon, done or "
			 "cancelled is expected",
			 value);
}

static enum cchc_rc take_due(const char *value, struct cchc_ctl_options *options,
			     struct cchc_err *err)
{
	if (cchc_ctl_due_read(value, &options->due))
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID,
			 "--due: \"%s\": the last day in time is expected, 2024-03-15 or "
			 "15/03/2024; \"trước 15/03/2024\" is the day before",
			 value);
}

static enum cchc_rc take_until(const char *value, struct cchc_ctl_options *options,
			       struct cchc_err *err)
{
	if (cchc_ctl_until_read(value, &options->until_ms))
		return CCHC_OK;
	return cchc_fail(
		err, CCHC_INVALID,
		"--until: \"%s\": \"2024-03-15 17:00\", or a day, to its end, is "
		"expected",
		value);
}

static enum cchc_rc take_span(const char *value, struct cchc_ctl_options *options,
			      struct cchc_err *err)
{
	if (cchc_ctl_span_read(value, &options->span_ms))
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID,
			 "--for: \"%s\": 90m, 4h or 2d is expected, 366d at most", value);
}

static enum cchc_rc take_newest(const char *value, struct cchc_ctl_options *options,
				struct cchc_err *err)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long n =
		digits && digits <= 6 && !value[digits] ? strtoul(value, NULL, 10) : 0;

	if (n < 1)
		return cchc_fail(
			err, CCHC_INVALID,
			"--newest: \"%s\": a number from 1 to 999999 is expected", value);
	options->newest = (uint32_t)n;
	return CCHC_OK;
}

/* ANY: a text that does not travel. */
enum option_kind { TAKEN, FLAG, TEXT, CODES, ANY, DAY };

struct option {
	const char *name;
	uint32_t commands;
	uint32_t needing; /* of these, who cannot do without */
	enum option_kind kind;
	take_value *take; /* TAKEN */
	size_t place;     /* offset of the bool, text or day */
};

#define AT(kind, name) kind, NULL, offsetof(struct cchc_ctl_options, name)
#define TAKE(take)     TAKEN, take, 0

#define TASK(name)   IN(CCHC_CTL_TASK_##name)
#define ALERTS(name) IN(CCHC_CTL_ALERTS_##name)
#define OF_TASKS                                                                         \
	(TASK(ADD) | TASK(IMPORT) | TASK(EXTEND) | TASK(REPORT) | TASK(ACCEPT) |         \
	 TASK(RETURN) | TASK(CANCEL) | TASK(REOPEN) | TASK(MOVE))
#define WITH_REASON                                                                      \
	(TASK(EXTEND) | TASK(RETURN) | TASK(CANCEL) | TASK(REOPEN) | TASK(MOVE))

static const struct option OPTIONS[] = {
	{"--config", IN_ALL, 0, TAKE(take_config)},
	{"--timeout", IN_ALL, 0, TAKE(take_timeout)},
	{"--help", IN_ALL, 0, AT(FLAG, help)},
	{"-h", IN_ALL, 0, AT(FLAG, help)},
	{"--version", IN_ALL, 0, AT(FLAG, version)},
	{"--unit", OF_A_UNIT | TASK(LIST) | ALERTS(LIST) | ALERTS(SILENCE), 0,
	 TAKE(take_unit)},
	{"--period", OF_A_UNIT, 0, TAKE(take_period)},
	{"--scope", IN(CCHC_CTL_APPENDIX) | IN(CCHC_CTL_EXPLAIN), 0, TAKE(take_scope)},
	{"--format", IN(CCHC_CTL_APPENDIX) | TASK(LIST), 0, TAKE(take_format)},
	{"--indicator", IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_JOURNAL), 0,
	 TAKE(take_indicator)},
	{"--json",
	 IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_WATCH) | TASK(LIST) | TASK(SHOW) |
		 ALERTS(LIST) | ALERTS(WATCH),
	 0, AT(FLAG, json)},
	{"--once", IN(CCHC_CTL_WATCH) | ALERTS(WATCH), 0, AT(FLAG, once)},
	{"--id", TASK(ADD), TASK(ADD), AT(TEXT, id)},
	{"--title", TASK(ADD), TASK(ADD), AT(TEXT, title)},
	{"--lead", TASK(ADD) | TASK(MOVE), 0, AT(CODES, leads)},
	{"--units", TASK(ADD) | TASK(MOVE), 0, AT(CODES, leads)},
	{"--co", TASK(ADD), 0, AT(CODES, co)},
	{"--class", TASK(ADD), 0, AT(TEXT, class_name)},
	{"--doc", TASK(ADD) | TASK(EXTEND), TASK(EXTEND), AT(TEXT, doc)},
	{"--doc-date", TASK(ADD), 0, AT(DAY, doc_date)},
	{"--assigner", TASK(ADD), 0, AT(TEXT, assigner)},
	{"--assigned", TASK(ADD), TASK(ADD), AT(DAY, assigned)},
	{"--due", TASK(ADD) | TASK(EXTEND), TASK(EXTEND), TAKE(take_due)},
	{"--done", TASK(ADD) | TASK(REPORT), TASK(REPORT), AT(DAY, done)},
	{"--result", TASK(ADD) | TASK(REPORT), 0, AT(TEXT, result)},
	{"--reason", WITH_REASON, WITH_REASON, AT(TEXT, reason)},
	{"--dry-run", OF_TASKS, 0, AT(FLAG, dry_run)},
	{"--state", TASK(LIST), 0, TAKE(take_which)},
	{"--below", TASK(LIST), 0, AT(FLAG, below)},
	{"--duties", TASK(LIST), 0, AT(FLAG, duties)},
	{"--all", ALERTS(LIST), 0, AT(FLAG, all)},
	{"--newest", ALERTS(LIST), 0, TAKE(take_newest)},
	{"--silences", ALERTS(LIST), 0, AT(FLAG, silences)},
	{"--task", ALERTS(LIST) | ALERTS(SILENCE), 0, AT(TEXT, id)},
	{"--step", ALERTS(SILENCE), 0, AT(TEXT, step)},
	{"--until", ALERTS(SILENCE), 0, TAKE(take_until)},
	{"--for", ALERTS(SILENCE), 0, TAKE(take_span)},
	{"--note", ALERTS(ACK) | ALERTS(SILENCE), ALERTS(ACK) | ALERTS(SILENCE),
	 AT(TEXT, note)},
	{"--to", ALERTS(TEST), 0, AT(TEXT, to)},
};

static_assert(CCHC_COUNT(OPTIONS) <= 64, "a bit each");

/* The word that a command needs besides its options: where it goes, what to say when it
 * is missing. */
static const struct {
	enum option_kind kind;
	size_t place;
	const char *expected;
} WORDS[CCHC_CTL_COMMANDS] = {
#define WORD(kind, name, expected)                                                       \
	{                                                                                \
		kind, offsetof(struct cchc_ctl_options, name), expected                  \
	}
	[CCHC_CTL_KEYGEN] = WORD(ANY, file, "a file"),
	[CCHC_CTL_TASK_IMPORT] = WORD(ANY, file, "a file"),
	[CCHC_CTL_TASK_SHOW] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_EXTEND] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_REPORT] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_ACCEPT] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_RETURN] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_CANCEL] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_REOPEN] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_TASK_MOVE] = WORD(TEXT, id, "a task's id"),
	[CCHC_CTL_ALERTS_ACK] = WORD(TEXT, key, "an alert's key"),
	[CCHC_CTL_ALERTS_UNSILENCE] = WORD(TEXT, key, "a silence's number"),
	[CCHC_CTL_ALERTS_TEST] = WORD(TEXT, key, "a channel's name"),
#undef WORD
};

static enum cchc_rc take_text(const char *name, const char *value, enum option_kind kind,
			      const char **place, struct cchc_err *err)
{
	size_t len = strlen(value);

	if (!len)
		return cchc_fail(err, CCHC_INVALID, "%s: \"\": a text is expected", name);
	if (kind == TEXT && (len > CCHC_STRING_MAX || !cchc_text_is_clean(value, len)))
		return cchc_fail(err, CCHC_INVALID,
				 "%s: a text in UTF-8 of at most %d bytes is expected",
				 name, CCHC_STRING_MAX);
	*place = value;
	return CCHC_OK;
}

/* Only looked at here: the lists are made when they are needed. */
static enum cchc_rc take_codes(const char *name, const char *value, const char **place,
			       struct cchc_err *err)
{
	struct cchc_arena arena;
	struct cchc_ctl_codes codes;
	const char *bad;
	enum cchc_rc rc;

	cchc_arena_init(&arena, CODES_MEMORY_MAX);
	rc = cchc_ctl_codes_read(&arena, value, CCHC_LEADS_MAX, &codes, &bad);
	if (rc == CCHC_OK && codes.n)
		*place = value;
	else
		rc = cchc_fail(err, CCHC_INVALID,
			       "%s: \"%s\": codes of units are expected, each once, such "
			       "as 11986,11989",
			       name, rc == CCHC_INVALID && bad ? bad : value);
	cchc_arena_fini(&arena);
	return rc;
}

static enum cchc_rc take_day(const char *name, const char *value, cchc_day *place,
			     struct cchc_err *err)
{
	if (cchc_ctl_day_read(value, place))
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID,
			 "%s: \"%s\": a day is expected, 2024-03-15 or 15/03/2024", name,
			 value);
}

static enum cchc_rc put_value(const struct option *option, const char *value,
			      struct cchc_ctl_options *options, struct cchc_err *err)
{
	void *place = (char *)options + option->place;

	switch (option->kind) {
	case FLAG:
		*(bool *)place = true;
		return CCHC_OK;
	case TEXT:
	case ANY:
		return take_text(option->name, value, option->kind, place, err);
	case CODES:
		return take_codes(option->name, value, place, err);
	case DAY:
		return take_day(option->name, value, place, err);
	default:
		return option->take(value, options, err);
	}
}

/* The option's index, or CCHC_COUNT(OPTIONS); *value is what follows "=", or NULL. */
static size_t find_option(const char *argument, const char **value)
{
	size_t len = strcspn(argument, "=");
	size_t i = 0;

	while (i < CCHC_COUNT(OPTIONS) && (strlen(OPTIONS[i].name) != len ||
					   strncmp(argument, OPTIONS[i].name, len) != 0))
		i++;
	*value = argument[len] ? argument + len + 1 : NULL;
	return i;
}

static bool is_group(enum cchc_ctl_command command)
{
	return command == CCHC_CTL_TASK || command == CCHC_CTL_ALERTS;
}

/* The command of that name; of a group's when its first word was there. */
static enum cchc_ctl_command find_command(enum cchc_ctl_command group, const char *word)
{
	char name[32];
	int len = snprintf(name, sizeof(name), "%s%s%s", NAMES[group],
			   group == CCHC_CTL_NO_COMMAND ? "" : " ", word);

	for (int i = CCHC_CTL_NO_COMMAND + 1; i < CCHC_CTL_COMMANDS; i++)
		if ((size_t)len < sizeof(name) && strcmp(name, NAMES[i]) == 0 &&
		    (group != CCHC_CTL_NO_COMMAND || !strchr(word, ' ')))
			return (enum cchc_ctl_command)i;
	return CCHC_CTL_NO_COMMAND;
}

/* What the second word of a group, or the first word, may be. */
static const char *commands_of(enum cchc_ctl_command group)
{
	if (group == CCHC_CTL_TASK)
		return "add, import, list, show, extend, report, accept, return, cancel, "
		       "reopen or move";
	if (group == CCHC_CTL_ALERTS)
		return "list, ack, silence, unsilence, test-channel or watch";
	return "appendix, explain, watch, status, verify, journal, about, task, alerts "
	       "or keygen";
}

static enum cchc_rc take_word(const char *word, struct cchc_ctl_options *options,
			      struct cchc_err *err)
{
	enum cchc_ctl_command command = options->command;
	const char **place =
		(const char **)(void *)((char *)options + WORDS[command].place);

	if (command != CCHC_CTL_NO_COMMAND && !is_group(command)) {
		if (WORDS[command].expected && !*place)
			return take_text(NAMES[command], word, WORDS[command].kind, place,
					 err);
		return cchc_fail(err, CCHC_INVALID,
				 "%s: \"%s\" is too much on the line; see cchcctl %s "
				 "--help",
				 NAMES[command], word, NAMES[command]);
	}
	options->command = find_command(command, word);
	if (options->command != CCHC_CTL_NO_COMMAND)
		return CCHC_OK;
	return cchc_fail(err, CCHC_INVALID, "\"%s%s%s\" is no command; %s is expected",
			 NAMES[command], is_group(command) ? " " : "", word,
			 commands_of(command));
}

/* *given: bit by bit the options that stood on the line; they may come before the
 * command, so whether it takes them is only known at the end. */
static enum cchc_rc take_option(int argc, char *const *argv, int *at,
				struct cchc_ctl_options *options, uint64_t *given,
				struct cchc_err *err)
{
	const char *value;
	size_t i = find_option(argv[*at], &value);
	const struct option *option = &OPTIONS[i];

	if (i == CCHC_COUNT(OPTIONS))
		return cchc_fail(err, CCHC_INVALID,
				 "%s: unknown option; see cchcctl --help", argv[*at]);
	*given |= UINT64_C(1) << i;
	if (option->kind == FLAG && value)
		return cchc_fail(err, CCHC_INVALID, "%s takes no value", option->name);
	if (option->kind == FLAG)
		return put_value(option, NULL, options, err);
	if (!value && *at + 1 >= argc)
		return cchc_fail(err, CCHC_INVALID, "%s: a value is expected",
				 option->name);
	return put_value(option, value ? value : argv[++*at], options, err);
}

/* Words and options in any order. */
static enum cchc_rc take_all(int argc, char *const *argv,
			     struct cchc_ctl_options *options, uint64_t *given,
			     struct cchc_err *err)
{
	enum cchc_rc rc = CCHC_OK;

	for (int at = 1; at < argc && rc == CCHC_OK; at++) {
		if (argv[at][0] == '-' && argv[at][1])
			rc = take_option(argc, argv, &at, options, given, err);
		else
			rc = take_word(argv[at], options, err);
	}
	return rc;
}

static enum cchc_rc check_given(enum cchc_ctl_command command, uint64_t given,
				struct cchc_err *err)
{
	for (size_t i = 0; i < CCHC_COUNT(OPTIONS); i++) {
		const struct option *option = &OPTIONS[i];
		bool is_given = given & UINT64_C(1) << i;

		if (is_given && !(option->commands & IN(command)))
			return cchc_fail(err, CCHC_INVALID,
					 "%s is no option of %s; see cchcctl %s --help",
					 option->name, NAMES[command], NAMES[command]);
		if (!is_given && option->needing & IN(command))
			return cchc_fail(err, CCHC_INVALID,
					 "%s: %s is needed; see cchcctl %s --help",
					 NAMES[command], option->name, NAMES[command]);
	}
	return CCHC_OK;
}

/* --json is another name of --format json. */
static enum cchc_rc check_format(const struct cchc_ctl_options *options, uint64_t given,
				 struct cchc_err *err)
{
	const char *value;

	if (options->format == CCHC_CTL_HTML)
		return cchc_fail(err, CCHC_INVALID,
				 "--format: task list has table, csv and json");
	if (options->json && options->format != CCHC_CTL_JSON &&
	    (given & UINT64_C(1) << find_option("--format", &value)))
		return cchc_fail(err, CCHC_INVALID,
				 "task list: --json contradicts --format");
	return CCHC_OK;
}

static enum cchc_rc check_silence(const struct cchc_ctl_options *options,
				  struct cchc_err *err)
{
	if (!options->unit && !options->id && !options->step)
		return cchc_fail(err, CCHC_INVALID,
				 "alerts silence: --unit, --task or --step is needed");
	if (!options->until_ms == !options->span_ms)
		return cchc_fail(err, CCHC_INVALID,
				 "alerts silence: one of --until and --for is needed");
	return CCHC_OK;
}

static enum cchc_rc check_needed(const struct cchc_ctl_options *options,
				 struct cchc_err *err)
{
	enum cchc_ctl_command command = options->command;
	uint32_t of_a_period = OF_A_UNIT & ~IN(CCHC_CTL_WATCH);
	const char *const *word =
		(const char *const *)(const void *)((const char *)options +
						    WORDS[command].place);

	if (command == CCHC_CTL_NO_COMMAND || is_group(command))
		return cchc_fail(err, CCHC_INVALID,
				 "%s%sa command is expected: %s; see cchcctl --help",
				 NAMES[command], is_group(command) ? ": " : "",
				 commands_of(command));
	if (!options->period.year && of_a_period & IN(command))
		return cchc_fail(err, CCHC_INVALID,
				 "%s: --period is needed, such as --period 2024-Q1",
				 NAMES[command]);
	if (command == CCHC_CTL_EXPLAIN && !options->indicator)
		return cchc_fail(
			err, CCHC_INVALID,
			"explain: --indicator is needed, such as --indicator I.2");
	if (WORDS[command].expected && !*word)
		return cchc_fail(err, CCHC_INVALID, "%s: %s is expected", NAMES[command],
				 WORDS[command].expected);
	if ((TASK(ADD) | TASK(MOVE)) & IN(command) && !options->leads)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: --lead is needed, such as --lead 11986",
				 NAMES[command]);
	if (command == CCHC_CTL_TASK_MOVE &&
	    (!cchc_ctl_is_code(options->leads) || cchc_text_alike(options->leads, "all")))
		return cchc_fail(err, CCHC_INVALID,
				 "task move: --lead: \"%s\": the code of one unit is "
				 "expected",
				 options->leads);
	if (command == CCHC_CTL_ALERTS_UNSILENCE &&
	    (strspn(options->key, "0123456789") != strlen(options->key) ||
	     strlen(options->key) > 18))
		return cchc_fail(err, CCHC_INVALID,
				 "alerts unsilence: \"%s\": a silence's number is "
				 "expected; see cchcctl alerts list --silences",
				 options->key);
	return command == CCHC_CTL_ALERTS_SILENCE ? check_silence(options, err) : CCHC_OK;
}

enum cchc_rc cchc_ctl_options_parse(int argc, char *const *argv,
				    struct cchc_ctl_options *options,
				    struct cchc_err *err)
{
	struct cchc_ctl_options parsed = {
		.config = "/etc/cchcd/ctl.yaml",
		.doc_date = CCHC_DAY_NONE,
		.assigned = CCHC_DAY_NONE,
		.due = CCHC_DAY_NONE,
		.done = CCHC_DAY_NONE,
		.which = CCHC__TASKS_ASK__WHICH__OPEN,
	};
	uint64_t given = 0;
	enum cchc_rc rc = take_all(argc, argv, &parsed, &given, err);

	if (rc == CCHC_OK && !parsed.help && !parsed.version) {
		rc = check_needed(&parsed, err);
		if (rc == CCHC_OK)
			rc = check_given(parsed.command, given, err);
		if (rc == CCHC_OK && parsed.command == CCHC_CTL_TASK_LIST)
			rc = check_format(&parsed, given, err);
	}
	if (rc == CCHC_OK)
		*options = parsed;
	return rc;
}
