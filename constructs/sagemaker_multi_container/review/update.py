"""An endpoint before and after a change: what is compared, and what CloudFormation makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..template.endpoints import Endpoint
from .changes import Fate, Outcome, ResourceChange
from .endpoint_names import Place
from .resources import StackChange
from .values import Degree
from .variants import VariantPair, pair_variants

_OUTCOMES: Mapping[Fate, Outcome] = {
    Fate.CREATED: Outcome.CREATED,
    Fate.DELETED: Outcome.DELETED,
    Fate.MAY_BE_CREATED: Outcome.MAY_BE_CREATED,
    Fate.MAY_BE_DELETED: Outcome.MAY_BE_DELETED,
    Fate.MAY_COME_OR_GO: Outcome.MAY_COME_OR_GO,
    Fate.REPLACED: Outcome.REPLACED,
    Fate.MAY_BE_REPLACED: Outcome.MAY_BE_REPLACED,
}

ModelPair = tuple[str | None, str | None]


@dataclass(frozen=True, eq=False)
class EndpointUpdate:
    """An endpoint in the same stack before and after a change; one of both may be missing."""

    stack: StackChange
    before: Endpoint | None
    after: Endpoint | None
    taken: Mapping[Place, str]
    """The names that endpoints have before the change, each with its stack."""

    @cached_property
    def variants(self) -> list[VariantPair]:
        """Which variant is which."""
        return pair_variants(self.before, self.after)

    @cached_property
    def models(self) -> dict[ModelPair, tuple[str, ...]]:
        """Which model takes the place of which, by their logical ids, and the variants that it serves."""
        pairs: dict[ModelPair, tuple[str, ...]] = {}
        # A variant that comes or goes has the containers of others if it shares their model.
        for old, new in sorted(self.variants, key=lambda pair: None in pair):
            pair: ModelPair = (old and old.model_id, new and new.model_id)
            if old is None or new is None:
                known = (each for each in pairs if (each[0] if new is None else each[1]) == (pair[0] or pair[1]))
                pair = next(known, pair)
            names = [each.name for each in (new or old,) if each is not None]
            pairs[pair] = (*pairs.get(pair, ()), *names)
        return {pair: names for pair, names in pairs.items() if pair != (None, None)}

    @cached_property
    def resources(self) -> tuple[ResourceChange, ...]:
        """What happens to the models, the config and the endpoint."""
        config = (self.before and self.before.config_id, self.after and self.after.config_id)
        found = [self.stack.change("Model", *pair) for pair in self._models()]
        if config[1] is not None or (config[0] is not None and self.stack.is_gone(config[0])):
            found.append(self.stack.change("EndpointConfig", *config))
        return (*found, self.endpoint)

    @cached_property
    def endpoint(self) -> ResourceChange:
        """What happens to the Endpoint resource."""
        return self.stack.change(
            "Endpoint", self.before and self.before.logical_id, self.after and self.after.logical_id
        )

    @cached_property
    def outcome(self) -> Outcome:
        """What becomes of the endpoint."""
        if self.endpoint.fate in (Fate.DELETED, Fate.MAY_BE_DELETED) and self.endpoint.leaves_old:
            return Outcome.LEFT_BEHIND
        if self.endpoint.fate in _OUTCOMES:
            return _OUTCOMES[self.endpoint.fate]
        if all(each.fate is Fate.UNCHANGED for each in self.resources):
            return Outcome.UNCHANGED
        return (Outcome.UPDATED, Outcome.MAY_ROLL, Outcome.ROLLS)[self.new_config]

    @property
    def keeps_name(self) -> bool:
        """Whether the endpoint has the same fixed name before and after the change."""
        if self.before is None or self.after is None or self.before.spelled_name is None:
            return False
        return self.before.spelled_name == self.after.spelled_name

    @property
    def is_rolling(self) -> bool:
        """Whether the same endpoint gets new instances, or may."""
        return self.outcome in (Outcome.ROLLS, Outcome.MAY_ROLL)

    @cached_property
    def new_config(self) -> Degree:
        """Whether the endpoint, which stays, gets another config."""
        if self.before is None or self.after is None:
            return Degree.SAME
        found = self.stack.differences(self.before.logical_id, self.after.logical_id)
        return max((each.degree for each in found if each.path[:1] == ("EndpointConfigName",)), default=Degree.SAME)

    def _models(self) -> Iterator[ModelPair]:
        old = [] if self.before is None else list(self.before.model_ids)
        new = [] if self.after is None else list(self.after.model_ids)
        replaced = {pair[1]: pair[0] for pair in self.models if pair[0] not in new}
        partners = {each: each if each in old else replaced.get(each) for each in new}
        yield from ((partner, each) for each, partner in partners.items())
        yield from ((each, None) for each in old if each not in partners.values() and self.stack.is_gone(each))
