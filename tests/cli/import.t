#!/bin/sh
# An old gateway is taken over, and lists of keys are read.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp "$good/p521.spki.pem" d.pub
a=$(rsafp -q a.pub) b=$(rsafp -q b.pub)

check 3 "without a store" btnsctl import
new_store
check 0 "an empty tree" btnsctl import
same out "is nothing" <<EOT
import: nothing found
EOT
check 2 "-i without a file" btnsctl import -i x
check 2 "-R that is none" btnsctl import -R x a.pub
check 3 "a path that isn't there" btnsctl import none

# --- iked's tree, as it lies
t=$pubkeys/fqdn
cp a.pub "$t/gw-a.example.org"
openssl rsa -pubin -in a.pub -RSAPublicKey_out -out "$t/gw-p.example.org" \
    2>err
{ echo comment; sed 's/$/\r/' b.pub; } >"$t/gw-b.example.org"
cp c.pub "$t/GW-D.example.org"
cat a.pub b.pub >"$t/gw-e.example.org"
cp d.pub "$t/gw-f.example.org.bak"
cp b.pub "$pubkeys/ipv4/192.0.2.7"
chmod 600 "$pubkeys/ipv4/192.0.2.7"
cp "$good/ed25519.spki.pem" "$t/gw-g.example.org"
ln -s gw-a.example.org "$t/gw-h.example.org"
mkfifo "$t/fifo"
cp "$good/p256.priv-pkcs8.pem" "$t/gw-i.example.org"
cp "$good/p256.cert.pem" "$t/gw-j.example.org"
cp a.pub "$t/a b"
printf 'x\033[2J\n' >"$t/gw-k.example.org"
cp d.pub "$pubkeys/ipv6/2001:DB8::7"
find "$pubkeys" -type f -exec openssl dgst -sha256 -r {} + | sort >before
check 1 "-n" btnsctl import -n
same out "plans, and says what is odd" <<EOT
! fqdn/a b: no identity can have that name: not imported
! fqdn/fifo: a FIFO: not imported
! fqdn/gw-e.example.org: 2 keys in it, ambiguous: not imported
! fqdn/gw-g.example.org: Ed25519, iked cannot use it: not imported
! fqdn/gw-h.example.org: a symbolic link: not imported
! fqdn/gw-i.example.org: a PRIVATE key: not imported
! fqdn/gw-k.example.org: no key in it: not imported
! ipv6/2001:DB8::7: iked spells that address otherwise and never opens it: not imported
! fqdn/GW-D.example.org: capitals; only a peer that sends just these matches
! fqdn/gw-f.example.org.bak: a backup?  A peer may call itself that and get in
! fqdn/gw-j.example.org: iked does not load that form: learned only, not a pin
! ipv4/192.0.2.7: 0600, unreadable for iked: learned only, not a pin
+ 5 pins, as iked trusts these files today (evidence: file)
import: 5 pins, 2 learned, 8 left alone; nothing was changed
EOT
btnsctl list -o tsv >said
empty said "and nothing was"
rm "$t/a b" "$t/fifo" "$t"/gw-[eghijk]* "$pubkeys/ipv6/2001:DB8::7"
find "$pubkeys" -type f -exec openssl dgst -sha256 -r {} + | sort >before
check 0 "import" btnsctl import -c 'taken over from cvs'
find "$pubkeys" -type f -exec openssl dgst -sha256 -r {} + | sort >after
same after "leaves every file as it lies" <before
btnsctl list -o tsv | cut -f 1,2,8,10,12,13 >said
same said "what iked trusts is pinned" <<EOT
learned	no	tree	-	ipv4/192.0.2.7	taken over from cvs
pinned	yes	tree	file	fqdn/GW-D.example.org	taken over from cvs
pinned	yes	tree	file	fqdn/gw-a.example.org	taken over from cvs
pinned	yes	tree	file	fqdn/gw-b.example.org	taken over from cvs
pinned	yes	tree	file	fqdn/gw-f.example.org.bak	taken over from cvs
pinned	yes	tree	file	fqdn/gw-p.example.org	taken over from cvs
EOT
check 1 "what is not taken over is foreign still" btnsctl export -n
cut -d : -f 1 out | grep '^[!+~-]' >said
same said "and no file of a pin is" <<EOT
! pubkeys/ipv4/192.0.2.7
EOT
check 0 "again" btnsctl import
like out "nothing is new" \
    '^import: 6 known already$'
