#ifndef CCHC_CTL_PRINT_H
#define CCHC_CTL_PRINT_H

#include <stdio.h>

#include "core/form.h"
#include "ctl/parts.h"

/* Answers as tables for people. Everything is lent. */

void cchc_ctl_print_status(const struct cchc_ctl_answer *answer, size_t width, FILE *out);
void cchc_ctl_print_about(const struct cchc_ctl_answer *answer, FILE *out);
void cchc_ctl_print_verdict(const Cchc__Verdict *verdict, uint64_t commit, FILE *out);
CCHC_NODISCARD enum cchc_rc cchc_ctl_print_journal(const struct cchc_form *form,
						   const struct cchc_ctl_answer *answer,
						   size_t width, FILE *out);

#endif
