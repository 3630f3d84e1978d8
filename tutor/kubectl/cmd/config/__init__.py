"""kubectl config: the kubeconfig files."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='config SUBCOMMAND',
    long="""
        Modify kubeconfig files using subcommands like "kubectl config set current-context my-context".

        The loading order follows these rules:

        1.  If the --kubeconfig flag is set, then only that file is loaded. The flag may only be set once and no merging takes place.
        2.  If $KUBECONFIG environment variable is set, then it is used as a list of paths (normal path delimiting rules for your system). These paths are merged. When a value is modified, it is modified in the file that defines the stanza. When a value is created, it is created in the first file that exists. If no files in the chain exist, then it creates the last file in the list.
        3.  Otherwise, ${HOME}/.kube/config is used and no merging takes place.
        """,  # noqa: E501
    groups=subcommands(
        Line('current-context', 'Display the current-context', 'config.current_context'),
        Line('delete-cluster', 'Delete the specified cluster from the kubeconfig', 'config.delete_cluster'),
        Line('delete-context', 'Delete the specified context from the kubeconfig', 'config.delete_context'),
        Line('delete-user', 'Delete the specified user from the kubeconfig', 'config.delete_user'),
        Line('get-clusters', 'Display clusters defined in the kubeconfig', 'config.get_clusters'),
        Line('get-contexts', 'Describe one or many contexts', 'config.get_contexts'),
        Line('get-users', 'Display users defined in the kubeconfig', 'config.get_users'),
        Line('rename-context', 'Rename a context from the kubeconfig file', 'config.rename_context'),
        Line('set', 'Set an individual value in a kubeconfig file', 'config.set'),
        Line('set-cluster', 'Set a cluster entry in kubeconfig', 'config.set_cluster'),
        Line('set-context', 'Set a context entry in kubeconfig', 'config.set_context'),
        Line('set-credentials', 'Set a user entry in kubeconfig', 'config.set_credentials'),
        Line('unset', 'Unset an individual value in a kubeconfig file', 'config.unset'),
        Line('use-context', 'Set the current-context in a kubeconfig file', 'config.use_context', ('use',)),
        Line('view', 'Display merged kubeconfig settings or a specified kubeconfig file', 'config.view'),
    ),
)
