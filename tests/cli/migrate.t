#!/bin/sh
# A store of the first program comes through the migrations with all that it
# could hold: each table, each state, row by row.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

new_store
id=$(sql "SELECT value FROM setting WHERE name = 'store-id'")
first=$here/../../db/migrations/0001_foundation.sql
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
n=100
while read -r k name; do
	n=$((n + 1))
	printf "INSERT INTO key VALUES (x'%s', x'%s', '%s', $n);\n" \
	    "$(fp "$k.pub")" "$(openssl pkey -pubin -in "$k.pub" -outform DER |
	    od -An -v -tx1 | tr -d ' \n')" "$name"
done >keys.sql <<EOT
a RSA 2048
b EC P-256
c EC P-384
EOT
digest_of_c=$(digest c.pub)

# The store as that program wrote it: every type, state, source, evidence.
rm "$store" "$store.head"
{
	cat "$first" keys.sql
	cat <<-EOT
	INSERT INTO setting VALUES ('store-id', '$id'), ('iked', '$iked');
	INSERT INTO binding VALUES
	(11, 'fqdn', 'Gw.example.org', 'gw.example.org', x'$(fp a.pub)',
	 'pinned', 201, 191, 'file', 'fingerprint', 'root', 'ops',
	 'größer, it''s "new"'),
	(12, 'fqdn', 'Gw.example.org', 'gw.example.org', x'$(fp b.pub)',
	 'retired', 202, 192, 'file', 'operator', 'root', 'root', NULL),
	(13, 'ufqdn', 'lap@example.org', 'lap@example.org', x'$(fp b.pub)',
	 'accepted', 203, 193, 'ike', NULL, 'root', 'ops', NULL),
	(14, 'ufqdn', 'lap@example.org', 'lap@example.org', x'$(fp c.pub)',
	 'learned', 204, 194, 'dns', NULL, 'root', 'ops', ''),
	(15, 'ipv4', '192.0.2.7', '192.0.2.7', x'$(fp c.pub)',
	 'rejected', 205, 195, 'ssh', NULL, 'root', 'ops', 'not ours'),
	(16, 'ipv6', '2001:db8::7', '2001:db8::7', x'$(fp c.pub)',
	 'pinned', 206, 196, 'tree', 'file', 'root', 'ops', NULL),
	(17, 'fqdn', 'd.example.org', 'd.example.org', x'$(fp a.pub)',
	 'pinned', 207, 197, 'dns', 'dnssec', 'root', 'ops', NULL),
	(19, 'fqdn', 's.example.org', 's.example.org', x'$(fp a.pub)',
	 'pinned', 208, 198, 'ike', 'succession', 'root', 'ops', NULL);
	INSERT INTO event VALUES
	(1, 200, 'root', 'root', 'init', NULL, NULL, '$id iked=$iked',
	 zeroblob(32), x'$(printf '%064x' 1)'),
	(2, 201, 'root', 'ops', 'pin', 'fqdn/Gw.example.org',
	 x'$(fp a.pub)', 'evidence=fingerprint', x'$(printf '%064x' 1)',
	 x'$(printf '%064x' 2)');
	INSERT INTO exported VALUES
	('ipv6/2001:db8::7', x'$digest_of_c', x'$digest_of_c', 301),
	('fqdn/new', NULL, x'$(printf '%064x' 5)', 302),
	('fqdn/gone', x'$(printf '%064x' 6)', NULL, 303);
	PRAGMA user_version = 1;
	PRAGMA application_id = 1112821331;
	EOT
} | sqlite3 "$store" || exit 99
chmod 600 "$store"

# rows: all of it, in the columns that both have
rows() {
	sql "SELECT name, value FROM setting ORDER BY name;
	    SELECT hex(fp), hex(spki), name, first_seen FROM key ORDER BY fp;
	    SELECT id, type, value, fold, hex(fp), state, since, first_seen,
	    source, quote(evidence), actor, login, quote(comment)
	    FROM binding ORDER BY id;
	    SELECT seq, at, actor, login, verb, quote(identity), quote(fp),
	    detail, hex(previous), hex(hash) FROM event ORDER BY seq;
	    SELECT path, quote(old), quote(new), at FROM exported
	    ORDER BY path"
}
rows >before
for t in setting key binding event exported; do
	yes "the old store has rows of $t" \
	    test "$(sql "SELECT count(*) FROM $t")" -gt 0
done
for s in learned accepted pinned rejected retired; do
	yes "and a binding that is $s" test 1 -le \
	    "$(sql "SELECT count(*) FROM binding WHERE state = '$s'")"
done
sql "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name" >said
same said "there is no other table in it" <<EOT
binding
event
exported
key
setting
EOT

check 0 "any verb migrates it" btnsctl list -q
sql 'PRAGMA user_version' >said
find "$here/../../db/migrations" -name "*.sql" | wc -l | tr -d ' ' >want
same said "to the last version" <want
rows >after
same after "and every row is there, as it was" <before
sql "SELECT id FROM binding WHERE NOT past AND
    state IN ('pinned', 'accepted', 'retired')" >said
empty said "what was live has a past"
sql "SELECT count(*) FROM setting WHERE ends IS NOT NULL OR back IS NOT NULL;
    SELECT count(*) FROM revoked; SELECT count(*) FROM sighting;
    SELECT count(*) FROM alarm; SELECT count(*) FROM news;
    PRAGMA integrity_check; PRAGMA foreign_key_check" >said
same said "what is new is empty, and all is whole" <<EOT
0
0
0
0
0
ok
EOT
sql "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE
    'sqlite_%' ORDER BY type, name" >schema
mv "$store" old.db
rm -f "$store".*
rm -rf "$pubkeys"
btnsctl init -q -D "$iked"
sql "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE
    'sqlite_%' ORDER BY type, name" >want
same schema "tables and indexes are those of a new store" <want
sqlite3 old.db "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
    ORDER BY name" >schema
sql "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name" >want
same schema "to the letter" <want

# --- and it works on
rm -rf "$pubkeys"
cp old.db "$store"
rm -f "$store.head"
check 0 "the tree is written from it" btnsctl export -q
find "$pubkeys" -type f ! -name store-id | sed "s,$pubkeys/,," | sort >said
same said "with what is live" <<EOT
fqdn/Gw.example.org
fqdn/d.example.org
fqdn/s.example.org
ipv6/2001:db8::7
ufqdn/lap@example.org
EOT
check 1 "a rejected key is rejected still" \
    btnsctl learn -q 192.0.2.7 c.pub
check 1 "a past counts" btnskey pin -q -y ipv4/192.0.2.7 a.pub
check 0 "and a revocation finds all" btnsctl revoke -q "$(fp a.pub)"
no "of the key's files" test -e "$pubkeys/fqdn/d.example.org"
finish
