#!/bin/sh
# The completions that the build made, in the shells that they are for.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"
made=$bin/build/completions
top=$(cd "$here/../.." && pwd) || exit 99
HOME=$tmp/home XDG_CONFIG_HOME=$tmp/home XDG_DATA_HOME=$tmp/home
XDG_CACHE_HOME=$tmp/home XDG_RUNTIME_DIR=$tmp/home INPUTRC=/dev/null TERM=xterm
export HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
export INPUTRC TERM

# --- two stores, and what is in them
mkdir -p home/db home/etc keys/gw.d
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp a.pub keys/gw.pub
a=$(fp a.pub) b=$(fp b.pub) c=$(fp c.pub) d=$(printf '%064d' 7)
new_store
btnskey pin -q -y gw.example.org a.pub
btnskey pin -q -y lap17@example.org b.pub
btnskey pin -q -y 2001:db8::7 b.pub
btnsctl learn -q new.example.org c.pub
btnsctl revoke -q "$d"
other=$tmp/home/db/pins.db
btnsctl init -q -d "$other" -D "$tmp/home/etc"
btnskey pin -q -y -d "$other" away.example.org b.pub
check 0 "another store" btnsctl list -d "$other"

# btnsctl believes no store that holds more than an identity can.  One that
# would is put before it, and is loud about it.
mkdir loud
cat >loud/btnsctl <<'EOF'
#!/bin/sh
case $* in
*hostile*)
	echo 'pinned,,,,,,,,,,,fqdn/$(touch owned); *' | tr , '\t'
	echo LOUD >&2 ;;
*)	exec "$QUIET/btnsctl" "$@" ;;
esac
EOF
chmod 755 loud/btnsctl
QUIET=$bin
export QUIET
PATH=$tmp/loud:$PATH
yes "a loud one" btnsctl list -d hostile

# --- the lines that are typed, and what is to be seen after Tab

# offers NAME LINE: what stands on standard input, a word a line
# becomes NAME LINE RESULT [THAT OF FISH]
n=0
: >asked
asked() {
	n=$((n + 1))
	printf '%s\n' "$2" >>asked
	printf '%s\n' "$1" >name.$n
}
offers() {
	asked "$@"
	sort >offered.$n
}
becomes() {
	asked "$@"
	echo "$3" >became.$n
	echo "${4-$3}" >became.fish.$n
}

listed() {
	"$1" -h | sed -n 's/^[a-z ]\{9\}\([a-z][a-z]*\) .*/\1/p'
}
listed btnsctl >verbs.btnsctl
printf '%s\n' gen pub show pin >verbs.btnskey
yes "-h lists the verbs" grep -qx unrevoke verbs.btnsctl
offers "every verb" 'btnsctl ' <verbs.btnsctl
offers "of btnskey too" 'btnskey ' <verbs.btnskey
offers "a verb by its beginning" 'btnsctl re' <<'EOF'
redirect
reject
restore
review
revoke
EOF
becomes "the only one" 'btnsctl pro' 'btnsctl promote'
offers "no other verb after one" 'btnsctl redirect on ' </dev/null
offers "nor of a verb that is none" 'btnsctl nothing ' </dev/null
offers "-h of verbs" 'btnsctl -h un' <<'EOF'
unrevoke
EOF
offers "options before the verb" 'btnsctl -' <<'EOF'
-D
-V
-d
-h
-o
-q
EOF
offers "of a verb whose usage has several lines" 'btnsctl import -' <<'EOF'
-N
-R
-c
-d
-f
-i
-n
-o
-p
-q
EOF
offers "of one that must have an option" 'btnsctl reject -' <<'EOF'
-F
-c
-d
-o
-q
EOF
offers "of both usages of rsafp" 'rsafp -' <<'EOF'
-A
-F
-V
-a
-e
-h
-o
-q
-s
EOF
offers "no options after an operand" 'btnsctl show gw -' </dev/null
offers "nor after --" 'btnsctl show -- -' </dev/null

