#!/bin/sh
# Files that iked reads otherwise than we do: what it loads is what counts.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
f=$pubkeys/fqdn/$id
cp "$good/p256.spki.pem" a.pub
cp "$good/p384.spki.pem" b.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub)

# libcrypto cuts any control character off the dashes' end, we blanks alone:
# for it the first object is a key, for us it is text.
{
	printf -- '-----BEGIN PUBLIC KEY-----\001\n'
	sed '1d;$d' b.pub | tr -d '\n' | fold -w 59
	printf -- '\n-----END PUBLIC KEY-----\n'
	cat a.pub
} >two.pub
check 0 "rsafp sees one key in it" rsafp -q two.pub
same out "and that is the second" <<EOT
$a
EOT

# --- in the place of the pin of the key that we see
new_store
btnskey pin -q -y $id a.pub
cp two.pub "$f"
check 0 "list" btnsctl list -o tsv
cut -f 2 out >row
same row "the pin is not in the tree" <<EOT
no
EOT
check 1 "export" btnsctl export
like out "it is told" "^! pubkeys/fqdn/$id: .*; iked TRUSTS it, not the pin\$"
check 1 "doctor" btnsctl doctor -o tsv
like out "it is told there too" '^error	ambiguous	pubkeys/fqdn/gw'
check 0 "revoke what iked reads" btnsctl revoke -q "$b"
check 0 "and write the pin anew" btnsctl export
yes "the pin's file is there" cmp a.pub "$f"
check 0 "as list says" btnsctl list -o tsv
cut -f 2 out >row
same row "in the tree" <<EOT
yes
EOT
cp two.pub "$f"
check 1 "the revoked one put back" btnsctl export
like out "is moved aside" "^! pubkeys/fqdn/$id: a REVOKED key was in it, and"
yes "and the pin's file is there" cmp a.pub "$f"
cp two.pub "$iked/two.pub"
check 1 "and elsewhere" btnsctl export -q
like out "too" '^! two\.pub: a REVOKED key was in it, and iked trusted it$'

# --- imported
new_store
mkdir -p "$pubkeys/fqdn"
cp two.pub "$f"
check 1 "import" btnsctl import
like out "pins neither" "^! fqdn/$id: iked takes another key from it than is"
check 0 "nothing is pinned" btnsctl list -o tsv
empty out "at all"
check 1 "pin the key that we see" btnskey pin -q -y $id a.pub
like out "its file is not taken for the pin's" 'TRUSTS it, not the pin$'

# --- keys that iked loads, and that no pin can be
rm -rf "$iked"
mkdir -p "$iked"
new_store
openssl ecparam -name secp256k1 -genkey -noout 2>/dev/null |
    openssl ec -pubout -out k1.pub 2>/dev/null
btnskey pin -q -y $id a.pub
cp k1.pub "$pubkeys/fqdn/k1.example.org"
check 1 "secp256k1 in the tree" btnsctl export
like out "iked takes it" '^! pubkeys/fqdn/k1\.example\.org: .*iked TRUSTS it$'
like out "what it is" '^    there    a key of a kind that no pin can be, '
lacks out "import would not keep it" keep:
check 0 "explain says so" btnsctl explain k1.example.org
like out "it is let in" ': let in with one key'
like out "by what" '\(a key that iked may take, of a kind that no pin can be'
rm "$pubkeys/fqdn/k1.example.org"
cp k1.pub "$iked/k1.pub"
check 1 "and elsewhere" btnsctl export
like out "too" '^! k1\.pub: a public key, and any peer may name it; iked TRU'
check 1 "doctor" btnsctl doctor -o tsv
like out "too" '^error	stray	k1\.pub	'
rm "$iked/k1.pub"

# --- local.pub of another host
btnskey gen -q -t ec -D "$iked"
check 0 "our own local.pub is nobody's business" btnsctl export
cp "$iked/local.pub" own.pub
cp b.pub "$iked/local.pub"
check 1 "a peer's key in its place" btnsctl export
like out "any peer may name it" '^! local\.pub: a public key, and any peer may'
check 0 "its key can be revoked" btnsctl revoke -q "$b"
no "and is out of iked's directory" test -e "$iked/local.pub"
own=$(rsafp -q own.pub)
check 1 "the private key is still our own" btnsctl revoke "$own"
like err "says why" "this host's own key; revoke it on its peers\$"

# --- what answers a foreign file
rm -rf "$iked"
mkdir -p "$iked"
new_store
btnskey pin -q -y $id a.pub
cp "$good/rsa1024.spki.pem" "$pubkeys/fqdn/weak.example.org"
cp b.pub "$pubkeys/fqdn/closed.example.org"
chmod 600 "$pubkeys/fqdn/closed.example.org"
cp b.pub "$pubkeys/fqdn/.hidden"
cp "$good/p521.priv-pkcs8.pem" "$pubkeys/fqdn/priv.example.org"
chmod 600 "$pubkeys/fqdn/priv.example.org"
ln -s /etc/hostname "$pubkeys/fqdn/link.example.org"
btnskey pin -N -q -y link.example.org b.pub
btnsctl export >out
sed -n 's/^    keep:    //p' out >keep
same keep "import is named where it would keep it" <<EOT
btnsctl import -f $pubkeys/fqdn/weak.example.org
EOT
grep '^!' out >told
same told "and trust is told where iked can read it" <<EOT
! pubkeys/fqdn/.hidden: not written by btnsctl; iked TRUSTS it
! pubkeys/fqdn/closed.example.org: not written by btnsctl
! pubkeys/fqdn/link.example.org: not written by btnsctl, in the place of a pin
! pubkeys/fqdn/priv.example.org: not written by btnsctl
! pubkeys/fqdn/weak.example.org: not written by btnsctl; iked TRUSTS it
EOT
like out "a private key is named so" '^    there    a PRIVATE key, EC P-521'
lacks out "a link is not replaced" replace:
check 0 "the command keeps it" sh -c "$(cat keep)"
lacks out "for good" refused
check 1 "doctor" btnsctl doctor -o tsv
cut -f 2,3,5 out >found
like found "a private key leaves the tree" \
    "^private-in-tree	pubkeys/fqdn/priv.example.org	mv .* /root/\$"
lacks found "and nothing is opened that is no pin's" chmod
finish
