#!/bin/sh
# Spellings for people: groups, words, pictures and codes, and reading them.
. "$(dirname "$0")/lib.sh"
cp "$data"/good/*.spki.pem "$data"/good/*.ssh .
cp example2048.spki.pem gw.pub
fp=862be0697046a4590308250c892b7e79d1b0485ec8645ea82ca2429f8008caba

# --- groups
check 0 "-s groups" rsafp -s groups gw.pub
same out "as they are read out" <<EOT
2048 sha256 gw.pub (RSA)
    1  862b e069 7046 a459  0308 250c 892b 7e79    (this line is enough)
    2  d1b0 485e c864 5ea8  2ca2 429f 8008 caba
EOT
cp out groups
check 0 "and are read" rsafp -F "$(cat groups)" gw.pub
check 0 "its first line too" rsafp -F "$(sed -n 2p groups)" gw.pub
check 2 "the second proves nothing of a beginning" \
    rsafp -F '    2  d1b0 485e' gw.pub
check 0 "of SHA-1" rsafp -s groups -a sha1 gw.pub
lacks out "no line of it is said to be enough, but the first" 'is enough) '
check 0 "-q" rsafp -q -s groups gw.pub
same out "on one line" <<EOT
862b e069 7046 a459 0308 250c 892b 7e79 d1b0 485e c864 5ea8 2ca2 429f 8008 caba
EOT
check 0 "MD5 is not said to be enough" rsafp -a md5 -s groups gw.pub
lacks out "at all" enough
check 0 "-o json" rsafp -o json -s groups gw.pub
like out "on one line too" '"fingerprint":"862b e069 7046 .* caba"'

# --- words
check 0 "-s words" rsafp -s words gw.pub
sed -e 's/(12 are enough)/(12)/' -e '2,$s/[a-z]\{4,7\} */w/g' out >shape
same shape "six a line, and twelve are enough" <<EOT
2048 sha256 gw.pub (RSA)
    1  wwwwww
    2  wwwwww(12)
    3  wwwwww
    4  wwwwww
EOT
cp out words
check 0 "and are read" rsafp -F "$(cat words)" gw.pub
same out "as spki sha256" <<EOT
match: gw.pub (spki sha256)
EOT
w12=$(rsafp -q -s words gw.pub | cut -d ' ' -f 1-12)
check 0 "twelve of them" rsafp -F "$w12" gw.pub
check 0 "with numbers on one line" rsafp -F "1 $(echo "$w12" |
    sed 's/ / 2 /6')" gw.pub
check 0 "with commas" rsafp -F "$(echo "$w12" | sed 's/ /, /g')" gw.pub
check 0 "in capitals" rsafp -F "$(echo "$w12" | tr '[:lower:]' '[:upper:]')" gw.pub
check 0 "by their first four letters" rsafp -F \
    "$(echo "$w12" | sed 's/\([a-z]\{4\}\)[a-z]*/\1/g')" gw.pub
check 1 "of another key" rsafp -F "$w12" p256.spki.pem
check 2 "eleven" rsafp -F "${w12% *}" gw.pub
like err "are too few" '^rsafp: 11 words; 12 are the least that proves any'
check 1 "one word misheard" rsafp -F "$(echo "$w12" | sed 's/[a-z]*$/abacus/')" \
    gw.pub
same out "is asked for again" <<EOT
no match: gw.pub: word 12 is not abacus, the other 11 agree; ask for word 12 again
EOT
w24=$(rsafp -q -s words gw.pub)
check 1 "the other half" rsafp -F "$(echo "$w24" | cut -d ' ' -f 13-)" gw.pub
same out "is called that" <<EOT
no match: gw.pub: these are words 13 to 24 of it; ask for those from word 1 on
EOT
check 1 "groups from the middle" rsafp -F "$(rsafp -q gw.pub | cut -c 33-)" \
    gw.pub
same out "are called that" <<EOT
no match: gw.pub: these are groups 9 to 16 of it; ask for those from group 1 on
EOT
check 1 "two" rsafp -F "abacus abacus $(echo "$w12" | cut -d ' ' -f 3-)" gw.pub
same out "are another key's" <<EOT
no match: gw.pub
EOT
check 2 "no word of the list" rsafp -F "$(echo "$w12" |
    sed 's/[a-z]*$/abakus/')" gw.pub
like err "is named, with the one it is like" 'abakus is no word .* abacus$'
for h in sha1 sha384 sha512 md5; do
	check 0 "words of $h" rsafp -F "$(rsafp -q -a $h -s words gw.pub)" \
	    gw.pub
	like out "are read as that" "(spki $h)"
done
check 0 "words of ssh's" rsafp -F "$(rsafp -q -e ssh -s words p256.spki.pem)" \
    p256.spki.pem
like out "are read as that" '(ssh sha256)'

# --- what hands and ears do
check 0 "O for 0, and capitals" \
    rsafp -F '862B EO69 7o46 A459 O3O8 25Oc 892b 7e79' gw.pub
check 0 "l and I for 1" rsafp -F "$(echo $fp | tr 01 Ol)" gw.pub
check 0 "no blanks" rsafp -F $fp gw.pub
check 1 "a wrong group" rsafp -F '862b e069 7046 a459 0308 251c 892b 7e79' \
    gw.pub
