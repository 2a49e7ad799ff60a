#!/bin/sh
# iked's log lines become knowledge: who was refused, a pin that another key
# was offered for, a file that iked couldn't read, sightings.  Lines as stock
# iked 7.2 wrote them.  Nothing in a log moves trust or an address.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub

# at SECONDS FORMAT: a stamp, of today
now=$(date +%s)
day=$((now - now % 86400))
at() {
	date -u -d "@$1" "+${2-%Y-%m-%dT%H:%M:%S.123456+00:00}"
}
# try STAMP SPI IP ID: an IKE_AUTH that is refused; nofile STAMP PATH
refuse() {
	cat <<-EOT
	$1 gw iked[812]: spi=0x$2: recv IKE_AUTH req 1 peer $3:500 local 10.0.0.1:500, 791 bytes, policy 'toB'
	EOT
	[ -z "${5-}" ] || echo "$1 gw iked[810]: ca_validate_pubkey: could not\
 open public key pubkeys/$5"
	cat <<-EOT
	$1 gw iked[812]: spi=0x$2: ikev2_dispatch_cert: peer certificate is invalid
	$1 gw iked[812]: spi=0x$2: ikev2_send_auth_failed: authentication failed for $4
	EOT
}
up() {
	echo "$1 gw iked[812]: spi=0x$2: established peer $3:500[$4] local\
 10.0.0.1:500[FQDN/a.example.org] policy 'toB' as responder (enc aes-256\
 auth hmac-sha2-256 group curve25519 prf hmac-sha2-256)"
}
# since WHEN: pinned then, also by the history's word
since() {
	sql "UPDATE binding SET since = $1; UPDATE event SET at = $1
	    WHERE verb = 'pin'"
}
rows() {
	btnsctl observe -o json "$@" | jq -r '[.op, .identity, .cause,
	    .address // "-", .times, .verified, .fingerprint // "-"] | @tsv'
}

# --- a stranger
new_store
t=$((now - 600))
refuse "$(at $t)" 1dc728a11fce564e 203.0.113.40 FQDN/gw-bergen \
    fqdn/gw-bergen >log
refuse "$(at $((t + 60)))" 1dc728a11fce5650 203.0.113.40 FQDN/gw-bergen \
    fqdn/gw-bergen >>log
check 0 "a peer that has no pin" btnsctl observe log
same out "is told" <<EOT
? fqdn/gw-bergen: REFUSED, and unknown here
    from     203.0.113.40, 2 times, $(at $t %Y-%m-%dT%H:%M:%SZ) to \
$(at $((t + 60)) %H:%M:%SZ)
observe: 2 unknown, 0 alarms, 0 sightings of pins and accepted keys
EOT
check 0 "read twice" btnsctl observe log
same out "counts once" <<EOT
observe: 0 unknown, 0 alarms, 0 sightings of pins and accepted keys
EOT
check 0 "list -s knocking" btnsctl list -s knocking -o tsv
cut -f 1-3,6,7,9,12 out >said
same said "shows it" <<EOT
knocking	no	-	1	2	203.0.113.40	fqdn/gw-bergen
EOT
check 0 "as a table" btnsctl list -s knocking
like out "with its age" '^knocking  no    -                   [0-9]*m  '
check 1 "a pattern that it is not" btnsctl list -s knocking other
check 0 "one that it is" btnsctl list -s knocking 'gw-*'
check 2 "-a" btnsctl list -s knocking -a 2026-01-01
check 2 "-S" btnsctl list -s knocking -S ike
check 0 "-q" btnsctl observe -q log
silent "a stranger is no news"
btnsctl list -o tsv >said
empty said "and no binding is made"
check 0 "nor an event" btnsctl verify -q
btnskey pin -q -y gw-bergen a.pub
check 0 "pinned" btnsctl list -s knocking
empty out "it knocks no more"
refuse "$(at $((t + 61)))" 1dc728a11fce5651 203.0.113.40 FQDN/gw-bergen \
    fqdn/gw-bergen >>log
rows log >said
same said "what was before the pin is no alarm" <<EOT
?	fqdn/gw-bergen	unknown	203.0.113.40	1	0	-
EOT

# --- the alarm that matters most
new_store
btnskey pin -q -y -c 'x' oslo.example.org a.pub
since $((now - 86400 * 30))
: >log
i=0
while [ $i -lt 14 ]; do
	refuse "$(at $((now - 900 + i)))" "1dc728a11fce57$((10 + i))" \
	    203.0.113.9 FQDN/oslo.example.org >>log
	i=$((i + 1))
