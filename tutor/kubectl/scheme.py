"""kubectl's typed objects (k8s.io/kubectl/pkg/scheme): the built-in kinds, with the fields that they have."""

from __future__ import annotations

from tutor.apimachinery.conversion import DecodeError, decode
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import by_kind, split_api_version
from tutor.apimachinery.schema import for_resource
from tutor.kubectl.errors import KubectlError

_SCHEME = 'pkg/scheme/scheme.go:28'


def unregistered(version: str, kind: str) -> KubectlError:
    """runtime.notRegisteredErr."""
    return KubectlError(f'no kind "{kind}" is registered for version "{version}" in scheme "{_SCHEME}"')


def check_kind(obj: Object) -> None:
    """Raises KubectlError for an object of a kind that is not built in, which a server may well have."""
    version, kind = obj.get('apiVersion', ''), obj.get('kind', '')
    if by_kind(*split_api_version(version), kind) is None:
        raise unregistered(version, kind)


def check_list(obj: Object) -> None:
    """The same for a list of a server."""
    version, kind = obj.get('apiVersion', ''), obj.get('kind', '')
    if by_kind(*split_api_version(version), kind.removesuffix('List')) is None:
        raise unregistered(version, kind)


def typed(obj: Object) -> Object:
    """The object as its Go type holds it: fields that the kind does not have are lost. Raises KubectlError for a kind
    that is not built in and for values of the wrong type."""
    version, kind = obj.get('apiVersion', ''), obj.get('kind', '')
    resource = by_kind(*split_api_version(version), kind)
    if resource is None:
        raise unregistered(version, kind)
    definition = for_resource(resource)
    assert definition is not None
    found = deep_copy(obj)
    try:
        decode(found, definition)
    except DecodeError as error:
        raise KubectlError(str(error)) from None
    return found
