"""The cluster as it is: each node, the control plane's components, each pod where it runs. Changes are marked."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from textual.timer import Timer

from tutor.i18n import Voice
from tutor.i18n.width import cells, cut
from tutor.i18n.wrap import Line
from tutor.tui.contract import ClusterView, NodeView, PodView
from tutor.tui.looks import EMPTY, StyledLine, StyledRun, line, run
from tutor.tui.signs import Signs
from tutor.tui.widgets.line_view import LineView

MARK_FOR = 1.0
"""Seconds that a changed value is marked where it stands."""

ROOMY = 12
"""More rows than this are not kept free for one node."""

SHORT = {'kube-apiserver': 'api', 'etcd': 'etcd', 'kube-scheduler': 'sched', 'kube-controller-manager': 'kcm'}


class ClusterPanel(LineView):
    """Nodes in slots of equal height, so that nothing moves when pods come and go."""

    def __init__(self, voice: Voice, signs: Signs, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.voice = voice
        self.signs = signs
        self._view: ClusterView | None = None
        self._values: dict[str, str] = {}
        self._changed: dict[str, float] = {}
        self._timer: Timer | None = None

    def speak(self, voice: Voice, signs: Signs) -> None:
        self.voice, self.signs = voice, signs
        self._draw()

    def show(self, view: ClusterView | None) -> None:
        """Show another state; what differs from the one before is marked."""
        first = self._view is None
        self._view = view
        values = dict(_values(view)) if view else {}
        if not first:
            now = monotonic()
            self._changed |= {key: now for key, value in values.items() if self._values.get(key) != value}
        self._values = values
        self._draw()

    def forget(self) -> None:
        """Another cluster: everything is new, nothing has changed."""
        self._view, self._values, self._changed = None, {}, {}

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.size.width:
            nothing = line(run(self.voice.label('No cluster yet'), 'dim'))
            self.show_lines(self._lines_of(self._view) if self._view else [nothing])
            self._expire()

    def _expire(self) -> None:
        """Take the marks away again when their second is over."""
        now = monotonic()
        self._changed = {key: at for key, at in self._changed.items() if now - at < MARK_FOR}
        if self._changed and self._timer is None:
            self._timer = self.set_timer(MARK_FOR / 2, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._draw()

    # -- lines --------------------------------------------------------------------------------------------------

    def _lines_of(self, view: ClusterView) -> list[StyledLine]:
        if not view.nodes:
            return [line(run(self.voice.label('No nodes'), 'dim'))]
        blocks = [self._node(node) for node in view.nodes]
        height = self.scrollable_content_region.height
        lines: list[StyledLine] = []
        for block, slot in zip(blocks, _slots(blocks, height - len(view.unscheduled)), strict=True):
            lines.extend(block + [EMPTY] * (slot - len(block)))
        lines.extend(self._pod(pod) for pod in view.unscheduled)
        while lines and not lines[-1].runs:
            lines.pop()
        return lines

    def _node(self, node: NodeView) -> list[StyledLine]:
        sign, look = (self.signs.done, 'done') if node.ready else (self.signs.failing, 'failing')
        width = self.scrollable_content_region.width
        state = f'{sign} {node.status}'
        name = cut(node.name, width - cells(state) - 1, self.signs.ellipsis)
        gap = max(14 - cells(name), 1) if width >= 14 + cells(state) else 1
        lines = [line(run(name, 'strong'), run(' ' * gap), self._marked(f'node/{node.name}', state, look))]
        if node.components:
            words = ' '.join(SHORT.get(component, component) for component in node.components)
            lines.append(line(run(f'  {cut(words, width - 2, self.signs.ellipsis)}', 'dim')))
        return lines + [self._pod(pod) for pod in node.pods]

    def _pod(self, pod: PodView) -> StyledLine:
        sign, look = {'ready': (self.signs.ready, 'done'), 'underway': (self.signs.underway, 'underway'),
                      'failing': (self.signs.failing, 'failing'), 'done': (self.signs.done, 'dim')}[pod.sign]
        width = self.scrollable_content_region.width
        name = pod.name if pod.namespace == 'default' else f'{pod.namespace}/{pod.name}'
        reason = pod.reason if pod.sign != 'ready' else ''
        room = width - 3 - cells(sign) - (cells(reason) + 1 if reason else 0)
        if reason and room < min(12, cells(name)):
            room = min(max(width - 3 - cells(sign) - 9, 8), cells(name))
            reason = cut(reason, width - 4 - cells(sign) - room, self.signs.ellipsis)
        shown = _shortened(name, room, self.signs.ellipsis)
        key = f'pod/{pod.namespace}/{pod.name}'
        runs: list[StyledRun] = [run('  '), self._marked(key, sign, look), run(f' {shown}', 'text')]
        if reason:
            runs.append(run(f' {reason}', look))
        return Line(tuple(runs))

    def _marked(self, key: str, text: str, look: str) -> StyledRun:
        return run(text, 'changed' if key in self._changed else look)


def _values(view: ClusterView) -> list[tuple[str, str]]:
    """Everything that is marked when it changes, by a key of its own."""
    found = [(f'node/{node.name}', node.status) for node in view.nodes]
    pods = [*view.unscheduled, *(pod for node in view.nodes for pod in node.pods)]
    return found + [(f'pod/{pod.namespace}/{pod.name}', f'{pod.sign} {pod.reason}') for pod in pods]


def _slots(blocks: Sequence[Sequence[StyledLine]], height: int) -> list[int]:
    """How many rows each node has: all the same if everything fits so, else as many as it needs."""
    needed = [len(block) + 1 for block in blocks]
    if sum(needed) >= height:
        return needed
    workers = blocks[1:] if len(blocks) > 1 else blocks
    first = needed[0] if len(blocks) > 1 else 0
    even = min((height - first) // len(workers), ROOMY)
    slots = ([first] if first else []) + [even] * len(workers)
    return slots if all(slot >= need for slot, need in zip(slots, needed, strict=True)) else needed


def _shortened(name: str, width: int, ellipsis: str) -> str:
    """A pod's name without its middle: the end tells pods of one Deployment apart."""
    if cells(name) <= width:
        return name
    tail = name[-5:]
    return cut(name, max(width - 5 - cells(ellipsis), 1)) + ellipsis + tail
