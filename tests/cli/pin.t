#!/bin/sh
# btnskey pin: what it takes to vouch for a key, and to replace one.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p256b.spki.pem" c.pub
cp "$good/p384.spki.pem" d.pub
cp "$good/ed25519.spki.pem" ed.pub
cp "$good/rsa1536.spki.pem" weak.pub
a=$(fp a.pub) b=$(fp b.pub) c=$(fp c.pub) d=$(fp d.pub)

# state IDENTITY: its bindings, as state, first digits, evidence, comment
state() {
	sql "SELECT state || ' ' || substr(lower(hex(fp)), 1, 8) || ' ' ||
	    coalesce(evidence, '-') || ' ' || coalesce(comment, '-')
	    FROM binding WHERE type || '/' || value = '$1' ORDER BY id"
}

# unchanged NAME: no event, no binding more than at the last time
unchanged() {
	sql 'SELECT * FROM event; SELECT * FROM binding' >now
	ls -R "$pubkeys" >>now
	same now "$1: nothing was changed" <before
}

remember() {
	sql 'SELECT * FROM event; SELECT * FROM binding' >before
	ls -R "$pubkeys" >>before
}

new_store

# --- what never gets that far
remember
for i in '' fqdn/ ../../local.pub fqdn/../fqdn/gw 'a b' .gw -gw /C=X \
    'asn1_dn/C=X' 'fp/862be069' gw/x 'fqdn/a@b' '@b' 'a@' 'a@b@c' \
    'ipv4/1.2.3' ipv4/1.2.3.4.5 ipv6/1.2.3.4 ipv6/x "$(printf 'a\nb')" \
    "$(printf 'a\033[2Jb')" "$(printf 'a\200b')" 'pubkeys/' '*' 'a;b' \
    "$(printf '%0256d' 0)"; do
	check 2 "no identity: '$(printf %s "$i" | tr -cd '[:print:]' |
	    cut -c -20)'" btnskey pin -y -- "$i" a.pub
	tr -d '\n' <err >one
	lacks one "and its bytes don't reach the terminal" \
	    "$(printf '\033')"
done
unchanged "no identity"
check 0 "255 octets are an identity" btnskey pin -q -y \
    "$(printf '%0255d' 0)" d.pub
check 0 "which can be forgotten" btnsctl forget -q -y "$(printf '%0255d' 0)"
check 3 "no file" btnskey pin -y $id none.pub
same err "is trouble" <<EOT
btnskey: none.pub: No such file or directory
EOT
check 3 "a directory" btnskey pin -y $id .
: >empty.pub
check 3 "an empty file" btnskey pin -y $id empty.pub
cat a.pub b.pub >two.pub
check 3 "a file of two keys" btnskey pin -y $id two.pub
cat a.pub "$data/bad/ec-off-curve.pem" >bad.pub
check 3 "a key with a damaged one beside it" btnskey pin -y $id bad.pub
for f in ec-off-curve rsa-n-even ec-hybrid rsa-e-1; do
	[ -e "$data/bad/$f.pem" ] || continue
	check 3 "a broken key: $f" btnskey pin -f -y $id "$data/bad/$f.pem"
done
ssh=$(cut -d ' ' -f 1,2 "$good/rsa2048.ssh")
echo "@revoked gw.example.org $ssh" >revoked
check 1 "a revoked line of known_hosts" btnskey pin -y $id revoked
like err "is refused" '@revoked'
echo "@cert-authority *.example.org $ssh" >ca
check 1 "an authority's line" btnskey pin -y $id ca
like err "is refused" '@cert-authority'
check 1 "no file at all" btnskey pin $id
same err "has nothing learned" <<EOT
btnskey: fqdn/$id: no key learned; name its file: btnskey pin fqdn/$id FILE
EOT
check 2 "no file and -y" btnskey pin -y $id
like err "is a contradiction" \
    '^btnskey: -y without a file: there is nothing that anybody could have'
check 2 "a file for an identity" btnskey pin a.pub
like err "is named" ': nothing learned; a\.pub is a file here, so:'
check 2 "-F and -y" btnskey pin -y -F "$a" $id a.pub
check 2 "-F and the key from standard input" \
    sh -c "btnskey pin -F - $id - <a.pub"
