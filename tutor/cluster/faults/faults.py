"""The faults that are in force in one cluster (`tutor.client.control.Faults`)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault, Caused
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.catalog import KINDS
from tutor.cluster.faults.kind import Kind, Mend


class ClusterFaults:
    """Causes faults and mends them. Each is known by a number and by its words."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._active: dict[int, tuple[Caused, Mend]] = {}
        self._next = 1

    def kinds(self) -> Sequence[Kind]:
        return KINDS

    def machines(self) -> Sequence[str]:
        return list(self._cluster.nodes.machines)

    def active(self) -> Sequence[Caused]:
        return [caused for caused, _ in self._active.values()]

    def cause(self, words: Sequence[str]) -> Caused:
        """Raises BadFault."""
        kind = next((kind for kind in KINDS if words and kind.name == words[0]), None)
        if kind is None:
            word = words[0] if words else ''
            raise BadFault(f'there is no fault "{word}": `chaos list` shows all',
                           f'没有“{word}”这种故障：用 `chaos list` 查看')
        text = ' '.join(words)
        if any(caused.text == text for caused in self.active()):
            raise BadFault(f'"{text}" is in force already', f'“{text}”已经生效')
        mend = kind.cause(self._cluster, words[1:])
        caused = Caused(self._next, text, self._cluster.simulation.now)
        self._next += 1
        self._active[caused.number] = (caused, mend)
        self._trace(f'causes {text}')
        return caused

    def mend(self, number: int | None = None) -> Caused:
        """Take one fault back, the latest by default. Raises BadFault."""
        if not self._active:
            raise BadFault('no fault is in force', '没有正在生效的故障')
        chosen = next(reversed(self._active)) if number is None else number
        if chosen not in self._active:
            known = ', '.join(str(each) for each in self._active)
            raise BadFault(f'there is no fault number {chosen} (there are: {known})',
                           f'没有编号为 {chosen} 的故障（现有：{known}）')
        caused, mend = self._active.pop(chosen)
        mend()
        self._trace(f'mends {caused.text}')
        return caused

    def mend_by(self, words: Sequence[str]) -> Sequence[Caused]:
        """Take back what a word such as `start node01` or `heal` undoes. Raises BadFault."""
        names = [kind.name for kind in KINDS if words and kind.mended_by == words[0]]
        wanted = list(words[1:])
        found = [caused.number for caused in self.active()
                 if (parts := caused.text.split())[0] in names and parts[1:len(wanted) + 1] == wanted]
        if names and not found:
            text = ' '.join([names[0], *wanted])
            if any(kind.restore(self._cluster, wanted) for kind in KINDS if kind.name in names):
                return [Caused(0, text, self._cluster.simulation.now)]
            raise BadFault(f'no fault "{text}" is in force', f'没有正在生效的故障“{text}”')
        return [self.mend(number) for number in found]

    def _trace(self, action: str) -> None:
        trace = self._cluster.simulation.trace
        trace.cause = trace.record('chaos', action, '')
