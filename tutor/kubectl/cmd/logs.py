"""kubectl logs."""

from __future__ import annotations

import math
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.gotime import TimeError, parse_time
from tutor.apimachinery.objects import Object
from tutor.cluster.simulation import together
from tutor.kubectl.cmd.exec import pod_running_timeout
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError, UsageError, error_text
from tutor.kubectl.log_sources import LogSource, LogSources
from tutor.kubectl.options import SELECTOR_FLAG
from tutor.shell.pflag import DURATION, Flag

USAGE = 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'
EXPECTED = f"expected '{USAGE}'.\nPOD or TYPE/NAME is a required argument for the logs command"
SELECTOR_TAIL = 10


class LogsOptions(Options):
    resource = ''

    def complete(self) -> None:
        flags, args = self.flags, self.args
        self.container = flags['container']
        if len(args) > 2 or (not args and not flags['selector']):
            raise UsageError(EXPECTED)
        if len(args) == 1 and flags['selector']:
            raise UsageError('only a selector (-l) or a POD name is allowed')
        if args:
            self.resource = args[0]
        if len(args) == 2:
            self.container = args[1]
        if flags['pod-running-timeout'] <= 0:
            raise KubectlError('--pod-running-timeout must be higher than zero')
        self.prefix = flags['prefix'] or flags['all-pods']
        self.options = self._options()
        self.namespace = self.factory.namespace()

    def _options(self) -> dict[str, Any]:
        """ToLogOptions."""
        flags = self.flags
        found: dict[str, Any] = {name: 'true' for name in ('follow', 'previous', 'timestamps') if flags[name]}
        if flags['since-time']:
            try:
                parse_time(flags['since-time'])
            except TimeError as error:
                raise KubectlError(str(error)) from None
            found['sinceTime'] = flags['since-time']
        if flags['since']:
            found['sinceSeconds'] = str(math.floor(flags['since'] + 0.5))
        if flags['limit-bytes']:
            found['limitBytes'] = str(flags['limit-bytes'])
        tail = flags['tail']
        if flags['selector'] and tail == -1 and not flags.changed('tail'):
            tail = SELECTOR_TAIL
        if tail != -1:
            found['tailLines'] = str(tail)
        return found

    def validate(self) -> None:
        flags = self.flags
        if flags['since-time'] and flags['since']:
            raise KubectlError('at most one of `sinceTime` or `sinceSeconds` may be specified')
        if flags['all-containers'] and self.container:
            raise KubectlError(f'--all-containers=true should not be specified with container name {self.container}')
        if flags.changed('container') and len(self.args) == 2:
            raise KubectlError('only one of -c or an inline [CONTAINER] arg is allowed')
        if flags['limit-bytes'] < 0:
            raise KubectlError('--limit-bytes must be greater than 0')
        if flags['since'] < 0:
            raise KubectlError('--since must be greater than 0')
        if flags['tail'] < -1:
            raise KubectlError('--tail must be greater than or equal to -1')

    async def run(self) -> None:
        objects = await self._objects()
        choose = LogSources(self.factory, self.container, self.flags['all-containers'], self.flags['all-pods'],
                            self.flags['pod-running-timeout'], self.err)
        sources: list[LogSource] = []
        for obj in objects:
            sources += await choose.of(obj, self.namespace)
        if self.flags['follow'] and len(sources) > 1:
            limit = self.flags['max-log-requests']
            if len(sources) > limit:
                raise KubectlError(f'you are attempting to follow {len(sources)} log streams, but maximum allowed '
                                   f'concurrency is {limit}, use --max-log-requests to increase the limit')
            await self._side_by_side(sources)
            return
        for source in sources:
            await self._guarded(source)

    async def _objects(self) -> list[Object]:
        builder = self.factory.builder().typed().namespace(self.namespace).single_resource_type()
        if self.resource:
            builder.resource_names('pods', self.resource)
        if self.flags['selector']:
            builder.resource_types('pods').labels(self.flags['selector']).flatten()
        try:
            infos = (await builder.do()).infos()
        except StatusError as error:
            if error.reason == 'NotFound':
                raise KubectlError(f'error from server (NotFound): {error} in namespace '
                                   f'{go_quote(self.namespace)}') from None
            raise
        if not infos and self.flags['selector']:
            self.err(f'No resources found in {self.namespace} namespace.\n')
        return [info.object for info in infos]

    async def _side_by_side(self, sources: list[LogSource]) -> None:
        simulation = self.factory.ctx.simulation
        tasks = [simulation.spawn(self._guarded(source), 'logs') for source in sources]
        await together(tasks)

    async def _guarded(self, source: LogSource) -> None:
        """With --ignore-errors an error is printed and does not end the others."""
        try:
            await self._copy(source)
        except (StatusError, KubectlError) as error:
            if not self.flags['ignore-errors']:
                raise
            self.out(f'error: {error_text(error)}\n')

    async def _copy(self, source: LogSource) -> None:
        """DefaultConsumeRequest: line by line, each with its prefix if wanted."""
        client = self.factory.client
        path = client.path('pods', source.namespace, source.pod, 'log')
        stream = client.stream(path, container=source.container, **self.options)
        prefix = f'[pod/{source.pod}/{source.container}] '.encode() if self.prefix else b''
        try:
            while line := await stream.reader.readline():
                self.out(prefix + line)
                await self.factory.io.stdout.drain()
        finally:
            stream.close()


