#!/bin/sh
# btnsctl export: iked's tree becomes what the store says, and what others
# put there is told and left alone.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
f=$pubkeys/fqdn/gw.example.org

check 3 "no store" btnsctl export
check 2 "an operand" btnsctl export x
check 2 "-f twice" btnsctl export -f -f
check 2 "an unknown option" btnsctl export -x
new_store
check 2 "-D of another directory" btnsctl export -D /etc/else
check 0 "nothing to do" btnsctl export
silent "nothing to do"
check 0 "nothing to plan" btnsctl export -n
silent "nothing to plan"

# --- a plan, and the deed
check 0 "a pin" btnskey pin -q -N -y gw.example.org a.pub
check 0 "another" btnskey pin -q -N -y lap17@example.org b.pub
check 1 "-n plans" btnsctl export -n
same out "what it would write" <<EOT
+ fqdn/gw.example.org  $(short a.pub)
+ ufqdn/lap17@example.org  $(short b.pub)
EOT
find "$pubkeys" -type f >said
same said "and writes nothing" <<EOT
$pubkeys/.btns/store-id
EOT
check 1 "-n in TSV" btnsctl export -n -o tsv
tr '|' '\t' >want <<EOT
+|fqdn/gw.example.org|fqdn/gw.example.org|$(fp a.pub)|-|-|-|-|-|-|-|-|-|-
+|ufqdn/lap17@example.org|ufqdn/lap17@example.org|$(fp b.pub)|-|-|-|-|-|-|-|-|-|-
EOT
same out "has fourteen columns" <want
check 1 "-n -q" btnsctl export -n -q
silent "-n -q"
check 0 "an export" btnsctl export -o json
jq -r '[.op, .identity, .fingerprint] | @tsv' out >said
cut -f 1,2,4 want >want.json
same said "does it, in JSON" <want.json
jq -r 'keys_unsorted | join(" ")' out | sort -u >said
same said "by name" <<EOT
op identity path fingerprint old_fingerprint sa reason fix there trusted\
 moved_to failed_op keep accepted_at
EOT
yes "one file is the key" cmp a.pub "$f"
yes "the other too" cmp b.pub "$pubkeys/ufqdn/lap17@example.org"
{ mode "$f"; mode "$pubkeys/fqdn"; } >said
same said "readable for iked" <<EOT
0644
0755
EOT
check 0 "again" btnsctl export
silent "again"

# --- healing
# healed HOW OP: what -n and export say after the file was changed so
healed() {
	check 1 "$1: -n says it" btnsctl export -n
	same out "$1: it would be mended" <<-EOT
	$2 fqdn/gw.example.org  $(short a.pub)
	EOT
	check 0 "$1: export mends it" btnsctl export -q
	yes "$1: it is whole" cmp a.pub "$f"
	{ mode "$f"; find "$f" -links 1 -type f | sed 's,.*/,,'; } >said
	same said "$1: and readable for iked" <<-EOT
	0644
	gw.example.org
	EOT
}
rm "$f"
healed "removed" +
for m in 600 666 640 400 4644; do
	chmod $m "$f"
	healed "mode $m" '~'
done
# The key that is wanted, in other bytes: somebody's, and as good as ours.
for form in CRLF PKCS1 comment; do
	case $form in
	CRLF)	sed 's/$/\r/' a.pub ;;
	PKCS1)	openssl rsa -pubin -in a.pub -RSAPublicKey_out 2>/dev/null ;;
	comment) echo 'of gw, by courier'; cat a.pub ;;
	esac >"$f"
	cp "$f" was.pem
	check 0 "rule 6: the same key, $form: nothing to do" btnsctl export -n
	check 0 "rule 6: the same key, $form: export" btnsctl export
	yes "rule 6: the same key, $form: left as it lies" cmp was.pem "$f"
	check 0 "rule 6: the same key, $form: -f" btnsctl export -q -f
done
cp a.pub "$f"
if root; then
	chown 65534 "$f"
	healed "another owner" '~'
else
	skip "another owner" "run this as root"
fi
rm -r "$pubkeys/fqdn"
check 0 "a missing directory" btnsctl export -q
yes "is made again" cmp a.pub "$f"
rm -r "$pubkeys"
check 0 "the whole tree" sh -c 'umask 077; exec btnsctl export -q'
{ mode "$pubkeys"; mode "$pubkeys/fqdn"; mode "$pubkeys/.btns"; } >said
same said "rule 5: too, as iked can read it" <<EOT
0755
0755
0700
EOT
: >"$pubkeys/.btns/17"
: >"$pubkeys/.btns/store-id.new"
check 0 "after a killed run" btnsctl export -q
ls -A "$pubkeys/.btns" >said
same said "rule 5: its left-overs go" <<EOT
store-id
EOT

# --- a file of others in the way
way='not written by btnsctl, in the place of a pin'

