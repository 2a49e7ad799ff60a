#!/bin/sh
# The store: whatever lies at its path, nobody is let in and nothing is lost.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
new_store
btnskey pin -q -y $id a.pub
cp "$store" good.db
f=$pubkeys/fqdn/$id

# every STATUS NAME: what each verb that opens the store says to it
every() {
	for v in "list" "show $id" "export -n" "export" "forget -y $id"; do
		# shellcheck disable=SC2086 # words
		check "$1" "$2: ${v%% *}" timeout 20 btnsctl $v
	done
	check "$1" "$2: pin" timeout 20 btnskey pin -y two.example.org b.pub
	tr -d '[:print:]\n' <err >odd
	empty odd "$2: nothing odd on the terminal"
	yes "$2: the tree stands" cmp a.pub "$f"
}

# put FILE: as the store
put() {
	rm -rf "$store" "$store"-*
	cp "$1" "$store"
	chmod 600 "$store"
}

# --- where it lies
rm "$store"
every 3 "no store"
like err "says how to make one" ": no store; make one with btnsctl init\$"
mkdir "$store"
every 3 "a directory"
rmdir "$store"
cp good.db else.db
ln -s "$tmp/else.db" "$store"
every 3 "a symbolic link"
like err "is none" ': not a regular file$'
rm "$store"
mkfifo "$store"
every 3 "a FIFO"
rm "$store"
put good.db
chmod 666 "$store"
every 3 "rule 10: one that others may write"
chmod 600 "$store"
chmod 777 "$tmp/db"
every 3 "rule 10: a directory that others may write"
chmod 700 "$tmp/db"
if root; then
	chown 65534 "$store"
	every 3 "rule 10: another user's"
	chown 0 "$store"
	chown 65534 "$tmp/db"
	every 3 "rule 10: one in another user's directory"
	chown 0 "$tmp/db"
	check 3 "somebody without rights" nobody btnsctl list
else
	skip "other users" "run this as root"
fi
mv "$tmp/db" "$tmp/db.real"
ln -s db.real "$tmp/db"
every 3 "rule 10: one behind a symbolic link"
rm "$tmp/db"
mv "$tmp/db.real" "$tmp/db"

# --- what it is
: >bad.db
put bad.db
every 3 "an empty file"
no "which stays empty" test -s "$store"
truncate -s 8192 bad.db
put bad.db
every 3 "zeros"
echo 'not a database, but long enough to be looked at as if it were' >bad.db
put bad.db
every 3 "text"
for n in 100 1000 4096 8192; do
	head -c $n good.db >bad.db
	put bad.db
	every 3 "the first $n octets"
done
sqlite3 other.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'
digest other.db >before
put other.db
every 3 "another application's"
like err "is none of ours" ': not a store$'
digest "$store" >after
same after "and left as it was" <before
cp good.db new.db
sqlite3 new.db 'PRAGMA user_version = 99'
digest new.db >before
put new.db
every 3 "a newer program's"
like err "is told" ': written by a newer program \(version 99, .* not touched$'
digest "$store" >after
same after "and not touched" <before
cp good.db noid.db
sqlite3 noid.db "DELETE FROM setting WHERE name = 'store-id'"
put noid.db
every 3 "one without an id"

# Pages overwritten, one at a time: trouble or a right answer, no crash.
size=$(wc -c <good.db)
i=0
while [ $((i * 4096)) -lt "$size" ]; do
	cp good.db bad.db
	dd if=/dev/zero of=bad.db bs=4096 seek=$i count=1 conv=notrunc \
	    2>/dev/null
	put bad.db
	for v in "list" "export" "show $id"; do
		# shellcheck disable=SC2086 # words
		timeout 20 btnsctl $v >out 2>err
		s=$?
		[ $s -le 3 ] || echo "page $i: $v: $s"
	done
	cmp -s a.pub "$f" || echo "page $i: tree"
	i=$((i + 1))
done >faults
empty faults "no page's loss ends in a crash or takes a pin out of the tree"

