#ifndef CCHC_CTL_PIPELINE_H
#define CCHC_CTL_PIPELINE_H

#include "ctl/link.h"

/* Questions that do not wait for each other's answers: a bounded number of them is under
 * way at any time, so that hundreds of deeds share the daemon's commits. They are sent in
 * order; answers may come in any. */

enum { CCHC_CTL_PIPELINE_MAX = 64 };

/* The whole answer to asks[i], or NULL with the text of a refusal for good. Lent until it
 * returns; what it answers ends the pipeline unless it is CCHC_OK. */
typedef enum cchc_rc cchc_ctl_answered(void *data, size_t i,
				       const struct cchc_ctl_answer *answer,
				       const char *refused, struct cchc_err *err);

/* Asks all of them. One that gets no answer within a third of the timeout is asked again,
 * three times in all, if that does no harm: a question, an ADD or a dry run; else once,
 * and the text says that the deed may be done. DENIED with its text when the daemon
 * refuses one for now (a key that may not do this, a store that cannot be written); BUSY:
 * no answer in time, or interrupted; INVALID: an answer that is none; else what on_answer
 * said. */
CCHC_NODISCARD enum cchc_rc cchc_ctl_pipeline_run(struct cchc_ctl_link *link,
						  const Cchc__Ask *asks, size_t n,
						  unsigned timeout_ms,
						  cchc_ctl_answered *on_answer,
						  void *data, struct cchc_err *err);

#endif
