"""The versions of a custom resource: which one is preferred, and what is said of one that is on its way out."""

from __future__ import annotations

import re

from tutor.apimachinery.objects import Object

_VERSION = re.compile(r'v(\d+)(?:(alpha|beta)(\d+))?')


def priority(version: str) -> tuple[int, int, int, str]:
    """version.CompareKubeAwareVersionStrings: GA before beta before alpha, newer first."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return 3, 0, 0, version
    stage = {None: 0, 'beta': 1, 'alpha': 2}[found[2]]
    return stage, -int(found[1]), -int(found[3] or 0), ''


def deprecation(definition: Object, name: str) -> str:
    """The warning that goes with each request for a version, '' for one that is not deprecated."""
    spec = definition['spec']
    version = next(item for item in spec['versions'] if item['name'] == name)
    if not version.get('deprecated'):
        return ''
    if version.get('deprecationWarning') is not None:
        return version['deprecationWarning']
    kind = spec['names']['kind']
    others = [item['name'] for item in spec['versions'] if item.get('served') and not item.get('deprecated')]
    instead = f'; use {spec["group"]}/{min(others, key=priority)} {kind}' if others else ''
    return f'{spec["group"]}/{name} {kind} is deprecated{instead}'  # defaultDeprecationWarning
