"""A measured figure, its target, and how both are printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` and `target` are in `unit`; smaller is better."""

    name: str
    value: float
    target: float
    unit: str

    @property
    def met(self) -> bool:
        return self.value < self.target


def show(figure: Figure) -> str:
    sign = 'ok  ' if figure.met else 'MISS'
    return f'{sign} {figure.name:<58} {figure.value:9.1f} {figure.unit:<3} (target < {figure.target:g} {figure.unit})'
