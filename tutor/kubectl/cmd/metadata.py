"""What `kubectl label` and `kubectl annotate` share."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery.objects import Object, deep_copy
from tutor.kubectl.command import Options
from tutor.kubectl.dry_run import SERVER, dry_run_strategy
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import (
    DRY_RUN_FLAG,
    FIELD_SELECTOR_FLAG,
    PRINT_FLAGS,
    SELECTOR_FLAG,
    field_manager_flag,
    filename_flags,
)
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import Flag


class MetadataOptions(Options):
    """Changes one map in the metadata of each object. `noun` is 'label' or 'annotation'."""

    noun = ''
    local_files = '', ''
    resources: list[str]
    added: dict[str, str]
    removed: list[str]

    def parse(self) -> None:
        raise NotImplementedError

    def visit(self, info: Info) -> None:
        raise NotImplementedError

    def change(self, obj: Object) -> None:
        raise NotImplementedError

    def complete(self) -> None:
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.parse()
        if self.flags['list'] and self.flags['output']:
            raise KubectlError('--list and --output may not be specified together')
        self.namespace, self.enforced = self.factory.enforced_namespace()

    def validate(self) -> None:
        flags = self.flags
        if flags['all'] and flags['selector']:
            raise KubectlError('cannot set --all and --selector at the same time')
        if flags['all'] and flags['field-selector']:
            raise KubectlError('cannot set --all and --field-selector at the same time')
        files = flags['filename'] or flags['kustomize']
        if flags['local']:
            self._validate_local(bool(files))
        elif not self.resources and not files:
            raise KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>')
        if not self.added and not self.removed and not flags['list']:
            raise KubectlError(f'at least one {self.noun} update is required')

    def _validate_local(self, files: bool) -> None:
        yaml, json = self.local_files
        if self.dry_run == SERVER:
            raise KubectlError('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
        if self.resources:
            raise KubectlError(f'can only use local files by -f {yaml} or --filename={json} when --local=true is set')
        if not files:
            raise KubectlError(f'one or more files must be specified as -f {yaml} or --filename={json}')

    async def run(self) -> None:
        flags = self.flags
        builder = self.factory.builder().local(flags['local']).continue_on_error().namespace(self.namespace)
        builder.filename_flags(self.enforced, flags).flatten()
        if not flags['local']:
            builder.labels(flags['selector']).fields(flags['field-selector']).all_namespaces(flags['all-namespaces'])
            builder.arguments(flags['all'], self.resources).latest()
        result = (await builder.do()).check()
        self.single = result.single_item_implied
        if not self.single and flags['resource-version']:
            raise KubectlError('--resource-version may only be used with a single resource')
        result.visit(self.visit)

    def original(self, info: Info) -> Object:
        """The object without its version when --resource-version names one: so the patch has it in any case."""
        if info.object.get('metadata') is None:
            return {**info.object, 'metadata': {}}
        if not self.flags['resource-version']:
            return info.object
        meta = {key: value for key, value in info.object['metadata'].items() if key != 'resourceVersion'}
        return {**info.object, 'metadata': meta}

    def set_metadata(self, obj: Object, field: str, values: Mapping[str, str]) -> None:
        obj.setdefault('metadata', {})[field] = dict(values)
        if self.flags['resource-version']:
            obj['metadata']['resourceVersion'] = self.flags['resource-version']

    def changed(self, old: Object) -> Object:
        new = deep_copy(old)
        self.change(new)
        if not self.flags['list']:
            record(self, new)
        return new

    def show(self, info: Info, values: Mapping[str, str]) -> None:
        """--list."""
        indent = ''
        if not self.single:
            indent = ' '
            group, _, kind = info.gvk
            self.out(f'Listing {self.noun}s for {kind}.{group}/{info.name}:\n')
        self.out(''.join(f'{indent}{key}={value}\n' for key, value in sorted(values.items())))


def metadata_flags(noun: str, plural: str, version_help: str) -> tuple[Flag, ...]:
    verb = 'label' if noun == 'label' else 'annotate'
    return (
        *PRINT_FLAGS, DRY_RUN_FLAG, RECORD_FLAG, FIELD_SELECTOR_FLAG, SELECTOR_FLAG,
        field_manager_flag(f'kubectl-{verb}'),
        *filename_flags(f'identifying the resource to update the {plural if noun == "label" else noun}'),
        Flag('all', default=False, help='Select all resources, in the namespace of the specified resource types'),
        Flag('all-namespaces', 'A', False, 'If true, check the specified action in all namespaces.'),
        Flag('list', default=False, help=f'If true, display the {plural} for a given resource.'),
        Flag('local', default=False, help=f'If true, {noun} will NOT contact api-server but run locally.'),
        Flag('overwrite', default=False, help=f'If true, allow {plural} to be overwritten, otherwise reject {noun} '
             f'updates that overwrite existing {plural}.'),
        Flag('resource-version', help=version_help),
    )
