#!/bin/sh
# A tree that is in no good state: what lies in it, whose it is, and a file
# system that is read-only, full of inodes, or gone under the run.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
f=$pubkeys/fqdn/gw.example.org
new_store
btnskey pin -q -y gw.example.org a.pub
cp "$f" good.pem

# refused NAME STATUS TREE: a run over the tree changes nothing.  A decision
# about fqdn/ needs that directory, and no other type's: rule 4.
refused() {
	check 3 "rule 10: $1: export" btnsctl export
	check 3 "rule 10: $1: export -f" btnsctl export -f
	check 3 "rule 10: $1: export -n" btnsctl export -n
	check 3 "rule 10: $1: import" btnsctl import
	check "$2" "rule 10: $1: pin" btnskey pin -q -F "$(fp b.pub)" \
	    new.example.org b.pub
	check "$2" "rule 4: $1: forget" btnsctl forget -q -y new.example.org
	btnsctl list -o tsv gw.example.org | cut -f 2 >said
	same said "rule 10: $1: what list says of the tree" <<-EOT
	$3
	EOT
}

# --- directories that others own, or that are none
if root; then
	for d in "$pubkeys/fqdn" "$pubkeys/ipv4" "$pubkeys/.btns" \
	    "$pubkeys" "$iked"; do
		chown 65534 "$d"
		case $d in
		*/ipv4)	refused "${d#"$tmp/etc/"} is another user's" 0 yes ;;
		*)	refused "${d#"$tmp/etc/"} is another user's" 3 - ;;
		esac
		chown 0 "$d"
	done
	yes "nothing was touched" cmp good.pem "$f"
	mv "$pubkeys/ufqdn" away
	if mknod "$pubkeys/ufqdn" c 1 5 2>/dev/null; then
		refused "ufqdn is a device" 0 yes
		rm "$pubkeys/ufqdn"
	else
		skip "ufqdn is a device" "mknod isn't permitted"
	fi
	mv away "$pubkeys/ufqdn"
else
	skip "other users" "run this as root"
fi
mv "$pubkeys/ufqdn" away
mkfifo "$pubkeys/ufqdn"
refused "ufqdn is a FIFO" 0 yes
rm "$pubkeys/ufqdn"
ln -s "$tmp/away" "$pubkeys/ufqdn"
refused "ufqdn is a symbolic link" 0 yes
p521=$(fp "$good/p521.spki.pem")
btnskey pin -q -y -N gone.example.org "$good/p521.spki.pem"
cp "$good/p521.spki.pem" "$pubkeys/fqdn/gone.example.org"
cp "$good/p521.spki.pem" "$pubkeys/ipv6/copy"
check 3 "rule 4: revoke beside it can't say that all is gone" \
    btnsctl revoke -q "$p521"
no "rule 4: but takes out what it finds" test -e "$pubkeys/fqdn/gone.example.org"
no "rule 4: wherever that is" test -e "$pubkeys/ipv6/copy"
rm "$pubkeys/ufqdn"
mv away "$pubkeys/ufqdn"
yes "nothing was touched" cmp good.pem "$f"
check 0 "and then all is well" btnsctl export

# --- what else lies there: neither read nor waited for
mkfifo "$pubkeys/fqdn/fifo"
n=1
if root && mknod "$pubkeys/fqdn/zero" c 1 5 2>/dev/null; then
	n=2
	check 1 "a device is not imported" timeout 10 btnsctl import
	like out "and said to be none" '^! fqdn/zero: no regular file: '
else
	skip "a device" "mknod isn't permitted"
fi
long=$(printf '%0255d' 0)
cp b.pub "$pubkeys/fqdn/$long"
check 1 "a FIFO, a device and a name of 255 octets: export" \
    timeout 10 btnsctl export
grep -c '^! pubkeys/fqdn/.*: not written by btnsctl' out >said
same said "each is told" <<EOT
$((n + 1))
EOT
check 1 "and imported, what can be" timeout 10 btnsctl import -q
btnsctl list -o tsv -S tree | cut -f 1,12 >said
same said "the long name" <<EOT
$(printf 'pinned\tfqdn/%s' "$long")
EOT
check 0 "is forgotten" btnsctl forget -q -y "$long"
no "with its file" test -e "$pubkeys/fqdn/$long"
rm -f "$pubkeys/fqdn/fifo" "$pubkeys/fqdn/zero"

