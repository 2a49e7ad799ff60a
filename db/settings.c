#include "../lib/err.h"
#include "query.h"
#include "store.h"

static int
walk(struct query *q, store_setting_fn *fn, void *arg, int *rows,
    struct btns_err *e)
{
	struct store_setting row;
	int rv = 0;

	for (*rows = 0; rv == 0 && q_row(q); ++*rows) {
		row.name = q_column(q, 0);
		row.value = q_column(q, 1);
		row.ends = sqlite3_column_int64(q->st, 2);
		row.back = q_column(q, 3);
		rv = row.name == NULL || row.value == NULL || row.ends < 0 ?
		    btns_fail(e, BTNS_E_STORE, "damaged: setting") :
		    fn(&row, arg);
	}
	return q_finish(q, rv, e);
}

int
store_setting(struct store *s, const char *name, store_setting_fn *fn,
    void *arg, struct btns_err *e)
{
	struct query q;
	int rows, rv;

	q_start(&q, s, STMT_SETTING);
	q_text(&q, name);
	rv = walk(&q, fn, arg, &rows, e);
	return rv == 0 ? rows : rv;
}

int
store_settings(struct store *s, store_setting_fn *fn, void *arg,
    struct btns_err *e)
{
	struct query q;
	int rows;

	q_start(&q, s, STMT_SETTINGS);
	return walk(&q, fn, arg, &rows, e);
}

/* Into the table of settings, or into that of a replay. */
static int
put(struct store *s, enum stmt set, enum stmt unset,
    const struct store_setting *row, struct btns_err *e)
{
	struct query q;

	if (row->value == NULL) {
		q_start(&q, s, unset);
		q_text(&q, row->name);
		return q_run(&q, e);
	}
	q_start(&q, s, set);
	q_text(&q, row->name);
	q_text(&q, row->value);
	if (row->ends == 0)
		q_text(&q, NULL);
	else
		q_i64(&q, row->ends);
	q_text(&q, row->back);
	return q_run(&q, e);
}

int
store_setting_put(struct store *s, const struct store_setting *row,
    struct btns_err *e)
{
	return put(s, STMT_SETTING_PUT, STMT_SETTING_DELETE, row, e);
}

int
store_replay_set(struct store *s, const struct store_setting *row,
    struct btns_err *e)
{
	return put(s, STMT_REPLAY_SET, STMT_REPLAY_UNSET, row, e);
}
