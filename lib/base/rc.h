#ifndef CCHC_BASE_RC_H
#define CCHC_BASE_RC_H

/* Result codes: few, and by what the caller can do about them. The text for people
 * goes into a struct cchc_err (fail.h), only where a person reads it. */

#define CCHC_RC_TABLE(X)                                                                 \
	X(OK, "ok")                                                                      \
	X(INVALID, "invalid") /* the input is wrong: say so, do not try again */         \
	X(NOTFOUND, "not found")                                                         \
	X(LIMIT, "limit")   /* a stated bound was reached */                             \
	X(BUSY, "busy")     /* try again later */                                        \
	X(DENIED, "denied") /* the key or the file's mode does not allow it */           \
	X(NOMEM, "out of memory")                                                        \
	X(NOSPACE, "no space") /* disk or map full: room must be made first */           \
	X(IO, "input/output error")                                                      \
	X(CORRUPT, "corrupt") /* stored bytes fail their check: stop using them */       \
	X(UNKNOWN, "outcome unknown") /* a commit failed: it may have happened */

enum cchc_rc {
#define X(name, text) CCHC_##name,
	CCHC_RC_TABLE(X)
#undef X
};

#define CCHC_NODISCARD __attribute__((warn_unused_result))

/* The constant English name of a code, never NULL. */
const char *cchc_rc_name(enum cchc_rc rc);

/* What an errno of a file operation means for the caller; IO for those not listed. */
enum cchc_rc cchc_rc_of_errno(int number);

#endif
