#!/bin/sh
# DESIGN's trust table at the command line: each row is set up with the
# programs themselves, each column done to it, and then looked at: the exit
# status, what the store holds of K and of the other key X, whose key the
# tree holds, the event, the alarm.
# Memory, where there is some: nothing here is about disks.
[ ! -w /dev/shm ] || { TMPDIR=/dev/shm && export TMPDIR; }
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

i=gw.example.org
cp "$good/example2048.spki.pem" k.pub
cp "$good/p256.spki.pem" x.pub
k=$(fp k.pub) x=$(fp x.pub)
f=$pubkeys/fqdn/$i
new_store
cp -R db blank.db
cp -R etc blank.etc

accepting() {
	btnsctl set -q tofu accept-new
	btnsctl set -q accept-for 'fqdn/*'
}

# accepted FILE: let in by accept-new, which is off again
accepted() {
	accepting
	btnsctl learn -q $i "$1"
	btnsctl set -q tofu default
	btnsctl set -q accept-for default
}

# is ROW: as the table calls it
is() {
	case $1 in
	blank)				;;
	'past, other keys only')	btnskey pin -q -y $i x.pub
					btnsctl forget -q -y $i ;;
	'retired K, nothing live')	btnskey pin -q -y $i k.pub
					btnsctl forget -q -y $i ;;
	'learned K alone')		btnsctl learn -q $i k.pub ;;
	'learned others, not K')	btnsctl learn -q $i x.pub ;;
	'learned K and others')		btnsctl learn -q $i x.pub
					btnsctl learn -q $i k.pub ;;
	'accepted K')			accepted k.pub ;;
	'accepted other, K none')	accepted x.pub ;;
	'accepted other, K learned')	accepted x.pub
					btnsctl learn -q $i k.pub ;;
	'pin K')			btnskey pin -q -y $i k.pub ;;
	'pin other, K none')		btnskey pin -q -y $i x.pub ;;
	'pin other, K learned')		btnskey pin -q -y $i x.pub
					btnsctl learn -q $i k.pub ;;
	'rejected K')			btnsctl learn -q $i k.pub
					btnsctl reject -q -F "$k" $i ;;
	'rejected K, pin other')	btnskey pin -q -y $i x.pub
					btnsctl learn -q $i k.pub
					btnsctl reject -q -F "$k" $i ;;
	'revoked K')			btnsctl revoke -q "$k" ;;
	'revoked K, pin other')		btnskey pin -q -y $i x.pub
					btnsctl revoke -q "$k" ;;
	'live under J, blank')		btnskey pin -q -y j k.pub ;;
	'live under J, learned K alone') btnskey pin -q -y j k.pub
					btnsctl learn -q $i k.pub ;;
	*)				echo "no such row: $1" ;;
	esac
}

# to COLUMN: do that to it
to() {
	case $1 in
	learn)		btnsctl learn $i k.pub ;;
	learn,G)	btnsctl learn $i k.pub ;;	# see below
	promote)	btnsctl promote -y $i ;;
	promote,F)	btnsctl promote -F "$k" $i ;;
	promote,R)	btnsctl promote -y -R "$x" $i ;;
	promote,FR)	btnsctl promote -F "$k" -R "$x" $i ;;
	pin)		btnskey pin -y $i k.pub ;;
	pin,F)		btnskey pin -F "$k" $i k.pub ;;
	pin,R)		btnskey pin -y -R "$x" $i k.pub ;;
	pin,FR)		btnskey pin -F "$k" -R "$x" $i k.pub ;;
	revoke)		btnsctl revoke "$k" ;;
	forget)		btnsctl forget -y $i ;;
	forget,K)	btnsctl forget -y $i "$k" ;;
	importT)	cat k.pub >"$f" && btnsctl import "$f" ;;
	importT,R)	cat k.pub >"$f" && btnsctl import -R "$x" "$f" ;;
	importO)	btnsctl import -i $i k.pub ;;
	aside)		cat k.pub >"$f"; btnsctl export ;;
	export)		rm -f "$f" && btnsctl export ;;
	unrevoke)	btnsctl unrevoke -c 'a mistake' "$k" ;;
	esac
}


