#!/bin/sh
# What btnsctl doctor asks of the host itself: cron, the daemon and what that
# makes of iked.conf.  In a mount namespace, with files of our own in the
# place of /etc, /usr/sbin, /var/run and /var/spool.
# shellcheck disable=SC1003,SC2016 # iked.conf has \ and $ of its own
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

in_namespace '-m -n' 'mkdir a b && mount --bind a b &&
    [ "$(readlink -f /usr/sbin)" = /usr/sbin ] && readlink -f /var/run' \
    'mount and network namespaces'
var_run=$(readlink -f /var/run)

# /etc is what programs need of it, and no more.
mkdir -p sbin run spool new
for f in passwd group nsswitch.conf ld.so.cache ssl alternatives; do
	[ ! -e "/etc/$f" ] || cp -RL "/etc/$f" new/ 2>/dev/null
done
grep -q '^_iked:' new/passwd ||
    echo '_iked:x:65533:65533::/nonexistent:/bin/false' >>new/passwd
grep -q '^_iked:' new/group || echo '_iked:x:65533:' >>new/group
mkdir -p new/iked new/cron.d new/systemd/system/timers.target.wants
real=$here/../../build/root/usr/sbin/iked
# A tree that was built another way lies in build/ itself.
[ -x "$real" ] || real=$here/../../../root/usr/sbin/iked
[ ! -x "$real" ] || cp "$real" iked.real
[ ! -x /usr/sbin/nft ] || cp /usr/sbin/nft sbin
mount --bind new /etc && mount --bind sbin /usr/sbin &&
    mount --bind spool /var/spool && mount --bind run "$var_run" ||
    exit 99
iked=/etc/iked conf=/etc/iked.conf
cp "$good/example2048.spki.pem" a.pub
btnsctl init -q -D $iked && btnskey gen -q -t ec -D $iked &&
    btnskey pin -q -y gw-b.example.org a.pub || exit 99

policies() {
	printf '%s\n' "$@" >$conf
	chmod 600 $conf
}

# program SCRIPT: it is iked
program() {
	printf '#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n' "$1" >sbin/iked.new
	chmod 755 sbin/iked.new
	mv sbin/iked.new sbin/iked
}

# finds SEVERITY CHECK WHAT, lacks_check CHECK
finds() {
	timeout 60 btnsctl doctor -o tsv >rows 2>err
	like rows "$2: is found" "^$1	$2	.*$3"
}

lacks_check() {
	timeout 60 btnsctl doctor -o tsv >rows 2>err
	cut -f 2 rows | grep -x "$1" >hits
	empty hits "$1: is not found$2"
}

policies 'ikev2 "gw-b" from any to any dstid gw-b.example.org'

# --- the daemon
finds note daemon 'not installed'
lacks_check version ''
program 'exit 1'
finds note daemon 'not running'
perl -MSocket -e '
	socket my $s, PF_UNIX, SOCK_STREAM, 0 or die;
	bind $s, pack_sockaddr_un(shift) or die;
	listen $s, 8 or die;
	open my $f, ">", "up";
	sleep 600;
' "$tmp/run/iked.sock" &
listener=$!
trap 'kill $listener; rm -rf "$tmp"' EXIT
wait_for 10 [ -e up ]
lacks_check daemon ' where it runs'

# --- who it is
lacks_check iked-user ' where there is one'
chmod 640 $iked/pubkeys/fqdn/gw-b.example.org
finds error unreadable 'cannot read it'
chown 0:_iked $iked/pubkeys/fqdn/gw-b.example.org
lacks_check unreadable ' by its group'
chmod 600 $iked/pubkeys/fqdn/gw-b.example.org
finds error unreadable 'cannot read it'
chown 0:0 $iked/pubkeys/fqdn/gw-b.example.org
chmod 644 $iked/pubkeys/fqdn/gw-b.example.org
cp /etc/passwd passwd
grep -v '^_iked:' passwd >/etc/passwd
finds note iked-user 'no such user'
cat passwd >/etc/passwd

# --- its version
program 'echo OpenIKED 6.7.1 >&2'
finds error version 'version 6\.7: CVE-2020-16088'
for v in 6.8 6.9.0 7.2 10.0; do
	program "echo OpenIKED $v >&2"
	lacks_check version " in $v"
done
program 'echo "usage: iked" >&2; exit 1'
finds note no-version 'CVE-2020-16088'
program 'exec sleep 600'
before=$(date +%s)
finds note version 'no end of it within 10 s'
yes "an iked that hangs is not waited for" \
    test $(($(date +%s) - before)) -le 55
