# A key that was learned lets nobody in; once promoted it does.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
carry b
ok 'b: learn' ctl b learn a.example.org /store/a.pub
up b
up a
ok 'learned: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'
ok 'learned: no SA' sa b FQDN/a.example.org 0
ok 'learned: none in the kernel' kernel b 0

ok 'b: promote' ctl b promote -y a.example.org
again
tunnel FQDN/a.example.org FQDN/b.example.org
