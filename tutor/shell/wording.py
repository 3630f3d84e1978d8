"""The words of three shells for what goes wrong: bash, dash (Debian's sh) and BusyBox's ash."""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass

from tutor.shell.lexer import SyntaxProblem

ASH = {errno.ENOENT: 'nonexistent directory'}
DASH = {errno.ENOENT: 'Directory nonexistent', errno.ENOTDIR: 'Directory nonexistent'}
RESERVED = re.compile(r'[;&|()]+|[{}!]|case|do|done|elif|else|esac|fi|for|if|in|then|until|while')
"""Tokens that dash and ash call by their names; any other is a word."""
BUILTIN = re.compile(r'(cd|export|unset|read|kill|wait|shift|test|\[|umask|ulimit|set|alias|unalias|\.|eval|trap|type|'
                     r'local|let|printf|exit|getopts|exec): ')


@dataclass(frozen=True, slots=True)
class Dialect:
    """One shell. `name` is bash, dash or ash; `line` in messages is None at a prompt."""

    name: str

    def complaint(self, shell: str, line: int | None, text: str) -> str:
        """A message with all that stands before it."""
        if line is None:
            return f'{shell}: 1: {text}\n' if self.name == 'dash' else f'{shell}: {text}\n'
        if self.name == 'dash':
            return f'{shell}: {line}: {text}\n'
        if self.name == 'ash' and (match := BUILTIN.match(text)) is not None:
            return f'{shell}: {match[0]}line {line}: {text[match.end():]}\n'
        return f'{shell}: line {line}: {text}\n'

    @property
    def script(self) -> str:
        """The shell that reads a script whose first line names none: the one that could not execute it."""
        return 'bash' if self.name == 'bash' else 'sh'

    def not_found(self, command: str) -> str:
        return f'{command}: command not found' if self.name == 'bash' else f'{command}: not found'

    def no_file(self, command: str, problem: OSError) -> str:
        """A command with a slash in its name that is not there."""
        return f'{command}: {problem.strerror}' if self.name == 'bash' else f'{command}: not found'

    def no_interpreter(self, command: str) -> str:
        """A script whose first line names a program that is not there."""
        return f'{command}: cannot execute: required file not found' if self.name == 'bash' else f'{command}: not found'

    def no_name(self, word: str) -> str:
        """A word that no variable can be called."""
        return f"`{word}': not a valid identifier" if self.name == 'bash' else f'{word}: bad variable name'

    def is_directory(self, command: str) -> str:
        return f'{command}: Is a directory' if self.name == 'bash' else f'{command}: Permission denied'

    def cannot_create(self, path: str, problem: OSError) -> str:
        number = problem.errno or 0
        if self.name == 'bash':
            return f'{path}: {problem.strerror}'
        if self.name == 'ash':
            return f"can't create {path}: {ASH.get(number, problem.strerror)}"
        return f'cannot create {path}: {DASH.get(number, problem.strerror)}'

    def cannot_open(self, path: str, problem: OSError) -> str:
        if self.name == 'bash':
            return f'{path}: {problem.strerror}'
        reason = ('no such file' if self.name == 'ash' else 'No such file') if problem.errno == errno.ENOENT \
            else problem.strerror
        return f"can't open {path}: {reason}" if self.name == 'ash' else f'cannot open {path}: {reason}'

    def arithmetic(self, problem: str) -> str:
        """bash's words about an expression, or ash's, which tell of no place."""
        if self.name != 'ash':
            return problem
        return 'divide by zero' if 'division by 0' in problem else 'arithmetic syntax error'

    def cannot_enter(self, path: str, problem: OSError) -> str:
        if self.name == 'bash':
            return f'cd: {path}: {problem.strerror}'
        return f"cd: can't cd to {path}" + (f': {problem.strerror}' if self.name == 'ash' else '')

    def syntax(self, shell: str, line: int | None, found: SyntaxProblem, source: str, from_option: bool) -> str:
        """A script that cannot be read: bash repeats the line unless it was typed at a prompt."""
        problem = str(found)
        if self.name == 'bash':
            where = f'{shell}: -c' if from_option else shell
            said = f'{where}: line {line}: {problem}\n' if line is not None else f'{where}: {problem}\n'
            if line is not None and 'near unexpected token' in problem:
                said += f"{where}: line {line}: `{source}'\n"
            return said
        text = self._plain_syntax(problem) + (f' (expecting "{found.expected}")' if found.expected else '')
        if self.name == 'dash':
            return f'{shell}: {max(line or 1, 1)}: {text[0].upper()}{text[1:]}\n'
        return f'{shell}: line {line}: {text}\n' if line else f'{shell}: {text}\n'

    def _plain_syntax(self, problem: str) -> str:
        token = re.search(r"near unexpected token `(.*)'", problem)
        if token is not None:
            quoted = f'"{token[1]}"' if RESERVED.fullmatch(token[1]) else 'newline' if token[1] == 'newline' else 'word'
            return f'syntax error: unexpected {quoted}' if self.name == 'ash' else f'syntax error: {quoted} unexpected'
        if "matching `'" in problem or 'matching `"' in problem:
            return f'syntax error: {"U" if self.name == "dash" else "u"}nterminated quoted string'
        if 'bad substitution' in problem:
            return 'syntax error: bad substitution' if self.name == 'ash' else 'Bad substitution'
        return 'syntax error: unexpected end of file' if self.name == 'ash' else 'syntax error: end of file unexpected'


BASH, DASH_SHELL, ASH_SHELL = Dialect('bash'), Dialect('dash'), Dialect('ash')


def dialect_of(name: str, userland: str) -> Dialect:
    """Which shell a name means on a machine: `sh` is dash on Debian and ash where BusyBox is."""
    if userland == 'busybox':
        return ASH_SHELL if name != 'bash' else BASH
    return DASH_SHELL if name in ('sh', 'dash') else BASH