program 'exec cat /dev/zero'
finds note refused 'no end of it'

# --- what it makes of the configuration
# says SCRIPT: to -n; the version is well
says() {
	program "[ \$1 != -V ] || { echo OpenIKED 7.2 >&2; exit; }
	$1"
}
says 'echo "$*" >'"$tmp"'/args; pwd >>'"$tmp"'/args; env >>'"$tmp"'/args
	echo "/etc/iked.conf: 3: syntax error" >&2
	echo "ikev2 \"gw-b\" psk 0x73336372"; echo "user \"u\" \"s3cret\""
	exit 1'
finds error refused 'iked refuses it: /etc/iked.conf: 3: syntax error	'
lacks rows "nor what may be secret in its words" 7333
lacks rows "nor its users" s3cret
sed -n 1,2p args >said
same said "it is asked from /, where it reads includes" <<'EOT'
-n -v -f /etc/iked.conf
/
EOT
no "with an empty environment" grep -q '^BTNS_DB' args
says 'printf "\033[31m\n" >&2; exit 1'
btnsctl doctor >out
lacks out "its words are escaped" "$(printf '\033')"
says 'exit 1'
finds error refused "doesn't say why"
says 'echo "ikev2 \"gw-b\" passive dstid gw-b.example.org lifetime 1"'
lacks_check otherwise ' where both agree'
says 'echo "ikev2 \"gw-b\" passive dstid gw-c.example.org lifetime 1"'
finds warning otherwise 'this policy otherwise'
says 'echo "ikev2 \"gw-b\" passive lifetime 1"'
finds warning otherwise 'this policy otherwise'
says ':'
finds warning otherwise 'iked reads 0 policies, and 1'

