"""What `describe` has shown since the version that tests/e2e/matrix compares with; all else is compared there."""

from __future__ import annotations

import pytest

from tutor.kubectl.describe.generic import label_for

NODE = 'apiVersion: v1\nkind: Node\nmetadata: {name: spare}\n'
SLICES = '\n---\n'.join(f"""\
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {{name: slice-{index}}}
spec:
  driver: gpu.example.com
  nodeName: spare
  pool: {{name: p{index % 11}, generation: 1, resourceSliceCount: 1}}
  devices: [{{name: a}}, {{name: b}}]
""" for index in range(12))


def test_devices_of_a_node(shared):
    shared.put('slices.yaml', f'{NODE}---\n{SLICES}')
    assert shared('apply -f slices.yaml').code == 0
    shown = shared('describe node spare').out.partition('System Info:')[0].partition('Node-Local ')[2]
    assert shown.startswith("""ResourceSlices:
  Driver           Pool  Slices  Devices
  ------           ----  ------  -------
  gpu.example.com  p0    2       4
  gpu.example.com  p1    1       2
""")
    assert shown.endswith('  ...and 1 more pools\n')
    assert shared('get resourceslices --field-selector spec.pool=x').err == (
        'Error from server (BadRequest): Unable to find "resource.k8s.io/v1, Resource=resourceslices" that match label '
        'selector "", field selector "spec.pool=x": field label not supported for resource.k8s.io/v1, '
        'Kind=ResourceSlice: spec.pool\n')


def test_pull_secrets_are_not_looked_for(shared):
    shared('create sa puller')
    shared("""patch sa puller -p '{"imagePullSecrets":[{"name":"nothere"},{"name":"nor-this"}]}'""")
    assert 'Image pull secrets:  nothere\n                     nor-this\n' in shared('describe sa puller').out


@pytest.mark.parametrize(('field', 'label'), [
    ('respectPDBs', 'Respect PDBs'), ('nonResourceURLs', 'Non Resource URLs'), ('clusterIPs', 'Cluster I Ps'),
    ('apiVersion', 'API Version'), ('APIGroup', 'APIGroup'), ('podCIDR', 'Pod CIDR'), ('x-y', 'X - Y'),
    ('a1', 'a1'), ('uid', 'UID'),
])
def test_labels_of_fields(field, label):
    assert label_for(field) == label
