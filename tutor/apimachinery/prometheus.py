"""Prometheus' text format, as Go's client library writes it (expfmt.MetricFamilyToText)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores'
GAUGE, COUNTER = 'gauge', 'counter'
STABLE, BETA, ALPHA = '[STABLE] ', '[BETA] ', '[ALPHA] '
"""How much a metric of Kubernetes' own may change, at the beginning of its help."""


@dataclass(slots=True)
class Family:
    """The samples of one metric: their labels and values, and for some the moment they are of, in milliseconds."""

    name: str
    help: str
    kind: str = GAUGE
    samples: list[tuple[str, float, int | None]] = field(default_factory=list)

    def add(self, value: float, labels: Mapping[str, str] | None = None, stamp: int | None = None) -> None:
        self.samples.append((_labels(labels or {}), value, stamp))


def text(families: Iterable[Family]) -> str:
    """Families by name, and their samples by labels; those without a sample are left out."""
    lines: list[str] = []
    for family in sorted(families, key=lambda each: each.name):
        if family.samples:
            lines += [f'# HELP {family.name} {family.help}', f'# TYPE {family.name} {family.kind}']
        for labels, value, stamp in sorted(family.samples, key=lambda sample: sample[0]):
            lines.append(f'{family.name}{labels} {number(value)}' + (f' {stamp}' if stamp is not None else ''))
    return ''.join(line + '\n' for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ','.join(f'{name}="{_escaped(value)}"' for name, value in sorted(labels.items()))
    return f'{{{pairs}}}' if pairs else ''


def _escaped(value: str) -> str:
    return value.replace('\\', '\\\\').replace('\n', '\\n').replace('"', '\\"')


def number(value: float) -> str:
    """strconv.FormatFloat(value, 'g', -1, 64): the shortest digits, with an exponent from a million on."""
    if -4 <= int(f'{value:.16e}'.partition('e')[2]) < 6:
        return repr(float(value)).removesuffix('.0')
    return next(text for precision in range(17) if float(text := f'{value:.{precision}e}') == value)
