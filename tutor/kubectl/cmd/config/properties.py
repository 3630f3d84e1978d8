"""Property names of `kubectl config set` and `unset`: 'clusters.my.cluster.server' (navigation_step_parser.go)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kubeconfig import KubeConfig

STRING, BYTES, BOOLEAN, LIST, OTHER = 'string', 'bytes', 'bool', 'list', 'other'
SECTIONS: dict[str, dict[str, str]] = {
    'clusters': {'server': STRING, 'tls-server-name': STRING, 'insecure-skip-tls-verify': BOOLEAN,
                 'certificate-authority': STRING, 'certificate-authority-data': BYTES, 'proxy-url': STRING,
                 'disable-compression': BOOLEAN, 'extensions': OTHER},
    'users': {'client-certificate': STRING, 'client-certificate-data': BYTES, 'client-key': STRING,
              'client-key-data': BYTES, 'token': STRING, 'tokenFile': STRING, 'act-as': STRING, 'act-as-uid': STRING,
              'act-as-groups': LIST, 'act-as-user-extra': OTHER, 'username': STRING, 'password': STRING,
              'auth-provider': OTHER, 'exec': OTHER, 'extensions': OTHER},
    'contexts': {'cluster': STRING, 'user': STRING, 'namespace': STRING, 'extensions': OTHER},
}


COLORS = ('preferences', 'colors')
"""The one property that is not of an entry."""


class Property:
    """One value in a kubeconfig: a whole section, an entry, or a field of one. Raises KubectlError for no such."""

    def __init__(self, name: str) -> None:
        self.text = name
        head, *rest = name.split('.')
        self.section = head
        self.entry = self.field = ''
        if head == 'current-context' and not rest:
            return
        if (head, *rest) == COLORS:
            self.field = COLORS[1]
            return
        if head not in SECTIONS:
            if head == 'current-context':
                raise self.unparsed()
            raise KubectlError(f'unable to parse {name} after [] at api.Config')
        if rest:
            self._below(rest)

    def _below(self, parts: list[str]) -> None:
        """findNameStep: an entry's name may have dots; it ends where a known field begins."""
        fields = SECTIONS[self.section]
        at = next((index for index in range(1, len(parts)) if parts[index] in fields), len(parts))
        self.entry = '.'.join(parts[:at])
        if at < len(parts):
            if at + 1 != len(parts):
                raise self.unparsed()
            self.field = parts[at]

    def unparsed(self) -> KubectlError:
        return KubectlError(f'unable to parse one or more field values of {self.text}')

    @property
    def kind(self) -> str:
        if self.section == COLORS[0]:
            return BOOLEAN
        return STRING if self.section == 'current-context' else SECTIONS[self.section].get(self.field, OTHER)

    def assign(self, config: KubeConfig, value: Any) -> None:
        if self.section == 'current-context':
            config.current_context = value
            return
        if self.section == COLORS[0]:
            config.extra = {**config.extra, self.section: {self.field: value} if value else {}}
            return
        if not self.field:
            raise KubectlError("can't set a map to a value: map[]")
        entries: dict[str, Object] = getattr(config, self.section)
        entries[self.entry] = {**(entries.get(self.entry) or {}), self._stored: value}

    def remove(self, config: KubeConfig) -> None:
        if self.section == 'current-context':
            config.current_context = ''
            return
        if self.section == COLORS[0]:
            self.assign(config, False)
            return
        entries: dict[str, Object] = getattr(config, self.section)
        if not self.entry:
            entries.clear()
        elif not self.field:
            entries.pop(self.entry, None)
        elif self.entry not in entries:
            raise KubectlError(f'current map key `{self.entry}` is invalid')
        else:
            entries[self.entry] = {name: value for name, value in entries[self.entry].items() if name != self._stored}

    @property
    def _stored(self) -> str:
        """The field as files have it."""
        return self.field.removeprefix('act-') if self.field.startswith('act-as') else self.field
