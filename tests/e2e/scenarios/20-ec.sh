# P-256 pairs, pinned under a name with an @ and under an IPv4 address.

setup -t ec
conf a a@example.org 10.0.0.2
conf b 10.0.0.2 a@example.org
pin a 10.0.0.2
pin b a@example.org
up b
up a
tunnel UFQDN/a@example.org IPV4/10.0.0.2
