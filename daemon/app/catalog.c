#include "app/catalog.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "io/csv.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/yaml.h"

enum { ARENA_MAX = 64 * 1024 * 1024, UNITS_FILE_MAX = 4 * 1024 * 1024 };

static enum cchc_rc load_units(struct cchc_catalog *catalog,
			       const struct cchc_settings *settings,
			       struct cchc_problems *problems)
{
	struct cchc_sheet sheet;
	struct cchc_err err;
	char *bytes;
	size_t len;
	enum cchc_rc rc = cchc_file_read(&catalog->arena, settings->units, UNITS_FILE_MAX,
					 &bytes, &len, &err);

	if (rc != CCHC_OK) {
		cchc_problems_error(problems,
				    (struct cchc_place){.file = settings->units},
				    "%.200s", err.text);
		return rc;
	}
	cchc_digest_file(bytes, len, catalog->units_digest);
	rc = cchc_csv_parse(&catalog->arena, settings->units, bytes, len, problems,
			    &sheet);
	if (rc != CCHC_OK)
		return rc;
	return cchc_units_load(&catalog->units, &sheet, problems);
}

enum cchc_rc cchc_catalog_add_form(struct cchc_catalog *catalog, const char *file,
				   const void *bytes, size_t len,
				   struct cchc_problems *problems)
{
	struct cchc_catalog_form *slot = &catalog->form[catalog->n_forms];
	struct cchc_place place = {.file = file};
	struct cchc_node *root;
	enum cchc_rc rc;

	if (catalog->n_forms == sizeof(catalog->form) / sizeof(catalog->form[0])) {
		cchc_problems_error(problems, place, "too many forms");
		return CCHC_LIMIT;
	}
	rc = cchc_yaml_parse(&catalog->arena, file, bytes, len, problems, &root);
	if (rc == CCHC_OK && !root) {
		cchc_problems_error(problems, place, "the file is empty");
		rc = CCHC_INVALID;
	}
	if (rc == CCHC_INVALID && root) { /* for the other mistakes */
		if (cchc_form_load(root, problems, &slot->form) == CCHC_OK)
			cchc_form_free(&slot->form);
		return rc;
	}
	if (rc == CCHC_OK)
		rc = cchc_form_load(root, problems, &slot->form);
	if (rc != CCHC_OK)
		return rc;
	cchc_digest_file(bytes, len, slot->form->digest);
	slot->text = bytes;
	slot->text_len = len;
	if (cchc_catalog_form(catalog, slot->form->name, slot->form->revision)) {
		cchc_problems_error(problems, place, "form %s revision %u stands twice",
				    slot->form->name, slot->form->revision);
		cchc_form_free(&slot->form);
		return CCHC_INVALID;
	}
	catalog->n_forms++;
	return CCHC_OK;
}

static int is_form_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".yaml") == 0;
}

static void load_form_file(struct cchc_catalog *catalog, const char *folder,
			   const char *name, struct cchc_problems *problems)
{
	char *path = cchc_arena_format(&catalog->arena, "%s/%s", folder, name);
	struct cchc_place place = {.file = path ? path : folder};
	struct cchc_err err;
	char *bytes;
	size_t len;

	if (!path || cchc_file_read(&catalog->arena, path, UNITS_FILE_MAX, &bytes, &len,
				    &err) != CCHC_OK) {
		cchc_problems_error(problems, place, "%.200s",
				    path ? err.text : "memory");
		return;
	}
	if (cchc_catalog_add_form(catalog, path, bytes, len, problems) == CCHC_NOMEM)
		cchc_problems_error(problems, place, "out of memory");
}

static void load_forms(struct cchc_catalog *catalog, const struct cchc_settings *settings,
		       struct cchc_problems *problems)
{
	struct cchc_place place = {.file = settings->forms};
	struct dirent **entry;
	int n = scandir(settings->forms, &entry, is_form_file, alphasort);

	if (n < 0) {
		cchc_problems_error(problems, place, "the folder cannot be read: %m");
		return;
	}
	for (int i = 0; i < n; i++) {
		load_form_file(catalog, settings->forms, entry[i]->d_name, problems);
		free(entry[i]);
	}
	free(entry);
	if (n == 0)
		cchc_problems_error(problems, place, "no form (*.yaml) in this folder");
}

enum cchc_rc cchc_catalog_load(struct cchc_catalog *catalog,
			       const struct cchc_settings *settings,
			       struct cchc_problems *problems)
{
	size_t errors = problems->errors;
	enum cchc_rc rc;

	*catalog = (struct cchc_catalog){0};
	cchc_arena_init(&catalog->arena, ARENA_MAX);
	catalog->counts_tasks = settings->counts_tasks;
	catalog->register_from = settings->register_from;
	catalog->register_day = settings->register_day;
	rc = load_units(catalog, settings, problems);
	load_forms(catalog, settings, problems);
	if (rc == CCHC_OK && problems->errors > errors)
		rc = CCHC_INVALID;
	return rc;
}

void cchc_catalog_fini(struct cchc_catalog *catalog)
{
	for (size_t i = 0; i < catalog->n_forms; i++)
		cchc_form_free(&catalog->form[i].form);
	cchc_units_fini(&catalog->units);
	cchc_arena_fini(&catalog->arena);
	*catalog = (struct cchc_catalog){0};
}

cchc_day cchc_catalog_register_day(const struct cchc_catalog *catalog, int closing_day)
{
	if (!catalog->counts_tasks)
		return CCHC_DAY_NONE;
	if (catalog->register_from.year)
		return cchc_period_first_day(catalog->register_from, closing_day);
	return catalog->register_day;
}

const struct cchc_catalog_form *cchc_catalog_form(const struct cchc_catalog *catalog,
						  const char *name, uint32_t revision)
{
	for (size_t i = 0; i < catalog->n_forms; i++) {
		const struct cchc_catalog_form *form = &catalog->form[i];

		if (form->form->revision == revision &&
		    strcmp(form->form->name, name) == 0)
			return form;
	}
	return NULL;
}

const struct cchc_catalog_form *
cchc_catalog_form_by_id(const struct cchc_catalog *catalog, uint16_t id)
{
	for (size_t i = 0; i < catalog->n_forms; i++)
		if (catalog->form[i].id == id && catalog->form[i].newest)
			return &catalog->form[i];
	return NULL;
}

const struct cchc_catalog_form *cchc_catalog_form_for(const struct cchc_catalog *catalog,
						      const char *name,
						      struct cchc_period period)
{
	for (size_t i = 0; i < catalog->n_forms; i++) {
		const struct cchc_catalog_form *form = &catalog->form[i];

		if (!form->newest)
			continue;
		if (name ? strcmp(form->form->name, name) == 0
			 : cchc_form_is_for(form->form, period))
			return form;
	}
	return NULL;
}
