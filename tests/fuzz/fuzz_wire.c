/* fuzz_wire.c - any bytes into every decoder of proto/wire.h.
 *
 * What is taken must encode again to as many bytes and be taken again; nothing may use
 * more than the arena's cap. Under libFuzzer (clang -fsanitize=fuzzer -DCCHC_LIBFUZZER)
 * the main below is left out; else it replays the files it is given, or mutates sound
 * frames for two seconds (CCHC_SEED replays, CCHC_ROUNDS bounds by number instead).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "proto/wire.h"
#include "random.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

typedef enum cchc_rc decoder(struct cchc_arena *arena, const void *bytes, size_t len,
			     ProtobufCMessage **message);

#define DECODER(name, type)                                                              \
	static enum cchc_rc decode_##name(struct cchc_arena *arena, const void *bytes,   \
					  size_t len, ProtobufCMessage **message)        \
	{                                                                                \
		struct cchc_err err = {.text = ""};                                      \
		type *decoded = NULL;                                                    \
		enum cchc_rc rc = cchc_wire_##name(arena, bytes, len, &decoded, &err);   \
                                                                                         \
		cchc_check((rc == CCHC_OK) == (decoded != NULL));                        \
		cchc_check((rc == CCHC_OK) == (err.text[0] == '\0'));                    \
		*message = decoded ? &decoded->base : NULL;                              \
		return rc;                                                               \
	}

DECODER(to_daemon, Cchc__ToDaemon)
DECODER(to_agent, Cchc__ToAgent)
DECODER(report, Cchc__Report)
DECODER(task_report, Cchc__TaskReport)
DECODER(ask, Cchc__Ask)
DECODER(answer, Cchc__Answer)
DECODER(publication, Cchc__Publication)

static decoder *const DECODERS[] = {decode_to_daemon,   decode_to_agent, decode_report,
				    decode_task_report, decode_ask,      decode_answer,
				    decode_publication};

static void try_one(decoder *decode, const uint8_t *bytes, size_t len)
{
	struct cchc_arena arena;
	struct cchc_arena second;
	ProtobufCMessage *message = NULL;
	uint8_t *again = NULL;
	size_t again_len = 0;

	cchc_arena_init(&arena, CCHC_DECODE_MEMORY_MAX);
	cchc_arena_init(&second, (size_t)2 * CCHC_DECODE_MEMORY_MAX);
	if (decode(&arena, bytes, len, &message) == CCHC_OK) {
		cchc_check(cchc_wire_encode(&second, message, &again, &again_len) ==
			   CCHC_OK);
		cchc_check(again_len == len);
		cchc_check(decode(&second, again, again_len, &message) == CCHC_OK);
	}
	cchc_check(arena.used <= CCHC_DECODE_MEMORY_MAX);
	cchc_arena_fini(&second);
	cchc_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < CCHC_COUNT(DECODERS); i++)
		try_one(DECODERS[i], bytes, len);
	return 0;
}

#ifndef CCHC_LIBFUZZER

enum { SEEDS = 10, OF_FIGURES = 5, FRAME = 2048, LOOP_MS = 2000 };

struct seed {
	uint8_t bytes[FRAME];
	size_t len;
};

static void keep(struct seed *seed, const ProtobufCMessage *message)
{
	seed->len = protobuf_c_message_get_packed_size(message);
	cchc_check(seed->len <= FRAME / 2);
	(void)protobuf_c_message_pack(message, seed->bytes);
}

/* A sound frame of each kind of nesting: mutations start from inside the grammar. */
static void make_figure_seeds(struct seed seed[OF_FIGURES])
{
	static uint8_t zeros[CCHC_DIGEST_BYTES];
	uint32_t rows[] = {1, 2, 3};
	int64_t values[] = {21, -5, 8066841050};
	Cchc__Unread unread = CCHC__UNREAD__INIT;
	Cchc__Unread *unreads[] = {&unread};
	Cchc__Report report = CCHC__REPORT__INIT;
	Cchc__FormHave form = CCHC__FORM_HAVE__INIT;
	Cchc__FormHave *forms[] = {&form, &form};
	Cchc__Hello hello = CCHC__HELLO__INIT;
	Cchc__ToDaemon to_daemon = CCHC__TO_DAEMON__INIT;
	Cchc__CellRefusal cell = CCHC__CELL_REFUSAL__INIT;
	Cchc__CellRefusal *cells[] = {&cell, &cell};
	Cchc__Refusals refusals = CCHC__REFUSALS__INIT;
	Cchc__Refusals *refused[] = {&refusals};
	Cchc__Ack ack = CCHC__ACK__INIT;
	Cchc__ToAgent to_agent = CCHC__TO_AGENT__INIT;
	Cchc__CellsAsk cells_ask = CCHC__CELLS_ASK__INIT;
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	Cchc__Detail detail = CCHC__DETAIL__INIT;
	Cchc__Detail *details[] = {&detail};
	Cchc__UnitCells unit_cells = CCHC__UNIT_CELLS__INIT;
	Cchc__UnitCells *lists[] = {&unit_cells};
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;

	unread.field = unread.value = "I.4";
	report.unit = report.form = "11986";
	report.row = rows;
	report.value = values;
	report.n_row = report.n_value = 3;
	report.unread = unreads;
	report.n_unread = 1;
	form.name = "cchc-2021";
	form.digest = (ProtobufCBinaryData){.len = sizeof(zeros), .data = zeros};
	hello.unit = "11986";
	hello.form = forms;
	hello.n_form = 2;
	to_daemon.version = to_agent.version = ask.version = publication.version = 1;
	to_daemon.kind = CCHC__TO_DAEMON__KIND__HELLO;
	to_daemon.hello = &hello;
	cell.field = cell.value = cell.expected = "x";
	refusals.cell = cells;
	refusals.n_cell = 2;
	ack.refused = refused;
	ack.n_refused = 1;
	to_agent.kind = CCHC__TO_AGENT__KIND__ACK;
	to_agent.ack = &ack;
	cells_ask.row = rows;
	cells_ask.n_row = 3;
	ask.kind = CCHC__ASK__KIND__CELLS;
	ask.cells = &cells_ask;
	unit.code = unit.name = unit.kind = unit.level = "xã";
	detail.value = values;
	detail.count = rows;
	detail.n_value = detail.n_count = 3;
	unit_cells.unit = &unit;
	unit_cells.form = "cchc-2021";
	unit_cells.detail = details;
	unit_cells.n_detail = 1;
	publication.cells = lists;
	publication.n_cells = 1;
	keep(&seed[0], &report.base);
	keep(&seed[1], &to_daemon.base);
	keep(&seed[2], &to_agent.base);
	keep(&seed[3], &ask.base);
	keep(&seed[4], &publication.base);
}

