#include "ctl/moment.h"

#include <stdio.h>

#include "core/date.h"

struct moment {
	struct cchc_civil civil;
	unsigned hour;
	unsigned minute;
	unsigned second;
};

static struct moment moment_of(int64_t wall_ms)
{
	cchc_day day = cchc_day_at(wall_ms);
	unsigned seconds = (unsigned)((wall_ms - cchc_day_start_ms(day)) / 1000);

	return (struct moment){
		.civil = cchc_civil_of(day),
		.hour = seconds / 3600,
		.minute = seconds / 60 % 60,
		.second = seconds % 60,
	};
}

char *cchc_ctl_moment_people(int64_t wall_ms, char out[CCHC_CTL_MOMENT])
{
	struct moment m = moment_of(wall_ms);

	snprintf(out, CCHC_CTL_MOMENT, "%02d/%02d/%04d %02u:%02u:%02u", m.civil.day,
		 m.civil.month, m.civil.year, m.hour, m.minute, m.second);
	return out;
}

char *cchc_ctl_moment_iso(int64_t wall_ms, char out[CCHC_CTL_MOMENT])
{
	struct moment m = moment_of(wall_ms);

	snprintf(out, CCHC_CTL_MOMENT, "%04d-%02d-%02dT%02u:%02u:%02u+07:00",
		 m.civil.year, m.civil.month, m.civil.day, m.hour, m.minute, m.second);
	return out;
}

char *cchc_ctl_moment_time(int64_t wall_ms, char out[CCHC_CTL_MOMENT])
{
	struct moment m = moment_of(wall_ms);

	snprintf(out, CCHC_CTL_MOMENT, "%02u:%02u:%02u", m.hour, m.minute, m.second);
	return out;
}
