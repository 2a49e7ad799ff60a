#!/bin/sh
# Every example of the manuals and of README.md is run, in a scratch
# directory, and its output compared.
#
# An example is a line that begins with "$ " or "# ", in a literal display of
# a page or in a ```console block of README.md; a \ at its end continues it.
# The lines that follow are its output.  It must exit with 0, unless the next
# example is "echo $?".  A comment "run: COMMAND" is run and not shown to
# readers.
#
# /etc/iked and /var/lib/btns stand for directories of ours, and so they do
# in the output.  Keys that an example makes differ each time, as do times:
# only their form is compared.  gw*.pub and ipsec.conf are of the
# corpus, and so their fingerprints are compared digit by digit.
. "$(dirname "$0")/lib.sh"
top=$(cd "$here/../.." && pwd) || exit 99
me=$(id -un)

# commands: "R command", "C command", "O output" and "E" from examples
commands() {
	awk '
		function flush() {
			if (cmd != "")
				print kind " " cmd
			cmd = ""
		}
		function begin(k, c) {
			kind = k
			cmd = c
			more()
		}
		function more() {
			if (cmd ~ /\\$/)
				sub(/\\$/, "", cmd)
			else
				flush()
		}
		/^@run / { begin("R", substr($0, 6)); next }
		/^@end$/ { flush(); print "E"; seen = 0; next }
		cmd != "" { sub(/^ +/, ""); cmd = cmd $0; more(); next }
		/^[$#] / { seen = 1; begin("C", substr($0, 3)); next }
		seen { print "O " $0 }'
}

# The literal displays of a page.
page() {
	awk '
		/^\.\\" run: /	{ print "@run " substr($0, 10); next }
		/^\.Bd -literal/ { on = 1; next }
		/^\.Ed/		{ if (on) print "@end"; on = 0; next }
		/^\.Dl [$#] /	{ print substr($0, 5); print "@end"; next }
		on' "$1" | sed '/^@/!{
			s/\\&//g; s/\\(dq/"/g; s/\\(aq/'"'"'/g; s/\\-/-/g
			s/\\e/\\/g
		}' | commands
}

readme() {
	awk '
		/^<!-- run: /	{ sub(/ -->$/, ""); print "@run " substr($0, 11) }
		/^```console$/	{ on = 1; next }
		/^```/		{ if (on) print "@end"; on = 0; next }
		on' "$1" | commands
}

# What differs from run to run.  Fingerprints of the corpus become #1, #2,
# whole or cut; others lose their digits.
plain() {
	sed "s,$root,,g
	    s,\(btnskey [a-z]*\) -D /etc/iked,\1,
	    s/, $me \([0-7]\{4\}, \)/, root \1/
	    s/ by $me\([,(]*\)/ by root\1/
	    s/^\([-~+] .*\)  (.*)\$/\1/" | awk -v list="$tmp/known" '
		function n(what, times,  s) {
			while (times-- > 0)
				s = s what
			return s
		}
		function swap(from, to,  at) {
			while ((at = index($0, from)) > 0)
				$0 = substr($0, 1, at - 1) to \
				    substr($0, at + length(from))
		}
		function groups(hex,  s, i) {
			for (i = 1; i < 32; i += 4)
				s = s (i == 1 ? "" : i == 17 ? "  " : " ") \
				    substr(hex, i, 4)
			return s
		}
		BEGIN {
			while ((getline hex <list) > 0)
				key[++keys] = hex
			h = "[0-9a-f]"
			d = "[0-9]"
			day = n(d, 4) "-" n(d, 2) "-" n(d, 2)
			time = day "T" n(d, 2) ":" n(d, 2) ":" n(d, 2) "Z"
			four = n(h, 4)
		}
		{
			for (i = 1; i <= keys; i++) {
				swap(key[i], "#" i)
				swap(substr(key[i], 1, 16) "..", "#" i "..")
				swap(groups(key[i]), "#" i " in groups")
			}
			gsub(n(h, 64), "FINGERPRINT")
			gsub(n(h, 16) "[.][.]", "FINGERPRINT..")
			gsub(four " " four " " four " " four "  " four " " \
			    four " " four " " four, "GROUPS")
			gsub("old/" n(h, 8), "old/FINGERPRINT")
			if (/^[0-9]+ +20/)
				sub(time " [^ ]+ +", "TIME WHO ")
			gsub(time, "TIME")
			gsub(":" n(h, 16) "$", ":HASH")
			gsub(":" n(h, 16) " is", ":HASH is")
			gsub(/pins[.]db[.]20[0-9]+/, "pins.db.DAY")
			gsub(day, "DAY")
			print
		}'
}

# example COMMAND: with $? as the one before left it
last=0
example() {
	(
		cd "$home" && PATH=$root/shim:$PATH || exit 99
		BTNS_DB=$root/var/lib/btns/pins.db
		export PATH BTNS_DB
		set +u
		(exit "$last")
		eval "$1"
	) >raw 2>&1 </dev/null
	last=$?
	cat raw
	return $last
}

# iked's directory, where an example names none, is ours.
shims() {
	mkdir "$root/shim" || exit 99
	for p in btnskey btnsctl; do
		cat >"$root/shim/$p" <<-EOF
		#!/bin/sh
		case " \$1 \$*" in
		*" -D "*)	;;
		" gen "* | " pub "* | " show "* | " init "*)
			[ "$p \$1" = "btnsctl show" ] ||
			    set -- -D "$root/etc/iked" "\$@" ;;
		esac
		exec "$bin/$p" "\$@"
		EOF
	done
	cat >"$root/shim/ssh" <<-EOF
	#!/bin/sh
	exec cat "$data/good/p256.spki.pem"
	EOF
	chmod 755 "$root"/shim/*
}

# A host with iked and without a store.
scratch() {
	root=$tmp/$1
	home=$root/home
	mkdir -p "$root/etc/iked" "$root/var/lib" "$home" || exit 99
	shims
	cp "$data/good/example2048.spki.pem" "$home/gw.pub"
	cp "$data/good/p256b.spki.pem" "$home/gw-new.pub"
	cp "$data/good/p384.spki.pem" "$home/gw-p384.pub"
	cp "$data/good/ipsec.conf" "$home/ipsec.conf"
	echo '862b e069 7046 a459  0308 250c 892b 7e79' >"$home/heard"
	rsafp -q "$home/gw.pub" "$home/gw-new.pub" "$home/gw-p384.pub" \
	    "$home/ipsec.conf" \
	    "$data/good/p256.spki.pem" >known
	last=0
}

# expect: one example, its output in want, and the status it shall have
expect() {
	status=0
	[ "$next" != 'echo $?' ] || status=$(sed -n '/^C echo \$?$/{
		n
		s/^O //p
		q
	}' rest)
	name="$file: $cmd"
	run=$(printf '%s\n' "$cmd" |
	    sed "s,/etc/iked,$root/etc/iked,g; s,/var/lib/btns,$root&,g")
	check "$status" "$name" example "$run"
	plain <raw >got
	plain <want >want.plain
	same got "$name: prints that" <want.plain
}

# Take the examples off the list, one by one.
walk() {
	count=0
	while [ -s list ]; do
		line=$(sed 1q list)
		sed 1d list >rest
		: >want
		case $line in
		'R '*)
			cmd=${line#R }
			run=$(printf '%s\n' "$cmd" |
			    sed "s,/etc/iked,$root/etc/iked,g")
			example "$run" >/dev/null || echo "# failed: $cmd"
			last=0 ;;
		'C '*)
			cmd=${line#C }
			awk '/^O / { print substr($0, 3); next }
				{ exit }' rest >want
			awk '!/^O / || on { on = 1; print }' rest >list.new
			next=$(sed -n '1s/^C //p' list.new)
			expect
			count=$((count + 1))
			mv list.new list
			continue ;;
		esac
		mv rest list
	done
}

for path in "$top"/man/*.[1578] "$top/README.md"; do
	file=${path##*/}
	[ -e "$path" ] || continue	# a build elsewhere has no README.md
	scratch "$file"
	case $file in
	*.md)	readme "$path" >list ;;
	*)	page "$path" >list ;;
	esac
	walk
	check 0 "$file: has examples" test "$count" -gt 0
done
finish
