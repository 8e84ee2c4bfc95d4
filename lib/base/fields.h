#ifndef CCHC_BASE_FIELDS_H
#define CCHC_BASE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/node.h"

/* Reads the keys of one map of a configuration file by name, and reports what is missing,
 *of the wrong type, or not known:
 *
 *	cchc_fields_begin(&f, node, problems);
 *	s->unit = cchc_fields_text(&f, "unit", CCHC_REQUIRED);
 *	cchc_fields_end(&f);	   reports the keys nobody asked for
 */
enum { CCHC_FIELDS_MAX = 32 };
enum cchc_need { CCHC_OPTIONAL, CCHC_REQUIRED };

struct cchc_fields {
	const struct cchc_node
		*map; /* NULL when it was no map: everything reads as missing */
	struct cchc_problems *problems;
	const char *asked[CCHC_FIELDS_MAX];
	size_t n;
};

void cchc_fields_begin(struct cchc_fields *fields, const struct cchc_node *node,
		       struct cchc_problems *problems);
void cchc_fields_end(struct cchc_fields *fields);

/* NULL when missing or of another kind (reported). */
const struct cchc_node *cchc_fields_node(struct cchc_fields *fields, const char *key,
					 enum cchc_need need, enum cchc_node_kind kind);
/* Lent from the file's arena; NULL when missing or empty. */
const char *cchc_fields_text(struct cchc_fields *fields, const char *key,
			     enum cchc_need need);
/* `usual` when missing or wrong. */
int64_t cchc_fields_number(struct cchc_fields *fields, const char *key, int64_t least,
			   int64_t most, int64_t usual);
/* yes/no, true/false */
bool cchc_fields_flag(struct cchc_fields *fields, const char *key, bool usual);
/* Reports a mistake at the value of the key (or at the map when it is missing). */
void cchc_fields_wrong(struct cchc_fields *fields, const char *key, const char *what);

#endif
