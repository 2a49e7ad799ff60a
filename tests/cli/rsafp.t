#!/bin/sh
. "$(dirname "$0")/lib.sh"
cp "$data"/good/* "$data"/mixed/bad-last.pem "$data"/mixed/bad-only.pem .
cp "$data"/bad/* .
cp example2048.spki.pem gw.pub
fp=862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008caba
pin=hivgaXBGpFkDCCUMiSt+edGwSF7IZF6oLKJCn4AIyro
ssh=Vum3JiZVNixBykl+b4Pphf3ndJNMNsxCDgP7IX0GWrk
md5=dc:33:92:3f:aa:43:e3:fb:30:21:7e:bd:21:97:36:50
sshfp1=aa93ba8f202b291678c9825baf6b1aa6282bce53
sshfp2=56e9b7262655362c41ca497e6f83e985fde774934c36cc420e03fb217d065ab9
babble=xopin-favom-zemod-ripec-kivys-nuboh-ryrik-rokyp-kopod-ryfeh-fyxux

# --- what is printed
check 0 "a key is printed with bits, hash, file and type" rsafp gw.pub
same out "on one line" <<EOT
2048 sha256:$fp gw.pub (RSA)
EOT
empty err "and nothing is said beside it"
check 0 "-q prints bare digits" rsafp -q gw.pub
same out "and nothing else" <<EOT
$fp
EOT
check 0 "types have their names" rsafp p256.spki.pem p521.ssh ed25519.ssh
sed 's/ sha256.* / /' out >types
same types "EC and Ed25519" <<EOT
256 (EC)
521 (EC)
256 (Ed25519)
EOT
check 0 "a weak key is printed" rsafp rsa1024.spki.pem rsa1536.ssh
like out "and marked" '^1024 .* rsa1024\.spki\.pem \(RSA, weak\)$'
like out "below 2048 bits" '^1536 .* \(RSA, weak\)$'
check 0 "the keys of a file are numbered from the second" \
    rsafp authorized_keys
sed 's/^.* \(auth.*\) .*/\1/' out >names
same names "with #" <<EOT
authorized_keys
authorized_keys#2
authorized_keys#3
authorized_keys#4
authorized_keys#5
authorized_keys#6
EOT
check 0 "a private key shows its public half" rsafp p256.priv-pkcs8.pem
like out "as if it were that" \
    "^256 sha256:$(rsafp -q p256.spki.pem) p256\.priv-pkcs8\.pem \(EC\)$"

# --- encodings, hashes, spellings
check 0 "the legacy form" rsafp -e pkcs1 -a sha1 gw.pub
same out "names its encoding and hash" <<EOT
2048 sha1:5253ec5e71046058f401a6c567dba6cc49990a7b gw.pub (RSA, pkcs1)
EOT
check 0 "OpenSSH's form" rsafp -e ssh -s ssh gw.pub
same out "names its hash once" <<EOT
2048 SHA256:$ssh gw.pub (RSA, ssh)
EOT
check 0 "OpenSSH's older form" rsafp -q -e ssh -s ssh -a md5 gw.pub
same out "has colons" <<EOT
MD5:$md5
EOT
check 0 "base64 is padded" rsafp -q -s base64 gw.pub
same out "as in pin-sha256" <<EOT
$pin=
EOT
check 0 "hex with colons" rsafp -q -e modulus -a sha1 -s colon gw.pub
same out "of the modulus" <<EOT
56:58:70:34:f1:6b:26:23:4c:68:cc:f9:5c:fd:4c:90:5d:62:84:ed
EOT
for a in sha256 sha1 sha384 sha512 md5; do
	digest=$(openssl pkey -pubin -in gw.pub -outform DER |
	    openssl dgst -"$a" | sed 's/.* //')
	check 0 "-a $a" rsafp -q -a $a gw.pub
	same out "is that of openssl" <<EOT
$digest
EOT
done
check 0 "-e rfc3110" rsafp -q -e rfc3110 gw.pub
same out "is over IPSECKEY's bytes" <<EOT
$(openssl base64 -d -A <example2048.rfc3110.b64 | openssl dgst -sha256 |
    sed 's/.* //')
EOT
check 1 "an encoding that a type lacks is a no" \
    rsafp -e pkcs1 p256.spki.pem gw.pub
same err "with a reason" <<EOT
rsafp: p256.spki.pem: EC P-256 has no encoding pkcs1
EOT
like out "and the next file is read" ' gw\.pub '

