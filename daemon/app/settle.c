/* settle.c - the catalog meets the store: who has which id, which revisions there ever
 * were. What is new becomes a journal entry, so that a replay gives the same ids. */

#include <string.h>

#include "app/catalog.h"
#include "base/log.h"

struct settling {
	struct cchc_catalog *catalog;
	struct cchc_txn txn;
	struct cchc_arena arena; /* of the entries */
	int64_t now_ms;
	struct cchc_err *err;
	struct cchc_problems problems; /* of forms kept in the store */
	size_t vanished;               /* units that left something, not in the file */
};

enum { VANISHED_TOLD = 16 };

static uint32_t given_id(void *data, const char *code, cchc_day valid_from)
{
	struct settling *s = data;

	return cchc_store_unit_id(&s->txn, code, valid_from);
}

static enum cchc_rc apply(struct settling *s, struct cchc_entry *entry)
{
	struct cchc_outcome outcome;

	entry->clock_ms = s->now_ms;
	entry->sender = "";
	entry->doc_number = entry->signer_name = entry->signer_position = "";
	entry->doc_date = CCHC_DAY_NONE;
	entry->source = entry->source ? entry->source : "";
	cchc_apply(&s->txn, entry, NULL, NULL, &s->arena, &outcome);
	return s->txn.rc;
}

/* A unit cannot vanish silently: what it left is still there, in no sum any more. */
static enum cchc_rc on_stored_unit(void *data, uint32_t id, const char *code,
				   cchc_day valid_from)
{
	struct settling *s = data;
	struct cchc_units *units = &s->catalog->units;
	char day[CCHC_DAY_TEXT];

	if (cchc_units_by_id(units, id))
		return CCHC_OK;
	if (cchc_store_unit_is_used(&s->txn, id) && s->vanished++ < VANISHED_TOLD)
		cchc_log(CCHC_LOG_WARN,
			 "unit with figures or tasks is not in the file any more "
			 "code=%s valid_from=%s id=%u",
			 code, cchc_day_format(valid_from, day), id);
	return cchc_units_remember(units, id, code, valid_from);
}

static enum cchc_rc remember_units(struct settling *s)
{
	cchc_store_each_unit(&s->txn, on_stored_unit, s);
	if (s->vanished > VANISHED_TOLD)
		cchc_log(CCHC_LOG_WARN,
			 "units with figures or tasks are not in the file any more "
			 "units=%zu",
			 s->vanished);
	return s->txn.rc;
}

static enum cchc_rc settle_units(struct settling *s)
{
	struct cchc_units *units = &s->catalog->units;
	uint32_t next = cchc_store_next_unit_id(&s->txn);
	uint32_t first = next;
	struct cchc_entry entry = {.kind = CCHC_ENTRY_UNITS};
	enum cchc_rc rc = cchc_units_identify(units, given_id, s, &next);

	if (rc != CCHC_OK || next == first)
		return rc;
	entry.units = cchc_arena_array(&s->arena, next - first, sizeof(entry.units[0]));
	if (!entry.units)
		return CCHC_NOMEM;
	for (size_t i = 0; i < units->n; i++) {
		const struct cchc_unit *unit = &units->unit[i];

		if (unit->id >= first)
			entry.units[entry.n_units++] = (struct cchc_entry_unit){
				unit->id, unit->code, unit->valid_from};
	}
	cchc_log(CCHC_LOG_NOTICE, "units got ids units=%zu", entry.n_units);
	return apply(s, &entry);
}

/* A form of the store that is in no file any more: still needed for what it describes. */
static enum cchc_rc on_stored_form(void *data, const struct cchc_stored_form *stored)
{
	struct settling *s = data;
	struct cchc_catalog *catalog = s->catalog;
	struct cchc_catalog_form *known = (struct cchc_catalog_form *)cchc_catalog_form(
		catalog, stored->name, stored->revision);
	enum cchc_rc rc;
	char *name;
	char *text;

	if (known && memcmp(known->form->digest, stored->digest, 32) == 0) {
		known->id = stored->id;
		return CCHC_OK;
	}
	if (known)
		return cchc_fail(
			s->err, CCHC_INVALID,
			"form %s revision %u was changed after it came into force: "
			"give the change a new revision",
			stored->name, stored->revision);
	name = cchc_arena_format(&catalog->arena, "%s revision %u in the store",
				 stored->name, stored->revision);
	text = cchc_arena_text(&catalog->arena, stored->text, stored->text_len);
	if (!name || !text)
		return CCHC_NOMEM;
	rc = cchc_catalog_add_form(catalog, name, text, stored->text_len, &s->problems);
	if (rc != CCHC_OK)
		return cchc_fail(s->err, rc, "%s cannot be read any more", name);
	catalog->form[catalog->n_forms - 1].id = stored->id;
	return CCHC_OK;
}

static enum cchc_rc settle_form(struct settling *s, struct cchc_catalog_form *form)
{
	struct cchc_entry entry = {
		.kind = CCHC_ENTRY_FORM,
		.revision = form->form->revision,
		.source = form->form->name,
		.text = form->text,
		.text_len = form->text_len,
	};