like out "is named" 'group 6 is not 251c, the other 7 agree; ask for group 6 '

# --- the drunken bishop
for k in example2048 p256 p384 ed25519; do
	check 0 "-s picture of $k" rsafp -e ssh -s picture $k.ssh
	sed 1d out >ours
	ssh-keygen -lvf $k.ssh | sed 1d >theirs
	same ours "is ssh-keygen's" <theirs
done
check 0 "of MD5" rsafp -a md5 -e ssh -s picture p256.ssh
sed 1d out >ours
ssh-keygen -E md5 -lvf p256.ssh | sed 1d >theirs
same ours "too" <theirs
check 0 "of the SPKI" rsafp -s picture gw.pub
cp out bishop
check 2 "it proves nothing" rsafp -F "$(cat bishop)" gw.pub
like err "and says so" 'it looks the same, but so do many keys: a picture prov'
check 1 "and is another key's" rsafp -F "$(cat bishop)" p256.spki.pem
check 2 "-o json" rsafp -o json -s picture gw.pub
like err "is no row" '^rsafp: -o: -s picture is no row$'

# --- codes
check 0 "-s png" sh -c 'rsafp -s png gw.pub >gw.png'
zbarimg -q --raw gw.png >scan 2>zbar.err
same scan "is read by a decoder" <<EOT
SHA256:$(echo $fp | tr a-f A-F)
EOT
check 0 "and what was read compares" rsafp -F "$(cat scan)" gw.pub
check 2 "a second key" sh -c 'rsafp -s png gw.pub p256.spki.pem >two.png'
like err "has no place in it" ': p256.spki.pem: -s png is a file of one key$'
zbarimg -q --raw two.png >scan 2>zbar.err
like scan "and the first is whole" '^SHA256:862BE0'
check 3 "a full disk" sh -c 'rsafp -s png gw.pub >/dev/full'
check 0 "-s svg" rsafp -s svg gw.pub
like out "is XML" '^<svg xmlns="http://www.w3.org/2000/svg" '
like out "with the key's name" '<text [^>]*>gw\.pub \(RSA\), spki sha256</text>'
like out "and its groups" '<text [^>]*>862b e069 7046 a459 0308 250c 892b 7e79<'
cp gw.pub 'a<b&c]]>.pub'
check 0 "a name of markup" rsafp -s svg 'a<b&c]]>.pub'
like out "is none" '>a&lt;b&amp;c\]\]&gt;\.pub \(RSA\)'

# drawn SCREEN: the code on it as a picture of its own, eight dots a module
drawn() {
	perl -CSD -Mutf8 -e '
	my (@rows, $n);
	while (<STDIN>) {
		chomp;
		my (@up, @low);
		for my $c (split //) {
			push @up, $c eq "█" || $c eq "▀" ? 1 : 0;
			push @low, $c eq "█" || $c eq "▄" ? 1 : 0;
		}
		push @rows, [@up], [@low];
	}
	pop @rows;
	my $w = @{$rows[0]};
	printf "P2\n%d %d\n1\n", 8 * ($w + 4), 8 * (@rows + 4);
	my @edge = (1) x (8 * ($w + 4));
	print "@edge\n" x 16;
	for my $r (@rows) {
		my @line = map { ($_) x 8 } 1, 1, @$r, 1, 1;
		print "@line\n" x 8;
	}
	print "@edge\n" x 16;'
}
check 0 "-s qr in UTF-8" env LC_ALL=C.UTF-8 rsafp -s qr gw.pub
sed 1d out | drawn >screen.pgm
zbarimg -q --raw screen.pgm >scan 2>zbar.err
like scan "is read off the screen" '^SHA256:862BE069'
perl -CSD -ne 'print if length > 80' <out >wide
empty wide "and fits it"
check 0 "without UTF-8" env LC_ALL=C rsafp -s qr gw.pub
sed 1d out | awk 'length > 79 || /[^ #]/' >wide
empty wide "it is made of two characters a module, and fits too"
sed -e 1d -e 's/##/█/g; s/  / /g' out | sed 's/$//' >wide.txt
perl -CSD -e '
	my @r = map { chomp; [ split // ] } <STDIN>;
	my $w = @{$r[0]};
	printf "P2\n%d %d\n1\n", 8 * ($w + 4), 8 * (@r + 4);
	my @edge = (1) x (8 * ($w + 4));
	print "@edge\n" x 16;
	for (@r) {
		my @line = map { ($_) x 8 } 1, 1,
		    (map { $_ eq " " ? 0 : 1 } @$_), 1, 1;
		print "@line\n" x 8;
	}
	print "@edge\n" x 16;' <wide.txt >screen.pgm
zbarimg -q --raw screen.pgm >scan 2>zbar.err
like scan "and is read off it" '^SHA256:862BE069'
tty 2 "a PNG" 'shows terminal' rsafp -s png gw.pub
like screen "doesn't go to a terminal" 'not to a terminal; redirect it to a f'
check 2 "no such spelling" rsafp -s morse gw.pub
finish
