# The stock iked calls a host that listens: its key is learned, promoted, and
# the next call is iked's and comes through.  P-256 with a first group that we
# don't have, then RSA-4096 in fragments over IPv6.

# listens: on b, until hush
listens() {
	start b btnsctl -d "$db" listen -t 100s >"$w/b.log" 2>&1
	listener=$started
	ok 'b: it listens' appears "$w/b.log" '^listening on .*::'
}
hush() {
	on b kill "$listener"
	ok 'b: it ends' ended b "$listener"
}
told() {
	ok "b: it says $1" appears "$w/b.log" "$1"
}
# group FIRST: a proposes this one before curve25519
group() {
	sed -i "s/\(local .* peer [^ ]*\)/\1 ikesa enc aes-256 prf hmac-sha2-256 \
auth hmac-sha2-256 group $1 group curve25519/" /mnt/a/etc/iked.conf
}

setup -t ec
conf a a.example.org b.example.org
group brainpool256
conf b b.example.org a.example.org
pin a b.example.org
listens
up a
told 'learned .* 10.0.0.1  *fqdn/a.example.org'
ok 'b: it is no pin' not pinned b fqdn/a.example.org
hush
ok 'b: iked.conf expects nobody else' not grep -q 'not seen' "$w/b.log"
ok 'b: promote' ctl b promote -y a.example.org
carry b
ok 'b: it is the key that a has' ctl b check a.example.org /store/a.pub
mv "$w/b.log" "$w/b.heard"
up b
again
tunnel FQDN/a.example.org FQDN/b.example.org
down a
down b

# RSA-4096, IPv6, and an AUTH that goes in pieces.
another a -t rsa -b 4096
swap a
for h in a b; do
	on $h ip addr add "fd00::${h}/64" dev wire nodad
done
(umask 077
echo 'set fragmentation
ikev2 active esp from 10.0.0.1 to 10.0.0.2 local fd00::a peer fd00::b srcid c' \
    >/mnt/a/etc/iked.conf)
listens
up a
told 'learned .* fd00::a  *fqdn/c'
ok 'a: it sent two fragments' \
    [ "$(grep -c 'send IKE_AUTH req 1 peer fd00::b' "$w/a.log")" -ge 2 ]
down a
hush
