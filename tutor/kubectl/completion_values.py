"""Values of flags: fixed words, files, and names from the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tutor.kubectl.completion_names import FILES, Names, Suggestion

OUTPUTS = ('json', 'yaml', 'name', 'wide', 'jsonpath=', 'jsonpath-as-json=', 'jsonpath-file=', 'custom-columns=',
           'custom-columns-file=', 'go-template=', 'go-template-file=', 'kyaml')
OUTPUTS_OF: Mapping[str, tuple[str, ...]] = {
    'version': ('json', 'yaml'), 'api-resources': ('wide', 'name', 'json', 'yaml'), 'kustomize': (),
    'cluster-info dump': ('json', 'yaml'), 'auth reconcile': OUTPUTS[:3]}
FIXED: Mapping[str, tuple[str, ...]] = {
    'dry-run': ('none', 'client', 'server'), 'cascade': ('background', 'orphan', 'foreground'),
    'restart': ('Always', 'OnFailure', 'Never'), 'validate': ('strict', 'warn', 'ignore'),
    'image-pull-policy': ('Always', 'IfNotPresent', 'Never'), 'type': ('strategic', 'merge', 'json'),
    'types': ('Normal', 'Warning'), 'subresource': ('status', 'scale', 'resize'), 'override-type': ('merge', 'json',
                                                                                                    'strategic'),
    'profile': ('general', 'baseline', 'restricted', 'netadmin', 'sysadmin', 'legacy'),
    'session-affinity': ('None', 'ClientIP'), 'protocol': ('TCP', 'UDP', 'SCTP'),
    'preemption-policy': ('PreemptLowerPriority', 'Never'), 'verb': ('get', 'list', 'watch', 'create', 'update',
                                                                     'patch', 'delete'),
    'verbs': ('get', 'list', 'watch', 'create', 'update', 'patch', 'delete'), 'categories': ('all', 'api-extensions'),
    'sort-by': ('.metadata.name', '.metadata.creationTimestamp', '.status.startTime', '.lastTimestamp'),
    'field-selector': ('metadata.name=', 'metadata.namespace=', 'status.phase=', 'spec.nodeName='),
    'for': ('condition=', 'delete', 'create', 'jsonpath='),
}
CONDITIONS = ('Ready', 'Available', 'Complete', 'Failed', 'Progressing', 'ContainersReady', 'PodScheduled',
              'Initialized',
              'Established', 'Approved')
TYPES_OF = {'expose': ('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'), 'create secret generic': ('Opaque',
            'kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth', 'kubernetes.io/tls',
            'kubernetes.io/dockerconfigjson')}
PATHS = frozenset({'filename', 'kustomize', 'from-env-file', 'patch-file', 'kubeconfig', 'kuberc', 'cert', 'key',
                   'custom',
                   'certificate-authority', 'client-certificate', 'client-key', 'output-directory', 'www', 'cache-dir'})
OBJECTS = {'namespace': 'namespaces', 'role': 'roles', 'clusterrole': 'clusterroles', 'class': 'ingressclasses'}


def values(command: str, flag: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """Values of a flag of a command; `given` are the arguments before."""
    special = SPECIAL.get(flag)
    if special is not None:
        yield from special(command, current, given, names)
    elif flag == 'type' and command in TYPES_OF:
        yield from map(Suggestion, TYPES_OF[command])
    elif flag in FIXED:
        yield from map(Suggestion, FIXED[flag])
    elif flag in PATHS:
        yield FILES
    elif flag in OBJECTS:
        yield from names.of(OBJECTS[flag])


def _output(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    yield from map(Suggestion, OUTPUTS_OF.get(command, OUTPUTS))


def _for(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """wait's conditions; of events and the like, an object."""
    if command == 'events':
        yield from names.objects(current, ['pods'] if '/' not in current and current else [])
        yield from names.kinds(slash=True)
    elif current.startswith('condition='):
        yield from (Suggestion(f'condition={each}') for each in CONDITIONS)
    else:
        yield from map(Suggestion, FIXED['for'])


def _from_file(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """key=path, or a path."""
    key, equals, _ = current.partition('=')
    yield Suggestion(f'{key}=' if equals else '', file=True)


def _from(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    yield from names.of('cronjobs', 'cronjob/')


def _service_account(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    """NAMESPACE:NAME for bindings, else a name."""
    if 'rolebinding' not in command:
        yield from names.of('serviceaccounts')
        return
    namespace = current.partition(':')[0]
    if ':' not in current:
        yield from (Suggestion(f'{found.value}:', found.key, found.english) for found in names.of('namespaces'))
    else:
        yield from names.of('serviceaccounts', f'{namespace}:')


def _selector(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    before = current.rpartition(',')[0]
    kind = given[0] if given else {'logs': 'pods', 'drain': 'nodes', 'top pod': 'pods',
                                   'top node': 'nodes'}.get(command, 'pods')
    yield from (Suggestion(f'{before},{found.value}' if before else found.value) for found in names.labels(kind))


def _container(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    if given:
        yield from names.containers(given[0])


def _configured(section: str) -> Value:
    def found(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
        yield from map(Suggestion, sorted(getattr(names.config, section)))
    return found


def _api_group(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    yield from map(Suggestion, sorted({each.group for each in names.resources() if each.group}))


def _resource(command: str, current: str, given: list[str], names: Names) -> Iterator[Suggestion]:
    before = current.rpartition(',')[0]
    yield from (Suggestion(f'{before},{found.value}' if before else found.value, found.key, found.english)
                for found in names.kinds())


Value = Callable[[str, str, list[str], Names], Iterator[Suggestion]]
SPECIAL: Mapping[str, Value] = {
    'output': _output, 'for': _for, 'from-file': _from_file, 'from': _from, 'serviceaccount': _service_account,
    'selector': _selector, 'container': _container, 'target': _container, 'context': _configured('contexts'),
    'cluster': _configured('clusters'), 'user': _configured('users'), 'api-group': _api_group, 'resource': _resource,
}