check 0 "forget takes such a file away" btnsctl forget -q -y gw-b.example.org
no "as any other" test -e "$t/gw-b.example.org"
rm "$pubkeys/ipv4/192.0.2.7"
cp b.pub "$t/gw-a.example.org"
check 1 "another key where a pin is" btnsctl import "$t/gw-a.example.org"
like out "is not imported" ': already bound, to another key$'
check 0 "but with -R" btnsctl import -q -R "$a" "$t/gw-a.example.org"
btnsctl list -o tsv gw-a.example.org | cut -f 1,3 >said
same said "it replaces the pin" <<EOT
pinned	$b
EOT
cp a.pub "$t/gw-b.example.org"
check 1 "where an earlier pin was" btnsctl import "$t/gw-b.example.org"
like out "it is not" ': it had another key before; -R names it$'
rm "$t/gw-b.example.org"

# --- never launders
btnsctl set -q tofu accept-new
btnsctl set -q accept-for 'fqdn/new*'
btnsctl learn -q new.example.org "$good/rsa3072.spki.pem"
check 0 "an accepted key" btnsctl import
btnsctl list -o tsv new.example.org | cut -f 1 >said
same said "stays accepted" <<EOT
accepted
EOT
btnsctl set -q tofu default

for f in "chmod 0666" "chown 65534"; do
	root || [ "$f" != "chown 65534" ] || { skip "$f" "not root"; continue; }
	new_store
	cp c.pub "$t/gw.example.org"
	# shellcheck disable=SC2086 # a command
	$f "$t/gw.example.org"
	check 0 "rule 10: a file after $f" btnsctl import
	like out "rule 10: is learned only, and told" \
	    '^! fqdn/gw.example.org: .*: learned only, not a pin$|others may w'
	btnsctl list -o tsv | cut -f 1 >said
	same said "rule 10: nobody vouches for it" <<-EOT
	learned
	EOT
done

# --- a past is not washed away by learning
new_store
btnskey pin -q -y gw a.pub
btnsctl forget -q -y gw
btnsctl learn -q gw b.pub 2>err
cp b.pub "$t/gw"
check 1 "table: past, learned | import T: 1" btnsctl import
check 1 "table: past, learned | import -p: 1" btnsctl import -p -i gw b.pub
check 0 "table: past, learned | import T -R: pin 0" \
    btnsctl import -R "$a" "$t/gw"
new_store
btnskey pin -q -y gw a.pub
btnsctl forget -q -y gw
btnsctl learn -q gw a.pub
cp a.pub "$t/gw"
check 1 "table: retired K, learned again | import T: 1" btnsctl import
like out "with the reason" '^! fqdn/gw: it had another key before'
check 1 "also with -R" btnsctl import -R "$a" "$t/gw"

# --- -p pins what nothing speaks against, and no more
new_store
check 0 "-p: blank" btnsctl import -q -p -i gw a.pub
check 1 "rule 3: -p replaces nothing" \
    btnsctl import -q -p -i gw -R "$a" b.pub
btnsctl list -o tsv | cut -f 1,3 >said
same said "rule 3: it is learned" <<EOT
pinned	$a
conflict	$b
EOT
check 1 "-p: a look-alike without its type" btnsctl import -p -i GW c.pub
check 0 "-p: with its type" btnsctl import -p -i fqdn/GW c.pub
like out "which is told" '^! fqdn/GW: pinned, and looks like fqdn/gw$'
new_store
btnsctl learn -q gw a.pub
btnsctl learn -q gw b.pub 2>err
check 1 "table: learned others, not K | import -p: learned, conflict 1" \
    btnsctl import -p -i gw c.pub
btnsctl list -o tsv -s pinned >said
empty said "and pins nothing"

# --- files and directories
new_store
mkdir -p keys/ufqdn
cp a.pub keys/gw-a.example.org.pub
cp b.pub keys/192.0.2.9
cp c.pub keys/ufqdn/lap@example.org.pem
echo nothing >keys/README
ln -s ../d.pub keys/link.example.org
mkdir real keys/fqdn.d && cp d.pub real/inner.example.org
ln -s ../real keys/fqdn
check 1 "a directory" btnsctl import keys
like out "what is no key is told" '^! keys/README: '
like out "rule 10: no symbolic link is followed" \
    '^! keys/link\.example\.org: a symbolic link: not imported$'
like out "rule 10: nor one of a directory" \
    '^! keys/fqdn: a symbolic link: not imported$'
like out "a directory that is no type's" \
    '^! keys/fqdn\.d: no regular file: not imported$'
