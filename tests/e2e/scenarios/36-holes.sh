# A peer chooses its name, and iked opens what that leads to: with .. in it,
# anything below /etc/iked.  Staging is closed to it; an old pair and a stray
# file are not, and the export tells of them.  Revoking the key ends the SAs
# under all such names, an alias of the pin's among them, and shuts the holes.

setup -t ec
pin a b.example.org
pin b a.example.org
on b mkdir /etc/iked/old
for f in old/gw.pub pubkeys/x.pem pubkeys/.btns/y; do
	on b cp /store/a.pub /etc/iked/$f
done
names ../fqdn/a.example.org ../../old/gw.pub ../x.pem ../.btns/y
up b
up a
ok 'staging: refused' \
    await b 'could not open public key pubkeys/fqdn/../.btns/y'
for i in ../fqdn/a.example.org ../../old/gw.pub ../x.pem; do
	ok "$i: taken" await b "established peer .*\[FQDN/$i\]"
done

ok 'b: export' exits 1 ctl b export
said '^! old/gw.pub: a public key, and any peer may name it'
ok 'and of the stray' grep -q '^! pubkeys/x.pem:' "$w/said"
ok 'it tells of no other' [ "$(grep -c '^!' "$w/said")" = 2 ]
ok 'staging was swept' [ ! -e /mnt/b/etc/iked/pubkeys/.btns/y ]

ok 'b: revoke' ctl b revoke a.example.org
ok 'no SA' sa b 'FQDN/.*' 0
ok 'none in the kernel' kernel b 0
ok 'the old pair is out of reach' [ ! -e /mnt/b/etc/iked/old/gw.pub ]
ok 'and the stray' [ ! -e /mnt/b/etc/iked/pubkeys/x.pem ]
again
for i in ../fqdn/a.example.org ../../old/gw.pub ../x.pem; do
	ok "$i: refused" await b "could not open public key pubkeys/fqdn/$i"
done
