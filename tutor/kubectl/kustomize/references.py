"""When objects get other names, the fields that name them follow (api/filters/nameref)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing.yaml import to_yaml
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.configuration import Configuration
from tutor.kubectl.kustomize.fields import FieldSpec, places
from tutor.kubectl.kustomize.resources import Item, Kind, ResMap


def update_references(items: ResMap, configuration: Configuration) -> None:
    """nameReferenceTransformer. Raises KubectlError."""
    for referrer in list(items):
        candidates: list[Item] | None = None
        for target, specs in configuration.references.items():
            for spec in specs:
                if spec.gvk.selects(referrer.first_id.gvk):
                    if candidates is None:
                        candidates = _reachable(items, referrer)
                    _Field(referrer, target, spec.path, candidates).update()


def _reachable(items: ResMap, referrer: Item) -> list[Item]:
    """SubsetThatCouldBeReferencedByResource."""
    if referrer.id.cluster_scoped:
        return list(items)
    spaces = {subject.get('namespace') for subject in referrer.obj.get('subjects') or []
              if subject.get('kind') == 'ServiceAccount'} if referrer.kind == 'RoleBinding' else set()
    return [item for item in items if item.id.cluster_scoped or item.id.space == referrer.id.space
            or (item.namespace and item.namespace in spaces)]


class _Field:
    """One field of a referrer that may name objects of a kind."""

    def __init__(self, referrer: Item, target: Kind, path: str, candidates: list[Item]) -> None:
        self._referrer = referrer
        self._target = target
        self._path = path
        self._candidates = candidates

    def update(self) -> None:
        try:
            for container, key in places(self._referrer, FieldSpec(self._path)):
                self._set(container, key)
        except KubectlError as error:
            raise KubectlError(f"updating name reference in '{self._path}' field of '{self._referrer.id}': "
                               f'{error}') from None

    def _set(self, container: Any, key: Any) -> None:
        value = container[key]
        if isinstance(value, list):
            for index in range(len(value)):
                self._set(value, index)
        elif isinstance(value, dict):
            self._set_mapping(value)
        elif value is not None:
            found = self._select(str(value), self._candidates, lambda item: item.name)
            if found is not None and found.name != str(value):
                container[key] = found.name

    def _set_mapping(self, value: Object) -> None:
        """A mapping of name and namespace, such as a subject."""
        if 'name' not in value:
            raise KubectlError("path config error; no 'name' field in node")
        candidates = self._candidates
        if 'namespace' in value:
            space = value['namespace'] or ''
            candidates = [item for item in self._candidates if item.first_id.space == space] or [
                item for item in self._candidates if item.id.space == space]
        found = self._select(str(value['name']), candidates, lambda item: (item.name, item.namespace))
        if found is None or (found.name == value['name'] and not found.namespace):
            return
        value['name'] = found.name
        if found.namespace:
            value['namespace'] = found.namespace

    def _select(self, name: str, candidates: Iterable[Item], same: Callable[[Item], Any]) -> Item | None:
        """selectReferral: the object that was called so, or None."""
        found = [item for item in candidates if any(old.name == name for old in item.ids[:-1])]
        found = [item for item in found if self._was(item, self._target)]
        role = self._role()
        found = [item for item in found if (role is None or self._was(item, role)) and self._near(item)]
        for empty in (True, False):
            if len(found) == 1:
                return found[0]
            found = [item for item in found if _same_affixes(item, self._referrer, empty)]
        if len({same(item) for item in found}) > 1:
            ids = ', '.join(str(item.id) for item in found)
            raise KubectlError(f'found multiple possible referrals: {ids}\n{self._details(found)}')
        return found[0] if found else None

    def _was(self, item: Item, gvk: Kind) -> bool:
        return any(gvk.selects(old.gvk) for old in item.ids[:-1])

    def _role(self) -> Kind | None:
        """roleRefFilter: a binding says itself what it binds."""
        role = self._referrer.obj.get('roleRef')
        if not self._path.endswith('roleRef/name') or not isinstance(role, dict) or not {'apiGroup', 'kind'} <= set(
                role):
            return None
        return Kind(role['apiGroup'], '', role['kind'])

    def _near(self, item: Item) -> bool:
        """sameCurrentNamespaceAsReferrer."""
        here, there = self._referrer.id, item.id
        return here.cluster_scoped or there.cluster_scoped or item.kind == 'ServiceAccount' or here.space == there.space

    def _details(self, found: list[Item]) -> str:
        shown = f'\n**** Too many possible referral targets to referrer:\n{to_yaml(self._referrer.obj)}\n'
        return shown + ''.join(f'--- possible referral {index}:\n{to_yaml(item.obj)}\n'
                               for index, item in enumerate(found))


def _same_affixes(item: Item, other: Item, allow_empty: bool) -> bool:
    """PrefixesSuffixesEquals."""
    return all((allow_empty and not (mine and theirs)) or _same_ending(mine, theirs)
               for mine, theirs in ((item.prefixes, other.prefixes), (item.suffixes, other.suffixes)))


def _same_ending(left: list[str], right: list[str]) -> bool:
    short, long = sorted((left, right), key=len)
    return not long if not short else long[-len(short):] == short
