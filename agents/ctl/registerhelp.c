#include "ctl/register.h"

#define DAYS "Days are written 2024-03-15 or 15/03/2024."

static const char *const COMMANDS[CCHC_CTL_COMMANDS] = {
	[CCHC_CTL_TASK] =
		"usage: cchcctl task COMMAND [OPTIONS]\n"
		"\n"
		"The register of tasks (sổ nhiệm vụ được giao). What changes something "
		"needs a key of\n"
		"role operator; --dry-run says only what would come of it.\n"
		"\n"
		"  add      a task, or one for each of several units (giao)\n"
		"  import   tasks from a CSV file (nhập tệp)\n"
		"  list     tasks (danh sách)\n"
		"  show     one task and its history (lịch sử)\n"
		"  extend   a later due date (gia hạn)\n"
		"  report   done, entered for the lead unit (nhập thay)\n"
		"  accept   what waits is done (xác nhận)\n"
		"  return   what waits is open again (trả lại)\n"
		"  cancel   (hủy)\n"
		"  reopen   what is done or cancelled is open again (mở lại)\n"
		"  move     to another lead unit (chuyển)\n"
		"\n"
		"cchcctl task COMMAND --help says more\n",
	[CCHC_CTL_TASK_ADD] =
		"usage: cchcctl task add --id ID --title T --lead CODE[,CODE]|all "
		"--assigned D\n"
		"                        [OPTIONS]\n"
		"\n"
		"One task for each lead unit: with several, ID/CODE each. Saying it "
		"again changes\n"
		"nothing; the same id with other content is refused. " DAYS "\n"
		"\n"
		"  --lead C, --units C   who does it (chủ trì): the receiving unit or "
		"one below\n"
		"                        it; all: every unit directly below\n"
		"  --co C[,C]            who co-operates (phối hợp)\n"
		"  --class NAME          class of alerts.yaml, the usual one if not "
		"given\n"
		"  --doc N --doc-date D  document it was given by (văn bản giao)\n"
		"  --assigner TEXT       who gave it (cơ quan giao)\n"
		"  --assigned D          when (ngày giao)\n"
		"  --due D               last day in time (hạn); \"trước D\" is the day "
		"before;\n"
		"                        without: thường xuyên\n"
		"  --done D --result N   it was done before it was entered, by which "
		"document\n"
		"  --dry-run             only says what would come of it\n",
	[CCHC_CTL_TASK_IMPORT] =
		"usage: cchcctl task import FILE [--dry-run]\n"
		"\n"
		"A CSV file (comma, semicolon or tab; UTF-8 or UTF-16) with a header of "
		"these\n"
		"names, in any order; the first four are needed:\n"
		"  id/mã, title/nội dung, units/đơn vị (codes, or all/tất cả), "
		"assigned/ngày giao,\n"
		"  co/phối hợp, class/loại, doc/số văn bản, doc_date/ngày văn bản,\n"
		"  assigner/cơ quan giao, due/hạn, done/ngày hoàn thành, "
		"result/kết quả,\n"
		"  state/trạng thái; STT and ghi chú are passed over\n"
		"What is wrong with a line is told with file:line, field, value and "
		"rule; it holds\n"
		"back no other line. A state that contradicts the dates is refused. "
		"Importing a\n"
		"file again changes nothing. " DAYS "\n"
		"\n"
		"exit: 1 when any was refused\n",
	[CCHC_CTL_TASK_LIST] =
		"usage: cchcctl task list [--state S] [--unit CODE] [--below] "
		"[--duties]\n"
		"                         [--format F] [--json]\n"
		"\n"
		"  --state S   open (and waiting, the default), waiting, overdue, soon "
		"(due\n"
		"              within seven days), done, cancelled, all\n"
		"  --unit C    that lead or co-operate; --below: also units below it\n"
		"  --duties    demanded reports too (báo cáo định kỳ)\n"
		"  --format F  table (the default), csv or json; --json is json\n",
	[CCHC_CTL_TASK_SHOW] = "usage: cchcctl task show ID [--json]\n"
			       "\n"
			       "A task, its extensions with reason and document, and "
			       "every entry about\n"
			       "it: number, time, who, old and new.\n",
	[CCHC_CTL_TASK_EXTEND] =
		"usage: cchcctl task extend ID --due D --reason TEXT --doc N "
		"[--dry-run]\n"
		"\n"
		"A later due date, granted by a document (gia hạn). " DAYS "\n",
	[CCHC_CTL_TASK_REPORT] =
		"usage: cchcctl task report ID --done D [--result N] [--dry-run]\n"
		"\n"
		"What the lead unit would say itself: done on D, by document N (nhập "
		"thay). It then\n"
		"waits for accept or return. " DAYS "\n",
	[CCHC_CTL_TASK_ACCEPT] = "usage: cchcctl task accept ID [--dry-run]\n"
				 "\n"
				 "What was reported done is done (xác nhận).\n",
	[CCHC_CTL_TASK_RETURN] =
		"usage: cchcctl task return ID --reason TEXT [--dry-run]\n"
		"\n"
		"What was reported done is not: open again (trả lại).\n",
	[CCHC_CTL_TASK_CANCEL] =
		"usage: cchcctl task cancel ID --reason TEXT [--dry-run]\n"
		"\n"
		"Need not be done any more (hủy); it leaves row I.4.\n",
	[CCHC_CTL_TASK_REOPEN] =
		"usage: cchcctl task reopen ID --reason TEXT [--dry-run]\n"
		"\n"
		"Done or cancelled is open again (mở lại).\n",
	[CCHC_CTL_TASK_MOVE] =
		"usage: cchcctl task move ID --lead CODE --reason TEXT [--dry-run]\n"
		"\n"
		"To another lead unit, with its history (chuyển).\n",
	[CCHC_CTL_ALERTS] =
		"usage: cchcctl alerts COMMAND [OPTIONS]\n"
		"\n"
		"  list          alerts that stand (cảnh báo)\n"
		"  ack           a person has taken note (đã nhận cảnh báo)\n"
		"  silence       not to be told for a while (tạm im)\n"
		"  unsilence     ends a silence\n"
		"  test-channel  hands a made-up alert to a channel (thử kênh)\n"
		"  watch         a line for each alert as it comes (theo dõi)\n"
		"\n"
		"list and watch are open to every key; the others need one of role "
		"operator.\n"
		"cchcctl alerts COMMAND --help says more\n",
	[CCHC_CTL_ALERTS_LIST] =
		"usage: cchcctl alerts list [--all] [--unit CODE] [--task ID] "
		"[--newest N] [--json]\n"
		"       cchcctl alerts list --silences [--json]\n"
		"\n"
		"Alerts that stand, each with its key and what became of it by each "
		"channel: waits\n"
		"(chờ gửi), handed (đã đưa), taken (đã gửi), given up (không gửi); and "
		"until when\n"
		"a silence holds it back (im lặng đến).\n"
		"\n"
		"  --unit C    of that unit; --task ID: of that task\n"
		"  --all       ended ones too, the newest N (1000)\n"
		"  --silences  the silences instead\n",
	[CCHC_CTL_ALERTS_ACK] = "usage: cchcctl alerts ack KEY --note TEXT\n"
				"\n"
				"Somebody saw to it (đã nhận): no further people are "
				"told. It stands until\n"
				"its cause is over. KEY is in alerts list; who took "
				"note is the name of the\n"
				"key that asks.\n",
	[CCHC_CTL_ALERTS_SILENCE] =
		"usage: cchcctl alerts silence [--unit CODE] [--task ID] [--step NAME]\n"
		"                              --until MOMENT|--for SPAN --note TEXT\n"
		"\n"
		"Alerts that match all that is given are raised but not handed to any "
		"channel.\n"
		"\n"
		"  --until M  \"2024-03-15 17:00\", or a day, to its end\n"
		"  --for S    90m, 4h, 2d\n",
	[CCHC_CTL_ALERTS_UNSILENCE] =
		"usage: cchcctl alerts unsilence NUMBER\n"
		"\n"
		"Ends a silence; its number: cchcctl alerts list --silences\n",
	[CCHC_CTL_ALERTS_TEST] =
		"usage: cchcctl alerts test-channel NAME [--to ADDRESS]\n"
		"\n"
		"Hands a made-up alert to the channel of that name in alerts.yaml, now, "
		"and says\n"
		"what it answered. exit: 1 when it did not take it\n"
		"\n"
		"  --to A  to that address; needed where the channel tells people (smtp, "
		"exec)\n",
	[CCHC_CTL_ALERTS_WATCH] =
		"usage: cchcctl alerts watch [--json] [--once]\n"
		"\n"
		"The alerts that stand, then a line for each new one, and when one is "
		"acknowledged\n"
		"or ends. Ctrl-C ends it.\n"
		"\n"
		"  --json  one JSON object a line: {news, alert}\n"
		"  --once  ends after those that stand\n",
};

const char *cchc_ctl_register_help(enum cchc_ctl_command command)
{
	return COMMANDS[command] ? COMMANDS[command] : "";
}
