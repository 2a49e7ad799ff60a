#!/bin/sh
. "$(dirname "$0")/lib.sh"
cp "$data"/good/* "$data"/bad/rsa-n-even.pem .
cp example2048.spki.pem gw.pub
fp=862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008caba
pin=hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyro
ssh=Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk
md5=dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50
sshfp1=aa93ba8f202b291678c9825baf6b1aa6282bce53
sshfp2=56e9b7262655362c41ca497e6f83e985fde774934c36cc420e03fb217d065ab9
babble=xopin-favom-zemod-ripec-kivys-nuboh-ryrik-rokyp-kopod-ryfeh-fyxux
whole=$(tr -d '\n' <example2048.rfc3110.b64)
spki=$(sed '/^-/d' gw.pub | tr -d '\n')

# --- what matches
match() {
	check 0 "-F $1" rsafp -F "$1" gw.pub
	like out "matches the $2" "^match: gw\.pub \($2\)\$"
}
match "$fp" "spki sha256"
match "SHA256:$fp" "spki sha256"
match "862BE0697046A4590308250C892B7E79" "spki sha256"
match "862b e069 7046 a459 0308 250c 892b 7e79" "spki sha256"
match "86:2b:e0:69:70:46:a4:59:03:08:25:0c:89:2b:7e:79.." "spki sha256"
match "$pin=" "spki sha256"
match "sha256//$pin=" "spki sha256"
match "pin-sha256=\"$pin=\"" "spki sha256"
match "TLSA 3 1 1 $fp" "spki sha256"
match 040d6d96fa3af860b051fba0fa3bd3399f97034d "spki sha1"
match 5253ec5e71046058f401a6c567dba6cc49990a7b "pkcs1 sha1"
match "SHA256:$ssh" "ssh sha256"
match "MD5:$md5" "ssh md5"
match "$md5" "ssh md5"
match "$sshfp1" "ssh sha1"
match "gw.example.org. IN SSHFP 1 1 $sshfp1" "ssh sha1"
match "SSHFP 1 2 $sshfp2" "ssh sha256"
match "$babble" "ssh sha1"
match "$whole" "the key itself"
match "0s$whole" "the key itself"
match "$spki" "the key itself"
check 1 "another key's fingerprint is a no" rsafp -F "$fp" p256.ssh
same out "and said" <<EOT
no match: p256.ssh
EOT
check 1 "a wrong group is a no" \
    rsafp -F "862b e069 7046 a459 0308 250c 892b 7e80" gw.pub
same out "and the group is named" <<EOT
no match: gw.pub: group 8 is not 7e80, the other 7 agree; ask for group 8 again
EOT
check 1 "two wrong groups are a no" \
    rsafp -F "862b e069 7046 a459 0308 0000 892b 7e80" gw.pub
same out "and nothing is named" <<EOT
no match: gw.pub
EOT
check 1 "one of several keys doesn't match" \
    rsafp -F "$(rsafp -q p256.spki.pem)" p256.ssh gw.pub
same out "and each is told" <<EOT
match: p256.ssh (spki sha256)
no match: gw.pub
EOT
check 3 "a match and a bad file is 3" rsafp -F "$fp" gw.pub rsa-n-even.pem
check 3 "a mismatch and a missing file is 3" rsafp -F "$fp" p256.ssh nowhere
check 0 "-q -F tells by its status" rsafp -qF "$fp" gw.pub
empty out "and prints nothing"
check 1 "also where it doesn't match" rsafp -qF "$fp" p256.ssh
empty out "nothing"
unproven() {
	check 2 "-F '$1' proves nothing" rsafp -F "$1" gw.pub
	like err "$2" "^rsafp: .*$2"
	empty out "and matches nothing"
}
unproven "" "an empty fingerprint"
unproven 862be069 "8 digits; 32 are the least that proves anything"
unproven 862be0697046a459.. "16 digits; 32 are the least"
unproven 862be0697046a4590308250c892b7e7 "31 digits"
unproven AwEAAbenE "AwEAAbenE: an rsaid is 22 bits of the key"
unproven 56587034f16b26234c68ccf95cfd4c905d6284ed \
    "gw.pub: a CKAID leaves out the exponent and proves nothing"
unproven "hivgaXBGpFkDCCUMiSt+e" "21 characters of base64"
unproven "TLSA 3 0 1 $fp" "RFC 6698 2.1.2"
unproven "SSHFP 1 9 $fp" "RFC 4255 3.1.2"
unproven gw.example.org "not a fingerprint in any spelling known here"
# shellcheck disable=SC2016
check 0 "-F - reads a line" sh -c 'echo "$1" | rsafp -F - gw.pub' - "$fp"
# shellcheck disable=SC2016
check 0 "also without its end" \
    sh -c 'printf %s "$1" | rsafp -F - gw.pub' - "$fp"
# shellcheck disable=SC2016
check 0 "and leaves the rest for a key" \
    sh -c '{ echo "$1"; cat gw.pub; } | rsafp -F - -' - "$fp"
check 2 "-F - with nothing there" sh -c 'rsafp -F - gw.pub </dev/null'
like err "is wrong usage" '^rsafp: -F -: nothing was given$'
check 2 "-F - and no file" sh -c 'rsafp -F - <gw.pub'
like err "is wrong usage" '^rsafp: -F - and the key both from standard input'
finish
