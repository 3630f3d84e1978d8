"""The grammar of what stands around the words of a command: assignments and redirections."""

from __future__ import annotations

import re

from tutor.shell.condition_parser import Conditions
from tutor.shell.lexer import Incomplete
from tutor.shell.syntax import Assignment, Redirect, Text, Word
from tutor.shell.variables import NAME

ASSIGNMENT = re.compile(rf'({NAME.pattern})(\[|\+?=)')
EQUALS = re.compile(r'\+?=')
REDIRECT = re.compile(rf'(?:(\d+)|\{{({NAME.pattern}(?:\[[^\]]*\])?)\}})?'
                      r'(<<<|<<-|<<|<&|<>|>>|>&|>\||&>>|&>|<(?!\()|>(?!\())')


class Assignments(Conditions):
    """Reads `name=value`, `name[index]+=value`, `name=(…)`, and `2>file`, `<<END` and their like."""

    def _assignment(self) -> Assignment | None:
        match = ASSIGNMENT.match(self.text, self.pos)
        if match is None:
            return None
        name, index = match[1], None
        start = self.pos
        if match[2] == '[':
            self.pos = match.end() - 1
            index = self._index()
            follows = EQUALS.match(self.text, self.pos)
            if follows is None:
                self.pos = start
                return None
            append, self.pos = follows[0] == '+=', follows.end()
        else:
            append, self.pos = match[2] == '+=', match.end()
        if self.peek() == '(' and index is None:
            return Assignment(name, None, append, None, self._array())
        return Assignment(name, self.word(), append, index)

    def _array(self) -> tuple[Word, ...]:
        self.pos += 1
        words = []
        while True:
            self._skip_newlines()
            if not self.peek():
                raise Incomplete("unexpected EOF while looking for matching `)'")
            if self.peek() == ')':
                self.pos += 1
                return tuple(words)
            if self._operator() or (self.peek() in '<>' and self.peek(1) != '('):
                raise self._unexpected()
            words.append(self._item())

    def _item(self) -> Word:
        """A word of an array, or `[index]=value`, whose index may have blanks."""
        start = self.pos
        if self.peek() == '[':
            index = self._index()
            follows = EQUALS.match(self.text, self.pos)
            if follows is not None:
                self.pos = follows.end()
                value = self.word() if self.peek() not in ' \t\n)' else Word(())
                sign = Text(f']{follows[0]}', True)
                return Word((Text('[', True), *index.parts, sign, *value.parts), self.text[start:self.pos])
            self.pos = start
        return self.word()

    # -- redirections -------------------------------------------------------------------------------------------

    def _redirects(self) -> list[Redirect]:
        found = []
        while True:
            self.skip_blanks()
            redirect = self._redirect()
            if redirect is None:
                return found
            found.append(redirect)

    def _redirect(self) -> Redirect | None:
        match = REDIRECT.match(self.text, self.pos)
        if match is None or ((match[1] or match[2]) and match[3].startswith('&')):
            return None
        self.pos = match.end()
        self.skip_blanks()
        if not self.peek() or (self.peek() in '\n;&|()<>' and self.peek(1) != '('):
            raise self._unexpected()
        redirect = Redirect(int(match[1]) if match[1] else None, match[3], self.word(), variable=match[2] or '')
        if match[3] in ('<<', '<<-'):
            self._heredocs.append(redirect)
        return redirect
