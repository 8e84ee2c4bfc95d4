#include "net/doors.h"

#include <string.h>

#include "base/log.h"
#include "proto/limits.h"

enum { AGENT_QUEUE = 256, ANSWER_QUEUE = 4096, LINGER_MS = 500 };

const char *cchc_door_name(enum cchc_door door)
{
	static const char *const NAMES[] = {"agents", "queries", "changes"};

	return NAMES[door];
}

static const char *on_who(void *data, const char *domain, const char *public_key)
{
	static struct cchc_log_limit limit = {.burst = 10, .period_ms = 60000};
	struct cchc_doors *doors = data;
	const struct cchc_key_entry *entry = cchc_keyring_by_key(doors->ring, public_key);

	if (entry && cchc_role_may_use(entry->role, domain))
		return entry->user;
	if (cchc_log_allows(&limit))
		cchc_log(CCHC_LOG_WARN, "door refused a key door=%s key=%s name=%s",
			 domain, public_key, entry ? entry->name : "");
	return NULL;
}

static enum cchc_rc open_one(struct cchc_doors *doors, uv_loop_t *loop,
			     const struct cchc_doors_options *options,
			     enum cchc_door door, struct cchc_err *err)
{
	static const enum cchc_zkind KINDS[] = {CCHC_ZROUTER, CCHC_ZROUTER, CCHC_ZXPUB};
	const int queues[] = {AGENT_QUEUE, ANSWER_QUEUE, options->publish_queue};
	const struct cchc_zoptions how = {
		.kind = KINDS[door],
		.zap_domain = cchc_door_name(door),
		.own = options->own,
		.max_message = CCHC_FRAME_MAX,
		.send_high_water = queues[door],
		.receive_high_water = AGENT_QUEUE,
		.linger_ms = LINGER_MS,
	};
	struct cchc_zsocket *socket = NULL;
	enum cchc_rc rc = cchc_zsocket_new(doors->context, &how, &socket, err);

	if (rc == CCHC_OK)
		rc = cchc_zsocket_bind(socket, options->endpoint[door],
				       doors->endpoint[door], err);
	if (rc == CCHC_OK)
		rc = cchc_zpoll_start(loop, socket, options->on_message[door],
				      options->data, &doors->poll[door], err);
	if (rc != CCHC_OK)
		cchc_zsocket_close(&socket);
	return rc;
}

enum cchc_rc cchc_doors_open(struct cchc_doors *doors, uv_loop_t *loop,
			     const struct cchc_doors_options *options,
			     struct cchc_err *err)
{
	enum cchc_rc rc;

	*doors = (struct cchc_doors){.ring = options->ring};
	rc = cchc_zcontext_new(&doors->context, err);
	if (rc == CCHC_OK) /* first: without it libzmq lets every key in */
		rc = cchc_zap_start(loop, doors->context, on_who, doors, &doors->zap,
				    err);
	for (int door = 0; door < CCHC_DOORS_N && rc == CCHC_OK; door++)
		rc = open_one(doors, loop, options, (enum cchc_door)door, err);
	return rc;
}

void cchc_doors_close(struct cchc_doors *doors)
{
	for (int door = 0; door < CCHC_DOORS_N; door++)
		cchc_zpoll_close(&doors->poll[door]);
	cchc_zap_stop(&doors->zap);
}

void cchc_doors_end(struct cchc_doors *doors)
{
	cchc_zcontext_free(&doors->context);
}

struct cchc_zsocket *cchc_doors_socket(struct cchc_doors *doors, enum cchc_door door)
{
	return cchc_zpoll_socket(doors->poll[door]);
}
