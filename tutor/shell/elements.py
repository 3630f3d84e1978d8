"""Variables and elements of arrays by what is typed for them: `name` or `name[index]`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell.arithmetic import Arithmetic
from tutor.shell.special import ARRAYS, assigned
from tutor.shell.variables import NAME

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

REFERENCE = re.compile(rf'({NAME.pattern})(?:\[(.*)\])?', re.DOTALL)
MAX_INDEX = 10_000_000


class BadSubscript(Exception):
    """An index that no array has; the text is bash's."""


class Elements:
    """Reads and writes for one shell: arithmetic, read, printf -v, unset, ${!x}. An index is evaluated."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def read(self, name: str, index: str | None) -> str:
        """The text there, '' where there is none; raises ArithmeticProblem for an index that is no number."""
        return self.find(name, index) or ''

    def find(self, name: str, index: str | None) -> str | None:
        if index is None:
            return self._shell.parameter(name)
        return self.items(name).get(self.key(name, index))

    def items(self, name: str) -> dict:
        """An array's elements by index; a scalar is element 0."""
        if name in ARRAYS and self._shell.dialect.name == 'bash':
            return ARRAYS[name](self._shell)
        value = None if self._shell.variables.find(name) is not None else self._shell.parameter(name)
        return {0: value} if value is not None else self._shell.variables.items(name)

    def key(self, name: str, index: str) -> int | str:
        """The key of an element: text for an associative array, else a number that counts from the end if negative.
        Raises BadSubscript."""
        variable = self._shell.variables.find(name)
        if variable is not None and variable.associative:
            return index
        number = Arithmetic(index, self).value()
        if number < 0:
            number += max(self.items(name), default=-1) + 1
        if not 0 <= number <= MAX_INDEX:
            raise BadSubscript(f'{name}[{index}]: bad array subscript')
        return number

    def write(self, name: str, index: str | None, value: str) -> None:
        """Assign; raises ReadOnly and BadSubscript."""
        if index is not None:
            self._shell.variables.set_item(name, self.key(name, index), value)
        elif not assigned(self._shell, name, value):
            self._shell.variables.set(name, value)

    def assign(self, reference: str, value: str) -> bool:
        """Assign to `name` or `name[index]`; False if it is neither."""
        match = REFERENCE.fullmatch(reference)
        if match is None:
            return False
        self.write(match[1], match[2], value)
        return True
