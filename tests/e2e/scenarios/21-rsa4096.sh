# RSA 4096 pairs, pinned under a name and under an IPv6 address.  That one is
# written long here, and iked looks for the file of its short form.

setup -b 4096
conf a 2001:db8::a b.example.org
conf b b.example.org 2001:db8::a
pin a b.example.org
pin b 2001:0db8:0::000A
up b
up a
tunnel IPV6/2001:db8::a FQDN/b.example.org
