#!/bin/sh
# Real processes at once: the races that the trust table names, 8 writers,
# and a reader that never ends.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(rsafp -q a.pub)

# --- two first keys at once: one is accepted, the other a conflict
i=0
while [ $i -lt 8 ]; do
	# A key that was bound to another identity is not accepted.
	new_store
	btnsctl set -q tofu accept-new
	btnsctl set -q accept-for 'fqdn/*'
	btnsctl learn -q n$i a.pub 2>/dev/null &
	one=$!
	btnsctl learn -q n$i b.pub 2>/dev/null
	wait $one
	btnsctl list -o tsv n$i | cut -f 1 | sort | tr '\n' ' ' >said
	[ "$(cat said)" = 'accepted conflict ' ] || echo "$i: $(cat said)"
	i=$((i + 1))
done >faults
empty faults "table: two first keys at once: the first is accepted, the second a conflict"

# --- revoke against learn: revoked in either order
new_store
btnsctl set -q tofu accept-new
btnsctl set -q accept-for 'fqdn/*'
i=0
while [ $i -lt 8 ]; do
	btnsctl learn -q r$i a.pub >/dev/null 2>&1 &
	one=$!
	btnsctl revoke -q "$a" 2>>odd
	wait $one
	btnsctl export -q >>odd 2>&1
	test ! -e "$pubkeys/fqdn/r$i" || echo "$i: in the tree"
	btnsctl learn -q r$i a.pub 2>/dev/null && echo "$i: learned again"
	btnsctl list -o tsv "r$i" 2>/dev/null | cut -f 1
	btnsctl unrevoke -q -c again "$a"
	i=$((i + 1))
done >faults
empty faults "table: revoke against learn ends revoked in either order"
empty odd "without a word"
check 0 "the history holds all of it" btnsctl verify

# --- an answer counts only if nothing changed since the question
new_store
btnsctl learn -q gw.example.org a.pub
tty 1 "rule 7: promote against another key" \
    "shows {(yes/no/[fingerprint])? }
    catch {exec $bin/btnsctl learn -q gw.example.org $tmp/b.pub}
    types yes" btnsctl promote gw.example.org
like screen "is refused" ': changed while you looked; nothing was done'
btnsctl list -o tsv | cut -f 1 | sort -u >said
same said "and nothing was" <<EOT
conflict
EOT
new_store
btnsctl learn -q gw.example.org a.pub
btnsctl learn -q gw.example.org b.pub 2>/dev/null
tty 1 "rule 7: promote of one of two against its rejection" \
    "shows {What do they read (no/[fingerprint])? }
    exec $bin/btnsctl reject -q -F $a gw.example.org
    types $a" btnsctl promote gw.example.org
like screen "is refused" ': changed while you looked; nothing was done'
no "and pins nothing" test -e "$pubkeys/fqdn/gw.example.org"
btnsctl learn -q gw.example.org c.pub 2>/dev/null
tty 1 "rule 7: and against another key" \
    "shows {What do they read (no/[fingerprint])? }
    catch {exec $bin/btnsctl learn -q gw.example.org $good/p521.spki.pem}
    types $(rsafp -q b.pub)" btnsctl promote gw.example.org
like screen "is refused" ': changed while you looked; nothing was done'
tty 0 "where nothing changed the fingerprint chooses" \
    "shows {What do they read (no/[fingerprint])? }
    types $(rsafp -q b.pub)" btnsctl promote gw.example.org
yes "and pins" cmp b.pub "$pubkeys/fqdn/gw.example.org"
new_store
tty 1 "pin against a revocation" \
    "shows {(yes/no/[fingerprint])? }
    exec $bin/btnsctl revoke -q $a
    types yes" btnskey pin gw.example.org a.pub
no "pins nothing" test -e "$pubkeys/fqdn/gw.example.org"
new_store
btnskey pin -q -y gw.example.org a.pub
tty 1 "forget against a renewal" \
    "shows {Forget it (yes/no)? }
    exec $bin/btnskey pin -q -R $(printf %.8s "$a") -F $(rsafp -q b.pub) gw.example.org $tmp/b.pub
    types yes" btnsctl forget gw.example.org
yes "forgets nothing" cmp b.pub "$pubkeys/fqdn/gw.example.org"

# --- 8 processes write at once
new_store
w=0
while [ $w -lt 8 ]; do
	(
		i=0
		while [ $i -lt 6 ]; do
			timeout 60 btnskey pin -q -y w$w.n$i.example.org b.pub ||
				echo "pin $w.$i: $?"
			i=$((i + 1))
		done
		timeout 60 btnsctl forget -q -y w$w.n0.example.org ||
			echo "forget $w: $?"
		timeout 60 btnsctl learn -q all.example.org a.pub >/dev/null ||
			echo "learn $w: $?"
		timeout 60 btnsctl export -q || echo "export $w: $?"
	) >faults.$w 2>&1 &
	w=$((w + 1))
