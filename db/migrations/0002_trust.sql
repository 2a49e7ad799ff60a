-- Identities that are their own key (fp/, RFC 5386), and a past: the key
-- was live under this identity once, whatever the binding is now.
CREATE TABLE binding_2 (
	id		INTEGER PRIMARY KEY,
	type		TEXT NOT NULL
	    CHECK (type IN ('fqdn', 'ufqdn', 'ipv4', 'ipv6', 'fp')),
	value		TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 255),
	fold		TEXT NOT NULL,
	fp		BLOB NOT NULL REFERENCES key (fp),
	state		TEXT NOT NULL CHECK (state IN
	    ('learned', 'accepted', 'pinned', 'rejected', 'retired')),
	past		INTEGER NOT NULL CHECK (past IN (0, 1)),
	since		INTEGER NOT NULL,	-- in this state
	first_seen	INTEGER NOT NULL,
	source		TEXT NOT NULL
	    CHECK (source IN ('file', 'tree', 'ike', 'dns', 'ssh')),
	evidence	TEXT CHECK (evidence IN
	    ('fingerprint', 'operator', 'file', 'dnssec', 'succession')),
	actor		TEXT NOT NULL,
	login		TEXT NOT NULL,
	comment		TEXT,
	CHECK (state <> 'pinned' OR evidence IS NOT NULL),
	UNIQUE (type, value, fp)
) STRICT;
INSERT INTO binding_2 (id, type, value, fold, fp, state, past, since,
    first_seen, source, evidence, actor, login, comment)
    SELECT id, type, value, fold, fp, state, 1, since, first_seen, source,
    evidence, actor, login, comment FROM binding;
DROP TABLE binding;
ALTER TABLE binding_2 RENAME TO binding;
CREATE UNIQUE INDEX binding_exported ON binding (type, value)
    WHERE state IN ('pinned', 'accepted');
CREATE INDEX binding_learned ON binding (value, type, id)
    WHERE state = 'learned';
CREATE INDEX binding_order ON binding (value, type, id);
CREATE INDEX binding_fold ON binding (fold);
CREATE INDEX binding_fp ON binding (fp);

-- Keys that are never used again, seen before or not.
CREATE TABLE revoked (
	fp		BLOB PRIMARY KEY CHECK (length(fp) = 32),
	at		INTEGER NOT NULL,
	actor		TEXT NOT NULL,
	login		TEXT NOT NULL,
	comment		TEXT
) STRICT, WITHOUT ROWID;

-- How often, on how many days, and from where last; not events.
CREATE TABLE sighting (
	binding		INTEGER PRIMARY KEY REFERENCES binding (id)
	    ON DELETE CASCADE,
	last_seen	INTEGER NOT NULL,
	days		INTEGER NOT NULL CHECK (days > 0),
	times		INTEGER NOT NULL CHECK (times > 0),
	address		TEXT
) STRICT;

-- One an identity a day, with a count.
CREATE TABLE alarm (
	identity	TEXT PRIMARY KEY,
	day		INTEGER NOT NULL,
	count		INTEGER NOT NULL CHECK (count > 0)
) STRICT, WITHOUT ROWID;

-- What export said of a path, so that -q says it once.
CREATE TABLE news (
	path		TEXT PRIMARY KEY,
	what		TEXT NOT NULL,
	since		INTEGER NOT NULL,
	told		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A setting may end by itself and become what it was before.
ALTER TABLE setting ADD COLUMN ends INTEGER;
ALTER TABLE setting ADD COLUMN back TEXT;