# became: what became of it, but for the exit status
became() {
	sqlite3 -separator ' ' "$store" "
	    SELECT coalesce((SELECT state FROM binding WHERE value = '$i'
	    AND fp = x'$k'), '-') || iif((SELECT count(*) FROM revoked
	    WHERE fp = x'$k'), ',revoked', ''),
	    coalesce((SELECT state FROM binding WHERE value = '$i'
	    AND fp = x'$x'), '-'),
	    coalesce((SELECT group_concat(verb) FROM event
	    WHERE seq > $seq AND verb <> 'set'), '-')" >now
	read -r of_k of_x event <now
	lies=none
	[ ! -e "$f" ] || lies=else
	cmp -s k.pub "$f" && lies=K
	cmp -s x.pub "$f" && lies=X
	case $(cat out err) in
	*CONFLICT*)	alarm=CONFLICT ;;
	*"ANOTHER KEY"*) alarm=ANOTHER ;;
	*)		alarm=- ;;
	esac
}

# again: the scene as the row begins
again() {
	rm -rf db etc
	cp -R scene.db db
	cp -R scene.etc etc
}

# A line is a row's name, or a column and what comes of it:
# status, K, X, whose key the file holds, events, alarm.
row=
while read -r column want; do
	case $column in
	'' | \#*)	continue ;;
	=)	row=$want
		rm -rf db etc
		cp -R blank.db db
		cp -R blank.etc etc
		is "$row" >/dev/null 2>&1 </dev/null
		rm -rf scene.db scene.etc
		cp -R db scene.db
		cp -R etc scene.etc
		seq=$(sql "SELECT max(seq) FROM event")
		continue ;;
	esac
	again
	[ "$column" != learn,G ] || accepting
	to "$column" >out 2>err </dev/null
	status=$?
	became
	# shellcheck disable=SC2086 # blanks and tabs alike
	set -- $want
	_n=$((_n + 1)) name="table: $row | $column: $*"
	echo "$status $of_k $of_x $lies $event $alarm" >said
	[ "$*" = "$(cat said)" ] && { ok "$name"; continue; }
	not_ok "$name" "this came of it" said out err
done <<'EOT'
= blank
learn		0 learned	-	none learn -
learn,G		0 accepted	-	K accept -
promote		1 -		-	none - -
promote,F	1 -		-	none - -
pin		0 pinned	-	K pin -
pin,F		0 pinned	-	K pin -
pin,FR		1 -		-	none - -
revoke		0 -,revoked	-	none revoke -
forget		1 -		-	none - -
importT		0 pinned	-	K import -
importO		0 learned	-	none learn -
export		0 -		-	none - -

= past, other keys only
learn		1 learned	retired	none learn ANOTHER
learn,G		1 learned	retired	none learn ANOTHER
promote		1 -		retired	none - -
pin		1 -		retired	none - -
pin,F		0 pinned	retired	K pin -
pin,FR		1 -		retired	none - -
revoke		0 -,revoked	retired	none revoke -
forget		1 -		retired	none - -
importT		1 -		retired	K - -
importT,R	0 pinned	retired	K import -
importO		1 learned	retired	none learn ANOTHER
export		0 -		retired	none - -

= retired K, nothing live
learn		0 learned	-	none learn -
learn,G		0 learned	-	none learn -
promote		1 retired	-	none - -
pin		1 retired	-	none - -
pin,F		0 pinned	-	K pin -
revoke		0 retired,revoked -	none revoke -
forget		1 retired	-	none - -
importT		1 retired	-	K - -
importO		0 learned	-	none learn -
export		0 retired	-	none - -

= learned K alone
learn		0 learned	-	none - -
learn,G		0 learned	-	none - -
promote		0 pinned	-	K promote -
promote,F	0 pinned	-	K promote -
pin		0 pinned	-	K pin -
pin,F		0 pinned	-	K pin -
revoke		0 retired,revoked -	none revoke -
forget		0 -		-	none forget -
forget,K	0 -		-	none forget -
importT		0 pinned	-	K import -
importO		0 learned	-	none - -
export		0 learned	-	none - -

