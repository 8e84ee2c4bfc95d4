#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/check.h"
#include "storekit.h"

static struct kit kit;

/* ---- opening ---- */

static void a_store_keeps_its_identity_and_its_entries(void **state)
{
	struct sender sender = sender_of(7, 0x11);
	struct cchc_entry entry = entry_next(&sender, CCHC_ENTRY_SKIP, 1);
	struct cchc_store before = kit.store;
	struct cchc_err err;

	(void)state;
	assert_int_equal(kit_commit_number(&kit), 0);
	(void)kit_apply(&kit, &entry, 1);
	cchc_store_close(&kit.store);
	assert_null(kit.store.env);
	assert_int_equal(cchc_store_open(&kit.store, kit.path, KIT_MAP, &err), CCHC_OK);
	assert_memory_equal(kit.store.id, before.id, sizeof(before.id));
	assert_true(kit.store.incarnation == before.incarnation);
	assert_int_equal(kit_commit_number(&kit), 1);
}

static void a_tool_reads_what_is_there_and_makes_nothing(void **state)
{
	struct cchc_store store = {.env = NULL};
	struct cchc_err err;
	struct cchc_txn txn;
	char missing[192];

	(void)state;
	(void)snprintf(missing, sizeof(missing), "%s.missing", kit.path);
	assert_int_equal(cchc_store_open_read_only(&store, missing, &err), CCHC_NOTFOUND);
	assert_int_equal(access(missing, F_OK), -1);
	cchc_store_close(&kit.store);
	assert_int_equal(cchc_store_open_read_only(&store, kit.path, &err), CCHC_OK);
	cchc_txn_write(&txn, store.env);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_DENIED);
	cchc_store_close(&store);
	assert_int_equal(cchc_store_open(&kit.store, kit.path, KIT_MAP, &err), CCHC_OK);
}

static void rewrite_identity(const void *bytes, size_t len)
{
	struct cchc_key key = cchc_key_meta("store");
	struct cchc_txn txn;

	cchc_txn_write(&txn, kit.store.env);
	if (bytes)
		cchc_table_put(&txn, CCHC_TABLE_META, &key, bytes, len);
	else
		cchc_table_delete(&txn, CCHC_TABLE_META, &key);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	cchc_store_close(&kit.store);
}

static void a_store_of_another_format_is_refused_with_a_text(void **state)
{
	static const uint8_t SOUND[28] = {0, 0, 0, CCHC_STORE_FORMAT};
	static const uint8_t NEWER[40] = {0, 0, 0, CCHC_STORE_FORMAT + 1};
	static const struct {
		const void *bytes;
		size_t len;
		enum cchc_rc rc;
		const char *text;
	} TABLE[] = {
		{NEWER, sizeof(NEWER), CCHC_INVALID, "format 2"},
		{SOUND, 20, CCHC_CORRUPT, "damaged"},
		{NULL, 0, CCHC_INVALID, "not a store"},
		{SOUND, sizeof(SOUND), CCHC_OK, NULL},
	};
	struct cchc_err err;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		kit_close(&kit);
		kit_open(&kit);
		rewrite_identity(TABLE[i].bytes, TABLE[i].len);
		assert_int_equal(cchc_store_open(&kit.store, kit.path, KIT_MAP, &err),
				 TABLE[i].rc);
		if (TABLE[i].text)
			assert_non_null(strstr(err.text, TABLE[i].text));
	}
}

/* LMDB writes a meta page with every commit that it does not skip as empty. */
static uint32_t sum_of_meta_pages(void)
{
	char pages[8192];
	FILE *file = fopen(kit.path, "r");

	assert_non_null(file);
	assert_int_equal(fread(pages, 1, sizeof(pages), file), sizeof(pages));
	(void)fclose(file);
	return cchc_crc32c(0, pages, sizeof(pages));
}

