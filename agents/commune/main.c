#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "commune/agent.h"
#include "commune/status.h"
#include "commune/tasklist.h"
#include "io/digest.h"

enum { DONE = 0, FAILED = 1, MISUSED = 2, PENDING = 3 };

static const char PROGRAM[] = "cchc-agent " CCHC_VERSION;

static const char HELP[] =
	"cchc-agent - sends a commune's reports to its district\n"
	"\n"
	"  cchc-agent run --config FILE             runs until SIGTERM\n"
	"  cchc-agent status --config FILE [--json] says what waits and what was sent\n"
	"  cchc-agent tasks --config FILE [--json]  lists the unit's tasks\n"
	"  cchc-agent task done ID [--date D] [--result R] --config FILE\n"
	"                                           reports a task as done\n"
	"  cchc-agent task wish ID --until D --reason R --config FILE\n"
	"                                           wishes for more time\n"
	"  cchc-agent check --config FILE           lists every mistake of the file\n"
	"  cchc-agent adopt --config FILE           accepts another district's store\n"
	"  cchc-agent keygen FILE                   makes a key, prints its public half\n"
	"\n"
	"Exit: 0 done, 1 failed, 2 used wrongly, 3 (status) something is still on its "
	"way.\n"
	"Every key of the file is explained in config/agent.yaml.\n";

struct arguments {
	const char *config;
	char **operand; /* behind the command's name */
	int operands;
	enum cchc_status_format format;
	const char *date; /* task done */
	const char *result;
	const char *until; /* task wish */
	const char *reason;
};

static int misused(const char *why)
{
	(void)fprintf(stderr, "cchc-agent: %s\nTry: cchc-agent --help\n", why);
	return MISUSED;
}

static int failed(const struct cchc_err *err)
{
	(void)fprintf(stderr, "cchc-agent: %s\n", err->text);
	return FAILED;
}

/* ---- commands with a configuration ---- */

typedef int command(const struct arguments *arguments,
		    const struct cchc_settings *settings);

static int run(const struct arguments *arguments, const struct cchc_settings *settings)
{
	struct cchc_err err;

	(void)arguments;
	return cchc_agent_run(settings, PROGRAM, &err) ? failed(&err) : DONE;
}

static int status(const struct arguments *arguments, const struct cchc_settings *settings)
{
	struct cchc_err err;
	bool pending;

	if (cchc_status_print(settings, arguments->format, stdout, &pending, &err))
		return failed(&err);
	return pending ? PENDING : DONE;
}

static int tasks(const struct arguments *arguments, const struct cchc_settings *settings)
{
	struct cchc_err err;

	return cchc_tasklist_print(settings, arguments->format, stdout, &err)
		       ? failed(&err)
		       : DONE;
}

static int task(const struct arguments *arguments, const struct cchc_settings *settings)
{
	bool is_wish = strcmp(arguments->operand[0], "wish") == 0;
	struct cchc_task_command said = {
		.id = arguments->operand[1],
		.is_wish = is_wish,
		.day = is_wish ? arguments->until : arguments->date,
		.result = arguments->result,
		.reason = arguments->reason,
	};
	struct cchc_err err;

	return cchc_tasklist_say(settings, &said, stdout, &err) ? failed(&err) : DONE;
}

static int adopt(const struct arguments *arguments, const struct cchc_settings *settings)
{
	struct cchc_outbox_options options = cchc_agent_outbox(settings, false);
	struct cchc_outbox *box CCHC_CLEANUP(cchc_outbox_close) = NULL;
	struct cchc_err err;
	enum cchc_rc rc = cchc_outbox_open(&options, &box, &err);

	(void)arguments;
	if (rc)
		return failed(&err);
	rc = cchc_outbox_adopt(box);
	if (rc) {
		(void)cchc_fail(&err, rc, "%s: %s", settings->outbox, cchc_rc_name(rc));
		return failed(&err);
	}
	(void)printf("the next store that answers will be taken as the district's\n");
	return DONE;
}

static int check(const struct arguments *arguments, const struct cchc_settings *settings)
{
	struct cchc_key_pair key;
	struct cchc_err err;
	enum cchc_rc rc = cchc_keys_load(settings->key, &key, &err);

	explicit_bzero(&key, sizeof(key));
	if (rc)
		return failed(&err);
	(void)printf("%s: no mistakes\n", arguments->config);
	return DONE;
}

