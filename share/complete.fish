# Completions of btnsctl, btnskey and rsafp for fish 3 and later, made from
# what they say with -h.

function __btns_spec
	switch "$argv"
#specs
	case '*'
		echo 0
	end
end

function __btns_verbs
	switch $argv[1]
#verbs
	end
end

# __btns_rows STORE COLUMN OPTION...: of what the store holds, one a line
function __btns_rows
	set -l store
	test -n "$argv[1]"; and set store -d $argv[1]
	command btnsctl list $store -o tsv $argv[3..-1] 2>/dev/null </dev/null |
		cut -f $argv[2] | string match -v -- - | sort -u
end

# __btns_offer PROGRAM STORE TYPED ACTION
function __btns_offer
	set -l kinds (string split '|' -- $argv[4])
	set -l store
	for kind in $kinds
		switch $kind
		case @none
		case @file
			__fish_complete_path $argv[3]
		case @directory
			__fish_complete_directories $argv[3]
		case @verb
			__btns_verbs $argv[1]
		case @identity
			__btns_rows "$argv[2]" 12
		case @learned
			__btns_rows "$argv[2]" 12 -s learned
		case @fingerprint
			# Beside names, digits are for who types some.
			if test -n "$argv[3]"; or test (count $kinds) -eq 1
				__btns_rows "$argv[2]" 3
			end
		case @revoked
			__btns_rows "$argv[2]" 3 -s revoked
		case @setting
			test -n "$argv[2]"; and set store -d $argv[2]
			command btnsctl set $store -o tsv 2>/dev/null \
				</dev/null | cut -f 1
		case '*'
			echo $kind
		end
	end
end

# __btns_letters LETTERS WORD: the option in it that takes an argument, and as
# much of that as is in the word, a line each
function __btns_letters
	string match -r -- "^-[^$argv[1]]*([$argv[1]])(.*)\$" $argv[2] |
		tail -n +2
end

function __btns
	set -l words (commandline -opc)
	set -l cur (commandline -ct)
	set -l prog $argv[1]
	set -l spec (__btns_spec $prog)
	set -l need		# the option that lacks its argument
	set -l past		# set: no options any more
	set -l operands 0
	set -l store
	set -l got

	set -e words[1]
	for w in $words
		if test -n "$need"
			test $need = d; and set store $w
			set need
		else if test -z "$past"; and string match -q -- -- $w
			set past 1
		else if test -z "$past"; and string match -qr '^-.' -- $w
			set got (__btns_letters $spec[1] $w)
			if test -z "$got[2]"
				set need $got[1]
			else if test $got[1] = d
				set store $got[2]
			end
		else if string match -q '@verb*' -- $spec[-1]
			set spec (__btns_spec $prog $w)
			set past
		else
			set past 1
			set operands (math $operands + 1)
		end
	end
	string match -q '~/*' -- "$store"
	and set store $HOME(string sub -s 2 -- $store)

	set -l attached ''
	if test -z "$need$past"; and string match -q -- '-*' $cur
		set got (__btns_letters $spec[1] $cur)
		if test -z "$got[2]"
			string match -r -- '^-.*' $spec |
				string replace -r '=.*' '' |
				string replace : \t
			return
		end
		set need $got[1]
		set attached (string sub -l (math (string length -- $cur) - \
			(string length -- $got[2])) -- $cur)
		set cur $got[2]
	end
	for s in $spec[2..-1]
		set got
		if test -n "$need"
			set got (string replace -fr "^-$need:[^=]*=" '' -- $s)
		else if string match -q -- '-*' $s
			continue
		else if test $operands -eq 0; or string match -q '*...' -- $s
			set got (string replace ... '' -- $s)
		else
			set operands (math $operands - 1)
		end
		if test -n "$got"
			for c in (__btns_offer $prog "$store" "$cur" $got)
				printf '%s\n' $attached$c
			end
			return
		end
	end
end

for p in btnsctl btnskey rsafp
	complete -c $p -f -a "(__btns $p)"
end
