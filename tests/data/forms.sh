# shellcheck shell=sh disable=SC2154
# The good files, for make: one a format and kind of key, and files of many.

# cert name [option ...]
cert()
{
	cert_key=$k/$1.key
	shift
	openssl req -x509 -new -key "$cert_key" -days 36500 \
	    -subj /O=Example/CN=gw.example.org \
	    -addext subjectAltName=DNS:gw.example.org -sha256 "$@"
}

rfc3110()
{
	pki --pub --in "$k/$1.pem" --type pub --outform dnskey | tr -d '\n'
}

# zone_key name: algorithm and base64 for an IPSECKEY record
zone_key()
{
	case $1 in
	p256*)	set -- 3 "$(tail -c 64 "$k/$1.der" | openssl base64 -A)" ;;
	p384*)	set -- 3 "$(tail -c 96 "$k/$1.der" | openssl base64 -A)" ;;
	ed*)	set -- 4 "$(tail -c 32 "$k/$1.der" | openssl base64 -A)" ;;
	*)	set -- 2 "$(rfc3110 "$1")" ;;
	esac
	echo "$1 $2"
}

ipseckey()
{
	set -- "$1" "$(zone_key "$1")"
	echo "gw.example.org. 3600 IN IPSECKEY 10 0 ${2% *} . ${2#* }" \
	    >"$good/$1.ipseckey"
	reg "$1.ipseckey" "$1"
}

ipseckey_multi()
{
	set -- "$1" "$(zone_key "$1")"
	{
		printf 'gw.example.org.\tIN\tIPSECKEY\t( 10 0 %s ; RSA is 2\n' \
		    "${2% *}"
		printf '\t\t\t.\t; no gateway (none)\n'
		echo "${2#* }" | fold -w 48 | sed 's/^/			/' |
		    sed '1s/$/	; the key "itself"; in parts/'
		printf '\t\t\t)\t; end\n'
	} >"$good/$1.ipseckey-multi"
	reg "$1.ipseckey-multi" "$1"
}

rfc4716()
{
	ssh-keygen -e -f "$k/$1.ssh" |
	    sed 's/converted by [^ ]* from/converted from/' \
	    >"$good/$1.rfc4716"
	reg "$1.rfc4716" "$1"
}

# base name: SPKI and ssh, which every key has
base()
{
	cp "$k/$1.pem" "$good/$1.spki.pem"
	cp "$k/$1.ssh" "$good/$1.ssh"
	reg "$1.spki.pem" "$1"
	reg "$1.ssh" "$1"
}

# common name: what every key with a private half has
common()
{
	base "$1"
	rfc4716 "$1"
	cp "$k/$1.der" "$good/$1.spki.der"
	cp "$k/$1.key" "$good/$1.priv-pkcs8.pem"
	openssl pkcs8 -topk8 -nocrypt -in "$k/$1.key" -outform DER \
	    -out "$good/$1.priv-pkcs8.der"
	openssl pkcs8 -topk8 -in "$k/$1.key" -v2 aes-256-cbc \
	    -passout "pass:$pass" -out "$good/$1.priv-pkcs8-enc.pem"
	cert "$1" >"$good/$1.cert.pem"
	openssl x509 -in "$good/$1.cert.pem" -outform DER \
	    -out "$good/$1.cert.der"
	for f in spki.der priv-pkcs8.pem priv-pkcs8.der priv-pkcs8-enc.pem \
	    cert.pem cert.der; do
		reg "$1.$f" "$1"
	done
}

pkcs1()
{
	openssl rsa -pubin -in "$k/$1.pem" -RSAPublicKey_out \
	    -out "$good/$1.pkcs1.pem"
	openssl rsa -pubin -in "$k/$1.pem" -RSAPublicKey_out -outform DER \
	    -out "$good/$1.pkcs1.der"
	rfc3110 "$1" >"$good/$1.rfc3110.b64"
	echo >>"$good/$1.rfc3110.b64"
	reg "$1.pkcs1.pem" "$1"
	reg "$1.pkcs1.der" "$1"
	reg "$1.rfc3110.b64" "$1"
	ipseckey "$1"
}

