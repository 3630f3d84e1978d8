"""What the kinds of `kubectl create secret` share."""

from __future__ import annotations

import base64

from tutor.apimachinery.names import is_config_map_key
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.errors import KubectlError, error_text
from tutor.shell.pflag import Flag

SECRET_FLAGS = (*CREATE_FLAGS, Flag('append-hash', default=False, help='Append a hash of the secret to its name.'))


class CreateSecret(CreateObject):
    """Sub-classes fill `data` in `collect`; `type` is the secret's type."""

    resource = 'secrets'
    type = ''

    def collect(self) -> None:
        raise NotImplementedError

    def build(self) -> Object:
        self.data: dict[str, str] = {}
        self.collect()
        obj: Object = {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': self.metadata()}
        if self.type:
            obj['type'] = self.type
        if self.data:
            obj['data'] = self.data
        if self.flags['append-hash']:
            from tutor.kubectl.hashing import secret_hash
            obj['metadata']['name'] = f'{self.name}-{secret_hash(obj)}'
        return obj

    def add(self, key: str, value: bytes) -> None:
        """addKeyFromLiteralToSecret."""
        problems = is_config_map_key(key)
        if problems:
            raise KubectlError(f'"{key}" is not valid key name for a Secret {";".join(problems)}')
        if key in self.data:
            raise KubectlError(f'cannot add key {key}, another key by that name already exists')
        self.data[key] = base64.b64encode(value).decode()

    def failed(self, error: Exception) -> Exception:
        return KubectlError(f'failed to create secret {error_text(error)}')