for R in '' 862be06 x62be069 "${a}0" 862be069-; do
	check 2 "-R '$R' is no fingerprint" \
	    btnskey pin -y -R "$R" $id a.pub
done
check 2 "three operands" btnskey pin -y $id a.pub b.pub
check 2 "no operand" btnskey pin -y
check 2 "no terminal, neither -F nor -y" alone btnskey pin $id a.pub
like err "is said" \
    '^btnskey: no terminal to ask at: give -F fingerprint, or -y to pin'
remember
unchanged "all that"

# --- comments
check 2 "a comment of two lines" \
    btnskey pin -y -c "$(printf 'a\nb')" $id a.pub
check 2 "a comment with an escape" \
    btnskey pin -y -c "$(printf 'a\033[2J')" $id a.pub
like err "names the byte" 'a comment with the control byte 0x1b$'
check 2 "a comment with DEL" btnskey pin -y -c "$(printf 'a\177')" $id a.pub
check 2 "201 octets" btnskey pin -y -c "$(printf '%0201d' 0)" $id a.pub
like err "are too many" 'a comment of 201 bytes; at most 200$'
unchanged "comments"

# --- this host's own, and what iked can't use
check 0 "an own pair" btnskey gen -q -t ec -D "$iked"
remember
check 1 "rule 12: this host's own key" btnskey pin -y $id "$iked/local.pub"
same err "is refused" <<EOT
btnskey: fqdn/$id: this host's own key; nothing was changed
EOT
rm "$iked/local.pub"
openssl pkey -in "$iked/private/local.key" -pubout >own.pub
check 1 "rule 12: by its private half too" btnskey pin -f -F "$(fp own.pub)" $id own.pub
cp own.pub "$iked/local.pub"
check 1 "Ed25519" btnskey pin -f -y $id ed.pub
like err "is refused, with -f too" ': an Ed25519 key, which iked cannot use;'
check 1 "RSA 1536" btnskey pin -y $id weak.pub
like err "is weak" ': RSA below 2048 bits \(RFC 8247 3\.1\.1\); -f pins it all'
check 1 "with proof too" btnskey pin -F "$(fp weak.pub)" $id weak.pub
unchanged "own, Ed25519, weak"
check 0 "-f pins a weak one" btnskey pin -f -q -y weak.example.org weak.pub

# --- blank
remember
check 1 "-R, and nothing to replace" btnskey pin -y -R "$a" $id a.pub
like err "is refused" ': -R, but there is no pin to replace;'
for F in "$b" "SHA256:Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrA"; do
	check 1 "another key's fingerprint" btnskey pin -F "$F" $id a.pub
	like err "is no match" ': no match: that is the fingerprint of another'
done
check 1 "one group misheard" btnskey pin -F \
    "862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008cabb" \
    $id a.pub
same err "is named" <<EOT
btnskey: fqdn/$id: group 16 is not cabb, the other 15 agree; ask for group\
 16 again; nothing was changed
EOT
for F in 862be0697046a459 862be0697046a4590308250c892b7e7 AwEAAbenE '' x; do
	check 2 "'$F' proves nothing" btnskey pin -F "$F" $id a.pub
done
check 1 "a CKAID proves nothing" \
    btnskey pin -F 56587034f16b26234c68ccf95cfd4c905d6284ed $id a.pub
like err "for a reason" ': a CKAID leaves out the exponent and proves nothing;'
unchanged "no proof"
check 0 "a first pin" btnskey pin -y $id a.pub
same out "is pinned, exported, and to be compared" <<EOT
pinned fqdn/$id $(short a.pub) (operator)
+ fqdn/$id  $(short a.pub)
not compared yet; on the phone: btnsctl promote -F - fqdn/$id
EOT
empty err "without a warning"
openssl pkey -pubin -in a.pub -outform PEM >want
yes "the file is the key, as openssl writes it" cmp want "$pubkeys/fqdn/$id"
check 0 "the same again" btnskey pin -y $id a.pub
same out "is so already" <<EOT
already pinned fqdn/$id $(short a.pub) (operator)
EOT
check 0 "the same from a terminal's point of view" alone btnskey pin $id a.pub
check 0 "with -R of what isn't the pin" btnskey pin -y -R "$b" $id a.pub
check 1 "a wrong -F is no, for the pin too" btnskey pin -F "$b" $id a.pub
state fqdn/$id >said
same said "nothing of that is evidence" <<EOT
pinned 862be069 operator -
EOT
check 0 "proof is new evidence" btnskey pin -c 'by phone' -F "$a" $id a.pub
same out "and is said" <<EOT
pinned fqdn/$id $(short a.pub) (fingerprint)
EOT
check 0 "-y later" btnskey pin -q -y -c 'moved' $id a.pub
state fqdn/$id >said
same said "takes no evidence away" <<EOT
pinned 862be069 fingerprint moved
EOT
sql 'SELECT verb, identity, detail FROM event ORDER BY seq DESC LIMIT 3' >said
same said "each is an event" <<EOT
pin|fqdn/$id|evidence=operator comment=moved
pin|fqdn/$id|evidence=fingerprint digits=64 comment=by phone
pin|fqdn/$id|evidence=operator
EOT

