#!/bin/sh
# The end of SAs, with an ikectl that is ours: in a mount namespace, with a
# directory of our own in the place of /etc/iked, /usr/sbin and /var/run.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

# shellcheck disable=SC2016 # sh expands it
in_namespace -m 'mkdir a b && mount --bind a b &&
    [ "$(readlink -f /usr/sbin)" = /usr/sbin ] && readlink -f /var/run' \
    'mount namespaces'
var_run=$(readlink -f /var/run)

# Where the host has no /etc/iked, one lies over its /etc.
mkdir -p sbin run over/iked
[ -d /etc/iked ] ||
    mount -t overlay -o "lowerdir=$tmp/over:/etc" none /etc || exit 99
mount --bind "$iked" /etc/iked && mount --bind sbin /usr/sbin &&
    mount --bind run "$var_run" || exit 99
iked=/etc/iked pubkeys=/etc/iked/pubkeys
f=$pubkeys/fqdn/gw.example.org
cp "$good/p256.spki.pem" a.pub
cp "$good/p384.spki.pem" b.pub
btnsctl init -q -D $iked || exit 99

# --- the other side
socket=$tmp/run/iked.sock
listener=
trap 'listen_end; rm -rf "$tmp"' EXIT

# listen: somebody listens on iked's socket
listen() {
	listen_end
	rm -f "$socket"
	perl -MSocket -e '
		socket my $s, PF_UNIX, SOCK_STREAM, 0 or die;
		chdir shift;
		unlink "new", "iked.sock";
		bind $s, pack_sockaddr_un("new") or die;
		listen $s, 1024 or die;
		rename "new", "iked.sock" or die;
		sleep 600;
	' "$tmp/run" &
	listener=$!
	wait_for 10 [ -e "$socket" ]
}

# The socket stays, as after a crash.
listen_end() {
	[ -z "$listener" ] || {
		kill "$listener"
		wait "$listener" 2>/dev/null
	}
	listener=
}

# fake SCRIPT: ikectl.  show.N is what its Nth "show sa" says, or show what
# every one does; each word of other calls is a line in calls.
fake() {
	rm -f calls shown show show.*
	cat >sbin/ikectl.new <<-EOT
	#!/bin/sh
	PATH=/usr/bin:/bin
	cd $tmp || exit 1
	if [ "\$1 \$2" != "show sa" ]; then
		printf '<%s>\n' "\$@" >>calls
		exit 0
	fi
	echo >>shown
	n=\$((\$(wc -l <shown)))
	$1
	[ -e show.\$n ] || n=
	cat show\${n:+.\$n}
	EOT
	chmod 755 sbin/ikectl.new
	mv sbin/ikectl.new sbin/ikectl
	: >show
}

spi=0
# sa ID [STATE [ADDRESS]]: a line as iked prints it
sa() {
	spi=$((spi + 1))
	printf 'iked_sas: 0x55d0c0ffee%02d rspi 0x%016x ispi 0x%016x ' \
	    $spi $spi $((spi + 4096))
	printf '%s:500->10.0.0.2:500<%s>[] %s r nexti (nil) pol 0x55d0beef\n' \
	    "${3-10.0.0.1}" "$1" "${2-ESTABLISHED}"
}

# pinned [IDENTITY]: it is, and nothing is left to do
pinned() {
	mv "$socket" run/away 2>/dev/null
	btnskey pin -q -F "$(fp a.pub)" "${1-gw.example.org}" a.pub &&
	    btnsctl export -q || echo "# the scene failed"
	mv run/away "$socket" 2>/dev/null
}

# forget NAME STATUS: what it does to the pin, which goes in any case
forget() {
	before=$(date +%s)
	check "$2" "$1" timeout 60 btnsctl forget -y gw.example.org
	took=$(($(date +%s) - before))
	no "$1: the file is gone" test -e "$f"
}

# short_of SECONDS NAME: it took no longer
short_of() {
	yes "$2" test "$took" -le "$1"
}