libreswan()
{
	echo "0s$(rfc3110 "$1")" >"$good/$1.libreswan"
	printf '\tleftrsasigkey=0s%s\n' "$(rfc3110 "$1")" \
	    >"$good/$1.ipsec-conf"
	reg "$1.libreswan" "$1"
	reg "$1.ipsec-conf" "$1"
}

rsa_private()
{
	set -- "$1" "$good/$1.priv-pkcs1"
	openssl rsa -in "$k/$1.key" -traditional -out "$2.pem"
	openssl rsa -in "$k/$1.key" -traditional -outform DER -out "$2.der"
	openssl rsa -in "$k/$1.key" -traditional -aes-256-cbc \
	    -passout "pass:$pass" -out "$2-enc.pem"
	for f in .pem .der -enc.pem; do
		reg "$1.priv-pkcs1$f" "$1"
	done
	cert "$1" -sigopt rsa_padding_mode:pss \
	    >"$good/$1.cert-psssig.pem"
	reg "$1.cert-psssig.pem" "$1"
}

ec_forms()
{
	set -- "$1" "$good/$1.priv-sec1" "$good/$1.spki-compressed"
	cp "$k/$1.sec1" "$2.pem"
	openssl ec -in "$k/$1.key" -out "$2-noparam.pem"
	openssl ec -in "$k/$1.key" -no_public -out "$2-nopub.pem"
	openssl ec -in "$k/$1.key" -outform DER -out "$2.der"
	openssl ec -in "$k/$1.key" -aes-256-cbc -passout "pass:$pass" \
	    -out "$2-enc.pem"
	openssl ec -in "$k/$1.key" -pubout -conv_form compressed -out "$3.pem"
	openssl ec -in "$k/$1.key" -pubout -conv_form compressed \
	    -outform DER -out "$3.der"
	for f in .pem -noparam.pem -nopub.pem .der -enc.pem; do
		reg "$1.priv-sec1$f" "$1"
	done
	reg "$1.spki-compressed.pem" "$1"
	reg "$1.spki-compressed.der" "$1"
}

# wrapped name width: SPKI in lines of another width
wrapped()
{
	echo '-----BEGIN PUBLIC KEY-----'
	openssl base64 -A -in "$k/$1.der" | fold -w "$2"
	printf '\n-----END PUBLIC KEY-----\n'
}

# The same objects as editors, mailers and openssl's -text leave them.
# shellcheck disable=SC1003
text_forms()
{
	a=$good/rsa2048.spki
	sed 's/$/\r/' "$a.pem" >"$a-crlf.pem"
	printf '\357\273\277' | cat - "$a.pem" >"$a-bom.pem"
	printf '\357\273\277' | cat - "$a-crlf.pem" >"$a-bom-crlf.pem"
	printf %s "$(cat "$a.pem")" >"$a-nonl.pem"
	sed 's/$/ 	/' "$a.pem" >"$a-blanks.pem"
	wrapped rsa2048 76 >"$a-76.pem"
	openssl pkey -pubin -in "$a.pem" -text >"$a-text.pem"
	{
		echo 'Bag Attributes'
		echo '    friendlyName: gw.example.org'
		echo '    localKeyID: 01 '
		echo 'Key Attributes: <No Attributes>'
		cat "$a.pem"
		echo '--'
		echo 'The administrator'
	} >"$a-attributes.pem"
	for f in crlf bom bom-crlf nonl blanks 76 text attributes; do
		reg "rsa2048.spki-$f.pem" rsa2048
	done

	a=$good/rsa2048.cert
	openssl x509 -in "$a.pem" -text >"$a-text.pem"
	{
		openssl x509 -in "$a.pem" -noout -subject -issuer
		cat "$a.pem"
	} >"$a-subject.pem"
	for f in text subject; do
		reg "rsa2048.cert-$f.pem" rsa2048
	done

	a=$good/rsa2048
	sed 's/$/\r/' "$a.ssh" >"$a-crlf.ssh"
	printf '\357\273\277' | cat - "$a.ssh" >"$a-bom.ssh"
	printf %s "$(cat "$a.ssh")" >"$a-nonl.ssh"
	cut -d ' ' -f 1,2 "$a.ssh" >"$a-bare.ssh"
	for f in crlf bom nonl bare; do
		reg "rsa2048-$f.ssh" rsa2048
	done
	sed 's/$/\r/' "$a.rfc4716" >"$a-crlf.rfc4716"
	reg rsa2048-crlf.rfc4716 rsa2048
	puttygen "$k/p256.ssh" -O public -o "$good/p256-putty.rfc4716"
	reg p256-putty.rfc4716 p256
	{
		echo '---- BEGIN SSH2 PUBLIC KEY ----'
		echo 'Subject: gw'
		echo 'COMMENT: "A comment that is continued on the next \'
		echo 'line: and has a colon, and \'
		echo 'ends here"'
		echo 'x-Example-Header: unquoted'
		sed '/^-/d; /^Comment/d' "$a.rfc4716"
		echo '---- END SSH2 PUBLIC KEY ----'
	} >"$a-headers.rfc4716"
	reg rsa2048-headers.rfc4716 rsa2048
	{
		echo '---- BEGIN SSH2 PUBLIC KEY ----'
		echo 'Comment: "2048-bit RSA, converted from OpenSSH by \'
		echo 'gw@example.org"'
		echo 'x-command: /usr/bin/true'
		sed '/^-/d; /^Comment/d' "$a.rfc4716"
		echo '---- END SSH2 PUBLIC KEY ----'
	} >"$a-continued.rfc4716"
	reg rsa2048-continued.rfc4716 rsa2048

	zone head "$good/rsa2048.ipseckey" >"$tmp/zone"
	named-compilezone -q -i none -s full -o - example.org "$tmp/zone" |
	    grep IPSECKEY >"$a-dig.ipseckey"
	reg rsa2048-dig.ipseckey rsa2048
}

