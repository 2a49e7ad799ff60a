#!/bin/sh
# What is learned is inspected, promoted, rejected and forgotten.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub) c=$(rsafp -q c.pub)
f=$pubkeys/fqdn/$id

# states: the states and keys of the identity, in order
states() {
	btnsctl list -o tsv "$id" 2>/dev/null |
	    awk -F '\t' '{ print $1, $2, substr($3, 1, 8) }' >said
}

check 2 "learn without an identity" btnsctl learn
check 3 "without a store" btnsctl learn $id a.pub
new_store
check 2 "a source that is none" btnsctl learn -S mail $id a.pub
check 2 "an address that is none" btnsctl learn -A example.org $id a.pub
check 3 "a file that isn't there" btnsctl learn $id none.pub
check 3 "no key in it" btnsctl learn $id "$here/lib.sh"
check 2 "an identity that is none" btnsctl learn 'a b' a.pub

# --- one key
check 0 "a first key" btnsctl learn -A 192.0.2.7 -S ike $id a.pub
same out "is learned" <<EOT
learned fqdn/$id $(short a.pub)
EOT
no "and not in the tree" test -e "$f"
check 0 "seen again" btnsctl learn -A 192.0.2.8 $id a.pub
same out "is a sighting" <<EOT
seen fqdn/$id $(short a.pub)
EOT
btnsctl list -o tsv | cut -f 1,2,6-9 >said
same said "which is counted" <<EOT
learned	no	1	2	ike	192.0.2.8
EOT
check 0 "from standard input" sh -c "btnsctl learn -q $id <a.pub"
check 1 "what is learned is not known" btnsctl check $id a.pub
like out "to check" "^unknown: fqdn/$id $(short a.pub) is learned, nobody"
check 0 "promote -y" btnsctl promote -y $id
same out "pins it, and is live" <<EOT
pinned fqdn/$id $(short a.pub) (operator)
+ fqdn/$id  $(short a.pub)
not compared yet; on the phone: btnsctl promote -F - fqdn/$id
EOT
yes "the file is there" cmp a.pub "$f"
check 0 "the phone call" btnsctl promote -q -F "$a" $id
check 0 "check by ear" btnsctl check -F "$a" $id
same out "says what matched" <<EOT
match: fqdn/$id $(short a.pub) (pinned, 64 digits of spki sha256)
EOT
check 0 "check by file" btnsctl check $id a.pub
check 0 "check alone" btnsctl check $id
check 1 "another key" btnsctl check $id b.pub
same out "is told" <<EOT
changed: fqdn/$id is pinned to $(short a.pub), ANOTHER KEY
EOT
check 1 "one wrong group" btnsctl check \
    -F "862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008cabb" $id
like out "is named" '^no match: group 16 is not cabb, the other 15 agree'
check 2 "too little to check" btnsctl check -F 862be069 $id
check 1 "nobody" btnsctl check nobody.example.org a.pub
like out "is unknown" '^unknown: fqdn/nobody.example.org has no pin$'

# --- rule 2: a conflict never withdraws a pin
check 1 "rule 2: another key is learned" btnsctl learn -A 203.0.113.9 $id b.pub
like err "with an alarm" "^! fqdn/$id: ANOTHER KEY than before was learned\$"
like err "that says what is pinned" "^    pinned   $(short a.pub) since "
like err "and what was offered" \
    "^    learned  $(short b.pub) EC P-256 from 203.0.113.9\$"
yes "rule 2: the file is as it was" cmp a.pub "$f"
states
same said "rule 2: and the new key is in conflict" <<EOT
pinned yes 862be069
conflict no 94167032
EOT
check 1 "each time" btnsctl learn $id b.pub
check 1 "promote -y would replace" btnsctl promote -y -R 862be069 $id
check 1 "promote of the other key without -R" btnsctl promote -F "$b" $id
yes "nothing is replaced" cmp a.pub "$f"
check 0 "-R and proof replace" btnsctl promote -q -R 862be069 -F "$b" $id
yes "the file is the new key's" cmp b.pub "$f"
check 1 "the old key is no match now" btnsctl check -q $id a.pub

# --- rejected
check 1 "a third key" btnsctl learn -q $id c.pub
check 2 "reject takes a key" btnsctl reject $id
check 1 "a pin is not rejected" btnsctl reject -F "$b" $id
like err "but forgotten" ': pinned; a pin is forgotten, or its key revoked;'
check 1 "a key that wasn't learned" btnsctl reject -F "$a" -c x none.example.org
check 0 "reject" btnsctl reject -F a26c6084 -c 'not ours' $id
same out "says so" <<EOT
rejected fqdn/$id $(short c.pub)
EOT
check 0 "again" btnsctl reject -F "$c" $id
check 1 "seen again, silently" btnsctl learn $id c.pub
empty err "without an alarm"
check 1 "check says it" btnsctl check $id c.pub
like out "in a word" '^rejected: '
check 0 "forgotten with its fingerprint" btnsctl forget -y $id "$c"
check 1 "it is a stranger again" btnsctl learn -q $id c.pub
check 0 "forget all" btnsctl forget -q -y $id
no "the file is gone" test -e "$f"

# --- several keys, nothing live, no past
id=two.example.org f=$pubkeys/fqdn/$id
check 0 "one" btnsctl learn -q $id a.pub
check 1 "two" btnsctl learn -q $id b.pub
check 1 "-y does not say which" btnsctl promote -y $id
check 1 "pin -y of one of them" btnskey pin -y $id a.pub
check 0 "proof does" btnsctl promote -q -F "$b" $id
yes "the file is that key's" cmp b.pub "$f"
check 0 "pin without a file is promote" btnskey pin -q -F "$b" $id
check 1 "with nothing learned" btnskey pin none.example.org
like err "it is a no" ': no key learned; name its file:'

