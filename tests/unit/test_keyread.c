/* The corpus of good keys, and good ones beside bad ones. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "../../lib/hash.h"
#include "../../lib/input.h"

static struct seen seen;

/* How a test of many files reads them; 0: from memory. */
struct corpus {
	size_t		 chunk;
	char		 file[128];
	unsigned	 rows;		/* of this file */
};

static void
assert_spelt(const struct btns_key *k, enum btns_enc enc, enum btns_hash h,
    enum btns_spell spell, const char *want)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char out[BTNS_SPELL_MAX];
	struct btns_err e;
	size_t n;

	if (strcmp(want, "-") == 0) {
		assert_int_equal(btns_key_encode(buf, &n, k, enc, &e), -1);
		return;
	}
	assert_int_equal(btns_key_encode(buf, &n, k, enc, &e), 0);
	assert_int_equal(btns_hash(digest, h, buf, n, &e), 0);
	btns_spell(out, spell, h, digest);
	assert_string_equal(out, want);
}

/* fingerprints.tsv, from its fifth column. */
static void
assert_names(const struct btns_key *k, char **col)
{
	uint8_t buf[BTNS_ENC_MAX], digest[BTNS_HASH_MAX];
	char babble[BTNS_BABBLE_MAX], rsaid[10] = "-";
	struct btns_err e;
	size_t n;

	assert_spelt(k, BTNS_ENC_SPKI, BTNS_SHA256, BTNS_SPELL_HEX, col[4]);
	assert_spelt(k, BTNS_ENC_SPKI, BTNS_SHA1, BTNS_SPELL_HEX, col[5]);
	assert_spelt(k, BTNS_ENC_PKCS1, BTNS_SHA1, BTNS_SPELL_HEX, col[6]);
	assert_spelt(k, BTNS_ENC_SSH, BTNS_SHA256, BTNS_SPELL_SSH, col[7]);
	assert_spelt(k, BTNS_ENC_SSH, BTNS_MD5, BTNS_SPELL_COLON, col[8]);
	assert_spelt(k, BTNS_ENC_MODULUS, BTNS_SHA1, BTNS_SPELL_HEX, col[10]);
	assert_int_equal(btns_key_encode(buf, &n, k, BTNS_ENC_SSH, &e), 0);
	assert_int_equal(btns_hash(digest, BTNS_SHA1, buf, n, &e), 0);
	btns_babble(babble, digest);
	assert_string_equal(babble, col[9]);
	if (btns_rsaid(rsaid, k, &e) == -1)
		assert_int_equal(e.code, BTNS_E_REFUSED);
	assert_string_equal(rsaid, col[11]);
}

static bool
is_private(const char *file, unsigned i)
{
	return strstr(file, ".priv-") != NULL ||
	    (strcmp(file, "many.pem") == 0 && i >= 6);
}

/* Rows of a file stand together: the first reads it. */
static void
good_row(char **col, void *arg)
{
	struct corpus *c = arg;
	unsigned i = (unsigned)atoi(col[1]) - 1;

	if (strcmp(c->file, col[0]) != 0) {
		assert_int_equal(seen.nkeys, c->rows);
		strcpy(c->file, col[0]);
		c->rows = 0;
		seen_file(&seen, "good", col[0], c->chunk);
		if (seen.rv != 0 || seen.nrefused > 0)
			fail_msg("%s: %s", col[0], seen.rv != 0 ? seen.e.msg :
			    seen.refused[0].msg);
	}
	c->rows++;
	if (i >= seen.nkeys)
		fail_msg("%s: no key %u", col[0], i + 1);
	assert_int_equal(seen.k[i].at.index, i + 1);
	assert_int_equal(seen.k[i].key.bits, atoi(col[2]));
	assert_string_equal(btns_key_family(&seen.k[i].key), col[3]);
	assert_names(&seen.k[i].key, col);
	if (seen.k[i].at.private != is_private(col[0], i + 1))
		fail_msg("%s: key %u: private is %d", col[0], i + 1,
		    seen.k[i].at.private);
}

