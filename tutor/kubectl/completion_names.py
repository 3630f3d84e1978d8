"""What completion finds in the cluster and the kubeconfig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tutor.apimachinery import schema
from tutor.apimachinery.resources import Resource
from tutor.client.transport import TABLE
from tutor.kubectl.factory import Factory

WITH_PODS = ('daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services',
             'statefulsets')


class Suggestion(NamedTuple):
    """A value, and what it is: a message key ('command get') with its English text. `file` asks for files instead."""

    value: str
    key: str = ''
    english: str = ''
    file: bool = False


FILES = Suggestion('', file=True)


class Names:
    """Kinds, names of objects and what is in them, for one command line."""

    def __init__(self, factory: Factory) -> None:
        self._factory = factory

    @property
    def config(self):
        return self._factory.config.config

    def resources(self) -> list[Resource]:
        return self._factory.mapper.discovery.resources

    def kinds(self, wanted: Iterable[str] = (), slash: bool = False) -> Iterator[Suggestion]:
        """Kinds that can be listed; with a slash `kinds/`, as the beginning of a name. A plural that an earlier group
        has taken stands with its own group."""
        chosen = set(wanted)
        taken: set[str] = set()
        for resource in self.resources():
            if 'get' in resource.verbs and (not chosen or resource.plural in chosen):
                value = resource.group_resource if resource.plural in taken else resource.plural
                taken.add(resource.plural)
                if not chosen or value in chosen:
                    yield Suggestion(value + '/' * slash, f'kind {resource.kind}', resource.kind)

    def of(self, kind: str, prefix: str = '') -> Iterator[Suggestion]:
        """Names of objects of a kind."""
        resource = self._factory.mapper.find(kind.partition(',')[0])
        key = f'kind {resource.kind}'
        yield from (Suggestion(prefix + name, key, resource.kind) for name in self._listed(resource))

    def _listed(self, resource: Resource) -> Iterator[str]:
        """Names as the server's table has them: that costs less than whole objects."""
        client = self._factory.client
        path = client.path(resource, self._factory.namespace() if resource.namespaced else '')
        table = client.request('GET', path, accept=TABLE, includeObject='None').body
        place = next((number for number, column in enumerate(table.get('columnDefinitions') or ())
                      if column.get('format') == 'name'), 0)
        return (row['cells'][place] for row in table.get('rows') or ())

    def objects(self, current: str, given: list[str], kinds: Iterable[str] = ()) -> Iterator[Suggestion]:
        """Kinds first, then names of the kind; or kind/name in one word, or several kinds with commas."""
        if '/' in current:
            kind = current.partition('/')[0]
            yield from self.of(kind, f'{kind}/')
        elif not given and ',' in current:
            before = current.rpartition(',')[0]
            yield from (Suggestion(f'{before},{found.value}', found.key, found.english) for found in self.kinds(kinds))
        elif not given:
            yield from self.kinds(kinds)
        elif '/' not in given[0]:
            yield from (found for found in self.of(given[0]) if found.value not in given[1:])
        else:
            kind = given[0].partition('/')[0]
            yield from (found for found in self.of(kind, f'{kind}/') if found.value not in given)

    def pods_or_owners(self, current: str, kinds: Iterable[str] = WITH_PODS) -> Iterator[Suggestion]:
        """Pods by name, and kind/name of what has pods (completion: PodResourceNameCompletionFunc)."""
        if '/' in current:
            kind = current.partition('/')[0]
            yield from self.of(kind, f'{kind}/')
        else:
            yield from self.of('pods')
            yield from self.kinds(kinds, slash=True)

    def containers(self, pod: str) -> Iterator[Suggestion]:
        """The containers of a pod, or of the template of what has pods."""
        kind, _, name = pod.rpartition('/')
        found = self._factory.client.get(self._factory.mapper.find(kind or 'pods'), name, self._factory.namespace())
        spec = found['spec'].get('template', found).get('spec', {})
        for field in ('containers', 'initContainers', 'ephemeralContainers'):
            for container in spec.get(field) or ():
                yield Suggestion(container['name'], 'container', container.get('image', ''))

    def ports(self, target: str) -> Iterator[Suggestion]:
        """The ports of a pod, or of a Service."""
        kind, _, name = target.rpartition('/')
        found = self._factory.client.get(self._factory.mapper.find(kind or 'pods'), name, self._factory.namespace())
        spec = found['spec'].get('template', found).get('spec', {})
        ports = [port.get('port') for port in spec.get('ports') or ()] or [
            port['containerPort'] for container in spec.get('containers') or () for port in container.get('ports')
            or ()]
        yield from (Suggestion(str(port)) for port in ports)

    def labels(self, kind: str) -> Iterator[Suggestion]:
        """key=value as the objects of a kind have them."""
        resource = self._factory.mapper.find(kind.partition(',')[0])
        namespace = self._factory.namespace() if resource.namespaced else ''
        found = {f'{key}={value}' for obj in self._factory.client.items(resource, namespace)
                 for key, value in (obj['metadata'].get('labels') or {}).items()}
        yield from map(Suggestion, sorted(found))

    def fields(self, path: str) -> Iterator[Suggestion]:
        """Fields below a path of explain: pod.spec.c…"""
        before = path.rpartition('.')[0]
        kind, *names = before.split('.')
        start = schema.for_resource(self._factory.mapper.find(kind))
        field = schema.field_at(start, *names) if start is not None and names else None
        struct = start if not names else field.element if field is not None else None
        for name, each in (struct.fields if struct is not None else {}).items():
            yield Suggestion(f'{before}.{name}', 'field', each.name)
