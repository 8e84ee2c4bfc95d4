#ifndef CCHC_TESTS_NOTIFYKIT_H
#define CCHC_TESTS_NOTIFYKIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "notify/channel.h"

/* What the tests of the channels share: a courier on a loop, and tests/tools/sink.py as
 * the other side. */

enum { KIT_HANDINGS = 64, KIT_LIMIT_MS = 60000 };

struct kit_handing {
	bool told;
	enum cchc_rc rc;
	char text[256];
};

struct kit {
	uv_loop_t loop;
	uv_timer_t look;
	int waited_ms;
	struct cchc_courier *courier;
	char dir[64];
	pid_t sink;
	int http;
	int smtp;
	struct kit_handing handing[KIT_HANDINGS];
	size_t n;
	json_t *record; /* of kit_record */
	struct cchc_arena arena;
};

/* setup and teardown of a test: the loop runs dry and everything is given back. */
int kit_begin(void **state);
int kit_end(void **state);

/* Starts the sink with more options, of which `...` may name files; sets the ports. */
void kit_sink(struct kit *kit, const char *const *options, size_t n);

/* A channel of that type at the sink, with a generous time limit; url ends with `path`.
 */
struct cchc_channel_settings kit_channel(struct kit *kit, enum cchc_channel_type type,
					 const char *path);
/* An alert that stands. */
struct cchc_notice kit_notice(void);

/* Hands it; the number of the handing. */
size_t kit_hand(struct kit *kit, const struct cchc_channel_settings *channel,
		const struct cchc_notice *notice);
/* Runs the loop until the handing is told; what was told. */
const struct kit_handing *kit_wait(struct kit *kit, size_t handing);
/* Both at once. */
const struct kit_handing *kit_tell(struct kit *kit,
				   const struct cchc_channel_settings *channel,
				   const struct cchc_notice *notice);
/* Runs the loop until it holds. */
#define kit_until(kit, condition)                                                        \
	do {                                                                             \
		kit_clock(kit);                                                          \
		while (!(condition))                                                     \
			uv_run(&(kit)->loop, UV_RUN_ONCE);                               \
	} while (0)
/* Fails the test when it is not called again in a minute. */
void kit_clock(struct kit *kit);

/* A file in the test's folder; its path. */
const char *kit_write(struct kit *kit, const char *name, const char *text, unsigned mode);
const char *kit_path(struct kit *kit, const char *name);

/* What the sink wrote down: its n-th line, and how many there are. */
json_t *kit_record(struct kit *kit, size_t n);
size_t kit_recorded(struct kit *kit);
/* A text in it, by up to three keys. */
const char *kit_text(json_t *json, const char *a, const char *b, const char *c);

#endif
