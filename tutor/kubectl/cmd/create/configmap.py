"""kubectl create configmap."""

from __future__ import annotations

import base64

from tutor.apimachinery.names import is_config_map_key
from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.sources import from_env_files, from_files, from_literals
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import ARRAY, Flag


class CreateConfigMap(CreateObject):
    resource = 'configmaps'
    failure = 'failed to create configmap'

    def validate(self) -> None:
        super().validate()
        if self.flags['from-env-file'] and (self.flags['from-file'] or self.flags['from-literal']):
            raise KubectlError('from-env-file cannot be combined with from-file or from-literal')

    def build(self) -> Object:
        self.data: dict[str, str] = {}
        self.binary_data: dict[str, str] = {}
        from_files(self.factory, self.flags['from-file'], self.add)
        from_literals(self.flags['from-literal'], self.add)
        from_env_files(self.factory, self.flags['from-env-file'], self.add)
        obj: Object = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': self.metadata()}
        if self.data:
            obj['data'] = self.data
        if self.binary_data:
            obj['binaryData'] = self.binary_data
        if self.flags['append-hash']:
            from tutor.kubectl.hashing import config_map_hash
            obj['metadata']['name'] = f'{self.name}-{config_map_hash(obj)}'
        return obj

    def add(self, key: str, value: bytes) -> None:
        """addKeyFromFileToConfigMap: what is no text goes to binaryData."""
        problems = is_config_map_key(key)
        if problems:
            raise KubectlError(f'"{key}" is not a valid key name for a ConfigMap: {",".join(problems)}')
        for field, taken in (('Data', self.data), ('BinaryData', self.binary_data)):
            if key in taken:
                raise KubectlError(f'cannot add key "{key}", another key by that name already exists in {field} for '
                                   f'ConfigMap "{self.name}"')
        try:
            self.data[key] = value.decode()
        except UnicodeDecodeError:
            self.binary_data[key] = base64.b64encode(value).decode()


COMMAND = Command(
    usage='create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] '
          '[--dry-run=server|client|none]',
    long="""
        Create a config map based on a file, directory, or specified literal value.

        A single config map may package one or more key/value pairs.

        When creating a config map based on a file, the key will default to the basename of the file, and the value
        will default to the file content.  If the basename is an invalid key, you may specify an alternate key.

        When creating a config map based on a directory, each file whose basename is a valid key in the directory will
        be packaged into the config map.  Any directory entries except regular files are ignored (e.g.
        subdirectories, symlinks, devices, pipes, etc).
        """,
    examples="""
        # Create a new config map named my-config based on folder bar
        kubectl create configmap my-config --from-file=path/to/bar

        # Create a new config map named my-config with specified keys instead of file basenames on disk
        kubectl create configmap my-config --from-file=key1=/path/to/bar/file1.txt --from-file=key2=/path/to/bar/file2.txt

        # Create a new config map named my-config with key1=config1 and key2=config2
        kubectl create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2

        # Create a new config map named my-config from the key=value pairs in the file
        kubectl create configmap my-config --from-file=path/to/bar

        # Create a new config map named my-config from an env file
        kubectl create configmap my-config --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *CREATE_FLAGS,
        Flag('append-hash', default=False, help='Append a hash of the configmap to its name.'),
        Flag('from-env-file', default=(), help='Specify the path to a file to read lines of key=val pairs to create a '
             'configmap.'),
        Flag('from-file', default=(), help='Key file can be specified using its file path, in which case file basename '
             'will be used as configmap key, or optionally with a key and file path, in which case the given key will '
             'be used.  Specifying a directory will iterate each named file in the directory whose basename is a valid '
             'configmap key.'),
        Flag('from-literal', default=(), kind=ARRAY, help='Specify a key and literal value to insert in configmap '
             '(i.e. mykey=somevalue)'),
    ),
    options=CreateConfigMap,
)
