#!/bin/sh
# btnsctl doctor, a fault at a time: each is told by its own check, with its
# severity and what mends it, and a host that is well has none.
# shellcheck disable=SC2016 # iked.conf has $ of its own
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"
conf=${iked%/*}/iked.conf

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub

# well: a host without a fault
well() {
	new_store
	btnskey gen -q -t ec -D "$iked" &&
	    btnskey pin -q -y gw-b.example.org a.pub || exit 99
	policies 'ikev2 "gw-b" from any to any dstid gw-b.example.org'
}

# policies LINE...: all of iked.conf
policies() {
	printf '%s\n' "$@" >"$conf"
	chmod 600 "$conf"
}

# finds SEVERITY CHECK OBJECT WHAT [FIX]: a finding of doctor, in these
# words; WHAT and FIX are EREs.  The status is 1 where there is an error.
finds() {
	btnsctl doctor -o tsv >rows 2>err
	status=$?
	want=0
	! grep -q '^error' rows || want=1
	awk -F '\t' -v s="$1" -v c="$2" -v o="$3" '
		$1 == s && $2 == c && $3 == o { print $4 "\t" $5 }' rows >found
	like found "$2: $3 is found" "$4"
	[ $# -lt 5 ] || like found "$2: and what mends it" "	$5\$"
	yes "$2: the status is $want" test $status -eq $want
}

# quiet CHECK: it finds nothing
quiet() {
	btnsctl doctor -o tsv | grep -v '^note' | cut -f 2 >found
	lacks found "$1: and not where all is well" "$1"
}

well
check 0 "a host that is well" btnsctl doctor -q
silent "has nothing to tell with -q"
check 0 "and without" btnsctl doctor
like out "tells its name" "^note     fqdn/$(uname -n)  this host's name: its \
peers need pubkeys/fqdn/$(uname -n)\$"
like out "and counts" '^doctor: 0 errors, 0 warnings$'

# --- as people see it
policies '' '' 'ikev2 "gw-b" from any to any srcid gw-a.example.org'
check 0 "a warning is no error" btnsctl doctor -q
same out "and looks so" <<'EOT'
warning  iked.conf:3  policy "gw-b" has no dstid: any pinned peer may use it
         fix: dstid gw-b.example.org
doctor: 0 errors, 1 warning
EOT
chmod 604 "$iked/private/local.key"
check 1 "an error is" btnsctl doctor -q
sed 2d out >said
same said "and comes first" <<'EOT'
error    private/local.key  mode 0604: others can read the private key
warning  iked.conf:3  policy "gw-b" has no dstid: any pinned peer may use it
         fix: dstid gw-b.example.org
doctor: 1 error, 1 warning
EOT
chmod 600 "$iked/private/local.key"

# --- the tree
well
rm -rf "$pubkeys"
finds error directory pubkeys 'missing' 'btnsctl export'
well
for d in . pubkeys pubkeys/fqdn; do
	chmod 700 "$iked/$d"
	o=$d
	[ $d != . ] || o=$iked
	finds error directory "$o" 'mode 0700: user _iked cannot pass' \
	    "chmod 755 $iked(/$d)?"
	chmod 755 "$iked/$d"
done
chmod 777 "$pubkeys/fqdn"
finds error directory pubkeys 'pubkeys/fqdn: writable by others'
chmod 755 "$pubkeys/fqdn"
rmdir "$pubkeys/ipv6"
: >"$pubkeys/ipv6"
finds error directory pubkeys/ipv6 'not a directory'
well
quiet directory
f=$pubkeys/fqdn/gw-b.example.org
chmod 600 "$f"
finds error unreadable pubkeys/fqdn/gw-b.example.org \
    'mode 0600: user _iked cannot read it' "chmod 644 $f"
chmod 646 "$f"
finds error writable pubkeys/fqdn/gw-b.example.org \
    'mode 0646: others can' "chmod go-w $f"
well
cp b.pub "$iked/old.pub"
finds error stray old.pub 'no pin.s; a peer gets in with it as \.\./\.\./old' \
    "rm $iked/old.pub"
mkdir "$iked/ca"
mv "$iked/old.pub" "$iked/ca/it's"
finds error stray "ca/it's" 'as \.\./\.\./ca' "rm '$iked/ca/it'.*''s'"
well
cp "$data/bad/ec-hybrid.pem" "$iked/old.pub"
finds error stray old.pub 'no pin.s' "rm $iked/old.pub"
ln -s old.pub "$iked/link.pub"
finds error stray link.pub 'no pin.s' "rm $iked/link.pub"
well
ln -s gw-b.example.org "$pubkeys/fqdn/alias.example.org"
finds warning symlink pubkeys/fqdn/alias.example.org 'symbolic link' \
    "rm $pubkeys/fqdn/alias\.example\.org"
well
: >"$pubkeys/.btns/7"
finds warning left-over pubkeys/.btns/7 'killed' 'btnsctl export'
rm "$pubkeys/.btns/7"
: >"$iked/private/.btnskey.key"
finds warning left-over private/.btnskey.key 'killed' \
    "rm $iked/private/\.btnskey\.key"
well
chmod 755 "$pubkeys/.btns"
finds error open-directory pubkeys/.btns 'mode 0755' \
    "chmod 700 $pubkeys/\.btns"
chmod 700 "$pubkeys/.btns"
chmod 711 "$iked/private"
finds error open-directory private 'mode 0711' "chmod 700 $iked/private"

# --- keys
well
mv "$iked/private/local.key" key
finds error private-key private/local.key 'missing' 'btnskey gen'
mv key "$iked/private/local.key"
chmod 640 "$iked/private/local.key"
finds error private-key private/local.key 'mode 0640' \
    "chmod 600 $iked/private/local\.key"
rm "$iked/private/local.key"
mkdir "$iked/private/local.key"
finds error private-key private/local.key 'not a regular file'
well
rm "$iked/local.pub"
finds error key-pair local.pub 'missing' 'btnskey gen'
cp b.pub "$iked/local.pub"
finds error key-pair local.pub 'not of the private key'
echo junk >"$iked/local.pub"
finds error key-pair local.pub 'local.pub: '
well
cat a.pub b.pub >"$pubkeys/fqdn/two.example.org"
finds error ambiguous pubkeys/fqdn/two.example.org 'more than one'
cat a.pub "$iked/local.pub" >"$pubkeys/fqdn/two.example.org"
finds error own-key pubkeys/fqdn/two.example.org "this host's own key"
echo junk >"$pubkeys/fqdn/two.example.org"
finds warning no-key pubkeys/fqdn/two.example.org 'no key in it'
cp "$good/ed25519.spki.pem" "$pubkeys/fqdn/two.example.org"
finds warning ed25519 pubkeys/fqdn/two.example.org 'never matches'
cp "$good/rsa1024.spki.pem" "$pubkeys/fqdn/two.example.org"
finds warning weak pubkeys/fqdn/two.example.org 'below 2048'
well
quiet own-key
btnskey pin -q -y GW.example.org b.pub 2>/dev/null
finds warning odd-name fqdn/GW.example.org 'capitals'
btnskey pin -q -y fqdn/gw.example.org. c.pub 2>/dev/null
finds warning odd-name fqdn/gw.example.org. 'trailing dot'

# --- the store
well
chmod 644 "$store"
finds error store-mode "$store" 'mode 0644' "chmod 600 $store"
chmod 600 "$store"
chmod 755 "$tmp/db"
finds error store-mode "$tmp/db" 'mode 0755' "chmod 700 $tmp/db"
well
quiet store-mode
chmod 622 "$store"
finds error store store 'others may write'
chmod 600 "$store"
echo junk >"$store"
finds error store store 'not a store'
rm "$store"
check 0 "without a store the tree is looked at" \
    btnsctl doctor -D "$iked" -o tsv
like out "and that is told" '^note	no-store	store	.*	btnsctl init$'
cat a.pub b.pub >"$pubkeys/fqdn/two"
check 1 "with its faults" btnsctl doctor -D "$iked" -q
well
btnsctl set -q tofu accept-new
finds warning accept-new tofu 'without an end' 'btnsctl set tofu ask'
btnsctl set -q accept-for 'fqdn/b*'
btnsctl learn -q b01.example.org b.pub
finds warning not-compared fqdn/b01.example.org 'accepted by itself' \
    'btnsctl promote -F - fqdn/b01\.example\.org'
btnsctl set -q -t 4h tofu accept-new
finds note until tofu 'accept-new until 20.*T.*Z: whoever'
btnsctl set -q -t 4h remind 1h
finds note until remind '1h until 20'
well
quiet accept-new
btnsctl set -q syslog off
finds warning syslog syslog 'no head' 'btnsctl set syslog on'
well
cp "$store.head" head
btnsctl set -q remind 2h
btnsctl set -q remind 3h
cp head "$store.head"
finds warning history history 'is 2 events behind' 'btnsctl verify'
sed 's/^[0-9]*/9/' head >"$store.head"
finds warning history history 'events 5 to 9, .* MISSING' 'btnsctl verify'
echo junk >"$store.head"
finds warning history history 'damaged'
rm "$store.head"
finds warning history history 'head file is missing'

# --- what an export would do
well
rm "$pubkeys/fqdn/gw-b.example.org"
finds warning drift fqdn/gw-b.example.org 'file is missing' 'btnsctl export'
well
btnsctl forget -q -N -y gw-b.example.org
finds warning drift fqdn/gw-b.example.org 'is to go'
well
cp b.pub "$pubkeys/fqdn/x.example.org"
finds error trusted pubkeys/fqdn/x.example.org 'TRUSTS' 'btnsctl export -n'
echo >"$pubkeys/fqdn/x.example.org"
finds warning foreign pubkeys/fqdn/x.example.org 'not written by btnsctl'
cp b.pub "$pubkeys/fqdn/x.example.org"
btnsctl revoke -q -N "$(fp b.pub)"
finds error revoked pubkeys/fqdn/x.example.org 'REVOKED' 'btnsctl export'
well
sql "UPDATE exported SET new = NULL"
finds warning unfinished fqdn/gw-b.example.org 'did not finish' \
    'btnsctl export'
well
quiet unfinished

# --- iked.conf
policies 'ikev2 "gw-b" from any to any dstid "gw-b' 'x'
finds error conf iked.conf:1 'quote is not closed'
policies 'include "/none/such.conf"'
finds error conf iked.conf:1 '/none/such.conf": .*no such file'
policies 'ikev2 from any to any psk "a" "s3cret"'
finds error conf iked.conf:1 'a word is not expected'
no "psk: is never printed" grep -q s3cret rows
policies 'ikev2 "gw-b" from any to any dstid gw-b.example.org'
chmod 644 "$conf"
finds error conf iked.conf 'mode 0644: iked refuses' "chmod 600 $conf"
rm "$conf"
finds note no-conf iked.conf 'there is none'
policies 'ikev2 "gw-b" from any to any'
finds warning no-dstid iked.conf:1 'policy "gw-b" has no dstid' \
    'dstid gw-b\.example\.org'
policies 'ikev2 from any to any'
finds warning no-dstid iked.conf:1 'policy "policy1" has no' 'dstid NAME'
finds note any-name iked.conf:1 'without a dstid .* \.\./'
echo 'ikev2 "more" from any to any' >etc/more.conf
chmod 600 etc/more.conf
policies "include \"$tmp/etc/more.conf\"" \
    'ikev2 "gw-b" from any to any dstid gw-b.example.org'
finds warning no-dstid "$tmp/etc/more.conf:1" 'policy "more"'
policies 'who = gw-c.example.org' 'ikev2 "c" from any to any dstid $who'
finds warning no-pin iked.conf:2 'for fqdn/gw-c.example.org, which has no' \
    'btnskey pin fqdn/gw-c\.example\.org FILE'
finds note unused fqdn/gw-b.example.org 'no policy has it' \
    'dstid gw-b\.example\.org'
policies 'ikev2 "dn" from any to any dstid "/C=DE/CN=x"'
finds note never-pinned iked.conf:1 'no pin can be of dstid "/C=DE/CN=x"'
policies 'ikev2 "gw-b" from any to any dstid gw-b.example.org psk s3cret' \
    'ikev2 "road" from any to any eap "mschap-v2"'
finds warning secret iked.conf:1 'who knows its psk'
finds warning secret iked.conf:2 'password \(eap\)'
no "secret: is never printed" grep -q s3cret rows
policies 'ikev2 "gw-b" from any to any srcid ME.example.org dstid gw-b.example.org'
finds note srcid fqdn/ME.example.org 'need pubkeys/fqdn/ME.example.org'
well
for c in no-dstid no-pin secret conf; do
	quiet $c
done
policies "ikev2 \"$(printf '\033[31m')\" from any to any"
btnsctl doctor >out
lacks out "a name that steers a terminal is escaped" "$(printf '\033')"
policies 'ikev2 "$(touch x)" from any to any dstid "$(touch x)"'
btnsctl doctor -o json >out
like out "one that is a command is no fix" '"never-pinned".*"fix":null'

# --- certificates
well
mkdir "$iked/ca" "$iked/certs"
# cert FILE EXTENSION...: of a new key
cert() {
	file=$1
	shift
	{
		printf '[req]\ndistinguished_name=d\n[d]\n[x]\n'
		printf '%s\n' "$@"
	} >cert.cnf
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout /dev/null -subj /CN=x -days 1 -config cert.cnf \
	    -extensions x -out "$file" 2>/dev/null
}
cert "$iked/ca/ca.crt" basicConstraints=critical,CA:TRUE
finds warning ca ca/ca.crt 'a CA: whoever has a certificate of it'
cert "$iked/certs/gw.crt" \
    subjectAltName=DNS:gw-z.example.org,IP:192.0.2.9,email:z@example.org
finds warning certificate certs/gw.crt \
    'of gw-z.example.org, 192.0.2.9, z@example.org: whoever has its key'
policies \
    'ikev2 "b" from any to any srcid gw-z.example.org dstid gw-b.example.org'
cert "$iked/certs/gw.crt" subjectAltName=DNS:gw-z.example.org
btnsctl doctor -o tsv >rows
lacks rows "certificate: this host's own is none" certs/gw.crt
cert "$iked/certs/gw.crt" subjectAltName=DNS:gw-z.example.org,DNS:b
finds warning certificate certs/gw.crt 'gw-z.example.org, b'
echo junk >"$iked/certs/gw.crt"
btnsctl doctor -o tsv >rows
lacks rows "certificate: what is none is none" certs/gw.crt

# --- many, and what can't be looked at
well
i=0
while [ $((i += 1)) -le 40 ]; do
	cat a.pub b.pub >"$pubkeys/fqdn/h$i.example.org"
done
check 1 "forty of a kind" btnsctl doctor -o tsv
grep -c '^error	ambiguous' out >n
same n "are told by sixteen and their number" <<'EOT'
17
EOT
like out "which is the last" '^error	ambiguous	ambiguous	24 more of these'
if root; then
	well
	chmod 600 "$pubkeys/fqdn/gw-b.example.org"
	check 1 "another user" nobody btnsctl doctor -d "$store" -D "$iked" \
	    -o tsv
	like out "is told of what he can't see" \
	    '^note	private-key	private/local.key	could not be looked'
	like out "the store" '^note	store	store	could not'
	like out "iked.conf" '^note	no-conf	iked.conf	could not'
	like out "a file" '^note	unread	pubkeys/fqdn/gw-b.example.org	could not'
	chown 65534 "$iked/private/local.key"
	finds error private-key private/local.key 'belongs to user 65534' \
	    "chown 0 $iked/private/local\.key"
else
	skip "another user" "not root"
fi

# --- it changes nothing
well
rm "$pubkeys/fqdn/gw-b.example.org"
: >"$pubkeys/.btns/7"
ls -lR "$tmp/etc" "$tmp/db" >before
digest "$store" >>before
btnsctl doctor >/dev/null
ls -lR "$tmp/etc" "$tmp/db" >after
digest "$store" >>after
same after "nothing is written" <before
check 2 "an operand is too many" btnsctl doctor x
check 2 "another directory than the store's" btnsctl doctor -D "$tmp"
check 3 "an output that is full" sh -c 'btnsctl doctor >/dev/full'
finish
