#!/bin/sh
# The history: what it says, and that nothing else can be made of it.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub)

new_store
btnskey pin -q -F "$a" $id a.pub
btnskey pin -q -R "$a" -F "$b" -c "new disk, old=x comment=y" $id b.pub
btnsctl learn -q -A 192.0.2.1 -S ike other.example.org c.pub
btnsctl revoke -q -c 'stolen' "$a"
btnsctl set -q -t 4h tofu accept-new
btnsctl set -q -t 4h accept-for 'fqdn/*.a fqdn/*.b'
btnsctl set -q -t 8h tofu off
btnsctl set -q remind 2h
btnsctl set -q remind default
btnsctl forget -q -y other.example.org

# --- log
check 0 "log" btnsctl log
like out "has a heading" '^SEQ  TIME                 WHO      WHAT     KEY  '
like out "a line for each event" \
    "^2    20..-..-..T..:..:..Z .* pin      862be069\\.\\. fqdn/$id\$"
like out "what was replaced, and why" \
    "^     fingerprint, digits=64; was 862be069\\.\\.; 'new disk, old=x comm"
check 0 "of an identity" btnsctl log -o tsv $id
cut -f 1,4-8,10 out >said
same said "each field in its place" <<EOT
2	pin	$a	fqdn/$id	fingerprint	-	-
3	replace	$b	fqdn/$id	fingerprint	$a	new disk, old=x comment=y
EOT
check 0 "of a key" btnsctl log -o tsv "$a"
cut -f 1,4 out >said
same said "also where it was replaced" <<EOT
2	pin
3	replace
5	revoke
EOT
check 0 "in JSON" btnsctl log -o json
jq -r .verb out | sort | uniq -c | tr -s ' ' >said
same said "an object a line" <<EOT
 1 forget
 1 init
 1 learn
 1 pin
 1 replace
 1 revoke
 5 set
EOT
check 1 "nothing of a stranger" btnsctl log nobody.example.org
check 2 "an age that is none" btnsctl log -t soon
check 0 "of the last hour" btnsctl log -t 1h
check 3 "into a full device" sh -c 'btnsctl log >/dev/full'

# --- verify
check 0 "verify" btnsctl verify
like out "says the head" '^whole: events 1 to 11; head 11:[0-9a-f]{16}$'
head=$(sed -n 's/^whole: .*; head //p' out)
check 0 "an anchor" btnsctl verify "$head"
same out "that is there" <<EOT
whole: events 1 to 11; $head is one of them
EOT
anchor5=5:$(sql 'SELECT lower(hex(hash)) FROM event WHERE seq = 5')
check 0 "an older one, whole" btnsctl verify "$anchor5"
check 1 "one that is not" btnsctl verify "5:${head#*:}"
check 1 "one to come" btnsctl verify "12:${head#*:}"
check 2 "no anchor" btnsctl verify 11
check 2 "too short" btnsctl verify 11:9c41f0d
check 2 "not a number" btnsctl verify -- -1:9c41f0d2
cat "$store.head" >said
sql "SELECT seq || ':' || lower(hex(hash)) FROM event ORDER BY seq DESC LIMIT 1" \
    >want
same said "the head file holds it" <want

# --- behind its back: each of these is found, with or without a head file
cp "$store" good.db
cp "$store.head" good.head
while IFS='|' read -r what sql; do
	cp good.db "$store"
	cp good.head "$store.head"
	sqlite3 "$store" "$sql"
	check 1 "rule 8: found: $what" btnsctl verify
	like out "and said: $what" '^! .'
done <<EOT
a pin's key|PRAGMA foreign_keys = 0; UPDATE binding SET fp = (SELECT fp FROM key WHERE hex(fp) LIKE 'A26C%') WHERE state = 'pinned'
a pin's state|UPDATE binding SET state = 'accepted' WHERE state = 'pinned'
a retired key pinned again|UPDATE binding SET state = 'retired' WHERE state = 'pinned'; UPDATE binding SET state = 'pinned' WHERE hex(fp) LIKE '862B%'
a pin's evidence|UPDATE binding SET evidence = 'operator' WHERE state = 'pinned'
a pin's past|UPDATE binding SET past = 0 WHERE state = 'retired'
a pin's comment|UPDATE binding SET comment = 'fine' WHERE state = 'pinned'
who pinned it|UPDATE binding SET login = 'ops' WHERE state = 'pinned'
since when|UPDATE binding SET since = since - 86400 WHERE state = 'pinned'
its name|UPDATE binding SET value = 'gw2.example.org', fold = 'gw2.example.org'
how it folds|UPDATE binding SET fold = 'x' WHERE state = 'pinned'
a pin more|INSERT INTO binding (type, value, fold, fp, state, past, since, first_seen, source, evidence, actor, login) SELECT 'fqdn', 'evil', 'evil', fp, 'pinned', 1, since, since, 'file', 'operator', 'root', 'root' FROM binding LIMIT 1
a pin less|DELETE FROM binding WHERE state = 'pinned'
no longer revoked|DELETE FROM revoked
another key revoked|INSERT INTO revoked SELECT fp, 1, 'root', 'root', NULL FROM key WHERE hex(fp) LIKE 'A26C%'
the bytes of a key|UPDATE key SET spki = (SELECT spki FROM key WHERE hex(fp) LIKE 'A26C%') WHERE hex(fp) LIKE '9416%'
a setting|UPDATE setting SET value = 'accept-new' WHERE name = 'tofu'
a setting's end|UPDATE setting SET ends = NULL WHERE name = 'tofu'
a setting more|INSERT INTO setting (name, value) VALUES ('max-change', '9')
iked's directory|UPDATE setting SET value = '/etc/iked' WHERE name = 'iked'
an event's detail|UPDATE event SET detail = 'evidence=fingerprint' WHERE seq = 2
an event's time|UPDATE event SET at = at - 1 WHERE seq = 3
an event's login|UPDATE event SET login = 'nobody' WHERE seq = 3
an event's number|UPDATE event SET seq = 77 WHERE seq = 11
an event less|DELETE FROM event WHERE seq = 4
the first event|DELETE FROM event WHERE seq = 1
the tail|DELETE FROM event WHERE seq > 9
EOT