static void a_touch_reaches_the_disk_and_changes_nothing(void **state)
{
	uint32_t sum = kit_sum(&kit, CCHC_TABLE_META);
	uint32_t pages = sum_of_meta_pages();
	struct cchc_txn txn;

	(void)state;
	cchc_txn_write(&txn, kit.store.env);
	cchc_store_touch(&txn);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
	assert_int_equal(kit_sum(&kit, CCHC_TABLE_META), sum);
	assert_int_not_equal(sum_of_meta_pages(), pages);
	assert_int_equal(kit_commit_number(&kit), 0);
}

/* ---- ids ---- */

static struct cchc_entry units_entry(struct cchc_entry_unit *units, size_t n)
{
	return (struct cchc_entry){
		.kind = CCHC_ENTRY_UNITS, .units = units, .n_units = n};
}

static enum cchc_rc on_unit(void *data, uint32_t id, const char *code,
			    cchc_day valid_from)
{
	char *said = data;
	size_t len = strlen(said);

	(void)snprintf(said + len, 128 - len, "%u %s %d, ", id, code,
		       valid_from == CCHC_DAY_NONE ? 0 : valid_from);
	return CCHC_OK;
}

static void unit_ids_are_given_once_to_a_code_and_its_day(void **state)
{
	struct cchc_entry_unit units[] = {{1, "33", CCHC_DAY_NONE},
					  {2, "12004", CCHC_DAY_NONE},
					  {5, "12004", 20270}};
	struct cchc_entry_unit more[] = {{2, "12004", CCHC_DAY_NONE},
					 {6, "11992", 20270}};
	struct cchc_entry entry = units_entry(units, CCHC_COUNT(units));
	char said[128] = "";
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
	entry = units_entry(more, CCHC_COUNT(more));
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
	cchc_txn_read(&txn, kit.store.env);
	assert_int_equal(cchc_store_unit_id(&txn, "33", CCHC_DAY_NONE), 1);
	assert_int_equal(cchc_store_unit_id(&txn, "12004", CCHC_DAY_NONE), 2);
	assert_int_equal(cchc_store_unit_id(&txn, "12004", 20270), 5);
	assert_int_equal(cchc_store_unit_id(&txn, "12004", 20271), 0);
	assert_int_equal(cchc_store_unit_id(&txn, "1200400000000000000", 20271), 0);
	assert_int_equal(cchc_store_next_unit_id(&txn), 7);
	cchc_store_each_unit(&txn, on_unit, said);
	assert_string_equal(said, "6 11992 20270, 2 12004 0, 5 12004 20270, 1 33 0, ");
	assert_false(cchc_store_unit_is_used(&txn, 2));
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

static void an_id_is_never_given_to_another_unit(void **state)
{
	static const struct {
		const char *why;
		struct cchc_entry_unit unit;
	} TABLE[] = {
		{"another id for a known unit", {3, "33", CCHC_DAY_NONE}},
		{"a known id for another unit", {2, "33", 20270}},
		{"an id from before", {1, "34", CCHC_DAY_NONE}},
		{"no code", {3, "", CCHC_DAY_NONE}},
		{"a code too long", {3, "1234567890123456", CCHC_DAY_NONE}},
	};
	struct cchc_entry_unit given = {2, "33", CCHC_DAY_NONE};
	struct cchc_entry entry = units_entry(&given, 1);

	(void)state;
	(void)kit_apply(&kit, &entry, 0);
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct cchc_entry_unit unit = TABLE[i].unit;

		entry = units_entry(&unit, 1);
		if (kit_try(&kit, &entry) != CCHC_INVALID)
			fail_msg("%s", TABLE[i].why);
	}
}

static struct cchc_entry form_entry(uint16_t form, uint32_t revision, const char *name,
				    const char *text)
{
	return (struct cchc_entry){.kind = CCHC_ENTRY_FORM,
				   .form = form,
				   .revision = revision,
				   .source = name,
				   .text = text,
				   .text_len = strlen(text)};
}

