# README.md's first hour with two gateways, line by line as it stands there.

readme=/mnt/bin/README.md

# block LANGUAGE: the display of that kind below the heading
block() {
	awk -v want="$1" '
		/^## /		{ here = /^## The first hour/ }
		here && $0 == "```" want { on = 1; next }
		/^```/		{ on = 0 }
		on' $readme
}

# heard HOST: what its administrator reads out
heard() {
	on "$1" btnskey show | awk '$1 == "fingerprint" { print $2 }'
}

(umask 077
block conf | grep ' active ' >/mnt/a/etc/iked.conf
block conf | grep ' passive ' >/mnt/b/etc/iked.conf)
block text >"$w/hour"
ok 'README.md has its lines' test "$(grep -c '^gw-[ab]# ' "$w/hour")" -ge 14
while read -r prompt line <&4; do
	h=${prompt#gw-}
	h=${h%#}
	o=$(other "$h")
	case $line in
	'scp '*)
		# Here they share a machine.
		cp "/mnt/$o/etc/iked/local.pub" "/mnt/$h/store/gw-$o.pub" ;;
	*'systemctl restart openiked')
		up "$h" ;;
	*' -F - '*)
		fp=$(heard "$o")
		ok "gw-$h: $line" on "$h" sh -c \
		    "cd /store && echo '$fp' | $line" ;;
	'ikectl show sa')
		tunnel FQDN/gw-a.example.org FQDN/gw-b.example.org
		ok "gw-$h: $line" sa "$h" "FQDN/gw-$o.example.org" 1 ;;
	*)
		ok "gw-$h: $line" on "$h" sh -c "cd /store && $line" ;;
	esac
done 4<"$w/hour"
ok 'both keys are vouched for' on a btnsctl list -s pinned gw-b.example.org