gone="^- fqdn/gw\\.example\\.org  [0-9a-f]{16}\\.\\.  \\(%s\\)\$"
# says WHAT: of the SA of the file that went
says() {
	# shellcheck disable=SC2059 # it is one
	like out "says so" "$(printf "$gone" "$1")"
}

# --- nobody there
fake 'exit 1'
pinned
forget "no socket" 0
says "no iked is running"
no "ikectl was not asked" test -e shown
listen
listen_end
pinned
forget "a socket that nobody listens on" 0
says "no iked is running"

# --- an iked that can't be asked
listen
rm sbin/ikectl
pinned
forget "no ikectl" 3
like err "says what is missing" '/usr/sbin/ikectl: No such file'
fake 'exec sleep 600'
pinned
forget "an ikectl that hangs" 3
short_of 30 "ends in time"
like err "says who doesn't answer" 'iked does not answer'
fake 'exec >&- 2>&-; exec sleep 40'
pinned
forget "one that closes its output and hangs" 3
short_of 30 "ends in time"
fake 'cat show; exit 1'
pinned
forget "one that fails" 3
fake 'kill -9 $$'
pinned
forget "one that is killed" 3
fake 'while :; do echo x; done'
pinned
forget "one that never ends" 3
short_of 30 "ends in time"

# --- what is no list
fake 'cat show'
pinned
printf 'iked_sas: not as it was agreed\n' >show
forget "a line that can't be read" 3
like err "is an SA that may be up" 'an SA may still be up'
fake 'cat show'
pinned
head -c 100000 /dev/urandom >show
forget "garbage" 0
says "no SA was up"
fake 'cat show'
pinned
perl -e 'print "iked_sas" . "x" x 91, "\n" for 1 .. 52429' >show
forget "5 MiB" 3
fake 'cat show'
pinned
sa "FQDN/$(printf '%02000d' 0)/../gw.example.org" >show
forget "an identity of 2,000 octets" 3
like err "is an SA that may be up, too" 'an SA may still be up'
for i in 1 2 3 4 5 6 7 8 9; do
	fake 'cat show'
	pinned
	sa FQDN/gw.example.org | cut -c "1-$((i * 15))" >show
	# A part of a line is no SA, or one that can't be told: no third.
	timeout 60 btnsctl forget -y gw.example.org >out 2>err
	case $? in
	0 | 3)	;;
	*)	echo "$i" ;;
	esac
done >faults
empty faults "a list that breaks off"

# --- SAs
fake ''
pinned
{ sa FQDN/other.example.org; sa UFQDN/gw.example.org; sa IPV4/10.0.0.2; } \
    >show
forget "SAs of others" 0
says "no SA was up"
no "none is reset" test -e calls
fake ''
pinned
sa FQDN/gw.example.org >show.1
forget "rule 4: an SA that goes" 0
says "SA was up, gone now"
same calls "is reset by its type and name" <<EOT
<reset>
<id>
<FQDN/gw.example.org>
EOT
fake ''
pinned
sa FQDN/gw.example.org >show.1
cp show.1 show.2
cp show.1 show.3
forget "one that takes its time" 0
says "SA was up, gone now"
fake ''
pinned
sa FQDN/gw.example.org >show.1
sa FQDN/gw.example.org >show.2
forget "rule 4: an SA that was rekeyed meanwhile" 0
[ "$(grep -c / calls)" -ge 2 ] || echo once >said2
no "rule 4: is reset as well" test -e said2
fake ''
pinned
sa FQDN/gw.example.org >show.1
sa FQDN/gw.example.org >show
forget "rule 4: a new SA where no key lies any more" 3
says "SA is STILL UP"
fake ''
btnsctl export -q
fake ''
pinned
cp "$good/p521.spki.pem" "$pubkeys/fqdn/copy"
sa FQDN/copy >show
check 3 "rule 4: a file moved aside, and a deaf peer" \
    btnsctl revoke -q "$(fp "$good/p521.spki.pem")"
