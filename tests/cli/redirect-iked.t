#!/bin/sh
# iked keeps port 500 while the unknown are sent to the listener: two stock
# ikeds, two network namespaces, and the kernel's own nftables.  The kernel's
# part of IPsec is tests/e2e/pfkey.c's: the kernels that have it for
# tests/e2e lack nftables.
# shellcheck disable=SC2016,SC2086,SC2154,SC2317 # sh expands it; words without blanks; set by
# eval; check calls them
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

top=${here%/tests/cli}
root=$top/build/root
[ -x "$root/usr/sbin/iked" ] || root=
for p in unshare nsenter nft ip; do
	have $p || { echo "1..0 # SKIP no $p here"; exit 0; }
done
if ! [ -x "$root/usr/sbin/iked" ]; then
	echo '1..0 # SKIP no iked here; sh packages test fetches one'
	exit 0
fi
if ! unshare -n -m sh -c 'nft list tables && mkdir l && mount -t overlay \
    -o "lowerdir=$PWD/l:/etc" none /etc' >log 2>&1; then
	echo '1..0 # SKIP no nftables in a namespace: run this as root'
	exit 0
fi
${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -w -fPIC -shared -o pfkey.so \
    "$top/tests/e2e/pfkey.c" -ldl || exit 99
libs=$(find "$root/usr/lib" -name 'libevent*.so*' -exec dirname {} + | sort -u |
    paste -s -d : -)

# --- two hosts, each with a directory of its own above /etc, /usr/sbin, ...
pids=
trap 'kill $pids 2>/dev/null; wait 2>/dev/null; rm -rf "$tmp"' EXIT
cat >host <<'EOT'
mount --make-rprivate / && ip link set lo up
for d in /etc /usr/sbin /var/lib; do
	mkdir -p "$1/top$d"
done
mkdir -p "$1/top/etc/iked" "$1/top/var/lib/openiked/empty" "$1/run"
for f in passwd group; do
	cp /etc/$f "$1/top/etc"
done
if ! grep -q ^_iked: /etc/passwd; then
	echo '_iked:x:65533:65533::/var/lib/openiked/empty:/bin/false' \
	    >>"$1/top/etc/passwd"
	echo _iked:x:65533: >>"$1/top/etc/group"
fi
for p in iked ikectl; do
	printf '#!/bin/sh\nexec env LD_LIBRARY_PATH=%s%s %s "$@"\n' "$3" \
	    "$([ $p = ikectl ] || echo " LD_PRELOAD=$4")" "$2/usr/sbin/$p" \
	    >"$1/top/usr/sbin/$p"
	chmod 755 "$1/top/usr/sbin/$p"
done
for d in /etc /usr/sbin /var/lib; do
	mount -t overlay -o "lowerdir=$1/top$d:$(readlink -f $d)" none $d || exit
done
mount -t tmpfs -o mode=755 none "$(readlink -f /var/run)"
mount -t tmpfs -o mode=755 none /etc/iked
mkdir -m 700 /etc/iked/private
mkdir -p /etc/iked/ca /etc/iked/certs /etc/iked/crls
echo ready
exec sleep 600
EOT
for h in a b; do
	mkdir -p $h
	unshare -n -m sh host "$tmp/$h" "$root" "$libs" "$tmp/pfkey.so" \
	    >$h.host 2>&1 &
	eval "pid_$h=$!"
	pids="$pids $!"
done
for h in a b; do
	wait_for 10 grep -q ready $h.host || { cat $h.host >&2; exit 99; }
done
# on HOST COMMAND...
on() {
	eval "_pid=\$pid_$1"
	shift
	nsenter -t "$_pid" -n -m -w"$tmp" "$@"
}
# be HOST COMMAND...: the same in the place of this shell, for a background
be() {
	eval "_pid=\$pid_$1"
	shift
	exec nsenter -t "$_pid" -n -m -w"$tmp" "$@"
}
ip link add wire netns "$pid_a" type veth peer name wire netns "$pid_b" ||
    exit 99
n=1
for h in a b; do
	on $h ip addr add 10.0.0.$n/24 dev wire
	on $h ip link set wire up
	on $h btnsctl init -q -D /etc/iked -d "$tmp/$h/db/pins.db" &&
	    on $h btnskey gen -q -t ec -D /etc/iked || exit 99
	on $h cat /etc/iked/local.pub >$h.pub
	n=$((n + 1))
done
ctl() {
	on b btnsctl -d "$tmp/b/db/pins.db" "$@"
}
# conf HOST MODE ME PEER SRCID DSTID
conf() {
	(umask 077
	echo "ikev2 $2 esp from $3 to $4 local $3 peer $4" \
	    "srcid $5 dstid $6" >$1.conf)
}
# up HOST, down HOST: its iked
up() {
	be "$1" iked -d -v -f "$tmp/$1.conf" >$1.log 2>&1 &
	eval "iked_$1=$!"
	pids="$pids $!"
}
down() {
	eval "_pid=\$iked_$1"
	kill "$_pid"
	wait "$_pid"
}
again() {
	down a
	up a
}
listens() {
	rm -f said			# else the last one's is read
	be b btnsctl -d "$tmp/b/db/pins.db" listen -r -t 10m >said 2>&1 &
	listener=$!
	pids="$pids $!"
	wait_for 10 grep -q 'listening on ::' said
}
# told ERE
told() {
	wait_for 20 grep -Eq "$1" said
	like said "it says $1" "$1"
}
# taken ID: b's iked has an SA with it
taken() {
	check 0 "b's iked has an SA with $1" wait_for 20 established "$1"
}
established() {
	on b ikectl show sa | grep -q "^iked_sas: .*<FQDN/$1>.* ESTABLISHED"
}
# lost: retransmitted, and told once all the same
lost() {
	[ "$(grep -c 'retransmit' a.log)" -ge 1 ] &&
	    [ "$(grep -c 'learned\|seen' said)" = 1 ]
}
# passes: a's address is let through
passes() {
	ctl redirect -o tsv | grep -q '^10\.0\.0\.1	'
}

on a btnskey pin -q -y -d "$tmp/a/db/pins.db" b.example.org b.pub
conf a active 10.0.0.1 10.0.0.2 a.example.org b.example.org
conf b passive 10.0.0.2 10.0.0.1 b.example.org a.example.org
cp b.conf b/top/etc/iked.conf
up b
check 0 "b's iked runs" wait_for 10 on b ikectl show sa
check 0 "b listens beside it" listens

# --- unknown, promoted, let through; the first answers are lost on the way
on a nft -f - <<EOT || exit 99
table inet lossy {
	chain in {
		type filter hook input priority 0;
		udp sport 500 @th,208,8 34 limit rate 1/hour burst 1 packets drop
		udp sport 500 @th,208,8 35 limit rate 1/hour burst 1 packets drop
	}
}
EOT
up a
wait_for 20 grep -q 'AUTHENTICATION_FAILED\|recv IKE_AUTH res' a.log
like a.log "iked asks again, and is answered" 'recv IKE_AUTH res 1 '
check 0 "both answers were lost once" lost
on a nft delete table inet lossy
told 'learned .* 10\.0\.0\.1  *fqdn/a\.example\.org'
lacks b.log "its iked heard nothing of that" 'IKE_SA_INIT'
ctl promote -q -F "$(rsafp -q a.pub)" a.example.org
again
told 'seen .* 10\.0\.0\.1  *fqdn/a\.example\.org'
check 0 "pinned, its address is let through" wait_for 10 passes
lacks b.log "still nothing" 'IKE_SA_INIT'
again
taken a.example.org

# --- its SA keeps it in, its key's end throws it out
on b nft 'delete element inet btns pass4 { 10.0.0.1 }'
ctl listen -t 2s 127.0.0.9:777 >out 2>&1
check 0 "an SA that is up lets its address through" passes
check 0 "revoke" ctl revoke -c stolen a.example.org
like out "ends the SA" '^- fqdn/a.example.org .*\(SA was up, gone now\)'
check 1 "and lets its address through no more" passes
again
told 'REFUSED .* 10\.0\.0\.1  *fqdn/a\.example\.org: '
check 0 "it ends" kill $listener
wait $listener
check 0 "and said so" grep -q '^redirect removed; ' said

# --- a branch that is expected: no administrator
down a
on a mv /etc/iked/private/local.key /etc/iked/private/old.key
on a rm /etc/iked/local.pub
on a btnskey gen -q -t rsa -b 2048 -D /etc/iked || exit 99
conf a active 10.0.0.1 10.0.0.2 b01.branch.example.org b.example.org
down b
conf b passive 10.0.0.2 10.0.0.1 b.example.org b01.branch.example.org
cp b.conf b/top/etc/iked.conf
up b
check 0 "b's iked runs" wait_for 10 on b ikectl show sa
ctl set -q -t 1h accept-for 'fqdn/b*.branch.example.org'
ctl set -q -t 1h tofu accept-new
check 0 "b listens beside it" listens
up a
told 'accepted .* 10\.0\.0\.1  *fqdn/b01\.branch\.example\.org'
check 0 "its address is let through" wait_for 10 passes
again
taken b01.branch.example.org
ctl redirect -o json >out
jq -c '[.address, .identity]' out >said.now
same said.now "by its key" <<EOT
["10.0.0.1","fqdn/b01.branch.example.org"]
EOT
check 0 "kill -9" kill -KILL $listener
wait $listener 2>/dev/null
off() {
	! ctl redirect >/dev/null
}
check 0 "and the redirect is gone" wait_for 10 off
check 0 "the SA is not" established b01.branch.example.org
finish
