#ifndef CCHC_TESTS_DUEL_H
#define CCHC_TESTS_DUEL_H

#include "answer.h"
#include "core/view.h"
#include "history.h"
#include "oracle.h"

/* A view beside its oracle: both get the same figures, both are asked the same, and their
 * answers are compared as texts. What fails for want of memory stops the test. */

struct duel {
	const struct cchc_form *form;
	struct world *world;
	struct oracle oracle;
	struct cchc_view *view;
	struct cchc_arena arena; /* of answers */
};

struct asked {
	struct cchc_period period;
	uint32_t unit; /* id */
	uint16_t row;
	enum cchc_scope scope;
};

void duel_open(struct duel *duel, const struct cchc_form *form, struct world *world);
void duel_close(struct duel *duel);
/* An empty view with the years of histories. */
struct cchc_view *duel_view(const struct duel *duel);

/* One batch. */
void duel_apply(struct duel *duel, const struct change *change, size_t n);
void duel_apply_all(struct duel *duel, const struct change *change, size_t n);

/* The answers as texts. */
void duel_ask_view(struct duel *duel, struct cchc_view *view, const struct asked *asked,
		   char out[ANSWER_TEXT]);
void duel_ask_oracle(struct duel *duel, const struct asked *asked, char out[ANSWER_TEXT]);

#endif
