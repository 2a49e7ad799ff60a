#!/bin/sh
# What make install puts beside the programs and manuals: cron's jobs and
# systemd's units are run and read as cron and systemd do.  The completions
# are for complete.t.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"
top=$(cd "$here/../.." && pwd) || exit 99
dest=$tmp/dest
eg=$dest/usr/local/share/examples/btns
linux=
[ "$(uname -s)" != Linux ] || linux=1

# install_to DESTDIR VARIABLE...: the programs are built, so only files move
# shellcheck disable=SC2317 # check calls it
install_to() {
	d=$1
	shift
	(cd "$top" && "${MAKE:-make}" install DESTDIR="$d" "$@")
}

# files DIRECTORY: those below it, with their modes
files() {
	(cd "$1" && find . -type f | sort) | while read -r f; do
		echo "$(mode "$1/$f") ${f#.}"
	done
}

check 0 "make install" install_to "$dest"
files "$dest" >got
{
	cat <<-EOT
	0644 /usr/local/share/bash-completion/completions/btnsctl
	0644 /usr/local/share/bash-completion/completions/btnskey
	0644 /usr/local/share/bash-completion/completions/rsafp
	0644 /usr/local/share/examples/btns/btns.cron
	0644 /usr/local/share/examples/btns/btns.ksh
	0644 /usr/local/share/examples/btns/btns.pf
	0644 /usr/local/share/examples/btns/btns_listen.rc
	0644 /usr/local/share/examples/btns/crontab.openbsd
	0644 /usr/local/share/examples/btns/pf.conf.example
	0644 /usr/local/share/fish/vendor_completions.d/btnsctl.fish
	0644 /usr/local/share/fish/vendor_completions.d/btnskey.fish
	0644 /usr/local/share/fish/vendor_completions.d/rsafp.fish
	0644 /usr/local/share/man/man1/btnskey.1
	0644 /usr/local/share/man/man1/rsafp.1
	0644 /usr/local/share/man/man5/btns-pins.5
	0644 /usr/local/share/man/man7/btns.7
	0644 /usr/local/share/man/man8/btnsctl.8
	0644 /usr/local/share/zsh/site-functions/_btns
	0755 /usr/local/bin/btnskey
	0755 /usr/local/bin/rsafp
	0755 /usr/local/sbin/btnsctl
	EOT
	[ -z "$linux" ] || cat <<-EOT
	0644 /etc/cron.d/btns
	0644 /usr/lib/systemd/system/btns-export.service
	0644 /usr/lib/systemd/system/btns-export.timer
	0644 /usr/lib/systemd/system/btns-listen.service
	EOT
} | sort -k 2 >want
sort -k 2 got >got.sorted
same got.sorted "these files, with these modes" <want
(cd "$dest" && find . -type d -name btns -path './var/*') >got
while read -r d; do
	mode "$dest/$d"
done <got >said
same said "and the store's directory" <<EOT
0700
EOT
find "$dest/etc" -type l >odd 2>/dev/null
empty odd "no unit is enabled"