done
check 1 "a pin that another key is offered for" btnsctl observe -q log
same out "is told" <<EOT
! fqdn/oslo.example.org: ANOTHER KEY than the pin was offered, and refused
    pinned   $(short a.pub) since $(at $((now - 86400 * 30)) %Y-%m-%d), \
by $(id -un) (operator)
    offered  unknown, iked logs no keys
    from     203.0.113.9, 14 times, $(at $((now - 900)) %Y-%m-%dT%H:%M:%SZ) \
to $(at $((now - 887)) %H:%M:%SZ)
    log      unverified: any local user can write such lines
    look:    btnsctl explain fqdn/oslo.example.org
EOT
btnsctl list -o tsv | cut -f 1-3 >said
same said "and nothing is changed" <<EOT
pinned	yes	$(fp a.pub)
EOT
refuse "$(at $((now - 600)))" 1dc728a11fce5800 203.0.113.9 \
    FQDN/oslo.example.org >>log
check 1 "once more" btnsctl observe -q log
empty out "is no news on the same day"
sql 'UPDATE alarm SET day = day - 1'
refuse "$(at $((now - 500)))" 1dc728a11fce5801 203.0.113.9 \
    FQDN/oslo.example.org >>log
check 1 "on the next" btnsctl observe -q log
like out "it is" '^! fqdn/oslo\.example\.org: ANOTHER KEY '
refuse "$(at $((now - 400)))" 1dc728a11fce5802 203.0.113.9 \
    FQDN/oslo.example.org fqdn/oslo.example.org >>log
check 1 "a file that is not read" btnsctl observe log
like out "is told" \
    '^! fqdn/oslo\.example\.org: iked could NOT READ the file of its key$'
like out "with what helps" '^    look:    btnsctl doctor$'
sqlite3 "$store" "SELECT identity, cause, times FROM knock ORDER BY cause" \
    >said
same said "what is kept" <<EOT
fqdn/oslo.example.org|another|16
fqdn/oslo.example.org|unread|1
EOT

# --- by what was exported then
new_store
btnskey pin -q -y gw a.pub
btnsctl forget -q -y gw
btnskey pin -q -F "$(fp b.pub)" gw b.pub
btnsctl revoke -q "$(fp b.pub)"
sql "UPDATE event SET at = $day - 86400 + 1000 * (SELECT count(*) FROM event
    AS e WHERE e.seq <= event.seq AND e.verb <> 'init');
    UPDATE binding SET since = $day"
first=$((day - 86400 + 1000))
: >log
for s in -1 0 999 1000 1999 2000 2999 3000; do
	refuse "$(at $((first + s)))" "5${s#-}" 192.0.2.1 FQDN/gw \
	    >>log
done
rows log >said
same said "each refusal is judged by its time" <<EOT
!	fqdn/gw	another	192.0.2.1	2	0	$(fp a.pub)
!	fqdn/gw	another	192.0.2.1	2	0	$(fp b.pub)
?	fqdn/gw	unknown	192.0.2.1	1	0	-
?	fqdn/gw	unknown	192.0.2.1	2	0	-
?	fqdn/gw	unknown	192.0.2.1	1	0	-
EOT

# --- sightings
new_store
btnskey pin -q -y gw a.pub
since $((now - 86400 * 30))
{
	up "$(at $((now - 3 * 86400)))" 1 203.0.113.77 FQDN/gw
	up "$(at $((now - 600)))" 2 203.0.113.77 FQDN/gw
	up "$(at $((now - 500)))" 3 203.0.113.77 FQDN/gw
	up "$(at $((now - 500)))" 4 203.0.113.78 FQDN/nobody
} >log
check 0 "peers that came in" btnsctl observe log
same out "are counted, and one without a pin" <<EOT
observe: 0 unknown, 0 alarms, 3 sightings of pins and accepted keys
observe: 1 came in without one: a CA, a certificate or a PSK?
EOT
btnsctl list -o json | jq -c '[.days_seen, .times_seen, .address]' >said
same said "as sightings, which move no address" <<EOT
[2,3,null]
EOT

