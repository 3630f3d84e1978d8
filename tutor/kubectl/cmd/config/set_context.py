"""kubectl config set-context."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

FIELDS = ('cluster', 'user', 'namespace')


class SetContextOptions(ConfigOptions):
    name = ''

    def complete(self) -> None:
        if len(self.args) > 1:
            raise self.refuse_arguments()
        self.name = self.args[0] if self.args else ''

    def validate(self) -> None:
        current = self.flags['current']
        if not self.name and not current:
            raise KubectlError('you must specify a non-empty context name or --current')
        if self.name and current:
            raise KubectlError('you cannot specify both a context name and --current')

    async def run(self) -> int:
        name = self.name
        if self.flags['current']:
            name = self.old.current_context
            if not name:
                raise KubectlError('no current context is set')
        entry = dict(self.new.contexts.get(name) or {})
        entry.update({field: self.flags[field] for field in FIELDS if self.flags.changed(field)})
        verb = 'modified' if name in self.new.contexts else 'created'
        self.new.contexts[name] = {field: value for field, value in entry.items() if value}
        self.save()
        self.out(f'Context "{name}" {verb}.\n')
        return 0


COMMAND = Command(
    usage='config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] '
          '[--namespace=namespace]',
    long="""
        Set a context entry in kubeconfig.

        Specifying a name that already exists will merge new fields on top of existing values for those fields.
        """,
    examples="""
        # Set the user field on the gce context entry without touching other values
        kubectl config set-context gce --user=cluster-admin
        """,
    flags=(
        Flag('cluster', help='cluster for the context entry in kubeconfig'),
        Flag('current', default=False, help='Modify the current context'),
        Flag('namespace', 'n', help='namespace for the context entry in kubeconfig'),
        Flag('user', help='user for the context entry in kubeconfig'),
    ),
    options=SetContextOptions,
)
