#!/bin/sh
# An export of 2,000 pins that is killed, runs out of disk, or runs twice:
# at any moment each file is whole, and the next run finishes.
# Memory, where there is some: what a killed run leaves is the same there.
[ ! -w /dev/shm ] || { TMPDIR=/dev/shm && export TMPDIR; }
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

pins=2000
cp "$good/p256.spki.pem" a.pub
cp "$good/p384.spki.pem" b.pub
dir=$pubkeys/fqdn

# many: h1 to h2000, with the key of h0
many() {
	sql "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
	    WHERE n < $pins) INSERT INTO binding (type, value, fold, fp,
	    state, past, since, first_seen, source, evidence, actor, login)
	    SELECT type, 'h' || n, 'h' || n, fp, state, 1, since, first_seen,
	    source, evidence, actor, login FROM i, binding WHERE value = 'h0'"
}

# rekey NAME: all h... get the key of that identity
rekey() {
	sql "UPDATE binding SET fp = (SELECT fp FROM binding WHERE value =
	    '$1') WHERE value GLOB 'h[0-9]*'"
}

# whole WHEN: prints files that are not whole, and keys where iked could
# read them under another name
whole() {
	perl -e '
		sub slurp { local (@ARGV, $/) = shift; <> }
		my ($when, $top) = splice @ARGV, 0, 2;
		my %ok = map { slurp($_) => 1 } @ARGV;
		$ok{slurp($_)} or print "$when: $_\n" for glob "$top/fqdn/*";
		print "$when: $_\n" for glob("$top/* $top/ipv?/* $top/u*/*"),
		    glob("$top/fqdn/.??* $top/.??*");
		my $mode = (stat "$top/.btns")[2];
		printf "$when: .btns is %o\n", $mode if $mode & 077;
	' "$1" "$pubkeys" a.pub b.pub |
	    grep -v -e "$pubkeys/[fiu][pqf][a-z0-9]*\$" \
	    -e "$pubkeys/\\.btns\$"
}

# finished WHEN FILE: prints what a finished run would not have left so
finished() {
	[ "$(ls -A "$pubkeys/.btns")" = store-id ] || ls -A "$pubkeys/.btns"
	perl -e '
		sub slurp { local (@ARGV, $/) = shift; <> }
		my ($when, $dir, $key, $n) = @ARGV;
		my $want = slurp($key);
		my @f = glob "$dir/h*";
		printf "$when: %d files\n", scalar @f if @f != $n;
		for (@f) {
			my $mode = (stat $_)[2] & 07777;
			print "$when: $_\n" if slurp($_) ne $want ||
			    $mode != 0644;
		}
	' "$1" "$dir" "$2" "$3"
}

new_store
check 0 "a pin" btnskey pin -q -N -y h0 a.pub
check 0 "another" btnskey pin -q -N -y other b.pub
many
us=$(usec btnsctl export -m 9999 -q)
echo "# an export of $pins takes $us us"
{ whole first; finished first a.pub $((pins + 1)); } >faults
empty faults "an export of $pins"

# --- killed while files are added, changed, removed
# kill_at NAME HOW FILE COUNT: HOW sets the scene; then kills at 8 moments
kill_at() {
	i=1 late=0
	while [ $i -le 8 ]; do
		$2
		killed $((us * i / 8)) btnsctl export -m 9999 -q
		[ $? -eq 9 ] || late=$((late + 1))
		whole "$1 $i"
		btnsctl export -m 9999 -q >/dev/null 2>err || cat err
		finished "$1 $i" "$3" "$4"
		i=$((i + 1))
	done >faults
	echo "# $1: $late of 8 ended before"
	empty faults "rule 6: killed while files are $1"
	yes "mostly in time" test $late -lt 8
}
gone() {
	rm -f "$dir"/h*
}
turn=0
turned() {
	turn=$((1 - turn))
	case $turn in
	1)	rekey other ;;
	0)	sql "UPDATE binding SET fp = (SELECT fp FROM key WHERE name =
		    'EC P-256') WHERE value GLOB 'h[0-9]*'" ;;
	esac
}
# After an even number of turns the key is the first again.
# shellcheck disable=SC2317 # kill_at calls it
retire() {
	sql "UPDATE binding SET state = 'pinned' WHERE value GLOB 'h[0-9]*'"
	btnsctl export -m 9999 -q
	sql "UPDATE binding SET state = 'retired' WHERE value GLOB 'h[0-9]*'"
}
kill_at added gone a.pub $((pins + 1))
i=1 late=0
while [ $i -le 8 ]; do
	turned
	killed $((us * i / 8)) btnsctl export -m 9999 -q
	[ $? -eq 9 ] || late=$((late + 1))
	whole "changed $i"
	btnsctl export -m 9999 -q >/dev/null 2>err || cat err
	case $turn in
	1)	finished "changed $i" b.pub $((pins + 1)) ;;
	0)	finished "changed $i" a.pub $((pins + 1)) ;;
	esac
	i=$((i + 1))
