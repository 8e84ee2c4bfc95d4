#ifndef CCHC_TESTS_ZPEER_H
#define CCHC_TESTS_ZPEER_H

/* Who connects to the world of zkit.h: agents of ours, and others. */

#include "unit/zkit.h"

static inline struct cchc_zoptions client(struct world *w, enum cchc_zkind kind)
{
	return (struct cchc_zoptions){
		.kind = kind, .own = &w->known, .server_key = w->server.public_key};
}

/* An agent that is connected: its first message has arrived. */
static inline void start_agent(struct world *w, struct end *agent)
{
	struct cchc_zoptions options = client(w, CCHC_ZDEALER);
	unsigned before = w->agents.got;

	start_end(w, agent, &options, w->agents_at, NULL);
	run_until(w, cchc_zsocket_send(cchc_zpoll_socket(agent->poll), NULL, 0, "hello",
				       5) == CCHC_OK);
	run_until(w, w->agents.got > before);
}

static inline void send_text(struct end *from, const char *text)
{
	assert_int_equal(cchc_zsocket_send(cchc_zpoll_socket(from->poll), NULL, 0, text,
					   strlen(text)),
			 CCHC_OK);
}

/* A client that is not ours: libzmq as it is. endpoint: NULL, to connect later. */
static inline void *raw_client(void *context, const struct cchc_key_pair *pair,
			       const char *server_key, int type, const char *endpoint)
{
	void *zmq = zmq_socket(context, type);
	int linger = 0;

	assert_non_null(zmq);
	assert_int_equal(zmq_setsockopt(zmq, ZMQ_LINGER, &linger, sizeof(linger)), 0);
	if (pair) {
		assert_int_equal(
			zmq_setsockopt(zmq, ZMQ_CURVE_PUBLICKEY, pair->public_key, 41),
			0);
		assert_int_equal(
			zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, pair->secret_key, 41),
			0);
		assert_int_equal(zmq_setsockopt(zmq, ZMQ_CURVE_SERVERKEY, server_key, 41),
				 0);
	}
	if (endpoint)
		assert_int_equal(zmq_connect(zmq, endpoint), 0);
	return zmq;
}

#endif
