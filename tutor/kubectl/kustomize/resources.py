"""The objects of a build, with what they were called on the way: later names are made of earlier ones (api/resource,
api/resmap)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.apimachinery.objects import Object, annotations, deep_copy, labels
from tutor.apimachinery.resources import RESOURCES, split_api_version
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.regexps import compile_pattern

CLUSTER_KINDS = frozenset((item.group, item.kind) for item in RESOURCES if not item.namespaced)
NOT_NAMESPACED = '_non_namespaceable_'


@dataclass(frozen=True, slots=True)
class Kind:
    """A group, version and kind (resid.Gvk); as a selector, what is empty matches all."""

    group: str = ''
    version: str = ''
    kind: str = ''

    def selects(self, other: Kind) -> bool:
        return all(not wanted or wanted == found for wanted, found in (
            (self.group, other.group), (self.version, other.version), (self.kind, other.kind)))

    def __str__(self) -> str:
        return f'{self.kind or "[noKind]"}.{self.version or "[noVer]"}.{self.group or "[noGrp]"}'

    @classmethod
    def of(cls, fields: Object) -> Kind:
        return cls(*(str(fields.get(name) or '') for name in ('group', 'version', 'kind')))


@dataclass(frozen=True, slots=True)
class Id:
    """What an object is called (resid.ResId)."""

    gvk: Kind
    name: str
    namespace: str = ''

    @property
    def cluster_scoped(self) -> bool:
        return (self.gvk.group, self.gvk.kind) in CLUSTER_KINDS

    @property
    def space(self) -> str:
        """EffectiveNamespace."""
        return NOT_NAMESPACED if self.cluster_scoped else self.namespace or 'default'

    def equals(self, other: Id) -> bool:
        return self.same_name(other) and self.space == other.space

    def same_name(self, other: Id) -> bool:
        """GvknEquals: wherever it is."""
        return self.gvk == other.gvk and self.name == other.name

    def __str__(self) -> str:
        return f'{self.gvk}/{self.name or "[noName]"}.{self.namespace or "[noNs]"}'


@dataclass(slots=True, eq=False)
class Item:
    """One object; {} when it was deleted. `previous` is what it was called before, the oldest first; `hashed` asks for
    the hash of its content at the end of its name; `variables` are the names of those that are read from it."""

    obj: Object
    previous: list[Id] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    suffixes: list[str] = field(default_factory=list)
    hashed: bool = False
    behavior: str = ''
    variables: list[str] = field(default_factory=list)
    origin: Object | None = None
    transformations: list[Object] = field(default_factory=list)

    @property
    def meta(self) -> Object:
        return self.obj.setdefault('metadata', {})

    @property
    def gvk(self) -> Kind:
        return Kind(*split_api_version(str(self.obj.get('apiVersion') or '')), str(self.obj.get('kind') or ''))

    @property
    def kind(self) -> str:
        return str(self.obj.get('kind') or '')

    @property
    def name(self) -> str:
        return str((self.obj.get('metadata') or {}).get('name') or '')

    @property
    def namespace(self) -> str:
        return str((self.obj.get('metadata') or {}).get('namespace') or '')

    @property
    def id(self) -> Id:
        """What it is called now."""
        return Id(self.gvk, self.name, self.namespace)

    @property
    def ids(self) -> list[Id]:
        """All that it was ever called: the group and version are those of today."""
        gvk = self.gvk
        return [replace(old, gvk=replace(gvk, kind=old.gvk.kind)) for old in self.previous] + [self.id]

    @property
    def first_id(self) -> Id:
        return self.ids[0]

    def remember(self) -> None:
        """StorePreviousId: it is going to be called otherwise."""
        now = self.id
        self.previous.append(replace(now, namespace=now.space))

    def set_meta(self, name: str, value: str) -> None:
        if value:
            self.meta[name] = value
        else:
            self.meta.pop(name, None)

    def __str__(self) -> str:
        """As JSON, with the annotations that kustomize keeps such things in."""
        from tutor.apimachinery.printing.json import to_json
        notes = {name: ','.join(filter(None, words)) for name, words in (
            ('previousKinds', [old.gvk.kind for old in self.previous]),
            ('previousNames', [old.name for old in self.previous]),
            ('previousNamespaces', [old.namespace for old in self.previous]),
            ('prefixes', self.prefixes), ('suffixes', self.suffixes)) if any(words)}
        more = {f'internal.config.kubernetes.io/{name}': text for name, text in notes.items()}
        meta = {**self.meta, **({'annotations': {**(self.meta.get('annotations') or {}), **more}} if more else {})}
        return to_json({**self.obj, 'metadata': meta}, indent=None)

    def copy(self) -> Item:
        return Item(deep_copy(self.obj), list(self.previous), list(self.prefixes), list(self.suffixes), self.hashed,
                    self.behavior, list(self.variables), self.origin, list(self.transformations))


class ResMap(list[Item]):
    """The objects in the order in which they came, no two with one id."""

    def add(self, items: Iterable[Item]) -> None:
        """AppendAll. Raises KubectlError."""
        for item in items:
            new = item.id
            if any(other.id.equals(new) for other in self):
                raise KubectlError(f'may not add resource with an already registered id: {new}')
            self.append(item)

    def by_any_id(self, matches: Callable[[Id], bool]) -> list[Item]:
        return [item for item in self if item.obj and any(matches(each) for each in item.ids)]

    def one(self, wanted: Id) -> Item:
        """GetById: the one that was ever called so. Raises KubectlError."""
        found = self.by_any_id(wanted.equals)
        if len(found) != 1:
            many = 'multiple' if found else 'no'
            raise KubectlError(f'{many} matches for Id {wanted}; failed to find unique target for patch {wanted}')
        return found[0]

    def drop_empty(self) -> None:
        self[:] = [item for item in self if item.obj]


class Selector:
    """What a patch is for (types.SelectorRegex): regular expressions for whole words, by old names or new ones."""

    def __init__(self, fields: Object) -> None:
        given = {name: str(fields.get(name) or '') for name in ('group', 'version', 'kind', 'name', 'namespace')}
        self._patterns = {name: compile_pattern(text, anchored=True) if text else None for name, text in given.items()}
        self._labels = label_selector(fields.get('labelSelector'))
        self._annotations = label_selector(fields.get('annotationSelector'))

    def matches(self, item: Item) -> bool:
        first, now = item.first_id, item.id
        return (any(self._word('namespace', each.space) for each in (first, now))
                and any(self._word('name', each.name) for each in (first, now))
                and self._kind(item.gvk)
                and (self._labels is None or self._labels.matches(labels(item.obj)))
                and (self._annotations is None or self._annotations.matches(annotations(item.obj))))

    def _kind(self, gvk: Kind) -> bool:
        return all(self._word(name, getattr(gvk, name)) for name in ('group', 'version', 'kind'))

    def _word(self, name: str, text: str) -> bool:
        pattern = self._patterns[name]
        return pattern is None or pattern.search(text) is not None


def label_selector(text: str | None) -> Any:
    """A selector of labels or annotations, None for none. Raises KubectlError."""
    from tutor.apimachinery.selectors import parse
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise KubectlError(str(error)) from None


_FIRST = ('Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount',
          'PodSecurityPolicy', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret',
          'Endpoints', 'Service', 'LimitRange', 'PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim',
          'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget')
_LAST = ('MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration')


def sort(items: ResMap, options: Object) -> None:
    """SortOrderTransformer. Raises KubectlError."""
    order, legacy = options.get('order') or '', options.get('legacySortOptions')
    if order not in ('fifo', 'legacy'):
        raise KubectlError("the field 'sortOptions.order' must be one of [fifo, legacy]")
    if order == 'fifo':
        if legacy is not None:
            raise KubectlError(f"the field 'sortOptions.legacySortOptions' is set but the selected sort order is "
                               f"'{order}', not 'legacy'")
        return
    first, last = (_FIRST, _LAST) if legacy is None else (legacy.get('orderFirst') or (), legacy.get('orderLast') or ())
    ranks = {**{kind: index - len(first) for index, kind in enumerate(first)},
             **{kind: index + 1 for index, kind in enumerate(last)}}

    def key(item: Item) -> tuple[int, str, str]:
        gvk, now = item.gvk, item.id
        return (ranks.get(gvk.kind, 0), f'{gvk.group or "~G"}_{gvk.version or "~V"}_{gvk.kind or "~K"}',
                f'{gvk}|{now.namespace or "~X"}|{now.name or "~N"}')
    items.sort(key=key)
