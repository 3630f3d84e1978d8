"""Which devices of a node satisfy claims (k8s.io/dynamic-resource-allocation/structured): a search with going back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from tutor.apimachinery.devices import ExpressionError, attribute, matches
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resource_claims import allocation
from tutor.apimachinery.scheduling import matches_terms, untolerated

EFFECTS = ('NoSchedule', 'NoExecute')
DeviceId = tuple[str, str, str]


class AllocationError(Exception):
    """Something is wrong with a claim or a class."""


class Device(NamedTuple):
    """A device that a node can use, and the part of its slice that says so."""

    id: DeviceId
    body: Object
    local: bool
    selector: Object | None


class Wanted(NamedTuple):
    """A request, or one of its alternatives, and how many devices it takes."""

    name: str
    body: Object
    device_class: Object
    suitable: list[Device]
    count: int


def allocated_devices(claims: Iterable[Object]) -> set[DeviceId]:
    """ListAllAllocatedDevices: what administrators look at is not taken from others."""
    return {_id(result) for claim in claims for result in _results(claim) if not result.get('adminAccess')}


def _results(claim: Object) -> list[Object]:
    return ((allocation(claim) or {}).get('devices') or {}).get('results') or []


def _id(result: Object) -> DeviceId:
    return result['driver'], result['pool'], result['device']


def devices_of(slices: Iterable[Object], node: Object) -> list[Device]:
    """GatherPools: the devices that a node can use, of pools whose newest slices are all there."""
    pools: dict[tuple[str, str], list[Object]] = {}
    for each in slices:
        pools.setdefault((each['spec']['driver'], each['spec']['pool']['name']), []).append(each)
    found: list[Device] = []
    for (driver, pool), members in sorted(pools.items()):
        newest = max(each['spec']['pool'].get('generation', 0) for each in members)
        members = [each for each in members if each['spec']['pool'].get('generation', 0) == newest]
        if len(members) != members[0]['spec']['pool'].get('resourceSliceCount', 1):
            continue
        for each in sorted(members, key=lambda one: one['metadata']['name']):
            for body in each['spec'].get('devices') or ():
                place = body if each['spec'].get('perDeviceNodeSelection') else each['spec']
                if _reaches(place, node):
                    found.append(Device((driver, pool, body['name']), body, bool(place.get('nodeName')),
                                        place.get('nodeSelector')))
    return found


def _reaches(place: Object, node: Object) -> bool:
    if place.get('nodeName'):
        return place['nodeName'] == node['metadata']['name']
    return bool(place.get('allNodes')) or matches_terms(place.get('nodeSelector') or {}, node)


class Allocator:
    """Allocates the claims of one pod together, on one node after the other."""

    def __init__(self, claims: list[Object], taken: set[DeviceId], classes: Mapping[str, Object],
                 slices: list[Object]) -> None:
        self.claims = claims
        self._taken = taken
        self._classes = classes
        self._slices = slices

    def allocate(self, node: Object) -> list[Object] | None:
        """Allocate: an AllocationResult for each claim; None when the node lacks devices. Raises AllocationError."""
        search = _Search(devices_of(self._slices, node), set(self._taken), self._classes)
        if not search.claims(self.claims, 0):
            return None
        return [_result(claim, chosen, node) for claim, chosen in zip(self.claims, search.chosen, strict=True)]


Chosen = list[tuple[Wanted, list[Device]]]


class _Search:
    def __init__(self, devices: list[Device], taken: set[DeviceId], classes: Mapping[str, Object]) -> None:
        self.devices = devices
        self.taken = taken
        self.classes = classes
        self.chosen: list[Chosen] = []

    def claims(self, claims: list[Object], index: int) -> bool:
        if index == len(claims):
            return True
        self.chosen.append([])
        asked = claims[index]['spec'].get('devices') or {}
        if self._requests(claims[index], asked, 0, lambda: self.claims(claims, index + 1)):
            return True
        self.chosen.pop()
        return False

    def _requests(self, claim: Object, asked: Object, index: int, then: Callable[[], bool]) -> bool:
        """allocateOne: this request and all that come after it."""
        requests = asked.get('requests') or []
        if index == len(requests):
            return then()
        for wanted in self._alternatives(claim, requests[index]):
            if wanted.count > len(wanted.suitable):
                continue
            entry: tuple[Wanted, list[Device]] = (wanted, [])
            mine = self.chosen[-1]
            mine.append(entry)
            if self._pick(asked, entry, mine, 0, lambda: self._requests(claim, asked, index + 1, then)):
                return True
            mine.pop()
        return False

    def _pick(self, asked: Object, entry: tuple[Wanted, list[Device]], mine: Chosen, start: int,
              then: Callable[[], bool]) -> bool:
        wanted, picked = entry
        if len(picked) == wanted.count:
            return then()
        admin = bool(wanted.body.get('adminAccess'))
        for number in range(start, len(wanted.suitable)):
            device = wanted.suitable[number]
            if not admin and (device.id in self.taken or _tainted(device, wanted)):
                continue
            picked.append(device)
            if _agree(asked.get('constraints') or (), mine):
                if not admin:
                    self.taken.add(device.id)
                if self._pick(asked, entry, mine, number + 1, then):
                    return True
                if not admin:
                    self.taken.discard(device.id)
            picked.pop()
            if wanted.body.get('allocationMode') == 'All':
                return False
        return False

    def _alternatives(self, claim: Object, request: Object) -> Iterator[Wanted]:
        if request.get('exactly') is not None:
            yield self._wanted(claim, request['name'], request['exactly'])
        for part in request.get('firstAvailable') or ():
            yield self._wanted(claim, f'{request["name"]}/{part["name"]}', part)

    def _wanted(self, claim: Object, name: str, body: Object) -> Wanted:
        found = self.classes.get(body['deviceClassName'])
        if found is None:
            raise AllocationError(f'claim {_name(claim)}, request {name}: could not retrieve device class '
                                  f'{body["deviceClassName"]}')
        suitable = [device for device in self.devices
                    if _selected(device, (found.get('spec') or {}).get('selectors') or (),
                                 f'class {body["deviceClassName"]}')
                    and _selected(device, body.get('selectors') or (), f'claim {_name(claim)}')]
        if body.get('allocationMode') == 'All':
            return Wanted(name, body, found, suitable, max(len(suitable), 1))
        return Wanted(name, body, found, suitable, body.get('count', 1))


def _name(claim: Object) -> str:
    return f'{claim["metadata"]["namespace"]}/{claim["metadata"]["name"]}'


def _selected(device: Device, selectors: Iterable[Object], whose: str) -> bool:
    """selectorsMatch."""
    for index, selector in enumerate(selectors):
        try:
            if not matches(selector['cel']['expression'], device.id[0], device.body):
                return False
        except ExpressionError as error:
            raise AllocationError(f'{whose}: selector #{index}: CEL runtime error: {error}') from None
    return True


def _tainted(device: Device, wanted: Wanted) -> bool:
    """taintPreventsAllocation."""
    return untolerated(device.body.get('taints') or (), wanted.body.get('tolerations') or (), EFFECTS) is not None


def _agree(constraints: Iterable[Object], chosen: Chosen) -> bool:
    """matchAttributeConstraint, distinctAttributeConstraint."""
    for constraint in constraints:
        same, different = constraint.get('matchAttribute'), constraint.get('distinctAttribute')
        names = constraint.get('requests') or ()
        values = [attribute(same or different or '', device.id[0], device.body) for wanted, devices in chosen
                  if not names or wanted.name in names or wanted.name.partition('/')[0] in names for device in devices]
        if any(value is None for value in values):
            return False
        if same and any(value != values[0] for value in values):
            return False
        if different and any(value in values[:index] for index, value in enumerate(values)):
            return False
    return True


def _result(claim: Object, chosen: Chosen, node: Object) -> Object:
    """The AllocationResult of one claim."""
    results: list[Object] = []
    config: list[Object] = []
    for wanted, devices in chosen:
        for device in devices:
            driver, pool, name = device.id
            entry: Object = {'request': wanted.name, 'driver': driver, 'pool': pool, 'device': name}
            if wanted.body.get('adminAccess'):
                entry['adminAccess'] = True
            if wanted.body.get('tolerations'):
                entry['tolerations'] = wanted.body['tolerations']
            results.append(entry)
        config += [{'source': 'FromClass', 'requests': [wanted.name], **each}
                   for each in (wanted.device_class.get('spec') or {}).get('config') or ()]
    names = {wanted.name for wanted, _ in chosen}
    for each in (claim['spec'].get('devices') or {}).get('config') or ():
        asked = each.get('requests') or ()
        if not asked or any(name in asked or name.partition('/')[0] in asked for name in names):
            config.append({'source': 'FromClaim', **each})
    devices_part: Object = {'results': results, **({'config': config} if config else {})}
    selector = _node_selector([device for _, devices in chosen for device in devices], node)
    return {'devices': devices_part, **({'nodeSelector': selector} if selector else {})}


def _node_selector(devices: list[Device], node: Object) -> Object | None:
    """createNodeSelector: where the devices can be used."""
    if any(device.local for device in devices):
        return {'nodeSelectorTerms': [{'matchFields': [
            {'key': 'metadata.name', 'operator': 'In', 'values': [node['metadata']['name']]}]}]}
    merged: Object = {}
    for device in devices:
        for term in (device.selector or {}).get('nodeSelectorTerms') or ():
            for part in ('matchExpressions', 'matchFields'):
                for requirement in term.get(part) or ():
                    if requirement not in merged.setdefault(part, []):
                        merged[part].append(requirement)
    merged = {part: entries for part, entries in merged.items() if entries}
    return {'nodeSelectorTerms': [merged]} if merged else None
