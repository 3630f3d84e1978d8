"""Why a PersistentVolumeClaim is not bound."""

from __future__ import annotations

from tutor.apimachinery.quantity import Quantity
from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, Answer, Suggestion
from tutor.session.why.state.cluster import Object, Scene

DEFAULT = 'storageclass.kubernetes.io/is-default-class'


def claim_trouble(kind: str, claim: Object, scene: Scene) -> Answer | None:
    """Pending, by reason."""
    name, spec = claim['metadata']['name'], claim['spec']
    if claim.get('status', {}).get('phase') != 'Pending':
        return None
    describe = Suggestion(LOOK, f'kubectl describe pvc {name}{scene.flag}')
    classes = {each['metadata']['name']: each for each in scene.items('storageclasses.storage.k8s.io', True)}
    wanted = spec.get('storageClassName')
    volumes = [each for each in scene.items('persistentvolumes', True) if each['spec'].get('storageClassName', '') == (wanted or '')]
    if wanted and wanted not in classes and not volumes:
        return Text(zh=f'PVC `{name}` 要的 StorageClass `{wanted}` 不存在，也没有这一类的 PV。',
                    en=f'The claim `{name}` wants the StorageClass `{wanted}`, which is not there; nor is any volume of it.'), [
            Suggestion(LOOK, 'kubectl get storageclasses'), describe]
    if wanted and wanted in classes:
        if classes[wanted].get('volumeBindingMode') == 'WaitForFirstConsumer' and not _used(name, scene):
            return Text(zh=f'这不是错误：StorageClass `{wanted}` 等到有 Pod 用 PVC `{name}` 时才建卷（WaitForFirstConsumer）。',
                        en=f'This is no error: the StorageClass `{wanted}` makes the volume once a Pod uses `{name}` '
                           '(WaitForFirstConsumer).'), [describe]
        said = scene.said(claim, 'ProvisioningFailed', 'ExternalProvisioning')
        return (Text(zh=f'卷还没有建出来：{said}', en=f'The volume is not made yet: {said}'), [describe]) if said else None
    if not volumes and wanted is None and not any(_default(each) for each in classes.values()):
        return Text(zh=f'PVC `{name}` 没有写 `storageClassName`，集群没有默认的 StorageClass，也没有可用的 PV。',
                    en=f'The claim `{name}` names no StorageClass, the cluster has no default one, and there is no free volume.'), [
            Suggestion(LOOK, 'kubectl get storageclasses'), Suggestion(LOOK, 'kubectl get pv')]
    return _no_volume_fits(claim, volumes, describe)


def _default(storage_class: Object) -> bool:
    return (storage_class['metadata'].get('annotations') or {}).get(DEFAULT) == 'true'


def _used(claim: str, scene: Scene) -> bool:
    return any(volume.get('persistentVolumeClaim', {}).get('claimName') == claim
               for pod in scene.items('pods') for volume in pod['spec'].get('volumes') or ())


def _no_volume_fits(claim: Object, volumes: list[Object], describe: Suggestion) -> Answer:
    """Static volumes of the class: taken, too small, or of another access mode."""
    name, spec = claim['metadata']['name'], claim['spec']
    size, modes = spec['resources']['requests']['storage'], spec.get('accessModes') or []
    looks = [Suggestion(LOOK, 'kubectl get pv'), describe]
    free = [each for each in volumes if each.get('status', {}).get('phase') == 'Available']
    if not free:
        return Text(zh=f'没有空闲的 PV 给 PVC `{name}`：要么没有，要么都已经绑定或等着回收。',
                    en=f'No volume is free for `{name}`: there is none, or all are bound or wait to be reclaimed.'), looks
    fits = [each for each in free if set(modes) <= set(each['spec'].get('accessModes') or ())]
    if not fits:
        has = ', '.join(sorted({mode for each in free for mode in each['spec'].get('accessModes') or ()}))
        return Text(zh=f'PVC `{name}` 要访问模式 {", ".join(modes)}，空闲的 PV 只有 {has}。',
                    en=f'`{name}` wants the access mode {", ".join(modes)}; the free volumes have {has}.'), looks
    if all(Quantity.parse(each['spec']['capacity']['storage']) < Quantity.parse(size) for each in fits):
        largest = max((each['spec']['capacity']['storage'] for each in fits), key=Quantity.parse)
        return Text(zh=f'PVC `{name}` 要 {size}，空闲的 PV 最大只有 {largest}。',
                    en=f'`{name}` asks for {size}; the largest free volume has {largest}.'), looks
    return Text(zh=f'有空闲的 PV，但 PVC `{name}` 的选择算符或卷模式和它们不符。',
                en=f'Volumes are free, but the selector or volume mode of `{name}` does not fit them.'), looks