= learned others, not K
learn		1 learned	learned	none learn CONFLICT
learn,G		1 learned	learned	none learn CONFLICT
promote,F	1 -		learned	none - -
pin		1 -		learned	none - -
pin,F		0 pinned	learned	K pin -
revoke		0 -,revoked	learned	none revoke -
forget		0 -		-	none forget -
forget,K	1 -		learned	none - -
importT		0 pinned	learned	K import -
importO		1 learned	learned	none learn CONFLICT
export		0 -		learned	none - -

= learned K and others
learn		1 learned	learned	none - -
promote		1 learned	learned	none - -
promote,F	0 pinned	learned	K promote -
pin		1 learned	learned	none - -
pin,F		0 pinned	learned	K pin -
revoke		0 retired,revoked learned none revoke -
forget		0 -		-	none forget,forget -
forget,K	0 -		learned	none forget -
importT		0 pinned	learned	K import -
importO		1 learned	learned	none - -
export		0 learned	learned	none - -

= accepted K
learn		0 accepted	-	K - -
promote		0 pinned	-	K promote -
promote,F	0 pinned	-	K promote -
pin		0 pinned	-	K pin -
pin,F		0 pinned	-	K pin -
revoke		0 retired,revoked -	none revoke -
forget		0 retired	-	none forget -
forget,K	0 retired	-	none forget -
importT		0 accepted	-	K - -
importO		0 accepted	-	K - -
export		0 accepted	-	K - -

= accepted other, K none
learn		1 learned	accepted X learn CONFLICT
promote,F	1 -		accepted X - -
pin		1 -		accepted X - ANOTHER
pin,F		1 -		accepted X - ANOTHER
pin,R		1 -		accepted X - -
pin,FR		0 pinned	retired	K replace -
revoke		0 -,revoked	accepted X revoke -
forget		0 -		retired	none forget -
importT		1 -		accepted K - -
importT,R	0 pinned	retired	K replace -
importO		1 learned	accepted X learn CONFLICT
export		0 -		accepted X - -

= accepted other, K learned
learn		1 learned	accepted X - CONFLICT
promote,F	1 learned	accepted X - ANOTHER
promote,R	1 learned	accepted X - -
promote,FR	0 pinned	retired	K replace -
pin,F		1 learned	accepted X - ANOTHER
pin,FR		0 pinned	retired	K replace -
revoke		0 retired,revoked accepted X revoke -
forget		0 -		retired	none forget,forget -
forget,K	0 -		accepted X forget -
importT		1 learned	accepted K - -
importT,R	0 pinned	retired	K replace -
importO		1 learned	accepted X - CONFLICT
export		0 learned	accepted X - -

= pin K
learn		0 pinned	-	K - -
learn,G		0 pinned	-	K - -
promote		0 pinned	-	K - -
promote,F	0 pinned	-	K promote -
pin		0 pinned	-	K - -
pin,F		0 pinned	-	K pin -
revoke		0 retired,revoked -	none revoke -
forget		0 retired	-	none forget -
forget,K	0 retired	-	none forget -
importT		0 pinned	-	K - -
importO		0 pinned	-	K - -
export		0 pinned	-	K - -

= pin other, K none
learn		1 learned	pinned	X learn ANOTHER
learn,G		1 learned	pinned	X learn ANOTHER
promote,F	1 -		pinned	X - -
pin		1 -		pinned	X - ANOTHER
pin,F		1 -		pinned	X - ANOTHER
pin,R		1 -		pinned	X - -
pin,FR		0 pinned	retired	K replace -
revoke		0 -,revoked	pinned	X revoke -
forget		0 -		retired	none forget -
importT		1 -		pinned	K - -
importT,R	0 pinned	retired	K replace -
importO		1 learned	pinned	X learn ANOTHER
export		0 -		pinned	X - -