struct forms {
	size_t n;
	size_t stop; /* after so many */
	char said[4][64];
};

static enum cchc_rc on_form(void *data, const struct cchc_stored_form *form)
{
	struct forms *forms = data;
	uint8_t digest[32];

	cchc_digest_file(form->text, form->text_len, digest);
	assert_memory_equal(digest, form->digest, sizeof(digest));
	(void)snprintf(forms->said[forms->n++], 64, "%u/%u %s %.*s", form->id,
		       form->revision, form->name, (int)form->text_len,
		       (const char *)form->text);
	return forms->n == forms->stop ? CCHC_LIMIT : CCHC_OK;
}

static void forms_are_kept_by_id_and_revision(void **state)
{
	struct cchc_entry entries[] = {form_entry(1, 2, "cchc-2021", "two"),
				       form_entry(2, 1, "other", "x"),
				       form_entry(1, 1, "cchc-2021", "one"),
				       form_entry(1, 2, "cchc-2021", "two")};
	struct forms forms = {0};
	struct forms cut = {.stop = 2};
	struct cchc_txn txn;

	(void)state;
	for (size_t i = 0; i < CCHC_COUNT(entries); i++)
		assert_int_equal(kit_apply(&kit, &entries[i], 0).applied, CCHC_APPLIED);
	cchc_txn_read(&txn, kit.store.env);
	cchc_store_each_form(&txn, on_form, &forms);
	assert_int_equal(forms.n, 3);
	assert_string_equal(forms.said[0], "1/1 cchc-2021 one");
	assert_string_equal(forms.said[1], "1/2 cchc-2021 two");
	assert_string_equal(forms.said[2], "2/1 other x");
	assert_int_equal(cchc_store_form_id(&txn, "other"), 2);
	assert_int_equal(cchc_store_form_id(&txn, "cchc"), 0);
	assert_int_equal(cchc_store_next_form_id(&txn), 3);
	cchc_store_each_form(&txn, on_form, &cut);
	assert_int_equal(cut.n, 2);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_LIMIT);
}

static void a_form_is_never_another_one_later(void **state)
{
	struct cchc_entry first = form_entry(1, 1, "cchc-2021", "one");
	struct cchc_entry wrong[] = {
		form_entry(1, 1, "cchc-2021", "changed"),
		form_entry(2, 1, "cchc-2021", "one"),
		form_entry(1, 2, "other", "one"),
		form_entry(0, 1, "none", "one"),
		form_entry(3, 1, "", "one"),
		form_entry(3, 1,
			   "a-name-of-sixty-four-bytes-or-more-is-refused-as-it-is-too-"
			   "long-x",
			   "one"),
	};

	(void)state;
	(void)kit_apply(&kit, &first, 0);
	for (size_t i = 0; i < CCHC_COUNT(wrong); i++)
		assert_int_equal(kit_try(&kit, &wrong[i]), CCHC_INVALID);
}

static void a_configuration_leaves_its_digest_and_nothing_else(void **state)
{
	struct cchc_entry entry = {.kind = CCHC_ENTRY_CONFIG,
				   .source = "cchcd.yaml",
				   .text = "0123456789abcdef0123456789abcdef",
				   .text_len = 32};
	struct cchc_entry back;
	uint8_t digest[32];
	struct cchc_txn txn;

	(void)state;
	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
	cchc_txn_read(&txn, kit.store.env);
	assert_true(cchc_store_entry(&txn, 1, &kit.arena, &back));
	assert_string_equal(back.source, "cchcd.yaml");
	assert_int_equal(back.text_len, 32);
	assert_true(cchc_store_config(&txn, "cchcd.yaml", digest));
	assert_memory_equal(digest, entry.text, 32);
	for (unsigned table = 0; table < CCHC_TABLES; table++)
		assert_int_equal(cchc_txn_entries(&txn, table),
				 table == CCHC_TABLE_META      ? 2
				 : table == CCHC_TABLE_JOURNAL ? 1
							       : 0);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

/* ---- reading cells ---- */

static void give(uint32_t unit, uint16_t form, uint16_t year, uint8_t slot, uint16_t row)
{
	struct cchc_entry_cell cell = {.row = row, .state = CCHC_FIGURE, .value = 1};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_UPDATE,
				   .unit = unit,
				   .form = form,
				   .period = {.year = year, .slot = slot},
				   .doc_number = "",
				   .cell = &cell,
				   .n_cells = 1};

	assert_int_equal(kit_apply(&kit, &entry, 0).applied, CCHC_APPLIED);
}

