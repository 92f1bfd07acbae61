"""What the status of an endpoint means, what is pending, and how it was deployed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..check.printable import printable
from ..rules.description import Properties, dicts, number, text
from .checks import Check, judged

MEANINGS: Final = {
    "OutOfService": "it serves no requests",
    "Creating": "it is being created",
    "Updating": "it is being updated, and serves its old config until then",
    "SystemUpdating": "SageMaker is updating it, and it serves its config",
    "RollingBack": "its update failed, and it is going back to its old config",
    "InService": "it serves requests",
    "Deleting": "it is being deleted",
    "Failed": "it could not be created, updated or scaled again, and can only be deleted",
    "UpdateRollbackFailed": "its update failed, and so did going back: some of its instances serve, others do not",
}
"""Each EndpointStatus.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html, read 2026-11-22."""
IN_SERVICE: Final = "InService"
PENDING: Final = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack"})
"""Those that end by themselves, in an endpoint that serves or has failed."""
SERVING: Final = frozenset({IN_SERVICE, "Updating", "SystemUpdating", "RollingBack"})


def status_of(endpoint: Properties) -> str:
    """The EndpointStatus."""
    return str(endpoint["EndpointStatus"])


def check_status(endpoint: Properties) -> Check:
    """An endpoint must be in service, and its last deployment must not have failed.

    AWS does not say how long an endpoint keeps the reason after it has gone back to its old config; that it does is
    inferred.
    """
    status, reason = status_of(endpoint), text(endpoint, "FailureReason")
    says = f"{status}: {MEANINGS.get(status, 'a status that is not known here')}"
    if reason:
        failed = "its last deployment failed, and was rolled back" if status == IN_SERVICE else "the reason"
        says = f"{says}; {failed}: {printable(reason)}"
    return judged("status", "endpoint", holds=status == IN_SERVICE and not reason, says=says)


def pending(endpoint: Properties) -> str | None:
    """What an endpoint is busy with, in a line; None if with nothing."""
    if status_of(endpoint) not in PENDING:
        return None
    summary = endpoint.get("PendingDeploymentSummary")
    facts = [f"config {summary['EndpointConfigName']}"] if isinstance(summary, dict) else []
    for variant in dicts((summary if isinstance(summary, dict) else endpoint).get("ProductionVariants")):
        facts += _progress(variant)
    return ": ".join(filter(None, (status_of(endpoint), "; ".join(facts))))


def _progress(variant: Properties) -> Iterator[str]:
    """How far a variant is, as far as SageMaker says so."""
    current, desired = number(variant, "CurrentInstanceCount"), number(variant, "DesiredInstanceCount")
    steps = [
        " ".join(filter(None, (text(each, "Status"), text(each, "StatusMessage"))))
        for each in dicts(variant.get("VariantStatus"))
    ]
    counted = f"{current or 0:.0f} of {desired:.0f} instances" if desired is not None else ""
    facts = ", ".join(filter(None, (counted, *map(printable, steps))))
    if facts:
        yield f"{text(variant, 'VariantName')} {facts}"


def last_deployment(endpoint: Properties) -> str | None:
    """How the endpoint was updated the last time, in words; None if SageMaker does not say."""
    config = endpoint.get("LastDeploymentConfig")
    if not isinstance(config, dict):
        return None
    blue_green, rollback = config.get("BlueGreenUpdatePolicy"), config.get("AutoRollbackConfiguration")
    routing = text(blue_green, "TrafficRoutingConfiguration", "Type")
    how = f"blue/green, {routing}" if routing else "rolling" if config.get("RollingUpdatePolicy") else None
    alarms = dicts(rollback.get("Alarms")) if isinstance(rollback, dict) else []
    names = ", ".join(text(each, "AlarmName") or "?" for each in alarms)
    return "; ".join(filter(None, (how, f"rolled back by {names}" if names else None))) or None
