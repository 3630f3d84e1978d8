"""Which printer -o and --template mean (genericclioptions.PrintFlags and get.PrintFlags)."""

from __future__ import annotations

from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.printers.printer import JsonPrinter, KyamlPrinter, NamePrinter, Printer, YamlPrinter

OBJECT_FORMATS = ('json', 'yaml', 'kyaml')
GO_TEMPLATES = ('template', 'go-template', 'go-template-file', 'templatefile')
JSON_PATHS = ('jsonpath', 'jsonpath-as-json', 'jsonpath-file')
FORMATS = (*OBJECT_FORMATS, 'name', *GO_TEMPLATES, *JSON_PATHS)
COLUMNS = ('custom-columns', 'custom-columns-file')
DRY_RUN_TEXT = {'client': ' (dry run)', 'server': ' (server dry run)'}


class NoPrinter(KubectlError):
    """NoCompatiblePrinterError."""

    def __init__(self, output: str, formats: tuple[str, ...]) -> None:
        super().__init__(f'unable to match a printer suitable for the output format "{output}", allowed formats are: '
                         f'{",".join(sorted(formats))}')


def output_format(factory: Factory) -> str:
    """The value of -o; --template alone means a Go template."""
    output = factory.flags.get('output') or ''
    return 'go-template' if not output and factory.flags.get('template') else output


def printer_for(factory: Factory, operation: str = '', dry_run: str = 'none', typed: bool = False) -> Printer:
    """The printer of a command that says what it did: '… created' unless -o asks for the object. `typed`: the command
    has it as a Go struct."""
    output = output_format(factory)
    found = object_printer(factory, output, typed)
    if found is not None:
        return found
    if output.lower() == 'name':
        return NamePrinter()
    if not output:
        return NamePrinter(operation + DRY_RUN_TEXT.get(dry_run, ''))
    found = template_printer(factory, output)
    if found is None:
        raise NoPrinter(output, FORMATS)
    return found


def object_printer(factory: Factory, output: str, typed: bool = False) -> Printer | None:
    managed_fields = bool(factory.flags.get('show-managed-fields'))
    match output.lower():
        case 'json':
            return JsonPrinter(managed_fields, typed)
        case 'yaml':
            return YamlPrinter(managed_fields)
        case 'kyaml':
            return KyamlPrinter(managed_fields)
    return None


def split_format(output: str, argument: str, formats: tuple[str, ...]) -> tuple[str, str]:
    """'jsonpath={.x}' is the format 'jsonpath' and its template; --template gives the template too."""
    if argument:
        return output, argument
    for name in formats:
        if output.startswith(f'{name}='):
            return name, output[len(name) + 1:]
    return output, ''


def template_printer(factory: Factory, output: str) -> Printer | None:
    """A printer of Go templates or JSONPath; raises KubectlError for a bad template."""
    for formats in (GO_TEMPLATES, JSON_PATHS):
        name, template = split_format(output, factory.flags.get('template') or '', formats)
        if name not in formats:
            continue
        if not template:
            raise KubectlError('template format specified but no template given')
        if name.endswith('file'):
            template = _read(factory, template)
        from tutor.kubectl.printers.templates import go_template_printer, json_path_printer
        allow_missing = factory.flags.get('allow-missing-template-keys', True)
        if formats is GO_TEMPLATES:
            return go_template_printer(template, allow_missing)
        return json_path_printer(template, allow_missing, name == 'jsonpath-as-json')
    return None


def _read(factory: Factory, path: str) -> str:
    try:
        return factory.read(path).decode('utf-8', 'replace')
    except KubectlError as error:
        raise KubectlError(f'error reading --template {path}, {error}\n') from None
