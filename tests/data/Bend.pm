# What bend-keys and bend-text share: files, the table of bad files, DER, PEM.
package Bend;
use strict;
use warnings;
use Exporter 'import';
use MIME::Base64;

our @EXPORT = qw(bend_in slurp spew bad uint raw seq tlv bits octets null
    content parts pem pub unpem wrap);
my ($keys, $out);

sub bend_in
{
	($keys, $out) = @_;
}

sub slurp
{
	my ($file) = @_;

	open my $h, '<:raw', $file or die "$file: $!\n";
	local $/;
	return scalar <$h>;
}

sub spew
{
	my ($file, $bytes) = @_;

	open my $h, '>>:raw', $file or die "$file: $!\n";
	print $h $bytes;
	close $h or die "$file: $!\n";
}

# One bad file: its name, the kind of fault, what it breaks, the reason.
sub bad
{
	my ($file, $class, $rfc, $reason, $bytes) = @_;

	# What is well formed, but of a kind that is refused, breaks no rule.
	$rfc = '-' if $class eq 'unsupported';
	die "$file: twice\n" if -e "$out/bad/$file";
	spew("$out/bad/$file", $bytes);
	spew("$out/bad.list", join("\t", $file, $reason, $rfc, $class) . "\n");
}

## DER

sub len
{
	my ($n) = @_;

	return chr $n if $n < 128;
	my $s = pack('N', $n) =~ s/^\0+//r;
	return chr(128 + length $s) . $s;
}

sub tlv
{
	my $tag = shift;
	my $s = join '', @_;

	return chr($tag) . len(length $s) . $s;
}

sub seq
{
	return tlv(0x30, @_);
}

sub bits
{
	return tlv(0x03, "\0", @_);
}

sub octets
{
	return tlv(0x04, @_);
}

sub null
{
	return "\x05\0";
}

# An INTEGER of these octets as they stand.
sub raw
{
	return tlv(0x02, @_);
}

# An INTEGER of an unsigned number.
sub uint
{
	my $s = $_[0] =~ s/^\0+//r;

	$s = "\0$s" if $s eq '' || ord $s > 127;
	return raw($s);
}

# The first element's content, and what follows the element.
sub open_tlv
{
	my ($s) = @_;
	my $n = ord substr $s, 1, 1;
	my $h = 2;

	if ($n > 127) {
		$h += $n - 128;
		$n = hex unpack 'H*', substr $s, 2, $h - 2;
	}
	return (substr($s, $h, $n), substr($s, $h + $n));
}

sub content
{
	return (open_tlv($_[0]))[0];
}

# The elements inside a SEQUENCE.
sub parts
{
	my $s = content($_[0]);
	my @p;

	while (length $s) {
		my (undef, $rest) = open_tlv($s);
		push @p, substr $s, 0, length($s) - length $rest;
		$s = $rest;
	}
	return @p;
}

## PEM

sub wrap
{
	my ($s, $width) = (encode_base64($_[0], ''), $_[1] || 64);

	$s =~ s/(.{$width})(?=.)/$1\n/g;
	return "$s\n";
}

sub pem
{
	my ($label, $s) = @_;

	return "-----BEGIN $label-----\n" . wrap($s) . "-----END $label-----\n";
}

sub pub
{
	return pem('PUBLIC KEY', $_[0]);
}

sub unpem
{
	return decode_base64($_[0] =~ s/^-.*\n//mgr);
}

1;
