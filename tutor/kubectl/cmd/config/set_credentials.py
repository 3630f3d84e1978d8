"""kubectl config set-credentials."""

from __future__ import annotations

import base64
import posixpath

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError, words
from tutor.shell.pflag import ARRAY, Flag

CERTIFICATE, KEY = 'client-certificate', 'client-key'
_EXEC_MODES = ('IfAvailable', 'Never', 'Always')


class SetCredentialsOptions(ConfigOptions):
    def complete(self) -> None:
        try:
            if len(self.args) != 1:
                raise KubectlError(f'unexpected args: {words(self.args)}')
            for flag in ('auth-provider-arg', 'exec-env'):
                _pairs({}, self.flags[flag], flag)
        except KubectlError:
            self.show_help()
            raise

    def validate(self) -> None:
        if not self.args[0]:
            raise KubectlError('you must specify a non-empty user name')
        methods = [text for given, text in ((self.flags['token'], '--token'), (
            self.flags['username'] or self.flags['password'], '--username/--password')) if given]
        if len(methods) > 1:
            raise KubectlError('you cannot specify more than one authentication method at the same time: '
                               + ', '.join(methods))
        self._validate_files()
        mode = self.flags['exec-interactive-mode']
        if self.flags.changed('exec-interactive-mode') and mode not in _EXEC_MODES:
            raise KubectlError(f'invalid interactive mode type, can be only {", ".join(_EXEC_MODES)}')

    def _validate_files(self) -> None:
        if not self.flags['embed-certs']:
            return
        if not self.flags[CERTIFICATE] and not self.flags[KEY]:
            raise KubectlError(f'you must specify a --{CERTIFICATE} or --{KEY} to embed')
        for name in (CERTIFICATE, KEY):
            path = self.flags[name]
            if path and not self.factory.ctx.files.exists(self.factory.path(path)):
                raise KubectlError(f'could not stat {name} file {path}: stat {path}: no such file or directory')

    async def run(self) -> int:
        name = self.args[0]
        entry = dict(self.new.users.get(name) or {})
        for field in (CERTIFICATE, KEY):
            self._file(field, entry)
        self._secrets(entry)
        self._provider(entry)
        self._exec(entry)
        self.new.users[name] = {field: value for field, value in entry.items() if value}
        self.save()
        self.out(f'User "{name}" set.\n')
        return 0

    def _file(self, field: str, entry: Object) -> None:
        if not self.flags.changed(field):
            return
        path = self.flags[field]
        entry.pop(field, None)
        entry.pop(f'{field}-data', None)
        if self.flags['embed-certs'] and path:
            entry[f'{field}-data'] = base64.b64encode(self.factory.read(path)).decode()
        elif path:
            entry[field] = posixpath.normpath(self.factory.path(path))

    def _secrets(self, entry: Object) -> None:
        """A token excludes a user name with its password, and the other way round."""
        token, basic = self.flags.changed('token'), False
        if token:
            entry['token'] = self.flags['token']
        for field in ('username', 'password'):
            if self.flags.changed(field):
                entry[field] = self.flags[field]
                basic = basic or bool(self.flags[field])
        if token and self.flags['token'] and not basic:
            entry.pop('username', None)
            entry.pop('password', None)
        if basic and not (token and self.flags['token']):
            entry.pop('token', None)
            entry.pop('tokenFile', None)

    def _provider(self, entry: Object) -> None:
        provider = dict(entry.get('auth-provider') or {})
        if self.flags['auth-provider']:
            provider['name'] = self.flags['auth-provider']
        config = dict(provider.get('config') or {})
        _pairs(config, self.flags['auth-provider-arg'], 'auth-provider-arg')
        if provider:
            entry['auth-provider'] = {**provider, 'config': config} if config else provider

    def _exec(self, entry: Object) -> None:
        if not self.flags['exec-command'] and 'exec' not in entry:
            return
        settings = dict(entry.get('exec') or {})
        for flag, field in (('exec-command', 'command'), ('exec-api-version', 'apiVersion'),
                            ('exec-interactive-mode', 'interactiveMode')):
            if self.flags.changed(flag):
                settings[field] = self.flags[flag]
        if self.flags.changed('exec-command'):
            settings.pop('args', None)
        if self.flags['exec-arg']:
            settings['args'] = list(self.flags['exec-arg'])
        if self.flags.changed('exec-provide-cluster-info'):
            settings['provideClusterInfo'] = self.flags['exec-provide-cluster-info']
        if self.flags['exec-env']:
            environment = {item['name']: item['value'] for item in settings.get('env') or ()}
            _pairs(environment, self.flags['exec-env'], 'exec-env')
            settings['env'] = [{'name': key, 'value': value} for key, value in environment.items()]
        entry['exec'] = settings


