"""[bootstrap-token]: by what nodes join, and what they may do until they are nodes (phases/bootstraptoken)."""

from __future__ import annotations

from tutor.cluster.addons import kubeadm as cluster_objects
from tutor.kubeadm import publishing, tokens
from tutor.kubeadm.data import InitData
from tutor.kubeadm.workflow import Phase

RULES = tuple(f'[bootstrap-token] Configured RBAC rules to allow {words}' for words in (
    'Node Bootstrap tokens to get nodes',
    'Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials',
    'the csrapprover controller automatically approve CSRs from a Node Bootstrap Token',
    'certificate rotation for all node client certificates in the cluster'))


async def run(data: InitData) -> None:
    """runBootstrapToken. Raises KubeadmError."""
    environment, client = data.environment, data.client()
    wanted = [tokens.wanted(each) for each in data.init.get('bootstrapTokens') or ()] or [tokens.of_flags(environment)]
    made = [tokens.complete(environment, each) for each in wanted]
    data.token = made[0].token
    if not environment.flags['skip-token-print']:
        environment.say(*(f'[bootstrap-token] Using token: {each.token}' for each in made))
    environment.say('[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles')
    for each in made:
        publishing.publish(client, [tokens.secret(environment, each)])
    environment.say(*RULES)
    publishing.publish(client, cluster_objects.bootstrap_rules())
    environment.say('[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace')
    publishing.publish(client, cluster_objects.cluster_info(environment.keys.authority(), data.server))


PHASE: Phase[InitData] = Phase('bootstrap-token', 'Generates bootstrap tokens used to join a node to a cluster', run)
