"""kubectl kustomize."""

from __future__ import annotations

from tutor.apimachinery.printing.yaml import to_yaml
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.build import build
from tutor.shell.pflag import ARRAY, Flag

NOT_SIMULATED = ('enable-helm', 'enable-alpha-plugins', 'network')
ROOT_ONLY, ANYWHERE = 'LoadRestrictionsRootOnly', 'LoadRestrictionsNone'


class KustomizeOptions(Options):
    def complete(self) -> None:
        if len(self.args) > 1:
            raise KubectlError('specify one path to kustomization.yaml')
        self.path = self.args[0] if self.args else '.'
        self.restrictor = self.flags['load-restrictor']
        if self.restrictor not in (ROOT_ONLY, ANYWHERE):
            raise KubectlError(f'illegal flag value --load-restrictor {self.restrictor}; legal values: '
                               f'[{ROOT_ONLY} {ANYWHERE}]')
        for name in NOT_SIMULATED:
            if self.flags[name]:
                raise KubectlError(f'--{name} is not simulated')

    async def run(self) -> int | None:
        text = '---\n'.join(to_yaml(obj) for obj in build(
            self.factory, self.path, self.restrictor == ANYWHERE))
        if not self.flags['output']:
            self.out(text)
            return 0
        try:
            self.factory.ctx.files.write(self.factory.path(self.flags['output']), text)
        except OSError as error:
            raise KubectlError(f'open {self.flags["output"]}: {(error.strerror or "").lower()}') from None
        return 0


COMMAND = Command(
    usage='kustomize DIR [flags]',
    long="""Build a set of KRM resources using a 'kustomization.yaml' file. The DIR argument must be a path to a \
directory containing 'kustomization.yaml', or a git repository URL with a path suffix specifying same with respect to \
the repository root. If DIR is omitted, '.' is assumed.""",
    examples="""
        # Build the current working directory
        kubectl kustomize

        # Build some shared configuration directory
        kubectl kustomize /home/config/production

        # Build from github
        kubectl kustomize https://github.com/kubernetes-sigs/kustomize.git/examples/helloWorld?ref=v1.0.6
        """,
    flags=(
        Flag('as-current-user', default=False, help='use the uid and gid of the command executor to run the function '
             'in the container'),
        Flag('enable-alpha-plugins', default=False, help='enable kustomize plugins'),
        Flag('enable-helm', default=False, help='Enable use of the Helm chart inflator generator.'),
        Flag('env', 'e', (), 'a list of environment variables to be used by functions'),
        Flag('helm-api-versions', default=(), kind=ARRAY, help='Kubernetes api versions used by Helm for '
             'Capabilities.APIVersions'),
        Flag('helm-command', default='helm', help='helm command (path to executable)'),
        Flag('helm-debug', default=False, help='Enable debug output from the Helm chart inflator generator.'),
        Flag('helm-kube-version', help='Kubernetes version used by Helm for Capabilities.KubeVersion'),
        Flag('load-restrictor', default='LoadRestrictionsRootOnly', help="if set to 'LoadRestrictionsNone', local "
             'kustomizations may load files from outside their root. This does, however, break the relocatability of '
             'the kustomization.'),
        Flag('mount', default=(), help='a list of storage options read from the filesystem'),
        Flag('network', default=False, help='enable network access for functions that declare it'),
        Flag('network-name', default='bridge', help='the docker network to run the container in'),
        Flag('output', 'o', help='If specified, write output to this path.'),
    ),
    options=KustomizeOptions,
)
