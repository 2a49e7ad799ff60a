#!/bin/sh
# btns-pins(5) names the keys of every row, the columns of every table and
# the settings, in order; so do the short lists of the other manuals.  Here
# the programs are asked, so that neither can change alone.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"
man=$(cd "$here/../../man" && pwd) || exit 99
page=$man/btns-pins.5

# named SECTION MACRO: the .It Va or .It Cm of a subsection of the page
named() {
	awk -v want="$1" -v macro="$2" '
		/^\.S[sh] /	{ on = substr($0, 5) == want }
		on && $1 == ".It" && $2 == macro {
			for (i = 3; i <= NF; i++)
				if ($i != ",")
					print $i
		}' "$page"
}

# keys FILE: those of its first row
keys() {
	sed 1q "$1" | jq -r 'keys_unsorted[]'
}

# short PAGE KEYS: the list in another manual that begins with these keys,
# and ends where the lines of .Va do
short() {
	awk -v key="$2" '
		/^\.D1 Va / || /^\.Va / {
			sub(/^\.(D1 )?Va /, "")
			on = on || index($0 " ", key " ") == 1
			if (on)
				print
			next
		}
		{ on = 0 }' "$man/$1"
}

# rows SECTION PAGE KEYS PROGRAM VERB...: with -o json there are the keys that
# the page names and nothing else, and as many columns with -o tsv; status is
# what it exits with
status=0
rows() {
	name=$1 other=$2 first=$3 program=$4
	shift 4
	check $status "$name: in JSON" "$program" -o json "$@"
	yes "$name: and nothing else" jq -e . was.out
	keys out >got
	named "Rows of $name" Va >want
	same got "$name: the keys that btns-pins.5 names" <want
	xargs <got >line
	short "$other" "$first" | xargs >want
	same line "$name: the keys that $other names" <want
	check $status "$name: in TSV" "$program" -o tsv "$@"
	awk -F '\t' 'NR == 1 { print NF }' out >columns
	awk 'END { print NR }' got >want
	same columns "$name: as many columns" <want
}

# also KEYS NAME COMMAND...: its rows have the keys in this file
also() {
	like=$1 name=$2
	shift 2
	check 0 "$name: in JSON" "$@"
	grep '^{' out >row
	keys row >got
	same got "$name: the same keys" <"$like"
}

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
cp "$good/p256b.spki.pem" d.pub
new_store
check 0 "a pin" btnskey pin -q -y gw.example.org a.pub

# --- rows
rows 'list and show' btnsctl.8 state btnsctl list
mv got pin.keys
also pin.keys show btnsctl show -o json gw.example.org
also pin.keys 'list -a' btnsctl list -a 2037-01-01 -o json
rows log btnsctl.8 seq btnsctl log
rows set btnsctl.8 name btnsctl set

cp b.pub "$pubkeys/fqdn/other.example.org"
status=1
rows export btnsctl.8 'op identity path' btnsctl export
rows doctor btnsctl.8 severity btnsctl doctor
status=0
btnsctl export -o json >out
keys out >change.keys
rm "$pubkeys/fqdn/other.example.org"
check 0 "b is learned" btnsctl learn -q b.example.org b.pub
also change.keys promote \
    btnsctl promote -o json -F "$(fp b.pub)" b.example.org
also change.keys forget btnsctl forget -o json -y b.example.org
also change.keys revoke btnsctl revoke -o json gw.example.org
check 0 "a first key is accepted" btnsctl set -q tofu accept-new
check 0 "of some" btnsctl set -q accept-for 'fqdn/c*'
rows 'list and show' btnsctl.8 state btnsctl learn c.example.org c.pub
btnsctl learn -o json c.example.org c.pub | jq -c \
    '[.state, .exported, .identity]' >got
same got "learn: what became of it" <<EOT
["accepted",true,"fqdn/c.example.org"]
EOT
also change.keys reject \
    btnsctl reject -o json -F "$(fp c.pub)" c.example.org
also change.keys 'btnskey pin' btnskey pin -o json -y e.example.org d.pub
rows check btnsctl.8 'result identity fingerprint' btnsctl check e.example.org
echo "$(date +%Y-%m-%dT%H:%M:%SZ) gw iked[1]: spi=0x1:\
 ikev2_send_auth_failed: authentication failed for FQDN/x" >log
cat >"$tmp/bin/observe" <<EOT
#!/bin/sh
sqlite3 "$store" 'DELETE FROM logmark'
exec btnsctl observe "\$@" log
EOT
chmod 755 "$tmp/bin/observe"
rows observe btnsctl.8 'op identity cause' "$tmp/bin/observe"
status=1
rows explain btnsctl.8 'result identity cause' btnsctl explain nobody
status=0
rows 'explain without an identity' btnsctl.8 'identity origin' \
    btnsctl explain
rows stats btnsctl.8 'metric label' btnsctl stats
rows import btnsctl.8 'op identity fingerprint' \
    btnsctl import -n -p -i d.example.org d.pub
rows verify btnsctl.8 'result from' btnsctl verify
rows 'backup and restore' btnsctl.8 file btnsctl backup -f old.db
rows 'backup and restore' btnsctl.8 file btnsctl restore -n old.db
rows set btnsctl.8 name btnsctl set remind 12h
check 0 "a key comes back" btnsctl unrevoke -o json -c mistake "$(fp a.pub)"
empty out "unrevoke: no row"
check 0 "a store more" btnsctl init -f -o json -D "$iked" -d "$tmp/db/2.db"
empty out "init: no row"
check 0 "and the first again" btnsctl export -q -f

check 0 "a pair" btnskey gen -q -t ec -D "$iked"
rows 'btnskey show' btnskey.1 file btnskey show -D "$iked"
check 0 "rsafp in JSON" rsafp -o json a.pub
keys out | xargs >line
short rsafp.1 bits | xargs >want
same line "the keys that rsafp.1 names" <want

# --- settings: names and defaults
named 'Table setting' Cm >want
btnsctl set -o json >out
jq -r .name out >got
same got "the settings that btns-pins.5 names" <want
awk '/^\.Ss /	{ on = $0 == ".Ss Table setting" }
	on && name != "" {
		print name, $1 == ".Li" ? $2 : $1
		name = ""
	}
	on && /^\.It Cm / { name = $3 }' "$page" >want
jq -r '"\(.name) \(.default // "empty")"' out >got
same got "and their defaults" <want

# --- tables
sed -n 's/^\.Ss Table //p' "$page" | sort >want
sql "SELECT name FROM sqlite_schema WHERE type = 'table'
    ORDER BY name" >tables
same tables "the tables that btns-pins.5 names" <want
while read -r t; do
	sql "SELECT name FROM pragma_table_info('$t')" >got
	named "Table $t" Va >want
	same got "$t: the columns that btns-pins.5 names" <want
done <tables
sql 'PRAGMA user_version' >got
sed -n 's/^is the number of the last migration, \([0-9]*\)\.$/\1/p' \
    "$page" >want
same got "and their version" <want

finish
