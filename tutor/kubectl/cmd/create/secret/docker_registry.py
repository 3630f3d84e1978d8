"""kubectl create secret docker-registry."""

from __future__ import annotations

import base64

from tutor.kubectl.cmd.create.secret.secret import SECRET_FLAGS, CreateSecret
from tutor.kubectl.cmd.create.sources import from_files
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

KEY = '.dockerconfigjson'


class CreateDockerRegistrySecret(CreateSecret):
    type = 'kubernetes.io/dockerconfigjson'

    def validate(self) -> None:
        super().validate()
        flags = self.flags
        given = flags['docker-username'] and flags['docker-password'] and flags['docker-server']
        if not flags['from-file'] and not given:
            raise KubectlError('either --from-file or the combination of --docker-username, --docker-password and '
                               '--docker-server is required')

    def collect(self) -> None:
        if self.flags['from-file']:
            # A file without a key of its own is the configuration.
            named = tuple(text if '=' in text else f'{KEY}={text}' for text in self.flags['from-file'])
            from_files(self.factory, named, self.add)
        else:
            self.add(KEY, self._config().encode())

    def _config(self) -> str:
        """handleDockerCfgJSONContent, with the fields in the order of Go's struct."""
        from tutor.apimachinery.printing.json import to_json
        flags = self.flags
        user, password = flags['docker-username'], flags['docker-password']
        entry = {'username': user, 'password': password, 'email': flags['docker-email'],
                 'auth': base64.b64encode(f'{user}:{password}'.encode()).decode()}
        entry = {key: value for key, value in entry.items() if value}
        return to_json({'auths': {flags['docker-server']: entry}}, indent=None, sort_keys=False)


COMMAND = Command(
    usage='create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email '
          '[--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]',
    long="""
            Create a new secret for use with Docker registries.

            Dockercfg secrets are used to authenticate against Docker registries.

            When using the Docker command line to push images, you can authenticate to a given registry by running:
            '$ docker login DOCKER_REGISTRY_SERVER --username=DOCKER_USER --password=DOCKER_PASSWORD --email=DOCKER_EMAIL'.

        That produces a ~/.dockercfg file that is used by subsequent 'docker push' and 'docker pull' commands to
        authenticate to the registry. The email address is optional.

            When creating applications, you may have a Docker registry that requires authentication.  In order for the
            nodes to pull images on your behalf, they must have the credentials.  You can provide this information
            by creating a dockercfg secret and attaching it to your service account.
        """,  # noqa: E501 - the words are kubectl's
    examples="""
        # If you do not already have a .dockercfg file, create a dockercfg secret directly
        kubectl create secret docker-registry my-secret --docker-server=DOCKER_REGISTRY_SERVER --docker-username=DOCKER_USER --docker-password=DOCKER_PASSWORD --docker-email=DOCKER_EMAIL

        # Create a new secret named my-secret from ~/.docker/config.json
        kubectl create secret docker-registry my-secret --from-file=path/to/.docker/config.json
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *SECRET_FLAGS,
        Flag('docker-email', help='Email for Docker registry'),
        Flag('docker-password', help='Password for Docker registry authentication'),
        Flag('docker-server', default='https://index.docker.io/v1/', help='Server location for Docker registry'),
        Flag('docker-username', help='Username for Docker registry authentication'),
        Flag('from-file', default=(), help='Key files can be specified using their file path, in which case a default '
             'name of .dockerconfigjson will be given to them, or optionally with a name and file path, in which case '
             'the given name will be used. Specifying a directory will iterate each named file in the directory that '
             'is a valid secret key. For this command, the key should always be .dockerconfigjson.'),
    ),
    options=CreateDockerRegistrySecret,
)
