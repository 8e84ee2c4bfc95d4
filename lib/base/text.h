#ifndef CCHC_BASE_TEXT_H
#define CCHC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Vietnamese text, as UTF-8. Files arrive composed (NFC) or decomposed (NFD), in any
 * case, with no-break spaces; people compare words by what they look like. */

/* True if the bytes are well-formed UTF-8 without NUL or other control characters
 * except tab and line ends. */
bool cchc_text_is_clean(const char *text, size_t len);

/* The code point at text (of len > 0 bytes) and its length in bytes in *used; malformed
 * bytes read as U+FFFD, one byte each. */
uint32_t cchc_text_next(const char *text, size_t len, size_t *used);

/* Writes a code point as UTF-8; returns its 1 to 4 bytes. */
size_t cchc_text_put(uint32_t code, char out[4]);

/* Folds for comparing: lower case, no accents (Vietnamese letters in NFC or NFD, đ -> d),
 * runs of blanks (also no-break and zero-width ones) as one space, none at the ends.
 * Writes at most size bytes with NUL and returns the length it would have needed. */
size_t cchc_text_fold(const char *text, size_t len, char *out, size_t size);

/* True if both fold to the same text. */
bool cchc_text_alike(const char *a, const char *b);

/* Trims blanks of every kind at both ends, in place of the pointers. */
void cchc_text_trim(const char **text, size_t *len);

/* Copies at most size-1 bytes, never cutting a character in two, and puts the NUL. */
void cchc_text_copy(char *out, size_t size, const char *text, size_t len);

#endif
