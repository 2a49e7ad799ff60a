#!/bin/sh
# Unknown peers are sent to the listener, with the kernel's own nftables in a
# network namespace; where iked would be, somebody writes down what comes.
# shellcheck disable=SC2046,SC2086,SC2317 # numbers of processes; check calls them
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

in_namespace '-n -m' 'nft list tables' 'nftables in a namespace'
ip link set lo up
BTNS_DATA=$data
export BTNS_DATA
new_store
conf=${iked%/*}/iked.conf
fp() {
	rsafp -q "$good/$1.spki.pem"
}
p256=$(fp p256)
call() {
	"$bin/tests/unit/call" "$@" 127.0.0.1 500
}

# iked's place: a line for each datagram
perl -MIO::Socket::IP -MIO::Select -e '
	$| = 1;
	my $s = IO::Select->new(map { IO::Socket::IP->new(Proto => "udp",
	    LocalHost => $_->[0], LocalPort => $_->[1], V6Only => 1) or die $@ }
	    ["0.0.0.0", 500], ["::", 500], ["0.0.0.0", 4500]);
	print "ready\n";
	while (1) {
		for ($s->can_read) {
			$_->recv(my $m, 65535);
			printf "%s %d %s\n", $_->peerhost, $_->sockport,
			    unpack("H40", substr($m, 8)) || "-";
		}
	}' >heard 2>heard.err &
iked_pid=$!
listener=
trap 'kill $iked_pid $listener 2>/dev/null; rm -rf "$tmp"' EXIT

nft=$(readlink -f "$(command -v nft)")
# has FILE PATTERN
has() {
	grep -q -e "$2" "$1"
}
wait_for 10 has heard ready

# Within a minute it finds out that somebody loaded other rules; till then the
# rest runs in a network of its own.
# shellcheck disable=SC2016 # for that shell
unshare -n sh -c 'ip link set lo up; exec "$0" listen -r -t 75s' \
    "$bin/btnsctl" >flushed 2>flushed.err &
flushed=$!
trap 'kill $iked_pid $listener $flushed 2>/dev/null; rm -rf "$tmp"' EXIT
wait_for 10 has flushed 'listening on ::'
nsenter -n -t $flushed nft flush ruleset
# guard PID: that listener's
guard() {
	for p in $(pgrep -P "$1"); do
		[ "$(stat -c %u "/proc/$p")" = 65534 ] || echo "$p"
	done
}
kill -KILL $(guard $flushed)

# send FROM TO PORT HEX: a datagram
send() {
	perl -MIO::Socket::IP -e '
		my $s = IO::Socket::IP->new(Proto => "udp",
		    LocalHost => $ARGV[0], PeerHost => $ARGV[1],
		    PeerPort => $ARGV[2]) or die $@;
		$s->send(pack "H*", $ARGV[3])' "$@"
}
# ike EXCHANGE FLAGS ID [SPI]: a header of IKEv2 alone, in hex
ike() {
	printf '%s%s2120%s%s%s0000001c' aaaaaaaaaaaaaaaa \
	    "${4-0000000000000000}" "$1" "$2" "$3"
}
# reaches NAME FROM TO PORT HEX: iked gets it
reaches() {
	_name=$1
	shift
	: >heard
	send "$@"
	wait_for 10 test -s heard
	like heard "$_name reaches iked" "^$1 $3 "
}
# What follows it there shows that it isn't on its way any more.
redirected() {
	_name=$1
	shift
	: >heard
	send "$@"
	send "$1" "$2" 500 ff
	wait_for 10 has heard ' 500 -$'
	_n=$((_n + 1))
	if [ "$(wc -l <heard)" = 1 ]; then
		ok "$_name does not"
	else
		not_ok "$_name does not" "iked heard it" heard
	fi
}
# listens OPTION...: in the background
listens() {
	rm -f said			# else the last one's is read
	btnsctl listen "$@" >said 2>said.err &
	listener=$!
	wait_for 10 has said 'listening on ::'
}
hush() {
	kill $listener 2>/dev/null
	wait $listener
}
rules() {
	nft list table inet btns >rules 2>&1
}
no_rules() {
	! rules
}

# --- off
check 1 "redirect is off" btnsctl redirect
same out "and says so" <<EOT
redirect: off
EOT
check 0 "off again" btnsctl redirect off
same out "is off already" <<EOT
redirect: off already
EOT
check 1 "an address, while it is off" btnsctl redirect -A 192.0.2.1
same err "is let through as all are" <<EOT
btnsctl: -A 192.0.2.1: redirect is off, and all are let through
EOT
check 2 "neither on nor off" btnsctl redirect maybe
check 2 "-f without on" btnsctl redirect -f
check 2 "-A with off" btnsctl redirect -A 192.0.2.1 off
check 1 "no rules" rules

# --- it keeps nobody out who comes in otherwise
for auth in 'psk "secret"' 'eap "MSCHAP-V2"'; do
	printf 'ikev2 esp from any to any %s\n' "$auth" >"$conf"
	chmod 600 "$conf"
	check 1 "a policy with $auth" btnsctl redirect on
	like err "is named" ' iked.conf:1: its peers come in otherwise than'
	lacks err "without the secret" secret
	check 1 "also to listen" btnsctl listen -r -t 1s
	check 1 "and no rules" rules
done
echo 'ikev2 esp from any to' >"$conf"
check 1 "a policy that ends early" btnsctl redirect on
like err "is said" 'iked.conf:1: .*it can.t be said how peers come in;'
like err "with what to do" 'all the same: btnsctl redirect -f on$'
check 0 "that does it" btnsctl redirect -f on
same out "and says what is next" <<EOT
redirect: on; peers without a pin go to port 501
next: btnsctl listen
EOT
check 0 "rules" rules
check 0 "on again" btnsctl redirect on
same out "is on already" <<EOT
redirect: on already
EOT
check 0 "off" btnsctl redirect off
same out "says so" <<EOT
redirect removed
EOT
check 1 "and no rules" rules
rm "$conf"
mkdir "$iked/ca"
echo x >"$iked/ca/ca.crt"
check 1 "a CA" btnsctl redirect on
like err "is named" "$iked/ca/ca.crt: peers may come in by a certificate"
rm "$iked/ca/ca.crt"

# --- what is redirected
tag=$(btnsctl redirect on >/dev/null && nft list table inet btns |
    sed -n 's/.*128,32 0x\([0-9a-f]*\) .*/0000000\1/p' | sed 's/.*\(.\{8\}\)$/\1/;1q')
redirected "what begins a handshake" 127.0.0.2 127.0.0.1 500 "$(ike 22 08 00000000)"
redirected "over IPv6" ::1 ::1 500 "$(ike 22 08 00000000)"
redirected "an AUTH with the listener's tag" 127.0.0.2 127.0.0.1 500 \
    "$(ike 23 08 00000001 "${tag}00112233")"
redirected "with a flag of later versions" 127.0.0.2 127.0.0.1 500 \
    "$(ike 22 18 00000000)"
reaches "the answer to one" 127.0.0.2 127.0.0.1 500 "$(ike 22 20 00000000)"
reaches "over IPv6" ::1 ::1 500 "$(ike 22 20 00000000)"
reaches "a responder's" 127.0.0.2 127.0.0.1 500 "$(ike 22 28 00000000)"
reaches "message 1" 127.0.0.2 127.0.0.1 500 "$(ike 22 08 00000001)"
reaches "an AUTH of another SPI" 127.0.0.2 127.0.0.1 500 \
    "$(ike 23 08 00000001 1122334455667788)"
reaches "CREATE_CHILD_SA" 127.0.0.2 127.0.0.1 500 "$(ike 24 08 00000002)"
reaches "INFORMATIONAL" 127.0.0.2 127.0.0.1 500 "$(ike 25 08 00000002)"
reaches "half a header" 127.0.0.2 127.0.0.1 500 aaaaaaaaaaaaaaaa00
reaches "on port 4500 the same" 127.0.0.2 127.0.0.1 4500 \
    "$(ike 22 08 00000000)"

# --- whom an operator lets through
check 0 "-A" btnsctl redirect -A 127.0.0.2
same out "says for how long" <<EOT
127.0.0.2: let through to iked for 10 minutes
EOT
reaches "what begins a handshake, from there," 127.0.0.2 127.0.0.1 500 \
    "$(ike 22 08 00000000)"
redirected "from elsewhere" 127.0.0.3 127.0.0.1 500 "$(ike 22 08 00000000)"
check 0 "-A of IPv6, oddly spelt" btnsctl redirect -q -A 0:0:0:0::1
reaches "and what comes from there" ::1 ::1 500 "$(ike 22 08 00000000)"
check 0 "-A again" btnsctl redirect -q -A ::1
check 0 "who is let through" btnsctl redirect
sed 's/  *[0-9]*[ms]  */ TIME /' out >out.now
same out.now "in a table" <<EOT
redirect: on; these are let through to iked:
ADDRESS                LEFT   KEY                 IDENTITY
127.0.0.2 TIME -                   -
::1 TIME -                   -
EOT
check 2 "-A of a name" btnsctl redirect -A gw.example.org
like err "is none" 'gw.example.org: not an address'
check 2 "-A of words for nft" btnsctl redirect -A '1.1.1.1 }; flush ruleset'
check 0 "nothing was done" rules

# --- the set is bounded
seq 1 64 | sed 's/.*/192.0.2.&/' | paste -s -d , | sed 's/.*/{ & }/' |
    xargs -I '{}' nft add element inet btns pass4 '{}'
check 1 "one more of a /24" btnsctl redirect -A 192.0.2.65
same err "is refused" <<EOT
btnsctl: 192.0.2.65: 64 addresses of its network are let through already
EOT
check 0 "one that is there stays" btnsctl redirect -q -A 192.0.2.64
seq 0 4095 | awk '{ print "10." int($1 / 256) "." $1 % 256 ".1" }' |
    head -n 4031 | paste -s -d , | sed 's/.*/add element inet btns pass4 { & }/' >all
nft -f all
check 1 "one more than all" btnsctl redirect -A 172.16.0.1
like err "is refused" '172.16.0.1: 4096 addresses are let through already'
check 0 "a long list" btnsctl redirect -o tsv
_n=$((_n + 1))
if [ "$(wc -l <out)" = 4097 ]; then
	ok "has all of them"
else
	not_ok "has all of them" "$(wc -l <out) lines"
fi
btnsctl redirect -q off
btnsctl redirect -q on
btnskey pin -q -y gw.example.org "$good/p256.spki.pem"
listens
seq 20 34 | while read -r i; do
	nft add element inet btns pass4 "{ 127.0.1.$i timeout ${i}0s $(:
	    )comment \"$p256\" }"
