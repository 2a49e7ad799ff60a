# What iked logs becomes knowledge: a stranger is named, and let in after a
# pin without a reload; another key than the pin's is an alarm, and so is a
# file that iked can't read; a peer that comes in is a sighting of its pin.
# explain says why each time.

# look WANT: observe on b, exit status WANT
look() {
	cp "$w/b.log" /mnt/b/store/iked.log
	ctl b observe /store/iked.log
	[ $? -eq "$1" ]
}
# why WORD: what explain on b says of a
why() {
	ctl b explain -o tsv a.example.org >"$w/why"
	cat "$w/why"
	[ "$(cut -f 3 "$w/why")" = "$1" ]
}

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
carry b
up b
up a
ok 'a stranger: refused' await b 'authentication failed for FQDN/a.example'
ok 'observe names it' look 0
said '^[?] fqdn/a.example.org: REFUSED, and unknown here'
said '^    from     10.0.0.1, 1 time, '
ok 'a second time it says nothing' look 0
said '^observe: 0 unknown, '
ok 'list -s knocking' ctl b list -s knocking a.example.org
ok 'explain: a stranger' why stranger

another a -t ec
cp /mnt/a/store/new/local.pub /mnt/b/store/new.pub
ok 'b: the wrong key is pinned' on b btnskey pin -d "$db" -y \
    a.example.org /store/new.pub
again
ok 'the wrong key: refused' await b 'authentication failed for FQDN/a.example'
ok 'observe: an alarm' look 1
said '^! fqdn/a.example.org: ANOTHER KEY than the pin was offered'
ok 'explain: another key' why other-key

chmod 600 /mnt/b/etc/iked/pubkeys/fqdn/a.example.org
again
ok 'unreadable: refused' await b 'authentication failed for FQDN/a.example'
ok 'observe: an alarm' look 1
said '^! fqdn/a.example.org: iked could NOT READ the file of its key'
ok 'explain: unreadable' why blind

old=$(on b rsafp -q /store/new.pub)
new=$(on b rsafp -q /store/a.pub)
ok 'b: the right key' on b btnskey pin -d "$db" -F "$new" -R "$old" \
    a.example.org /store/a.pub
again
tunnel FQDN/a.example.org FQDN/b.example.org
ok 'observe: a sighting' look 0
said ' 1 sighting of pins and accepted keys$'
ok 'explain: well' why well