check 3 "rule 4: the next run still says so" btnsctl export -q
fake ''
check 0 "rule 4: until it is gone" btnsctl export -q
fake ''
pinned
{ sa FQDN/gw.example.org CLOSING; sa FQDN/gw.example.org CLOSED; } >show
forget "SAs that are closing" 0
says "no SA was up"
no "are left to end" test -e calls
fake ''
pinned
{ sa FQDN/gw.example.org ESTABLISHED 10.0.0.1
  sa FQDN/gw.example.org ESTABLISHED fe80::1%eth0
  sa FQDN/gw.example.org AUTH_SUCCESS; } >show.1
forget "three of one peer" 0
grep -c FQDN calls >said
same said "are reset" <<EOT
3
EOT
# --- identities of the peer's choice: the literal string, in one word
# hostile ID: the SA of that name goes
hostile() {
	fake ''
	pinned
	sa "$1" >show.1
	forget "SA of $1" 0
	printf '<reset>\n<id>\n<%s>\n' "$1" >want
	same calls "is reset by what it is called" <want
}
hostile 'FQDN/../fqdn/gw.example.org'
hostile 'FQDN/./gw.example.org'
hostile 'FQDN//gw.example.org'
hostile 'UFQDN/../fqdn/gw.example.org'
hostile 'FQDN/x y/../gw.example.org'
hostile 'FQDN/>[/../gw.example.org'
hostile 'FQDN/] ESTABLISHED r/../gw.example.org'
hostile 'FQDN/x>[] CLOSED r/../gw.example.org'
hostile 'FQDN/->10.0.0.9:500<FQDN/../gw.example.org'
# shellcheck disable=SC2016 # a name that nobody should run
hostile 'FQDN/$(touch x)`touch x`;touch x/../gw.example.org'
hostile "FQDN/'\"\\/../gw.example.org"
hostile 'FQDN/-n -f/../gw.example.org'
hostile 'FQDN/%s%n/../gw.example.org'
no "none is run" test -e x

# --- one that stays
fake ''
pinned
sa "FQDN/it's here/../gw.example.org" >show
forget "rule 4: an ikectl that lies" 3
short_of 30 "is believed for so long"
like out "is found out" "^- fqdn/gw\\.example\\.org .* \\(SA is STILL UP\\)\$"
like err "and the SA told" \
    '^btnsctl: fqdn/gw\.example\.org: out of the tree, but its SA is still up$'
like err "rule 11: with the command, quoted for the shell" \
    "^    ikectl reset id 'FQDN/it'\\\\''s here/\\.\\./gw\\.example\\.org'\$"
fake ''
sa FQDN/gw.example.org >show.1
check 0 "the next export asks again" btnsctl export
like out "and says so" '^  fqdn/gw\.example\.org  -  \(SA was up, gone now\)$'
check 0 "and no more" btnsctl export -q

# --- the other ways to lose a key
fake ''
btnsctl export -q
pinned
fake ''
sa FQDN/gw.example.org >show.1
check 0 "rule 4: a replaced pin" btnskey pin -R "$(fp a.pub)" -F "$(fp b.pub)" \
    gw.example.org b.pub
like out "ends the SA" 'SA was up, gone now'
yes "and the new key is there" cmp b.pub "$f"
fake ''
sa FQDN/gw.example.org >show.1
rm "$f"
check 0 "a file that is put back" btnsctl export
no "ends none" test -e calls
fake ''
sa FQDN/gw.example.org >show.1
btnsctl forget -q -N -y gw.example.org
no "forget -N asks nothing" test -e shown
check 0 "the export does" btnsctl export -q
like calls "and ends the SA" '^<FQDN/gw\.example\.org>$'
pinned one.example.org
pinned two@example.org
pinned 192.0.2.7
fake ''
{ sa FQDN/one.example.org; sa UFQDN/two@example.org; sa IPV4/192.0.2.7; } \
    >show.1
for i in one.example.org two@example.org 192.0.2.7; do
	btnsctl forget -q -N -y $i
done
check 0 "three removals in one run" btnsctl export
grep / calls | sort >said
same said "end three" <<EOT
<FQDN/one.example.org>
<IPV4/192.0.2.7>
<UFQDN/two@example.org>
EOT
finish