# A tail and its head file: any anchor that was kept elsewhere.
cp good.db "$store"
sql 'DELETE FROM event WHERE seq = 11'
sql "SELECT seq || ':' || lower(hex(hash)) FROM event ORDER BY seq DESC LIMIT 1" \
    >"$store.head"
check 1 "rule 8: a tail cut with its head file" btnsctl verify "$head"
like out "is missed" '^! there is no event 11$'
cp good.db "$store"
rm "$store.head"
check 1 "rule 8: no head file" btnsctl verify
cp good.head "$store.head"
seq=$(($(cut -d : -f 1 good.head | sed -n 1p) + 1000))
sed "1s/^[0-9]*/$seq/" good.head >"$store.head"
cp "$store.head" later.head
check 0 "a decision beside a head of one that came later" btnsctl learn -q \
    later.example.org "$good/p521.spki.pem"
yes "which stays: a cut tail is not forgotten" cmp "$store.head" later.head
check 1 "and verify tells of it" btnsctl verify
cp good.head "$store.head"
check 0 "forget it" btnsctl forget -q -y later.example.org
check 0 "the head of before goes on" btnsctl verify
echo x >"$store.head"
check 1 "a damaged one" btnsctl verify
cp good.head "$store.head"
check 0 "as it was" btnsctl verify
dd if=/dev/zero of="$store" bs=1 seek=4096 count=20480 conv=notrunc 2>err
check 3 "zeros in the middle of the store" btnsctl verify
cp good.db "$store"

# --- as of a date
btnsctl list -o tsv -a 2037-01-01 >now
check 0 "list -a of the day to come" btnsctl list -o tsv -a 2037-01-01
cut -f 1,3,12 out >said
same said "is what is" <<EOT
pinned	$b	fqdn/$id
EOT
check 0 "before all" btnsctl list -o tsv -a 2001-01-01
empty out "nothing was"
at=$(sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at, 'unixepoch') FROM event
    WHERE seq = 11")
check 0 "at a second" btnsctl list -o tsv -a "$at"
check 2 "a day that is none" btnsctl list -a 2026-02-30
check 2 "a date that is none" btnsctl list -a yesterday
check 0 "retired then" btnsctl list -s retired -o tsv -a 2037-01-01
cut -f 1,3 out >said
same said "too" <<EOT
retired	$a
EOT
check 0 "older than a day" btnsctl list -t +1d
check 0 "within one" btnsctl list -o tsv -t 1d
cut -f 12 out >said
same said "the pin" <<EOT
fqdn/$id
EOT
check 2 "an age" btnsctl list -t 1y
check 2 "a source" btnsctl list -S mail
check 0 "from IKE" btnsctl list -S ike
# --- ordinary commands are never an alarm
new_store
cp "$good/p384.spki.pem" k.pub
k=$(rsafp -q k.pub)
btnsctl learn -q -S ike gw.example.org k.pub
btnsctl revoke -q "$k"
btnsctl unrevoke -q -c mistake "$k"
btnsctl learn -q -S ike gw.example.org k.pub
check 0 "learned, revoked, taken back and learned again" btnsctl verify -q
btnsctl promote -q -F "$k" -c '' gw.example.org
btnsctl promote -q -F "$k" -c '' gw.example.org
check 0 "an empty comment" btnsctl verify -q
btnsctl list -o tsv | cut -f 1,8 >said
same said "promote keeps where the key came from" <<EOT
pinned	ike
EOT
long='fqdn/*.oslo.example.org fqdn/*.bergen.example.org fqdn/*.hq.example.org'
long="$long $long $long $long $long $long $long $long"
check 0 "a long setting" btnsctl set -q accept-for "$long"
check 0 "and another for a while" \
    btnsctl set -q -t 1h accept-for "$long ufqdn/*@example.org"
check 0 "two long settings, one to fall back to" btnsctl verify -q
check 2 "a comment that is no UTF-8" \
    btnsctl revoke -c "$(printf 'a\377b')" "$k"
check 2 "nor one with controls of 8 bits" \
    btnsctl revoke -c "$(printf 'a\302\233b')" "$k"
check 2 "nor an overlong one" btnsctl revoke -c "$(printf '\300\257')" "$k"
check 0 "one that is" btnsctl revoke -q -c "$(printf 'gr\303\274n')" "$k"
check 0 "of a revoked key" btnsctl revoke gw.example.org
like out "revoke again is already so" '^already revoked '
for edit in "UPDATE revoked SET login = 'bob'" "UPDATE revoked SET at = 7" \
    "UPDATE revoked SET comment = 'x'" "UPDATE key SET name = 'RSA 4096'" \
    "UPDATE binding SET source = 'dns'" "UPDATE binding SET first_seen = 1"
do
	cp "$store" good.db
	sql "$edit"
	check 1 "rule 8: $edit" btnsctl verify -q
	cp good.db "$store"
done

finish
