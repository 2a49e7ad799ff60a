/* What the unit tests share: the corpus, what a reading gave, an example. */
#ifndef TEST_COMMON_H
#define TEST_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../lib/err.h"
#include "../../lib/fp.h"
#include "../../lib/keyread.h"

/* Of every encrypted file in the corpus. */
#define PASSPHRASE	"correct horse"

/* Bytes on the heap; blob_free() takes an empty one. */
struct blob {
	uint8_t	*p;
	size_t	 n;
};

/* A file of tests/data, which $BTNS_DATA may move.  Fails the test. */
void	 blob_read(struct blob *, const char *dir, const char *name);
void	 blob_free(struct blob *);

/* Rows of a table in tests/data, without its heading; their number. */
#define TABLE_COLS	16
int	 table_each(const char *name, void (*)(char **col, void *arg),
	    void *arg);

/* What a reading gave, in order: "krk" is a key, a refusal, a key. */
#define SEEN_MAX	16
struct seen {
	const char	*pass;		/* NULL: none is given */
	unsigned	 asked;
	unsigned	 nkeys, nrefused;
	char		 order[2 * SEEN_MAX + 1];
	struct {
		struct btns_key	 key;
		char		 fp[BTNS_FP_HEX];
		struct btns_keyat at;		/* but for its texts */
		char		 form[32];
	}		 k[SEEN_MAX];
	struct btns_err	 refused[SEEN_MAX];
	struct btns_err	 e;		/* of a reading that failed */
	int		 rv;
};

/* Zero it, but for the passphrase. */
void	 seen_reset(struct seen *);

/* Read from memory, or from a pipe that gets n bytes at a time. */
void	 seen_parse(struct seen *, const void *, size_t, const char *file);
void	 seen_pipe(struct seen *, const struct blob *, const char *file,
	    size_t chunk);
/* The same for a file of tests/data; 0: from memory. */
void	 seen_file(struct seen *, const char *dir, const char *name,
	    size_t chunk);

/* The worked example: RSA 2048, e = 65537. */
extern const char example_pem[];
#define EXAMPLE_FP \
	"862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008caba"
void	 example_key(struct btns_key *);

/* Bytes from hex, blanks allowed; their number. */
size_t	 unhex(uint8_t *, size_t max, const char *);

/* The failure has this code, and its message this text somewhere. */
#define assert_failed(rv, e, want, text) do {				\
	assert_int_equal((rv), -1);					\
	assert_int_equal((e)->code, (want));				\
	if (strstr((e)->msg, (text)) == NULL)				\
		fail_msg("\"%s\" is not in \"%s\"", (text), (e)->msg);	\
} while (0)

/*
 * A scratch directory of the test's own, with no links in its path, and its
 * end.  size is that of path.  0, or -1 as cmocka's setups say it.
 */
int	 scratch_make(char *path, size_t size);
int	 scratch_remove(const char *path);

/* The one number that a query of the store at path gives. */
int	 sql_number(const char *path, const char *sql);

/* A key of tests/data/good.  Fails the test. */
void	 good_key(struct btns_key *, const char *name);

#endif
