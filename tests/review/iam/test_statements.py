"""What changed statements newly allow, and no longer allow."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagemaker_multi_container.review.iam.patterns import Pattern
from sagemaker_multi_container.review.iam.statements import Answer
from tests.review.iam.policies import Written, allow, allowed, change_of_statements, deny, said

NO, UNKNOWN, YES = Answer.NO, Answer.UNKNOWN, Answer.YES

PARTITION = {"Ref": "AWS::Partition"}
PARAMETER = {"Parameters": {"Bucket": {"Type": "String"}}}
BUCKETS = {"Models": {"Type": "AWS::S3::Bucket"}, "Logs": {"Type": "AWS::S3::Bucket"}}


def objects(key: str, bucket: Any = "models", partition: Any = PARTITION) -> dict[str, Any]:
    """The ARN of objects, as the CDK writes it."""
    return {"Fn::Join": ["", ["arn:", partition, ":s3:::", bucket, "/", key]]}


def below(logical_id: str, key: str) -> dict[str, Any]:
    """The ARN of objects in a bucket of the template."""
    return {"Fn::Join": ["", [{"Fn::GetAtt": [logical_id, "Arn"]}, "/", key]]}


def sub(text: str) -> dict[str, Any]:
    return {"Fn::Sub": text}


def when(operator: str, *values: Any, key: str = "aws:SourceAccount") -> dict[str, Any]:
    return {operator: {key: list(values)}}


GET = "s3:GetObject"

SAME: dict[str, tuple[list[Any], list[Any]]] = {
    "a list of one": ([allow(GET, "r")], [allow([GET], ["r"])]),
    "order": ([allow(["a:x", "a:y"], ["r", "s"])], [allow(["a:y", "a:x"], ["s", "r"])]),
    "upper and lower case of actions": ([allow("S3:getobject", "r")], [allow(GET, "r")]),
    "a Sid": ([{**allow(GET, "r"), "Sid": "Read"}], [allow(GET, "r")]),
    "merged actions": ([allow("a:x", "r"), allow("a:y", "r")], [allow(["a:x", "a:y"], "r")]),
    "split resources": ([allow("a:x", ["r", "s"])], [allow("a:x", "r"), allow("a:x", "s")]),
    "merged in both ways": (
        [allow("a:x", ["r", "s"]), allow("a:y", "r"), allow("a:y", "s")],
        [allow(["a:x", "a:y"], "r"), allow(["a:y", "a:x"], "s")],
    ),
    "one that another one covers": ([allow("s3:*", "*")], [allow("s3:*", "*"), allow(GET, objects("a"))]),
    "one that several cover together": (
        [allow("a:*", "r"), allow("*", "s")],
        [allow("a:*", "r"), allow("*", "s"), allow("a:x", ["r", "s"])],
    ),
    "wildcards written otherwise": ([allow("a:?*", "r**")], [allow("a:*?", "r*")]),
    "a Join for a Sub": (
        [allow(GET, objects("a/*"))],
        [allow(GET, sub("arn:${AWS::Partition}:s3:::models/a/*"))],
    ),
    "merged values of a condition": (
        [allow("a:x", "r", when("StringEquals", "1")), allow("a:x", "r", when("StringEquals", "2"))],
        [allow("a:x", "r", when("StringEquals", "2", "1"))],
    ),
    "upper and lower case of operators and keys": (
        [allow("a:x", "r", {"StringEquals": {"aws:SourceAccount": "1"}})],
        [allow("a:x", "r", {"stringequals": {"AWS:sourceaccount": ["1"]}})],
    ),
    "the partition, which is the same wherever a stack is deployed": (
        [allow(GET, objects("a")), allow("sns:Publish", sub("arn:aws*:sns:${AWS::Region}:a"))],
        [allow(GET, objects("a", partition="aws")), allow("sns:Publish", sub("arn:aws*:sns:${AWS::Region}:a"))],
    ),
    "an operator that means the same": (
        [allow("a:x", "r", when("ArnEquals", "arn:a:b:c:d:e*"))],
        [allow("a:x", "r", when("ArnLike", "arn:a:b:c:d:e*"))],
    ),
    "a denial that denies nothing": ([allow("a:x", "r")], [allow("a:x", "r"), deny("b:x", "r")]),
}

WIDER: dict[str, tuple[list[Any], list[Any], str]] = {
    "an action more": ([allow(["a:x"], "r")], [allow(["a:x", "a:y"], "r")], "a:y on r"),
    "an action with a wildcard": ([allow(GET, "r")], [allow("s3:Get*", "r")], "s3:Get* on r"),
    "a resource more": (
        [allow(GET, [objects("a")])],
        [allow(GET, [objects("a"), objects("b")])],
        "s3:GetObject on arn:${AWS::Partition}:s3:::models/b",
    ),
    "a wider prefix": (
        [allow(GET, objects("models/a/*"))],
        [allow(GET, objects("models/*"))],
        "s3:GetObject on arn:${AWS::Partition}:s3:::models/models/*",
    ),
    "another bucket of the template": (
        [allow(GET, below("Models", "*"))],
        [allow(GET, [below("Models", "*"), below("Logs", "*")])],
        "s3:GetObject on ${Logs.Arn}/*",
    ),
    "a bucket of the template beside a known one": (
        [allow(GET, objects("a/*"))],
        [allow(GET, [objects("a/*"), below("Models", "b/*")])],
        "s3:GetObject on ${Models.Arn}/b/*",
    ),
    "another key in a bucket that a parameter names": (
        [allow(GET, objects("a/*", {"Ref": "Bucket"}))],
        [allow(GET, [objects("a/*", {"Ref": "Bucket"}), objects("b/*", {"Ref": "Bucket"})])],
        "s3:GetObject on arn:${AWS::Partition}:s3:::${Bucket}/b/*",
    ),
    "a new pair of what was allowed apart": (
        [allow("a:x", "r"), allow("a:y", "s")],
        [allow(["a:x", "a:y"], ["r", "s"])],
        "a:x on s; a:y on r",
    ),
    "a condition less": (
        [allow("a:x", "r", when("StringEquals", "1"))],
        [allow("a:x", "r")],
        "a:x on r",
    ),
    "a value more": (
        [allow("a:x", "r", when("StringEquals", "1"))],
        [allow("a:x", "r", when("StringEquals", "1", "2"))],
        "a:x on r if StringEquals aws:SourceAccount 2",
    ),
    "a value with a wildcard": (
        [allow("s3:ListBucket", "b", when("StringLike", "a/b*", key="s3:prefix"))],
        [allow("s3:ListBucket", "b", when("StringLike", "a/*", key="s3:prefix"))],
        "s3:ListBucket on b if StringLike s3:prefix a/*",
    ),
    "a refused value less": (
        [allow("a:x", "r", when("StringNotEquals", "1", "2"))],
        [allow("a:x", "r", when("StringNotEquals", "1"))],
        "a:x on r if StringNotEquals aws:SourceAccount 1",
    ),
    "a refused value for another": (
        [allow("a:x", "r", when("StringNotLike", "1*"))],
        [allow("a:x", "r", when("StringNotLike", "12*"))],
        "a:x on r if StringNotLike aws:SourceAccount 12*",
    ),
    "wildcards where there were none": (
        [allow("a:x", "r", when("StringEquals", "1*"))],
        [allow("a:x", "r", when("StringLike", "1*"))],
        "a:x on r if StringLike aws:SourceAccount 1*",
    ),
    "requests without the key": (
        [allow("a:x", "r", when("Bool", "true"))],
        [allow("a:x", "r", when("BoolIfExists", "true"))],
        "a:x on r if BoolIfExists aws:SourceAccount true",
    ),
    "a denial less": ([allow("a:*", "r"), deny("a:x")], [allow("a:*", "r")], "a:x on every resource (*)"),
    "a denial of less": (
        [allow("*"), deny(["a:x", "a:y"], "r")],
        [allow("*"), deny("a:x", "r")],
        "a:y on r",
    ),
    "all but less": (
        [{"Effect": "Allow", "NotAction": ["a:x", "a:y"], "Resource": "*"}],
        [{"Effect": "Allow", "NotAction": ["a:x"], "Resource": "*"}],
        "every action but a:x on every resource (*)",
    ),
    "all but one resource": (
        [allow("a:x", "r")],
        [{"Effect": "Allow", "Action": "a:x", "NotResource": "r"}],
        "a:x on every resource but r",
    ),
    "an asterisk that is no wildcard becomes one": ([allow("a:x", "r/${*}")], [allow("a:x", "r/*")], "a:x on r/*"),
}

UNJUDGED: dict[str, tuple[list[Any], list[Any]]] = {
    "another parameter": ([allow(GET, "r")], [allow(GET, {"Ref": "Bucket"})]),
    "a parameter in between that may be empty": (
        [allow(GET, objects("a", {"Fn::Sub": "m${Bucket}"}))],
        [allow(GET, objects("a", "m"))],
    ),
    "a parameter that may be a wildcard": (
        [allow(GET, sub("${Bucket}b"))],
        [allow(GET, sub("${Bucket}ab"))],
    ),
    "an import": (
        [allow(GET, {"Fn::ImportValue": "a"})],
        [allow(GET, {"Fn::ImportValue": "b"})],
    ),
    "a reference for what may be its ARN": (
        [allow("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:1:repository/a")],
        [allow("ecr:BatchGetImage", {"Fn::GetAtt": ["Role", "Arn"]})],
    ),
    "an operator whose values cannot be compared": (
        [allow("a:x", "r", when("IpAddress", "10.0.0.0/8"))],
        [allow("a:x", "r", when("IpAddress", "10.0.0.0/9"))],
    ),
    "a key that must be there, and must not be something": (
        [allow("a:x", "r", when("StringNotEquals", "1"))],
        [allow("a:x", "r", when("ForAnyValue:StringNotEquals", "2"))],
    ),
    "another partition in place of the one that is deployed to": (
        [allow(GET, objects("a"))],
        [allow(GET, objects("a", partition="aws-cn"))],
    ),
}


TOPICS = {"One": {"Type": "AWS::SNS::Topic"}, "Two": {"Type": "AWS::SNS::Topic"}}


def compared(base: Sequence[Any], head: Sequence[Any]) -> tuple[Answer, Answer]:
    changed = change_of_statements(base, head, (PARAMETER, PARAMETER), **BUCKETS)
    return changed.wider, changed.narrower


@pytest.mark.parametrize(("base", "head"), SAME.values(), ids=SAME)
def test_what_allows_the_same_is_no_change(base: list[Any], head: list[Any]) -> None:
    """In either direction."""
    for before, after in ((base, head), (head, base)):
        changed = change_of_statements(before, after, (PARAMETER, PARAMETER), **BUCKETS)

        assert (changed.wider, changed.narrower, changed.statements, changed.concerns) == (NO, NO, (), ())


@pytest.mark.parametrize(("base", "head", "part"), WIDER.values(), ids=WIDER)
def test_what_is_newly_allowed_is_told(base: list[Any], head: list[Any], part: str) -> None:
    changed = change_of_statements(base, head, (PARAMETER, PARAMETER), **BUCKETS)
    reverse = change_of_statements(head, base, (PARAMETER, PARAMETER), **BUCKETS)

    gained = sorted(said(each) for change in changed.statements for each in change.gained)
    assert "; ".join(gained) == part
    assert changed.wider is YES
    assert sorted(said(each) for change in reverse.statements for each in change.lost) == gained
    assert reverse.narrower is YES


@pytest.mark.parametrize(("base", "head"), UNJUDGED.values(), ids=UNJUDGED)
def test_what_depends_on_the_deployment_is_not_judged(base: list[Any], head: list[Any]) -> None:
    assert compared(base, head)[0] is UNKNOWN


@pytest.mark.parametrize(
    ("base", "head", "kinds"),
    [
        ([], [allow(GET, "r")], ["added"]),
        ([allow(GET, "r")], [], ["removed"]),
        ([allow(GET, "r")], [allow(GET, ["r", "s"])], ["widened"]),
        ([allow(GET, ["r", "s"])], [allow(GET, "r")], ["narrowed"]),
        ([allow(GET, ["r", "s"])], [allow(GET, ["r", "t"])], ["changed"]),
        (
            [allow(GET, "r"), allow("sns:Publish", "t")],
            [allow("sns:Publish", "u"), allow(GET, "s")],
            ["changed", "changed"],
        ),
        (
            [allow(GET, "r"), allow("sns:Publish", "t")],
            [allow("sns:Publish", ["t", "u"]), allow(GET, "r")],
            ["widened"],
        ),
        ([allow("*"), deny(GET, "r")], [allow("*")], ["removed"]),
        ([allow("*"), deny(GET, ["r", "s"])], [allow("*"), deny(GET, "r")], ["widened"]),
    ],
)
def test_statements_that_look_alike_are_one_that_changed(base: list[Any], head: list[Any], kinds: list[str]) -> None:
    assert [each.kind for each in change_of_statements(base, head).statements] == kinds


@pytest.mark.parametrize(
    ("definition", "other"),
    [
        (
            {"Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Bucket"}, "a"]}}},
            {"Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Bucket"}, "b"]}}},
        ),
        (
            {"Parameters": {"Bucket": {"Type": "String"}}},
            {"Parameters": {"Bucket": {"Type": "String", "Default": "*"}}},
        ),
    ],
)
def test_the_same_expression_with_another_meaning_is_another_one(definition: Written, other: Written) -> None:
    statement = allow(GET, {"Fn::If": ["Prod", {"Ref": "Bucket"}, "r"]})
    before, after = {**PARAMETER, **definition}, {**PARAMETER, **other}
    changed = change_of_statements([statement], [statement], (before, after))
    same = change_of_statements([statement], [statement], (after, after))

    assert (changed.wider, same.wider) == (UNKNOWN, NO)


@pytest.mark.parametrize(
    "statement",
    [
        {"Fn::If": ["Prod", allow(GET, "*"), {"Ref": "AWS::NoValue"}]},
        {"Effect": {"Ref": "Bucket"}, "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "a:x", "Resource": "*", "Condition": {"Fn::If": ["Prod", {}, {}]}},
        {"Effect": "Allow", "Action": "a:x", "Resource": "*", "Condition": {"Bool": ["x"]}},
        "x",
        7,
        [[{}]],
    ],
    ids=str,
)
def test_a_statement_that_is_not_known_is_told_where_it_is_new(statement: Any) -> None:
    new = change_of_statements([], [statement], (PARAMETER, PARAMETER))
    old = change_of_statements([statement], [statement, allow(GET, "r")], (PARAMETER, PARAMETER))

    assert (new.wider, new.narrower) == (UNKNOWN, UNKNOWN)
    assert new.unjudged == (
        "a statement in `Policy` depends on what is only known at deployment, and is another one than before",
    )
    assert (old.wider, old.narrower, old.unjudged) == (YES, NO, ())


def test_a_condition_of_the_template_that_is_known_is_followed() -> None:
    sections = {"Conditions": {"Prod": {"Fn::Equals": ["a", "a"]}}}
    statement = {"Fn::If": ["Prod", allow(GET, {"Fn::If": ["Prod", "r", "*"]}), {"Ref": "AWS::NoValue"}]}
    changed = change_of_statements([allow(GET, "r")], [statement], (sections, sections))

    assert (changed.wider, changed.narrower) == (NO, NO)


def test_a_hostile_pattern_takes_no_time() -> None:
    """Each question mark doubles what a naive search has to look at."""
    base = [allow("a:x", f"*a{'?' * 60}{letter}") for letter in "bcde"]
    assert compared(base, [allow("a:x", "*a*a*a*a*b")])[0] in (YES, UNKNOWN)


def test_a_huge_statement_is_not_judged() -> None:
    actions = [f"a:{index}" for index in range(70)]
    resources = [f"r{index}" for index in range(70)]
    assert compared([allow(actions, resources)], [allow(actions, [*resources, "x"])]) == (UNKNOWN, UNKNOWN)


def many(count: int, prefix: str, **condition: Any) -> list[Any]:
    """Statements of which each is about something else."""
    return [allow(f"s3:Get{each}", f"arn:aws:s3:::b{each}/{prefix}*", condition or None) for each in range(count)]


def test_as_many_statements_as_a_role_has_are_judged() -> None:
    assert compared(many(120, "x"), many(120, "")) == (YES, NO)


@pytest.mark.parametrize(
    "statements",
    [
        lambda prefix: many(2000, prefix),
        lambda prefix: [allow(f"s3:*{each}*", f"*{each}*{prefix}") for each in range(60)],
        lambda prefix: [
            allow("s3:GetObject", "*", when("StringLike", *(f"*{each}{prefix}{value}*" for value in range(10))))
            for each in range(60)
        ],
    ],
    ids=["many", "with wildcards", "with wildcards in conditions"],
)
def test_a_comparison_takes_no_more_than_its_time(
    statements: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond it, nothing more is certain."""
    steps = itertools.count()
    step = Pattern.step
    monkeypatch.setattr(Pattern, "step", lambda *given, **options: (next(steps), step(*given, **options))[1])

    assert UNKNOWN in compared(statements("x"), statements(""))
    assert next(steps) < 1_000_000


