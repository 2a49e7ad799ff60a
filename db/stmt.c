#include "stmt.h"

#define STR2(x)	#x
#define STR(x)	STR2(x)
#define LIMIT	" LIMIT " STR(STMT_PAGE_ROWS)

#define COLUMNS "b.id, b.type, b.value, b.fold, b.fp, b.state, b.past," \
	" b.since, b.first_seen, b.source, b.evidence, b.actor, b.login," \
	" b.comment, k.spki, k.name"

/* What the other bindings of an identity are, beside one of them. */
#define BESIDE(table, states) "(SELECT count(*) FROM " table " AS o" \
	" WHERE o.type = b.type AND o.value = b.value AND o.state IN " \
	states ")"

#define BINDING "SELECT " COLUMNS ", ifnull(s.last_seen, 0)," \
	" ifnull(s.days, 0), ifnull(s.times, 0), s.address," \
	" r.at, r.login, r.comment, " \
	BESIDE("binding", "('learned')") ", " \
	BESIDE("binding", "('pinned', 'accepted')") \
	" FROM binding AS b JOIN key AS k ON k.fp = b.fp" \
	" LEFT JOIN sighting AS s ON s.binding = b.id" \
	" LEFT JOIN revoked AS r ON r.fp = b.fp"

/* What a file is written from, and no more. */
#define LIVE "SELECT " COLUMNS ", 0, 0, 0, NULL, 0, 0, 1" \
	" FROM binding AS b JOIN key AS k ON k.fp = b.fp" \
	" WHERE b.state IN ('pinned', 'accepted')"

#define REPLAYED "SELECT " COLUMNS ", 0, 0, 0, NULL," \
	" r.at, r.login, r.comment, " \
	BESIDE("temp.replay", "('learned')") ", " \
	BESIDE("temp.replay", "('pinned', 'accepted')") \
	" FROM temp.replay AS b JOIN key AS k ON k.fp = b.fp" \
	" LEFT JOIN temp.replay_revoked AS r ON r.fp = b.fp"

/* A pin that is pinned again keeps what isn't bettered. */
#define RENEWED	"(state = 'pinned' AND excluded.state = 'pinned')"

#define EXPORTED "path, old, new, at, fp, dev, ino, size, mtime, ctime"

#define AFTER	"(b.value, b.type, b.id) > (?1, ?2, ?3)"
#define ORDER	" ORDER BY b.value, b.type, b.id" LIMIT

const char stmt_replay_tables[] =
    "PRAGMA temp.journal_mode = OFF; PRAGMA temp.synchronous = OFF;"
    "DROP TABLE IF EXISTS temp.replay;"
    "DROP TABLE IF EXISTS temp.replay_revoked;"
    "DROP TABLE IF EXISTS temp.replay_setting;"
    "CREATE TEMP TABLE replay (id INTEGER PRIMARY KEY, type TEXT, value TEXT,"
    " fold TEXT, fp BLOB, state TEXT, past INTEGER, since INTEGER,"
    " first_seen INTEGER, source TEXT, evidence TEXT, actor TEXT, login TEXT,"
    " comment TEXT, UNIQUE (type, value, fp));"
    "CREATE INDEX temp.replay_order ON replay (value, type, id);"
    "CREATE INDEX temp.replay_fp ON replay (fp);"
    "CREATE TEMP TABLE replay_revoked (fp BLOB PRIMARY KEY, at INTEGER,"
    " actor TEXT, login TEXT, comment TEXT);"
    "CREATE TEMP TABLE replay_setting (name TEXT PRIMARY KEY, value TEXT,"
    " ends INTEGER, back TEXT)";

/* When which key of an identity was live; stop is NULL: it is. */
const char stmt_period_table[] =
    "PRAGMA temp.journal_mode = OFF; PRAGMA temp.synchronous = OFF;"
    "CREATE TEMP TABLE period (identity TEXT, fp BLOB, start INTEGER,"
    " stop INTEGER);"
    "CREATE INDEX temp.period_identity ON period (identity, start);"
    "CREATE INDEX temp.period_fp ON period (fp)";

