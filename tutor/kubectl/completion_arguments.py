"""Arguments of each command: kinds, names, containers, ports (kubectl/pkg/util/completion)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tutor.kubectl.cmd.completion import SHELLS
from tutor.kubectl.completion_names import FILES, Names, Suggestion

ROLLOUT = ('deployments', 'daemonsets', 'statefulsets')
SCALED = ('deployments', 'replicasets', 'statefulsets', 'replicationcontrollers')
EXPOSED = ('pods', 'services', 'deployments', 'replicasets', 'replicationcontrollers')
TEMPLATED = ('deployments', 'daemonsets', 'statefulsets', 'replicasets', 'replicationcontrollers', 'cronjobs', 'pods')
VERBS = ('get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'impersonate', 'bind',
         'escalate')

Arguments = Callable[[str, list[str], Names], Iterator[Suggestion]]
"""Suggestions for the word at the cursor, after the arguments that stand before it."""


def arguments(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """Arguments of a command by its path without 'kubectl'; of a group, those of all its commands."""
    known = ARGUMENTS.get(command) or ARGUMENTS.get(command.partition(' ')[0])
    if known is not None:
        yield from known(current, given, names)


def _objects(kinds: tuple[str, ...] = ()) -> Arguments:
    def found(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
        yield from names.objects(current, given, kinds)
    return found


def _names(kind: str, several: bool = True) -> Arguments:
    def found(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
        if several or not given:
            yield from (each for each in names.of(kind) if each.value not in given)
    return found


def _words(*words: str) -> Arguments:
    def found(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
        yield from map(Suggestion, words if not given else ())
    return found


def _configured(section: str) -> Arguments:
    def found(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
        yield from map(Suggestion, sorted(getattr(names.config, section)) if not given else ())
    return found


def _logs(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """A pod or what has pods, then a container."""
    if not given:
        yield from names.pods_or_owners(current)
    elif len(given) == 1:
        yield from names.containers(given[0])


def _pod(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    if not given:
        yield from names.pods_or_owners(current)


def _debug(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    if not given:
        yield from names.pods_or_owners(current, ('nodes', *SCALED))


def _port_forward(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    yield from names.pods_or_owners(current) if not given else names.ports(given[0])


def _set_image(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """An object, then containers: `nginx=`."""
    if given and '/' in given[0]:
        yield from (Suggestion(f'{each.value}=', each.key, each.english) for each in names.containers(given[0]))
        return
    yield from names.objects(current, given, TEMPLATED)


def _taint(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """node NAME, or node/NAME."""
    if not given:
        yield from (Suggestion(value) for value in ('node', 'nodes'))
    elif len(given) == 1:
        yield from names.of('nodes')


def _explain(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    if not given:
        yield from names.fields(current) if '.' in current else names.kinds()


def _can_i(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    if not given:
        yield from map(Suggestion, VERBS)
    elif len(given) == 1:
        yield from names.objects(current, [])


def _copy(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """Files, and pods with a colon."""
    yield FILES
    yield from (Suggestion(f'{each.value}:', each.key, each.english) for each in names.of('pods'))


def _files(current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    yield FILES


ARGUMENTS: Mapping[str, Arguments] = {
    'get': _objects(), 'describe': _objects(), 'delete': _objects(), 'edit': _objects(), 'label': _objects(),
    'annotate': _objects(), 'patch': _objects(), 'wait': _objects(), 'explain': _explain, 'expose': _objects(EXPOSED),
    'scale': _objects(SCALED), 'autoscale': _objects(SCALED), 'rollout': _objects(ROLLOUT), 'set': _objects(TEMPLATED),
    'set image': _set_image, 'set selector': _objects(('services',)),
    'set subject': _objects(('rolebindings', 'clusterrolebindings')),
    'logs': _logs, 'exec': _pod, 'attach': _pod, 'debug': _debug, 'port-forward': _port_forward, 'cp': _copy,
    'cordon': _names('nodes', False), 'uncordon': _names('nodes', False), 'drain': _names('nodes', False),
    'taint': _taint, 'top node': _names('nodes', False), 'top pod': _names('pods', False),
    'certificate': _names('certificatesigningrequests'), 'create token': _names('serviceaccounts', False),
    'auth can-i': _can_i, 'completion': _words(*SHELLS), 'kustomize': _files, 'apply view-last-applied': _objects(),
    'apply edit-last-applied': _objects(), 'config use-context': _configured('contexts'),
    'config set-context': _configured('contexts'), 'config delete-context': _configured('contexts'),
    'config rename-context': _configured('contexts'), 'config get-contexts': _configured('contexts'),
    'config set-cluster': _configured('clusters'), 'config delete-cluster': _configured('clusters'),
    'config set-credentials': _configured('users'), 'config delete-user': _configured('users'),
    'config unset': _words('clusters.', 'contexts.', 'users.', 'current-context'),
    'config set': _words('clusters.', 'contexts.', 'users.', 'current-context'),
}
