#ifndef CCHC_APP_SETTINGS_H
#define CCHC_APP_SETTINGS_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/problems.h"
#include "core/period.h"
#include "net/doors.h"

/* The daemon's configuration file (config/cchcd.yaml shows every key). Paths are
 * absolute, or relative to the file's own folder. */
struct cchc_settings {
	struct cchc_arena arena;
	const char *unit;            /* code of the receiving unit */
	const char *unit_valid_from; /* NULL unless the code was re-used */
	const char *units;           /* path: the unit file */
	const char *forms;           /* path: folder of forms */
	const char *keys;            /* path: who may come in */
	const char *key;             /* path: the daemon's own key file */
	const char *store;           /* path: the store's file */
	size_t store_max_bytes;
	const char *endpoint[CCHC_DOORS_N];
	const char
		*endpoints_file; /* path: written with the endpoints as bound; or NULL */
	const char
		*calendars;   /* path: folder of calendars; NULL: the weekly rule alone */
	const char *alerts;   /* path: rules and channels; NULL: no alerts */
	const char *contacts; /* path: who is told; NULL: nobody */
	/* Row I.4 comes from the register in periods that begin with this period or on
	 * this day (where no period is given), or later. */
	bool counts_tasks; /* false: in none */
	struct cchc_period register_from;
	cchc_day register_day;
	/* Demanded reports of periods that close on this day or later are duties. */
	bool has_duties_from; /* false: since the store was made */
	cchc_day duties_from;
	uint32_t resident_periods;
	bool publish;
	int publish_queue; /* publications that wait for one watcher at most */
};

/* Reads the file and reports every mistake. After a failure too, the settings are to be
 * given back, once the problems have been told: these name the file by a text of its
 * arena. */
CCHC_NODISCARD enum cchc_rc cchc_settings_load(struct cchc_settings *settings,
					       const char *path,
					       struct cchc_problems *problems,
					       struct cchc_err *err);
void cchc_settings_fini(struct cchc_settings *settings);

/* Reads a YAML file into the arena; a file that cannot be read is a problem too. */
CCHC_NODISCARD enum cchc_rc cchc_settings_read_yaml(struct cchc_arena *arena,
						    const char *path, char **bytes,
						    size_t *len,
						    struct cchc_problems *problems,
						    struct cchc_node **root);

#endif
