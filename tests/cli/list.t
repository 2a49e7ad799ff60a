#!/bin/sh
# btnsctl list and show: what the store holds, for people, jq and cut.
. "$(dirname "$0")/lib.sh"
. "$here/data/setup.sh"

cp "$good/example2048.spki.pem" a.pub
cp "$good/p256.spki.pem" b.pub
cp "$good/p384.spki.pem" c.pub
a=$(fp a.pub) b=$(fp b.pub) c=$(fp c.pub)
me=$(id -un)

check 3 "no store" btnsctl list
same err "is said, with the way to one" <<EOT
btnsctl: $store: no store; make one with btnsctl init
EOT
new_store
check 0 "nothing pinned" btnsctl list
silent "nothing pinned"
check 1 "nothing pinned, and a pattern" btnsctl list '*'
same err "matches nothing" <<EOT
btnsctl: *: matches nothing
EOT
check 0 "in JSON" btnsctl list -o json
silent "JSON of nothing"
for s in '' Pinned live all; do
	check 2 "-s '$s' is no state" btnsctl list -s "$s"
done
check 2 "-s twice" btnsctl list -s pinned -s pinned
check 2 "-d twice" btnsctl -d "$store" list -d "$store"
check 2 "-D of another directory" btnsctl list -D /etc/else
like err "names the store's own" ": this store is bound to $iked\$"
check 0 "-D of the same" btnsctl list -D "$iked"

check 0 "a pin" btnskey pin -q -F "$a" -c 'the gate' gw.example.org a.pub
check 0 "one that the tree lacks" \
    btnskey pin -q -N -y lap17@example.org b.pub
check 0 "one more" btnskey pin -q -y 192.0.2.7 c.pub
check 0 "one that is past" btnskey pin -q -y old.example.org b.pub
check 0 "now" btnsctl forget -q -y old.example.org

# --- for people
check 0 "a table" btnsctl list
same out "is sorted, and says what the tree holds" <<EOT
STATE     TREE  KEY                 SEEN  DAYS  IDENTITY
pinned    yes   $(short c.pub)  -     0     ipv4/192.0.2.7
pinned    yes   $(short a.pub)  -     0     fqdn/gw.example.org
pinned    no    $(short b.pub)  -     0     ufqdn/lap17@example.org
EOT
check 0 "-s pinned is the same" btnsctl list -s pinned
check 0 "what is past is shown to those who ask" btnsctl list -s retired
same out "with its state" <<EOT
STATE     TREE  KEY                 SEEN  DAYS  IDENTITY
retired   no    $(short b.pub)  -     0     fqdn/old.example.org
EOT
check 0 "a pattern of the value" btnsctl list 'gw.*'
sed -n 's,.*/,,p' out >said
same said "is found" <<EOT
gw.example.org
EOT
check 0 "a pattern of the whole" btnsctl list 'ufqdn/*'
like out "is found too" 'ufqdn/lap17@example\.org$'
check 1 "patterns of which one matches nothing" \
    btnsctl list 'gw.*' "$(printf 'x\n\033[2J')" '[' 'ipv4/*'
grep -c / out >said
same said "find the others" <<EOT
2
EOT
same err "and are named without steering anything" <<'EOT'
btnsctl: x\x0a\x1b[2J: matches nothing
btnsctl: [: matches nothing
EOT
check 1 "what is past is not found by name alone" btnsctl list 'old.*'
check 2 "an option after a pattern" btnsctl list 'gw.*' -s pinned
check 1 "a pattern that begins with -" btnsctl list -- -s

# --- for programs
check 0 "TSV" btnsctl list -o tsv
awk -F '\t' '{ print NF }' out | sort -u >said
same said "has 16 columns" <<EOT
16
EOT
cut -f 1-3,6-16 out >said
tab() {
	tr '|' '\t'
}
tab >want <<EOT
pinned|yes|$c|0|0|file|-|operator|$me|ipv4/192.0.2.7|-|-|-|-
pinned|yes|$a|0|0|file|-|fingerprint|$me|fqdn/gw.example.org|the gate|-|-|-
pinned|no|$b|0|0|file|-|operator|$me|ufqdn/lap17@example.org|-|-|-|-
EOT
same said "of these" <want
cut -f 4 out | grep -vE \
    '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z$' \
    >said
empty said "times are RFC 3339's"
check 0 "the format may stand before the verb" btnsctl -o tsv list
check 0 "JSON" btnsctl list -o json
jq -r 'keys_unsorted | join(" ")' out | sort -u >said
same said "has the same by name" <<EOT
state exported fingerprint first_seen last_seen days_seen times_seen source\
 address evidence actor identity comment revoked_at revoked_by revoked_comment
EOT
jq -c '[.state, .exported, .fingerprint, .last_seen, .days_seen, .identity,
    .comment]' out >said
same said "with null for what is absent" <<EOT
["pinned",true,"$c",null,0,"ipv4/192.0.2.7",null]
["pinned",true,"$a",null,0,"fqdn/gw.example.org","the gate"]
["pinned",false,"$b",null,0,"ufqdn/lap17@example.org",null]
EOT

# --- what the tree holds
f=$pubkeys/fqdn/gw.example.org
tree() {
	btnsctl list -o tsv gw.example.org | cut -f 2
}
for how in 'rm' 'chmod 600' 'chmod 666' 'cp b.pub' 'truncate -s 10' \
    'ln -sf /etc/passwd' 'mkfifo' 'mkdir'; do
	case $how in
	mk*)	rm "$f"; $how "$f" ;;
	*)	$how "$f" ;;
	esac
	tree >said
	same said "after $how it is not in the tree" <<-EOT
	no
	EOT
	rm -rf "$f"
	btnsctl export -q -f
