/* fetching.c - forms come from the daemon, piece by piece. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commune/linkparts.h"

enum { TRIES_MOST = 5 };

void cchc_link_stop_fetching(struct cchc_link *link)
{
	free(link->fetching.bytes);
	link->fetching = (struct cchc_fetching){0};
}

bool cchc_link_forms_known(const struct cchc_link *link)
{
	return link->state == CCHC_LINK_READY && link->fetching.at == link->fetching.n &&
	       link->fetching.failed == 0;
}

static void ask(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;
	Cchc__ToDaemon message = CCHC__TO_DAEMON__INIT;
	Cchc__Fetch fetch = CCHC__FETCH__INIT;

	fetch.what = CCHC__FETCH__WHAT__FORM;
	fetch.name = f->wanted[f->at].name;
	fetch.has_revision = true;
	fetch.revision = f->wanted[f->at].revision;
	fetch.has_offset = true;
	fetch.offset = (uint32_t)f->got;
	message.kind = CCHC__TO_DAEMON__KIND__FETCH;
	message.fetch = &fetch;
	f->deadline_ms = now.mono_ms + cchc_link_patience(link);
	(void)cchc_link_send(link, &message);
}

/* On to the form after this one. */
static void go_on(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;

	f->at++;
	f->got = 0;
	f->tries = 0;
	if (f->at < f->n) {
		ask(link, now);
		return;
	}
	free(f->bytes);
	f->bytes = NULL;
}

static void give_up(struct cchc_link *link, const char *why, struct cchc_moment now)
{
	const struct cchc_wanted *wanted = &link->fetching.wanted[link->fetching.at];

	cchc_log(CCHC_LOG_ERROR, "form not fetched form=%s revision=%u: %s", wanted->name,
		 wanted->revision, why);
	link->fetching.failed++;
	go_on(link, now);
}

static void want(struct cchc_link *link, const Cchc__FormHave *have)
{
	struct cchc_fetching *f = &link->fetching;
	struct cchc_wanted *wanted = &f->wanted[f->n];

	if (have->digest.len != CCHC_DIGEST_BYTES || f->n == CCHC_FORMS_MAX ||
	    strlen(have->name) >= CCHC_FORM_NAME) {
		f->failed++;
		return;
	}
	if (cchc_catalog_has(link->options.catalog, have->name, have->revision,
			     have->digest.data))
		return;
	cchc_text_copy(wanted->name, sizeof(wanted->name), have->name,
		       strlen(have->name));
	wanted->revision = have->revision;
	memcpy(wanted->digest, have->digest.data, CCHC_DIGEST_BYTES);
	f->n++;
}

void cchc_link_want_forms(struct cchc_link *link, const Cchc__Welcome *welcome,
			  struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;

	cchc_link_stop_fetching(link);
	for (size_t i = 0; i < welcome->n_form; i++)
		want(link, welcome->form[i]);
	if (f->n == 0)
		return;
	f->bytes = malloc(CCHC_FORM_BYTES_MAX);
	if (f->bytes) {
		ask(link, now);
		return;
	}
	f->failed = f->n; /* files go on with the forms there are */
	f->at = f->n;
}

static bool is_asked_for(const struct cchc_fetching *f, const Cchc__Piece *piece)
{
	const Cchc__Fetch *of = piece->of;

	return f->at < f->n && of->what == CCHC__FETCH__WHAT__FORM && of->name &&
	       strcmp(of->name, f->wanted[f->at].name) == 0 && of->has_revision &&
	       of->revision == f->wanted[f->at].revision && of->offset == f->got;
}

static void finish(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;
	const struct cchc_wanted *wanted = &f->wanted[f->at];
	struct cchc_form_file file = {
		.revision = wanted->revision, .bytes = f->bytes, .len = f->got};
	struct cchc_err err;

	memcpy(file.name, wanted->name, sizeof(file.name));
	memcpy(file.digest, wanted->digest, sizeof(file.digest));
	if (cchc_catalog_add(link->options.catalog, &file, &err)) {
		give_up(link, err.text, now);
		return;
	}
	cchc_log(CCHC_LOG_NOTICE, "form fetched form=%s revision=%u bytes=%zu", file.name,
		 file.revision, file.len);
	go_on(link, now);
}

void cchc_link_on_piece(struct cchc_link *link, const Cchc__Piece *piece,
			struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;

	if (!is_asked_for(f, piece))
		return;
	if (piece->total > CCHC_FORM_BYTES_MAX || piece->total < f->got ||
	    piece->bytes.len > piece->total - f->got ||
	    (piece->bytes.len == 0 && f->got < piece->total)) {
		give_up(link, "its size is wrong", now);
		return;
	}
	if (piece->bytes.len)
		memcpy(f->bytes + f->got, piece->bytes.data, piece->bytes.len);
	f->got += piece->bytes.len;
	f->tries = 0;
	if (f->got == piece->total)
		finish(link, now);
	else
		ask(link, now);
}

void cchc_link_fetch_tick(struct cchc_link *link, struct cchc_moment now)
{
	struct cchc_fetching *f = &link->fetching;

	if (f->at == f->n || now.mono_ms < f->deadline_ms)
		return;
	if (++f->tries < TRIES_MOST)
		ask(link, now);
	else
		give_up(link, "no answer", now);
}
