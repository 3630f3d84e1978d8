"""What the sub-commands of `kubectl config` share."""

from __future__ import annotations

from functools import cached_property

from tutor.kubectl.command import Options
from tutor.kubectl.errors import KubectlError, words
from tutor.kubectl.kubeconfig import KubeConfig
from tutor.kubectl.kubeconfig_files import ConfigAccess, copy_of


class ConfigOptions(Options):
    """Reads the files once as `old`; `new` is a copy to change, which `save` writes back."""

    @cached_property
    def access(self) -> ConfigAccess:
        return ConfigAccess(self.factory)

    @cached_property
    def old(self) -> KubeConfig:
        return self.access.starting_config()

    @cached_property
    def new(self) -> KubeConfig:
        return copy_of(self.old)

    def save(self) -> None:
        self.access.modify(self.old, self.new)

    def show_help(self) -> None:
        from tutor.kubectl.help import help_text
        self.out(help_text(self.command))

    def refuse_arguments(self) -> KubectlError:
        """helpErrorf: the help on standard output, then the complaint."""
        self.show_help()
        return KubectlError(f'Unexpected args: {words(self.args)}')


class DeleteOptions(ConfigOptions):
    """delete-cluster, delete-context and delete-user: `section` and `noun` say which."""

    section = noun = ''

    async def run(self) -> int:
        if len(self.args) != 1:
            self.show_help()
            return 0
        name, path = self.args[0], self.access.default_file()
        entries = getattr(self.new, self.section)
        if name not in entries:
            raise KubectlError(f'cannot delete {self.noun} {name}, not in {path}')
        if self.section == 'contexts' and name == self.old.current_context:
            self.err('warning: this removed your active context, use "kubectl config use-context" to select a '
                     'different one\n')
        del entries[name]
        self.save()
        self.out(f'deleted {self.noun} {name} from {path}\n')
        return 0


class NamesOptions(ConfigOptions):
    """get-clusters and get-users: the names of a section."""

    section = ''

    async def run(self) -> int:
        self.out('NAME\n' + ''.join(f'{name}\n' for name in sorted(getattr(self.old, self.section))))
        return 0
