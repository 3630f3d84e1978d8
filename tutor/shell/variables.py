"""Shell variables: scalars and arrays, exported ones, and the scopes that functions open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

Value = str | dict[int, str] | dict[str, str]
NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
MAX_REFERENCES = 8
BUCKETS = 1024


@dataclass(slots=True)
class Variable:
    """`value` is text, an indexed array (int keys) or an associative one; None when declared without a value.

    `letter_case` is 'l' or 'u' where `declare -l` and `-u` change what is assigned; `reference` is the name that a
    `declare -n` variable stands for.
    """

    value: str | dict | None = None
    exported: bool = False
    readonly: bool = False
    integer: bool = False
    associative: bool = False
    array: bool = False
    letter_case: str = ''
    reference: str = ''

    def copy(self) -> Variable:
        return replace(self, value=dict(self.value) if isinstance(self.value, dict) else self.value)

    @property
    def letters(self) -> str:
        """Its attributes as `declare` names them, in bash's order."""
        on = (('a', (self.array or isinstance(self.value, dict)) and not self.associative), ('A', self.associative),
              ('i', self.integer), ('l', self.letter_case == 'l'), ('n', bool(self.reference)), ('r', self.readonly),
              ('u', self.letter_case == 'u'), ('x', self.exported))
        return ''.join(letter for letter, is_on in on if is_on)

    @property
    def elements(self) -> dict:
        """Those of an array by index; a scalar is element 0. Associative ones come as bash's hash table has them."""
        if isinstance(self.value, dict):
            return {key: self.value[key] for key in sorted(self.value, key=bucket if self.associative else None)}
        return {} if self.value is None else {0: self.value}

    def put(self, text: str, append: bool = False) -> None:
        """Assign a text: to the first element, where it is an array."""
        text = self.cased(text)
        if isinstance(self.value, dict):
            first = '0' if self.associative else 0
            self.value[first] = self.value.get(first, '') + text if append else text
        else:
            self.value = (self.value or '') + text if append else text

    def cased(self, text: str) -> str:
        return text.lower() if self.letter_case == 'l' else text.upper() if self.letter_case == 'u' else text


class ReadOnly(Exception):
    """An assignment to a readonly variable."""


@dataclass(slots=True)
class Variables:
    """Innermost scope last."""

    scopes: list[dict[str, Variable]] = field(default_factory=lambda: [{}])

    def find(self, name: str) -> Variable | None:
        """The variable of a name, or what it refers to."""
        for _ in range(MAX_REFERENCES):
            found = self.own(name)
            if found is None or not found.reference:
                return found
            name = found.reference
        return None

    def own(self, name: str) -> Variable | None:
        """The variable itself, even if it refers to another one."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def get(self, name: str) -> str | None:
        """The text of a variable; of an array, its first element."""
        found = self.find(name)
        if found is None or found.value is None:
            return None
        if isinstance(found.value, dict):
            return found.value.get('0' if found.associative else 0)
        return found.value

    def items(self, name: str) -> dict:
        """The elements of a variable by index, none where there is no such variable."""
        found = self.find(name)
        return {} if found is None else found.elements

    def set(self, name: str, value: str | dict, append: bool = False) -> None:
        """Assign where the variable lives, else globally. Raises ReadOnly."""
        variable = self._writable(name)
        if isinstance(value, dict):
            self._set_all(variable, value, append)
            return
        variable.put(value, append)

    @staticmethod
    def _set_all(variable: Variable, values: dict, append: bool) -> None:
        values = {key: variable.cased(value) for key, value in values.items()}
        if not append:
            variable.value = values
            return
        if not isinstance(variable.value, dict):
            variable.value = {} if variable.value is None else {0: variable.value}
        variable.value.update(values)

    def set_item(self, name: str, index: int | str, value: str, append: bool = False) -> None:
        variable = self._writable(name)
        if not isinstance(variable.value, dict):
            variable.value = {} if variable.value is None else {0: variable.value}
        value = variable.cased(value)
        variable.value[index] = variable.value.get(index, '') + value if append else value

    def declare(self, name: str, local: bool = False) -> Variable:
        """The variable of a name in the innermost scope (or the global one), made if need be."""
        if local:
            return self.scopes[-1].setdefault(name, Variable())
        found = self.own(name)
        for _ in range(MAX_REFERENCES):
            if found is None or not found.reference:
                break
            name = found.reference
            found = self.own(name)
        return found or self.scopes[0].setdefault(name, Variable())

    def unset(self, name: str) -> None:
        """Forget a variable; raises ReadOnly."""
        for scope in reversed(self.scopes):
            if name in scope:
                if scope[name].readonly:
                    raise ReadOnly(name)
                del scope[name]
                return

    def exported(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for scope in self.scopes:
            for name, variable in scope.items():
                if variable.exported and isinstance(variable.value, str):
                    found[name] = variable.value
                else:
                    found.pop(name, None)
        return found

    def names(self) -> Iterator[str]:
        return iter(sorted({name for scope in self.scopes for name in scope}))

    def copy(self) -> Variables:
        return Variables([{name: variable.copy() for name, variable in scope.items()} for scope in self.scopes])

    def _writable(self, name: str) -> Variable:
        variable = self.declare(name)
        if variable.readonly:
            raise ReadOnly(name)
        return variable


def is_name(text: str) -> bool:
    """Whether a variable can be called so (legal_identifier)."""
    return NAME.fullmatch(text) is not None


def bucket(key: str) -> int:
    """The order of an associative array: where bash's hash table keeps a key (hash_string: FNV-1 over the bytes)."""
    value = 2166136261
    for byte in key.encode('utf-8', 'surrogateescape'):
        value = (value * 16777619 & 0xffffffff) ^ (byte if byte < 128 else byte | 0xffffff00)
    return value % BUCKETS
