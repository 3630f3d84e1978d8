"""How fields merge: what the schema says to strategic merge patches."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.apimachinery import schema
from tutor.apimachinery.schema import Definition, Field

MARKER = '$patch'
RETAIN_KEYS = '$retainKeys'
DELETE_PRIMITIVES = '$deleteFromPrimitiveList/'
ELEMENT_ORDER = '$setElementOrder/'


class PatchError(ValueError):
    """A patch that cannot be applied or made; the text is strategicpatch's."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where in the schema a map is: a struct, a map of something, or unknown (nothing merges by key there)."""

    definition: Definition | None = None
    values: Field | None = None

    def field(self, name: str) -> Field | None:
        if self.definition is not None:
            return self.definition.fields.get(name)
        return self.values

    def below(self, name: str) -> Shape:
        """The shape of a field, or of the items of a list."""
        return shape_of(self.field(name))

    def strategy(self, name: str) -> tuple[str, bool, str]:
        """'merge', 'replace' or ''; whether it has retainKeys; the merge key."""
        found = self.field(name)
        if found is None:
            return '', False, ''
        kinds = [kind for kind in found.patch if kind != 'retainKeys']
        return kinds[0] if kinds else '', 'retainKeys' in found.patch, found.merge_key


def shape_of(field: Field | None) -> Shape:
    if field is None:
        return Shape()
    if field.type == schema.MAP:
        return Shape(values=field.items)
    if field.type == schema.LIST:
        return shape_of(field.items)
    return Shape(field.definition)
