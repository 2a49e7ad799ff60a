# Revoking where the peer does not answer: the command waits, and says yes only
# when the SA is gone from iked's list and from the kernel.

setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
up b
up a
tunnel FQDN/a.example.org FQDN/b.example.org
# shellcheck disable=SC2154
pkill -STOP -P "$iked_a"
uptime
asked=$now
ok 'b: revoke' ctl b revoke a.example.org
uptime
echo "# 34-deaf: revoke took $((now - asked)) s"
ok 'b: none in the kernel' kernel b 0
ok 'b: no SA' sa b FQDN/a.example.org 0
pkill -CONT -P "$iked_a"
