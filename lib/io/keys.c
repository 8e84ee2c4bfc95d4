#include "io/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/check.h"
#include "base/text.h"
#include "io/file.h"

enum { KEY_CHARS = CCHC_KEY_TEXT - 1, FILE_MAX = 4096 };

static enum cchc_rc fail_errno(struct cchc_err *err, const char *path, const char *what)
{
	int number = errno;

	return cchc_fail(err, cchc_rc_of_errno(number), "%s: %s: %s", path, what,
			 strerror(number));
}

enum cchc_rc cchc_keys_make(struct cchc_key_pair *pair, struct cchc_err *err)
{
	if (zmq_curve_keypair(pair->public_key, pair->secret_key) != 0)
		return cchc_fail(err, CCHC_IO, "cannot make a key: %s",
				 zmq_strerror(zmq_errno()));
	return CCHC_OK;
}

bool cchc_key_is_valid(const char *text)
{
	uint8_t raw[32];
	bool valid = strnlen(text, KEY_CHARS + 1) == KEY_CHARS &&
		     zmq_z85_decode(raw, text) != NULL;

	explicit_bzero(raw, sizeof(raw));
	return valid;
}

/* All of a small file, with a NUL. */
static enum cchc_rc read_text(int fd, const char *path, char text[FILE_MAX + 1],
			      struct cchc_err *err)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, text + len, FILE_MAX - len);
		if (got < 0 && errno != EINTR)
			return fail_errno(err, path, "cannot be read");
		len += got > 0 ? (size_t)got : 0;
	} while (got != 0 && len < FILE_MAX);
	text[len] = '\0';
	if (len == FILE_MAX || strlen(text) != len)
		return cchc_fail(err, CCHC_INVALID, "%s: not a key file", path);
	return CCHC_OK;
}

/* One line "name: key"; what a line holds is never repeated in an error. */
static bool read_line(const char *line, size_t len, struct cchc_key_pair *pair)
{
	static const char *const NAME[] = {"public:", "secret:"};
	char *const out[] = {pair->public_key, pair->secret_key};

	cchc_text_trim(&line, &len);
	if (len == 0 || line[0] == '#')
		return true;
	for (size_t i = 0; i < CCHC_COUNT(NAME); i++) {
		const char *value = line + strlen(NAME[i]);
		size_t left = len - strlen(NAME[i]);

		if (len < strlen(NAME[i]) || memcmp(line, NAME[i], strlen(NAME[i])) != 0)
			continue;
		cchc_text_trim(&value, &left);
		if (left != KEY_CHARS || out[i][0] != '\0')
			return false;
		memcpy(out[i], value, left);
		return cchc_key_is_valid(out[i]);
	}
	return false;
}

static enum cchc_rc parse(const char *text, const char *path, struct cchc_key_pair *pair,
			  struct cchc_err *err)
{
	char derived[CCHC_KEY_TEXT];
	unsigned line = 1;

	for (const char *at = text; *at; line++) {
		size_t len = strcspn(at, "\n");

		if (!read_line(at, len, pair))
			return cchc_fail(err, CCHC_INVALID,
					 "%s:%u: expected \"public: <key>\" or \"secret: "
					 "<key>\", each once",
					 path, line);
		at += len + (at[len] == '\n');
	}
	if (!pair->public_key[0] || !pair->secret_key[0])
		return cchc_fail(err, CCHC_INVALID,
				 "%s: a public and a secret key are needed", path);
	if (zmq_curve_public(derived, pair->secret_key) != 0)
		return cchc_fail(err, CCHC_INVALID, "%s: no secret key", path);
	if (strcmp(derived, pair->public_key) != 0)
		return cchc_fail(err, CCHC_INVALID,
				 "%s: the public key is not the secret one's", path);
	return CCHC_OK;
}

enum cchc_rc cchc_keys_load(const char *path, struct cchc_key_pair *pair,
			    struct cchc_err *err)
{
	struct cchc_key_pair read_pair = {{0}, {0}};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[FILE_MAX + 1];
	enum cchc_rc rc;

	if (fd < 0)
		return fail_errno(err, path, "cannot be opened");
	rc = cchc_file_check_secret(fd, path, err);
	if (rc == CCHC_OK)
		rc = read_text(fd, path, text, err);
	(void)close(fd);
	if (rc == CCHC_OK)
		rc = parse(text, path, &read_pair, err);
	if (rc == CCHC_OK)
		*pair = read_pair;
	explicit_bzero(text, sizeof(text));
	explicit_bzero(&read_pair, sizeof(read_pair));
	return rc;
}

static bool write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t put = write(fd, text, left);

		if (put < 0 && errno != EINTR)
			return false;
		text += put > 0 ? put : 0;
		left -= put > 0 ? (size_t)put : 0;
	}
	return true;
}

static bool sync_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool done = fd >= 0 && fsync(fd) == 0;

	free(dir);
	if (fd >= 0)
		(void)close(fd);
	return done;
}

enum cchc_rc cchc_keys_save(const char *path, const struct cchc_key_pair *pair,
			    const char *comment, struct cchc_err *err)
{
	char text[FILE_MAX];
	int fd;
	int len;
	bool done;
	enum cchc_rc rc = CCHC_OK;

	if (comment && strpbrk(comment, "\r\n"))
		return cchc_fail(err, CCHC_INVALID, "%s: a comment is one line", path);
	len = snprintf(text, sizeof(text), "# %s\npublic: %s\nsecret: %s\n",
		       comment ? comment : "cchc key", pair->public_key,
		       pair->secret_key);
	if (len < 0 || (size_t)len >= sizeof(text))
		return cchc_fail(err, CCHC_LIMIT, "%s: the comment is too long", path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(err, path, "cannot be made");
	done = fchmod(fd, 0600) == 0 && write_all(fd, text) && fsync(fd) == 0 &&
	       sync_dir_of(path);
	if (!done) {
		rc = fail_errno(err, path, "cannot be written");
		(void)unlink(path);
	}
	(void)close(fd);
	explicit_bzero(text, sizeof(text));
	return rc;
}
