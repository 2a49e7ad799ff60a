# The figures of btnsctl; tests/bench/run sources it.
# shellcheck shell=sh disable=SC2034,SC2154 # what run sets and reads

# Compile the helpers that know SQLite, once.
store_tools() {
	[ ! -x "$tmp/insert" ] || return 0
	[ -x "$bin/btnsctl" ] || { lack "$1" btnsctl; return 1; }
	# shellcheck source=/dev/null
	. "$here/../../config.sh"
	for p in mkstore insert; do
		# shellcheck disable=SC2086 # lists of flags
		$CC -std=c11 -D_GNU_SOURCE -O2 -o "$tmp/$p" "$here/$p.c" \
		    ${CRYPTO_CFLAGS:-} ${SQLITE_CFLAGS:-} \
		    ${CRYPTO_LIBS:-} ${SQLITE_LIBS:-} || exit 1
	done
}

# make_store NAME LEARNED PINNED: $tmp/NAME/db, bound to $tmp/NAME/iked
make_store() {
	[ ! -d "$tmp/$1" ] || return 0
	mkdir -p "$tmp/$1/iked"
	"$bin/btnsctl" -q -d "$tmp/$1/db" -D "$tmp/$1/iked" init ||
	    { failed=1; return 1; }
	[ $(($2 + $3)) -eq 0 ] || "$tmp/mkstore" "$tmp/$1/db" "$2" "$3" ||
	    { failed=1; return 1; }
}

# exported NAME: its pins have their files
exported() {
	"$bin/btnsctl" -q -d "$tmp/$1/db" export >/dev/null && return
	failed=1
	return 1
}

# median NAME GOAL WHAT: of lines "CPU CPU WALL WALL" in $tmp/pairs
median() {
	awk -v name="$1" -v goal="$2" -v what="$3" '
	function mid(a, n,   i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && a[j - 1] > a[j]; j--) {
				t = a[j]
				a[j] = a[j - 1]
				a[j - 1] = t
			}
		return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
	}
	{
		cpu[NR] = $1 / $2
		wall[NR] = $3 / $4
		a[NR] = $1
		b[NR] = $2
		c[NR] = $3
		d[NR] = $4
	}
	END {
		r = mid(cpu, NR)
		printf "%s %.3f goal %s %s  %s, %d pairs:", name, r, goal,
		    r <= goal ? "ok" : "over", what, NR
		printf " %.2f against %.2f s; wall %.3f:", mid(a, NR),
		    mid(b, NR), mid(wall, NR)
		printf " %.2f against %.2f s\n", mid(c, NR), mid(d, NR)
	}' "$tmp/pairs"
}

# A pair begins when all else is on the disk: export would write that too.
# Nothing is removed before the end: a file system looks for room among what
# went just now more slowly.

import() {
	store_tools import || return
	"$tmp/mkkeys" 100000 /dev/null "$tmp/hosts.ssh" || exit 1
	awk '{ printf "h%06d.example.org %s\n", NR, $0 }' \
	    "$tmp/hosts.ssh" >"$tmp/known_hosts"
	: >"$tmp/pairs"
	for i in $(seq $((2 * times + 1))); do
		make_store "import$i" 0 0 || return
		make_store "insert$i" 0 0 || return
		sync
		"$tmp/cpu" 1 "$bin/btnsctl" -d "$tmp/import$i/db" import \
		    "$tmp/known_hosts" >"$tmp/out" || { failed=1; return; }
		"$tmp/insert" "$tmp/import$i/db" "$tmp/insert$i/db" \
		    >"$tmp/out2" || { failed=1; return; }
		paste -d ' ' "$tmp/out" "$tmp/out2" |
		    awk '{ print $3, $8, $7, $9 }' >>"$tmp/pairs"
	done
	median import 2.0 'import of 100000 keys, plain inserts of its rows'
}

# Each run has a store of its own, and no tree yet.  The floor is what the
# system calls alone take, without a store, keys and fingerprints.
cold() {
	have rsync || { lack export rsync; return; }
	: >"$tmp/pairs"
	: >"$tmp/floors"
	$CC -std=c11 -D_GNU_SOURCE -O2 -o "$tmp/floor" "$here/floor.c" ||
	    exit 1
	exported pins || return
	for i in $(seq $((4 * times + 1))); do
		make_store "cold$i" 0 20000 || return
		mkdir "$tmp/cold$i/rsync"
		sync
		"$tmp/cpu" 1 "$bin/btnsctl" -d "$tmp/cold$i/db" export \
		    -- rsync -a "$tmp/pins/iked/" "$tmp/cold$i/rsync" \
		    >"$tmp/out" || { failed=1; return; }
		sync
		"$tmp/cpu" 1 "$tmp/floor" "$tmp/cold$i/floor" 20000 \
		    >"$tmp/out2" || { failed=1; return; }
		awk '{ print $5, $10, $15, $16 }' "$tmp/out" >>"$tmp/pairs"
		paste -d ' ' "$tmp/out2" "$tmp/out" |
		    awk '{ print $3, $17, $7, $23 }' >>"$tmp/floors"
	done
	median export 0.5 'export, rsync -a of 20000 files'
	mv "$tmp/floors" "$tmp/pairs"
	median floor 0.5 'the system calls of that export, rsync -a'
}

