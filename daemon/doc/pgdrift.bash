# Completion of pgdrift(1) and pgdriftd(8) for bash.

_pgdrift_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Files that end in .json, and directories on the way to them.
_pgdrift_json() {
    mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$1"; compgen -d -S / -- "$1")
    if [[ ${COMPREPLY-} == */ ]]; then compopt -o nospace; fi
}

_pgdrift() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _pgdrift_words 'check plan apply schema help' "$word"
    elif [[ $command == schema ]]; then
        if ((COMP_CWORD == 2)); then _pgdrift_words 'settings desired reference' "$word"; fi
    elif [[ $before == --config ]]; then
        _pgdrift_json "$word"
    elif [[ $command == @(check|plan|apply) && $word == -* ]]; then
        _pgdrift_words '--json --config' "$word"
    elif [[ $command == @(check|plan|apply) ]]; then
        _pgdrift_json "$word"
    fi
}

_pgdriftd() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $before in
    --config) _pgdrift_json "$word" ;;
    --log-format) _pgdrift_words 'auto text json journal' "$word" ;;
    --log-level) _pgdrift_words 'error warning notice info debug' "$word" ;;
    *) _pgdrift_words '--config --log-format --log-level --once --help --version' "$word" ;;
    esac
}

complete -F _pgdrift pgdrift
complete -F _pgdriftd pgdriftd
