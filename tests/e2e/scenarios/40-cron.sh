# A pin's file that was deleted by hand locks the peer out, until the export
# that cron runs, with nothing in its environment, puts it back.

# shellcheck disable=SC2034 # for ctl
db=/var/lib/btns/pins.db
setup -t ec
conf a a.example.org b.example.org
conf b b.example.org a.example.org
pin a b.example.org
pin b a.example.org
rm /mnt/b/etc/iked/pubkeys/fqdn/a.example.org
up b
up a
ok 'deleted by hand: refused' \
    await b 'could not open public key pubkeys/fqdn/a.example.org'

# The line that make install puts into cron.d, with the PATH that stands there.
cron=/mnt/bin/share/btns.cron
path=$(sed -n 's/^PATH=//p' $cron)
line=$(sed -n 's/^[*]\/5 .* root \(btnsctl export.*\)/\1/p' $cron)
ok 'the line is there' test -n "$line"
ok 'b: cron' on b env -i PATH="$path" sh -c "$line"
ok 'the file is back' pinned b fqdn/a.example.org
again
tunnel FQDN/a.example.org FQDN/b.example.org
