"""The grammar inside [[ … ]]."""

from __future__ import annotations

import re

from tutor.shell.lexer import BLANKS, META, Incomplete
from tutor.shell.tokens import Tokens


class Conditions(Tokens):
    """Reads a condition as a tree of tuples: ('and', left, right), ('unary', '-f', word), ('binary', '==', a, b) …"""

    def condition(self) -> tuple:
        test = self._condition_or()
        self._skip_newlines()
        if not self.text.startswith(']]', self.pos):
            raise self._unexpected()
        self.pos += 2
        return test

    def _condition_or(self) -> tuple:
        left = self._condition_and()
        while self._condition_takes('||'):
            left = ('or', left, self._condition_and())
        return left

    def _condition_and(self) -> tuple:
        left = self._condition_not()
        while self._condition_takes('&&'):
            left = ('and', left, self._condition_not())
        return left

    def _condition_takes(self, operator: str) -> bool:
        self._skip_newlines()
        if self.text.startswith(operator, self.pos):
            self.pos += len(operator)
            return True
        return False

    def _condition_not(self) -> tuple:
        self._skip_newlines()
        if not self.peek():
            raise Incomplete('syntax error: unexpected end of file')
        if self._bare_word() == '!':
            self.pos += 1
            return ('not', self._condition_not())
        if self.peek() == '(':
            self.pos += 1
            inner = self._condition_or()
            self._skip_newlines()
            self.pos += 1
            return ('group', inner)
        left = self.word()
        if re.fullmatch(r'-[a-zA-Z]', left.literal() or ''):
            self.skip_blanks()
            if not self.text.startswith(']]', self.pos):
                return ('unary', left.literal(), self.word())
        self.skip_blanks()
        for operator in ('==', '!=', '=~', '=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot',
                         '-ef'):
            if self.text.startswith(operator, self.pos):
                self.pos += len(operator)
                self.skip_blanks()
                stop = BLANKS + '\n' if operator == '=~' else META
                return ('binary', operator, left, self.word(stop))
        return ('unary', '-n', left)
