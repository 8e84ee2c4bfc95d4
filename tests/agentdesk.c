#include "agentdesk.h"

#include <sys/stat.h>

#include "commune/catalog.h"

static void open_parts(struct desk *d)
{
	struct cchc_inbox_options options = {.settings = &d->settings,
					     .box = d->kit->box};
	struct cchc_taskfile_options tasks = {.settings = &d->settings,
					      .box = d->kit->box};
	struct cchc_err err = {.text = ""};

	assert_int_equal(cchc_catalog_new(d->kit->box, &d->catalog), CCHC_OK);
	options.catalog = d->catalog;
	assert_int_equal(cchc_inbox_new(&options, &d->inbox, &err), CCHC_OK);
	assert_int_equal(cchc_taskfile_new(&tasks, &d->tasks, &err), CCHC_OK);
}

static void close_parts(struct desk *d)
{
	cchc_taskfile_free(&d->tasks);
	cchc_inbox_free(&d->inbox);
	cchc_catalog_free(&d->catalog);
}

void desk_crash(struct desk *d)
{
	close_parts(d);
	kit_reopen(d->kit);
	open_parts(d);
}

void desk_add_form(struct desk *d)
{
	static char text[256 * 1024];
	FILE *file = fopen(SOURCE_DIR "/config/forms/cchc-2021.yaml", "rb");
	struct cchc_form_file form = {.name = "cchc-2021", .revision = 2};
	struct cchc_err err = {.text = ""};

	assert_non_null(file);
	form.len = fread(text, 1, sizeof(text), file);
	assert_true(feof(file));
	(void)fclose(file);
	form.bytes = (const uint8_t *)text;
	cchc_digest_file(text, form.len, form.digest);
	if (cchc_catalog_add(d->catalog, &form, &err))
		fail_msg("%s", err.text);
}

void desk_become_commune(struct desk *d)
{
	uint8_t store[CCHC_STORE_ID_BYTES] = {1};
	Cchc__Welcome welcome = CCHC__WELCOME__INIT;
	Cchc__UnitInfo unit = CCHC__UNIT_INFO__INIT;

	unit.name = (char[]){"Thị trấn Như Quỳnh"};
	unit.level = (char[]){"commune"};
	welcome.store_id.data = store;
	welcome.store_id.len = sizeof(store);
	welcome.unit = &unit;
	assert_int_equal(cchc_outbox_pin(d->kit->box, &welcome), CCHC_OK);
}

int desk_setup_without_form(void **state)
{
	static const char *const NAMES[] = {"inbox",    "sent",      "rejected",
					    "receipts", "nhac-viec", "nhiem-vu.csv"};
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	cchc_digest_start();
	d->kit = kit_new();
	d->mono_ms = 1000;
	d->wall_ms = KIT_WALL;
	for (size_t i = 0; i < CCHC_COUNT(NAMES); i++)
		(void)snprintf(d->paths[i], sizeof(d->paths[i]), "%s/%s", d->kit->dir,
			       NAMES[i]);
	d->settings.inbox = d->paths[0];
	d->settings.sent = d->paths[1];
	d->settings.rejected = d->paths[2];
	d->settings.receipts = d->paths[3];
	d->settings.reminders = d->paths[4];
	d->settings.tasks_file = d->paths[5];
	memcpy(d->settings.unit, "11986", 6);
	open_parts(d);
	*state = d;
	return 0;
}

int desk_setup(void **state)
{
	(void)desk_setup_without_form(state);
	desk_add_form(*state);
	desk_become_commune(*state);
	return 0;
}

int desk_teardown(void **state)
{
	struct desk *d = *state;

	close_parts(d);
	kit_free(d->kit);
	free(d);
	return 0;
}

void desk_put_bytes(struct desk *d, const char *name, const char *bytes, size_t len)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", d->settings.inbox, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

void desk_put(struct desk *d, const char *name, const char *text)
{
	desk_put_bytes(d, name, text, strlen(text));
}

bool desk_has(const char *folder, const char *name)
{
	char path[256];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) == 0;
}

struct cchc_inbox_round desk_look(struct desk *d)
{
	d->mono_ms += CCHC_SETTLE_MS;
	return cchc_inbox_look(d->inbox, d->mono_ms, d->wall_ms, true);
}

struct cchc_inbox_round desk_settle(struct desk *d)
{
	(void)desk_look(d);
	return desk_look(d);
}

struct cchc_taskfile_round desk_look_tasks(struct desk *d)
{
	d->mono_ms += CCHC_SETTLE_MS;
	return cchc_taskfile_look(d->tasks, d->mono_ms, d->wall_ms);
}

struct cchc_taskfile_round desk_settle_tasks(struct desk *d)
{
	(void)desk_look_tasks(d);
	return desk_look_tasks(d);
}

char *desk_sheet(struct desk *d)
{
	static char text[64 * 1024];
	FILE *file = fopen(d->settings.tasks_file, "rb");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return text;
}

void desk_save_sheet(struct desk *d, const char *text)
{
	FILE *file = fopen(d->settings.tasks_file, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

void desk_write_receipts(struct desk *d)
{
	struct cchc_desk desk = {.box = d->kit->box,
				 .catalog = d->catalog,
				 .folder = d->settings.receipts,
				 .unit = "11986"};
	struct cchc_err err = {.text = ""};

	if (cchc_filing_write(&desk, &err))
		fail_msg("%s", err.text);
}

char *desk_receipt(struct desk *d, const char *name)
{
	static char text[64 * 1024];
	char path[256];
	FILE *file;
	size_t len;
	desk_write_receipts(d);
	(void)snprintf(path, sizeof(path), "%s/%s.txt", d->settings.receipts, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	assert_memory_equal(text, "\xef\xbb\xbf", 3);
	return text;
}

void says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" is not in:\n%s", words, text);
}

void lacks(const char *text, const char *words)
{
	if (strstr(text, words))
		fail_msg("\"%s\" is in:\n%s", words, text);
}
