#include "ctl/forms.h"

#include <inttypes.h>
#include <string.h>

#include "io/digest.h"
#include "io/yaml.h"

enum { FORM_BYTES_MAX = 1024 * 1024, MEMORY_MAX = 32 * 1024 * 1024 };

struct file {
	uint8_t *bytes;
	size_t len; /* come so far */
	size_t total;
	bool has_digest;
	uint8_t digest[CCHC_DIGEST_BYTES];
};

static enum cchc_rc take_piece(struct cchc_arena *arena, const Cchc__Piece *piece,
			       struct file *file, struct cchc_err *err)
{
	size_t offset = piece->of->has_offset ? piece->of->offset : 0;

	if (!file->bytes) {
		if (piece->total == 0 || piece->total > FORM_BYTES_MAX)
			return cchc_fail(err, CCHC_INVALID, "a form of %" PRIu32 " bytes",
					 piece->total);
		file->total = piece->total;
		file->bytes = cchc_arena_alloc(arena, file->total);
		if (!file->bytes)
			return cchc_fail(err, CCHC_NOMEM, "out of memory");
	}
	if (piece->total != file->total || offset != file->len || !piece->bytes.len ||
	    piece->bytes.len > file->total - file->len)
		return cchc_fail(err, CCHC_INVALID,
				 "the pieces of the form do not fit together");
	memcpy(file->bytes + file->len, piece->bytes.data, piece->bytes.len);
	file->len += piece->bytes.len;
	if (piece->has_digest && piece->digest.len == sizeof(file->digest)) {
		memcpy(file->digest, piece->digest.data, sizeof(file->digest));
		file->has_digest = true;
	}
	return CCHC_OK;
}

static enum cchc_rc fetch_bytes(struct cchc_ctl_link *link, struct cchc_arena *arena,
				Cchc__Fetch *fetch, struct file *file,
				struct cchc_err *err)
{
	do {
		Cchc__Ask ask = CCHC__ASK__INIT;
		struct cchc_ctl_answer answer = {0};
		enum cchc_rc rc;

		fetch->has_offset = 1;
		fetch->offset = (uint32_t)file->len;
		ask.kind = CCHC__ASK__KIND__FILE;
		ask.file = fetch;
		rc = cchc_ctl_link_ask(link, arena, &ask, &answer, err);
		for (size_t i = 0; i < answer.n && rc == CCHC_OK; i++)
			rc = answer.part[i]->file
				     ? take_piece(arena, answer.part[i]->file, file, err)
				     : cchc_fail(err, CCHC_INVALID,
						 "the answer has no piece of the form");
		if (rc != CCHC_OK)
			return rc;
	} while (file->len < file->total);
	return CCHC_OK;
}

static enum cchc_rc check_digest(const struct file *file, struct cchc_err *err)
{
	uint8_t digest[CCHC_DIGEST_BYTES];

	cchc_digest_file(file->bytes, file->len, digest);
	if (file->has_digest && memcmp(digest, file->digest, sizeof(digest)) != 0)
		return cchc_fail(err, CCHC_CORRUPT,
				 "the form's bytes do not have the digest it came with");
	return CCHC_OK;
}

static enum cchc_rc parse(struct cchc_arena *arena, const char *name,
			  const struct file *file, struct cchc_form **form,
			  struct cchc_err *err)
{
	struct cchc_problems problems;
	struct cchc_node *root = NULL;
	enum cchc_rc rc;

	cchc_problems_init(&problems);
	rc = cchc_yaml_parse(arena, name, file->bytes, file->len, &problems, &root);
	if (rc == CCHC_OK)
		rc = cchc_form_load(root, &problems, form);
	if (rc == CCHC_OK) {
		cchc_digest_file(file->bytes, file->len, (*form)->digest);
	} else {
		char line[512] = "";

		if (problems.n)
			cchc_problem_line(&problems.list[0], line, sizeof(line));
		(void)cchc_fail(err, rc, "the daemon's form cannot be read: %s", line);
	}
	cchc_problems_fini(&problems);
	return rc;
}

static enum cchc_rc fetch_form(struct cchc_ctl_link *link, struct cchc_arena *arena,
			       const char *name, uint32_t revision,
			       struct cchc_form **form, struct cchc_err *err)
{
	Cchc__Fetch fetch = CCHC__FETCH__INIT;
	struct file file = {0};
	struct cchc_form *loaded = NULL;
	enum cchc_rc rc;

	fetch.what = CCHC__FETCH__WHAT__FORM;
	fetch.name = cchc_arena_text(arena, name, strlen(name));
	fetch.has_revision = 1;
	fetch.revision = revision;
	if (!fetch.name)
		return cchc_fail(err, CCHC_NOMEM, "out of memory");
	rc = fetch_bytes(link, arena, &fetch, &file, err);
	if (rc == CCHC_OK)
		rc = check_digest(&file, err);
	if (rc == CCHC_OK)
		rc = parse(arena, name, &file, &loaded, err);
	if (rc != CCHC_OK)
		return rc;
	if (strcmp(loaded->name, name) != 0 || loaded->revision != revision) {
		cchc_form_free(&loaded);
		return cchc_fail(err, CCHC_INVALID,
				 "asked for form %s revision %" PRIu32
				 ", another one came",
				 name, revision);
	}
	cchc_form_free(form);
	*form = loaded;
	return CCHC_OK;
}

enum cchc_rc cchc_ctl_form_fetch(struct cchc_ctl_link *link, const char *name,
				 uint32_t revision, struct cchc_form **form,
				 struct cchc_err *err)
{
	struct cchc_arena arena;
	enum cchc_rc rc;

	if (*form && strcmp((*form)->name, name) == 0 && (*form)->revision == revision)
		return CCHC_OK;
	cchc_arena_init(&arena, MEMORY_MAX);
	rc = fetch_form(link, &arena, name, revision, form, err);
	cchc_arena_fini(&arena);
	return rc;
}
