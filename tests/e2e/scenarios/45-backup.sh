# New hardware.  The gateway is a at first.  Then b is, with the gateway's key
# pair and a backup of its store, and the peer is a.  It gets in.

key a -t ec
key b -t ec
store a
pin a peer.example.org
cp /mnt/a/etc/iked/local.pub /mnt/b/etc/iked/pubkeys/fqdn/gw.example.org
conf a gw.example.org peer.example.org
conf b peer.example.org gw.example.org
up b
up a
tunnel FQDN/gw.example.org FQDN/peer.example.org
ok 'a: backup' ctl a backup /store/copy.db
down a
down b

swap_hosts() {
	for f in private/local.key local.pub; do
		mv /mnt/a/etc/iked/$f "$w/swap"
		mv /mnt/b/etc/iked/$f /mnt/a/etc/iked/$f
		mv "$w/swap" /mnt/b/etc/iked/$f
	done
	rm -r /mnt/a/etc/iked/pubkeys/.btns /mnt/b/etc/iked/pubkeys/*/*
	mv /mnt/a/store/copy.db /mnt/b/store
	mv /mnt/a/etc/iked/pubkeys/fqdn/peer.example.org "$w"
	cp /mnt/b/etc/iked/local.pub \
	    /mnt/a/etc/iked/pubkeys/fqdn/gw.example.org
}
swap_hosts
ok 'b: restore' ctl b restore /store/copy.db
ok 'b: export' ctl b export
said '^+ fqdn/peer.example.org'
rm "$w/a.log" "$w/b.log"
conf a peer.example.org gw.example.org
conf b gw.example.org peer.example.org
up b
up a
tunnel FQDN/peer.example.org FQDN/gw.example.org
