#ifndef CCHC_TESTS_AGENTDESK_H
#define CCHC_TESTS_AGENTDESK_H

#include "agentkit.h"

#include "base/check.h"
#include "commune/filing.h"
#include "commune/folder.h"
#include "commune/inbox.h"
#include "commune/taskfile.h"

/* A folder in the kit's directory, the real form, a commune. */
struct desk {
	struct kit *kit;
	struct cchc_settings settings;
	struct cchc_catalog *catalog;
	struct cchc_inbox *inbox;
	struct cchc_taskfile *tasks;
	uint64_t mono_ms;
	int64_t wall_ms;
	char paths[6][128];
};

/* As kit_reopen. */
void desk_crash(struct desk *d);
void desk_add_form(struct desk *d);
void desk_become_commune(struct desk *d);
/* Before the first WELCOME. */
int desk_setup_without_form(void **state);
int desk_setup(void **state);
int desk_teardown(void **state);
void desk_put_bytes(struct desk *d, const char *name, const char *bytes, size_t len);
void desk_put(struct desk *d, const char *name, const char *text);
/* The folder has something of that name. */
bool desk_has(const char *folder, const char *name);
/* One look, long enough after the one before. */
struct cchc_inbox_round desk_look(struct desk *d);
/* Seen, settled, taken. */
struct cchc_inbox_round desk_settle(struct desk *d);
/* The same of the sheet of tasks. */
struct cchc_taskfile_round desk_look_tasks(struct desk *d);
struct cchc_taskfile_round desk_settle_tasks(struct desk *d);
/* The sheet as it is; until the next call. */
char *desk_sheet(struct desk *d);
void desk_save_sheet(struct desk *d, const char *text);
void desk_write_receipts(struct desk *d);
/* Written first; `name` without .txt; until the next call. */
char *desk_receipt(struct desk *d, const char *name);
void says(const char *text, const char *words);
void lacks(const char *text, const char *words);

#define DESK(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

#endif
