#include "commune/settings.h"

#include <ctype.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	FILE_MAX = 1024 * 1024,
	TEXTS_MAX = 256 * 1024,
	HOST_MAX = 253, /* longer names overflow the resolver of libuv 1.44 */
	OUTBOX_MB = 256,
	KEEP_DAYS = 7,
	KEEP_MB = 64,
};

#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct reader {
	struct cchc_settings *settings;
	struct cchc_problems *problems;
	const char *folder; /* of the configuration file */
};

typedef void read_value(struct reader *r, const struct cchc_node *node);

struct entry {
	const char *key;
	read_value *read;
	enum { OPTIONAL, REQUIRED } need;
};

static void wrong(struct reader *r, const struct cchc_node *node, const char *what)
{
	cchc_problems_error(r->problems, node->place, "%s", what);
}

/* NULL (and a problem) unless the node is a text of at least one byte. */
static const char *text_of(struct reader *r, const struct cchc_node *node)
{
	if (node->kind == CCHC_NODE_SCALAR && node->text[0])
		return node->text;
	wrong(r, node, "a text is expected here");
	return NULL;
}

static bool is_known(const struct entry *entry, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(entry[i].key, key) == 0)
			return true;
	return false;
}

static void read_map(struct reader *r, const struct cchc_node *map,
		     const struct entry *entry, size_t n)
{
	if (map->kind != CCHC_NODE_MAP) {
		wrong(r, map, "a map of keys and values is expected here");
		return;
	}
	for (size_t i = 0; i < map->n; i++)
		if (!is_known(entry, n, map->key[i]->text))
			cchc_problems_error(r->problems, map->key[i]->place,
					    "unknown key \"%s\"", map->key[i]->text);
	for (size_t i = 0; i < n; i++) {
		const struct cchc_node *value = cchc_node_get(map, entry[i].key);

		if (value)
			entry[i].read(r, value);
		else if (entry[i].need == REQUIRED)
			cchc_problems_error(r->problems, map->place, "missing key \"%s\"",
					    entry[i].key);
	}
}

static void read_unit(struct reader *r, const struct cchc_node *node)
{
	const char *text = text_of(r, node);
	size_t len = text ? strlen(text) : 0;

	if (!text)
		return;
	for (size_t i = 0; i < len; i++) {
		if (isalnum((unsigned char)text[i]) && len < CCHC_UNIT_CODE)
			continue;
		wrong(r, node, "a unit's code is expected: 1 to 15 digits or letters");
		return;
	}
	memcpy(r->settings->unit, text, len + 1);
}

