"""kubectl taint."""

from __future__ import annotations

from tutor.kubectl.changes import send_strategic, strategic_patch
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, validation_directive
from tutor.kubectl.errors import KubectlError, UsageError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SELECTOR_FLAG, VALIDATE_FLAG, field_manager_flag
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.taints import already_there, parse_taints, reorganize
from tutor.shell.pflag import Flag


class TaintOptions(Options):
    def complete(self) -> None:
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        validation_directive(self.flags)
        self.resources: list[str] = []
        words: list[str] = []
        for word in self.args:
            if '=' in word or ':' in word or word.endswith('-'):
                words.append(word)
            elif words:
                raise KubectlError(f'all resources must be specified before taint changes: {word}')
            else:
                self.resources.append(word)
        if not self.resources:
            raise KubectlError('one or more resources must be specified as <resource> <name>')
        if not words:
            raise KubectlError('at least one taint update is required')
        try:
            self.added, self.removed = parse_taints(words)
        except KubectlError as error:
            raise UsageError(str(error)) from None

    def validate(self) -> None:
        kind = self.resources[0].lower()
        if self.factory.mapper.kind_for(kind).kind != 'Node':
            raise KubectlError(f'invalid resource type {kind}, only node types are supported')
        both = [f'{gone["key"]}={gone["effect"]}' for new in self.added for gone in self.removed
                if new['key'] == gone['key'] and gone['effect'] in ('', new['effect'])]
        if both:
            raise KubectlError('can not both modify and remove the following taint(s) in the same command: '
                               + ', '.join(both))
        everything, selector = self.flags['all'], self.flags['selector']
        if everything and selector:
            raise KubectlError("setting 'all' parameter with a non empty selector is prohibited")
        if not everything and not selector and len(self.resources) < 2:
            raise KubectlError("at least one resource name must be specified since 'all' parameter is not set")

    async def run(self) -> None:
        builder = self.factory.builder().continue_on_error().namespace(self.factory.namespace())
        if self.flags['selector']:
            builder.labels(self.flags['selector']).resource_types('node')
        if self.flags['all']:
            builder.select_all(True).resource_types('node')
        if not self.flags['all'] and not self.flags['selector']:
            builder.resource_names('node', *self.resources[1:])
        (await builder.flatten().latest().do()).visit(self._visit)

    def _visit(self, info: Info) -> None:
        node = info.object
        old = (node.get('spec') or {}).get('taints') or []
        if not self.flags['overwrite']:
            taken = already_there(old, self.added)
            if taken:
                raise KubectlError(f'node {info.name} already has {taken} taint(s) with same effect(s) and --overwrite '
                                   'is false')
        operation, taints = reorganize(old, self.added, self.removed, self.flags['overwrite'])
        spec = {key: value for key, value in (node.get('spec') or {}).items() if key != 'taints'}
        changed = {**node, 'spec': {**spec, 'taints': taints} if taints else spec}
        printer = printer_for(self.factory, operation)
        if self.dry_run != CLIENT:
            changed = send_strategic(info, strategic_patch(info, changed), self.flags, self.dry_run)
        printer.print(changed, self.out)


COMMAND = Command(
    usage='taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
    long="""
        Update the taints on one or more nodes.

        * A taint consists of a key, value, and effect. As an argument here, it is expressed as key=value:effect.
        * The key must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 253 characters.
        * Optionally, the key can begin with a DNS subdomain prefix and a single '/', like example.com/my-app.
        * The value is optional. If given, it must begin with a letter or number, and may contain letters, numbers, hyphens, dots, and underscores, up to 63 characters.
        * The effect must be NoSchedule, PreferNoSchedule or NoExecute.
        * Currently taint can only apply to node.
        """,  # noqa: E501
    examples="""
        # Update node 'foo' with a taint with key 'dedicated' and value 'special-user' and effect 'NoSchedule'
        # If a taint with that key and effect already exists, its value is replaced as specified
        kubectl taint nodes foo dedicated=special-user:NoSchedule

        # Remove from node 'foo' the taint with key 'dedicated' and effect 'NoSchedule' if one exists
        kubectl taint nodes foo dedicated:NoSchedule-

        # Remove from node 'foo' all the taints with key 'dedicated'
        kubectl taint nodes foo dedicated-

        # Add a taint with key 'dedicated' on nodes having label myLabel=X
        kubectl taint node -l myLabel=X  dedicated=foo:PreferNoSchedule

        # Add to node 'foo' a taint with key 'bar' and no value
        kubectl taint nodes foo bar:NoSchedule
        """,
    flags=(
        *PRINT_FLAGS, DRY_RUN_FLAG, SELECTOR_FLAG, VALIDATE_FLAG, field_manager_flag('kubectl-taint'),
        Flag('all', default=False, help='Select all nodes in the cluster'),
        Flag('overwrite', default=False, help='If true, allow taints to be overwritten, otherwise reject taint '
             'updates that overwrite existing taints.'),
    ),
    options=TaintOptions,
)