struct seen {
	size_t records;
	size_t cells;
	uint32_t last_unit;
	uint32_t last_period;
};

static void on_cells(void *data, const struct cchc_stored_cell *cells, size_t n)
{
	struct seen *seen = data;

	assert_true(cells[0].unit >= seen->last_unit);
	assert_true(cells[0].unit > seen->last_unit ||
		    cchc_period_code(cells[0].period) >= seen->last_period);
	seen->last_unit = cells[0].unit;
	seen->last_period = cchc_period_code(cells[0].period);
	seen->records++;
	seen->cells += n;
}

static void cells_are_walked_by_unit_form_and_year(void **state)
{
	static const struct {
		uint32_t unit;
		uint16_t form;
		uint16_t year;
		size_t records;
		size_t cells;
	} TABLE[] = {
		{0, 0, 0, 6, 7},    {7, 0, 0, 4, 5},    {7, 1, 0, 4, 5},
		{7, 1, 2024, 3, 4}, {7, 0, 2025, 1, 1}, {0, 0, 2024, 4, 5},
		{0, 2, 0, 1, 1},    {0, 1, 2025, 1, 1}, {9, 0, 0, 0, 0},
		{8, 2, 2025, 1, 1}, {8, 2, 2024, 0, 0},
	};
	uint16_t years[4];
	struct cchc_txn txn;

	(void)state;
	give(8, 2, 2025, CCHC_YEAR, 1);
	give(8, 1, 2024, CCHC_Q1, 1);
	give(7, 1, 2024, CCHC_Q1, 1);
	give(7, 1, 2024, CCHC_Q1, 2);
	give(7, 1, 2024, CCHC_Q1, 64);
	give(7, 1, 2024, CCHC_H1, 1);
	give(7, 1, 2025, CCHC_M1, 1);
	cchc_txn_read(&txn, kit.store.env);
	for (size_t i = 0; i < CCHC_COUNT(TABLE); i++) {
		struct seen seen = {0};

		cchc_store_each_cells(&txn, TABLE[i].unit, TABLE[i].form, TABLE[i].year,
				      on_cells, &seen);
		if (seen.records != TABLE[i].records || seen.cells != TABLE[i].cells)
			fail_msg("case %zu: %zu records, %zu cells", i, seen.records,
				 seen.cells);
	}
	assert_int_equal(cchc_store_years(&txn, years, 4), 2);
	assert_int_equal(years[0], 2024);
	assert_int_equal(years[1], 2025);
	assert_int_equal(cchc_store_years(&txn, years, 1), 1);
	assert_int_equal(cchc_txn_commit(&txn), CCHC_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(a_store_keeps_its_identity_and_its_entries),
		KIT_TEST(a_tool_reads_what_is_there_and_makes_nothing),
		KIT_TEST(a_store_of_another_format_is_refused_with_a_text),
		KIT_TEST(a_touch_reaches_the_disk_and_changes_nothing),
		KIT_TEST(unit_ids_are_given_once_to_a_code_and_its_day),
		KIT_TEST(an_id_is_never_given_to_another_unit),
		KIT_TEST(forms_are_kept_by_id_and_revision),
		KIT_TEST(a_form_is_never_another_one_later),
		KIT_TEST(a_configuration_leaves_its_digest_and_nothing_else),
		KIT_TEST(cells_are_walked_by_unit_form_and_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
