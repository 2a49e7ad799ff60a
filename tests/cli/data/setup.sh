# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh sets, the tests read
# What the tests of btnskey and btnsctl share beside lib.sh: the corpus'
# keys, a directory for iked and a store below $tmp.

good=$data/good
iked=$tmp/etc/iked
pubkeys=$iked/pubkeys
store=$tmp/db/pins.db
BTNS_DB=$store
export BTNS_DB
unset SUDO_USER DOAS_USER
chmod 755 "$tmp"
mkdir -p "$iked" "$tmp/bin"

root() {
	[ "$(id -u)" -eq 0 ]
}

# can_mount: root, with file systems of its own to fill up, on $iked and
# the store's directory
can_mount() {
	trap 'umount "$iked" "$tmp/db" 2>/dev/null; rm -rf "$tmp"' EXIT
	root && mkdir -p "$tmp/mnt" &&
	    mount -t tmpfs none "$tmp/mnt" 2>/dev/null && umount "$tmp/mnt"
}

# nobody COMMAND...: as a user without rights, who may not see the source
nobody() {
	cp "$bin/rsafp" "$bin/btnskey" "$bin/btnsctl" "$tmp/bin"
	PATH=$tmp/bin:$PATH setpriv --reuid=65534 --regid=65534 \
	    --clear-groups "$@"
}

# yes NAME COMMAND..., no NAME COMMAND...: it exits 0, or 1.  out and err
# stay as they are; the command finds them as was.out and was.err.
yes() {
	_aside 0 "$@"
}

no() {
	_aside 1 "$@"
}

_aside() {
	for _f in out err; do
		[ -e $_f ] || : >$_f
		mv $_f was.$_f
	done
	check "$@"
	mv was.out out
	mv was.err err
}

# silent NAME
silent() {
	empty out "$1: nothing on stdout"
	empty err "$1: nothing on stderr"
}

mode() {
	perl -e 'printf "%04o\n", (lstat shift)[2] & 07777' "$1"
}

digest() {
	cat "$@" | openssl dgst -sha256 -r | cut -c -64
}

fp() {
	rsafp -q "$1"
}

# As tables show it.
short() {
	printf '%.16s..' "$(fp "$1")"
}

# sql STATEMENT: what the store answers
sql() {
	sqlite3 "$store" "$1"
}

new_store() {
	rm -rf "${tmp:?}/etc" "$tmp/db"
	mkdir -p "$iked" && btnsctl init -q -D "$iked"
}

# killed MICROSECONDS COMMAND...: kill -9 after that time; 9 if it came in
# time, the command's own status otherwise
killed() {
	perl -e '
		my $us = shift;
		my $pid = fork;
		if ($pid == 0) {
			open STDOUT, ">", "/dev/null";
			open STDERR, ">", "/dev/null";
			exec @ARGV or exit 127;
		}
		select undef, undef, undef, $us / 1e6;
		kill 9, $pid;
		waitpid $pid, 0;
		exit($? & 127 ? $? & 127 : $? >> 8);
	' "$@"
}

# usec COMMAND...: how many microseconds it takes
usec() {
	perl -MTime::HiRes=time -e '
		open my $o, ">&", \*STDOUT;
		open STDOUT, ">", "/dev/null";
		open STDERR, ">", "/dev/null";
		my $t = time;
		system @ARGV;
		printf $o "%d\n", 1e6 * (time - $t);
	' "$@"
}
