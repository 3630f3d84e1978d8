"""What crictl lists, and in which form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tutor.apimachinery.printing import to_json, to_yaml
from tutor.shell.cri import ContainerRuntime, Message
from tutor.shell.process import IO, Context
from tutor.shell.programs.options import Options

SHORT = 13
MINIMUM, PADDING = 20, 3
WRITTEN = 32768
SNAPSHOTS = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs'
LABEL = 'io.kubernetes.pod.'
TEMPLATE_FUNCTIONS: dict[str, Callable[..., Any]] = {
    'json': lambda value: json.dumps(value, separators=(',', ':'), ensure_ascii=False),
    'lower': str.lower, 'upper': str.upper, 'title': str.title}
"""What go-templates of containers may call besides Go's own."""
UNITS = ('B', 'kB', 'MB', 'GB', 'TB')


def table(rows: Sequence[Sequence[str]], io: IO) -> None:
    """Go's tabwriter with at least twenty columns for each cell."""
    widths = [max(MINIMUM, max(len(row[place]) for row in rows) + PADDING) for place in range(len(rows[0]) - 1)]
    for row in rows:
        io.stdout.write(''.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + row[-1] + '\n')


def document(message: Message | list[Message], options: Options, io: IO) -> None:
    """A message as JSON (or YAML, or by a Go template), its keys in order."""
    form = options.get('o', 'json')
    if form == 'yaml':
        io.stdout.write(to_yaml(message))
    elif form == 'go-template':
        from tutor.apimachinery.gotemplate import parse
        io.stdout.write(parse(options.get('template'), functions=TEMPLATE_FUNCTIONS).render(message) + '\n')
    else:
        io.stdout.write(to_json(message, 2) + '\n')


def containers(runtime: ContainerRuntime, options: Options, io: IO, ctx: Context) -> None:
    """crictl ps."""
    found = [entry for entry in runtime.containers() if _wanted_container(entry, options)]
    if 'l' in options:
        found = found[:1]
    elif 'last' in options:
        found = found[:int(options.get('last'))]
    if 'q' in options:
        io.stdout.write(''.join(entry['id'] + '\n' for entry in found))
        return
    if options.get('o', 'table') != 'table':
        document({'containers': found}, options, io)
        return
    rows = [('CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE')]
    for entry in found:
        labels = entry['labels']
        image = entry['imageId'].removeprefix('sha256:')
        rows.append((_short(entry['id'], options), _short(image, options), _age(int(entry['createdAt']) / 1e9, ctx),
                     entry['state'].removeprefix('CONTAINER_').capitalize(), entry['metadata']['name'],
                     str(entry['metadata']['attempt']), _short(entry['podSandboxId'], options),
                     labels.get(f'{LABEL}name', ''), labels.get(f'{LABEL}namespace', '')))
    table(rows, io)


def _wanted_container(entry: Message, options: Options) -> bool:
    state = entry['state'].removeprefix('CONTAINER_').lower()
    labels = entry['labels']
    if 'state' in options and state != options.get('state').lower():
        return False
    if not any(key in options for key in ('a', 'state', 'l', 'last', 'id')) and state != 'running':
        return False
    return (re.search(options.get('name'), entry['metadata']['name']) is not None
            and entry['podSandboxId'].startswith(options.get('p')) and entry['id'].startswith(options.get('id'))
            and (not options.get('image') or options.get('image') in (entry['image']['userSpecifiedImage'],
                                                                      entry['imageId']))
            and options.get('namespace') in ('', labels.get(f'{LABEL}namespace')) and _labelled(labels, options)
            and re.search(options.get('pod-name', ''), labels.get(f'{LABEL}name', '')) is not None)


def _labelled(labels: dict[str, str], options: Options) -> bool:
    return all(labels.get(name) == value for name, _, value in (
        text.partition('=') for text in options.all('label')))


def pods(runtime: ContainerRuntime, options: Options, io: IO, ctx: Context) -> None:
    """crictl pods."""
    state = options.get('s', options.get('state')).lower()
    found = [entry for entry in runtime.pods() if (
        (not state or entry['state'] == f'SANDBOX_{state.upper()}') and entry['id'].startswith(options.get('id'))
        and re.search(options.get('name'), entry['metadata']['name'])
        and options.get('namespace') in ('', entry['metadata']['namespace']) and _labelled(entry['labels'], options))]
    if 'l' in options:
        found = found[:1]
    if 'q' in options:
        io.stdout.write(''.join(entry['id'] + '\n' for entry in found))
        return
    if options.get('o', 'table') != 'table':
        document({'items': found}, options, io)
        return
    rows = [('POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME')]
    for entry in found:
        meta = entry['metadata']
        created = datetime.fromisoformat(entry['createdAt'][:26] + '+00:00').timestamp()
        rows.append((_short(entry['id'], options), _age(created, ctx),
                     'Ready' if entry['state'] == 'SANDBOX_READY' else 'NotReady', meta['name'], meta['namespace'],
                     str(meta['attempt']), '(default)'))
    table(rows, io)