# foreign NAME WHAT TRUST: reported, status 1, left alone
foreign() {
	ls -ld "$f" >before
	digest "$f" >>before 2>/dev/null
	check 1 "$1 in the way" btnsctl export
	like out "$1: is told" "^! pubkeys/fqdn/gw\\.example\\.org: $way$3\$"
	like out "$1: with what lies there" "^    there    $2, "
	cp out was.out
	check 1 "$1: also quietly" btnsctl export -q
	empty out "$1: which has told of it already"
	ls -ld "$f" >after
	digest "$f" >>after 2>/dev/null
	same after "$1: and left alone" <before
}
cp b.pub "$f"
trusts='; iked TRUSTS it, not the pin'
foreign "another key" "EC P-256 $(short b.pub)" "$trusts"
like was.out "-f replaces it" '^    replace: btnsctl export -f$'
like was.out "or it is removed" "^    drop:    rm $f\$"
check 0 "-f does" btnsctl export -f
same out "and says so" <<EOT
~ fqdn/gw.example.org  $(short a.pub)
EOT
cat a.pub b.pub >"$f"
foreign "the key with another behind it" "RSA 2048 $(short a.pub) and more" ""
cat b.pub a.pub >"$f"
foreign "the key with another before it" "EC P-256 $(short b.pub) and more" \
    "$trusts"
printf '\033[2J\n' >"$f"
foreign "garbage" "no key that can be read" ""
: >"$f"
foreign "an empty file" "no key that can be read" ""
truncate -s 64k "$f"
foreign "64 kB of zeros" "no key that can be read" ""
truncate -s 64M "$f"
foreign "sparse 64 MB" "no key that can be read" ""
check 0 "-f replaces that too" btnsctl export -q -f
cp b.pub target
digest target >target.before
for t in "$tmp/target" /etc/passwd /nowhere ../../../../target; do
	ln -sf "$t" "$f"
	check 1 "a link to $t" btnsctl export
	like out "is told" '^    there    a symbolic link, '
	check 1 "and stays, with -f too" btnsctl export -q -f
	yes "as it is" test -h "$f"
	rm "$f"
done
digest target >target.after
same target.after "nothing was written through it" <target.before
mkdir "$f"
check 1 "a directory" btnsctl export -f
like out "is told" '^    there    a directory, '
rmdir "$f"
mkfifo "$f"
check 1 "a FIFO holds nothing up" timeout 10 btnsctl export -f
like out "and is told" '^    there    no regular file, '
rm "$f"
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0);
    chdir shift; bind(S, pack_sockaddr_un("gw.example.org"))' "$pubkeys/fqdn"
check 1 "a socket" btnsctl export
rm -f "$f"
if root && mknod "$f" c 1 5 2>/dev/null; then
	check 1 "a device holds nothing up" timeout 10 btnsctl export -f
	rm "$f"
else
	skip "a device" "run this as root"
fi
check 0 "when it is gone all is well" btnsctl export -q

