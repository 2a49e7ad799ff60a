# Completions of btnsctl, btnskey and rsafp for bash 4.3 and later, made from
# what they say with -h.

# _btns_spec PROGRAM [VERB]: sets spec
_btns_spec()
{
	spec=(0)
	case $* in
#specs
	esac
}

_btns_verbs()
{
	case $prog in
#verbs
	esac
}

# _btns_rows COLUMN OPTION...: of what the store holds, one a line
_btns_rows()
{
	local column=$1

	shift
	command btnsctl list ${store:+"-d$store"} -o tsv "$@" 2>/dev/null \
	    </dev/null | cut -f "$column" | grep -v '^-$' | sort -u
}

_btns_settings()
{
	command btnsctl set ${store:+"-d$store"} -o tsv 2>/dev/null \
	    </dev/null | cut -f 1
}

# Of the words that are read, those that begin as what was typed.  What
# readline takes for an earlier word is left out; it keeps an @ with the later.
_btns_match()
{
	local w seps=${COMP_WORDBREAKS//[^:=@]/} left=

	w=$attached$cur
	[[ -z $seps ]] || left=${w%"${w##*["$seps"]}"}
	left=${left%@}
	while IFS= read -r w; do
		[[ -n $w && $w == "$cur"* ]] || continue
		printf -v w %q "$attached$w"
		COMPREPLY+=("${w#"$left"}")
	done
}

# gw.example.org will do for fqdn/gw.example.org.
_btns_identities()
{
	_btns_match <<<"$1"
	[[ ${#COMPREPLY[@]} -gt 0 || $cur == */* ]] ||
	    _btns_match < <(cut -d / -f 2- <<<"$1")
}

_btns_offer()
{
	local kind
	local -a kinds

	IFS='|' read -ra kinds <<<"$1"
	for kind in "${kinds[@]}"; do
		case $kind in
		@none)	;;
		@file)	compopt -o default 2>/dev/null ;;
		@directory)
			compopt -o dirnames 2>/dev/null ;;
		@verb)	_btns_match < <(_btns_verbs) ;;
		@identity)
			_btns_identities "$(_btns_rows 12)" ;;
		@learned)
			_btns_identities "$(_btns_rows 12 -s learned)" ;;
		@fingerprint)
			# Beside names, digits are for who types some.
			[[ -z $cur && ${#kinds[@]} -gt 1 ]] ||
			    _btns_match < <(_btns_rows 3) ;;
		@revoked)
			_btns_match < <(_btns_rows 3 -s revoked) ;;
		@setting)
			_btns_match < <(_btns_settings) ;;
		*)	_btns_match <<<"$kind" ;;
		esac
	done
}

# _btns_letters WORD: sets need to the option in it that takes an argument,
# and arg to as much of that as is in the word
_btns_letters()
{
	need='' arg=''
	[[ $1 =~ ^-[^${spec[0]}]*([${spec[0]}])(.*)$ ]] || return 0
	need=${BASH_REMATCH[1]} arg=${BASH_REMATCH[2]}
}

# _btns_argument TEXT: that of need
_btns_argument()
{
	if [[ $need == d ]]; then
		store=$1
		[[ $store != \~/* ]] || store=$HOME/${store#??}
	fi
	need=
}

# _btns_typed WORD: one before that which is completed
_btns_typed()
{
	if [[ -n $need ]]; then
		_btns_argument "$1"
	elif [[ -z $past && $1 == -- ]]; then
		past=1
	elif [[ -z $past && $1 == -?* ]]; then
		_btns_letters "$1"
		[[ -z $arg ]] || _btns_argument "$arg"
	elif [[ ${spec[-1]} == @verb* ]]; then
		_btns_spec "$prog" "$1"
		past=
	else
		past=1
		n=$((n + 1))
	fi
}

# Sets words, without quotes, up to the cursor.  COMP_WORDS has them in pieces,
# for readline breaks them at : = and @ too.
_btns_words()
{
	local rest=${COMP_LINE:0:COMP_POINT} w i

	words=('')
	rest=${rest#"${rest%%[![:blank:]]*}"}
	for ((i = 0; i <= COMP_CWORD; i++)); do
		if [[ $rest == [[:blank:]]* ]]; then
			rest=${rest#"${rest%%[![:blank:]]*}"}
			words+=('')
		fi
		w=${COMP_WORDS[i]}
		[[ $i -lt $COMP_CWORD ]] || w=$rest
		words[-1]+=$w
		rest=${rest#"$w"}
	done
	words=("${words[@]//[\\\"\']/}")
}

_btns()
{
	local IFS=$' \t\n' prog=${1##*/} attached='' store='' cur s
	local need='' arg='' past='' n=0	# see _btns_typed
	local -a words spec

	COMPREPLY=()
	_btns_words
	_btns_spec "$prog"
	for s in "${words[@]:1:${#words[@]}-2}"; do
		_btns_typed "$s"
	done
	cur=${words[-1]}
	if [[ -z $need && -z $past && $cur == -* ]]; then
		_btns_letters "$cur"
		if [[ -z $arg ]]; then
			_btns_match < <(printf '%s\n' "${spec[@]%%:*}" |
			    grep '^-')
			return
		fi
		attached=${cur%"$arg"}
		cur=$arg
	fi
	for s in "${spec[@]:1}"; do
		case $need,$s in
		,-*)	;;
		,*...)	_btns_offer "${s%...}"
			return ;;
		,*)	if [[ $n -eq 0 ]]; then
				_btns_offer "$s"
				return
			fi
			n=$((n - 1)) ;;
		*,"-$need:"*)
			_btns_offer "${s#*=}"
			return ;;
		esac
	done
}

complete -F _btns btnsctl btnskey rsafp
