#!/bin/sh
# Settings, and rule 1: whom accept-new lets in.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp "$good/p521.spki.pem" d.pub
new_store

check 0 "all settings" btnsctl set -o tsv
cut -f 1,2 out >said
same said "have their defaults" <<EOT
tofu	ask
accept-for	-
accept-confirm	7d
reset	auto
remind	24h
syslog	on
fp-tree	off
fp-name	fingerprint
listen-rate	60
max-change	-
EOT
check 2 "a setting that is none" btnsctl set nothing
like err "names those there are" ' tofu accept-for '
check 2 "a value that is none" btnsctl set tofu yes
check 2 "a duration that is none" btnsctl set -t 5 tofu off
check 2 "a pattern without a type" btnsctl set accept-for '*.example.org'
check 2 "one of any type" btnsctl set accept-for '*/x'
check 2 "a prefix that is none" btnsctl set accept-for 'fqdn/*,10.0.0.0/33'
check 2 "a number that is none" btnsctl set max-change -1
check 2 "-t alone" btnsctl set -t 4h tofu
check 0 "one setting" btnsctl set tofu
same out "is printed" <<EOT
ask
EOT

# in_tree IDENTITY FILE [ADDRESS]: is it accepted?
# shellcheck disable=SC2317 # yes and no call it
in_tree() {
	btnsctl learn -q ${3:+-A "$3"} "$1" "$2" >/dev/null 2>&1
	test -e "$pubkeys/$1"
}

check 0 "accept-new" btnsctl set tofu accept-new
like out "for nobody" '^tofu = accept-new, for nobody: accept-for is empty$'
no "rule 1: lets nobody in" in_tree fqdn/x.example.org a.pub
check 0 "accept-for" btnsctl set -t 4h accept-for \
    'fqdn/*.b.example.org fqdn/c?.example.org,192.0.2.0/24 ufqdn/*@v6,2001:db8::/32'
like out "warns" '^WARNING: until then, whoever claims such a name first gets'
no "rule 1: what was learned before stays learned" in_tree fqdn/x.example.org a.pub
no "rule 1: who doesn't match" in_tree fqdn/y.example.org b.pub
no "nor under it" in_tree ufqdn/a@z.b.example.org b.pub
check 0 "forgotten" btnsctl forget -q -y ufqdn/a@z.b.example.org
btnsctl forget -q -y fqdn/y.example.org
yes "rule 1: who does" in_tree fqdn/1.b.example.org b.pub
btnsctl list -o tsv '*1.b*' | cut -f 1,2,10 >said
same said "rule 1: is accepted, exported, and not vouched for" <<EOT
accepted	yes	-
EOT
check 0 "seen again" btnsctl learn 1.b.example.org b.pub
no "rule 1: a key that is another's" in_tree fqdn/2.b.example.org b.pub
no "rule 1: from elsewhere" in_tree fqdn/c1.example.org c.pub 198.51.100.1
btnsctl forget -q -y c1.example.org
no "rule 1: from nowhere" in_tree fqdn/c2.example.org c.pub
btnsctl forget -q -y c2.example.org
yes "rule 1: from the prefix" in_tree fqdn/c3.example.org c.pub 192.0.2.200
no "rule 1: a look-alike" in_tree fqdn/C3.example.org d.pub 192.0.2.200
btnsctl forget -q -y fqdn/C3.example.org
yes "IPv6" in_tree ufqdn/road@v6 d.pub 2001:db8:7::1
no "rule 1: weak" in_tree fqdn/w.b.example.org "$good/rsa1024.spki.pem"
no "rule 1: Ed25519" in_tree fqdn/e.b.example.org "$good/ed25519.spki.pem"
check 1 "a second key for an accepted one" btnsctl learn 1.b.example.org a.pub
like err "is a conflict" '^! fqdn/1.b.example.org: CONFLICT: another key'
yes "rule 2: and the first stays" cmp b.pub "$pubkeys/fqdn/1.b.example.org"

# The courier's list says that the first was a stranger's.
check 1 "promote of the other" btnsctl promote -F "$(rsafp -q a.pub)" \
    1.b.example.org
like err "says which was accepted" '^! fqdn/1.b.example.org: the key accepted'
check 0 "and -R puts it right" btnsctl promote -q -R "$(rsafp -q b.pub)" \
    -F "$(rsafp -q a.pub)" 1.b.example.org
yes "in the tree" cmp a.pub "$pubkeys/fqdn/1.b.example.org"
check 0 "an accepted key is promoted" btnsctl promote -q -y c3.example.org
btnsctl list -o tsv '*c3*' | cut -f 1,10 >said
same said "by an operator's word" <<EOT
pinned	operator
EOT

# A past: what was forgotten is never accepted again.
check 0 "forget" btnsctl forget -q -y ufqdn/road@v6
no "the same key" in_tree ufqdn/road@v6 d.pub 2001:db8::1
yes "one more" in_tree fqdn/5.b.example.org "$good/rsa4096.spki.pem"
check 0 "turned off" btnsctl set tofu default
like out "rule 1: what was let in stays, and how it is withdrawn is said" \
    '^1 accepted key stays in the tree; to withdraw one: btnsctl forget'
yes "rule 1: and it does stay" test -e "$pubkeys/fqdn/5.b.example.org"
no "rule 1: nobody gets in" in_tree fqdn/9.b.example.org "$good/rsa3072.spki.pem"

# --- a setting that falls back
check 0 "for a second" btnsctl set -q -t 1s tofu accept-new
check 0 "it holds" btnsctl set tofu
sleep 2
check 0 "and is over" btnsctl set tofu
same out "by itself" <<EOT
ask
EOT
check 0 "all of it is in the history" btnsctl verify
# --- rule 1: bound to no other identity, also not as a key that was rejected
new_store
cp "$good/p384.spki.pem" k.pub
btnsctl learn -q one.example.org k.pub
btnsctl reject -q -F "$(rsafp -q k.pub)" one.example.org
btnsctl set -q accept-for 'fqdn/*'
btnsctl set -q tofu accept-new
check 0 "rule 1: a key that was rejected for another" \
    btnsctl learn two.example.org k.pub
like out "rule 1: is learned and not accepted" '^learned fqdn/two'

finish
