#!/bin/sh
# Revocation outranks: rule 4, by every way that a key could come back.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub)
f=$pubkeys/fqdn/$id

new_store
check 2 "revoke without a key" btnsctl revoke
check 1 "an unknown name" btnsctl revoke $id
check 1 "a few digits of an unknown key" btnsctl revoke 862be069
like err "take them all" 'one that was never seen takes all 64 digits$'

# --- under every identity
btnskey pin -q -y $id a.pub
btnskey pin -q -y lap17@example.org a.pub
btnskey pin -q -y other.example.org b.pub
# shellcheck disable=SC2016 # it is that shell's
check 3 "a full disk" sh -c 'ulimit -f 8; trap "" XFSZ
    exec btnsctl revoke "$1"' sh $id
like err "is said to revoke nothing" '; it is NOT revoked$'
check 0 "by the name of one" btnsctl revoke -c 'stolen' $id
same out "rule 4: it is out everywhere" <<EOT
revoked $a
- fqdn/$id  $(short a.pub)
- ufqdn/lap17@example.org  $(short a.pub)
On every other gateway:
btnsctl revoke $a
EOT
no "rule 4: out of the tree" test -e "$f"
no "rule 4: under the other name too" test -e "$pubkeys/ufqdn/lap17@example.org"
yes "and the other pin stays" cmp b.pub "$pubkeys/fqdn/other.example.org"
check 0 "again" btnsctl revoke "$a"
same out "is so already" <<EOT
already revoked $a
EOT
check 0 "show says why" btnsctl show 862be069
like out "first of all" "^revoked $a\$"
like out "with the reason" '^why      stolen$'
check 0 "list too" btnsctl list -s revoked -o tsv
cut -f 1,12 out | sort >said
same said "whose it was" <<EOT
retired	fqdn/$id
retired	ufqdn/lap17@example.org
EOT

# --- it never comes back
check 1 "rule 4: learn" btnsctl learn $id a.pub
like err "refused with date and reason" \
    'this key was REVOKED 20.*Z by .*: stolen; not learned$'
check 1 "rule 4: pin with proof" btnskey pin -F "$a" new.example.org a.pub
check 1 "rule 4: pin with -f" btnskey pin -f -y new.example.org a.pub
check 1 "rule 4: pin -R in the place of another" \
    btnskey pin -R "$b" -F "$a" other.example.org a.pub
check 1 "check" btnsctl check $id a.pub
like out "says it" '^revoked: '
check 1 "forget finds nothing to forget" btnsctl forget -y $id
check 1 "and it is revoked still" btnsctl learn -q $id a.pub

# --- a file of anybody's making
cp a.pub "$f"
check 1 "a foreign file with it" btnsctl export
like out "is told" "^! pubkeys/fqdn/$id: a REVOKED key was in it"
no "rule 4: and moved aside" test -e "$f"
yes "rule 4: out of iked's directory" cmp a.pub "$tmp/db/aside/862be0697046a459"
{ mode "$tmp/db/aside"; mode "$tmp/db/aside/862be0697046a459"; } >said
same said "where only root looks" <<EOT
0700
0600
EOT
check 0 "then all is well" btnsctl export
cat b.pub a.pub >"$pubkeys/fqdn/two.keys"
check 1 "the second of two keys" btnsctl export -q
no "rule 4: is moved aside too" test -e "$pubkeys/fqdn/two.keys"
cp a.pub "$iked/elsewhere"
ln -s ../../elsewhere "$pubkeys/fqdn/link"
check 1 "behind a symbolic link" btnsctl export -q
no "the link goes" test -e "$pubkeys/fqdn/link"
no "the link goes" test -L "$pubkeys/fqdn/link"
rm -f "$iked/elsewhere"
cp a.pub "$f"
btnskey pin -q -N -y third.example.org c.pub
check 1 "-n plans" btnsctl export -n
like out "and says so" '^    would be moved aside$'
yes "and moves nothing" test -e "$f"
check 1 "the revoked key goes, the pin comes" btnsctl export -q
no "gone" test -e "$f"
yes "there" cmp c.pub "$pubkeys/fqdn/third.example.org"
rm "$pubkeys/fqdn/third.example.org"
cp a.pub "$pubkeys/fqdn/third.example.org"
check 1 "in the place of a pin" btnsctl export -q
yes "the pin takes its place back" cmp c.pub "$pubkeys/fqdn/third.example.org"

