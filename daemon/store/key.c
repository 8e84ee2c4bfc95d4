#include "store/key.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum { LIVING = 0, RETIRED = 1 };      /* first byte in `marks` */
enum { BY_DAY = 0, AS_THEY_CAME = 1 }; /* and in `digests` */

/* Flips the sign so that days before 1970, and CCHC_DAY_NONE, sort first. */
static uint32_t sortable_day(cchc_day day)
{
	return (uint32_t)day ^ UINT32_C(0x80000000);
}

static cchc_day day_of_sortable(uint32_t sortable)
{
	return (cchc_day)(sortable ^ UINT32_C(0x80000000));
}

static void begin(struct cchc_key *key, struct cchc_out *out)
{
	cchc_out_init(out, key->bytes, sizeof(key->bytes));
}

static struct cchc_key end(struct cchc_key *key, const struct cchc_out *out)
{
	cchc_check(!out->failed);
	key->len = cchc_out_len(out);
	return *key;
}

static bool ends(const struct cchc_in *in)
{
	return !in->failed && cchc_in_left(in) == 0;
}

struct cchc_key cchc_key_meta(const char *name)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, name, strlen(name));
	return end(&key, &out);
}

struct cchc_key cchc_key_years(void)
{
	return cchc_key_meta("year ");
}

struct cchc_key cchc_key_year(uint16_t year)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, "year ", 5);
	cchc_out_be16(&out, year);
	return end(&key, &out);
}

struct cchc_key cchc_key_config(const char *name)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, "config ", 7);
	cchc_out_raw(&out, name, strlen(name));
	return end(&key, &out);
}

bool cchc_key_read_year(const uint8_t *bytes, size_t len, uint16_t *year)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	(void)cchc_in_raw(&in, 5);
	*year = cchc_in_be16(&in);
	return ends(&in);
}

struct cchc_key cchc_key_unit(const char *code, cchc_day valid_from)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, code, strlen(code) + 1);
	cchc_out_be32(&out, sortable_day(valid_from));
	return end(&key, &out);
}

bool cchc_key_read_unit(const uint8_t *bytes, size_t len, const char **code,
			cchc_day *valid_from)
{
	const uint8_t *nul = memchr(bytes, '\0', len);
	struct cchc_in in;

	if (!nul)
		return false;
	*code = (const char *)bytes;
	cchc_in_init(&in, nul + 1, len - (size_t)(nul + 1 - bytes));
	*valid_from = day_of_sortable(cchc_in_be32(&in));
	return ends(&in);
}

struct cchc_key cchc_key_form(uint16_t form, uint32_t revision)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be16(&out, form);
	cchc_out_be32(&out, revision);
	return end(&key, &out);
}

bool cchc_key_read_form(const uint8_t *bytes, size_t len, uint16_t *form,
			uint32_t *revision)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	*form = cchc_in_be16(&in);
	*revision = cchc_in_be32(&in);
	return ends(&in);
}

static void put_report(struct cchc_out *out, uint32_t unit, uint16_t form,
		       struct cchc_period period)
{
	cchc_out_be32(out, unit);
	cchc_out_be16(out, form);
	cchc_out_be16(out, period.year);
	cchc_out_u8(out, period.slot);
}

static void take_report(struct cchc_in *in, uint32_t *unit, uint16_t *form,
			struct cchc_period *period)
{
	*unit = cchc_in_be32(in);
	*form = cchc_in_be16(in);
	period->year = cchc_in_be16(in);
	period->slot = cchc_in_u8(in);
	if (period->slot >= CCHC_SLOTS)
		in->failed = true;
}

struct cchc_key cchc_key_cells(const struct cchc_cells_at *at)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	put_report(&out, at->unit, at->form, at->period);
	cchc_out_be16(&out, at->chunk);
	return end(&key, &out);
}

struct cchc_key cchc_key_cells_under(uint32_t unit, uint16_t form, uint16_t year)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	if (unit)
		cchc_out_be32(&out, unit);
	if (unit && form)
		cchc_out_be16(&out, form);
	if (unit && form && year)
		cchc_out_be16(&out, year);
	return end(&key, &out);
}

struct cchc_key cchc_key_cells_of(uint32_t unit, uint16_t form, struct cchc_period period)
{
	return cchc_key_report(unit, form, period);
}

bool cchc_key_read_cells(const uint8_t *bytes, size_t len, struct cchc_cells_at *at)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	take_report(&in, &at->unit, &at->form, &at->period);
	at->chunk = cchc_in_be16(&in);
	return ends(&in);
}

struct cchc_key cchc_key_report(uint32_t unit, uint16_t form, struct cchc_period period)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	put_report(&out, unit, form, period);
	return end(&key, &out);
}

struct cchc_key cchc_key_reports(uint32_t unit)
{
	return cchc_key_cells_under(unit, 0, 0);
}

bool cchc_key_read_report(const uint8_t *bytes, size_t len, uint32_t *unit,
			  uint16_t *form, struct cchc_period *period)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	take_report(&in, unit, form, period);
	return ends(&in);
}

