#ifndef CCHC_BASE_CHECK_H
#define CCHC_BASE_CHECK_H

/* Always-on checks of programmers' contracts. Never for what a peer, a disk or malloc
 * can do: those are answered, not asserted. */

_Noreturn void cchc_check_failed(const char *condition, const char *file, int line);

#define cchc_check(condition)                                                            \
	((condition) ? (void)0 : cchc_check_failed(#condition, __FILE__, __LINE__))

#define CCHC_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For variables that must run their destructor on every way out of a block:
 *	struct cchc_thing *thing CCHC_CLEANUP(cchc_thing_free) = NULL; */
#define CCHC_CLEANUP(destructor) __attribute__((cleanup(destructor)))

#endif
