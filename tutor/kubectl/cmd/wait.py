"""kubectl wait."""

from __future__ import annotations

from functools import partial

from tutor.apimachinery.errors import StatusError, not_found
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import (
    ALL_NAMESPACES_FLAG,
    FIELD_SELECTOR_FLAG,
    PRINT_FLAGS,
    SELECTOR_FLAG,
    file_name_flags,
)
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.resource.info import Info
from tutor.kubectl.resource.result import Result
from tutor.kubectl.waiting import Met, condition_met, json_path_met, split_json_path
from tutor.kubectl.watching import FOREVER, MISSING, Deadline, TimedOut, events_of, until_deleted
from tutor.shell.pflag import ARRAY, DURATION, Flag

POLL = 0.5


class WaitOptions(Options):
    met: list[Met]

    def complete(self) -> None:
        self.printer = printer_for(self.factory, 'condition met')
        self.namespace, self.enforced = self.factory.enforced_namespace()
        words = self.flags['for']
        lower = [word.lower() for word in words]
        self.for_delete, self.for_create = lower == ['delete'], lower == ['create']
        self.met = []
        if not words:
            raise KubectlError('unrecognized condition: []')
        if not self.for_delete and not self.for_create:
            self.met = [_met(word) for word in words]
        timeout = self.flags['timeout']
        self.timeout = FOREVER if timeout < 0 else timeout

    async def run(self) -> None:
        self.deadline = Deadline(self.factory.ctx.simulation, self.timeout)
        if self.for_create:
            await self._created()
        result = await self._find()
        if self.for_delete:
            result.ignore_not_found()
        self.count = 0
        await result.visit_async(self._visit)
        if not self.count and not self.for_delete:
            raise KubectlError('no matching resources found')

    async def _find(self) -> Result:
        flags = self.flags
        builder = self.factory.builder().namespace(self.namespace).all_namespaces(flags['all-namespaces'])
        builder.filenames(self.enforced, flags['filename'], '', flags['recursive'])
        if flags['local']:
            builder.local().refuse_arguments(self.args)
        else:
            builder.arguments(flags['all'], self.args)
            builder.labels(flags['selector']).fields(flags['field-selector']).latest()
        return (await builder.continue_on_error().flatten().do()).check()

    async def _visit(self, info: Info) -> None:
        self.count += 1
        if not info.name:
            raise KubectlError('resource name must be provided')
        obj = info.object
        if self.for_delete:
            obj = await self._deleted(info)
        elif not self.for_create:
            for met in self.met:
                obj = await self._until(info, met)
        self.printer.print(obj, self.out)

    async def _created(self) -> None:
        """Looks every half second: what does not exist yet cannot be watched by name alone."""
        while True:
            try:
                if (await self._find()).infos():
                    return
            except StatusError as error:
                if error.reason != 'NotFound':
                    raise
            if self.deadline.when is not None and self.factory.ctx.simulation.now + POLL > self.deadline.when:
                raise TimedOut
            await self.factory.ctx.simulation.sleep(POLL)

    async def _deleted(self, info: Info) -> Object:
        """IsDeleted."""
        if self.timeout == 0:
            raise self._not_met(info)
        await until_deleted(info, info.object['metadata'].get('uid', ''), self.deadline)
        return info.object

    async def _until(self, info: Info, met: Met) -> Object:
        """getObjAndCheckCondition."""
        if self.timeout == 0:
            if met(info.object):
                return info.object
            raise self._not_met(info)
        async for kind, obj in events_of(info, self.deadline):
            if kind == MISSING:
                raise not_found(info.mapping.group, info.mapping.plural, info.name)
            if kind != 'DELETED' and met(obj):
                return obj
        raise TimedOut(info.object_name())

    @staticmethod
    def _not_met(info: Info) -> KubectlError:
        return KubectlError(f'condition not met for {info.object_name()}')


def _met(word: str) -> Met:
    """conditionFuncFor."""
    if word.startswith('condition='):
        name, equals, value = word.removeprefix('condition=').partition('=')
        return partial(condition_met, name, value if equals else 'true')
    if word.startswith('jsonpath='):
        path, value = split_json_path(word.removeprefix('jsonpath='))
        return partial(json_path_met, path, value)
    raise KubectlError(f'unrecognized condition: {go_quote(word)}')


COMMAND = Command(
    usage='wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) '
          "[--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
    long="""
        Experimental: Wait for a specific condition on one or many resources.

        The command takes multiple resources and waits until the specified condition is seen in the Status field of
        every given resource.

        Alternatively, the command can wait for the given set of resources to be created or deleted by providing the
        "create" or "delete" keyword as the value to the --for flag.

        A successful message will be printed to stdout indicating when the specified condition has been met. You can
        use -o option to change to output destination.
        """,
    examples="""
        # Wait for the pod "busybox1" to contain the status condition of type "Ready"
        kubectl wait --for=condition=Ready pod/busybox1

        # The default value of status condition is true; you can wait for other targets after an equal delimiter (compared after Unicode simple case folding, which is a more general form of case-insensitivity)
        kubectl wait --for=condition=Ready=false pod/busybox1

        # Wait for the pod "busybox1" to contain the status phase to be "Running"
        kubectl wait --for=jsonpath='{.status.phase}'=Running pod/busybox1

        # Wait for pod "busybox1" to be Ready
        kubectl wait --for='jsonpath={.status.conditions[?(@.type=="Ready")].status}=True' pod/busybox1

        # Wait for the service "loadbalancer" to have ingress
        kubectl wait --for=jsonpath='{.status.loadBalancer.ingress}' service/loadbalancer

        # Wait for the secret "busybox1" to be created, with a timeout of 30s
        kubectl create secret generic busybox1
        kubectl wait --for=create secret/busybox1 --timeout=30s

        # Wait for the pod "busybox1" to be deleted, with a timeout of 60s, after having issued the "delete" command
        kubectl delete pod/busybox1
        kubectl wait --for=delete pod/busybox1 --timeout=60s
        """,  # noqa: E501
    flags=(
        *PRINT_FLAGS, ALL_NAMESPACES_FLAG, FIELD_SELECTOR_FLAG, SELECTOR_FLAG,
        *(flag for flag in file_name_flags('identifying the resource.') if flag.name == 'filename'),
        Flag('recursive', 'R', True, 'Process the directory used in -f, --filename recursively. Useful when you want '
             'to manage related manifests organized within the same directory.'),
        Flag('all', default=False, help='Select all resources in the namespace of the specified resource types'),
        Flag('for', default=(), kind=ARRAY, help="The condition to wait on: [create|delete|condition=condition-name"
             "[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. The default condition-value is "
             'true. Condition values are compared after Unicode simple case folding, which is a more general form of '
             "case-insensitivity. Conditions that have an observed generation lower than the resource's generation "
             'are ignored.'),
        Flag('local', default=False, help='If true, annotation will NOT contact api-server but run locally.'),
        Flag('timeout', default=30.0, kind=DURATION, help='The length of time to wait before giving up. Zero means '
             "check once and don't wait, negative means wait for a week."),
    ),
    options=WaitOptions,
)
