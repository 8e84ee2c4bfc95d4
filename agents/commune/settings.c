#include "commune/settings.h"

#include <ctype.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/fields.h"
#include "base/text.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	FILE_MAX = 1024 * 1024,
	KEY_FILE_MAX = 4096,
	TEXTS_MAX = 256 * 1024,
	HOST_MAX = 253, /* longer names overflow the resolver of libuv 1.44 */
	MB_MAX = 65536,
	OUTBOX_MB = 256,
	KEEP_DAYS = 7,
	KEEP_MB = 64,
};

#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct reader {
	struct cchc_settings *settings;
	const char *folder; /* of the configuration file */
};

static const char *keep_text(struct reader *r, const char *text)
{
	return text ? cchc_arena_text(&r->settings->arena, text, strlen(text)) : NULL;
}

/* Absolute as it is, else below the folder of the configuration file. */
static const char *path_of(struct reader *r, struct cchc_fields *f, const char *key,
			   enum cchc_need need)
{
	const char *text = cchc_fields_text(f, key, need);

	if (!text || text[0] == '/')
		return keep_text(r, text);
	return cchc_arena_format(&r->settings->arena, "%s/%s", r->folder, text);
}

static void read_unit(struct reader *r, struct cchc_fields *f)
{
	const char *text = cchc_fields_text(f, "unit", CCHC_REQUIRED);
	const char *since = cchc_fields_text(f, "unit_valid_from", CCHC_OPTIONAL);
	size_t len = text ? strlen(text) : 0;
	bool is_code = len > 0 && len < CCHC_UNIT_CODE;

	for (size_t i = 0; i < len; i++)
		is_code = is_code && isalnum((unsigned char)text[i]);
	if (is_code)
		memcpy(r->settings->unit, text, len + 1);
	else if (text)
		cchc_fields_wrong(f, "unit", "1 to 15 digits or letters expected");
	if (since && !cchc_day_parse(since, &r->settings->unit_valid_from))
		cchc_fields_wrong(f, "unit_valid_from",
				  "a date like 2025-07-01 expected");
}

/* tcp://host:port */
static bool is_address(const char *text)
{
	const char *host = text + strlen("tcp://");
	const char *colon = strrchr(text, ':');
	char *end;
	unsigned long port;

	if (strncmp(text, "tcp://", strlen("tcp://")) != 0 || colon <= host)
		return false;
	if (colon - host > HOST_MAX || !isdigit((unsigned char)colon[1]))
		return false;
	port = strtoul(colon + 1, &end, 10);
	return *end == '\0' && port >= 1 && port <= 65535;
}

static void read_addresses(struct reader *r, struct cchc_fields *f)
{
	const struct cchc_node *list =
		cchc_fields_node(f, "addresses", CCHC_REQUIRED, CCHC_NODE_LIST);
	struct cchc_settings *s = r->settings;

	if (list && (list->n == 0 || list->n > CCHC_ADDRESSES_MAX)) {
		cchc_fields_wrong(f, "addresses", "1 to 8 of them expected");
		return;
	}
	for (size_t i = 0; list && i < list->n; i++) {
		const struct cchc_node *node = list->item[i];

		if (node->kind == CCHC_NODE_SCALAR && is_address(node->text))
			s->address[s->n_addresses++] = keep_text(r, node->text);
		else
			cchc_problems_error(f->problems, node->place,
					    "tcp://host:port expected");
	}
}

/* The "public:" line of a key file; the rest of it is not looked at. */
static bool find_public(const char *bytes, char key[CCHC_KEY_TEXT])
{
	for (const char *line = bytes; line; line = strchr(line, '\n')) {
		size_t len;

		line += *line == '\n';
		if (strncmp(line, "public:", 7) != 0)
			continue;
		line += 7 + strspn(line + 7, " \t\"'");
		len = strcspn(line, " \t\r\n\"'");
		cchc_text_copy(key, CCHC_KEY_TEXT, line, len);
		return len == CCHC_KEY_TEXT - 1 && cchc_key_is_valid(key);
	}
	return false;
}

static void read_key_file(struct reader *r, struct cchc_fields *f, const char *path)
{
	struct cchc_err err;
	char *bytes;
	size_t len;

	if (cchc_file_read(&r->settings->arena, path, KEY_FILE_MAX, &bytes, &len, &err))
		cchc_fields_wrong(f, "server_key_file", err.text);
	else if (!find_public(bytes, r->settings->server_key))
		cchc_fields_wrong(f, "server_key_file",
				  "it has no line \"public: <40 characters of Z85>\"");
}

static void read_server_key(struct reader *r, struct cchc_fields *f)
{
	const char *text = cchc_fields_text(f, "server_key", CCHC_OPTIONAL);
	const char *path = path_of(r, f, "server_key_file", CCHC_OPTIONAL);

	if (!text == !path)
		cchc_fields_wrong(
			f, text ? "server_key_file" : "server_key",
			"exactly one of server_key and server_key_file expected");
	else if (path)
		read_key_file(r, f, path);
	else if (!cchc_key_is_valid(text))
		cchc_fields_wrong(f, "server_key", "40 characters of Z85 expected");
	else
		cchc_text_copy(r->settings->server_key, CCHC_KEY_TEXT, text,
			       strlen(text));
}

static void read_district(struct reader *r, struct cchc_fields *f)
{
	const struct cchc_node *node =
		cchc_fields_node(f, "district", CCHC_REQUIRED, CCHC_NODE_MAP);
	struct cchc_fields district;

	if (!node)
		return;
	cchc_fields_begin(&district, node, f->problems);
	read_addresses(r, &district);
	read_server_key(r, &district);
	cchc_fields_end(&district);
}

