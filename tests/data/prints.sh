# shellcheck shell=sh disable=SC2154
# Fingerprints by two tools each, and the good files read back, for make.

# same what key a b
same()
{
	if [ -z "$3" ] || [ "$3" != "$4" ]; then
		die "$2: $1: \"$3\" and \"$4\" differ"
	fi
}

# spki name: sets sha256 and sha1; openssl, coreutils, GnuTLS, strongSwan
spki()
{
	sha256=$(openssl dgst -sha256 -r "$k/$1.der" | cut -d ' ' -f 1)
	sha1=$(openssl dgst -sha1 -r "$k/$1.der" | cut -d ' ' -f 1)
	same spki "$1" "$sha256" "$(sha256sum "$k/$1.der" | cut -c -64)"
	certtool --pubkey-info --load-pubkey "$k/$1.pem" >"$tmp/info" \
	    2>>"$tmp/log" || {
		echo "make: $1: not checked against GnuTLS" >&2
		return 0
	}
	same GnuTLS "$1" "$sha256" "$(sed -n 's/.*sha256:\(.\{64\}\)$/\1/p' \
	    "$tmp/info")"
	same GnuTLS "$1" "$sha1" "$(sed -n 's/.*sha1:\(.\{40\}\)$/\1/p' \
	    "$tmp/info")"
}

# rsa_prints name: sets pkcs1, ckaid and rsaid
rsa_prints()
{
	pkcs1=$(openssl rsa -pubin -in "$k/$1.pem" -RSAPublicKey_out \
	    -outform DER 2>>"$tmp/log" | sha1sum | cut -c -40)
	same subjkey "$1" "$pkcs1" "$(pki --keyid --type pub --id spk \
	    --in "$k/$1.pem" --format hex | tail -n 1 | tr -d ' :')"
	same keyid "$1" "$sha1" "$(pki --keyid --type pub --id spki \
	    --in "$k/$1.pem" --format hex | tail -n 1 | tr -d ' :')"
	ckaid=$(modulus "$1" | xxd -r -p | sha1sum | cut -c -40)
	same rfc3110 "$1" "$(rfc3110 "$1")" "$(blob "$1" | perl -0777 -ne '
		($t, $e, $n) = map { s/^\0//; $_ } unpack("(N/a)3", $_);
		print length $e < 256 ? chr length $e : pack("xn", length $e),
		    $e, $n' | openssl base64 -A)"
	rsaid=$(rfc3110 "$1" | cut -c -9)
}

ssh_prints()
{
	out1=$(ssh-keygen -l -f "$k/$1.ssh")
	bits=${out1%% *}
	ssh=$(echo "$out1" | cut -d ' ' -f 2)
	md5=$(ssh-keygen -l -E md5 -f "$k/$1.ssh" | cut -d ' ' -f 2)
	babble=$(ssh-keygen -B -f "$k/$1.ssh" | cut -d ' ' -f 2)
	same ssh "$1" "$ssh" "SHA256:$(blob "$1" |
	    openssl dgst -sha256 -binary | openssl base64 -A | tr -d =)"
	same md5 "$1" "$md5" "MD5:$(blob "$1" | md5sum | cut -c -32 |
	    sed 's/../&:/g; s/:$//')"
	puttygen -l -E md5 "$k/$1.ssh" >"$tmp/info" 2>>"$tmp/log" || {
		echo "make: $1: not checked against puttygen" >&2
		return 0
	}
	same puttygen "$1" "${md5#MD5:}" \
	    "$(tr ' ' '\n' <"$tmp/info" | grep -x '\(..:\)\{15\}..')"
	same puttygen "$1" "$ssh" \
	    "$(puttygen -l "$k/$1.ssh" | tr ' ' '\n' | grep ^SHA256:)"
	md5=${md5#MD5:}
}

# row name: type and prints, separated by tabs
row()
{
	pkcs1=- ckaid=- rsaid=-
	spki "$1"
	ssh_prints "$1"
	md5=${md5#MD5:}
	case $1 in
	p*)
		type=EC
		;;
	ed*)
		type=Ed25519
		;;
	*)
		type=RSA
		rsa_prints "$1"
		;;
	esac
	printf '%s\t' "$bits" "$type" "$sha256" "$sha1" "$pkcs1" "$ssh" \
	    "$md5" "$babble" "$ckaid"
	printf '%s\n' "$rsaid"
}

# libreswan's own view of a key, where it is installed
check_libreswan()
{
	show=/usr/libexec/ipsec/showhostkey
	if [ ! -x $show ] || ! command -v pk12util >/dev/null; then
		echo 'make: not checked against libreswan' >&2
		return 0
	fi
	mkdir "$tmp/nss"
	certutil -N -d "sql:$tmp/nss" --empty-password
	openssl pkcs12 -export -inkey "$k/rsa2048.key" -name gw \
	    -in "$good/rsa2048.cert.pem" -passout pass: -out "$tmp/p12"
	pk12util -i "$tmp/p12" -d "sql:$tmp/nss" -W '' >>"$tmp/log"
	same CKAID rsa2048 "$(cut -f 9 "$tmp/row.rsa2048")" \
	    "$($show --nssdir "$tmp/nss" --list 2>>"$tmp/log" |
	    sed -n 's/.*ckaid: *//p')"
	ckaid=$(cut -f 9 "$tmp/row.rsa2048")
	same rsasigkey rsa2048 "$(cat "$good/rsa2048.libreswan")" \
	    "$($show --nssdir "$tmp/nss" --left --ckaid "$ckaid" \
	    2>>"$tmp/log" | sed -n 's/.*leftrsasigkey=//p')"
}