done
wait
cat faults.? >faults
empty faults "rule 7: 8 writers: none fails, none waits for ever"
btnsctl list -o tsv '*.n*' | wc -l | tr -d ' ' >said
same said "rule 7: and none loses a change" <<EOT
40
EOT
btnsctl list -o tsv all.example.org | cut -f 1,7 >said
same said "nor a sighting" <<EOT
learned	8
EOT
find "$pubkeys" -type f -name 'w*' | wc -l | tr -d ' ' >said
same said "the tree has them all" <<EOT
40
EOT
check 0 "just as the store says" btnsctl export -n
check 0 "and so does the history" btnsctl verify

# --- a reader that never ends
n=0
# stalled NAME COMMAND...: its output is not read, and blocks no revocation
stalled() {
	name=$1
	shift
	rm -f pipe
	mkfifo pipe
	"$@" >pipe 2>/dev/null &
	pid=$!
	exec 3<pipe
	sleep 1
	yes "$name that nobody reads is still at it" kill -0 $pid
	n=$((n + 1))
	check 0 "rule 4: and blocks no revocation" timeout 30 btnsctl revoke \
	    -q "$(printf '%064x' $n)"
	kill $pid
	wait $pid 2>/dev/null
	exec 3<&-
}
new_store
btnsctl learn -q one.example.org a.pub
btnsctl learn -q two.example.org b.pub
sql "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
    WHERE n < 2500) INSERT INTO binding (type, value, fold, fp, state, past,
    since, first_seen, source, evidence, actor, login) SELECT 'fqdn', 'h' ||
    n, 'h' || n, fp, 'learned', 0, 0, 0, 'file', NULL, 'x', 'x' FROM i, key"
stalled "a list of conflicts" btnsctl list
stalled "show of a key" btnsctl show "$a"
stalled "verify" btnsctl verify
sql "INSERT INTO key SELECT x'$(printf %.8s "$a")$(printf '%056d' 0)', spki,
    name, first_seen FROM key LIMIT 1"
sql "INSERT INTO binding (type, value, fold, fp, state, past, since,
    first_seen, source, evidence, actor, login) SELECT 'fqdn', 'twin', 'twin',
    fp, 'retired', 1, 0, 0, 'file', 'operator', 'x', 'x' FROM key
    WHERE hex(fp) LIKE '%00000000'"
# shellcheck disable=SC2016 # the other sh expands
stalled "a choice of keys" \
    sh -c 'exec btnsctl revoke "$0" 2>&1' "$(printf %.8s "$a")"
new_store
btnskey pin -q -y gw.example.org a.pub
btnsctl backup -q old.db
k256=$(cut -d ' ' -f 1,2 "$good/p256.ssh")
k384=$(cut -d ' ' -f 1,2 "$good/p384.ssh")
perl -e 'print "k$_ $ARGV[0]\n" for 1 .. 2500' "$k256" >known_hosts
perl -e 'print "k$_ $ARGV[0]\n" for 1 .. 2500' "$k384" >others
btnsctl import -q known_hosts
stalled "an import that finds conflicts" btnsctl import others
perl -e 'for (1 .. 1200) {
    open my $f, ">", "$ARGV[0]/fqdn/stranger$_.example.org" or die;
    print $f "x\n" }' "$pubkeys"
stalled "a plan" btnsctl export -n
stalled "an export" btnsctl export
rm -r "$pubkeys/fqdn"
stalled "a restore" btnsctl restore -n old.db
sql "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
    WHERE n < 3000) INSERT INTO binding (type, value, fold, fp, state, past,
    since, first_seen, source, evidence, actor, login) SELECT 'fqdn', 'h' ||
    n, 'h' || n, fp, 'retired', 1, 0, 0, 'file', 'operator', 'x', 'x' FROM i,
    key WHERE hex(fp) LIKE '9416%'"
rm -f pipe
mkfifo pipe
btnsctl list -s retired -o json >pipe 2>err &
pid=$!
exec 3<pipe
sleep 0.5
yes "a list that nobody reads is still at it" kill -0 $pid
check 0 "and blocks no revocation" \
    timeout 30 btnsctl revoke -q "$(rsafp -q c.pub)"
kill $pid
wait $pid 2>/dev/null
exec 3<&-
finish
