#include "agentkit.h"

static void open_box(struct kit *kit)
{
	struct cchc_outbox_options options = {.path = kit->path,
					      .unit = "11986",
					      .max_bytes = kit->max_bytes,
					      .keep_bytes = kit->keep_bytes,
					      .keep_ms = kit->keep_ms};
	struct cchc_err err = {.text = ""};

	if (cchc_outbox_open(&options, &kit->box, &err) != CCHC_OK)
		fail_msg("%s", err.text);
}

void kit_reopen(struct kit *kit)
{
	cchc_outbox_close(&kit->box);
	open_box(kit);
}

struct kit *kit_new(void)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	assert_non_null(kit);
	(void)snprintf(kit->dir, sizeof(kit->dir), "/tmp/test_agent.XXXXXX");
	assert_non_null(mkdtemp(kit->dir));
	(void)snprintf(kit->path, sizeof(kit->path), "%s/outbox.mdb", kit->dir);
	kit->max_bytes = 4 * KIT_MB;
	kit->keep_bytes = KIT_MB;
	kit->keep_ms = 7 * KIT_DAY_MS;
	cchc_arena_init(&kit->arena, 64 * KIT_MB);
	open_box(kit);
	return kit;
}

void kit_remove(const char *dir)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	assert_int_equal(system(command), 0);
}

void kit_free(struct kit *kit)
{
	cchc_outbox_close(&kit->box);
	cchc_arena_fini(&kit->arena);
	kit_remove(kit->dir);
	free(kit);
}

int kit_setup(void **state)
{
	cchc_digest_start();
	*state = kit_new();
	return 0;
}

int kit_teardown(void **state)
{
	kit_free(*state);
	return 0;
}

struct cchc_outbox_state kit_look(struct kit *kit)
{
	struct cchc_outbox_state state = {0};

	assert_int_equal(cchc_outbox_look(kit->box, &state), CCHC_OK);
	return state;
}

struct cchc_item kit_item(struct kit *kit, const char *source, uint32_t first, size_t n,
			  int64_t base)
{
	Cchc__Report report = CCHC__REPORT__INIT;
	struct cchc_item item = {.kind = CCHC__PUSH__KIND__REPORT, .n_lines = n};
	uint32_t *row = cchc_arena_array(&kit->arena, n, sizeof(*row));
	int64_t *value = cchc_arena_array(&kit->arena, n, sizeof(*value));
	uint32_t *line = cchc_arena_array(&kit->arena, n, sizeof(*line));
	uint8_t *body;

	assert_true(row && value && line);
	for (size_t i = 0; i < n; i++) {
		row[i] = first + (uint32_t)i;
		value[i] = base + row[i];
		line[i] = row[i] + 1;
	}
	report.unit = (char[]){"11986"};
	report.form = (char[]){"cchc-2021"};
	report.revision = 1;
	report.period = KIT_PERIOD;
	report.source = cchc_arena_text(&kit->arena, source, strlen(source));
	report.row = row;
	report.value = value;
	report.n_row = report.n_value = n;
	assert_int_equal(
		cchc_wire_encode(&kit->arena, &report.base, &body, &item.body_len),
		CCHC_OK);
	item.body = body;
	item.line = line;
	return item;
}

enum cchc_rc kit_push_items(struct kit *kit, const char *name,
			    const struct cchc_item *item, size_t n, uint64_t *id)
{
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct cchc_file file = {.kind = CCHC_FILE_TAKEN,
				 .form = "cchc-2021",
				 .revision = 1,
				 .period = KIT_PERIOD,
				 .taken_ms = KIT_WALL,
				 .text = ""};
	enum cchc_rc rc;

	(void)snprintf(file.name, sizeof(file.name), "%s", name);
	cchc_digest_file(name, strlen(name), digest);
	rc = cchc_outbox_push(kit->box, &file, item, n, digest);
	if (!rc && id)
		*id = file.id;
	return rc;
}

uint64_t kit_push(struct kit *kit, const char *name, uint32_t first, size_t n,
		  int64_t base)
{
	struct cchc_item item = kit_item(kit, name, first, n, base);
	uint64_t id = 0;

	assert_int_equal(kit_push_items(kit, name, &item, 1, &id), CCHC_OK);
	return id;
}

uint64_t kit_number(struct kit *kit, uint64_t up_to)
{
	uint64_t given = 0;

	assert_int_equal(cchc_outbox_number(kit->box, up_to, 64, KIT_WALL, &given),
			 CCHC_OK);
	return given;
}

struct cchc_sent kit_sent(struct kit *kit, uint64_t seq)
{
	struct cchc_sent sent = {0};

	assert_int_equal(cchc_outbox_sent(kit->box, &kit->arena, seq, &sent), CCHC_OK);
	return sent;
}

enum cchc_rc kit_ack_cell(struct kit *kit, uint64_t mark, uint64_t refused_seq,
			  Cchc__CellRefusal *cell)
{
	Cchc__CellRefusal *cells[] = {cell};
	Cchc__Refusals refusals = CCHC__REFUSALS__INIT;
	Cchc__Refusals *refused[] = {&refusals};
	Cchc__Ack ack = CCHC__ACK__INIT;

	refusals.seq = refused_seq;
	refusals.cell = cells;
	refusals.n_cell = 1;
	ack.epoch = kit_look(kit).epoch;
	ack.mark = mark;
	ack.credit = mark + 8;
	ack.refused = refused;
	ack.n_refused = refused_seq ? 1 : 0;
	return cchc_outbox_ack(kit->box, &ack, KIT_WALL);
}

enum cchc_rc kit_ack(struct kit *kit, uint64_t mark, uint64_t refused_seq, uint32_t index)
{
	Cchc__CellRefusal cell = CCHC__CELL_REFUSAL__INIT;

	cell.index = index;
	cell.rule = CCHC_RULE_NEGATIVE;
	cell.field = (char[]){"I.1"};
	cell.value = (char[]){"-1"};
	cell.expected = (char[]){"0"};
	return kit_ack_cell(kit, mark, refused_seq, &cell);
}

int64_t kit_accepted(struct kit *kit, uint32_t row)
{
	struct cchc_figure figure;

	if (cchc_outbox_accepted(kit->box, "cchc-2021", KIT_PERIOD, row, &figure))
		return INT64_MIN;
	return figure.value;
}

struct cchc_held_cell kit_held(uint32_t row, int64_t value, uint64_t epoch, uint64_t seq)
{
	return (struct cchc_held_cell){
		.form = "cchc-2021",
		.period = KIT_PERIOD,
		.row = row,
		.figure = {.state = CCHC_FIGURE, .value = value},
		.epoch = epoch,
		.seq = seq,
	};
}

Cchc__Report *kit_report(struct kit *kit, const uint8_t *body, size_t len)
{
	Cchc__Report *report = NULL;

	assert_int_equal(cchc_wire_report(&kit->arena, body, len, &report, NULL),
			 CCHC_OK);
	return report;
}
