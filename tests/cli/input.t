#!/bin/sh
# Bad input: 4 GiB of it, names and comments that steer, and how little of
# that reaches a terminal or a shell.
# Memory, where there is some: holes in a file cost nothing there.
[ ! -w /dev/shm ] || { TMPDIR=/dev/shm && export TMPDIR; }
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
a=$(fp a.pub) b=$(fp b.pub)
new_store

# --- 4 GiB, in 100 MB of address space (not where a sanitizer takes more)
truncate -s 4G big
printf '\060\202\001\042' >der
truncate -s 4G der
most=100000
# shellcheck disable=SC3045 # where it is missing there is no limit
(ulimit -v $most && rsafp -V) >/dev/null 2>&1 || most=unlimited
# huge STATUS ERE COMMAND...: big is its standard input
huge() {
	status=$1 why=$2
	shift 2
	check "$status" "4 GiB: $*" timeout 60 sh -c \
	    "ulimit -v $most; exec \"\$@\" <big" sh "$@"
	cat out err >both
	like both "4 GiB: $*: says why" "$why"
}
long='line 1: text: over 65536 bytes on a line$'
huge 3 "$long" rsafp
huge 3 "$long" btnskey pub -
huge 3 "$long" btnskey show -
huge 3 "$long" btnskey pin -y gw.example.org -
huge 3 "$long" btnsctl learn gw.example.org
huge 3 "$long" btnsctl check gw.example.org -
huge 1 "$long" btnsctl import -i gw.example.org -
huge 1 "$long" btnsctl import big
huge 2 'standard input: no list of fingerprints' btnsctl import -
huge 2 'characters is no answer$' rsafp -F - a.pub
huge 2 'characters is no answer$' btnsctl check -F - gw.example.org
huge 2 'characters is no answer$' btnskey pin -F - gw.example.org a.pub
mv der big
huge 3 'offset 294: X\.690: trailing bytes$' rsafp
huge 3 'offset 294: X\.690: trailing bytes$' btnsctl learn gw.example.org
rm big
check 0 "none of that is in the store" btnsctl list
empty out "none of that is in the store"

# --- names: each verb that takes an identity
cat >verbs <<'EOT'
btnskey pin -y -- ID a.pub
btnsctl show -- ID
btnsctl check -- ID a.pub
btnsctl promote -y -- ID
btnsctl reject -F 862be069 -- ID
btnsctl revoke -- ID
btnsctl forget -y -- ID
btnsctl learn -- ID a.pub
btnsctl import -i ID a.pub
btnsctl log -- ID
EOT
esc=$(printf '\033')
while read -r verb; do
	# shellcheck disable=SC2016 # names that nobody should run
	for id in "$(printf 'a\033[2Jb')" "$(printf 'a\nb')" "a'b" 'a"b' \
	    'a$(touch x)' 'a`touch x`' 'a b' 'a\b' "$(printf 'a\200b')" \
	    "$(printf 'gr\303\270n')" "$(printf 'a\342\200\256b')" \
	    "$(printf '%0256d' 0)" "fqdn/$(printf '%0300d' 0)"; do
		set --
		for word in $verb; do
			[ "$word" != ID ] || word=$id
			set -- "$@" "$word"
		done
		"$@" >out 2>err </dev/null
		[ $? -eq 2 ] || echo "$verb: $id"
		grep -q "$esc" out err && echo "$verb: steers: $id"
		tr -d '[:print:]\n\303\270' <err >odd
		[ ! -s odd ] || echo "$verb: an odd byte: $id"
		[ "$(wc -c <err)" -lt 1000 ] || echo "$verb: floods: $id"
	done >faults
	empty faults "rule 11: no such name: ${verb%%-*}"
done <verbs
no "rule 11: none is run by a shell" test -e x

# --- comments: each verb that takes one
cat >verbs <<'EOT'
btnskey pin -y -c WHY gw.example.org a.pub
btnsctl promote -y -c WHY gw.example.org
btnsctl reject -F 862be069 -c WHY gw.example.org
btnsctl revoke -c WHY 862be069
btnsctl unrevoke -c WHY 862be069
btnsctl forget -y -c WHY gw.example.org
btnsctl import -i gw.example.org -c WHY a.pub
EOT
while read -r verb; do
	for why in "$(printf 'a\033[2Jb')" "$(printf 'a\nb')" \
	    "$(printf 'a\tb')" "$(printf 'a\177')" "$(printf 'a\377b')" \
	    "$(printf 'a\302\233b')" "$(printf 'a\300\257')" \
	    "$(printf '%0201d' 0)"; do
		set --
		for word in $verb; do
			[ "$word" != WHY ] || word=$why
			set -- "$@" "$word"
		done
		"$@" >out 2>err </dev/null
		[ $? -eq 2 ] || echo "$verb: $why"
		grep -q 'a comment ' err || echo "$verb: $(head -n 1 err)"
		tr -d '[:print:]\n\303\270' <err >odd
		[ ! -s odd ] || echo "$verb: an odd byte: $why"
	done >faults
	empty faults "rule 11: no such comment: ${verb%% -*}"
