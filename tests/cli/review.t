#!/bin/sh
# review, typed at a terminal.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

for k in p256 p384 p521 rsa2048 rsa3072 example2048; do
	cp "$good/$k.spki.pem" $k.pub
done
digits() {
	rsafp -q "$1.pub" | cut -c 1-"${2-64}"
}
twelve() {
	rsafp -q -s words "$1.pub" | cut -d ' ' -f 1-12
}
left() {
	for s in '' '-s retired' '-s rejected'; do
		# shellcheck disable=SC2086 # an option and its argument
		btnsctl list -o tsv $s 2>/dev/null
	done | cut -f 1,3,12 | sort -u
}

check 2 "review without a terminal" alone btnsctl review
like err "is for people" 'no terminal to ask at; btnsctl list is for programs$'
new_store
tty 0 "an empty work list" '' btnsctl review
like screen "is said" '^review: nothing waits for a decision'

# --- two gateways are enrolled by it alone
btnsctl learn -q -A 192.0.2.7 gw-a.example.org p256.pub
btnsctl learn -q -A 192.0.2.8 gw-b.example.org rsa3072.pub
tty 0 "two gateways" "
	shows {1 of 2  fqdn/gw-a.example.org: learned}
	shows {hidden: they read, you type}
	shows {h help)? }
	types p
	shows {goes back)?}
	types {$(rsafp -s groups p256.pub | sed -n 2p)}
	shows {pinned fqdn/gw-a.example.org $(digits p256 16).. (fingerprint)}
	shows {+ fqdn/gw-a.example.org}
	shows {2 of 2  fqdn/gw-b.example.org: learned}
	shows {h help)? }
	types p
	shows {goes back)?}
	types {$(twelve rsa3072)}
	shows {pinned fqdn/gw-b.example.org}
" btnsctl review
lacks screen "no digit of a candidate was shown before" "$(digits rsa3072 17)"
yes "and are in the tree" cmp p256.pub "$pubkeys/fqdn/gw-a.example.org"
yes "both" cmp rsa3072.pub "$pubkeys/fqdn/gw-b.example.org"
check 0 "by what was read" btnsctl list -o tsv
cut -f 10 out >evidence
same evidence "which is the evidence" <<EOT
fingerprint
fingerprint
EOT

# --- a conflict
new_store
btnskey pin -q -y gw.example.org p384.pub
btnsctl learn -q -A 203.0.113.9 gw.example.org p521.pub 2>err
tty 0 "a key that changed" "
	shows {1 of 1  fqdn/gw.example.org: CONFLICT}
	shows {it has now                 candidate}
	shows {EC P-384                   EC P-521  < differs}
	shows {h help)? }
	types h
	shows {p  promote: type what they read; fqdn/gw.example.org then gets in}
	shows {v  revoke: nobody gets in with this key ever again}
	shows {h help)? }
	types p
	shows {It REPLACES the pinned key}
	types 1234
	shows {8 to 64 digits of the key it has now}
	shows {of that one: }
	types $(digits p521 8)
	shows {the key it has now begins otherwise}
	shows {of that one: }
	types $(digits p384 8)
	shows {goes back)?}
	types $(digits p521 16)
	shows {16 digits; 32 are the least that proves anything}
	shows {goes back)?}
	types {$(digits p384)}
	shows {NOT this key: they read $(digits p384 16).., which is pinned}
	shows {goes back)?}
	types {$(digits rsa2048)}
	shows {fingerprint of a key that is not known here}
	shows {goes back)?}
	types {$(digits p521 28)0000}
	shows {group 8 is not 0000, the other 7 agree; ask for group 8 again}
	shows {goes back)?}
	types {abacus $(twelve p521 | cut -d ' ' -f 2-)}
	shows {word 1 is not abacus, the other 11 agree}
	shows {goes back)?}
	types {$(digits p521 32)}
	shows {pinned fqdn/gw.example.org $(digits p521 16).. (fingerprint)}
	shows {~ fqdn/gw.example.org}
" btnsctl review
left >now
same now "the old key is retired, the new one pinned" <<EOT
pinned	$(digits p521)	fqdn/gw.example.org
retired	$(digits p384)	fqdn/gw.example.org
EOT

# --- the digits are shown
new_store
btnsctl learn -q gw.example.org p256.pub
tty 0 "?" "
	shows {h help)? }
	types p
	shows {goes back)?}
	types ?
	shows {$(rsafp -s groups p256.pub | sed -n '3s/^    2  //p')}
	shows {(yes/no)? }
	types y
	shows {(yes/no)? }
	types yes
	shows {pinned fqdn/gw.example.org $(digits p256 16).. (operator)}
