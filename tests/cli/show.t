#!/bin/sh
# btnskey show: one key, and whether its private half belongs to it.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

key=$iked/private/local.key
pub=$iked/local.pub

check 2 "an unknown option" btnskey show -x
check 2 "-o twice" btnskey show -o json -o tsv
check 2 "-o xml" btnskey show -o xml
same err "is none of the three" <<EOT
btnskey: -o xml: not table, json or tsv
usage: btnskey show [-D directory] [-o format] [file]
EOT
check 2 "two files" btnskey show a b
check 2 "an option after the file" btnskey show a -q
check 3 "a file that isn't there" btnskey show none.pub
same err "is named" <<EOT
btnskey: none.pub: No such file or directory
EOT
check 3 "a directory" btnskey show .
printf 'a\033[2J\nb' >hostile
name=$(printf 'x\033[2J\ny.pub')
cp hostile "$name"
check 3 "a file without a key, under a hostile name" btnskey show "$name"
tr -d '[:print:]\n' <err >odd
empty odd "which does not steer the terminal"
check 1 "no pair" btnskey show -D "$iked"
same err "is said, with the way to one" <<EOT
btnskey: $pub: no such file; make a pair: btnskey gen -D $iked
EOT
check 3 "no directory" btnskey show -D "$iked/none"

# --- the own pair
mkdir -m 700 "$iked/private"
cp "$good/rsa2048.priv-pkcs8.pem" "$key"
chmod 600 "$key"
check 1 "a private key alone" btnskey show -D "$iked"
like err "gen makes its other half" "make it from the private key: btnskey gen -D $iked\$"
cp "$good/rsa2048.spki.pem" "$pub"
openssl pkey -pubin -in "$pub" -outform DER | openssl dgst -sha256 -r |
    cut -c -64 >fp
hex=$(cat fp)
sed 's/.\{32\}$//; s/..../& /g; s/\(.\{19\}\) /\1  /; s/ *$//' fp >groups
check 0 "the own pair" btnskey show -D "$iked"
same out "is shown whole, and to be read out" <<EOT
file         $pub (RSA 2048)
private key  $key: the same key, mode 0600
fingerprint  $hex
read out     $(cat groups)
EOT
empty err "without a warning"
for m in 644 640 604 660; do
	chmod $m "$key"
	check 1 "mode 0$m" btnskey show -D "$iked"
	like out "is a warning" \
	    "^WARNING: others may read it; fix: chmod 600 $key\$"
done
chmod 600 "$key"
cp "$good/p256.spki.pem" "$pub"
check 1 "local.pub of another key" btnskey show -D "$iked"
like out "is said" "^private key  $key: ANOTHER KEY, mode 0600\$"
check 1 "in JSON too" btnskey show -o json -D "$iked"
yes "as false" jq -e '.private_same == false' was.out
cp "$good/rsa2048.spki.pem" "$pub"
chmod 644 "$key"
check 1 "one that others may read" btnskey show -D "$iked"
check 1 "in TSV too" btnskey show -o tsv -D "$iked"
check 3 "a full disk is trouble all the same" \
    sh -c "btnskey show -o json -D '$iked' >/dev/full"
rm "$key"
check 1 "a missing private key" btnskey show -D "$iked"
like out "is said" "^private key  $key: MISSING\$"
check 1 "in JSON too" btnskey show -o json -D "$iked"
cp "$good/rsa2048.spki.pem" "$pub"
printf 'nonsense\n' >"$key"
check 3 "a damaged private key" btnskey show -D "$iked"
like err "is named" "^btnskey: $key:"
for f in priv-pkcs1 priv-pkcs8; do
	cp "$good/rsa2048.$f.pem" "$key"
	chmod 600 "$key"
	check 0 "a private key as $f" btnskey show -D "$iked"
done
cp "$good/rsa2048.priv-pkcs8-enc.pem" "$key"
check 3 "an encrypted one without a terminal" alone btnskey show -D "$iked"
tty 0 "asks for its passphrase" 'shows ": passphrase: "
    types "correct horse"
    shows "the same key"' btnskey show -D "$iked"
lacks screen "which is not echoed" horse
tty 3 "a wrong one is no key" 'shows ": passphrase: "
    types "wrong"' btnskey show -D "$iked"
printf nonsense >"$pub"
check 3 "a damaged local.pub" btnskey show -D "$iked"
like err "is named" "^btnskey: $pub:"
cp "$good/rsa2048.spki.pem" "$pub"
cp "$good/rsa2048.priv-pkcs8.pem" "$key"
chmod 600 "$key"
if root; then
	check 0 "who may not read the private key" nobody btnskey show \
	    -D "$iked"
	like out "is told so" "^private key  $key: not for this user to read\$"
	nobody btnskey show -o tsv -D "$iked" | cut -f 5- >said
	same said "and has no word on it in TSV" <<-EOT
	-	-	-
	EOT
else
	skip "who may not read the private key" "run this as root"
fi

# --- columns
check 0 "TSV" btnskey show -o tsv -D "$iked"
printf '%s\t2048\tRSA\t%s\t%s\tyes\t0600\n' "$pub" "$hex" "$key" >want
same out "has seven columns" <want
check 0 "JSON" btnskey show -o json -D "$iked"
jq -c '[.file, .bits, .type, .fingerprint, .private_key, .private_same,
    .private_mode]' out >said
same said "has them by name" <<EOT
["$pub",2048,"RSA","$hex","$key",true,"0600"]
EOT
check 0 "of a peer's key" btnskey show -o tsv "$good/p384.spki.pem"
cut -f 2,3,5- out >said
printf '384\tEC\t-\t-\t-\n' >want
same said "nothing is known of a private half" <want
check 0 "in JSON" btnskey show -o json "$good/p384.spki.pem"
yes "that is null" jq -e \
    '.private_key == null and .private_same == null' was.out

# --- somebody's file
cd "$good" || exit 99
for f in p256 p384 p521 ed25519 rsa2048 rsa1536; do
	openssl pkey -pubin -in $f.spki.pem -outform DER |
	    openssl dgst -sha256 -r | cut -c -64 >"$tmp/fp"
	for e in spki.pem spki.der ssh rfc4716 priv-pkcs8.pem cert.pem; do
		[ -e $f.$e ] || continue
		printf '%s %s\n' "$(cat "$tmp/fp")" $f.$e
	done
done >"$tmp/want"
while read -r _ f; do
	btnskey show "$f" | sed -n "s/^fingerprint  \(.*\)/\1 $f/p"
done <"$tmp/want" >"$tmp/said"
cd "$tmp" || exit 99
same said "any spelling has openssl's fingerprint" <want
check 0 "Ed25519" btnskey show "$good/ed25519.ssh"
like out "is said to be of no use to iked" \
    ' \(Ed25519, iked cannot use it\)$'
check 0 "RSA 1536" btnskey show "$good/rsa1536.ssh"
like out "is said to be weak" ' \(RSA 1536, weak\)$'
lacks out "and has no private half to speak of" private
check 3 "a file of two keys" btnskey show "$good/authorized_keys"
check 0 "standard input" btnskey show - <"$good/p256.ssh"
like out "is -" '^file         - \(EC P-256\)$'
finish