# --- files that nobody asked for
cd "$pubkeys/fqdn" || exit 99
# shellcheck disable=SC2016 # a name that nobody should run
for x in "$(printf 'a\nb')" "$(printf '\n+ fqdn')" "$(printf 'e\033[2Je')" \
    "$(printf 'q\x27"`$(touch x)')" "$(printf 'u\377\376')" \
    "$(printf 'r\342\200\256l')" ' b l ' '-rf' '*' "$(printf 't\ta')" \
    "$(printf '%0255d' 0)" .hidden; do
	cp "$tmp/c.pub" "./$x"
done
cd "$tmp" || exit 99
ls -A "$pubkeys/fqdn" >before
check 1 "hostile names" btnsctl export
tr -d '[:print:]\n' <out >said
empty said "rule 11: do not steer the terminal"
grep -c '^!' out >said
same said "each is told once" <<EOT
12
EOT
grep -c '; iked TRUSTS it$' out >said
same said "and that iked trusts it" <<EOT
12
EOT
no "rule 11: none begins a line as if it were ours" grep -q '^[+~=-]' was.out
like out "rule 11: a name for the shell is quoted" \
    "^    drop:    rm '$pubkeys/fqdn/\\*'\$"
sed -n 's/^    drop:    rm /ls -d /p' out | grep -v ' it, by' >cmds
yes "and what is suggested names files" sh cmds
no "rule 11: and runs nothing" test -e x
check 1 "in TSV" btnsctl export -o tsv
awk -F '\t' '{ print NF, $1 }' out | sort -u >said
same said "each is a row" <<EOT
14 !
EOT
check 1 "in JSON" btnsctl export -o json
jq -c .op out | sort | uniq -c | tr -s ' ' >said
same said "too" <<EOT
 12 "!"
EOT
check 1 "rule 6: -f touches none of them" btnsctl export -q -f
ls -A "$pubkeys/fqdn" >after
same after "rule 6: they are all there" <before
rm -r "$pubkeys/fqdn"
mkdir "$pubkeys/ipv4/d" "$pubkeys/other"
cp c.pub "$pubkeys/other/"
check 1 "a directory among them" btnsctl export
like out "is told, and the files are healed beside it" \
    '^\+ fqdn/gw\.example\.org '
like out "with what it is" '^    there    a directory, '
yes "rule 5: and so is a public key anywhere else" grep -A 1 \
    '^! pubkeys/other/c\.pub: a public key, and any peer .* iked TRUSTS it$' \
    was.out
rmdir "$pubkeys/ipv4/d"
rm -r "$pubkeys/other"

# --- rule 5: what a peer could name lies nowhere below iked's directory
check 0 "all is well" btnsctl export
mkdir -p "$iked/old/deep" "$pubkeys/fqdn/sub" "$iked/shut" "$iked/ca"
chmod 700 "$iked/shut"
cp c.pub "$iked/old/deep/gw"
cp c.pub "$pubkeys/fqdn/sub/gw"
cp c.pub "$iked/shut/gw"
cp c.pub "$iked/local.pub"
ln -s ../old/deep/gw "$pubkeys/link"
ln -s /etc/passwd "$pubkeys/absolute"
cp "$good/p384.cert.pem" "$good/p384.ssh" "$iked/ca"
echo text >"$iked/ca/readme"
check 1 "rule 5: strays" btnsctl export
sed -n 's/^! \([^ ]*\): .*/\1/p' out | sort >said
same said "rule 5: those that iked could load are told, and no others" <<EOT
old/deep/gw
pubkeys/fqdn/sub
pubkeys/fqdn/sub/gw
pubkeys/link
EOT
cp out was.table
check 1 "rule 5: as rows" btnsctl export -n -o tsv
like out "rule 5: with the path from pubkeys/ on" \
    '^!	-	\.\./old/deep/gw	a26c60'
check 1 "rule 5: it is news once" btnsctl export -q
empty out "rule 5: and no more"
rm -r "$iked/old" "$iked/shut" "$iked/ca" "$pubkeys/fqdn/sub" \
    "$pubkeys/link" "$pubkeys/absolute" "$iked/local.pub"
check 0 "rule 5: they are gone" btnsctl export -q
like out "rule 5: which is said" '^= old/deep/gw: gone$'

# --- a tree that can't be believed: nothing changes
for d in "$pubkeys" "$pubkeys/ipv4" "$pubkeys/.btns"; do
	rm -f "$f"
	chmod 777 "$d"
	check 3 "${d#"$iked/"} that others may write" btnsctl export
	no "rule 6: stops everything" test -e "$f"
	chmod 755 "$d"
done
chmod 700 "$pubkeys/.btns"
for d in fqdn ipv6 .btns; do
	mv "$pubkeys/$d" "$tmp/away"
	ln -s "$tmp/away" "$pubkeys/$d"
	check 3 "$d that is a symbolic link" btnsctl export
	no "rule 6: stops everything" test -e "$tmp/away/gw.example.org"
	rm "$pubkeys/$d"
	mv "$tmp/away" "$pubkeys/$d"
done
printf x >"$pubkeys/.btns/store-id"
check 1 "rule 6: a store id that is another" btnsctl export
no "rule 6: stops everything" test -e "$f"
check 0 "-f takes the tree over" btnsctl export -q -f
yes "and writes it" cmp a.pub "$f"
mv "$iked" "$iked.away"
check 3 "iked's directory is gone" btnsctl export
like err "and named" "^btnsctl: $iked: no such directory\$"
mv "$iked.away" "$iked"
if root; then
	cp "$store" theirs.db
	chmod 644 theirs.db
	check 3 "somebody without rights" nobody btnsctl export
else
	skip "somebody without rights" "run this as root"
fi

# --- where keys are readable
check 0 "a replaced pin" btnskey pin -q -R "$(fp a.pub)" -F "$(fp c.pub)" \
    gw.example.org c.pub
check 0 "a forgotten one" btnsctl forget -q -y lap17@example.org
grep -rl 'PUBLIC KEY' "$iked" >said
same said "rule 5: below iked's directory there are pins and nothing else" <<EOT
$f
EOT

# --- two at once
rm "$f"
i=0
while [ $i -lt 10 ]; do
	btnsctl export -q >/dev/null 2>&1 &
	one=$!
	btnsctl export -q >/dev/null 2>&1 || echo "$i: second"
	wait $one || echo "$i: first"
	cmp -s c.pub "$f" || echo "$i: file"
	rm "$f"
	i=$((i + 1))
done >faults
empty faults "two at once both end well"

# --- output that can't be written
check 3 "a full disk behind stdout" sh -c 'btnsctl export >/dev/full'
yes "the file is written all the same" cmp c.pub "$f"
rm "$f"
check 3 "a closed stdout" sh -c 'btnsctl export >&-'
yes "too" cmp c.pub "$f"
rm "$f"
check 0 "cron's empty environment" env -i "$bin/btnsctl" export -q -d "$store"
silent "cron"
yes "is enough" cmp c.pub "$f"
finish