static void read_valid_from(struct reader *r, const struct cchc_node *node)
{
	const char *text = text_of(r, node);

	if (text && !cchc_day_parse(text, &r->settings->unit_valid_from))
		wrong(r, node, "a date is expected: 2025-07-01");
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

static void read_addresses(struct reader *r, const struct cchc_node *node)
{
	struct cchc_settings *s = r->settings;

	if (node->kind != CCHC_NODE_LIST || node->n == 0 ||
	    node->n > CCHC_ADDRESSES_MAX) {
		wrong(r, node, "a list of 1 to 8 addresses is expected");
		return;
	}
	for (size_t i = 0; i < node->n; i++) {
		const char *text = text_of(r, node->item[i]);

		if (text && !is_address(text))
			wrong(r, node->item[i], "tcp://host:port is expected");
		else if (text)
			s->address[s->n_addresses++] =
				cchc_arena_text(&s->arena, text, strlen(text));
	}
}

static void read_server_key(struct reader *r, const struct cchc_node *node)
{
	const char *text = text_of(r, node);

	if (!text)
		return;
	if (!cchc_key_is_valid(text))
		wrong(r, node, "a public key is expected: 40 characters of Z85");
	else
		cchc_text_copy(r->settings->server_key, CCHC_KEY_TEXT, text,
			       strlen(text));
}

/* Absolute as it is, else below the folder of the configuration file. */
static const char *path_of(struct reader *r, const struct cchc_node *node)
{
	const char *text = text_of(r, node);

	if (!text)
		return NULL;
	return text[0] == '/'
		       ? cchc_arena_text(&r->settings->arena, text, strlen(text))
		       : cchc_arena_format(&r->settings->arena, "%s/%s", r->folder, text);
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

static void read_server_key_file(struct reader *r, const struct cchc_node *node)
{
	const char *path = path_of(r, node);
	struct cchc_err err;
	char *bytes;
	size_t len;

	if (!path)
		return;
	if (cchc_file_read(&r->settings->arena, path, 4096, &bytes, &len, &err))
		wrong(r, node, err.text);
	else if (!find_public(bytes, r->settings->server_key))
		wrong(r, node, "the file has no line \"public: <40 characters of Z85>\"");
}

static void read_district(struct reader *r, const struct cchc_node *node)
{
	static const struct entry ENTRIES[] = {
		{"addresses", read_addresses, REQUIRED},
		{"server_key", read_server_key, OPTIONAL},
		{"server_key_file", read_server_key_file, OPTIONAL},
	};
	bool as_text = cchc_node_get(node, "server_key") != NULL;
	bool as_file = cchc_node_get(node, "server_key_file") != NULL;

	read_map(r, node, ENTRIES, CCHC_COUNT(ENTRIES));
	if (node->kind == CCHC_NODE_MAP && as_text == as_file)
		wrong(r, node,
		      "exactly one of server_key and server_key_file is expected");
}

static void read_key(struct reader *r, const struct cchc_node *node)
{
	r->settings->key = path_of(r, node);
}

static void read_outbox(struct reader *r, const struct cchc_node *node)
{
	r->settings->outbox = path_of(r, node);
}

static void read_folder(struct reader *r, const struct cchc_node *node)
{
	struct cchc_settings *s = r->settings;

	s->folder = path_of(r, node);
	if (!s->folder)
		return;
	s->inbox = cchc_arena_format(&s->arena, "%s/inbox", s->folder);
	s->sent = cchc_arena_format(&s->arena, "%s/sent", s->folder);
	s->rejected = cchc_arena_format(&s->arena, "%s/rejected", s->folder);
	s->receipts = cchc_arena_format(&s->arena, "%s/receipts", s->folder);
}

static void read_number(struct reader *r, const struct cchc_node *node, uint64_t least,
			uint64_t most, uint64_t *number)
{
	const char *text = text_of(r, node);
	char *end;
	unsigned long long given;

	if (!text)
		return;
	given = strtoull(text, &end, 10);
	if (isdigit((unsigned char)text[0]) && *end == '\0' && given >= least &&
	    given <= most)
		*number = given;
	else
		cchc_problems_error(r->problems, node->place,
				    "a whole number from %llu to %llu is expected",
				    (unsigned long long)least, (unsigned long long)most);
}

static void read_outbox_max(struct reader *r, const struct cchc_node *node)
{
	uint64_t mb = OUTBOX_MB;

	read_number(r, node, 1, 65536, &mb);
	r->settings->outbox_max_bytes = mb << 20;
}

static void read_keep_days(struct reader *r, const struct cchc_node *node)
{
	uint64_t days = KEEP_DAYS;

	read_number(r, node, 0, 3660, &days);
	r->settings->keep_ms = (int64_t)days * DAY_MS;
}

static void read_keep_mb(struct reader *r, const struct cchc_node *node)
{
	uint64_t mb = KEEP_MB;

	read_number(r, node, 0, 65536, &mb);
	r->settings->keep_bytes = mb << 20;
}

static void read_keep(struct reader *r, const struct cchc_node *node)
{
	static const struct entry ENTRIES[] = {
		{"days", read_keep_days, OPTIONAL},
		{"mb", read_keep_mb, OPTIONAL},
	};

	read_map(r, node, ENTRIES, CCHC_COUNT(ENTRIES));
}

static void read_root(struct reader *r, const struct cchc_node *root)
{
	static const struct entry ENTRIES[] = {
		{"unit", read_unit, REQUIRED},
		{"unit_valid_from", read_valid_from, OPTIONAL},
		{"district", read_district, REQUIRED},
		{"key", read_key, REQUIRED},
		{"folder", read_folder, REQUIRED},
		{"outbox", read_outbox, REQUIRED},
		{"outbox_max_mb", read_outbox_max, OPTIONAL},
		{"keep", read_keep, OPTIONAL},
	};

	read_map(r, root, ENTRIES, CCHC_COUNT(ENTRIES));
	if (r->settings->keep_bytes >= r->settings->outbox_max_bytes)
		wrong(r, root, "keep.mb must be less than outbox_max_mb");
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
	return s->key && s->inbox && s->sent && s->rejected && s->receipts && s->outbox;
}

enum cchc_rc cchc_agent_settings_load(const char *path, struct cchc_arena *names,
				      struct cchc_problems *problems,
				      struct cchc_settings *settings)
{
	struct cchc_settings s = {
		.unit_valid_from = CCHC_DAY_NONE,
		.outbox_max_bytes = (uint64_t)OUTBOX_MB << 20,
		.keep_bytes = (uint64_t)KEEP_MB << 20,
		.keep_ms = KEEP_DAYS * DAY_MS,
	};
	struct reader r = {.settings = &s, .problems = problems};
	struct cchc_node *root;
	char *copy = cchc_arena_text(names, path, strlen(path));
	enum cchc_rc rc;

	if (!copy)
		return CCHC_NOMEM;
	rc = read_file(names, path, problems, &root);
	if (rc)
		return rc;
	cchc_arena_init(&s.arena, TEXTS_MAX);
	r.folder = dirname(copy);
	read_root(&r, root);
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
