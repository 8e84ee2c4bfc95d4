#include "app/residence.h"

#include "base/clock.h"
#include "base/log.h"

enum cchc_rc cchc_residence_ensure(struct cchc_daemon *d, uint16_t year)
{
	struct cchc_board *board = d->board;
	struct cchc_txn txn;
	uint64_t commit;
	uint64_t began = cchc_clock_mono_ns();
	enum cchc_rc rc;

	cchc_board_touch(board, year);
	if (cchc_board_has(board, year))
		return CCHC_OK;
	cchc_txn_read(&txn, d->store.env);
	commit = cchc_store_commit_number(&txn);
	rc = cchc_board_load(board, &txn, year, NULL, 0);
	cchc_txn_abort(&txn);
	if (rc != CCHC_OK) {
		cchc_log(CCHC_LOG_ERROR, "year not loaded year=%u rc=\"%s\"", year,
			 cchc_rc_name(rc));
		return rc;
	}
	if (commit > board->ahead)
		board->ahead = commit;
	cchc_publisher_reloaded(&d->publisher, year);
	/* only what takes places: see cchc_residence_trim */
	cchc_board_trim(board, UINT32_MAX, cchc_day_at(cchc_clock_wall_ms()));
	cchc_log(CCHC_LOG_NOTICE, "year resident year=%u ms=%llu", year,
		 (unsigned long long)((cchc_clock_mono_ns() - began) / 1000000));
	return CCHC_OK;
}

/* Between commits, with nothing left to publish: a year that goes takes its marks of
 * change along. */
void cchc_residence_trim(struct cchc_daemon *d)
{
	if (cchc_board_may_tell(d->board) && !d->publisher.waiting)
		cchc_board_trim(d->board, d->settings.resident_periods,
				cchc_day_at(cchc_clock_wall_ms()));
}

/* The years of today's open periods and the one before, by the forms' closing days; a
 * figure may already stand in the year that begins on 15 December. */
enum cchc_rc cchc_residence_begin(struct cchc_daemon *d)
{
	cchc_day today = cchc_day_at(cchc_clock_wall_ms());
	struct cchc_txn txn;
	enum cchc_rc rc = CCHC_OK;

	for (size_t i = 0; i < d->board->n_forms && rc == CCHC_OK; i++) {
		uint16_t year = cchc_reporting_year(
			today, d->board->form[i].of->form->closing_day);

		rc = cchc_residence_ensure(d, (uint16_t)(year - 1));
		if (rc == CCHC_OK)
			rc = cchc_residence_ensure(d, year);
	}
	cchc_txn_read(&txn, d->store.env);
	d->board->commit = cchc_store_commit_number(&txn);
	if (rc == CCHC_OK)
		rc = txn.rc;
	cchc_txn_abort(&txn);
	return rc;
}
