"""The flags that every command takes, and the groups of flags that many commands share."""

from __future__ import annotations

from dataclasses import replace

from tutor.shell.pflag import ARRAY, DURATION, Flag

HELP_FLAG = Flag('help', 'h', False, hidden=True)

GLOBAL_FLAGS = (
    Flag('as', help='Username to impersonate for the operation. User could be a regular user or a service account in '
         'a namespace.'),
    Flag('as-group', default=(), kind=ARRAY, help='Group to impersonate for the operation, this flag can be repeated '
         'to specify multiple groups.'),
    Flag('as-uid', help='UID to impersonate for the operation.'),
    Flag('as-user-extra', default=(), kind=ARRAY, help='User extras to impersonate for the operation, this flag can '
         'be repeated to specify multiple values for the same key.'),
    Flag('cache-dir', default='$HOME/.kube/cache', help='Default cache directory'),
    Flag('certificate-authority', help='Path to a cert file for the certificate authority'),
    Flag('client-certificate', help='Path to a client certificate file for TLS'),
    Flag('client-key', help='Path to a client key file for TLS'),
    Flag('cluster', help='The name of the kubeconfig cluster to use'),
    Flag('context', help='The name of the kubeconfig context to use'),
    Flag('disable-compression', default=False, help='If true, opt-out of response compression for all requests to '
         'the server'),
    Flag('insecure-skip-tls-verify', default=False, help="If true, the server's certificate will not be checked for "
         'validity. This will make your HTTPS connections insecure'),
    Flag('kubeconfig', help='Path to the kubeconfig file to use for CLI requests.'),
    Flag('kuberc', help='Path to the kuberc file to use for preferences. This can be disabled by exporting '
         'KUBECTL_KUBERC=false feature gate or turning off the feature KUBERC=off.'),
    Flag('log-flush-frequency', default=5.0, kind=DURATION, help='Maximum number of seconds between log flushes'),
    Flag('match-server-version', default=False, help='Require server version to match client version'),
    Flag('namespace', 'n', help='If present, the namespace scope for this CLI request'),
    Flag('password', help='Password for basic authentication to the API server'),
    Flag('profile', default='none', help='Name of profile to capture. One of '
         '(none|cpu|heap|goroutine|threadcreate|block|mutex|trace)'),
    Flag('profile-output', default='profile.pprof', help='Name of the file to write the profile to'),
    Flag('request-timeout', default='0', help='The length of time to wait before giving up on a single server '
         'request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means '
         "don't timeout requests."),
    Flag('server', 's', help='The address and port of the Kubernetes API server'),
    Flag('tls-server-name', help='Server name to use for server certificate validation. If it is not provided, the '
         'hostname used to contact the server is used'),
    Flag('token', help='Bearer token for authentication to the API server'),
    Flag('user', help='The name of the kubeconfig user to use'),
    Flag('username', help='Username for basic authentication to the API server'),
    Flag('v', 'v', 0, help='number for the log level verbosity'),
    Flag('vmodule', help='comma-separated list of pattern=N settings for file-filtered logging (only works for the '
         'default text log format)', kind='pattern=N,...'),
    Flag('warnings-as-errors', default=False, help='Treat warnings received from the server as errors and exit with '
         'a non-zero exit code'),
)

_FORMATS = ('json', 'yaml', 'kyaml', 'name', 'go-template', 'go-template-file', 'template', 'templatefile', 'jsonpath',
            'jsonpath-as-json', 'jsonpath-file')
TEMPLATE_FLAGS = (
    Flag('allow-missing-template-keys', default=True, help='If true, ignore any errors in templates when a field or '
         'map key is missing in the template. Only applies to golang and jsonpath output formats.'),
    Flag('show-managed-fields', default=False, help='If true, keep the managedFields when printing objects in JSON '
         'or YAML format.'),
    Flag('template', help='Template string or path to template file to use when -o=go-template, '
         '-o=go-template-file. The template format is golang templates '
         '[http://golang.org/pkg/text/template/#pkg-overview].'),
)
PRINT_FLAGS = (
    *TEMPLATE_FLAGS,
    Flag('output', 'o', help=f'Output format. One of: ({", ".join(_FORMATS)}).'),
)
"""genericclioptions.PrintFlags."""

DRY_RUN_FLAG = Flag('dry-run', default='none', bare='unchanged', help='Must be "none", "server", or "client". If '
                    'client strategy, only print the object that would be sent, without sending it. If server '
                    'strategy, submit server-side request without persisting the resource.')
SAVE_CONFIG_FLAG = Flag('save-config', default=False, help='If true, the configuration of current object will be '
                        'saved in its annotation. Otherwise, the annotation will be unchanged. This flag is useful '
                        'when you want to perform kubectl apply on this object in the future.')
VALIDATE_FLAG = Flag('validate', default='strict', bare='strict', help='Must be one of: strict (or true), warn, ignore '
                     '(or false). "true" or "strict" will use a schema to validate the input and fail the request if '
                     'invalid. It will perform server side validation if ServerSideFieldValidation is enabled on '
                     'the api-server, but will fall back to less reliable client-side validation if not. "warn" '
                     'will warn about unknown or duplicate fields without blocking the request if server-side field '
                     'validation is enabled on the API server, and behave as "ignore" otherwise. "false" or '
                     '"ignore" will not perform any schema validation, silently dropping any unknown or duplicate '
                     'fields.')
SELECTOR_FLAG = Flag('selector', 'l', help="Selector (label query) to filter on, supports '=', '==', '!=', 'in', "
                     "'notin'.(e.g. -l key1=value1,key2=value2,key3 in (value3)). Matching objects must satisfy all "
                     'of the specified label constraints.')
FIELD_SELECTOR_FLAG = Flag('field-selector', help="Selector (field query) to filter on, supports '=', '==', and "
                           "'!='.(e.g. --field-selector key1=value1,key2=value2). The server only supports a limited "
                           'number of field queries per type.')
ALL_NAMESPACES_FLAG = Flag('all-namespaces', 'A', False, help='If present, list the requested object(s) across all '
                           'namespaces. Namespace in current context is ignored even if specified with --namespace.')
CHUNK_SIZE_FLAG = Flag('chunk-size', default=500, help='Return large lists in chunks rather than all at once. Pass 0 '
                       'to disable. This flag is beta and may change in the future.')


def filename_flags(usage: str) -> tuple[Flag, ...]:
    """AddFilenameOptionFlags; `usage` says what the files are for."""
    return (
        Flag('filename', 'f', (), f'Filename, directory, or URL to files {usage}'),
        Flag('kustomize', 'k', help="Process the kustomization directory. This flag can't be used together with -f "
             'or -R.'),
        Flag('recursive', 'R', False, help='Process the directory used in -f, --filename recursively. Useful when you '
             'want to manage related manifests organized within the same directory.'),
    )


def file_name_flags(usage: str) -> tuple[Flag, ...]:
    """genericclioptions.FileNameFlags, which say it in other words."""
    files, kustomize, recursive = filename_flags('')
    return (
        replace(files, help=usage),
        replace(kustomize, help="Process a kustomization directory. This flag can't be used together with -f or -R."),
        recursive,
    )


def field_manager_flag(default: str) -> Flag:
    """AddFieldManagerFlagVar."""
    return Flag('field-manager', default=default, help='Name of the manager used to track field ownership.')


def subresource_flag(usage: str) -> Flag:
    """AddSubresourceFlags."""
    return Flag('subresource', help=usage)
