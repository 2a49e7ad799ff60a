# A key revoked while its SA is up: the SA is gone when the command returns, in
# the kernel too.  It is let in under no name again, not if another key has it,
# nor by an alias.  A file in which somebody put another encoding of its point
# is found by the next export, which ends the SA that came of it.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org
pin a b.example.org
pin b a.example.org
another b -t ec
ok 'b: pin another key to c' \
    on b btnskey pin -y -d "$db" c.example.org /store/new/local.pub
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org
ok 'b: an SA' sa b FQDN/a.example.org 1
ok 'b: two in the kernel' kernel b 2

ok 'b: revoke' ctl b revoke -c stolen a.example.org
said '^- fqdn/a.example.org .*SA was up, gone now'
ok 'b: no SA' sa b FQDN/a.example.org 0
ok 'b: none in the kernel' kernel b 0
ok 'a: none in the kernel, since b told it' kernel a 0

names a.example.org c.example.org ../fqdn/a.example.org d.example.org
down b
up b
on b openssl pkey -pubin -in /store/a.pub -ec_conv_form compressed \
    -out /etc/iked/pubkeys/fqdn/d.example.org
again
ok 'its name: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'
ok 'a name of another key: refused' \
    await b 'authentication failed for FQDN/c.example.org'
ok 'an alias: refused' \
    await b 'could not open public key pubkeys/fqdn/../fqdn/a.example.org'
ok 'the compressed point: taken' \
    await b 'established peer .*\[FQDN/d.example.org\]'
ok 'b: one SA' sa b 'FQDN/.*' 1

ok 'b: export finds it' exits 1 ctl b export
said "^! pubkeys/fqdn/d.example.org: a REVOKED key was in it"
ok 'the file is out of the tree' not pinned b fqdn/d.example.org
ok 'its SA is gone' sa b 'FQDN/.*' 0
ok 'and from the kernel' kernel b 0
