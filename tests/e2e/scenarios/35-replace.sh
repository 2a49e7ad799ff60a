# A pin replaced while its SA is up: the SA of the old key is gone when the
# command returns, the old key is refused, the new one is let in.  An alias of
# the identity, which a policy without dstid allows, does not save an SA.

setup -t ec
conf a ../fqdn/a.example.org b.example.org
conf b b.example.org
pin a b.example.org
pin b a.example.org
up b
up a
ok 'b takes the alias' await b 'established peer'
ok 'alias: an SA' sa b FQDN/../fqdn/a.example.org 1

another a -t ec
cp /mnt/a/store/new/local.pub /mnt/b/store/new.pub
old=$(on b rsafp -q /store/a.pub)
new=$(on b rsafp -q /store/new.pub)
ok 'yes does not replace' not on b btnskey pin -d "$db" -y \
    -R "$old" a.example.org /store/new.pub
ok 'still an SA' sa b FQDN/../fqdn/a.example.org 1
ok 'b: replace' on b btnskey pin -d "$db" -F "$new" -R "$old" \
    a.example.org /store/new.pub
said '^~ fqdn/a.example.org .*SA was up, gone now'
ok 'replaced: no SA' sa b FQDN/../fqdn/a.example.org 0

conf a a.example.org b.example.org
again
ok 'the old key: refused' await b 'peer certificate is invalid'
ok 'the old key: no SA' sa b FQDN/a.example.org 0
swap a
again
tunnel FQDN/a.example.org FQDN/b.example.org
