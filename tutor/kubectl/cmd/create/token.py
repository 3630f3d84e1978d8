"""kubectl create token."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import name_argument
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import ERRORS, KubectlError, with_prefix
from tutor.kubectl.options import PRINT_FLAGS
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.shell.pflag import ARRAY, DURATION, Flag

BOUND_KINDS = {'Pod': 'v1', 'Secret': 'v1', 'Node': 'v1'}


class CreateToken(Options):
    def complete(self) -> None:
        self.name = name_argument(self.args, self.flags)
        self.namespace = self.factory.namespace()
        self.printer = printer_for(self.factory, typed=True) if output_format(self.factory) else None

    def validate(self) -> None:
        flags = self.flags
        if not self.name:
            raise KubectlError('service account name cannot be empty')
        if flags['duration'] < 0:
            raise KubectlError('--duration must be greater than or equal to 0')
        if flags['duration'] % 1:
            raise KubectlError('--duration cannot be expressed in units less than seconds')
        if any(not audience for audience in flags['audience']):
            raise KubectlError('--audience must not be an empty string')
        kind = flags['bound-object-kind']
        if not kind:
            for name in ('bound-object-name', 'bound-object-uid'):
                if flags[name]:
                    raise KubectlError(f'--{name} can only be set if --bound-object-kind is provided')
            return
        if kind not in BOUND_KINDS:
            raise KubectlError(f'supported --bound-object-kind values are {", ".join(sorted(BOUND_KINDS))}')
        if not flags['bound-object-name']:
            raise KubectlError('--bound-object-name is required if --bound-object-kind is provided')

    async def run(self) -> int | None:
        try:
            response = self.factory.client.create('serviceaccounts', self.request(), self.namespace, self.name,
                                                  'token')
        except ERRORS as error:
            raise with_prefix('failed to create token', error) from None
        token = (response.get('status') or {}).get('token')
        if not token:
            raise KubectlError('failed to create token: no token in server response')
        if self.printer is not None:
            self.printer.print({**response, 'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest'}, self.out)
        else:
            self.out(token)
            if self.factory.io.stdout.isatty:
                self.out('\n')
        return 0

    def request(self) -> Object:
        flags = self.flags
        spec: Object = {'audiences': list(flags['audience'])}
        if flags['duration']:
            spec['expirationSeconds'] = int(flags['duration'])
        kind = flags['bound-object-kind']
        if kind:
            reference = {'kind': kind, 'apiVersion': BOUND_KINDS[kind], 'name': flags['bound-object-name'],
                         'uid': flags['bound-object-uid']}
            spec['boundObjectRef'] = {key: value for key, value in reference.items() if value}
        return {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'metadata': {}, 'spec': spec}


COMMAND = Command(
    usage='create token SERVICE_ACCOUNT_NAME',
    long="""
        Request a service account token.
        """,
    examples="""
        # Request a token to authenticate to the kube-apiserver as the service account "myapp" in the current namespace
        kubectl create token myapp

        # Request a token for a service account in a custom namespace
        kubectl create token myapp --namespace myns

        # Request a token with a custom expiration
        kubectl create token myapp --duration 10m

        # Request a token with a custom audience
        kubectl create token myapp --audience https://example.com

        # Request a token bound to an instance of a Secret object
        kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret

        # Request a token bound to an instance of a Secret object with a specific UID
        kubectl create token myapp --bound-object-kind Secret --bound-object-name mysecret --bound-object-uid 0d4691ed-659b-4935-a832-355f77ee47cc
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        Flag('audience', default=(), kind=ARRAY, help='Audience of the requested token. If unset, defaults to '
             'requesting a token for use with the Kubernetes API server. May be repeated to request a token valid for '
             'multiple audiences.'),
        Flag('bound-object-kind', help='Kind of an object to bind the token to. Supported kinds are Node, Pod, Secret. '
             'If set, --bound-object-name must be provided.'),
        Flag('bound-object-name', help='Name of an object to bind the token to. The token will expire when the object '
             'is deleted. Requires --bound-object-kind.'),
        Flag('bound-object-uid', help='UID of an object to bind the token to. Requires --bound-object-kind and '
             '--bound-object-name. If unset, the UID of the existing object is used.'),
        Flag('duration', default=0.0, kind=DURATION, help='Requested lifetime of the issued token. If not set or if '
             'set to 0, the lifetime will be determined by the server automatically. The server may return a token '
             'with a longer or shorter lifetime.'),
    ),
    options=CreateToken,
)