# --- cron
lines() {
	rm -f /etc/crontab /etc/cron.d/* spool/cron/crontabs/root
	finds warning cron 'no crontab and no timer'
}
says ':'
lines
echo '*/5 * * * * root btnsctl export -q' >/etc/crontab
lacks_check cron ' with /etc/crontab'
echo '#*/5 * * * * root btnsctl export -q' >/etc/crontab
finds warning cron 'no crontab'
lines
echo '*/5 * * * * root PATH=/x btnsctl -q export' >/etc/cron.d/btns
lacks_check cron ' with /etc/cron.d'
mv /etc/cron.d/btns /etc/cron.d/btns.dpkg-old
finds warning cron 'no crontab'
lines
mkdir -p spool/cron/crontabs
echo '*/5 * * * * /usr/sbin/btnsctl export' >spool/cron/crontabs/root
lacks_check cron ' with a crontab of root'
lines
units=/etc/systemd/system
printf '[Service]\nExecStart=/usr/sbin/btnsctl export -q\n' \
    >$units/btns-export.service
: >$units/btns-export.timer
finds warning cron 'no crontab'
ln -s ../btns-export.timer $units/timers.target.wants/btns-export.timer
lacks_check cron ' with a timer that is on'
btnsctl export -q >/dev/null 2>&1
lacks_check cron-fails ' after an export'
touch -d '2 days ago' "$store.lock"
finds warning cron-fails 'came through at 20'
btnsctl export -q -n >/dev/null 2>&1
finds warning cron-fails 'came through at 20'

# --- peers that are sent to nobody
if have nft; then
	lacks_check redirect ' while it is off'
	btnsctl redirect -q -f on
	finds error redirect 'sends peers to port 501, where no btnsctl listen'
	btnsctl listen -4 127.0.0.1:501 >said 2>err &
	listener=$!
	wait_for 20 grep -q listening said
	lacks_check redirect ' with a listener'
	kill $listener
	wait $listener
	finds error redirect 'btnsctl redirect off'
	btnsctl redirect -q off
else
	skip "redirect" "no nft here"
fi

# --- the real one
policies 'ikev2 from any to any'
if [ ! -e iked.real ] || ! ./iked.real -n -f $conf >out 2>err; then
	skip "the real iked reads the same" "it isn't in build/root"
	finish
fi
cp iked.real sbin/iked

# agree NAME LINE...: iked reads it as it is read here
agree() {
	name=$1
	shift
	policies "$@"
	timeout 60 btnsctl doctor -o tsv >rows
	grep -E '^[a-z]*	(conf|refused|otherwise)	' rows >hits
	empty hits "the real iked agrees: $name"
}

# refuse NAME LINE...: both refuse it
refuse() {
	name=$1
	shift
	policies "$@"
	timeout 60 btnsctl doctor -o tsv >rows
	cut -f 2 rows | grep -x -e conf -e refused | sort -u >hits
	same hits "the real iked refuses too: $name" <<-'EOT'
	conf
	refused
	EOT
}

agree 'a policy' 'ikev2 "b" from any to any dstid b'
agree 'names of its own' 'ikev2 from any to any' 'ikev2 "b" from any to any' \
    'ikev2 from any to any dstid c'
agree 'macros' 'a = "b.example"' 'b = "srcid x dstid"' \
    'ikev2 from any to any $b $a' 'ikev2 from any to any dstid $a.org' \
    'ikev2 "$a" from any to any dstid x$a' 'a = c' \
    'ikev2 from any to any dstid $a'
agree 'joined lines' 'ikev2 "b" from any \' '  to any dstid b # x \' \
    'ikev2 "c" from any to any' '# \' 'ikev2 "d" from any to any' \
    'ikev2 "e" from any to any'
agree 'quotes' "ikev2 'b' from any to any dstid \"b\\\"c\"" \
    'ikev2 "c" from any to any dstid "b\x"' 'ikev2 "d" from any to any dstid "b' \
    'c"' 'ikev2 "e" from any to any dstid "#x" # y'
agree 'ways to authenticate' 'ikev2 from any to any dstid a psk "x y"' \
    'ikev2 from any to any dstid b psk 0x00ff' \
    'ikev2 from any to any dstid c eap "mschap-v2"' \
    'ikev2 from any to any dstid d ecdsa256' 'ikev2 from any to any e' \
    'ikev2 from any to any dstid f rfc7427 tag "$name" tap "enc1"'
agree 'all that a policy takes' 'set passive' 'user "u" "p"' \
    'ikev2 "x" quick passive ipcomp transport ah inet proto { 6, 17 } \' \
    ' from 10.0.0.0/8 port 80 to 10.1.0.0/16 port 81, from 10.2.0.1 \' \
    ' (10.3.0.1) to 10.4.0.0/16 local 10.9.0.1 peer 10.9.0.0/24 \' \
    ' ikesa auth hmac-sha2-256 enc aes-256 prf hmac-sha2-256 group \' \
    ' modp2048 childsa enc aes-256 auth hmac-sha2-256 group none noesn \' \
    ' srcid a dstid b ikelifetime 4h lifetime 3h bytes 1G signature \' \
    ' config address 10.5.0.0/24 config name-server 10.5.0.1'
agree 'rules of others' 'flow esp from { "' 'ike esp from any to any "' \
    'ikev2 from any to any'
printf 'ikev2 "i" from any to any dstid i\nm = "dstid m"' >/etc/i.conf
chmod 600 /etc/i.conf
agree 'an included file' 'include "/etc/i.conf"' 'ikev2 from any to any $m'
agree 'one from the root' 'include "etc/i.conf"' 'ikev2 from any to any $m'
agree 'one twice' 'include "/etc/i.conf" # x' 'include "/etc/i.conf"'
agree 'no line at its end' 'ikev2 from any to any' "$(printf '\\')"
refuse 'half a quote' 'ikev2 from any to any dstid "b'
refuse 'a number' 'ikev2 from any to any dstid 7'
refuse 'a reserved word' 'ikev2 from any to any dstid any'
refuse 'one for a macro' 'psk = x'
refuse 'a number for one' 'x = 7'
refuse 'a macro in a macro' 'a = x' 'b = "$a"' 'ikev2 from any to any dstid $b'
refuse 'no such macro' 'ikev2 from any to any dstid $b'
refuse 'ids the wrong way' 'ikev2 from any to any dstid b srcid a'
refuse 'no hosts' 'ikev2 "b" dstid b'
refuse 'braces that are open' 'ikev2 proto { tcp from any to any'
refuse 'braces too many' 'ikev2 from any to any }'
refuse 'braces of hosts' 'ikev2 from any to { 10.0.0.1, 10.0.0.2 }'
refuse 'a file that is not there' 'include "/none"'
refuse 'a word alone' 'hello'
refuse 'a method that is none' 'ikev2 from any to any none'
chmod 644 /etc/i.conf
refuse 'an included file that others read' 'include "/etc/i.conf"' \
    'ikev2 from any to any'
chmod 600 /etc/i.conf
chmod 644 $conf
timeout 60 btnsctl doctor -o tsv >rows
like rows "a file that others read is one that iked refuses" \
    '^error	refused	'
finish