	if (form->id)
		return CCHC_OK; /* the store has it */
	form->id = cchc_store_form_id(&s->txn, form->form->name);
	if (!form->id)
		form->id = cchc_store_next_form_id(&s->txn);
	entry.form = form->id;
	cchc_log(CCHC_LOG_NOTICE, "form came into force form=%s revision=%u rows=%zu",
		 form->form->name, form->form->revision, form->form->n);
	return apply(s, &entry);
}

/* A newer revision may add and rename rows, but the same row id must mean the same. */
static enum cchc_rc find_newest(struct settling *s)
{
	struct cchc_catalog *catalog = s->catalog;

	for (size_t i = 0; i < catalog->n_forms; i++) {
		struct cchc_catalog_form *form = &catalog->form[i];

		form->newest = true;
		for (size_t k = 0; k < catalog->n_forms; k++) {
			struct cchc_catalog_form *other = &catalog->form[k];

			if (other->id != form->id ||
			    other->form->revision >= form->form->revision)
				continue;
			if (cchc_form_succeeds(form->form, other->form, s->err) !=
			    CCHC_OK)
				return CCHC_INVALID;
		}
		for (size_t k = 0; k < catalog->n_forms; k++)
			if (catalog->form[k].id == form->id &&
			    catalog->form[k].form->revision > form->form->revision)
				form->newest = false;
	}
	return CCHC_OK;
}

static enum cchc_rc settle_all(struct settling *s)
{
	enum cchc_rc rc = settle_units(s);

	if (rc == CCHC_OK)
		rc = remember_units(s);
	if (rc == CCHC_OK)
		cchc_store_each_form(&s->txn, on_stored_form, s);
	if (rc == CCHC_OK)
		rc = s->txn.rc;
	for (size_t i = 0; i < s->catalog->n_forms && rc == CCHC_OK; i++)
		rc = settle_form(s, &s->catalog->form[i]);
	if (rc == CCHC_OK)
		rc = find_newest(s);
	return rc;
}

enum cchc_rc cchc_config_settle(struct cchc_store *store, const char *name,
				const uint8_t digest[32], int64_t now_ms,
				struct cchc_err *err)
{
	struct settling s = {.now_ms = now_ms};
	struct cchc_entry entry = {.kind = CCHC_ENTRY_CONFIG,
				   .source = name,
				   .text = digest,
				   .text_len = 32};
	uint8_t known[32];
	enum cchc_rc rc;

	cchc_arena_init(&s.arena, 64 * 1024);
	cchc_txn_write(&s.txn, store->env);
	if (cchc_store_config(&s.txn, name, known) && memcmp(known, digest, 32) == 0) {
		cchc_txn_abort(&s.txn);
		rc = CCHC_OK;
	} else {
		(void)apply(&s, &entry);
		rc = cchc_txn_commit(&s.txn);
	}
	cchc_arena_fini(&s.arena);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "the store does not take the digest of %s: %s",
				 name, cchc_rc_name(rc));
	return CCHC_OK;
}

enum cchc_rc cchc_catalog_find_receiver(struct cchc_catalog *catalog,
					const struct cchc_settings *settings,
					int64_t now_ms, struct cchc_err *err)
{
	const struct cchc_unit *only = NULL;
	size_t n = cchc_units_of_code(&catalog->units, settings->unit, &only);
	cchc_day day = cchc_day_at(now_ms);

	if (settings->unit_valid_from && !cchc_day_parse(settings->unit_valid_from, &day))
		return cchc_fail(err, CCHC_INVALID, "unit_valid_from: %s is no date",
				 settings->unit_valid_from);
	catalog->receiver =
		n == 1 ? only : cchc_units_on(&catalog->units, settings->unit, day);
	if (!catalog->receiver)
		return cchc_fail(err, CCHC_INVALID, "unit %s is not in %s",
				 settings->unit, settings->units);
	return CCHC_OK;
}

enum { ENTRIES_MAX = 64 * 1024 * 1024 };

enum cchc_rc cchc_catalog_settle(struct cchc_catalog *catalog, struct cchc_store *store,
				 const struct cchc_settings *settings, int64_t now_ms,
				 struct cchc_err *err)
{
	struct settling s = {.catalog = catalog, .now_ms = now_ms, .err = err};
	enum cchc_rc rc = cchc_catalog_find_receiver(catalog, settings, now_ms, err);

	if (rc != CCHC_OK)
		return rc;
	if (err)
		err->text[0] = '\0';
	cchc_problems_init(&s.problems);
	cchc_arena_init(&s.arena, ENTRIES_MAX);
	cchc_txn_write(&s.txn, store->env);
	rc = settle_all(&s);
	if (rc == CCHC_OK)
		rc = cchc_txn_commit(&s.txn);
	else
		cchc_txn_abort(&s.txn);
	cchc_arena_fini(&s.arena);
	cchc_problems_fini(&s.problems);
	if (rc != CCHC_OK && err && !err->text[0])
		return cchc_fail(err, rc, "the store does not take units and forms: %s",
				 cchc_rc_name(rc));
	return rc;
}
