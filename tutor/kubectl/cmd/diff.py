"""kubectl diff: the live objects against what `apply` would make of them, through the diff program."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.schema import for_resource
from tutor.client.transport import APPLY_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from tutor.kubectl.annotation import modified_configuration
from tutor.kubectl.cmd.apply.patcher import three_way_patch
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import ERRORS, Exit, KubectlError, UsageError, message, with_source, words
from tutor.kubectl.klog import log_warning
from tutor.kubectl.options import SELECTOR_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.printers.printer import without_managed_fields
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import ARRAY, Flag
from tutor.shell.programs.running import NotRunnable, start

FAILED = 2
RETRIES = 4
MASK = '***'
_WORD = re.compile(r'[a-zA-Z0-9-=]+').fullmatch


class DiffOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        self.server_side = flags['server-side']
        if self.args:
            raise UsageError(f'Unexpected args: {words(self.args)}', FAILED)
        if not flags['filename'] and not flags['kustomize']:
            raise KubectlError('must specify one of -f and -k', FAILED)
        self.manager = flags['field-manager']
        if self.server_side and not flags.changed('field-manager'):
            self.manager = 'kubectl'

    def validate(self) -> None:
        if self.flags['force-conflicts'] and not self.server_side:
            raise KubectlError('--force-conflicts only works with --server-side', FAILED)

    async def run(self) -> int | None:
        """0 without differences, 1 with some, 2 when something went wrong."""
        self.uids: set[str] = set()
        self.namespaces: set[str] = set()
        stamp = int(self.factory.now * 1000)
        self.live, self.merged = f'/tmp/LIVE-{stamp}', f'/tmp/MERGED-{stamp}'
        files = self.factory.ctx.files
        for folder in (self.live, self.merged):
            files.make_dirs(folder)
        try:
            namespace, enforce = self.factory.enforced_namespace()
            result = await (self.factory.builder().namespace(namespace)
                            .filename_flags(enforce, self.flags).labels(self.flags['selector']).flatten().do())
            result.check().visit(self._write)
            if self.flags['prune']:
                self._write_pruned()
            return await self._diff()
        except ERRORS as error:
            self.err(message(error))
            raise Exit(FAILED) from None
        finally:
            self._clean()

    # -- the two sides ------------------------------------------------------------------------------------------

    def _write(self, info: Info) -> None:
        wanted = info.object
        for attempt in range(RETRIES):
            try:
                info.get()
            except StatusError as error:
                if error.reason != 'NotFound':
                    raise
                info.obj = None
            live = info.obj
            if attempt == RETRIES - 1:
                self._warn(info)
            try:
                merged = self._merged(info, wanted, locked=attempt < RETRIES - 1)
                break
            except StatusError as error:
                if error.reason != 'Conflict' or attempt == RETRIES - 1:
                    raise
        else:
            return
        self.uids.add(((live or {}).get('metadata') or {}).get('uid', ''))
        self.namespaces.update([info.namespace] if info.namespaced else [])
        self._put(info, live, merged)

    def _warn(self, info: Info) -> None:
        group, version, kind = info.gvk
        log_warning(self.factory, 'diff.go:697',
                    f'Object ({group}/{version}, Kind={kind}: {info.name}) keeps changing, diffing without lock')

    def _write_pruned(self) -> None:
        """--prune: what would be deleted stands on one side only."""
        from tutor.kubectl.cmd.apply.prune import candidates, parse_allowlist, places, warn_of_others
        factory, allowlist = self.factory, parse_allowlist(self.factory, self.flags['prune-allowlist'])
        warn_of_others(factory, allowlist, factory.namespace())
        for mapping, namespace in places(factory, allowlist, list(self.namespaces)):
            for obj in candidates(factory, mapping, namespace, self.flags['selector'], self.uids):
                meta = obj['metadata']
                self._put(Info(factory.client, mapping, meta.get('namespace', ''), meta['name']), obj, None,
                          whole=True)

    def _merged(self, info: Info, wanted: Object, locked: bool) -> Object:
        """InfoObject.Merged: what a dry run of apply gives."""
        query: dict[str, Any] = {'dryRun': 'All', 'fieldManager': self.manager}
        live = info.obj
        if self.server_side:
            query['force'] = 'true' if self.flags['force-conflicts'] else 'false'
            return info.request('PATCH', info.path(), wanted, APPLY_PATCH, **query)
        if live is None:
            return info.request('POST', info.mapping.path(info.namespace), wanted, **query)
        patch = self._patch(info, modified_configuration(wanted, False))
        if not patch:
            return live
        if locked:
            meta = {**(patch.get('metadata') or {}), 'resourceVersion': info.resource_version}
            patch = {**patch, 'metadata': meta}
        strategic = for_resource(info.mapping) is not None
        return info.request('PATCH', info.path(), patch, STRATEGIC_PATCH if strategic else MERGE_PATCH, **query)

    def _patch(self, info: Info, modified: Object) -> Object:
        try:
            return three_way_patch(info, modified, self.err)
        except KubectlError as error:
            raise with_source('patching', info.source, error) from None

    def _put(self, info: Info, live: Object | None, merged: Object | None, whole: bool = False) -> None:
        from tutor.apimachinery.printing.yaml import to_yaml
        if info.mapping.kind == 'Secret' and not info.mapping.group and not self.flags['show-secrets']:
            live, merged = masked(live, merged)
        mapping = info.mapping
        group = f'{mapping.group}.' if mapping.group else ''
        name = f'{group}{mapping.version}.{mapping.kind}.{info.namespace}.{info.name}'
        for folder, obj in ((self.live, live), (self.merged, merged)):
            if obj is not None and not whole and not self.flags['show-managed-fields']:
                obj = without_managed_fields(obj)
            self.factory.ctx.files.put(f'{folder}/{name}', to_yaml(obj) if obj is not None else '')

    # -- the program --------------------------------------------------------------------------------------------

    async def _diff(self) -> int:
        """Diff.Run: KUBECTL_EXTERNAL_DIFF, or `diff -u -N`."""
        ctx = self.factory.ctx
        external = ctx.env.get('KUBECTL_EXTERNAL_DIFF', '')
        command = ['diff', '-u', '-N']
        if external:
            program, *words = external.split(' ')
            command = [program, *(word for word in words if _WORD(word))]
        try:
            status = await start([*command, self.live, self.merged], self.factory.io, ctx).exit
        except NotRunnable:
            raise KubectlError(f'failed to run "{command[0]}": executable file not found in $PATH') from None
        if status > 1:
            raise Exit(status)
        return status

    def _clean(self) -> None:
        files = self.factory.ctx.files
        for folder in (self.live, self.merged):
            for name in files.listdir(folder):
                files.remove(f'{folder}/{name}')
            files.rmdir(folder)


def masked(live: Object | None, merged: Object | None) -> tuple[Object | None, Object | None]:
    """Masker: the values of a Secret, so that one sees only whether they differ."""
    before, after = (live or {}).get('data') or {}, (merged or {}).get('data') or {}
    shown_before, shown_after = dict(before), dict(after)
    for key in before:
        if key in after and before[key] != after[key]:
            shown_before[key], shown_after[key] = f'{MASK} (before)', f'{MASK} (after)'
        else:
            shown_before[key] = MASK
            if key in after:
                shown_after[key] = MASK
    for key in after:
        if key not in before:
            shown_after[key] = MASK
    return ({**live, 'data': shown_before} if live is not None and before else live,
            {**merged, 'data': shown_after} if merged is not None and after else merged)


COMMAND = Command(
    usage='diff -f FILENAME',
    long="""
        Diff configurations specified by file name or stdin between the current online configuration, and the
        configuration as it would be if applied.

        The output is always YAML.

        KUBECTL_EXTERNAL_DIFF environment variable can be used to select your own diff command. Users can use external
        commands with params too, example: KUBECTL_EXTERNAL_DIFF="colordiff -N -u"

        By default, the "diff" command available in your path will be run with the "-u" (unified diff) and "-N" (treat
        absent files as empty) options.

        Exit status: 0 No differences were found. 1 Differences were found. >1 Kubectl or diff failed with an error.

        Note: KUBECTL_EXTERNAL_DIFF, if used, is expected to follow that convention.
        """,
    examples="""
        # Diff resources included in pod.json
        kubectl diff -f pod.json

        # Diff file read from stdin
        cat service.yaml | kubectl diff -f -
        """,
    flags=(
        *filename_flags('contains the configuration to diff'),
        SELECTOR_FLAG,
        field_manager_flag('kubectl-client-side-apply'),
        Flag('concurrency', default=1, help='Number of objects to process in parallel when diffing against the live '
             'version. Larger number = faster, but more memory, I/O and CPU over that shorter period of time.'),
        Flag('force-conflicts', default=False, help='If true, server-side apply will force the changes against '
             'conflicts.'),
        Flag('prune', default=False, help='Include resources that would be deleted by pruning. Can be used with -l and '
             'default shows all resources would be pruned'),
        Flag('prune-allowlist', default=(), kind=ARRAY, help='Overwrite the default allowlist with '
             '<group/version/kind> for --prune'),
        Flag('server-side', default=False, help='If true, apply runs in the server instead of the client.'),
        Flag('show-managed-fields', default=False, help='If true, include managed fields in the diff.'),
        Flag('show-secrets', default=False, help='If true, display the actual values of Secret data in diffs. By '
             'default, Secret values are masked.'),
    ),
    flag_error_code=FAILED,
    options=DiffOptions,
)