# --- every spelling of proof
for F in "862BE0697046A4590308250C892B7E79" \
    "862b e069 7046 a459  0308 250c 892b 7e79" \
    "86:2b:e0:69:70:46:a4:59:03:08:25:0c:89:2b:7e:79" \
    "sha256:$a" "SHA256:Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk" \
    "MD5:dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50" \
    "xopin-favom-zemod-ripec-kivys-nuboh-ryrik-rokyp-kopod-ryfeh-fyxux" \
    "sha256//hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyro=" \
    "5253ec5e71046058f401a6c567dba6cc49990a7b" \
    "040d6d96fa3af860b051fba0fa3bd3399f97034d"; do
	new_store
	check 0 "proof: $(printf %.30s "$F")" btnskey pin -N -F "$F" $id a.pub
	like out "is a fingerprint" '\(fingerprint\)$'
done
new_store
for i in 1 2; do
	check 0 "-F - is a line of standard input" \
	    sh -c "echo ' $a ' | btnskey pin -N -F - $id a.pub"
done
check 0 "without a newline too" \
    sh -c "printf %s $a | btnskey pin -N -F - $id a.pub"
check 2 "-F - and nothing" btnskey pin -F - x.example.org b.pub </dev/null
check 1 "-F - and something else" \
    sh -c "echo $b | btnskey pin -F - x.example.org a.pub"

# --- pinned to another key
new_store
check 0 "a pin" btnskey pin -q -y $id a.pub
remember
check 1 "another key" btnskey pin $id b.pub
sed 's/since [0-9-]*,/since TODAY,/' err >said
same said "is an alarm with both, and one command for each answer" <<EOT
btnskey: fqdn/$id: already pinned, to ANOTHER KEY
    pinned   $(short a.pub) since TODAY, by $(id -un) (operator)
    offered  $(short b.pub) EC P-256, b.pub
Nothing was changed.  Someone may stand in its place.  Ask its administrator
over another channel.  If the new key is real, name the one it replaces:
    btnskey pin -R 862be069 $id b.pub
If it is not:
btnsctl revoke $b
EOT
empty out "and nothing on stdout"
check 1 "rule 3: -y replaces nothing" btnskey pin -y $id b.pub
check 1 "rule 3: nor does proof alone" btnskey pin -F "$b" $id b.pub
like err "it is the same alarm" 'to ANOTHER KEY$'
check 1 "rule 3: nor -R with -y" btnskey pin -y -R 862be069 $id b.pub
like err "which is not enough" \
    ': -y is not enough; replacing a key takes -F and its fingerprint$'
check 2 "rule 3: nor -R alone" alone btnskey pin -R 862be069 $id b.pub
check 1 "rule 3: nor -R and another key's fingerprint" \
    btnskey pin -R 862be069 -F "$a" $id b.pub
check 1 "rule 3: nor a wrong -R" btnskey pin -R 962be069 -F "$b" $id b.pub
same err "which is named" <<EOT
btnskey: fqdn/$id: pinned to $(short a.pub), not to -R 962be069; nothing was\
 changed
EOT
check 1 "-R of the new key is wrong as well" \
    btnskey pin -R "$b" -F "$b" $id b.pub
check 1 "rule 3: nor -f" btnskey pin -f -y $id b.pub
unchanged "another key"
check 0 "rule 3: -R and proof replace" btnskey pin -R 862be069 -F "$b" \
    -c 'new disk' $id b.pub
