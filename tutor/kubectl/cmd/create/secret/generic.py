"""kubectl create secret generic."""

from __future__ import annotations

from tutor.kubectl.cmd.create.secret.secret import SECRET_FLAGS, CreateSecret
from tutor.kubectl.cmd.create.sources import from_env_files, from_files, from_literals
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import ARRAY, Flag


class CreateGenericSecret(CreateSecret):
    def validate(self) -> None:
        super().validate()
        if self.flags['from-env-file'] and (self.flags['from-file'] or self.flags['from-literal']):
            raise KubectlError('from-env-file cannot be combined with from-file or from-literal')

    def collect(self) -> None:
        self.type = self.flags['type']
        from_files(self.factory, self.flags['from-file'], self.add)
        from_literals(self.flags['from-literal'], self.add)
        from_env_files(self.factory, self.flags['from-env-file'], self.add)


COMMAND = Command(
    usage='create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] '
          '[--dry-run=server|client|none]',
    long="""
        Create a secret based on a file, directory, or specified literal value.

        A single secret may package one or more key/value pairs.

        When creating a secret based on a file, the key will default to the basename of the file, and the value will
        default to the file content. If the basename is an invalid key or you wish to chose your own, you may specify
        an alternate key.

        When creating a secret based on a directory, each file whose basename is a valid key in the directory will be
        packaged into the secret. Any directory entries except regular files are ignored (e.g. subdirectories,
        symlinks, devices, pipes, etc).
        """,
    examples="""
        # Create a new secret named my-secret with keys for each file in folder bar
        kubectl create secret generic my-secret --from-file=path/to/bar

        # Create a new secret named my-secret with specified keys instead of names on disk
        kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-file=ssh-publickey=path/to/id_rsa.pub

        # Create a new secret named my-secret with key1=supersecret and key2=topsecret
        kubectl create secret generic my-secret --from-literal=key1=supersecret --from-literal=key2=topsecret

        # Create a new secret named my-secret using a combination of a file and a literal
        kubectl create secret generic my-secret --from-file=ssh-privatekey=path/to/id_rsa --from-literal=passphrase=topsecret

        # Create a new secret named my-secret from env files
        kubectl create secret generic my-secret --from-env-file=path/to/foo.env --from-env-file=path/to/bar.env
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *SECRET_FLAGS,
        Flag('from-env-file', default=(), help='Specify the path to a file to read lines of key=val pairs to create a '
             'secret.'),
        Flag('from-file', default=(), help='Key files can be specified using their file path, in which case a default '
             'name will be given to them, or optionally with a name and file path, in which case the given name will '
             'be used.  Specifying a directory will iterate each named file in the directory that is a valid secret '
             'key.'),
        Flag('from-literal', default=(), kind=ARRAY, help='Specify a key and literal value to insert in secret (i.e. '
             'mykey=somevalue)'),
        Flag('type', help='The type of secret to create'),
    ),
    options=CreateGenericSecret,
)
