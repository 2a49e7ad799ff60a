# The export is killed at its first step, run again and killed at the second,
# and so on until it comes through.  Whatever iked could read meanwhile was one
# whole key; in the end the key that was replaced is refused and the new one is
# let in.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
another a -t ec
cp /mnt/a/store/new/local.pub /mnt/b/store/new.pub
old=$(on b rsafp -q /store/a.pub)
new=$(on b rsafp -q /store/new.pub)
ok 'b: pin c' on b btnskey pin -q -y -d "$db" c.example.org /store/new.pub
ok 'b: forget c, for the next export' ctl b forget -N -y c.example.org
ok 'b: replace a, for the next export' on b btnskey pin -N -d "$db" -F "$new" \
    -R "$old" a.example.org /store/new.pub

# Each file of the tree is one of the two keys.
whole() {
	for f in /mnt/b/etc/iked/pubkeys/*/*; do
		[ ! -e "$f" ] || cmp -s "$f" /mnt/b/store/a.pub ||
		    cmp "$f" /mnt/b/store/new.pub || return
	done
}

steps() {
	k=0
	s=137
	while [ $s = 137 ]; do
		k=$((k + 1))
		on b env KILL_AT=$k LD_PRELOAD=/killat.so \
		    btnsctl -d "$db" export
		s=$?
		whole || return
	done
	[ $s = 0 ] && [ $k -gt 10 ]
}
ok 'b: export, killed again and again' steps
echo "# 41-killed: killed $((k - 1)) times"
ok 'c is gone' not pinned b fqdn/c.example.org
ok 'b: nothing is left to do' ctl b export -n

up b
up a
ok 'the old key: refused' await b 'peer certificate is invalid'
swap a
again
tunnel FQDN/a.example.org FQDN/b.example.org