# --- no limit counts it
i=0
while [ $i -lt 12 ]; do
	btnskey pin -q -N -y h$i.example.org b.pub
	i=$((i + 1))
done
btnskey pin -q -N -y last.example.org "$good/p521.spki.pem"
btnsctl export -q
for i in 0 1 2 3 4 5 6 7 8 9 10 11; do
	btnsctl forget -q -N -y h$i.example.org
done
btnsctl revoke -q -N last.example.org
check 1 "12 pins would go" sh -c 'btnsctl export -m 3 </dev/null'
like out "and are held" \
    '^! export: 12 pins would go or change and -m allows 3; nothing else was'
no "rule 4: but the revoked one is out" test -e "$pubkeys/fqdn/last.example.org"
yes "the others are there" test -e "$pubkeys/fqdn/h0.example.org"
check 1 "unattended 10 go" sh -c 'btnsctl export -q </dev/null'
empty out "which was told"
check 0 "by setting" sh -c 'btnsctl set -q max-change 12;
    btnsctl export -q </dev/null'
no "they go" test -e "$pubkeys/fqdn/h0.example.org"

# --- rule 4: whatever file holds it, wherever it lies, at once
new_store
btnskey pin -q -y one.example.org b.pub
cp b.pub "$pubkeys/fqdn/copy"
mkdir "$iked/old"
cat c.pub b.pub >"$iked/old/two"
cp c.pub "$iked/old/other"
ln -s one.example.org "$pubkeys/fqdn/alias"
check 0 "rule 4: revoke" btnsctl revoke "$b"
find "$iked" -name copy -o -name two -o -name alias -o -name 'one*' >said
empty said "rule 4: takes every file that holds it out"
yes "rule 4: and no other" test -f "$iked/old/other"
find "$tmp/db/aside" -type f | wc -l | tr -d ' ' >said
same said "rule 4: what others wrote is kept aside" <<EOT
3
EOT
rm -r "$iked/old"
check 0 "rule 4: nothing is left to do" btnsctl export
new_store
cp c.pub "$pubkeys/fqdn/copy"
check 0 "rule 4: a key that no identity has" \
    btnsctl revoke "$(rsafp -q c.pub)"
no "rule 4: is taken out as well" test -e "$pubkeys/fqdn/copy"

# --- rule 4: in every form that iked loads, which are more than ours
new_store
b256=$good/p256.spki.pem
openssl ec -pubin -in "$b256" -conv_form hybrid \
    -out "$pubkeys/fqdn/hybrid" 2>/dev/null
openssl ec -pubin -in "$b256" -param_enc explicit \
    -out "$pubkeys/fqdn/explicit" 2>/dev/null
openssl ec -pubin -in "$b256" -conv_form compressed \
    -out "$pubkeys/fqdn/compressed" 2>/dev/null
{ echo -----BEGIN PUBLIC KEY-----
    { openssl ec -pubin -in "$b256" -outform DER 2>/dev/null; echo more; } |
	openssl base64
    echo -----END PUBLIC KEY-----; } >"$pubkeys/fqdn/trailing"
{ head -c 80000 /dev/zero | tr '\0' 'x' | fold -w 76; echo; cat "$b256"; } \
    >"$pubkeys/fqdn/long"
{ cat "$b256"; head -c 80000 /dev/zero | tr '\0' 'x' | fold -w 76; } \
    >"$pubkeys/fqdn/longer"
