# shellcheck shell=sh
# What the scenarios are written in.  There are two hosts, a (10.0.0.1) and
# b (10.0.0.2), joined by a wire.  Each has its own network, name, /etc/iked
# and root directory, /mnt/a and /mnt/b: the machine's files, and a tmpfs above
# them that takes what is written.  a starts, b waits.
#
# To add a scenario, put a file of sh into scenarios/: it is found by its name,
# and `sh tests/e2e/run NAME` runs it alone.  Its first lines are mostly
#
#	setup -t ec		# stores and key pairs
#	conf a a.example.org b.example.org
#	conf b b.example.org a.example.org
#	pin a b.example.org
#	pin b a.example.org
#	up b
#	up a
#	tunnel FQDN/a.example.org FQDN/b.example.org
#
# and what it has to show follows, an `ok 'words' command` each.  Starting a
# process takes a tenth of a second here, so let the shell do what it can.
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

# The daemons' logs, after a failure.
logs() {
	for l in a b; do
		echo "# log of $l:"
		cat $w/$l.old $w/$l.log 2>/dev/null | comment
	done
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
	logs
	exit 10
}

not() {
	! "$@"
}

# exits STATUS COMMAND ...
exits() {
	wanted=$1
	shift
	"$@"
	got=$?
	[ $got = "$wanted" ] || {
		echo "exit status $got"
		return 1
	}
}

# said PATTERN: the last command of ok did
said() {
	cp $w/out $w/said
	ok "it says $1" says "$1"
}

says() {
	cat $w/said
	grep -q -e "$1" $w/said
}

# Which files of the machine can be written: none.
closed() {
	s=ok
	while read -r m_dev m_at m_type m_opts _; do
		case $m_type,$m_opts, in
		hostfs,*,ro,* | hostfs,ro,*) ;;
		hostfs,*)
			echo "# $m_dev on $m_at: $m_opts"
			s='not ok' ;;
		esac
	done </proc/mounts
	count
	echo "$s $n - the machine's own files are read-only"
}

# tell HOST SCRIPT: to the host's shell, which gives the $status that it sets.
# Without it, each command would take three more processes to get there.  It
# is the loop that answers, not the script: that one must have been read to its
# end before the next is written in its place.
tell() {
	echo "$2" >"/mnt/$1/run/job"
	echo >"/mnt/$1/run/do"
	read -r told <"/mnt/$1/run/done"
	return "$told"
}

# as COMMAND ...: $job becomes the line of sh that runs it.
as() {
	job=
	for arg; do
		quoted=
		while :; do
			case $arg in
			*\'*)	quoted="$quoted${arg%%\'*}'\\''"
				arg=${arg#*\'} ;;
			*)	break ;;
			esac
		done
		job="$job '$quoted$arg'"
	done
}

# with HOST SCRIPT: with the files that are open here.  They are 5, 6 and 7 as
# well, since tell has other ones in their place.
with() {
	read -r self _ </proc/self/stat
	self=/proc/$self/fd
	tell "$1" "{ $2
	} <$self/5 >>$self/6 2>>$self/7"
} 5<&0 6>&1 7>&2

# on HOST COMMAND ...
on() {
	host=$1
	shift
	as "$@"
	with "$host" "$job; status=\$?"
}

# start HOST COMMAND ...: in the background, as process $started
start() {
	host=$1
	shift
	as "$@"
	with "$host" "$job & echo \$! >/run/pid; status=0"
	read -r started <"/mnt/$host/run/pid"
}

# ended HOST PROCESS: wait for one that was started; gives its status
ended() {
	tell "$1" "wait $2; status=\$?"
}

hosts() {
	mkdir -p $w/a/root $w/a/work $w/b/root $w/b/work
	for h in a b; do
		r=/mnt/$h
		echo "none $r overlay lowerdir=/mnt/base:/mnt/low:/,$(:
		    )upperdir=$w/$h/root,workdir=$w/$h/work
		proc $r/proc proc
		/dev $r/dev none bind
		tmpfs $r/run tmpfs mode=755
		/mnt/bin $r/programs none bind
		tmpfs $r/etc/iked tmpfs mode=755"
	done >$w/fstab
	mount -a -T $w/fstab || return
	mkdir -m 700 /mnt/a/etc/iked/private /mnt/b/etc/iked/private
	for h in a b; do
		for d in ca certs crls pubkeys/fqdn pubkeys/ufqdn \
		    pubkeys/ipv4 pubkeys/ipv6; do
			echo /mnt/$h/etc/iked/$d
		done
	done | xargs mkdir -p
	mkfifo /mnt/a/run/do /mnt/a/run/done /mnt/b/run/do /mnt/b/run/done
	for h in a b; do
		# shellcheck disable=SC2016
		unshare -n -u --root=/mnt/$h sh -c \
		    'echo "$1" >/proc/sys/kernel/hostname
		    echo $$ >/run/self
		    exec 8<>/run/do 9<>/run/done
		    echo 0 >&9
		    while read -r _ <&8; do
			. /run/job
			echo "$status" >&9
		    done' sh $h &
		read -r told </mnt/$h/run/done
	done
	read -r pid_a </mnt/a/run/self
	read -r pid_b </mnt/b/run/self
	ip link add wire netns "$pid_a" type veth peer name wire netns "$pid_b"
	for h in a b; do
		printf '%s\n' "addr add $(addr $h)/24 dev wire" \
		    'link set wire up' 'link set lo up' >$w/ip
		on $h ip -batch - <$w/ip || return
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

