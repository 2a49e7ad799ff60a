#!/bin/sh
# btnsctl init: a store and a tree that belong together, or neither.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

# nothing NAME: neither store nor tree was made
nothing() {
	{ find "$tmp/etc" "$tmp/db" -type f; ls -A "$iked"; } >said \
	    2>/dev/null
	empty said "$1: nothing was made"
}

check 2 "an operand" btnsctl init -D "$iked" x
check 2 "an unknown option" btnsctl init -n -D "$iked"
check 2 "-D twice" btnsctl init -D "$iked" -D "$iked"
check 3 "no directory of iked's" btnsctl init -D "$iked/none"
same err "is asked after" <<EOT
btnsctl: $iked/none: no such directory; is iked installed?  -D names its\
 directory
EOT
ln -s iked "$tmp/etc/link"
check 3 "rule 10: a symbolic link to it" btnsctl init -D "$tmp/etc/link"
chmod 777 "$iked"
check 3 "rule 10: one that others may write" btnsctl init -D "$iked"
chmod 775 "$iked"
check 3 "rule 10: one that its group may write" btnsctl init -D "$iked"
chmod 755 "$iked"
mkdir -m 777 "$tmp/db"
chmod 777 "$tmp/db"
check 3 "a store's directory that others may write" btnsctl init -D "$iked"
like err "is named" "^btnsctl: $tmp/db: writable by others \(mode 0777\)\$"
rmdir "$tmp/db"
mkdir "$tmp/else"
ln -s else "$tmp/db"
check 3 "one that is a symbolic link" btnsctl init -D "$iked"
rm "$tmp/db"
check 3 "one that is too deep to be made" btnsctl init -D "$iked" \
    -d "$tmp/no/such/pins.db"
check 2 "a store without a name" btnsctl init -D "$iked" -d "$tmp/else/"
check 2 "a store named .." btnsctl init -D "$iked" -d "$tmp/else/.."
nothing "all that"
rmdir "$tmp/else"
mkdir -m 700 "$tmp/db"
ln -s /nowhere "$store"
check 1 "a store that is a dangling link" btnsctl init -D "$iked"
rm "$store"
mkdir "$store"
check 1 "a store that is a directory" btnsctl init -D "$iked"
rmdir "$store"
for w in pubkeys pubkeys/.btns pubkeys/fqdn; do
	mkdir -p "$iked/${w%/*}" "$tmp/else"
	[ $w = pubkeys ] && rm -rf "$pubkeys"
	ln -s "$tmp/else" "$iked/$w"
	check 3 "$w that is a symbolic link" btnsctl init -D "$iked"
	no "leaves no store" test -e "$store"
	rm "$iked/$w"
	: >"$iked/$w"
	check 3 "$w that is a file" btnsctl init -D "$iked"
	no "leaves no store either" test -e "$store"
	rm -rf "$pubkeys"
	yes "nor anything beyond the link" rmdir "$tmp/else"
done
mkdir "$pubkeys"
chmod 777 "$pubkeys"
check 3 "rule 10: pubkeys/ that others may write" btnsctl init -D "$iked"
no "leaves no store" test -e "$store"
rm -r "$pubkeys"
if root; then
	mkdir "$pubkeys"
	chown 65534 "$pubkeys"
	check 3 "pubkeys/ of another user" btnsctl init -D "$iked"
	no "leaves no store" test -e "$store"
	rm -r "$pubkeys"
	check 3 "somebody without rights" nobody btnsctl init -D "$iked" \
	    -d "$tmp/db2/pins.db"
	no "has no store" test -e "$tmp/db2"
else
	skip "other users" "run this as root"
fi

# --- a name that would steer a terminal
esc=$(printf '%s/\033[31m\nx' "$tmp")
mkdir "$esc"
check 2 "a control byte in the directory's name" btnsctl init -D "$esc"
like err "is said" '^btnsctl: -D: a control byte in the directory.s name$'
no "and nothing is made" test -e "$store"
no "there neither" test -e "$esc/pubkeys"
odd=$(printf '%s/\342\200\256odd' "$tmp")
mkdir "$odd"
check 0 "what turns the direction of text" btnsctl init -D "$odd"
like out "is escaped" 'files in .*/\\xe2\\x80\\xaeodd/pubkeys$'
check 0 "by backup too" btnsctl backup backup.db
like out "is escaped" ': copy .*/\\xe2\\x80\\xaeodd/private/local\.key yourself$'
cp "$good/p256.spki.pem" "$odd/pubkeys/fqdn/gw.example.org"
check 1 "and by export" btnsctl export
like out "is escaped" '^    drop:    rm it, by ls -b in .*/\\xe2\\x80\\xaeodd$'
check 0 "and by btnskey gen" btnskey gen -t ec -D "$odd"
like out "is escaped" '/\\xe2\\x80\\xaeodd/local\.pub: made$'
check 1 "again" btnskey gen -t ec -D "$odd"
like err "is escaped" '/\\xe2\\x80\\xaeodd/private/local\.key: exists'
sql "UPDATE setting SET value = value || char(10) WHERE name = 'iked'"
check 3 "a store that says so" btnsctl list
like err "is damaged" ': damaged: no store id, or none of iked.s directory$'

