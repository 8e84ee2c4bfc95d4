/* life.c - up and down the ladder.
 *
 * Up: settings, catalog (units, forms), keys -> store -> ids -> board -> writer -> doors
 * -> ready. Down, on a signal: stop taking messages and questions -> hand the open batch
 * to the writer, join it, tell what it gave back -> close doors and handles -> the loop
 * runs dry -> context, store. A kill -9 at any rung loses nothing that was acknowledged.
 */

#include "app/life.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/acts.h"
#include "app/daemon.h"
#include "app/ingest.h"
#include "app/query.h"
#include "app/residence.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/service.h"

enum {
	EXIT_CONFIG = 78,
	TICK_MS = 1000,
	PRUNE_EVERY_TICKS = 60,
	FORGET_MS = 10 * 60 * 1000,
	READERS_EVERY_TICKS = 3600,
	FULL_PERCENT = 70,
};

struct life {
	struct cchc_daemon d;
	uv_loop_t loop;
	uv_signal_t term;
	uv_signal_t interrupt;
	uv_timer_t tick;
	uv_timer_t alive;
	uv_check_t turn; /* end of each turn of the loop */
	uint64_t ticks;
	struct cchc_problems problems;
	int lock;               /* of the store, -1: not held */
	struct cchc_arena keys; /* the key file as a tree, until its problems are told */
};

const char *cchc_program(void)
{
	return "cchcd " CCHC_VERSION;
}

static void print_problems(struct life *life)
{
	struct cchc_problems *problems = &life->problems;

	cchc_problems_sort(problems);
	for (size_t i = 0; i < problems->n; i++) {
		char line[1024];

		(void)fprintf(stderr, "%s\n",
			      cchc_problem_line(&problems->list[i], line, sizeof(line)));
	}
	if (problems->unlisted)
		(void)fprintf(stderr, "and %zu more\n", problems->unlisted);
	cchc_problems_fini(problems);
	cchc_problems_init(problems);
	cchc_arena_fini(&life->keys);
}

static enum cchc_rc load_keys(struct life *life, uint8_t digest[32], struct cchc_err *err)
{
	struct cchc_daemon *d = &life->d;
	struct cchc_node *root;
	char *bytes;
	size_t len;
	enum cchc_rc rc;

	cchc_arena_init(&life->keys, 32 * 1024 * 1024);
	rc = cchc_settings_read_yaml(&life->keys, d->settings.keys, &bytes, &len,
				     &life->problems, &root);
	if (rc == CCHC_OK)
		cchc_digest_file(bytes, len, digest);
	if (rc == CCHC_OK)
		rc = cchc_keyring_load(&d->ring, root, &d->catalog.units,
				       &life->problems);
	else if (rc == CCHC_INVALID && root) /* for the other mistakes */
		(void)!cchc_keyring_load(&d->ring, root, &d->catalog.units,
					 &life->problems);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "%s cannot be used", d->settings.keys);
	return CCHC_OK;
}

/* LMDB would let two daemons write by turns, each with a board of its own. */
static enum cchc_rc lock_store(struct life *life, struct cchc_err *err)
{
	const char *store = life->d.settings.store;
	enum cchc_rc rc;
	char *path;

	if (asprintf(&path, "%s-daemon", store) < 0)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = cchc_file_lock(path, &life->lock, err);
	if (rc == CCHC_BUSY)
		rc = cchc_fail(err, rc, "%s: another daemon runs on this store", store);
	free(path);
	return rc;
}

static enum cchc_rc open_store(struct life *life, struct cchc_err *err)
{
	struct cchc_daemon *d = &life->d;
	int64_t now_ms = cchc_clock_wall_ms();
	enum cchc_rc rc = lock_store(life, err);

	if (rc == CCHC_OK)
		rc = cchc_store_open(&d->store, d->settings.store,
				     d->settings.store_max_bytes, err);
	if (rc == CCHC_OK)
		rc = cchc_catalog_settle(&d->catalog, &d->store, &d->settings, now_ms,
					 err);
	if (rc == CCHC_OK)
		rc = cchc_config_settle(&d->store, "units", d->catalog.units_digest,
					now_ms, err);
	return rc;
}

static enum cchc_rc settle_keys(struct life *life, struct cchc_err *err)
{
	uint8_t digest[32];
	enum cchc_rc rc = load_keys(life, digest, err);

