"""All subresources, by (plural, subresource); '*' stands for every resource that has one."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.apiserver import reads, writes
from tutor.cluster.apiserver.subresources import binding, eviction, finalize, podstreams, proxy, scale, token
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler

STATUS = SubresourceHandler({'get': reads.get, 'update': writes.update, 'patch': writes.patch})

SUBRESOURCES: Mapping[tuple[str, str], SubresourceHandler] = {
    ('*', 'status'): STATUS,
    ('*', 'scale'): scale.HANDLER,
    ('certificatesigningrequests', 'approval'): STATUS,
    ('namespaces', 'finalize'): finalize.HANDLER,
    ('nodes', 'proxy'): proxy.HANDLER,
    ('pods', 'attach'): podstreams.ATTACH,
    ('pods', 'binding'): binding.HANDLER,
    ('pods', 'ephemeralcontainers'): STATUS,
    ('pods', 'eviction'): eviction.HANDLER,
    ('pods', 'exec'): podstreams.EXEC,
    ('pods', 'log'): podstreams.LOG,
    ('pods', 'portforward'): podstreams.PORT_FORWARD,
    ('pods', 'proxy'): proxy.HANDLER,
    ('pods', 'resize'): STATUS,
    ('services', 'proxy'): proxy.HANDLER,
    ('serviceaccounts', 'token'): token.HANDLER,
}
