#!/bin/sh
# Ten days of an administrator, but for those that other tests have: what the
# programs say, word for word, from the first hour to new hardware.
# shellcheck disable=SC1091,SC2154,SC2317 # lib.sh and setup.sh, which set;
# check calls
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

BTNS_DATA=$data
export BTNS_DATA
ns='' listener='' socket_pid=''
trap 'kill $ns $listener $socket_pid 2>/dev/null; rm -rf "$tmp"' EXIT
me=$(id -un)

# on HOST: what follows is typed there; a host is a directory
on() {
	host=$tmp/$1
	iked=$host/etc/iked pubkeys=$host/etc/iked/pubkeys
	store=$host/db/pins.db
	BTNS_DB=$store
	mkdir -p "$iked"
	export BTNS_DB
}
# plain FILE: it as on a host of its own, without times and ages, to said
plain() {
	sed -e "s,$host,,g" -e "s,$tmp/,,g" \
	    -e 's/[0-9-]\{10\}T[0-9:]\{8\}Z/TIME/g' \
	    -e 's/TIME to [0-9:]*Z/TIME to TIME/' \
	    -e 's/^[0-9][0-9]:[0-9][0-9]Z/TIME/' \
	    -e 's/since [0-9-]\{10\}/since DATE/' \
	    -e 's/ [0-9]*[smh] ago/ AGE ago/g' -e 's/AGE ago  */AGE ago /' \
	    -e 's/for [0-9]*[smh]$/for AGE/' \
	    -e 's/^generating .*generating/generating/' \
	    -e 's/\(pins\.db\.\)[0-9]\{8\}\(\.2\)*$/\1DATE/' "$1" >said
}
# says FILE NAME: it is standard input
says() {
	plain "$1"
	same said "$2"
}
conf() {
	printf '%s\n' "$@" >"$host/etc/iked.conf"
	chmod 600 "$host/etc/iked.conf"
}
# policy NAME PEER [DSTID]
policy() {
	echo "ikev2 \"$1\" esp from 10.0.0.0/24 to 10.1.0.0/24 peer $2" \
	    "srcid gw-a.example.org${3+ dstid $3}"
}
# stamp [SECONDS]: as iked's log has it, so many from now
stamp() {
	date -u -d "@$(($(date +%s) + ${1-0}))" +%Y-%m-%dT%H:%M:%SZ
}
# refused TIMES ID ADDRESS: lines of iked's log
refused() {
	i=0
	at=$(stamp)
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		echo "$at gw iked[1]: spi=0x$i: recv IKE_AUTH req 1 peer" \
		    "$3:500 local 10.0.0.1:500, 7 bytes, policy 'p'"
		echo "$at gw iked[1]: spi=0x$i: ikev2_send_auth_failed:" \
		    "authentication failed for $2"
		[ $i -gt 1 ] || at=$(stamp 1)
	done
}
groups() {
	rsafp -s groups "$1" |
	    sed -n 's/^    [12]  \([ 0-9a-f]*[0-9a-f]\).*/\1/p'
}

# --- 1. first hour
# OpenBSD makes a key at its first boot; openssl does here.
on gw-a
mkdir -m 700 "$iked/private"
openssl ecparam -genkey -name prime256v1 -noout \
    -out "$iked/private/local.key" 2>err
chmod 600 "$iked/private/local.key"
openssl pkey -in "$iked/private/local.key" -pubout -out "$iked/local.pub"
cp "$iked/local.pub" gw-a.pub
check 0 "1: init" btnsctl init -D "$iked"
says out "1: a store, and what is next" <<EOT
/db/pins.db: created; 0 pins, 0 files in /etc/iked/pubkeys
next: btnskey show -D /etc/iked
EOT
check 1 "1: gen" btnskey gen -D "$iked"
says err "1: keeps a key" <<EOT
btnskey: /etc/iked/private/local.key: exists (EC P-256), kept
iked can use it: btnskey show -D /etc/iked
To make another: btnskey gen -D /etc/iked -f
EOT
check 0 "1: show" btnskey show -D "$iked"
says out "1: the key" <<EOT
file         /etc/iked/local.pub (EC P-256)
private key  /etc/iked/private/local.key: the same key, mode 0600
fingerprint  $(fp gw-a.pub)
read out     $(groups gw-a.pub | sed 1q)
EOT

