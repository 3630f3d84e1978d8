"""All rules: what an error looks like, and who explains it. The first that matches is asked."""

from tutor.session.why import (
    cluster,
    commands,
    containers,
    kubectl_notes,
    machine_notes,
    manifests,
    policy_notes,
    shell_notes,
    usage_notes,
)
from tutor.session.why.explanation import Rule
from tutor.session.why.notes import Note


def _noted(notes: tuple[Note, ...]) -> tuple[tuple[str, Rule], ...]:
    return tuple((note.pattern, note) for note in notes)


RULES: tuple[tuple[str, Rule], ...] = (
    (r'(?:bash: )?(\S+): (?:command not found|error: (?:not simulated here|这里没有模拟))', commands.no_such_program),
    (r'syntax error near unexpected token `(.*)\'', commands.shell_syntax),
    (r'unexpected EOF while looking for matching `(.*)\'', commands.open_quote),
    (r'syntax error: unexpected end of file|here-document .* delimited by end-of-file', commands.incomplete),
    *_noted(shell_notes.NOTES),
    (r'unknown command "(\S+)" for "(kubectl[^"]*)"', commands.unknown_command),
    (r'unknown (?:shorthand )?flag: (?:\'(\w)\' in )?(\S+)', commands.unknown_flag),
    (r'flag needs an argument: (.*)', commands.flag_needs_value),
    (r'required flag\(s\) (.*) not set', commands.required_flag),
    (r'exactly one NAME is required, got (\d+)', commands.one_name),
    (r'you must specify two or three arguments|resource\(s\) were provided, but no name was specified', commands.no_name),
    (r'the server doesn\'t have a resource type "([^"]+)"', commands.unknown_kind),
    (r'the path "([^"]+)" does not exist', commands.no_such_file),
    *_noted(kubectl_notes.NOTES),
    *_noted(policy_notes.NOTES[:-1]),
    (r'\bnamespaces "([^"]+)" not found', cluster.no_namespace),
    (r'\(NotFound\):(?: error when \w+ "[^"]*":)? ([a-z.0-9-]+) "([^"]+)" not found', cluster.not_found),
    (r'([a-z]+[a-z.0-9-]*) "([^"]+)" already exists', cluster.already_exists),
    (r'forbidden: User "([^"]+)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"', cluster.not_allowed),
    (r'exceeded quota: ([^,]+), requested: ([^,]+), used: ([^,]+), limited: (\S+)', cluster.over_quota),
    (r'because it is being terminated', cluster.namespace_going),
    (r'`selector` does not match template `labels`', manifests.selector_and_labels),
    (r'field is immutable', manifests.immutable),
    (r'pod updates may not change fields other than', manifests.pod_immutable),
    (r'a lowercase RFC 1123 (?:label|subdomain) must consist of', manifests.bad_name),
    (r'unknown field "([^"]+)"', manifests.unknown_field),
    (r'cannot unmarshal (\w+) into Go struct field (\S+) of type (\S+)', manifests.wrong_type),
    (r'error converting YAML to JSON: yaml: line (\d+): (.*)', manifests.yaml_syntax),
    (r'found character that cannot start any token', manifests.tab),
    (r'apiVersion not set|kind not set|Object \'Kind\' is missing', manifests.not_set),
    (r'no matches for kind "([^"]+)" in version "([^"]+)"', manifests.no_such_version),
    (r'(\S+): Required value', manifests.required),
    (r'(\S+): Unsupported value: "([^"]*)": supported values: (.*)', manifests.unsupported),
    (r'(\S+): Invalid value: (.*?): must be between (\d+) and (\d+)', manifests.out_of_range),
    (r'the object has been modified', cluster.conflict),
    (r'timed out waiting for the condition', cluster.timed_out),
    (r'waiting to start: (\S+)', containers.not_started),
    (r'container (\S+) is not valid for pod (\S+)', containers.not_in_pod),
    (r'unable to find container named "?([^"\s]+)"?', containers.not_in_template),
    (r'a container name must be specified for pod (\S+), choose one of: \[([^\]]*)\]', containers.which_container),
    (r'command terminated with exit code (\d+)', cluster.remote_exit),
    (r'[Cc]ould not resolve host|bad address|can\'t resolve|NXDOMAIN', cluster.no_such_host),
    (r'[Cc]onnection refused|curl: \(7\)|Failed to connect to|wget: \(4\)', cluster.refused),
    *_noted(policy_notes.NOTES[-1:]),
    (r'error: no objects passed to apply|error: no objects passed to create', manifests.empty),
    (r'must specify one of -f and -k', manifests.no_file_given),
    (r'Edit cancelled, no changes made', manifests.edit_cancelled),
    (r'field "([^"]+)" does not exist', manifests.field_not_explained),
    *_noted(usage_notes.NOTES),
    *_noted(machine_notes.NOTES),
)
