"""Why a Service or an Ingress leads nowhere."""

from __future__ import annotations

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, MEND, Answer, Suggestion, close
from tutor.session.why.state.cluster import Object, Scene, condition, matches


def service_trouble(kind: str, service: Object, scene: Scene) -> Answer | None:
    """Selector, readiness, ports, and the address of a load balancer; in this order."""
    spec, name = service['spec'], service['metadata']['name']
    selector = spec.get('selector')
    if spec.get('type') == 'ExternalName':
        return None
    if not selector:
        if any(slice_.get('endpoints') for slice_ in _slices(service, scene)):
            return None
        return Text(zh=f'Service `{name}` 没有选择算符，也没有人为它建 EndpointSlice，所以后面什么都没有。',
                    en=f'The Service `{name}` has no selector, and nobody made EndpointSlices for it: nothing stands behind it.'), [
            Suggestion(LOOK, f'kubectl describe service {name}{scene.flag}')]
    chosen = [pod for pod in scene.items('pods') if matches(selector, pod['metadata'].get('labels'))]
    if not chosen:
        return _nothing_selected(name, selector, scene)
    ready = [pod for pod in chosen if condition(pod, 'Ready').get('status') == 'True']
    if not ready:
        return Text(zh=f'Service `{name}` 选中了 {len(chosen)} 个 Pod，但没有一个就绪，所以没有端点。',
                    en=f'The Service `{name}` selects {len(chosen)} Pod(s), and none is ready, so it has no endpoints.'), [
            Suggestion(LOOK, f'kubectl get pods -l {_selector(selector)}{scene.flag}')]
    return _wrong_port(service, ready[0], scene) or _no_address(service, scene)


def _slices(service: Object, scene: Scene) -> list[Object]:
    name = service['metadata']['name']
    return [each for each in scene.items('endpointslices.discovery.k8s.io')
            if each['metadata'].get('labels', {}).get('kubernetes.io/service-name') == name]


def _selector(selector: dict[str, str]) -> str:
    return ','.join(f'{key}={value}' for key, value in selector.items())


def _nothing_selected(name: str, selector: dict[str, str], scene: Scene) -> Answer:
    """No Pod has the labels: which one nearly does?"""
    looks = [Suggestion(LOOK, f'kubectl get pods --show-labels{scene.flag}'),
             Suggestion(LOOK, f'kubectl describe service {name}{scene.flag}')]
    for key, value in selector.items():
        values = sorted({pod['metadata'].get('labels', {}).get(key, '') for pod in scene.items('pods')} - {''})
        likely = close(value, values) or (values[0] if len(values) == 1 else None)
        if likely and likely != value:
            patch = f'{{"spec":{{"selector":{{"{key}":"{likely}"}}}}}}'
            return Text(zh=f'Service `{name}` 找的是 `{key}={value}`，没有 Pod 有这个标签；有 Pod 是 `{key}={likely}`。',
                        en=f'The Service `{name}` looks for `{key}={value}`, which no Pod has; some have `{key}={likely}`.'), [
                *looks, Suggestion(MEND, f"kubectl patch service {name} -p '{patch}'{scene.flag}")]
    return Text(zh=f'没有 Pod 有 Service `{name}` 要的标签 `{_selector(selector)}`，所以它没有端点。',
                en=f'No Pod has the labels `{_selector(selector)}` that the Service `{name}` wants, so it has no endpoints.'), looks


def _wrong_port(service: Object, pod: Object, scene: Scene) -> Answer | None:
    """A targetPort that no container of the Pod names; a number is compared where the Pod says which ones it has."""
    name = service['metadata']['name']
    named = {port.get('name'): port['containerPort'] for container in pod['spec']['containers']
             for port in container.get('ports') or ()}
    for port in service['spec'].get('ports') or ():
        target = port.get('targetPort', port['port'])
        if (isinstance(target, str) and target not in named) or (
                isinstance(target, int) and named and target not in named.values()):
            has = ', '.join(f'{number}{f" ({label})" if label else ""}' for label, number in named.items()) or '–'
            return Text(zh=f'Service `{name}` 的 `targetPort` 是 `{target}`，而 Pod 的端口是 {has}。两边要对上。',
                        en=f'The Service `{name}` has `targetPort: {target}`, while the Pods have {has}. They must agree.'), [
                Suggestion(LOOK, f'kubectl describe service {name}{scene.flag}'),
                Suggestion(MEND, f'kubectl edit service {name}{scene.flag}')]
    return None


def _no_address(service: Object, scene: Scene) -> Answer | None:
    waits = service['spec'].get('type') == 'LoadBalancer' and not service.get('status', {}).get('loadBalancer', {}).get('ingress')
    if not waits:
        return None
    name = service['metadata']['name']
    return Text(zh=f'Service `{name}` 在等外部地址：集群里没有负载均衡器的实现来分配它。节点端口仍然能用。',
                en=f'The Service `{name}` waits for an external address, which nothing in this cluster hands out. Its node port '
                   'works all the same.'), [Suggestion(LOOK, f'kubectl get service {name}{scene.flag}')]


def ingress_trouble(kind: str, ingress: Object, scene: Scene) -> Answer | None:
    """A class that is not there, a Service that is not there, a port that it does not have."""
    name, spec = ingress['metadata']['name'], ingress['spec']
    classes = scene.names('ingressclasses.networking.k8s.io', True)
    wanted = spec.get('ingressClassName') or ingress['metadata'].get('annotations', {}).get('kubernetes.io/ingress.class')
    if wanted and wanted not in classes:
        return Text(zh=f'Ingress `{name}` 要的 IngressClass `{wanted}` 不存在，没有控制器会处理它。',
                    en=f'The Ingress `{name}` wants the IngressClass `{wanted}`, which is not there: no controller takes it.'), [
            Suggestion(LOOK, 'kubectl get ingressclasses')]
    if not wanted:
        return Text(zh=f'Ingress `{name}` 没有写 `ingressClassName`，集群也没有默认的 IngressClass。',
                    en=f'The Ingress `{name}` has no `ingressClassName`, and no IngressClass is the default.'), [
            Suggestion(LOOK, 'kubectl get ingressclasses')]
    for backend in _backends(spec):
        service = scene.find('services', backend['name'])
        look = Suggestion(LOOK, f'kubectl describe ingress {name}{scene.flag}')
        if service is None:
            return Text(zh=f'Ingress `{name}` 指向的 Service `{backend["name"]}` 不存在。',
                        en=f'The Ingress `{name}` points to the Service `{backend["name"]}`, which is not there.'), [
                look, Suggestion(LOOK, f'kubectl get services{scene.flag}')]
        port = backend.get('port', {})
        ports = service['spec'].get('ports') or ()
        if not any(port.get('number') == each['port'] or (port.get('name') and port['name'] == each.get('name')) for each in ports):
            return Text(zh=f'Service `{backend["name"]}` 没有 Ingress 要的端口 `{port.get("number") or port.get("name")}`。',
                        en=f'The Service `{backend["name"]}` has no port `{port.get("number") or port.get("name")}`, which the '
                           'Ingress wants.'), [look]
        found = service_trouble('service', service, scene)
        if found is not None:
            return found
    return None


def _backends(spec: Object) -> list[Object]:
    found = [spec['defaultBackend']] if spec.get('defaultBackend') else []
    found += [path['backend'] for rule in spec.get('rules') or () for path in (rule.get('http') or {}).get('paths') or ()]
    return [each['service'] for each in found if each.get('service')]
