"""Tab at the prompt: the shell completes commands, files and variables; what follows `kubectl` is completed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.kubectl.cmd.root import root
from tutor.kubectl.command import Found, find, first_argument
from tutor.kubectl.errors import KubectlError
from tutor.session.completion_words import COMMANDS, FLAGS, KINDS, OUTPUTS
from tutor.shell.completion import Completion, Request, Words, files
from tutor.shell.completion import complete as complete_shell

if TYPE_CHECKING:
    from tutor.session.workbench import Workbench

PODS = frozenset({'logs', 'attach', 'exec', 'port-forward', 'debug', 'cp'})
NODES = frozenset({'cordon', 'uncordon', 'drain'})
NO_OBJECTS = frozenset({'create', 'run', 'apply', 'replace', 'diff', 'config', 'version', 'cluster-info',
                        'api-resources',
                        'api-versions', 'completion', 'options', 'kustomize', 'proxy', 'events', 'plugin', 'auth',
                        'certificate', 'alpha', 'kuberc'})
FILES = frozenset({'-f', '--filename', '-k', '--kustomize', '--from-file', '--from-env-file', '--kubeconfig'})


def complete(bench: Workbench, text: str, cursor: int) -> Sequence[Completion]:
    """All ways to go on at the cursor."""
    kubectl = KubectlCompleter(bench)
    return complete_shell(text, cursor, bench.shell, {'kubectl': kubectl.complete})


class KubectlCompleter:
    """Sub-commands, flags and their values, kinds, and the names of objects that are there."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def complete(self, request: Request) -> Iterable[Completion]:
        words, current = request.words[1:], request.current
        if words and words[-1] in FILES and not current.startswith('-'):
            return files(current, request.shell)
        return [found for found in self._candidates(words, current) if found.text.startswith(current)]

    def _candidates(self, words: list[str], current: str) -> Iterable[Completion]:
        try:
            found, rest = find(root(), words)
        except KubectlError:
            return []
        if current.startswith('-'):
            return self._flags(found)
        if words and (values := self._flag_values(words[-1])) is not None:
            return values
        if found.command.groups:
            return [_described(line.name, COMMANDS.get(line.name, ''), line.short) for line in found.command.lines
                    if not line.hidden]
        return self._objects(found, rest, words)

    def _flags(self, found: Found) -> Iterable[Completion]:
        for flag in found.flag_set().known.values():
            if not flag.hidden:
                ending = '' if flag.without_argument is not None else '='
                yield _described(f'--{flag.name}{ending}', FLAGS.get(flag.name, ''), flag.help.partition('.')[0])

    def _flag_values(self, word: str) -> Iterable[Completion] | None:
        match word:
            case '-n' | '--namespace':
                return [Completion(name) for name in self._names('namespaces', None)]
            case '-o' | '--output':
                return [_described(name, zh, en) for name, (zh, en) in OUTPUTS.items()]
        return None

    def _objects(self, found: Found, rest: list[str], words: list[str]) -> Iterable[Completion]:
        """A kind first, then the names of its objects."""
        verb = found.path.split()[1]
        if verb in NO_OBJECTS:
            return []
        arguments = [word for word in rest if not word.startswith('-')]
        namespace = _namespace(words)
        if verb in PODS:
            return [Completion(name) for name in self._names('pods', namespace)] if not arguments else []
        if verb in NODES:
            return [Completion(name) for name in self._names('nodes', None)]
        if first_argument(rest, found.flag_set()) < 0:
            return [_kind(resource) for resource in _resources()]
        resource = next((each for each in _resources() if _is(each, arguments[0])), None)
        if resource is None or verb == 'explain':
            return []
        return [Completion(name) for name in self._names(resource.plural, namespace if resource.namespaced else None)
                if name not in arguments]

    def _names(self, plural: str, namespace: str | None) -> list[str]:
        try:
            found = self._bench.cluster.admin.items(plural, namespace or '')
        except (StatusError, OSError):
            return []
        return [obj['metadata']['name'] for obj in found]


def _resources() -> list[Resource]:
    """Each resource once, without those that can't be listed."""
    by_plural: dict[str, Resource] = {}
    for resource in RESOURCES:
        if 'list' in resource.verbs:
            by_plural.setdefault(resource.plural, resource)
    return list(by_plural.values())


def _is(resource: Resource, word: str) -> bool:
    return word.lower() in (resource.plural, resource.singular, *resource.short_names)


def _kind(resource: Resource) -> Completion:
    zh, en = KINDS.get(resource.kind, ('', resource.kind))
    short = f' ({", ".join(resource.short_names)})' if resource.short_names else ''
    return Completion(resource.plural, description=Words(f'{zh or resource.kind}{short}', f'{en}{short}'))


def _described(text: str, zh: str, en: str) -> Completion:
    return Completion(text, description=Words(zh or en, en))


def _namespace(words: list[str]) -> str:
    for place, word in enumerate(words):
        if word in ('-n', '--namespace') and place + 1 < len(words):
            return words[place + 1]
        if word.startswith('--namespace='):
            return word.partition('=')[2]
    return 'default'
