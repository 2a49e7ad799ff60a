#!/bin/sh
# Keys learned on the wire, from an initiator that does right and wrong.  What
# a stock iked sends is for tests/e2e.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

BTNS_DATA=$data
export BTNS_DATA
port=$((20000 + $$ % 20000))
call() {
	"$bin/tests/unit/call" "$@" 127.0.0.1 $port
}
fp() {
	rsafp -q "$good/$1.spki.pem"
}
short() {
	fp "$1" | cut -c 1-16
}
p256=$(short p256) rsa=$(short rsa2048)

# listens OPTION...: in the background, until hush
listens() {
	rm -f said			# else the last one's is read
	btnsctl listen "$@" 127.0.0.1:$port >said 2>said.err &
	listener=$! signal=TERM
	wait_for 20 grep -q listening said 2>/dev/null
}
# hush: it ends by $signal; its status
hush() {
	kill -$signal $listener 2>/dev/null
	wait $listener
}
# told NAME: what was said, without times and the first line
told() {
	sed -e 1d -e 's/^[0-9:]*Z /TIME /' -e 's/ *$//' said >said.now
	same said.now "$1"
}

# --- a key is learned
new_store
listens
reader=$(cat /proc/$listener/task/$listener/children 2>/dev/null)
if [ -n "$reader" ]; then
	for fd in "/proc/${reader% }/fd/"*; do
		readlink "$fd"
	done | sed 's/:.*//' | sort -u >said.now
	same said.now "the process that reads has sockets, and no terminal" \
	    <<-'EOT'
	/dev/null
	socket
	EOT
fi
check 0 "a peer calls" call -b 127.0.0.2
same out "and is refused" <<EOT
refused
EOT
check 0 "again, within a minute" call -b 127.0.0.2 -r 3
check 0 "and from elsewhere" call -b 127.0.0.12
check 0 "with another key" call -b 127.0.0.3 -k rsa2048.priv-pkcs8.pem
check 0 "without its key" call -b 127.0.0.4 -n
check 0 "forged" call -b 127.0.0.5 -x forge
check 0 "as a user" call -b 127.0.0.6 -i ufqdn/lap17@example.org \
    -k ed25519.priv-pkcs8.pem
check 0 "as an address" call -b 127.0.0.7 -i ipv4/c0000209 \
    -k p384.priv-pkcs8.pem
check 0 "an address of three octets" call -b 127.0.0.8 -i ipv4/c00002
check 0 "a DN" call -b 127.0.0.9 -i id9/x
check 0 "a name that climbs" call -b 127.0.0.10 -i fqdn/../../x
check 0 "a name with an escape" call -b 127.0.0.11 \
    -i "fqdn/$(printf 'a\033[31m')"
check 0 "it ends at a signal" hush
told "one line each, and a summary" <<EOT
TIME learned  $p256.. 127.0.0.2       fqdn/gw.example.org
TIME seen     $p256.. 127.0.0.12      fqdn/gw.example.org
TIME CONFLICT $rsa.. 127.0.0.3       fqdn/gw.example.org
TIME no proof -                  127.0.0.4       it shows no key
TIME no proof -                  127.0.0.5       RFC 7296 2.15: the signature\
 is not this key's
TIME learned  $(short ed25519).. 127.0.0.6       ufqdn/lap17@example.org
TIME learned  $(short p384).. 127.0.0.7       ipv4/192.0.2.9
TIME no proof -                  127.0.0.8       RFC 7296 3.5: its ID is of 3\
 octets
TIME no proof -                  127.0.0.9       its ID is of type 9, of which\
 iked has no file
$(sed -n 's/^[0-9:]*Z /TIME /;/127.0.0.10 /p;/127.0.0.11 /p' said)
listen: 0 accepted, 3 learned, 1 conflict, 4 seen before
listen: 0 refused, 6 without a proof, 0 over listen-rate
next: btnsctl review
EOT
like said "the climbing name is no name" '127\.0\.0\.10 +\.\./\.\./x: an identity cannot begin'
lacks said "no escape comes through" "$(printf '\033')"
empty said.err "nothing else"
check 0 "what it learned" btnsctl list -o tsv
cut -f 1-3,8,9,12 out | sort >rows
sort >want <<EOT
conflict	no	$(fp p256)	ike	127.0.0.12	fqdn/gw.example.org
conflict	no	$(fp rsa2048)	ike	127.0.0.3	fqdn/gw.example.org
learned	no	$(fp ed25519)	ike	127.0.0.6	ufqdn/lap17@example.org
learned	no	$(fp p384)	ike	127.0.0.7	ipv4/192.0.2.9
EOT
same rows "is from the wire" <want
check 0 "iked's tree is as it was" find "$iked/pubkeys" -type f \
    ! -path '*/.btns/*'
