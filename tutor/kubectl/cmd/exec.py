"""kubectl exec."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError, UsageError
from tutor.kubectl.pods import attachable, find_or_default, selector_for
from tutor.kubectl.streams import StreamOptions, join
from tutor.shell.pflag import DURATION, Flag

PHASES_OVER = ('Succeeded', 'Failed')


def pod_running_timeout(default: float) -> Flag:
    """AddPodRunningTimeoutFlag."""
    return Flag('pod-running-timeout', default=default, kind=DURATION, help='The length of time (like 5s, 2m, or 3h, '
                'higher than zero) to wait until at least one pod is running')


class PodOptions(Options):
    """What exec, attach and port-forward share: the pod that is meant, itself or through a workload."""

    verb = 'attach to'

    def check_timeout(self) -> float:
        timeout = self.flags['pod-running-timeout']
        if timeout <= 0:
            raise KubectlError('--pod-running-timeout must be higher than zero')
        return timeout

    async def find_pod(self, name: str, files: tuple[str, ...] = ()) -> Object:
        """The object of a name or file, and the pod that it stands for (AttachablePodForObjectFn)."""
        namespace, enforced = self.factory.enforced_namespace()
        builder = self.factory.builder().typed().filenames(enforced, files).namespace(namespace)
        if name:
            builder.resource_names('pods', name)
        infos = (await builder.do()).infos()
        if len(infos) != 1:
            raise KubectlError('expected a resource')
        info = infos[0]
        return await self.pod_for(info.object, info.namespace)

    async def pod_for(self, obj: Object, namespace: str) -> Object:
        if obj.get('kind') == 'Pod':
            return obj
        try:
            selector = selector_for(obj)
        except KubectlError as error:
            raise KubectlError(f'cannot {self.verb} *v1.{obj.get("kind")}: {error}') from None
        pod, _ = await attachable(self.factory.client, self.factory.ctx.simulation, namespace, selector,
                                  self.check_timeout())
        return pod


class ExecOptions(PodOptions):
    resource = ''

    def complete(self) -> None:
        dash, files = self.flags.args_before_dash, self.flags['filename']
        arguments = list(self.args)
        if not files and arguments and dash != 0:
            self.resource = arguments.pop(0)
        if dash >= 0:
            arguments = list(self.args[dash:])
        elif arguments:
            raise UsageError('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead')
        self.arguments = arguments

    def validate(self) -> None:
        if not self.resource and not self.flags['filename']:
            raise KubectlError('pod, type/name or --filename must be specified')
        if not self.arguments:
            raise KubectlError('you must specify at least one command for the container')

    async def run(self) -> None:
        pod = await self.find_pod(self.resource, self.flags['filename'])
        phase = (pod.get('status') or {}).get('phase')
        if phase in PHASES_OVER:
            raise KubectlError(f'cannot exec into a container in a completed pod; current phase is {phase}')
        quiet = self.flags['quiet']
        container = find_or_default(pod, self.flags['container'], quiet, self.err)['name']
        streams = StreamOptions(self.factory.io, self.flags['stdin'], self.flags['tty'], quiet)
        meta = pod['metadata']
        client = self.factory.client
        session = client.connect(client.path('pods', meta.get('namespace', ''), meta['name'], 'exec'),
                                 command=self.arguments, **streams.query(container))
        await join(session, self.factory.ctx.simulation, streams)


COMMAND = Command(
    usage='exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
    long='Execute a command in a container.',
    examples="""
        # Get output from running the 'date' command from pod mypod, using the first container by default
        kubectl exec mypod -- date

        # Get output from running the 'date' command in ruby-container from pod mypod
        kubectl exec mypod -c ruby-container -- date

        # Switch to raw terminal mode; sends stdin to 'bash' in ruby-container from pod mypod
        # and sends stdout/stderr from 'bash' back to the client
        kubectl exec mypod -c ruby-container -i -t -- bash -il

        # List contents of /usr from the first container of pod mypod and sort by modification time
        # If the command you want to execute in the pod has any flags in common (e.g. -i),
        # you must use two dashes (--) to separate your command's flags/arguments
        # Also note, do not surround your command and its flags/arguments with quotes
        # unless that is how you would execute it normally (i.e., do ls -t /usr, not "ls -t /usr")
        kubectl exec mypod -i -t -- ls -t /usr

        # Get output from running 'date' command from the first pod of the deployment mydeployment, using the first container by default
        kubectl exec deploy/mydeployment -- date

        # Get output from running 'date' command from the first pod of the service myservice, using the first container by default
        kubectl exec svc/myservice -- date
        """,  # noqa: E501
    flags=(
        Flag('container', 'c', help="Container name. If omitted, use the kubectl.kubernetes.io/default-container "
             'annotation for selecting the container to be attached or the first container in the pod will be chosen'),
        Flag('filename', 'f', (), 'to use to exec into the resource'),
        pod_running_timeout(60.0),
        Flag('quiet', 'q', False, 'Only print output from the remote session'),
        Flag('stdin', 'i', False, 'Pass stdin to the container'),
        Flag('tty', 't', False, 'Stdin is a TTY'),
    ),
    options=ExecOptions,
)