unchanged() {
	pair unchanged 0.5 $((10 * times + 1)) \
	    'export, rsync -a --delete of 20000 files, nothing to do' \
	    "$bin/btnsctl" -d "$tmp/cold1/db" export -- \
	    rsync -a --delete "$tmp/pins/iked/" "$tmp/cold1/rsync"
}

exports() {
	store_tools export || return
	make_store pins 0 20000 && cold && unchanged
}

# called OPTIONS...: as the listener's peer, once it listens
called() {
	(sleep 1; BTNS_DATA=$here/../data "$bin/tests/unit/call" \
	    "$@" 127.0.0.1 $port >"$tmp/called" 2>&1) &
}

# Both processes of the listener; eight peers at a time, the same ones again
# and again, who are only counted, so that no store is in it.
listens() {
	store_tools listen || return
	[ -x "$bin/tests/unit/call" ] || { lack listen call; return; }
	# shellcheck disable=SC2086 # lists of flags
	$CC -std=c11 -O2 -o "$tmp/bare" "$here/bare.c" \
	    ${CRYPTO_CFLAGS:-} ${CRYPTO_LIBS:-} || exit 1
	make_store listen 0 0 || return
	port=$((20000 + $$ % 10000))
	(sleep 1
	for peer in 1 2 3 4 5 6 7 8; do
		BTNS_DATA=$here/../data "$bin/tests/unit/call" -r 250 \
		    -b 127.0.$peer.2 127.0.0.1 $port >"$tmp/called.$peer" &
	done
	wait) &
	pair listen 2.0 1 \
	    '2000 handshakes, their bare operations by libcrypto' \
	    "$bin/btnsctl" -d "$tmp/listen/db" listen -q -t 12s \
	    127.0.0.1:$port -- "$tmp/bare" 2000
	wait
	[ "$(cat "$tmp"/called.* | grep -c '^refused$')" = 2000 ] || failed=1
	flooded
}

# The process that reads before and after 4000000 requests without a cookie,
# and the slowest of five peers who call meanwhile.
flooded() {
	"$bin/btnsctl" -q -d "$tmp/listen/db" listen 127.0.0.1:$port &
	listener=$!
	sleep 1
	reader=$(cat /proc/$listener/task/$listener/children)
	called -b 127.0.0.2 -r 10
	wait $!
	before=$(awk '/^VmHWM/ { print $2 }' "/proc/${reader% }/status")
	called -x flood -r 4000000
	flood=$!
	sleep 2
	peers=
	for peer in 3 4 5 6 7; do
		(start=$(date +%s%N)
		honest=$(BTNS_DATA=$here/../data "$bin/tests/unit/call" \
		    -b 127.0.$peer.2 127.0.0.1 $port)
		echo "$honest $((($(date +%s%N) - start) / 1000000))" \
		    >"$tmp/honest.$peer") &
		peers="$peers $!"
	done
	# shellcheck disable=SC2086 # a list
	wait $peers
	kill -0 $flood || failed=1	# it went on all the while
	wait $flood
	after=$(awk '/^VmHWM/ { print $2 }' "/proc/${reader% }/status")
	kill $listener
	wait $listener
	sort -n -k 2 "$tmp"/honest.* | awk -v b="$before" -v a="$after" '
	{
		through += $1 == "refused"
		ms = $2
	}
	END {
		printf "flood %.3f goal 1.05 %s  memory after and before" \
		    " 4000000 requests: %d against %d KB; %d of five honest" \
		    " peers meanwhile, the slowest in %d ms\n", a / b,
		    a / b <= 1.05 && through == 5 && ms < 3000 ? "ok" : "over",
		    a, b, through, ms
	}'
}

