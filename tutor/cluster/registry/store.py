"""The generic registry store: the same create, update and delete for every resource (registry/generic/registry)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tutor.apimachinery import errors, field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.cluster.registry import metadata
from tutor.cluster.registry.strategy import Context, Strategy
from tutor.cluster.registry.watch import Broadcaster
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Conflict, Entry, Store

GENERATE_TRIES = 8


class ResourceStore:
    """All objects of one resource."""

    def __init__(self, strategy: Strategy, store: Store, simulation: Simulation) -> None:
        self.strategy = strategy
        self.resource: Resource = strategy.resource
        self.prefix = f'/registry/{strategy.prefix}/'
        self.broadcaster = Broadcaster(store, self.prefix, simulation, strategy.fields)
        self._store = store
        self._simulation = simulation

    # -- reading ------------------------------------------------------------------------------------------------

    def key(self, namespace: str, name: str) -> str:
        return f'{self.prefix}{namespace}/{name}' if self.resource.namespaced else self.prefix + name

    def _key_of(self, meta: Object) -> str:
        return self.key(meta.get('namespace', ''), meta['name'])

    def find(self, namespace: str, name: str) -> Object | None:
        entry = self._store.get(self.key(namespace, name))
        return self._opened(entry).value if entry is not None else None

    def get(self, namespace: str, name: str) -> Object:
        """The object; raises StatusError NotFound."""
        obj = self.find(namespace, name)
        if obj is None:
            raise errors.not_found(self.resource.group, self.resource.plural, name)
        return obj

    def list(self, namespace: str = '') -> list[Object]:
        """All objects, of one namespace or of all, by namespace and name."""
        found = self._store.range(self.range_prefix(namespace))
        if self._store.opens is not None:
            return [self._opened(entry).value for entry in found]
        return [entry.value for entry in found]

    def _opened(self, entry: Entry) -> Entry:
        """TransformFromStorage: raises StatusError for what no provider can decrypt."""
        if self._store.opens is None or self._store.opens(entry.key, entry.seal):
            return entry
        raise errors.internal_error(f'unable to transform key "{entry.key}": no matching prefix found')

    def list_at(self, namespace: str, revision: int) -> list[Object]:
        """The same as it was at a revision. Raises Compacted."""
        return [entry.value for entry in self._store.range_at(self.range_prefix(namespace), revision)]

    def range_prefix(self, namespace: str) -> str:
        return f'{self.prefix}{namespace}/' if namespace and self.resource.namespaced else self.prefix

    # -- writing ------------------------------------------------------------------------------------------------

    def create(self, obj: Object, context: Context, admit: Callable[[Object], None] | None = None) -> Object:
        """Store a new object (private to the caller until now); the object as stored. Raises StatusError."""
        strategy, resource = self.strategy, self.resource
        meta = obj['metadata']
        self._fill_metadata(meta, context)
        strategy.prepare_create(obj, context)
        if not meta.get('name') and meta.get('generateName'):
            self._generate_name(meta, context.namespace)
        self._refuse(obj, strategy.validate(obj, context))
        if admit is not None:
            admit(obj)
        key = self.key(context.namespace, meta['name'])
        if self._store.get(key) is not None:
            raise errors.already_exists(resource.group, resource.plural, meta['name'])
        strategy.begin_create(obj, context)
        if not context.dry_run:
            meta['resourceVersion'] = str(self._store.revision + 1)
            self._store.put(key, obj, expect=0)
        return obj

    def update(self, new: Object, old: Object, context: Context, status: bool = False, patched: bool = False,
               admit: Callable[[Object], None] | None = None) -> Object:
        """Replace an object by a new one (private to the caller); the object as stored.

        `status`: through the status subresource; `patched`: by a patch. Writes nothing when nothing
        changes. Raises StatusError.
        """
        strategy = self.strategy
        problems = self._keep_metadata(new, old, patched)
        if status:
            strategy.prepare_status(new, old, context)
            problems += strategy.validate_status(new, old, context)
        else:
            strategy.prepare_update(new, old, context)
            if strategy.generation and strategy.changed(new, old):
                new['metadata']['generation'] = old['metadata'].get('generation', 0) + 1
            problems += strategy.validate_update(new, old, context)
        self._refuse(new, problems)
        if admit is not None:
            admit(new)
        if not status:
            strategy.begin_update(new, old, context)
        return self.replace(new, old, context)

    def store_marked(self, new: Object, old: Object, context: Context) -> Object:
        """Store an object that was just marked as being deleted: as it is, whatever strategies would keep."""
        return self._put(new, old, context)

    def replace(self, new: Object, old: Object, context: Context) -> Object:
        """Store what an update came to, if it differs; deletes what has lost its last finalizer."""
        meta = new['metadata']
        if new == old and (self._store.opens is None or not self._store.stale(self._key_of(meta))):
            return old
        held = meta.get('finalizers') or meta.get('deletionGracePeriodSeconds') or self.strategy.finalizing(new)
        if 'deletionTimestamp' in meta and not held:
            return self.remove(new, context)
        return self._put(new, old, context)

    def _put(self, new: Object, old: Object, context: Context) -> Object:
        if context.dry_run:
            return new
        meta = new['metadata']
        revision = int(old['metadata']['resourceVersion'])
        meta['resourceVersion'] = str(self._store.revision + 1)
        try:
            self._store.put(self._key_of(meta), new, expect=revision)
        except Conflict:
            raise errors.conflict(
                self.resource.group, self.resource.plural, meta['name'], errors.OBJECT_MODIFIED) from None
        return new

    def remove(self, obj: Object, context: Context) -> Object:
        """Take an object out of the store; the object as it was last seen."""
        meta = obj['metadata']
        if context.dry_run:
            return obj
        last = {**obj, 'metadata': {**meta, 'resourceVersion': str(self._store.revision + 1)}}
        self._store.delete(self.key(meta.get('namespace', ''), meta['name']), last=last)
        self.strategy.after_delete(last, context)
        return last

    # -- metadata -----------------------------------------------------------------------------------------------

    def _fill_metadata(self, meta: Object, context: Context) -> None:
        """rest.FillObjectMetaSystemFields and what BeforeCreate resets."""
        for name in ('deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion'):
            meta.pop(name, None)
        meta['uid'] = new_uid(self._simulation)
        meta['creationTimestamp'] = self._simulation.timestamp()
        if self.strategy.generation:
            meta['generation'] = 1
        else:
            meta.pop('generation', None)
        if self.resource.namespaced:
            meta['namespace'] = context.namespace

    def _generate_name(self, meta: Object, namespace: str) -> None:
        for _ in range(GENERATE_TRIES):
            meta['name'] = names.generate_name(self._simulation.random, meta['generateName'])
            if self.find(namespace, meta['name']) is None:
                return
        raise errors.generate_name_conflict(self.resource.group, self.resource.plural, meta['name'])

    def _other_uid(self, meta: Object, kept: Object) -> errors.StatusError:
        return errors.conflict(
            self.resource.group, self.resource.plural, kept['name'],
            f'StorageError: invalid object, Code: 4, Key: {self.key(kept.get("namespace", ""), kept["name"])}, '
            f'ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {meta["uid"]}, UID in '
            f'object meta: {kept["uid"]}')

    def _keep_metadata(self, new: Object, old: Object, patched: bool) -> list[FieldError]:
        """What an update cannot change (rest.BeforeUpdate), and what is wrong with the metadata; a stale
        resourceVersion is a conflict, and so is another UID: an update is a transaction on the UID it names, but a
        patch is validated."""
        meta, kept = new['metadata'], old['metadata']
        given = meta.get('resourceVersion')
        if given == '0':
            given = ''
        if given and given != kept['resourceVersion']:
            if not given.isdecimal():
                raise errors.unknown(f'strconv.ParseUint: parsing {field.go_quote(given)}: invalid syntax')
            raise errors.conflict(self.resource.group, self.resource.plural, kept['name'], errors.OBJECT_MODIFIED)
        if not given and not self.strategy.unconditional_update:
            raise errors.invalid(self.resource.group, self.resource.kind, kept['name'], [_must_be_specified(given)])
        if meta.get('uid') and meta['uid'] != kept['uid'] and not patched:
            raise self._other_uid(meta, kept)
        asked = {name: meta[name] for name in SERVER_OWNED if meta.get(name)}
        for name in SERVER_OWNED:
            if name in kept:
                meta[name] = kept[name]
            else:
                meta.pop(name, None)
        return metadata.validate_update(meta, kept, asked)

    def _refuse(self, obj: Object, problems: Iterable[FieldError]) -> None:
        found = list(problems)
        if found:
            raise errors.invalid(self.resource.group, self.resource.kind, obj['metadata'].get('name', ''), found)


SERVER_OWNED = ('uid', 'creationTimestamp', 'resourceVersion', 'generation', 'deletionTimestamp',
                'deletionGracePeriodSeconds', 'namespace', 'name')


def _must_be_specified(given: Any) -> FieldError:
    return field.invalid('metadata.resourceVersion', int(given or 0), 'must be specified for an update')


def new_uid(simulation: Simulation) -> str:
    """A random (version 4) UUID out of the simulation's randomness."""
    digits = f'{simulation.identities.getrandbits(128):032x}'
    return f'{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}'


class ResourceStores:
    """The stores of all resources, by group and plural; versions of one resource share a store."""

    def __init__(self, store: Store, simulation: Simulation) -> None:
        self.store = store
        self._simulation = simulation
        self._by_name: dict[tuple[str, str], ResourceStore] = {}

    def add(self, strategy: Strategy) -> ResourceStore:
        found = (strategy.store or ResourceStore)(strategy, self.store, self._simulation)
        self._by_name[strategy.resource.group, strategy.resource.plural] = found
        return found

    def share(self, group: str, plural: str, store: ResourceStore) -> None:
        """Give a store a second name."""
        self._by_name[group, plural] = store

    def remove(self, group: str, plural: str) -> None:
        found = self._by_name.pop((group, plural), None)
        if found is not None:
            found.broadcaster.close_all()

    def of(self, group: str, plural: str) -> ResourceStore:
        """The store of a resource; raises KeyError."""
        return self._by_name[group, plural]

    def find(self, group: str, plural: str) -> ResourceStore | None:
        return self._by_name.get((group, plural))

    def all(self) -> list[ResourceStore]:
        return list(self._by_name.values())