offers "an option's argument" 'btnsctl list -o ' <<'EOF'
json
table
tsv
EOF
becomes "joined to it" 'btnsctl list -oj' 'btnsctl list -ojson'
becomes "and to others" 'btnsctl list -qo j' 'btnsctl list -qo json'
becomes "before the verb" 'btnsctl -qo ts' 'btnsctl -qo tsv'
offers "-s of list" 'btnsctl list -s re' <<'EOF'
rejected
retired
revoked
EOF
offers "-S of list" 'btnsctl list -q -S ' <<'EOF'
dns
file
ike
ssh
tree
EOF
offers "-S of learn" 'btnsctl learn -A 192.0.2.7 -S t' <<'EOF'
tree
EOF
offers "-s of rsafp" 'rsafp -s ' <<'EOF'
base64
colon
groups
hex
picture
png
qr
ssh
svg
words
EOF
offers "-a" 'rsafp -a sha' <<'EOF'
sha1
sha256
sha384
sha512
EOF
offers "-e" 'rsafp -e ' <<'EOF'
modulus
pkcs1
rfc3110
spki
ssh
EOF
offers "-O" 'btnskey pub -O ' <<'EOF'
der
ipseckey
libreswan
pem
pkcs1
ssh
strongswan
EOF
offers "-t of gen" 'btnskey gen -t ' <<'EOF'
ec
rsa
EOF
offers "no fingerprint as proof" "btnsctl promote -F " </dev/null
offers "nor for btnskey" "btnskey pin -F 8" </dev/null
offers "nor a comment" "btnsctl revoke -c " </dev/null
becomes "a directory" 'btnsctl doctor -D keys/g' 'btnsctl doctor -D keys/gw.d/'
becomes "a store" 'btnsctl -d home/d' 'btnsctl -d home/db/'

offers "identities" 'btnsctl explain ' <<'EOF'
fqdn/gw.example.org
fqdn/new.example.org
ipv6/2001:db8::7
ufqdn/lap17@example.org
EOF
becomes "one by its beginning" 'btnsctl show fqdn/g' \
    'btnsctl show fqdn/gw.example.org'
becomes "without its type" 'btnsctl show gw' 'btnsctl show gw.example.org' \
    'btnsctl show fqdn/gw.example.org'
becomes "with an @" 'btnsctl log uf' 'btnsctl log ufqdn/lap17@example.org'
becomes "of which more was typed" 'btnsctl log ufqdn/lap17@ex' \
    'btnsctl log ufqdn/lap17@example.org'
becomes "with colons" 'btnsctl forget -yc x ipv6/2001:d' \
    'btnsctl forget -yc x ipv6/2001:db8::7'
becomes "that end in one" 'btnsctl forget ipv6/2001:' \
    'btnsctl forget ipv6/2001:db8::7'
becomes "for btnskey" 'btnskey pin -N fq' 'btnskey pin -N fqdn/' \
    'btnskey pin -N fq'
offers "what was learned for promote" 'btnsctl promote -y ' <<'EOF'
fqdn/new.example.org
EOF
offers "names alone, where nothing was typed" 'btnsctl revoke ' <<'EOF'
fqdn/gw.example.org
fqdn/new.example.org
ipv6/2001:db8::7
ufqdn/lap17@example.org
EOF
offers "a fingerprint for revoke" "btnsctl revoke $(printf %.4s "$a")" <<EOF
$a
EOF
offers "where there is nothing else" 'btnsctl forget gw.example.org ' <<EOF
$a
$b
$c
EOF
offers "what was revoked for unrevoke" 'btnsctl unrevoke ' <<EOF
$d
EOF
offers "settings" 'btnsctl set accept-' <<'EOF'
accept-confirm
accept-for
EOF
offers "no value of one" 'btnsctl set accept-for ' </dev/null
offers "on and off" 'btnsctl redirect ' <<'EOF'
off
on
EOF
becomes "a file as second operand" 'btnskey pin gw.example.org keys/gw.p' \
    'btnskey pin gw.example.org keys/gw.pub'
offers "no third" 'btnskey pin gw.example.org keys/gw.pub ' </dev/null
becomes "files without end" 'rsafp a.pub b.pub keys/gw.p' \
    'rsafp a.pub b.pub keys/gw.pub'

