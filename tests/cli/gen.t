#!/bin/sh
# btnskey gen: a whole pair or none, whatever happens.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

key=$iked/private/local.key
pub=$iked/local.pub

# pair NAME: openssl takes both halves, and they belong together
pair() {
	yes "$1: the private key is whole" \
	    openssl pkey -in "$key" -check -noout
	openssl pkey -in "$key" -pubout >want.pub 2>want.err
	yes "$1: local.pub is its public half" cmp want.pub "$pub"
}

# none NAME: neither half, and nothing left over
none() {
	find "$iked" -type f >files
	empty files "$1: no file was made"
}

fresh() {
	rm -rf "${tmp:?}/etc" "$tmp/db"
	mkdir -p "$iked" && chmod 755 "$iked"
}

# What is wrong on the command line.
for b in 1024 2047 16385 99999999999999999999 -2048 +2048 2048x 0x800 \
    ' 2048' x ''; do
	check 2 "-b '$b' is refused" btnskey gen -D "$iked" -b "$b"
done
like err "with the bounds" '^btnskey: -b : RSA is 2048 to 16384 bits here, in eights$'
check 2 "-t dsa is refused" btnskey gen -D "$iked" -t dsa
same err "naming what there is" <<EOT
btnskey: -t dsa: not rsa or ec
usage: btnskey gen [-fq] [-b bits] [-D directory] [-d store] [-t rsa | ec]
EOT
check 2 "-t RSA is refused" btnskey gen -D "$iked" -t RSA
check 2 "an empty -t is refused" btnskey gen -D "$iked" -t ''
check 2 "-b with -t ec is refused" btnskey gen -D "$iked" -t ec -b 2048
check 2 "-b twice is refused" btnskey gen -D "$iked" -b 2048 -b 2048
check 2 "an operand is refused" btnskey gen -D "$iked" "$iked"
check 2 "-y is unknown" btnskey gen -D "$iked" -y
none "after all that"

# Where it may not write.
check 3 "no directory of iked's" btnskey gen -D "$iked/none"
same err "is named" <<EOT
btnskey: $iked/none: no such directory
EOT
ln -s iked "$tmp/etc/link"
check 3 "a symbolic link to it" btnskey gen -D "$tmp/etc/link" -t ec
like err "is named" ': a symbolic link; name the directory itself$'
chmod 777 "$iked"
check 3 "one that others may write" btnskey gen -D "$iked" -t ec
like err "is named" ': writable by others \(mode 0777\)$'
chmod 775 "$iked"
check 3 "one that its group may write" btnskey gen -D "$iked" -t ec
like err "is named" ': writable by its group \(mode 0775\)$'
chmod 755 "$iked"
mkdir -m 770 "$iked/private"
check 3 "private/ that its group may write" btnskey gen -D "$iked" -t ec
rmdir "$iked/private"
mkdir "$tmp/else"
ln -s "$tmp/else" "$iked/private"
check 3 "private/ that is a symbolic link" btnskey gen -D "$iked" -t ec
rm "$iked/private"
: >"$iked/private"
check 3 "private/ that is a file" btnskey gen -D "$iked" -t ec
rm "$iked/private"
none "after all that"
yes "and none beyond the link" rmdir "$tmp/else"
if root; then
	fresh
	check 3 "an unprivileged user" nobody btnskey gen -D "$iked" -t ec
	like err "is refused" ': Permission denied$'
	none "and then"
	mkdir -m 700 "$iked/private"
	check 3 "one who can't see what is there" \
	    nobody btnskey gen -D "$iked" -t ec
	like err "is told" 'not for this user to read; run this as root$'
	mkdir -p "$tmp/theirs/iked"
	chown -R 65534 "$tmp/theirs"
	check 3 "another user's directory" btnskey gen -t ec \
	    -D "$tmp/theirs/iked"
	like err "is refused" ': belongs to user 65534, who could change it$'
	rm -r "$tmp/theirs"
else
	skip "an unprivileged user" "run this as root"
fi

# A first pair.
fresh
check 0 "a first pair" btnskey gen -D "$iked"
empty err "is silent on stderr"
sed 's/^fingerprint  .*/fingerprint/' out >said
same said "and says what it made" <<EOT
$key: made
$pub: made
fingerprint
next: give $pub to every peer, and read them this:
      btnskey show -D $iked
EOT
openssl pkey -pubin -in "$pub" -outform DER | openssl dgst -sha256 -r |
    cut -c -64 | sed 's/^/fingerprint  /' >want