# --- -A
check 0 "-A prints every name of a key" rsafp -A gw.pub
same out "and who uses it" <<EOT
gw.pub: RSA 2048
spki    sha256  btnsctl, btnskey, rsafp; TLSA x 1 1
    $fp
spki    sha256  pin-sha256, curl --pinnedpubkey sha256//
    $pin=
spki    sha1    strongSwan keyid, GnuTLS, IKEv2 CERTREQ
    040d6d96fa3af860b051fba0fa3bd3399f97034d
pkcs1   sha1    X.509 subject key id, strongSwan subjkey, the legacy form
    5253ec5e71046058f401a6c567dba6cc49990a7b
ssh     sha256  ssh-keygen -l, ssh
    SHA256:$ssh
ssh     md5     ssh-keygen -l -E md5
    MD5:$md5
ssh     sha1    SSHFP x 1
    $sshfp1
ssh     sha256  SSHFP x 2
    $sshfp2
modulus sha1    libreswan CKAID, NSS; leaves out e: proves nothing
    56587034f16b26234c68ccf95cfd4c905d6284ed
ssh     sha1    ssh-keygen -B
    $babble
rfc3110 -       libreswan rsaid; 22 bits: proves nothing
    AwEAAbenE
EOT
check 0 "-A of other types leaves out what is RSA's" rsafp -A ed25519.ssh
lacks out "no rsaid" rsaid
lacks out "no PKCS #1" pkcs1
check 0 "-A -q prints the names alone" rsafp -Aq gw.pub
n11=$(wc -l <out)
check 0 "eleven of them" [ "$n11" -eq 11 ]

# --- json and tsv
check 0 "-o tsv" rsafp -o tsv gw.pub many.pem
sed 3q out >rows
same rows "has eight columns and no header" <<EOT
2048	RSA	spki	sha256	$fp	gw.pub	1	-
$(rsafp -o tsv many.pem | sed 2q)
EOT
check 0 "-o json" rsafp -o json gw.pub authorized_keys
if have jq; then
	cp out rows
	check 0 "is valid" jq -r '[.bits, .type, .encoding, .hash,
	    .fingerprint, .file, .index, .used_by // "-"] | @tsv' rows
	rsafp -o tsv gw.pub authorized_keys >rows
	same out "and says what tsv says" <rows
else
	skip "is valid" "no jq"
	skip "and says what tsv says" "no jq"
fi
check 0 "-A -o json" rsafp -A -o json gw.pub
like out "tells who uses a name" '"used_by":"[^"]*rsaid[^"]*"}$'
like out "and leaves out a hash that isn't there" '"hash":null'

