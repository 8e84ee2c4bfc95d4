#include "ctl/options.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { TIMEOUT_MAX_S = 3600 };

#define IN(command) (1u << (command))
#define IN_ALL      UINT32_MAX
#define OF_A_UNIT                                                                        \
	(IN(CCHC_CTL_APPENDIX) | IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_WATCH) |             \
	 IN(CCHC_CTL_JOURNAL))

static const char *const NAMES[CCHC_CTL_COMMANDS] = {
	[CCHC_CTL_NO_COMMAND] = "",     [CCHC_CTL_APPENDIX] = "appendix",
	[CCHC_CTL_EXPLAIN] = "explain", [CCHC_CTL_WATCH] = "watch",
	[CCHC_CTL_STATUS] = "status",   [CCHC_CTL_VERIFY] = "verify",
	[CCHC_CTL_JOURNAL] = "journal", [CCHC_CTL_ABOUT] = "about",
	[CCHC_CTL_KEYGEN] = "keygen",
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

struct option {
	const char *name;
	uint32_t commands;
	take_value *take; /* NULL: a flag, of no value */
	size_t flag;      /* offset of its bool */
};

#define FLAG(name) NULL, offsetof(struct cchc_ctl_options, name)

static const struct option OPTIONS[] = {
	{"--config", IN_ALL, take_config, 0},
	{"--timeout", IN_ALL, take_timeout, 0},
	{"--help", IN_ALL, FLAG(help)},
	{"-h", IN_ALL, FLAG(help)},
	{"--version", IN_ALL, FLAG(version)},
	{"--unit", OF_A_UNIT, take_unit, 0},
	{"--period", OF_A_UNIT, take_period, 0},
	{"--scope", IN(CCHC_CTL_APPENDIX) | IN(CCHC_CTL_EXPLAIN), take_scope, 0},
	{"--format", IN(CCHC_CTL_APPENDIX), take_format, 0},
	{"--indicator", IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_JOURNAL), take_indicator, 0},
	{"--json", IN(CCHC_CTL_EXPLAIN) | IN(CCHC_CTL_WATCH), FLAG(json)},
	{"--once", IN(CCHC_CTL_WATCH), FLAG(once)},
};

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

static enum cchc_rc take_word(const char *word, struct cchc_ctl_options *options,
			      struct cchc_err *err)
{
	if (options->command == CCHC_CTL_KEYGEN && !options->file) {
		options->file = word;
		return CCHC_OK;
	}
	if (options->command != CCHC_CTL_NO_COMMAND)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: \"%s\" is too much on the line; see cchcctl %s "
				 "--help",
				 NAMES[options->command], word, NAMES[options->command]);
	for (int i = CCHC_CTL_NO_COMMAND + 1; i < CCHC_CTL_COMMANDS; i++)
		if (strcmp(word, NAMES[i]) == 0) {
			options->command = (enum cchc_ctl_command)i;
			return CCHC_OK;
		}
	return cchc_fail(
		err, CCHC_INVALID,
		"\"%s\" is no command; appendix, explain, watch, status, verify, "
		"journal, about or keygen is expected",
		word);
}

/* *given: bit by bit the options that stood on the line; they may come before the
 * command, so whether it takes them is only known at the end. */
static enum cchc_rc take_option(int argc, char *const *argv, int *at,
				struct cchc_ctl_options *options, uint32_t *given,
				struct cchc_err *err)
{
	const char *value;
	size_t i = find_option(argv[*at], &value);
	const struct option *option = &OPTIONS[i];

	if (i == CCHC_COUNT(OPTIONS))
		return cchc_fail(err, CCHC_INVALID,
				 "%s: unknown option; see cchcctl --help", argv[*at]);
	*given |= 1u << i;
	if (!option->take && value)
		return cchc_fail(err, CCHC_INVALID, "%s takes no value", option->name);
	if (!option->take) {
		*(bool *)((char *)options + option->flag) = true;
		return CCHC_OK;
	}
	if (!value && *at + 1 >= argc)
		return cchc_fail(err, CCHC_INVALID, "%s: a value is expected",
				 option->name);
	return option->take(value ? value : argv[++*at], options, err);
}

/* Words and options in any order. */
static enum cchc_rc take_all(int argc, char *const *argv,
			     struct cchc_ctl_options *options, uint32_t *given,
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

static enum cchc_rc check_given(enum cchc_ctl_command command, uint32_t given,
				struct cchc_err *err)
{
	for (size_t i = 0; i < CCHC_COUNT(OPTIONS); i++)
		if (given & 1u << i && !(OPTIONS[i].commands & IN(command)))
			return cchc_fail(err, CCHC_INVALID,
					 "%s is no option of %s; see cchcctl %s --help",
					 OPTIONS[i].name, NAMES[command], NAMES[command]);
	return CCHC_OK;
}

static enum cchc_rc check_needed(const struct cchc_ctl_options *options,
				 struct cchc_err *err)
{
	enum cchc_ctl_command command = options->command;
	uint32_t of_a_period = OF_A_UNIT & ~IN(CCHC_CTL_WATCH);

	if (command == CCHC_CTL_NO_COMMAND)
		return cchc_fail(
			err, CCHC_INVALID,
			"a command is expected: appendix, explain, watch, status, "
			"verify, journal, about or keygen; see cchcctl --help");
	if (!options->period.year && of_a_period & IN(command))
		return cchc_fail(err, CCHC_INVALID,
				 "%s: --period is needed, such as --period 2024-Q1",
				 NAMES[command]);
	if (command == CCHC_CTL_EXPLAIN && !options->indicator)
		return cchc_fail(
			err, CCHC_INVALID,
			"explain: --indicator is needed, such as --indicator I.2");
	if (command == CCHC_CTL_KEYGEN && !options->file)
		return cchc_fail(err, CCHC_INVALID, "keygen: a file is expected");
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_options_parse(int argc, char *const *argv,
				    struct cchc_ctl_options *options,
				    struct cchc_err *err)
{
	struct cchc_ctl_options parsed = {.config = "/etc/cchcd/ctl.yaml"};
	uint32_t given = 0;
	enum cchc_rc rc = take_all(argc, argv, &parsed, &given, err);

	if (rc == CCHC_OK && !parsed.help && !parsed.version) {
		rc = check_needed(&parsed, err);
		if (rc == CCHC_OK)
			rc = check_given(parsed.command, given, err);
	}
	if (rc == CCHC_OK)
		*options = parsed;
	return rc;
}
