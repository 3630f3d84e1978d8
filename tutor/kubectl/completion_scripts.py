"""The code that `kubectl completion` prints: it asks `kubectl __complete` for words."""

from __future__ import annotations

_BASH = """\
# bash completion V2 for kubectl                              -*- shell-script -*-

__start_kubectl()
{
    local cur words out
    COMPREPLY=()
    cur="${COMP_WORDS[COMP_CWORD]}"
    words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    out=$(kubectl __complete "${words[@]}" 2>/dev/null)
    out=$(printf '%s\\n' "$out" | grep -v '^:' | cut -f 1)
    COMPREPLY=( $(compgen -W "$out" -- "$cur") )
}

if [[ $(type -t compopt) = "builtin" ]]; then
    complete -o default -F __start_kubectl kubectl
else
    complete -o default -o nospace -F __start_kubectl kubectl
fi

# ex: ts=4 sw=4 et filetype=sh
"""
_ZSH = """\
#compdef kubectl
compdef _kubectl kubectl

_kubectl()
{
    local -a found
    found=("${(@f)$(kubectl __complete "${words[@]:1}" 2>/dev/null | grep -v '^:' | cut -f 1)}")
    compadd -a found
}
"""

SCRIPTS = {'bash': _BASH, 'zsh': _ZSH}
"""By shell; those that are not here are not simulated."""
