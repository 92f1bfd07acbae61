"""What a change of templates does to the endpoints in them: the data that is compared once and told in many forms.

Everything here is plain: names, numbers and texts. No value of a container's environment is among them. In sentences
(of callers, refusals, permissions and notes) whatever comes from a template stands between backticks, see `quoting`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from .iam.permissions import PermissionsChange
from .iam.statements import Answer

T = TypeVar("T")


class Outcome(enum.StrEnum):
    """What becomes of an endpoint."""

    CREATED = "created"
    """A new endpoint."""
    DELETED = "deleted"
    """Its stack deletes it."""
    LEFT_BEHIND = "left behind"
    """It leaves the template but not the account: its deletion policy retains it, or nobody deletes its stack."""
    MAY_BE_CREATED = "may be created"
    """Depends on a condition that is only known at deployment."""
    MAY_BE_DELETED = "may be deleted"
    """Depends on a condition that is only known at deployment."""
    MAY_COME_OR_GO = "may be created or deleted"
    """Depends on another condition than before, and both are only known at deployment."""
    REPLACED = "replaced"
    """A new endpoint is made, then the old one is deleted: callers must follow."""
    MAY_BE_REPLACED = "may be replaced"
    """Depends on a value that is only known at deployment."""
    ROLLS = "rolls in place"
    """The same endpoint gets new instances."""
    MAY_ROLL = "may roll in place"
    """Depends on a value that is only known at deployment."""
    UPDATED = "updated in place"
    """Its tags or the settings of its updates change, its instances need not."""
    UNCHANGED = "unchanged"


class Fate(enum.StrEnum):
    """What CloudFormation does to a resource."""

    CREATED = "created"
    DELETED = "deleted"
    MAY_BE_CREATED = "may be created"
    MAY_BE_DELETED = "may be deleted"
    MAY_COME_OR_GO = "may be created or deleted"
    REPLACED = "replaced"
    MAY_BE_REPLACED = "may be replaced"
    UPDATED = "updated"
    MAY_BE_UPDATED = "may be updated"
    UNCHANGED = "unchanged"


class Kind(enum.StrEnum):
    """What can stop a pull request, with `--fail-on`."""

    CREATE = "create"
    """An endpoint is created."""
    DELETE = "delete"
    """An endpoint is deleted, or left behind."""
    REPLACE = "replace"
    """An endpoint is replaced, or may be."""
    ROLL = "roll"
    """An endpoint gets new instances, or may get them."""
    BREAKS_CALLERS = "breaks-callers"
    """Calls that work now fail afterwards, or mean something else."""
    CAPACITY = "capacity"
    """Instances, weights or scaling change."""
    WIDENS_IAM = "widens-iam"
    """The endpoint's role may do more, or more may call it; also if that cannot be told."""
    REFUSED = "refused"
    """SageMaker or CloudFormation will refuse the update, for certain."""
    ERROR = "error"
    """There is a new finding of this severity."""
    WARNING = "warning"
    """There is a new finding of this severity."""
    IGNORES = "ignores"
    """There is a finding that is ignored, and was not before."""


