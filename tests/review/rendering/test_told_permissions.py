"""What a comment says of permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagemaker_multi_container.review import as_markdown, compare
from sagemaker_multi_container.template import Template
from tests.review.iam.policies import allow, deny, policy, role, template

BOUND, OTHER = "arn:aws:iam::123456789012:policy/bound", "arn:aws:iam::123456789012:policy/other"
ELSEWHERE = "arn:aws:iam::123456789012:role/execution"


def told(base: Template, head: Template) -> str:
    """The comment on a change."""
    return as_markdown(compare([base], [head]))


def bound(boundary: str | None) -> Template:
    """A role with this permissions boundary."""
    properties: Mapping[str, Any] = {} if boundary is None else {"PermissionsBoundary": boundary}
    return template(Role=role(**properties))


def test_a_second_look_is_asked_for_in_a_sentence() -> None:
    """It says who may do what."""
    comment = told(template(), template(Policy=policy(allow("s3:GetObject"))))

    assert (
        "**Permissions worth a second look**\n\n- The execution role `Role` may now call `s3:GetObject` on " in comment
    )
    assert "- added: now allows `s3:GetObject` on every resource (`*`)\n" in comment


def test_a_denial_is_said_once() -> None:
    """Neither twice nor the wrong way round."""
    free, denied = (template(Policy=policy(allow("s3:*", "r"), *more)) for more in ([], [deny("s3:Get*", "r")]))

    assert "- removed: no longer denies `s3:Get*` on `r`\n" in told(denied, free)
    assert "- added: now denies `s3:Get*` on `r`\n" in told(free, denied)


def test_a_boundary_is_shown() -> None:
    """Whether it comes, goes, or becomes another one."""
    assert f"- permissions boundary: none → `{BOUND}`\n" in told(bound(None), bound(BOUND))
    assert f"- permissions boundary: `{BOUND}` → `{OTHER}`\n" in told(bound(BOUND), bound(OTHER))
    assert f"- permissions boundary: `{BOUND}` → none\n" in told(bound(BOUND), bound(None))


def test_a_role_that_stays_is_not_told_of() -> None:
    """Though what it may do besides is not known."""
    before = template(execution_role=ELSEWHERE)
    caller = {"Caller": role(), "Policy": policy(allow("sagemaker:InvokeEndpoint"), Roles=[{"Ref": "Caller"}])}
    comment = told(before, template(execution_role=ELSEWHERE, **caller))

    assert "**Caller `Caller`: wider**" in comment
    assert "role/execution" not in comment
