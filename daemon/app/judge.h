#ifndef CCHC_APP_JUDGE_H
#define CCHC_APP_JUDGE_H

#include "app/catalog.h"
#include "net/keyring.h"
#include "proto/wire.h"

/* The verdict on a message: a function of the message, the key, forms, units and the
 * clock reading that goes into its entry; never of stored figures. */

enum cchc_judged {
	CCHC_JUDGED,       /* the entry says what is accepted and what is refused */
	CCHC_JUDGED_LATER, /* form or revision not known here yet */
	CCHC_JUDGED_NOMEM,
};

/* Fills the entry's kind, unit, form, period, header, cells and refusals; what the report
 * lends must live as long as the entry. A message refused as a whole keeps its kind, with
 * no cell and one refusal of index CCHC_REFUSED_WHOLE: it uses up its seq and changes no
 * figure, and the store keeps the refusal with the mark. */
enum cchc_judged cchc_judge(const struct cchc_catalog *catalog, struct cchc_trees *trees,
			    const struct cchc_key_entry *key, const Cchc__Report *report,
			    bool is_update, int64_t now_ms, struct cchc_arena *arena,
			    struct cchc_entry *entry);

/* A refusal of the whole message, with its value as a text; entry->kind is REPORT or
 * UPDATE. */
void cchc_judge_refuse_whole(struct cchc_arena *arena, struct cchc_entry *entry,
			     enum cchc_rule rule, const char *field, const char *value,
			     const char *expected);

#endif
