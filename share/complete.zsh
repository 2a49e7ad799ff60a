#compdef btnsctl btnskey rsafp
# Made from what the programs say with -h.

# _btns_rows COLUMN OPTION...: sets reply to those of what the store holds
_btns_rows()
{
	local column=$1

	shift
	reply=(${(f)"$(command btnsctl list ${store:+-d$store} -o tsv "$@" \
	    2>/dev/null </dev/null | cut -f $column | grep -v '^-$' |
	    sort -u)"})
}

_btns_settings()
{
	reply=(${(f)"$(command btnsctl set ${store:+-d$store} -o tsv \
	    2>/dev/null </dev/null | cut -f 1)"})
}

# _btns_stored KIND...
_btns_stored()
{
	local store=${(Q)${opt_args[-d]:-$above}} kind expl ret=1
	local -a reply

	[[ $store != \~/* ]] || store=$HOME/${store#??}
	for kind; do
		reply=()
		case $kind in
		identity)
			_btns_rows 12 ;;
		learned)
			_btns_rows 12 -s learned ;;
		fingerprint)
			# Beside names, digits are for who types some.
			[[ -z $PREFIX && $# -gt 1 ]] || _btns_rows 3 ;;
		revoked)
			_btns_rows 3 -s revoked ;;
		setting)
			_btns_settings ;;
		esac
		_wanted $kind expl $kind compadd -a reply && ret=0 && continue
		# gw.example.org will do for fqdn/gw.example.org.
		[[ $kind == (identity|learned) && $PREFIX != */* ]] || continue
		reply=(${reply#*/})
		_wanted $kind expl $kind compadd -a reply && ret=0
	done
	return ret
}

_btns_verbs()
{
	local -a verbs

	case $service in
#verbs
	esac
	_describe -t commands command verbs
}

_btns()
{
	local at=$service above curcontext=$curcontext context line state ret
	local -a state_descr
	local -A opt_args

	# Once for what stands before the verb, once for the rest.
	while
		state=
		case $at in
#specs
		esac
		ret=$?
		[[ $state == verb ]]
	do
		at="$service $words[1]"
		above=${opt_args[-d]-}
	done
	return ret
}

_btns "$@"
