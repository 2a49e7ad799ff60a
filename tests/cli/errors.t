#!/bin/sh
# btnskey and btnsctl: how they take what is typed wrongly, and outputs that
# go nowhere.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/p256.spki.pem" a.pub
new_store
digest "$store" >before

# verb NAME MIN MAX OPTION OPERAND...: OPTION takes no argument
verb() {
	v=$1 min=$2 max=$3 o=$4
	shift 4
	p=${v% *}
	# shellcheck disable=SC2086 # it is a program and a verb
	check 0 "$v -h" $v -h
	like out "$v -h: usage on stdout" "^usage: $v "
	empty err "$v -h: nothing on stderr"
	check 0 "$p -h ${v#* }" "$p" -h "${v#* }"
	like out "$p -h ${v#* }: the same" "^usage: $v "
	for x in -Z -1 '-?' -é --help --; do
		[ "$x" != -- ] || x=--version
		check 2 "$v $x" "$p" "${v#* }" "$x" "$@"
		empty out "$v $x: nothing on stdout"
		like err "$v $x: usage on stderr" "^usage: $v "
		tr -d '[:print:]\n' <err >odd
		empty odd "$v $x: no odd byte"
	done
	check 2 "$v $o twice" "$p" "${v#* }" "$o" "$o" "$@"
	x=$(printf %.2s "$o")
	like err "$v $x twice: is named" "^$p: $x given twice\$"
	case $v in
	*pin)	x=-d ;;
	*)	x=-D ;;
	esac
	check 2 "$v with $x without an argument" "$p" "${v#* }" $x
	like err "$v $x: is named" "^$p: $x needs an argument\$"
	if [ "$max" -gt 0 ]; then
		check 2 "$v: an option after an operand" "$p" "${v#* }" \
		    "$1" "$o"
		like err "$v: is named" \
		    "^$p: $o stands after an operand; options come before"
	fi
	if [ "$min" -gt 0 ]; then
		check 2 "$v: an operand is missing" "$p" "${v#* }"
		like err "$v: is said" "^$p: an operand is missing\$"
	fi
	[ "$max" -eq -1 ] && return
	case $max in
	0)	set -- one ;;
	1)	set -- one two ;;
	2)	set -- one two three ;;
	esac
	check 2 "$v: an operand too many" "$p" "${v#* }" "$@"
	for x; do :; done
	like err "$v: is named" "^$p: one operand too many: $x\$"
}

verb 'btnskey gen' 0 0 -f
verb 'btnskey pub' 0 1 -Opem a.pub
verb 'btnskey show' 0 1 -ojson a.pub
verb 'btnskey pin' 1 2 -y gw.example.org a.pub
verb 'btnsctl list' 0 -1 -q gw
verb 'btnsctl show' 1 1 -k gw
verb 'btnsctl forget' 1 2 -y gw
verb 'btnsctl export' 0 0 -n
verb 'btnsctl init' 0 0 -f
digest "$store" >after
same after "nothing of that touched the store" <before

# --- no verb, and wrong ones
for p in btnskey btnsctl; do
	check 2 "$p alone" $p
	empty out "$p: nothing on stdout"
	like err "$p: lists its verbs" "^usage: $p \[-h.*\] command"
	cp err usage
	check 0 "$p -h" $p -h
	same out "$p -h: the same on stdout" <usage
	check 0 "fits a screen" test "$(wc -l <usage)" -lt 30
	expand usage | awk 'length > 80' >said
	empty said "$p: in 80 columns"
	sed -n 's/^ \{9\}\([a-z]*\) .*/\1/p; s/^[a-z]\{3,8\} *\([a-z]*\)  .*/\1/p' \
	    usage >verbs
	while read -r verb; do
		"$p" -h "$verb"
	done <verbs >helps
	check 0 "each verb has its -h" test "$(grep -c ^usage: helps)" -gt 3
	awk 'length > 79' helps >said
	empty said "$p: in 80 columns too"
	check 0 "$p -V" $p -V
	like out "$p -V: name and version" "^$p [0-9]+\.[0-9]+"
	check 2 "$p -Z" $p -Z
	check 2 "$p -Z list" $p -Z list
	check 2 "$p -q -q" $p -q -q show
	check 2 "$p: an empty verb" $p ''
	check 2 "$p: a hostile verb" $p "$(printf 'x\033[2J\ny')"
	tr -d '[:print:]\n' <err >odd
	empty odd "$p: is escaped"
	check 2 "$p: a verb cut short" $p sho x
	like err "$p: is not taken" "^$p: no command sho; $p alone lists them\$"