	if (rc != CCHC_OK)
		return rc;
	return cchc_config_settle(&life->d.store, "keys", digest, cchc_clock_wall_ms(),
				  err);
}

/* Contacts name units, which have their ids by now. */
static enum cchc_rc settle_alerts(struct life *life, struct cchc_err *err)
{
	enum cchc_rc rc = cchc_clockwork_load(&life->d, &life->problems);

	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "calendars, alerts or contacts cannot be used");
	return cchc_clockwork_settle(&life->d, err);
}

static void on_changes(void *data, const struct cchc_zmessage *message)
{
	struct cchc_daemon *d = data;

	cchc_publisher_subscription(&d->publisher, message);
}

/* Brings in what a batch changed and notes what senders are to be told. */
static void on_done(void *data, struct cchc_item *items)
{
	struct cchc_daemon *d = data;

	while (items) {
		struct cchc_item *item = items;
		bool applied =
			item->rc == CCHC_OK && item->outcome.applied == CCHC_APPLIED;
		uint16_t year = item->outcome.changes.period.year;

		items = item->next;
		if (applied && item->outcome.changes.n > 0) {
			enum cchc_rc rc = cchc_residence_ensure(d, year);

			if (rc == CCHC_OK)
				rc = cchc_board_apply(d->board, &item->outcome.changes);
			if (rc != CCHC_OK) {
				cchc_log(CCHC_LOG_ERROR,
					 "view lost: starting anew rc=\"%s\"",
					 cchc_rc_name(rc));
				abort(); /* the store has everything; a start rebuilds */
			}
		}
		cchc_ingest_done(d, item);
		cchc_clockwork_done(d, item);
		cchc_act_done(d, item);
		if (item->ends_batch && item->rc == CCHC_OK &&
		    item->commit > d->board->commit) {
			d->board->commit = item->commit;
			d->counters.commits++;
			cchc_query_advance(d);
		}
		cchc_item_free(item);
	}
	cchc_publisher_changed(&d->publisher);
	cchc_ingest_settle(d);
}

static void on_turn(uv_check_t *turn)
{
	struct life *life = turn->data;

	cchc_ingest_settle(&life->d);
}

static void watch_the_store(struct life *life)
{
	struct cchc_env_usage usage;
	char status[160];

	if (cchc_writer_is_broken(life->d.writer)) {
		cchc_query_give_up(&life->d);
		return;
	}
	if (life->ticks % PRUNE_EVERY_TICKS != 0 ||
	    cchc_env_usage(life->d.store.env, &usage) != CCHC_OK)
		return;
	if (usage.used_bytes / 100 * 100 > usage.map_bytes / 100 * FULL_PERCENT)
		cchc_log(CCHC_LOG_WARN, "store fills used=%zu max=%zu", usage.used_bytes,
			 usage.map_bytes);
	(void)snprintf(status, sizeof(status), "commit %" PRIu64 ", %" PRIu64 " messages",
		       life->d.board->commit, life->d.counters.messages);
	cchc_service_status(status);
}

static void on_tick(uv_timer_t *timer)
{
	struct life *life = timer->data;

	life->ticks++;
	watch_the_store(life);
	cchc_residence_trim(&life->d);
	if (life->ticks % PRUNE_EVERY_TICKS == 0)
		cchc_sessions_prune(&life->d.sessions, cchc_clock_wall_ms() - FORGET_MS);
	if (life->ticks % READERS_EVERY_TICKS == 0)
		cchc_env_check_readers(life->d.store.env);
}

/* Only while the store can be read does the watchdog hear that all is well. */
static void on_alive(uv_timer_t *timer)
{
	struct life *life = timer->data;
	struct cchc_txn txn;

	if (cchc_writer_is_broken(life->d.writer))
		return;
	cchc_txn_read(&txn, life->d.store.env);
	(void)cchc_store_commit_number(&txn);
	if (txn.rc == CCHC_OK)
		cchc_service_alive();
	cchc_txn_abort(&txn);
}

