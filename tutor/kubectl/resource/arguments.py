"""The forms of arguments that name objects: 'pods', 'pod a b', 'deploy,svc a', 'pod/a svc/b'."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError


def split_resource_argument(argument: str) -> list[str]:
    """SplitResourceArgument."""
    return list(dict.fromkeys(argument.split(',')))


def normalize_args(args: list[str]) -> list[str]:
    """normalizeMultipleResourcesArgs: 'a,b c' is 'a/c b/c'."""
    if len(args) >= 2:
        types = split_resource_argument(args[0])
        if len(types) > 1:
            return [f'{kind}/{name}' for kind in types for name in args[1:]]
    return args


def combined(args: list[str]) -> bool:
    """hasCombinedTypeArgs: whether they are all of the form TYPE/NAME; raises when only some are."""
    with_slash = sum('/' in word for word in args)
    if with_slash and with_slash != len(args):
        raise KubectlError(
            'there is no need to specify a resource type as a separate argument when passing arguments in '
            "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
            "resource/<resource_name>'")
    return with_slash > 0


def split_type_name(word: str) -> tuple[str, str] | None:
    """splitResourceTypeName."""
    if '/' not in word:
        return None
    parts = word.split('/')
    if len(parts) != 2:
        raise KubectlError('arguments in resource/name form may not have more than one slash')
    kind, name = parts
    if not kind or not name or len(split_resource_argument(kind)) != 1:
        raise KubectlError('arguments in resource/name form must have a single resource and name')
    return kind, name