# Bits flipped, at 64 places: trouble or a right answer, no crash, and no
# other key in the tree.
i=0
while [ $i -lt 64 ]; do
	cp good.db bad.db
	perl -e '
		open my $f, "+<", "bad.db" or die;
		my $at = int(shift(@ARGV) * (-s $f) / 64) + 37;
		seek $f, $at, 0;
		read $f, my $c, 1;
		seek $f, $at, 0;
		print $f chr(ord($c) ^ 1 << $at % 8);
	' $i
	put bad.db
	for v in "list" "verify" "export" "revoke -N $(fp b.pub)"; do
		# shellcheck disable=SC2086 # words
		timeout 20 btnsctl $v >out 2>err
		s=$?
		[ $s -le 3 ] || echo "place $i: $v: $s"
	done
	[ ! -e "$f" ] || cmp -s a.pub "$f" || echo "place $i: tree"
	i=$((i + 1))
done >faults
empty faults "no flipped bit ends in a crash or puts another key in the tree"
put good.db
btnsctl export -q -f

# --- code in it
put good.db
sql "CREATE TRIGGER t1 AFTER INSERT ON event BEGIN
    DELETE FROM binding; UPDATE setting SET value = '/' WHERE name = 'iked';
    END;
    CREATE TRIGGER t2 AFTER UPDATE ON exported BEGIN
    DELETE FROM event; END"
check 0 "a store with triggers" btnskey pin -q -F "$(fp b.pub)" \
    two.example.org b.pub
sql 'SELECT count(*) FROM binding; SELECT count(*) FROM event' >said
same said "rule 10: does not run them" <<EOT
2
3
EOT
check 0 "nor does an export" btnsctl export -q -f
sql 'SELECT count(*) FROM event' >said
same said "run any" <<EOT
3
EOT
put good.db
sql "ALTER TABLE binding RENAME TO b2;
    CREATE VIEW binding AS SELECT * FROM b2"
every 3 "a view in a table's place"
put good.db
sql "ALTER TABLE setting RENAME TO s2; CREATE VIEW setting AS
    SELECT name, CASE name WHEN 'iked' THEN '$tmp' ELSE value END AS value
    FROM s2"
every 3 "a view over the settings"

# --- rows in it
# rows NAME SQL: every verb that reads them is trouble, and writes nothing
rows() {
	put good.db
	sql "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; $2"
	find "$tmp/etc" -type f >before
	check 3 "$1: list" btnsctl list
	check 3 "$1: export" btnsctl export
	find "$tmp/etc" -type f >after
	same after "$1: no file came or went" <before
}
other=$(openssl pkey -pubin -in "$good/p384.spki.pem" -outform DER |
    od -An -v -tx1 | tr -d ' \n')
rows "the key of another under a fingerprint" \
    "UPDATE key SET spki = x'$other'"
rows "an identity cut by a NUL" \
    "UPDATE binding SET value = CAST(x'6777006162' AS TEXT)"
rows "an address in another spelling" \
    "UPDATE binding SET type = 'ipv6', value = '2001:DB8:0::1'"
rows "a user's name that steers" \
    "UPDATE binding SET login = CAST(x'6f70731b5b324a' AS TEXT)"
rows "a time before all times" \
    'UPDATE binding SET since = -9223372036854775808'
put good.db
sql "PRAGMA ignore_check_constraints = 1;
    UPDATE exported SET old = x'00'"
check 3 "a digest cut short" btnsctl export
put good.db
sql 'UPDATE event SET seq = 9223372036854775807 WHERE seq = 1'
check 3 "the last event there can be" \
    btnskey pin -y last.example.org "$good/p384.spki.pem"
put good.db
sql "UPDATE setting SET value = '' WHERE name = 'iked'"
check 3 "a directory without a name" btnsctl export
put good.db
for v in ../../x . .. 'a/b' '' "$(printf 'a\033[2J')" .x -x; do
	put good.db
	sql "PRAGMA ignore_check_constraints = 1;
	    UPDATE binding SET value = '$v', fold = '$v'"
	find "$tmp/etc" >before
	name=$(printf %s "$v" | tr -cd '[:print:]')
	check 3 "an identity '$name' in the store: export" btnsctl export
	check 3 "an identity '$name' in the store: list" btnsctl list
	tr -d '[:print:]\n' <err >odd
	empty odd "an identity '$name': nothing odd on the terminal"
	find "$tmp/etc" >after
	same after "an identity '$name': no file came or went" <before