mkdir "$iked/kept"
cp "$b256" "$iked/kept/key"
ln -s /kept/key "$pubkeys/fqdn/absolute"
cp "$good/p384.spki.pem" "$pubkeys/fqdn/other"
n=$(find "$pubkeys/fqdn" ! -type d | wc -l)
btnsctl export >out
grep -c '^! pubkeys/fqdn/.*; iked TRUSTS it$' out >said
same said "rule 4: each is known for a key that iked trusts" <<EOT
$n
EOT
check 0 "rule 4: revoke" btnsctl revoke -q "$(fp "$b256")"
find "$iked" ! -type d ! -name store-id | sed 's,.*/,,' >said
same said "rule 4: each is taken out, and no other" <<EOT
other
EOT
find "$tmp/db/aside" -size +78k | wc -l | tr -d ' ' >said
same said "rule 4: and kept whole" <<EOT
2
EOT

# --- rule 4: no limit and no want of room keeps a revoked key in
new_store
btnskey pin -q -y gw.example.org a.pub
btnskey pin -q -N -R "$a" -F "$b" gw.example.org b.pub
btnsctl revoke -q -N "$a"
check 0 "rule 4: a limit of none" btnsctl export -q -m 0
yes "rule 4: doesn't hold what takes a revoked key out" cmp b.pub "$f"
new_store
btnskey pin -q -y gw.example.org a.pub
echo garbage >"$iked/local.pub"
check 0 "rule 4: an own key that can't be read" btnsctl revoke -q "$a"
no "rule 4: keeps no other in" test -e "$f"
new_store
btnsctl set -q fp-tree on
btnskey pin -q -y fp/ b.pub
btnsctl set -q fp-tree off
check 0 "rule 4: a key of fp/, with fp-tree off" btnsctl revoke -q "$b"
find "$pubkeys/fp" -type f >said
empty said "rule 4: goes too"

# --- in pubkeys/fp too, under either name
for name in fingerprint legacy; do
	new_store
	btnsctl set -q fp-tree all
	btnsctl set -q fp-name $name
	btnskey pin -q -y one.example.org b.pub
	btnskey pin -q -y two.example.org b.pub
	btnskey pin -q -y fp/ c.pub
	check 0 "$name: forget of one of two" btnsctl forget -q -y one.example.org
	find "$pubkeys/fp" -type f | wc -l | tr -d ' ' >said
	same said "$name: leaves the other's" <<-EOT
	2
	EOT
	check 0 "$name: revoke" btnsctl revoke -q "$b"
	check 0 "$name: forget of fp/" btnsctl forget -q -y "fp/$(rsafp -q c.pub)"
	find "$pubkeys" -type f ! -name store-id >said
	empty said "$name: nothing is left in the tree"
	check 0 "$name: as the store says" btnsctl export -n
done
btnskey pin -q -F "$a" $id a.pub
btnsctl forget -q -y $id
btnsctl revoke -q "$a"

# --- never seen
p521=$(rsafp -q "$good/p521b.spki.pem" 2>/dev/null ||
    rsafp -q "$good/rsa3072.spki.pem")
check 0 "64 digits of a key never seen" btnsctl revoke -c mail "$p521"
check 2 "unrevoke takes a reason" btnsctl unrevoke "$p521"
check 1 "and a revoked key" btnsctl unrevoke -c x "$(rsafp -q c.pub)"
check 0 "unrevoke" btnsctl unrevoke -c 'a mistake' "$a"
like out "restores no binding" '^No binding came back'
no "as promised" test -e "$f"
check 1 "promote of it" btnsctl promote -y $id
check 1 "-y is not enough for it" btnskey pin -y $id a.pub
check 0 "with proof it is pinned" btnskey pin -q -F "$a" $id a.pub
check 0 "an own key" btnskey gen -q -t ec -D "$iked"
check 1 "is not revoked here" btnsctl revoke "$(rsafp -q "$iked/local.pub")"
like err "but on its peers" ": this host's own key; revoke it on its peers\$"
check 0 "all of it is in the history" btnsctl verify
finish
