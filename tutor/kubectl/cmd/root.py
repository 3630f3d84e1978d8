"""All commands of kubectl, by the groups of `kubectl --help`. A new command is a module and a line here."""

from __future__ import annotations

from tutor.kubectl.command import Command, Found, Group, Line

GROUPS = (
    Group('Basic Commands (Beginner):', (
        Line('create', 'Create a resource from a file or from stdin', 'create'),
        Line('expose', 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes '
             'service', 'expose'),
        Line('run', 'Run a particular image on the cluster', 'run'),
        Line('set', 'Set specific features on objects', 'set'),
    )),
    Group('Basic Commands (Intermediate):', (
        Line('explain', 'Get documentation for a resource', 'explain'),
        Line('get', 'Display one or many resources', 'get', suggested_for=('list', 'ps')),
        Line('edit', 'Edit a resource on the server', 'edit'),
        Line('delete', 'Delete resources by file names, stdin, resources and names, or by resources and label '
             'selector', 'delete', suggested_for=('rm',)),
    )),
    Group('Deploy Commands:', (
        Line('rollout', 'Manage the rollout of a resource', 'rollout'),
        Line('scale', 'Set a new size for a deployment, replica set, or replication controller', 'scale'),
        Line('autoscale', 'Auto-scale a deployment, replica set, stateful set, or replication controller',
             'autoscale'),
    )),
    Group('Cluster Management Commands:', (
        Line('certificate', 'Modify certificate resources', 'certificate'),
        Line('cluster-info', 'Display cluster information', 'cluster_info'),
        Line('top', 'Display resource (CPU/memory) usage', 'top'),
        Line('cordon', 'Mark node as unschedulable', 'cordon'),
        Line('uncordon', 'Mark node as schedulable', 'uncordon'),
        Line('drain', 'Drain node in preparation for maintenance', 'drain'),
        Line('taint', 'Update the taints on one or more nodes', 'taint'),
    )),
    Group('Troubleshooting and Debugging Commands:', (
        Line('describe', 'Show details of a specific resource or group of resources', 'describe'),
        Line('logs', 'Print the logs for a container in a pod', 'logs'),
        Line('attach', 'Attach to a running container', 'attach'),
        Line('exec', 'Execute a command in a container', 'exec'),
        Line('port-forward', 'Forward one or more local ports to a pod', 'port_forward'),
        Line('proxy', 'Run a proxy to the Kubernetes API server', 'proxy'),
        Line('cp', 'Copy files and directories to and from containers', 'cp'),
        Line('auth', 'Inspect authorization', 'auth'),
        Line('debug', 'Create debugging sessions for troubleshooting workloads and nodes', 'debug'),
        Line('events', 'List events', 'events'),
    )),
    Group('Advanced Commands:', (
        Line('diff', 'Diff the live version against a would-be applied version', 'diff'),
        Line('apply', 'Apply a configuration to a resource by file name or stdin', 'apply'),
        Line('patch', 'Update fields of a resource', 'patch'),
        Line('replace', 'Replace a resource by file name or stdin', 'replace'),
        Line('wait', 'Experimental: Wait for a specific condition on one or many resources', 'wait'),
        Line('kustomize', 'Build a kustomization target from a directory or URL', 'kustomize'),
    )),
    Group('Settings Commands:', (
        Line('label', 'Update the labels on a resource', 'label'),
        Line('annotate', 'Update the annotations on a resource', 'annotate'),
        Line('completion', 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
             'completion'),
    )),
    Group('Subcommands provided by plugins:', ()),
    Group('Other Commands:', (
        Line('alpha', 'Commands for features in alpha', 'alpha', hidden=True),
        Line('config', 'Modify kubeconfig files', 'config'),
        Line('kuberc', 'Manage kuberc configuration files', 'kuberc'),
        Line('plugin', 'Provides utilities for interacting with plugins', 'plugin'),
        Line('version', 'Print the client and server version information', 'version'),
        Line('api-versions', 'Print the supported API versions on the server, in the form of "group/version"',
             'api_versions'),
        Line('api-resources', 'Print the supported API resources on the server', 'api_resources'),
        Line('options', 'Print the list of flags inherited by all commands', 'options', hidden=True),
    ), by_name=True),
)

COMPLETE = '__complete', '__completeNoDesc'
"""Commands that no help names: the scripts of `kubectl completion` ask them, with and without descriptions (cobra's
ShellCompRequestCmd and ShellCompNoDescRequestCmd)."""

ROOT = Command(
    usage='[flags]',
    long="""
        kubectl controls the Kubernetes cluster manager.

        Find more information at: https://kubernetes.io/docs/reference/kubectl/
        """,
    groups=GROUPS,
)


def root() -> Found:
    return Found('kubectl', ROOT)
