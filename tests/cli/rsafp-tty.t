#!/bin/sh
. "$(dirname "$0")/lib.sh"
cp "$data"/good/* .
cp example2048.spki.pem gw.pub
fp=862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008caba

# --- encrypted keys
locked=rsa2048.priv-pkcs8-enc.pem
opened="^2048 sha256:$(rsafp -q rsa2048.spki.pem) .*-enc\.pem \(RSA\)\$"
if have setsid; then
	check 3 "an encrypted key needs a terminal" alone rsafp $locked
	same err "or is refused" <<EOT
rsafp: $locked: line 1: ENCRYPTED PRIVATE KEY: encrypted, and no passphrase was given
EOT
	check 3 "others beside it are read" alone rsafp $locked gw.pub
	like out "all the same" ' gw\.pub '
fi
for f in $locked rsa2048.priv-pkcs1-enc.pem p256.priv-sec1-enc.pem; do
	tty 0 "a passphrase opens $f" \
	    'shows "passphrase: "; types "correct horse"' rsafp "$f"
	lacks screen "and is not shown" "correct horse"
	like screen "the prompt names the file" "^$f: passphrase: "
	like screen "and the key is" " $f \([RE]"
done
tty 0 "the key is the one that was locked up" \
    'shows "passphrase: "; types "correct horse"' rsafp $locked
like screen "with its fingerprint" "$opened"
tty 3 "a wrong passphrase is trouble" \
    'shows "passphrase: "; types "correct house"' rsafp $locked
lacks screen "and is not shown" "correct house"
like screen "but said" "$locked: line 1: .*: wrong passphrase\$"
tty 3 "an empty one too" 'shows "passphrase: "; types ""' rsafp $locked
tty 3 "end of input is no passphrase" \
    'shows "passphrase: "; send "\004"' rsafp $locked
like screen "and said" "$locked: line 1: .*: encrypted, and no "
tty 0 "each of several is asked for" 'shows "pkcs8-enc.pem: passphrase: "
types "correct horse"
shows "sec1-enc.pem: passphrase: "
types "correct horse"' rsafp $locked p256.priv-sec1-enc.pem
lacks screen "and neither shown" "correct horse"
# shellcheck disable=SC2016
tty 0 "a key on standard input leaves the terminal for the passphrase" \
    'shows "passphrase: "; types "correct horse"' \
    sh -c 'rsafp <"$1"' - $locked
# shellcheck disable=SC2016
echo_after='trap : INT; rsafp "$1"; s=$?; stty -a; exit $s'
tty 130 "Ctrl-C at the prompt ends it" \
    'shows "passphrase: "; after 300; send "\003"' sh -c "$echo_after" - \
    $locked
like screen "with echo on again" '(^| )echo( |;|$)'
lacks screen "and nothing printed" sha256:
tty 0 "after a passphrase" 'shows "passphrase: "; types "correct horse"' \
    sh -c "$echo_after" - $locked
like screen "echo is on again" '(^| )echo( |;|$)'
tty 0 "-F - asks at the terminal" "shows \"heard: \"; types \"$fp\"" \
    rsafp -F - gw.pub
like screen "and compares" '^match: gw\.pub '
for s in groups words; do
	# shellcheck disable=SC2016 # it is that shell's
	tty 0 "-F - takes the lines of -s $s that are pasted" \
	    "shows {heard: }; send {$(rsafp -s $s gw.pub | tr '\n' '\r')}" \
	    sh -c 'rsafp -F - gw.pub && stty -icanon min 0 time 2 &&
	    [ -z "$(dd count=1 2>/dev/null)" ]'
	like screen "and compares them all" '^match: gw\.pub '
done
tty 2 "end of input there is wrong usage" \
    'shows "heard: "; send "\004"' rsafp -F - gw.pub
finish