on gw-b
btnsctl init -q -D "$iked"
btnskey gen -q -t ec -D "$iked"
old=$(fp "$iked/local.pub" | cut -c -8)
tty 0 "1: gen -f" '' btnskey gen -f -D "$iked"
cp "$iked/local.pub" gw-b.pub
says screen "1: another pair, and whom it keeps out" <<EOT
generating RSA 3072: done
/etc/iked/private/local.key: replaced, the old pair is /db/old/$old
/etc/iked/local.pub: replaced
fingerprint  $(fp gw-b.pub)
WARNING: a peer that pinned the old key refuses this host once iked loads the
new one, at the latest at the next boot.
next: give /etc/iked/local.pub to every peer, then: ikectl reload
EOT
check 0 "1: explain" btnsctl explain
name=$(uname -n)
case $name in
*.*)	dot='' ;;
*)	dot=', without a dot' ;;
esac
sed -n 1,2p out >said
same said "1: the name that peers pin it under" <<EOT
This host tells its peers that it is  fqdn/$name
    the host name$dot; iked.conf sets no srcid
EOT

on gw-a
check 2 "1: pin, the first wrong try" btnskey pin gw-b.pub
sed 1q err >said
same said "1: is understood" <<EOT
btnskey: fqdn/gw-b.pub: nothing learned; gw-b.pub is a file here, so:\
 btnskey pin IDENTITY gw-b.pub
EOT
b=$(fp gw-b.pub) b16=$(fp gw-b.pub | cut -c -16)
b32=$(fp gw-b.pub | cut -c -32)
tty 0 "1: pin, what came by mail" "shows {])? }
    types $b16
    shows {prove}
    shows {])? }
    types $b32" btnskey pin gw-b.example.org gw-b.pub
says screen "1: and what they read" <<EOT
fqdn/gw-b.example.org: no pin yet
RSA 3072 from gw-b.pub
$(groups gw-b.pub | sed 's/^/    /')
Do they read the same (yes/no/[fingerprint])? $b16
btnskey: 16 digits agree; 32 are the least that proves anything
Do they read the same (yes/no/[fingerprint])? $b32
pinned fqdn/gw-b.example.org $(short gw-b.pub) (fingerprint)
+ fqdn/gw-b.example.org  $(short gw-b.pub)
EOT
# The key comes by ssh there; here it is a file of the other host.
on gw-b
check 0 "1: pin -y" sh -c 'cat gw-a.pub |
    btnskey pin -y gw-a.example.org -'
says out "1: nobody compared it" <<EOT
pinned fqdn/gw-a.example.org $(short gw-a.pub) (operator)
+ fqdn/gw-a.example.org  $(short gw-a.pub)
not compared yet; on the phone: btnsctl promote -F - fqdn/gw-a.example.org
EOT
on gw-a
conf '# gw-a' '' "$(policy gw-b any)"
check 0 "1: doctor" btnsctl doctor
grep -v '^note ' out >doctored
says doctored "1: an open door" <<EOT
warning  iked.conf:3  policy "gw-b" has no dstid: any pinned peer may use it
         fix: dstid gw-b.example.org
doctor: 0 errors, 1 warning
EOT

# --- 2. phone
check 0 "2: groups" rsafp -s groups gw-b.pub
one=$(groups gw-b.pub | sed 1q)
same out "2: to be read" <<EOT
3072 sha256 gw-b.pub (RSA)
    1  $one    (this line is enough)
    2  $(groups gw-b.pub | sed 1d)
