"""kubectl attach."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.attaching import attach
from tutor.kubectl.cmd.exec import PHASES_OVER, PodOptions, pod_running_timeout
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.pods import find_or_default
from tutor.kubectl.streams import StreamOptions
from tutor.shell.pflag import Flag


class AttachOptions(PodOptions):
    def validate(self) -> None:
        if not self.args:
            raise KubectlError('at least 1 argument is required for attach')
        if len(self.args) > 2:
            raise KubectlError('expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw '
                               f'{len(self.args)}: [{" ".join(self.args)}]')
        self.check_timeout()

    async def run(self) -> None:
        pod = await self._pod()
        phase = (pod.get('status') or {}).get('phase')
        if phase in PHASES_OVER:
            raise KubectlError(f'cannot attach a container in a completed pod; current phase is {phase}')
        quiet = self.flags['quiet']
        container = find_or_default(pod, self.flags['container'], quiet, self.err)
        tty = self.flags['tty']
        if tty and not container.get('tty'):
            tty = False
            if not quiet:
                self.err(f"error: Unable to use a TTY - container {container['name']} did not allocate one\n")
        elif not tty and container.get('tty'):
            tty = True
        streams = StreamOptions(self.factory.io, self.flags['stdin'], tty, quiet)
        await attach(self.factory, pod, container['name'], streams, quiet)

    async def _pod(self) -> Object:
        if len(self.args) == 1:
            return await self.find_pod(self.args[0])
        builder = self.factory.builder().namespace(self.factory.namespace())
        infos = (await builder.resource_names(self.args[0], self.args[1]).do()).infos()
        return await self.pod_for(infos[0].object, infos[0].namespace)


COMMAND = Command(
    usage='attach (POD | TYPE/NAME) -c CONTAINER',
    long='Attach to a process that is already running inside an existing container.',
    examples="""
        # Get output from running pod mypod; use the 'kubectl.kubernetes.io/default-container' annotation
        # for selecting the container to be attached or the first container in the pod will be chosen
        kubectl attach mypod

        # Get output from ruby-container from pod mypod
        kubectl attach mypod -c ruby-container

        # Switch to raw terminal mode; sends stdin to 'bash' in ruby-container from pod mypod
        # and sends stdout/stderr from 'bash' back to the client
        kubectl attach mypod -c ruby-container -i -t

        # Get output from the first pod of a replica set named nginx
        kubectl attach rs/nginx
        """,
    flags=(
        pod_running_timeout(60.0),
        Flag('container', 'c', help="Container name. If omitted, use the kubectl.kubernetes.io/default-container "
             'annotation for selecting the container to be attached or the first container in the pod will be chosen'),
        Flag('detach-keys', default='ctrl-p,ctrl-q', help='Key sequence for detaching a container. The format is '
             '[a-Z] or ctrl-<value> where <value> is one of: a-z, @, ^, [, , or _.'),
        Flag('quiet', 'q', False, 'Only print output from the remote session'),
        Flag('stdin', 'i', False, 'Pass stdin to the container'),
        Flag('tty', 't', False, 'Stdin is a TTY'),
    ),
    options=AttachOptions,
)
