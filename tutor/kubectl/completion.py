"""What may follow on a kubectl command line: commands, flags and their values, kinds, names from the cluster, files.

It yields values with a message key and English text; `session` says them in the learner's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.resources import Resource
from tutor.kubectl.cmd.root import root
from tutor.kubectl.command import Found, find
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.flags import Flag, FlagError, FlagSet
from tutor.shell.process import IO, Context
from tutor.shell.streams import BytesReader, Capture

NAMED = frozenset({'get', 'describe', 'delete', 'edit', 'label', 'annotate', 'scale', 'patch', 'explain', 'wait',
                   'expose', 'autoscale', 'events'})
"""Commands whose first argument is a kind and whose others are names."""
PODS = frozenset({'logs', 'exec', 'attach', 'port-forward', 'debug'})
NODES = frozenset({'cordon', 'uncordon', 'drain', 'taint'})
ROLLOUT = ('deployments', 'daemonsets', 'statefulsets')
OUTPUTS = ('json', 'yaml', 'name', 'wide', 'jsonpath=', 'custom-columns=', 'go-template=', 'kyaml')
VALUES = {
    'output': OUTPUTS, 'dry-run': ('none', 'client', 'server'), 'cascade': ('background', 'orphan', 'foreground'),
    'restart': ('Always', 'OnFailure', 'Never'), 'validate': ('strict', 'warn', 'ignore'),
    'image-pull-policy': ('Always', 'IfNotPresent', 'Never'), 'type': ('strategic', 'merge', 'json'),
    'for': ('condition=', 'delete', 'create', 'jsonpath='),
}
FILES = frozenset({'filename', 'kustomize', 'from-file', 'from-env-file', 'patch-file', 'kubeconfig'})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value, and what it is: a message key ('command get') with its English text. `file` asks for files instead."""

    value: str
    key: str = ''
    english: str = ''
    file: bool = False


class Completer:
    """Completes one command line: `words` are those before the cursor, without 'kubectl'."""

    def __init__(self, words: list[str], ctx: Context) -> None:
        self._words = [word for word in words if word != '']
        self._found, self._rest = find(root(), self._words)
        self._flags: FlagSet = self._found.flag_set()
        self._factory = Factory(ctx, IO(BytesReader(), Capture(), Capture()), self._flags)

    def complete(self, current: str) -> list[Suggestion]:
        """Values that begin with the word at the cursor; none when the cluster does not answer."""
        try:
            return [found for found in self._suggestions(current) if found.file or found.value.startswith(current)]
        except (StatusError, KubectlError, OSError):
            return []

    def _suggestions(self, current: str) -> Iterator[Suggestion]:
        flag = self._flag_before()
        if flag is not None:
            yield from self._values(flag)
            return
        if current.startswith('--') and '=' in current:
            name = current[2:].partition('=')[0]
            known = self._flags.find(name)
            if known is not None:
                yield from (Suggestion(f'--{name}={found.value}', found.key, found.english, found.file)
                            for found in self._values(known))
            return
        if current.startswith('-'):
            yield from self._flag_names()
            return
        if self._found.command.groups:
            yield from self._commands(self._found)
            return
        yield from self._arguments(current)

    def _flag_before(self) -> Flag | None:
        """The flag that the word at the cursor is the value of."""
        last = self._words[-1] if self._words else ''
        if not last.startswith('-') or '=' in last or last == '--':
            return None
        flag = self._flags.find(last[2:]) if last.startswith('--') else self._flags.short(last[-1])
        return flag if flag is not None and flag.without_argument is None else None

    def _flag_names(self) -> Iterator[Suggestion]:
        for flag in self._flags.known.values():
            if not flag.hidden and not flag.deprecated:
                text = f'--{flag.name}' + ('=' if flag.without_argument is None else '')
                yield Suggestion(text, f'flag {flag.name}', flag.help.partition('. ')[0])

    @staticmethod
    def _commands(found: Found) -> Iterator[Suggestion]:
        prefix = found.path.removeprefix('kubectl').strip()
        for line in found.command.lines:
            if not line.hidden:
                yield Suggestion(line.name, f'command {prefix} {line.name}'.replace('  ', ' '), line.short)

    # -- values of flags ----------------------------------------------------------------------------------------

    def _values(self, flag: Flag) -> Iterator[Suggestion]:
        if flag.name in VALUES:
            yield from map(Suggestion, VALUES[flag.name])
        elif flag.name in FILES:
            yield Suggestion('', file=True)
        elif flag.name == 'namespace':
            yield from self._names('namespaces')
        elif flag.name == 'context':
            yield from map(Suggestion, sorted(self._factory.config.config.contexts))
        elif flag.name == 'container':
            yield from self._containers()
        elif flag.name in ('serviceaccount', 'role', 'clusterrole'):
            yield from self._names(f'{flag.name}s')

    # -- arguments ----------------------------------------------------------------------------------------------

    def _arguments(self, current: str) -> Iterator[Suggestion]:
        verb = self._found.path.split()[1:2]
        name = verb[0] if verb else ''
        given = self._given()
        if '--' in self._words:
            return
        if name == 'rollout':
            yield from self._objects(current, given, ROLLOUT)
        elif name in PODS:
            if not given:
                yield from self._names('pods')
        elif name in NODES:
            if name != 'taint' or not given:
                yield from self._names('nodes')
        elif name in NAMED or name == 'set':
            yield from self._objects(current, given)
        elif name == 'api-resources' or name == 'config':
            yield from map(Suggestion, sorted(self._factory.config.config.contexts) if name == 'config' else ())

    def _given(self) -> list[str]:
        """The arguments before the cursor that are no flags."""
        try:
            self._flags.parse(self._rest)
        except FlagError:
            return [word for word in self._rest if not word.startswith('-')]
        return list(self._flags.args)

    def _objects(self, current: str, given: list[str], kinds: Iterable[str] = ()) -> Iterator[Suggestion]:
        """Kinds first, then names of the kind; or kind/name in one word."""
        if '/' in current:
            kind = current.partition('/')[0]
            yield from (Suggestion(f'{kind}/{found.value}', found.key, found.english) for found in self._names(kind))
        elif not given:
            wanted = set(kinds)
            for resource in self._resources():
                if 'get' in resource.verbs and (not wanted or resource.plural in wanted):
                    value = f'{resource.singular}/' if wanted else resource.plural
                    yield Suggestion(value, f'kind {resource.kind}', resource.kind)
        elif '/' not in given[0]:
            yield from (found for found in self._names(given[0]) if found.value not in given[1:])

    def _resources(self) -> list[Resource]:
        return self._factory.mapper.discovery.resources

    def _names(self, kind: str) -> Iterator[Suggestion]:
        resource = self._factory.mapper.find(kind.partition(',')[0])
        namespace = self._factory.namespace() if resource.namespaced else ''
        for obj in self._factory.client.items(resource, namespace):
            yield Suggestion(obj['metadata']['name'], f'kind {resource.kind}', resource.kind)

    def _containers(self) -> Iterator[Suggestion]:
        given = self._given()
        if not given:
            return
        pod = self._factory.client.get('pods', given[0].rpartition('/')[2], self._factory.namespace())
        for field in ('containers', 'initContainers', 'ephemeralContainers'):
            for container in pod['spec'].get(field) or ():
                yield Suggestion(container['name'], 'container', container.get('image', ''))


def complete(words: list[str], current: str, ctx: Context) -> list[Suggestion]:
    """All values for the word at the cursor of a command line; `words` begin after 'kubectl'."""
    return Completer(words, ctx).complete(current)
