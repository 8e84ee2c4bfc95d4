/* namesakes.c - files of one name: which is the newest, and whose receipt has the plain
 * name. A corrected file is called as the one it corrects. */
#include <string.h>

#include "commune/box.h"

enum { NAMESAKES_ROOM = 32 };

static bool get_namesakes(struct cchc_box_txn *t, const char *name,
			  struct cchc_namesakes *namesakes)
{
	struct cchc_namesakes got = {0};
	const void *value;
	struct cchc_in in;
	size_t len;

	if (!cchc_txn_get(&t->txn, BOX_NAMESAKES, name, strlen(name), &value, &len))
		return false;
	cchc_in_init(&in, value, len);
	got.newest = cchc_in_varint(&in);
	got.last = (uint32_t)cchc_in_varint(&in);
	got.shown = (uint32_t)cchc_in_varint(&in);
	if (in.failed)
		cchc_txn_fail(&t->txn, CCHC_CORRUPT);
	*namesakes = got;
	return !in.failed;
}

static void put_namesakes(struct cchc_box_txn *t, const char *name,
			  const struct cchc_namesakes *namesakes)
{
	uint8_t bytes[NAMESAKES_ROOM];
	struct cchc_out out;

	cchc_out_init(&out, bytes, sizeof(bytes));
	cchc_out_varint(&out, namesakes->newest);
	cchc_out_varint(&out, namesakes->last);
	cchc_out_varint(&out, namesakes->shown);
	cchc_txn_put(&t->txn, BOX_NAMESAKES, name, strlen(name), bytes,
		     cchc_out_len(&out));
}

void cchc_box_add_file(struct cchc_box_txn *t, struct cchc_file *file)
{
	struct cchc_namesakes namesakes = {0};

	if (get_namesakes(t, file->name, &namesakes))
		cchc_box_touch_file(t, namesakes.newest); /* is not the newest any more */
	namesakes.newest = file->id;
	file->number = ++namesakes.last;
	put_namesakes(t, file->name, &namesakes);
	cchc_box_put_file(t, file);
}

bool cchc_box_is_newest(struct cchc_box_txn *t, const struct cchc_file *file)
{
	struct cchc_namesakes namesakes;

	return get_namesakes(t, file->name, &namesakes) && namesakes.newest == file->id;
}

enum cchc_rc cchc_outbox_namesakes(struct cchc_outbox *box, const char *name,
				   struct cchc_namesakes *namesakes)
{
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_read(box, &t);
	bool found;

	if (rc)
		return rc;
	found = get_namesakes(&t, name, namesakes);
	return cchc_box_end(&t, found ? CCHC_OK : CCHC_NOTFOUND);
}

enum cchc_rc cchc_outbox_show(struct cchc_outbox *box, const char *name, uint32_t number)
{
	struct cchc_namesakes namesakes;
	struct cchc_box_txn t;
	enum cchc_rc rc = cchc_box_write(box, &t);

	if (rc)
		return rc;
	if (!get_namesakes(&t, name, &namesakes))
		return cchc_box_end(&t, CCHC_NOTFOUND);
	namesakes.shown = number;
	put_namesakes(&t, name, &namesakes);
	return cchc_box_commit(&t);
}
