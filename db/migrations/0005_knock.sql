-- Who was refused, as iked's log has it: a hint, and never a reason to trust.
-- identity: printed, or what else a peer sent, escaped.  cause: of the
-- refusal, by what was exported then, fp; address '' where none is known.
CREATE TABLE knock (
	id		INTEGER PRIMARY KEY,
	identity	TEXT NOT NULL CHECK (length(identity) BETWEEN 1 AND 1100),
	cause		TEXT NOT NULL
	    CHECK (cause IN ('unknown', 'another', 'unread')),
	address		TEXT NOT NULL,
	first_seen	INTEGER NOT NULL,
	last_seen	INTEGER NOT NULL,
	days		INTEGER NOT NULL CHECK (days > 0),
	times		INTEGER NOT NULL CHECK (times > 0),
	verified	INTEGER NOT NULL CHECK (verified BETWEEN 0 AND times),
	fp		BLOB CHECK (fp IS NULL OR length(fp) = 32),
	UNIQUE (identity, cause, address)
) STRICT;
CREATE INDEX knock_address ON knock (address);

-- How far logs were read.  head: SHA-256 of the first `length` octets, of
-- the journal's id where that is 0; done: octets, or the journal's number;
-- tail: SHA-256 of the 512 octets before done, or of all.
CREATE TABLE logmark (
	head		BLOB NOT NULL CHECK (length(head) = 32),
	length		INTEGER NOT NULL CHECK (length >= 0),
	done		INTEGER NOT NULL CHECK (done >= 0),
	tail		BLOB NOT NULL CHECK (length(tail) = 32),
	at		INTEGER NOT NULL,
	PRIMARY KEY (head, tail)
) STRICT, WITHOUT ROWID;
