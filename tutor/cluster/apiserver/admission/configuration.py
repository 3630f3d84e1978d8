"""AdmissionConfiguration (--admission-control-config-file): what a cluster has PodSecurity do where a namespace's
labels say nothing, and whom it lets be (pod-security-admission/admission/api); and what ImagePolicyWebhook asks."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.decode import DecodeError
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission import image_policy
from tutor.cluster.apiserver.admission.image_policy import ImagePolicy
from tutor.shell.vfs import FileSystem

FLAG = 'admission-control-config-file'
KIND = ('apiserver.config.k8s.io/v1', 'AdmissionConfiguration')
SECURITY = 'PodSecurity'
LEVELS = ('privileged', 'baseline', 'restricted')
MODES = ('enforce', 'audit', 'warn')


class BadConfiguration(Exception):
    """Why the API server does not start with a file."""


@dataclass(frozen=True, slots=True)
class SecurityDefaults:
    """`labels` are those that a namespace has without having them, by mode ('enforce', 'enforce-version' …)."""

    labels: dict[str, str] = field(default_factory=dict)
    namespaces: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    runtime_classes: frozenset[str] = frozenset()

    def exempts(self, namespace: str, username: str) -> bool:
        return namespace in self.namespaces or username in self.usernames


@dataclass(frozen=True, slots=True)
class Admission:
    """What a file says of the plugins that it may configure."""

    security: SecurityDefaults = SecurityDefaults()
    images: ImagePolicy | None = None


def load(path: str, files: FileSystem, enabled: frozenset[str]) -> Admission:
    """What the file of the flag says, '' for none, of the plugins that are on. Raises BadConfiguration."""
    configured = _plugins(path, files) if path else {}
    images = None
    if image_policy.NAME in enabled:
        if image_policy.NAME not in configured:
            raise BadConfiguration('failed to initialize admission: couldn\'t init admission plugin '
                                   f'"{image_policy.NAME}": no config specified')
        try:
            images = image_policy.read(configured[image_policy.NAME], files)
        except image_policy.BadPolicy as problem:
            raise BadConfiguration(str(problem)) from None
    return Admission(_security(configured.get(SECURITY, {})), images)


def _plugins(path: str, files: FileSystem) -> dict[str, Object]:
    """The configurations of plugins by name. Raises BadConfiguration."""
    found = _read(path, files)
    if (found.get('apiVersion'), found.get('kind')) != KIND:
        raise BadConfiguration(f'failed to read plugin config: unable to decode configuration file "{path}": no kind '
                               f'"{found.get("kind", "")}" is registered for version "{found.get("apiVersion", "")}"')
    return {plugin.get('name', ''): plugin.get('configuration') or (
        _read(posixpath.join(posixpath.dirname(path), plugin['path']), files) if plugin.get('path') else {})
        for plugin in found.get('plugins') or ()}


def _read(path: str, files: FileSystem) -> Object:
    try:
        found: Any = decode.one(files.read_text(path)) or {}
    except (OSError, DecodeError) as error:
        raise BadConfiguration(f'failed to read plugin config: unable to read admission control configuration from '
                               f'"{path}" [{error}]') from None
    return found if isinstance(found, dict) else {}


def _security(own: Object) -> SecurityDefaults:
    """ValidatePodSecurityConfiguration."""
    defaults, exemptions = own.get('defaults') or {}, own.get('exemptions') or {}
    for mode in MODES:
        level = defaults.get(mode) or LEVELS[0]
        if level not in LEVELS:
            known = ', '.join(f'"{name}"' for name in LEVELS)
            raise BadConfiguration(f'failed to initialize admission: couldn\'t init admission plugin "{SECURITY}": '
                                   f'defaults.{mode}: Invalid value: "{level}": must be one of {known}')
    said = {name: str(value) for name, value in defaults.items() if value and value not in (LEVELS[0], 'latest')}
    return SecurityDefaults(said, *(frozenset(exemptions.get(name) or ())
                                    for name in ('namespaces', 'usernames', 'runtimeClasses')))