#define KNOCK	"identity, cause, address, first_seen, last_seen, days," \
	" times, verified, fp"

#define REFUSALS(cause) "(SELECT ifnull(sum(times), 0) FROM knock" \
	" WHERE cause = '" cause "')"

const char *const stmt_sql[STMT__COUNT] = {
	[STMT_BEGIN] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",
	[STMT_SETTING] =
	    "SELECT name, value, ends, back FROM setting WHERE name = ?1",
	[STMT_SETTINGS] =
	    "SELECT name, value, ends, back FROM setting ORDER BY name",
	[STMT_SETTING_PUT] =
	    ("INSERT INTO setting (name, value, ends, back)"
	    " VALUES (?1, ?2, ?3, ?4)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value,"
	    " ends = excluded.ends, back = excluded.back"),
	[STMT_SETTING_DELETE] = "DELETE FROM setting WHERE name = ?1",
	[STMT_KEY_PUT] =
	    ("INSERT INTO key (fp, spki, name, first_seen)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (fp) DO NOTHING"),
	[STMT_KEY_GET] = "SELECT spki FROM key WHERE fp = ?1",
	[STMT_BINDING_ADD] =
	    ("INSERT INTO binding (type, value, fold, fp, state, past, since,"
	    " first_seen, source, evidence, actor, login, comment)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
	    " ?13)"),
	[STMT_BINDING_SET] =
	    ("UPDATE binding SET state = ?2, past = ?3, since = ?4,"
	    " source = ?5, evidence = ?6, actor = ?7, login = ?8,"
	    " comment = ?9 WHERE id = ?1"),
	[STMT_BINDING_STATE] =
	    "UPDATE binding SET state = ?2, since = ?3 WHERE id = ?1",
	[STMT_BINDING_DELETE] = "DELETE FROM binding WHERE id = ?1",
	[STMT_BY_IDENTITY] =
	    BINDING " WHERE b.type = ?1 AND b.value = ?2 ORDER BY b.id",
	[STMT_BY_FOLD] = BINDING " WHERE b.fold = ?1 ORDER BY b.id",
	[STMT_BY_FP] = BINDING " WHERE b.fp = ?1 ORDER BY b.id",
	[STMT_BY_FP_FEW] = BINDING " WHERE b.fp = ?1 LIMIT 2",
	[STMT_BY_FP_LIVE] =
	    (BINDING " WHERE b.fp = ?1 AND b.state IN ('pinned', 'accepted')"
	    " LIMIT 2"),
	[STMT_BY_FP_RANGE] =
	    BINDING " WHERE b.fp BETWEEN ?1 AND ?2 ORDER BY b.fp, b.id",
	[STMT_PAGE] = BINDING " WHERE " AFTER ORDER,
	[STMT_PAGE_LEARNED] =
	    BINDING " WHERE b.state = 'learned' AND " AFTER ORDER,
	[STMT_PAGE_LIVE] =
	    LIVE " AND (b.type, b.value, b.id) > (?2, ?1, ?3)"
	    " ORDER BY b.type, b.value" LIMIT,
	[STMT_PAGE_REPLAYED] = REPLAYED " WHERE " AFTER ORDER,
	[STMT_LIVE_EACH] =
	    ("SELECT type, value, fp, state, since FROM binding"
	    " WHERE state IN ('pinned', 'accepted') ORDER BY type, value"),
	[STMT_ACCEPTED_UNTIL] =
	    ("SELECT type, value, fp, state, since FROM binding"
	    " WHERE state = 'accepted' AND since <= ?1 ORDER BY since, id"),
	[STMT_SIGHTING_ADD] =
	    ("INSERT INTO sighting (binding, last_seen, days, times, address)"
	    " VALUES (?1, ?2, 1, ?4, ?3) ON CONFLICT (binding) DO UPDATE SET"
	    " days = days + (?2 / 86400 > last_seen / 86400),"
	    " times = times + ?4, last_seen = max(last_seen, ?2),"
	    " address = ifnull(?3, address)"),
	[STMT_ALARM_ADD] =
	    ("INSERT INTO alarm (identity, day, count) VALUES (?1, ?2, 1)"
	    " ON CONFLICT (identity) DO UPDATE SET"
	    " count = CASE day WHEN ?2 THEN count + 1 ELSE 1 END, day = ?2"
	    " RETURNING count"),
	[STMT_REVOKED_PUT] =
	    ("INSERT INTO revoked (fp, at, actor, login, comment)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (fp) DO NOTHING"),
	[STMT_REVOKED_DELETE] = "DELETE FROM revoked WHERE fp = ?1",
	[STMT_REVOKED_RANGE] =
	    ("SELECT fp, at, actor, login, comment FROM revoked"
	    " WHERE fp BETWEEN ?1 AND ?2 ORDER BY fp"),
	[STMT_EVENT_LAST] =
	    "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1",
	[STMT_EVENT_ADD] =
	    ("INSERT INTO event (seq, at, actor, login, verb, identity, fp,"
	    " detail, previous, hash)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"),
	[STMT_EVENT_PAGE] =
	    ("SELECT seq, at, actor, login, verb, identity, fp, detail,"
	    " previous, hash FROM event WHERE seq >= ?1 ORDER BY seq" LIMIT),
	[STMT_REPLAY_BIND] =
	    ("INSERT INTO temp.replay (type, value, fold, fp, state, past,"
	    " since, first_seen, source, evidence, actor, login, comment)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
	    " ?13) ON CONFLICT (type, value, fp) DO UPDATE SET"
	    " since = iif(" RENEWED ", since, excluded.since),"
	    " evidence = iif(" RENEWED " AND excluded.evidence"
	    " <> 'fingerprint', evidence, excluded.evidence),"
	    " comment = iif(" RENEWED ", ifnull(excluded.comment, comment),"
	    " excluded.comment),"
	    " state = excluded.state, past = max(past, excluded.past),"
	    " source = iif(excluded.source = '', source, excluded.source),"
	    " actor = excluded.actor,"
	    " login = excluded.login"),
	[STMT_REPLAY_STATE] =
	    ("UPDATE temp.replay SET state = ?4, since = ?5"
	    " WHERE type = ?1 AND value = ?2 AND fp = ?3"),
	[STMT_REPLAY_RETIRE] =
	    ("UPDATE temp.replay SET state = 'retired', since = ?4"
	    " WHERE type = ?1 AND value = ?2 AND fp = ?3 AND past = 1"),
	[STMT_REPLAY_DROP] =
	    ("DELETE FROM temp.replay WHERE type = ?1 AND value = ?2"
	    " AND fp = ?3 AND past = 0"),
	[STMT_REPLAY_REVOKE] =
	    ("UPDATE temp.replay SET state = 'retired', since = ?2"
	    " WHERE fp = ?1 AND state <> 'retired'"),
	[STMT_REPLAY_REVOKE_KEY] =
	    ("INSERT INTO temp.replay_revoked (fp, at, actor, login, comment)"
	    " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (fp) DO NOTHING"),
	[STMT_REPLAY_UNREVOKE] =
	    "DELETE FROM temp.replay_revoked WHERE fp = ?1",
	[STMT_REPLAY_SET] =
	    ("INSERT INTO temp.replay_setting (name, value, ends, back)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET"
	    " value = excluded.value, ends = excluded.ends,"
	    " back = excluded.back"),
	[STMT_REPLAY_UNSET] =
	    "DELETE FROM temp.replay_setting WHERE name = ?1",
	[STMT_REPLAY_DIFFERS] =
	    ("SELECT b.type || '/' || b.value || ' ' || lower(hex(b.fp)) ||"
	    " ' is ' || b.state || ' in the store, '"
	    " || ifnull(r.state, 'nothing') || ' in the history'"
	    " FROM binding AS b LEFT JOIN temp.replay AS r"
	    " ON r.type = b.type AND r.value = b.value AND r.fp = b.fp"
	    " WHERE r.state IS NOT b.state OR r.past IS NOT b.past"
	    " OR r.evidence IS NOT b.evidence OR r.since IS NOT b.since"
	    " OR r.login IS NOT b.login OR r.comment IS NOT b.comment"
	    " OR r.fold IS NOT b.fold OR r.actor IS NOT b.actor"
	    " OR r.source IS NOT b.source OR r.first_seen IS NOT b.first_seen"
	    " UNION ALL SELECT r.type || '/' || r.value || ' '"
	    " || lower(hex(r.fp)) || ' is nothing in the store, ' || r.state"
	    " || ' in the history' FROM temp.replay AS r WHERE NOT EXISTS"
	    " (SELECT 1 FROM binding AS b WHERE b.type = r.type"
	    " AND b.value = r.value AND b.fp = r.fp)"
	    " UNION ALL SELECT lower(hex(v.fp)) || iif(r.fp IS NULL,"
	    " ' is revoked in the store alone', ' was revoked otherwise than"
	    " the store says') FROM revoked AS v LEFT JOIN"
	    " temp.replay_revoked AS r ON r.fp = v.fp WHERE r.fp IS NULL"
	    " OR r.at IS NOT v.at OR r.actor IS NOT v.actor"
	    " OR r.login IS NOT v.login OR r.comment IS NOT v.comment"
	    " UNION ALL SELECT lower(hex(fp)) || ' is revoked in the history'"
	    " || ' alone' FROM temp.replay_revoked WHERE fp NOT IN"
	    " (SELECT fp FROM revoked)"
	    " UNION ALL SELECT 'setting ' || s.name || ' is ' || s.value"
	    " || ' in the store, ' || ifnull(r.value, 'nothing')"
	    " || ' in the history' FROM setting AS s"
	    " LEFT JOIN temp.replay_setting AS r ON r.name = s.name"
	    " WHERE s.value IS NOT r.value OR s.ends IS NOT r.ends"
	    " OR s.back IS NOT r.back"
	    " UNION ALL SELECT 'setting ' || r.name || ' is nothing in the"
	    " store, ' || r.value || ' in the history'"
	    " FROM temp.replay_setting AS r WHERE r.name NOT IN"
	    " (SELECT name FROM setting)"),
	[STMT_EXPORTED_EACH] =
	    "SELECT " EXPORTED " FROM exported ORDER BY path",
	[STMT_EXPORTED_GET] =
	    "SELECT " EXPORTED " FROM exported WHERE path = ?1",
	[STMT_EXPORTED_PUT] =
	    ("INSERT INTO exported (" EXPORTED ")"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	    " ON CONFLICT (path) DO UPDATE SET old = excluded.old,"
	    " new = excluded.new, at = excluded.at, fp = excluded.fp,"
	    " dev = excluded.dev, ino = excluded.ino, size = excluded.size,"
	    " mtime = excluded.mtime, ctime = excluded.ctime"),
	[STMT_EXPORTED_DELETE] = "DELETE FROM exported WHERE path = ?1",
	[STMT_EXPORTED_SETTLE] =
	    ("UPDATE exported SET old = new"
	    " WHERE old IS NULL AND new IS NOT NULL"),
	[STMT_NEWS_EACH] = "SELECT path, what, since, told FROM news",
	[STMT_NEWS_PUT] =
	    ("INSERT INTO news (path, what, since, told)"
	    " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (path) DO UPDATE SET"
	    " what = excluded.what, since = excluded.since,"
	    " told = excluded.told"),
	[STMT_NEWS_DELETE] = "DELETE FROM news WHERE path = ?1",
	[STMT_KNOCK_ADD] =
	    ("INSERT INTO knock (" KNOCK ")"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	    " ON CONFLICT (identity, cause, address) DO UPDATE SET"
	    " days = days + excluded.days"
	    " - (excluded.first_seen / 86400 = last_seen / 86400),"
	    " first_seen = min(first_seen, excluded.first_seen),"
	    " last_seen = max(last_seen, excluded.last_seen),"
	    " times = times + excluded.times,"
	    " verified = verified + excluded.verified, fp = excluded.fp"),
	[STMT_KNOCK_EACH] =
	    ("SELECT id, " KNOCK " FROM knock WHERE id > ?1"
	    " ORDER BY id" LIMIT),
	[STMT_KNOCK_OF] =
	    ("SELECT id, " KNOCK " FROM knock WHERE identity = ?1"
	    " ORDER BY last_seen DESC, id LIMIT 64"),
	[STMT_KNOCK_FULL] =
	    ("SELECT (SELECT count(*) FROM (SELECT 1 FROM knock"
	    " WHERE address = ?1 AND cause = 'unknown' LIMIT ?2)) >= ?2"
	    " AND NOT EXISTS (SELECT 1 FROM knock WHERE identity = ?3"
	    " AND cause = 'unknown' AND address = ?1)"),
	[STMT_KNOCK_TRIM] =
	    ("DELETE FROM knock WHERE id IN (SELECT id FROM knock"
	    " ORDER BY cause = 'unknown', times DESC, last_seen DESC"
	    " LIMIT -1 OFFSET ?1)"),
	[STMT_LOGMARK_EACH] =
	    "SELECT head, length, done, tail, at FROM logmark",
	[STMT_LOGMARK_PUT] =
	    ("INSERT OR REPLACE INTO logmark (head, length, done, tail, at)"
	    " VALUES (?1, ?2, ?3, ?4, ?5)"),
	[STMT_LOGMARK_DELETE] =
	    "DELETE FROM logmark WHERE head = ?1 AND tail = ?2",
	[STMT_LOGMARK_TRIM] =
	    ("DELETE FROM logmark WHERE (head, tail) IN (SELECT head, tail"
	    " FROM logmark ORDER BY at DESC LIMIT -1 OFFSET ?1)"),
	[STMT_PERIOD_BEGIN] =
	    ("INSERT INTO temp.period (identity, fp, start)"
	    " VALUES (?1, ?2, ?3)"),
	[STMT_PERIOD_END] =
	    ("UPDATE temp.period SET stop = ?2 WHERE identity = ?1"
	    " AND stop IS NULL AND (?3 IS NULL OR fp = ?3)"),
	[STMT_PERIOD_END_KEY] =
	    ("UPDATE temp.period SET stop = ?2 WHERE fp = ?1"
	    " AND stop IS NULL"),
	[STMT_PERIOD_EACH] =
	    ("SELECT fp, start, stop FROM temp.period WHERE identity = ?1"
	    " ORDER BY start, rowid"),
	[STMT_COUNT_PINNED] =
	    "SELECT count(*) FROM binding WHERE state = 'pinned'",
	[STMT_COUNT_ACCEPTED] =
	    "SELECT count(*) FROM binding WHERE state = 'accepted'",
	[STMT_COUNT_REVOKED] = "SELECT count(*) FROM revoked",
	[STMT_COUNT_EXPORTED] = "SELECT count(*) FROM exported",
	[STMT_STATS] =
	    ("SELECT count(*) FILTER (WHERE state = 'pinned'),"
	    " count(*) FILTER (WHERE state = 'accepted'),"
	    " count(*) FILTER (WHERE state = 'learned'),"
	    " count(*) FILTER (WHERE state = 'rejected'),"
	    " count(*) FILTER (WHERE state = 'retired'),"
	    " count(*) FILTER (WHERE state = 'accepted' AND since <= ?1),"
	    " (SELECT count(*) FROM (SELECT 1 FROM binding AS b"
	    " WHERE b.state = 'learned' GROUP BY b.value, b.type"
	    " HAVING count(*) > 1 OR EXISTS (SELECT 1 FROM binding AS o"
	    " WHERE o.type = b.type AND o.value = b.value"
	    " AND o.state IN ('pinned', 'accepted')))),"
	    " (SELECT count(*) FROM revoked),"
	    " (SELECT count(*) FROM exported WHERE new IS NOT NULL),"
	    " (SELECT max(seq) FROM event),"
	    " (SELECT at FROM event ORDER BY seq DESC LIMIT 1),"
	    " " REFUSALS("unknown") ", " REFUSALS("another") ", "
	    REFUSALS("unread") " FROM binding"),
};
