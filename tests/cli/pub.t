#!/bin/sh
# btnskey pub: every form is read back by the tool that it is for.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

# Where packages unpacks what is not installed; a variant lies in build/.
root=$here/../../build/root
[ -d "$root" ] || root=$here/../../../root
PATH=$PATH:$root/usr/sbin:$root/usr/bin

check 2 "-O xml" btnskey pub -O xml a.pub
like err "is none of them" \
    'not pem, pkcs1, der, ssh, ipseckey, strongswan or libreswan$'
check 2 "-O twice" btnskey pub -O pem -O der a.pub
check 2 "an unknown option" btnskey pub -x
check 2 "-q says nothing here" btnskey pub -q a.pub
check 2 "two files" btnskey pub a.pub b.pub
check 3 "no such file" btnskey pub none.pub
check 3 "a file of two keys" btnskey pub "$good/authorized_keys"
empty out "prints neither"
check 3 "no local.pub" btnskey pub -D "$iked"
cp "$good/p384.spki.pem" "$iked/local.pub"
check 0 "local.pub is the default" btnskey pub -D "$iked"
same out "and PEM" <"$good/p384.spki.pem"
check 3 "a full disk" sh -c "btnskey pub -D '$iked' >/dev/full"
check 3 "a closed output" sh -c "btnskey pub -D '$iked' >&-"

