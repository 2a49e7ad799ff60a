#!/bin/sh
# btnsctl export doesn't read a file that stat(2) says is the one that it read
# and found right; whatever was done to one since, it is found.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/p256.spki.pem" a.pub
cp "$good/p256b.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
dir=$pubkeys/fqdn

# signed NAMES: those of which the store knows how their files look
signed() {
	sql "SELECT path FROM exported WHERE fp IS NOT NULL ORDER BY path" |
	    sed 's,.*/,,' | xargs
}

# blur NAME...: other digests in their rows, which a run that reads the file
# mends
blur() {
	for i; do
		sql "UPDATE exported SET old = zeroblob(32), new = zeroblob(32)
		    WHERE path = 'fqdn/$i'"
	done
}

blurred() {
	sql "SELECT path FROM exported WHERE new = zeroblob(32)
	    ORDER BY path" | sed 's,.*/,,' | xargs
}

# as_before COMMAND...: what it does to files, with their times put back
as_before() {
	touch -r "$dir/edited" edited.time
	touch -r "$dir/replaced" replaced.time
	"$@"
	touch -r edited.time "$dir/edited"
	touch -r replaced.time "$dir/replaced"
}

new_store
check 0 "fp-tree" btnsctl set -q fp-tree on
for i in away edited mode restored replaced reread withdrawn; do
	btnskey pin -q -N -y $i a.pub || echo "$i: $?"
done >faults
btnskey pin -q -N -y fp/ b.pub
empty faults "pins"
check 0 "rule 6: an export" btnsctl export -q
sed 's/$/\r/' b.pub >"$dir/adopted"
check 0 "and a file adopted as it lies" btnsctl import -q "$dir/adopted"
check 0 "again within its second" btnsctl export -q
signed >said
same said "a file of this second is read the next time too" <<EOT

EOT
sleep 3
check 0 "3 s later" btnsctl export
silent "3 s later"
signed >said
same said "the run that reads them notes how they look" <<EOT
$(fp b.pub) adopted away edited mode replaced reread restored withdrawn
EOT

# --- what isn't read
blur reread
digest "$dir/adopted" >before
check 0 "a run that reads nothing" btnsctl export
silent "a run that reads nothing"
check 0 "nor does a plan" btnsctl export -n
silent "a plan"
blurred >said
same said "sees no digest" <<EOT
reread
EOT
digest "$dir/adopted" >after
same after "what was adopted lies as it did" <before
check 0 "-f reads all" btnsctl export -q -f
blurred >said
same said "and mends its rows" <<EOT

EOT
signed >said
same said "which say again how the files look" <<EOT
$(fp b.pub) adopted away edited mode replaced reread restored withdrawn
EOT

# --- what is
cp b.pub b.new
touch -r "$dir/replaced" b.new
as_before cp b.pub "$dir/edited"
as_before mv b.new "$dir/replaced"
chmod 600 "$dir/mode"
chmod 600 "$dir/restored"
chmod 644 "$dir/restored"
rm "$dir/away"
cp c.pub "$dir/new"
btnskey pin -q -N -R "$(fp a.pub)" -F "$(fp c.pub)" withdrawn c.pub
check 1 "files that were changed" btnsctl export -o tsv
cut -f 1,2 out | sort >said
tr '|' '\t' >want <<EOT
!|fqdn/edited
!|fqdn/new
!|fqdn/replaced
+|fqdn/away
~|fqdn/mode
~|fqdn/withdrawn
EOT
same said "are found, whatever their times and sizes say" <want
rm "$dir/new"
cp "$dir/adopted" adopted.file
printf x | dd of="$dir/adopted" bs=1 seek=60 conv=notrunc 2>/dev/null
touch -r adopted.file "$dir/adopted"
: >"$pubkeys/fp/$(fp b.pub)"
check 1 "an adopted file, and one in pubkeys/fp" btnsctl export -n -o tsv
cut -f 1,2 out | sort >said
tr '|' '\t' >want <<EOT
!|fp/$(fp b.pub)
!|fqdn/adopted
!|fqdn/edited
!|fqdn/replaced
EOT
same said "too" <want
check 0 "-f puts them right" btnsctl export -q -f
for i in away edited mode replaced restored; do
	cmp a.pub "$dir/$i"
done >faults 2>&1
cmp b.pub "$dir/adopted" >>faults 2>&1
cmp c.pub "$dir/withdrawn" >>faults 2>&1
empty faults "each of them"
cp b.pub "$dir/edited"
touch -r edited.time "$dir/edited"
check 1 "a file edited in the second of the export" btnsctl export -q
like out "is found" '^! pubkeys/fqdn/edited: '
check 0 "and is one" btnsctl export -q -f

# --- what is wanted, not what was
sleep 3
check 0 "3 s later again" btnsctl export -q
signed >said
same said "all are noted" <<EOT
$(fp b.pub) adopted away edited mode replaced reread restored withdrawn
EOT
blur reread
btnsctl forget -q -N -y mode
btnsctl revoke -q -N -c stolen "$(fp c.pub)"
check 1 "a plan" btnsctl export -n -o tsv
cut -f 1,2 out | sort >said
tr '|' '\t' >want <<EOT
-|fqdn/mode
-|fqdn/withdrawn
EOT
same said "rule 1: what is wanted no more goes, unchanged as it is" <want
check 0 "rule 1: the next run" btnsctl export -q
no "rule 1: takes it away" test -e "$dir/mode"
sql "UPDATE binding SET fp = (SELECT fp FROM key WHERE fp = x'$(fp b.pub)')
    WHERE value = 'reread';
    UPDATE exported SET fp = x'$(fp b.pub)' WHERE path = 'fqdn/reread'"
check 0 "rule 4: revoke looks into every file" btnsctl revoke -q -c stolen \
    "$(fp a.pub)"
for i in "$dir"/*; do
	! cmp -s a.pub "$i" || echo "$i"
done >faults
empty faults "rule 4: also one that no run would read"
finish
