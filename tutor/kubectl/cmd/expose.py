"""kubectl expose."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, labels
from tutor.kubectl.annotation import annotated
from tutor.kubectl.command import Command, Options
from tutor.kubectl.dry_run import CLIENT, dry_run_strategy, query_for
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.options import DRY_RUN_FLAG, PRINT_FLAGS, SAVE_CONFIG_FLAG, field_manager_flag, filename_flags
from tutor.kubectl.overrides import OVERRIDE_FLAGS, overridden
from tutor.kubectl.printers.print_flags import printer_for
from tutor.kubectl.recording import RECORD_FLAG, record
from tutor.kubectl.resource.info import Info, kind_text
from tutor.kubectl.services import ServiceSpec, parse_labels
from tutor.shell.pflag import Flag

EXPOSABLE = ('ReplicationController', 'Service', 'Pod', 'Deployment', 'ReplicaSet')
LONGEST_NAME = 63


class ExposeOptions(Options):
    def complete(self) -> None:
        self.dry_run = dry_run_strategy(self.factory, self.flags)
        self.printer = printer_for(self.factory, 'exposed', self.dry_run, typed=True)
        self.namespace, self.enforce = self.factory.enforced_namespace()

    async def run(self) -> int | None:
        result = await (self.factory.builder().typed().continue_on_error().namespace(self.namespace)
                        .filename_flags(self.enforce, self.flags).arguments(False, self.args).flatten().do())
        result.check().visit(self._expose)
        return 0

    def _expose(self, info: Info) -> None:
        if info.mapping.kind not in EXPOSABLE:
            mapping = info.mapping
            raise KubectlError(f'cannot expose a {mapping.kind}' + (f'.{mapping.group}' if mapping.group else ''))
        service = self._service(info)
        service = overridden(service, self.flags['overrides'], self.flags['override-type'])
        if self.dry_run == CLIENT:
            if self.enforce:
                service['metadata']['namespace'] = self.namespace
            self.printer.print(service, self.out)
            return
        service = annotated(service, self.flags['save-config'], typed=True)
        record(self, service)
        created = self.factory.client.create('services', service, self.namespace, **query_for(
            self.dry_run, fieldManager=self.flags['field-manager']))
        self.printer.print({**created, 'apiVersion': 'v1', 'kind': 'Service'}, self.out)

    def _service(self, info: Info) -> Object:
        flags, obj = self.flags, info.object
        ports = flags['port'].split(',') if flags['port'] else [str(port) for port, _ in ports_of(obj)]
        if not ports and flags['cluster-ip'] != 'None':
            raise KubectlError("couldn't find port via --port flag or introspection")
        return ServiceSpec(
            name=flags['name'] or info.name[:LONGEST_NAME],
            selector=flags['selector'] or selector_of(info),
            labels=parse_labels(flags['labels']) if flags['labels'] else dict(labels(obj)),
            ports=ports,
            protocols={str(port): protocol for port, protocol in ports_of(obj)},
            protocol=flags['protocol'],
            target_port=flags['target-port'],
            type=flags['type'],
            external_ip=flags['external-ip'],
            load_balancer_ip=flags['load-balancer-ip'],
            session_affinity=flags['session-affinity'],
            cluster_ip=flags['cluster-ip'],
        ).build()


def selector_of(info: Info) -> str:
    """MapBasedSelectorForObject: which pods the exposed object has. Raises KubectlError."""
    obj, kind = info.object, info.mapping.kind
    why = "couldn't retrieve selectors via --selector flag or introspection: "
    if kind == 'Pod':
        if not labels(obj):
            raise KubectlError(f'{why}the pod has no labels and cannot be exposed')
        return _pairs(labels(obj))
    selector = obj['spec'].get('selector') or {}
    if kind in ('Service', 'ReplicationController'):
        if not selector:
            raise KubectlError(f'{why}the service has no pod selector set' if kind == 'Service' else
                               f'{why}cannot extract pod selector from {kind_text(info.mapping)}')
        return _pairs(selector)
    if selector.get('matchExpressions'):
        raise KubectlError(f'{why}couldn\'t convert expressions - "{selector["matchExpressions"]}" to map-based '
                           'selector format')
    if not selector.get('matchLabels'):
        raise KubectlError(f'{why}invalid {kind.lower()} \'{info.name}\': no selectors, therefore cannot be exposed')
    return _pairs(selector['matchLabels'])


def _pairs(values: dict[str, str]) -> str:
    return ','.join(f'{key}={values[key]}' for key in sorted(values))


def ports_of(obj: Object) -> list[tuple[int, str]]:
    """PortsForObject and ProtocolsForObject."""
    if obj['kind'] == 'Service':
        return [(port['port'], port.get('protocol', 'TCP')) for port in obj['spec'].get('ports') or []]
    spec = obj['spec'] if obj['kind'] == 'Pod' else (obj['spec'].get('template') or {}).get('spec') or {}
    return [(port['containerPort'], port.get('protocol', 'TCP'))
            for container in spec.get('containers') or [] for port in container.get('ports') or []]


COMMAND = Command(
    usage='expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] '
          '[--name=name] [--external-ip=external-ip-of-service] [--type=type]',
    long="""
        Expose a resource as a new Kubernetes service.

        Looks up a deployment, service, replica set, replication controller or pod by name and uses the selector for
        that resource as the selector for a new service on the specified port. A deployment or replica set will be
        exposed as a service only if its selector is convertible to a selector that service supports, i.e. when the
        selector contains only the matchLabels component. Note that if no port is specified via --port and the exposed
        resource has multiple ports, all will be re-used by the new service. Also if no labels are specified, the new
        service will re-use the labels from the resource it exposes.

        Possible resources include (case insensitive):

        pod (po), service (svc), replicationcontroller (rc), deployment (deploy), replicaset (rs)
        """,
    examples="""
        # Create a service for a replicated nginx, which serves on port 80 and connects to the containers on port 8000
        kubectl expose rc nginx --port=80 --target-port=8000

        # Create a service for a replication controller identified by type and name specified in "nginx-controller.yaml", which serves on port 80 and connects to the containers on port 8000
        kubectl expose -f nginx-controller.yaml --port=80 --target-port=8000

        # Create a service for a pod valid-pod, which serves on port 444 with the name "frontend"
        kubectl expose pod valid-pod --port=444 --name=frontend

        # Create a second service based on the above service, exposing the container port 8443 as port 443 with the name "nginx-https"
        kubectl expose service nginx --port=443 --target-port=8443 --name=nginx-https

        # Create a service for a replicated streaming application on port 4100 balancing UDP traffic and named 'video-stream'.
        kubectl expose rc streamer --port=4100 --protocol=UDP --name=video-stream

        # Create a service for a replicated nginx using replica set, which serves on port 80 and connects to the containers on port 8000
        kubectl expose rs nginx --port=80 --target-port=8000

        # Create a service for an nginx deployment, which serves on port 80 and connects to the containers on port 8000
        kubectl expose deployment nginx --port=80 --target-port=8000
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *PRINT_FLAGS,
        *filename_flags('identifying the resource to expose a service'),
        *OVERRIDE_FLAGS,
        DRY_RUN_FLAG,
        RECORD_FLAG,
        SAVE_CONFIG_FLAG,
        field_manager_flag('kubectl-expose'),
        Flag('cluster-ip', help="ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to "
             "'None' to create a headless service."),
        Flag('external-ip', help='Additional external IP address (not managed by Kubernetes) to accept for the '
             'service. If this IP is routed to a node, the service can be accessed by this IP in addition to its '
             'generated service IP.'),
        Flag('labels', 'l', help='Labels to apply to the service created by this call.'),
        Flag('load-balancer-ip', help='IP to assign to the LoadBalancer. If empty, an ephemeral IP will be created and '
             'used (cloud-provider specific).'),
        Flag('name', help='The name for the newly created object.'),
        Flag('port', help='The port that the service should serve on. Copied from the resource being exposed, if '
             'unspecified'),
        Flag('protocol', help="The network protocol for the service to be created. Default is 'TCP'."),
        Flag('selector', help='A label selector to use for this service. Only equality-based selector requirements are '
             'supported. If empty (the default) infer the selector from the replication controller or replica set.)'),
        Flag('session-affinity', help="If non-empty, set the session affinity for the service to this; legal values: "
             "'None', 'ClientIP'"),
        Flag('target-port', help='Name or number for the port on the container that the service should direct traffic '
             'to. Optional.'),
        Flag('type', help="Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is "
             "'ClusterIP'."),
    ),
    options=ExposeOptions,
)
