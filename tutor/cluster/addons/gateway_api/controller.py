"""The control plane: which Gateways and HTTPRoutes are accepted, what they come to, and each Gateway's data plane."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tutor.apimachinery.duration import parse_duration
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.selectors import from_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informer, Informers
from tutor.client.workqueue import RetryingQueue
from tutor.cluster.addons.forwarding import Backends
from tutor.cluster.addons.gateway_api.dataplane import DataPlane
from tutor.cluster.addons.gateway_api.matching import Rule, intersection
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context
from tutor.shell.tls import load, matches, self_signed

GROUP = 'gateway.networking.k8s.io'
NAME = 'gateway.nginx.org/nginx-gateway-controller'
CLASSES = Resource(GROUP, 'v1', 'gatewayclasses', 'gatewayclass', 'GatewayClass', False)
GATEWAYS = Resource(GROUP, 'v1', 'gateways', 'gateway', 'Gateway', True)
ROUTES = Resource(GROUP, 'v1', 'httproutes', 'httproute', 'HTTPRoute', True)
GRANTS = Resource(GROUP, 'v1beta1', 'referencegrants', 'referencegrant', 'ReferenceGrant', True)
IMAGE = 'ghcr.io/nginx/nginx-gateway-fabric/nginx:2.1.1'
DELAY = 0.1
ALL_PATHS: Object = {'path': {'type': 'PathPrefix', 'value': '/'}}

Condition = tuple[str, bool, str, str]
"""Type, status, reason and message."""


class GatewayController:
    """Both components: `control` runs in the controller's pod, `data` in those of the data planes."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, balanced: bool) -> None:
        self._simulation = simulation
        self._client = client
        self._balanced = balanced
        self.backends = Backends(informers)
        self._services, self._secrets = informers.of('services'), informers.of('secrets')
        self._namespaces = informers.of('namespaces')
        self._classes, self._gateways, self._routes, self._grants = (
            Informer(simulation, client, resource) for resource in (CLASSES, GATEWAYS, ROUTES, GRANTS))
        self._queue = RetryingQueue(simulation, lambda _: self._reconcile())
        self._running: set[int] = set()
        self._planes: dict[int, DataPlane] = {}
        self._listeners: dict[str, list[Object]] = {}
        self._rules: dict[tuple[str, int], list[Rule]] = {}
        for informer in (self._classes, self._gateways, self._routes, self._grants, self._services, self._secrets):
            informer.on_change(lambda old, new: self._changed())

    # -- what data planes ask -----------------------------------------------------------------------------------

    def listeners(self, gateway: str) -> list[Object]:
        return self._listeners.get(gateway, [])

    def rules(self, gateway: str, port: int) -> list[Rule]:
        return self._rules.get((gateway, port), [])

    def certificate(self, gateway: str, port: int, host: str) -> str:
        """The certificate of the listener for a host; a fake one where nothing fits."""
        chains = [self._chain(gateway.partition('/')[0], reference) for listener in self.listeners(gateway)
                  if listener['port'] == port for reference in (listener.get('tls') or {}).get('certificateRefs') or ()]
        found = [chain for chain in chains if chain]
        fitting = [chain for chain in found if any(matches(item, host) for item in load(chain)[:1])]
        if fitting or found:
            return (fitting or found)[0]
        return self_signed('localhost', '', [], self._simulation.epoch - timedelta(minutes=5), b'gateway')

    def permitted(self, route: Object, backend: Object) -> bool:
        """Whether a backend is a Service that is there and may be referred to."""
        return not self._trouble(route, backend)

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self, ctx: Context, io: IO) -> None:
        """A process of the image runs: the controller, or a data plane where its arguments name a Gateway."""
        words = ctx.host.processes[ctx.pid].argv[1:]
        gateway = next((word.partition('=')[2] for word in words if word.startswith('--gateway=')), '')
        if gateway:
            self._planes[id(ctx)] = DataPlane(self, gateway, ctx, io)
            return
        io.stderr.write(f'{{"level":"info","ts":"{self._simulation.timestamp()}","msg":"Starting the NGINX Gateway '
                        'Fabric control plane","version":"2.1.1"}\n')
        self._running.add(id(ctx))
        for informer in (self._classes, self._gateways, self._routes, self._grants):
            informer.start()
        self._changed()

    def stop(self, ctx: Context) -> None:
        self._planes.pop(id(ctx), None)
        self._running.discard(id(ctx))

    def _changed(self) -> None:
        if self._running:
            self._queue.add_after('all', DELAY)

    # -- reconciling --------------------------------------------------------------------------------------------

    def _reconcile(self) -> None:
        if not self._running:
            return
        mine = {item['metadata']['name'] for item in self._classes.list() if item['spec'].get('controllerName') == NAME}
        for item in self._classes.list():
            if item['metadata']['name'] in mine:
                self._write(CLASSES, item, {'conditions': self._conditions(item, [
                    ('Accepted', True, 'Accepted', 'GatewayClass is accepted'),
                    ('SupportedVersion', True, 'SupportedVersion', 'Gateway API CRD versions are supported')])})
        gateways = {key(item): item for item in self._gateways.list()
                    if item['spec']['gatewayClassName'] in mine and not deleting(item)}
        attached = self._attach(gateways)
        self._listeners = {where: [listener for listener in item['spec']['listeners']
                                   if not self._unusable(item, listener)] for where, item in gateways.items()}
        for where, item in gateways.items():
            self._provision(item)
            self._judge(item, attached.get(where, {}))
        for plane in self._planes.values():
            plane.update()

    def _attach(self, gateways: dict[str, Object]) -> dict[str, dict[str, int]]:
        """Make the rules of all Gateways; how many routes each of their listeners has."""
        rules: dict[tuple[str, int], list[Rule]] = {}
        attached: dict[str, dict[str, int]] = {}
        routes = sorted(self._routes.list(), key=lambda item: (item['metadata']['creationTimestamp'], key(item)))
        for route in routes:
            parents = []
            for reference in route['spec'].get('parentRefs') or ():
                where = f'{reference.get("namespace") or route["metadata"]["namespace"]}/{reference["name"]}'
                gateway = gateways.get(where)
                if gateway is None:
                    continue
                accepted, pairs = self._listeners_of(route, reference, gateway)
                for listener, hosts in pairs:
                    counts = attached.setdefault(where, {})
                    counts[listener['name']] = counts.get(listener['name'], 0) + 1
                    rules.setdefault((where, listener['port']), []).extend(
                        rule for host in hosts for rule in _rules(route, host))
                parents.append({'parentRef': reference, 'controllerName': NAME, 'conditions': self._conditions(
                    route, [accepted, self._resolved(route)], _known_parent(route, reference))})
            known = (route.get('status') or {}).get('parents') or []
            foreign = [entry for entry in known if entry['controllerName'] != NAME]
            if parents or len(foreign) != len(known):
                self._write(ROUTES, route, {'parents': [*foreign, *parents]})
        self._rules = rules
        return attached

    def _listeners_of(self, route: Object, reference: Object,
                      gateway: Object) -> tuple[Condition, list[tuple[Object, list[str]]]]:
        """The listeners that a route attaches to with the hosts that they share, and the Accepted condition."""
        named = [listener for listener in gateway['spec']['listeners']
                 if reference.get('sectionName') in (None, listener['name'])
                 and reference.get('port') in (None, listener['port'])]
        if not named:
            return ('Accepted', False, 'NoMatchingParent', 'Listener is not found for this parent ref'), []
        allowed = [listener for listener in named if self._allows(gateway, listener, route)]
        if not allowed:
            return ('Accepted', False, 'NotAllowedByListeners', 'Route is not allowed by any listener'), []
        wanted = route['spec'].get('hostnames') or ['']
        pairs = [(listener, [host for host in (intersection(listener.get('hostname', ''), name) for name in wanted)
                             if host is not None]) for listener in allowed]
        pairs = [(listener, hosts) for listener, hosts in pairs if hosts]
        if not pairs:
            return ('Accepted', False, 'NoMatchingListenerHostname',
                    'Listener hostname does not match the HTTPRoute hostnames'), []
        return ('Accepted', True, 'Accepted', 'The Route is accepted'), pairs

    def _allows(self, gateway: Object, listener: Object, route: Object) -> bool:
        rule: Object = (listener.get('allowedRoutes') or {}).get('namespaces') or {'from': 'Same'}
        home, away = gateway['metadata']['namespace'], route['metadata']['namespace']
        if rule.get('from') == 'Selector':
            namespace = self._namespaces.get('', away) or {}
            return from_label_selector(rule.get('selector') or {}).matches(
                namespace.get('metadata', {}).get('labels') or {})
        return rule.get('from') == 'All' or home == away

    def _resolved(self, route: Object) -> Condition:
        for where, backend in _references(route):
            found = self._trouble(route, backend, where)
            if found:
                return ('ResolvedRefs', False, *found)
        return 'ResolvedRefs', True, 'ResolvedRefs', 'All references are resolved'

    def _trouble(self, route: Object, backend: Object, where: str = '') -> tuple[str, str] | None:
        """Reason and message of what is wrong with a backendRef, which stands at `where` in the route."""
        home = route['metadata']['namespace']
        namespace, name = backend.get('namespace') or home, backend['name']
        if (backend.get('group', ''), backend.get('kind', 'Service')) != ('', 'Service'):
            return 'InvalidKind', (f'{where}.kind: Unsupported value: "{backend.get("kind")}": '
                                   'supported values: "Service"')
        if namespace != home and not self._granted('HTTPRoute', home, 'Service', namespace, name):
            return 'RefNotPermitted', f'Backend ref to Service {namespace}/{name} not permitted by any ReferenceGrant'
        if self.backends.service(namespace, name) is None:
            return 'BackendNotFound', f'{where}.name: Not found: "{name}"'
        if self.backends.port(namespace, name, backend.get('port', 0)) is None:
            return 'BackendNotFound', f'no matching port for Service {name} and port {backend.get("port", 0)}'
        return None

    def _granted(self, kind: str, home: str, target: str, namespace: str, name: str) -> bool:
        return any(entry['kind'] == kind and entry['namespace'] == home
                   for grant in self._grants.list(namespace) for entry in grant['spec']['from']
                   if any(to['kind'] == target and to.get('name') in (None, '', name) for to in grant['spec']['to']))

    # -- Gateways -----------------------------------------------------------------------------------------------

    def _unusable(self, gateway: Object, listener: Object) -> tuple[str, str, str] | None:
        """The condition, reason and message of a listener that cannot be served."""
        if listener['protocol'] not in ('HTTP', 'HTTPS'):
            return 'Accepted', 'UnsupportedProtocol', (
                f'protocol: Unsupported value: "{listener["protocol"]}": supported values: "HTTP", "HTTPS"')
        if listener['protocol'] == 'HTTPS':
            for reference in (listener.get('tls') or {}).get('certificateRefs') or ():
                home = gateway['metadata']['namespace']
                namespace = reference.get('namespace') or home
                if namespace != home and not self._granted('Gateway', home, 'Secret', namespace, reference['name']):
                    return 'ResolvedRefs', 'RefNotPermitted', (
                        f'Certificate ref to secret {namespace}/{reference["name"]} not permitted by any '
                        'ReferenceGrant')
                if not self._chain(home, reference):
                    return 'ResolvedRefs', 'InvalidCertificateRef', (
                        f'tls.certificateRefs[0]: Invalid value: "{namespace}/{reference["name"]}": secret does not '
                        'exist')
        return None

    def _chain(self, home: str, reference: Object) -> str:
        secret = self._secrets.get(reference.get('namespace') or home, reference['name'])
        data = (secret or {}).get('data') or {}
        return base64.b64decode(data.get('tls.crt') or '').decode('utf-8', 'replace')

    def _judge(self, gateway: Object, attached: dict[str, int]) -> None:
        """Write the status of a Gateway and its listeners."""
        known = {entry['name']: entry for entry in (gateway.get('status') or {}).get('listeners') or ()}
        listeners, good = [], 0
        for listener in gateway['spec']['listeners']:
            trouble = self._unusable(gateway, listener)
            good += trouble is None
            conditions: list[Condition] = [
                ('Accepted', True, 'Accepted', 'Listener is accepted'),
                ('Programmed', True, 'Programmed', 'Listener is programmed'),
                ('ResolvedRefs', True, 'ResolvedRefs', 'All references are resolved'),
                ('Conflicted', False, 'NoConflicts', 'No conflicts')]
            if trouble:
                kind, reason, message = trouble
                conditions = [(name, name not in (kind, 'Programmed', 'Conflicted'),
                               reason if name == kind else 'Invalid' if name == 'Programmed' else usual,
                               message if name in (kind, 'Programmed') else words)
                              for name, _, usual, words in conditions]
            before = (known.get(listener['name']) or {}).get('conditions') or []
            listeners.append({'name': listener['name'], 'attachedRoutes': attached.get(listener['name'], 0),
                              'supportedKinds': [{'group': GROUP, 'kind': 'HTTPRoute'}],
                              'conditions': self._conditions(gateway, conditions, before)})
        self._write(GATEWAYS, gateway, {
            'addresses': self._addresses(gateway), 'listeners': listeners,
            'conditions': self._conditions(gateway, _verdict(good, len(listeners)))})

    def _addresses(self, gateway: Object) -> list[Object]:
        service = self._services.get(gateway['metadata']['namespace'], _plane_name(gateway)) or {}
        entries = ((service.get('status') or {}).get('loadBalancer') or {}).get('ingress') or []
        found = [entry['ip'] for entry in entries if entry.get('ip')]
        if not found and not self._balanced:
            found = [service.get('spec', {}).get('clusterIP', '')]
        return [{'type': 'IPAddress', 'value': address} for address in found if address]

    def _provision(self, gateway: Object) -> None:
        """The Deployment and Service of a data plane."""
        meta, name = gateway['metadata'], _plane_name(gateway)
        labels = {'app.kubernetes.io/managed-by': 'nginx-gateway-nginx', 'app.kubernetes.io/name': name,
                  f'{GROUP}/gateway-name': meta['name']}
        owner = {'apiVersion': f'{GROUP}/v1', 'kind': 'Gateway', 'name': meta['name'], 'uid': meta['uid'],
                 'controller': True, 'blockOwnerDeletion': True}
        about = {'name': name, 'namespace': meta['namespace'], 'labels': labels, 'ownerReferences': [owner]}
        numbers = sorted({listener['port'] for listener in gateway['spec']['listeners']})
        ports = [{'name': f'port-{port}', 'port': port, 'protocol': 'TCP', 'targetPort': port} for port in numbers]
        service = self._services.get(meta['namespace'], name)
        if service is None:
            kind = 'LoadBalancer' if self._balanced else 'NodePort'
            self._create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': about,
                                      'spec': {'type': kind, 'selector': labels, 'ports': ports}})
            container = {'name': 'nginx', 'image': IMAGE, 'args': [f'--gateway={key(gateway)}'],
                         'ports': [{'containerPort': port} for port in numbers]}
            self._create('deployments.apps', {
                'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': about,
                'spec': {'selector': {'matchLabels': labels}, 'template': {
                    'metadata': {'labels': labels}, 'spec': {'containers': [container]}}}})
        elif {port['port'] for port in service['spec']['ports']} != set(numbers):
            self._create('services', {**service, 'spec': {**service['spec'], 'ports': ports}}, update=True)

    def _create(self, resource: str, obj: Object, update: bool = False) -> None:
        try:
            if update:
                self._client.update(resource, obj)
            else:
                self._client.create(resource, obj)
        except StatusError as error:
            if error.code not in (404, 409):
                raise

    # -- status -------------------------------------------------------------------------------------------------

    def _conditions(self, obj: Object, wanted: list[Condition], before: list[Object] | None = None) -> list[Object]:
        """Conditions as objects; what did not change keeps its time."""
        known = {entry['type']: entry for entry in (
            (obj.get('status') or {}).get('conditions') or [] if before is None else before)}
        found = []
        for kind, status, reason, message in wanted:
            text, old = 'True' if status else 'False', known.get(kind) or {}
            since = old['lastTransitionTime'] if old.get('status') == text else self._simulation.timestamp()
            found.append({'lastTransitionTime': since, 'message': message,
                          'observedGeneration': obj['metadata'].get('generation', 1), 'reason': reason,
                          'status': text, 'type': kind})
        return found

    def _write(self, resource: Resource, obj: Object, status: Object) -> None:
        if obj.get('status') == status:
            return
        try:
            self._client.update(resource, {**obj, 'status': status}, 'status')
        except StatusError as error:
            if error.code == 409:
                self._queue.add_after('all', DELAY)
            elif error.code != 404:
                raise