# --- file names
nl=$(printf 'a\nb.pub') esc=$(printf 'a\033[2Jb.pub') inv=$(printf 'a\377b')
cp gw.pub "$nl"; cp gw.pub "$esc"; cp gw.pub "$inv"; cp gw.pub ./-x
check 0 "hostile file names are printed" rsafp "$nl" "$esc" "$inv"
same out "escaped" <<EOT
2048 sha256:$fp a\\x0ab.pub (RSA)
2048 sha256:$fp a\\x1b[2Jb.pub (RSA)
2048 sha256:$fp a\\xffb (RSA)
EOT
check 0 "in tsv too" rsafp -o tsv "$nl" "$esc" "$inv"
cut -f 6 out >names
same names "escaped" <<EOT
a\\x0ab.pub
a\\x1b[2Jb.pub
a\\xffb
EOT
check 0 "and in json" rsafp -o json "$nl" "$esc" "$inv"
if have jq; then
	cp out rows
	check 0 "which is valid" jq -c .file rows
	same out "and keeps what is text" <<EOT
"a\\nb.pub"
"a\\u001b[2Jb.pub"
"a\\\\xffb"
EOT
else
	skip "which is valid" "no jq"
	skip "and keeps what is text" "no jq"
fi
check 3 "a file that isn't there has its name escaped" rsafp "$nl.no"
same err "on standard error" <<EOT
rsafp: a\\x0ab.pub.no: No such file or directory
EOT
check 0 "-- ends the options" rsafp -q -- -x
check 0 "./ does as well" rsafp -q ./-x

# --- where keys come from
check 0 "no file means standard input" sh -c 'rsafp <gw.pub'
same out "whose name is -" <<EOT
2048 sha256:$fp - (RSA)
EOT
check 0 "so does -" sh -c 'cat gw.pub p256.ssh | rsafp -q gw.pub -'
check 3 "a missing file is trouble" rsafp nowhere gw.pub
same err "and said" <<EOT
rsafp: nowhere: No such file or directory
EOT
like out "but others are read" ' gw\.pub '
mkdir dir
check 3 "so is a directory" rsafp dir
like err "which is named" '^rsafp: dir: .*[Dd]irectory$'
check 3 "an empty file" rsafp text-empty
same err "is called empty" <<EOT
rsafp: text-empty: empty
EOT
check 3 "empty standard input as well" sh -c 'rsafp </dev/null'
check 3 "closed standard input is trouble" sh -c 'rsafp <&-'
long=$(printf '%0200d' 0)
long=$long/$long/$long/$long/$long
mkdir -p "$long"
cp rsa-n-even.pem "$long/k"
check 3 "a long path leaves room" rsafp "$long/k"
like err "for the reason" 'RFC 8017 3\.1: the modulus is even$'
check 3 "also" rsafp "$long/nowhere"
like err "for the system's" ': No such file or directory$'
ln -s loop loop
check 3 "a link to itself is trouble" rsafp loop

# --- of several, the worst
check 0 "good and good is 0" rsafp gw.pub p256.ssh
check 3 "good and bad is 3" rsafp gw.pub rsa-n-even.pem p256.ssh
check 3 "bad and good in one file is 3" rsafp bad-last.pem
like out "and the good one is printed" '^2048 .* bad-last\.pem \(RSA\)$'
check 3 "no and trouble is 3" rsafp -e pkcs1 p256.ssh nowhere
check 1 "no and yes is 1" rsafp -e pkcs1 p256.ssh gw.pub
check 3 "two bad ones are 3" rsafp bad-only.pem
n2=$(wc -l <err)
check 0 "and both are told" [ "$n2" -eq 2 ]
empty out "with nothing on standard output"

# --- refusals, word for word
check 3 "refused objects" rsafp rsa-n-even.pem rsa-e-1.pem rsa-n-512.pem \
    der-length-indefinite.pem ec-hybrid.pem ec-off-curve.pem \
    ec-explicit-prime256v1.pem rsa-pss.pem kind-dsa.pem priv-d-wrong.pem \
    label-unknown.pem kind-openssh-priv.pem pem-no-end.pem \
    pem-bad-char.pem rfc3110-e-empty.ipseckey \
    ipseckey-gateway-type-4.ipseckey ssh-type-curve.ssh ssh-dss.ssh \
    ssh-line-64k.ssh text-prose.txt text-utf16le.pem
same err "are refused with file, line, form, offset, section and reason" <<'EOT'
rsafp: rsa-n-even.pem: line 1: PUBLIC KEY: offset 24: RFC 8017 3.1: the modulus is even
rsafp: rsa-e-1.pem: line 1: PUBLIC KEY: offset 24: RFC 8017 3.1: the exponent is below 3
rsafp: rsa-n-512.pem: line 1: PUBLIC KEY: offset 20: RFC 8017 3.1: a modulus of 512 bits, below 1024
rsafp: der-length-indefinite.pem: line 1: PUBLIC KEY: offset 0: RFC 5280 4.1.2.7: SubjectPublicKeyInfo: X.690 10.1: indefinite length
rsafp: ec-hybrid.pem: line 1: PUBLIC KEY: offset 26: RFC 5480 2.2: a hybrid point
rsafp: ec-off-curve.pem: line 1: PUBLIC KEY: offset 26: RFC 5480 2.2: the point is not on the curve
rsafp: ec-explicit-prime256v1.pem: line 1: PUBLIC KEY: offset 17: RFC 5480 2.1.1: explicit curve parameters, not a named curve
rsafp: rsa-pss.pem: line 1: PUBLIC KEY: offset 6: RFC 4055 1.2: an RSASSA-PSS key, which iked cannot use
rsafp: kind-dsa.pem: line 1: PUBLIC KEY: offset 8: RFC 5280 4.1.1.2: AlgorithmIdentifier: not a key of RSA, EC or Ed25519
rsafp: priv-d-wrong.pem: line 1: RSA PRIVATE KEY: offset 0: RFC 8017 A.1.2: RSAPrivateKey: its numbers don't belong together
rsafp: label-unknown.pem: line 1: GATEWAY KEY: RFC 7468: not a label of a key or certificate
rsafp: kind-openssh-priv.pem: line 1: OPENSSH PRIVATE KEY: RFC 7468: not a label that is read here; print its public key with ssh-keygen -y
rsafp: pem-no-end.pem: line 1: PUBLIC KEY: RFC 7468 2: no END line
rsafp: pem-bad-char.pem: line 1: PUBLIC KEY: line 2: RFC 4648 section 4: byte 0x21 is not base64
rsafp: rfc3110-e-empty.ipseckey: line 1: IPSECKEY: offset 0: RFC 3110 2: exponent is empty
rsafp: ipseckey-gateway-type-4.ipseckey: line 1: IPSECKEY: RFC 4025 2.3: gateway type 4 is not 0 to 3
rsafp: ssh-type-curve.ssh: line 1: OpenSSH: offset 0: RFC 4253 6.6: another type inside than ecdsa-sha2-nistp384
rsafp: ssh-dss.ssh: line 1: OpenSSH: offset 0: RFC 4253 6.6: not a key of RSA, ECDSA or Ed25519
rsafp: ssh-line-64k.ssh: line 1: text: over 65536 bytes on a line
rsafp: text-prose.txt: no key in it
rsafp: text-utf16le.pem: UTF-16 text; save it as UTF-8
EOT
empty out "and none of them is printed"

# --- wrong usage
wrong() {
	text=$1
	shift
	check 2 "wrong: rsafp $*" rsafp "$@"
	like err "$text" "^rsafp: $text\$"
	empty out "and nothing is printed"
}
wrong "unknown option -x" -x gw.pub
wrong "unknown option -d" -d store gw.pub
wrong "-a needs an argument" -a
wrong "-F needs an argument" -F
wrong "-a sha224: not sha256, sha1, sha384, sha512 or md5" -a sha224 gw.pub
wrong "-a SHA256: not sha256, sha1, sha384, sha512 or md5" -a SHA256 gw.pub
wrong "-e bits: not spki, pkcs1, ssh, modulus or rfc3110" -e bits gw.pub
wrong "-s words1: not .*" -s words1 gw.pub
wrong "-o xml: not table, json or tsv" -o xml gw.pub
wrong "-q given twice" -q -q gw.pub
wrong "-a given twice" -a md5 -a md5 gw.pub
wrong "-q stands after an operand; options come before operands" gw.pub -q
wrong "-A prints all: no -a, -e, -s beside it" -A -a md5 gw.pub
wrong "-A prints all: no -a, -e, -s beside it" -A -e ssh gw.pub
wrong "-A prints all: no -a, -e, -s beside it" -A -s ssh gw.pub
for o in -A '-a md5' '-e ssh' '-o json' '-s ssh'; do
	# shellcheck disable=SC2086
	wrong "-F compares: no -A, -a, -e, -o, -s beside it" $o -F "$fp" gw.pub
done
check 2 "the usage line is printed then" rsafp -x
like err "on standard error" '^usage: rsafp '
check 0 "-h prints it" rsafp -h
like out "on standard output" '^usage: rsafp '
empty err "alone"
check 0 "-V prints the version" rsafp -V
like out "and the name" '^rsafp [0-9]'
check 0 "-V with other options does too" sh -c 'rsafp -qV </dev/null'
like out "and reads nothing" '^rsafp [0-9]'

# --- output that fails
i=0
while [ $i -lt 200 ]; do
	cat authorized_keys
	i=$((i + 1))
done >lots
if [ -w /dev/full ]; then
	for o in '' -q '-o json' '-o tsv' -A "-F $fp"; do
		check 3 "a full disk is trouble: $o" \
		    sh -c "rsafp $o gw.pub >/dev/full"
		same err "and said once" <<EOT
rsafp: standard output: No space left on device
EOT
		check 3 "with much output too: $o" \
		    sh -c "rsafp $o lots >/dev/full"
		like err "and said" '^rsafp: standard output: No space left'
	done
	check 3 "for -h as well" sh -c 'rsafp -h >/dev/full'
fi
check 3 "closed standard output is trouble" sh -c 'rsafp gw.pub >&-'
same err "and said once" <<EOT
rsafp: standard output: Bad file descriptor
EOT
check 3 "in json too" sh -c 'rsafp -o json gw.pub >&-'
check 0 "no key file is written to then" cmp gw.pub example2048.spki.pem
finish