# --- at most 8 are kept
id=many.example.org
for k in example2048 p256 p384 p521 rsa2048 rsa3072 rsa4096 p256b ed25519; do
	[ -e "$good/$k.spki.pem" ] || continue
	btnsctl learn -q $id "$good/$k.spki.pem" 2>err
done
btnsctl list -o tsv $id | wc -l | tr -d ' ' >said
same said "keys an identity" <<EOT
8
EOT
like err "one more is told and not kept" '\(not kept: too many\)$'

# --- in a terminal
id=tty.example.org
check 0 "learned" btnsctl learn -q $id a.pub
tty 0 "promote asks" 'shows "Do they read the same (yes/no/\[fingerprint\])? "
    types "862be0697046a459"
    shows "16 digits agree; 32 are the least that proves anything"
    shows {Do they read the same (yes/no/[fingerprint])? }
    types "862be0697046a4590308250c892b7e79"' btnsctl promote $id
like screen "shows the key" '^    862b e069 7046 a459  0308 250c 892b 7e79$'
like screen "and pins it" "pinned fqdn/$id $(short a.pub) \\(fingerprint\\)\$"

# --- what it refuses
check 0 "an own key" btnskey gen -q -t ec -D "$iked"
check 1 "rule 12: is not learned" btnsctl learn own.example.org "$iked/local.pub"
like err "for what it is" ": this host's own key; not learned\$"
echo 'ikev2 "x" from any to any srcid me.example.org' >"${iked%/*}/iked.conf"
check 1 "rule 12: nor is its own name" btnsctl learn me.example.org a.pub
check 1 "rule 12: pinned" btnskey pin -y ME.example.org a.pub
like err "for what it is" ": this host's own name \\(srcid\\); nothing"
echo "include \"$tmp/etc/more.conf\"" >"${iked%/*}/iked.conf"
echo 'ikev2 "x" from any to any srcid me.example.org' >etc/more.conf
check 1 "nor one in an included file" btnsctl learn me.example.org a.pub
echo 'ikev2 "y" from any to any' >>etc/more.conf
check 1 "nor the host name, of another policy" \
    btnsctl learn "fqdn/$(uname -n)" a.pub
i=0
while [ $((i += 1)) -le 80 ]; do
	echo 'ikev2 from any to any srcid me.example.org'
done >etc/more.conf
echo 'ikev2 from any to any' >>etc/more.conf
check 1 "nor behind many policies of one name" \
    btnsctl learn "fqdn/$(uname -n)" a.pub
rm "${iked%/*}/iked.conf" etc/more.conf
check 0 "Ed25519 is learned" btnsctl learn ed.example.org \
    "$good/ed25519.spki.pem"
like out "and marked" '\(Ed25519: iked cannot use it\)$'
check 1 "and never pinned" btnsctl promote -y ed.example.org
check 0 "weak RSA is learned" btnsctl learn weak.example.org \
    "$good/rsa1024.spki.pem"
like out "and marked" '\(weak\)$'
check 1 "and not promoted" btnsctl promote -y weak.example.org
check 0 "but with -f" btnsctl promote -q -f -y weak.example.org

# --- fp/: the key is its own identity
check 0 "pinned by its key" btnskey pin -q -y fp/ c.pub
check 0 "which a stock iked never sees" test ! -e "$pubkeys/fp"
check 1 "another key is not that identity" btnskey pin -y "fp/$c" a.pub
check 0 "fp-tree on" btnsctl set -q fp-tree on
check 0 "writes it" btnsctl export
yes "under its fingerprint" cmp c.pub "$pubkeys/fp/$c"
check 0 "RFC 5386: an unknown name is looked for by its key" \
    btnsctl check unknown.example.org c.pub
like out "and says so" '^match: fp/.* by its key, '
check 1 "rule 2: one that has an entry never" btnsctl check $id c.pub
btnsctl set -q fp-name legacy
check 0 "the legacy name" btnsctl export -q
sha1=$(rsafp -q -e pkcs1 -a sha1 a.pub)
btnsctl set -q fp-tree all
check 0 "and all pins" btnsctl export -q
yes "are there by SHA-1" cmp a.pub "$pubkeys/fp/$sha1"
btnsctl set -q fp-tree default
check 0 "off again" btnsctl export -q
ls "$pubkeys/fp" >said
empty said "none is left"
check 0 "all of it is in the history" btnsctl verify
# --- a key learned elsewhere takes a pin's place
new_store
btnskey pin -q -y gw.example.org "$good/p384.spki.pem"
btnsctl learn -q -S ike gw.example.org "$good/p521.spki.pem" 2>err
check 0 "promote -R" btnsctl promote -q -R "$(rsafp -q "$good/p384.spki.pem")" \
    -F "$(rsafp -q "$good/p521.spki.pem")" gw.example.org
check 0 "list" btnsctl list -o tsv
cut -f 1,8 out >row
same row "it came as it was learned" <<EOT
pinned	ike
EOT
check 0 "and the history says so" btnsctl verify
# --- what agrees and proves nothing is no other key
new_store
cp "$good/example2048.spki.pem" rsa.pub
btnskey pin -q -y gw.example.org rsa.pub
for how in '-e modulus -a sha1' '-s picture'; do
	# shellcheck disable=SC2086 # options
	check 2 "check by $how" btnsctl check -F "$(rsafp -q $how rsa.pub)" \
	    gw.example.org
	like err "proves nothing" '^btnsctl: fqdn/gw.example.org: .*proves nothing$'
	empty out "and is called no other key"
done
finish
