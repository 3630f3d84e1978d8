"""Shell variables: scalars and arrays, exported ones, and the scopes that functions open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Value = str | dict[int, str] | dict[str, str]


@dataclass(slots=True)
class Variable:
    """`value` is text, an indexed array (int keys) or an associative one; None when declared without a value."""

    value: str | dict | None = None
    exported: bool = False
    readonly: bool = False
    integer: bool = False
    associative: bool = False

    def copy(self) -> Variable:
        value = dict(self.value) if isinstance(self.value, dict) else self.value
        return Variable(value, self.exported, self.readonly, self.integer, self.associative)


class ReadOnly(Exception):
    """An assignment to a readonly variable."""


@dataclass(slots=True)
class Variables:
    """Innermost scope last."""

    scopes: list[dict[str, Variable]] = field(default_factory=lambda: [{}])

    def find(self, name: str) -> Variable | None:
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
        """An array's elements by index; a scalar is element 0."""
        found = self.find(name)
        if found is None or found.value is None:
            return {}
        if isinstance(found.value, dict):
            return dict(sorted(found.value.items())) if not found.associative else found.value
        return {0: found.value}

    def set(self, name: str, value: str | dict, append: bool = False) -> None:
        """Assign where the variable lives, else globally. Raises ReadOnly."""
        variable = self._writable(name)
        if append and isinstance(variable.value, dict):
            if isinstance(value, dict):
                start = max((key for key in variable.value if isinstance(key, int)), default=-1) + 1
                variable.value.update({start + offset: item for offset, item in enumerate(value.values())}
                                      if not variable.associative else value)
            else:
                variable.value[0] = variable.value.get(0, '') + value
        elif append and isinstance(value, str):
            variable.value = (variable.value or '') + value  # type: ignore[operator]
        elif isinstance(variable.value, dict) and isinstance(value, str):
            variable.value[0] = value
        else:
            variable.value = value

    def set_item(self, name: str, index: int | str, value: str, append: bool = False) -> None:
        variable = self._writable(name)
        if not isinstance(variable.value, dict):
            variable.value = {} if variable.value is None else {0: variable.value}
        variable.value[index] = variable.value.get(index, '') + value if append else value

    def declare(self, name: str, local: bool = False) -> Variable:
        """The variable of a name in the innermost scope (or the global one), made if need be."""
        if local:
            return self.scopes[-1].setdefault(name, Variable())
        return self.find(name) or self.scopes[0].setdefault(name, Variable())

    def unset(self, name: str) -> None:
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
