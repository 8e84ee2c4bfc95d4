/* The list of channels: what is read, and every mistake with its place. */
#include "notifykit.h"

#include <stdio.h>

#include "io/yaml.h"

struct loaded {
	struct cchc_channel_settings *channel;
	size_t n;
	enum cchc_rc rc;
	struct cchc_problems problems;
};

static void load(struct kit *kit, struct loaded *l, const char *text)
{
	struct cchc_node *root;

	*l = (struct loaded){0};
	cchc_problems_init(&l->problems);
	assert_int_equal(cchc_yaml_parse(&kit->arena, "a.yaml", text, strlen(text),
					 &l->problems, &root),
			 CCHC_OK);
	l->rc = cchc_channels_load(&kit->arena, root, kit->dir, &l->channel, &l->n,
				   &l->problems);
	cchc_problems_sort(&l->problems);
}

static void done(struct loaded *l)
{
	cchc_problems_fini(&l->problems);
}

static void every_type_is_read(void **state)
{
	static const char TEXT[] =
		"- {name: bao-dong, type: alertmanager, url: \"http://127.0.0.1:9093/\", "
		"repeat_s: 30, at_once: 4}\n"
		"- {name: cong, type: webhook, url: \"https://a.example/x?y=1\", "
		"secret_file: secret, user: u, password_file: password, ca_file: "
		"ca.pem}\n"
		"- {name: thu, type: smtp, url: \"smtp://mail.example:587\", "
		"from: cchc@a.example, time_limit_s: 30}\n"
		"- {name: thu-2, type: smtp, url: \"smtps://mail.example\", "
		"from: cchc@a.example, tls: offered}\n"
		"- {name: sms, type: exec, program: /bin/true}\n"
		"- {name: nhat-ky, type: journal}\n";
	struct kit *kit = *state;
	struct loaded l;

	kit_write(kit, "secret", "  bí mật \n", 0600);
	kit_write(kit, "password", "right", 0400);
	kit_write(kit, "ca.pem", "", 0644);
	load(kit, &l, TEXT);
	assert_int_equal(l.rc, CCHC_OK);
	assert_int_equal(l.problems.n, 0);
	assert_int_equal(l.n, 6);
	assert_string_equal(l.channel[0].name, "bao-dong");
	assert_string_equal(l.channel[0].url, "http://127.0.0.1:9093/");
	assert_int_equal(l.channel[0].repeat_ms, 30000);
	assert_int_equal(l.channel[0].time_limit_ms, 10000);
	assert_int_equal(l.channel[0].at_once, 4);
	assert_string_equal(l.channel[1].secret, "bí mật");
	assert_string_equal(l.channel[1].user, "u");
	assert_string_equal(l.channel[1].password, "right");
	assert_string_equal(l.channel[1].ca_file, kit_path(kit, "ca.pem"));
	assert_int_equal(l.channel[2].type, CCHC_CHANNEL_SMTP);
	assert_string_equal(l.channel[2].from, "cchc@a.example");
	assert_true(l.channel[2].tls_required);
	assert_int_equal(l.channel[2].time_limit_ms, 30000);
	assert_null(l.channel[2].user);
	assert_false(l.channel[3].tls_required);
	assert_string_equal(l.channel[4].program, "/bin/true");
	assert_int_equal(l.channel[5].type, CCHC_CHANNEL_JOURNAL);
	assert_int_equal(l.channel[5].at_once, 1);
	done(&l);
}

static void no_list_is_no_channel(void **state)
{
	struct kit *kit = *state;
	struct cchc_problems problems;
	struct cchc_channel_settings *channels;
	size_t n = 1;

	cchc_problems_init(&problems);
	assert_int_equal(
		cchc_channels_load(&kit->arena, NULL, ".", &channels, &n, &problems),
		CCHC_OK);
	assert_int_equal(n, 0);
	cchc_problems_fini(&problems);
}

#define WEBHOOK "name: a, type: webhook, url: \"https://a.example\""
#define MAIL    "name: a, type: smtp, from: a@b.example, url: \"smtp://a.example\""

