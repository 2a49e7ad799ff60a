# Two hosts with fresh RSA 3072 pairs, the default, pin each other's key by
# name and have a tunnel.

setup
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org
