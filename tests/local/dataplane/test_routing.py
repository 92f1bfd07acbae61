"""Where requests go."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagemaker_multi_container.local.dataplane import api
from sagemaker_multi_container.local.dataplane.errors import ApiError
from sagemaker_multi_container.local.dataplane.routing import parameters_of, route
from sagemaker_multi_container.local.served import ServedContainer, ServedEndpoint, ServedVariant

NAMES = ("one", "two", "three")
TARGETS = st.sampled_from((None, *NAMES, "stranger"))
WEIGHTS = st.one_of(st.just(0.0), st.floats(0.001, 1000))
DRAWS = st.floats(0, 1, exclude_max=True)


def variants() -> st.SearchStrategy[tuple[ServedVariant, ...]]:
    """Variants of any mode, weights and hostnames."""
    hostnames = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
    variant = st.builds(
        lambda name, weight, mode, found: ServedVariant(
            name=name,
            weight=weight,
            mode=mode,
            containers=tuple(ServedContainer(hostname=each, url=f"http://127.0.0.1/{each}") for each in found),
        ),
        st.sampled_from(NAMES),
        WEIGHTS,
        st.sampled_from(("Serial", "Direct")),
        hostnames,
    )
    return st.lists(variant, min_size=1, max_size=3, unique_by=lambda each: each.name).map(tuple)


@given(
    variants=variants(),
    name=st.sampled_from(("search", "Search", "other")),
    target_variant=TARGETS,
    target_container=TARGETS,
    draw=DRAWS,
    operation=st.sampled_from((api.INVOKE, api.INVOKE_WITH_RESPONSE_STREAM)),
)
def test_a_request_goes_where_it_says_or_is_refused(
    variants: tuple[ServedVariant, ...],
    name: str,
    target_variant: str | None,
    target_container: str | None,
    draw: float,
    operation: api.Operation,
) -> None:
    """A request goes to one container of a Direct variant, or to all of a Serial one, and never to weight 0 unasked."""
    endpoint = ServedEndpoint(name="search", variants=variants)
    asked = {"TargetVariant": target_variant, "TargetContainerHostname": target_container}
    parameters = {member: value for member, value in asked.items() if value is not None}
    candidates = [
        each for each in variants if (each.weight > 0 if target_variant is None else each.name == target_variant)
    ]

    def containers_of(variant: ServedVariant) -> list[str]:
        hostnames = [each.hostname for each in variant.containers]
        if variant.mode == "Serial":
            return hostnames if target_container is None else []
        return [each for each in hostnames if each == target_container]

    try:
        found = route({"search": endpoint}, operation, name, parameters, lambda: draw)
    except ApiError as error:
        refusal = (error.code, error.status)
        assert refusal == ("ValidationError", 400)
        assert name != "search" or not candidates or not all(map(containers_of, candidates))
    else:
        assert name == "search"
        assert found.endpoint is endpoint
        assert found.variant in candidates
        assert [each.hostname for each in found.containers] == containers_of(found.variant) != []


@given(weights=st.lists(WEIGHTS, min_size=1, max_size=4))
def test_variants_get_their_share_of_the_requests(weights: list[float]) -> None:
    """Of draws that are spread evenly, each variant gets its weight's share, to within one."""
    container = ServedContainer(hostname="one", url="http://127.0.0.1")
    endpoint = ServedEndpoint(
        name="search",
        variants=tuple(
            ServedVariant(name=str(number), weight=weight, mode="Serial", containers=(container,))
            for number, weight in enumerate(weights)
        ),
    )
    draws = 200
    total = sum(weights)
    if not total:
        with pytest.raises(ApiError, match="weight above 0"):
            route({"search": endpoint}, api.INVOKE, "search", {}, lambda: 0.5)
        return
    counts = dict.fromkeys(range(len(weights)), 0)
    for number in range(draws):
        draw = float(Fraction(number, draws))
        counts[int(route({"search": endpoint}, api.INVOKE, "search", {}, partial(float, draw)).variant.name)] += 1
    for number, weight in enumerate(weights):
        assert abs(counts[number] - draws * weight / total) <= 1.001
        assert weight or not counts[number]


