"""kubectl create ingress."""

from __future__ import annotations

import re

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.subcommand import CREATE_FLAGS, CreateObject
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.intstr import int_or_string
from tutor.shell.pflag import ARRAY, Flag

_RULE = re.compile(r'[\w*\-.]*/.*=[\w\-]+:[\w\-]+', re.ASCII).match
"""ruleRegex, of which nothing but the beginning has to be so."""
_BACKEND = re.compile(r'[^/,]*/[^=,]*=[^=,:]*:').match


class CreateIngress(CreateObject):
    resource = 'ingresses.networking.k8s.io'
    failure = 'failed to create ingress'

    def validate(self) -> None:
        flags = self.flags
        if not flags['default-backend'] and not flags['rule']:
            raise KubectlError('not enough information provided: every ingress has to either specify a '
                               'default-backend (which catches all traffic) or a list of rules (which catch specific '
                               'paths)')
        for rule in flags['rule']:
            if _RULE(rule) is None or not _BACKEND(rule):  # what fails at the second makes kubectl crash
                raise KubectlError(f'rule {rule} is invalid and should be in format '
                                   'host/path=svcname:svcport[,tls[=secret]]')
        for annotation in flags['annotation']:
            if '=' not in annotation:
                raise KubectlError(f'annotation {annotation} is invalid and should be in format key=[value]')
        if flags['default-backend'] and flags['default-backend'].count(':') != 1:
            raise KubectlError('default-backend should be in format servicename:serviceport')

    def build(self) -> Object:
        annotations = dict(annotation.split('=', 1) for annotation in self.flags['annotation'])
        meta = self.metadata(annotations=annotations) if annotations else self.metadata()
        spec: Object = {}
        if self.flags['class']:
            spec['ingressClassName'] = self.flags['class']
        if self.flags['default-backend']:
            spec['defaultBackend'] = backend(*self.flags['default-backend'].split(':'))
        for name, entries in (('tls', self._tls()), ('rules', self._rules())):
            if entries:
                spec[name] = entries
        return {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'metadata': meta, 'spec': spec,
                'status': {'loadBalancer': {}}}

    def _tls(self) -> list[Object]:
        """buildTLSRules: one entry for each secret, every host in one of them only."""
        found: list[Object] = []
        seen: set[str] = set()
        for rule in self.flags['rule']:
            host, words = rule.split('/', 1)[0], rule.split(',')
            if len(words) != 2 or host in seen:
                continue
            secret = words[1].split('=')[1] if '=' in words[1] else ''
            seen.add(host)
            same = next((entry for entry in found if entry.get('secretName', '') == secret), None)
            if same is not None:
                same.setdefault('hosts', []).append(host)
                continue
            entry = {**({'hosts': [host]} if host else {}), **({'secretName': secret} if secret else {})}
            if entry:
                found.append(entry)
        return found

    def _rules(self) -> list[Object]:
        """buildIngressRules: the paths of one host together."""
        found: dict[str, list[Object]] = {}
        for rule in self.flags['rule']:
            host, rest = rule.split(',')[0].split('/', 1)
            path, service = rest.split('=')[:2]
            kind = 'Prefix' if path.endswith('*') else 'Exact'
            found.setdefault(host, []).append({'path': f'/{path.removesuffix("*")}', 'pathType': kind,
                                               'backend': backend(*service.split(':')[:2])})
        return [{**({'host': host} if host else {}), 'http': {'paths': paths}} for host, paths in found.items()]


def backend(name: str, port: str) -> Object:
    value = int_or_string(port)
    shown = {'number': value} if isinstance(value, int) else {'name': value}
    return {'service': {'name': name, 'port': {key: part for key, part in shown.items() if part}}}


COMMAND = Command(
    usage='create ingress NAME --rule=host/path=service:port[,tls[=secret]] ',
    long="""
        Create an ingress with the specified name.
        """,
    examples="""
        # Create a single ingress called 'simple' that directs requests to foo.com/bar to svc
        # svc1:8080 with a TLS secret "my-cert"
        kubectl create ingress simple --rule="foo.com/bar=svc1:8080,tls=my-cert"

        # Create a catch all ingress of "/path" pointing to service svc:port and Ingress Class as "otheringress"
        kubectl create ingress catch-all --class=otheringress --rule="/path=svc:port"

        # Create an ingress with two annotations: ingress.annotation1 and ingress.annotations2
        kubectl create ingress annotated --class=default --rule="foo.com/bar=svc:port" \\
        --annotation ingress.annotation1=foo \\
        --annotation ingress.annotation2=bla

        # Create an ingress with the same host and multiple paths
        kubectl create ingress multipath --class=default \\
        --rule="foo.com/=svc:port" \\
        --rule="foo.com/admin/=svcadmin:portadmin"

        # Create an ingress with multiple hosts and the pathType as Prefix
        kubectl create ingress ingress1 --class=default \\
        --rule="foo.com/path*=svc:8080" \\
        --rule="bar.com/admin*=svc2:http"

        # Create an ingress with TLS enabled using the default ingress certificate and different path types
        kubectl create ingress ingtls --class=default \\
        --rule="foo.com/=svc:https,tls" \\
        --rule="foo.com/path/subpath*=othersvc:8080"

        # Create an ingress with TLS enabled using a specific secret and pathType as Prefix
        kubectl create ingress ingsecret --class=default \\
        --rule="foo.com/*=svc:8080,tls=secret1"

        # Create an ingress with a default backend
        kubectl create ingress ingdefault --class=default \\
        --default-backend=defaultsvc:http \\
        --rule="foo.com/*=svc:8080,tls=secret1"
        """,
    flags=(
        *CREATE_FLAGS,
        Flag('annotation', default=(), kind=ARRAY, help='Annotation to insert in the ingress object, in the format '
             'annotation=value'),
        Flag('class', help='Ingress Class to be used'),
        Flag('default-backend', help='Default service for backend, in format of svcname:port'),
        Flag('rule', default=(), kind=ARRAY, help='Rule in format host/path=service:port[,tls=secretname]. Paths '
             "containing the leading character '*' are considered pathType=Prefix. tls argument is optional."),
    ),
    options=CreateIngress,
)
