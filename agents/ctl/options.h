#ifndef CCHC_CTL_OPTIONS_H
#define CCHC_CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/fail.h"
#include "core/form.h"
#include "proto/wire.h"

/* What was asked for on the command line, checked as far as it can be without the daemon.
 */

enum cchc_ctl_command {
	CCHC_CTL_NO_COMMAND,
	CCHC_CTL_APPENDIX,
	CCHC_CTL_EXPLAIN,
	CCHC_CTL_WATCH,
	CCHC_CTL_STATUS,
	CCHC_CTL_VERIFY,
	CCHC_CTL_JOURNAL,
	CCHC_CTL_ABOUT,
	CCHC_CTL_KEYGEN,
	CCHC_CTL_TASK, /* of two words: the first alone */
	CCHC_CTL_TASK_ADD,
	CCHC_CTL_TASK_IMPORT,
	CCHC_CTL_TASK_LIST,
	CCHC_CTL_TASK_SHOW,
	CCHC_CTL_TASK_EXTEND,
	CCHC_CTL_TASK_REPORT,
	CCHC_CTL_TASK_ACCEPT,
	CCHC_CTL_TASK_RETURN,
	CCHC_CTL_TASK_CANCEL,
	CCHC_CTL_TASK_REOPEN,
	CCHC_CTL_TASK_MOVE,
	CCHC_CTL_ALERTS,
	CCHC_CTL_ALERTS_LIST,
	CCHC_CTL_ALERTS_ACK,
	CCHC_CTL_ALERTS_SILENCE,
	CCHC_CTL_ALERTS_UNSILENCE,
	CCHC_CTL_ALERTS_TEST,
	CCHC_CTL_ALERTS_WATCH,
	CCHC_CTL_COMMANDS,
};

enum cchc_ctl_format {
	CCHC_CTL_TABLE,
	CCHC_CTL_CSV,
	CCHC_CTL_JSON,
	CCHC_CTL_HTML,
	CCHC_CTL_FORMATS,
};

struct cchc_ctl_options {
	enum cchc_ctl_command command;
	bool help;
	bool version;
	bool json;
	bool once;
	const char *config;        /* texts are lent from argv */
	unsigned timeout_ms;       /* 0: not given */
	const char *unit;          /* NULL: the receiving unit */
	struct cchc_period period; /* year 0: not given */
	enum cchc_scope scope;
	enum cchc_ctl_format format;
	const char *indicator; /* NULL: not given */
	const char *file;      /* keygen, task import */
	/* tasks and alerts: texts are NULL, days CCHC_DAY_NONE where not given */
	const char *id; /* of a task */
	const char *title;
	const char *leads; /* codes, or "all" */
	const char *co;    /* codes */
	const char *class_name;
	const char *doc;
	const char *assigner;
	const char *result;
	const char *reason;
	const char *step;
	const char *note;
	const char *key; /* of an alert, number of a silence, name of a channel */
	const char *to;
	cchc_day doc_date;
	cchc_day assigned;
	cchc_day due;
	cchc_day done;
	Cchc__TasksAsk__Which which; /* open, if not given */
	uint32_t newest;             /* 0: not given */
	int64_t until_ms;            /* 0: not given */
	int64_t span_ms;             /* 0: not given */
	bool below;
	bool duties;
	bool all;
	bool silences;
	bool dry_run;
};

/* INVALID with a text that names the option, the value and what is accepted. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_options_parse(int argc, char *const *argv,
						   struct cchc_ctl_options *options,
						   struct cchc_err *err);
const char *cchc_ctl_command_name(enum cchc_ctl_command command);
/* The help of a command, or of the program. */
void cchc_ctl_help(enum cchc_ctl_command command, FILE *out);

#endif