show() {
	store_tools show || return
	make_store thousand 1000 60 || return
	make_store million 1000000 60 || return
	pair show 1.5 $((50 * times)) 'show among 1000000, among 1000' \
	    "$bin/btnsctl" -d "$tmp/million/db" show p1.example.org -- \
	    "$bin/btnsctl" -d "$tmp/thousand/db" show p1.example.org
}

# The page cache is full at 10000 and not yet at 1000: 2 MB at most.
list() {
	store_tools list || return
	make_store thousand 1000 60 || return
	make_store ten 10000 60 || return
	make_store hundred 100000 60 || return
	for n in thousand ten hundred; do
		"$tmp/cpu" 1 "$bin/btnsctl" -d "$tmp/$n/db" list ||
		    { failed=1; return; }
	done >"$tmp/out"
	awk '
	{ kb[NR] = $1 }
	END {
		r = kb[3] / kb[2]
		printf "list %.3f goal 1.05 %s  list, peak KiB among 1000," \
		    " 10000, 100000: %d %d %d\n", r,
		    r <= 1.05 ? "ok" : "over", kb[1], kb[2], kb[3]
	}' "$tmp/out"
}

# Pins that are in the tree, so that a file goes with each.
revoke() {
	store_tools revoke || return
	make_store million 1000000 60 || return
	exported million || return
	pair revoke 3.0 60 'revoke, show of one key among 1000000' \
	    "$bin/btnsctl" -d "$tmp/million/db" revoke p%d.example.org -- \
	    "$bin/btnsctl" -d "$tmp/million/db" show h000000001.example.org
}

# log MEGABYTES: a gateway's syslog, a fifth of its lines iked's: 300 peers
# without a pin, each refused again and again.
log() {
	awk -v mb="$1" -v day="$(date -u +%Y-%m-%d)" 'BEGIN {
		host = " gw-a "
		other[0] = "sshd[812]: Connection closed by 203.0.113.5 port" \
		    " 41822 [preauth]"
		other[1] = "kernel: [12345.678901] audit: type=1400 apparmor=" \
		    "\"ALLOWED\" operation=\"open\" profile=\"x\""
		other[2] = "CRON[9911]: (root) CMD (command -v debian-sa1 >" \
		    " /dev/null && debian-sa1 1 1)"
		other[3] = "unbound[700]: info: generate keytag query" \
		    " _ta-4f66. NULL IN"
		for (i = 0; size < mb * 1000000; i++) {
			t = sprintf("%sT%02d:%02d:%02d.%06d+00:00", day,
			    i / 3600 % 24, i / 60 % 60, i % 60, i % 1000000) host
			s = ""
			for (k = 0; k < 16; k++)
				s = s t other[k % 4] "\n"
			spi = sprintf("iked[1234]: spi=0x%016x: ", i * 7919 + 1)
			b = "b" i % 300 ".example.org"
			s = s t spi "recv IKE_AUTH req 1 peer 10.99." i % 200 \
			    ".2:500 local 10.99.0.1:500, 791 bytes, policy" \
			    " \047toB\047\n" t "iked[1230]: ca_validate_pubkey:" \
			    " could not open public key pubkeys/fqdn/" b "\n" \
			    t spi "ikev2_dispatch_cert: peer certificate is" \
			    " invalid\n" t spi "ikev2_send_auth_failed:" \
			    " authentication failed for FQDN/" b "\n"
			size += length(s)
			printf "%s", s
		}
	}'
}

# grep stops at the first match where its output is /dev/null.
observe() {
	store_tools observe || return
	log 100 >"$tmp/log.100"
	log 1000 >"$tmp/log.1000"
	for n in 1 2 3 4 5 100 1000; do
		make_store "observe$n" 0 0 || return
	done
	pair observe 2.0 5 'observe, grep -c in 1 GB of log' \
	    "$bin/btnsctl" -q -d "$tmp/observe%d/db" observe \
	    "$tmp/log.1000" -- sh -c 'grep -c "$0" "$1" >"$2"' \
	    'authentication failed for' "$tmp/log.1000" "$tmp/count"
	for n in 100 1000; do
		"$tmp/cpu" 1 "$bin/btnsctl" -q -d "$tmp/observe$n/db" observe \
		    "$tmp/log.$n" || { failed=1; return; }
	done >"$tmp/out"
	rm "$tmp/log.100" "$tmp/log.1000"
	awk '
	{ kb[NR] = $1 }
	END {
		r = kb[2] / kb[1]
		printf "observe-memory %.3f goal 1.05 %s  observe, peak KiB in" \
		    " 100 MB, 1 GB: %d %d\n", r, r <= 1.05 ? "ok" : "over",
		    kb[1], kb[2]
	}' "$tmp/out"
}