done <verbs

# Quotes and the like are text, whatever reads it.
# shellcheck disable=SC2016 # a comment that nobody should run
why='it'\''s "new" \ $(touch x) `touch x`; old=x evidence=y'
why="$why$(printf ' \342\200\256')"
# What is left of it: no backslash alone, no byte that steers.
# shellcheck disable=SC2016
shown='it'\''s "new" \x5c $(touch x) `touch x`; old=x evidence=y'
shown="$shown \\xe2\\x80\\xae"
check 0 "a comment of quotes, escapes and what turns a line round" \
    btnskey pin -q -y -c "$why" gw.example.org a.pub
check 0 "and a reason for a revocation" \
    btnsctl revoke -q -c "$why" "$b"
for c in 'btnsctl list -o tsv' 'btnsctl show gw.example.org' \
    'btnsctl log' 'btnsctl log -o tsv' "btnsctl show $b"; do
	# shellcheck disable=SC2086 # words
	check 0 "rule 11: ${c% ????????????????????????????????*}" $c
	yes "rule 11: shows it escaped" grep -Fq -e "$shown" was.out
	tr -d '[:print:]\n\t' <out >odd
	empty odd "rule 11: and no byte that steers"
done
check 1 "rule 11: a refusal that quotes it" btnsctl learn x.example.org b.pub
yes "rule 11: escapes it too" grep -Fq -e "$shown" was.err
for c in 'list' 'log'; do
	check 0 "in JSON: $c" btnsctl $c -o json
	jq -e -s 'map(select(.comment != null)) | length > 0' out >said
	same said "in JSON: $c is JSON" <<-EOT
	true
	EOT
	tr -d '[:print:]\n\303\270' <out >odd
	yes "rule 11: $c: and nothing that steers is in it" \
	    sh -c "! grep -q '$esc' odd"
done
no "rule 11: nothing of it was run" test -e x
check 0 "the history holds it" btnsctl verify

# --- file names: in messages, and in commands to be pasted
# shellcheck disable=SC2016
name="it's \$(touch x) b.pub"
cp "$good/p384.spki.pem" "$name"
check 1 "another key, from a file of an odd name" \
    btnskey pin gw.example.org "$name"
sed -n 's/^    btnskey pin -R/btnskey pin -N -F - -R/p' err >cmd.sh
fp "$name" >heard
check 0 "rule 11: the command that is suggested, pasted" \
    sh -c 'sh ./cmd.sh <heard'
btnsctl list -o tsv gw.example.org | cut -f 3 >said
same said "rule 11: does what it says" <<EOT
$(cat heard)
EOT
no "rule 11: and runs nothing" test -e x
cp b.pub "$(printf 'n\033[2J\nb')"
check 1 "rule 11: a file name that steers" \
    btnsctl learn y.example.org "$(printf 'n\033[2J\nb')"
tr -d '[:print:]\n\303\270' <err >odd
empty odd "rule 11: is escaped"
check 3 "rule 11: one that isn't there" rsafp "$(printf 'm\033[2J\nb')"
same err "rule 11: stands on a line of its own" <<'EOT'
rsafp: m\x1b[2J\x0ab: No such file or directory
EOT

# A key that is to be confirmed is never in the command that confirms it.
new_store
check 0 "rule 11: pinned unproven" btnskey pin -y gw.example.org a.pub
lacks out "rule 11: the proof is to be typed" "-F $(printf %.8s "$a")"
like out "rule 11: as -F -" 'btnsctl promote -F - fqdn/gw\.example\.org$'
btnsctl set -q tofu accept-new
btnsctl set -q accept-for 'fqdn/*'
btnsctl learn -q new.example.org b.pub
cp "$good/p384.spki.pem" c.pub
check 1 "rule 11: the accepted key was the wrong one" \
    btnsctl promote -F "$(fp c.pub)" new.example.org
lacks err "rule 11: its proof is to be typed too" "-F $(printf %.8s "$(fp c.pub)")"

# --- names of hosts in a known_hosts
new_store
key=$(btnskey pub -O ssh a.pub)
{ printf '%0300d %s\n' 0 "$key"; printf '%0256d %s\n' 0 "$key"
  printf 'x\033[2J %s\n' "$key"; printf "a'b %s\n" "$key"
  printf 'gr\303\270n %s\n' "$key"; echo "..,.x,-y,a/b $key"
  printf '%0255d %s\n' 0 "$key"; echo "ok.example.org $key"; } >known_hosts
check 1 "a known_hosts with names that are none" btnsctl import known_hosts
grep -c '^! known_hosts:[1-6]: ' out >said
same said "rule 11: each is told" <<EOT
9
EOT
tr -d '[:print:]\n\303\270' <out >odd
empty odd "rule 11: and steers nothing"
btnsctl list -o tsv | cut -f 12 >said
same said "the others are learned" <<EOT
fqdn/$(printf '%0255d' 0)
fqdn/ok.example.org
EOT
finish
