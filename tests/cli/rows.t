#!/bin/sh
# JSON and TSV: what the rows of each verb say, and that nothing else is on
# standard output.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp "$good/p521.spki.pem" d.pub
a=$(fp a.pub) b=$(fp b.pub) c=$(fp c.pub) d=$(fp d.pub)
me=$(id -un)

# says NAME FILTER: the rows of out, by jq, are standard input
says() {
	jq -c "$2" out >said
	same said "$1"
}

# --- no verb prints text beside its rows
new_store
btnskey pin -q -y gw.example.org a.pub
btnsctl learn -q two.example.org b.pub
echo "$(date +%Y-%m-%dT%H:%M:%SZ) gw iked[1]: spi=0x1:\
 ikev2_send_auth_failed: authentication failed for FQDN/x" >log
# shellcheck disable=SC2086 # words
while read -r want args; do
	for o in json tsv; do
		check "$want" "-o $o: $args" alone btnsctl -o $o $args
		case $o in
		json)	jq -e . out >said 2>odd ;;
		tsv)	grep -v '	' out >odd ;;
		esac
		empty odd "is rows and nothing else"
	done
done <<EOT
0 list
0 show gw.example.org
1 show none.example.org
0 check gw.example.org
1 check none.example.org
0 log
0 learn two.example.org b.pub
1 learn two.example.org c.pub
0 promote -F $b two.example.org
0 reject -F $c two.example.org
1 forget -y none.example.org
0 import -p -i three.example.org d.pub
0 observe log
1 explain x
0 explain
0 export
0 export -n
0 stats
0 set
0 set remind
0 set remind 12h
0 set accept-for fqdn/*.example.org
0 set tofu accept-new
0 set tofu default
0 revoke three.example.org
0 verify
0 backup -f old.db
0 restore -n old.db
EOT
check 0 "unrevoke" btnsctl unrevoke -o json -c mistake "$d"
empty out "has no rows"
check 0 "who gets in is said" btnsctl set -o json tofu accept-new
says "in the row of set" '[.name, .value, .until]' <<EOT
["tofu","accept-new",null]
EOT
like err "and beside it" '^WARNING: from now on whoever claims such a name'

# --- check
new_store
btnskey pin -q -y gw.example.org a.pub
btnsctl learn -q two.example.org b.pub
btnsctl learn -q three.example.org b.pub
btnsctl reject -q -F "$b" three.example.org
all='[.result, .identity, .fingerprint, .state, .digits]'
check 0 "check a key" btnsctl check -o json gw.example.org a.pub
says "match" "$all" <<EOT
["match","fqdn/gw.example.org","$a","pinned",null]
EOT
check 0 "what was heard" \
    btnsctl check -o json -F "$(printf %.40s "$a")" gw.example.org
says "match, and how much of it" "$all" <<EOT
["match","fqdn/gw.example.org","$a","pinned",40]
EOT
check 1 "a group misheard" btnsctl check -o json \
    -F "$(printf %.32s "$a" | sed 's/^..../0000/')" gw.example.org
says "ask again" "$all" <<EOT
["again","fqdn/gw.example.org","$a","pinned",null]
EOT
check 1 "another key" btnsctl check -o json gw.example.org c.pub
says "changed, and from what" "$all" <<EOT
["changed","fqdn/gw.example.org","$a","pinned",null]
EOT
check 1 "a learned key" btnsctl check -o json two.example.org b.pub
says "unknown, but learned" "$all" <<EOT
["unknown","fqdn/two.example.org","$b","learned",null]
EOT
check 1 "a name that nobody has" btnsctl check -o json x.example.org
says "unknown" "$all" <<EOT
["unknown","fqdn/x.example.org",null,null,null]
EOT
check 1 "a rejected key" btnsctl check -o json three.example.org b.pub
says "rejected" "$all" <<EOT
["rejected","fqdn/three.example.org","$b","rejected",null]
EOT
btnsctl revoke -q "$c"
check 1 "a revoked key" btnsctl check -o json gw.example.org c.pub
says "revoked" "$all" <<EOT
["revoked","fqdn/gw.example.org","$c","revoked",null]
EOT
check 1 "-q" btnsctl check -q -o json gw.example.org c.pub
silent "has no row"
btnsctl set -q fp-tree on
btnskey pin -q -y fp/ d.pub
check 0 "an identity that is its key" btnsctl check -o json x.example.org d.pub
says "is the one that matched" "$all" <<EOT
["match","fp/$d","$d","pinned",null]
EOT

# --- learn
check 0 "learn" btnsctl learn -o json -A 192.0.2.1 new.example.org b.pub
says "its row is that of show" '[.state, .exported, .fingerprint, .address,
    .identity, .actor]' <<EOT
["learned",false,"$b","192.0.2.1","fqdn/new.example.org","$me"]
EOT
check 1 "learn what is revoked" btnsctl learn -o json new.example.org c.pub
empty out "has no row"

# --- import
new_store
mkdir keys
cp a.pub keys/one.example.org
cp b.pub keys/two.example.org
cp "$good/rsa2048.spki.pem" 'keys/-odd'
btnsctl learn -q two.example.org c.pub
all='[.op, .identity, .fingerprint, .reason]'
check 1 "import -n" btnsctl import -n -o json keys
cp out plan
check 1 "import" btnsctl import -o json keys
jq -c "$all" out | sort >said
same said "a row for each, and why" <<EOT
["learn","fqdn/one.example.org","$a",null]
["learn","fqdn/two.example.org","$b","CONFLICT: another key is learned too"]
$(jq -c "select(.op == \"leave\") | $all" out)
EOT
yes "a row of what is left alone" jq -se \
    'map(select(.op == "leave"))[0] | .identity == null and
    .fingerprint == null and (.path | test("-odd")) and .reason != null' \
    was.out
same plan "as was planned" <out
check 0 "import of what is known" btnsctl import -o json -i one.example.org a.pub
empty out "has no rows"
echo "$a" >list
check 0 "import of a revocation" btnsctl import -o json list
says "is a row" '[.op, .identity, .fingerprint, .path]' <<EOT
["revoke",null,"$a","list:1"]
EOT
check 1 "import -q" btnsctl import -q -o json keys
says "prints what is left alone" '.op' <<EOT
"leave"
"leave"
EOT

# --- verify
check 0 "verify" btnsctl verify -o json
says "the last row says whole, and the head" \
    '[.result, .from, (.head | split(":")[0] | tonumber) == .to,
    (.head | split(":")[1] | length), .finding]' <<EOT
["whole",1,true,64,null]
EOT
head=$(jq -r .head out)
check 0 "which verify takes" btnsctl verify -q "$head"
sql "UPDATE binding SET login = 'x' WHERE value = 'two.example.org'"
check 1 "of a changed table" btnsctl verify -o json
says "a row for each thing" '[.result, .from, .finding != null]' <<EOT
["wrong",null,true]
["wrong",null,true]
["not-whole",1,false]
EOT

# --- backup and restore
new_store
btnskey pin -q -y gw.example.org a.pub
btnsctl revoke -q "$c"
all='[.file, .pins, .accepted, .revoked, .seq, .former, .kept, .lost]'
check 0 "backup" btnsctl backup -f -o json old.db
says "counts" "$all" <<EOT
["old.db",1,0,1,3,null,null,null]
EOT
btnsctl revoke -q "$d"
btnskey pin -q -y lost.example.org b.pub
check 0 "restore -n" btnsctl restore -n -o json old.db
says "and what would stay, and go" "$all" <<EOT
["old.db",1,0,1,3,null,1,1]
EOT
check 0 "restore" btnsctl restore -o json old.db
says "and where the former store is" '[.kept, .lost, (.former |
    startswith("'"$store"'."))]' <<EOT
[1,1,true]
EOT

# --- export: rows say what the table says
new_store
btnskey pin -q -y gw.example.org a.pub
cp b.pub "$pubkeys/fqdn/gw.example.org"
cp c.pub "$pubkeys/fqdn/x.example.org"
echo text >"$pubkeys/fqdn/text"
check 1 "foreign files" btnsctl export -o json
says "what lies there, and what mends it" \
    '[.op, .path, .fingerprint, .trusted, .fix, .keep]' <<EOT
["!","fqdn/gw.example.org","$b",true,"btnsctl export -f",null]
["!","fqdn/text",null,false,"rm $pubkeys/fqdn/text",null]
["!","fqdn/x.example.org","$c",true,"rm $pubkeys/fqdn/x.example.org",\
"btnsctl import $pubkeys/fqdn/x.example.org"]
EOT
jq -r '.there | split(",")[0]' out >said
same said "in words, too" <<EOT
EC P-256 $(short b.pub)
no key that can be read
EC P-384 $(short c.pub)
EOT
check 1 "in a table" btnsctl export
sed -n 's/^    [a-z]*:  *//p' out >offered
btnsctl export -n -o json | jq -r '.fix, .keep | select(. != null)' |
    grep -vxF -f offered >odd
