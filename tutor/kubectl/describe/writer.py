"""Where describers write: indented lines with tabs for columns, and the blocks that many kinds share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tutor.apimachinery.duration import parse_timestamp, translate_timestamp
from tutor.kubectl.printers.tabwriter import TabWriter

LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
MAX_ANNOTATION = 140
ZERO_TIME = 'Mon, 01 Jan 0001 00:00:00 +0000'


class PrefixWriter:
    """describe.PrefixWriter: text at indentation levels of two spaces. `aligned=False` leaves the tabs as they are,
    as `rollout history` does; `now` is what ages are counted from."""

    def __init__(self, now: float, aligned: bool = True) -> None:
        self.now = now
        self._columns = TabWriter() if aligned else None
        self._plain: list[str] = []

    def write(self, level: int, text: str) -> None:
        """PrefixWriter.Write. The indentation stands only before the text itself, not before later lines in it."""
        text = escape_terminal('  ' * level + text)
        if self._columns is None:
            self._plain.append(text)
        else:
            self._columns.write(text)

    def line(self, text: str = '') -> None:
        self.write(0, text + '\n')

    def flush(self) -> None:
        """What follows is aligned on its own."""
        if self._columns is not None:
            self._columns.end_block()

    def text(self) -> str:
        return ''.join(self._plain) if self._columns is None else self._columns.flush()

    # -- blocks -------------------------------------------------------------------------------------------------

    def field(self, name: str, value: object, level: int = 0) -> None:
        """'Name:<tab>value'."""
        self.write(level, f'{name}:\t{go_text(value)}\n')

    def rows(self, level: int, *rows: Sequence[object]) -> None:
        """Lines of cells."""
        for row in rows:
            self.write(level, '\t'.join(go_text(cell) for cell in row) + '\n')

    def multiline(self, title: str, lines: Sequence[str], indent: str = '') -> None:
        """A title and a column of lines beside it; '<none>' without any."""
        self.write(0, f'{indent}{title}:\t')
        if not lines:
            self.line('<none>')
        for index, line in enumerate(lines):
            self.write(0, (f'{indent}\t' if index else '') + line + '\n')

    def labels(self, title: str, labels: Mapping[str, str] | None, indent: str = '') -> None:
        """printLabelsMultiline."""
        self.multiline(title, [f'{key}={value}' for key, value in sorted((labels or {}).items())], indent)

    def annotations(self, title: str, annotations: Mapping[str, str] | None) -> None:
        """printAnnotationsMultiline: without what `apply` remembers; long or many-lined ones below their key."""
        self.write(0, f'{title}:\t')
        shown = sorted((key, value) for key, value in (annotations or {}).items() if key != LAST_APPLIED)
        if not shown:
            self.line('<none>')
        for index, (key, value) in enumerate(shown):
            value = value.removesuffix('\n')
            if index:
                self.write(0, '\t')
            if len(value.encode()) + len(key.encode()) + 2 > MAX_ANNOTATION or '\n' in value:
                self.write(0, f'{key}:\n')
                for part in value.split('\n'):
                    self.write(0, f'\t  {shorten(part, MAX_ANNOTATION - 2)}\n')
            else:
                self.write(0, f'{key}: {value}\n')

    def metadata(self, obj: Mapping[str, Any], namespace: bool = True) -> None:
        """Name, Namespace, Labels, Annotations: how most descriptions begin."""
        meta = obj['metadata']
        self.field('Name', meta.get('name', ''))
        if namespace:
            self.field('Namespace', meta.get('namespace', ''))
        self.marks(meta)

    def marks(self, meta: Mapping[str, Any]) -> None:
        """Labels, Annotations."""
        self.labels('Labels', meta.get('labels'))
        self.annotations('Annotations', meta.get('annotations'))

    def created(self, obj: Mapping[str, Any]) -> None:
        self.field('CreationTimestamp', rfc1123(obj['metadata'].get('creationTimestamp')))

    def controlled_by(self, obj: Mapping[str, Any]) -> None:
        """printController."""
        for reference in obj['metadata'].get('ownerReferences') or ():
            if reference.get('controller'):
                self.field('Controlled By', f'{reference["kind"]}/{reference["name"]}')
                return

    def conditions(self, conditions: Sequence[Mapping[str, Any]] | None) -> None:
        """Type, Status and Reason of a workload's conditions."""
        if conditions:
            self.write(0, 'Conditions:\n  Type\tStatus\tReason\n')
            self.write(1, '----\t------\t------\n')
            for entry in conditions:
                self.write(1, f'{entry.get("type", "")} \t{entry.get("status", "")}\t{entry.get("reason", "")}\n')

    def age(self, timestamp: str | None) -> str:
        return translate_timestamp(timestamp, self.now)


def escape_terminal(text: str) -> str:
    """printers.EscapeTerminal: escape sequences in an object must not reach the terminal."""
    if '\x1b' in text or '\r' in text:
        return text.replace('\x1b', '^[').replace('\r', '\\r')
    return text


def shorten(text: str, limit: int) -> str:
    raw = text.encode()
    return raw[:limit].decode(errors='ignore') + '...' if len(raw) > limit else text


def go_text(value: object) -> str:
    """What Go's %v shows: booleans in lower case, lists in brackets, maps as map[…], nothing for an absent string."""
    if isinstance(value, str):
        return value
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, (list, tuple)):
        return f'[{" ".join(go_text(item) for item in value)}]'
    if isinstance(value, Mapping):
        return f'map[{" ".join(f"{key}:{go_text(item)}" for key, item in sorted(value.items()))}]'
    return str(value)


def rfc1123(timestamp: str | None) -> str:
    """A timestamp as time.RFC1123Z; Go's zero time for none."""
    if not timestamp:
        return ZERO_TIME
    return datetime.fromtimestamp(parse_timestamp(timestamp), UTC).strftime('%a, %d %b %Y %H:%M:%S +0000')


def format_labels(labels: Mapping[str, str] | None) -> str:
    """labels.FormatLabels."""
    return ','.join(f'{key}={value}' for key, value in sorted((labels or {}).items())) or '<none>'


def or_none(text: str) -> str:
    return text or '<none>'


def printed_bool(value: bool | None) -> str:
    """printBoolPtr: 'True', 'False' or '<unset>'."""
    return '<unset>' if value is None else str(bool(value))