static void every_mistake_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *problem;
	} CASES[] = {
		{"channels: x\n", "a.yaml:1:1: a list of channels expected"},
		{"- x\n", "a.yaml:1:3: keys and values expected here"},
		{"- {type: journal}\n", "a.yaml:1:3: key \"name\" is missing"},
		{"- {name: a}\n", "a.yaml:1:3: key \"type\" is missing"},
		{"- {name: Thư, type: journal}\n",
		 "a.yaml:1:10: name: at most 31 of a-z, 0-9 and - expected"},
		{"- {name: a2345678901234567890123456789012, type: journal}\n",
		 "a.yaml:1:10: name: at most 31 of a-z, 0-9 and - expected"},
		{"- {name: a, type: sms, program: /bin/true}\n",
		 "a.yaml:1:19: type: alertmanager, webhook, smtp, exec or journal "
		 "expected"},
		{"- {name: a, type: journal}\n- {name: a, type: journal}\n",
		 "a.yaml:2:3: channel \"a\" stands twice"},
		{"- {name: a, type: journal, url: \"http://a\"}\n",
		 "a.yaml:1:28: unknown key \"url\""},
		{"- {name: a, type: webhook}\n", "a.yaml:1:3: key \"url\" is missing"},
		{"- {name: a, type: webhook, url: \"ftp://a\"}\n",
		 "a.yaml:1:33: url: an address like http://host:port or "
		 "https://host:port expected"},
		{"- {name: a, type: webhook, url: a.example}\n",
		 "a.yaml:1:33: url: an address like http://host:port or "
		 "https://host:port expected"},
		{"- {name: a, type: webhook, url: \"http://a:x\"}\n",
		 "a.yaml:1:33: url: an address like http://host:port or "
		 "https://host:port expected"},
		{"- {name: a, type: webhook, url: \"https://u:p@a\"}\n",
		 "a.yaml:1:33: url: say user and password_file instead"},
		{"- {" WEBHOOK ", user: u}\n",
		 "a.yaml:1:60: user: user and password_file go together"},
		{"- {" WEBHOOK ", password_file: fine}\n",
		 "a.yaml:1:3: user: user and password_file go together"},
		{"- {" WEBHOOK ", ca_file: none.pem}\n",
		 "a.yaml:1:63: ca_file: cannot be read"},
		{"- {" WEBHOOK ", secret_file: two-lines}\n",
		 "a.yaml:1:67: secret_file: one line of text expected in the file"},
		{"- {" WEBHOOK ", secret_file: empty}\n",
		 "a.yaml:1:67: secret_file: one line of text expected in the file"},
		{"- {" WEBHOOK ", secret_file: bytes}\n",
		 "a.yaml:1:67: secret_file: one line of text expected in the file"},
		{"- {" WEBHOOK ", time_limit_s: 0}\n",
		 "a.yaml:1:68: time_limit_s: \"0\" is not a whole number from 1 to 300"},
		{"- {" WEBHOOK ", at_once: 9}\n",
		 "a.yaml:1:63: at_once: \"9\" is not a whole number from 1 to 8"},
		{"- {" WEBHOOK ", repeat_s: 60}\n",
		 "a.yaml:1:54: unknown key \"repeat_s\""},
		{"- {name: a, type: alertmanager, url: \"http://a\", repeat_s: 300}\n",
		 "a.yaml:1:60: repeat_s: \"300\" is not a whole number from 1 to 240"},
		{"- {name: a, type: smtp, url: \"smtp://a\"}\n",
		 "a.yaml:1:3: key \"from\" is missing"},
		{"- {name: a, type: smtp, url: \"http://a\", from: a@b}\n",
		 "a.yaml:1:30: url: an address like smtp://host:port or "
		 "smtps://host:port expected"},
		{"- {name: a, type: smtp, url: \"smtp://a\", from: \"A <a@b>\"}\n",
		 "a.yaml:1:48: from: an e-mail address expected"},
		{"- {" MAIL ", tls: sometimes}\n",
		 "a.yaml:1:74: tls: required or offered (used where the server can) "
		 "expected"},
		{"- {name: a, type: exec}\n", "a.yaml:1:3: key \"program\" is missing"},
		{"- {name: a, type: exec, program: bin/true}\n",
		 "a.yaml:1:34: program: a path from / on expected"},
		{"- {name: a, type: exec, program: /bin/none}\n",
		 "a.yaml:1:34: program: there is no program of this name that may be "
		 "run"},
		{"- {name: a, type: exec, program: /bin}\n",
		 "a.yaml:1:34: program: there is no program of this name that may be "
		 "run"},
	};
	struct kit *kit = *state;
	char line[512];
	struct loaded l;
	int wrong = 0;

	kit_write(kit, "fine", "x\n", 0600);
	kit_write(kit, "two-lines", "a\nb\n", 0600);
	kit_write(kit, "empty", "\n", 0600);
	kit_write(kit, "bytes", "\x01\xff", 0600);
	for (size_t i = 0; i < CCHC_COUNT(CASES); i++) {
		load(kit, &l, CASES[i].text);
		assert_int_equal(l.rc, CCHC_INVALID);
		(void)cchc_problem_line(&l.problems.list[0], line, sizeof(line));
		if (l.problems.n != 1 || strcmp(line, CASES[i].problem) != 0) {
			print_error("%s%zu problems: %s\n", CASES[i].text, l.problems.n,
				    line);
			wrong++;
		}
		done(&l);
	}
	assert_int_equal(wrong, 0);
}

static void a_secret_that_others_may_read_is_refused(void **state)
{
	static const char TEXT[] = "- {" WEBHOOK ", secret_file: open}\n"
				   "- {" WEBHOOK ", secret_file: gone}\n";
	struct kit *kit = *state;
	struct loaded l;

	kit_write(kit, "open", "x\n", 0640);
	load(kit, &l, TEXT);
	assert_int_equal(l.rc, CCHC_INVALID);
	assert_non_null(strstr(l.problems.list[0].text, "group or others may use it"));
	assert_non_null(strstr(l.problems.list[2].text, "No such file"));
	done(&l);
}

static void a_password_that_goes_in_the_clear_is_warned_of(void **state)
{
	static const char *const TEXTS[] = {
		"- {name: a, type: webhook, url: \"http://a\", user: u, password_file: "
		"p}\n",
		"- {" MAIL ", tls: offered, user: u, password_file: p}\n",
	};
	struct kit *kit = *state;
	struct loaded l;

	kit_write(kit, "p", "x", 0600);
	for (size_t i = 0; i < CCHC_COUNT(TEXTS); i++) {
		load(kit, &l, TEXTS[i]);
		assert_int_equal(l.rc, CCHC_OK);
		assert_int_equal(l.problems.n, 1);
		assert_non_null(
			strstr(l.problems.list[0].text, "can be read on the way"));
		done(&l);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_begin, kit_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_type_is_read),
		TEST(no_list_is_no_channel),
		TEST(every_mistake_is_told_with_its_place),
		TEST(a_secret_that_others_may_read_is_refused),
		TEST(a_password_that_goes_in_the_clear_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