EOT
six=$(echo "$b" | cut -c 21-24)
wrong=$(echo "$six" | tr 0-9a-f 1-9a-f0)
misheard=$(echo "$one" | tr -s ' ' | sed "s/$six/$wrong/")
tty 1 "2: check, a group misheard" "shows {heard: }
    types {$misheard}" btnsctl check -F - gw-b.example.org
same screen "2: is named" <<EOT
what they read, 8 groups or 12 words of it
heard: $misheard
no match: group 6 is not $wrong, the other 7 agree; ask for group 6 again
EOT
tty 0 "2: check, all of them" "shows {heard: }
    types {$one}" btnsctl check -F - gw-b.example.org
same screen "2: match" <<EOT
what they read, 8 groups or 12 words of it
heard: $one
match: fqdn/gw-b.example.org $(short gw-b.pub) (pinned, 32 digits of spki\
 sha256)
EOT
cp "$good/example2048.spki.pem" gw.pub
check 0 "2: rsafp -F, as ssh has it" rsafp -F \
    SHA256:Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk gw.pub
same out "2: matches" <<EOT
match: gw.pub (ssh sha256)
EOT
check 2 "2: rsafp -F, an rsaid" rsafp -F AwEAAbenE gw.pub
same err "2: proves nothing" <<EOT
rsafp: AwEAAbenE: an rsaid is 22 bits of the key and proves nothing
EOT

# --- 3. reinstalled
# cron runs observe there, and mails what it says: here it reads a file.
cp "$good/rsa3072.spki.pem" oslo.pub
cp "$good/rsa4096.spki.pem" oslo-new.pub
o=$(fp oslo.pub) o8=$(fp oslo.pub | cut -c -8) n=$(fp oslo-new.pub)
btnskey pin -q -F "$o" gw-oslo.example.org oslo.pub
refused 14 FQDN/gw-oslo.example.org 203.0.113.9 >log
check 1 "3: observe -q" btnsctl observe -q log
says out "3: the mail" <<EOT
! fqdn/gw-oslo.example.org: ANOTHER KEY than the pin was offered, and refused
    pinned   $(short oslo.pub) since DATE, by $me (fingerprint)
    offered  unknown, iked logs no keys
    from     203.0.113.9, 14 times, TIME to TIME
    log      unverified: any local user can write such lines
    look:    btnsctl explain fqdn/gw-oslo.example.org
EOT
check 1 "3: pin of the new key" btnskey pin gw-oslo.example.org oslo-new.pub
says err "3: is an alarm" <<EOT
btnskey: fqdn/gw-oslo.example.org: already pinned, to ANOTHER KEY
    pinned   $(short oslo.pub) since DATE, by $me (fingerprint)
    offered  $(short oslo-new.pub) RSA 4096, oslo-new.pub
Nothing was changed.  Someone may stand in its place.  Ask its administrator
over another channel.  If the new key is real, name the one it replaces:
    btnskey pin -R $o8 gw-oslo.example.org oslo-new.pub
If it is not:
btnsctl revoke $n
EOT
n32=$(echo "$n" | cut -c -32)
tty 0 "3: pin -R" "shows {])? }
    types yes
    shows {enough}
    shows {])? }
    types $n32" btnskey pin -R "$o8" -c 'new disk' gw-oslo.example.org \
    oslo-new.pub
says screen "3: takes what they read" <<EOT
fqdn/gw-oslo.example.org: REPLACES the pin $(short oslo.pub) since DATE
RSA 4096 from oslo-new.pub
What do they read (no/[fingerprint])? yes
btnskey: yes is not enough to replace a pin
What do they read (no/[fingerprint])? $n32
replaced fqdn/gw-oslo.example.org $(short oslo.pub) -> $(short oslo-new.pub)
~ fqdn/gw-oslo.example.org  $(short oslo-new.pub)
If the old key may have leaked: btnsctl revoke $(echo "$o" | cut -c -16)
EOT

