#!/bin/sh
# What iked does with a peer, and why: the file, the store, look-alikes,
# knocks, the policy, the likely cause and what changes it.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
today=$(date -u +%Y-%m-%d)
conf=${iked%/*}/iked.conf

# conf LINE...: iked.conf beside iked's directory
conf() {
	printf '%s\n' "$@" >"$conf"
	chmod 600 "$conf"
}
policy() {
	echo "ikev2 \"$1\" esp from 10.0.0.0/24 to 10.1.0.0/24 peer" \
	    "203.0.113.40 srcid gw-a.example.org${2+ dstid $2}"
}
# refused ID: a line of iked's log
refused() {
	at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	cat <<-EOT
	$at gw iked[1]: spi=0x1: recv IKE_AUTH req 1 peer 203.0.113.40:500 local 10.0.0.1:500, 7 bytes, policy 'p'
	$at gw iked[1]: spi=0x1: ikev2_send_auth_failed: authentication failed for $1
	EOT
}
# cause WORD: of the last one, in JSON, with what mends it
cause() {
	btnsctl explain -o json "$2" | jq -r '[.result, .cause, .fix // "-"] |
	    @tsv' >said
	same said "$1"
}
f=$pubkeys/fqdn/gw-bergen.example.org

# --- as TRANSCRIPTS 5 has it
new_store
conf "$(policy bergen gw-bergen.example.org)"
btnskey pin -q -y gw-bergen.example.org a.pub
refused FQDN/gw-bergen >log
btnsctl observe -q log
refused FQDN/gw-bergen >>log
btnsctl observe -q log
check 1 "a short name" btnsctl explain pubkeys/fqdn/gw-bergen
sed "s,$iked,IKED,; s/since $today.*Z/since TIME/" out >said
same said "is told apart from its pin" <<EOT
fqdn/gw-bergen: REFUSED with any key: iked has no file of that name
    iked opens  IKED/pubkeys/fqdn/gw-bergen
                (no such file)
    the store   has nothing under this identity
    alike       fqdn/gw-bergen.example.org, pinned, never seen
    knocks      2 times since TIME, from 203.0.113.40
    policy      "bergen", iked.conf:1, dstid gw-bergen.example.org
Likely: the peer sends its short host name.  There, in iked.conf:
    srcid gw-bergen.example.org
EOT
check 0 "one that gets in" btnsctl explain gw-bergen.example.org
sed "s,$iked,IKED," out >said
same said "is told so" <<EOT
fqdn/gw-bergen.example.org: let in with one key, REFUSED with any other
    iked opens  IKED/pubkeys/fqdn/gw-bergen.example.org
                (RSA 2048 $(short a.pub))
    the store   pinned $(short a.pub) since $today (operator), never seen
    policy      "bergen", iked.conf:1, dstid gw-bergen.example.org
EOT
check 0 "-q" btnsctl explain -q gw-bergen.example.org
silent "-q"
check 1 "-q of one that doesn't" btnsctl explain -q gw-bergen

# --- each cause
cause "well" gw-bergen.example.org <<EOT
let in	well	-
EOT
cause "short-name" gw-bergen <<EOT
refused	short-name	srcid gw-bergen.example.org
EOT
cause "spelling" GW-Bergen.example.org <<EOT
refused	spelling	srcid gw-bergen.example.org
EOT
cause "stranger" nobody <<EOT
refused	stranger	btnskey pin fqdn/nobody FILE
EOT
refused FQDN/gw-bergen.example.org >>log
btnsctl observe -q log >/dev/null
cause "other-key" gw-bergen.example.org <<EOT
let in	other-key	btnsctl check -F - fqdn/gw-bergen.example.org
EOT
sql 'DELETE FROM knock'
chmod 600 "$f"
cause "blind: a file" gw-bergen.example.org <<EOT
refused	blind	btnsctl doctor
EOT
chmod 644 "$f"
chmod 700 "$pubkeys/fqdn"
check 1 "blind: a directory" btnsctl explain gw-bergen.example.org
like out "is named" '[(]unreadable for iked: mode 0700 of pubkeys/fqdn[)]$'
chmod 755 "$pubkeys/fqdn"
echo nothing >"$f"
cause "stale: no key" gw-bergen.example.org <<EOT
refused	stale	btnsctl export
EOT
cp b.pub "$f"
cause "stale: another" gw-bergen.example.org <<EOT
let in	stale	btnsctl export
EOT
rm "$f"
cause "stale: gone" gw-bergen.example.org <<EOT
refused	stale	btnsctl export
EOT
cp b.pub "$pubkeys/fqdn/foreign"
conf "$(policy any)"
cause "foreign" foreign <<EOT
let in	foreign	btnsctl import -n $pubkeys/fqdn/foreign
EOT
ln -s foreign "$pubkeys/fqdn/link"
check 0 "a symbolic link" btnsctl explain link
like out "is told" ', behind a symbolic link[)]$'
btnsctl revoke -q "$(fp b.pub)"
cp b.pub "$pubkeys/fqdn/foreign"
cause "revoked-file" foreign <<EOT
let in	revoked-file	btnsctl export
EOT
btnsctl export -q >/dev/null
btnsctl learn -q two b.pub 2>/dev/null
btnsctl learn -q two "$good/p384.spki.pem"
cause "learned" two <<EOT
refused	learned	btnsctl promote -F - fqdn/two
EOT
btnskey pin -q -y past "$good/p521.spki.pem"
btnsctl forget -q -y past
cause "past" past <<EOT
refused	past	btnskey pin fqdn/past FILE
EOT
btnsctl revoke -q "$(fp "$good/p521.spki.pem")"
cause "revoked" past <<EOT
refused	revoked	btnskey pin fqdn/past FILE
EOT

# --- policies
btnskey pin -q -y gw.example.org a.pub 2>/dev/null ||
    btnskey pin -q -F "$(fp a.pub)" gw.example.org a.pub
conf "$(policy other other.example.org)"
cause "policy" gw.example.org <<EOT
refused	policy	dstid gw.example.org
EOT
conf "$(policy any)" "$(policy gw gw.example.org)"
check 0 "one by name" btnsctl explain gw.example.org
like out "goes before one for any" '^    policy      "gw", iked\.conf:2, '
conf "$(policy any)"
check 0 "one for any" btnsctl explain gw.example.org
like out "is told" '"any", iked\.conf:1, no dstid: for any pinned peer$'
conf "ikev2 \"psk\" from a to b peer any dstid gw.example.org psk x"
check 1 "by a psk" btnsctl explain gw.example.org
rm "$conf"
check 0 "none" btnsctl explain gw.example.org
like out "is told" '^    policy      .*iked\.conf: '

# --- fp-tree, odd names, trouble
btnsctl set -q fp-tree on
check 1 "RFC 5386's order" btnsctl explain nobody
like out "is told" '^    then        an iked with the BTNS lookup goes on'
printf 'FQDN/\033[2Jx y\n' | {
	read -r id
	refused "$id" >log
}
btnsctl observe -q log
check 1 "a name that no pin can have" btnsctl explain 'fqdn/%1b[2Jx%20y'
like out "is known by its knocks" '^fqdn/%1b\[2Jx%20y: REFUSED '
like out "is told" '^Likely: no pin can be of such a name\.$'
check 2 "one that is nothing" btnsctl explain 'a b'
check 2 "two" btnsctl explain a b
if root; then
	chmod 700 "$iked"
	cp -R "$tmp/db" "$tmp/db2"
	chown -R 65534:65534 "$tmp/db2"
	check 3 "another user" nobody env BTNS_DB="$tmp/db2/pins.db" \
	    btnsctl explain gw.example.org
	chmod 755 "$iked"
else
	skip "another user" "run this as root"
fi

# --- this host
conf "$(policy bergen gw-bergen.example.org)"
check 0 "without an identity" btnsctl explain
same out "this host" <<EOT
This host tells its peers that it is  fqdn/gw-a.example.org
    by srcid in iked.conf
    there  btnskey pin gw-a.example.org local.pub
EOT
rm "$conf"
check 0 "without a srcid" btnsctl explain
name=$(uname -n)
case $name in
*.*)	dot= ;;
*)	dot=', without a dot' ;;
esac
sed -n 1,2p out >said
same said "it is the host name" <<EOT
This host tells its peers that it is  fqdn/$name
    the host name$dot; iked.conf sets no srcid
EOT
finish