= pin other, K learned
learn		1 learned	pinned	X - ANOTHER
promote,F	1 learned	pinned	X - ANOTHER
promote,R	1 learned	pinned	X - -
promote,FR	0 pinned	retired	K replace -
pin,F		1 learned	pinned	X - ANOTHER
pin,FR		0 pinned	retired	K replace -
revoke		0 retired,revoked pinned X revoke -
forget		0 -		retired	none forget,forget -
forget,K	0 -		pinned	X forget -
importT		1 learned	pinned	K - -
importT,R	0 pinned	retired	K replace -
importO		1 learned	pinned	X - ANOTHER
export		0 learned	pinned	X - -

= rejected K
learn		1 rejected	-	none - -
learn,G		1 rejected	-	none - -
promote		1 rejected	-	none - -
promote,F	0 pinned	-	K promote -
pin		1 rejected	-	none - -
pin,F		0 pinned	-	K pin -
revoke		0 retired,revoked -	none revoke -
forget		1 rejected	-	none - -
forget,K	0 -		-	none forget -
importT		1 rejected	-	K - -
importO		1 rejected	-	none - -
export		0 rejected	-	none - -

= rejected K, pin other
learn		1 rejected	pinned	X - -
promote,F	1 rejected	pinned	X - ANOTHER
promote,FR	0 pinned	retired	K replace -
pin,F		1 rejected	pinned	X - ANOTHER
pin,FR		0 pinned	retired	K replace -
revoke		0 retired,revoked pinned X revoke -
forget		0 rejected	retired	none forget -
forget,K	0 -		pinned	X forget -
importT		1 rejected	pinned	K - -
importO		1 rejected	pinned	X - -
export		0 rejected	pinned	X - -

= revoked K
learn		1 -,revoked	-	none - -
learn,G		1 -,revoked	-	none - -
promote		1 -,revoked	-	none - -
pin		1 -,revoked	-	none - -
pin,F		1 -,revoked	-	none - -
revoke		0 -,revoked	-	none - -
unrevoke	0 -		-	none unrevoke -
importT		1 -,revoked	-	K - -
importO		1 -,revoked	-	none - -
export		0 -,revoked	-	none - -
aside		1 -,revoked	-	none - -

= revoked K, pin other
pin,FR		1 -,revoked	pinned	X - -
promote,FR	1 -,revoked	pinned	X - -
importT,R	1 -,revoked	pinned	K - -
export		0 -,revoked	pinned	X - -
aside		1 -,revoked	pinned	X - -

= live under J, blank
learn		0 learned	-	none learn -
learn,G		0 learned	-	none learn -
pin		0 pinned	-	K pin -
revoke		0 -,revoked	-	none revoke -

= live under J, learned K alone
promote		1 learned	-	none - -
promote,F	0 pinned	-	K promote -
pin		1 learned	-	none - -
pin,F		0 pinned	-	K pin -
importT		1 learned	-	K - -
EOT
# --- colours: an alarm's word, at a terminal, and nowhere else
. "$here/data/setup.sh"
new_store
btnskey pin -q -y gw.example.org "$good/p256.spki.pem"
escape=$(printf '\033')
tty 1 "a key that changed" '' env -u NO_COLOR TERM=xterm \
    btnsctl learn gw.example.org "$good/p384.spki.pem"
sed "s/$escape/ESC/g" screen >said
like said "is red" '^! fqdn/gw.example.org: ESC\[31mANOTHER KEYESC\[39m than'
btnsctl forget -q -y gw.example.org "$(rsafp -q "$good/p384.spki.pem")"
for how in 'NO_COLOR=1 TERM=xterm' '-u NO_COLOR TERM=dumb'; do
	# shellcheck disable=SC2086 # two words
	tty 1 "$how" '' env $how btnsctl learn gw.example.org \
	    "$good/p384.spki.pem"
	like screen "is plain" '^! fqdn/gw.example.org: ANOTHER KEY than before'
	btnsctl forget -q -y gw.example.org "$(rsafp -q "$good/p384.spki.pem")"
done
check 1 "no terminal" env -u NO_COLOR TERM=xterm btnsctl learn \
    gw.example.org "$good/p384.spki.pem"
like err "is plain" '^! fqdn/gw.example.org: ANOTHER KEY than before'
finish
