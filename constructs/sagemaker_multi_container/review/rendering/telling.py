"""Says a review in words: what is in a `Review`, as a document for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...rules import Severity
from ..changes import (
    CallerBreak,
    DeploymentPath,
    EndpointChange,
    Fate,
    FindingsChange,
    Kind,
    NewFinding,
    Outcome,
    Refusal,
    ResourceChange,
    Review,
    Strategy,
)
from ..deployment import duration
from ..iam.statements import Answer
from ..quoting import code, joined, listed
from .document import Alert, Block, Bullets, Details, Document, Paragraph, Picture, Section
from .mermaid import diagram
from .permissions import permissions
from .tables import capacity, containers, renewal, resources
from .words import advice, capped, counted, sentence

_LONGEST_MESSAGE = 300
_SEVERITIES = [each.value for each in Severity]
_PARTS = {
    "Containers": "the containers",
    "DeploymentConfig": "the deployment settings",
    "ExecutionRoleArn": "the role",
    "InferenceExecutionConfig": "the mode",
    "PrimaryContainer": "the container",
    "ProductionVariants": "the variants",
    "ShadowProductionVariants": "the shadow variants",
    "Tags": "tags",
}
"""What people call a property."""
_DEPLOYED = {
    Strategy.ALL_AT_ONCE: "all at once",
    Strategy.CANARY: "as a canary",
    Strategy.LINEAR: "in linear steps",
    Strategy.ROLLING: "in rolling batches",
}
_NOTHING_BEFORE = "There is nothing to compare with: the base has no templates, so all endpoints are shown as new."


def tell(review: Review) -> Document:
    """The whole review."""
    changed = [each for each in review.endpoints if each.is_changed]
    several = len({each.stack for each in review.endpoints}) > 1
    sections = [_section(each, with_stack=several) for each in changed]
    is_new = not review.has_base and bool(review.endpoints)
    closing: list[Block] = []
    if review.other_findings.new:
        closing.append(Bullets(capped(_finding(each) for each in review.other_findings.new), "New findings elsewhere"))
    if review.other_findings.ignored:
        closing.append(Bullets(capped(map(_ignored, review.other_findings.ignored)), "Newly ignored elsewhere"))
    same = [each.name for each in review.endpoints if not each.is_changed]
    if same and changed:
        closing.append(Paragraph(f"Unchanged: {listed(same, 'and')}."))
    return Document(
        headline=" · ".join([_headline(review, changed, sections), *_elsewhere(review.other_findings.new)]),
        opening=[Paragraph(_NOTHING_BEFORE)] if is_new else [],
        sections=sections,
        closing=closing,
    )


def _headline(review: Review, changed: Sequence[EndpointChange], sections: Sequence[Section]) -> str:
    match sections:
        case [] if not review.endpoints:
            return "There are no SageMaker endpoints, neither before nor after the change"
        case []:
            return f"No endpoint changes: {counted(len(review.endpoints), 'is', 'are')} the same as before"
        case [only]:
            return f"**{only.name}**: {only.headline}"
    outcomes = Counter(each.outcome for each in changed)
    ends = ", ".join(f"{outcomes[each]} {each.value}" for each in Outcome if outcomes[each])
    return " · ".join([f"**{len(sections)} endpoints change**: {ends}", *_badges(changed)])


def _section(change: EndpointChange, *, with_stack: bool) -> Section:
    name = code(change.name) + (f" in stack {code(change.stack)}" if with_stack else "")
    return Section(name, " · ".join([change.outcome.value, *_badges([change])]), list(_blocks(change)))


def _badges(changes: Sequence[EndpointChange]) -> Iterator[str]:
    """What is to be known of some endpoints before anything else, the gravest first."""
    refusals = [each.is_certain for change in changes for each in change.refusals if each.ignored is None]
    callers = [each.is_certain for change in changes for each in change.callers]
    severities = Counter(each.severity for change in changes for each in change.findings.new)
    if refusals:
        yield "**will be refused**" if any(refusals) else "may be refused"
    if callers:
        yield "**breaks callers**" if any(callers) else "may break callers"
    if severities[Severity.ERROR]:
        yield f"**{_new(Severity.ERROR, severities)}**"
    match [
        max(answers) for answers in zip(*((c.permissions.wider, c.permissions.narrower) for c in changes), strict=True)
    ]:
        case [Answer.YES, _]:
            yield "**permissions wider**"
        case [Answer.UNKNOWN, _]:
            yield "permissions may be wider"
        case [_, Answer.YES]:
            yield "permissions narrower"
        case [_, Answer.UNKNOWN]:
            yield "permissions may be narrower"
    if any(Kind.CAPACITY in change.kinds for change in changes):
        yield "capacity changes"
    if severities[Severity.WARNING]:
        yield _new(Severity.WARNING, severities)
    ignored = sum(len(change.findings.ignored) for change in changes)
    if ignored:
        yield f"{ignored} newly ignored"


def _elsewhere(findings: Iterable[NewFinding]) -> Iterator[str]:
    """The same of resources that belong to no endpoint."""
    severities = Counter(each.severity for each in findings)
    for severity in (Severity.ERROR, Severity.WARNING):
        if severities[severity]:
            yield f"{_new(severity, severities)} elsewhere"


def _new(severity: Severity, severities: Mapping[str, int]) -> str:
    return counted(severities[severity], f"new {severity}", f"new {severity}s")


def _blocks(change: EndpointChange) -> Iterator[Block]:
    refusals = [_refusal(each) for each in change.refusals if each.ignored is None]
    if refusals:
        yield Alert("caution", "SageMaker or CloudFormation will refuse this", refusals)
    ignored = [each for each in change.refusals if each.ignored is not None]
    if ignored:
        yield Bullets([f"{sentence(each.message)} {_why_ignored(each)}" for each in ignored], "Refused, but ignored")
    if change.callers:
        yield Alert("warning", "Callers must change", capped(map(_caller, change.callers)))
    yield Paragraph(" ".join([_what_happens(change), *map(sentence, change.notes)]))
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
    yield from permissions(change.permissions)
    yield Details("The endpoint after the change", [Picture(diagram(change))])
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
            old = "leaves the old one" if any(map(_leaves_endpoint, change.resources)) else "then deletes the old one"
            what = f"CloudFormation makes a new endpoint on new instances, and {old}."
        case Outcome.MAY_BE_REPLACED:
            what = "Whether CloudFormation makes a new endpoint is only known at deployment."
        case Outcome.ROLLS:
            what = f"CloudFormation makes {made}, updates the endpoint, and then deletes the old ones."
        case Outcome.MAY_BE_CREATED | Outcome.MAY_BE_DELETED | Outcome.MAY_COME_OR_GO:
            what = "Its condition, which is only known at deployment, decides whether there is an endpoint."
        case Outcome.MAY_ROLL:
            what = "Whether the endpoint gets new instances is only known at deployment."
        case _:
            what = "CloudFormation updates the resources as they are."
    return f"{what}{because}"


def _leaves_endpoint(change: ResourceChange) -> bool:
    return change.type == "Endpoint" and change.leaves_old


def _because(changes: Iterable[ResourceChange]) -> str:
    why = list(dict.fromkeys(reason for each in changes if each.before and each.after for reason in _roots(each)))
    return f" The reason{'s' if len(why) > 1 else ''}: {joined(capped(why), 'and')}." if why else ""


def _roots(change: ResourceChange) -> Iterator[str]:
    """What of a resource changes by itself, in short."""
    yield from renewal(change)
    for each in change.properties:
        root = re.split(r"[.\[]", each)[0]
        yield _PARTS.get(root) or code(f"{change.type}.{root}")


# Deployment


def _deployment(path: DeploymentPath) -> str:
    if path.strategy is Strategy.UNKNOWN:
        return "How the update is deployed is only known at deployment."
    waits = f" That takes {duration(path.waits_seconds)} at least." if path.waits_seconds else ""
    return f"Deployed {_DEPLOYED[path.strategy]}: SageMaker {joined(path.steps, 'and')}.{waits} {_rollback(path)}"


def _rollback(path: DeploymentPath) -> str:
    if not path.alarms_are_known:
        return "Which alarms roll it back is only known at deployment."
    if not path.alarms:
        return "No alarm rolls it back, only instances that do not come into service."
    return f"If {listed(path.alarms, 'or')} goes off meanwhile, the traffic goes back and the stack is rolled back."


# Callers, refusals and findings


def _caller(broken: CallerBreak) -> str:
    maybe = "" if broken.is_certain else "perhaps: "
    return f"{sentence(maybe + broken.calls)} {sentence(broken.remedy)}"


def _refusal(refusal: Refusal) -> str:
    maybe = "" if refusal.is_certain else "perhaps: "
    return f"{sentence(f'{maybe}{refusal.message} ({refusal.rule})')} {advice(refusal.fix)} See {refusal.source}"


def _why_ignored(refusal: Refusal) -> str:
    return f"{refusal.rule} is ignored because {code(refusal.ignored or '', _LONGEST_MESSAGE)}."


def _findings(findings: FindingsChange) -> Iterator[Block]:
    new = sorted(findings.new, key=lambda each: _SEVERITIES.index(each.severity))
    grave = [each for each in new if each.severity != Severity.INFO]
    if grave:
        yield Bullets(capped(_finding(each) for each in grave), "New findings")
    notable = [each for each in new if each.severity == Severity.INFO]
    if notable:
        yield Details(counted(len(notable), "new info", "new infos"), [Bullets(capped(map(_finding, notable)))])
    if findings.ignored:
        yield Bullets(capped(map(_ignored, findings.ignored)), "Newly ignored")
    if findings.resolved:
        yield Paragraph(f"{counted(findings.resolved, 'finding is', 'findings are')} gone.")


def _finding(finding: NewFinding) -> str:
    return f"{_found(finding)}. {advice(finding.fix)}"


def _ignored(finding: NewFinding) -> str:
    return f"{_found(finding)}; it is ignored because {code(finding.ignored or '', _LONGEST_MESSAGE)}."


def _found(finding: NewFinding) -> str:
    place = code(".".join(filter(None, (finding.logical_id, finding.path))))
    line = f" ({code(finding.declared_at)})" if finding.declared_at is not None else ""
    return f"{finding.severity} {finding.rule} at {place}{line}: {code(finding.message, _LONGEST_MESSAGE)}"