done
check 0 "and is again" test yes = "$(tree)"
chmod 777 "$pubkeys"
check 0 "a tree that can't be believed" btnsctl list -o tsv
cut -f 2 out | sort -u >said
same said "is not looked at" <<EOT
-
EOT
chmod 755 "$pubkeys"
mv "$pubkeys" "$pubkeys.away"
check 0 "without a tree" btnsctl list
mv "$pubkeys.away" "$pubkeys"

# --- text that others chose, put past our checks
sql "UPDATE binding SET comment = 'a' || char(10) || char(9) || char(27) ||
    '[2Jb' || char(8238) WHERE value = 'gw.example.org'"
check 0 "a hostile comment" btnsctl list -o tsv gw.example.org
cut -f 13 out >said
same said "rule 11: is escaped" <<'EOT'
a\x0a\x09\x1b[2Jb\xe2\x80\xae
EOT
wc -l <out | tr -d ' ' >said
same said "on one line" <<EOT
1
EOT
check 0 "in JSON" btnsctl list -o json gw.example.org
yes "it is JSON's own" jq -e '.comment | startswith("a\n\t\u001b[2Jb")' \
    was.out
check 0 "btnsctl show" btnsctl show gw.example.org
tr -d '[:print:]\n' <out >said
empty said "rule 11: prints no control bytes either"
sql "UPDATE binding SET comment = 'the gate' WHERE value = 'gw.example.org'"

# --- output
check 3 "a full disk" sh -c 'btnsctl list >/dev/full'
like err "is said" '^btnsctl: standard output: No space left on device$'
check 3 "in JSON too" sh -c 'btnsctl list -o json >/dev/full'
check 3 "a closed output" sh -c 'btnsctl list >&-'
check 0 "a reader that goes early" sh -c 'btnsctl list | sed 1q'

# --- show
check 2 "show of nothing" btnsctl show
check 2 "of two" btnsctl show a b
check 2 "of no identity" btnsctl show ../x
for w in fqdn/gw.example.org gw.example.org pubkeys/FQDN/gw.example.org \
    862be069 "$a" "sha256:$a" 862be0697046a459.. '862b e069' \
    862BE069; do
	check 0 "show $(printf %.30s "$w")" btnsctl show "$w"
	sed '/^since/d' out >said
	same said "is the gate" <<-EOT
	pinned fqdn/gw.example.org
	key      $a
	kind     RSA 2048
	tree     yes
	comment  the gate
	EOT
done
check 1 "an unknown identity" btnsctl show nobody.example.org
same out "is said in one word first" <<EOT
unknown fqdn/nobody.example.org
EOT
check 1 "an unknown key" btnsctl show 00000000
same out "too" <<EOT
unknown 00000000
EOT
check 1 "-q of an unknown one" btnsctl show -q 00000000
silent "show -q"
check 0 "a key of two identities" btnsctl show "$b"
grep -c ^key out >said
same said "is shown with both" <<EOT
2
EOT
check 0 "a retired one by name" btnsctl show old.example.org
like out "is shown" '^retired fqdn/old\.example\.org$'
check 0 "-k" btnsctl show -k gw.example.org
same out "prints the key" <a.pub
check 1 "-k of a past key" btnsctl show -k old.example.org
same err "prints none" <<EOT
btnsctl: fqdn/old.example.org: no pin
EOT
check 0 "TSV of show" btnsctl show -o tsv "$b"
awk -F '\t' '{ print NF }' out | sort -u >said
same said "is that of list" <<EOT
16
EOT
check 2 "-k in JSON" btnsctl show -k -o json gw.example.org

# --- a revocation, as rows say it
f=$(printf '%064d' 7)
check 0 "a key is revoked" btnsctl revoke -q -c 'lost' "$b"
check 0 "and one that nobody had" btnsctl revoke -q "$f"
jqr='[.state, .exported, .identity, .revoked_by, .revoked_comment,
    (.revoked_at // "" | test("^20.*Z$"))]'
check 0 "the former in JSON" btnsctl show -o json "$b"
jq -c "$jqr" out | sort >said
same said "says when, by whom and why" <<EOT
["retired",false,"fqdn/old.example.org","$(id -un)","lost",true]
["retired",false,"ufqdn/lap17@example.org","$(id -un)","lost",true]
EOT
check 0 "the latter in JSON" btnsctl show -o json "$f"
jq -c "$jqr" out >said
same said "is a row without an identity" <<EOT
["revoked",false,null,"$(id -un)",null,true]
EOT
check 0 "in TSV" btnsctl show -o tsv "$f"
awk -F '\t' '{ print NF, $1, $3, $12, $16 }' out >said
same said "too" <<EOT
16 revoked $f - -
EOT
btnsctl list -o json -s revoked | jq -c .revoked_comment >said
same said "list has them too" <<EOT
"lost"
"lost"
null
EOT
check 0 "in a table" btnsctl list -s revoked
like out "with nothing where nothing is known" \
    '^revoked   no    0000000000000000\.\.  -     -     -$'
check 0 "by a pattern" btnsctl list -s revoked '*'
lacks out "it has no identity to match" 0000000000000000
btnsctl list -a 2037-01-01 -s revoked -o json | jq -c .revoked_by | sort -u >said
same said "and list -a, by the history" <<EOT
"$(id -un)"
EOT
check 0 "who isn't revoked" btnsctl show -o json "$a"
yes "has nulls" jq -e '.revoked_at == null and .revoked_by == null and
    .revoked_comment == null' was.out
check 0 "what was done is undone" btnsctl unrevoke -q -c mistake "$b"
check 0 "an identity of digits" \
    btnskey pin -q -y fqdn/862be069 c.pub
check 2 "which is a key as well" btnsctl show 862be069
like err "takes its type" ': a key and an identity; write the identity with'
check 0 "with it" btnsctl show fqdn/862be069
sql "INSERT INTO key SELECT x'862be069ff$(printf '%054d' 0)', spki, name,
    first_seen FROM key LIMIT 1"
sql "INSERT INTO binding (type, value, fold, fp, state, past, since,
    first_seen, source, evidence, actor, login) SELECT 'fqdn', 'twin', 'twin', fp,
    'retired', 1, 0, 0, 'file', 'operator', 'x', 'x' FROM key
    WHERE hex(fp) LIKE '862BE069FF%'"
check 2 "digits that begin two keys" btnsctl show 862be069
like err "name both" "^    $a fqdn/gw\.example\.org\$"
like err "with all digits" '^    862be069ff0{54} fqdn/twin$'
check 0 "one digit more" btnsctl show 862be0697
check 3 "a full disk and show" sh -c 'btnsctl show gw.example.org >/dev/full'

# --- more than a page
sql "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i
    WHERE n < 1000) INSERT INTO binding (type, value, fold, fp, state, past,
    since, first_seen, source, evidence, actor, login) SELECT 'fqdn', 'h' || n, 'h'
    || n, fp, 'pinned', 1, 0, 0, 'file', 'operator', 'x', 'x' FROM i, key
    WHERE hex(fp) LIKE '862BE06970%'"
check 0 "a thousand" btnsctl list -o tsv 'h*'
wc -l <out | tr -d ' ' >said
same said "are listed" <<EOT
1000
EOT
cut -f 12 out | sort -c 2>said
empty said "in order"
check 1 "a state without its option" btnsctl list pinned
like err "is told how" 'pinned: matches nothing; of that state: list -s pinned$'
finish
