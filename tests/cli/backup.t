#!/bin/sh
# Backup and restore: what was revoked since stays revoked.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub)
f=$pubkeys/fqdn/$id

check 2 "backup without a file" btnsctl backup
check 3 "without a store" btnsctl backup x.db
new_store
btnskey pin -q -y $id a.pub
btnskey pin -q -y other.example.org b.pub
btnsctl revoke -q "$(rsafp -q "$good/p521.spki.pem")"
check 0 "backup" btnsctl backup copy.db
like out "says what is in it" \
    '^copy\.db: 2 pins, 1 revoked; head 4:[0-9a-f]{16}$'
like out "and what isn't" \
    "^no private key is in it: copy $iked/private/local\\.key yourself\$"
mode copy.db >said
same said "for root alone" <<EOT
0600
EOT
sqlite3 copy.db 'PRAGMA integrity_check' >said
same said "whole" <<EOT
ok
EOT
check 1 "again" btnsctl backup copy.db
like err "is kept" 'exists, kept; backup -f writes over it$'
check 0 "-f" btnsctl backup -q -f copy.db
check 2 "the store itself" btnsctl backup -f "$store"
mkfifo pipe
check 3 "-f over what is no file" timeout 10 btnsctl backup -f pipe
yes "keeps it" test -p pipe
rm pipe
check 3 "a directory that isn't there" btnsctl backup none/copy.db
ls >said
no "nothing half-made lies about" grep -q 'new$' said

# --- restore
check 2 "restore without a file" btnsctl restore
check 3 "no such file" btnsctl restore none.db
check 3 "a key" btnsctl restore a.pub
check 3 "a directory" btnsctl restore "$iked"
check 2 "the store itself" btnsctl restore "$store"
btnsctl revoke -q -c stolen "$a"
btnskey pin -q -y new.example.org c.pub
digest "$store" >before
check 0 "-n" btnsctl restore -n copy.db
like out "checks it" '^copy\.db: whole; 2 pins, 1 revoked; head 4:'
like out "says what is kept" '^    revoke   862be069.*by .* \(kept\)$'
like out "and what is lost" '^    pin      fqdn/new\.example\.org .*\(LOST\)$'
like out "and does nothing" '^restore: nothing was changed$'
digest "$store" >after
same after "at all" <before
check 0 "restore" btnsctl restore copy.db
like out "says so" '^restored; 1 revocation kept; the former store is '
btnsctl list -o tsv | cut -f 1,3,12 >said
same said "rule 4: the pins of then, but for the key that was revoked since" <<EOT
pinned	$b	fqdn/other.example.org
EOT
yes "the former store is there" test -e "$(echo "$store".2*)"
check 0 "it is whole" btnsctl verify
check 1 "the tree was not touched" btnsctl export -n
cut -d ' ' -f 1,2 out >said
same said "what is to do" <<EOT
- fqdn/new.example.org
EOT
check 0 "export does it" btnsctl export -q
check 0 "and then all is well" btnsctl export -n
check 1 "rule 4: and the key stays revoked" btnskey pin -q -f -y x.example.org a.pub
check 0 "a second one the same day" btnsctl restore -q copy.db
find "$tmp/db" -name 'pins.db.2*' | wc -l | tr -d ' ' >said
same said "keeps both" <<EOT
2
EOT
check 0 "it is whole" btnsctl verify

# --- on new hardware
cp copy.db keep.db
rm -rf "$tmp/db"
mkdir -m 700 "$tmp/db"
check 0 "where no store is" btnsctl restore copy.db
check 0 "it is whole" btnsctl verify
btnsctl list -o tsv | cut -f 12 | sort >said
same said "with its pins" <<EOT
fqdn/$id
fqdn/other.example.org
EOT
new_store
check 0 "over one that was made just now" btnsctl restore -q copy.db
new_store
btnskey pin -q -y mine.example.org c.pub
digest "$store" >before
check 1 "over another store's decisions" btnsctl restore copy.db
like err "not without -f" ': of another store than .* restore -f puts it'
digest "$store" >after
same after "nothing is lost" <before
check 0 "-f does" btnsctl restore -q -f copy.db

# --- hostile backups
new_store
btnskey pin -q -y $id a.pub
digest "$store" >before
i=0
size=$(wc -c <copy.db)
while [ $i -lt 12 ]; do
	head -c $((size * i / 12)) copy.db >bad.db
	check 3 "cut at $i of 12" btnsctl restore -f bad.db
	i=$((i + 1))
done
cp copy.db bad.db
sqlite3 bad.db "UPDATE binding SET value = 'evil', fold = 'evil'
    WHERE value LIKE 'gw%'"
check 3 "edited" btnsctl restore -f bad.db
like err "is not whole" ': not whole: '
cp copy.db bad.db
sqlite3 bad.db "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM revoked;
    END"
check 3 "with a trigger" btnsctl restore -q -n -f bad.db
like err "which it names" ': its schema is not ours, from the trigger t on$'
cp copy.db bad.db
sqlite3 bad.db "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET
    sql = replace(sql, 'comment		TEXT
)', 'comment TEXT NOT NULL ON CONFLICT IGNORE)') WHERE name = 'revoked'"
check 3 "rule 4: with a table that ignores revocations" \
    btnsctl restore -q -f bad.db
cp copy.db bad.db
sqlite3 bad.db "PRAGMA user_version = 99"
check 3 "of a newer program" btnsctl restore -f bad.db
mkfifo fifo
check 3 "a FIFO" timeout 10 btnsctl restore fifo
: >bad.db-journal
check 3 "with a journal" btnsctl restore bad.db
rm bad.db-journal
digest "$store" >after
same after "nothing was changed by any" <before
ls -A "$tmp/db" >said
same said "and nothing lies about" <<EOT
pins.db
pins.db.head
pins.db.lock
EOT
# --- journals that would be rolled into another file
mv "$store" "$store.bad"
echo journal >"$store-journal"
check 3 "restore where a journal of a store that is gone lies" \
    btnsctl restore -q copy.db
like err "names it" ': of a store that is no more there, and would damage an'
check 3 "and so does init" btnsctl init -D "$iked"
no "neither makes a store" test -e "$store"
rm "$store-journal"
mv "$store.bad" "$store"
echo journal >"$store.restore-journal"
echo other >"$store.restore"
check 0 "what a killed restore left is no trouble" \
    btnsctl restore -q -f copy.db
check 0 "and the store is whole" btnsctl verify -q
echo mine >backup.db.new
check 0 "a backup" btnsctl backup -q -f backup.db
yes "touches nobody's file" grep -q mine backup.db.new
perl -e 'print ((stat shift)[1])' "$store" >inode
btnsctl restore -q -f backup.db
perl -e 'print ((stat shift)[1])' "$store" >said
yes "restore leaves the store the file that it is" cmp inode said


# --- what takes its time
new_store
awk 'BEGIN { for (i = 1; i <= 30000; i++) printf "%064x\n", i * 7919 }' >long
btnsctl import -q long
check 0 "much is saved" btnsctl backup -q -f copy.db
tty 0 "and restored" 'shows_slowly " of 150005, about "' btnsctl restore copy.db
like screen "which says how far it is" \
    'restore: [0-9]+ of 150005, about [0-9]+s left'
like screen "and leaves the other lines alone" \
    '  copy\.db: whole; 0 pins, 30000 revoked'
check 0 "elsewhere" btnsctl restore copy.db
empty err "it says nothing of that"
finish
