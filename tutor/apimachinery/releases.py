"""Kubernetes' releases that can be had here, and what kubeadm of each series installs with them
(cmd/kubeadm/app/constants)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NEWEST = 'v1.36.1'


@dataclass(frozen=True, slots=True)
class Series:
    """A minor version: its last patch release, and the versions of CoreDNS and etcd."""

    last: int
    coredns: str
    etcd: str


SERIES: Mapping[str, Series] = {
    '1.36': Series(1, 'v1.14.2', '3.6.8-0'),
    '1.35': Series(4, 'v1.13.1', '3.6.6-0'),
}


def series_of(version: str) -> str:
    """'1.36' of 'v1.36.1'."""
    return version.lstrip('v').rpartition('.')[0]


def of(version: str) -> Series:
    """The series of a version, the newest one for those that there are not."""
    return SERIES.get(series_of(version)) or SERIES[series_of(NEWEST)]


def patches(series: str) -> tuple[str, ...]:
    """The releases of a series, newest first: '1.36.1', '1.36.0'; none of one that there is not."""
    last = SERIES[series].last if series in SERIES else -1
    return tuple(f'{series}.{patch}' for patch in range(last, -1, -1))


def releases() -> dict[str, str]:
    """All releases, as tags of images are mapped to versions."""
    return {f'v{version}': f'v{version}' for series in SERIES for version in patches(series)}
