#!/bin/sh
# Numbers for Prometheus: each is what the other verbs show, the text is of
# its format, and it is whole or not there.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"
page=$(cd "$here/../../man" && pwd)/btnsctl.8 || exit 99

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp "$good/p521.spki.pem" d.pub
cp "$good/p256b.spki.pem" e.pub

# sound FILE NAME: Prometheus' text format, version 0.0.4, as far as it goes
# here: HELP, TYPE, samples; a metric's lines together; nothing twice
sound() {
	awk '
		function odd(why) { print FNR ": " why ": " $0 }
		$1 == "#" && $2 == "HELP" {
			if (NF < 4)
				odd("no help")
			if (seen[$3]++)
				odd("a metric twice")
			if ($3 !~ /^btns_[a-z_]+$/)
				odd("not a name of ours")
			if (name != "" && !samples)
				odd("nothing of the one before")
			name = $3
			typed = samples = 0
			next
		}
		$1 == "#" && $2 == "TYPE" {
			if (NF != 4 || $3 != name || typed++ || samples)
				odd("out of place")
			if ($4 != "gauge")
				odd("not a gauge")
			next
		}
		{
			if (!/^[a-z_]+([{][a-z]+="[a-z]+"[}])? -?[0-9]+$/)
				odd("no sample")
			if (had[$1]++)
				odd("a sample twice")
			sub(/[{].*/, "", $1)
			if ($1 != name || !typed)
				odd("no HELP or TYPE")
			samples++
		}
		END {
			if (FNR == 0 || !samples)
				print "it ends too early"
		}' "$1" >odd
	empty odd "$2"
}

# stats NAME SAMPLE...: it has these, as "pinned 1" or "btns_head_lag 0"
stats() {
	what=$1
	shift
	check 0 "$what" btnsctl stats
	sound out "$what: sound"
	empty err "$what: nothing on stderr"
	for sample; do
		echo "$sample"
	done >want
	sed -n '/^#/d; s/^btns_foreign_files{kind="\(.*\)"}/foreign:\1/p
	    s/^btns.*="\(.*\)"}/\1/p; /^btns.*}/!s/^btns_//p' out >all
	grep -xF -f want all >got
	sort -o want want
	sort -o got got
	same got "$what: $*" <want
}

# --- a store without a key
new_store
stats "an empty store" 'pinned 0' 'accepted 0' 'learned 0' 'rejected 0' \
    'retired 0' 'revoked_keys 0' 'conflicts 0' 'uncompared_keys 0' \
    'exported_files 0' 'last_event_seq 1' 'head_lag 0' 'add 0' 'change 0' \
    'remove 0' 'aside 0' 'foreign 0' 'foreign:trusted 0' \
    'foreign:other 0' 'foreign:stray 0' 'unknown 0' 'another 0' 'unread 0'
wc -l <all | tr -d ' ' >said
same said "and two times, and no more" <<EOT
24
EOT
echo "$(date +%Y-%m-%dT%H:%M:%SZ) gw iked[1]: spi=0x1:\
 ikev2_send_auth_failed: authentication failed for FQDN/x" >log
btnsctl observe -q log
stats "a refusal" 'unknown 1' 'another 0' 'unread 0'
btnsctl export -q
touch -d @1700000000 "$store.lock"
stats "an export" 'last_export_time_seconds 1700000000'
btnsctl export -q
sed -n 's/^btns_last_export_time_seconds //p' out >said
btnsctl stats | sed -n 's/^btns_last_export_time_seconds //p' >got
yes "another" test "$(cat got)" -gt "$(cat said)"

# --- the manual names them, in this order
grep '^# HELP ' out | cut -d ' ' -f 3 >got
awk '/^\.Ss /	{ on = $2 == "stats:" }
	on && /^\.It Li btns_/ { print $3 }' "$page" >want
same got "btnsctl.8 names every metric" <want
sed -n 's/.*="\(.*\)"}.*/\1/p' out | sort -u >got
awk '/^\.Ss /	{ on = $2 == "stats:" }
	on && $1 == ".Li" { print $2 }' "$page" | sort -u >named
comm -23 got named >odd
empty odd "and every label"

# --- bindings, by state
btnskey pin -q -y one.example.org a.pub
btnskey pin -q -y two.example.org b.pub
btnskey pin -q -y gone.example.org c.pub
btnsctl forget -q -y gone.example.org
btnsctl learn -q new.example.org d.pub
btnsctl learn -q not.example.org d.pub
btnsctl reject -q -F "$(fp d.pub)" not.example.org
btnsctl set -q accept-for 'fqdn/acc.*'
btnsctl set -q tofu accept-new
btnsctl learn -q acc.example.org e.pub
stats "of each state" 'pinned 2' 'accepted 1' 'learned 1' 'rejected 1' \
    'retired 1' 'conflicts 0' 'uncompared_keys 0' 'exported_files 3' \
    'add 0' 'remove 0'
for s in pinned accepted learned rejected retired; do
	btnsctl list -o tsv -s $s | wc -l | xargs echo $s
done >want
sed -n '/^[a-z]*ed [0-9]/p' all >got
same got "as many as list prints" <want
btnsctl log -o json | tail -n 1 | jq -r '"last_event_seq \(.seq)",
    "last_event_time_seconds \(.at | fromdateiso8601)"' >want
sed -n /^last_event/p all >got
same got "the last event is that of log" <want

# --- conflicts count identities, not keys
btnsctl learn -q one.example.org c.pub 2>err
btnsctl learn -q one.example.org d.pub 2>err
stats "two keys beside a pin" 'learned 3' 'conflicts 1'
btnsctl learn -q new.example.org c.pub 2>err
stats "two learned keys" 'learned 4' 'conflicts 2'
btnsctl list -o tsv -s conflict | cut -f 12 | sort -u | wc -l |
    tr -d ' ' >got
