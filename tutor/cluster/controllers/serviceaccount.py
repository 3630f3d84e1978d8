"""What every namespace has: the ServiceAccount `default` and the root certificate (pkg/controller/serviceaccount)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller, namespace_terminating
from tutor.cluster.simulation import Simulation

ROOT_CA = 'kube-root-ca.crt'
ROOT_CA_DESCRIPTION = (
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the '
    'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes '
    'clusters.')


class _PerNamespace(Controller):
    """Keeps one object of a fixed name in every active namespace. Keys are names of namespaces."""

    resource = ''
    name = ''

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.namespaces = self.informer('namespaces')
        self.objects = self.informer(self.resource)
        self.namespaces.on_change(self._namespace_changed)
        self.objects.on_change(self._object_changed)

    def _namespace_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and not deleting(new):
            self.queue.add(new['metadata']['name'])

    def _object_changed(self, old: Object | None, new: Object | None) -> None:
        obj = new or old
        if obj is not None and obj['metadata']['name'] == self.name and old is not None:
            self.queue.add(obj['metadata']['namespace'])

    def wanted(self, namespace: str) -> Object:
        raise NotImplementedError

    def reconcile(self, key: str) -> None:
        namespace = self.namespaces.objects.get(key)
        if namespace is None or namespace.get('status', {}).get('phase') == 'Terminating' or deleting(namespace):
            return
        current = self.objects.get(key, self.name)
        if current is None:
            self._create(key)
        else:
            self.compare(current, self.wanted(key))

    def compare(self, current: Object, wanted: Object) -> None:
        """Put right what is there but differs."""

    def _create(self, key: str) -> None:
        try:
            self.client.create(self.resource, self.wanted(key), key)
        except StatusError as error:
            if error.reason not in ('AlreadyExists', 'NotFound') and not namespace_terminating(error):
                raise


class ServiceAccountsController(_PerNamespace):
    """Creates the ServiceAccount `default`."""

    component = 'service-account-controller'
    resource = 'serviceaccounts'
    name = 'default'

    def wanted(self, namespace: str) -> Object:
        return {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'default', 'namespace': namespace}}


class RootCACertPublisher(_PerNamespace):
    """Publishes the API server's certificate authority."""

    component = 'root-ca-certificate-publisher'
    resource = 'configmaps'
    name = ROOT_CA

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, root_ca: str = '') -> None:
        super().__init__(simulation, client, informers)
        self.root_ca = root_ca

    def wanted(self, namespace: str) -> Object:
        return {'apiVersion': 'v1', 'kind': 'ConfigMap',
                'metadata': {'name': ROOT_CA, 'namespace': namespace,
                             'annotations': {'kubernetes.io/description': ROOT_CA_DESCRIPTION}},
                'data': {'ca.crt': self.root_ca}}

    def compare(self, current: Object, wanted: Object) -> None:
        notes = current['metadata'].get('annotations') or {}
        wanted_notes = wanted['metadata']['annotations']
        if current.get('data') == wanted['data'] and wanted_notes.items() <= notes.items():
            return
        meta = {**current['metadata'], 'annotations': {**notes, **wanted_notes}}
        self.client.update('configmaps', {**current, 'metadata': meta, 'data': wanted['data']})
