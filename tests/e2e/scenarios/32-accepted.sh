# With accept-new the first key that the operator learns for an expected name is
# let in.  A second one is a conflict, and stays out, and the first stays in.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
carry b
ok 'b: expect' ctl b set accept-for 'fqdn/*.example.org'
ok 'b: accept' ctl b set tofu accept-new
ok 'b: learn' ctl b learn a.example.org /store/a.pub
said '^accepted fqdn/a.example.org'
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org

another a -t ec
cp /mnt/a/store/new/local.pub /mnt/b/store/new.pub
ok 'b: learn another: no' exits 1 ctl b learn a.example.org /store/new.pub
ok 'b: a conflict' ctl b list -s conflict a.example.org
ok 'the file is the first key' \
    cmp /mnt/b/etc/iked/pubkeys/fqdn/a.example.org /mnt/a/etc/iked/local.pub
ok 'the first keeps its SA' sa b FQDN/a.example.org 1
swap a
again
ok 'the second: refused' await b 'peer certificate is invalid'
swap a
again
tunnel FQDN/a.example.org FQDN/b.example.org