# zone head [file ...]: a zone of some records
zone()
{
	shift
	echo "\$TTL 3600"
	echo '@	IN SOA	ns hostmaster ( 1	; serial'
	echo '		3600 600 86400 300 )	; SOA, no key'
	echo '	NS	ns'
	echo 'ns	A	192.0.2.53'
	[ $# -eq 0 ] || cat "$@"
}

line()
{
	cut -d ' ' -f 1,2 "$k/$1.ssh"
}

# shellcheck disable=SC2016
many_ssh()
{
	{
		echo '# gateways; the next line is empty'
		echo
		echo "$(line rsa2048) gw.example.org (Berlin, rack 4)"
		printf '%s ' 'from="192.0.2.0/24,2001:db8::/32",no-pty'
		cat "$k/ed25519.ssh"
		printf '%s ' 'command="echo \"hi, there\" ssh-rsa AAAA"'
		cat "$k/p256.ssh"
		printf '%s ' \
		    'restrict,environment="A=b c",permitopen="[::1]:22"'
		echo "$(line p384)	tab before this comment"
		printf '   \t%s ' 'cert-authority,principals="a,b"'
		line rsa3072
		echo "# $(line rsa4096) commented out"
		printf 'no-pty\t'
		cat "$k/p521.ssh"
	} >"$good/authorized_keys"
	reg authorized_keys rsa2048 ed25519 p256 p384 rsa3072 p521

	{
		echo '# plain, lists, ports, patterns, markers'
		echo "gw.example.org $(line rsa2048)"
		echo "gw.example.org,192.0.2.1,2001:db8::1 $(line p256) two"
		echo "[gw.example.org]:2222,[192.0.2.1]:2222 $(line ed25519)"
		echo "*.example.org,!bad.example.org $(line p384)"
		echo "@cert-authority *.example.net $(line rsa3072) the CA"
		echo "@revoked * $(line rsa1024)"
		echo "@revoked	old.example.org	$(line p521)"
	} >"$good/known_hosts"
	reg known_hosts rsa2048 p256 ed25519 p384 rsa3072 rsa1024 p521

	{
		echo "gw.example.org $(line rsa2048)"
		echo "[gw.example.org]:2222 $(line ed25519)"
		echo "192.0.2.1 $(line p256)"
	} >"$tmp/known"
	ssh-keygen -q -H -f "$tmp/known" >/dev/null 2>&1
	mv "$tmp/known" "$good/known_hosts-hashed"
	reg known_hosts-hashed rsa2048 ed25519 p256
}

# rr name owner words: an IPSECKEY record with the algorithm put in for @
rr()
{
	set -- "$2" "$3" "$(zone_key "$1")"
	printf '%s\tIPSECKEY\t%s\n' "$1" \
	    "$(echo "$2" | sed "s/@/${3%% *}/") ${3#* }"
}

many_zone()
{
	{
		zone head
		echo '; gateways of every type, by name'
		rr rsa2048 a '10 0 @ .'
		rr p256 b '0 1 @ 192.0.2.1'
		rr p384 '' '255 2 @ 2001:db8::1'
		echo 'b	A	192.0.2.1'
		rr ed25519 c '10 3 @ gw.example.org.' |
		    sed 's/IPSECKEY/7200 in ipseckey/'
		cat "$good/rsa2048.ipseckey-multi"
		echo 'd	TXT	"IPSECKEY 10 0 2 . ; not a key"'
		rr rsa4096-e2100 z '10 0 @ .'
	} >"$good/zone"
	reg zone rsa2048 p256 p384 ed25519 rsa2048 rsa4096-e2100
}

many_other()
{
	{
		echo 'config setup'
		echo '	uniqueids=no'
		echo
		echo 'conn a-b'
		echo '	left=192.0.2.1'
		echo '	leftid=@a.example.org'
		echo "	# rsakey $(rfc3110 rsa2048 | cut -c 1-9)"
		echo "	leftrsasigkey=0s$(rfc3110 rsa2048)"
		echo '	right=192.0.2.2'
		echo '	rightid=@b.example.org'
		echo "	rightrsasigkey = 0s$(rfc3110 rsa3072)	# b"
		echo '	authby=rsasig'
	} >"$good/ipsec.conf"
	reg ipsec.conf rsa2048 rsa3072

	cat "$good/rsa2048.spki.pem" "$good/p256.spki.pem" \
	    "$good/ed25519.spki.pem" "$good/rsa3072.pkcs1.pem" \
	    "$good/p384.cert.pem" "$good/rsa2048.priv-pkcs1.pem" \
	    "$good/p521.priv-sec1.pem" >"$good/many.pem"
	reg many.pem rsa2048 p256 ed25519 rsa3072 p384 rsa2048 p521

	{
		echo 'Dear colleague,'
		echo
		echo 'these are our gateways'"'"' keys. Berlin:'
		echo
		cat "$good/rsa2048.spki.pem"
		echo 'Bonn, in SSH spelling (its line has no comment):'
		line p256
		echo
		echo '  and indented, as mailers do:'
		echo "    $(line ed25519) bonn two"
		echo '===== Paris ====='
		sed 's/$/\r/' "$good/p384.rfc4716"
		echo 'From DNS:'
		cat "$good/p256b.ipseckey"
		cat "$good/rsa3072.ipseckey-multi"
		echo 'From their ipsec.conf:'
		cat "$good/rsa4096.ipsec-conf"
		echo 'The certificate of Rome; subject: CN = gw.example.org'
		cat "$good/ed25519b.cert.pem"
		cat "$good/rsa1536.pkcs1.pem"
		echo 'Regards. -- The administrator'
	} >"$good/mixed.txt"
	reg mixed.txt rsa2048 p256 ed25519 p384 p256b rsa3072 rsa4096 \
	    ed25519b rsa1536
}

good_files()
{
	for f in rsa1024 rsa1536 rsa3072 rsa4096 rsa8192 rsa16384 \
	    rsa2048-e3 rsa2048-e64 rsa2048-e2000 rsa4096-e2100 \
	    example2048; do
		base $f
		pkcs1 $f
	done
	for f in rsa2048 p256 p384 p521 ed25519 ed25519b p256b; do
		common $f
	done
	pkcs1 rsa2048
	for f in p256 p384 ed25519 ed25519b p256b; do
		ipseckey $f
	done
	for f in rsa2048 rsa3072 p256 p384 ed25519; do
		ipseckey_multi $f
	done
	for f in rsa2048 rsa3072 rsa4096 rsa2048-e2000 rsa4096-e2100; do
		libreswan $f
	done
	rfc4716 rsa4096-e2100
	rsa_private rsa2048
	for f in p256 p384 p521; do
		ec_forms $f
	done
	text_forms
	many_ssh
	many_zone
	many_other
}