def _verdict(good: int, count: int) -> list[Condition]:
    """The conditions of a Gateway, of whose listeners so many are good."""
    if good == count:
        return [('Accepted', True, 'Accepted', 'Gateway is accepted'),
                ('Programmed', True, 'Programmed', 'Gateway is programmed')]
    if good:
        return [('Accepted', True, 'ListenersNotValid', 'Gateway has at least one valid listener'),
                ('Programmed', True, 'Programmed', 'Gateway is programmed')]
    return [('Accepted', False, 'ListenersNotValid', 'Gateway has no valid listeners'),
            ('Programmed', False, 'Invalid', 'Gateway has no valid listeners')]


def _plane_name(gateway: Object) -> str:
    return f'{gateway["metadata"]["name"]}-{gateway["spec"]["gatewayClassName"]}'


def _known_parent(route: Object, reference: Object) -> list[Object]:
    entries: Any = (route.get('status') or {}).get('parents') or ()
    return next((entry.get('conditions') or [] for entry in entries
                 if entry['parentRef'] == reference and entry['controllerName'] == NAME), [])


def _references(route: Object) -> Iterator[tuple[str, Object]]:
    """All references to backends, of mirrors too, with their places."""
    for number, rule in enumerate(route['spec'].get('rules') or ()):
        for place, backend in enumerate(rule.get('backendRefs') or ()):
            yield f'spec.rules[{number}].backendRefs[{place}]', backend
        for place, item in enumerate(rule.get('filters') or ()):
            if item['type'] == 'RequestMirror':
                yield (f'spec.rules[{number}].filters[{place}].requestMirror.backendRef',
                       (item.get('requestMirror') or {}).get('backendRef') or {})


def _timeout(rule: Object) -> float:
    """The shorter of HTTPRouteTimeouts' request and backendRequest; '0s' is none."""
    wanted = [parse_duration(text) for text in (rule.get('timeouts') or {}).values()]
    return min((seconds for seconds in wanted if seconds), default=0.0)


def _rules(route: Object, host: str) -> list[Rule]:
    return [Rule(route, host, match, tuple(rule.get('filters') or ()), tuple(rule.get('backendRefs') or ()),
                 _timeout(rule))
            for rule in route['spec'].get('rules') or ({},) for match in rule.get('matches') or (ALL_PATHS,)]