# --- a peer chooses its words
new_store
btnskey pin -q -y victim a.pub
since $((now - 86400 * 30))
s=$(at $((now - 100)))
{
	refuse "$s" 11 203.0.113.1 'FQDN/x] local 1.2.3.4:500[FQDN/victim] po'
	up "$s" 12 203.0.113.1 "FQDN/x] local 10.0.0.1:500[FQDN/victim] policy 'p' as responder (enc"
	refuse "$s" 13 203.0.113.1 "FQDN/iked[1]: spi=0x13: established peer 1.2.3.4:500[FQDN/victim] local 1.1.1.1:1[a]"
	refuse "$s" 14 203.0.113.1 "FQDN/$(printf '\033[2J\302\205')\\x41"
	refuse "$s" 15 203.0.113.1 "ASN1_DN//C=DE/CN=a b"
	refuse "$s" 16 203.0.113.1 "FQDN/../fqdn/victim"
	refuse "$s" 17 203.0.113.1 "FQDN/"
	refuse "$s" 18 203.0.113.1 "FQDN/$(printf '%03000d' 0)"
	echo "$s gw sshd[1]: iked[812]: spi=0x19: ikev2_send_auth_failed: authentication failed for FQDN/victim"
	echo "$s gw iked[x]: spi=0x19: ikev2_send_auth_failed: authentication failed for FQDN/victim"
	echo "$s gw ikedd[1]: spi=0x19: ikev2_send_auth_failed: authentication failed for FQDN/victim"
	echo "$s gw iked[1]: spi=0x123456789012345678: ikev2_send_auth_failed: authentication failed for FQDN/victim"
	printf '%s gw iked[1]: spi=0x20: ikev2_send_auth_failed: authenticatio' \
	    "$s"
} >log
check 0 "odd IDs" btnsctl observe log
sp=' '
grep '^[!?]' out | cut -c -60 | sort >said
same said "are escaped, and nobody's else" <<EOT
? asn1_dn//C=DE/CN=a%20b: REFUSED, and unknown here
? fqdn/%1b[2J%c2%85%5cx41: REFUSED, and unknown here
? fqdn/../fqdn/victim: REFUSED, and unknown here
? fqdn/$(printf '%053d' 0)
? fqdn/: REFUSED, and unknown here
? fqdn/iked[1]:%20spi=0x13:%20established%20peer%201.2.3.4:5
? fqdn/x]%20local%201.2.3.4:500[FQDN/victim]%20po: REFUSED,$sp
EOT
btnsctl list -o json | jq -c .times_seen >said
same said "nor is the victim seen" <<EOT
0
EOT
echo 'n failed for FQDN/late' >>log
check 0 "half a line" btnsctl observe log
like out "is read when it is whole" '^[?] fqdn/late: '

# --- one address can't fill the store, nor all of them
new_store
i=0
while [ $i -lt 100 ]; do
	refuse "$s" "30$i" 203.0.113.5 "FQDN/n$i"
	i=$((i + 1))
done >log
check 0 "a hundred names from one address" btnsctl observe log
like out "are cut" '^observe: 36 more under too many names, not kept$'
awk -v s="$s" 'BEGIN {
	for (i = 0; i < 9000; i++) {
		a = sprintf("10.%d.%d.%d", i / 250 / 250, i / 250 % 250, i % 250)
		printf "%s gw iked[1]: spi=0x%08x: recv IKE_AUTH req 1 peer" \
		    " %s:500 local 10.0.0.1:500, 7 bytes, policy \"p\"\n", s, i, a
		printf "%s gw iked[1]: spi=0x%08x: ikev2_send_auth_failed:" \
		    " authentication failed for FQDN/m%d\n", s, i, i
	}
}' >log2
check 0 "nine thousand" btnsctl observe -q log2
sql 'SELECT count(*) FROM knock' >said
same said "are bounded" <<EOT
4096
EOT

# --- stamps
new_store
{
	refuse "$(TZ=America/New_York date -d "@$((now - 300))" \
	    '+%b %e %H:%M:%S')" 41 192.0.2.1 FQDN/old
	refuse "$(TZ=Asia/Kolkata date -d "@$((now - 300))" \
	    '+%Y-%m-%dT%H:%M:%S%:z')" 42 192.0.2.1 FQDN/new
	refuse "$(at $((now - 300)) %Y-%m-%dT%H:%M:%SZ)" 43 192.0.2.1 FQDN/utc
} >log
TZ=America/New_York btnsctl observe -o json log |
    jq -r '[.identity, .first_seen] | @tsv' >said
