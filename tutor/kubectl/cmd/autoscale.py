"""kubectl autoscale."""

from __future__ import annotations

import re

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import QuantityError, canonical
from tutor.kubectl.annotation import annotated
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SAVE_CONFIG_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info
from tutor.shell.pflag import INT32, Flag

INCOMPATIBLE = 'failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: '
_RESOURCE = 'horizontalpodautoscalers'
_UNITS = {'cpu': 'm', 'memory': 'Mi'}  # of a number alone (getDefaultUnitForResource)
_WHOLE = re.compile(r'[+-]?[0-9]+')
_NUMBER = re.compile(r'[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?')


class AutoscaleOptions(Options):
    def complete(self) -> None:
        self.namespace, self.enforced = self.factory.enforced_namespace()
        self.dry_run = dry_run_strategy(self.factory, self.flags)

    def validate(self) -> None:
        low, high = self.flags['min'], self.flags['max']
        if high < 1:
            raise KubectlError(f'--max=MAXPODS is required and must be at least 1, max: {high}')
        if high < low:
            raise KubectlError(f'--max=MAXPODS must be larger or equal to --min=MINPODS, max: {high}, min: {low}')
        if self.flags['cpu-percent'] > 0 and self.flags['cpu']:
            raise KubectlError('--cpu-percent and --cpu are mutually exclusive')
        for name in ('cpu', 'memory'):
            if self.flags[name]:
                _target(self.flags[name], name)

    async def run(self) -> None:
        builder = self.factory.builder().continue_on_error().namespace(self.namespace)
        builder.filename_flags(self.enforced, self.flags).arguments(False, self.args)
        self.count = 0
        (await builder.flatten().do()).visit(self._autoscale)
        if not self.count:
            raise KubectlError('no objects passed to autoscale')

    def _autoscale(self, info: Info) -> None:
        self.count += 1
        mapping = info.mapping
        if mapping.subresource('scale') is None:
            raise KubectlError(f'cannot autoscale a {mapping.kind}: could not find scale subresource for '
                               f'{mapping.group}/{mapping.version}, Resource={mapping.plural} in discovery information')
        hpa = self._version_two(info)
        try:
            self._handle(hpa)
        except StatusError:
            self._check_version_one()
            self._handle(self._version_one(info))

    def _check_version_one(self) -> None:
        """canCreateHPAV1: a utilization of the CPU; --cpu is read first, even where --cpu-percent says it."""
        if not self.flags['cpu'].strip():
            raise KubectlError(f'{INCOMPATIBLE}empty input')
        utilization = 'averageUtilization' in _target(self.flags['cpu'], 'cpu')
        if self.flags['memory'] or not (self.flags['cpu-percent'] >= 0 or utilization):
            raise KubectlError(f'{INCOMPATIBLE}%!w(<nil>)')

    def _handle(self, hpa: Object) -> None:
        record(self, hpa)
        hpa = annotated(hpa, self.flags['save-config'], typed=True)
        operation = 'created' if self.dry_run == CLIENT else 'autoscaled'
        if self.dry_run != CLIENT:
            path = f'/apis/{hpa["apiVersion"]}/namespaces/{self.namespace}/{_RESOURCE}'
            query = query_for(self.dry_run, fieldManager=self.flags['field-manager'])
            hpa = self.factory.client.request('POST', path, hpa, **query).body
        printer_for(self.factory, operation, self.dry_run, typed=True).print(hpa, self.out)

    def _frame(self, info: Info, version: str) -> Object:
        """What both versions have."""
        mapping = info.mapping
        spec: Object = {
            'scaleTargetRef': {'kind': mapping.kind, 'name': info.name, 'apiVersion': mapping.group_version},
            'maxReplicas': self.flags['max']}
        if self.flags['min'] > 0:
            spec['minReplicas'] = self.flags['min']
        metadata: Object = {'name': self.flags['name'] or info.name}
        if self.enforced:
            metadata['namespace'] = self.namespace
        return {'apiVersion': f'autoscaling/{version}', 'kind': 'HorizontalPodAutoscaler', 'metadata': metadata,
                'spec': spec}

    def _version_two(self, info: Info) -> Object:
        hpa = self._frame(info, 'v2')
        metrics = []
        for name in ('cpu', 'memory'):
            text = self.flags[name]
            if name == 'cpu' and self.flags['cpu-percent'] > 0:
                text = f'{self.flags["cpu-percent"]}%'
            if text:
                metrics.append({'type': 'Resource', 'resource': {'name': name, 'target': _target(text, name)}})
        if metrics:
            hpa['spec']['metrics'] = metrics
        hpa['status'] = {'desiredReplicas': 0, 'currentMetrics': None}
        return hpa

    def _version_one(self, info: Info) -> Object:
        hpa = self._frame(info, 'v1')
        if self.flags['cpu-percent'] >= 0:
            hpa['spec']['targetCPUUtilizationPercentage'] = self.flags['cpu-percent']
        hpa['status'] = {'currentReplicas': 0, 'desiredReplicas': 0}
        return hpa