done
for q in "UPDATE binding SET type = 'asn1'" "UPDATE key SET spki = x'3000'" \
    "UPDATE key SET spki = ''" "UPDATE key SET spki = x'00' || spki" \
    "PRAGMA foreign_keys = 0; UPDATE key SET fp = x'00'"; do
	put good.db
	sql "PRAGMA ignore_check_constraints = 1; $q" >/dev/null 2>&1
	timeout 20 btnsctl export >out 2>err
	s=$?
	check 0 "no crash after $q" test $s -le 3
	[ ! -e "$f" ] || yes "and no other key in the tree" cmp a.pub "$f"
	btnsctl export -q -f -d "$store" >/dev/null 2>&1
done
put good.db
rm -f "$pubkeys/fqdn/two.example.org"
check 0 "a sound store" btnsctl export -q -f
cp b.pub victim
h=$(digest victim)
for p in fqdn/../../../../victim ../../../victim /victim fqdn/. fqdn/ fqdn; do
	sql "INSERT OR REPLACE INTO exported (path, old, new, at)
	    VALUES ('$p', x'$h', x'$h', 0)"
done
btnsctl export >/dev/null 2>err
check 0 "rule 6: rows of paths elsewhere remove nothing" cmp b.pub victim
put good.db
sql "INSERT INTO exported (path, old, new, at)
    VALUES ('fqdn/three', x'$h', NULL, 0)"
cp victim "$pubkeys/fqdn/three"
check 0 "rule 6: what a killed run meant to remove" btnsctl export -q
no "goes" test -e "$pubkeys/fqdn/three"

# --- the history
put good.db
check 0 "an event with everything" btnskey pin -q -R "$(fp a.pub)" \
    -F "$(fp b.pub)" -c 'neu: größer' $id b.pub
check 0 "a login behind sudo" env SUDO_USER='ops;x' btnsctl forget -q -y \
    -c 'by ops' $id
check 0 "and with proof" env DOAS_USER=oper btnskey pin -q \
    -F "$(fp a.pub)" $id a.pub
sql 'SELECT actor, login, verb FROM event' >said
me=$(id -un)
if root; then
	same said "rule 8: who acts is noted" <<-EOT
	$me|$me|init
	$me|$me|pin
	$me|$me|replace
	$me|opsx|forget
	$me|oper|pin
	EOT
else
	skip "rule 8: who acts is noted" "run this as root"
fi
sqlite3 -separator ' ' "$store" "SELECT seq, at, hex(actor), hex(login),
    hex(verb), iif(identity IS NULL, '-', hex(identity)),
    iif(fp IS NULL, '-', hex(fp)), 'x' || hex(detail),
    lower(hex(previous)), lower(hex(hash))
    FROM event ORDER BY seq" >chain
