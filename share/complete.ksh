# Completions of btnsctl and btnskey for OpenBSD's ksh: ". FILE" in ~/.kshrc.
# All that it knows is lists, one for each place after the program's name, and
# they are made once, as the shell starts: the verbs, then the identities of
# the store.  Options, rsafp, and what is in which store are beyond it.

#verbs

_btns_n=0
while IFS= read -r _btns_id; do
	case $_btns_id in
	'' | -)	continue ;;
	esac
	complete_btnsctl_2[_btns_n]=$_btns_id
	complete_btnskey_2[_btns_n]=$_btns_id
	_btns_n=$((_btns_n + 1))
done <<END
$(btnsctl list -o tsv 2>/dev/null </dev/null | cut -f 12 | sort -u)
END
unset _btns_n _btns_id