static void
read_good(size_t chunk)
{
	struct corpus c = { .chunk = chunk };

	seen.pass = PASSPHRASE;
	seen_reset(&seen);
	assert_true(table_each("fingerprints.tsv", good_row, &c) > 200);
	assert_int_equal(seen.nkeys, c.rows);
}

static void
every_good_key_comes_out_of_memory(void **state)
{
	(void)state;
	read_good(0);
}

static void
every_good_key_comes_out_of_a_pipe_in_any_pieces(void **state)
{
	static const size_t chunks[] = { 1, 3, 7, 61, 4093 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++)
		read_good(chunks[i]);
}

/* mixed.tsv: file, object, verdict, fingerprint, origin. */
struct mixed {
	char	 file[128];
	char	 order[32];	/* as seen is to be */
	unsigned keys;
};

static void
mixed_end(const struct mixed *m)
{
	if (*m->file != '\0' && strcmp(m->order, seen.order) != 0)
		fail_msg("%s: %s, not %s", m->file, seen.order, m->order);
}

static void
mixed_row(char **col, void *arg)
{
	struct mixed *m = arg;
	bool good = strcmp(col[2], "good") == 0;

	if (strcmp(m->file, col[0]) != 0) {
		mixed_end(m);
		memset(m, 0, sizeof(*m));
		strcpy(m->file, col[0]);
		seen_file(&seen, "mixed", col[0], 0);
		assert_int_equal(seen.rv, 0);
	}
	strcat(m->order, good ? "k" : "r");
	if (!good)
		return;
	assert_true(m->keys < seen.nkeys);
	assert_string_equal(seen.k[m->keys++].fp, col[3]);
}

static void
good_keys_survive_bad_neighbours(void **state)
{
	struct mixed m = { .keys = 0 };

	(void)state;
	assert_true(table_each("mixed.tsv", mixed_row, &m) > 80);
	mixed_end(&m);
}

static void
locked_row(char **col, void *arg)
{
	unsigned *n = arg;

	if (strstr(col[0], "-enc.") == NULL)
		return;
	++*n;
	seen.pass = "correct house";
	seen_file(&seen, "good", col[0], 0);
	assert_string_equal(seen.order, "r");
	assert_true(seen.asked > 0);
	if (strstr(seen.refused[0].msg, "wrong passphrase") == NULL)
		fail_msg("%s", seen.refused[0].msg);
	seen.pass = NULL;
	seen_file(&seen, "good", col[0], 0);
	assert_string_equal(seen.order, "r");
	assert_int_equal(seen.asked, 1);
	assert_non_null(strstr(seen.refused[0].msg, ": encrypted, "));
	seen.pass = "";
	seen_file(&seen, "good", col[0], 0);
	assert_string_equal(seen.order, "r");
}

static void
encrypted_keys_stay_shut_without_their_passphrase(void **state)
{
	unsigned n = 0;

	(void)state;
	(void)table_each("fingerprints.tsv", locked_row, &n);
	assert_true(n >= 10);
}

static void
no_passphrase_is_asked_for_where_none_is_needed(void **state)
{
	(void)state;
	seen.pass = PASSPHRASE;
	seen_file(&seen, "good", "rsa2048.priv-pkcs8.pem", 0);
	assert_string_equal(seen.order, "k");
	assert_int_equal(seen.asked, 0);
	assert_true(seen.k[0].at.private);
}

int
main(void)
{
#define T(f)	cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		T(every_good_key_comes_out_of_memory),
		T(every_good_key_comes_out_of_a_pipe_in_any_pieces),
		T(good_keys_survive_bad_neighbours),
		T(encrypted_keys_stay_shut_without_their_passphrase),
		T(no_passphrase_is_asked_for_where_none_is_needed),
	};

	return cmocka_run_group_tests_name("keyread", tests, NULL, NULL);
}