static void read_folder(struct reader *r, struct cchc_fields *f)
{
	struct cchc_settings *s = r->settings;

	s->folder = path_of(r, f, "folder", CCHC_REQUIRED);
	if (!s->folder)
		return;
	s->inbox = cchc_arena_format(&s->arena, "%s/inbox", s->folder);
	s->sent = cchc_arena_format(&s->arena, "%s/sent", s->folder);
	s->rejected = cchc_arena_format(&s->arena, "%s/rejected", s->folder);
	s->receipts = cchc_arena_format(&s->arena, "%s/receipts", s->folder);
	s->reminders = cchc_arena_format(&s->arena, "%s/nhac-viec", s->folder);
}

static bool lies_in(const char *path, const char *folder)
{
	size_t len = folder ? strlen(folder) : 0;

	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* Beside the inbox, unless said otherwise. In one of the folders it would be taken for
 * what is put there. */
static void read_tasks_file(struct reader *r, struct cchc_fields *f)
{
	struct cchc_settings *s = r->settings;
	const char *const others[] = {s->inbox, s->sent, s->rejected, s->receipts,
				      s->reminders};

	s->tasks_file = path_of(r, f, "tasks_file", CCHC_OPTIONAL);
	if (!s->tasks_file && s->folder)
		s->tasks_file =
			cchc_arena_format(&s->arena, "%s/nhiem-vu.csv", s->folder);
	for (size_t i = 0; s->tasks_file && i < CCHC_COUNT(others); i++)
		if (lies_in(s->tasks_file, others[i]))
			cchc_fields_wrong(f, "tasks_file",
					  "it cannot lie in inbox, sent, rejected, "
					  "receipts or nhac-viec");
	if (s->tasks_file && s->tasks_file[strlen(s->tasks_file) - 1] == '/')
		cchc_fields_wrong(f, "tasks_file", "the name of a file expected");
}

/* The map of `keep`, or an empty one. */
static void read_keep(struct reader *r, struct cchc_fields *f)
{
	const struct cchc_node *node =
		cchc_fields_node(f, "keep", CCHC_OPTIONAL, CCHC_NODE_MAP);
	struct cchc_settings *s = r->settings;
	struct cchc_fields keep;

	cchc_fields_begin(&keep, node, f->problems);
	s->keep_ms = cchc_fields_number(&keep, "days", 0, 3660, KEEP_DAYS) * DAY_MS;
	s->keep_bytes = (uint64_t)cchc_fields_number(&keep, "mb", 0, MB_MAX, KEEP_MB)
			<< 20;
	cchc_fields_end(&keep);
	if (s->keep_bytes >= s->outbox_max_bytes)
		cchc_fields_wrong(f, "keep", "its mb must be less than outbox_max_mb");
}

static void read_root(struct reader *r, const struct cchc_node *root,
		      struct cchc_problems *problems)
{
	struct cchc_settings *s = r->settings;
	struct cchc_fields f;

	cchc_fields_begin(&f, root, problems);
	read_unit(r, &f);
	read_district(r, &f);
	s->key = path_of(r, &f, "key", CCHC_REQUIRED);
	read_folder(r, &f);
	read_tasks_file(r, &f);
	s->outbox = path_of(r, &f, "outbox", CCHC_REQUIRED);
	s->outbox_max_bytes =
		(uint64_t)cchc_fields_number(&f, "outbox_max_mb", 1, MB_MAX, OUTBOX_MB)
		<< 20;
	read_keep(r, &f);
	cchc_fields_end(&f);
}

static enum cchc_rc read_file(struct cchc_arena *names, const char *path,
			      struct cchc_problems *problems, struct cchc_node **root)
{
	struct cchc_err err;
	char *bytes;
	size_t len;
	const char *name = cchc_arena_text(names, path, strlen(path));
	struct cchc_place place = {.file = name ? name : "config"};
	enum cchc_rc rc;

	*root = NULL;
	rc = cchc_file_read(names, path, FILE_MAX, &bytes, &len, &err);
	if (rc) {
		cchc_problems_error(problems, place, "%s", err.text);
		return rc;
	}
	rc = cchc_yaml_parse(names, path, bytes, len, problems, root);
	if (!rc && !*root) {
		cchc_problems_error(problems, place, "the file is empty");
		rc = CCHC_INVALID;
	}
	return rc;
}

/* False when memory ran out for one of the texts. */
static bool is_whole(const struct cchc_settings *s)
{
	for (size_t i = 0; i < s->n_addresses; i++)
		if (!s->address[i])
			return false;
	return s->key && s->inbox && s->sent && s->rejected && s->receipts &&
	       s->reminders && s->tasks_file && s->outbox;
}

enum cchc_rc cchc_agent_settings_load(const char *path, struct cchc_arena *names,
				      struct cchc_problems *problems,
				      struct cchc_settings *settings)
{
	struct cchc_settings s = {.unit_valid_from = CCHC_DAY_NONE};
	struct reader r = {.settings = &s};
	struct cchc_node *root;
	char *copy = cchc_arena_text(names, path, strlen(path));
	enum cchc_rc rc;

	if (!copy)
		return CCHC_NOMEM;
	rc = read_file(names, path, problems, &root);
	if (rc && !(rc == CCHC_INVALID && root)) /* else for the other mistakes */
		return rc;
	cchc_arena_init(&s.arena, TEXTS_MAX);
	r.folder = dirname(copy);
	read_root(&r, root, problems);
	if (problems->errors || !is_whole(&s)) {
		cchc_agent_settings_fini(&s);
		return problems->errors ? CCHC_INVALID : CCHC_NOMEM;
	}
	*settings = s;
	return CCHC_OK;
}

void cchc_agent_settings_fini(struct cchc_settings *settings)
{
	cchc_arena_fini(&settings->arena);
	*settings = (struct cchc_settings){0};
}
