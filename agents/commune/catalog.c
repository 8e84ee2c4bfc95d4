#include "commune/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "io/digest.h"
#include "io/yaml.h"

enum { TREE_MAX = 64 * 1024 * 1024 };

struct entry {
	struct cchc_form *form;
	struct cchc_arena tree; /* the places of the form's rows point into it */
};

struct cchc_catalog {
	struct cchc_outbox *box;
	struct entry entry[CCHC_FORMS_MAX];
	size_t n;
};

static void drop(struct entry *entry)
{
	cchc_form_free(&entry->form);
	cchc_arena_fini(&entry->tree);
}

static enum cchc_rc first_problem(struct cchc_err *err, enum cchc_rc rc,
				  const struct cchc_problems *problems)
{
	char line[512] = "does not load";

	if (problems->n)
		(void)cchc_problem_line(&problems->list[0], line, sizeof(line));
	return cchc_fail(err, rc, "%s", line);
}

static enum cchc_rc load(const struct cchc_form_file *file, struct entry *entry,
			 struct cchc_err *err)
{
	struct cchc_problems problems;
	struct cchc_node *root = NULL;
	enum cchc_rc rc;

	*entry = (struct entry){0};
	cchc_arena_init(&entry->tree, TREE_MAX);
	cchc_problems_init(&problems);
	rc = cchc_yaml_parse(&entry->tree, file->name, file->bytes, file->len, &problems,
			     &root);
	if (!rc && !root)
		rc = CCHC_INVALID;
	if (!rc)
		rc = cchc_form_load(root, &problems, &entry->form);
	if (rc)
		rc = first_problem(err, rc, &problems);
	else if (strcmp(entry->form->name, file->name) != 0 ||
		 entry->form->revision != file->revision)
		rc = cchc_fail(err, CCHC_INVALID, "is %s revision %u", entry->form->name,
			       entry->form->revision);
	else
		memcpy(entry->form->digest, file->digest, CCHC_DIGEST_BYTES);
	cchc_problems_fini(&problems);
	if (rc)
		drop(entry);
	return rc;
}

static struct entry *find(struct cchc_catalog *catalog, const char *name,
			  uint32_t revision)
{
	for (size_t i = 0; i < catalog->n; i++)
		if (catalog->entry[i].form->revision == revision &&
		    strcmp(catalog->entry[i].form->name, name) == 0)
			return &catalog->entry[i];
	return NULL;
}

/* The entry is moved in, over an older copy of the same revision. */
static enum cchc_rc keep(struct cchc_catalog *catalog, struct entry *entry)
{
	struct entry *old = find(catalog, entry->form->name, entry->form->revision);

	if (old) {
		drop(old);
		*old = *entry;
		return CCHC_OK;
	}
	if (catalog->n == CCHC_FORMS_MAX) {
		drop(entry);
		return CCHC_LIMIT;
	}
	catalog->entry[catalog->n++] = *entry;
	return CCHC_OK;
}

static enum cchc_rc load_kept(struct cchc_catalog *catalog)
{
	struct cchc_form_file file = {0};
	struct cchc_arena arena;
	enum cchc_rc rc;

	cchc_arena_init(&arena, 2 * CCHC_FORM_BYTES_MAX);
	while (!(rc = cchc_outbox_next_form(catalog->box, &arena, &file))) {
		struct entry entry;
		struct cchc_err err;

		if (load(&file, &entry, &err))
			cchc_log(CCHC_LOG_WARN,
				 "kept form does not load form=%s revision=%u: %s",
				 file.name, file.revision, err.text);
		else if (keep(catalog, &entry))
			break;
		cchc_arena_reset(&arena);
	}
	cchc_arena_fini(&arena);
	return rc == CCHC_NOTFOUND ? CCHC_OK : rc;
}

enum cchc_rc cchc_catalog_new(struct cchc_outbox *box, struct cchc_catalog **catalog)
{
	struct cchc_catalog *made = calloc(1, sizeof(*made));
	enum cchc_rc rc;

	if (!made)
		return CCHC_NOMEM;
	made->box = box;
	rc = load_kept(made);
	if (rc)
		cchc_catalog_free(&made);
	else
		*catalog = made;
	return rc;
}

void cchc_catalog_free(struct cchc_catalog **catalog)
{
	if (!*catalog)
		return;
	for (size_t i = 0; i < (*catalog)->n; i++)
		drop(&(*catalog)->entry[i]);
	free(*catalog);
	*catalog = NULL;
}

size_t cchc_catalog_count(const struct cchc_catalog *catalog)
{
	return catalog->n;
}

const struct cchc_form *cchc_catalog_at(const struct cchc_catalog *catalog, size_t i)
{
	cchc_check(i < catalog->n);
	return catalog->entry[i].form;
}

const struct cchc_form *cchc_catalog_for(const struct cchc_catalog *catalog,
					 struct cchc_period period)
{
	const struct cchc_form *best = NULL;

	for (size_t i = 0; i < catalog->n; i++) {
		const struct cchc_form *form = catalog->entry[i].form;

		if (cchc_form_is_for(form, period) &&
		    (!best || form->revision > best->revision))
			best = form;
	}
	return best;
}

const struct cchc_form *cchc_catalog_named(const struct cchc_catalog *catalog,
					   const char *name)
{
	const struct cchc_form *best = NULL;

	for (size_t i = 0; i < catalog->n; i++) {
		const struct cchc_form *form = catalog->entry[i].form;

		if (strcmp(form->name, name) == 0 &&
		    (!best || form->revision > best->revision))
			best = form;
	}
	return best;
}

bool cchc_catalog_has(const struct cchc_catalog *catalog, const char *name,
		      uint32_t revision, const uint8_t digest[CCHC_DIGEST_BYTES])
{
	for (size_t i = 0; i < catalog->n; i++) {
		const struct cchc_form *form = catalog->entry[i].form;

		if (form->revision == revision && strcmp(form->name, name) == 0)
			return memcmp(form->digest, digest, CCHC_DIGEST_BYTES) == 0;
	}
	return false;
}

enum cchc_rc cchc_catalog_add(struct cchc_catalog *catalog,
			      const struct cchc_form_file *file, struct cchc_err *err)
{
	uint8_t digest[CCHC_DIGEST_BYTES];
	struct entry entry;
	enum cchc_rc rc;

	cchc_digest_file(file->bytes, file->len, digest);
	if (memcmp(digest, file->digest, sizeof(digest)) != 0)
		return cchc_fail(err, CCHC_INVALID,
				 "its digest is not the announced one");
	rc = load(file, &entry, err);
	if (rc)
		return rc;
	rc = cchc_outbox_put_form(catalog->box, file);
	if (rc) {
		drop(&entry);
		return cchc_fail(err, rc, "cannot be kept: %s", cchc_rc_name(rc));
	}
	rc = keep(catalog, &entry);
	return rc ? cchc_fail(err, rc, "too many forms") : CCHC_OK;
}
