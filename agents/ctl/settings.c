#include "ctl/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "io/file.h"
#include "io/yaml.h"

enum { FILE_MAX = 64 * 1024, ENDPOINT_MAX = 255 };

struct reader {
	struct cchc_arena *arena;
	struct cchc_problems *problems;
	const char *file;
	const struct cchc_node *root;
};

/* The text of a key, or NULL when it is missing or no text (which is reported). */
static const struct cchc_node *text_node(struct reader *r, const char *key)
{
	const struct cchc_node *node = cchc_node_get(r->root, key);

	if (!node)
		return NULL;
	if (node->kind == CCHC_NODE_SCALAR && node->text[0])
		return node;
	cchc_problems_error(r->problems, node->place, "%s: a text is expected", key);
	return NULL;
}

static const struct cchc_node *needed(struct reader *r, const char *key)
{
	if (!cchc_node_get(r->root, key))
		cchc_problems_error(r->problems, r->root->place, "%s is missing", key);
	return text_node(r, key);
}

static bool is_port(const char *text)
{
	unsigned long port = 0;
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 5 || text[digits])
		return false;
	for (; *text; text++)
		port = port * 10 + (unsigned long)(*text - '0');
	return port >= 1 && port <= 65535;
}

static bool is_endpoint(const char *text)
{
	static const char SCHEME[] = "tcp://";
	const char *host = text + sizeof(SCHEME) - 1;
	const char *colon;

	if (strncmp(text, SCHEME, sizeof(SCHEME) - 1) != 0 || strlen(text) > ENDPOINT_MAX)
		return false;
	colon = strrchr(host, ':');
	return colon && colon > host && is_port(colon + 1) && !strpbrk(text, " \t\n");
}

static const char *read_endpoint(struct reader *r, const struct cchc_node *node,
				 const char *key)
{
	if (!node)
		return NULL;
	if (!is_endpoint(node->text))
		cchc_problems_error(r->problems, node->place,
				    "%s: \"%s\": tcp://host:port is expected", key,
				    node->text);
	return node->text;
}

/* Relative paths start from the folder of the settings. */
static const char *read_path(struct reader *r, const struct cchc_node *node)
{
	const char *slash = strrchr(r->file, '/');
	const char *path;

	if (!node || node->text[0] == '/' || !slash)
		return node ? node->text : NULL;
	path = cchc_arena_format(r->arena, "%.*s/%s", (int)(slash - r->file), r->file,
				 node->text);
	if (!path)
		cchc_problems_error(r->problems, node->place, "out of memory");
	return path;
}

/* The value of the "public:" line. */
static void find_public(const char *text, char out[CCHC_KEY_TEXT])
{
	static const char LABEL[] = "public:";

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\r\n");

		if (strncmp(line, LABEL, sizeof(LABEL) - 1) == 0) {
			const char *value = line + sizeof(LABEL) - 1;

			value += strspn(value, " \t");
			len = strcspn(value, " \t\r\n");
			snprintf(out, CCHC_KEY_TEXT, "%.*s",
				 len < CCHC_KEY_TEXT ? (int)len : 0, value);
			return;
		}
		line += len + strspn(line + len, "\r\n");
	}
}

static void read_key_file(struct reader *r, const struct cchc_node *node,
			  struct cchc_ctl_settings *settings)
{
	struct cchc_err err = {0};
	const char *path = read_path(r, node);
	char *bytes;
	size_t len;

	if (!path)
		return;
	if (cchc_file_read(r->arena, path, FILE_MAX, &bytes, &len, &err) != CCHC_OK) {
		cchc_problems_error(r->problems, node->place, "server_key_file: %s",
				    err.text);
		return;
	}
	find_public(bytes, settings->server_key);
	if (!cchc_key_is_valid(settings->server_key))
		cchc_problems_error(r->problems, node->place,
				    "server_key_file: %s has no line \"public: <40 "
				    "characters>\"",
				    path);
}

static void read_server_key(struct reader *r, struct cchc_ctl_settings *settings)
{
	const struct cchc_node *key = text_node(r, "server_key");
	const struct cchc_node *file = text_node(r, "server_key_file");

	if (key && file) {
		cchc_problems_error(r->problems, file->place,
				    "server_key and server_key_file: one is enough");
	} else if (file) {
		read_key_file(r, file, settings);
	} else if (key && !cchc_key_is_valid(key->text)) {
		cchc_problems_error(r->problems, key->place,
				    "server_key: 40 characters of Z85 are expected");
	} else if (key) {
		memcpy(settings->server_key, key->text, CCHC_KEY_TEXT);
	} else if (!cchc_node_get(r->root, "server_key") &&
		   !cchc_node_get(r->root, "server_key_file")) {
		cchc_problems_error(r->problems, r->root->place,
				    "server_key or server_key_file is missing");
	}
}

static void refuse_unknown(struct reader *r)
{
	static const char *const KNOWN[] = {"queries", "changes", "server_key",
					    "server_key_file", "key"};

	for (size_t i = 0; i < r->root->n; i++) {
		bool known = false;

		for (size_t k = 0; k < CCHC_COUNT(KNOWN); k++)
			known = known || strcmp(r->root->key[i]->text, KNOWN[k]) == 0;
		if (!known)
			cchc_problems_error(r->problems, r->root->key[i]->place,
					    "%s: unknown; known are queries, changes, "
					    "server_key, server_key_file, key",
					    r->root->key[i]->text);
	}
}

static void read_root(struct reader *r, struct cchc_ctl_settings *settings)
{
	struct cchc_place whole = {.file = r->file};

	if (!r->root || r->root->kind != CCHC_NODE_MAP) {
		cchc_problems_error(r->problems, r->root ? r->root->place : whole,
				    "a map with queries, server_key and key is expected");
		return;
	}
	refuse_unknown(r);
	settings->queries = read_endpoint(r, needed(r, "queries"), "queries");
	settings->changes = read_endpoint(r, text_node(r, "changes"), "changes");
	read_server_key(r, settings);
	settings->key = read_path(r, needed(r, "key"));
}

enum cchc_rc cchc_ctl_settings_load(struct cchc_arena *arena, const char *path,
				    struct cchc_problems *problems,
				    struct cchc_ctl_settings *settings)
{
	struct cchc_ctl_settings read = {0};
	struct cchc_place whole = {.file = path};
	struct cchc_err err = {0};
	struct cchc_node *root = NULL;
	struct reader reader = {.arena = arena, .problems = problems, .file = path};
	size_t before = problems->errors;
	char *bytes;
	size_t len;

	if (cchc_file_read(arena, path, FILE_MAX, &bytes, &len, &err) != CCHC_OK) {
		/* The reader's text begins with the path, as the problem's line will. */
		size_t skip = strncmp(err.text, path, strlen(path)) == 0 &&
					      err.text[strlen(path)] == ':'
				      ? strlen(path) + 1
				      : 0;

		skip += strspn(err.text + skip, " ");
		cchc_problems_error(problems, whole, "%s", err.text + skip);
		return CCHC_INVALID;
	}
	if (cchc_yaml_parse(arena, path, bytes, len, problems, &root) != CCHC_OK)
		return CCHC_INVALID;
	reader.root = root;
	read_root(&reader, &read);
	if (problems->errors != before)
		return CCHC_INVALID;
	*settings = read;
	return CCHC_OK;
}
