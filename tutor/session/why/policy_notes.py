"""What the API server refuses: admission, quotas, policies, certificates of allowance, and rules of single fields."""

from tutor.session.why.notes import Note

NOTES: tuple[Note, ...] = (
    Note(r'failed quota: ([^:]+): must specify ([^;\n]+?)(?: for: [^\n]*)?$',
         '命名空间有配额 `{0}`，所以每个容器都必须写明 {1}。', 'The namespace has the quota `{0}`, so each container must state {1}.',
         look=('kubectl describe quota {0}{flag}', 'kubectl get limitranges{flag}')),
    Note(r'(maximum|minimum) (\S+) usage per (\w+) is (\S+), but (?:limit|request) is (\S+?)\.?$',
         'LimitRange 规定每个 {2} 的 {1} {0} 是 {3}，这里是 {4}。改清单里的资源，或者改 LimitRange。',
         'A LimitRange sets the {0} of {1} per {2} to {3}; here it is {4}. Change the resources of the manifest, or the '
         'LimitRange.', look=('kubectl describe limitranges{flag}',)),
    Note(r'violates PodSecurity "([^"]+)": (.*)',
         '命名空间要求 Pod 安全标准 `{0}`，而这个 Pod 不满足：{1}。在 `securityContext` 里补上，或者换一个命名空间。',
         'The namespace enforces the Pod security standard `{0}`, which this Pod breaks: {1}. Fill in its `securityContext`, '
         'or use another namespace.', look=('kubectl get namespace --show-labels', 'kubectl explain pod.spec.securityContext')),
    Note(r'admission webhook "([^"]+)" denied the request(?:: (.*))?',
         '准入 Webhook `{0}` 拒绝了这个请求：{1}。这是集群里有人定的规矩，不是清单的语法错误。',
         'The admission webhook `{0}` denied the request: {1}. That is a rule somebody made for this cluster, no error of '
         'syntax.', look=('kubectl get validatingwebhookconfigurations', 'kubectl get mutatingwebhookconfigurations')),
    Note(r'failed calling webhook "([^"]+)"',
         'API 服务器要先问 Webhook `{0}`，但联系不上它，而 `failurePolicy` 是 Fail。看看它的 Service 后面有没有 Pod。',
         'The API server must ask the webhook `{0}` and cannot reach it, and its `failurePolicy` is Fail. See whether any '
         'Pod stands behind its Service.', look=('kubectl get validatingwebhookconfigurations', 'kubectl get pods -A')),
    Note(r"ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: (.*)",
         '策略 `{0}`（绑定 `{1}`）拒绝了：{2}。', 'The policy `{0}` (bound by `{1}`) denied this: {2}.',
         look=('kubectl get validatingadmissionpolicy {0} -o yaml',)),
    Note(r'Apply failed with (\d+) conflict',
         '服务器端应用发现 {0} 个字段归别的管理者所有。去掉这些字段，或者用 `--force-conflicts` 把它们接管过来。',
         'Server-side apply found {0} field(s) that another manager owns. Drop them from the manifest, or take them over with '
         '`--force-conflicts`.', likely=('{command} --force-conflicts',)),
    Note(r'error looking up service account ([^/]+)/([^:]+): serviceaccount "[^"]+" not found',
         'Pod 要用的 ServiceAccount `{1}` 不在命名空间 `{0}` 里。先创建它，或者改 `serviceAccountName`。',
         'The ServiceAccount `{1}` that the Pod wants is not in the namespace `{0}`. Create it, or change '
         '`serviceAccountName`.', mend=('kubectl create serviceaccount {1} -n {0}',), look=('kubectl get serviceaccounts -n {0}',)),
    Note(r'no PriorityClass with name (\S+) was found', '没有叫 `{0}` 的 PriorityClass。', 'There is no PriorityClass `{0}`.',
         look=('kubectl get priorityclasses',)),
    Note(r'attempting to grant RBAC permissions not currently held',
         '不能给别人自己没有的权限：角色里有你没有的规则。', 'Nobody can hand out rights they do not have: the role holds rules '
         'that are not yours.', look=('kubectl auth can-i --list',)),
    Note(r'cannot change roleRef', '绑定的 `roleRef` 建好以后不能改。删除这个绑定，再建一个。',
         'The `roleRef` of a binding cannot change. Delete the binding and make a new one.'),
    Note(r'nodePort: Invalid value: (\d+): provided port is not in the valid range\. The range of valid ports is (\S+)',
         '节点端口 {0} 不在范围 {1} 里。', 'The node port {0} lies outside {1}.'),
    Note(r'provided port is already allocated', '这个节点端口已经给了别的 Service。', 'Another Service has this node port already.',
         look=('kubectl get services -A',)),
    Note(r'provided IP is already allocated|failed to allocate IP', '这个 ClusterIP 已经给了别的 Service。',
         'Another Service has this cluster IP already.', look=('kubectl get services -A',)),
    Note(r'namespaces "([^"]+)" is forbidden: this namespace may not be deleted',
         '`{0}` 是集群自己的命名空间，不能删除。', '`{0}` belongs to the cluster itself and cannot be deleted.'),
    Note(r'quantities must match the regular expression|unable to parse quantity\'s suffix|unmarshalerDecoder: quantities',
         '数量写错了。CPU 是 `500m` 或 `2`，内存是 `128Mi`、`1Gi`；单位区分大小写，前面没有空格。',
         'A quantity is wrong. CPU is `500m` or `2`, memory `128Mi` or `1Gi`; units know upper and lower case, and no space '
         'stands before them.', look=('kubectl explain pod.spec.containers.resources',)),
    Note(r'(\S+): Invalid value: "?([^":]+)"?: must be less than or equal to (\S+) (?:request|limit)',
         '`{0}` 是 {1}，比 {2} 的上限还大。`requests` 不能超过 `limits`。',
         '`{0}` is {1}, more than its {2} limit. `requests` cannot exceed `limits`.'),
    Note(r'invalid label (?:value|key)|a valid label must be an empty string or consist of',
         '标签值最长 63 个字符，只能用字母、数字、`-`、`_` 和 `.`，首尾是字母或数字。',
         'A label value has at most 63 characters: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.'),
    Note(r'must be no more than (\d+) (?:characters|bytes)', '太长了：最多 {0} 个字符。', 'That is too long: {0} characters at most.'),
    Note(r'(\S+): Duplicate value: "?([^"\n]+?)"?$', '`{0}` 里 {1} 出现了两次。', '`{0}` holds {1} twice.'),
    Note(r'(\S+): Not found: "([^"]+)"',
         '`{0}` 提到的 `{1}` 没有定义。`volumeMounts` 里的名字必须出现在 `volumes` 里。',
         '`{0}` speaks of `{1}`, which is not defined. A name in `volumeMounts` must stand in `volumes`.'),
    Note(r'(\S+): Forbidden: (.*)', '`{0}` 不允许这样：{1}。', '`{0}` may not be so: {1}.'),
)
