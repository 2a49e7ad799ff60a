-- Times are UTC seconds.  Fingerprints are SHA-256 of the canonical SPKI.
CREATE TABLE setting (
	name		TEXT PRIMARY KEY,
	value		TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE key (
	fp		BLOB PRIMARY KEY CHECK (length(fp) = 32),
	spki		BLOB NOT NULL,
	name		TEXT NOT NULL,		-- 'RSA 3072', 'EC P-256'
	first_seen	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- fold is the identity as look-alikes share it.
CREATE TABLE binding (
	id		INTEGER PRIMARY KEY,
	type		TEXT NOT NULL
	    CHECK (type IN ('fqdn', 'ufqdn', 'ipv4', 'ipv6')),
	value		TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 255),
	fold		TEXT NOT NULL,
	fp		BLOB NOT NULL REFERENCES key (fp),
	state		TEXT NOT NULL CHECK (state IN
	    ('learned', 'accepted', 'pinned', 'rejected', 'retired')),
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
-- iked reads one key an identity.
CREATE UNIQUE INDEX binding_exported ON binding (type, value)
    WHERE state IN ('pinned', 'accepted');
CREATE INDEX binding_order ON binding (value, type, id);
CREATE INDEX binding_fold ON binding (fold);
CREATE INDEX binding_fp ON binding (fp);

CREATE TABLE event (
	seq		INTEGER PRIMARY KEY,
	at		INTEGER NOT NULL,
	actor		TEXT NOT NULL,
	login		TEXT NOT NULL,
	verb		TEXT NOT NULL,
	identity	TEXT,
	fp		BLOB CHECK (fp IS NULL OR length(fp) = 32),
	detail		TEXT NOT NULL,
	previous	BLOB NOT NULL CHECK (length(previous) = 32),
	hash		BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;

-- What the tree holds of ours.  Between intent and deed a path has two
-- digests; a file with either of them is ours.  NULL: no file.
CREATE TABLE exported (
	path		TEXT PRIMARY KEY,
	old		BLOB CHECK (old IS NULL OR length(old) = 32),
	new		BLOB CHECK (new IS NULL OR length(new) = 32),
	at		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
