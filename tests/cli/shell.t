#!/bin/sh
# The shell: scripts, batches, undo; and typed, at a terminal.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

for k in p256 p384 p521 rsa2048 rsa3072; do
	cp "$good/$k.spki.pem" $k.pub
done
HOME=$tmp/home
PAGER='sed s/^/paged:/'
export HOME PAGER
mkdir "$HOME"
digits() {
	rsafp -q "$1.pub" | cut -c 1-"${2-64}"
}
state() {
	for s in '' '-s retired' '-s rejected'; do
		# shellcheck disable=SC2086 # an option and its argument
		btnsctl list -o tsv $s 2>/dev/null
	done | cut -f 1,3,12 | sort -u
}
# says LINE...: a script of these lines on standard input
# shellcheck disable=SC2317 # check calls it
says() {
	printf '%s\n' "$@" | btnsctl shell
}

# --- scripts
new_store
cat >script <<EOT
# two peers
learn gw-a.example.org p256.pub	# and a comment
  learn "gw-b.example.org" 'p384.pub'

promote -F $(digits p256) gw-a.example.org
list -o tsv gw-a.example.org
EOT
check 0 "a script" btnsctl shell script
cut -f 1,3,12 out | tail -n 1 >row
same row "does what it says" <<EOT
pinned	$(digits p256)	fqdn/gw-a.example.org
EOT
printf 'list\nlist -s nonsense\nlearn later.example.org p521.pub\n' >script
check 2 "it ends at its first error" btnsctl shell script
like err "names the line" '^btnsctl: script:2: exit status 2; the rest was not'
state >now
lacks now "and goes no further" later
check 1 "a no is one too" says 'check nobody.example.org p256.pub' list
like err "and so is its status" '^btnsctl: standard input:1: exit status 1; the'
check 2 "no such command" says 'frobnicate'
like err "is what it is outside" 'no command frobnicate; btnsctl alone lists'
check 2 "an open quote" says "list 'x"
like err "is named" "a quote ' is open at the line's end"
check 2 "a shell in the shell" says shell
check 0 "nothing" says '' '   ' '# x'
check 0 "quit ends it" says quit 'list -s nonsense'
check 0 "words in quotes" says 'set accept-for "fqdn/*.x.example.org ufqdn/a"'
check 0 "are one" btnsctl set accept-for
same out "word" <<EOT
fqdn/*.x.example.org ufqdn/a
EOT
check 2 "a line without its end" sh -c "printf 'list\nlist -q' | btnsctl shell"
like err "may be half of one" 'standard input:2: the last line has no end, and'
printf 'list\0x\n' >script
check 2 "a NUL" btnsctl shell script
check 3 "no such file" btnsctl shell no-such
awk 'BEGIN { for (i = 0; i < 100; i++) printf "w "; print "" }' >script
check 2 "a hundred words" btnsctl shell script
head -c 1048576 /dev/zero | tr '\0' x >script
check 2 "a line of 1 MiB" btnsctl shell script
check 0 "-d for all of it" sh -c "echo list -o tsv |
    BTNS_DB=/nonexistent btnsctl -d '$store' shell"
like out "in the shell" 'fqdn/gw-a\.example\.org'

# --- a batch
new_store
btnsctl learn -q gw-a.example.org p256.pub
btnsctl learn -q gw-b.example.org p384.pub
btnskey pin -q -y gw-c.example.org p521.pub
state >before
batch() {
	printf '%s\n' begin "promote -F $(digits p256) gw-a.example.org" \
	    "reject -F $(digits p384 16) gw-b.example.org" \
	    "revoke -c stolen gw-c.example.org" "$@" >script
}
batch diff abort
check 0 "begin, diff, abort" btnsctl shell script
tail -n 4 out >said
same said "show what would be done" <<EOT
+ 1  promote fqdn/gw-a.example.org $(digits p256 16).. (fingerprint)
- 2  reject fqdn/gw-b.example.org $(digits p384 16)..
- 3  revoke $(digits p521 16)..
3 noted, none done
EOT
state >now
same now "and do nothing" <before
batch
check 2 "a script that ends in a batch" btnsctl shell script
like err "says so" 'the batch was not committed; none of it was done$'
state >now
same now "and did nothing" <before
batch commit
check 0 "commit" btnsctl shell script
tail -n 5 out >said
same said "says what changed in the tree" <<EOT
+ fqdn/gw-a.example.org  $(digits p256 16)..
- fqdn/gw-c.example.org  $(digits p521 16)..
On every other gateway:
btnsctl revoke $(digits p521)
3 done
EOT
state >now
same now "and does all of it" <<EOT
pinned	$(digits p256)	fqdn/gw-a.example.org
rejected	$(digits p384)	fqdn/gw-b.example.org
retired	$(digits p521)	fqdn/gw-c.example.org
EOT
yes "the file is there" cmp p256.pub "$pubkeys/fqdn/gw-a.example.org"
no "the other gone" test -e "$pubkeys/fqdn/gw-c.example.org"
check 0 "the history is whole" btnsctl verify
new_store
btnsctl learn -q gw-a.example.org p256.pub
btnsctl learn -q gw-b.example.org p384.pub
state >before
printf '%s\n' begin "promote -F $(digits p256) gw-a.example.org" \
    "promote -F $(digits p384) gw-b.example.org" wait commit >script
# What another does between the lines: a fifo holds the shell there.
mkfifo fifo
(
	sed -n '1,/^wait/p' script | sed '$d'
	sleep 2
	btnsctl forget -q -y gw-b.example.org
	btnsctl learn -q gw-b.example.org p521.pub
	echo commit
) >fifo &
check 1 "one that was decided on meanwhile" btnsctl shell fifo
wait
like out "stops them all" '^! 2  promote fqdn/gw-b.* changed since it was noted'
state >now
same now "so that none is done" <<EOT
learned	$(digits p256)	fqdn/gw-a.example.org
learned	$(digits p521)	fqdn/gw-b.example.org
EOT
# As many keys as before, and not the same ones.
new_store
btnsctl learn -q gw-a.example.org p256.pub
mkfifo fifo1
(
	printf '%s\n' begin 'forget -y gw-a.example.org'
	sleep 2
	btnsctl forget -q -y gw-a.example.org
	btnsctl learn -q gw-a.example.org p384.pub
	echo commit
) >fifo1 &
check 1 "another learned key in its place" btnsctl shell fifo1
wait
like out "stops it" '^! 1  forget fqdn/gw-a.* changed since it was noted'
# A revocation noted before covers nothing else.
new_store
btnsctl learn -q gw-a.example.org p256.pub
mkfifo fifo2
(
	printf '%s\n' begin "revoke $(digits p521)" 'forget -y gw-a.example.org'
	sleep 2
	btnsctl promote -q -F "$(digits p256)" gw-a.example.org
	printf '%s\n' diff commit
) >fifo2 &
check 1 "a pin made meanwhile" btnsctl shell fifo2
wait
like out "diff shows it" '^! 2  forget fqdn/gw-a.*: .*changed since it was noted'
state >now
same now "and it stays" <<EOT
pinned	$(digits p256)	fqdn/gw-a.example.org
EOT
check 2 "options before the command" says begin '-q revoke gw-a.example.org'
like err "are not taken" 'a line begins with a command, and options follow$'
check 2 "--" says begin '-- revoke gw-a.example.org' commit
check 2 "another store" says begin "revoke -d $store gw-a.example.org" commit
check 2 "-N" says begin 'revoke -N gw-a.example.org' commit
like err "is not a batch's" 'a batch writes the tree once, at commit$'
state >now2
same now2 "none of these did anything" <now
check 2 "a CR within a line" sh -c \
    "printf 'list\rrevoke gw-a.example.org\r\n' | btnsctl shell"
check 0 "at its end it is none of it" sh -c "printf 'list -q\r\n' | btnsctl shell"
mv "$store" "$store.away"
check 3 "a store that goes" sh -c "{ echo begin; mv '$store.away' '$store'
	echo 'revoke gw-a.example.org'; sleep 2; mv '$store' '$store.away'
	echo commit; } | btnsctl shell"
mv "$store.away" "$store"
check 2 "export" says begin export
like err "is no part of a batch" 'export is no part of a batch: commit or abort'
check 2 "commit without begin" says commit
check 2 "begin twice" says begin begin
check 1 "a decision that is refused now" says begin \
    "promote -y gw-none.example.org"
new_store
btnsctl learn -q gw-a.example.org p256.pub
check 0 "two of one identity" says begin "reject -F $(digits p256 16) \
gw-a.example.org" "forget -y gw-a.example.org $(digits p256 16)" commit
state >now
lacks now "one after the other" gw-a

# --- undo
new_store
check 0 "undo of a pin" says 'learn gw.example.org p256.pub' \
    "promote -F $(digits p256) gw.example.org" undo
state >now
same now "retires it" <<EOT
retired	$(digits p256)	fqdn/gw.example.org
EOT
new_store
check 0 "of what was learned" says 'learn gw.example.org p256.pub' undo
state >now
empty now "forgets it"
check 1 "of a revocation" says 'learn gw.example.org p256.pub' \
    'revoke gw.example.org' undo
like err "is unrevoke's alone" 'a revocation is taken back by unrevoke -c why al'
new_store
btnskey pin -q -y gw.example.org p256.pub
btnskey pin -q -F "$(digits p384)" -R "$(digits p256 8)" gw.example.org p384.pub
check 1 "of a replacement" says undo
like err "takes the proof" 'the former key takes its proof: btnsctl promote -R '
check 0 "of a setting" says 'set remind 3d' 'set remind 5d' undo
check 0 "is what it was" btnsctl set remind
same out "before" <<EOT
3d
EOT
check 1 "of a setting that was for a time" says 'set -t 1h tofu accept-new' \
    'set tofu off' undo
like err "doesn't make it for ever" 'tofu: what it was before was for a time'
check 2 "in a batch" says begin undo
new_store
check 1 "of new evidence alone" says 'learn gw.example.org p256.pub' \
    'promote -y gw.example.org' "promote -F $(digits p256) gw.example.org" undo
state >now
same now "leaves the pin" <<EOT
pinned	$(digits p256)	fqdn/gw.example.org
EOT
new_store
btnsctl learn -q gw.example.org p256.pub
tty 0 "of what was decided on meanwhile" "
	shows {btnsctl> }
	types undo
	shows {(yes/no)? }
	exec btnsctl promote -q -F $(digits p256) gw.example.org
	types yes
	shows {changed while you looked}
	shows {btnsctl> }
	types quit" btnsctl shell
state >now2
same now2 "is none" <now

# --- typed
new_store
btnskey pin -q -y gw-a.example.org p256.pub
btnsctl learn -q gw-b.example.org p384.pub
tty 0 "a line" '
	shows "btnsctl> "
	types "list gw-a*"
	shows "fqdn/gw-a.example.org"
	shows "btnsctl> "
	types quit' btnsctl shell
# The prompt is there a moment before the editor has the terminal.
tty 0 "the end of input leaves" '
	shows "btnsctl> "
	after 500
	send \004' btnsctl shell
tty 0 "an error does not" '
	shows "btnsctl> "
	types "list -s nonsense"
	shows "not one of"
	shows "btnsctl> "
	types quit' btnsctl shell
tty 0 "Ctrl-C ends a line, and a command" '
	shows "btnsctl> "
	send "gibberish\003"
	shows "btnsctl> "
	types "promote gw-b.example.org"
	shows "Do they read the same"
	send "\003"
	shows "btnsctl> "
	types "list gw-b*"
	shows "learned"
	shows "btnsctl> "
	types quit' btnsctl shell
for sig in 15 1; do			# SIGTERM, SIGHUP
	# shellcheck disable=SC2016 # for that shell
	tty 0 "signal $sig at the prompt" '
		shows "btnsctl> "
		types begin
		shows "batch (0)> "
		send "gibberish"
		after 250
		exec pkill -'$sig' -P [exp_pid] btnsctl
		shows "it ended by '$sig'"' sh -c 'stty -g >tty.before
	    btnsctl shell; echo "it ended by $(($? - 128))"
	    stty -g >tty.after'
	same tty.after "leaves the terminal as it was" <tty.before
done
: >"$(printf 'hostile\033]0;x')"
tty 0 "Tab" '
	shows "btnsctl> "
	send "prom\t"
	shows "ote "
	send "gw\t"
	shows "-b.example.org "
	send "\025show gw-\t\t"
	shows "gw-a.example.org"
	shows "gw-b.example.org"
	send "\025list -s kn\t"
	shows "ocking "
	send "\025set tof\t"
	shows "u "
	send "acc\t"
	shows "ept-new "
	send "\025set reset \t"
	shows "auto"
	shows "never"
	send "\025set tofu ask of\t"
	send "\025learn x p52\t"
	shows "1.pub "
	send "\025check -\t\t"
	shows "-F"
	send "\025show '"$(digits p384 | cut -c 1-4)"'\t"
	shows "'"$(digits p384 | cut -c 5-16)"' "
	send "\025check -F '"$(digits p256 | cut -c 1-4)"'\t"
	send "\025check -qF '"$(digits p256 | cut -c 1-4)"'\t"
	send "\025check -Fff gw-\t"
	shows "gw-a.example.org"
	send "\025learn x hos\t"
	send "\025wat\t"
	shows "ch "
	send "\025"
	types quit' btnsctl shell
lacks raw "and nothing of a hostile name" "$(printf '\033]0;')"
lacks screen "and no digits for -F" "$(digits p256 | cut -c 5-16)"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
	btnsctl learn -q many$i.example.org p521.pub 2>err
done
# shellcheck disable=SC2016 # $spawn_out is expect's
tty 0 "more than a screen" '
	stty rows 10 columns 80 < $spawn_out(slave,name)
	shows "btnsctl> "
	types "list many*"
	shows "paged:"
	shows "btnsctl> "
	types "list gw-a*"
	shows "fqdn/gw-a"
	shows "btnsctl> "
	types quit' btnsctl shell
like screen "is paged, and all of it" 'paged:.*fqdn/many9\.example\.org'
lacks screen "what fits is not" 'paged:pinned'
tty 0 "watch" "
	shows {btnsctl> }
	types watch
	shows {any key ends it}
	shows {gw-a.example.org}
	exec btnsctl learn -q arrives.example.org rsa2048.pub
	shows {any key ends it}
	shows {arrives.example.org}
	send x
	shows {btnsctl> }
	types quit" btnsctl shell
# shellcheck disable=SC2016 # for that shell
tty 0 "SIGTERM while it watches" '
	shows "btnsctl> "
	types watch
	shows "any key ends it"
	exec pkill -TERM -P [exp_pid] -x btnsctl
	shows "it ended by 15"' sh -c 'stty -g >tty.before
    btnsctl shell; echo "it ended by $(($? - 128))"; stty -g >tty.after'
same tty.after "leaves the terminal as it was" <tty.before
tty 0 "a pager that isn't there" "
	set env(PAGER) {/nonexistent -x}
	spawn btnsctl shell
	shows {btnsctl> }
	types {list many*}
	shows {fqdn/many9}
	shows {btnsctl> }
	types quit" true
tty 0 "a batch, typed" "
	shows {btnsctl> }
	types begin
	shows {batch (0)> }
	types {promote gw-b.example.org}
	shows {yes/no/}
	types yes
	shows {noted: promote fqdn/gw-b.example.org}
	shows {batch (1)> }
	types diff
	shows {+ 1  promote fqdn/gw-b.example.org $(digits p384 16).. (operator)}
	shows {batch (1)> }
	types commit
	shows {1 done}
	shows {btnsctl> }
	types begin
	types {forget -y gw-b.example.org}
	shows {batch (1)> }
	types quit
	shows {1 noted, and none of it done: leave all the same (yes/no)? }
	types no
	shows {batch (1)> }
	send \004
	shows {leave all the same (yes/no)? }
	types {}
	shows {batch (1)> }
	types abort
	shows {btnsctl> }
	types {btnsctl list gw-b*}
	shows {pinned}
	shows {btnsctl> }
	types undo
	shows {Take it back (yes/no)? }
	types no
	shows {nothing was changed}
	shows {btnsctl> }
	types quit" btnsctl shell

# --- the history of lines
yes "lines are kept" grep -q '^list gw-a' "$HOME/.btnsctl_history"
mode "$HOME/.btnsctl_history" >said
same said "for this user alone" <<EOT
0600
EOT
tty 0 "a proof, and a key" "
	shows {btnsctl> }
	types {check -F $(digits p256) gw-a.example.org}
	shows {match}
	shows {btnsctl> }
	types {show $(digits p256)}
	shows {btnsctl> }
	types {show $(digits p256 32 | sed 's/..../&,/g')}
	shows {btnsctl> }
	types quit" btnsctl shell
no "are not" grep -q "$(digits p256 4)" "$HOME/.btnsctl_history"
tty 0 "what was typed comes back" '
	shows "btnsctl> "
	types "list gw-b*"
	shows "gw-b.example.org"
	shows "btnsctl> "
	send "\033\[A"
	shows "list gw-b"
	send "\025"
	types quit' btnsctl shell
printf 'list gw-c' >>"$HOME/.btnsctl_history"
tty 0 "behind a line without an end" '
	shows {btnsctl> }
	types "list gw-a*"
	shows {gw-a.example.org}
	shows {btnsctl> }
	types quit' btnsctl shell
yes "another is one of its own" grep -qx 'list gw-a\*' "$HOME/.btnsctl_history"
tty 0 "who never saw it" '
	shows {help lists the commands, Tab completes, quit leaves}
	shows {btnsctl> }
	types ?
	shows {promote}
	shows {take the last decision back}
	shows {btnsctl> }
	types btnsctl
	shows {take the last decision back}
	shows {btnsctl> }
	types quit' btnsctl shell
mv "$HOME/.btnsctl_history" elsewhere
ln -s "$tmp/elsewhere" "$HOME/.btnsctl_history"
cp elsewhere was
tty 0 "a history that is a link" '
	shows "no history is kept"
	shows "btnsctl> "
	types "list gw-a*"
	shows "btnsctl> "
	types quit' btnsctl shell
yes "is left alone" cmp elsewhere was
rm "$HOME/.btnsctl_history"
mkfifo "$HOME/.btnsctl_history"
tty 0 "one that is a FIFO" '
	shows "no history is kept"
	shows "btnsctl> "
	types quit' btnsctl shell
rm "$HOME/.btnsctl_history"
tty 0 "octets that are no UTF-8, and a paste of 64 KiB" '
	shows "btnsctl> "
	send "list \377\376\300 \033\[31mx\025"
	send [string repeat "x" 65536]
	send "\025"
	types "list gw-a*"
	shows "fqdn/gw-a"
	shows "btnsctl> "
	types quit' btnsctl shell
printf 'bind -v\n' >"$HOME/.editrc"
tty 0 "a .editrc" '
	shows "btnsctl> "
	types "list gw-a*"
	shows "fqdn/gw-a"
	shows "btnsctl> "
	types quit' btnsctl shell
printf 'bind -s x "set tofu accept-new\\n"\n' >"$HOME/.editrc"
chmod 666 "$HOME/.editrc"
tty 0 "one that others write" '
	shows "not a plain file that this user alone writes"
	shows "btnsctl> "
	types x
	shows "no command x"
	shows "btnsctl> "
	types quit' btnsctl shell
rm "$HOME/.editrc"
# What proves a key is not kept, however it is quoted.
rm -f "$HOME/.btnsctl_history"
# shellcheck disable=SC2016 # $text is expect's
tty 0 "history" '
	shows "btnsctl> "
	foreach text {"check \"-F\" abacus gw" "check \\\\-F abacus gw" "list kept*"
	    "show ca40-e492-ca40-e492-ca40-e492-ca40-e492"} {
		types $text
		shows "btnsctl> "
	}
	types quit' btnsctl shell
grep -v '^quit$' "$HOME/.btnsctl_history" >said
same said "keeps no proof" <<'EOT'
list kept*
EOT
finish