same got "as list has them" <<EOT
2
EOT

# --- nobody compared it
sql "UPDATE binding SET since = since - 700000 WHERE state = 'accepted'"
stats "accepted 8 days ago" 'accepted 1' 'uncompared_keys 1'
btnsctl set -q accept-confirm 2w
stats "with accept-confirm 2w" 'uncompared_keys 0'
btnsctl set -q accept-confirm default
btnsctl promote -q -F "$(fp e.pub)" acc.example.org
stats "compared" 'pinned 3' 'accepted 0' 'uncompared_keys 0'

# --- revoked, of keys seen and not seen
btnsctl revoke -q "$(fp e.pub)"
btnsctl revoke -q "$(echo x | openssl dgst -sha256 -r | cut -c -64)"
stats "revoked" 'pinned 2' 'retired 2' 'revoked_keys 2' 'exported_files 2'

# --- drift
new_store
btnskey pin -q -y a.example.org a.pub
btnskey pin -q -y b.example.org b.pub
btnskey pin -q -y c.example.org c.pub
btnskey pin -q -N -y d.example.org d.pub
btnsctl forget -q -N -y c.example.org
chmod 600 "$pubkeys/fqdn/b.example.org"
stats "a file each to add, to change and to remove" 'add 1' 'change 1' \
    'remove 1' 'aside 0' 'foreign 0' 'exported_files 3'
btnsctl export -q
stats "after an export" 'add 0' 'change 0' 'remove 0' 'exported_files 3'
cp e.pub "$pubkeys/fqdn/x.example.org"
echo text >"$pubkeys/fqdn/text"
cp e.pub "$iked/gw.pub.old"
stats "files of others" 'foreign 3' 'foreign:trusted 1' 'foreign:other 1' \
    'foreign:stray 1' 'add 0'
btnsctl revoke -q -N "$(fp e.pub)"
stats "with a revoked key" 'aside 2' 'foreign 1' 'foreign:trusted 0' \
    'foreign:other 1' 'foreign:stray 0'
check 1 "export -n" btnsctl export -n -o json
jq -r '[.op, .moved_to == null] | @tsv' out | wc -l | tr -d ' ' >got
same got "has as many lines" <<EOT
3
EOT
digest "$store" "$store.head" >before
find "$iked" -type f | sort >files
check 0 "stats" btnsctl stats
digest "$store" "$store.head" >got
same got "changes nothing in the store" <before
find "$iked" -type f | sort >got
same got "nor in iked's directory" <files

# --- the head file
rm "$pubkeys/fqdn/text"
btnsctl export -q >out
last=$(sql 'SELECT max(seq) FROM event')
cp "$store.head" head
sql "SELECT seq || ':' || lower(hex(hash)) FROM event WHERE seq = $last - 2" \
    >"$store.head"
stats "a head file that is behind" 'head_lag 2'
rm "$store.head"
stats "no head file" "head_lag $last"
sed "s/^$last:/$((last + 3)):/" head >"$store.head"
stats "events that it knows are missing" 'head_lag -3'
cp head "$store.head"

# --- rows
check 0 "in JSON" btnsctl stats -o json
jq -r '"\(.metric) \(.label // "-") \(.value)"' out >want
check 0 "in TSV" btnsctl stats -o tsv
tr '\t' ' ' <out >got
same got "the same" <want
btnsctl stats | sed '/^#/d; s/{[a-z]*="\(.*\)"}/ \1/' |
    awk '{ print $1, NF == 2 ? "-" : $2, $NF }' >want
same got "as in the text" <want

# --- the collector's file, by the manual's line
mkdir out.d
line=$(sed -n 's,^\*/5 .* root cd [^ ]* && \(btnsctl stats.*\)$,\1,p' \
    "$page" | sed "s,^,cd '$tmp/out.d' \&\& ,")
check 0 "the line for cron" sh -c "$line"
ls out.d >said
same said "leaves a file" <<EOT
btns.prom
EOT
sound out.d/btns.prom "that is whole"
cp out.d/btns.prom good.prom

# --- trouble: 3, and nothing printed
# broken NAME: such a store or tree
broken() {
	for o in table json tsv; do
		check 3 "$1: -o $o" btnsctl stats -o $o
		empty out "$1: nothing on stdout"
		like err "$1: but a reason" '^btnsctl: .'
	done
}
if root || [ -w /dev/full ]; then
	check 3 "into a full device" sh -c 'btnsctl stats >/dev/full'
	check 3 "in JSON, too" sh -c 'btnsctl stats -o json >/dev/full'
fi
check 2 "an operand" btnsctl stats x
check 2 "another directory than the store's" btnsctl stats -D "$tmp"
echo x >"$store.head"
broken "a damaged head file"
cp head "$store.head"
cp "$store" good.db
sql 'DROP TABLE exported'
broken "a table less"
cp good.db "$store"
dd if=/dev/zero of="$store" bs=1 seek=4096 count=40960 conv=notrunc 2>err
broken "zeros in the middle of the store"
check 3 "the line for cron" sh -c "$line"
same out.d/btns.prom "leaves the file as it was" <good.prom
echo text >"$store"
broken "no store"
rm "$store"
broken "none at all"
cp good.db "$store"
chmod 777 "$pubkeys"
broken "a tree that others write"
chmod 755 "$pubkeys"
check 0 "another store" btnsctl init -q -f -D "$iked" -d "$tmp/db/2.db"
broken "a tree of another store"
check 0 "its own" btnsctl stats -d "$tmp/db/2.db"
finish
