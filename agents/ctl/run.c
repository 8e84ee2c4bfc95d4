#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "ctl/commands.h"
#include "ctl/register.h"

enum { ANSWERS_MAX = 256 * 1024 * 1024, SETTINGS_MAX = 1024 * 1024 };

static int exit_of(enum cchc_rc rc)
{
	switch (rc) {
	case CCHC_OK:
		return CCHC_CTL_EXIT_FINE;
	case CCHC_NOTFOUND:
		return CCHC_CTL_EXIT_NOTFOUND;
	case CCHC_BUSY:
		return CCHC_CTL_EXIT_NO_ANSWER;
	default:
		return CCHC_CTL_EXIT_FAILED;
	}
}

static int tell(const struct cchc_err *err, enum cchc_rc rc, int code)
{
	fprintf(stderr, "cchcctl: %s\n", err->text[0] ? err->text : cchc_rc_name(rc));
	return code;
}

static int make_keys(const char *path)
{
	struct cchc_key_pair pair;
	struct cchc_err err = {0};
	enum cchc_rc rc = cchc_keys_make(&pair, &err);

	if (rc == CCHC_OK)
		rc = cchc_keys_save(path, &pair, "cchcctl", &err);
	if (rc != CCHC_OK)
		return tell(&err, rc, CCHC_CTL_EXIT_FAILED);
	printf("public: %s\n", pair.public_key);
	explicit_bzero(&pair, sizeof(pair));
	return CCHC_CTL_EXIT_FINE;
}

static enum cchc_rc run_command(struct cchc_ctl_session *session, bool *agrees,
				struct cchc_err *err)
{
	switch (session->options->command) {
	case CCHC_CTL_APPENDIX:
		return cchc_ctl_appendix_run(session, err);
	case CCHC_CTL_EXPLAIN:
		return cchc_ctl_explain_run(session, err);
	case CCHC_CTL_WATCH:
		return cchc_ctl_watch_run(session, err);
	case CCHC_CTL_JOURNAL:
		return cchc_ctl_journal_run(session, err);
	case CCHC_CTL_STATUS:
		return cchc_ctl_status_run(session, err);
	case CCHC_CTL_ABOUT:
		return cchc_ctl_about_run(session, err);
	case CCHC_CTL_VERIFY:
		return cchc_ctl_verify_run(session, agrees, err);
	default:
		return cchc_ctl_register_run(session, err);
	}
}

/* A full disk or a closed pipe must not look like a whole answer. */
static enum cchc_rc flush(enum cchc_rc rc, FILE *out, struct cchc_err *err)
{
	bool failed = fflush(out) != 0 || ferror(out);

	if (rc == CCHC_OK && failed)
		return cchc_fail(err, CCHC_IO, "cannot write the output");
	return rc;
}

static int run_connected(const struct cchc_ctl_options *options,
			 const struct cchc_ctl_settings *settings)
{
	struct cchc_arena arena;
	struct cchc_err err = {0};
	struct cchc_ctl_session session = {
		.options = options, .arena = &arena, .out = stdout};
	bool agrees = true;
	enum cchc_rc rc;

	cchc_arena_init(&arena, ANSWERS_MAX);
	rc = cchc_ctl_link_open(settings, options->timeout_ms, &session.link, &err);
	if (rc == CCHC_OK) {
		rc = cchc_ctl_link_greet(session.link, &err);
		if (rc == CCHC_OK)
			rc = flush(run_command(&session, &agrees, &err), stdout, &err);
	} else if (rc == CCHC_NOTFOUND) {
		rc = CCHC_DENIED; /* a key file that is not there, not what was asked for
				   */
	}
	cchc_ctl_link_close(&session.link);
	cchc_form_free(&session.form);
	cchc_arena_fini(&arena);
	if (rc != CCHC_OK)
		return tell(&err, rc, exit_of(rc));
	return agrees ? CCHC_CTL_EXIT_FINE : CCHC_CTL_EXIT_DIFFERS;
}

static int run_configured(const struct cchc_ctl_options *options)
{
	struct cchc_arena arena;
	struct cchc_problems problems;
	struct cchc_ctl_settings settings;
	int code = CCHC_CTL_EXIT_USAGE;

	cchc_arena_init(&arena, SETTINGS_MAX);
	cchc_problems_init(&problems);
	if (cchc_ctl_settings_load(&arena, options->config, &problems, &settings) ==
	    CCHC_OK)
		code = run_connected(options, &settings);
	cchc_problems_sort(&problems);
	for (size_t i = 0; i < problems.n; i++) {
		char line[1024];

		fprintf(stderr, "cchcctl: %s\n",
			cchc_problem_line(&problems.list[i], line, sizeof(line)));
	}
	cchc_problems_fini(&problems);
	cchc_arena_fini(&arena);
	return code;
}

int cchc_ctl_run(int argc, char *const *argv)
{
	struct cchc_ctl_options options;
	struct cchc_err err = {0};
	enum cchc_rc rc = cchc_ctl_options_parse(argc, argv, &options, &err);

	if (rc != CCHC_OK)
		return tell(&err, rc, CCHC_CTL_EXIT_USAGE);
	if (options.help || options.version) {
		if (options.help)
			cchc_ctl_help(options.command, stdout);
		else
			puts("cchcctl " CCHC_VERSION);
		return exit_of(flush(CCHC_OK, stdout, &err));
	}
	if (options.command == CCHC_CTL_KEYGEN)
		return make_keys(options.file);
	return run_configured(&options);
}