COMMAND = Command(
    usage=USAGE,
    long='Print the logs for a container in a pod or specified resource. If the pod has only one container, the '
         'container name is optional.',
    examples="""
        # Return snapshot logs from pod nginx with only one container
        kubectl logs nginx

        # Return snapshot logs from pod nginx, prefixing each line with the source pod and container name
        kubectl logs nginx --prefix

        # Return snapshot logs from pod nginx, limiting output to 500 bytes
        kubectl logs nginx --limit-bytes=500

        # Return snapshot logs from pod nginx, waiting up to 20 seconds for it to start running.
        kubectl logs nginx --pod-running-timeout=20s

        # Return snapshot logs from pod nginx with multi containers
        kubectl logs nginx --all-containers=true

        # Return snapshot logs from all pods in the deployment nginx
        kubectl logs deployment/nginx --all-pods=true

        # Return snapshot logs from all containers in pods defined by label app=nginx
        kubectl logs -l app=nginx --all-containers=true

        # Return snapshot logs from all pods defined by label app=nginx, limiting concurrent log requests to 10 pods
        kubectl logs -l app=nginx --max-log-requests=10

        # Return snapshot of previous terminated ruby container logs from pod web-1
        kubectl logs -p -c ruby web-1

        # Begin streaming the logs from pod nginx, continuing even if errors occur
        kubectl logs nginx -f --ignore-errors=true

        # Begin streaming the logs of the ruby container in pod web-1
        kubectl logs -f -c ruby web-1

        # Begin streaming the logs from all containers in pods defined by label app=nginx
        kubectl logs -f -l app=nginx --all-containers=true

        # Display only the most recent 20 lines of output in pod nginx
        kubectl logs --tail=20 nginx

        # Show all logs from pod nginx written in the last hour
        kubectl logs --since=1h nginx

        # Show all logs with timestamps from pod nginx starting from August 30, 2024, at 06:00:00 UTC
        kubectl logs nginx --since-time=2024-08-30T06:00:00Z --timestamps=true

        # Show logs from a kubelet with an expired serving certificate
        kubectl logs --insecure-skip-tls-verify-backend nginx

        # Return snapshot logs from first container of a job named hello
        kubectl logs job/hello

        # Return snapshot logs from container nginx-1 of a deployment named nginx
        kubectl logs deployment/nginx -c nginx-1
        """,
    flags=(
        SELECTOR_FLAG, pod_running_timeout(20.0),
        Flag('all-containers', default=False, help="Get all containers' logs in the pod(s)."),
        Flag('all-pods', default=False, help='Get logs from all pod(s). Sets prefix to true.'),
        Flag('container', 'c', help='Print the logs of this container'),
        Flag('follow', 'f', False, 'Specify if the logs should be streamed.'),
        Flag('ignore-errors', default=False, help='If watching / following pod logs, allow for any errors that occur '
             'to be non-fatal'),
        Flag('insecure-skip-tls-verify-backend', default=False, help='Skip verifying the identity of the kubelet that '
             'logs are requested from.  In theory, an attacker could provide invalid log content back. You might want '
             'to use this if your kubelet serving certificates have expired.'),
        Flag('limit-bytes', default=0, help='Maximum bytes of logs to return. Defaults to no limit.'),
        Flag('max-log-requests', default=5, help='Specify maximum number of concurrent logs to follow when using by a '
             'selector. Defaults to 5.'),
        Flag('prefix', default=False, help='Prefix each log line with the log source (pod name and container name)'),
        Flag('previous', 'p', False, 'If true, print the logs for the previous instance of the container in a pod if '
             'it exists.'),
        Flag('since', default=0.0, kind=DURATION, help='Only return logs newer than a relative duration like 5s, 2m, '
             'or 3h. Defaults to all logs. Only one of since-time / since may be used.'),
        Flag('since-time', help='Only return logs after a specific date (RFC3339). Defaults to all logs. Only one of '
             'since-time / since may be used.'),
        Flag('tail', default=-1, help='Lines of recent log file to display. Defaults to -1 with no selector, showing '
             'all log lines otherwise 10, if a selector is provided.'),
        Flag('timestamps', default=False, help='Include timestamps on each line in the log output'),
    ),
    options=LogsOptions,
)