# conf HOST SRCID [DSTID]
conf() {
	mode=passive
	[ "$1" = b ] || mode=active
	me=$(addr "$1")
	peer=$(addr "$(other "$1")")
	# Nobody else may write it.
	(umask 077
	echo "ikev2 $mode esp from $me to $peer local $me peer $peer" \
	    "srcid \"$2\" ${3:+dstid $3}" >"/mnt/$1/etc/iked.conf")
}

# names ID ...: a calls itself all of these at once, and b would take any name
names() {
	(umask 077
	i=0
	any=
	for id; do
		echo "ikev2 active esp from 10.0.$i.1 to 10.0.$i.2" \
		    "local 10.0.0.1 peer 10.0.0.2" \
		    "srcid \"$id\" dstid b.example.org" >&3
		any="$any from 10.0.$i.2 to 10.0.$i.1"
		i=$((i + 1))
	done
	echo "ikev2 passive esp$any local 10.0.0.2 peer 10.0.0.1" \
	    "srcid b.example.org" >/mnt/b/etc/iked.conf
	) 3>/mnt/a/etc/iked.conf
}

up() {
	start "$1" iked -d -v >>"$w/$1.log" 2>&1 </dev/null
	eval "iked_$1=$started"
}

down() {
	eval "started=\$iked_$1"
	kill "$started"
	ended "$1" "$started"
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

# kernel HOST COUNT: how many SAs its kernel has; two make a tunnel
kernel() {
	on "$1" ip xfrm state >$w/xfrm || return
	cat $w/xfrm
	[ "$(grep -c 'proto esp' $w/xfrm)" = "$2" ]
}

# pinned HOST IDENTITY: iked has a file for it
pinned() {
	[ -f "/mnt/$1/etc/iked/pubkeys/$2" ]
}

# ctl HOST VERB ...
ctl() {
	where=$1
	shift
	on "$where" btnsctl -d $db "$@"
}

# store HOST
store() {
	ok "$1: init" ctl "$1" -D /etc/iked init
}

# key HOST [OPTION ...]: a key pair by btnskey gen
key() {
	x=$1
	shift
	ok "$x: gen${*:+ $*}" on "$x" btnskey gen -D /etc/iked "$@"
}

# setup [OPTION ...]: a store and a key pair on both hosts
setup() {
	for s_host in a b; do
		store $s_host
		key $s_host "$@"
	done
}

# carry HOST: the other one's public key comes there, as /store/a.pub or b.pub
carry() {
	p=$(other "$1")
	cp "/mnt/$p/etc/iked/local.pub" "/mnt/$1/store/$p.pub"
}

# pin HOST IDENTITY: the other host's public key
pin() {
	carry "$1"
	ok "$1: pin $2" on "$1" btnskey pin -y -d $db "$2" "/store/$p.pub"
}

# another HOST [OPTION ...]: a second pair, /store/new
another() {
	mkdir -m 700 "/mnt/$1/store/new"
	x=$1
	shift
	ok "$x: another key" on "$x" btnskey gen -q -D /store/new "$@"
}

# swap HOST: the second pair is the one in use, and the first the second
swap() {
	set -- "/mnt/$1/etc/iked" "/mnt/$1/store/new"
	for f in private/local.key local.pub; do
		mv "$1/$f" "$w/swap"
		mv "$2/$f" "$1/$f"
		mv "$w/swap" "$2/$f"
	done
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
	start b timeout 15 tcpdump -i wire -nn -l -c 4 \
	    'esp or (icmp and src 10.0.0.2)' >$w/wire 2>$w/tcpdump
	dump=$started
	appears $w/tcpdump '^listening' || return
	on a ping -q -c 2 -i 0.2 -W 5 10.0.0.2 || return
	ended b "$dump" || return
	cat $w/wire
	[ "$(grep -c 'ESP(spi=' $w/wire)" = 4 ]
}

# strongswan CONNECTION LOCAL REMOTE [PLUGIN]: on a, its key and what charon
# and swanctl need to call b, with these lines of a scenario's own
strongswan() {
	cp /mnt/a/etc/iked/private/local.key /mnt/a/etc/swanctl/private
	cat >/mnt/a/etc/swanctl/swanctl.conf <<-EOT
	connections {
		gw {
			version = 2
			local_addrs = 10.0.0.1
			remote_addrs = 10.0.0.2
			$1
			local {
				auth = pubkey
				id = a.example.org
				$2
			}
			remote {
				auth = pubkey
				id = b.example.org
				$3
			}
			children {
				net {
					local_ts = 10.0.0.1/32
					remote_ts = 10.0.0.2/32
				}
			}
		}
	}
	EOT
	plugins="openssl pem pkcs1 pkcs8 pubkey ${4-} nonce kdf gcm random"
	cat >/mnt/a/etc/strongswan.conf <<-EOT
	charon {
		load = $plugins kernel-netlink socket-default vici
		filelog {
			stderr {
				default = 1
			}
		}
	}
	swanctl {
		load = $plugins
	}
	EOT
}

# uptime: $now is the seconds since the guest was booted
uptime() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# scenario FILE: from nothing to nothing
scenario() {
	uptime
	began=$now
	mount -t tmpfs -o mode=755 tmpfs $w
	(
		PATH=/programs:$PATH
		name=${1%.sh}
		# shellcheck disable=SC1090
		hosts && . "/mnt/e2e/scenarios/$1"
	) 2>$w/err &
	s=$!
	(sleep 120; kill -KILL $s) &
	wait $s
	s=$?
	case $s in
	0 | 10) ;;
	*)	count
		echo "not ok $n - ${1%.sh}: ended with status $s"
		comment $w/err
		logs ;;
	esac
	# This is process 1, and the hosts' are all the others.
	kill -KILL -1
	wait
	umount -R /mnt/a /mnt/b $w
	uptime
	echo "# ${1%.sh}: $((now - began)) s"
}
