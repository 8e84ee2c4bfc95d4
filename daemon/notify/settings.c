#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fields.h"
#include "base/text.h"
#include "io/file.h"
#include "notify/easy.h"
#include "notify/mail.h"

enum {
	CHANNELS_MAX = 32,
	NAME_BYTES = 31,
	SECRET_BYTES = 512,
	TIME_LIMIT_S = 10,
	TIME_LIMIT_MAX_S = 300,
	REPEAT_S = 60,
	REPEAT_MAX_S = 240, /* Alertmanager forgets after five minutes */
	AT_ONCE_MAX = 8,
};

struct reader {
	struct cchc_arena *arena;
	const char *folder;
	struct cchc_fields fields;
	struct cchc_channel_settings *channel;
	bool no_memory;
};

static void wrong(struct reader *r, const char *key, const char *what)
{
	cchc_fields_wrong(&r->fields, key, what);
}

static void warn(struct reader *r, const char *key, const char *what)
{
	const struct cchc_node *node = cchc_node_get(r->fields.map, key);

	cchc_problems_warn(r->fields.problems, node ? node->place : r->fields.map->place,
			   "%s: %s", key, what);
}

static const char *text_of(struct reader *r, const char *key, enum cchc_need need)
{
	return cchc_fields_text(&r->fields, key, need);
}

/* Relative to the folder; NULL when the key is not there. */
static const char *path_of(struct reader *r, const char *key)
{
	const char *text = text_of(r, key, CCHC_OPTIONAL);
	const char *path = text;

	if (text && text[0] != '/')
		path = cchc_arena_format(r->arena, "%s/%s", r->folder, text);
	r->no_memory = r->no_memory || (text && !path);
	return path;
}

/* One line of a file that nobody else may read. */
static const char *secret_of(struct reader *r, const char *key)
{
	const char *path = path_of(r, key);
	struct cchc_err err;
	char *bytes;
	const char *line;
	size_t len;

	if (!path)
		return NULL;
	if (cchc_file_read_secret(r->arena, path, SECRET_BYTES, &bytes, &len, &err)) {
		wrong(r, key, err.text);
		return NULL;
	}
	line = bytes;
	if (cchc_text_is_clean(bytes, len)) {
		cchc_text_trim(&line, &len);
		bytes[(line - bytes) + (ptrdiff_t)len] = '\0';
		if (len > 0 && !strpbrk(line, "\r\n"))
			return line;
	}
	wrong(r, key, "one line of text expected in the file");
	return NULL;
}

static void read_password(struct reader *r)
{
	r->channel->user = text_of(r, "user", CCHC_OPTIONAL);
	r->channel->password = secret_of(r, "password_file");
	if (!r->channel->user != !cchc_node_get(r->fields.map, "password_file"))
		wrong(r, "user", "user and password_file go together");
}

static void read_ca(struct reader *r)
{
	r->channel->ca_file = path_of(r, "ca_file");
	if (r->channel->ca_file && access(r->channel->ca_file, R_OK) != 0)
		wrong(r, "ca_file", "cannot be read");
}

static bool has_part(CURLU *parts, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(parts, part, &text, 0) == CURLUE_OK && *text;

	curl_free(text);
	return has;
}

/* A complete URL of one of the two schemes. */
static void read_url(struct reader *r, const char *plain, const char *tls)
{
	const char *url = text_of(r, "url", CCHC_REQUIRED);
	CURLU *parts = curl_url();
	char *scheme = NULL;

	r->no_memory = r->no_memory || !parts;
	if (url && parts) {
		if (!strstr(url, "://") ||
		    curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
		    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		    (strcmp(scheme, plain) != 0 && strcmp(scheme, tls) != 0))
			cchc_problems_error(r->fields.problems,
					    cchc_node_get(r->fields.map, "url")->place,
					    "url: an address like %s://host:port or "
					    "%s://host:port expected",
					    plain, tls);
		else if (has_part(parts, CURLUPART_USER) ||
			 has_part(parts, CURLUPART_PASSWORD))
			wrong(r, "url", "say user and password_file instead");
		else
			r->channel->url = url;
	}
	curl_free(scheme);
	curl_url_cleanup(parts);
}

static void read_http(struct reader *r)
{
	read_url(r, "http", "https");
	read_password(r);
	read_ca(r);
	if (r->channel->password && r->channel->url &&
	    strncmp(r->channel->url, "http:", 5) == 0)
		warn(r, "password_file", "without https it can be read on the way");
}

static void read_alertmanager(struct reader *r)
{
	read_http(r);
	r->channel->repeat_ms =
		cchc_fields_number(&r->fields, "repeat_s", 1, REPEAT_MAX_S, REPEAT_S) *
		1000;
}

static void read_webhook(struct reader *r)
{
	read_http(r);
	r->channel->secret = secret_of(r, "secret_file");
}

