#ifndef CCHC_CTL_JSON_H
#define CCHC_CTL_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "ctl/cell.h"

/* The pieces that several commands' JSON is made of. Numbers that may have decimals are
 * texts in machine form ("26.6"), so that no reader rounds them. Each returns a new
 * reference, or NULL when memory ran out; json_object_set_new takes NULL and fails. */

json_t *cchc_ctl_json_unit(const Cchc__UnitInfo *unit); /* code, name, level */
/* A text, or null for NULL and "". */
json_t *cchc_ctl_json_text(const char *text);
/* The list with the item in it; NULL, and both gone, when either is none. */
json_t *cchc_ctl_json_append(json_t *list, json_t *item);
json_t *cchc_ctl_json_pairs(const struct cchc_ctl_pair *pairs, size_t n);
/* part, code, name, unit, state, value, reported, expected, incomplete, detail */
json_t *cchc_ctl_json_cell(struct cchc_arena *arena, const struct cchc_form *form,
			   const struct cchc_ctl_cell *cell);

enum cchc_ctl_json_shape { CCHC_CTL_JSON_LINE, CCHC_CTL_JSON_INDENTED };
/* Prints with a line end and drops the reference; NOMEM for NULL. */
CCHC_NODISCARD enum cchc_rc
cchc_ctl_json_print(json_t *json, enum cchc_ctl_json_shape shape, FILE *out);

#endif