# --- all of share/ is in the distribution, and installed
if [ -e "$top/.git" ] && have git; then
	git -c safe.directory="$top" -C "$top" ls-files share >got
	(cd "$top" && ls share/*) >want
	same got "make dist holds all of share/" <want
fi

# --- other places
other=$tmp/other
check 0 "with other directories" install_to "$other" PREFIX=/usr \
    STATEDIR=/srv/pins CRONDIR=/etc/jobs UNITDIR=/etc/units
lacks "$other/usr/share/examples/btns/btns.cron" "no path of another PREFIX" \
    /usr/local
lacks "$other/usr/share/examples/btns/crontab.openbsd" "nor here" /usr/local
if [ -n "$linux" ]; then
	like "$other/etc/units/btns-export.service" "the program's place" \
	    '^ExecStart=/usr/sbin/btnsctl export -q$'
	like "$other/etc/units/btns-export.service" "the store's place" \
	    '^ReadWritePaths=/srv/pins /etc/iked$'
	echo '# mine' >"$other/etc/jobs/btns"
	check 0 "again" install_to "$other" PREFIX=/usr STATEDIR=/srv/pins \
	    CRONDIR=/etc/jobs UNITDIR=/etc/units
	same "$other/etc/jobs/btns" "jobs that somebody changed stay so" <<-EOT
	# mine
	EOT
fi

# --- the form of cron's lines: FIELDS are before the command
# lines FILE FIELDS: what is wrong with it
lines() {
	awk -v fields="$2" '
		/^#?$/ || /^# / || /^[A-Z]+=[^ ]+$/ { next }
		{
			sub(/^#/, "")
			time = "([*]|[0-9]+)(/[0-9]+)?"
			for (i = 1; i <= 5; i++)
				if ($i !~ "^" time "$")
					print FNR ": field " i ": " $0
			if (fields == 6 && $6 != "root")
				print FNR ": user: " $0
			if ($0 !~ /btnsctl (export|observe|backup|stats)( |$)/)
				print FNR ": no job of ours: " $0
			if (/%/)
				print FNR ": cron ends the command there: " $0
		}
		END {
			if (FNR < 5)
				print "it ends early"
		}' "$1" >odd
	tail -c 1 "$1" | od -An -c | grep -qF '\n' ||
	    echo "no newline at the end" >>odd
	empty odd "${1##*/}: every line is one of cron's"
}
lines "$eg/btns.cron" 6
lines "$eg/crontab.openbsd" 5
grep '^[^#]*btnsctl' "$eg/btns.cron" >said
same said "the jobs that are on" <<'EOT'
*/5 * * * * root btnsctl export -q
17 * * * * root btnsctl observe -q
EOT
page=$top/man/btnsctl.8
sed -n 's/^#\(.*btnsctl stats.*\)/\1/p' "$eg/btns.cron" >want
grep -F 'btnsctl stats >' "$page" >got
same got "the line for stats is that of btnsctl.8" <want
grep '^[^#]*btnsctl' "$eg/crontab.openbsd" |
    sed 's,-s /usr/local/sbin/,root ,' | tr '\t' ' ' >got
grep '^[^#]*btnsctl' "$eg/btns.cron" >want
same got "OpenBSD's are the same" <want

# --- run as cron runs them: with what the file says, and nothing else
new_store
cp "$good/p256.spki.pem" a.pub
btnskey pin -q -N -y gw.example.org a.pub
mkdir -p jobs/backups jobs/node-exporter
echo "$(date +%Y-%m-%dT%H:%M:%SZ) gw iked[1]: spi=0x1:\
 ikev2_send_auth_failed: authentication failed for FQDN/x" >log

# job TEXT MORE: the command of a line, the program being in $dest and the
# store ours; the journal is not read, but a file
# shellcheck disable=SC2317 # check calls it
job() {
	set -- "$(sed -n "s/^#\{0,1\}[^# ]* [^#]* root \(.*$1.*\)/\1/p" \
	    "$eg/btns.cron" | sed "s,/var/lib/prometheus,$tmp/jobs,
	    s,/var/backups,$tmp/jobs/backups,")" "$2"
	(
		while IFS='=' read -r name value; do
			case $name in
			PATH)	PATH=$(echo "$value" |
				    sed "s,/usr/local/,$dest&,g") ;;
			SHELL)	SHELL=$value ;;
			esac
		done <"$eg/btns.cron"
		exec env -i HOME="$tmp" LOGNAME=root SHELL="$SHELL" \
		    PATH="$PATH" BTNS_DB="$store" "$SHELL" -c "$1$2" </dev/null
	)
}
check 0 "cron's export" job 'btnsctl export' ''
silent "what was missing is healed"
same "$pubkeys/fqdn/gw.example.org" "by its file" <a.pub
cp "$good/p384.spki.pem" "$pubkeys/fqdn/x.example.org"
check 1 "somebody's file" job 'btnsctl export' ''
like out "is mailed" '^! pubkeys/fqdn/x\.example\.org: not written by btnsctl'
check 1 "the next run" job 'btnsctl export' ''
silent "has no news"
rm "$pubkeys/fqdn/x.example.org"
check 0 "that it is gone" job 'btnsctl export' ''
like out "is mailed" '^= pubkeys/fqdn/x\.example\.org: gone$'
check 0 "observe" job 'btnsctl observe' ' log'
silent "a stranger is no news"
check 0 "who is told of by list" btnsctl list -s knocking -o tsv
like out "for all that" 'fqdn/x'
check 0 "backup" job 'btnsctl backup' ''
silent "of each day"
check 0 "again, over the last one" job 'btnsctl backup' ''
check 0 "that is whole" btnsctl restore -n jobs/backups/btns.db
check 0 "stats" job 'btnsctl stats' ''
silent "for a collector"
like jobs/node-exporter/btns.prom "whose file is there" \
    '^btns_bindings\{state="pinned"\} 1$'