empty odd "the same commands are offered"
check 1 "-d is repeated" env -u BTNS_DB btnsctl export -n -d "$store" -o json
like out "in them" "btnsctl export -d $store -f"
rm "$pubkeys/fqdn/x.example.org" "$pubkeys/fqdn/text"
check 0 "they go" btnsctl export -f
bad=$(fp "$good/p256b.spki.pem")
btnsctl revoke -q -N "$bad"
cat c.pub "$good/p256b.spki.pem" >"$pubkeys/fqdn/mixed"
all='[.op, .path, .fingerprint, .trusted, .reason, .moved_to]'
check 1 "a plan with a revoked key" btnsctl export -n -o json
says "says what would be done" "$all" <<EOT
["!","fqdn/mixed","$bad",true,"a REVOKED key is in it; would be moved aside",null]
EOT
check 1 "a run" btnsctl export -o json
says "says what was, and where it is now" "$all" <<EOT
["!","fqdn/mixed","$bad",true,"a REVOKED key was in it; moved aside",\
"$tmp/db/aside/$(printf %.16s "$bad")"]
EOT
yes "it is named after the revoked key" \
    test -s "$tmp/db/aside/$(printf %.16s "$bad")"
for i in 1 2 3 4; do
	btnskey pin -q -y h$i.example.org d.pub
	btnsctl forget -q -N -y h$i.example.org
done
check 1 "more than -m allows" btnsctl export -m 2 -o json
says "is a row without a path" '[.op, .path, .reason, .fix]' <<EOT
["!",null,"4 pins would go or change and -m allows 2; nothing was changed",\
"btnsctl export -n"]
EOT
check 1 "in TSV" btnsctl export -m 2 -o tsv
awk -F '\t' '{ print NF }' out >said
same said "alike" <<EOT
14
EOT
if root && have chattr && chattr +i "$pubkeys/fqdn/h1.example.org" \
    2>/dev/null; then
	check 3 "a step that fails" btnsctl export -o json
	chattr -i "$pubkeys/fqdn/h1.example.org"
	jq -c 'select(.failed_op != null) | [.op, .failed_op, .path]' \
	    out >said
	same said "has its sign beside the !" <<-EOT
	["!","-","fqdn/h1.example.org"]
	EOT
else
	skip "a step that fails" "no chattr +i here"
fi
finish
