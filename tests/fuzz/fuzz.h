/* What the fuzz targets share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

struct btns_err;
struct btns_key;

/* Stop with the reason where a promise of a header is broken. */
#define must(x)	((x) ? (void)0 : fuzz_broken(#x, __FILE__, __LINE__))
void	 fuzz_broken(const char *, const char *file, int line)
	    __attribute__((__noreturn__));

/*
 * A key that a parser accepted: sound, and the same key again after a trip
 * through each of its encodings.
 */
void	 fuzz_key(const struct btns_key *);

/* An error: a known code, a message of one line. */
void	 fuzz_err(const struct btns_err *);

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#endif
