#ifndef CCHC_CORE_MIX_H
#define CCHC_CORE_MIX_H

#include <stdint.h>

/* Mixes a value into a 64-bit hash (the finisher of splitmix64 over both). For digests
 * that find our own mistakes, not for adversaries. */
static inline uint64_t cchc_mix(uint64_t hash, uint64_t value)
{
	uint64_t z = hash * UINT64_C(0x9e3779b97f4a7c15) + value +
		     UINT64_C(0x632be59bd9b4e019);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

#endif
