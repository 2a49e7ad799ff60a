# Completions of btnsctl and btnskey for OpenBSD's ksh: ". FILE" in ~/.kshrc.
# All that it knows is lists, one for a place after the program's name or for
# each that has none, and they are made once, as the shell starts: the verbs in
# the first place, the identities of the store elsewhere.  Options, rsafp, and
# what is in which store are beyond it.

#verbs

_btns_n=0
while IFS= read -r _btns_id; do
	case $_btns_id in
	'' | -)	continue ;;
	esac
	complete_btnsctl[_btns_n]=$_btns_id
	complete_btnskey[_btns_n]=$_btns_id
	_btns_n=$((_btns_n + 1))
done <<END
$(btnsctl list -o tsv 2>/dev/null </dev/null | cut -f 12 |
    sed -e p -e 's,^fqdn/,,' | sort -u)
END
unset _btns_n _btns_id
