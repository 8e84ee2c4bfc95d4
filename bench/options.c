#include "bench/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>

#include "proto/limits.h"
#include "bench/world.h"

static unsigned number_of(const char *text, unsigned most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value > most)
		die(text, "a whole number in bounds is expected");
	return (unsigned)value;
}

static void read_option(struct options *o, int option)
{
	switch (option) {
	case 'u':
		o->units = optarg;
		break;
	case 'f':
		o->form = optarg;
		break;
	case 'e':
		o->endpoint = optarg;
		break;
	case 'W':
		o->watch = optarg;
		break;
	case 'l':
		o->ledger = optarg;
		break;
	case 'a':
		o->agents = number_of(optarg, AGENTS_MAX);
		break;
	case 'w':
		o->window = number_of(optarg, WINDOW_MAX);
		break;
	case 'c':
		o->cells = number_of(optarg, CCHC_CELLS_MAX);
		break;
	case 'm':
		o->messages = number_of(optarg, 10000000);
		break;
	case 'P':
		o->pace_ms = number_of(optarg, 60000);
		break;
	case 's':
		o->seed = number_of(optarg, UINT32_MAX);
		break;
	case 'i':
		o->wide = true;
		break;
	case 'r':
		o->random = true;
		break;
	case 'R':
		o->repeat = true;
		break;
	default:
		if (option != 'p' || !cchc_period_parse(optarg, &o->period))
			die("option", "wrong; see the head of bench/load.c");
	}
}

void options_read(int argc, char **argv, struct options *o)
{
	static const struct option LONG[] = {
		{"units", required_argument, NULL, 'u'},
		{"form", required_argument, NULL, 'f'},
		{"endpoint", required_argument, NULL, 'e'},
		{"watch", required_argument, NULL, 'W'},
		{"ledger", required_argument, NULL, 'l'},
		{"agents", required_argument, NULL, 'a'},
		{"window", required_argument, NULL, 'w'},
		{"cells", required_argument, NULL, 'c'},
		{"messages", required_argument, NULL, 'm'},
		{"pace", required_argument, NULL, 'P'},
		{"seed", required_argument, NULL, 's'},
		{"period", required_argument, NULL, 'p'},
		{"wide", no_argument, NULL, 'i'},
		{"random", no_argument, NULL, 'r'},
		{"repeat", no_argument, NULL, 'R'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", LONG, NULL)) != -1)
		read_option(o, option);
	if (argc - optind != 2 || !o->units || o->agents == 0)
		die("arguments",
		    "a command, a folder, --units and --agents are expected");
	if (o->window == 0 || o->cells == 0)
		die("arguments", "a window and cells of at least 1 are expected");
	o->command = argv[optind];
	o->dir = argv[optind + 1];
}
