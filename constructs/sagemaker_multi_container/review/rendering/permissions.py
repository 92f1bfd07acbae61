"""Permissions in words: what deserves a second look, and what each principal may do more or less."""

from __future__ import annotations

from collections.abc import Iterator

from ..changes import BeforeAfter
from ..iam.permissions import PermissionsChange, PrincipalChange
from ..iam.phrases import permission
from ..iam.statements import Answer, StatementChange
from ..quoting import code
from .document import Block, Bullets, Details
from .words import capped, cell


def permissions(change: PermissionsChange) -> Iterator[Block]:
    """What a change does to what the endpoint may do, and to who may call it; nothing if that is the same."""
    who = [*(("execution role", each) for each in change.roles), *(("caller", each) for each in change.callers)]
    told = [(f"{relation} {code(each.principal)}", each) for relation, each in who if _is_changed(each)]
    concerns = [f"The {name} {concern}." for name, each in told for concern in each.concerns]
    if concerns:
        yield Bullets(capped(concerns), "Permissions worth a second look")
    if told:
        blocks = [
            Bullets(capped(_principal(each)), f"{name[:1].upper()}{name[1:]}: {_verdict(each.wider, each.narrower)}")
            for name, each in told
        ]
        yield Details(f"Permissions: {_verdict(change.wider, change.narrower)}", blocks)


def _is_changed(principal: PrincipalChange) -> bool:
    answers = (principal.wider, principal.narrower)
    return answers != (Answer.NO, Answer.NO) or principal.instead_of is not None


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
    yield from (_statement(each, "trust ") for each in principal.trust)
    yield from (f"managed policy {code(each)} added" for each in principal.policies_added)
    yield from (f"managed policy {code(each)} removed" for each in principal.policies_removed)
    boundary = BeforeAfter(principal.boundary_before, principal.boundary_after)
    if boundary.differs:
        yield f"permissions boundary: {cell(boundary, unknown='none')}"
    yield from (f"cannot be judged: {each}" for each in principal.unjudged)


def _statement(change: StatementChange, prefix: str) -> str:
    verbs = ("now allows", "no longer allows")
    known = change.head or change.base
    if known is not None and known.effect == "Deny":
        verbs = ("no longer denies", "now denies")
    parts = (
        f"{verb} {'; '.join(map(permission, statements))}"
        for verb, statements in zip(verbs, (change.gained, change.lost), strict=True)
        if statements
    )
    return f"{prefix}{change.kind}: {', and '.join(parts)}"