# --- 4. stolen
# iked's directory, ikectl and socket are ours, in a mount namespace; the
# other gateways are one more, whose ikectl fails.
in_ns() {
	nsenter -t "$ns" -m -w "$@"
}
# ikectl LINE...: a stand-in
ikectl() {
	{ echo '#!/bin/sh'; echo "PATH=/usr/bin:/bin; cd '$tmp'"
	    printf '%s\n' "$@"; } >sbin/ikectl.new
	chmod 755 sbin/ikectl.new
	mv sbin/ikectl.new sbin/ikectl
}
mkdir sbin run over over/iked
on gw-d
# shellcheck disable=SC2016 # sh expands it
unshare -m sh -c '[ "$(readlink -f /usr/sbin)" = /usr/sbin ] || exit 1
    [ -d /etc/iked ] ||
	mount -t overlay -o "lowerdir=$PWD/over:/etc" none /etc || exit 1
    mount --bind "$1" /etc/iked && mount --bind sbin /usr/sbin &&
	mount --bind run "$(readlink -f /var/run)" || exit 1
    echo ready; exec sleep 600' sh "$iked" >ns 2>ns.err </dev/null &
ns=$!
wait_for 10 sh -c "[ -s ns ] || ! kill -0 $ns 2>/dev/null"
if [ -s ns ]; then
	perl -MSocket -e '
		socket my $s, PF_UNIX, SOCK_STREAM, 0 or die;
		bind $s, pack_sockaddr_un("run/iked.sock") or die;
		listen $s, 1024 or die;
		sleep 600;
	' &
	socket_pid=$!
	wait_for 10 [ -e run/iked.sock ]
	cp "$good/p256.spki.pem" lap.pub
	l=$(fp lap.pub)
	# gateway: one with the stolen laptop's key
	gateway() {
		ikectl 'exit 0'
		rm -rf "$host/db" "${iked:?}"/*
		in_ns btnsctl init -q
		in_ns btnskey pin -q -y lap17@example.org lap.pub
		in_ns btnskey pin -q -y test17@example.org lap.pub
	}
	gateway
	echo "$(stamp) gw iked[8]: spi=0x1:" \
	    "established peer 203.0.113.7:500[UFQDN/lap17@example.org]" \
	    "local 10.0.0.1:500[FQDN/gw-a.example.org] policy 'x' as" \
	    "responder (enc aes-256 auth hmac-sha2-256 group curve25519" \
	    "prf hmac-sha2-256)" >log
	in_ns btnsctl observe -q log
	tty 1 "4: forget, the wrong verb" 'shows "Forget it (yes/no)? "
	    types no' nsenter -t "$ns" -m -w btnsctl forget lap17@example.org
	says screen "4: tells the right one" <<EOT
ufqdn/lap17@example.org: pinned to $(short lap.pub)
    AGE ago (operator), used AGE ago
After forgetting, another key may be pinned for it.  Lost or stolen means:
    btnsctl revoke lap17@example.org
Forget it (yes/no)? no
btnsctl: nothing was changed
EOT
	# shellcheck disable=SC2016 # it is ikectl's
	ikectl '[ "$1 $2" = "show sa" ] && exec cat sas' \
	    'echo "$@" >>resets; : >sas'
	printf 'iked_sas: 0x55d0c0ffee01 rspi 0x%016x ispi 0x%016x %s %s\n' \
	    1 2 '10.0.0.1:500->10.0.0.2:500<UFQDN/lap17@example.org>[]' \
	    'ESTABLISHED r nexti (nil) pol 0x55d0beef' >sas
	check 0 "4: revoke" in_ns btnsctl revoke -c stolen lap17@example.org
	says out "4: out everywhere, its tunnel too" <<EOT
revoked $l
- ufqdn/lap17@example.org  $(short lap.pub)  (SA was up, gone now)
- ufqdn/test17@example.org  $(short lap.pub)  (no SA was up)
On every other gateway:
btnsctl revoke $l
EOT
	same resets "4: which was reset" <<EOT
reset id UFQDN/lap17@example.org
EOT
	gateway
	ikectl 'exit 1'
	check 3 "4: revoke -q where iked doesn't answer" \
	    in_ns btnsctl revoke -q "$l"
	empty out "4: nothing on stdout"
	says err "4: says what is left" <<EOT
btnsctl: done in the store and in iked's tree: iked does not answer on\
 /var/run/iked.sock; a tunnel may still be up, and once it answers this ends\
 it: btnsctl export
EOT
	find "$pubkeys" -name '*17*' >said
	empty said "4: the key is out of the tree all the same"
	kill "$socket_pid" "$ns"
	wait "$socket_pid" "$ns" 2>/dev/null
	socket_pid='' ns=''
else
	skip "4: stolen" "no mount namespaces: run this as root"
	ns=''
fi

# --- 5. refused, and why?
on gw-a
conf '# gw-a' "$(policy gw-b any gw-b.example.org)" \
    "$(policy bergen 203.0.113.40 gw-bergen.example.org)"
btnskey pin -q -y gw-bergen.example.org "$good/rsa2048-e3.spki.pem"
refused 38 FQDN/gw-bergen 203.0.113.40 >log
check 0 "5: observe -q" btnsctl observe -q log
silent "5: a stranger"
check 0 "5: list -s knocking" btnsctl list -s knocking
sed 's/ [0-9]*[sm]  / AGE /' out >said
same said "5: who knocks" <<EOT
STATE     TREE  KEY                 SEEN  DAYS  IDENTITY
knocking  no    -                   AGE   1     fqdn/gw-bergen
EOT
check 1 "5: explain" btnsctl explain pubkeys/fqdn/gw-bergen
says out "5: why it is refused" <<EOT
fqdn/gw-bergen: REFUSED with any key: iked has no file of that name
    iked opens  /etc/iked/pubkeys/fqdn/gw-bergen
                (no such file)
    the store   has nothing under this identity
    alike       fqdn/gw-bergen.example.org, pinned, never seen
    knocks      38 times since TIME, from 203.0.113.40
    policy      "bergen", iked.conf:3, dstid gw-bergen.example.org
Likely: the peer sends its short host name.  There, in iked.conf:
    srcid gw-bergen.example.org
EOT

# --- 6. twenty offices
# Four of them, and without -r: the listener has a port of its own.
port=$((20000 + $$ % 20000))
# call ADDRESS IDENTITY KEY
call() {
	"$bin/tests/unit/call" -b "$1" -i "fqdn/$2" \
	    -k "$3.priv-pkcs8.pem" 127.0.0.1 "$port"
}
br=branch.example.org
conf "$(policy b01 any b01.$br)" "$(policy b07 any b07.$br)" \
    "$(policy b12 any b12.$br)"
check 0 "6: set accept-for" btnsctl set -t 4h accept-for "fqdn/*.$br"
says out "6: whom it is for" <<EOT
accept-for = fqdn/*.branch.example.org until TIME
EOT
check 0 "6: set tofu" btnsctl set -t 4h tofu accept-new
says out "6: and what it means" <<EOT
tofu = accept-new until TIME, for fqdn/*.branch.example.org
WARNING: until then, whoever claims such a name first gets a tunnel.
Compare every fingerprint afterwards: btnsctl review
EOT
btnsctl listen -t 4h -m 25 "127.0.0.1:$port" >heard 2>heard.err &
listener=$!
wait_for 20 grep -q listening heard
check 0 "6: b01 calls" call 127.0.0.21 b01.$br p256
wait_for 20 grep -q '^+.*b01' heard
check 0 "6: a stranger calls as b07" call 127.0.1.66 b07.$br p384
wait_for 20 grep -q '^+.*b07' heard
check 0 "6: b07 calls" call 127.0.0.27 b07.$br p521
check 0 "6: a printer calls" call 127.0.0.90 printer.example.org rsa2048
wait_for 20 grep -q printer heard
kill "$listener"
check 0 "6: listen" wait "$listener"
listener=''
k01=$(short "$good/p256.spki.pem") k66=$(short "$good/p384.spki.pem")
k8=$(printf %.8s "$k66")
k07=$(short "$good/p521.spki.pem") kpr=$(short "$good/rsa2048.spki.pem")
says heard "6: who called" <<EOT
listening on 127.0.0.1 port $port
TIME accepted $k01 127.0.0.21      fqdn/b01.$br
+ fqdn/b01.$br  $k01
TIME accepted $k66 127.0.1.66      fqdn/b07.$br
+ fqdn/b07.$br  $k66
TIME CONFLICT $k07 127.0.0.27      fqdn/b07.$br
TIME learned  $kpr 127.0.0.90      fqdn/printer.example.org
listen: 2 accepted, 1 learned, 1 conflict, 0 seen before
expected by iked.conf and not seen: fqdn/b12.$br
next: btnsctl review
EOT
empty heard.err "6: nothing else"
cat >branches.txt <<EOT
fqdn/b01.$br $(fp "$good/p256.spki.pem")
fqdn/b07.$br $(fp "$good/p521.spki.pem")
fqdn/b12.$br $(fp "$good/p256b.spki.pem")
EOT
while read -r id fp; do
	btnsctl promote -q -c 'courier list' -F "$fp" "$id"
	echo "exit $?"
done <branches.txt >out 2>&1
says out "6: the courier's list" <<EOT
exit 0
! fqdn/b07.$br: the key accepted first is NOT the one you gave: ANOTHER KEY
    accepted $k66 from 127.0.1.66, in the tree for AGE
    given    $k07
    nothing was changed; to put it right, and end its SA:
    btnsctl promote -R $k8 -F - fqdn/b07.$br
exit 1
btnsctl: fqdn/b12.$br: no key learned
exit 1
EOT
check 0 "6: list" btnsctl list '*.branch.*'
sed 's/  [0-9]*[sm]  */  AGE  /' out >said
same said "6: the worst first" <<EOT
STATE     TREE  KEY                 SEEN  DAYS  IDENTITY
accepted  yes   $k66  AGE  1     fqdn/b07.$br
conflict  no    $k07  AGE  1     fqdn/b07.$br
pinned    yes   $k01  AGE  1     fqdn/b01.$br
EOT
f07=$(fp "$good/p521.spki.pem" | cut -c -32)
tty 1 "6: review of what is left" "
	shows {h help)? }
	types p
	shows {of that one: }
	types $k8
	shows {goes back)?}
	types $f07
	shows {h help)? }
	types s" btnsctl review