# --- made
for u in 022 000 077 027; do
	rm -rf "${tmp:?}/etc" "$tmp/db"
	mkdir -p "$iked"
	check 0 "under umask $u" sh -c "umask $u; btnsctl init -D '$iked'"
	same out "it says what was made" <<-EOT
	$store: created; 0 pins, 0 files in $iked/pubkeys
	next: btnskey gen -D $iked
	EOT
	for f in "$tmp/db" "$store" "$pubkeys" "$pubkeys/fqdn" \
	    "$pubkeys/ufqdn" "$pubkeys/ipv4" "$pubkeys/ipv6" \
	    "$pubkeys/.btns" "$pubkeys/.btns/store-id"; do
		echo "$(mode "$f") ${f#"$tmp/"}"
	done >said
	same said "and everything has its mode" <<-EOT
	0700 db
	0600 db/pins.db
	0755 etc/iked/pubkeys
	0755 etc/iked/pubkeys/fqdn
	0755 etc/iked/pubkeys/ufqdn
	0755 etc/iked/pubkeys/ipv4
	0755 etc/iked/pubkeys/ipv6
	0700 etc/iked/pubkeys/.btns
	0600 etc/iked/pubkeys/.btns/store-id
	EOT
done
yes "the tree has the store's id" test \
    "$(sql "SELECT value FROM setting WHERE name = 'store-id'")" = \
    "$(cat "$pubkeys/.btns/store-id")"
sql 'SELECT seq, verb, detail FROM event' >said
same said "which is the first event" <<EOT
1|init|$(cat "$pubkeys/.btns/store-id") iked=$iked
EOT

# --- there is one already
digest "$store" >before
check 1 "a second init" btnsctl init -D "$iked"
same err "is refused" <<EOT
btnsctl: $store: exists, kept
EOT
check 1 "with -f too" btnsctl init -f -D "$iked"
digest "$store" >after
same after "and changes nothing" <before
two=$tmp/db/two.db
check 1 "a second store for the tree" btnsctl init -D "$iked" -d "$two"
like err "is refused" \
    'another store .*; nothing was created; init -f takes the tree over$'
no "and not made" test -e "$two"
check 0 "the first still exports" btnsctl export
check 0 "-f takes it over" btnsctl init -fq -D "$iked" -d "$two"
silent "-q"
check 1 "the first may not export now" btnsctl export
like err "and is told why" ': belongs to another store \(id [0-9a-f]{8}\); export -f'
check 1 "not even plan" btnsctl export -n
check 0 "the second may" btnsctl export -d "$two"

# --- files that iked trusts already
rm -rf "${tmp:?}/etc" "$tmp/db"
mkdir -p "$pubkeys/fqdn" "$pubkeys/ipv4"
cp "$good/p256.spki.pem" "$pubkeys/fqdn/gw.example.org"
check 0 "a tree with a file" btnsctl init -D "$iked"
same out "is counted" <<EOT
$store: created; 0 pins, 1 file in $iked/pubkeys
next: btnsctl import -n
EOT
yes "and left as it is" cmp "$good/p256.spki.pem" \
    "$pubkeys/fqdn/gw.example.org"
rm "$store"
touch "$pubkeys/fqdn/$(printf 'x\n\033[2J')" "$pubkeys/ipv4/192.0.2.7"
check 0 "whatever their names" btnsctl init -f -D "$iked"
like out "all are" 'created; 0 pins, 3 files in '
rm -rf "${tmp:?}/db"

# A relative -D must not depend on where the next command runs.
mkdir rel
rm -rf "${pubkeys:?}"/*/*
# shellcheck disable=SC2016 # for the inner shell
check 0 "a relative -D is refused, or good from everywhere" sh -c '
	btnsctl init -q -f -D etc/iked
	case $? in
	2)	exit 0 ;;
	0)	btnskey pin -q -y rel.example.org "$1" || exit 1
		cd rel && btnsctl export -n ;;
	*)	exit 1 ;;
	esac' sh "$good/p384.spki.pem"
rm -rf "${tmp:?}/etc" "$tmp/db"
mkdir -p "$iked"
check 3 "output that can't be written" \
    sh -c "btnsctl init -D '$iked' >/dev/full"
check 0 "and a store all the same" btnsctl list
finish
