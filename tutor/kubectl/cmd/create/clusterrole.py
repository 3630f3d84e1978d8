"""kubectl create clusterrole."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.cmd.create.role import ROLE_FLAGS, CreateRole
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError
from tutor.shell.pflag import Flag

NON_RESOURCE_VERBS = ('*', 'get', 'post', 'put', 'delete', 'patch', 'head', 'options')


class CreateClusterRole(CreateRole):
    resource = 'clusterroles.rbac.authorization.k8s.io'
    kind = 'ClusterRole'
    namespaced = False

    def complete(self) -> None:
        super().complete()
        self.urls = list(dict.fromkeys(self.flags['non-resource-url']))
        self.aggregation = dict(pair.split('=', 1) if '=' in pair else (pair, '')
                                for pair in self.flags['aggregation-rule'])

    def validate(self) -> None:
        if not self.name:
            raise KubectlError('name must be specified')
        if self.aggregation:
            if self.urls or self.verbs or self.targets or self.resource_names:
                raise KubectlError('aggregation rule must be specified without nonResourceURLs, verbs, resources or '
                                   'resourceNames')
            return
        if not self.verbs:
            raise KubectlError('at least one verb must be specified')
        if not self.targets and not self.urls:
            raise KubectlError('one of resource or nonResourceURL must be specified')
        if self.targets:
            self.warn_about_verbs()
            self.check_targets()
        if self.urls:
            self._check_urls()

    def _check_urls(self) -> None:
        for verb in self.verbs:
            if verb not in NON_RESOURCE_VERBS:
                raise KubectlError(f"invalid verb: '{verb}' for nonResourceURL")
        for url in self.urls:
            if url == '*':
                continue
            if not url.startswith('/'):
                raise KubectlError('nonResourceURL should start with /')
            if '*' in url[:-1]:
                raise KubectlError("nonResourceURL only supports wildcard matches when '*' is at the end")

    def build(self) -> Object:
        obj = super().build()
        if self.aggregation:
            return {**obj, 'rules': None, 'aggregationRule': {
                'clusterRoleSelectors': [{'matchLabels': self.aggregation}]}}
        if self.urls:
            obj['rules'].append({'verbs': self.verbs, 'nonResourceURLs': self.urls})
        return obj


COMMAND = Command(
    usage='create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] '
          '[--dry-run=server|client|none]',
    long="""
        Create a cluster role.
        """,
    examples="""
        # Create a cluster role named "pod-reader" that allows user to perform "get", "watch" and "list" on pods
        kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods

        # Create a cluster role named "pod-reader" with ResourceName specified
        kubectl create clusterrole pod-reader --verb=get --resource=pods --resource-name=readablepod --resource-name=anotherpod

        # Create a cluster role named "foo" with API Group specified
        kubectl create clusterrole foo --verb=get,list,watch --resource=rs.apps

        # Create a cluster role named "foo" with SubResource specified
        kubectl create clusterrole foo --verb=get,list,watch --resource=pods,pods/status

        # Create a cluster role name "foo" with NonResourceURL specified
        kubectl create clusterrole "foo" --verb=get --non-resource-url=/logs/*

        # Create a cluster role name "monitoring" with AggregationRule specified
        kubectl create clusterrole monitoring --aggregation-rule="rbac.example.com/aggregate-to-monitoring=true"
        """,  # noqa: E501 - the examples are kubectl's, line by line
    flags=(
        *ROLE_FLAGS,
        Flag('aggregation-rule', default=(), kind='mapStringString', help='An aggregation label selector for combining '
             'ClusterRoles.'),
        Flag('non-resource-url', default=(), help='A partial url that user should have access to.'),
    ),
    options=CreateClusterRole,
)
