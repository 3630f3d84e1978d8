"""kubectl create job."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag


class CreateJob(CreateObject):
    resource = 'jobs.batch'
    failure = 'failed to create job'

    def complete(self) -> None:
        super().complete()
        self.container_command = self.args[1:]

    def validate(self) -> None:
        image, source = self.flags['image'], self.flags['from']
        if bool(image) == bool(source):
            raise KubectlError('either --image or --from must be specified')
        if self.container_command and source:
            raise KubectlError('cannot specify --from and command')

    async def run(self) -> int | None:
        if self.flags['from']:
            await self._find_cron_job()
        return await super().run()

    async def _find_cron_job(self) -> None:
        result = await (self.factory.builder().namespace(self.namespace)
                        .arguments(False, [self.flags['from']]).flatten().latest().do())
        infos = result.check().infos()
        if len(infos) != 1:
            raise KubectlError('from must be an existing cronjob')
        mapping = infos[0].mapping
        if mapping.kind != 'CronJob' or mapping.group != 'batch':
            raise KubectlError(f'unknown object type *{mapping.version}.{mapping.kind}')
        self.cron_job = infos[0].object

    def build(self) -> Object:
        if self.flags['from']:
            return self._from_cron_job(self.cron_job)
        container: Object = {'name': self.name, 'image': self.flags['image'], 'resources': {}}
        if self.container_command:
            container['command'] = self.container_command
        template = {'metadata': {}, 'spec': {'containers': [container], 'restartPolicy': 'Never'}}
        return {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': self.metadata(), 'spec': {'template': template},
                'status': {}}

    def _from_cron_job(self, cron_job: Object) -> Object:
        """createJobFromCronJob."""
        template = cron_job['spec']['jobTemplate']
        noted = template.get('metadata') or {}
        meta = self.metadata(annotations={'cronjob.kubernetes.io/instantiate': 'manual',
                                          **(noted.get('annotations') or {})})
        if noted.get('labels'):
            meta['labels'] = noted['labels']
        meta['ownerReferences'] = [{
            'apiVersion': 'batch/v1', 'kind': 'CronJob', 'name': cron_job['metadata']['name'],
            'uid': cron_job['metadata'].get('uid', ''), 'controller': True}]
        return {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': meta, 'spec': template['spec'], 'status': {}}


COMMAND = Command(
    usage='create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
    long="""
        Create a job with the specified name.
        """,
    examples="""
        # Create a job
        kubectl create job my-job --image=busybox

        # Create a job with a command
        kubectl create job my-job --image=busybox -- date

        # Create a job from a cron job named "a-cronjob"
        kubectl create job test-job --from=cronjob/a-cronjob
        """,
    flags=(
        *CREATE_FLAGS,
        Flag('from', help='The name of the resource to create a Job from (only cronjob is supported).'),
        Flag('image', help='Image name to run.'),
    ),
    options=CreateJob,
)
