# strongSwan calls a host that listens, with a certificate: the key inside it is
# learned, noted as such, and is the one that the certificate holds.

key a -b 2048
store b
ok 'a: a certificate' on a openssl req -x509 -new -key \
    /etc/iked/private/local.key -subj /CN=a.example.org \
    -addext subjectAltName=DNS:a.example.org -days 3 \
    -out /etc/swanctl/x509/a.crt
strongswan 'send_cert = always' 'certs = a.crt' '' x509
start b btnsctl -d "$db" listen -t 100s 10.0.0.2 >"$w/b.log" 2>&1
listener=$started
ok 'b: it listens' appears "$w/b.log" '^listening on 10.0.0.2 port 500'
start a /usr/lib/ipsec/charon >"$w/a.log" 2>&1
ok 'a: charon runs' appears "$w/a.log" 'spawning .* worker threads'
ok 'a: load' on a swanctl --load-all
ok 'a: initiate: refused' \
    not on a swanctl --initiate --child net --timeout 30
ok 'a: as it should be' appears "$w/a.log" 'received AUTHENTICATION_FAILED'
ok 'b: learned from a certificate' appears "$w/b.log" \
    'learned .* 10.0.0.1  *fqdn/a.example.org \(in a certificate\)'
carry b
ok 'b: promote' ctl b promote -q -y a.example.org
ok 'b: it is that key' ctl b check a.example.org /store/a.pub
on b kill "$listener"
ok 'b: it ends' ended b "$listener"
