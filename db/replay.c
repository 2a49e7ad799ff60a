/* The history played once more, into tables of this connection's own. */
#include "../lib/err.h"
#include "query.h"
#include "store.h"

int
store_replay_begin(struct store *s, struct btns_err *e)
{
	int rc = sqlite3_exec(s->db, stmt_replay_tables, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(s, rc, e);
}

static void
name(struct query *q, struct store *s, enum stmt n, const char *type,
    const char *value, const uint8_t *fp)
{
	q_start(q, s, n);
	q_text(q, type);
	q_text(q, value);
	q_blob(q, fp, STORE_DIGEST);
}

int
store_replay_state(struct store *s, const char *type, const char *value,
    const uint8_t *fp, const char *state, int64_t at, struct btns_err *e)
{
	struct query q;

	name(&q, s, STMT_REPLAY_STATE, type, value, fp);
	q_text(&q, state);
	q_i64(&q, at);
	return q_run(&q, e);
}

int
store_replay_forget(struct store *s, const char *type, const char *value,
    const uint8_t *fp, int64_t at, struct btns_err *e)
{
	struct query q;

	name(&q, s, STMT_REPLAY_RETIRE, type, value, fp);
	q_i64(&q, at);
	if (q_run(&q, e) == -1)
		return -1;
	name(&q, s, STMT_REPLAY_DROP, type, value, fp);
	return q_run(&q, e);
}

int
store_replay_revoke(struct store *s, const struct store_revoked *r,
    struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_REPLAY_REVOKE);
	q_blob(&q, r->fp, STORE_DIGEST);
	q_i64(&q, r->at);
	if (q_run(&q, e) == -1)
		return -1;
	q_start(&q, s, STMT_REPLAY_REVOKE_KEY);
	q_blob(&q, r->fp, STORE_DIGEST);
	q_i64(&q, r->at);
	q_text(&q, r->actor);
	q_text(&q, r->login);
	q_text(&q, r->comment);
	return q_run(&q, e);
}

int
store_replay_unrevoke(struct store *s, const uint8_t *fp, struct btns_err *e)
{
	struct query q;

	q_start(&q, s, STMT_REPLAY_UNREVOKE);
	q_blob(&q, fp, STORE_DIGEST);
	return q_run(&q, e);
}

int
store_replay_differs(struct store *s, int (*fn)(const char *, void *),
    void *arg, struct btns_err *e)
{
	const char *what;
	struct query q;
	int rv = 0;

	q_start(&q, s, STMT_REPLAY_DIFFERS);
	while (rv == 0 && q_row(&q)) {
		what = q_column(&q, 0);
		rv = fn(what == NULL ? "a row without a name" : what, arg);
	}
	return q_finish(&q, rv, e);
}
