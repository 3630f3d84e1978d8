"""kubectl auth can-i."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import Exit, KubectlError
from tutor.kubectl.printers.tabwriter import new_table_writer
from tutor.kubectl.rbac import compacted_rules, resource_text
from tutor.shell.pflag import Flag

TWO_ARGUMENTS = ("you must specify two arguments: verb resource or verb resource/resourceName.\n"
                 "See 'kubectl auth can-i -h' for help and examples.")
RESOURCE_VERBS = frozenset({'get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use',
                            'bind', 'impersonate', '*', 'approve', 'sign', 'escalate', 'attest'})
URL_VERBS = frozenset({'get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*'})
UNDISCOVERED = ('users', 'groups')
_REVIEWS = '/apis/authorization.k8s.io/v1/'


class CanIOptions(Options):
    url = ''

    def complete(self) -> None:
        self.attributes: Object = {}
        if self.flags['list']:
            if self.args:
                raise KubectlError('list option must be specified with no arguments')
        elif len(self.args) != 2:
            raise KubectlError(TWO_ARGUMENTS)
        else:
            self._complete_check(*self.args)
        self.namespace = '' if self.flags['all-namespaces'] else self.factory.namespace()

    def _complete_check(self, verb: str, what: str) -> None:
        self.verb = verb
        if what.startswith('/'):
            self.url = what
            return
        resource, _, name = what.partition('/')
        self.known, self.namespaced = resource == '*', True
        self.attributes = {'verb': verb, **self._resource(resource)}
        if name:
            self.attributes['name'] = name

    def _resource(self, word: str) -> Object:
        """resourceFor: what the server has not is asked for as it was written, with a warning."""
        if word == '*':
            return {'resource': word}
        try:
            found = self.factory.mapper.kind_for(word.lower())
        except (KubectlError, StatusError):
            name, _, group = word.lower().partition('.')
            if word.lower() not in UNDISCOVERED:
                suffix = f" in group '{group}'" if group else ''
                self._warn(f"the server doesn't have a resource type '{name}'{suffix}")
            return {'resource': word}
        self.known, self.namespaced = True, found.namespaced
        return {'resource': found.plural, 'version': found.version, **({'group': found.group} if found.group else {})}

    def _warn(self, text: str) -> None:
        """The warning ends its own line, and the printer once more."""
        self.err(f'Warning: {text}\n\n')

    def validate(self) -> None:
        flags = self.flags
        if flags['list']:
            if flags['quiet'] or flags['all-namespaces'] or flags['subresource']:
                raise KubectlError("list option can't be specified with neither quiet, all-namespaces nor subresource "
                                   'options')
            return
        if self.url:
            if flags['subresource']:
                raise KubectlError('--subresource can not be used with NonResourceURL')
            if self.verb not in URL_VERBS:
                self._warn(f"verb '{self.verb}' is not a known verb")
        elif not flags['all-namespaces']:
            self._validate_resource()
        if flags['no-headers']:
            raise KubectlError('--no-headers cannot be set without --list specified')

    def _validate_resource(self) -> None:
        if not self.known:
            # isNamespaced asks the server once more.
            self.factory.mapper.category('')
        if not self.namespaced:
            group = self.attributes.get('group')
            suffix = f" in group '{group}'" if group else ''
            self._warn(f"resource '{self.attributes['resource']}' is not namespace scoped{suffix}")
        if self.verb not in RESOURCE_VERBS:
            self._warn(f"verb '{self.verb}' is not a known verb")

    async def run(self) -> None:
        if self.flags['list']:
            self._list()
            return
        if self.url:
            spec: Object = {'nonResourceAttributes': {'path': self.url, 'verb': self.verb}}
        else:
            attributes = {key: value for key, value in self.attributes.items() if key != 'version'}
            attributes['namespace'] = self.namespace
            attributes['subresource'] = self.flags['subresource']
            spec = {'resourceAttributes': {key: value for key, value in attributes.items() if value}}
        status = self._review('SelfSubjectAccessReview', spec)
        words = [word for word in (status.get('reason'), status.get('evaluationError')) if word]
        answer = 'yes' if status.get('allowed') else ' - '.join(('no', *words))
        if not self.flags['quiet']:
            self.out(f'{answer}\n')
        if not status.get('allowed'):
            raise Exit(1)

    def _review(self, kind: str, spec: Object) -> Object:
        body = {'apiVersion': 'authorization.k8s.io/v1', 'kind': kind, 'spec': spec}
        return self.factory.client.request('POST', f'{_REVIEWS}{kind.lower()}s', body).body.get('status') or {}

    def _list(self) -> None:
        status = self._review('SelfSubjectRulesReview', {'namespace': self.namespace})
        if status.get('incomplete'):
            self.err(f'Warning: the list may be incomplete: {status.get("evaluationError", "")}\n')
        table = new_table_writer()
        if not self.flags['no-headers']:
            table.write('Resources\tNon-Resource URLs\tResource Names\tVerbs\n')
        rules = [*(status.get('resourceRules') or ()), *(status.get('nonResourceRules') or ())]
        for rule in compacted_rules(rules):
            lists = [f'[{" ".join(values)}]' for values in (rule.non_resource_urls, rule.resource_names, rule.verbs)]
            table.write('\t'.join((resource_text(rule), *lists)) + '\n')
        self.out(table.flush())


COMMAND = Command(
    usage='auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL]',
    long="""
        Check whether an action is allowed.

        VERB is a logical Kubernetes API verb like 'get', 'list', 'watch', 'delete', etc. TYPE is a Kubernetes
        resource. Shortcuts and groups will be resolved. NONRESOURCEURL is a partial URL that starts with "/". NAME is
        the name of a particular Kubernetes resource. This command pairs nicely with impersonation. See --as global
        flag.
        """,
    examples="""
        # Check to see if I can create pods in any namespace
        kubectl auth can-i create pods --all-namespaces

        # Check to see if I can list deployments in my current namespace
        kubectl auth can-i list deployments.apps

        # Check to see if service account "foo" of namespace "dev" can list pods in the namespace "prod"
        # You must be allowed to use impersonation for the global option "--as"
        kubectl auth can-i list pods --as=system:serviceaccount:dev:foo -n prod

        # Check to see if I can do everything in my current namespace ("*" means all)
        kubectl auth can-i '*' '*'

        # Check to see if I can get the job named "bar" in namespace "foo"
        kubectl auth can-i list jobs.batch/bar -n foo

        # Check to see if I can read pod logs
        kubectl auth can-i get pods --subresource=log

        # Check to see if I can access the URL /logs/
        kubectl auth can-i get /logs/

        # Check to see if I can approve certificates.k8s.io
        kubectl auth can-i approve certificates.k8s.io

        # List all allowed actions in namespace "foo"
        kubectl auth can-i --list --namespace=foo
        """,
    flags=(
        Flag('all-namespaces', 'A', False, 'If true, check the specified action in all namespaces.'),
        Flag('list', default=False, help='If true, prints all allowed actions.'),
        Flag('no-headers', default=False, help='If true, prints allowed actions without headers'),
        Flag('quiet', 'q', False, 'If true, suppress output and just return the exit code.'),
        Flag('subresource', help='SubResource such as pod/log or deployment/scale'),
    ),
    options=CanIOptions,
)
