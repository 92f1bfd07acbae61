"""Says a review in words: what is in a `Review`, as a document for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from .changes import (
    BeforeAfter,
    Capacity,
    ContainerChange,
    DeploymentPath,
    EndpointChange,
    Fate,
    FindingsChange,
    ModelChange,
    NewFinding,
    Outcome,
    Refusal,
    ResourceChange,
    Review,
    Strategy,
    VariantChange,
)
from .containers import short_image
from .deployment import duration
from .document import Alert, Block, Bullets, Details, Document, Paragraph, Picture, Section, Table
from .mermaid import diagram
from .permissions import PrincipalChange
from .quoting import code, listed
from .statements import Answer, StatementChange

ARROW = " → "
NONE = "-"
_LONGEST_MESSAGE = 300
_MOST_ITEMS = 25


def tell(review: Review) -> Document:
    """The whole review."""
    changed = [each for each in review.endpoints if each.is_changed]
    several = len({each.stack for each in review.endpoints}) > 1
    sections = [_section(each, with_stack=several) for each in changed]
    closing: list[Block] = []
    if review.other_findings.new:
        closing.append(Bullets(_capped(_finding(each) for each in review.other_findings.new), "New findings elsewhere"))
    same = [each.name for each in review.endpoints if not each.is_changed]
    if same and changed:
        closing.append(Paragraph(f"Unchanged: {listed(same, 'and')}."))
    return Document(_headline(review, sections, len(same)), sections, closing)


def _headline(review: Review, sections: Sequence[Section], same: int) -> str:
    if not review.endpoints:
        return "There are no SageMaker endpoints, neither before nor after the change."
    if not sections:
        return f"No endpoint changes: {_counted(same, 'is', 'are')} the same as before."
    if len(sections) == 1:
        return f"**{sections[0].name}**: {sections[0].headline}"
    outcomes = Counter(each.outcome for each in review.endpoints if each.is_changed)
    counted = [f"{outcomes[each]} {each.value}" for each in Outcome if outcomes[each]]
    worst = dict.fromkeys(badge for each in review.endpoints if each.is_changed for badge in _badges(each))
    return f"**{len(sections)} endpoints change**: {', '.join(counted)}{''.join(f' · {each}' for each in worst)}"


def _section(change: EndpointChange, *, with_stack: bool) -> Section:
    name = code(change.name) + (f" in stack {code(change.stack)}" if with_stack else "")
    return Section(name, " · ".join([change.outcome.value, *_badges(change)]), list(_blocks(change)))


def _badges(change: EndpointChange) -> Iterator[str]:
    if change.refusals:
        yield "**will be refused**" if any(each.is_certain for each in change.refusals) else "may be refused"
    if change.callers:
        yield "**breaks callers**" if any(each.is_certain for each in change.callers) else "may break callers"
    if any(each.capacity.differs for each in change.variants) and _is_there(change):
        yield "other capacity"
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
        items = [f"{'' if each.is_certain else 'perhaps '}{each.calls}: {each.remedy}" for each in change.callers]
        yield Alert("warning", "Callers must change", _capped(items))
    yield Paragraph(_what_happens(change))
    if change.notes:
        yield Bullets([f"{each}." for each in change.notes])
    for model in change.models:
        yield from _model(model, is_only=len(change.models) == 1)
    if change.variants:
        yield _capacity(change)
        notes = [f"{code(each.name.after or '')}: {note}." for each in change.variants for note in each.notes]
        if notes:
            yield Bullets(notes)
    if change.deployment is not None:
        yield Paragraph(_deployment(change.deployment))
    yield from _findings(change.findings)
    yield from _permissions(change)
    yield Details("Picture", [Picture("The endpoint after the change", diagram(change))])
    yield Details("Resources", [_resources(change.resources)])


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
    made = " and ".join(_counted(number, f"new {kind}", f"new {kind}s") for kind, number in new.items())
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


def _because(resources: Iterable[ResourceChange]) -> str:
    reasons = [reason for each in resources if each.before and each.after for reason in _reasons(each)]
    return f" Because of {', '.join(_capped(reasons, 6))}." if reasons else ""


def _reasons(change: ResourceChange) -> Iterator[str]:
    """Why it changes by itself."""
    if change.has_new_version:
        yield "another revision of an artefact"
    elif change.before != change.after and not change.properties and not change.follows:
        yield f"another logical id of the {change.type}"
    for each in change.properties:
        yield code(f"{change.type}.{each}")


def _resources(resources: Iterable[ResourceChange]) -> Table:
    return Table(["Resource", "Logical id", "", "Why"], [_resource(each) for each in resources])


def _resource(change: ResourceChange) -> list[str]:
    reasons = [*_reasons(change)] if change.before and change.after else []
    reasons += [f"{code(each)} is replaced" for each in change.follows]
    return [
        change.type,
        _cell(BeforeAfter(change.before, change.after)),
        change.fate.value,
        ", ".join(_capped(reasons)),
    ]


# Containers


def _model(model: ModelChange, *, is_only: bool) -> Iterator[Block]:
    title = "Containers" if is_only else f"Containers of {listed(model.variants, 'and')}"
    if model.mode.before != model.mode.after or not model.containers:
        yield Paragraph(f"{title}: mode {_cell(model.mode, unknown='unknown')}.")
    elif not any(each.is_changed for each in model.containers):
        yield Paragraph(f"{title}: all as before, mode {code(model.mode.after or 'unknown')}.")
    if not any(each.is_changed for each in model.containers):
        return
    columns: dict[str, Callable[[ContainerChange], str]] = {
        title: _hostname,
        "Image": _image,
        "Artefact": lambda each: _cell(_both(each, "artefact")),
        "Model package": lambda each: _cell(_both(each, "model_package")),
        "Environment": _environment,
        "Other": _others,
    }
    cells = {head: [tell(each) for each in model.containers] for head, tell in columns.items()}
    shown = {head: column for head, column in cells.items() if head == title or set(column) - {NONE}}
    yield Table(list(shown), [list(row) for row in zip(*shown.values(), strict=True)])


def _both(change: ContainerChange, attribute: str) -> BeforeAfter[str | None]:
    return BeforeAfter(*(getattr(each, attribute, None) for each in (change.before, change.after)))


def _hostname(change: ContainerChange) -> str:
    names = BeforeAfter(
        *(
            None if each is None else each.hostname or f"container {position}"
            for each, position in ((change.before, change.position.before), (change.after, change.position.after))
        )
    )
    both = change.before is not None and change.after is not None
    if both and change.position.differs:
        return f"{_cell(names)} (no. {change.position.before}{ARROW}{change.position.after})"
    return (
        _cell(names) if both else f"{code(names.after or names.before or '')} {'added' if names.after else 'removed'}"
    )


def _image(change: ContainerChange) -> str:
    images = _both(change, "image")
    short = BeforeAfter(images.before and short_image(images.before), images.after and short_image(images.after))
    return _cell(images if images.differs and not short.differs else short)


def _environment(change: ContainerChange) -> str:
    parts = [
        f"{verb} {listed(names, 'and')}"
        for verb, names in (
            ("adds", change.environment_added),
            ("removes", change.environment_removed),
            ("changes", change.environment_changed),
            ("perhaps changes", change.environment_perhaps_changed),
        )
        if names
    ]
    return "; ".join(parts) or NONE


def _others(change: ContainerChange) -> str:
    multi = BeforeAfter(*(each is not None and each.is_multi_model for each in (change.before, change.after)))
    kinds = [code("MultiModel")] if multi.before and multi.after else []
    if multi.differs:
        kinds = [f"{code('MultiModel')} {'added' if multi.after else 'removed'}"]
    return ", ".join([*kinds, *(code(each) for each in change.properties)]) or NONE


# Capacity


def _capacity(change: EndpointChange) -> Table:
    columns: dict[str, Callable[[VariantChange], str]] = {
        "Variant": lambda each: _cell(each.name) + (" (shadow)" if each.is_shadow else ""),
        "Instances": lambda each: _cell(_of(each, lambda capacity: capacity.instances)),
        "Traffic": lambda each: _cell(_of(each, lambda capacity: capacity.traffic)),
        "Scaled": lambda each: _cell(_of(each, _scaling)),
        "Volume": lambda each: _cell(_of(each, lambda capacity: capacity.volume_gb and f"{capacity.volume_gb} GB")),
    }
    rows = {head: [tell(each) for each in change.variants] for head, tell in columns.items()}
    if change.concurrency.before or change.concurrency.after:
        rows["At once, asynchronous"] = [_cell(change.concurrency)] * len(change.variants)
    shown = {head: column for head, column in rows.items() if head == "Variant" or set(column) - {NONE}}
    return Table(list(shown), [list(row) for row in zip(*shown.values(), strict=True)])


def _of(change: VariantChange, tell: Callable[[Capacity], str | None]) -> BeforeAfter[str | None]:
    before, after = change.capacity.before, change.capacity.after
    return BeforeAfter(None if before is None else tell(before), None if after is None else tell(after))


def _scaling(capacity: Capacity) -> str | None:
    if capacity.scaling is None:
        return None
    bounds = f"{capacity.scaling.minimum} to {capacity.scaling.maximum}"
    return "; ".join([bounds, *capacity.scaling.schedules])


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


# Findings and refusals


def _refusal(refusal: Refusal) -> str:
    maybe = "" if refusal.is_certain else "perhaps: "
    return f"{maybe}{refusal.message} ({refusal.rule}). {_sentence(refusal.fix)} See {refusal.source}"


def _findings(findings: FindingsChange) -> Iterator[Block]:
    grave = [each for each in findings.new if each.severity != "info"]
    if grave:
        yield Bullets(_capped(_finding(each) for each in grave), "New findings")
    notable = [each for each in findings.new if each.severity == "info"]
    if notable:
        yield Details(_counted(len(notable), "new info", "new infos"), [Bullets(_capped(map(_finding, notable)))])
    if findings.resolved:
        yield Paragraph(f"{_counted(findings.resolved, 'finding is', 'findings are')} gone.")


def _finding(finding: NewFinding) -> str:
    place = ".".join(filter(None, (finding.logical_id, finding.path)))
    message = code(finding.message, _LONGEST_MESSAGE)
    return f"{finding.severity} {finding.rule} at {code(place)}: {message}. {_sentence(finding.fix)}"


# Permissions


def _permissions(change: EndpointChange) -> Iterator[Block]:
    who = [*((each, "runs as") for each in change.permissions.roles)]
    who += [*((each, "may call") for each in change.permissions.callers)]
    blocks: list[Block] = []
    for principal, relation in who:
        items = [*_principal(principal)]
        if items:
            verdict = _verdict(principal.wider, principal.narrower)
            blocks.append(Bullets(_capped(items), f"{code(principal.principal)} ({relation} the endpoint): {verdict}"))
    if not blocks:
        return
    concerns = [code(each, _LONGEST_MESSAGE) for principal, _ in who for each in principal.concerns]
    if concerns:
        yield Bullets(_capped(concerns), "Permissions worth a second look")
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
    effect = "denies" if known is not None and known.effect == "Deny" else "allows"
    gained = [code(str(each), _LONGEST_MESSAGE) for each in change.gained]
    lost = [code(str(each), _LONGEST_MESSAGE) for each in change.lost]
    more, less = ("more", "no longer") if effect == "allows" else ("no longer", "more")
    parts = [f"{effect} {more} {'; '.join(gained)}"] if gained else []
    parts += [f"{effect} {less} {'; '.join(lost)}"] if lost else []
    return f"{prefix}{change.kind}: {', '.join(parts) or code(str(known), _LONGEST_MESSAGE)}"


# Words


def _is_there(change: EndpointChange) -> bool:
    return change.outcome not in (Outcome.CREATED, Outcome.DELETED, Outcome.LEFT_BEHIND)


def _cell(value: BeforeAfter[str | None], unknown: str = NONE) -> str:
    """A value, or both if they differ."""
    before, after = (unknown if each is None else code(each) for each in (value.before, value.after))
    return after if before == after else f"{before}{ARROW}{after}"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _capped(items: Iterable[str], most: int = _MOST_ITEMS) -> list[str]:
    every = list(items)
    return every if len(every) <= most else [*every[:most], f"and {len(every) - most} more"]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