# A private key never comes out, nor one that has no such form.
for f in "$good"/*.priv-pkcs8.pem; do
	btnskey pub "$f" && btnskey pub -O ssh "$f"
done >all 2>&1
lacks all "no private key" PRIVATE
check 1 "PKCS#1 is for RSA" btnskey pub -O pkcs1 "$good/p256.spki.pem"
check 1 "IPSECKEY has no P-521" btnskey pub -O ipseckey "$good/p521.spki.pem"

# der_of NAME: the key as openssl has it, to want.der
der_of() {
	openssl pkey -pubin -in "$good/$1.spki.pem" -outform DER >want.der
}

keys="rsa2048 rsa4096 p256 p384 p521 ed25519"
for k in $keys; do
	f=$good/$k.spki.pem
	[ -e "$f" ] || continue
	der_of "$k"
	check 0 "$k: PEM" btnskey pub "$f"
	openssl pkey -pubin -in "$f" >want
	same out "is openssl's" <want
	check 0 "$k: DER" btnskey pub -O der "$f"
	yes "is openssl's" cmp want.der was.out
	check 0 "$k: ssh" btnskey pub -O ssh "$f"
	mv out key.ssh
	cut -d ' ' -f 1,2 "$good/$k.ssh" >want
	cut -d ' ' -f 1,2 key.ssh >said
	same said "is ssh-keygen's line" <want
	check 0 "$k: ssh-keygen -l takes it" ssh-keygen -lf key.ssh
	cut -d ' ' -f 2 out >said
	rsafp -q -e ssh -s ssh "$f" >want
	same said "with the fingerprint that rsafp has" <want
	if [ "$k" != ed25519 ]; then
		check 0 "$k: ssh-keygen -e takes it" \
		    ssh-keygen -e -m PKCS8 -f key.ssh
		openssl pkey -pubin -in out -outform DER >said.der
		yes "as the same key" cmp want.der said.der
	fi
	check 0 "$k: strongSwan" btnskey pub -O strongswan "$f"
	mv out key.swan
	sed 's/^0s//' key.swan | openssl base64 -d -A >said.der
	yes "is 0s and SPKI" cmp want.der said.der
	for o in pem der ssh ipseckey strongswan libreswan pkcs1; do
		btnskey pub -O $o "$f" >back 2>/dev/null || continue
		check 0 "$k: rsafp reads $o back" rsafp -q back
		rsafp -q "$f" >want
		same out "as the same key" <want
	done
done
for k in rsa2048 rsa4096 rsa2048-e3 rsa2048-e2000; do
	[ -e "$good/$k.spki.pem" ] || continue
	check 0 "$k: PKCS#1" btnskey pub -O pkcs1 "$good/$k.spki.pem"
	mv out key.pkcs1
	openssl rsa -pubin -in "$good/$k.spki.pem" -RSAPublicKey_out \
	    >want 2>/dev/null
	same key.pkcs1 "is openssl's" <want
done

# --- pki
if have pki; then
	for k in rsa2048 p256 p384 p521 ed25519; do
		f=$good/$k.spki.pem
		# Which curves it takes depends on its plugins.
		pki --print --type pub --in "$f" >want 2>/dev/null ||
		    [ "$k" = rsa2048 ] || continue
		btnskey pub "$f" >key.pem
		check 0 "$k: pki takes PEM" pki --print --type pub --in key.pem
		same out "as the same key" <want
		btnskey pub -O strongswan "$f" | sed 's/^0s//' |
		    openssl base64 -d -A >key.der
		check 0 "$k: pki takes the strongSwan form" \
		    pki --print --type pub --in key.der
		same out "as the same key" <want
		check 0 "$k: its key id" pki --keyid --type pub --in key.der
		tr -d ':' <out >said
		like said "is rsafp's" "$(rsafp -q -a sha1 "$f")"
	done
else
	skip "pki" "no pki"
fi

# --- IPSECKEY
record() {
	awk '{ for (i = 1; i <= NF; i++) if ($i == "IPSECKEY") {
	    a = $(i + 3); s = ""
	    for (j = i + 5; j <= NF; j++) s = s $j
	    print $(i + 1), $(i + 2), a, $(i + 4); print s } }' "$1" |
	    tr -d '()'
}
for k in rsa2048 rsa2048-e2000 p256 p384 ed25519; do
	f=$good/$k.spki.pem
	check 0 "$k: IPSECKEY" btnskey pub -O ipseckey "$f"
	printf '%s\n' '@ 300 IN SOA . . 1 1 1 1 1' '@ 300 IN NS ns.invalid.' \
	    >zone
	cat out >>zone
	case $k in
	rsa*)	rsafp -q "$f" >/dev/null
		openssl base64 -d -A <"$good/$k.rfc3110.b64" >want.raw
		alg=2 ;;
	ed*)	der_of "$k"
		tail -c 32 want.der >want.raw
		alg=4 ;;
	p256)	der_of "$k"
		tail -c 64 want.der >want.raw
		alg=3 ;;
	p384)	der_of "$k"
		tail -c 96 want.der >want.raw
		alg=3 ;;
	esac
	if have named-checkzone; then
		check 0 "$k: named takes it" named-checkzone -q -D -o - \
		    example.org zone
		record out >rec
		sed -n 1p rec >said
		same said "with algorithm and no gateway" <<-EOT
		10 0 $alg .
		EOT
		sed -n 2p rec | openssl base64 -d -A >said.raw
		yes "and the key, byte for byte" cmp want.raw said.raw
	else
		skip "$k: named" "no named-checkzone"
	fi
	if have ldns-read-zone; then
		sed '1,2s/^@/example.org./' zone >zone.ldns
		check 0 "$k: ldns takes it" ldns-read-zone zone.ldns
		record out >rec
		sed -n 2p rec | openssl base64 -d -A >said.raw
		yes "as the same key" cmp want.raw said.raw
	else
		skip "$k: ldns" "no ldns-read-zone"
	fi
done

# --- libreswan
# swan: where its programs are; those that packages unpacked come last
swan() {
	for d in /usr/libexec/ipsec /usr/lib/ipsec \
	    "$root/usr/libexec/ipsec"; do
		[ -x "$d/pluto" ] && { libexec=$d; return 0; }
	done
	return 1
}

# Those of the host need none.
libs=$root/usr/lib/x86_64-linux-gnu:$root/usr/lib

# tool NAME ARGUMENT...: one of libreswan's own programs
tool() {
	tool=$1
	shift
	LD_LIBRARY_PATH=$libs "$libexec/$tool" "$@"
}

# nss PROGRAM ARGUMENT...: what libreswan has its keys in
nss() {
	LD_LIBRARY_PATH=$libs "$@"
}

# its_line KEY: what showhostkey prints of the private key in an NSS database
its_line() {
	dir=$tmp/$1.nss
	mkdir "$dir"
	nss certutil -N -d "sql:$dir" --empty-password
	openssl req -new -x509 -key "$good/$1.priv-pkcs8.pem" -subj /CN=k \
	    -days 2 -out cert.pem
	openssl pkcs12 -export -inkey "$good/$1.priv-pkcs8.pem" -in cert.pem \
	    -name k -passout pass: -out key.p12
	nss pk12util -i key.p12 -d "sql:$dir" -W '' -K ''
	case $1 in
	rsa*)	pubkey= ;;
	*)	pubkey=--pubkey ;;
	esac
	ckaid=$(rsafp -A "$good/$1.spki.pem" | grep -A 1 'CKAID' |
	    sed -n 2p | tr -d ' ')
	# shellcheck disable=SC2086 # it may be no word
	tool showhostkey --nssdir "$dir" --right $pubkey --ckaid "$ckaid" |
	    grep -v '#' | tr -d '\t' >"$1.theirs"
}

if swan && have certutil && have pk12util; then
	for k in rsa2048 p256 p384 p521; do
		btnskey pub -O libreswan "$good/$k.spki.pem" >$k.ours
		its_line $k >nss.log 2>&1
		[ $k != rsa2048 ] || cp nss.log rsa.log
		check 0 "$k: showhostkey knows it" test -s $k.theirs
		same $k.ours "and prints our line" <$k.theirs
	done
else
	skip "showhostkey" "no libreswan with NSS"
fi
if swan && root && unshare -n true 2>/dev/null; then
	d=$tmp/pluto
	mkdir -p "$d/nss"
	nss certutil -N -d "sql:$d/nss" --empty-password
	: >"$d/s"
	printf 'config setup\n' >"$d/c"
	# pluto starts addconn by its path, so that is where it must be: for
	# pluto alone, in a name space of its own.
	# shellcheck disable=SC2016 # for the inner shell
	LD_LIBRARY_PATH=$libs unshare -n -m sh -c '
		[ "$0" -ef /usr/libexec/ipsec ] || {
			mount -t tmpfs tmpfs /usr/libexec &&
			mkdir /usr/libexec/ipsec &&
			mount --bind "$0" /usr/libexec/ipsec || exit
		}
		exec /usr/libexec/ipsec/pluto "$@"' "$libexec" --nofork \
	    --stderrlog --config "$d/c" --rundir "$d" --nssdir "$d/nss" \
	    --ipsecdir "$d" --secretsfile "$d/s" --dumpdir "$d" \
	    --nhelpers 0 --no-dnssec >pluto.log 2>&1 &
	pluto=$!
	check 0 "pluto starts" wait_for 10 [ -e "$d/pluto.ctl" ]
	for k in rsa2048 p256 p384 p521; do
		line=$(btnskey pub -O libreswan "$good/$k.spki.pem")
		case $k in
		rsa*)	by=rsasig ;;
		*)	by=ecdsa ;;
		esac
		{
			echo 'config setup'
			echo "conn $k"
			printf '\t%s\n' left=127.0.0.1 right=192.0.2.2 \
			    leftid=@a.example.org rightid=@b.example.org \
			    authby=$by "$line"
		} >"$d/c"
		check 0 "$k: addconn and pluto take the line" \
		    tool addconn --ctlsocket "$d/pluto.ctl" \
		    --config "$d/c" $k
	done
	tool whack --ctlsocket "$d/pluto.ctl" --listpubkeys >keys.log 2>&1
	cat keys.log pluto.log >log
	like log "and pluto has keys of b.example.org" 'b\.example\.org'
	tool whack --ctlsocket "$d/pluto.ctl" --shutdown >/dev/null 2>&1
	wait "$pluto"
else
	skip "pluto" "no libreswan, or not root"
fi
finish