empty out "no file"

# --- accept-new
new_store
check 0 "offices are expected" btnsctl set -q -t 4h accept-for \
    'fqdn/b*.branch.example.org'
check 0 "for four hours" btnsctl set -q -t 4h tofu accept-new
listens
check 0 "the first" call -b 127.0.0.2 -i fqdn/b01.branch.example.org
check 0 "a squatter" call -b 127.0.0.3 -i fqdn/b01.branch.example.org \
    -k rsa2048.priv-pkcs8.pem
check 0 "another" call -b 127.0.0.4 -i fqdn/b02.branch.example.org \
    -k p384.priv-pkcs8.pem
check 0 "a printer" call -b 127.0.0.5 -i fqdn/printer.example.org \
    -k p521.priv-pkcs8.pem
signal=INT
check 0 "it ends at ^C" hush
grep -v '^[+]' said >said.rows
mv said.rows said
told "accepted, squatted, accepted, learned" <<EOT
TIME accepted $p256.. 127.0.0.2       fqdn/b01.branch.example.org
TIME CONFLICT $rsa.. 127.0.0.3       fqdn/b01.branch.example.org
TIME accepted $(short p384).. 127.0.0.4       fqdn/b02.branch.example.org
TIME learned  $(short p521).. 127.0.0.5       fqdn/printer.example.org
listen: 2 accepted, 1 learned, 1 conflict, 0 seen before
next: btnsctl review
EOT
check 0 "the accepted are in iked's tree" rsafp -q \
    "$iked/pubkeys/fqdn/b01.branch.example.org" \
    "$iked/pubkeys/fqdn/b02.branch.example.org"
same out "with the keys that came first" <<EOT
$(fp p256)
$(fp p384)
EOT
check 0 "and export finds nothing to do" btnsctl export -n
check 0 "the history is whole" btnsctl verify

# --- what a revoked key is told
new_store
check 0 "a key is revoked" btnsctl revoke -q "$(fp p256)"
listens
check 0 "it calls" call -b 127.0.0.2
check 0 "the end" hush
told "and is refused in every sense" <<EOT
TIME REFUSED  $p256.. 127.0.0.2       fqdn/gw.example.org: this key is\
 REVOKED
listen: 0 accepted, 0 learned, 0 conflicts, 0 seen before
listen: 1 refused, 0 without a proof, 0 over listen-rate
EOT

# --- limits
new_store
check 0 "four keys an hour" btnsctl set -q listen-rate 4
listens
for i in 1 2 3; do
	call -b 127.0.0.2 -i fqdn/n$i.example.org
	call -b 127.0.1.2 -i fqdn/m$i.example.org -k rsa2048.priv-pkcs8.pem
done >/dev/null
check 0 "the end" hush
check 0 "one of each /24" btnsctl list -o tsv
cut -f 12 out | sort >rows
same rows "was kept" <<EOT
fqdn/m1.example.org
fqdn/n1.example.org
EOT
like said "the rest was counted" ' 4 over listen-rate$'
check 2 "no such rate" btnsctl set listen-rate 0
check 2 "none at all" btnsctl set listen-rate many

# --- -m, -t, -q, -o
new_store
listens -m 2
check 0 "two calls" call -b 127.0.0.2 -i fqdn/a -r 2
check 0 "and one more" call -b 127.0.0.2 -i fqdn/b -k p384.priv-pkcs8.pem
check 0 "-m: it ends at the second key" wait $listener
check 0 "-t: it ends in time" btnsctl listen -t 1s 127.0.0.1:$port
new_store
listens -q
: >said
check 0 "-q" call -b 127.0.0.2
check 0 "and another key" call -b 127.0.0.2 -k rsa2048.priv-pkcs8.pem
hush
grep -c . said >lines
same lines "tells of the conflict alone" <<EOT
1
EOT
new_store
btnsctl listen -o json 127.0.0.1:$port >said 2>said.err &
listener=$!
sleep 1
check 0 "-o json" call -b 127.0.0.2
check 0 "a certificate's encoding, of no certificate" call -b 127.0.0.3 -c 4
hush
jq -r '[.event, .fingerprint // "-", .address, .identity // "-"] | @tsv' \
    said >rows