says screen "6: b07's own key, and the printer's is for later" <<EOT

1 of 3  fqdn/b07.$br: CONFLICT
              it has now                 candidate
    key       EC P-384                   EC P-521  < differs
    from      ike, 127.0.1.66            ike, 127.0.0.27  < differs
    since     accepted AGE ago learned AGE ago
    seen      1 time on 1 day            1 time on 1 day
    digits    $k66         (hidden: they read, you type)
1 of 3 (p r v f s m q, ? the digits, h help)? p
It REPLACES the accepted key.  Type 8 digits or more of that one: $k8
What do they read (? shows ours, an empty line goes back)?
    $f07
pinned fqdn/b07.$br $k07 (fingerprint)
~ fqdn/b07.$br  $k07

3 of 3  fqdn/printer.example.org: learned
    key       RSA 2048
    from      ike, 127.0.0.90
    since     learned AGE ago
    seen      1 time on 1 day
    digits    (hidden: they read, you type)
3 of 3 (p r v f s m q, ? the digits, h help)? s
review: 1 left
knocking, and refused without a key to be seen:
    fqdn/gw-bergen, 38 times
look: btnsctl explain IDENTITY; learn their keys: btnsctl listen -r
EOT
yes "6: b07's own key is in the tree" cmp "$good/p521.spki.pem" \
    "$pubkeys/fqdn/b07.$br"

