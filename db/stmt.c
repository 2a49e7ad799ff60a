#include "stmt.h"

#define STR2(x)	#x
#define STR(x)	STR2(x)

#define BINDING "SELECT b.id, b.type, b.value, b.fold, b.fp, b.state," \
	" b.since, b.first_seen, b.source, b.evidence, b.actor, b.login," \
	" b.comment, k.spki, k.name" \
	" FROM binding AS b JOIN key AS k ON k.fp = b.fp"

const char *const stmt_sql[STMT__COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_SETTING] = "SELECT value FROM setting WHERE name = ?1",
	[STMT_SETTING_PUT] =
	    ("INSERT INTO setting (name, value) VALUES (?1, ?2)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
	[STMT_KEY_PUT] =
	    ("INSERT INTO key (fp, spki, name, first_seen)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (fp) DO NOTHING"),
	[STMT_BINDING_ADD] =
	    ("INSERT INTO binding (type, value, fold, fp, state, since,"
	    " first_seen, source, evidence, actor, login, comment)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"),
	[STMT_BINDING_SET] =
	    ("UPDATE binding SET state = ?2, since = ?3, source = ?4,"
	    " evidence = ?5, actor = ?6, login = ?7, comment = ?8"
	    " WHERE id = ?1"),
	[STMT_BY_IDENTITY] =
	    BINDING " WHERE b.type = ?1 AND b.value = ?2 ORDER BY b.id",
	[STMT_BY_FOLD] = BINDING " WHERE b.fold = ?1 ORDER BY b.id",
	[STMT_BY_FP] = BINDING " WHERE b.fp = ?1 ORDER BY b.id",
	[STMT_BY_FP_RANGE] =
	    BINDING " WHERE b.fp BETWEEN ?1 AND ?2 ORDER BY b.fp, b.id",
	[STMT_PAGE] =
	    BINDING " WHERE (b.value, b.type, b.id) > (?1, ?2, ?3)"
	    " ORDER BY b.value, b.type, b.id LIMIT " STR(STMT_PAGE_ROWS),
	[STMT_EVENT_LAST] =
	    "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1",
	[STMT_EVENT_ADD] =
	    ("INSERT INTO event (seq, at, actor, login, verb, identity, fp,"
	    " detail, previous, hash)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
	[STMT_EXPORTED_EACH] =
	    "SELECT path, old, new, at FROM exported ORDER BY path",
	[STMT_EXPORTED_GET] =
	    "SELECT path, old, new, at FROM exported WHERE path = ?1",
	[STMT_EXPORTED_PUT] =
	    ("INSERT INTO exported (path, old, new, at)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (path) DO UPDATE"
	    " SET old = excluded.old, new = excluded.new, at = excluded.at"),
	[STMT_EXPORTED_DELETE] = "DELETE FROM exported WHERE path = ?1",
	[STMT_COUNT_EXPORTED] =
	    ("SELECT count(*) FROM binding"
	    " WHERE state IN ('pinned', 'accepted')"),
};