sed -n 's/^fingerprint  /&/p' out >said
same said "with its fingerprint" <want
pair "first pair"
openssl rsa -in "$key" -noout -text >text 2>&1
like text "it is RSA 3072" '^Private-Key: \(3072 bit'
like text "with the exponent 65537" '^publicExponent: 65537 '
like "$key" "in PKCS#8" '^-----BEGIN PRIVATE KEY-----$'
mode "$key" >said
mode "$pub" >>said
mode "$iked/private" >>said
same said "modes are what iked wants" <<EOT
0600
0644
0700
EOT
ls -A "$iked/private" >said
same said "nothing else is in private/" <<EOT
local.key
EOT

# A second.
digest "$key" "$pub" >before
check 1 "rule 9: a key that is there is kept" btnskey gen -D "$iked"
empty out "without a word on stdout"
same err "and with the way on" <<EOT
btnskey: $key: exists (RSA 3072), kept
iked can use it: btnskey show -D $iked
To make another: btnskey gen -D $iked -f
EOT
check 1 "also with another type" btnskey gen -D "$iked" -t ec
check 1 "rule 9: also quietly" btnskey gen -q -D "$iked"
digest "$key" "$pub" >after
same after "byte for byte" <before

# Replacing one.
old=$(fp "$pub" | cut -c -8)
cp "$key" key.1
cp "$pub" pub.1
check 0 "-f makes another" btnskey gen -f -t ec -D "$iked"
sed 's/^fingerprint  .*/fingerprint/' out >said
same said "and says where the old one is" <<EOT
$key: replaced, the old pair is $tmp/db/old/$old
$pub: replaced
fingerprint
WARNING: a peer that pinned the old key refuses this host once iked loads the
new one, at the latest at the next boot.
next: give $pub to every peer, then: ikectl reload
EOT
pair "second pair"
openssl pkey -in "$key" -noout -text >text
like text "it is EC P-256" '^NIST CURVE: P-256$'
yes "rule 9: the old private key is kept" cmp key.1 "$tmp/db/old/$old/local.key"
yes "rule 5: and the old public one" cmp pub.1 "$tmp/db/old/$old/local.pub"
for f in "$tmp/db" "$tmp/db/old" "$tmp/db/old/$old" \
    "$tmp/db/old/$old/local.key"; do
	mode "$f"
done >said
same said "where nobody else looks" <<EOT
0700
0700
0700
0600
EOT
find "$iked" -type f | sort >said
same said "and nowhere below iked's directory" <<EOT
$pub
$key
EOT
cp key.1 "$key"
cp pub.1 "$pub"
check 0 "-f of the same key again" btnskey gen -f -t ec -D "$iked"
like out "gets a number" "the old pair is $tmp/db/old/$old\.2\$"
yes "beside the first" cmp key.1 "$tmp/db/old/$old.2/local.key"
check 0 "-q replaces in silence" btnskey gen -fq -t ec -D "$iked"
silent "-q"
pair "third pair"

# Halves.
rm "$pub"
digest "$key" >before
check 0 "a missing local.pub is mended" btnskey gen -D "$iked"
same out "from the private key" <<EOT
$key: exists (EC P-256), kept
$pub: was missing, made from it
EOT
pair "mended"
digest "$key" >after
same after "which is as it was" <before
: >"$iked/private/.btnskey.key"
rm "$pub"
check 0 "after a killed run too" btnskey gen -q -D "$iked"
ls -A "$iked/private" >said
same said "whose left-over goes" <<EOT
local.key
EOT
cp pub.1 "$pub"
digest "$key" "$pub" >before
check 1 "local.pub of another key" btnskey gen -D "$iked"
like err "is refused" ': not the public half of private/local.key \(EC P-256\)'
digest "$key" "$pub" >after
same after "and both are kept" <before
rm "$key"
check 1 "local.pub alone" btnskey gen -D "$iked"
like err "is kept" ': exists without its private key, kept\.'
yes "as it was" cmp pub.1 "$pub"
none=$iked/private/local.key
no "and no private key is made" test -e "$none"
check 0 "-f makes a pair of it" btnskey gen -f -t ec -D "$iked"
pair "after local.pub alone"
kept=$(sed -n 's/.*the old pair is //p' out)
yes "and keeps it" cmp pub.1 "$kept/local.pub"