/* First step down: nothing new comes in; what is under way is finished. */
static void begin_stop(struct life *life)
{
	struct cchc_daemon *d = &life->d;

	if (d->stopping)
		return;
	cchc_service_stopping();
	cchc_log(CCHC_LOG_NOTICE,
		 "stopping commit=%" PRIu64 " messages=%" PRIu64 " commits=%" PRIu64,
		 d->board->commit, d->counters.messages, d->counters.commits);
	for (int door = 0; door < CCHC_DOORS_N; door++)
		if (d->doors.poll[door])
			cchc_zpoll_pause(d->doors.poll[door]);
	cchc_query_give_up(d);
	if (d->writer)
		cchc_writer_stop(d->writer); /* its last answers go out in on_done */
	d->stopping = true;
	cchc_clockwork_stop(d);
	cchc_publisher_stop(&d->publisher);
	cchc_doors_close(&d->doors);
	uv_close((uv_handle_t *)&life->term, NULL);
	uv_close((uv_handle_t *)&life->interrupt, NULL);
	uv_close((uv_handle_t *)&life->tick, NULL);
	uv_close((uv_handle_t *)&life->alive, NULL);
	uv_close((uv_handle_t *)&life->turn, NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	begin_stop(handle->data);
}

static void start_handles(struct life *life)
{
	uint64_t watchdog_ms = cchc_service_watchdog_ms();

	(void)uv_signal_init(&life->loop, &life->term);
	(void)uv_signal_init(&life->loop, &life->interrupt);
	(void)uv_timer_init(&life->loop, &life->tick);
	(void)uv_timer_init(&life->loop, &life->alive);
	(void)uv_check_init(&life->loop, &life->turn);
	life->term.data = life->interrupt.data = life;
	life->tick.data = life->alive.data = life->turn.data = life;
	(void)uv_signal_start(&life->term, on_signal, SIGTERM);
	(void)uv_signal_start(&life->interrupt, on_signal, SIGINT);
	(void)uv_timer_start(&life->tick, on_tick, TICK_MS, TICK_MS);
	(void)uv_check_start(&life->turn, on_turn);
	if (watchdog_ms)
		(void)uv_timer_start(&life->alive, on_alive, 0, watchdog_ms);
}

static enum cchc_rc write_endpoints(struct cchc_daemon *d, struct cchc_err *err)
{
	char text[CCHC_DOORS_N * (CCHC_ENDPOINT_MAX + 16)];
	size_t len = 0;

	if (!d->settings.endpoints_file)
		return CCHC_OK;
	for (int door = 0; door < CCHC_DOORS_N; door++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s: %s\n",
					cchc_door_name((enum cchc_door)door),
					d->doors.endpoint[door]);
	return cchc_file_replace(d->settings.endpoints_file, text, len, 0644, err);
}

static enum cchc_rc open_doors(struct life *life, struct cchc_err *err)
{
	struct cchc_daemon *d = &life->d;
	struct cchc_doors_options options = {
		.own = &d->own,
		.ring = &d->ring,
		.publish_queue = d->settings.publish_queue,
		.on_message = {cchc_ingest_message, cchc_query_message, on_changes},
		.data = d,
	};
	enum cchc_rc rc;

	memcpy(options.endpoint, d->settings.endpoint, sizeof(options.endpoint));
	rc = cchc_doors_open(&d->doors, &life->loop, &options, err);
	if (rc == CCHC_OK)
		rc = write_endpoints(d, err);
	return rc;
}

static enum cchc_rc load(struct life *life, const char *config, struct cchc_err *err)
{
	struct cchc_daemon *d = &life->d;
	enum cchc_rc rc = cchc_settings_load(&d->settings, config, &life->problems, err);

	if (rc != CCHC_OK)
		return rc;
	rc = cchc_catalog_load(&d->catalog, &d->settings, &life->problems);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "units or forms cannot be used");
	return cchc_keys_load(d->settings.key, &d->own, err);
}

static enum cchc_rc climb(struct life *life, const char *config, struct cchc_err *err)
{
	struct cchc_daemon *d = &life->d;
	enum cchc_rc rc = load(life, config, err);