# --- file systems
if can_mount; then
	mount --bind "$iked" "$iked" && mount -o remount,ro,bind "$iked"
	check 0 "read-only, and nothing to do" btnsctl export -n
	check 3 "read-only: pin" btnskey pin -y two.example.org b.pub
	like err "is pinned in the store alone, and said to be" \
	    '^btnskey: pinned in the store, but not in iked.*Read-only file'
	check 3 "read-only: revoke" btnsctl revoke "$(fp a.pub)"
	like err "is said to have failed" 'Read-only file system'
	yes "the file is whole" cmp good.pem "$f"
	check 3 "read-only: export" btnsctl export
	umount "$iked"
	check 0 "with room the run finishes" btnsctl export -q
	no "rule 4: the revoked key is out" test -e "$f"
	yes "and the pin in" cmp b.pub "$pubkeys/fqdn/two.example.org"

	new_store
	mount -t tmpfs -o nr_inodes=20,mode=755 none "$iked"
	btnsctl export -q -f
	btnskey pin -q -y gw.example.org a.pub
	i=0
	while [ $i -lt 20 ]; do
		btnskey pin -q -N -y n$i.example.org b.pub
		i=$((i + 1))
	done
	check 3 "no inodes" btnsctl export
	like out "is said of the files that are missing" \
	    '^! \+ fqdn/n[0-9]+\.example\.org: .*No space left on device$'
	for p in "$pubkeys"/fqdn/*; do
		cmp -s "$p" a.pub || cmp -s "$p" b.pub || echo "$p"
	done >faults
	empty faults "what is there is whole"
	check 0 "rule 4: a key goes all the same" \
	    btnsctl revoke -q "$(fp a.pub)"
	no "rule 4: and is gone" test -e "$f"
	mount -o remount,nr_inodes=999 "$iked"
	check 0 "with inodes the run finishes" btnsctl export -q
	find "$pubkeys/fqdn" -type f | wc -l | tr -d ' ' >said
	same said "and all are there" <<-EOT
	20
	EOT
	umount "$iked"
else
	skip "read-only, and no inodes" "no mounts without root"
fi

# --- gone under the run
pins=200
new_store
btnskey pin -q -N -y h0 a.pub
sql "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
    WHERE n < $pins) INSERT INTO binding (type, value, fold, fp,
    state, past, since, first_seen, source, evidence, actor, login)
    SELECT type, 'h' || n, 'h' || n, fp, state, 1, since, first_seen,
    source, evidence, actor, login FROM i, binding WHERE value = 'h0'"
us=$(usec btnsctl export -q -m 9999)

# gone HOW COMMAND...: it happens 4 times, at another moment of an export
gone() {
	how=$1
	shift
	i=1
	while [ $i -le 4 ]; do
		rm -rf "${pubkeys:?}" "$tmp/away"
		timeout 60 btnsctl export -q -m 9999 >out.$i 2>err.$i &
		run=$!
		perl -e 'select undef, undef, undef, shift' \
		    "$(echo "$us $i" | awk '{ print $1 * $2 / 5e6 }')"
		"$@" 2>/dev/null
		wait $run
		s=$?
		[ $s -eq 0 ] || [ $s -eq 3 ] || echo "$i: exit $s"
		find "$tmp/away" "$pubkeys" -type f -name 'h*' 2>/dev/null |
		    while read -r p; do
			cmp -s a.pub "$p" || echo "$i: $p"
		done
		mkdir -p "$iked"
		btnsctl export -q -f -m 9999 || echo "$i: the next run"
		n=$(find "$pubkeys/fqdn" -type f | wc -l)
		[ "$n" -eq $((pins + 1)) ] || echo "$i: $n files"
		i=$((i + 1))
	done >faults
	empty faults "rule 6: $how under the run: no crash, and the next heals"
}
gone "pubkeys/ moved away" mv "$pubkeys" "$tmp/away"
gone "pubkeys/ removed" rm -rf "$pubkeys"
gone "fqdn/ removed" rm -rf "$pubkeys/fqdn"
gone "iked's directory moved away" mv "$iked" "$tmp/away"
# --- another store's tree is looked at before it is taken over
new_store
btnskey pin -q -y gw.example.org "$good/p256.spki.pem"
mv "$tmp/db" "$tmp/db.first"
mkdir -m 700 "$tmp/db"
check 1 "another store" btnsctl init -D "$iked"
btnsctl init -q -D "$iked" -f
mv "$tmp/db" "$tmp/db.other" && mv "$tmp/db.first" "$tmp/db"
check 1 "export" btnsctl export
like err "names -f" 'belongs to another store .* export -f takes it over$'
check 0 "-nf" btnsctl export -nf
silent "what it would change"
btnskey pin -N -q -y other.example.org "$good/p384.spki.pem"
check 1 "-nf" btnsctl export -nf
like out "shows what it would write" '^\+ fqdn/other\.example\.org'
no "and takes nothing over" btnsctl export
check 0 "-f" btnsctl export -f
check 0 "does" btnsctl export -n
finish
