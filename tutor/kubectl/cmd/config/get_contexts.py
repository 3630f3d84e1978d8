"""kubectl config get-contexts."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError, raise_all
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.shell.pflag import Flag

HEADERS = ('CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE')


class GetContextsOptions(ConfigOptions):
    def validate(self) -> None:
        if self.flags['output'] not in ('', 'name'):
            raise KubectlError(f'--output {self.flags["output"]} is not available in kubectl config get-contexts; '
                               'resetting to default output format')

    async def run(self) -> int:
        names = sorted(self.args or self.old.contexts)
        only_names = self.flags['output'] == 'name'
        table = new_table_writer()
        if not only_names and not self.flags['no-headers']:
            table.write('\t'.join(HEADERS) + '\n')
        errors = []
        for name in names:
            context = self.old.contexts.get(name)
            if context is None:
                errors.append(KubectlError(f'context {name} not found'))
            elif only_names:
                table.write(f'{name}\n')
            else:
                mark = '*' if name == self.old.current_context else ' '
                cells = (mark, name, *(context.get(field, '') for field in ('cluster', 'user', 'namespace')))
                table.write('\t'.join(cells) + '\n')
        self.out(table.flush())
        raise_all(errors)
        return 0


COMMAND = Command(
    usage='config get-contexts [(-o|--output=)name)]',
    long='Display one or many contexts from the kubeconfig file.',
    examples="""
        # List all the contexts in your kubeconfig file
        kubectl config get-contexts

        # Describe one context in your kubeconfig file
        kubectl config get-contexts my-context
        """,
    flags=(
        Flag('no-headers', default=False, help="When using the default or custom-column output format, don't print "
             'headers (default print headers).'),
        Flag('output', 'o', help='Output format. One of: (name).'),
    ),
    options=GetContextsOptions,
)