PATTERNS = st.text("a*?", max_size=2)
"""Patterns of so few letters that requests over two letters, of which one is in no pattern, tell them all apart."""
VALUES = st.lists(st.sampled_from(["a", "b", "a*"]), min_size=1, max_size=2, unique=True)
CONDITIONS = st.fixed_dictionaries(
    {}, optional={name: st.fixed_dictionaries({"k": VALUES}) for name in ("StringEquals", "StringLike")}
) | st.fixed_dictionaries(
    {},
    optional={
        name: st.fixed_dictionaries({"k": VALUES})
        for name in ("StringNotEquals", "StringNotLike", "StringLikeIfExists")
    },
)
TEXTS = ["".join(text) for length in range(4) for text in itertools.product("az", repeat=length)]
KEYS: list[dict[str, str]] = [{}, {"k": "a"}, {"k": "az"}, {"k": "b"}, {"k": "a*"}, {"k": "z"}]


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """Any statement over these patterns."""
    lists = st.lists(PATTERNS, min_size=1, max_size=2)
    statement: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(lists),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(lists),
    }
    return statement | ({"Condition": draw(CONDITIONS)} if draw(st.booleans()) else {})


@settings(derandomize=True, database=None, deadline=None, max_examples=250)
@given(st.lists(statements(), max_size=3), st.lists(statements(), max_size=3))
def test_verdicts_hold_for_every_request(base: list[Any], head: list[Any]) -> None:
    """As an evaluator says that knows nothing of patterns, only of requests."""
    changed = change_of_statements(base, head)
    before, after = (allowed(each, TEXTS, TEXTS, KEYS) for each in (base, head))

    for verdict, is_so in ((changed.wider, bool(after - before)), (changed.narrower, bool(before - after))):
        assert verdict is UNKNOWN or (verdict is YES) == is_so


