"""Says a review in words: what is in a `Review`, as a document for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ...rules import Severity
from ..changes import (
    CallerBreak,
    DeploymentPath,
    EndpointChange,
    Fate,
    FindingsChange,
    NewFinding,
    Outcome,
    Refusal,
    ResourceChange,
    Review,
    Strategy,
)
from ..deployment import duration
from ..iam.permissions import PrincipalChange
from ..iam.statements import Answer, StatementChange
from ..quoting import code, joined, listed
from .document import Alert, Block, Bullets, Details, Document, Paragraph, Picture, Section
from .mermaid import diagram
from .tables import capacity, containers, reasons, resources
from .words import advice, capped, counted, sentence

_LONGEST_MESSAGE = 300
_SEVERITIES = [each.value for each in Severity]
_PARTS = {
    "Containers": "the containers",
    "PrimaryContainer": "the container",
    "ProductionVariants": "the variants",
    "ShadowProductionVariants": "the shadow variants",
    "Tags": "tags",
}
"""What people call a property."""


def tell(review: Review) -> Document:
    """The whole review."""
    changed = [each for each in review.endpoints if each.is_changed]
    several = len({each.stack for each in review.endpoints}) > 1
    sections = [_section(each, with_stack=several) for each in changed]
    closing: list[Block] = []
    if review.other_findings.new:
        closing.append(Bullets(capped(_finding(each) for each in review.other_findings.new), "New findings elsewhere"))
    same = [each.name for each in review.endpoints if not each.is_changed]
    if same and changed:
        closing.append(Paragraph(f"Unchanged: {listed(same, 'and')}."))
    return Document(_headline(review, sections, len(same)), sections, closing)


def _headline(review: Review, sections: Sequence[Section], same: int) -> str:
    if not review.endpoints:
        return "There are no SageMaker endpoints, neither before nor after the change."
    if not sections:
        return f"No endpoint changes: {counted(same, 'is', 'are')} the same as before."
    if len(sections) == 1:
        return f"**{sections[0].name}**: {sections[0].headline}"
    outcomes = Counter(each.outcome for each in review.endpoints if each.is_changed)
    ends = [f"{outcomes[each]} {each.value}" for each in Outcome if outcomes[each]]
    worst = dict.fromkeys(badge for each in review.endpoints if each.is_changed for badge in _badges(each))
    return f"**{len(sections)} endpoints change**: {', '.join(ends)}{''.join(f' · {each}' for each in worst)}"


def _section(change: EndpointChange, *, with_stack: bool) -> Section:
    name = code(change.name) + (f" in stack {code(change.stack)}" if with_stack else "")
    return Section(name, " · ".join([change.outcome.value, *_badges(change)]), list(_blocks(change)))


def _badges(change: EndpointChange) -> Iterator[str]:
    if change.refusals:
        yield "**will be refused**" if any(each.is_certain for each in change.refusals) else "may be refused"
    if change.callers:
        yield "**breaks callers**" if any(each.is_certain for each in change.callers) else "may break callers"
    if any(each.capacity.differs for each in change.variants) and _is_there(change):
        yield "capacity changes"
    match (change.permissions.wider, change.permissions.narrower):
        case (Answer.YES, _):
            yield "**permissions wider**"
        case (Answer.UNKNOWN, _):
            yield "permissions may be wider"
        case (_, Answer.YES):
            yield "permissions narrower"
        case (_, Answer.UNKNOWN):
            yield "permissions may be narrower"
    severities = Counter(each.severity for each in change.findings.new)
    for severity in ("error", "warning"):
        if severities[severity]:
            yield f"{severities[severity]} new {severity}{'s' if severities[severity] > 1 else ''}"


def _blocks(change: EndpointChange) -> Iterator[Block]:
    if change.refusals:
        yield Alert(
            "caution", "SageMaker or CloudFormation will refuse this", [_refusal(each) for each in change.refusals]
        )
    if change.callers:
        yield Alert("warning", "Callers must change", capped(map(_caller, change.callers)))
    yield Paragraph(_what_happens(change))
    if change.notes:
        yield Bullets([sentence(each) for each in change.notes])
    if change.outcome is not Outcome.UNCHANGED:
        for model in change.models:
            yield from containers(model, is_only=len(change.models) == 1)
    is_other_capacity = any(each.capacity.differs for each in change.variants)
    if change.variants and (is_other_capacity or change.outcome is not Outcome.UNCHANGED):
        yield capacity(change)
    notes = [f"{code(each.name.after or '')}: {sentence(note)}" for each in change.variants for note in each.notes]
    if notes:
        yield Bullets(notes)
    if change.deployment is not None:
        yield Paragraph(_deployment(change.deployment))
    yield from _findings(change.findings)
    yield from _permissions(change)
    yield Details("Picture", [Picture("The endpoint after the change", diagram(change))])
    yield Details("Resources", [resources(change.resources)])


# What happens


def _what_happens(change: EndpointChange) -> str:
    if change.outcome in (Outcome.CREATED, Outcome.DELETED, Outcome.LEFT_BEHIND, Outcome.UNCHANGED):
        return {
            Outcome.CREATED: "A new endpoint.",
            Outcome.DELETED: "CloudFormation deletes the endpoint, and then what it was made of.",
            Outcome.LEFT_BEHIND: "The endpoint leaves the stack, runs on in the account and goes on to cost.",
            Outcome.UNCHANGED: "The endpoint itself does not change.",
        }[change.outcome]
    new = Counter(each.type for each in change.resources if each.fate is Fate.REPLACED and each.type != "Endpoint")
    made = " and ".join(counted(number, f"new {kind}", f"new {kind}s") for kind, number in new.items())
    because = _because(change.resources)
    match change.outcome:
        case Outcome.REPLACED:
            what = "CloudFormation makes a new endpoint on new instances, and then deletes the old one."
        case Outcome.MAY_BE_REPLACED:
            what = "Whether CloudFormation makes a new endpoint is only known at deployment."
        case Outcome.ROLLS:
            what = f"CloudFormation makes {made}, updates the endpoint, and then deletes the old ones."
        case Outcome.MAY_ROLL:
            what = "Whether the endpoint gets new instances is only known at deployment."
        case _:
            what = "CloudFormation updates the resources as they are."
    return f"{what}{because}"


def _because(changes: Iterable[ResourceChange]) -> str:
    why = list(dict.fromkeys(reason for each in changes if each.before and each.after for reason in _roots(each)))
    return f" Because of {joined(capped(why), 'and')}." if why else ""


def _roots(change: ResourceChange) -> Iterator[str]:
    """What of a resource changes by itself, in short."""
    if not change.properties:
        yield from reasons(change)
    for each in change.properties:
        root = re.split(r"[.\[]", each)[0]
        yield _PARTS.get(root) or code(f"{change.type}.{root}")


# Deployment


def _deployment(path: DeploymentPath) -> str:
    if path.strategy is Strategy.UNKNOWN:
        return "How the update is deployed is only known at deployment."
    waits = f" It waits {duration(path.waits_seconds)} at least." if path.waits_seconds else ""
    steps = ", ".join(path.steps)
    return f"Deployment {path.strategy.value}: SageMaker {steps}.{waits} {_rollback(path)}"


def _rollback(path: DeploymentPath) -> str:
    if not path.alarms_are_known:
        return "Which alarms send it back is only known at deployment."
    if not path.alarms:
        return "No alarm sends it back: only instances that do not come into service do."
    return f"If {listed(path.alarms, 'or')} goes off meanwhile, the traffic goes back and the stack is rolled back."


# Callers, refusals and findings


def _caller(broken: CallerBreak) -> str:
    maybe = "" if broken.is_certain else "perhaps: "
    return f"{maybe}{broken.calls}. {sentence(broken.remedy)}"


def _refusal(refusal: Refusal) -> str:
    maybe = "" if refusal.is_certain else "perhaps: "
    return f"{maybe}{refusal.message} ({refusal.rule}). {advice(refusal.fix)} See {refusal.source}"


def _findings(findings: FindingsChange) -> Iterator[Block]:
    new = sorted(findings.new, key=lambda each: _SEVERITIES.index(each.severity))
    grave = [each for each in new if each.severity != Severity.INFO]
    if grave:
        yield Bullets(capped(_finding(each) for each in grave), "New findings")
    notable = [each for each in new if each.severity == Severity.INFO]
    if notable:
        yield Details(counted(len(notable), "new info", "new infos"), [Bullets(capped(map(_finding, notable)))])
    if findings.resolved:
        yield Paragraph(f"{counted(findings.resolved, 'finding is', 'findings are')} gone.")


def _finding(finding: NewFinding) -> str:
    place = ".".join(filter(None, (finding.logical_id, finding.path)))
    message = code(finding.message, _LONGEST_MESSAGE)
    return f"{finding.severity} {finding.rule} at {code(place)}: {message}. {advice(finding.fix)}"


# Permissions


def _permissions(change: EndpointChange) -> Iterator[Block]:
    who = [*((each, "runs as") for each in change.permissions.roles)]
    who += [*((each, "may call") for each in change.permissions.callers)]
    blocks: list[Block] = []
    for principal, relation in who:
        items = [*_principal(principal)]
        if items:
            verdict = _verdict(principal.wider, principal.narrower)
            blocks.append(Bullets(capped(items), f"{code(principal.principal)} ({relation} the endpoint): {verdict}"))
    if not blocks:
        return
    concerns = [code(each, _LONGEST_MESSAGE) for principal, _ in who for each in principal.concerns]
    if concerns:
        yield Bullets(capped(concerns), "Permissions worth a second look")
    verdict = _verdict(change.permissions.wider, change.permissions.narrower)
    yield Details(f"Permissions: {verdict}", blocks)


def _verdict(wider: Answer, narrower: Answer) -> str:
    words = {Answer.YES: "{}", Answer.UNKNOWN: "perhaps {}"}
    said = [
        words[answer].format(word) for answer, word in ((wider, "wider"), (narrower, "narrower")) if answer in words
    ]
    return " and ".join(said) or "neither wider nor narrower"


def _principal(principal: PrincipalChange) -> Iterator[str]:
    if principal.instead_of is not None:
        yield f"in the place of {code(principal.instead_of)}"
    yield from (_statement(each, "") for each in principal.statements)
    yield from (_statement(each, "trust: ") for each in principal.trust)
    yield from (f"managed policy {code(each)} added" for each in principal.policies_added)
    yield from (f"managed policy {code(each)} removed" for each in principal.policies_removed)
    yield from (f"cannot be judged: {code(each, _LONGEST_MESSAGE)}" for each in principal.unjudged)


def _statement(change: StatementChange, prefix: str) -> str:
    known = change.head or change.base
    gained = "; ".join(code(str(each), _LONGEST_MESSAGE) for each in change.gained)
    lost = "; ".join(code(str(each), _LONGEST_MESSAGE) for each in change.lost)
    if known is not None and known.effect == "Deny":
        said = [f"no longer denies {gained}" if gained else "", f"now denies {lost}" if lost else ""]
    else:
        said = [f"now allows {gained}" if gained else "", f"no longer allows {lost}" if lost else ""]
    return f"{prefix}{change.kind}: {', '.join(filter(None, said)) or code(str(known), _LONGEST_MESSAGE)}"


def _is_there(change: EndpointChange) -> bool:
    return change.outcome not in (Outcome.CREATED, Outcome.DELETED, Outcome.LEFT_BEHIND)
