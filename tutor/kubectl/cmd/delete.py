"""kubectl delete."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import InvalidName
from tutor.kubectl.cascade import (
    CASCADE_FLAG,
    FORCE_FLAG,
    GRACE_PERIOD_FLAG,
    TIMEOUT_FLAG,
    delete_options,
    propagation_policy,
    wait_flag,
)
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, NONE, SERVER, dry_run_strategy, query_for
from tutor.kubectl.errors import KubectlError, with_source
from tutor.kubectl.factory import Factory
from tutor.kubectl.options import (
    ALL_NAMESPACES_FLAG,
    DRY_RUN_FLAG,
    FIELD_SELECTOR_FLAG,
    SELECTOR_FLAG,
    file_name_flags,
)
from tutor.kubectl.raw import check_body, check_uri, raw, raw_body
from tutor.kubectl.resource.info import Info, kind_text
from tutor.kubectl.resource.result import Result
from tutor.kubectl.watching import FOREVER, Deadline, until_deleted
from tutor.shell.pflag import Flag

IMMEDIATE = ('Warning: Immediate deletion does not wait for confirmation that the running resource has been '
             'terminated. The resource may continue to run on the cluster indefinitely.\n')
CLUSTER_SCOPE = 'Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n'
DRY_RUN_SUFFIX = {CLIENT: ' (dry run)', SERVER: ' (server dry run)'}


class Deletion:
    """Deletes what a Result names, says so, and waits until it is gone. Other commands use it too (`replace
    --force`, `run --rm`, `apply --prune`)."""

    def __init__(self, factory: Factory, policy: str = 'Background', grace_period: int = -1,
                 dry_run: str = NONE) -> None:
        self.factory = factory
        self.policy = policy
        self.grace_period = grace_period
        self.dry_run = dry_run
        self.short_output = False
        self.quiet = False
        self.warn_cluster_scope = False
        self.deleted: list[tuple[Info, str]] = []

    def delete(self, result: Result) -> int:
        """Delete them all; how many there were."""
        self.deleted = []
        result.visit(self._delete)
        return len(self.deleted)

    def _delete(self, info: Info) -> None:
        self.deleted.append((info, ''))
        if self.warn_cluster_scope and not info.namespaced:
            self.factory.io.stderr.write(CLUSTER_SCOPE)
            self.warn_cluster_scope = False
        if self.dry_run == CLIENT:
            self.say(info)
            return
        try:
            response = info.delete(delete_options(self.policy, self.grace_period), **query_for(self.dry_run))
        except (StatusError, KubectlError, InvalidName) as error:
            raise with_source('deleting', info.source, error) from None
        self.say(info)
        self.deleted[-1] = (info, _uid(response))

    def say(self, info: Info) -> None:
        if self.quiet:
            return
        kind = kind_text(info.mapping)
        if self.short_output:
            self.factory.io.stdout.write(f'{kind}/{info.name}\n')
            return
        operation = 'force deleted' if self.grace_period == 0 else 'deleted'
        where = f' from {info.namespace} namespace' if info.namespaced and info.namespace else ''
        suffix = DRY_RUN_SUFFIX.get(self.dry_run, '')
        self.factory.io.stdout.write(f'{kind} "{info.name}" {operation}{where}{suffix}\n')

    async def wait(self, timeout: float = 0.0) -> None:
        """Until all are gone. Who may not watch does not wait."""
        if self.dry_run != NONE:
            return
        deadline = Deadline(self.factory.ctx.simulation, timeout or FOREVER)
        try:
            for info, uid in self.deleted:
                await until_deleted(info, uid, deadline)
        except StatusError as error:
            if error.reason not in ('Forbidden', 'MethodNotAllowed'):
                raise


def _uid(response: Object) -> str:
    """Of what was deleted: a Status tells it, and so does an object that still waits for its end."""
    if response.get('kind') == 'Status':
        return (response.get('details') or {}).get('uid', '')
    return (response.get('metadata') or {}).get('uid', '')


class DeleteOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        self.namespace, self.enforce = self.factory.enforced_namespace()
        by_selector = flags['all'] or flags['selector'] or flags['field-selector']
        self.ignore_not_found = flags['ignore-not-found'] or bool(
            by_selector and not flags.changed('ignore-not-found'))
        self.grace_period = flags['grace-period']
        if flags['now']:
            if self.grace_period != -1:
                raise KubectlError('--now and --grace-period cannot be specified together')
            self.grace_period = 1
        if self.grace_period == 0 and not flags['force']:
            # Nobody loses data by chance: without --force, 0 means as soon as possible, and kubectl waits for it.
            self.grace_period = 1
        if flags['force'] and self.grace_period < 0:
            self.grace_period = 0
        self.dry_run = dry_run_strategy(self.factory, flags)
        self.policy = propagation_policy(self.factory, flags)

    def _check_output(self) -> None:
        output = self.flags['output']
        if output not in ('', 'name'):
            raise KubectlError(f"unexpected -o output mode: {output}. We only support '-o name'")

    def _warn(self) -> None:
        if not self.flags['force']:
            return
        if self.grace_period > 0:
            raise KubectlError('--force and --grace-period greater than 0 cannot be specified together')
        self.err(IMMEDIATE)

    async def run(self) -> int | None:
        flags = self.flags
        if flags['raw']:
            return await self._raw()
        result = await self._result()
        result.check()
        self._check_output()
        self._warn()
        deletion = Deletion(self.factory, self.policy, self.grace_period, self.dry_run)
        deletion.short_output = flags['output'] == 'name'
        deletion.warn_cluster_scope = self.enforce and not flags['all-namespaces']
        if self.ignore_not_found:
            result.ignore_not_found()
        if flags['interactive'] and not await self._confirmed(result):
            return 0
        if not deletion.delete(result):
            self.out('No resources found\n')
        elif flags['wait']:
            await deletion.wait(flags['timeout'])
        return 0

    async def _result(self) -> Result:
        flags = self.flags
        return await (
            self.factory.builder().continue_on_error().namespace(self.namespace)
            .filename_flags(self.enforce, flags).labels(flags['selector']).fields(flags['field-selector'])
            .select_all(flags['all']).all_namespaces(flags['all-namespaces']).arguments(False, self.args)
            .require_object(False).flatten().do())

    async def _confirmed(self, result: Result) -> bool:
        """--interactive: show what would go, and ask."""
        infos: list[Info] = []
        result.visit(infos.append)
        result.replay(infos)
        self.out(f'You are about to delete the following {len(infos)} resource(s):\n')
        for info in infos:
            self.out(f'{kind_text(info.mapping)}/{info.name}\n')
        self.out('Do you want to continue? (y/N): ')
        answer = (await self.factory.io.stdin.readline()).decode('utf-8', 'replace').strip()
        if answer.lower() != 'y':
            self.out('deletion is cancelled\n')
            return False
        return True

    async def _raw(self) -> int:
        if self.flags['filename']:
            check_body(self.flags['raw'], self.flags['filename'])
            return await raw_body(self.factory, 'DELETE', self.flags['raw'], self.flags['filename'])
        check_uri(self.flags['raw'])
        return raw(self.factory, 'DELETE', self.flags['raw'])


COMMAND = Command(
    usage='delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])',
    long="""
        Delete resources by file names, stdin, resources and names, or by resources and label selector.

        JSON and YAML formats are accepted. Only one type of argument may be specified: file names, resources and
        names, or resources and label selector.

        Some resources, such as pods, support graceful deletion. These resources define a default period before they
        are forcibly terminated (the grace period) but you may override that value with the --grace-period flag, or
        pass --now to set a grace-period of 1. Because these resources often represent entities in the cluster,
        deletion may not be acknowledged immediately. If the node hosting a pod is down or cannot reach the API
        server, termination may take significantly longer than the grace period. To force delete a resource, you must
        specify the --force flag. Note: only a subset of resources support graceful deletion. In absence of the
        support, the --grace-period flag is ignored.

        IMPORTANT: Force deleting pods does not wait for confirmation that the pod's processes have been terminated,
        which can leave those processes running until the node detects the deletion and completes graceful deletion.
        If your processes use shared storage or talk to a remote API and depend on the name of the pod to identify
        themselves, force deleting those pods may result in multiple processes running on different machines using
        the same identification which may lead to data corruption or inconsistency. Only force delete pods when you
        are sure the pod is terminated, or if your application can tolerate multiple copies of the same pod running
        at once. Also, if you force delete pods, the scheduler may place new pods on those nodes before the node has
        released those resources and causing those pods to be evicted immediately.

        Note that the delete command does NOT do resource version checks, so if someone submits an update to a
        resource right when you submit a delete, their update will be lost along with the rest of the resource.

        After a CustomResourceDefinition is deleted, invalidation of discovery cache may take up to 6 hours. If you
        don't want to wait, you might want to run "kubectl api-resources" to refresh the discovery cache.
        """,
    examples="""
        # Delete a pod using the type and name specified in pod.json
        kubectl delete -f ./pod.json

        # Delete resources from a directory containing kustomization.yaml - e.g. dir/kustomization.yaml
        kubectl delete -k dir

        # Delete resources from all files that end with '.json'
        kubectl delete -f '*.json'

        # Delete a pod based on the type and name in the JSON passed into stdin
        cat pod.json | kubectl delete -f -

        # Delete pods and services with same names "baz" and "foo"
        kubectl delete pod,service baz foo

        # Delete pods and services with label name=myLabel
        kubectl delete pods,services -l name=myLabel

        # Delete a pod with minimal delay
        kubectl delete pod foo --now

        # Force delete a pod on a dead node
        kubectl delete pod foo --force

        # Delete all pods
        kubectl delete pods --all

        # Delete all pods only if the user confirms the deletion
        kubectl delete pods --all --interactive
        """,
    flags=(
        *file_name_flags('containing the resource to delete.'),
        ALL_NAMESPACES_FLAG,
        CASCADE_FLAG,
        DRY_RUN_FLAG,
        FIELD_SELECTOR_FLAG,
        FORCE_FLAG,
        GRACE_PERIOD_FLAG,
        SELECTOR_FLAG,
        TIMEOUT_FLAG,
        wait_flag(True),
        Flag('all', default=False, help='Delete all resources, in the namespace of the specified resource types.'),
        Flag('ignore-not-found', default=False, help='Treat "resource not found" as a successful delete. Defaults to '
             '"true" when --all is specified.'),
        Flag('interactive', 'i', False, 'If true, delete resource only when user confirms.'),
        Flag('now', default=False, help='If true, resources are signaled for immediate shutdown (same as '
             '--grace-period=1).'),
        Flag('output', 'o', help='Output mode. Use "-o name" for shorter output (resource/name).'),
        Flag('raw', help='Raw URI to DELETE to the server.  Uses the transport specified by the kubeconfig file.'),
    ),
    options=DeleteOptions,
)
