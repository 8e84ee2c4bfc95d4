#include "app/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fields.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	ARENA_MAX = 32 * 1024 * 1024,
	FILE_MAX = 4 * 1024 * 1024,
	STORE_GB_MAX = 1024,
	STORE_GB_USUAL = 16,
	PERIODS_USUAL = 64,
	PERIODS_MAX = 900,
	QUEUE_LEAST = 10,
	QUEUE_MAX = 100000,
	QUEUE_USUAL = 1000,
};

enum cchc_rc cchc_settings_read_yaml(struct cchc_arena *arena, const char *path,
				     char **bytes, size_t *len,
				     struct cchc_problems *problems,
				     struct cchc_node **root)
{
	struct cchc_err err;
	enum cchc_rc rc = cchc_file_read(arena, path, FILE_MAX, bytes, len, &err);

	*root = NULL;
	if (rc != CCHC_OK) {
		cchc_problems_error(problems, (struct cchc_place){.file = path}, "%.200s",
				    err.text);
		return rc;
	}
	rc = cchc_yaml_parse(arena, path, *bytes, *len, problems, root);
	if (rc == CCHC_OK && !*root) {
		cchc_problems_error(problems, (struct cchc_place){.file = path},
				    "the file is empty");
		return CCHC_INVALID;
	}
	return rc;
}

static const char *path_of(struct cchc_settings *s, struct cchc_fields *f,
			   const char *key, enum cchc_need need, const char *config)
{
	const char *text = cchc_fields_text(f, key, need);
	const char *slash = strrchr(config, '/');

	if (!text || text[0] == '/' || !slash)
		return text;
	return cchc_arena_format(&s->arena, "%.*s/%s", (int)(slash - config), config,
				 text);
}

/* tcp://host:port; for a port * the system takes a free one. */
static bool is_endpoint(const char *text)
{
	const char *colon = strrchr(text, ':');
	char *end;
	unsigned long port;

	if (strncmp(text, "tcp://", 6) != 0 || colon <= text + 6)
		return false;
	if (strcmp(colon + 1, "*") == 0)
		return true;
	port = strtoul(colon + 1, &end, 10);
	return colon[1] >= '0' && colon[1] <= '9' && !*end && port >= 1 && port <= 65535;
}

/* Another door that has the address already. */
static bool is_taken(const struct cchc_settings *s, int door)
{
	const char *address = s->endpoint[door];

	for (int other = 0; other < door; other++)
		if (s->endpoint[other] && strcmp(s->endpoint[other], address) == 0 &&
		    address[strlen(address) - 1] != '*')
			return true;
	return false;
}

static void read_endpoints(struct cchc_settings *s, struct cchc_fields *f)
{
	const struct cchc_node *node =
		cchc_fields_node(f, "listen", CCHC_REQUIRED, CCHC_NODE_MAP);
	struct cchc_fields listen;

	if (!node)
		return;
	cchc_fields_begin(&listen, node, f->problems);
	for (int door = 0; door < CCHC_DOORS_N; door++) {
		const char *name = cchc_door_name((enum cchc_door)door);

		s->endpoint[door] = cchc_fields_text(&listen, name, CCHC_REQUIRED);
		if (s->endpoint[door] && !is_endpoint(s->endpoint[door]))
			cchc_fields_wrong(&listen, name,
					  "an address like tcp://*:7301 "
					  "expected");
		else if (s->endpoint[door] && is_taken(s, door))
			cchc_fields_wrong(&listen, name, "another door has this address");
	}
	cchc_fields_end(&listen);
}

/* A period, or the day from which periods that begin count. */
static void read_register_from(struct cchc_settings *s, struct cchc_fields *f)
{
	const char *text = cchc_fields_text(f, "register_from", CCHC_OPTIONAL);

	s->counts_tasks = text && (cchc_day_parse(text, &s->register_day) ||
				   cchc_period_parse(text, &s->register_from));
	if (text && !s->counts_tasks)
		cchc_fields_wrong(f, "register_from",
				  "a period like 2024-Q1 or a day like 2024-12-15 "
				  "expected");
}

static void read_duties_from(struct cchc_settings *s, struct cchc_fields *f)
{
	const char *text = cchc_fields_text(f, "duties_from", CCHC_OPTIONAL);

	s->has_duties_from = text && cchc_day_parse(text, &s->duties_from);
	if (text && !s->has_duties_from)
		cchc_fields_wrong(f, "duties_from", "a day like 2024-12-15 expected");
}

static void read_all(struct cchc_settings *s, const struct cchc_node *root,
		     const char *path, struct cchc_problems *problems)
{
	struct cchc_fields f;

	cchc_fields_begin(&f, root, problems);
	s->unit = cchc_fields_text(&f, "unit", CCHC_REQUIRED);
	s->unit_valid_from = cchc_fields_text(&f, "unit_valid_from", CCHC_OPTIONAL);
	s->units = path_of(s, &f, "units", CCHC_REQUIRED, path);
	s->forms = path_of(s, &f, "forms", CCHC_REQUIRED, path);
	s->keys = path_of(s, &f, "keys", CCHC_REQUIRED, path);
	s->key = path_of(s, &f, "key", CCHC_REQUIRED, path);
	s->store = path_of(s, &f, "store", CCHC_REQUIRED, path);
	s->endpoints_file = path_of(s, &f, "endpoints_file", CCHC_OPTIONAL, path);
	s->store_max_bytes = (size_t)cchc_fields_number(&f, "store_max_gb", 1,
							STORE_GB_MAX, STORE_GB_USUAL)
			     << 30;
	s->resident_periods = (uint32_t)cchc_fields_number(&f, "resident_periods", 20,
							   PERIODS_MAX, PERIODS_USUAL);
	s->publish = cchc_fields_flag(&f, "publish", true);
	s->publish_queue = (int)cchc_fields_number(&f, "publish_queue", QUEUE_LEAST,
						   QUEUE_MAX, QUEUE_USUAL);
	s->calendars = path_of(s, &f, "calendars", CCHC_OPTIONAL, path);
	s->alerts = path_of(s, &f, "alerts", CCHC_OPTIONAL, path);
	s->contacts = path_of(s, &f, "contacts", CCHC_OPTIONAL, path);
	read_register_from(s, &f);
	read_duties_from(s, &f);
	read_endpoints(s, &f);
	cchc_fields_end(&f);
}

enum cchc_rc cchc_settings_load(struct cchc_settings *settings, const char *path,
				struct cchc_problems *problems, struct cchc_err *err)
{
	size_t errors = problems->errors;
	struct cchc_node *root;
	char *bytes;
	size_t len;
	enum cchc_rc rc;

	*settings = (struct cchc_settings){0};
	cchc_arena_init(&settings->arena, ARENA_MAX);
	rc = cchc_settings_read_yaml(&settings->arena, path, &bytes, &len, problems,
				     &root);
	if (rc == CCHC_OK || (rc == CCHC_INVALID && root))
		read_all(settings, root, path, problems);
	if (rc == CCHC_OK && problems->errors > errors)
		rc = CCHC_INVALID;
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "%s cannot be used", path);
	return CCHC_OK;
}

void cchc_settings_fini(struct cchc_settings *settings)
{
	cchc_arena_fini(&settings->arena);
}
