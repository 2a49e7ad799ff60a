#!/bin/sh
# observe and systemd's own journald and journalctl: a daemon of its own in a
# mount namespace, with a program in iked's place that writes to it.
# shellcheck disable=SC2016,SC2317 # sh expands it; check calls them
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

journald=
for d in /lib/systemd /usr/lib/systemd; do
	[ ! -x $d/systemd-journald ] || journald=$d/systemd-journald
done
if [ -z "$journald" ] || ! have journalctl; then
	echo '1..0 # SKIP no journald here'
	exit 0
fi
in_namespace -m 'mkdir l && mount -t overlay \
    -o "lowerdir=$PWD/l:/usr/sbin" none /usr/sbin' 'mount namespaces'
mkdir sbin
cp "$(readlink -f "$(command -v perl)")" sbin/iked
mount --make-rprivate / &&
    mount -t overlay -o "lowerdir=$tmp/sbin:/usr/sbin" none /usr/sbin &&
    mount -t tmpfs none /run && mount -t tmpfs none /var/log &&
    mkdir -p /run/systemd/journal /run/log/journal || exit 99
head -c 16 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >/run/id
echo >>/run/id
mount --bind /run/id /etc/machine-id || exit 99
$journald >journald.log 2>&1 &
daemon=$!
trap 'kill $daemon $follower 2>/dev/null; rm -rf "$tmp"' EXIT
follower=
wait_for 15 test -S /run/systemd/journal/socket

new_store
cp "$good/p256.spki.pem" a.pub
btnskey pin -q -y gw.example.org a.pub
# entry PROGRAM: it sends standard input, and lives until journald has looked
# what it is
entry() {
	"$1" -MIO::Socket::UNIX -e 'local $/;
	    IO::Socket::UNIX->new(Type => SOCK_DGRAM,
	    Peer => "/run/systemd/journal/socket")->send(<STDIN>) or die $!;
	    sleep 1'
}
# told PROGRAM ID: it says that this one was refused
told() {
	printf 'SYSLOG_IDENTIFIER=iked\nMESSAGE=spi=0x%s: %s %s\n' "$$" \
	    'ikev2_send_auth_failed: authentication failed for' "FQDN/$2" |
	    entry "$1"
}
# counted N: so many refusals are in the journal
counted() {
	[ "$(journalctl -q -o cat SYSLOG_IDENTIFIER=iked | wc -l)" -ge "$1" ]
}

told iked x.example.org
told iked x.example.org
told perl y.example.org
told iked gw.example.org
wait_for 15 counted 4
check 1 "observe reads the journal" btnsctl observe -o json
jq -r '[.op, .identity, .cause, .times, .verified] | @tsv' out | sort >said
same said "and whose words they are" <<EOT
!	fqdn/gw.example.org	another	1	1
?	fqdn/x.example.org	unknown	2	2
?	fqdn/y.example.org	unknown	1	0
EOT
check 0 "and who knocks" btnsctl list -s knocking -o json
jq -r '[.identity, .times_seen] | @tsv' out | sort >said
same said "is counted" <<EOT
fqdn/x.example.org	2
fqdn/y.example.org	1
EOT
check 0 "observe again" btnsctl observe
like out "counts nothing twice" ' 0 alarms,'
btnsctl list -s knocking -o json | jq -r .times_seen | sort >said
same said "so it stays" <<EOT
1
2
EOT

# --- what no line of a file could hold
printf 'SYSLOG_IDENTIFIER=iked\nMESSAGE=a\n' | entry iked
head -c 100000 /dev/zero | tr '\0' x >long
{
	printf 'SYSLOG_IDENTIFIER=iked\nMESSAGE=authentication failed for FQDN/'
	cat long
	echo
} | entry iked
told iked "$(printf 'b\033[31m')"
wait_for 15 counted 7
check 0 "long and odd entries" btnsctl observe
check 0 "they are shown" btnsctl list -s knocking
lacks out "without what steers a terminal" "$(printf '\033')"

# --- rotated, vacuumed
kill -USR2 $daemon
sleep 0.5
told iked x.example.org
wait_for 15 counted 8
check 0 "after a rotation" btnsctl observe
btnsctl list -s knocking -o json |
    jq -r 'select(.identity == "fqdn/x.example.org").times_seen' >said
same said "one more is one more" <<EOT
3
EOT

# --- followed
btnsctl observe -f -o json >followed 2>follow.err &
follower=$!
sleep 1
told iked new.example.org
sees() {
	btnsctl list -s knocking -o tsv | grep -q 'fqdn/new.example.org'
}
wait_for 15 sees
check 0 "observe -f sees what comes" sees
kill $follower
wait $follower
check 0 "and ends" test $? -eq 0
follower=
empty follow.err "without a word"
finish