struct cchc_key cchc_key_number(uint64_t number)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be64(&out, number);
	return end(&key, &out);
}

bool cchc_key_read_number(const uint8_t *bytes, size_t len, uint64_t *number)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	*number = cchc_in_be64(&in);
	return ends(&in);
}

struct cchc_key cchc_key_pair(uint64_t first, uint64_t second)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be64(&out, first);
	cchc_out_be64(&out, second);
	return end(&key, &out);
}

bool cchc_key_read_pair(const uint8_t *bytes, size_t len, uint64_t *first,
			uint64_t *second)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	*first = cchc_in_be64(&in);
	*second = cchc_in_be64(&in);
	return ends(&in);
}

struct cchc_key cchc_key_text(const char *text)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, text, strlen(text) + 1);
	return end(&key, &out);
}

struct cchc_key cchc_key_concern(uint32_t unit, uint64_t journal, uint64_t task)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be32(&out, unit);
	cchc_out_be64(&out, journal);
	cchc_out_be64(&out, task);
	return end(&key, &out);
}

struct cchc_key cchc_key_concerns(uint32_t unit)
{
	return cchc_key_cells_under(unit, 0, 0);
}

bool cchc_key_read_concern(const uint8_t *bytes, size_t len, uint32_t *unit,
			   uint64_t *journal, uint64_t *task)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	*unit = cchc_in_be32(&in);
	*journal = cchc_in_be64(&in);
	*task = cchc_in_be64(&in);
	return ends(&in);
}

struct cchc_key cchc_key_digest(uint32_t unit, cchc_day day)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_u8(&out, BY_DAY);
	cchc_out_be32(&out, unit);
	cchc_out_be32(&out, sortable_day(day));
	return end(&key, &out);
}

bool cchc_key_read_digest(const uint8_t *bytes, size_t len, uint32_t *unit, cchc_day *day)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	if (cchc_in_u8(&in) != BY_DAY)
		return false;
	*unit = cchc_in_be32(&in);
	*day = day_of_sortable(cchc_in_be32(&in));
	return ends(&in);
}

struct cchc_key cchc_key_digest_came(uint32_t unit, uint64_t journal, cchc_day day)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_u8(&out, AS_THEY_CAME);
	cchc_out_be32(&out, unit);
	cchc_out_be64(&out, journal);
	cchc_out_be32(&out, sortable_day(day));
	return end(&key, &out);
}

bool cchc_key_read_digest_came(const uint8_t *bytes, size_t len, uint32_t *unit,
			       uint64_t *journal, cchc_day *day)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	if (cchc_in_u8(&in) != AS_THEY_CAME)
		return false;
	*unit = cchc_in_be32(&in);
	*journal = cchc_in_be64(&in);
	*day = day_of_sortable(cchc_in_be32(&in));
	return ends(&in);
}

struct cchc_key cchc_key_step(const char *class_name, const char *step)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_raw(&out, class_name, strlen(class_name) + 1);
	cchc_out_raw(&out, step, strlen(step) + 1);
	return end(&key, &out);
}

struct cchc_key cchc_key_mark(uint32_t unit, uint64_t epoch)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_u8(&out, LIVING);
	cchc_out_be32(&out, unit);
	cchc_out_be64(&out, epoch);
	return end(&key, &out);
}

struct cchc_key cchc_key_marks(uint32_t unit)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_u8(&out, LIVING);
	if (unit)
		cchc_out_be32(&out, unit);
	return end(&key, &out);
}

bool cchc_key_read_mark(const uint8_t *bytes, size_t len, uint32_t *unit, uint64_t *epoch)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	if (cchc_in_u8(&in) != LIVING)
		return false;
	*unit = cchc_in_be32(&in);
	*epoch = cchc_in_be64(&in);
	return ends(&in);
}

struct cchc_key cchc_key_retired(uint32_t unit)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_u8(&out, RETIRED);
	cchc_out_be32(&out, unit);
	return end(&key, &out);
}

struct cchc_key cchc_key_refusals(uint32_t unit, uint64_t epoch, uint64_t seq)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be32(&out, unit);
	cchc_out_be64(&out, epoch);
	cchc_out_be64(&out, seq);
	return end(&key, &out);
}

struct cchc_key cchc_key_refusals_of(uint32_t unit, uint64_t epoch)
{
	struct cchc_key key;
	struct cchc_out out;

	begin(&key, &out);
	cchc_out_be32(&out, unit);
	cchc_out_be64(&out, epoch);
	return end(&key, &out);
}

bool cchc_key_read_refusals(const uint8_t *bytes, size_t len, uint32_t *unit,
			    uint64_t *epoch, uint64_t *seq)
{
	struct cchc_in in;

	cchc_in_init(&in, bytes, len);
	*unit = cchc_in_be32(&in);
	*epoch = cchc_in_be64(&in);
	*seq = cchc_in_be64(&in);
	return ends(&in);
}