def images(runtime: ContainerRuntime, options: Options, io: IO) -> None:
    """crictl images."""
    wanted = options.args[0] if options.args else ''
    found = [entry for entry in runtime.images() if not wanted or wanted in (
        entry['repoTags'][0], entry['repoTags'][0].rpartition(':')[0], entry['id'])
        or entry['repoTags'][0].rpartition(':')[0].endswith('/' + wanted)]
    found.sort(key=lambda entry: entry['repoTags'][0])
    if 'q' in options:
        io.stdout.write(''.join(entry['id'] + '\n' for entry in found))
        return
    if options.get('o', 'table') != 'table':
        document({'images': found}, options, io)
        return
    digests = 'digests' in options
    rows = [('IMAGE', 'TAG', *(('DIGEST',) if digests else ()), 'IMAGE ID', 'SIZE')]
    for entry in found:
        name, _, tag = entry['repoTags'][0].rpartition(':')
        digest = entry['repoDigests'][0].rpartition('@sha256:')[2]
        rows.append((name, tag, *((_short(digest, options),) if digests else ()),
                     _short(entry['id'].removeprefix('sha256:'), options), human_size(int(entry['size']))))
    table(rows, io)


def stats(runtime: ContainerRuntime, options: Options, io: IO, ctx: Context) -> None:
    """crictl stats."""
    wanted, pod = options.get('id') or (options.args or [''])[0], options.get('p')
    entries = [entry for entry in runtime.stats() if entry['attributes']['id'].startswith(wanted)
               and (not pod or entry['sandbox'].startswith(pod))]
    if options.get('o') in ('json', 'yaml'):
        moment = str(int(ctx.simulation.wall().timestamp() * 1e9))
        document({'stats': [_stats_message(entry, moment) for entry in entries]}, options, io)
        return
    rows = [('CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES', 'SWAP')]
    for entry in entries:
        attributes = entry['attributes']
        rows.append((_short(attributes['id'], options), attributes['metadata']['name'], f'{entry["cpu"]:.2f}',
                     human_size(entry['memory'], 4), human_size(WRITTEN, 4), '9', '0B'))
    table(rows, io)


def _stats_message(entry: Message, moment: str) -> Message:
    """A ContainerStats of the CRI."""
    def number(value: float) -> Message:
        return {'value': str(int(value))}
    return {'attributes': entry['attributes'],
            'cpu': {'timestamp': moment, 'usageCoreNanoSeconds': number(entry['seconds'] * 1e9),
                    'usageNanoCores': number(entry['cpu'] * 1e7)},
            'memory': {'timestamp': moment, 'workingSetBytes': number(entry['memory']),
                       'usageBytes': number(entry['memory']), 'rssBytes': number(entry['memory'])},
            'writableLayer': {'timestamp': moment, 'fsId': {'mountpoint': SNAPSHOTS}, 'usedBytes': number(WRITTEN),
                              'inodesUsed': number(9)}}


def pod_stats(runtime: ContainerRuntime, options: Options, io: IO) -> None:
    """crictl statsp: the sums of each pod's containers."""
    entries, wanted = runtime.stats(), options.get('id') or (options.args or [''])[0]
    rows = [('POD', 'POD ID', 'CPU %', 'MEM')]
    for pod in runtime.pods():
        own = [entry for entry in entries if entry['sandbox'] == pod['id']]
        if pod['state'] == 'SANDBOX_READY' and pod['id'].startswith(wanted):
            rows.append((pod['metadata']['name'], _short(pod['id'], options), f'{sum(e["cpu"] for e in own):.2f}',
                         human_size(sum(e['memory'] for e in own), 4)))
    table(rows, io)


def _short(identity: str, options: Options) -> str:
    return identity if 'no-trunc' in options else identity[:SHORT]


def _age(created: float, ctx: Context) -> str:
    return human_duration(ctx.simulation.wall().timestamp() - created) + ' ago'


def human_duration(seconds: float) -> str:
    """go-units' HumanDuration."""
    whole = int(seconds)
    if whole < 1:
        return 'Less than a second'
    if whole == 1:
        return '1 second'
    if whole < 60:
        return f'{whole} seconds'
    minutes = whole // 60
    if minutes == 1:
        return 'About a minute'
    if minutes < 60:
        return f'{minutes} minutes'
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return 'About an hour'
    if hours < 48:
        return f'{hours} hours'
    days = hours // 24
    for limit, size, name in ((14, 1, 'days'), (60, 7, 'weeks'), (730, 30, 'months')):
        if days < limit:
            return f'{days // size} {name}'
    return f'{days // 365} years'


def human_size(size: float, precision: int = 3) -> str:
    """go-units' HumanSizeWithPrecision: so many significant digits."""
    unit = 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f'{size:.{precision}g}{UNITS[unit]}'
