# strongSwan's daemon, with raw public keys as btnskey prints them, has a tunnel
# with an iked that has its pin; forgotten, it is refused.

key a -b 2048
store b
key b -t ec
pin b a.example.org
carry a
mine=$(on a btnskey pub -O strongswan)
peers=$(on a btnskey pub -O strongswan /store/b.pub)
strongswan "" "pubkeys = $mine" "pubkeys = $peers"
conf b b.example.org a.example.org
up b
start a /usr/lib/ipsec/charon >"$w/a.log" 2>&1
ok 'a: charon runs' appears "$w/a.log" 'spawning .* worker threads'
ok 'a: load' on a swanctl --load-all
ok 'a: initiate' on a swanctl --initiate --child net --timeout 30
ok 'b takes it' await b 'established peer .*\[FQDN/a.example.org\]'
ok 'b: one SA' sa b FQDN/a.example.org 1
ok 'a: two in the kernel' kernel a 2
ok 'pings pass as ESP only' pings

ok 'b: forget' ctl b forget -y a.example.org
said 'SA was up, gone now'
ok 'a: none in the kernel, since b told it' kernel a 0
: >"$w/b.log"
ok 'a: initiate: refused' \
    not on a swanctl --initiate --child net --timeout 30
ok 'b: it has no file' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'