offers "-d of another store" "btnsctl show -d $other " <<'EOF'
fqdn/away.example.org
EOF
offers "before the verb" "btnsctl -qd $other show " <<'EOF'
fqdn/away.example.org
EOF
offers "joined to it" "btnsctl show -d$other " <<'EOF'
fqdn/away.example.org
EOF
offers "in quotes" "btnsctl show -d \"$other\" " <<'EOF'
fqdn/away.example.org
EOF
offers "by its home" 'btnsctl check -d ~/db/pins.db ' <<'EOF'
fqdn/away.example.org
EOF
offers "for btnskey" "btnskey pin -d $other " <<'EOF'
fqdn/away.example.org
EOF
offers "with the other's settings" "btnsctl set -d $other tof" <<'EOF'
tofu
EOF
offers "no store" 'btnsctl show -d none ' </dev/null
offers "nor its fingerprints" 'btnsctl revoke -d none 8' </dev/null
offers "nor its settings" 'btnsctl set -d none ' </dev/null
offers "a store that isn't one" 'btnsctl show -d a.pub ' </dev/null
# shellcheck disable=SC2016 # it must not be expanded
becomes "nothing runs that was typed" 'btnsctl show -d $(touch${IFS}owned) ' \
    'btnsctl show -d $(touch${IFS}owned)'
# shellcheck disable=SC2016 # as above
becomes "nor what a store holds" 'btnsctl show -d hostile fq' \
    'btnsctl show -d hostile fqdn/\$\(touch\ owned\)\;\ \*' \
    'btnsctl show -d hostile fqdn/$(touch owned); *'
last=$n

# --- the shells' side of it: what line N offers to SHELL.N, and the line that
# Tab makes of it to SHELL.line.N

# Who types waits until the shell has seen Tab, by the file that it leaves.
# shellcheck disable=SC2016 # expect's
type_lines='
	set lines [open asked]
	set n 0
	set timeout 0
	while {[gets $lines line] >= 0} {
		incr n
		send -- "$line\t\x14"
		for {set i 0} {$i < 1000 && ![file exists seen.$n]} {incr i} {
			expect -re .+ {}
			after 10
		}
	}
	set timeout 20
	send "exit\r"'