def _pairs(values: dict[str, str], given: tuple[str, ...], flag: str) -> None:
    """'key=value' sets, 'key-' removes."""
    for word in given:
        key, equals, value = word.partition('=')
        if equals:
            values[key] = value
        elif word.endswith('-'):
            values.pop(word[:-1], None)
        else:
            raise KubectlError(f'invalid {flag} format: {word}')


COMMAND = Command(
    usage='config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] '
          '[--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] '
          '[--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] '
          '[--exec-arg=arg] [--exec-env=key=value]',
    long="""
        Set a user entry in kubeconfig.

        Specifying a name that already exists will merge new fields on top of existing values.

            Client-certificate flags:
            --client-certificate=certfile --client-key=keyfile

            Bearer token flags:
            --token=bearer_token

            Basic auth flags:
            --username=basic_user --password=basic_password

        Bearer token and basic auth are mutually exclusive.
        """,
    examples="""
        # Set only the "client-key" field on the "cluster-admin"
        # entry, without touching other values
        kubectl config set-credentials cluster-admin --client-key=~/.kube/admin.key

        # Set basic auth for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --username=admin --password=uXFGweU9l35qcif

        # Embed client certificate data in the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --client-certificate=~/.kube/admin.crt --embed-certs=true

        # Enable the Google Compute Platform auth provider for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --auth-provider=gcp

        # Enable the OpenID Connect auth provider for the "cluster-admin" entry with additional arguments
        kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-id=foo --auth-provider-arg=client-secret=bar

        # Remove the "client-secret" config value for the OpenID Connect auth provider for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --auth-provider=oidc --auth-provider-arg=client-secret-

        # Enable new exec auth plugin for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1

        # Enable new exec auth plugin for the "cluster-admin" entry with interactive mode
        kubectl config set-credentials cluster-admin --exec-command=/path/to/the/executable --exec-api-version=client.authentication.k8s.io/v1beta1 --exec-interactive-mode=Never

        # Define new exec auth plugin arguments for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --exec-arg=arg1 --exec-arg=arg2

        # Create or update exec auth plugin environment variables for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --exec-env=key1=val1 --exec-env=key2=val2

        # Remove exec auth plugin environment variables for the "cluster-admin" entry
        kubectl config set-credentials cluster-admin --exec-env=var-to-remove-
        """,  # noqa: E501
    flags=(
        Flag('auth-provider', help='Auth provider for the user entry in kubeconfig'),
        Flag('auth-provider-arg', default=(), help="'key=value' arguments for the auth provider"),
        Flag(CERTIFICATE, help='Path to client-certificate file for the user entry in kubeconfig'),
        Flag(KEY, help='Path to client-key file for the user entry in kubeconfig'),
        Flag('embed-certs', default=False, bare='true', help='Embed client cert/key for the user entry in kubeconfig'),
        Flag('exec-api-version', help='API version of the exec credential plugin for the user entry in kubeconfig'),
        Flag('exec-arg', default=(), help='New arguments for the exec credential plugin command for the user entry in '
             'kubeconfig'),
        Flag('exec-command', help='Command for the exec credential plugin for the user entry in kubeconfig'),
        Flag('exec-env', default=(), kind=ARRAY, help="'key=value' environment values for the exec credential plugin"),
        Flag('exec-interactive-mode', help='InteractiveMode of the exec credentials plugin for the user entry in '
             'kubeconfig'),
        Flag('exec-provide-cluster-info', default=False, bare='true', help='ProvideClusterInfo of the exec credentials '
             'plugin for the user entry in kubeconfig'),
        Flag('password', help='password for the user entry in kubeconfig'),
        Flag('token', help='token for the user entry in kubeconfig'),
        Flag('username', help='username for the user entry in kubeconfig'),
    ),
    options=SetCredentialsOptions,
)
