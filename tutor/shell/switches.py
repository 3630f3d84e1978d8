"""The options of `set` and `shopt`: their names and letters, and which of them are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

LETTERS = {'e': 'errexit', 'u': 'nounset', 'x': 'xtrace', 'f': 'noglob', 'C': 'noclobber', 'h': 'hashall',
           'B': 'braceexpand', 'm': 'monitor', 'v': 'verbose', 'a': 'allexport', 'b': 'notify', 'H': 'histexpand',
           'E': 'errtrace', 'T': 'functrace', 'n': 'noexec', 'k': 'keyword', 'P': 'physical', 'p': 'privileged',
           't': 'onecmd'}
NAMES = sorted({*LETTERS.values(), 'history', 'ignoreeof', 'interactive-comments', 'nolog', 'pipefail', 'posix', 'vi',
                'emacs'})
ON = {'braceexpand', 'hashall', 'interactive-comments'}
AT_PROMPT = {'emacs', 'expand_aliases', 'histexpand', 'history', 'monitor'}
SHOPT_ON = {'checkwinsize', 'cmdhist', 'complete_fullquote', 'extquote', 'force_fignore', 'globasciiranges',
            'globskipdots', 'hostcomplete', 'interactive_comments', 'patsub_replacement', 'progcomp', 'promptvars',
            'sourcepath'}
SHOPT = ['autocd', 'assoc_expand_once', *sorted({*SHOPT_ON, 'cdable_vars', 'cdspell', 'checkhash', 'checkjobs',
                'compat31', 'compat32', 'compat40', 'compat41', 'compat42', 'compat43', 'compat44', 'direxpand',
                'dirspell', 'dotglob', 'execfail', 'expand_aliases', 'extdebug', 'extglob', 'failglob', 'globstar',
                'gnu_errfmt', 'histappend', 'histreedit', 'histverify', 'huponexit', 'inherit_errexit', 'lastpipe',
                'lithist', 'localvar_inherit', 'localvar_unset', 'login_shell', 'mailwarn', 'no_empty_cmd_completion',
                'nocaseglob', 'nocasematch', 'noexpand_translation', 'nullglob', 'progcomp_alias', 'restricted_shell',
                'shift_verbose', 'varredir_close', 'xpg_echo'})]
ORDER = 'abefhikmnprtuvxBCEHPTcs'
"""Of `$-` in bash (which_set_flags)."""
ALMQUIST_ORDER = 'ubaCvxsnmife'
"""Of `$-` in dash and ash, which go through their table from its end (varvalue)."""


def is_on(name: str, shell: Shell) -> bool:
    """Whether an option of set or shopt is on."""
    default = name in ON or name in SHOPT_ON or (shell.interactive and name in AT_PROMPT)
    return shell.options.get(name, default)


def flags(shell: Shell) -> str:
    """`$-`: the letters of the options that are on, and of how the shell was started."""
    on = {letter for letter, name in LETTERS.items() if is_on(name, shell)}
    on |= {'i'} if shell.interactive else set()
    on |= {'c'} if shell.from_option else {'s'} if shell.interactive or shell.from_input else set()
    return ''.join(letter for letter in (ORDER if shell.dialect.name == 'bash' else ALMQUIST_ORDER) if letter in on)
