# Black-box helpers.  Each script gets an empty directory and prints TAP.
# $BTNS_BIN: where the programs are, $BTNS_DATA: the corpus; by default
# those of the tree that the script is in.  Names that begin with _ are ours.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 99
bin=$(cd "${BTNS_BIN:-$here/../..}" && pwd) || exit 99
# shellcheck disable=SC2034 # for the scripts
data=$(cd "${BTNS_DATA:-$here/../data}" && pwd) || exit 99
umask 022
tmp=$(mktemp -d "${TMPDIR:-/tmp}/btns.XXXXXX") || exit 99
chmod 700 "$tmp"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 99' HUP INT TERM
tmp=$(cd "$tmp" && pwd -P) && cd "$tmp" || exit 99
PATH=$bin:$PATH LC_ALL=C TZ=UTC
export PATH LC_ALL TZ
unset BTNS_DB POSIXLY_CORRECT
NO_COLOR=1				# what is on a screen is compared
export NO_COLOR
_n=0 _bad=0

ok() {
	echo "ok $_n - $1"
}

# not_ok NAME WHY FILE...: the files show what happened
not_ok() {
	_bad=1
	echo "not ok $_n - $1"
	echo "# $2"
	shift 2
	for f; do
		sed "s/^/# $f: /" "$f"
	done | cat -v
}

skip() {
	_n=$((_n + 1))
	echo "ok $_n - $1 # SKIP $2"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# check STATUS NAME COMMAND...: run it, keep out and err, compare the status
check() {
	_want=$1 _name=$2
	shift 2
	_n=$((_n + 1))
	"$@" >out 2>err
	_got=$?
	[ "$_got" -eq "$_want" ] && { ok "$_name"; return; }
	not_ok "$_name" "exit $_got, wanted $_want" out err
}

# same FILE NAME: compare FILE with standard input
same() {
	_n=$((_n + 1))
	diff -u - "$1" >same.diff && { ok "$2"; return; }
	not_ok "$2" "$1 differs" same.diff
}

# empty FILE NAME
empty() {
	_n=$((_n + 1))
	[ ! -s "$1" ] && { ok "$2"; return; }
	not_ok "$2" "$1 is not empty" "$1"
}

# like FILE NAME ERE: some line of FILE matches
like() {
	_n=$((_n + 1))
	grep -Eq -e "$3" "$1" && { ok "$2"; return; }
	not_ok "$2" "no line of $1 matches $3" "$1"
}

# lacks FILE NAME TEXT: no line of FILE holds TEXT
lacks() {
	_n=$((_n + 1))
	grep -Fq -e "$3" "$1" || { ok "$2"; return; }
	not_ok "$2" "$1 holds $3" "$1"
}

# tty STATUS NAME SCRIPT COMMAND...: run it in a terminal of its own and
# type what SCRIPT says, in expect's Tcl: shows TEXT waits, types TEXT ends
# with Return, send takes control characters.  What was on the screen goes
# to screen; an end by SIGINT is 130.
tty() {
	_want=$1 _name=$2 script=$3
	shift 3
	have expect || { : >screen; skip "$_name" "no expect"; return; }
	_n=$((_n + 1))
	cat >tty.tcl <<-'EOF'
	set timeout 20
	proc shows {text} {
		expect {
			-ex $text {}
			timeout { puts "\nnever shown: $text"; exit 99 }
			eof { puts "\nended before: $text"; exit 99 }
		}
	}
	# What is typed before a question is no answer: it may come just now.
	proc types {text} { after 250; send -- "$text\r" }
	# It shows the text, if not in time: it gets a fifth of the machine.
	proc shows_slowly {text} {
		set timeout 0
		for {set i 0} {$i < 100} {incr i} {
			expect {
				-ex $text { return }
				eof { puts "\nended before: $text"; exit 99 }
				timeout {}
			}
			after 50
			catch {exec kill -STOP [exp_pid]}
			after 200
			catch {exec kill -CONT [exp_pid]}
		}
		puts "\nnever shown: $text"
		exit 99
	}
	spawn -noecho {*}$argv
	source script.tcl
	expect {
		timeout { puts "\ndoesn't end"; exit 99 }
		eof {}
	}
	set end [wait]
	exit [expr {[lindex $end 5] eq "SIGINT" ? 130 : [lindex $end 3]}]
	EOF
	printf '%s\n' "$script" >script.tcl
	expect -N -n tty.tcl "$@" >raw 2>err </dev/null
	_got=$?
	tr -d '\r' <raw >screen
	[ "$_got" -eq "$_want" ] && { ok "$_name"; return; }
	not_ok "$_name" "exit $_got, wanted $_want" screen err
}

# in_namespace FLAGS PROBE WHAT: run this script anew in namespaces, by
# unshare's flags.  All of it is skipped where PROBE, a line of sh, fails in
# such ones: WHAT is not there.
# shellcheck disable=SC2086 # several flags
in_namespace() {
	[ -z "${IN_NAMESPACE-}" ] || return 0
	if ! unshare $1 sh -c "$2" >/dev/null 2>&1; then
		echo "1..0 # SKIP no $3: run this as root"
		exit 0
	fi
	IN_NAMESPACE=yes
	export IN_NAMESPACE
	cd / && unshare $1 sh "$here/${0##*/}"
	exit
}

# wait_for SECONDS COMMAND...: until it succeeds; its last status
wait_for() {
	_i=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1 || [ $_i -le 0 ]; do
		_i=$((_i - 1))
		sleep 0.1
	done
	"$@"
}

# alone COMMAND...: without a terminal
alone() {
	setsid -w "$@" </dev/null
}

finish() {
	echo "1..$_n"
	exit "$_bad"
}
