# Two hosts, one with an RSA 2048 pair and one with the default, RSA 3072, pin
# each other's key by name and have a tunnel.

store a
store b
key a -b 2048
key b
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org
ok 'a: one SA' sa a FQDN/b.example.org 1
ok 'b: its kernel has both directions' kernel b 2
