"""What pods and containers ask of Windows (validateWindowsSecurityContextOptions and -HostProcessPod)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

_SPEC_KIB = 64
_DOMAIN_LENGTH = 256
_USER_LENGTH = 104
_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
_has_control = re.compile(r'[\x00-\x1f\x7f]').search
_is_net_bios = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}').fullmatch
_is_dns = re.compile(rf'{_LABEL}(?:\.{_LABEL})*').fullmatch
_only_dots_and_spaces = re.compile('[. ]+').fullmatch
_has_reserved = re.compile(r'["/\\:;|=,+*?<>@\[\]]').search


def validate_options(options: Object, path: str, found: list[FieldError]) -> None:
    """validateWindowsSecurityContextOptions."""
    if (name := options.get('gmsaCredentialSpecName')) is not None:
        found += [field.invalid(f'{path}.gmsaCredentialSpecName', name, message)
                  for message in names.is_dns1123_subdomain(name)]
    if (spec := options.get('gmsaCredentialSpec')) is not None:
        if not spec:
            found.append(field.invalid(f'{path}.gmsaCredentialSpec', spec,
                                       'gmsaCredentialSpec cannot be an empty string'))
        elif len(spec.encode()) > _SPEC_KIB * 1024:
            found.append(field.invalid(f'{path}.gmsaCredentialSpec', spec,
                                       f'gmsaCredentialSpec size must be under {_SPEC_KIB} KiB'))
    if (user := options.get('runAsUserName')) is not None:
        found += [field.invalid(f'{path}.runAsUserName', user, f'runAsUserName{message}')
                  for message in _user_name(user)]


def _user_name(value: str) -> Iterator[str]:
    """What is wrong with `DOMAIN\\user` or `user`."""
    if not value:
        yield ' cannot be an empty string'
        return
    if _has_control(value):
        yield ' cannot contain control characters'
        return
    *domains, user = value.split('\\')
    if len(domains) > 1:
        yield ' cannot contain more than one backslash'
        return
    for domain in domains:
        if len(domain.encode()) >= _DOMAIN_LENGTH:
            yield f"'s Domain length must be under {_DOMAIN_LENGTH} characters"
        if not _is_net_bios(domain) and not _is_dns(domain):
            yield "'s Domain doesn't match the NetBios nor the DNS format"
    if not user:
        yield "'s User cannot be empty"
    elif len(user.encode()) > _USER_LENGTH:
        yield f"'s User length must not be longer than {_USER_LENGTH} characters"
    if _only_dots_and_spaces(user):
        yield "'s User cannot contain only periods or spaces"
    if _has_reserved(user):
        yield "'s User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"


def validate_host_process(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateWindowsHostProcessPod: all the containers of a pod are processes of its node, or none is."""
    of_pod = _host_process(spec)
    processes = []
    for kind in ('initContainers', 'containers', 'ephemeralContainers'):
        for index, container in enumerate(spec.get(kind) or ()):
            own = _host_process(container)
            if of_pod is not None and own is not None and own != of_pod:
                found.append(field.invalid(f'{path}.{kind}[{index}].securityContext.windowsOptions.hostProcess', own,
                                           'pod hostProcess value must be identical if both are specified, was '
                                           f'{str(of_pod).lower()}'))
            processes.append(bool(of_pod if own is None else own))
    if not any(processes):
        return
    if not all(processes):
        found.append(field.invalid(path, '', 'If pod contains any hostProcess containers then all containers must be '
                                             'HostProcess containers'))
    if not spec.get('hostNetwork'):
        found.append(field.invalid(f'{path}.hostNetwork', False,
                                   'hostNetwork must be true if pod contains any hostProcess containers'))


def _host_process(holder: Object) -> bool | None:
    """What a pod's spec or a container says of `hostProcess`."""
    return ((holder.get('securityContext') or {}).get('windowsOptions') or {}).get('hostProcess')