# A function that is called as readline calls it, line by line; and then the
# real one.
cat >ask.bash <<'EOF'
. "$1"
n=0
while IFS= read -r COMP_LINE; do
	n=$((n + 1)) COMP_POINT=${#COMP_LINE} COMP_WORDS=()
	read -ra COMP_WORDS < <(sed 's/[:=@]\{1,\}/ & /g' <<<"$COMP_LINE")
	[[ $COMP_LINE != *[[:blank:]:=@] ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	how=$(complete -p "${COMP_WORDS[0]}") || exit
	how=${how#*-F }
	${how%% *} "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" ''
	printf '%s\n' "${COMPREPLY[@]}" >"bash.$n"
done <asked
EOF
cat >rc.bash <<'EOF'
PS1=
seen() {
	n=$((n + 1))
	printf '%s\n' "$READLINE_LINE" >"bash.line.$n"
	READLINE_LINE=
	: >"seen.$n"
}
bind -x '"\C-t": seen'
. "$MADE/btns.bash"
EOF
ask_bash() {
	check 0 "bash" bash --norc --noprofile ask.bash "$made/btns.bash"
	silent "bash"
	rm -f seen.*
	tty 0 "bash, in a terminal" "$type_lines" \
	    env MADE="$made" bash --noprofile --rcfile rc.bash -i
	lacks screen "bash: no failure is shown" btnsctl:
	lacks screen "bash: nor anything else" LOUD
}

# zsh tells what it offers where matches are added; what asks for something
# else by the way is let through.
mkdir zsh
cat >zsh/.zshrc <<'EOF'
PS1=
n=1
fpath=($MADE $fpath)
autoload -U compinit
compinit -u -D
compadd() {
	local -a all

	if [[ "${@[1,(i)(-|--)]}" != *-[ADO]* ]]; then
		builtin compadd -O all "$@"
		print -rl -- $all >>zsh.$n
	fi
	builtin compadd "$@"
}
seen() {
	print -r -- "$BUFFER" >zsh.line.$n
	BUFFER=
	: >seen.$n
	((n++))
}
zle -N seen
bindkey '^T' seen
EOF
ask_zsh() {
	rm -f seen.*
	tty 0 "zsh, in a terminal" "$type_lines" \
	    env ZDOTDIR="$tmp/zsh" MADE="$made" zsh -d -i
	lacks screen "zsh: no failure is shown" btnsctl:
	lacks screen "zsh: nor anything else" LOUD
	like screen "zsh: briefs are shown" \
	    'revoke  *-- *never use a key again'
}

# fish says which words may stand in the last one's place.
cat >ask.fish <<'EOF'
source $argv[1]
set n 0
while read -l line
	set n (math $n + 1)
	complete -C $line >fish.said
	cut -f 1 fish.said >fish.$n
	if test (count <fish.said) -eq 1
		echo (string replace -r '[^ ]*$' '' -- $line)(cat fish.$n)
	else
		echo $line
	end >fish.line.$n
	if test "$line" = 'btnsctl re'
		mv fish.said fish.re
	end
end <asked
EOF
ask_fish() {
	check 0 "fish" fish ask.fish "$made/btns.fish"
	silent "fish"
	like fish.re "fish: briefs are shown" \
	    "^revoke$(printf '\t')never use a key again\$"
}

# able PROGRAM...: they are there
able() {
	for p; do
		have "$p" || {
			skip "$1" "no $p"
			return 1
		}
	done
}

# compare SHELL: what it did with what it should do
compare() {
	i=0
	while [ $((i = i + 1)) -le "$last" ]; do
		name="$1: $(cat name.$i)"
		if [ -e offered.$i ]; then
			[ -e "$1.$i" ] || : >"$1.$i"
			[ -e "$1.line.$i" ] || echo 'no answer' >"$1.$i"
			sed -e '/^$/d' -e 's/ *$//' "$1.$i" | sort -u >got
			same got "$name" <offered.$i
			continue
		fi
		want=became.$i
		[ "$1" != fish ] || want=became.fish.$i
		sed 's/ *$//' "$1.line.$i" >got
		same got "$name" <$want
	done
}

able bash expect && { ask_bash; compare bash; }
able zsh expect && { ask_zsh; compare zsh; }
able fish && { ask_fish; compare fish; }
check 1 "nothing was run" test -e owned

# --- OpenBSD's ksh: its arrays are all there is.  Where it is another system's
# package it has its own name; mksh reads the same, and completes nothing.
ksh=
for p in oksh loksh ksh mksh; do
	[ "$p" != ksh ] || [ "$(uname -s)" = OpenBSD ] || continue
	[ -n "$ksh" ] || ! have $p || ksh=$p
done
# shellcheck disable=SC2016 # for that shell
arrays='. "$0"; printf "%s\n" "${complete_'
if [ -n "$ksh" ]; then
	check 0 "$ksh" $ksh -n "$made/btns.ksh"
	for p in btnsctl btnskey; do
		check 0 "$p" $ksh -c "$arrays${p}_1[@]}\"" "$made/btns.ksh"
		same out "its verbs" <verbs.$p
		check 0 "identities" $ksh -c "$arrays${p}[@]}\"" \
		    "$made/btns.ksh"
		same out "are those of the store" <<-'EOF'
		fqdn/gw.example.org
		fqdn/new.example.org
		gw.example.org
		ipv6/2001:db8::7
		new.example.org
		ufqdn/lap17@example.org
		EOF
	done
	check 0 "no store" env BTNS_DB=none $ksh -c "$arrays"'btnsctl_1}"' \
	    "$made/btns.ksh"
	empty err "no store: nothing on stderr"
else
	skip "ksh" "no ksh of OpenBSD's kind"
fi

# --- the generator
check 2 "no shell" sh "$top/share/complete"
check 2 "another shell" sh "$top/share/complete" csh
finish
