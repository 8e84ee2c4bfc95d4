#ifndef CCHC_CORE_DATE_H
#define CCHC_CORE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Civil dates of Asia/Ho_Chi_Minh (UTC+7, no summer time). A day is the number of days
 * since 1970-01-01 in the proleptic Gregorian calendar; it ends at 24:00. */
typedef int32_t cchc_day;

#define CCHC_DAY_NONE INT32_MIN /* no date */
enum { CCHC_CIVIL_OFFSET_S = 7 * 3600 };

struct cchc_civil {
	int year;
	int month; /* 1..12 */
	int day;   /* 1..31 */
};

cchc_day cchc_day_of(int year, int month, int day);
struct cchc_civil cchc_civil_of(cchc_day day);
bool cchc_civil_is_valid(int year, int month, int day);
int cchc_days_in_month(int year, int month);

/* The civil day of a wall-clock reading in ms since the epoch, UTC; absurd readings give
 * the first or last day there is. */
cchc_day cchc_day_at(int64_t wall_ms);
/* 00:00 of the day, as ms since the epoch, UTC. */
int64_t cchc_day_start_ms(cchc_day day);

/* "2024-03-15". False when malformed or no such day. */
bool cchc_day_parse(const char *text, cchc_day *day);

/* As people write it: "2024-03-15", or day first, "15/03/2024", "5/3/2024", with / - or .
 * between. False when it is no such day. */
bool cchc_day_read(const char *text, cchc_day *day);

enum { CCHC_DAY_TEXT = 16 };
/* "2024-03-15", or "" for CCHC_DAY_NONE and outside the years 1..9999. Returns out. */
char *cchc_day_format(cchc_day day, char out[CCHC_DAY_TEXT]);
/* "15/03/2024", or "" likewise. Returns out. */
char *cchc_day_people(cchc_day day, char out[CCHC_DAY_TEXT]);

#endif
