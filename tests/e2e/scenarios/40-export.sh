# A pin's file that was deleted by hand locks the peer out, until the export
# that cron runs puts it back.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
rm /mnt/b/etc/iked/pubkeys/fqdn/a.example.org
up b
up a
ok 'deleted by hand: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'

ok 'b: export' ctl b export
ok 'exported: the file is back' pinned b fqdn/a.example.org
again
tunnel FQDN/a.example.org FQDN/b.example.org