static void print_problems(struct cchc_problems *problems)
{
	cchc_problems_sort(problems);
	for (size_t i = 0; i < problems->n; i++) {
		char line[1024];

		(void)fprintf(stderr, "%s\n",
			      cchc_problem_line(&problems->list[i], line, sizeof(line)));
	}
}

static int with_settings(command *what, const struct arguments *arguments)
{
	struct cchc_settings settings;
	struct cchc_problems problems;
	struct cchc_arena names;
	int code = FAILED;

	if (!arguments->config)
		return misused("--config FILE is needed");
	cchc_arena_init(&names, 64 * 1024 * 1024);
	cchc_problems_init(&problems);
	if (cchc_agent_settings_load(arguments->config, &names, &problems, &settings)) {
		print_problems(&problems);
	} else {
		print_problems(&problems); /* warnings */
		code = what(arguments, &settings);
		cchc_agent_settings_fini(&settings);
	}
	cchc_problems_fini(&problems);
	cchc_arena_fini(&names);
	return code;
}

static int keygen(const struct arguments *arguments)
{
	struct cchc_key_pair pair;
	struct cchc_err err;

	if (arguments->operands != 1)
		return misused("keygen needs the name of the new file");
	if (cchc_keys_make(&pair, &err) ||
	    cchc_keys_save(arguments->operand[0], &pair, PROGRAM, &err))
		return failed(&err);
	(void)printf("%s\n", pair.public_key);
	return DONE;
}

/* ---- the command line ---- */

static bool says_when_done(const struct arguments *a)
{
	return a->date || a->result;
}

static bool says_until_when(const struct arguments *a)
{
	return a->until || a->reason;
}

/* NULL when the words and options of `task` fit together. */
static const char *task_misuse(const struct arguments *a)
{
	bool is_done = a->operands > 0 && strcmp(a->operand[0], "done") == 0;
	bool is_wish = a->operands > 0 && strcmp(a->operand[0], "wish") == 0;

	if ((!is_done && !is_wish) || a->operands != 2)
		return "task needs done or wish, and the id of the task";
	if (is_done && says_until_when(a))
		return "--until and --reason are for task wish";
	if (is_wish && says_when_done(a))
		return "--date and --result are for task done";
	if (is_wish && (!a->until || !a->reason))
		return "task wish needs --until and --reason";
	return NULL;
}

static int dispatch(const char *name, const struct arguments *arguments)
{
	static const struct {
		const char *name;
		command *what;
	} COMMANDS[] = {{"run", run},
			{"status", status},
			{"tasks", tasks},
			{"check", check},
			{"adopt", adopt}};
	const char *why;

	if (strcmp(name, "task") == 0) {
		why = task_misuse(arguments);
		return why ? misused(why) : with_settings(task, arguments);
	}
	if (says_when_done(arguments) || says_until_when(arguments))
		return misused("--date, --result, --until and --reason are for task");
	if (strcmp(name, "keygen") == 0)
		return keygen(arguments);
	for (size_t i = 0; i < CCHC_COUNT(COMMANDS); i++)
		if (strcmp(name, COMMANDS[i].name) == 0)
			return arguments->operands
				       ? misused("too many arguments")
				       : with_settings(COMMANDS[i].what, arguments);
	return misused("no such command");
}

/* Where the option's text goes. */
static const char **text_of(struct arguments *a, int option)
{
	switch (option) {
	case 'c':
		return &a->config;
	case 'd':
		return &a->date;
	case 'r':
		return &a->result;
	case 'u':
		return &a->until;
	default:
		return &a->reason;
	}
}

int main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"config", required_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'},
		{"date", required_argument, NULL, 'd'},
		{"result", required_argument, NULL, 'r'},
		{"until", required_argument, NULL, 'u'},
		{"reason", required_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	struct arguments arguments = {0};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'c':
		case 'd':
		case 'r':
		case 'u':
		case 'w':
			*text_of(&arguments, option) = optarg;
			break;
		case 'j':
			arguments.format = CCHC_STATUS_JSON;
			break;
		case 'h':
			(void)fputs(HELP, stdout);
			return DONE;
		case 'v':
			(void)printf("%s\n", PROGRAM);
			return DONE;
		default:
			return misused("see the line above");
		}
	}
	if (optind >= argc)
		return misused("a command is needed");
	arguments.operand = argv + optind + 1;
	arguments.operands = argc - optind - 1;
	cchc_digest_start();
	return dispatch(argv[optind], &arguments);
}