done
check 0 "a key's 16th address" call -b 127.0.0.2
passing() {
	btnsctl redirect -o tsv >out
	grep -q "^$1	" out
}
wait_for 10 passing 127.0.0.2
check 0 "its 17th" call -b 127.0.0.3
wait_for 10 passing 127.0.0.3
grep -c '' out >passing
same passing "are 16 all the same" <<EOT
16
EOT
check 0 "who is let through" btnsctl redirect -o tsv
lacks out "since the one that would leave first has left" 127.0.1.20
hush
btnsctl forget -q -y gw.example.org
btnsctl redirect -q off
new_store

# --- with the listener
listens -r
sed 1q said >said.first
same said.first "listen -r" <<EOT
listening on 0.0.0.0 port 501; peers without a pin are redirected here
EOT
check 1 "another one" btnsctl listen -r -t 1s
like err "would end what it didn't begin" 'redirect is on already: listen wit'
check 3 "one without -r" btnsctl listen -t 1s
like err "has no port" 'port 501: Address already in use'
check 0 "and the rules stay" rules
: >heard
check 0 "a peer calls port 500" call -b 127.0.0.2
same out "and is refused" <<EOT
refused
EOT
empty heard "without iked"
check 0 "its key is learned" btnsctl list -s learned
check 0 "it is not let through" btnsctl redirect -o tsv
empty out "by that"
btnsctl promote -q -y gw.example.org
check 0 "pinned, it calls from elsewhere" call -b 127.0.0.3
passes() {
	btnsctl redirect -o json >out && [ -s out ]
}
wait_for 10 passes
jq -c '[.address, .left > 590, .fingerprint, .identity]' out >said.now
same said.now "and is let through" <<EOT
["127.0.0.3",true,"$p256","fqdn/gw.example.org"]
EOT
reaches "its next call" 127.0.0.3 127.0.0.1 500 "$(ike 22 08 00000000)"
redirected "one from elsewhere" 127.0.0.2 127.0.0.1 500 "$(ike 22 08 00000000)"
check 0 "another key for that name" call -b 127.0.0.5 -k rsa2048.priv-pkcs8.pem
sleep 0.3
check 0 "is not" btnsctl redirect -o tsv
lacks out "let through" 127.0.0.5
check 0 "SIGTERM" hush
like said "ends it, and the redirect" '^redirect removed; 0 accepted, 1 learned, '
check 1 "no rules" rules

