"""/metrics: what this server really counts, as Prometheus reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer


def text(server: ApiServer) -> str:
    """The objects of each resource, and the build."""
    lines = [
        '# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.',
        '# TYPE apiserver_storage_objects gauge']
    stores = {store.prefix: store for store in server.stores.all()}.values()
    lines += [f'apiserver_storage_objects{{resource="{store.resource.group_resource}"}} {len(store.list())}'
              for store in sorted(stores, key=lambda store: store.resource.group_resource)]
    version = server.version
    build = ','.join(f'{label}="{version.get(name, "")}"' for label, name in (
        ('build_date', 'buildDate'), ('compiler', 'compiler'), ('git_commit', 'gitCommit'),
        ('git_tree_state', 'gitTreeState'), ('git_version', 'gitVersion'), ('go_version', 'goVersion'),
        ('major', 'major'), ('minor', 'minor'), ('platform', 'platform')))
    lines += ['# HELP kubernetes_build_info [ALPHA] A metric with a constant \'1\' value labeled by major, minor, git '
              'version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was '
              'built, and platform on which it is running.',
              '# TYPE kubernetes_build_info gauge', f'kubernetes_build_info{{{build}}} 1', '']
    return '\n'.join(lines)
