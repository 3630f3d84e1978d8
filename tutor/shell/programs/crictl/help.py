"""What `crictl COMMAND --help` says (urfave/cli's templates), for the commands that are simulated and for those that
are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = 'v1.36.0'
JSON = 'output,o|value|Output format, One of: json|yaml|go-template|table'
TABLE = "output,o|value='table'|Output format, One of: json|yaml|table"
TEMPLATE = ('template|value|The template string is only used when output is go-template; The Template format is golang '
            'template')
BRIEF = 'quiet,q|bool|Do not show verbose information'
LABEL = 'label|slice|Filter by key=value label'
LAST = 'last,n|int|Show last n recently created {} (includes all states). Set 0 for unlimited.'
STREAM = '''\
tls-ca|value|Path to the streaming TLS CA certificate
tls-cert|value|Path to the streaming TLS certificate
tls-key|value|Path to the streaming TLS key
tls-sni,tls-server-name|value='localhost'|Server name used in the TLS client to check server certificates against
transport,r|value='spdy'|Transport protocol to use, one of: spdy|websocket'''
PULL = '''\
annotation,a|slice|Annotation to be set on the pulled image
auth|AUTH_STRING|Use AUTH_STRING for accessing the registry. AUTH_STRING is a base64 encoded 'USERNAME[:PASSWORD]' \
[$CRICTL_AUTH]
creds|USERNAME[:PASSWORD]|Use USERNAME[:PASSWORD] for accessing the registry [$CRICTL_CREDS]
pull-timeout,pt|duration|Maximum time to be used for pulling the image, disabled if set to 0s [$CRICTL_PULL_TIMEOUT]
username,u|USERNAME|Use USERNAME for accessing the registry. The password will be requested on the command line'''
SAMPLE = 'seconds,s|int=1|Sample duration for CPU usage in seconds\nwatch,w|bool|Watch pod resources'
CONFIGURATION = '''\
[<crictl options>]

EXAMPLES:
   # Set the key "debug" to "true"
   crictl config --set debug=true

   # Set the key "debug" to "true"
   crictl config debug true

   # Get the value of "debug"
   crictl config --get debug

   # Show the full configuration
   crictl config --list

CRICTL OPTIONS:
\t runtime-endpoint:\tContainer Runtime Interface (CRI) runtime endpoint (default: "")
\t image-endpoint:\tContainer Runtime Interface (CRI) image endpoint (default: "")
\t timeout:\tTimeout of connecting to server (default: 2)
\t debug:\tEnable debug output (default: false)
\t pull-image-on-create:\tEnable pulling image on create requests (default: false)
\t disable-pull-on-run:\tDisable pulling image on run requests (default: false)'''


@dataclass(frozen=True, slots=True)
class Help:
    """A command: what it does, its arguments, and its flags, each as `NAME,ALIAS|KIND|TEXT`."""

    short: str
    arguments: str = ''
    flags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    description: str = ''


CONTAINERS = 'CONTAINER-ID [CONTAINER-ID...]'
PODS = 'POD-ID [POD-ID...]'
COMMANDS: dict[str, Help] = {
    'attach': Help('Attach to a running container', 'CONTAINER-ID', (
        'stdin,i|bool|Keep STDIN open', STREAM, 'tty,t|bool|Allocate a pseudo-TTY')),
    'checkpoint': Help('Checkpoint one or more running containers', CONTAINERS, (
        'export,e|value|Specify the name of the tar archive (/path/to/checkpoint.tar) used to export the checkpoint '
        'image.',)),
    'completion': Help('Output shell completion code', 'SHELL'),
    'config': Help('Get, set and list crictl configuration options', CONFIGURATION, (
        'get|value|Show the option value', 'list|bool|Show all option value',
        'set|slice|Set option (can specify multiple or separate values with commas: opt1=val1,opt2=val2)')),
    'create': Help('Create a new container', 'POD container-config.[json|yaml] pod-config.[json|yaml]', (
        PULL, 'cancel-timeout,T|duration|Seconds to wait for a container create request before cancelling the request',
        'no-pull|bool|Do not pull the image on container creation (overrides pull-image-on-create=true in config)',
        'with-pull|bool|Pull the image on container creation (overrides pull-image-on-create=false in config)')),
    'events': Help('Stream the events of containers', '', (
        "output,o|value='json'|Output format, One of: json|yaml|go-template", TEMPLATE), ('event',)),
    'exec': Help('Run a command in a running container', '[CONTAINER-ID] COMMAND [ARG...]', (
        'ignore-errors,e|bool|Ignore errors during command execution',
        'image|value|Exec command for all containers matching this container image filter',
        'interactive,i|bool|Keep STDIN open', 'label|slice|Exec command for all containers matching this key=value '
        'label filter', 'last,n|int|Exec command for all last n containers, set to 0 for unlimited',
        'latest,l|bool|Exec command for the most recently created container',
        'name|value|Exec command for all containers matching this name filter regular expression pattern',
        'parallel,x|bool|Run the command in parallel if multiple containers are selected',
        'pod,p|value|Exec command for all containers matching this pod ID filter',
        'quiet,q|bool|Do not print the container ID if multiple containers are selected',
        'state|value|Exec command for all containers matching this container state filter',
        'sync,s|bool|Run the command synchronously', 'timeout|int|Timeout in seconds', STREAM,
        'tty,t|bool|Allocate a pseudo-TTY'), (),
        'The CONTAINER-ID is only required if none of the following filter flags are set:\n'
        '--image, --label, --last, --latest, --name, --pod, --state'),
    'imagefsinfo': Help('Return image filesystem info', '', (JSON, TEMPLATE)),
    'images': Help('List images', '[REPOSITORY[:TAG]]', (
        'digests|bool|Show digests',
        'filter,f|slice|Filter output based on provided conditions.\\nAvailable filters: \\n* dangling=(boolean - true '
        'or false)\\n* reference=/regular expression/\\n* before=<image-name>[:<tag>]|<image id>|<image@digest>\\n* '
        'since=<image-name>[:<tag>]|<image id>|<image@digest>\\nMultiple filters can be combined together.',
        'no-trunc|bool|Show output without truncating the ID', 'output,o|value|Output format, One of: json|yaml|table',
        'pinned|bool|Show whether the image is pinned or not', 'quiet,q|bool|Only show image IDs',
        'verbose,v|bool|Show verbose info for images'), ('image', 'img')),
    'info': Help('Display information of the container runtime', '', (
        "output,o|value='json'|Output format, One of: json|yaml|go-template", BRIEF, TEMPLATE)),
    'inspect': Help('Display the status of one or more containers', CONTAINERS, (
        'all,a|bool|Show all containers', 'image|value|Filter by container image', LABEL, LAST.format('containers'),
        'latest,l|bool|Show the most recently created container (includes all states)',
        'name|value|Filter by container name regular expression pattern',
        'namespace|value|Filter by pod namespace regular expression pattern', JSON, 'pod,p|value|Filter by pod id',
        BRIEF, 'state,s|value|Filter by container state', TEMPLATE)),
    'inspecti': Help('Return the status of one or more images', 'IMAGE-ID [IMAGE-ID...]', (JSON, BRIEF, TEMPLATE)),
    'inspectp': Help('Display the status of one or more pods', PODS, (
        LABEL, 'last,n|int|Show last n recently created pods. Set 0 for unlimited',
        'latest,l|bool|Show the most recently created pod',
        'name|value|Filter by pod name regular expression pattern',
        'namespace|value|Filter by pod namespace regular expression pattern', JSON, BRIEF,
        'state,s|value|Filter by pod state', TEMPLATE)),
    'logs': Help('Fetch the logs of a container', 'CONTAINER-ID', (
        'follow,f|bool|Follow log output', 'limit-bytes|int=-1|Maximum bytes of logs to return. Defaults to no limit',
        'previous,p|bool|Print the logs for the previous instance of the container in a pod if it exists',
        'reopen,r|bool|Reopen container logs',
        'since|value|Show logs since timestamp (e.g. 2013-01-02T13:23:37) or relative (e.g. 42m for 42 minutes)',
        'tail|int=-1|Number of lines to show from the end of the logs. Defaults to all',
        'timestamps,t|bool|Show timestamps')),
    'metricdescs': Help('List metric descriptors. Returns information about the metrics available through the CRI.'),
    'metricsp': Help("List pod metrics. Metrics are unstructured key/value pairs gathered by CRI meant to replace "
                     "cAdvisor's /metrics/cadvisor endpoint."),
    'pods': Help('List pods', '', (
        'id|value|filter by pod id', LABEL, 'last,n|int|Show last n recently created pods. Set 0 for unlimited',
        'latest,l|bool|Show the most recently created pod',
        'name|value|Filter by pod name regular expression pattern',
        'namespace|value|Filter by pod namespace regular expression pattern',
        'no-trunc|bool|Show output without truncating the ID', TABLE, 'quiet,q|bool|List only pod IDs',
        'state,s|value|Filter by pod state', 'verbose,v|bool|Show verbose info for pods')),
    'port-forward': Help('Forward local port to a pod', 'POD-ID [LOCAL_PORT:]REMOTE_PORT', (STREAM,)),
    'ps': Help('List containers', '', (
        'all,a|bool|Show all containers', 'id|value|Filter by container id', 'image|value|Filter by container image',
        LABEL, LAST.format('containers'),
        'latest,l|bool|Show the most recently created container (includes all states)',
        'name|value|Filter by container name regular expression pattern',
        'namespace|value|Filter by pod namespace regular expression pattern',
        'no-trunc|bool|Show output without truncating the ID', TABLE, 'pod,p|value|Filter by pod id',
        'quiet,q|bool|Only display container IDs', 'resolve-image-path,r|bool|Show image path instead of image id',
        'state,s|value|Filter by container state', 'verbose,v|bool|Show verbose information for containers')),
    'pull': Help('Pull an image from a registry', 'NAME[:TAG|@DIGEST]', (
        PULL, 'pod-config|pod-config.[json¦yaml]|Use pod-config.[json|yaml] to override the pull c')),
    'rm': Help('Remove one or more containers', CONTAINERS, (
        'all,a|bool|Remove all containers', 'force,f|bool|Force removal of the container, disregarding if running',
        'keep-logs,k|bool|Preserve the container log file and its rotations')),
    'rmi': Help('Remove one or more images', 'IMAGE-ID [IMAGE-ID...]', (
        'all,a|bool|Remove all images', 'prune,q|bool|Remove all unused images')),
    'rmp': Help('Remove one or more pods', PODS, (
        'all,a|bool|Remove all pods', 'force,f|bool|Force removal of the pod sandbox, disregarding if running')),
    'run': Help('Run a new container inside a sandbox', 'container-config.[json|yaml] pod-config.[json|yaml]', (
        PULL, 'cancel-timeout,T|duration|Seconds to wait for a container create request before cancelling the request',
        'no-pull|bool|Do not pull the image (overrides disable-pull-on-run=false in config)',
        'runtime,r|value|Runtime handler to use. Available options are defined by the container runtime.',
        'with-pull|bool|Pull the image (overrides disable-pull-on-run=true in config)')),
    'runp': Help('Run a new pod', 'pod-config.[json|yaml]', (
        'cancel-timeout,T|duration|Seconds to wait for a run pod sandbox request to complete before cancelling the '
        'request', 'runtime,r|value|Runtime handler to use. Available options are defined by the container runtime.')),
    'runtime-config': Help('Retrieve the container runtime configuration'),
    'start': Help('Start one or more created containers', CONTAINERS),
    'stats': Help('List container(s) resource usage statistics', '[ID]', (
        'all,a|bool|Show all containers (default shows just running)', 'id|value|Filter by container id', LABEL,
        'output,o|value|Output format, One of: json|yaml|table', 'pod,p|value|Filter by pod id', SAMPLE)),
    'statsp': Help("List pod statistics. Stats represent a structured API that will fulfill the Kubelet's "
                   '/stats/summary endpoint.', '[ID]', (
                       'id|value|Filter by pod id', LABEL, 'output,o|value|Output format, One of: json|yaml|table',
                       SAMPLE)),
    'stop': Help('Stop one or more running containers', CONTAINERS, (
        'all,a|bool|Stop all running containers',
        'timeout,t|int|Seconds to wait to kill the container after a graceful stop is requested')),
    'stopp': Help('Stop one or more running pods', PODS),
    'update': Help('Update one or more running containers', CONTAINERS, (
        'cpu-count|int|(Windows only) Number of CPUs available to the container',
        'cpu-maximum|int|(Windows only) Portion of CPU cycles specified as a percentage * 100',
        'cpu-period|int|CPU CFS period to be used for hardcapping (in usecs). 0 to use system default',
        'cpu-quota|int|CPU CFS hardcap limit (in usecs). Allowed cpu time in a given period',
        'cpu-share|int|CPU shares (relative weight vs. other containers)', 'cpuset-cpus|value|CPU(s) to use',
        'cpuset-mems|value|Memory node(s) to use', 'memory|int|Memory limit (in bytes)',
        'oom-score-adj|int|OOM Killer score to use')),
    'update-runtime-config': Help('Update the runtime configuration'),
    'version': Help('Display runtime version information'),
}
GLOBAL = (
    'config,c|value=\'/etc/crictl.yaml\'|Location of the client config file. If not specified and the default does not '
    "exist, the program's directory is searched as well [$CRI_CONFIG_FILE]",
    'debug,D|bool|Enable debug mode', 'enable-tracing|bool|Enable OpenTelemetry tracing.',
    "image-endpoint,i|value|Endpoint of CRI image manager service (default: uses 'runtime-endpoint' setting) "
    '[$IMAGE_SERVICE_ENDPOINT]',
    'profile-cpu|value|Write a pprof CPU profile to the provided path.',
    'profile-mem|value|Write a pprof memory profile to the provided path.',
    'runtime-endpoint,r|value|Endpoint of CRI container runtime service (default: uses in order the first successful '
    'one of [unix:///run/containerd/containerd.sock unix:///run/crio/crio.sock unix:///var/run/cri-dockerd.sock]). '
    'Default is now deprecated and the endpoint should be set instead. [$CONTAINER_RUNTIME_ENDPOINT]',
    'timeout,t|duration=2s|Timeout of connecting to the server in seconds (e.g. 2s, 20s.). 0 or less is set to default',
    "tracing-endpoint|value='127.0.0.1:4317'|Address to which the gRPC tracing collector will send spans to.",
    'tracing-sampling-rate-per-million|int=-1|Number of samples to collect per million OpenTelemetry spans. Set to '
    '1000000 or -1 to always sample.')
ZERO = {'bool': 'false', 'int': '0', 'duration': '0s'}


def of_command(name: str) -> str:
    """CommandHelpTemplate."""
    command = COMMANDS[name]
    arguments = f' {command.arguments}' if command.arguments else ''
    description = '\n'.join(f'   {line}' for line in command.description.split('\n'))
    middle = f'DESCRIPTION:\n{description}\n\n' if command.description else ''
    return (f'NAME:\n   crictl {name} - {command.short}\n\nUSAGE:\n   crictl {name} [command options]{arguments}\n\n'
            f'{middle}OPTIONS:\n{_options(command.flags)}')


def of_program() -> str:
    """AppHelpTemplate."""
    rows = [(', '.join((name, *each.aliases)), each.short) for name, each in COMMANDS.items()]
    rows.append(('help, h', 'Shows a list of commands or help for one command'))
    width = max(len(names) for names, _ in rows) + 2
    listed = ''.join(f'   {names.ljust(width)}{text}\n' for names, text in rows)
    return ('NAME:\n   crictl - client for CRI\n\nUSAGE:\n   crictl [global options] command [command options]\n\n'
            f'VERSION:\n   {VERSION}\n\nCOMMANDS:\n{listed}\nGLOBAL OPTIONS:\n'
            f'{_options(GLOBAL, "version,v|flag|print the version")}')


def _options(specs: tuple[str, ...], *last: str) -> str:
    """The flags by name, and then those that urfave/cli adds itself."""
    lines = sorted((line for spec in specs for line in spec.split('\n')), key=lambda line: re.split('[,|]', line)[0])
    rows = [_row(line) for line in (*lines, 'help,h|flag|show help', *last)]
    text, block = '', []
    for names, words in rows:
        block.append((names, words))
        if '\n' in words:
            text, block = text + _aligned(block), []
    return text + _aligned(block)


def _row(line: str) -> tuple[str, str]:
    names, kind, words = line.split('|', 2)
    kind, _, default = kind.replace('¦', '|').partition('=')
    value = '' if kind in ('bool', 'flag') else {'int': 'value', 'duration': 'value', 'slice': 'value'}.get(kind, kind)
    shown = ', '.join(f'{"--" if len(name) > 1 else "-"}{name}{f" {value}" if value else ""}'
                      for name in names.split(','))
    if kind == 'slice':
        shown = f'{shown} [ {shown} ]'
    default = default.replace("'", '"') or ZERO.get(kind, '')
    words, _, environment = words.partition(' [$')
    words += (f' (default: {default})' if default else '') + (f' [${environment}' if environment else '')
    return shown, words.replace('\\n', '\n      ')


def _aligned(block: list[tuple[str, str]]) -> str:
    """text/tabwriter: a line without a tab ends the block whose texts stand below each other."""
    width = max((len(names) for names, _ in block), default=0) + 2
    return ''.join(f'   {names.ljust(width)}{words}\n' for names, words in block)