@dataclass(frozen=True, slots=True)
class BeforeAfter(Generic[T]):
    """A value now, and after the change."""

    before: T
    after: T

    @property
    def differs(self) -> bool:
        """Whether it is another value afterwards."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """What happens to one resource of an endpoint."""

    type: str
    """`Model`, `EndpointConfig` or `Endpoint`."""
    before: str | None
    """Its logical id now. None if there is none yet."""
    after: str | None
    fate: Fate
    properties: tuple[str, ...] = ()
    """Its properties that change by themselves, such as `Containers[0].Image`."""
    follows: tuple[str, ...] = ()
    """The logical ids of resources that it refers to and that get replaced."""
    has_new_version: bool = False
    """An artefact has another revision: this library's construct puts those into the logical id of a Model."""
    leaves_old: bool = False
    """The old one stays in the account, since its policy is to retain it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container, as far as it is known."""

    hostname: str | None
    """None if it has none, or an unknown one."""
    image: str | None
    artefact: str | None
    """Where its model data is."""
    model_package: str | None
    is_multi_model: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerChange:
    """A container now and after the change, side by side."""

    before: Container | None
    after: Container | None
    position: BeforeAfter[int | None]
    """Its place among the containers, from 1."""
    environment_added: tuple[str, ...] = ()
    """Names of environment variables."""
    environment_removed: tuple[str, ...] = ()
    environment_changed: tuple[str, ...] = ()
    environment_perhaps_changed: tuple[str, ...] = ()
    """Those whose values are only known at deployment and are written otherwise."""
    properties: tuple[str, ...] = ()
    """Other properties that change."""

    @property
    def is_renamed(self) -> bool:
        """Whether only its name tells it from the container before."""
        return self.before is not None and self.after is not None and self.before.hostname != self.after.hostname

    @property
    def is_changed(self) -> bool:
        """Whether anything about it is different."""
        environment = (
            self.environment_added
            or self.environment_removed
            or self.environment_changed
            or self.environment_perhaps_changed
        )
        return bool(self.before != self.after or self.position.differs or environment or self.properties)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """The containers of a model and how they are called."""

    variants: tuple[str, ...]
    """The variants that it serves, by the names that they have afterwards."""
    mode: BeforeAfter[str | None]
    """`Serial` or `Direct`; None if it is not known, or there is no model."""
    containers: tuple[ContainerChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """The numbers of instances between which a variant is scaled."""

    minimum: str
    maximum: str
    schedules: tuple[str, ...] = ()
    """Other bounds at certain times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What serves a variant."""

    instances: str
    """Such as `2 x ml.m5.xlarge`."""
    traffic: str | None = None
    """Its share of the requests; None for a shadow variant."""
    scaling: Scaling | None = None
    volume_gb: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantChange:
    """A variant now and after the change."""

    name: BeforeAfter[str | None]
    """None if there is no such variant."""
    capacity: BeforeAfter[Capacity | None]
    is_shadow: bool = False
    notes: tuple[str, ...] = ()
    """What the update does to the number of its instances and its share of the traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerBreak:
    """Calls that fail or mean something else after the change."""

    calls: str
    """Which, and what becomes of them."""
    remedy: str
    """What the callers must do."""
    is_certain: bool = True


class Strategy(enum.StrEnum):
    """How an update moves the traffic to the new instances."""

    ALL_AT_ONCE = "all at once"
    CANARY = "canary"
    LINEAR = "linear"
    ROLLING = "rolling"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPath:
    """The way of an update, and what can stop it."""

    strategy: Strategy
    steps: tuple[str, ...]
    """What happens, one after the other."""
    waits_seconds: int | None
    """How long it waits at least, beside the start of the instances. None if that is not known."""
    alarms: tuple[str, ...]
    """The alarms that send the traffic back."""
    alarms_are_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something that SageMaker or CloudFormation refuses when the change is deployed."""

    rule: str
    message: str
    fix: str
    source: str
    is_certain: bool = True
    ignored: str | None = None
    """Why it is to be ignored, if someone said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFinding:
    """What a rule finds after the change and did not find before."""

    rule: str
    severity: str
    logical_id: str
    path: str
    message: str
    fix: str
    source: str
    file: str
    line: int | None
    declared_at: str | None = None
    """The file and line of the CDK app that made the resource, if that can be told."""
    ignored: str | None = None
    """Why it is to be ignored, if someone said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsChange:
    """Findings that come and go."""

    new: tuple[NewFinding, ...] = ()
    ignored: tuple[NewFinding, ...] = ()
    """Those that are ignored, and were not before."""
    resolved: int = 0
    """How many there are no more, be it as ignored ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChange:
    """What the change does to one endpoint."""

    stack: str
    logical_id: str
    """Of the Endpoint resource: after the change, if there is one."""
    name: str
    """What people know it by: its fixed name, else the path of its construct, else its logical id."""
    outcome: Outcome
    callers_name: BeforeAfter[str | None]
    """The fixed name that callers use; None if it is generated, or there is no endpoint."""
    resources: tuple[ResourceChange, ...]
    models: tuple[ModelChange, ...]
    variants: tuple[VariantChange, ...]
    concurrency: BeforeAfter[str | None]
    """The requests that one instance of an asynchronous endpoint works on at once; None if it is not asynchronous."""
    callers: tuple[CallerBreak, ...]
    deployment: DeploymentPath | None
    """None if nothing is deployed to an endpoint that stays."""
    permissions: PermissionsChange
    refusals: tuple[Refusal, ...]
    findings: FindingsChange
    notes: tuple[str, ...] = ()
    """What else is worth knowing, such as what stays behind."""
    kinds: tuple[Kind, ...] = ()
    """What could stop the pull request."""

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to say about it."""
        permissions = self.permissions.wider is not Answer.NO or self.permissions.narrower is not Answer.NO
        findings = self.findings.new or self.findings.ignored or self.findings.resolved
        return bool(self.outcome is not Outcome.UNCHANGED or self.kinds or permissions or findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a change does to all endpoints, by stack and name."""

    endpoints: tuple[EndpointChange, ...]
    """Those without a change, too."""
    other_findings: FindingsChange
    """Of resources that belong to no endpoint."""
    has_base: bool = True
    """Whether there was any template before the change. If not, all endpoints are new."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """What could stop the pull request."""
        own = {Kind(each.severity) for each in self.other_findings.new if each.severity in tuple(Kind)}
        own |= {Kind.IGNORES} if self.other_findings.ignored else set()
        return frozenset(own.union(*(endpoint.kinds for endpoint in self.endpoints)))