same out "and say both" <<EOT
replaced fqdn/$id $(short a.pub) -> $(short b.pub)
~ fqdn/$id  $(short b.pub)
If the old key may have leaked: btnsctl revoke $(printf %.16s "$a")
EOT
state fqdn/$id >said
same said "the old one is past" <<EOT
retired 862be069 operator -
pinned $(printf %.8s "$b") fingerprint new disk
EOT
yes "the tree has the new one" cmp b.pub "$pubkeys/fqdn/$id"
check 0 "-R in any spelling" btnskey pin -q -F "$c" \
    -R "sha256:$(printf %.16s "$b").." $id c.pub
check 0 "also back to the first" btnskey pin -q -F "$a" -R "$c" $id a.pub
state fqdn/$id >said
same said "a key has one binding to an identity" <<EOT
pinned 862be069 fingerprint -
retired $(printf %.8s "$b") fingerprint new disk
retired $(printf %.8s "$c") fingerprint -
EOT

# --- past
check 0 "it is forgotten" btnsctl forget -q -y $id
remember
check 1 "a past is not blank" btnskey pin -y $id d.pub
like err "it takes proof" \
    ': -y is not enough; an identity that had a key before takes -F and its'
check 1 "the retired key too" btnskey pin -y $id a.pub
check 1 "-R has nothing to replace" btnskey pin -R "$a" -F "$d" $id d.pub
check 2 "and no terminal is no proof" alone btnskey pin $id d.pub
unchanged "past"
check 0 "the retired key, with proof" btnskey pin -q -F "$a" $id a.pub
check 0 "forgotten again" btnsctl forget -q -y $id
check 0 "a new key, with proof" btnskey pin -q -F "$d" $id d.pub

# --- a key that is live elsewhere
check 0 "the same key for a second, blank identity" \
    btnskey pin -y two.example.org d.pub
like err "is told of the first" \
    '^btnskey: fqdn/two\.example\.org: the same key is pinned for fqdn/'
check 0 "a third with a past" btnskey pin -q -y three.example.org b.pub
check 0 "which is past" btnsctl forget -q -y three.example.org
remember
check 1 "another's key for it" btnskey pin -y three.example.org d.pub
like err "for its past" 'that had a key before takes -F and its fingerprint$'
unchanged "elsewhere"
check 0 "and is pinned by proof" btnskey pin -q -F "$d" three.example.org d.pub

# --- look-alikes
remember
for i in GW.example.org gw.example.org. Gw.Example.Org; do
	check 1 "$i looks like $id" btnskey pin -y $i c.pub
	like err "which is named" ": looks like fqdn/$id; if both are meant,"
	check 1 "proof does not help" btnskey pin -F "$c" $i c.pub
done
unchanged "look-alikes"
check 0 "written out with its type it is pinned" \
    btnskey pin -y fqdn/GW.example.org c.pub
like err "with a word on capitals" '^btnskey: fqdn/GW\.example\.org: .*capital'
check 0 "pubkeys/ and the type's case don't matter" \
    btnskey pin -q -y pubkeys/FQDN/four.example.org c.pub
check 0 "inferred as iked does" btnskey pin -q -y lap17@example.org c.pub
check 0 "IPv4" btnskey pin -q -y 192.0.2.7 c.pub
check 0 "IPv6, canonical" btnskey pin -q -y 2001:DB8:0:0::7 c.pub
find "$pubkeys" -type f | sed "s,$pubkeys/,," | grep -v '^\.' | sort >said
same said "each has its file" <<EOT
fqdn/GW.example.org
fqdn/four.example.org
fqdn/$id
fqdn/three.example.org
fqdn/two.example.org
ipv4/192.0.2.7
ipv6/2001:db8::7
ufqdn/lap17@example.org
EOT
check 1 "IPv4 in IPv6 looks like IPv4" btnskey pin -y ::ffff:192.0.2.7 c.pub

# --- -N and -q
check 0 "-N leaves the tree alone" btnskey pin -N -y n.example.org c.pub
same out "and prints no file" <<EOT
pinned fqdn/n.example.org $(short c.pub) (operator)
not compared yet; on the phone: btnsctl promote -F - fqdn/n.example.org
EOT
no "which isn't there" test -e "$pubkeys/fqdn/n.example.org"
check 0 "until something writes it" btnsctl export -q
yes "and then is" cmp c.pub "$pubkeys/fqdn/n.example.org"

