"""Kubeconfigs that cannot be used, and what kubectl says of them."""

from __future__ import annotations

import pytest

CONFIG = """
apiVersion: v1
kind: Config
current-context: c
contexts: [{{name: c, context: {{cluster: k, user: dev}}}}]
clusters: [{{name: k, cluster: {{server: 'https://127.0.0.1:1', {cluster}}}}}]
users: [{{name: dev, user: {{{user}}}}}]
"""
NONE = 'no such file or directory'


@pytest.mark.parametrize(('cluster', 'user', 'error'), [
    ('certificate-authority: /no/ca.crt', 'token: x',
     f'error: unable to read certificate-authority /no/ca.crt for k due to open /no/ca.crt: {NONE}\n'),
    ('', 'client-certificate: /no/dev.crt, client-key: /no/dev.key',
     f'Error in configuration: \n* unable to read client-cert /no/dev.crt for dev due to open /no/dev.crt: {NONE}\n'
     f'* unable to read client-key /no/dev.key for dev due to open /no/dev.key: {NONE}\n'),
    ('', 'client-certificate-data: aGVsbG8=', 'error: client-key-data or client-key must be specified for dev to use '
     'the clientCert authentication method.\n'),
    ('', 'client-certificate-data: aGVsbG8=, client-key-data: aGVsbG8=',
     'error: tls: failed to find any PEM data in certificate input\n'),
    ('', 'token: x, username: a', 'error: more than one authentication method found for dev; found [token basicAuth], '
     'only one is allowed\n'),
    ('', 'exec: {command: x, apiVersion: client.authentication.k8s.io/v1}',
     'error: interactiveMode must be specified for dev to use exec authentication plugin\n'),
    ('', 'token: x, as-groups: [g]',
     'error: requesting uid, groups or user-extra for dev without impersonating a user\n'),
    ('', 'tokenFile: /no/token', f'error: open /no/token: {NONE}\n'),
    ('certificate-authority-data: aGVsbG8=', 'token: x',
     'error: unable to load root certificates: unable to parse bytes as PEM block\n'),
    ('certificate-authority-data: aGVsbG8=, insecure-skip-tls-verify: true', 'token: x',
     'error: specifying a root certificates file with the insecure flag is not allowed\n'),
    ('certificate-authority-data: "!"', 'token: x',
     'error: error loading config file "k.yaml": illegal base64 data at input byte 0\n'),
])
def test_what_is_wrong_in_a_context_is_told(shared, cluster, user, error):
    shared.put('k.yaml', CONFIG.format(cluster=cluster, user=user))
    answer = shared('get pods --kubeconfig=k.yaml')
    assert (answer.code, answer.out, answer.err) == (1, '', error)


@pytest.mark.parametrize(('text', 'error'), [
    ('apiVersion: v1\nkind: Pod\n', 'no kind "Pod" is registered for version "v1" in scheme "k8s.io/client-go/tools/'
     'clientcmd/api/latest/latest.go:50"\n'),
    ('contexts: {a: b}\n', 'json: cannot unmarshal object into Go struct field Config.contexts of type '
     '[]v1.NamedContext\n'),
    ('users: [a]\n', 'json: cannot unmarshal string into Go struct field Config.users of type v1.NamedAuthInfo\n'),
])
def test_what_is_no_kubeconfig_is_refused(shared, text, error):
    shared.put('k.yaml', text)
    assert shared('config view --kubeconfig=k.yaml').err == f'error: error loading config file "k.yaml": {error}'


def test_flags_take_the_place_of_what_a_kubeconfig_says(shared):
    refused = shared('get cm --certificate-authority=no').err
    assert refused.startswith('error: unable to read certificate-authority no for')


def test_where_nobody_answers_cluster_info_still_gives_its_hint(shared):
    shared.put('k.yaml', CONFIG.format(cluster='', user='token: x'))
    answer = shared('cluster-info --kubeconfig=k.yaml')
    assert answer.out == "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
    assert answer.err.endswith('The connection to the server 127.0.0.1:1 was refused - did you specify the right host '
                               'or port?\n')
