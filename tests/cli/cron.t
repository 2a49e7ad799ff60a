#!/bin/sh
# What cron mails: export -q every five minutes speaks when something begins
# and when it ends, reminds once a day, and is silent about what was decided
# by hand.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
x=$pubkeys/fqdn/gw-x.example.org

# cron STATUS NAME: a run of it; mail is what it says, on either
cron() {
	check "$1" "$2" env -i PATH="$PATH" "$bin/btnsctl" export -q -m 10 \
	    -d "$store" </dev/null
	cat out err >mail
}

# later DURATION: as if that time had gone by since it was told
later() {
	sql "UPDATE news SET told = told - $1"
}

new_store
btnskey pin -q -y gw.example.org a.pub
cron 0 "a pin added by hand"
empty mail "no mail"
btnskey pin -q -R "$(fp a.pub)" -F "$(fp b.pub)" gw.example.org b.pub
cron 0 "replaced"
empty mail "no mail"
btnsctl revoke -q "$(fp b.pub)"
cron 0 "revoked"
empty mail "no mail"
btnskey pin -q -N -y two.example.org c.pub
cron 0 "a file that is put in place"
empty mail "no mail"

# --- a file appears
cp a.pub "$x"
cron 1 "a file of somebody's"
sed "s/, [a-z]* 0644, .*/, root 0644, TIME/" mail >said
same said "one mail, with a command for each answer" <<EOT
! pubkeys/fqdn/gw-x.example.org: not written by btnsctl; iked TRUSTS it
    there    RSA 2048 $(short a.pub), root 0644, TIME
    keep:    btnsctl import -d $store $x
    drop:    rm $x
EOT
for i in 1 2 3; do
	cron 1 "the same, run $i"
	empty mail "no mail, run $i"
done
later 86300
cron 1 "almost a day later"
empty mail "no mail"
later 200
cron 1 "a day later"
like mail "a mail again" '^! pubkeys/fqdn/gw-x\.example\.org: '
cron 1 "then"
empty mail "no mail"
btnsctl set -q remind 1h
later 3700
cron 1 "an hour later, where remind is 1h"
like mail "a mail" '^! pubkeys/fqdn/gw-x\.example\.org: '
cp c.pub "$x"
cron 1 "another key in it"
like mail "a mail at once" "^    there    EC P-384 $(short c.pub), "
rm "$x"
cron 0 "removed"
same mail "one mail" <<EOT
= pubkeys/fqdn/gw-x.example.org: gone
EOT
cron 0 "then"
empty mail "no mail"

# --- too much at once
i=0
while [ $i -lt 23 ]; do
	btnskey pin -q -N -y h$i.example.org c.pub
	i=$((i + 1))
done
btnsctl export -q
i=0
while [ $i -lt 23 ]; do
	btnsctl forget -q -N -y h$i.example.org
	i=$((i + 1))
done
cron 1 "23 pins would go"
same mail "one mail" <<EOT
! export: 23 pins would go or change and -m allows 10; nothing was changed
    look:    btnsctl export -d $store -n
EOT
find "$pubkeys/fqdn" -name 'h*' | wc -l | tr -d ' ' >said
same said "and none is gone" <<EOT
23
EOT
cron 1 "then"
empty mail "no mail"
check 0 "by hand" btnsctl export -q -m 23
cron 0 "then"
empty mail "no mail"

# --- a key that was accepted, and that nobody compares
btnsctl set -q accept-for 'fqdn/new.*'
btnsctl set -q tofu accept-new
cp "$good/p521.spki.pem" d.pub
btnsctl learn -q new.example.org d.pub
old() {
	sql "UPDATE binding SET since = since - $1 WHERE state = 'accepted'"
}
old 604000
cron 0 "accepted 6 days and 23 hours ago"
empty mail "no mail"
old 87200
cron 0 "8 days ago"
same mail "one mail, and no drift" <<EOT
! fqdn/new.example.org: accepted 8d ago, and nobody has compared its key yet
    key      $(short d.pub)
    on the phone: btnsctl promote -d $store -F - fqdn/new.example.org
EOT
cron 0 "then"
empty mail "no mail"
later 3700
cron 0 "a day later"
like mail "a mail again" '^! fqdn/new\.example\.org: accepted 8d ago'
btnsctl set -q accept-confirm 2w
cron 0 "with accept-confirm 2w"
empty mail "no mail"
btnsctl set -q accept-confirm default
check 0 "by hand" btnsctl export -o json
jq -c '[.op, .identity, .fingerprint, .accepted_at != null, .fix]' out >said
same said "a row" <<EOT
["!","fqdn/new.example.org","$(fp d.pub)",true,\
"btnsctl promote -F - fqdn/new.example.org"]
EOT
btnsctl promote -q -F "$(fp d.pub)" new.example.org
cron 0 "compared"
empty mail "no mail"

# --- trouble: each time
chmod 777 "$pubkeys"
for i in 1 2; do
	cron 3 "a tree that others write, run $i"
	like mail "a mail, run $i" 'writable by others \(mode 0777\)$'
done
chmod 755 "$pubkeys"
cron 0 "mended"
empty mail "no mail"

# --- a revoked key in a file: always
cp b.pub "$x"
cron 1 "a revoked key in the tree"
like mail "a mail" '^! pubkeys/fqdn/gw-x\.example\.org: a REVOKED key was in'
cp b.pub "$x"
cron 1 "again"
like mail "a mail" '^! pubkeys/fqdn/gw-x\.example\.org: a REVOKED key was in'
cron 0 "then"
empty mail "no mail"
finish