# Damaged ones.
printf -- '-----BEGIN PRIVATE KEY-----\nAAAA\n' >"$key"
chmod 600 "$key"
digest "$key" "$pub" >before
check 3 "a damaged private key is trouble" btnskey gen -D "$iked"
like err "and named" "^btnskey: $key:"
digest "$key" "$pub" >after
same after "and left alone" <before
cp "$key" damaged
check 0 "-f replaces it" btnskey gen -f -t ec -D "$iked"
kept=$(sed -n 's/.*the old pair is //p' out)
yes "and keeps it" cmp damaged "$kept/local.key"
pair "after a damaged key"
: >"$key"
check 3 "an empty private key is trouble" btnskey gen -D "$iked"
check 0 "-f replaces that too" btnskey gen -f -t ec -D "$iked"
rm "$key"
ln -s "$tmp/key.1" "$key"
check 3 "a private key behind a symbolic link" btnskey gen -D "$iked"
rm "$key"
mkfifo "$key"
check 3 "a FIFO in its place" timeout 10 btnskey gen -D "$iked"
rm "$key"

# The store's directory that -f needs.
fresh
check 0 "a pair to keep" btnskey gen -q -t ec -D "$iked"
digest "$key" "$pub" >before
mkdir -p "$tmp/db" "$tmp/else"
ln -s "$tmp/else" "$tmp/db/old"
check 3 "old/ that is a symbolic link" btnskey gen -f -t ec -D "$iked"
rm "$tmp/db/old"
chmod 777 "$tmp/db"
check 3 "a store's directory that others write" \
    btnskey gen -f -t ec -D "$iked"
rm -r "$tmp/db"
check 1 "one that can't be made" env BTNS_DB="$tmp/no/such/pins.db" \
    btnskey gen -f -t ec -D "$iked"
digest "$key" "$pub" >after
same after "leave the pair alone" <before
yes "and copy it nowhere" rmdir "$tmp/else"

# Modes whatever the umask.
masks='000 077 027'
root && masks="$masks 777"	# others are kept out by that themselves
for u in $masks; do
	fresh
	check 0 "under umask $u" sh -c \
	    "umask $u; exec btnskey gen -q -t ec -D '$iked'"
	{ mode "$key"; mode "$pub"; } >said
	same said "the modes are the same" <<-EOT
	0600
	0644
	EOT
done

# Progress is for people.
fresh
check 0 "no terminal" btnskey gen -b 2048 -D "$iked"
empty err "no progress"
rm -r "$iked/private" "$pub"
tty 0 "at a terminal" 'shows "generating RSA 2048: "
    shows "done\r\n"
    shows "fingerprint"' btnskey gen -b 2048 -D "$iked"
tty 0 "-q at a terminal" '' btnskey gen -fq -b 2048 -D "$iked"
empty screen "is silent"
check 2 "-o is not for gen" btnskey -o json gen -D "$iked"
check 0 "-d names the store" btnskey -d "$tmp/else/pins.db" gen -fq -t ec \
    -D "$iked"
yes "beside which the old pair is kept" test -d "$tmp/else/old"

