#!/bin/sh
# Screens of 40 and of 20 columns: words, groups and values stay whole.
# shellcheck disable=SC1091,SC2154 # lib.sh and setup.sh, which set
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

BTNS_DB=$tmp/db
export BTNS_DB
key=$data/good/example2048.spki.pem
other=$data/good/p256.spki.pem
fp=$(rsafp -q "$key")
cp "$key" k
mkdir iked

# at COLUMNS STATUS NAME SCRIPT COMMAND...: in a terminal so wide
at() {
	at=$1 at_status=$2 at_name=$3 at_script=$4
	shift 4
	tty "$at_status" "$at columns: $at_name" "$at_script" \
	    sh -c "stty columns $at; exec \"\$@\"" sh "$@"
}
# fits: no line of the screen is wider
fits() {
	awk -v n="$at" 'length > n' screen >wide
	empty wide "in $at columns"
}

for w in 20 30 40 60; do
	for s in groups words; do
		at $w 0 "$s" '' rsafp -s $s k
		fits
		check 0 "$w columns: $s are read as they stand" rsafp -F \
		    "$(cat screen)" "$key"
		head=$(grep -n enough screen | sed 's/:.*//')
		check 0 "$w columns: what is marked as enough is enough" \
		    rsafp -F "$(sed -n "2,${head}p" screen)" "$key"
	done
done
at 40 0 "groups" '' rsafp -s groups k
same screen "are four a line" <<EOT
2048 sha256 k (RSA)
    1  862b e069 7046 a459
    2  0308 250c 892b 7e79    (enough)
    3  d1b0 485e c864 5ea8
    4  2ca2 429f 8008 caba
EOT
at 20 0 "groups" '' rsafp -s groups k
same screen "are two a line" <<EOT
2048 sha256 k (RSA)
    1  862b e069
    2  7046 a459
    3  0308 250c
    4  892b 7e79
    (enough)
    5  d1b0 485e
    6  c864 5ea8
    7  2ca2 429f
    8  8008 caba
EOT

# --- tables
check 0 "init" btnsctl init -q -D iked
check 0 "a pin" btnskey pin -qy a.example.org "$key"
check 1 "another key" btnsctl learn -q a.example.org "$other"
at 40 0 "list" '' btnsctl list
sed 's/SEEN [0-9]*s/SEEN 0s/' screen >said
same said "each value behind its title" <<EOT
STATE pinned  TREE yes
KEY 862be0697046a459..  SEEN -  DAYS 0
IDENTITY fqdn/a.example.org

STATE conflict  TREE no
KEY $(rsafp -q "$other" | cut -c -16)..  SEEN 0s  DAYS 1
IDENTITY fqdn/a.example.org
EOT
fits
at 20 0 "list" '' btnsctl list
fits
like screen "the key is whole" '^862be0697046a459\.\.$'
at 20 0 "list in the shell" 'shows {btnsctl> }
	types {list -s pinned}
	shows {a.example.org}
	shows {btnsctl> }
	types quit' btnsctl shell
like screen "is as narrow" '^STATE pinned'
at 40 0 "rows for programs are as they were" '' btnsctl list -o tsv
like screen "each on one line" "^pinned.*$fp.*fqdn/a.example.org"

# --- review
for w in 20 40; do
	at $w 1 "review" 'shows {it has now}
		shows {candidate}
		shows {help)?}
		types q' btnsctl review
	fits
	like screen "$w columns: one key above the other" '^  candidate$'
done
at 40 1 "pin" 'shows {fingerprint])?}
	types no' btnskey pin b.example.org k
fits
finish
