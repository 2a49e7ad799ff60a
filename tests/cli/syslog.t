#!/bin/sh
# Rule 8: each event goes to syslog with its SEQ:HASH.  In a mount namespace,
# with a socket of ours in the place of /dev/log.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

in_namespace -m 'mkdir a && mount --bind a a' 'mount namespaces'

# A /dev of our own: what the programs and this script need, and log.
mkdir dev && mount -t tmpfs -o mode=755 none dev || exit 99
for d in null full zero urandom tty; do
	: >dev/$d
	mount --bind /dev/$d dev/$d || exit 99
done
ln -s /proc/self/fd dev/fd
mount --move dev /dev || exit 99

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
a=$(fp a.pub) b=$(fp b.pub)

# Somebody takes what is sent to /dev/log, a line each, until told to stop.
perl -MSocket -e '
	socket my $s, PF_UNIX, SOCK_DGRAM, 0 or die;
	bind $s, pack_sockaddr_un("/dev/log") or die;
	open my $out, ">", shift or die;
	$out->autoflush(1);
	while (defined recv $s, my $m, 65536, 0) {
		last if $m eq "stop";
		$m =~ s/[\n\0]+$//;
		print $out "$m\n";
	}
' "$tmp/lines" &
daemon=$!
trap 'kill $daemon 2>/dev/null; rm -rf "$tmp"' EXIT
wait_for 10 [ -e /dev/log ]
wait_for 10 [ -e lines ]

# told: what came, once all of it is there
told() {
	perl -MSocket -e '
		socket my $s, PF_UNIX, SOCK_DGRAM, 0;
		send $s, "stop", 0, pack_sockaddr_un("/dev/log")'
	wait $daemon
}

new_store
check 0 "a pin" btnskey pin -q -F "$a" -c 'neu: größer' gw.example.org a.pub
check 0 "a key learned" btnsctl learn -q -A 192.0.2.7 x.example.org b.pub
check 0 "a revocation" env SUDO_USER=ops btnsctl revoke -q -c stolen "$a"
check 0 "no more of it" btnsctl set -q syslog off
check 0 "an event that isn't told" btnsctl forget -q -y x.example.org
check 0 "again" btnsctl set -q syslog on
check 1 "what changes nothing is no event" btnskey pin -q -y y.example.org a.pub
# More events at once than are told singly.
i=0
while [ $i -lt 40 ]; do
	printf '%064x\n' $i
	i=$((i + 1))
done >list
check 0 "40 at once" btnsctl import -q list
told

# Each line: <priority>date btns[PID]: SEQ:HASH WHO WHAT IDENTITY KEY DETAIL
sed 's/^<\([0-9]*\)>.* btns\[[0-9]*]: /\1 /' lines >said
me=$(id -un)
h() {
	sql "SELECT seq || ':' || substr(lower(hex(hash)), 1, 16) FROM event
	    WHERE seq = $1"
}
same said "rule 8: each event is in syslog, with its SEQ:HASH" <<EOT
37 $(h 1) $me init - - $(sql 'SELECT detail FROM event WHERE seq = 1')
37 $(h 2) $me pin fqdn/gw.example.org $a evidence=fingerprint digits=64\
 comment=neu: gr????er
37 $(h 3) $me learn fqdn/x.example.org $b address=192.0.2.7
37 $(h 4) ops revoke - $a comment=stolen
37 $(h 5) $me set - - name=syslog value=off
37 $(h 7) $me set - - name=syslog value=on
37 $(h 47) events 8 to 47
EOT
anchor=$(sed -n 's/^37 \(4:[0-9a-f]*\) .*/\1/p' said)
check 0 "rule 8: and such a line is an anchor" btnsctl verify "$anchor"
btnsctl log -o tsv | awk -F '\t' '$1 == 4 { print substr($11, 1, 16) }' >said
same said "rule 8: the one that log shows" <<EOT
${anchor#4:}
EOT
check 0 "a syslog that nobody listens to is no trouble" \
    btnskey pin -q -y z.example.org b.pub
finish
