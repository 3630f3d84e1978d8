from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.apimachinery import gotemplate, jsonpath

POD: dict[str, Any] = {
    'metadata': {'name': 'multi', 'labels': {'app': 'shop', 'app.kubernetes.io/name': 'shop'}},
    'spec': {'containers': [{'name': 'web', 'image': 'nginx', 'ports': [{'containerPort': 80}, {'containerPort': 443}]},
                            {'name': 'cache', 'image': 'redis'}]}}
LIST = {'items': [POD, {'metadata': {'name': 'single'}, 'spec': {'containers': []}}]}


@pytest.mark.parametrize(('template', 'data', 'text'), [
    ('{.metadata.name}', POD, 'multi'), ('{.spec.containers[*].image}', POD, 'nginx redis'),
    ("{.spec.containers[?(@.name=='cache')].image}{\"\\n\"}", POD, 'redis\n'),
    (r'{.metadata.labels.app\.kubernetes\.io/name}', POD, 'shop'), ('{.spec.containers[-1:].name}', POD, 'cache'),
    ('{..containerPort}', POD, '80 443'), ('[{.nosuch}]', POD, '[]'),
    ('{range .items[*]}{.metadata.name}:{range .spec.containers[*]} {.name}{end};{end}', LIST,
     'multi: web cache;single:;'),
    ('{.spec.containers[0].ports}', POD, '[{"containerPort":80},{"containerPort":443}]'),
    ("{.spec.containers[0,1].name}", POD, 'web cache'), ('{.metadata.name', POD, 'unclosed action'),
    ('{.spec.containers[7].name}', POD, 'array index out of bounds: index 7, length 2'),
    ('{.spec.containers[?(@.ports)].name}', POD, 'web'), ('{end}', POD, 'not in range, nothing to end'),
    ('{.items[?(@.metadata.name>5)]}', LIST, 'incompatible types for comparison'),
])
def test_jsonpath(template: str, data: Any, text: str) -> None:
    try:
        found = jsonpath.parse(template).render(data)
    except jsonpath.JSONPathError as error:
        found = str(error)
    assert found == text


def test_jsonpath_may_insist_on_keys() -> None:
    with pytest.raises(jsonpath.JSONPathError, match='nosuch is not found'):
        jsonpath.parse('{.spec.nosuch}').render(POD, allow_missing=False)


@pytest.mark.parametrize('path', ['x.y', '.x.y', '{x.y}', '{.x.y}'])
def test_relaxed_paths(path: str) -> None:
    assert jsonpath.relaxed(path) == '{.x.y}'


@given(st.text(alphabet="{}[]()?@$.*:,'\"\\ =<>!-09ab", max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_jsonpath_ends(template: str) -> None:
    try:
        jsonpath.parse(template).render(POD)
    except jsonpath.JSONPathError as error:
        assert str(error)


@pytest.mark.parametrize(('template', 'text'), [
    ('{{.metadata.name}} {{len .spec.containers}}{{"\\n"}}', 'multi 2\n'),
    ('{{range $k, $v := .metadata.labels}}{{$k}}={{$v}};{{end}}', 'app=shop;app.kubernetes.io/name=shop;'),
    ('{{range $i, $c := .spec.containers}}{{if $i}},{{end}}{{$c.name}}{{else}}none{{end}}', 'web,cache'),
    ('{{if gt (len .spec.containers) 1}}many{{else if .x}}x{{else}}one{{end}}', 'many'),
    ('{{with .nosuch}}a{{else}}b{{end}}', 'b'), ('{{.metadata.nosuch}}', '<no value>'),
    ('{{printf "%-5s|%d" .metadata.name 3}}', 'multi|3'), ('{{"aGk=" | base64decode}}', 'hi'),
    ('a {{- /* c */ -}} b', 'ab'), ('{{define "T"}}<{{.}}>{{end}}{{template "T" .metadata.name}}', '<multi>'),
    ('{{(index .spec.containers 1).name}}', 'cache'), ('{{exists .metadata "x"}}', 'false'),
    ('{{.metadata.name', 'template: output:1: unclosed action'),
    ('{{foo}}', 'template: output:1: function "foo" not defined'),
    ('{{gt .metadata.name 1}}', 'template: output:1:2: executing "output" at <gt .metadata.name 1>: error calling gt: '
                                'incompatible types for comparison'),
    ('{{.nosuch.x}}', '<no value>'),
])
def test_go_templates(template: str, text: str) -> None:
    try:
        found = gotemplate.parse(template).render(POD)
    except gotemplate.TemplateError as error:
        found = str(error)
    assert found == text


@given(st.lists(st.sampled_from(['{{', '}}', 'range', ' .', 'end', 'if', ' .a', '$x', ':=', '(', ')', '|', 'len', '"s"',
                                 ' 1', 'else', 'with', '{{end}}', '{{range .spec}}', 'text', '-', '/*', '*/']),
                max_size=12).map(''.join))
@settings(max_examples=150, deadline=None)
def test_any_go_template_ends(template: str) -> None:
    try:
        gotemplate.parse(template).render(POD)
    except gotemplate.TemplateError as error:
        assert str(error)


@pytest.mark.parametrize(('template', 'problem'), [
    ('{{.kind}', "bad character U+007D '}'"), ('{{.a/b}}', "bad character U+002F '/'"),
    ('{{.a / 2}}', 'unexpected "/" in operand'), ('{{| .a}}', 'unexpected "|" in command'),
    ('{{.a | "x"}}', 'non executable command in pipeline stage 2'), ('{{3x}}', 'bad number syntax: "3x"'),
    ('{{nosuch "x}}', 'function "nosuch" not defined'), ('{{template}}', 'unexpected "}}" in template clause'),
])
def test_go_templates_that_cannot_be_parsed(template: str, problem: str) -> None:
    with pytest.raises(gotemplate.TemplateError) as error:
        gotemplate.parse(template, 'output', True)
    assert str(error.value) == f'template: output:1: {problem}'


@pytest.mark.parametrize(('template', 'printed', 'problem'), [
    ('a{{.metadata.name}}b{{index .spec.containers 7}}c', 'amultib',
     '1:22: executing "output" at <index .spec.containers 7>: error calling index: index out of range: 7'),
    ('{{.metadata.name 1}}', '',
     '1:11: executing "output" at <.metadata.name>: name is not a method but has arguments'),
    ('{{1 2}}', '', '1:2: executing "output" at <1>: can\'t give argument to non-function 1'),
    ('{{gt .nosuch 1}}', '',
     '1:2: executing "output" at <gt .nosuch 1>: error calling gt: invalid type for comparison'),
])
def test_a_go_template_prints_until_it_fails(template: str, printed: str, problem: str) -> None:
    with pytest.raises(gotemplate.TemplateError) as error:
        gotemplate.parse(template, 'output', True).render(POD)
    assert (error.value.printed, str(error.value)) == (printed, f'template: output:{problem}')


def test_a_pipe_may_lead_nowhere_and_a_text_has_bytes() -> None:
    template = gotemplate.parse('{{.metadata.name | }} {{index .metadata.name 1}}', 'output', True)
    assert template.render(POD) == 'multi 117'


@pytest.mark.parametrize('template', ['{"\\\\"}{"\\n"}', '{"it\\\'s"}'])
def test_quotes_of_a_jsonpath_are_those_of_go(template: str) -> None:
    with pytest.raises(jsonpath.JSONPathError, match=r'^unquote string .* error invalid syntax$'):
        jsonpath.parse(template)