# --- accept-new: no administrator
btnsctl set -q accept-for 'fqdn/new.example.org'
btnsctl set -q tofu accept-new
listens -r
check 0 "an expected peer" call -b 127.0.0.6 -i fqdn/new.example.org \
    -k p384.priv-pkcs8.pem
wait_for 10 passes
like out "is accepted, and let through" '"address":"127.0.0.6"'
like said "and told" 'accepted .* 127.0.0.6 *fqdn/new.example.org'
check 0 "its file is there" test -f "$pubkeys/fqdn/new.example.org"

# --- what ends it all the same
kill -STOP $listener
kill -KILL $listener
wait $listener 2>/dev/null
wait_for 10 no_rules
check 1 "kill -9: the guard takes the rules away" rules
listens -r
wait_for 10 pgrep -u nobody -P $listener >/dev/null
reader=$(pgrep -u nobody -P $listener)
check 0 "the reader is nobody" kill -KILL "$reader"
wait $listener
like said.err "the reader is killed" 'ended by signal 9'
check 1 "and the rules go" rules

# --- as systemd ends a unit: all processes of it, again and again
group() {
	rm -f said
	setsid "$bin/btnsctl" listen -r >said 2>said.err &
	listener=$!
	wait_for 10 has said 'listening on ::'
	while kill -0 $listener 2>/dev/null; do
		kill -TERM -$listener 2>/dev/null
	done
	wait $listener
}
check 0 "a signal to all of it" group
empty said.err "disturbs nothing"
check 1 "and the rules are gone" rules
listens -r
kill -KILL $(guard $listener)
check 0 "without its guard it ends well, too" hush
check 1 "and the rules go" rules
# A table that is somebody else's.
nft 'add table inet btns; add chain inet btns out; add chain inet btns mine'
check 1 "another table of that name" btnsctl redirect
check 1 "is not ours" btnsctl redirect on
like err "which is said" 'inet btns is there already, and not of btnsctl'
check 1 "-r" btnsctl listen -r
check 0 "off" btnsctl redirect off
check 3 "-A" btnsctl redirect -A 192.0.2.1
check 0 "leave it as it is" rules
like rules "with all of it" 'chain mine'
nft delete table inet btns
# An nft that fails once: what the listener leaves, the guard takes away.
cp "$nft" nft.real
printf '#!/bin/sh\n[ ! -e "%s/fails" ] || { rm "%s/fails"; exit 1; }\n%s' \
    "$tmp" "$tmp" "exec '$tmp/nft.real' \"\$@\"" >nft.once