done >faults
empty faults "rule 6: killed while files are changed"
yes "mostly in time" test $late -lt 8
kill_at removed retire a.pub 0
sql "UPDATE binding SET state = 'pinned' WHERE value GLOB 'h[0-9]*'"
check 0 "and all of them again" btnsctl export -m 9999 -q

# --- two at once, while files come and go
i=0
while [ $i -lt 3 ]; do
	gone
	btnsctl export -m 9999 -q >/dev/null 2>&1 &
	one=$!
	killed $((us / 2)) btnsctl export -m 9999 -q
	btnsctl export -m 9999 -q >/dev/null 2>&1 || echo "$i: third"
	wait $one || echo "$i: first"
	{ whole "$i"; finished "$i" a.pub $((pins + 1)); }
	i=$((i + 1))
done >faults
empty faults "three at once, one of them killed"

# --- a full disk
if can_mount; then
	new_store
	mount -t tmpfs -o size=800k,mode=755 none "$iked"
	check 0 "a small disk" sh -c \
	    "rm -f '$store' && btnsctl init -q -D '$iked'"
	btnskey pin -q -N -y h0 a.pub
	btnskey pin -q -N -y other b.pub
	many
	check 3 "a full disk" btnsctl export -m 9999 -q
	like out "is said of the files that are missing" \
	    '^! \+ fqdn/h[0-9]+: .*No space left on device$'
	whole full >faults
	empty faults "what is there is whole"
	check 3 "the next run too" btnsctl export -m 9999 -q
	whole again >faults
	empty faults "leaves them whole"
	check 0 "an identity can be forgotten all the same" \
	    btnsctl forget -q -N -y other
	mount -o remount,size=64m "$iked"
	check 0 "with room a run finishes" btnsctl export -m 9999 -q
	{ whole room; finished room a.pub $((pins + 1)); } >faults
	empty faults "and all is there"
	rekey other
	dd if=/dev/zero of="$iked/fill" bs=64k 2>/dev/null
	check 3 "no room to change any" btnsctl export -m 9999 -q
	{ whole change; finished change a.pub $((pins + 1)); } >faults
	empty faults "leaves the old ones"
	sql "UPDATE binding SET state = 'retired'"
	check 0 "rule 4: and removals need none" btnsctl export -m 9999 -q
	ls "$dir" >said
	empty said "all are gone"
	rm "$iked/fill"
	umount "$iked"

	new_store
	rm "$store" "$store.lock"
	mount -t tmpfs -o size=300k,mode=700 none "$tmp/db"
	check 1 "a store on a small disk, another's tree" \
	    btnsctl init -q -D "$iked"
	check 0 "taken over" btnsctl init -f -q -D "$iked"
	check 0 "a pin" btnskey pin -q -y h0 a.pub
	dd if=/dev/zero of="$tmp/db/fill" bs=1k 2>/dev/null
	sql 'SELECT count(*) FROM event' >before
	check 3 "no room for an event" btnskey pin -q -y two b.pub
	check 3 "nor to forget" btnsctl forget -q -y h0
	check 0 "listing needs none" btnsctl list
	yes "the file stands" cmp a.pub "$dir/h0"
	rm "$tmp/db/fill"
	sql 'SELECT count(*) FROM event; PRAGMA integrity_check' >after
	echo ok >>before
	same after "the store is as it was" <before
	check 0 "and goes on with room" btnskey pin -q -y two b.pub
	umount "$tmp/db"
else
	skip "a full disk" "no tmpfs without root"
fi
new_store
check 0 "a pin" btnskey pin -q -y h0 a.pub
check 3 "no byte may be written" sh -c "trap '' XFSZ; ulimit -f 0
    exec btnskey pin -y two b.pub"
check 0 "the store is whole" btnsctl list
rm "$dir/h0"
check 3 "no byte, and a file to mend" sh -c "trap '' XFSZ; ulimit -f 0
    exec btnsctl export -m 9999"
no "is not there in part" test -e "$dir/h0"
check 0 "and then is" btnsctl export -m 9999 -q

# --- a pin killed at any moment is in the store and the tree, or follows
us=$(usec btnskey pin -q -y warm b.pub)
i=0
while [ $i -lt 30 ]; do
	killed $((us * i / 24)) btnskey pin -q -y "k$i" b.pub
	[ ! -e "$dir/k$i" ] || cmp -s b.pub "$dir/k$i" || echo "$i: half"
	btnsctl export -m 9999 -q || echo "$i: export"
	s=$(btnsctl list -o tsv "k$i" 2>/dev/null | cut -f 1,2)
	[ -z "$s" ] || [ "$s" = "$(printf 'pinned\tyes')" ] ||
	    echo "$i: $s"
	[ -n "$s" ] || [ ! -e "$dir/k$i" ] || echo "$i: not in the store"
	i=$((i + 1))
done >faults 2>&1
empty faults "a pin killed 30 times"
sql 'SELECT count(*) FROM binding' >said
sql "SELECT count(*) FROM event WHERE verb = 'pin'" >want
same said "each pin has its event" <want
finish
