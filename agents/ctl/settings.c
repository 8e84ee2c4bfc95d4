#include "ctl/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "io/file.h"
#include "io/yaml.h"

enum { FILE_MAX = 64 * 1024, ENDPOINT_MAX = 255 };

struct reader {
	struct cchc_arena *arena;
	struct cchc_fields f; /* of the root map */
	const char *file;
};

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

static const char *read_endpoint(struct reader *r, const char *key, enum cchc_need need)
{
	const char *text = cchc_fields_text(&r->f, key, need);

	if (text && !is_endpoint(text))
		cchc_fields_wrong(&r->f, key, "tcp://host:port is expected");
	return text;
}

/* Relative paths start from the folder of the settings. */
static const char *read_path(struct reader *r, const char *key, enum cchc_need need)
{
	const char *text = cchc_fields_text(&r->f, key, need);
	const char *slash = strrchr(r->file, '/');
	const char *path;

	if (!text || text[0] == '/' || !slash)
		return text;
	path = cchc_arena_format(r->arena, "%.*s/%s", (int)(slash - r->file), r->file,
				 text);
	if (!path)
		cchc_fields_wrong(&r->f, key, "out of memory");
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

static void read_key_file(struct reader *r, const char *path,
			  struct cchc_ctl_settings *settings)
{
	struct cchc_err err = {0};
	char *bytes;
	size_t len;

	if (cchc_file_read(r->arena, path, FILE_MAX, &bytes, &len, &err) != CCHC_OK) {
		cchc_fields_wrong(&r->f, "server_key_file", err.text);
		return;
	}
	find_public(bytes, settings->server_key);
	if (!cchc_key_is_valid(settings->server_key))
		cchc_fields_wrong(&r->f, "server_key_file",
				  "the file has no line \"public: <40 characters>\"");
}

static void read_server_key(struct reader *r, struct cchc_ctl_settings *settings)
{
	const char *key = cchc_fields_text(&r->f, "server_key", CCHC_OPTIONAL);
	const char *file = read_path(r, "server_key_file", CCHC_OPTIONAL);

	if (!key == !file)
		cchc_fields_wrong(
			&r->f, key ? "server_key_file" : "server_key",
			"exactly one of server_key and server_key_file expected");
	else if (file)
		read_key_file(r, file, settings);
	else if (!cchc_key_is_valid(key))
		cchc_fields_wrong(&r->f, "server_key",
				  "40 characters of Z85 are expected");
	else
		memcpy(settings->server_key, key, CCHC_KEY_TEXT);
}

static void read_root(struct reader *r, struct cchc_ctl_settings *settings)
{
	settings->queries = read_endpoint(r, "queries", CCHC_REQUIRED);
	settings->changes = read_endpoint(r, "changes", CCHC_OPTIONAL);
	read_server_key(r, settings);
	settings->key = read_path(r, "key", CCHC_REQUIRED);
	cchc_fields_end(&r->f);
}

enum cchc_rc cchc_ctl_settings_load(struct cchc_arena *arena, const char *path,
				    struct cchc_problems *problems,
				    struct cchc_ctl_settings *settings)
{
	struct cchc_ctl_settings read = {0};
	struct cchc_place whole = {.file = path};
	struct cchc_err err = {0};
	struct cchc_node *root = NULL;
	struct reader reader = {.arena = arena, .file = path};
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
	if (cchc_yaml_parse(arena, path, bytes, len, problems, &root) != CCHC_OK && !root)
		return CCHC_INVALID;
	if (!root) {
		cchc_problems_error(problems, whole, "the file is empty");
		return CCHC_INVALID;
	}
	cchc_fields_begin(&reader.f, root, problems);
	read_root(&reader, &read);
	if (problems->errors != before)
		return CCHC_INVALID;
	*settings = read;
	return CCHC_OK;
}
