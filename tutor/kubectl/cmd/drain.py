"""kubectl drain, and what it shares with cordon and uncordon."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.selectors import SelectorError, parse
from tutor.client.transport import STRATEGIC_PATCH
from tutor.kubectl.command import Command, Options
from tutor.kubectl.drainage import Chosen, Drainer
from tutor.kubectl.dry_run import CLIENT, SERVER, dry_run_strategy
from tutor.kubectl.errors import AggregateError, KubectlError, UsageError, error_text, raise_together
from tutor.kubectl.options import CHUNK_SIZE_FLAG, DRY_RUN_FLAG, SELECTOR_FLAG
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info, gvr_text
from tutor.shell.pflag import DURATION, Flag

ERRORS = (KubectlError, StatusError, AggregateError)
CORDON_FLAGS = (DRY_RUN_FLAG, SELECTOR_FLAG)


class NodeOptions(Options):
    """The nodes of cordon, uncordon and drain, by name or by label."""

    nodes: list[Info]

    def complete(self) -> None:
        if not self.args and not self.flags.changed('selector'):
            raise UsageError(f'USAGE: {self.command.command.usage} [flags]')
        if self.args and self.flags['selector']:
            raise UsageError('error: cannot specify both a node name and a --selector option')
        self.dry_run = dry_run_strategy(self.factory, self.flags)

    async def find_nodes(self) -> None:
        builder = self.factory.builder().typed().namespace(self.factory.namespace()).resource_names('nodes', *self.args)
        if self.flags['selector']:
            builder.labels(self.flags['selector']).resource_types('nodes')
        self.nodes = (await builder.single_resource_type().flatten().do()).infos()
        for info in self.nodes:
            if (info.mapping.group, info.mapping.plural) != ('', 'nodes'):
                raise KubectlError(f'error: expected resource of type node, got "{gvr_text(info.mapping)}"')

    def report(self, obj: Object, operation: str) -> None:
        printer_for(self.factory, operation, self.dry_run).print(obj, self.out)

    def cordon(self, desired: bool) -> None:
        """RunCordonOrUncordon: says of each node what became of it."""
        word = 'cordoned' if desired else 'uncordoned'
        for info in self.nodes:
            if bool((info.object.get('spec') or {}).get('unschedulable')) == desired:
                self.report(info.object, f'already {word}')
                continue
            if self.dry_run != CLIENT:
                try:
                    self._patch(info, desired)
                except ERRORS as error:
                    self.err(f'error: unable to {word[:-2]} node "{info.name}": {error_text(error)}\n')
                    continue
            self.report(info.object, word)

    def _patch(self, info: Info, desired: bool) -> None:
        query = {'dryRun': 'All'} if self.dry_run == SERVER else {}
        patch = {'spec': {'unschedulable': True if desired else None}}
        info.request('PATCH', info.path(), patch, STRATEGIC_PATCH, **query)


class DrainOptions(NodeOptions):
    def complete(self) -> None:
        super().complete()
        if self.flags['pod-selector']:
            try:
                parse(self.flags['pod-selector'])
            except SelectorError:
                raise KubectlError('--pod-selector=<pod_selector> must be a valid label selector') from None

    async def run(self) -> None:
        flags = self.flags
        await self.find_nodes()
        self.cordon(True)
        drainer = Drainer(
            self.factory.client, self.factory.ctx.simulation, self.out, self.err, self._gone, flags['force'],
            flags['ignore-daemonsets'], flags['delete-emptydir-data'], flags['disable-eviction'],
            flags['grace-period'], flags['timeout'], flags['skip-wait-for-delete-timeout'], flags['pod-selector'],
            flags['chunk-size'], self.dry_run)
        failures: list[Exception] = []
        pending: list[str] = []
        for info in self.nodes:
            try:
                await self._drain(info, drainer)
                self.report(info.object, 'drained')
            except ERRORS as error:
                self.err(f'error: unable to drain node "{info.name}" due to error: {error_text(error)}, continuing '
                         'command...\n')
                failures.append(error)
                pending.append(info.name)
        if pending:
            self.err('There are pending nodes to be drained:\n' + ''.join(f' {name}\n' for name in pending))
        # Every failure is an Aggregate of its own upstream: their texts stand alone, without 'error: '.
        raise_together(error if isinstance(error, AggregateError) else AggregateError([error]) for error in failures)

    async def _drain(self, info: Info, drainer: Drainer) -> None:
        """deleteOrEvictPodsSimple."""
        chosen = drainer.choose(info.name)
        failure = chosen.failure()
        if failure is not None:
            raise failure
        if chosen.warnings:
            self.err(f'Warning: {chosen.warning()}\n')
        if self.dry_run == CLIENT:
            for pod in chosen.pods:
                meta = pod['metadata']
                self.out(f'evicting pod {meta.get("namespace", "")}/{meta["name"]} (dry run)\n')
            return
        try:
            await drainer.remove(chosen.pods)
        except ERRORS as error:
            self._pending(info, drainer.choose(info.name), error)
            raise

    def _pending(self, info: Info, left: Chosen, error: Exception) -> None:
        if left.pods:
            self.err(f'There are pending pods in node "{info.name}" when an error occurred: {error_text(error)}\n')
            self.err(''.join(f'pod/{pod["metadata"]["name"]}\n' for pod in left.pods))
        failure = left.failure()
        if failure is not None:
            self.err(f'Following errors occurred while getting the list of pods to delete:\n{error_text(failure)}')

    def _gone(self, pod: Object, evicted: bool) -> None:
        shown = pod if 'kind' in pod else {'apiVersion': 'v1', 'kind': 'Pod', **pod}
        self.report(shown, 'evicted' if evicted else 'deleted')


COMMAND = Command(
    usage='drain NODE',
    long="""
        Drain node in preparation for maintenance.

        The given node will be marked unschedulable to prevent new pods from arriving. 'drain' evicts the pods if
        the API server supports https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ eviction
        https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ . Otherwise, it will use normal DELETE to
        delete the pods. The 'drain' evicts or deletes all pods except mirror pods (which cannot be deleted through
        the API server).  If there are daemon set-managed pods, drain will not proceed without --ignore-daemonsets,
        and regardless it will not delete any daemon set-managed pods, because those pods would be immediately
        replaced by the daemon set controller, which ignores unschedulable markings.  If there are any pods that are
        neither mirror pods nor managed by a replication controller, replica set, daemon set, stateful set, or job,
        then drain will not delete any pods unless you use --force.  --force will also allow deletion to proceed if
        the managing resource of one or more pods is missing.

        'drain' waits for graceful termination. You should not operate on the machine until the command completes.

        When you are ready to put the node back into service, use kubectl uncordon, which will make the node
        schedulable again.

        ![Workflow](https://kubernetes.io/images/docs/kubectl_drain.svg)
        """,
    examples="""
        # Drain node "foo", even if there are pods not managed by a replication controller, replica set, job, daemon set, or stateful set on it
        kubectl drain foo --force

        # As above, but abort if there are pods not managed by a replication controller, replica set, job, daemon set, or stateful set, and use a grace period of 15 minutes
        kubectl drain foo --grace-period=900
        """,  # noqa: E501
    flags=(
        *CORDON_FLAGS, CHUNK_SIZE_FLAG,
        Flag('delete-emptydir-data', default=False, help='Continue even if there are pods using emptyDir (local data '
             'that will be deleted when the node is drained).'),
        Flag('disable-eviction', default=False, help='Force drain to use delete, even if eviction is supported. This '
             'will bypass checking PodDisruptionBudgets, use with caution.'),
        Flag('force', default=False, help='Continue even if there are pods that do not declare a controller.'),
        Flag('grace-period', default=-1, help='Period of time in seconds given to each pod to terminate gracefully. '
             'If negative, the default value specified in the pod will be used.'),
        Flag('ignore-daemonsets', default=False, help='Ignore DaemonSet-managed pods.'),
        Flag('pod-selector', help='Label selector to filter pods on the node'),
        Flag('skip-wait-for-delete-timeout', default=0, help='If pod DeletionTimestamp older than N seconds, skip '
             'waiting for the pod.  Seconds must be greater than 0 to skip.'),
        Flag('timeout', default=0.0, kind=DURATION, help='The length of time to wait before giving up, zero means '
             'infinite'),
    ),
    options=DrainOptions,
)