static void make_task_seeds(struct seed seed[SEEDS - OF_FIGURES])
{
	char *codes[] = {"11986", "11989"};
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;
	Cchc__UnitInfo *units[] = {&unit, &unit};
	Cchc__TaskInfo task = CCHC__TASK_INFO__INIT;
	Cchc__TaskInfo *tasks[] = {&task};
	Cchc__TaskLine line = CCHC__TASK_LINE__INIT;
	Cchc__TaskLine *lines[] = {&line};
	Cchc__Digest digest = CCHC__DIGEST__INIT;
	Cchc__Digest *digests[] = {&digest, &digest};
	Cchc__Down down = CCHC__DOWN__INIT;
	Cchc__DeliveryInfo delivery = CCHC__DELIVERY_INFO__INIT;
	Cchc__DeliveryInfo *deliveries[] = {&delivery, &delivery};
	Cchc__AlertInfo alert = CCHC__ALERT_INFO__INIT;
	Cchc__AlertInfo *alerts[] = {&alert};
	Cchc__TaskReport report = CCHC__TASK_REPORT__INIT;
	Cchc__Deed deed = CCHC__DEED__INIT;
	Cchc__ToAgent to_agent = CCHC__TO_AGENT__INIT;
	Cchc__Ask ask = CCHC__ASK__INIT;
	Cchc__Answer answer = CCHC__ANSWER__INIT;
	Cchc__Publication publication = CCHC__PUBLICATION__INIT;

	unit.code = unit.name = unit.kind = unit.level = "xã";
	task.id = task.class_ = task.title = "CV-12";
	task.state = CCHC__TASK_INFO__STATE__OPEN;
	task.lead = &unit;
	task.co = units;
	task.n_co = 2;
	line.sender = line.deed = "extend";
	line.before = line.after = &task;
	digest.text = "hôm nay";
	down.task = tasks;
	down.n_task = 1;
	down.digest = digests;
	down.n_digest = 2;
	delivery.channel = "thu";
	alert.key = alert.urgency = "info";
	alert.kind = CCHC__ALERT_INFO__KIND__STEP;
	alert.unit = &unit;
	alert.delivery = deliveries;
	alert.n_delivery = 2;
	report.unit = report.task = report.result = "CV-12";
	report.has_done = report.has_wish = 1;
	deed.kind = CCHC__DEED__KIND__ADD;
	deed.id = deed.title = "CV-12";
	deed.lead = deed.co = codes;
	deed.n_lead = deed.n_co = 2;
	to_agent.version = ask.version = answer.version = publication.version = 1;
	to_agent.kind = CCHC__TO_AGENT__KIND__DOWN;
	to_agent.down = &down;
	ask.kind = CCHC__ASK__KIND__DO;
	ask.deed = &deed;
	answer.kind = CCHC__ANSWER__KIND__TASKS;
	answer.task = tasks;
	answer.task_line = lines;
	answer.n_task = answer.n_task_line = 1;
	publication.alert = alerts;
	publication.n_alert = 1;
	keep(&seed[0], &report.base);
	keep(&seed[1], &to_agent.base);
	keep(&seed[2], &ask.base);
	keep(&seed[3], &answer.base);
	keep(&seed[4], &publication.base);
}