# --- a decision names the identity, never only a key
new_store
check 0 "learned" btnsctl learn -q $id a.pub
remember
check 1 "rule 3: promote of a key alone" btnsctl promote -y "$a"
check 2 "rule 3: reject of a key alone" btnsctl reject -F "$a"
check 1 "rule 3: forget of a key alone" btnsctl forget -y "$a"
check 1 "rule 3: pin of a key alone" btnskey pin -F "$a" "$a"
unchanged "rule 3: a key alone"

# --- comments that are taken
new_store
check 0 "-q" btnskey pin -q -y fqdn/q.example.org d.pub
silent "-q"
check 0 "-q again" btnskey pin -q -y fqdn/q.example.org d.pub
silent "-q again"
check 0 "-q of a replacement" btnskey pin -q -R "$d" -F "$b" \
    fqdn/q.example.org b.pub
silent "-q of a replacement"
check 0 "and forgotten" btnsctl forget -q -y fqdn/q.example.org
check 0 "200 octets of comment" \
    btnskey pin -q -y -c "$(printf '%0200d' 0)" $id a.pub
check 0 "UTF-8" btnskey pin -q -y -c 'Tromsø, gråberg' $id a.pub
btnsctl list -o tsv | cut -f 13 >said
same said "comes back" <<EOT
Tromsø, gråberg
EOT
check 2 "what is none is refused" btnskey pin -q -y \
    -c "$(printf 'a\377b')" $id a.pub
check 0 "what turns the line round" btnskey pin -q -y \
    -c "$(printf 'b\342\200\256c')" $id a.pub
btnsctl list -o tsv | cut -f 13 >said
same said "comes back escaped" <<'EOT'
b\xe2\x80\xaec
EOT
check 0 "in JSON" btnsctl list -o json
yes "too, as JSON" jq -e .comment was.out

# --- at a terminal
new_store
remember
tty 1 "no is no" 'shows "Do they read the same (yes/no/\[fingerprint])? "
    types no' btnskey pin $id a.pub
same screen "after all that can be known" <<EOT
fqdn/$id: no pin yet
RSA 2048 from a.pub
    862b e069 7046 a459  0308 250c 892b 7e79
    d1b0 485e c864 5ea8  2ca2 429f 8008 caba
Do they read the same (yes/no/[fingerprint])? no
btnskey: nothing was changed
EOT
tty 1 "the end of input is no" 'shows "\])? "
    send "\004"' btnskey pin $id a.pub
tty 130 "so is Ctrl-C" 'shows "\])? "
    send "\003"' btnskey pin $id a.pub
# shellcheck disable=SC2016 # it is Tcl
tty 1 "nothing, YES, y and blanks are no answers" '
    foreach w {"" YES y " " Yes "yes no"} {
	shows "\])? "
	types $w
    }
    shows "\])? "
    types "  no  "' btnskey pin $id a.pub
tty 1 "a fingerprint too short" 'shows "\])? "
    types 862be0697046a459
    shows "btnskey: 16 digits agree; 32 are the least that proves anything"
    shows "\])? "
    types no' btnskey pin $id a.pub
tty 1 "one that is none" 'shows "\])? "
    types "perhaps"
    shows "btnskey: yes or no in full, or the fingerprint that they read"
    shows "\])? "
    types no' btnskey pin $id a.pub
tty 1 "one group misheard" 'shows "\])? "
    types "862b e069 7046 a459  0308 250c 892b 7e70"
    shows "group 8 is not 7e70, the other 7 agree; ask for group 8 again"
    shows "\])? "
    types no' btnskey pin $id a.pub
tty 1 "another key's" "shows {])? }
    types $b" btnskey pin $id a.pub
like screen "is the end" \
    '^btnskey: no match: that is the fingerprint of another key; nothing was'
tty 1 "a line of 100,000 characters" 'shows "\])? "
    send [string repeat ~ 100000]
    types ""
    shows "\])? "
    send "\004"' btnskey pin $id a.pub
tty 1 "escapes come back as no more than they were" 'shows "\])? "
    send "\026\033\[2J\r"
    shows "\])? "
    types no' btnskey pin $id a.pub