DIRECT = ServedEndpoint(
    name="search",
    variants=(
        ServedVariant(
            name="stable",
            weight=1,
            mode="Direct",
            containers=(ServedContainer(hostname="ranker", url=""), ServedContainer(hostname="tagger", url="")),
        ),
    ),
)
SERIAL = ServedEndpoint(
    name="pipe",
    variants=(ServedVariant(name="stable", weight=1, mode="Serial", containers=DIRECT.variants[0].containers),),
)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("other", {}, "Endpoint other of account 123456789012 not found. Served on this machine: search, pipe."),
        (
            "search",
            {"TargetVariant": "canary"},
            "Variant canary not found for endpoint search. It has: stable.",
        ),
        (
            "search",
            {},
            (
                "Endpoint search runs its containers one by one (Direct): TargetContainerHostname must be given. "
                "It has: ranker, tagger."
            ),
        ),
        (
            "search",
            {"TargetContainerHostname": "rankr"},
            "Container rankr not found for variant stable of endpoint search. It has: ranker, tagger.",
        ),
        (
            "pipe",
            {"TargetContainerHostname": "ranker"},
            "Endpoint pipe runs its containers as a pipeline (Serial): TargetContainerHostname must not be given.",
        ),
        (
            "search",
            {"TargetModel": "a.tar.gz"},
            "Endpoint search is not a multi-model endpoint and does not support target model header.",
        ),
        (
            "search",
            {"InferenceComponentName": "component"},
            "Endpoint search has no inference components: its containers are named by TargetContainerHostname.",
        ),
        (
            "search",
            {"EnableExplanations": "`true`"},
            "Endpoint search cannot explain: EnableExplanations is not supported on this machine.",
        ),
    ],
)
def test_a_refusal_says_what_there_is(name: str, parameters: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError) as refused:
        route({"search": DIRECT, "pipe": SERIAL}, api.INVOKE, name, parameters, lambda: 0)
    assert (refused.value.code, refused.value.message) == ("ValidationError", message)


def test_an_asynchronous_request_is_refused() -> None:
    with pytest.raises(ApiError, match="is not asynchronous"):
        route({"search": DIRECT}, api.INVOKE_ASYNC, "search", {}, lambda: 0)


def test_headers_that_are_wrong_are_refused_together() -> None:
    headers = {
        "x-amzn-sagemaker-custom-attributes": "a" * 1025,
        "x-amzn-sagemaker-session-id": "NEW_SESSION",
        "x-amzn-sagemaker-inference-id": "",
    }
    with pytest.raises(ApiError) as refused:
        parameters_of(api.INVOKE_WITH_RESPONSE_STREAM, headers)
    assert refused.value.message == (
        "3 validation errors detected: "
        "Value at 'customAttributes' failed to satisfy constraint: Member must have length less than or equal to 1024; "
        "Value at 'inferenceId' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value at 'sessionId' failed to satisfy constraint: Member must be letters, digits and hyphens"
    )


def test_only_members_of_the_operation_count() -> None:
    headers = {"accept": "text/csv", "x-amzn-sagemaker-target-model": "m", "x-other": "o", "content-type": "text/plain"}
    assert parameters_of(api.INVOKE, headers) == {
        "Accept": "text/csv",
        "TargetModel": "m",
        "ContentType": "text/plain",
    }
    assert parameters_of(api.INVOKE_WITH_RESPONSE_STREAM, headers) == {"ContentType": "text/plain"}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/endpoints/search/invocations", ("InvokeEndpoint", "search")),
        ("POST", "/endpoints/search/invocations-response-stream", ("InvokeEndpointWithResponseStream", "search")),
        ("POST", "/endpoints/a%2Fb/async-invocations", ("InvokeEndpointAsync", "a/b")),
        ("GET", "/endpoints/search/invocations", None),
        ("POST", "/endpoints/search/invocations/", None),
        ("POST", "/endpoints//invocations", None),
        ("POST", "/endpoints/search", None),
        ("POST", "/", None),
    ],
)
def test_an_operation_is_known_by_method_and_path(method: str, path: str, expected: tuple[str, str] | None) -> None:
    found = api.operation_of(method, path)
    assert (found and (found[0].name, found[1])) == expected