/* One small change: a byte set, put in or taken out, the end cut, a piece repeated. */
static size_t mutate(struct test_random *random, uint8_t *bytes, size_t len)
{
	static const uint8_t TELLING[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x08, 0x12, 0x22};
	size_t at = len > 0 ? test_random_below(random, (uint32_t)len) : 0;
	size_t piece = len - at < 16 ? len - at : 16;

	switch (test_random_below(random, 6)) {
	case 0:
		if (len > 0)
			bytes[at] ^= (uint8_t)(1u << test_random_below(random, 8));
		return len;
	case 1:
		if (len > 0)
			bytes[at] = TELLING[test_random_below(random, sizeof(TELLING))];
		return len;
	case 2:
		if (len > 0)
			memmove(bytes + at, bytes + at + 1, len - at - 1);
		return len > 0 ? len - 1 : 0;
	case 3:
		return at;
	default:
		if (len + piece > FRAME)
			return len;
		memmove(bytes + at + piece, bytes + at, len - at);
		return len + piece;
	}
}

static void mutate_for_a_while(void)
{
	static struct seed seed[SEEDS];
	struct test_random random = {.state = test_random_seed()};
	unsigned rounds = test_random_rounds(0);
	uint64_t until = cchc_clock_mono_ns() + UINT64_C(1000000) * LOOP_MS;
	uint8_t bytes[FRAME];
	unsigned n = 0;

	make_figure_seeds(seed);
	make_task_seeds(seed + OF_FIGURES);
	for (size_t i = 0; i < SEEDS; i++)
		(void)LLVMFuzzerTestOneInput(seed[i].bytes, seed[i].len);
	for (; rounds ? n < rounds : cchc_clock_mono_ns() < until; n++) {
		const struct seed *from = &seed[test_random_below(&random, SEEDS)];
		size_t len = from->len;

		memcpy(bytes, from->bytes, len);
		for (uint32_t i = test_random_below(&random, 8); i < 8; i++)
			len = mutate(&random, bytes, len);
		(void)LLVMFuzzerTestOneInput(bytes, len);
	}
	printf("%u frames\n", n);
}

static void replay(const char *path)
{
	static uint8_t bytes[2 * CCHC_FRAME_MAX];
	FILE *file = fopen(path, "rb");
	size_t len;

	cchc_check(file);
	len = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(bytes, len);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc == 1)
		mutate_for_a_while();
	return 0;
}

#endif
