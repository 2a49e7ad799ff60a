# A branch is expected: the first key that it shows gets in, with no
# administrator between its call and its tunnel.  A squatter is late.

told() {
	ok "b: it says $1" appears "$w/b.log" "$1"
}

setup -t ec
another a -t rsa -b 2048
conf a b01.branch.example.org b.example.org
conf b b.example.org b01.branch.example.org
pin a b.example.org
ok 'b: expect' ctl b set -q -t 1h accept-for 'fqdn/b*.branch.example.org'
ok 'b: accept' ctl b set -q -t 1h tofu accept-new
start b btnsctl -d "$db" listen -t 100s 10.0.0.2 >"$w/b.log" 2>&1
listener=$started
ok 'b: it listens' appears "$w/b.log" '^listening on 10.0.0.2 port 500'
up a
told 'accepted .* 10.0.0.1  *fqdn/b01.branch.example.org'
told '^[+] fqdn/b01.branch.example.org'
down a
swap a
up a
told 'CONFLICT .* 10.0.0.1  *fqdn/b01.branch.example.org'
down a
swap a
on b kill "$listener"
ok 'b: it ends' ended b "$listener"
ok 'b: one was accepted' grep -q '^listen: 1 accepted, 0 learned, 1 conflict' \
    "$w/b.log"
mv "$w/b.log" "$w/b.heard"
: >"$w/a.log"
up b
up a
tunnel FQDN/b01.branch.example.org FQDN/b.example.org
