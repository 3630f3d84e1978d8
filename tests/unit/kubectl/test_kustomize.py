"""Builds of kustomizations."""

from __future__ import annotations

import pytest
import yaml

BASE = """\
resources: [deploy.yaml]
configMapGenerator:
- name: settings
  literals: [COLOR=blue]
"""
DEPLOY = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.24
        envFrom:
        - configMapRef: {name: settings}
"""


@pytest.fixture
def build(shared):
    shared.put('base/kustomization.yaml', BASE)
    shared.put('base/deploy.yaml', DEPLOY)

    def run(kustomization: str, folder: str = 'over') -> str:
        shared.put(f'{folder}/kustomization.yaml', kustomization)
        answer = shared(f'kustomize {folder}')
        return answer.out or answer.err
    return run


def test_the_hash_of_a_generated_config_map_stands_wherever_it_is_named(build):
    text = build('resources: [../base]\nnamePrefix: prod-\n')
    assert text.count('prod-settings-9cf89bh562') == 2
    assert 'name: prod-web\n' in text


@pytest.mark.parametrize(('kustomization', 'line'), [
    ('namespace: prod', '  namespace: prod'),
    ('labels: [{pairs: {env: prod}}]', '    env: prod'),
    ('commonLabels: {env: prod}', '      env: prod'),
    ('images: [{name: nginx, newTag: "1.25"}]', '        image: nginx:1.25'),
    ('images: [{name: nginx, newName: r.io:5000/n, digest: sha256:0}]', '        image: r.io:5000/n@sha256:0'),
    ('replicas: [{name: web, count: 3}]', '  replicas: 3'),
    ('patches: [{target: {kind: Deploy.*}, patch: "[{op: add, path: /spec/paused, value: true}]"}]', '  paused: true'),
    ('patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n'
     '    spec: {minReadySeconds: 7}', '  minReadySeconds: 7'),
    ('replacements:\n- source: {kind: Deployment, name: web, fieldPath: metadata.name}\n  targets:\n'
     '  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.spec.containers.[name=nginx].image"]\n'
     '    options: {delimiter: ":", index: 1}', '        image: nginx:web'),
])
def test_transformers(build, kustomization, line):
    assert line in build(f'resources: [../base]\n{kustomization}\n').splitlines()


def test_a_patch_may_delete(build):
    text = build('resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |\n    $patch: delete\n'
                 '    kind: Deployment\n    metadata: {name: any}\n')
    assert 'Deployment' not in text


def test_a_component_works_on_what_is_there(build):
    build('kind: Component\nnamePrefix: c-\n', 'component')
    assert 'name: c-web\n' in build('resources: [../base]\ncomponents: [../component]\n')


@pytest.mark.parametrize(('kustomization', 'error'), [
    ('resources: [../over]', 'cycle detected'),
    ('nosuch: 1', 'error: invalid Kustomization: json: unknown field "nosuch"'),
    ('resources: [missing.yaml]', "error: accumulating resources: accumulation err='accumulating resources from "
     "'missing.yaml': evalsymlink failure on"),
    ('resources: [../base, ../base]', 'may not add resource with an already registered id: Deployment.v1.apps/web'),
    ('resources: [../base]\nreplicas: [{name: x, count: 1}]', 'resource with name x does not match a config'),
])
def test_errors(build, kustomization, error):
    assert error in build(f'{kustomization}\n')


@pytest.mark.parametrize(('patch', 'names'), [
    ('[{name: nginx, image: "n:2"}, {name: new}]', ['nginx', 'new', 'side']),
    ('[{name: side, image: s}]', ['side', 'nginx']),
    ('[{name: nginx, $patch: delete}]', ['side']),
    ('[{$patch: replace}, {name: only}]', ['only']),
])
def test_a_merged_list_begins_with_what_the_patch_has(build, shared, patch, names):
    shared.put('two/deploy.yaml', DEPLOY + '      - {name: side, image: s:1}\n')
    text = build('resources: [deploy.yaml]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n'
                 f'    metadata: {{name: web}}\n    spec: {{template: {{spec: {{containers: {patch}}}}}}}\n', 'two')
    found = yaml.safe_load(text)['spec']['template']['spec']['containers']
    assert [container['name'] for container in found] == names


def test_where_things_came_from_can_be_asked_for(build):
    text = build('resources: [../base]\nbuildMetadata: [originAnnotations]\n')
    assert '    config.kubernetes.io/origin: |\n      path: ../base/deploy.yaml\n' in text
    assert '      configuredIn: ../base/kustomization.yaml\n      configuredBy:\n        apiVersion: builtin\n' in text


def test_plain_words_are_strings_in_resources_as_yaml_1_2_has_them(build, shared):
    shared.put('words/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: yes, b: on}\n')
    assert "data:\n  a: \"yes\"\n  b: \"on\"\n" in build('resources: [map.yaml]\n', 'words')
