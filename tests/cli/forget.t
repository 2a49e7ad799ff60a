#!/bin/sh
# btnsctl forget: a pin is taken back, and with it the file.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

id=gw.example.org
cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(fp a.pub) b=$(fp b.pub)
f=$pubkeys/fqdn/$id

check 2 "no operand" btnsctl forget -y
check 2 "three operands" btnsctl forget -y $id "$a" x
check 2 "-F is no option of it" btnsctl forget -F "$a" $id
check 2 "-y twice" btnsctl forget -y -y $id
check 3 "no store" btnsctl forget -y $id
new_store
for i in '' ../../local.pub 'a b' fqdn/ "$(printf 'a\033[2J')"; do
	check 2 "no identity: $(printf %s "$i" | tr -cd '[:print:]')" \
	    btnsctl forget -y "$i"
done
for d in '' 862be06 862be0x9 "${a}0" -862be069; do
	check 2 "'$d' is no fingerprint" btnsctl forget -y $id "$d"
done
check 2 "a comment of two lines" btnsctl forget -y -c "$(printf 'a\nb')" $id
check 2 "201 octets of comment" \
    btnsctl forget -y -c "$(printf '%0201d' 0)" $id
check 1 "nothing pinned" btnsctl forget -y $id
same err "is a no" <<EOT
btnsctl: fqdn/$id: nothing to forget
EOT
check 1 "and takes no terminal" alone btnsctl forget $id

check 0 "a pin" btnskey pin -q -F "$a" $id a.pub
check 0 "one more" btnskey pin -q -y two.example.org a.pub
sql 'SELECT * FROM binding; SELECT * FROM event' >before
# unchanged NAME: nothing was done
unchanged() {
	sql 'SELECT * FROM binding; SELECT * FROM event' >now
	same now "$1: nothing was changed" <before
	yes "$1: the file is there" cmp a.pub "$f"
}
check 2 "no terminal and no -y" alone btnsctl forget $id
same err "is said" <<EOT
btnsctl: no terminal to ask at: give -y
usage: btnsctl forget [-Nqy] [-c comment] [-d store] [-o format] identity
                      [fingerprint]
EOT
check 1 "another key's fingerprint" btnsctl forget -y $id "$b"
same err "names nothing" <<EOT
btnsctl: fqdn/$id: nothing to forget of $b
EOT
check 1 "a look-alike" btnsctl forget -y GW.example.org
tty 1 "no" 'shows "Forget it (yes/no)? "
    types no' btnsctl forget $id
sed '2s/ [0-9]*s ago/ 9s ago/' screen >said
same said "what it would mean is said first" <<EOT
fqdn/$id: pinned to $(short a.pub)
    9s ago (fingerprint)
After forgetting, another key may be pinned for it.  Lost or stolen means:
    btnsctl revoke $id
Forget it (yes/no)? no
btnsctl: nothing was changed
EOT
tty 1 "the end of input" 'shows "? "
    send "\004"' btnsctl forget $id
tty 130 "Ctrl-C" 'shows "? "
    send "\003"' btnsctl forget $id
tty 1 "y, YES and nothing" '
    shows "? "
    types y
    shows "? "
    types YES
    shows "? "
    types ""
    shows "? "
    types no' btnsctl forget $id
unchanged "no is no"
tty 0 "yes" 'shows "? "
    types yes' btnsctl forget $id
no "takes the file away" test -e "$f"
yes "that of the other identity stays" cmp a.pub \
    "$pubkeys/fqdn/two.example.org"
check 1 "again" btnsctl forget -y $id
check 0 "it is past" btnsctl show $id
like out "with its evidence" "^retired fqdn/$id\$"
sql 'SELECT verb, identity, detail FROM event ORDER BY seq DESC LIMIT 1' >said
same said "and an event" <<EOT
forget|fqdn/$id|
EOT

check 0 "pinned again" btnskey pin -q -F "$a" -c 'the gate' $id a.pub
check 0 "-y, by the first digits" \
    btnsctl forget -y -c 'moved away' fqdn/$id 862BE069
same out "says what went" <<EOT
forgot fqdn/$id $(short a.pub)
- fqdn/$id  $(short a.pub)
EOT
empty err "and nothing else"
no "nor is the file there" test -e "$f"
sql 'SELECT detail FROM event ORDER BY seq DESC LIMIT 1' >said
same said "the comment is the event's" <<EOT
comment=moved away
EOT
btnsctl list -o tsv -s retired $id | cut -f 13 >said
same said "the binding keeps its own" <<EOT
the gate
EOT

# --- -N, -q
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
check 0 "-N" btnsctl forget -N -y $id
same out "says what went" <<EOT
forgot fqdn/$id $(short a.pub)
EOT
yes "and leaves the file" cmp a.pub "$f"
check 1 "which export -n would remove" btnsctl export -n
same out "as ours" <<EOT
- fqdn/$id  $(short a.pub)
EOT
check 0 "and export removes" btnsctl export -q
no "then" test -e "$f"
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
check 0 "-q" btnsctl forget -q -y $id
silent "forget -q"

# --- a file that is no longer ours
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
cp c.pub "$f"
check 3 "a file that somebody put in its place" btnsctl forget -y $id
like out "is told" \
    "^! pubkeys/fqdn/gw\.example\.org: not written by btnsctl; iked TRUSTS it"
yes "and left" cmp c.pub "$f"
rm "$f"
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
rm "$f"
check 0 "a file that is gone already" btnsctl forget -y $id
same out "is no trouble" <<EOT
forgot fqdn/$id $(short a.pub)
EOT
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
chmod 777 "$pubkeys"
check 3 "a tree that can't be believed" btnsctl forget -y $id
like err "is trouble, and the store's side is done" \
    '^btnsctl: forgotten in the store, but its file may still be in iked'
chmod 755 "$pubkeys"
yes "the file is still there" cmp a.pub "$f"
check 0 "until export" btnsctl export -q
no "takes it away" test -e "$f"

# --- changed while you looked
check 0 "pinned again" btnskey pin -q -F "$a" $id a.pub
tty 1 "rule 7: replaced meanwhile" "shows {? }
    exec btnskey pin -q -R $a -F $b $id b.pub
    types yes" btnsctl forget $id
like screen "the answer doesn't count" ': changed while you looked; nothing'
yes "and the new pin stands" cmp b.pub "$f"
tty 1 "forgotten meanwhile" "shows {? }
    exec btnsctl forget -q -y $id
    types yes" btnsctl forget $id
tty 1 "forgotten and pinned again meanwhile" "shows {? }
    exec sleep 1
    exec btnsctl forget -q -y two.example.org
    exec btnskey pin -q -F $a two.example.org a.pub
    types yes" btnsctl forget two.example.org
yes "and that pin stands" cmp a.pub "$pubkeys/fqdn/two.example.org"
check 3 "a full disk behind stdout" \
    sh -c 'btnsctl forget -y two.example.org >/dev/full'
no "the file is gone all the same" test -e "$pubkeys/fqdn/two.example.org"
finish