# --- 9. new hardware
on gw-c
btnsctl init -q -D "$iked"
for i in p256 p384 p521; do
	btnskey pin -q -y $i.example.org "$good/$i.spki.pem"
done
btnsctl revoke -q "$n"
head=$(btnsctl verify | sed -n 's/.*; head //p')
check 0 "9: backup" btnsctl backup pins.db
says out "9: what is in it, and what is not" <<EOT
pins.db: 3 pins, 1 revoked; head $head
no private key is in it: copy /etc/iked/private/local.key yourself
EOT
# The new host has the paths of the old one, and a store that init made.
mv "$host" "$tmp/gw-c.old"
on gw-c
btnsctl init -q -D "$iked"
check 0 "9: restore -n on the new host" btnsctl restore -n pins.db
says out "9: nothing would be lost" <<EOT
pins.db: whole; 3 pins, 1 revoked; head $head
it is another store's than the one in its place
restore: nothing was changed
EOT
check 0 "9: restore" btnsctl restore pins.db
says out "9: is done" <<EOT
pins.db: whole; 3 pins, 1 revoked; head $head
it is another store's than the one in its place
restored; 0 revocations kept; the former store is /db/pins.db.DATE
the tree was not touched; next: btnsctl export -nf
EOT
check 1 "9: export -nf" btnsctl export -nf
says out "9: lists what would be written" <<EOT
+ fqdn/p256.example.org  $k01
+ fqdn/p384.example.org  $k66
+ fqdn/p521.example.org  $k07
EOT
check 1 "9: export alone" btnsctl export
like err "9: tells whose tree it is, which init made" \
    'belongs to another store \(id [0-9a-f]*\); export -f takes it over$'