mv "$store" store.away
check 3 "without a store" job 'btnsctl export' ''
like err "what to do is said" 'no store; make one with btnsctl init$'
mv store.away "$store"

# --- systemd's
unit=$top/share/btns-export.service
for s in ProtectSystem=strict 'ReadWritePaths=/var/lib/btns /etc/iked' \
    NoNewPrivileges=yes PrivateTmp=yes ProtectHome=yes \
    RestrictAddressFamilies=AF_UNIX MemoryDenyWriteExecute=yes \
    SystemCallFilter=@system-service \
    CapabilityBoundingSet=CAP_DAC_READ_SEARCH; do
	yes "$s" grep -qxF "$s" "$unit"
done
command=$(sed -n 's/^ExecStart=//p' "$unit")
check 0 "the service's command" env -i BTNS_DB="$store" sh -c "$dest$command"
silent "is cron's"
if have systemd-analyze; then
	mkdir units
	cp "$top/share/btns-export.timer" units
	sed "s,^ExecStart=,&$dest," "$unit" >units/btns-export.service
	sed "s,/usr/local/sbin,$dest&," "$top/share/btns-listen.service" \
	    >units/btns-listen.service
	check 0 "systemd reads them" systemd-analyze verify --man=no \
	    units/btns-export.service units/btns-export.timer \
	    units/btns-listen.service
	silent "and has nothing to say of them"
	for u in export:20 listen:45; do
		check 0 "exposure of $u" systemd-analyze security \
		    --offline=yes --threshold=${u#*:} \
		    units/btns-${u%:*}.service
	done
else
	skip "systemd reads them" "no systemd-analyze"
fi

# --- with that one capability and a file system that is read-only but for
# two directories, as the service has it
# shellcheck disable=SC2016,SC2317 # sh expands it; check calls it
sandbox() {
	unshare -m sh -c '
		mount --make-rprivate / &&
		mount --bind "$1" "$1" && mount --bind "$2" "$2" &&
		mount -o remount,bind,ro / && ! touch / 2>/dev/null || exit 99
		exec setpriv --bounding-set=-all,+dac_read_search \
		    --no-new-privs "$3" export -q -d "$4"
	' sh "$iked" "$tmp/db" "$bin/btnsctl" "$store"
}
if can_mount && have unshare && have setpriv; then
	btnskey pin -q -N -y two.example.org a.pub
	cp "$good/p521.spki.pem" "$pubkeys/fqdn/bad"
	chown 65534 "$pubkeys/fqdn/bad"
	chmod 600 "$pubkeys/fqdn/bad"
	btnsctl revoke -q -N "$(fp "$good/p521.spki.pem")"
	check 1 "in the service's cage" sandbox
	like out "a revoked key of somebody else's is moved aside" \
	    '^! pubkeys/fqdn/bad: a REVOKED key was in it'
	same "$pubkeys/fqdn/two.example.org" "and a pin gets its file" <a.pub
	check 0 "then" sandbox
	silent "nothing is left to do"
else
	skip "in the service's cage" "no mounts here"
fi

# --- OpenBSD's own programs read the rest
if have pfctl && root; then
	check 0 "pfctl" pfctl -n -f "$eg/pf.conf.example"
	check 0 "its anchor" pfctl -a btns -n -f "$eg/btns.pf"
fi
finish