UNKNOWN_PATTERNS = st.lists(
    st.sampled_from(["a", "/", "*", "?", "${One}", "${One}", "${Two}", "${Bucket}", "${AWS::Region}"]),
    max_size=2,
).map("".join)
UNKNOWN_TEXTS = ["".join(text) for length in range(5) for text in itertools.product("a/z", repeat=length)]
VALUES_OF_UNKNOWNS = [
    {"${One}": one, "${Two}": two, "${Bucket}": bucket, "${AWS::Region}": region}
    for one, two in itertools.permutations(["a", "z", "//"], 2)
    for bucket in ["", "a", "*", "a*", "z/"]
    for region in ["a", "z"]
]
"""Names of resources, none of which holds another; a parameter may be anything, and a region has no slash."""


@settings(derandomize=True, database=None, deadline=None, max_examples=120)
@given(
    st.lists(UNKNOWN_PATTERNS, max_size=2),
    st.lists(UNKNOWN_PATTERNS, max_size=2),
    st.lists(UNKNOWN_PATTERNS, max_size=1),
)
def test_verdicts_hold_whatever_is_unknown(base: list[str], head: list[str], denied: list[str]) -> None:
    """With all values that the unknown parts can have."""
    statements = [
        [{**allow(["a"]), "Resource": base}],
        [{**allow(["a"]), "Resource": head}, {**deny(["a"]), "Resource": denied}],
    ]
    before, after = (_with_resources(side, sub) for side in statements)
    changed = change_of_statements(before, after, (PARAMETER, PARAMETER), **TOPICS)
    for values in VALUES_OF_UNKNOWNS:

        def known(pattern: str, values: Mapping[str, str] = values) -> str:
            return "".join(values.get(part, part) for part in re.split(r"(\$\{[^}]*\})", pattern))

        was, is_ = (allowed(_with_resources(side, known), ["a"], UNKNOWN_TEXTS, [{}]) for side in statements)
        for verdict, is_so in ((changed.wider, bool(is_ - was)), (changed.narrower, bool(was - is_))):
            assert verdict is UNKNOWN or (verdict is YES) == is_so


def _with_resources(statements: list[dict[str, Any]], change: Callable[[str], Any]) -> list[dict[str, Any]]:
    return [{**each, "Resource": [change(pattern) for pattern in each["Resource"]]} for each in statements]