done
# slip PROGRAM WRONG RIGHT
slip() {
	check 2 "$1 $2" "$1" "$2" x
	same err "$1 $2: the right one is named" <<-EOT
	$1: no command $2; perhaps: $3
	EOT
}
slip btnsctl add 'btnskey pin'
slip btnsctl trust 'btnskey pin'
slip btnsctl pin 'btnskey pin'
slip btnsctl rm forget
slip btnsctl unpin forget
slip btnsctl ls list
slip btnsctl status list
slip btnsctl diff 'export -n'
slip btnsctl sync export
slip btnsctl create init
slip btnskey keygen gen
slip btnskey import pin
slip btnskey rm 'btnsctl forget'
slip btnskey fingerprint 'show, or rsafp'
slip btnskey list 'btnsctl list'

# --- the settings' options stand before the verb or after it
check 0 "-d before the verb" btnsctl -d "$store" list
check 0 "-d after it" btnsctl list -d "$store"
check 0 "-o before" btnsctl -o json list
check 0 "-D before" btnsctl -D "$iked" list
check 2 "once before and once after" btnsctl -o json list -o json
check 2 "-o of a verb without" btnskey -o json pub a.pub
like err "is said" '^btnskey: -o does not go with pub$'
check 2 "-o of none of the three" btnsctl list -o yaml
like err "is said" '^btnsctl: -o yaml: not table, json or tsv$'
check 0 "-- ends the options" btnsctl list --
check 0 "after it an operand may begin with -" btnskey show -- a.pub
check 0 "options may stand together" btnsctl export -nq
check 0 "with an argument" btnsctl list -qojson
check 2 "-h is no answer where another option is wrong" btnsctl list -Z -h
check 2 "a verb of the other program" btnsctl gen
check 2 "-h of a verb that there isn't" btnsctl -h nosuch
like err "is said" '^btnsctl: no command nosuch'

# --- outputs that go nowhere
btnskey pin -q -y gw.example.org a.pub
for c in "btnskey -h" "btnskey -V" "btnskey show a.pub" "btnskey pub a.pub" \
    "btnskey pub -O der a.pub" "btnskey show -o json a.pub" \
    "btnskey pin -y gw.example.org a.pub" "btnsctl -h" "btnsctl -V" \
    "btnsctl list" "btnsctl list -o json" "btnsctl list -o tsv" \
    "btnsctl show gw.example.org" "btnsctl show -k gw.example.org" \
    "btnsctl list -h"; do
	check 3 "full: $c" sh -c "exec $c >/dev/full"
	like err "full: $c: is said" \
	    '^btns[a-z]*: standard output: No space left on device$'
	check 3 "closed: $c" sh -c "exec $c >&-"
	like err "closed: $c: is said" \
	    '^btns[a-z]*: standard output: Bad file descriptor$'
done
check 2 "stderr is full, and the status the same" \
    sh -c 'exec btnsctl nonsense 2>/dev/full'
check 1 "stderr is closed" sh -c 'exec btnsctl list nothing 2>&-'
check 0 "stdin is closed" sh -c 'exec btnsctl list <&-'
check 3 "nothing is open" sh -c 'exec btnsctl list <&- >&- 2>&-'
digest "$store" >now
check 3 "nothing is open, and a pin" \
    sh -c 'exec btnskey pin -y two.example.org a.pub <&- >&- 2>&-'
check 0 "is in the store, which is whole" btnsctl show two.example.org
sql 'PRAGMA integrity_check' >said
same said "by SQLite too" <<EOT
ok
EOT

# --- cron's environment
check 0 "no environment" env -i "$bin/btnsctl" list -d "$store"
check 0 "a locale that isn't there" env LC_ALL=xx_XX.nonsense btnsctl list
check 0 "a hostile SUDO_USER" env "SUDO_USER=$(printf 'a\nb\033')" \
    btnskey pin -q -y three.example.org a.pub
btnsctl list -o tsv three.example.org | tr -d '[:print:]\t\n' >odd
empty odd "is made plain"
check 0 "POSIXLY_CORRECT changes nothing" \
    env POSIXLY_CORRECT=1 btnsctl list -q
if root; then
	check 3 "the default store is another" env -u BTNS_DB HOME=/ \
	    btnsctl list -D /nowhere
fi
finish