fingerprints()
{
	for f in "$k"/*.ssh; do
		f=$(basename "$f" .ssh)
		row "$f" >"$tmp/row.$f"
	done
	check_libreswan
	printf 'file\tindex\tbits\ttype\tspki-sha256\tspki-sha1\tpkcs1-sha1'
	printf '\tssh-sha256\tssh-md5\tbubble-babble\tmodulus-sha1\trsaid\n'
	sort "$tmp/list" | while read -r file names; do
		i=0
		for f in $names; do
			i=$((i + 1))
			printf '%s\t%s\t' "$file" $i
			cat "$tmp/row.$f"
		done
	done
}

## Reading the good files back

# prints file: the SHA-256 of SPKI, or else ssh's, by a tool of theirs
prints()
{
	case $1 in
	*.ssh|*/authorized_keys|*/known_hosts*)
		# A BOM or a marker is in ssh-keygen's way.
		sed 's/^\xef\xbb\xbf//; s/^@[a-z-]*[[:blank:]]*//' "$1" |
		    ssh-keygen -l -f - |
		    cut -d ' ' -f 2
		;;
	*-headers.rfc4716)
		# ssh-keygen loses a line after a continuation with a colon.
		sed '2,6d' "$1" >"$tmp/info"
		ssh-keygen -i -f "$tmp/info" | ssh-keygen -l -f - |
		    cut -d ' ' -f 2
		;;
	*.rfc4716)
		ssh-keygen -i -f "$1" | ssh-keygen -l -f - | cut -d ' ' -f 2
		;;
	*.cert*)
		openssl x509 -in "$1" -pubkey -noout | digest -pubin
		;;
	*priv*)
		digest -in "$1" -passin "pass:$pass"
		;;
	*compressed*)
		openssl ec -pubin -in "$1" -pubout -outform DER \
		    -conv_form uncompressed | sha256sum | cut -c -64
		;;
	*)
		digest -pubin -in "$1"
		;;
	esac
}

digest()
{
	openssl pkey "$@" -pubout -outform DER |
	    sha256sum | cut -c -64
}

# zone_prints file: the keys' base64 as BIND reads them
zone_prints()
{
	case $1 in
	*/zone)	cp "$1" "$tmp/zone" ;;
	*)	zone head "$1" >"$tmp/zone" ;;
	esac
	named-compilezone -q -i none -s full -o - example.org "$tmp/zone" |
	    perl -ne 'next unless s/.*\sIPSECKEY\s+//; @f = split;
		print join("", @f[4..$#f]), "\n"'
}

# many.pem, mixed.txt and ipsec.conf have no foreign reader: their parts do.
read_back()
{
	while read -r file names; do
		case $file in
		many.pem|mixed.txt|*ipsec*conf|*.libreswan|*.b64)
			continue
			;;
		*ipseckey*|zone)
			want=$(for f in $names; do
				zone_key "$f" | cut -d ' ' -f 2
			done)
			got=$(zone_prints "$good/$file")
			;;
		*.ssh|*.rfc4716|authorized_keys|known_hosts*)
			want=$(for f in $names; do
				cut -f 6 "$tmp/row.$f"
			done)
			got=$(prints "$good/$file" 2>>"$tmp/log")
			;;
		*)
			want=$(cut -f 3 "$tmp/row.$names")
			got=$(prints "$good/$file" 2>>"$tmp/log")
			;;
		esac
		same 'read back' "$file" "$want" "$got"
	done <"$tmp/list"
}


## Tables of what is broken

yes_no()
{
	if "$@" </dev/null >>"$tmp/log" 2>&1; then
		echo yes
	else
		echo no
	fi
}

openssl_takes()
{
	timeout 20 openssl pkey -pubin -in "$1" -noout ||
	    timeout 20 openssl pkey -in "$1" -passin "pass:$pass" -noout ||
	    timeout 20 openssl x509 -in "$1" -noout -pubkey
}

ssh_takes()
{
	case $1 in
	*.rfc4716)
		ssh-keygen -i -f "$1" >"$tmp/info" &&
		    ssh-keygen -l -f "$tmp/info"
		;;
	*)
		ssh-keygen -l -f "$1"
		;;
	esac
}

named_takes()
{
	zone head "$1" >"$tmp/zone"
	named-checkzone -q -i none example.org "$tmp/zone"
}

# What the tools that read such a file say to it: openssl, ssh-keygen, named.
verdicts()
{
	case $1 in
	*.pem|*.der)
		printf '%s\t-\t-\n' "$(yes_no openssl_takes "$1")"
		;;
	*.ssh|*.rfc4716)
		printf '%s\t%s\t-\n' - "$(yes_no ssh_takes "$1")"
		;;
	*.ipseckey)
		printf '%s\t-\t%s\n' - "$(yes_no named_takes "$1")"
		;;
	*)
		printf '%s\t-\t-\n' -
		;;
	esac
}

bad_table()
{
	printf 'file\treason\trfc\tclass\topenssl\tssh-keygen\tnamed\n'
	sort "$tmp/bad.list" | while IFS='	' read -r file rest; do
		for f in "$good"/*; do
			! cmp -s "$f" "$tmp/bad/$file" ||
			    die "$file: not broken"
		done
		printf '%s\t%s\t%s\n' "$file" "$rest" \
		    "$(verdicts "$tmp/bad/$file")"
	done
}

mixed_table()
{
	printf 'file\tobject\tverdict\tspki-sha256\tfrom\n'
	sort -s -k 1,1 "$tmp/mixed.list"
}
