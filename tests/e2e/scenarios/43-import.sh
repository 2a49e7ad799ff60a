# A set-up of hand-copied files, with an SA up, is taken over: the SA stays, and
# no file is written anew.  What an administrator drops in afterwards works, and
# is reported until it is imported too.

key a -t ec
key b -t ec
cp /mnt/a/etc/iked/local.pub /mnt/b/etc/iked/pubkeys/fqdn/a.example.org
cp /mnt/b/etc/iked/local.pub /mnt/a/etc/iked/pubkeys/fqdn/b.example.org
names a.example.org c.example.org
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org

files() {
	find /mnt/b/etc/iked/pubkeys -name '*.example.org' \
	    -printf '%p %i %m %T@ %C@\n'
}
before=$(files)
store b
ok 'b: import' ctl b import
ok 'b: a pin' ctl b list -s pinned a.example.org
ok 'b: export has nothing to do' ctl b export
ok 'the file is as it was' [ "$(files)" = "$before" ]
ok 'the SA is up' sa b FQDN/a.example.org 1
ok 'and carries traffic' pings

cp /mnt/a/etc/iked/local.pub /mnt/b/etc/iked/pubkeys/fqdn/c.example.org
again
ok 'dropped in: taken' await b 'established peer .*\[FQDN/c.example.org\]'
ok 'b: export tells' exits 1 ctl b export
said '^! pubkeys/fqdn/c.example.org: not written by btnsctl; iked TRUSTS it'
ok 'and leaves it alone' pinned b fqdn/c.example.org
ok 'b: import that' \
    ctl b import /etc/iked/pubkeys/fqdn/c.example.org
ok 'b: export is content' ctl b export
ok 'the SA is up' sa b FQDN/c.example.org 1
