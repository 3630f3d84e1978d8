"""Builds of kustomizations."""

from __future__ import annotations

import pytest

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
                 '    kind: Deployment\n')
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
