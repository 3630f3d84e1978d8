"""How programs in containers reach the API server: as their pod's service account (rest.InClusterConfig)."""

from __future__ import annotations

from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.shell.process import Context

ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
NOT_IN_CLUSTER = ('unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must '
                  'be defined')


class NotInCluster(OSError):
    """There is no token: ErrNotInCluster."""


def client(ctx: Context, agent: str) -> Client:
    """Raises NotInCluster."""
    if not ctx.files.exists(f'{ACCOUNT}/token'):
        raise NotInCluster(NOT_IN_CLUSTER)
    token, authority = (ctx.files.read_text(f'{ACCOUNT}/{name}') for name in ('token', 'ca.crt'))
    host, port = ctx.env.get('KUBERNETES_SERVICE_HOST', ''), ctx.env.get('KUBERNETES_SERVICE_PORT', '443')
    config = RestConfig(f'https://{host}:{port}', ca_data=authority, token=token.strip(), user_agent=agent)
    return Client(ctx.extras['connect'](config), agent=agent)