def _target(text: str, name: str) -> Object:
    """parseResourceInput: '80%' is a utilization, anything else an amount."""
    text = text.strip()
    if text.endswith('%'):
        number = text.removesuffix('%')
        if not _WHOLE.fullmatch(number) or not 0 <= int(number) < 1 << 31:
            raise KubectlError(f'invalid percentage value: {number}')
        return {'type': 'Utilization', 'averageUtilization': int(number)}
    amount = f'{float(text)!r}'.removesuffix('.0') + _UNITS[name] if _NUMBER.fullmatch(text) else text
    try:
        return {'type': 'AverageValue', 'averageValue': canonical(amount)}
    except QuantityError as error:
        raise KubectlError(str(error) if amount != text else f'invalid resource {name} value: {text}') from None


COMMAND = Command(
    usage='autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] '
          '[--memory=MEMORY]',
    long="""
        Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes
        cluster. The command will attempt to use the autoscaling/v2 API first, in case of an error, it will fall back
        to autoscaling/v1 API.

        Looks up a deployment, replica set, stateful set, or replication controller by name and creates an autoscaler
        that uses the given resource as a reference. An autoscaler can automatically increase or decrease number of
        pods deployed within the system as needed.
        """,
    examples="""
        # Auto scale a deployment "foo", with the number of pods between 2 and 10, no target CPU utilization specified so a default autoscaling policy will be used
        kubectl autoscale deployment foo --min=2 --max=10

        # Auto scale a replication controller "foo", with the number of pods between 1 and 5, target CPU utilization at 80%
        kubectl autoscale rc foo --max=5 --cpu=80%

        # Auto scale a deployment "foo", with the number of pods between 3 and 6, target average CPU of 500m and memory of 200Mi
        kubectl autoscale deployment foo --min=3 --max=6 --cpu=500m --memory=200Mi
        """,  # noqa: E501
    required=('max',),
    flags=(
        *PRINT_FLAGS, DRY_RUN_FLAG, RECORD_FLAG, SAVE_CONFIG_FLAG, field_manager_flag('kubectl-autoscale'),
        *filename_flags('identifying the resource to autoscale.'),
        Flag('cpu', help='Target CPU utilization over all the pods. When specified as a percentage (e.g."70%" for 70% '
             'of requested CPU) it will target average utilization. When specified as quantity (e.g."500m" for 500 '
             'milliCPU) it will target average value. Value without units is treated as a quantity with miliCPU being '
             'the unit (e.g."500" is "500m").'),
        Flag('cpu-percent', default=-1, kind=INT32, hidden=True, help='The target average CPU utilization (represented '
             "as a percent of requested CPU) over all the pods. If it's not specified or negative, a default "
             'autoscaling policy will be used.', deprecated="Use --cpu with percentage or resource quantity format "
             "(e.g., '70%' for utilization or '500m' for milliCPU)."),
        Flag('max', default=-1, kind=INT32, help='The upper limit for the number of pods that can be set by the '
             'autoscaler. Required.'),
        Flag('memory', help='Target memory utilization over all the pods. When specified as a percentage (e.g."60%" '
             'for 60% of requested memory) it will target average utilization. When specified as quantity '
             '(e.g."200Mi" for 200 MiB, "1Gi" for 1 GiB) it will target average value. Value without units is treated '
             'as a quantity with mebibytes being the unit (e.g."200" is "200Mi").'),
        Flag('min', default=-1, kind=INT32, help="The lower limit for the number of pods that can be set by the "
             "autoscaler. If it's not specified or negative, the server will apply a default value."),
        Flag('name', help='The name for the newly created object. If not specified, the name of the input resource '
             'will be used.'),
    ),
    options=AutoscaleOptions,
)
