-- How a file looked, as stat(2) has it, when it was read last and was right,
-- and the key that was wanted there.  NULL: read it again.  Times are in ns.
ALTER TABLE exported ADD COLUMN fp BLOB
    CHECK (fp IS NULL OR length(fp) = 32);
ALTER TABLE exported ADD COLUMN dev INTEGER;
ALTER TABLE exported ADD COLUMN ino INTEGER;
ALTER TABLE exported ADD COLUMN size INTEGER;
ALTER TABLE exported ADD COLUMN mtime INTEGER;
ALTER TABLE exported ADD COLUMN ctime INTEGER;

-- Is a key live anywhere?  One key may have a million bindings.
CREATE INDEX binding_fp_live ON binding (fp)
    WHERE state IN ('pinned', 'accepted');
