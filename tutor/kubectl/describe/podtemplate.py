"""The pod template of a workload, and the parts that a pod's own description shares with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tutor.apimachinery.selectors import format_label_selector
from tutor.kubectl.describe.containers import describe_containers
from tutor.kubectl.describe.volumes import describe_volumes
from tutor.kubectl.describe.writer import PrefixWriter
from tutor.kubectl.printers.sorting import go_sort


def describe_pod_template(template: Mapping[str, Any] | None, w: PrefixWriter) -> None:
    """DescribePodTemplate."""
    w.write(0, 'Pod Template:\n')
    if template is None:
        w.write(1, '<unset>')
        return
    meta, spec = template.get('metadata') or {}, template.get('spec') or {}
    w.labels('  Labels', meta.get('labels'))
    if meta.get('annotations'):
        w.annotations('  Annotations', meta['annotations'])
    if spec.get('serviceAccountName'):
        w.field('Service Account', spec['serviceAccountName'], 1)
    if spec.get('initContainers'):
        describe_containers('Init Containers', spec['initContainers'], None, None, w, '  ')
    describe_containers('Containers', spec.get('containers'), None, None, w, '  ')
    describe_volumes(spec.get('volumes'), w, '  ')
    describe_spread(spec.get('topologySpreadConstraints'), w, '  ')
    if spec.get('priorityClassName'):
        w.field('Priority Class Name', spec['priorityClassName'], 1)
    w.labels('  Node-Selectors', spec.get('nodeSelector'))
    describe_tolerations('  Tolerations', spec.get('tolerations'), w)
    describe_scheduling_group(spec.get('schedulingGroup'), w, '  ')


def describe_scheduling_group(group: Mapping[str, Any] | None, w: PrefixWriter, space: str = '') -> None:
    if group:
        w.write(0, f'{space}SchedulingGroup:\n')
        w.field('PodGroupName', group.get('podGroupName', ''), 1)


def describe_spread(constraints: Sequence[Mapping[str, Any]] | None, w: PrefixWriter, space: str = '') -> None:
    """describeTopologySpreadConstraints."""
    lines = []
    for entry in go_sort(constraints or (), lambda a, b: a.get('topologyKey', '') < b.get('topologyKey', '')):
        text = (f'{entry.get("topologyKey", "")}:{entry.get("whenUnsatisfiable", "")} '
                f'when max skew {entry.get("maxSkew", 0)} is exceeded')
        if entry.get('labelSelector') is not None:
            text += f' for selector {format_label_selector(entry["labelSelector"])}'
        lines.append(text)
    if lines:
        w.multiline('Topology Spread Constraints', lines, space)


def describe_tolerations(title: str, tolerations: Sequence[Mapping[str, Any]] | None, w: PrefixWriter) -> None:
    """printTolerationsMultilineWithIndent."""
    ordered = go_sort(tolerations or (), lambda a, b: a.get('key', '') < b.get('key', ''))
    w.multiline(title, [_toleration(entry) for entry in ordered])


def _toleration(entry: Mapping[str, Any]) -> str:
    text = entry.get('key', '')
    if entry.get('value'):
        text += f'={entry["value"]}'
    if entry.get('effect'):
        text += f':{entry["effect"]}'
    if entry.get('operator') == 'Exists' and not entry.get('value'):
        text += ' op=Exists' if text else 'op=Exists'
    if entry.get('tolerationSeconds') is not None:
        text += f' for {entry["tolerationSeconds"]}s'
    return text
