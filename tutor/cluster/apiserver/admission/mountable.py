"""Which secrets the pods of an account may name, where the account says that it may be only its own
(plugin/pkg/admission/serviceaccount)."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.objects import Object

ENFORCED = 'kubernetes.io/enforce-mountable-secrets'
_TRUE = ('1', 't', 'T', 'TRUE', 'true', 'True')
_LISTS = (('initContainers', 'init container'), ('containers', 'container'))


def problem(spec: Object, account: Object, grown: bool = False) -> str:
    """limitSecretReferences, and limitEphemeralContainerSecretReferences when a pod has `grown`: what is wrong."""
    notes = (account.get('metadata') or {}).get('annotations') or {}
    if notes.get(ENFORCED) not in _TRUE:
        return ''
    found = _secrets(spec, (('ephemeralContainers', 'ephemeral container'),)) if grown else _everything(spec)
    own = {item.get('name', '') for item in account.get('secrets') or ()}
    name = account['metadata']['name']
    for text, secret in found:
        if secret not in own:
            return f'{text} is not allowed because service account {name} does not reference that secret'
    return '' if grown else _pull_secrets(spec, account)


def _everything(spec: Object) -> Iterator[tuple[str, str]]:
    for volume in spec.get('volumes') or ():
        if 'secret' in volume:
            secret = volume['secret'].get('secretName', '')
            yield f'volume with secret.secretName="{secret}"', secret
    yield from _secrets(spec, _LISTS)


def _secrets(spec: Object, lists: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """The secrets that variables are taken from, each with the words for where."""
    for field, label in lists:
        for container in spec.get(field) or ():
            for variable in container.get('env') or ():
                reference = (variable.get('valueFrom') or {}).get('secretKeyRef')
                if reference is not None:
                    secret = reference.get('name', '')
                    yield (f'{label} {container.get("name", "")} with envVar {variable.get("name", "")} referencing '
                           f'secret.secretName="{secret}"'), secret


def _pull_secrets(spec: Object, account: Object) -> str:
    own = {item.get('name', '') for item in account.get('imagePullSecrets') or ()}
    named = [item.get('name', '') for item in spec.get('imagePullSecrets') or ()]
    return next((f'imagePullSecrets[{index}].name="{secret}" is not allowed because service account '
                 f'{account["metadata"]["name"]} does not reference that imagePullSecret'
                 for index, secret in enumerate(named) if secret not in own), '')