n=$(at $((now - 300)) %Y-%m-%dT%H:%M:%SZ)
same said "local time and RFC 3339" <<EOT
fqdn/new	$n
fqdn/old	$n
fqdn/utc	$n
EOT
refuse 'XX' 44 192.0.2.1 FQDN/bare | sed 's/^XX gw iked[^ ]* //' >bare
touch -d "@$((now - 200))" bare
btnsctl observe -o json bare | jq -r '[.identity, .first_seen, .address] |
    @tsv' >said
same said "iked's own output, by the file's age" <<EOT
fqdn/bare	$(at $((now - 200)) %Y-%m-%dT%H:%M:%SZ)	192.0.2.1
EOT

# --- rotation: by rename, by copying, compressed
lines() {
	_i=$1
	while [ "$_i" -lt "$2" ]; do
		refuse "$(at $((now - 5000 + _i)))" "5000$_i" 192.0.2.1 \
		    "FQDN/r"
		_i=$((_i + 1))
	done
}
counted() {
	sqlite3 -cmd '.timeout 10000' "$store" \
	    'SELECT ifnull(sum(times), 0) FROM knock'
}
for how in rename copytruncate gzip xz zstd bzip2; do
	have $how || [ $how = rename ] || [ $how = copytruncate ] || {
		skip "rotation, $how" "no $how here"
		continue
	}
	new_store
	rm -f log log.*
	lines 0 20 >log
	btnsctl observe -q log
	lines 20 30 >>log
	case $how in
	rename)	mv log log.1 ;;
	copytruncate)
		cp log log.1
		: >log ;;
	gzip)	$how log && mv log.gz log.0.gz ;;
	bzip2)	$how log && mv log.bz2 log.1.bz2 ;;
	xz)	$how log && mv log.xz log.1.xz ;;
	zstd)	$how -q --rm log && mv log.zst log.1.zst ;;
	esac
	lines 30 35 >>log
	check 0 "rotation, $how" btnsctl observe log
	counted >said
	same said "$how: each line counts once" <<-EOT
	35
	EOT
	check 0 "$how: again" btnsctl observe log
	check 0 "$how: and the old file by name" sh -c \
	    'btnsctl observe log.*'
	counted >said
	same said "$how: is no more" <<-EOT
	35
	EOT
done
new_store
rm -f log log.*
lines 0 20 >log
gzip -c log >small.gz
check 0 "compressed, and never read before" btnsctl observe -q small.gz
check 0 "then as it was" btnsctl observe -q log
counted >said
same said "counts once" <<EOT
20
EOT
lines 50 99 | gzip | head -c 500 >cut.gz
check 3 "damaged" btnsctl observe cut.gz
like err "is named" '^btnsctl: cut\.gz: gzip says that it is damaged'
check 3 "a directory" btnsctl observe .
check 3 "none" btnsctl observe nothing
like err "is named" '^btnsctl: nothing: No such file'
mkfifo fifo
check 3 "a FIFO" timeout 10 btnsctl observe fifo
check 0 "standard input" sh -c 'btnsctl observe - <log'
check 2 "-f of two" btnsctl observe -f a b

# Two that begin alike: iked's own output, started twice.
new_store
rm -f log log.*
i=0
while [ $i -lt 40 ]; do
	echo "set_policy: $i $(printf '%030d' 0)"
	i=$((i + 1))
done >start
for i in 1 2; do
	refuse XX "70$i" 192.0.2.1 FQDN/r | sed 's/^XX gw iked[^ ]* //' |
	    cat start - >log.$i
	gzip -c log.$i >$i.gz
done
for f in log.1 log.2 1.gz 2.gz log.1 log.2; do
	check 0 "logs that begin alike: $f" btnsctl observe $f
done
counted >said
same said "each counts once" <<EOT
2
EOT
refuse XX 703 192.0.2.1 FQDN/r | sed 's/^XX gw iked[^ ]* //' >>log.1
gzip -c log.1 >1.gz
check 0 "one grows, compressed" btnsctl observe 1.gz
check 0 "and as it was" btnsctl observe log.1
counted >said
same said "counts once" <<EOT
3
EOT
head -c 1500 log.2 | cat - start start >other
check 3 "from a pipe it can't go back" sh -c 'cat other | btnsctl observe -'