btnsctl list -o tsv | cut -f 1,12 >said
same said "is learned" <<EOT
learned	ipv4/192.0.2.9
learned	fqdn/gw-a.example.org
learned	ufqdn/lap@example.org
EOT
check 1 "-p vouches for it" btnsctl import -q -p keys
yes "and writes the tree" cmp a.pub "$t/gw-a.example.org"
check 0 "-i names a file's identity" btnsctl import -q -i x.example.org d.pub
check 0 "standard input" sh -c "btnsctl import -q -i y.example.org - <a.pub"
check 1 "another key than the learned one" btnsctl import -i x.example.org b.pub
like out "is a conflict" '^! fqdn/x\.example\.org: CONFLICT: '
check 1 "each time" btnsctl import -q -i x.example.org b.pub
check 0 "a pin" btnskey pin -q -y z.example.org a.pub
check 1 "another key than the pin" btnsctl import -i z.example.org b.pub
like out "is told" '^! fqdn/z\.example\.org: ANOTHER KEY '
yes "and the pin stands" cmp a.pub "$t/z.example.org"
check 2 "without a name" sh -c "btnsctl import - <a.pub"
check 1 "a private key" btnsctl import "$good/p256.priv-pkcs8.pem"
check 0 "a look-alike of a FIFO" mkfifo fifo
check 1 "a FIFO" timeout 10 btnsctl import fifo
check 2 "endless junk" timeout 60 sh -c "head -c 300000000 /dev/zero |
    btnsctl import -"

# --- rule 12: this host's own key and name
new_store
btnskey gen -q -t ec -D "$iked"
echo 'ikev2 "x" from any to any srcid me.example.org' >"${iked%/*}/iked.conf"
cp "$iked/local.pub" "$t/gw.example.org"
cp a.pub "$t/me.example.org"
check 1 "rule 12: own key and name in the tree" btnsctl import
like out "rule 12: the key is not imported" \
    "^! fqdn/gw\\.example\\.org: this host's own key\$"
like out "rule 12: nor the name" \
    "^! fqdn/me\\.example\\.org: this host's own name "
check 1 "rule 12: nor from a file" \
    btnsctl import -q -i x.example.org "$iked/local.pub"
btnsctl list -o tsv >said
empty said "rule 12: nothing of it is in the store"

# --- an OpenSSH known_hosts
new_store
ka=$(btnskey pub -O ssh a.pub) kb=$(btnskey pub -O ssh b.pub)
kc=$(btnskey pub -O ssh c.pub)
cat >known_hosts <<EOT
# a comment

gw.example.org,192.0.2.1 $ka
|1|aaaa|bbbb $kb
*.example.org $kb
[gw2.example.org]:2222 $kb
@cert-authority *.example.org $kb
@revoked * $kc
gw3.example.org $kb a comment
gw4.example.org ssh-rsa garbage
not a line
EOT
check 1 "a known_hosts" btnsctl import known_hosts
like out "says what it skipped" \
    '^skipped: 1 of certificate authorities, 1 hashed, 1 patterns, 1 with po'
like out "a key that can't be read" '^! known_hosts:10: '
like out "a line that is none" '^! known_hosts:11: no line of a known_hosts$'
btnsctl list -o tsv | cut -f 1,3,8,12 >said
same said "its hosts are learned" <<EOT
learned	$a	ssh	ipv4/192.0.2.1
learned	$a	ssh	fqdn/gw.example.org
learned	$b	ssh	fqdn/gw3.example.org
EOT
check 0 "@revoked is revoked" btnsctl show "$(rsafp -q c.pub)"

# --- a list of revoked fingerprints
new_store
btnskey pin -q -y gw.example.org a.pub
cat >list <<EOT
# from gw-b
$a stolen
sha256:$b
EOT
check 0 "a list of fingerprints" btnsctl import -c 'from gw-b' list
no "takes its keys out" test -e "$t/gw.example.org"
check 1 "and keeps them out" btnskey pin -q -y two.example.org b.pub
echo 862be069 >>list
check 1 "a line that is none" btnsctl import list
like out "is told" '^! list:4: not the 64 digits of a fingerprint$'
check 0 "all of it is in the history" btnsctl verify
# --- what takes its time
new_store
awk 'BEGIN { for (i = 1; i <= 60000; i++) printf "%064x\n", i * 7919 }' >long
tty 0 "a long list" 'shows_slowly "of 60000, about "' btnsctl import long
like screen "says how far it is" 'import: [0-9]+ of 60000, about [0-9]+s left'
like screen "and leaves the last line alone" '  import: 60000 revoked$'
new_store
check 0 "elsewhere" btnsctl import long
empty err "it says nothing of that"
finish