static void read_smtp(struct reader *r)
{
	const char *tls = text_of(r, "tls", CCHC_OPTIONAL);

	read_url(r, "smtp", "smtps");
	read_password(r);
	read_ca(r);
	r->channel->from = text_of(r, "from", CCHC_REQUIRED);
	if (r->channel->from && !cchc_mail_address_is_valid(r->channel->from))
		wrong(r, "from", "an e-mail address expected");
	r->channel->tls_required = !tls || strcmp(tls, "required") == 0;
	if (tls && !r->channel->tls_required && strcmp(tls, "offered") != 0)
		wrong(r, "tls",
		      "required or offered (used where the server can) expected");
	if (r->channel->password && !r->channel->tls_required && r->channel->url &&
	    strncmp(r->channel->url, "smtp:", 5) == 0)
		warn(r, "tls",
		     "without tls: required the password can be read on the way");
}

static void read_exec(struct reader *r)
{
	const char *program = text_of(r, "program", CCHC_REQUIRED);
	struct stat st;

	r->channel->program = program;
	if (!program)
		return;
	if (program[0] != '/')
		wrong(r, "program", "a path from / on expected");
	else if (stat(program, &st) != 0 || !S_ISREG(st.st_mode) ||
		 access(program, X_OK) != 0)
		wrong(r, "program", "there is no program of this name that may be run");
}

static void read_journal(struct reader *r)
{
	(void)r; /* nothing to say about it */
}

static const struct {
	const char *name;
	enum cchc_channel_type type;
	void (*read)(struct reader *r);
} TYPES[] = {
	{"alertmanager", CCHC_CHANNEL_ALERTMANAGER, read_alertmanager},
	{"webhook", CCHC_CHANNEL_WEBHOOK, read_webhook},
	{"smtp", CCHC_CHANNEL_SMTP, read_smtp},
	{"exec", CCHC_CHANNEL_EXEC, read_exec},
	{"journal", CCHC_CHANNEL_JOURNAL, read_journal},
};

static void read_name(struct reader *r)
{
	const char *name = text_of(r, "name", CCHC_REQUIRED);

	r->channel->name = name;
	if (name && (strlen(name) > NAME_BYTES ||
		     name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0'))
		wrong(r, "name", "at most 31 of a-z, 0-9 and - expected");
}

static void read_channel(struct reader *r)
{
	const char *type;

	read_name(r);
	r->channel->time_limit_ms = cchc_fields_number(&r->fields, "time_limit_s", 1,
						       TIME_LIMIT_MAX_S, TIME_LIMIT_S) *
				    1000;
	r->channel->at_once =
		(unsigned)cchc_fields_number(&r->fields, "at_once", 1, AT_ONCE_MAX, 1);
	type = text_of(r, "type", CCHC_REQUIRED);
	for (size_t i = 0; type && i < CCHC_COUNT(TYPES); i++) {
		if (strcmp(type, TYPES[i].name) != 0)
			continue;
		r->channel->type = TYPES[i].type;
		TYPES[i].read(r);
		cchc_fields_end(&r->fields);
		return;
	}
	if (type) /* which keys it may have is not known then */
		wrong(r, "type", "alertmanager, webhook, smtp, exec or journal expected");
}

static void find_double(const struct cchc_channel_settings *channels, size_t n,
			const struct cchc_node *node, struct cchc_problems *problems)
{
	for (size_t i = 0; channels[n].name && i < n; i++)
		if (channels[i].name && strcmp(channels[i].name, channels[n].name) == 0)
			cchc_problems_error(problems, node->place,
					    "channel \"%s\" stands twice",
					    channels[n].name);
}

static enum cchc_rc check_list(const struct cchc_node *root,
			       struct cchc_problems *problems)
{
	if (root && root->kind != CCHC_NODE_LIST)
		cchc_problems_error(problems, root->place, "a list of channels expected");
	else if (root && root->n > CHANNELS_MAX)
		cchc_problems_error(problems, root->place, "more than %d channels",
				    CHANNELS_MAX);
	else
		return CCHC_OK;
	return CCHC_INVALID;
}

enum cchc_rc cchc_channels_load(struct cchc_arena *arena, const struct cchc_node *root,
				const char *folder,
				struct cchc_channel_settings **channels, size_t *n,
				struct cchc_problems *problems)
{
	enum cchc_rc rc = check_list(root, problems);
	size_t errors = problems->errors;
	struct cchc_channel_settings *made;
	size_t count = root ? root->n : 0;

	if (rc != CCHC_OK)
		return rc;
	made = cchc_arena_array(arena, count + 1, sizeof(made[0]));
	if (!made)
		return CCHC_NOMEM;
	for (size_t i = 0; i < count; i++) {
		struct reader r = {.arena = arena, .folder = folder, .channel = &made[i]};

		cchc_fields_begin(&r.fields, root->item[i], problems);
		read_channel(&r);
		find_double(made, i, root->item[i], problems);
		if (r.no_memory)
			return CCHC_NOMEM;
	}
	if (problems->errors > errors)
		return CCHC_INVALID;
	*channels = made;
	*n = count;
	return CCHC_OK;
}
