# shellcheck shell=sh
# What the scenarios are written in.  There are two hosts, a (10.0.0.1) and
# b (10.0.0.2), joined by a wire.  Each has its own network, name, /etc/iked
# and root directory, /mnt/a and /mnt/b: the machine's files, and a tmpfs above
# them that takes what is written.  a starts, b waits.
#
# A scenario is over at its first "not ok": what follows would only wait for
# what can no longer come.

w=/mnt/w		# the scenario's tmpfs
db=/store/pins.db	# each host's store

# iked prints its policy on one line of a thousand columns.
comment() {
	sed 's/^/#   /' "$@" | cut -c -200
}

count() {
	read -r n </mnt/tap/count
	n=$((n + 1))
	echo "$n" >/mnt/tap/count
}

# ok WHAT COMMAND ...
ok() {
	what=$1
	shift
	count
	if "$@" >$w/out 2>&1 </dev/null; then
		echo "ok $n - $name: $what"
		return
	fi
	echo "not ok $n - $name: $what"
	echo "# failed: $*"
	comment $w/out
	for h in a b; do
		echo "# iked of $h:"
		cat $w/$h.old $w/$h.log 2>/dev/null | comment
	done
	exit 10
}

not() {
	! "$@"
}

enter() {
	eval "h=\$pid_$1"
	shift
	exec nsenter -t "$h" -n -u -r -w -- "$@"
}

# on HOST COMMAND ...
on() (
	h=$1
	shift
	enter "$h" timeout -k 1 60 "$@"
)

host() {
	r=/mnt/$1
	up=$w/$1
	mkdir -p "$up/root" "$up/work" "$r"
	mount -t overlay -o "lowerdir=/mnt/low:/,upperdir=$up/root" \
	    -o "workdir=$up/work" none "$r"
	mount -t proc proc "$r/proc"
	mount --bind /dev "$r/dev"
	mount -t tmpfs -o mode=755 tmpfs "$r/run"
	mkdir -p "$r/etc/iked" "$r/var/lib/openiked/empty" "$r/programs"
	mount --bind /mnt/bin "$r/programs"
	mount -t tmpfs -o mode=755 tmpfs "$r/etc/iked"
	mkdir -m 700 "$r/store" "$r/etc/iked/private"
	(cd "$r/etc/iked" && mkdir -p ca certs crls pubkeys/fqdn \
	    pubkeys/ufqdn pubkeys/ipv4 pubkeys/ipv6)
	# What a user unpacked is that user's, and no path to a store.
	chown 0:0 "$r/etc" "$r/usr" "$r/var" "$r/var/lib"
	if ! grep -q '^_iked:' "$r/etc/passwd"; then
		echo '_iked:x:65533:65533::/var/lib/openiked/empty:/bin/false' \
		    >>"$r/etc/passwd"
		echo '_iked:x:65533:' >>"$r/etc/group"
	fi

	# A process that keeps the network and the name, for nsenter.
	# shellcheck disable=SC2016
	unshare -n -u sh -c 'echo "$1" >/proc/sys/kernel/hostname
	    exec chroot "/mnt/$1" sleep 2147483647' sh "$1" &
	eval "pid_$1=$!"
	c=
	until [ "$c" = sleep ]; do
		read -r c <"/proc/$!/comm" || return
	done
}

hosts() {
	host a && host b || return
	# shellcheck disable=SC2154
	ip link add wire netns "$pid_a" type veth peer name wire netns "$pid_b"
	for h in a b; do
		printf '%s\n' "addr add $(addr $h)/24 dev wire" \
		    'link set wire up' 'link set lo up' | on $h ip -batch -
	done
}

addr() {
	case $1 in
	a) echo 10.0.0.1 ;;
	b) echo 10.0.0.2 ;;
	esac
}

other() {
	case $1 in
	a) echo b ;;
	b) echo a ;;
	esac
}

# conf HOST SRCID DSTID
conf() {
	mode=passive
	[ "$1" = b ] || mode=active
	me=$(addr "$1")
	peer=$(addr "$(other "$1")")
	rm -f "/mnt/$1/etc/iked.conf"
	echo "ikev2 $mode esp from $me to $peer local $me peer $peer" \
	    "srcid $2 dstid $3" >"/mnt/$1/etc/iked.conf"
	chmod 600 "/mnt/$1/etc/iked.conf"
}