same rows "a row each" <<EOT
learned	$(fp p256)	127.0.0.2	fqdn/gw.example.org
no-proof	-	127.0.0.3	-
EOT

# --- strangers
new_store
listens
check 0 "our own address" call
same out "is not answered" <<EOT
silence
EOT
check 0 "garbage" call -b 127.0.0.9 -x garbage -r 20000
check 0 "a flood that nobody follows up" call -b 127.0.0.9 -x flood -r 50000
check 0 "an honest peer" call -b 127.0.0.2
same out "is answered all the same" <<EOT
refused
EOT
check 0 "the end" hush
like said "and learned" "^..:..Z learned  $p256"

# --- a store that is locked, and gone
new_store
listens
mv "$tmp/db" "$tmp/db.away"
check 0 "without a store" call -b 127.0.0.2
wait_for 20 grep -q LOST said
mv "$tmp/db.away" "$tmp/db"
check 0 "and with one" call -b 127.0.0.2
check 3 "the end tells of it" hush
sed -n 's/^..:..Z //p' said | cut -d ' ' -f 1 >words
same words "one call was lost, the next was not" <<EOT
LOST
learned
EOT

# --- a store that is replaced while it is open
new_store
check 0 "a backup" btnsctl backup -q copy.db
listens
check 0 "a call" call -b 127.0.0.2
check 0 "restore" btnsctl restore -q copy.db
check 0 "and another call" call -b 127.0.0.3 -k p384.priv-pkcs8.pem \
    -i fqdn/later.example.org
check 0 "the end" hush
check 0 "the store that is there now" btnsctl list -o tsv
cut -f 12 out >rows
same rows "has the key that came since" <<EOT
fqdn/later.example.org
EOT
check 0 "and is whole" btnsctl verify

# --- the process that reads
new_store
listens
reader=$(pgrep -P $listener)
check 0 "it is there" kill -0 "$reader"
check 0 "it is confined" grep -q '^Seccomp:.*2$' "/proc/$reader/status"
check 0 "and gains nothing" grep -q '^NoNewPrivs:.*1$' \
    "/proc/$reader/status"
find "/proc/$reader/fd" -lname 'socket:*' | grep -c . >fds
same fds "it has the port's two queues, the other process, and no store" <<EOT
3
EOT
if root; then
	check 0 "it is nobody" grep -q "^Uid:.$(id -u nobody)" \
	    "/proc/$reader/status"
fi
check 0 "it is killed" kill -9 "$reader"
wait $listener
got=$?
check 0 "and the other says so" [ $got -eq 3 ]
like said.err "by its signal" 'ended by signal 9'

# --- wrong words
check 2 "-m 0" btnsctl listen -m 0
check 2 "-m x" btnsctl listen -m x
check 2 "-t x" btnsctl listen -t x
check 2 "-4 and -6" btnsctl listen -4 -6
check 2 "no address" btnsctl listen gw.example.org
check 2 "no port" btnsctl listen 127.0.0.1:
check 2 "port 0" btnsctl listen 127.0.0.1:0
check 2 "port 65536" btnsctl listen -t 1s 127.0.0.1:65536
check 2 "an IPv6 address for -4" btnsctl listen -4 ::1
check 3 "an address that is not ours" btnsctl listen 192.0.2.77:$port
like err "is named" '192\.0\.2\.77 port'
check 3 "no store" btnsctl -d nowhere.db listen -t 1s 127.0.0.1:$port
if root; then
	check 2 "-u root" btnsctl listen -u root -t 1s 127.0.0.1:$port
	check 2 "-u stranger" btnsctl listen -u no-such-user -t 1s \
	    127.0.0.1:$port
fi
check 3 "a full disk" sh -c "btnsctl listen -t 1s 127.0.0.1:$port >/dev/full"
listens
check 3 "a port that is taken" btnsctl listen -t 1s 127.0.0.1:$port
hush
finish