unchanged "at a terminal"
tty 0 "yes pins" 'shows "\])? "
    types yes
    shows "pinned fqdn/gw.example.org"' btnskey pin $id a.pub
state fqdn/$id >said
same said "by an operator's word" <<EOT
pinned 862be069 operator -
EOT
tty 0 "a fingerprint proves" "shows {])? }
    types {$(printf %.32s "$b")}" btnskey pin two.example.org b.pub
state fqdn/two.example.org >said
same said "and is evidence" <<EOT
pinned $(printf %.8s "$b") fingerprint -
EOT
tty 0 "a key by standard input" 'shows "RSA 2048 from -"
    shows "\])? "
    types yes' sh -c 'btnskey pin three.example.org - <a.pub'
like screen "its other identity is named" \
    '^    the same key is pinned for fqdn/gw\.example\.org$'
tty 0 "-F - reads the terminal" "shows {heard: }
    types {$c}" btnskey pin -F - four.example.org c.pub
tty 2 "but not with a key by standard input" '' \
    sh -c 'btnskey pin -F - five.example.org - <d.pub'

remember
tty 1 "rule 3: yes is too little to replace a pin" \
    "shows {What do they read (no/[fingerprint])? }
    types yes
    shows {btnskey: yes is not enough to replace a pin}
    shows {What do they read (no/[fingerprint])? }
    types {}
    shows {])? }
    types no" btnskey pin -R "$a" $id b.pub
sed '1s/since [-0-9]*$/since DATE/' screen | head -n 2 >said
same said "which is named" <<EOT
fqdn/$id: REPLACES the pin $(short a.pub) since DATE
EC P-256 from b.pub
EOT
lacks screen "and what they are to read is not shown" "$(printf %.4s "$b") "
unchanged "yes is too little"
tty 0 "what they read replaces it" "shows {])? }
    types {$b}" btnskey pin -R "$a" -c 'new disk' $id b.pub
check 0 "it is past" btnsctl forget -q -y $id
tty 1 "yes is too little for an identity with a past" \
    "shows {no pin yet, but it had a key before}
    shows {What do they read (no/[fingerprint])? }
    types yes
    shows {yes is not enough to pin this key}
    shows {])? }
    types no" btnskey pin $id a.pub

# --- changed while you looked
new_store
tty 1 "rule 7: another pin meanwhile" 'shows "\])? "
    exec btnskey pin -q -y gw.example.org b.pub
    types yes' btnskey pin $id a.pub
like screen "and the answer doesn't count" \
    "^btnskey: fqdn/$id: changed while you looked; nothing was done\$"
state fqdn/$id >said
same said "the other stands" <<EOT
pinned $(printf %.8s "$b") operator -
EOT
tty 1 "rule 7: the same key meanwhile" 'shows "\])? "
    exec btnskey pin -q -y two.example.org a.pub
    types yes' btnskey pin two.example.org a.pub
tty 1 "rule 7: a look-alike meanwhile" 'shows "\])? "
    exec btnskey pin -q -y fqdn/THREE.example.org c.pub 2>@1
    types yes' btnskey pin three.example.org a.pub
tty 1 "the key elsewhere meanwhile" 'shows "\])? "
    exec btnskey pin -q -y five.example.org d.pub
    types yes' btnskey pin four.example.org d.pub
tty 1 "rule 7: replaced meanwhile" "shows {])? }
    exec btnskey pin -q -R $b -F $c gw.example.org c.pub
    types {$d}" btnskey pin -R "$b" $id d.pub
tty 1 "rule 7: forgotten meanwhile" "shows {])? }
    exec btnsctl forget -q -y gw.example.org
    types {$d}" btnskey pin -R "$c" $id d.pub

# --- a file in the way, and words of the store
new_store
cp c.pub "$pubkeys/fqdn/$id"
check 1 "a foreign file in the way" btnskey pin -q -y $id a.pub
like out "is said" "^! pubkeys/fqdn/$id: not written by btnsctl, in the\
 place of a pin; iked TRUSTS"
yes "and left" cmp c.pub "$pubkeys/fqdn/$id"
check 0 "the very key in the way is taken over" \
    btnskey pin -R "$a" -F "$c" $id c.pub
check 3 "no store" btnskey pin -d "$tmp/none/pins.db" -y $id a.pub
like err "says how to make one" ': no store; make one with btnsctl init$'
finish