	if (rc == CCHC_OK)
		rc = open_store(life, err);
	if (rc == CCHC_OK)
		rc = settle_keys(life, err);
	if (rc == CCHC_OK)
		rc = settle_alerts(life, err);
	if (rc == CCHC_OK)
		rc = cchc_sessions_init(&d->sessions, d->ring.n);
	if (rc == CCHC_OK)
		rc = cchc_board_new(&d->catalog, &d->board);
	if (rc != CCHC_OK)
		return rc;
	cchc_publisher_start(&d->publisher, &life->loop, d->board, &d->doors,
			     d->store.incarnation, d->settings.publish);
	start_handles(life);
	(void)cchc_board_advance(d->board, cchc_clock_wall_ms());
	rc = cchc_residence_begin(d);
	if (rc != CCHC_OK)
		return cchc_fail(err, rc, "the store cannot be loaded: %s",
				 cchc_rc_name(rc));
	rc = cchc_writer_start(&life->loop, &d->store, on_done, d, &d->writer, err);
	if (rc == CCHC_OK)
		rc = cchc_clockwork_start(d, err);
	return rc == CCHC_OK ? open_doors(life, err) : rc;
}

static void fall(struct life *life)
{
	struct cchc_daemon *d = &life->d;

	cchc_writer_free(&d->writer);
	cchc_doors_end(&d->doors);
	cchc_publisher_fini(&d->publisher);
	cchc_clockwork_fini(d);
	cchc_board_free(&d->board);
	cchc_sessions_fini(&d->sessions);
	cchc_keyring_fini(&d->ring);
	cchc_store_close(&d->store);
	if (life->lock >= 0)
		(void)close(life->lock);
	cchc_catalog_fini(&d->catalog);
	cchc_settings_fini(&d->settings);
	cchc_problems_fini(&life->problems);
}

int cchc_life_run(const char *config)
{
	struct life *life = calloc(1, sizeof(*life));
	struct cchc_err err = {0};
	enum cchc_rc rc;
	int status;

	if (!life || uv_loop_init(&life->loop) != 0)
		return EXIT_FAILURE;
	umask(0077);
	(void)signal(SIGPIPE, SIG_IGN);
	cchc_digest_start();
	cchc_problems_init(&life->problems);
	life->d.loop = &life->loop;
	life->lock = -1;
	rc = climb(life, config, &err);
	print_problems(life);
	if (rc == CCHC_OK) {
		cchc_service_ready("ready");
		cchc_log(CCHC_LOG_NOTICE,
			 "ready unit=%s agents=%s queries=%s changes=%s commit=%" PRIu64,
			 life->d.catalog.receiver->code, life->d.doors.endpoint[0],
			 life->d.doors.endpoint[1], life->d.doors.endpoint[2],
			 life->d.board->commit);
	} else {
		cchc_log(CCHC_LOG_ERROR, "start failed rc=\"%s\" text=\"%s\"",
			 cchc_rc_name(rc), err.text);
		if (life->term.data)
			begin_stop(life);
	}
	(void)uv_run(&life->loop, UV_RUN_DEFAULT);
	status = uv_loop_close(&life->loop) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	if (rc != CCHC_OK)
		status = rc == CCHC_INVALID ? EXIT_CONFIG : EXIT_FAILURE;
	fall(life);
	free(life);
	return status;
}

int cchc_life_check(const char *config)
{
	struct life *life = calloc(1, sizeof(*life));
	struct cchc_err err = {0};
	uint32_t next_id = 1;
	uint8_t digest[32];
	enum cchc_rc rc;

	if (!life)
		return EXIT_FAILURE;
	cchc_digest_start();
	cchc_problems_init(&life->problems);
	life->lock = -1;
	rc = load(life, config, &err);
	if (rc == CCHC_OK)
		rc = cchc_catalog_find_receiver(&life->d.catalog, &life->d.settings,
						cchc_clock_wall_ms(), &err);
	if (rc == CCHC_OK) /* ids as a new store would give them: only to look keys up */
		rc = cchc_units_identify(&life->d.catalog.units, NULL, NULL, &next_id);
	if (rc == CCHC_OK)
		rc = load_keys(life, digest, &err);
	if (rc == CCHC_OK) {
		rc = cchc_clockwork_load(&life->d, &life->problems);
		if (rc != CCHC_OK)
			(void)cchc_fail(&err, rc,
					"calendars, alerts or contacts cannot be used");
	}
	print_problems(life);
	if (rc == CCHC_OK)
		(void)printf("%s: %zu units, %zu forms, %zu keys: fine\n", config,
			     life->d.catalog.units.n, life->d.catalog.n_forms,
			     life->d.ring.n);
	else
		(void)fprintf(stderr, "%s\n", err.text);
	fall(life);
	free(life);
	return rc == CCHC_OK ? EXIT_SUCCESS : EXIT_CONFIG;
}
