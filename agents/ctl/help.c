#include "ctl/options.h"
#include "ctl/register.h"

static const char *const COMMANDS[CCHC_CTL_COMMANDS] = {
	[CCHC_CTL_NO_COMMAND] =
		"cchcctl – số liệu cải cách hành chính từ cchcd (figures from cchcd)\n"
		"\n"
		"usage: cchcctl [--config FILE] [--timeout SECONDS] COMMAND [OPTIONS]\n"
		"\n"
		"  appendix   the appendix of a unit and period (phụ lục số liệu)\n"
		"  explain    where one cell comes from, and who is missing (giải thích "
		"một ô)\n"
		"  watch      cells as they change (theo dõi trực tiếp)\n"
		"  journal    who changed what, and when (nhật ký)\n"
		"  status     the agents as the daemon knows them (tình trạng các đầu "
		"mối)\n"
		"  verify     compares the rollups with the journal (đối chiếu)\n"
		"  about      the daemon: store, receiving unit, forms (thông tin)\n"
		"  task       the register of tasks (sổ nhiệm vụ): add, import, list, "
		"show, extend,\n"
		"             report, accept, return, cancel, reopen, move\n"
		"  alerts     what is about to be late (cảnh báo): list, ack, silence, "
		"unsilence,\n"
		"             test-channel, watch\n"
		"  keygen     makes a key pair (tạo khóa)\n"
		"\n"
		"  --config FILE      settings, /etc/cchcd/ctl.yaml if not given\n"
		"  --timeout SECONDS  how long to wait for an answer (10; verify 600)\n"
		"  --version, --help; cchcctl COMMAND --help says more\n"
		"\n"
		"exit: 0 fine, 1 refused, 2 wrong usage or settings, 3 not found,\n"
		"      4 verify found a difference, 5 no answer\n",
	[CCHC_CTL_APPENDIX] =
		"usage: cchcctl appendix --period P [--unit CODE] [--scope S] [--format "
		"F]\n"
		"\n"
		"  --period P  2024-03, 2024-Q1, 2024-H1, 2024-9M, 2024, or \"Quý "
		"I/2024\"\n"
		"  --unit C    the unit's code; the receiving unit if not given\n"
		"  --scope S   total (own and below, the default), own, below, or report "
		"(the\n"
		"              form for the unit above)\n"
		"  --format F  table (the default), csv, json or html\n"
		"\n"
		"CSV columns: part,code,name,unit,state,value,reported,expected,detail. "
		"state is\n"
		"heading, figure, na, absent, withdrawn, differs or spread; value is a "
		"number in\n"
		"the row's unit with a decimal point, empty for every state but figure; "
		"detail is\n"
		"key=value;key=value: incomplete, the sums of a ratio's parts, least, "
		"median,\n"
		"most, how many units gave each value, own, declared, derived.\n",
	[CCHC_CTL_EXPLAIN] =
		"usage: cchcctl explain --period P --indicator I.2 [--unit CODE] "
		"[--scope S]\n"
		"                       [--json]\n"
		"\n"
		"The figures that entered a cell, with sender, time (+07:00) and journal "
		"number,\n"
		"the arithmetic, and which units are missing and why.\n"
		"\n"
		"  --period P     as for appendix\n"
		"  --indicator I  the full code of a row, such as I.2\n"
		"  --unit C       the receiving unit if not given\n"
		"  --scope S      total (the default), own, below or report\n"
		"  --json         the same for programs\n",
	[CCHC_CTL_WATCH] =
		"usage: cchcctl watch [--unit CODE] [--period P] [--json] [--once]\n"
		"\n"
		"The cells of a unit and all below it as they change: on a terminal a "
		"table that\n"
		"stands still, else a line for each change. Ctrl-C ends it.\n"
		"\n"
		"  --unit C    the receiving unit if not given\n"
		"  --period P  the current quarter by the daemon's clock if not given\n"
		"  --json      one JSON object a line: a snapshot, then changes\n"
		"  --once      ends after the first snapshot\n",
	[CCHC_CTL_STATUS] = "usage: cchcctl status\n"
			    "\n"
			    "The agents: last contact, the mark up to which all is "
			    "stored, and what waits or\n"
			    "was refused as they tell it themselves.\n",
	[CCHC_CTL_VERIFY] = "usage: cchcctl verify\n"
			    "\n"
			    "Has the daemon replay its journal and compare the result "
			    "with its figures and\n"
			    "rollups. Exit code 0: they agree; 4: they differ.\n",
	[CCHC_CTL_JOURNAL] =
		"usage: cchcctl journal --period P [--unit CODE] [--indicator I.2]\n"
		"\n"
		"Every change of the unit's own figures of the period: number, time "
		"(+07:00),\n"
		"sender, old and new; refused cells too.\n"
		"\n"
		"  --unit C       the receiving unit if not given\n"
		"  --indicator I  one row only\n",
	[CCHC_CTL_ABOUT] =
		"usage: cchcctl about\n"
		"\n"
		"The daemon: program, store, receiving unit, commit and forms.\n",
	[CCHC_CTL_KEYGEN] =
		"usage: cchcctl keygen FILE\n"
		"\n"
		"Makes a key pair in a new file of mode 0600 and prints the public key, "
		"which the\n"
		"daemon's operator enters with a role. Never writes over a file.\n",
};

void cchc_ctl_help(enum cchc_ctl_command command, FILE *out)
{
	fputs(COMMANDS[command] ? COMMANDS[command] : cchc_ctl_register_help(command),
	      out);
}
