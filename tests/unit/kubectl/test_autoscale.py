"""kubectl autoscale: amounts, and what of them autoscaling/v1 could say too."""

from __future__ import annotations

import pytest

INCOMPATIBLE = 'error: failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: '


@pytest.mark.parametrize(('flags', 'error'), [
    ('--cpu=-5%', 'invalid percentage value: -5'),
    ('--memory=1.5%', 'invalid percentage value: 1.5'),
    ('--cpu=abc', 'invalid resource cpu value: abc'),
    ('--cpu=1 --memory=a', 'invalid resource memory value: a'),
    ('--cpu=3 --cpu-percent=5', '--cpu-percent and --cpu are mutually exclusive'),
])
def test_amounts_are_read_before_anything_is_looked_for(shared, flags, error):
    assert shared(f'autoscale deploy nosuch --max=3 {flags}').err.splitlines()[-1] == f'error: {error}'


@pytest.mark.parametrize(('flag', 'target'), [
    ('--cpu=80%', 'averageUtilization:80 type:Utilization'),
    ('--cpu-percent=80', 'averageUtilization:80 type:Utilization'),
    ('--cpu=1.5', 'averageValue:1500u type:AverageValue'),
    ('--memory=512', 'averageValue:512Mi type:AverageValue'),
    ('--cpu-percent=0', ''),
])
def test_a_number_alone_is_in_the_resources_own_unit(kubectl, flag, target):
    kubectl('create deploy web --image=nginx')
    answer = kubectl(f'autoscale deploy web --max=3 {flag} -n default --dry-run=client '
                     "-o go-template='{{.metadata.namespace}} {{with .spec.metrics}}"
                     "{{(index . 0).resource.target}}{{end}}'")
    assert answer.out == (f'default map[{target}]' if target else 'default ')


def test_what_the_first_version_cannot_say_hides_the_refusal_of_the_second(kubectl):
    kubectl('create deploy web --image=nginx')
    assert kubectl('autoscale deploy web --max=3 --cpu=80%').code == 0
    assert kubectl('autoscale deploy web --max=3 --cpu=80%').err == (
        'Error from server (AlreadyExists): horizontalpodautoscalers.autoscaling "web" already exists\n')
    assert kubectl('autoscale deploy web --max=3 --memory=1Gi').err == f'{INCOMPATIBLE}empty input\n'
    assert kubectl('autoscale deploy web --max=3 --cpu=500m').err == f'{INCOMPATIBLE}%!w(<nil>)\n'
