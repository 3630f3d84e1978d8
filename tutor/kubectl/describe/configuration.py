"""kubectl describe configmap, secret and serviceaccount."""

from __future__ import annotations

import base64

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter


def describe_config_map(config_map: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(config_map)
    w.write(0, '\nData\n====\n')
    for key, value in sorted((config_map.get('data') or {}).items()):
        w.write(0, f'{key}:\n----\n')
        w.write(0, f'{value}\n')
        w.write(0, '\n')
    w.write(0, '\nBinaryData\n====\n')
    for key, value in sorted((config_map.get('binaryData') or {}).items()):
        w.write(0, f'{key}: {len(base64.b64decode(value))} bytes\n')
    w.write(0, '\n')
    describe_events(related.events(config_map), w)
    return w.text()


def describe_secret(secret: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(secret)
    kind = secret.get('type', '')
    w.write(0, f'\nType:\t{kind}\n')
    w.write(0, '\nData\n====\n')
    for key, value in sorted((secret.get('data') or {}).items()):
        data = base64.b64decode(value)
        if key == 'token' and kind == 'kubernetes.io/service-account-token':
            w.field(key, data.decode(errors='replace'))
        else:
            w.field(key, f'{len(data)} bytes')
    return w.text()


def describe_service_account(account: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(account)
    title = 'Image pull secrets:'
    names = [entry.get('name', '') for entry in account.get('imagePullSecrets') or ()]
    for name in names or ['<none>']:
        w.write(0, f'{title}\t{name}\n')
        title = ' ' * len(title)
    describe_events(related.events(account), w)
    return w.text()