" btnsctl review
new_store
btnsctl learn -q gw.example.org p256.pub
tty 0 "digits that were shown, and typed" "
	shows {h help)? }
	types ?
	shows {h help)? }
	types p
	shows {goes back)?}
	types $(digits p256)
	shows {(operator)}
" btnsctl review
like screen "are no proof" 'pinned .* \(operator\)'
new_store
btnskey pin -q -y gw.example.org p384.pub
btnsctl learn -q gw.example.org p256.pub 2>err
tty 1 "where proof is needed" "
	shows {h help)? }
	types ?
	shows {show its digits all the same (yes/no)? }
	types no
	shows {h help)? }
	types ?
	shows {show its digits all the same (yes/no)? }
	types yes
	shows {$(rsafp -s groups p256.pub | sed -n '3s/^    2  //p')}
	shows {h help)? }
	types p
	shows {its digits were shown here}
	shows {h help)? }
	types q
	shows {review: 1 left}
" btnsctl review
left >now
same now "that is no way to it" <<EOT
conflict	$(digits p256)	fqdn/gw.example.org
pinned	$(digits p384)	fqdn/gw.example.org
EOT

# --- the other answers
new_store
btnsctl learn -q a.example.org p256.pub
btnsctl learn -q b.example.org p384.pub
btnsctl learn -q c.example.org p521.pub
btnsctl learn -q d.example.org rsa2048.pub
tty 1 "reject, revoke, forget, skip" "
	shows {1 of 4  fqdn/a.example.org}
	shows {h help)? }
	types m
	shows {learn by}
	shows {h help)? }
	types r
	shows {rejected fqdn/a.example.org}
	shows {2 of 4  fqdn/b.example.org}
	shows {h help)? }
	types v
	shows {(yes/no)? }
	types no
	shows {h help)? }
	types v
	shows {(yes/no)? }
	types yes
	shows {revoked $(digits p384)}
	shows {3 of 4  fqdn/c.example.org}
	shows {h help)? }
	types f
	shows {forgot fqdn/c.example.org}
	shows {4 of 4  fqdn/d.example.org}
	shows {h help)? }
	types yes
	shows {one of p r v f s m q ?; h says}
	shows {h help)? }
	types p
	shows {goes back)?}
	types yes
	shows {type what they read, all of it}
	shows {goes back)?}
	types {$(digits p256)}
	shows {that is the key of fqdn/a.example.org, rejected}
	shows {is the right person on the phone?}
	shows {goes back)?}
	types {}
	shows {h help)? }
	types h
	shows {s  skip: decide later}
	shows {h help)? }
	types s
	shows {review: 1 left}
" btnsctl review
left >now
same now "do what they say" <<EOT
learned	$(digits rsa2048)	fqdn/d.example.org
rejected	$(digits p256)	fqdn/a.example.org
retired	$(digits p384)	fqdn/b.example.org
EOT
check 0 "and are in the history" btnsctl verify
tty 1 "the end of input" 'shows {h help)? }
	send \004
	shows {review: 1 left}' btnsctl review
tty 1 "and within an answer" 'shows {h help)? }
	types p
	shows {goes back)?}
	send \004
	shows {h help)? }
	types q' btnsctl review
tty 130 "Ctrl-C" 'shows {h help)? }
	types p
	shows {goes back)?}
	send \003' btnsctl review

# --- pasted
# shellcheck disable=SC2016 # $i is expect's
tty 1 "a paste of many lines" '
	shows {h help)? }
	for {set i 0} {$i < 500} {incr i} { send "yes\rp\rv\r" }
	expect -timeout 1 timeout {}
	send "\025q\r"
	expect -timeout 3 "zzz" {} timeout {}
	send "\025no\r\025q\r"
	expect -timeout 3 eof {} timeout { send "\025no\r\025q\r" }
' btnsctl review
left >after
same after "decides on nothing" <now

new_store
btnsctl learn -q gw.example.org p256.pub
tty 1 "a yes typed before the question" '
	shows {h help)? }
	send "p\r?\ryes\r"
	shows {goes back)?}
	expect -timeout 2 timeout {}
	send "\r"
	shows {h help)? }
	send "v\ryes\r"
	shows {(yes/no)? }
	types no
	shows {h help)? }
	types q' btnsctl review