# The private key is never printed.
fresh
check 0 "a pair whose private key is looked for" btnskey gen -D "$iked"
cat out err >printed
# What stands behind the modulus, which is in the public half too.
for c in "gen" "gen -f -b 2048" show "show -o json" "show $key" "pub" \
    "pub $key" "pub -O ssh $key"; do
	tail -n +11 "$key" >>secret
	# shellcheck disable=SC2086 # words
	btnskey $c -D "$iked" >>printed 2>&1 || :
	# shellcheck disable=SC2086 # words
	btnskey ${c%% *} -D "$iked" ${c#* } >>printed 2>&1 || :
done
tail -n +11 "$key" >>secret
grep -v -e ----- secret >secret.lines
no "rule 9: is in no output" grep -F -f secret.lines printed
no "rule 9: nor is its label" grep PRIVATE printed

# Output that can't be written.
fresh
check 3 "stdout is full" sh -c "exec btnskey gen -t ec -D '$iked' >/dev/full"
like err "which is said" '^btnskey: standard output: No space left on device$'
pair "and the pair is whole"
fresh
check 3 "stdout is closed" sh -c "exec btnskey gen -t ec -D '$iked' >&-"
pair "closed stdout"
fresh
check 0 "all three are closed, and nothing to say" \
    sh -c "exec btnskey gen -q -t ec -D '$iked' <&- >&- 2>&-"
pair "all closed"

# A full disk.
small() {
	fresh
	mount -t tmpfs -o size=64k,mode=755 none "$iked"
}
fill() {
	dd if=/dev/zero of="$iked/fill" bs=4096 2>/dev/null
	[ "$1" -eq 0 ] || truncate -s "-$((4096 * $1))" "$iked/fill"
}
if can_mount; then
	small
	mkdir -m 700 "$iked/private"
	fill 0
	check 3 "a full disk" btnskey gen -t ec -D "$iked"
	like err "is named" ': No space left on device$'
	rm "$iked/fill"
	none "a full disk"
	fill 1
	check 3 "rule 9: room for one half" btnskey gen -t ec -D "$iked"
	yes "rule 9: which is whole" openssl pkey -in "$key" -check -noout
	rm "$iked/fill"
	check 0 "and finished with room" btnskey gen -D "$iked"
	pair "finished"
	digest "$key" "$pub" >before
	fill 0
	check 3 "rule 9: no room for a new pair" btnskey gen -f -t ec -D "$iked"
	digest "$key" "$pub" >after
	same after "the old pair stays" <before
	rm "$iked/fill"
	mkdir -p "$tmp/db"
	rm -rf "$tmp/db/old"
	mount -t tmpfs -o size=4k,mode=700 none "$tmp/db"
	dd if=/dev/zero of="$tmp/db/fill" bs=4096 2>/dev/null
	check 3 "no room to keep the old pair" btnskey gen -f -t ec \
	    -D "$iked"
	digest "$key" "$pub" >after
	same after "it stays" <before
	umount "$tmp/db" "$iked"
else
	skip "a full disk" "no tmpfs without root"
fi
fresh
check 3 "no byte may be written" sh -c \
    "trap '' XFSZ; ulimit -f 0; exec btnskey gen -t ec -D '$iked'"
none "no byte may be written"

# Killed at any moment.
fresh
us=$(usec btnskey gen -q -t ec -D "$iked")
i=0 made=0 halves=0
while [ $i -lt 40 ]; do
	fresh
	killed $((us * i / 30)) btnskey gen -q -t ec -D "$iked"
	if [ -e "$key" ]; then
		made=$((made + 1))
		openssl pkey -in "$key" -check -noout >/dev/null 2>&1 &&
		    [ "$(mode "$key")" = 0600 ] || echo "half $i"
		[ -e "$pub" ] || halves=$((halves + 1))
	fi
	[ ! -e "$pub" ] || openssl pkey -in "$key" -pubout |
	    cmp -s - "$pub" || echo "pub $i"
	btnskey gen -q -t ec -D "$iked" >/dev/null 2>&1
	[ $? -le 1 ] || echo "next $i"
	openssl pkey -in "$key" -pubout 2>&1 | cmp -s - "$pub" ||
	    echo "pair $i"
	i=$((i + 1))
done >faults
echo "# killed 40 times: $made times a key, $halves without local.pub"
empty faults "killed, a key is whole or absent, and the next run finishes" \
    
fresh
check 0 "a pair to replace" btnskey gen -q -t ec -D "$iked"
i=0
while [ $i -lt 25 ]; do
	cp "$key" was.key
	killed $((us * i / 15)) btnskey gen -fq -t ec -D "$iked"
	openssl pkey -in "$key" -check -noout >/dev/null 2>&1 ||
	    echo "half $i"
	openssl pkey -pubin -in "$pub" -noout >/dev/null 2>&1 ||
	    echo "pub $i"
	cmp -s "$key" was.key || cat "$tmp"/db/old/*/local.key |
	    grep -Fxq "$(sed -n 2p was.key)" || echo "lost $i"
	btnskey gen -fq -t ec -D "$iked" >/dev/null 2>&1 || echo "next $i"
	openssl pkey -in "$key" -pubout 2>&1 | cmp -s - "$pub" ||
	    echo "pair $i"
	i=$((i + 1))
done >faults
empty faults "killed with -f, a key is whole, and the old one never lost" \
    
fresh
for us in 1000 5000 20000 60000 150000; do
	killed $us btnskey gen -q -b 4096 -D "$iked"
	[ ! -e "$key" ] || openssl pkey -in "$key" -check -noout
done >faults 2>&1
grep -v 'Key is valid' faults >said
empty said "killed while a prime is sought, there is none"
find "$iked" -type f >said
empty said "and nothing else"

# Two at once.
i=0
while [ $i -lt 8 ]; do
	fresh
	btnskey gen -q -t ec -D "$iked" 2>/dev/null &
	one=$!
	btnskey gen -q -t ec -D "$iked" 2>/dev/null
	b=$?
	wait $one
	a=$?
	case $a$b in
	01 | 10 | 03 | 30) ;;
	*)	echo "$i: $a and $b" ;;
	esac
	openssl pkey -in "$key" -pubout 2>&1 | cmp -s - "$pub" ||
	    echo "pair $i"
	i=$((i + 1))
done >faults
empty faults "of two at once one wins, and the pair is its own"
finish
