"""The containers of a pod or of a pod template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tutor.apimachinery.field import go_quote
from tutor.kubectl.describe.resources import container_resource_value, describe_requirements
from tutor.kubectl.describe.writer import PrefixWriter, go_text, or_none, rfc1123

Container = Mapping[str, Any]
Resolver = Callable[[Mapping[str, Any]], str]
"""Gives the value of an environment variable that is a field of the pod."""


def describe_containers(label: str, containers: Sequence[Container] | None, statuses: Sequence[Container] | None,
                        resolve: Resolver | None, w: PrefixWriter, space: str = '') -> None:
    containers = containers or ()
    known = {status['name']: status for status in statuses or ()}
    w.write(0, f'{space}{label}:{"" if containers else " <none>"}\n')
    for container in containers:
        status = known.get(container['name'])
        _basic(container, status, w, space)
        _command(container, w)
        if status is not None:
            _status(status, w)
        describe_requirements(container.get('resources'), w, 2)
        for name in ('liveness', 'readiness', 'startup'):
            if container.get(f'{name}Probe'):
                w.field(name.capitalize(), probe_text(container[f'{name}Probe']), 2)
        if container.get('envFrom'):
            _environment_from(container['envFrom'], w)
        _environment(container, resolve, w)
        _mounts(container, w)


def _basic(container: Container, status: Container | None, w: PrefixWriter, space: str) -> None:
    w.write(1, f'{" " if space else ""}{container["name"]}:\n')
    if status is not None:
        w.field('Container ID', status.get('containerID', ''), 2)
    w.field('Image', container.get('image', ''), 2)
    if status is not None:
        w.field('Image ID', status.get('imageID', ''), 2)
    ports = container.get('ports') or ()
    _ports('Port', 'containerPort', ports, w)
    _ports('Host Port', 'hostPort', ports, w)
    describe_seccomp(container.get('securityContext'), w, 2, 3)


def describe_seccomp(context: Container | None, w: PrefixWriter, level: int, profile_level: int) -> None:
    seccomp = (context or {}).get('seccompProfile')
    if seccomp:
        w.field('SeccompProfile', seccomp.get('type', ''), level)
        if seccomp.get('type') == 'Localhost':
            w.field('LocalhostProfile', seccomp.get('localhostProfile', ''), profile_level)


def _ports(title: str, field: str, ports: Sequence[Container], w: PrefixWriter) -> None:
    texts = []
    for port in ports:
        text = f'{port.get(field, 0)}/{port.get("protocol", "")}'
        texts.append(f'{text} ({port["name"]})' if port.get('name') else text)
    w.field(f'{title}s' if len(texts) > 1 else title, or_none(', '.join(texts)), 2)


def _command(container: Container, w: PrefixWriter) -> None:
    for title, field in (('Command', 'command'), ('Args', 'args')):
        if container.get(field):
            w.write(2, f'{title}:\n')
            for word in container[field]:
                for part in word.split('\n'):
                    w.write(3, f'{part}\n')


def _status(status: Container, w: PrefixWriter) -> None:
    _state('State', status.get('state') or {}, w)
    last = status.get('lastState') or {}
    if last.get('terminated'):
        _state('Last State', last, w)
    w.field('Ready', str(bool(status.get('ready'))), 2)
    w.field('Restart Count', status.get('restartCount', 0), 2)


def _state(title: str, state: Container, w: PrefixWriter) -> None:
    """describeStatus."""
    running, waiting, ended = state.get('running'), state.get('waiting'), state.get('terminated')
    if running is not None:
        w.field(title, 'Running', 2)
        w.field('Started', rfc1123(running.get('startedAt')), 3)
    elif waiting is not None or ended is None:
        w.field(title, 'Waiting', 2)
        if waiting and waiting.get('reason'):
            w.field('Reason', waiting['reason'], 3)
    else:
        w.field(title, 'Terminated', 2)
        for name, field in (('Reason', 'reason'), ('Message', 'message')):
            if ended.get(field):
                w.field(name, ended[field], 3)
        w.field('Exit Code', ended.get('exitCode', 0), 3)
        if ended.get('signal', 0) > 0:
            w.field('Signal', ended['signal'], 3)
        w.field('Started', rfc1123(ended.get('startedAt')), 3)
        w.field('Finished', rfc1123(ended.get('finishedAt')), 3)


def probe_text(probe: Container) -> str:
    """DescribeProbe."""
    attributes = (f'delay={probe.get("initialDelaySeconds", 0)}s timeout={probe.get("timeoutSeconds", 0)}s '
                  f'period={probe.get("periodSeconds", 0)}s #success={probe.get("successThreshold", 0)} '
                  f'#failure={probe.get("failureThreshold", 0)}')
    if 'exec' in probe:
        return f'exec {go_text(probe["exec"].get("command") or [])} {attributes}'
    if 'httpGet' in probe:
        return f'http-get {_url(probe["httpGet"])} {attributes}'
    if 'tcpSocket' in probe:
        return f'tcp-socket {probe["tcpSocket"].get("host", "")}:{probe["tcpSocket"].get("port", "")} {attributes}'
    if 'grpc' in probe:
        return f'grpc <pod>:{probe["grpc"].get("port", 0)} {probe["grpc"].get("service", "")} {attributes}'
    return f'unknown {attributes}'


def _url(get: Container) -> str:
    host = get.get('host', '')
    host = f'[{host}]' if ':' in host else host
    path = quote(get.get('path', ''), safe="/$&+,:;=@!'()*~")
    if path and not path.startswith('/'):
        path = '/' + path
    return f'{(get.get("scheme") or "").lower()}://{host}:{get.get("port", "")}{path}'


def _environment_from(sources: Sequence[Container], w: PrefixWriter) -> None:
    w.write(2, 'Environment Variables from:\n')
    for source in sources:
        kind, reference = '', {}
        if 'configMapRef' in source:
            kind, reference = 'ConfigMap', source['configMapRef']
        elif 'secretRef' in source:
            kind, reference = 'Secret', source['secretRef']
        if source.get('prefix'):
            kind += f" with prefix '{source['prefix']}'"
        w.write(3, f'{reference.get("name", "")}\t{kind}\tOptional: {go_text(bool(reference.get("optional")))}\n')


def _environment(container: Container, resolve: Resolver | None, w: PrefixWriter) -> None:
    variables = container.get('env') or ()
    w.write(2, 'Environment:\n' if variables else 'Environment:\t<none>\n')
    for variable in variables:
        name, source = variable['name'], variable.get('valueFrom')
        if source is None:
            first, *more = str(variable.get('value', '')).split('\n')
            w.write(3, f'{name}:\t{first}\n')
            for part in more:
                w.write(3, f'\t{part}\n')
        elif 'fieldRef' in source:
            reference = source['fieldRef']
            value = resolve(reference) if resolve else ''
            w.write(3, f'{name}:\t{value} ({reference.get("apiVersion", "")}:{reference.get("fieldPath", "")})\n')
        elif 'resourceFieldRef' in source:
            w.write(3, f'{name}:\t{_resource_value(source["resourceFieldRef"], container)}\n')
        elif 'secretKeyRef' in source:
            _key(name, 'in secret', source['secretKeyRef'], w)
        elif 'configMapKeyRef' in source:
            _key(name, 'of config map', source['configMapKeyRef'], w)


def _resource_value(reference: Container, container: Container) -> str:
    resource = reference.get('resource', '')
    value = container_resource_value(reference, container)
    if value == '0' and resource in ('limits.cpu', 'limits.memory'):
        value = 'node allocatable'
    return f'{value} ({resource})'


def _key(name: str, place: str, reference: Container, w: PrefixWriter) -> None:
    optional = go_text(bool(reference.get('optional')))
    w.write(3, f"{name}:\t<set to the key '{reference.get('key', '')}' {place} '{reference.get('name', '')}'>"
               f'\tOptional: {optional}\n')


def _mounts(container: Container, w: PrefixWriter) -> None:
    mounts = container.get('volumeMounts') or ()
    none = '' if mounts else '\t<none>'
    w.write(2, f'Mounts:{none}\n')
    for mount in sorted(mounts, key=lambda item: item.get('mountPath', '')):
        flags = 'ro' if mount.get('readOnly') else 'rw'
        if mount.get('subPath'):
            flags += f',path={go_quote(mount["subPath"])}'
        w.write(3, f'{mount.get("mountPath", "")} from {mount["name"]} ({flags})\n')
    devices = container.get('volumeDevices') or ()
    if devices:
        w.write(2, f'Devices:{none}\n')
        for device in sorted(devices, key=lambda item: item.get('devicePath', '')):
            w.write(3, f'{device.get("devicePath", "")} from {device["name"]}\n')