left >now
same now "is no answer to it" <<EOT
learned	$(digits p256)	fqdn/gw.example.org
EOT
btnskey pin -q -y gw2.example.org p384.pub
btnsctl learn -q gw2.example.org p256.pub 2>err
tty 1 "digits shown for one identity" "
	shows {1 of 2  fqdn/gw2.example.org: CONFLICT}
	shows {h help)? }
	types s
	shows {2 of 2  fqdn/gw.example.org}
	shows {h help)? }
	types ?
	shows {h help)? }
	types p
	shows {goes back)?}
	types $(digits p256)
	shows {review: 1 left}
" btnsctl review
lacks screen "are no proof for it" '(fingerprint)'
tty 1 "an answer far too long" "
	shows {h help)? }
	types v
	shows {(yes/no)? }
	types [string repeat x 100]
	shows {is no answer}
	shows {h help)? }
	types q
" btnsctl review

# --- the store changes meanwhile
new_store
btnsctl learn -q gw.example.org p256.pub
tty 0 "another administrator forgets it" "
	shows {h help)? }
	exec btnsctl forget -q -y gw.example.org
	types p
	shows {goes back)?}
	types $(digits p256)
	shows {changed while you looked}
" btnsctl review
left >now
empty now "it is passed over"
btnsctl learn -q gw.example.org p256.pub
tty 1 "another key comes in between" "
	shows {h help)? }
	types p
	shows {goes back)?}
	catch { exec btnsctl learn -q gw.example.org p384.pub 2>/dev/null }
	types {$(digits p256)}
	shows {changed while you looked}
	shows {1 of 1  fqdn/gw.example.org: CONFLICT}
	shows {h help)? }
	types q
" btnsctl review
new_store
btnsctl learn -q gw.example.org p256.pub
tty 1 "a key that was accepted after it was shown" "
	shows {1 of 1  fqdn/gw.example.org: learned}
	shows {h help)? }
	exec btnsctl forget -q -y gw.example.org
	exec btnsctl set -q accept-for fqdn/gw.example.org
	exec btnsctl set -q tofu accept-new
	exec btnsctl learn -q gw.example.org p256.pub
	types h
	shows {it changed meanwhile:}
	shows {1 of 1  fqdn/gw.example.org: accepted}
	shows {h help)? }
	types q
" btnsctl review
new_store
btnskey pin -q -y GW-L.example.org p384.pub
btnsctl learn -q fqdn/gw-l.example.org p256.pub
btnsctl learn -q fqdn/gw-l.example.org p521.pub 2>err
tty 1 "a look-alike, and two keys that wait" "
	shows {beside    EC P-521 from file, learned 0s ago, waits as well}
	shows {alike     fqdn/GW-L.example.org, pinned}
	shows {h help)? }
	types p
	shows {fqdn/GW-L.example.org looks like it; are both meant (yes/no)? }
	types y
	shows {yes or no, in full}
	shows {are both meant (yes/no)? }
	types yes
	shows {goes back)?}
	types {$(digits p256)}
	shows {pinned fqdn/gw-l.example.org $(digits p256 16).. (fingerprint)}
	shows {h help)? }
	types q
" btnsctl review
lacks screen "not a digit of another is shown" "$(digits p521 16)"
tty 2 "-o" '' btnsctl review -o json
tty 2 "an operand" '' btnsctl review gw.example.org

# --- accepted, look-alikes, knocks
new_store
btnsctl set -q accept-for 'fqdn/*.branch.example.org'
btnsctl set -q tofu accept-new
btnsctl learn -q -A 203.0.113.21 b01.branch.example.org p256.pub
btnsctl set -q tofu default
btnskey pin -q -y B02.branch.example.org p384.pub 2>err
btnsctl learn -q fqdn/b02.branch.example.org p521.pub
printf '%s h iked[1]: spi=0x1: ikev2_send_auth_failed: authentication failed for FQDN/gw-bergen\n' \
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >log
btnsctl observe -q log >out 2>&1
tty 1 "accepted first" "
	shows {1 of 2  fqdn/b01.branch.example.org: accepted, not compared}
	shows {file, 203.0.113.21}
	shows {h help)? }
	types h
	shows {r  reject: it is not their key; its file and tunnel go at once}
	shows {h help)? }
	types r
	shows {rejected fqdn/b01.branch.example.org}
	shows {- fqdn/b01.branch.example.org}
	shows {2 of 2  fqdn/b02.branch.example.org: learned}
	shows {alike     fqdn/B02.branch.example.org, pinned}
	shows {h help)? }
	types q
	shows {knocking, and refused without a key to be seen:}
	shows {fqdn/gw-bergen, 1 time}
" btnsctl review
no "its file is gone" test -e "$pubkeys/fqdn/b01.branch.example.org"
tr -d '\r' <screen | awk 'length > 80' >wide
empty wide "all of it in 80 columns"
finish
