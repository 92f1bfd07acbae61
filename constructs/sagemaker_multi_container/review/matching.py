"""Which endpoint of the one template is which of the other, also if it has been renamed."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Hashable

from ..rules import Reference
from ..template.endpoints import Endpoint

Pair = tuple[Endpoint | None, Endpoint | None]


def pair_endpoints(before: list[Endpoint], after: list[Endpoint]) -> list[Pair]:
    """Pairs of endpoints of the same stack; without a partner are those that go or come.

    They are matched by logical id, then by fixed name, by the path of their construct, and by their content.
    """
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    pairs: list[Pair] = []
    for key in (_logical_id, _name, _construct_path, _content):
        partners: defaultdict[Hashable, deque[Endpoint]] = defaultdict(deque)
        for endpoint in old if new else ():
            partners[key(endpoint)].append(endpoint)
        for endpoint in list(new) if old else ():
            its_key = key(endpoint)
            if its_key is not None and partners[its_key]:
                partner = partners[its_key].popleft()
                pairs.append((partner, endpoint))
                del old[partner], new[endpoint]
    return [*pairs, *((each, None) for each in old), *((None, each) for each in new)]


def _logical_id(endpoint: Endpoint) -> Hashable:
    return endpoint.logical_id


def _name(endpoint: Endpoint) -> Hashable:
    return endpoint.spelled_name


def _construct_path(endpoint: Endpoint) -> Hashable:
    return endpoint.template.construct_path(endpoint.logical_id)


def _content(endpoint: Endpoint) -> Hashable:
    """What it serves, whatever its resources are called. None if that is declared elsewhere."""
    if not endpoint.model_ids:
        return None
    properties = endpoint.template.description.resources
    models = [properties[each].properties for each in endpoint.model_ids]

    def stand_in(value: object) -> str:
        if not isinstance(value, Reference):
            return repr(value)
        own = endpoint.model_ids.index(value.logical_id) if value.logical_id in endpoint.model_ids else ""
        return f"{value.prefix}{own}.{value.attribute}{value.suffix}"

    return json.dumps([endpoint.config, models], sort_keys=True, default=stand_in)
