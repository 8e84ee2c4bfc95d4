#ifndef CCHC_TESTS_RANDOM_H
#define CCHC_TESTS_RANDOM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A seeded generator for laws: the same seed, the same history. CCHC_SEED=n replays one,
 * CCHC_ROUNDS=n runs longer. */
struct test_random {
	uint64_t state;
};

static inline uint64_t test_random_next(struct test_random *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 .. below-1 */
static inline uint32_t test_random_below(struct test_random *r, uint32_t below)
{
	return (uint32_t)(test_random_next(r) % below);
}

/* Prints the seed, so that a failure can be replayed. */
static inline uint64_t test_random_seed(void)
{
	const char *given = getenv("CCHC_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);

	printf("CCHC_SEED=%" PRIu64 "\n", seed);
	return seed;
}

static inline unsigned test_random_rounds(unsigned usual)
{
	const char *given = getenv("CCHC_ROUNDS");

	return given ? (unsigned)strtoul(given, NULL, 0) : usual;
}

#endif
