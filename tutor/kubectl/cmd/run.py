"""kubectl run: a pod that runs an image, attached to it if that is asked for."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.errors import StatusError, not_found
from tutor.apimachinery.names import is_env_name
from tutor.apimachinery.objects import Object, is_true
from tutor.apimachinery.resources import find
from tutor.kubectl.annotation import annotated
from tutor.kubectl.cascade import (
    CASCADE_FLAG,
    FORCE_FLAG,
    GRACE_PERIOD_FLAG,
    TIMEOUT_FLAG,
    propagation_policy,
    wait_flag,
)
from tutor.kubectl.cmd.delete import Deletion
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, NONE, dry_run_strategy, query_for
from tutor.kubectl.errors import ERRORS, KubectlError, UsageError, error_text, raise_all
from tutor.kubectl.images import is_reference
from tutor.kubectl.intstr import parse_int
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SAVE_CONFIG_FLAG, field_manager_flag, file_name_flags
from tutor.kubectl.overrides import OVERRIDE_FLAGS, overridden
from tutor.kubectl.printers.print_flags import output_format, printer_for
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.kubectl.services import ServiceSpec, parse_labels
from tutor.kubectl.watching import MISSING, Deadline, TimedOut, events_of
from tutor.shell.pflag import ARRAY, DURATION, Flag

RESTART_POLICIES = ('Always', 'OnFailure', 'Never')
PULL_POLICIES = ('', 'Always', 'IfNotPresent', 'Never')
OVER = ('Succeeded', 'Failed')


class RunOptions(Options):
    def complete(self) -> None:
        flags = self.flags
        self.dry_run = dry_run_strategy(self.factory, flags)
        self.printer = printer_for(self.factory, 'created', self.dry_run, typed=True)
        self.policy = propagation_policy(self.factory, flags)
        self.namespace, self.enforce = self.factory.enforced_namespace()
        self.interactive = flags['stdin']
        self.attach = flags['attach'] or (self.interactive and not flags.changed('attach'))
        self.created: list[tuple[str, str]] = []
        self.failure = ''
        """How what ran has ended, if not well; told when nothing is left to be done."""

    def validate(self) -> None:
        flags = self.flags
        if not self.args or flags.args_before_dash == 0:
            raise UsageError('NAME is required for run')
        if not flags['image']:
            raise KubectlError('--image is required')
        if not is_reference(flags['image']):
            raise KubectlError(f'Invalid image name "{flags["image"]}": invalid reference format')
        if flags['tty'] and not self.interactive:
            raise UsageError('-i/--stdin is required for containers with -t/--tty=true')
        if flags['expose'] and not flags['port']:
            raise UsageError('--port must be set when exposing a service')
        self.restart_policy = flags['restart'] or ('OnFailure' if self.interactive else 'Always')
        if self.restart_policy not in RESTART_POLICIES:
            raise UsageError(f'invalid restart policy: {flags["restart"]}')
        if not self.attach and flags['rm']:
            raise UsageError('--rm should only be used for attached containers')
        if self.attach and self.dry_run != NONE:
            raise UsageError("--dry-run=[server|client] can't be used with attached containers options (--attach, "
                             '--stdin, or --tty)')
        if flags['image-pull-policy'] not in PULL_POLICIES:
            raise UsageError(f'invalid image pull policy: {flags["image-pull-policy"]}')

    async def run(self) -> int | None:
        pod = overridden(self.pod(), self.flags['overrides'], self.flags['override-type'])
        pod = self._create('pods', pod)
        errors: list[Exception] = []
        if self.flags['expose']:
            try:
                self._expose()
            except ERRORS as error:
                errors.append(error)
        if self.attach:
            try:
                code = await self._attached(pod)
            finally:
                if self.flags['rm']:
                    await self._remove()
            self.err(self.failure)
            return code
        self.printer.print(pod, self.out)
        raise_all(errors)
        return 0

    # -- what is made -------------------------------------------------------------------------------------------

    def pod(self) -> Object:
        """BasicPod.Generate."""
        flags = self.flags
        name = self.args[0]
        meta: Object = {'name': name, 'labels': parse_labels(flags['labels']) or {'run': name}}
        annotations = dict(_pair(text, 'annotations format') for text in flags['annotations'])
        if annotations:
            meta['annotations'] = annotations
        spec: Object = {'containers': [self._container(name)], 'dnsPolicy': 'ClusterFirst',
                        'restartPolicy': self.restart_policy}
        return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': meta, 'spec': spec, 'status': {}}

    def _container(self, name: str) -> Object:
        flags = self.flags
        container: Object = {'name': name, 'image': flags['image'], 'resources': {}}
        if flags['stdin']:
            container['stdin'] = True
            # The container's input ends with the first session, unless it is to be left open.
            if not flags['leave-stdin-open']:
                container['stdinOnce'] = True
        if flags['tty']:
            container['tty'] = True
        if flags['image-pull-policy']:
            container['imagePullPolicy'] = flags['image-pull-policy']
        if self.args[1:]:
            container['command' if flags['command'] else 'args'] = self.args[1:]
        env = [_variable(text) for text in flags['env']]
        if env:
            container['env'] = env
        if flags['port']:
            container['ports'] = [{'containerPort': parse_int(flags['port'], function='Atoi')}]
        if flags['privileged']:
            container['securityContext'] = {'privileged': True}
        return container

    def _expose(self) -> None:
        name, labels = self.args[0], self.flags['labels']
        service = ServiceSpec(name=name, selector=labels or f'run={name}', labels=parse_labels(labels),
                              ports=[self.flags['port']]).build()
        self.printer.print(self._create('services', service), self.out)
        if output_format(self.factory) == 'yaml':
            self.out('---\n')

    def _create(self, plural: str, obj: Object) -> Object:
        if self.dry_run == CLIENT:
            if self.enforce:
                obj['metadata']['namespace'] = self.namespace
            return obj
        obj = annotated(obj, self.flags['save-config'], typed=True)
        record(self, obj)
        query = query_for(self.dry_run, fieldManager=self.flags['field-manager'])
        created = self.factory.client.create(plural, obj, self.namespace, **query)
        self.created.append((plural, created['metadata']['name']))
        return {**created, 'apiVersion': obj['apiVersion'], 'kind': obj['kind']}

    # -- attached -----------------------------------------------------------------------------------------------

    async def _attached(self, pod: Object) -> int:
        """handleAttachPod, then the exit code of what ran."""
        pod = await self._until(pod, _running_or_over)
        container = pod['spec']['containers'][0]['name']
        if pod['status']['phase'] in OVER:
            await self._logs(pod, container)
        else:
            from tutor.kubectl.attaching import attach
            from tutor.kubectl.streams import StreamOptions
            streams = StreamOptions(self.factory.io, self.interactive, self.flags['tty'], self.flags['quiet'])
            try:
                await attach(self.factory, pod, container, streams, self.flags['quiet'])
            except ERRORS as error:
                if not _refused(error):
                    raise
                self.err(f'warning: couldn\'t attach to pod/{pod["metadata"]["name"]}, falling back to streaming '
                         f'logs: {error_text(error)}\n')
                await self._logs(pod, container)
        if self.flags['leave-stdin-open'] or self.restart_policy == 'Always':
            return 0
        return self._exit_code(await self._until(pod, self._is_over))

    def _is_over(self, pod: Object) -> bool:
        phase = (pod.get('status') or {}).get('phase')
        return phase in OVER if self.restart_policy == 'Never' else phase == 'Succeeded'

    async def _until(self, pod: Object, holds: Callable[[Object], bool]) -> Object:
        """waitForPod."""
        meta = pod['metadata']
        info = Info(self.factory.client, find('', 'pods'), meta['namespace'], meta['name'])
        deadline = Deadline(self.factory.ctx.simulation, self.flags['pod-running-timeout'])
        async for kind, obj in events_of(info, deadline):
            if kind in (MISSING, 'DELETED'):
                raise not_found('', 'pods', meta['name'] if kind == MISSING else '')
            if holds(obj):
                return obj
        raise TimedOut

    async def _logs(self, pod: Object, container: str) -> None:
        meta = pod['metadata']
        path = f'/api/v1/namespaces/{meta["namespace"]}/pods/{meta["name"]}/log'
        stream = self.factory.client.stream(path, container=container)
        while data := await stream.reader.read(32 * 1024):
            self.out(data)

    def _exit_code(self, pod: Object) -> int:
        where = f'{pod["metadata"]["namespace"]}/{pod["metadata"]["name"]}'
        status = pod.get('status') or {}
        phase = status.get('phase')
        if phase == 'Succeeded':
            return 0
        if phase != 'Failed':
            raise KubectlError(f'pod {where} left in phase {phase}')
        states = [entry.get('state') or {} for entry in status.get('containerStatuses') or []]
        ended = states[0].get('terminated') if states else None
        code = (ended or {}).get('exitCode', 0)
        if not ended or not code:
            raise KubectlError(f'pod {where} failed with unknown exit code')
        text = f'pod {where} terminated ({ended.get("reason", "")})\n{ended.get("message", "")}'
        self.failure = text if text.endswith('\n') else f'{text}\n'
        return code

    async def _remove(self) -> None:
        for plural, name in self.created:
            deletion = Deletion(self.factory, self.policy)
            deletion.quiet = self.flags['quiet']
            result = await (self.factory.builder().continue_on_error().namespace(self.namespace)
                            .resource_names(plural, name).flatten().do())
            deletion.delete(result.ignore_not_found())


def _pair(text: str, what: str) -> tuple[str, str]:
    """parseEnvs and parseAnnotations."""
    key, equals, value = text.partition('=')
    if not equals or not key:
        raise KubectlError(f'invalid {what}: {text}')
    return key, value


def _variable(text: str) -> Object:
    """parseEnvs; an empty value is left out, as Go's struct leaves it out."""
    name, value = _pair(text, 'env')
    if is_env_name(name):
        raise KubectlError(f'invalid env: {text}')
    return {'name': name, 'value': value} if value else {'name': name}


