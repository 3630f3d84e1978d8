"""kubectl create cronjob."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.shell.pflag import Flag


class CreateCronJob(CreateObject):
    resource = 'cronjobs.batch'
    failure = 'failed to create cronjob'

    def complete(self) -> None:
        super().complete()
        self.container_command = self.args[1:]

    def build(self) -> Object:
        container: Object = {'name': self.name, 'image': self.flags['image'], 'resources': {}}
        if self.container_command:
            container['command'] = self.container_command
        pod = {'containers': [container], 'restartPolicy': self.flags['restart'] or 'OnFailure'}
        job = {'metadata': {'name': self.name}, 'spec': {'template': {'metadata': {}, 'spec': pod}}}
        return {'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': self.metadata(),
                'spec': {'schedule': self.flags['schedule'], 'jobTemplate': job}, 'status': {}}


COMMAND = Command(
    usage="create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags]",
    long="""
        Create a cron job with the specified name.
        """,
    examples="""
        # Create a cron job
        kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *"

        # Create a cron job with a command
        kubectl create cronjob my-job --image=busybox --schedule="*/1 * * * *" -- date
        """,
    flags=(
        *CREATE_FLAGS,
        Flag('image', help='Image name to run.'),
        Flag('restart', help="job's restart policy. supported values: OnFailure, Never"),
        Flag('schedule', help='A schedule in the Cron format the job should be run with.'),
    ),
    required=('image', 'schedule'),
    options=CreateCronJob,
)