check 0 "9: export -f" btnsctl export -f
says out "9: comes" <<EOT
+ fqdn/p256.example.org  $k01
+ fqdn/p384.example.org  $k66
+ fqdn/p521.example.org  $k07
EOT
check 0 "9: verify with the head that was kept" btnsctl verify "$head"
says out "9: holds" <<EOT
whole: events 1 to 6; $head is one of them
EOT
# A day later, somebody restores the same backup once more.
check 0 "9: revoke" btnsctl revoke -q "$o"
btnskey pin -q -y gw-new.example.org "$good/rsa2048.spki.pem"
check 0 "9: restore -n" btnsctl restore -n pins.db
says out "9: what the backup lacks" <<EOT
pins.db: whole; 3 pins, 1 revoked; head $head
the store that it replaces has events that it lacks:
    restore    TIME by $me (LOST)
    revoke   $(short oslo.pub)  TIME by $me (kept)
    pin      fqdn/gw-new.example.org  TIME by $me (LOST)
restore: nothing was changed
EOT
check 0 "9: restore" btnsctl restore pins.db
says out "9: a revocation is kept" <<EOT
pins.db: whole; 3 pins, 1 revoked; head $head
the store that it replaces has events that it lacks:
    restore    TIME by $me (LOST)
    revoke   $(short oslo.pub)  TIME by $me (kept)
    pin      fqdn/gw-new.example.org  TIME by $me (LOST)
restored; 1 revocation kept; the former store is /db/pins.db.DATE
the tree was not touched; next: btnsctl export -n
EOT
check 0 "9: verify" btnsctl verify "$head"
says out "9: still holds" <<EOT
whole: events 1 to 7; $head is one of them
EOT
check 1 "9: export -n" btnsctl export -n
says out "9: what goes" <<EOT
- fqdn/gw-new.example.org  $kpr
EOT
finish
