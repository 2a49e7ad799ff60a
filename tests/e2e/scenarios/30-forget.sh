# An unknown peer is refused; once pinned it is let in by an iked that was not
# reloaded; once forgotten its file and SA are gone and it is refused again.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
up b
up a
ok 'unknown: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'
ok 'refused: no SA' sa b FQDN/a.example.org 0

pin b a.example.org
again
tunnel FQDN/a.example.org FQDN/b.example.org
ok 'pinned: an SA' sa b FQDN/a.example.org 1

ok 'b: forget' ctl b forget -y a.example.org
ok 'forgotten: no file' not pinned b fqdn/a.example.org
ok 'forgotten: no SA' sa b FQDN/a.example.org 0
again
ok 'forgotten: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'