chmod 755 nft.once nft.real
if mount --bind nft.once "$nft"; then
	listens -r
	: >fails
	check 3 "nft fails at the end" hush
	like said.err "is said" 'nft: it failed, and does not say why'
	wait_for 10 no_rules
	check 1 "and the guard tries it again" rules
	umount "$nft"
fi

# --- by hand, with a listener of its own
check 0 "redirect on" btnsctl redirect -q on
nft add element inet btns pass4 "{ 127.0.0.3 comment \"$p256\",
    127.0.0.4 comment \"$(fp p521)\", 127.0.0.7 comment \"x\" }"
listens
like said "listen finds it on" '^listening on 0.0.0.0 port 501; peers without'
gone() {
	btnsctl redirect -o tsv >out && ! grep -q '^127.0.0.4' out
}
wait_for 10 gone
cut -f 1 out | sort >said.now
same said.now "and who passes by a key that is no pin leaves" <<EOT
127.0.0.3
127.0.0.7
EOT
check 0 "SIGTERM" hush
check 0 "the rules stay" rules
listens 127.0.0.1:777 ::1
check 0 "its own places" hush
like said "are as they are said" '^listening on 127.0.0.1 port 777'
btnsctl redirect -q off
listens -r 127.0.0.1:777 ::1
rules
like rules "-r redirects to its places" \
    'ip daddr 127.0.0.1 udp dport 500 .* udp dport set 777'
redirected "what begins a handshake" 127.0.0.2 127.0.0.1 500 "$(ike 22 08 00000000)"
reaches "what begins one elsewhere" 127.0.0.2 127.0.0.9 500 "$(ike 22 08 00000000)"
check 0 "a peer calls" call -b 127.0.0.8 -i fqdn/eight -k p521.priv-pkcs8.pem
wait_for 10 has said learned
like said "and is heard" 'learned .* 127.0.0.8 '
check 0 "it ends" hush

# --- without rights, with those of the unit, without nft
if have setpriv; then
	caps=$(sed -n 's/^CapabilityBoundingSet=//p' \
	    "${here%/tests/cli}/share/btns-listen.service" |
	    tr 'A-Z \n' 'a-z,,' | sed 's/cap_/+/g; s/,$//')
	check 0 "the unit's capabilities" setpriv \
	    --bounding-set "-all,$caps" --inh-caps=-all --no-new-privs \
	    "$bin/btnsctl" listen -q -r -t 1s
	check 1 "are all it needs, and no rules are left" rules
	btnsctl redirect -q on
	check 3 "off, as a user" setpriv --reuid 65534 --clear-groups \
	    "$bin/btnsctl" redirect off
	like err "is not permitted" 'nft: .*ermi'
	check 0 "the rules stay" rules
	btnsctl redirect -q off
fi
if mount --bind /dev/null "$nft"; then
	check 3 "no nft" btnsctl redirect on
	like err "is said" 'nft: No such file or directory'
	check 1 "it is off then" btnsctl redirect
	check 3 "or can't be turned off" btnsctl redirect off
	umount "$nft"
fi

# --- what was flushed
back() {
	nsenter -n -t $flushed nft list table inet btns >rules 2>/dev/null
}
wait_for 70 back
like rules "rules that somebody flushed are put back" 'udp dport set 501'
like flushed.err "which is said" 'somebody removed the redirect; it is put'
gone() {
	! back
}
kill -KILL $flushed
wait_for 10 gone
check 0 "and it has another guard, when its own was killed" gone
finish
