"""What commands that change objects share: dry runs, pairs of arguments, patches of what they changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery import schema
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import merge, strategic
from tutor.apimachinery.patches.diff import two_way
from tutor.apimachinery.patches.strategy import PatchError, Shape
from tutor.apimachinery.resources import Resource
from tutor.client.transport import MERGE_PATCH, STRATEGIC_PATCH
from tutor.kubectl.dry_run import NONE, SERVER
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import FlagSet


def write_query(flags: FlagSet, dry_run: str = NONE) -> dict[str, str]:
    """The query of a write: --field-manager and a server's dry run."""
    query = {'dryRun': 'All'} if dry_run == SERVER else {}
    if flags.get('field-manager'):
        query['fieldManager'] = flags['field-manager']
    return query


def resources_and_pairs(args: list[str], pair_type: str) -> tuple[list[str], list[str]]:
    """GetResourcesAndPairs: arguments up to the first 'key=value' or 'key-' are resources."""
    resources: list[str] = []
    pairs: list[str] = []
    for word in args:
        if ('=' in word and word[0] != '=') or (word.endswith('-') and word != '-'):
            pairs.append(word)
        elif pairs:
            raise KubectlError(f'all resources must be specified before {pair_type} changes: {word}')
        else:
            resources.append(word)
    return resources, pairs


def parse_pairs(pairs: list[str], pair_type: str) -> tuple[dict[str, str], list[str]]:
    """ParsePairs: what is set, and what is removed ('key-')."""
    added: dict[str, str] = {}
    removed: list[str] = []
    bad: list[str] = []
    for word in pairs:
        if '=' in word and word[0] != '=':
            key, _, value = word.partition('=')
            added[key] = value
        elif word.endswith('-') and word != '-':
            removed.append(word[:-1])
        else:
            bad.append(word)
    if bad:
        raise KubectlError(f'invalid {pair_type} format: {", ".join(bad)}')
    return added, removed


def two_way_patch(original: Object, modified: Object, resource: Resource) -> Object:
    """CreateTwoWayMergePatch: the strategic merge patch from one to the other; {} when nothing changed. Raises
    KubectlError for lists that cannot be merged."""
    try:
        return two_way(original, modified, schema.for_resource(resource))
    except PatchError as error:
        raise KubectlError(str(error)) from None


def patched_locally(obj: Object, patch: Object, definition: schema.Definition | None) -> Object:
    """StrategicMergePatch without a server, which no types are held against. Raises KubectlError."""
    try:
        return strategic.merge(obj, patch, Shape(definition))
    except PatchError as error:
        raise KubectlError(str(error)) from None


def strategic_patch(info: Info, modified: Object) -> Object:
    """The same from what the server has."""
    return two_way_patch(info.object, modified, info.mapping)


def calculate(info: Info, change: Callable[[Object], None]) -> tuple[Object, Any]:
    """set.CalculatePatch: a changed copy of the object, and the strategic merge patch that leads to it."""
    modified = deep_copy(info.object)
    change(modified)
    return modified, {} if info.resource is None else strategic_patch(info, modified)


def send_strategic(info: Info, patch: Any, flags: FlagSet, dry_run: str = NONE) -> Object:
    return info.patch(patch, STRATEGIC_PATCH, **write_query(flags, dry_run))


def send_merge(info: Info, old: Object, new: Object, flags: FlagSet, dry_run: str = NONE) -> Object:
    """Patch with a JSON merge patch from one object to the other."""
    return info.patch(merge.create(old, new), MERGE_PATCH, **write_query(flags, dry_run))


def go_type(obj: Object) -> str:
    """Go's %T of a typed object."""
    version = obj.get('apiVersion', '').rpartition('/')[2] or 'v1'
    return f'*{version}.{obj.get("kind", "")}'
