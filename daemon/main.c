#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "app/daemon.h"
#include "app/life.h"

enum { EXIT_USAGE = 2 };

static const char HELP[] =
	"usage: cchcd [--config FILE] [--check-config]\n"
	"\n"
	"The district's daemon: takes figures from agents, keeps them, rolls them up.\n"
	"\n"
	"  -c, --config FILE   configuration (default /etc/cchcd/cchcd.yaml)\n"
	"  -t, --check-config  report every mistake in the configuration and exit\n"
	"  -V, --version       print the version and exit\n"
	"  -h, --help          print this help and exit\n";

int main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 't'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *config = "/etc/cchcd/cchcd.yaml";
	int check = 0;
	int option;

	while ((option = getopt_long(argc, argv, "c:tVh", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 't':
			check = 1;
			break;
		case 'V':
			(void)puts(cchc_program());
			return 0;
		case 'h':
			(void)fputs(HELP, stdout);
			return 0;
		default:
			(void)fputs(HELP, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "cchcd: %s: no such argument\n%s", argv[optind],
			      HELP);
		return EXIT_USAGE;
	}
	/* One heap for the loop, one for all other threads: each worker that had one of
	 * its own would keep a country's figures in it after a verify, 80 MB. */
	(void)mallopt(M_ARENA_MAX, 2);
	return check ? cchc_life_check(config) : cchc_life_run(config);
}