up() {
	(enter "$1" iked -d -v) >>"$w/$1.log" 2>&1 &
	eval "iked_$1=$!"
}

down() {
	eval "set -- \$iked_$1"
	kill "$1"
	wait "$1"
}

# Lets a try anew: a refused initiator waits a minute before it does.  await
# then sees what is logged from here on.
again() {
	down a
	for h in a b; do
		cat $w/$h.log >>$w/$h.old
		: >$w/$h.log
	done
	up a
}

# appears FILE PATTERN: within 30 s.  One process that looks often: in the guest
# starting one takes longer than that.
appears() {
	perl -e 'my ($file, $pattern) = @ARGV;
	    for (1 .. 600) {
		open my $f, "<", $file;
		while (<$f>) { exit 0 if /$pattern/ }
		select undef, undef, undef, 0.05;
	    }
	    die "$file: nothing matches $pattern\n"' "$1" "$2"
}

# await HOST PATTERN: in its iked's log
await() {
	appears "$w/$1.log" "$2"
}

# sa HOST TYPE/ID COUNT: how many SAs are up with that peer.  Those of refused
# tries are listed too, for a while, as CLOSING.
sa() {
	on "$1" ikectl show sa >$w/sa || return
	cat $w/sa
	[ "$(grep -c "^iked_sas:.*<$2>.* ESTABLISHED" $w/sa)" = "$3" ]
}

# pinned HOST IDENTITY: iked has a file for it
pinned() {
	[ -f "/mnt/$1/etc/iked/pubkeys/$2" ]
}

# ctl HOST VERB ...
ctl() {
	h=$1
	shift
	on "$h" btnsctl -d $db "$@"
}

# setup [OPTION ...]: a store and, by btnskey gen, a key pair on both hosts
setup() {
	for x in a b; do
		ok "$x: init" ctl $x -D /etc/iked init
		ok "$x: gen${*:+ $*}" on $x btnskey gen -D /etc/iked "$@"
	done
}

# pin HOST IDENTITY: the other host's public key, which came by hand
pin() {
	p=$(other "$1")
	cp "/mnt/$p/etc/iked/local.pub" "/mnt/$1/store/$p.pub"
	ok "$1: pin $2" on "$1" btnskey pin -y -d $db "$2" "/store/$p.pub"
}

# tunnel TYPE/ID-OF-A TYPE/ID-OF-B: both are up, and pings pass as ESP
tunnel() {
	ok "b takes $1" await b "established peer .*\[$1\]"
	ok "a takes $2" await a "established peer .*\[$2\]"
	ok 'pings pass as ESP only' pings
}

# Two pings are four packets.  What b has decrypted shows up as well, so look
# for what b sends in the clear.
pings() {
	(enter b timeout 15 tcpdump -i wire -nn -l -c 4 \
	    'esp or (icmp and src 10.0.0.2)') >$w/wire 2>$w/tcpdump &
	dump=$!
	appears $w/tcpdump '^listening' || return
	on a ping -q -c 2 -i 0.2 -W 5 10.0.0.2 || return
	wait $dump || return
	cat $w/wire
	[ "$(grep -c 'ESP(spi=' $w/wire)" = 4 ]
}

# scenario FILE: from nothing to nothing
scenario() {
	mkdir -p $w
	mount -t tmpfs -o mode=755 tmpfs $w
	(
		PATH=/programs:$PATH
		name=${1%.sh}
		# shellcheck disable=SC1090
		hosts && . "/mnt/e2e/scenarios/$1"
	) 2>$w/err
	s=$?
	case $s in
	0 | 10) ;;
	*)	count
		echo "not ok $n - ${1%.sh}: ended with status $s"
		comment $w/err ;;
	esac
	# This is process 1, and the hosts' are all the others.
	kill -KILL -1
	wait
	umount -R /mnt/a
	umount -R /mnt/b
	umount $w
}