# --- journald's export format
new_store
btnskey pin -q -y oslo a.pub
since $((now - 86400 * 30))
# entry NUMBER EXE MESSAGE
entry() {
	cat <<-EOT
	__CURSOR=s=0639fd1ac7a94e5fa3c5;i=$1;b=4fb2;m=1;t=1;x=1
	__REALTIME_TIMESTAMP=$((now - 300))123456
	__MONOTONIC_TIMESTAMP=1
	SYSLOG_IDENTIFIER=iked
	_EXE=$2
	EOT
	printf 'DATA\n\004\000\000\000\000\000\000\000a\nb=\n'
	printf 'MESSAGE=%s\n\n' "$3"
}
{
	entry 10 /usr/sbin/iked \
	    "spi=0x61: recv IKE_AUTH req 1 peer [2001:db8::7]:500 local [2001:db8::1]:500, 791 bytes, policy 'toB'"
	entry 11 /usr/sbin/iked \
	    "spi=0x61: ikev2_send_auth_failed: authentication failed for FQDN/oslo"
	entry 1f /usr/bin/logger \
	    "spi=0x62: ikev2_send_auth_failed: authentication failed for FQDN/oslo"
} >journal
rows journal >said
same said "an entry of iked's own is verified" <<EOT
!	fqdn/oslo	another	2001:db8::7	1	1	$(fp a.pub)
!	fqdn/oslo	another	-	1	0	$(fp a.pub)
EOT
check 0 "again" btnsctl observe journal
like out "counts once" ' 0 alarms,'
{
	entry 1f /usr/sbin/iked "spi=0x61: ikev2_send_auth_failed: authentication failed for FQDN/oslo"
	entry 20 /usr/sbin/iked "spi=0x61: ikev2_send_auth_failed: authentication failed for FQDN/oslo"
} >journal
check 1 "one that overlaps" btnsctl observe journal
like out "counts what is new" ' 1 alarm,'
for bad in '__CURSOR=
' '__CURSOR=x
A
12345678' '__CURSOR=s=1;i=zz;b
MESSAGE=x

'; do
	printf '%s' "$bad" >journal
	timeout 10 btnsctl observe journal >out 2>err
	case $? in
	0|3)	yes "a damaged journal ends" true ;;
	*)	yes "a damaged journal ends" false ;;
	esac
done

# --- following
new_store
rm -f log log.*
lines 0 3 >log
btnsctl observe -f -o json log >followed 2>follow.err &
pid=$!
# until_followed N: so many lines, or 15 s
until_followed() {
	_i=0
	until [ "$(counted)" -ge "$1" ] || [ $_i -gt 150 ]; do
		sleep 0.1
		_i=$((_i + 1))
	done
	counted >said
}
until_followed 3
same said "-f: what is there" <<EOT
3
EOT
lines 3 5 >>log
until_followed 5
same said "-f: what comes" <<EOT
5
EOT
mv log log.1
lines 5 9 >log
until_followed 9
same said "-f: after a rotation" <<EOT
9
EOT
kill -TERM $pid
wait $pid
echo $? >said
same said "-f: SIGTERM ends it cleanly" <<EOT
0
EOT
empty follow.err "-f: without a word"
check 0 "afterwards" btnsctl observe log
counted >said
same said "nothing is read again" <<EOT
9
EOT

# --- two at once
new_store
awk -v s="$s" 'BEGIN {
	for (i = 0; i < 20000; i++)
		printf "%s gw iked[1]: spi=0x%08x: ikev2_send_auth_failed:" \
		    " authentication failed for FQDN/m%d\n", s, i, i % 50
}' >log
btnsctl observe -q log >one 2>&1 &
one=$!
btnsctl observe -q log >two 2>&1
wait $one
counted >said
same said "two at once count once" <<EOT
20000
EOT

# --- killed, wherever that is
awk -v s="$s" 'BEGIN {
	for (i = 0; i < 30000; i++) {
		n = i % 3000
		printf "%s gw iked[1]: spi=0x%08x: recv IKE_AUTH req 1 peer" \
		    " 10.1.%d.%d:500 local 10.0.0.1:500, 7 bytes\n", s, i,
		    n / 250, n % 250
		printf "%s gw iked[1]: spi=0x%08x: ikev2_send_auth_failed:" \
		    " authentication failed for FQDN/m%d\n", s, i, n
	}
}' >log
for ms in 20 50 90 140 200 280; do
	new_store
	timeout -s KILL "0.$(printf %03d "$ms")" btnsctl observe -q log 2>/dev/null
	check 0 "killed after $ms ms or less, and again" btnsctl observe -q log
	counted >said
	same said "killed after $ms ms or less: each line counts once" <<-EOT
	30000
	EOT
done

# --- trouble
lines 40 45 >>log
check 3 "a full disk for the output" sh -c 'btnsctl observe log >/dev/full'
finish
