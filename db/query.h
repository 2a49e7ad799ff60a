/* One run of one prepared statement.  Used within db/ only. */
#ifndef BTNS_QUERY_H
#define BTNS_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "stmt.h"

struct btns_err;

#define STORE_WAIT_MS	10000		/* for another program's lock */

struct store {
	sqlite3		*db;
	sqlite3_stmt	*st[STMT__COUNT];	/* prepared on first use */
};

/*
 * The first failure sticks: later calls do nothing, and q_end() reports it
 * once and resets the statement.
 */
struct query {
	struct store	*s;
	sqlite3_stmt	*st;
	int		 rc;
	int		 nbound;
};

void	 q_start(struct query *, struct store *, enum stmt);
void	 q_text(struct query *, const char *);		/* NULL: SQL's */
void	 q_blob(struct query *, const void *, size_t);
void	 q_i64(struct query *, int64_t);
int	 q_row(struct query *);				/* 1: a row */
int	 q_end(struct query *, struct btns_err *);
int	 q_run(struct query *, struct btns_err *);	/* no rows wanted */

/* End a walk whose callback gave rv: that, or what the query says. */
int	 q_finish(struct query *, int rv, struct btns_err *);

/* Column i as text, borrowed until the next row; NULL for SQL's. */
const char *q_column(struct query *, int i);

/*
 * Is column i text without controls, and without a NUL that would end it?
 * The schema promises it; a damaged file may break it.
 */
int	 q_plain(struct query *, int i);

/* Is the schema that of a store without a row?  BTNS_E_STORE. */
int	 store_schema(struct store *, struct btns_err *);
int	 store_empty(struct store **, struct btns_err *);

/* Record what a result code means; returns -1. */
int	 store_fail(struct store *, int rc, struct btns_err *);

#endif