perl -MDigest::SHA=sha256_hex -ne '
	sub f { pack("N/a", $_[0]) }
	my ($seq, $at, @x) = split;
	my ($prev, $hash) = splice @x, 6;
	$x[5] =~ s/^x//;
	print "event $seq: previous\n" if $prev ne ($last // "0" x 64);
	my $m = f("btns event 1") . f(pack "q>", $seq) . f(pack "q>", $at);
	$m .= $_ eq "-" ? "\xff" x 4 : f(pack "H*", $_) for @x;
	$m .= f(pack "H*", $prev);
	$last = sha256_hex($m);
	print "event $seq: $last\n" if $last ne $hash;
	$n++;
	END { print "$n events\n" }' chain >said
same said "rule 8: the chain, worked out by others" <<EOT
5 events
EOT
sql 'SELECT max(seq), count(*) FROM event' >said
same said "numbers have no gap" <<EOT
5|5
EOT
sql "UPDATE event SET detail = 'x' WHERE seq = 3"
check 0 "a changed event stops no verb here" btnsctl list -q

# --- in use
put good.db
rm -f "$pubkeys"/fqdn/t*
check 0 "a sound store again" btnsctl export -q
# Of a second one the tree is being written all the while.
mkdir "$tmp/etc2"
busy=$tmp/db/busy.db
btnsctl init -q -D "$tmp/etc2" -d "$busy"
if have flock; then
	flock "$busy.lock" sleep 33 &
	holder2=$!
	sleep 0.3
	timeout 50 btnsctl export -d "$busy" >busy.out 2>busy.err &
	busy_export=$!
fi
mkfifo hold
sqlite3 "$store" <hold >/dev/null &
holder=$!
exec 9>hold
echo 'BEGIN IMMEDIATE; SELECT 1;' >&9
sleep 0.5
(sleep 1; echo 'ROLLBACK;' >&9) &
check 0 "a store in use for a second is waited for" \
    btnskey pin -q -y two.example.org b.pub
wait $!
echo 'BEGIN EXCLUSIVE; SELECT 1;' >&9
sleep 0.5
timeout 30 btnsctl list >list.out 2>list.err &
list=$!
timeout 30 btnsctl export >export.out 2>export.err &
export=$!
check 3 "a store in use" timeout 30 btnskey pin -y three.example.org b.pub
same err "for longer is trouble" <<EOT
btnskey: $store: in use by another program for 10 s
EOT
check 3 "for readers too" wait $list
check 3 "and for an export" wait $export
like export.err "which says so" 'in use by another program for 10 s$'
echo 'ROLLBACK;' >&9
exec 9>&-
wait $holder
yes "nothing was changed" cmp a.pub "$f"
if have flock; then
	check 3 "a tree that another writes for 30 s" wait "$busy_export"
	like busy.err "is trouble" \
	    ': another program has been writing the tree for 30 s$'
	wait "$holder2"
	flock "$busy.lock" sleep 1 &
	sleep 0.3
	check 0 "one for a second is waited for" btnsctl export -d "$busy"
	wait $!
else
	skip "a tree that another writes" "no flock"
fi
rm "$busy" "$busy.lock"

# --- which store
check 0 "-d before BTNS_DB" env BTNS_DB=/nowhere/pins.db btnsctl list \
    -d "$store"
check 3 "BTNS_DB before the default" env BTNS_DB=/nowhere/pins.db \
    btnsctl list
like err "is named" '^btnsctl: /nowhere/pins\.db: '
# A program with the rights of another's heeds no environment of its caller's.
if root; then
	cp "$bin/btnsctl" "$tmp/bin/suid"
	chown 65533 "$tmp/bin/suid"
	chmod 4755 "$tmp/bin/suid"
	case $(nobody "$tmp/bin/suid" -V 2>&1; findmnt -no OPTIONS -T "$tmp") in
	*nosuid*)
		skip "rule 10: BTNS_DB behind setuid" "mounted nosuid" ;;
	*)	# In a sanitized build the exit status is the leak checker's,
		# which can't trace such a program and takes no options there.
		nobody env BTNS_DB=/nowhere/pins.db "$tmp/bin/suid" list \
		    >out 2>err
		like err "rule 10: BTNS_DB behind setuid" \
		    '/btns/pins\.db: no store; '
		lacks err "rule 10: is not heeded" /nowhere/ ;;
	esac
else
	skip "rule 10: BTNS_DB behind setuid" "run this as root"
fi
cd "$tmp/db" || exit 99
check 0 "a path without a directory" btnsctl list -d pins.db
cd "$tmp" || exit 99
rm -f db/out db/err
check 2 "a path too long" btnsctl list -d "/$(printf '%05000d' 0)/pins.db"
check 3 "a part of it too long" btnsctl list -d "/$(printf '%0300d' 0)/pins.db"
check 2 "an empty one" btnsctl list -d ''
{ mode "$store"; find "$tmp/db" -type f | sort | sed 's,.*/,,'; } >said
same said "beside the store lie its lock and the head of its history" <<EOT
0600
busy.db.head
pins.db
pins.db.head
pins.db.lock
EOT
finish