def _running_or_over(pod: Object) -> bool:
    """podRunningAndReady."""
    phase = (pod.get('status') or {}).get('phase')
    return phase in OVER or (phase == 'Running' and is_true(pod, 'Ready'))


def _refused(error: Exception) -> bool:
    """Whether there was no session at all, so that the logs are what can be had."""
    return isinstance(error, StatusError) and error.code in (400, 404, 500)


COMMAND = Command(
    usage='run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] '
          '[--overrides=inline-json] [--command] -- [COMMAND] [args...]',
    long="""
        Create and run a particular image in a pod.
        """,
    examples="""
        # Start a nginx pod
        kubectl run nginx --image=nginx

        # Start a hazelcast pod and let the container expose port 5701
        kubectl run hazelcast --image=hazelcast/hazelcast --port=5701

        # Start a hazelcast pod and set environment variables "DNS_DOMAIN=cluster" and "POD_NAMESPACE=default" in the container
        kubectl run hazelcast --image=hazelcast/hazelcast --env="DNS_DOMAIN=cluster" --env="POD_NAMESPACE=default"

        # Start a hazelcast pod and set labels "app=hazelcast" and "env=prod" in the container
        kubectl run hazelcast --image=hazelcast/hazelcast --labels="app=hazelcast,env=prod"

        # Dry run; print the corresponding API objects without creating them
        kubectl run nginx --image=nginx --dry-run=client

        # Start a nginx pod, but overload the spec with a partial set of values parsed from JSON
        kubectl run nginx --image=nginx --overrides='{ "apiVersion": "v1", "spec": { ... } }'

        # Start a busybox pod and keep it in the foreground, don't restart it if it exits
        kubectl run -i -t busybox --image=busybox --restart=Never

        # Start the nginx pod using the default command, but use custom arguments (arg1 .. argN) for that command
        kubectl run nginx --image=nginx -- <arg1> <arg2> ... <argN>

        # Start the nginx pod using a different command and custom arguments
        kubectl run nginx --image=nginx --command -- <cmd> <arg1> ... <argN>
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        *file_name_flags('to use to replace the resource.'),
        *OVERRIDE_FLAGS,
        CASCADE_FLAG,
        DRY_RUN_FLAG,
        FORCE_FLAG,
        GRACE_PERIOD_FLAG,
        RECORD_FLAG,
        SAVE_CONFIG_FLAG,
        TIMEOUT_FLAG,
        wait_flag(False),
        field_manager_flag('kubectl-run'),
        Flag('annotations', default=(), kind=ARRAY, help='Annotations to apply to the pod.'),
        Flag('attach', default=False, help="If true, wait for the Pod to start running, and then attach to the Pod as "
             "if 'kubectl attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the "
             "default is true. With '--restart=Never' the exit code of the container process is returned."),
        Flag('command', default=False, help="If true and extra arguments are present, use them as the 'command' field "
             "in the container, rather than the 'args' field which is the default."),
        Flag('detach-keys', default='ctrl-p,ctrl-q', help='Key sequence for detaching a container. The format is '
             '[a-Z] or ctrl-<value> where <value> is one of: a-z, @, ^, [, , or _.'),
        Flag('env', default=(), kind=ARRAY, help='Environment variables to set in the container.'),
        Flag('expose', default=False, help='If true, create a ClusterIP service associated with the pod.  Requires '
             '`--port`.'),
        Flag('image', help='The image for the container to run.'),
        Flag('image-pull-policy', help='The image pull policy for the container.  If left empty, this value will not '
             'be specified by the client and defaulted by the server.'),
        Flag('labels', 'l', help='Comma separated labels to apply to the pod. Will override previous values.'),
        Flag('leave-stdin-open', default=False, help='If the pod is started in interactive mode or with stdin, leave '
             'stdin open after the first attach completes. By default, stdin will be closed after the first attach '
             'completes.'),
        Flag('pod-running-timeout', default=60.0, kind=DURATION, help='The length of time (like 5s, 2m, or 3h, higher '
             'than zero) to wait until at least one pod is running'),
        Flag('port', help='The port that this container exposes.'),
        Flag('privileged', default=False, help='If true, run the container in privileged mode.'),
        Flag('quiet', 'q', False, 'If true, suppress prompt messages.'),
        Flag('restart', default='Always', help='The restart policy for this Pod.  Legal values [Always, OnFailure, '
             'Never].'),
        Flag('rm', default=False, help="If true, delete the pod after it exits.  Only valid when attaching to the "
             "container, e.g. with '--attach' or with '-i/--stdin'."),
        Flag('stdin', 'i', False, 'Keep stdin open on the container in the pod, even if nothing is attached.'),
        Flag('tty', 't', False, 'Allocate a TTY for the container in the pod.'),
    ),
    required=('image',),
    options=RunOptions,
)
