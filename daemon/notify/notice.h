#ifndef CCHC_NOTIFY_NOTICE_H
#define CCHC_NOTIFY_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a channel is given to tell: one alert, to one address. Everything is lent for the
 * time of the call. Labels are English, texts are for people. */

struct cchc_notice {
	const char
		*key; /* identity: Idempotency-Key, Message-ID; unique for each alert */
	bool ended;   /* tells that it is over */
	const char *kind;    /* step, silent, digest, test */
	const char *urgency; /* info, warning, critical */
	const char *unit_code;
	const char *unit_name;
	const char *task;       /* id; "" */
	const char *step;       /* "" */
	const char *class_name; /* "" */
	const char *due;        /* 2024-03-15; "" */
	const char *subject;    /* one line */
	const char *text;       /* lines */
	const char *to;         /* address as the channel understands it; "" */
	const char *language;   /* vi, en */
	int64_t raised_ms;
	int64_t ended_ms; /* 0: it stands */
};

#endif
