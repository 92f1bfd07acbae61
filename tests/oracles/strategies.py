"""Endpoint declarations that SageMaker takes: what hypothesis draws for the judges.

Every text and number may be a literal, or only known at deployment: wholly or in part.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sagemaker_multi_container import (
    AsyncInference,
    AsyncNotification,
    CaptureMode,
    ClarifyExplainer,
    ContainerDefinition,
    ContainerImage,
    CoreDump,
    DataCapture,
    Deployment,
    FeatureType,
    InferenceExecutionMode,
    InstancePool,
    MetricsConfig,
    ModelData,
    ProductionVariant,
    RoutingStrategy,
    ShapBaseline,
)

from .site import ACCOUNT, REGION, Site

T = TypeVar("T")
Declaration = Mapping[str, Any]
"""Keyword arguments of `MultiContainerEndpoint`."""

Registries = list[Callable[[str], ContainerImage]]
"""What makes an image of its name in a private registry, as far as the endpoint reaches one."""

REPRODUCIBLE = settings(derandomize=True, database=None, deadline=None)
"""The same examples in each run."""

_ALPHANUMERIC = string.ascii_letters + string.digits
_INSTANCE_TYPES = st.sampled_from(["ml.m5.xlarge", "ml.c5.9xlarge", "ml.t2.medium", "ml.inf2.xlarge", "ml.m7i.large"])
_MODES = st.sampled_from(InferenceExecutionMode)
_POOLS = st.builds(InstancePool, instance_type=_INSTANCE_TYPES, priority=st.integers(1, 5))
_RESERVATION = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-plan/ours"
_WEIGHTS = st.just(0) | st.floats(0, 1000)
_DIGESTS = st.sampled_from([f"sha256:{digit * 64}" for digit in "09af"])
_TAGS = st.sampled_from(["1.0", "_", "A-_.z", "t" * 128])
_REPOSITORIES = st.sampled_from(["a", "team/images", "0.a_b-c/d", "r" * 60])
_KEYS = st.sampled_from(["", "model", "a/b c/!-_.'()", "é漢", "k" * 900])
_REVISIONS = st.none() | st.text(max_size=5)
_MODEL_PACKAGES = st.sampled_from(
    ["package", "p" * 63, "Package-1/7", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/group/123456789"]
)


@st.composite
def names(draw: DrawFn) -> str:
    """Letters, digits and inner hyphens, 1 to 63 of them."""
    start = draw(st.text(_ALPHANUMERIC, min_size=1, max_size=5))
    middle = draw(st.sampled_from(["", "-", "---", "-" * 57, "x" * 57]))
    return start + middle + draw(st.sampled_from(_ALPHANUMERIC))


@st.composite
def declarations(draw: DrawFn, site: Site) -> Declaration:
    """An endpoint: its containers and variants, and all that it may have besides."""
    network = draw(_networks(site))
    is_isolated = draw(st.booleans())
    registries: Registries = []
    if network:
        registries.append(lambda name: ContainerImage.from_registry(f"registry.example.com:5000/{name}"))
    if network and not is_isolated:
        registries.append(lambda name: ContainerImage.from_registry(f"registry/{name}", credentials=site.credentials))
    containers_and_variants = draw(st.sampled_from([_shorthand, _variants]))
    mode = draw(_MODES)
    arguments = {
        "mode": mode,
        "endpoint_name": draw(st.none() | _texts(site, names())),
        "role": draw(_roles(site)),
        "network_isolation": is_isolated,
        "encryption_key": draw(st.none() | _made(lambda: site.key, lambda: site.other_key)),
        "retain_instance_counts": draw(st.none() | st.booleans()),
        "retain_weights": draw(st.booleans()),
        "rollback_alarms": [site.alarm() for _ in range(draw(st.sampled_from([0, 0, 1, 10])))],
        **network,
        **draw(containers_and_variants(site, registries)),
    }
    arguments["deployment"] = draw(st.none() | _deployments(site, arguments.get("variants")))
    arguments |= draw(features(site, may_be_asynchronous=_is_serial(arguments)))
    return {name: value for name, value in arguments.items() if value is not None}


def _is_serial(arguments: Mapping[str, Any]) -> bool:
    """Whether no container is called by its name."""
    modes = [arguments["mode"], *(variant.mode for variant in arguments.get("variants") or ())]
    return InferenceExecutionMode.DIRECT not in modes


def _deployments(site: Site, variants: list[ProductionVariant] | None) -> SearchStrategy[Deployment]:
    """Any deployment, as far as the variants allow it. A part of one instance is none, so sizes are percentages."""
    wait = _numbers(site, st.integers(0, 3600)).map(cdk.Duration.seconds)
    more = {"maximum_execution_timeout": st.none() | st.just(cdk.Duration.hours(8))}
    at_once = {"termination_wait": st.none() | wait, **more}
    blue_green = {"wait": wait, **at_once}
    kinds = [
        st.builds(Deployment.all_at_once, **at_once),
        st.builds(Deployment.canary, percent=_numbers(site, st.integers(1, 50)), **blue_green),
        # At most ten steps and ten waits fit into eight hours.
        st.builds(Deployment.linear, percent=_numbers(site, st.integers(50, 50)), **blue_green),
    ]
    if variants is None or len(variants) == 1:
        percent = _numbers(site, st.integers(50, 50))
        kinds.append(
            st.builds(Deployment.rolling, percent=percent, rollback_percent=st.none() | percent, wait=wait, **more)
        )
    return st.one_of(kinds)


@st.composite
def features(draw: DrawFn, site: Site, *, may_be_asynchronous: bool) -> dict[str, Any]:
    """What an endpoint does beside answering calls."""
    folders = _texts(site, st.sampled_from(["", "a", "a/b/", "é", "p" * 400]))
    buckets = _made(lambda: site.models, lambda: site.other_models)
    keys = st.none() | _made(lambda: site.key, lambda: site.other_key)
    seconds = st.sampled_from([10, 30, 60, 120, 180, 240, 300]).map(cdk.Duration.seconds)
    captures = st.builds(
        DataCapture,
        bucket=buckets,
        prefix=folders,
        encryption_key=keys,
        sampling_percentage=_numbers(site, st.integers(0, 100)),
        capture=st.lists(st.sampled_from(CaptureMode), min_size=1, unique=True),
        csv_content_types=st.none() | st.just(["text/csv"] * 10),
        json_content_types=st.none() | st.just(["application/json"]),
        enabled=st.booleans(),
    )
    asynchronous = st.builds(
        AsyncInference,
        bucket=buckets,
        prefix=folders,
        failure_prefix=st.none() | folders,
        encryption_key=keys,
        input_bucket=st.none() | buckets,
        success_topic=st.none() | _made(lambda: site.topic),
        error_topic=st.none() | _made(lambda: site.topic),
        include_response_in=st.none() | st.lists(st.sampled_from(AsyncNotification), unique=True),
        max_concurrent_invocations_per_instance=st.none() | _numbers(site, st.integers(1, 1000)),
    )
    metrics = st.builds(
        MetricsConfig,
        enhanced_metrics=st.none() | st.booleans(),
        detailed_observability=st.none() | st.booleans(),
        publish_frequency=st.none() | seconds,
    )
    return {
        "data_capture": draw(st.none() | captures),
        "async_inference": draw(st.none() | asynchronous) if may_be_asynchronous else None,
        "explainer": draw(st.none() | _explainers(site)),
        "metrics_config": draw(st.none() | metrics),
    }


def _explainers(site: Site) -> SearchStrategy[ClarifyExplainer]:
    expressions = st.none() | _texts(site, st.text(string.ascii_letters, min_size=1, max_size=64))
    counts = st.none() | _numbers(site, st.integers(1, 1000))
    headers = st.none() | st.lists(st.sampled_from(["a", "h" * 64]), min_size=1, max_size=16)
    baselines = st.builds(
        ShapBaseline.from_text, _texts(site, st.sampled_from(["1,2", "b" * 4096])), mime_type=st.just("text/csv")
    ) | _made(lambda: ShapBaseline.from_bucket(site.models, "baseline.csv"))
    return st.builds(
        ClarifyExplainer,
        baseline=baselines,
        enable_explanations=expressions,
        number_of_samples=counts,
        use_logit=st.none() | st.booleans(),
        seed=counts,
        features_attribute=expressions,
        content_template=expressions,
        max_record_count=counts,
        max_payload=st.none() | _numbers(site, st.integers(1, 25)).map(cdk.Size.mebibytes),
        probability_index=counts,
        label_index=counts,
        probability_attribute=expressions,
        label_attribute=expressions,
        label_headers=headers,
        feature_headers=headers,
        feature_types=st.none() | st.lists(st.sampled_from(FeatureType), min_size=1, max_size=256),
    )


@st.composite
def _shorthand(draw: DrawFn, site: Site, registries: Registries) -> dict[str, Any]:
    return {
        "instance_type": draw(_texts(site, _INSTANCE_TYPES)),
        "initial_instance_count": draw(st.none() | _numbers(site, st.integers(1, 1000))),
        "containers": draw(_containers(site, registries, 15)),
    }


@st.composite
def _variants(draw: DrawFn, site: Site, registries: Registries) -> dict[str, Any]:
    variant_names = draw(st.lists(names(), min_size=1, max_size=10, unique=True))
    # One of them must get traffic.
    weights = [st.sampled_from([1.0, 0.25, 1e-6]), *[_WEIGHTS] * (len(variant_names) - 1)]
    own_containers: SearchStrategy[list[ContainerDefinition] | None] = _containers(site, registries, 3)
    if draw(st.booleans()):
        own_containers = st.none() | own_containers
    variants = [
        draw(_variant(site, name, weight, own_containers)) for name, weight in zip(variant_names, weights, strict=True)
    ]
    is_shared = any(variant.containers is None for variant in variants)
    return {"variants": variants, "containers": draw(_containers(site, registries, 4)) if is_shared else None}


@st.composite
def _variant(
    draw: DrawFn,
    site: Site,
    name: str,
    weights: SearchStrategy[float],
    own_containers: SearchStrategy[list[ContainerDefinition] | None],
) -> ProductionVariant:
    own = draw(own_containers)
    seconds = st.none() | _numbers(site, st.integers(60, 3600)).map(cdk.Duration.seconds)
    pools = draw(st.none() | st.lists(_POOLS, min_size=1, max_size=5))
    routing = st.builds(
        RoutingStrategy.prefix_aware,
        prefix_length=_numbers(site, st.integers(1024, 65536)),
        concurrency_threshold=_numbers(site, st.integers(1, 1024)),
    )
    return ProductionVariant(
        name=draw(_texts(site, st.just(name))),
        instance_type=draw(_texts(site, _INSTANCE_TYPES)) if pools is None else None,
        instance_pools=pools,
        instance_provision_timeout=None if pools is None else draw(st.none() | st.just(cdk.Duration.minutes(5))),
        routing_strategy=draw(st.none() | st.just(RoutingStrategy.random()) | routing),
        core_dump=draw(
            st.none() | _made(lambda: CoreDump(bucket=site.models, prefix="dumps", encryption_key=site.key))
        ),
        enable_ssm_access=draw(st.none() | st.booleans()),
        capacity_reservation_arn=draw(st.none() | _texts(site, st.just(_RESERVATION))),
        initial_instance_count=draw(_numbers(site, st.integers(1, 1000))),
        weight=draw(_numbers(site, weights)),
        containers=own,
        mode=None if own is None else draw(st.none() | _MODES),
        volume_size=draw(st.none() | _numbers(site, st.integers(1, 512)).map(cdk.Size.gibibytes)),
        model_data_download_timeout=draw(seconds),
        container_startup_health_check_timeout=draw(seconds),
    )


@st.composite
def _containers(draw: DrawFn, site: Site, registries: Registries, most: int) -> list[ContainerDefinition]:
    hostnames = draw(st.lists(names(), min_size=2, max_size=most, unique=True))
    indexes = st.integers(0, len(hostnames) - 1)
    multi_model = draw(st.none() | indexes)
    fullest = draw(st.none() | indexes)
    containers = []
    for index, hostname in enumerate(hostnames):
        environments = _environments(site)
        if fullest is not None:
            environments = st.just(_FULL_ENVIRONMENT if index == fullest else {})
        is_multi_model = index == multi_model
        containers.append(draw(_container(site, registries, hostname, environments, is_multi_model)))
    return containers


@st.composite
def _container(
    draw: DrawFn,
    site: Site,
    registries: Registries,
    hostname: str,
    environments: SearchStrategy[dict[str, str]],
    is_multi_model: bool,
) -> ContainerDefinition:
    package = draw(st.none() | _texts(site, _MODEL_PACKAGES))
    image = draw(_images(site, registries))
    return ContainerDefinition(
        hostname=draw(_texts(site, st.just(hostname))),
        image=image if package is None else draw(st.none() | st.just(image)),
        model_data=draw(_prefixes(site) if is_multi_model else st.none() | _archives(site) | _prefixes(site)),
        environment=draw(st.none() | environments),
        multi_model=is_multi_model,
        model_cache=draw(st.none() | st.booleans()) if is_multi_model else None,
        model_package=package,
        inference_specification_name=None if package is None else draw(st.none() | _texts(site, names())),
    )


_FULL_ENVIRONMENT = {f"NAME_{number:03}": "v" * 1016 for number in range(32)}
"""As large as the environments of all containers of a model may be together."""


@st.composite
def _environments(draw: DrawFn, site: Site) -> dict[str, str]:
    """So few bytes that 15 of them are not too many together."""
    many = draw(st.sampled_from([1, 0, 1, 1, 100]))
    if many:
        value = draw(_texts(site, st.sampled_from(["", "1", "a = $b\n", "é漢😀", "v" * 12])))
        return {f"V{number}": value for number in range(many)}
    # YAML, as which cfn-lint reads templates, has no keys of 1,024 characters.
    name = "_" * draw(st.sampled_from([1, 1000]))
    return {name: draw(_texts(site, st.sampled_from(["v" * 1024, "漢" * 341])))}


@st.composite
def _images(draw: DrawFn, site: Site, registries: Registries) -> ContainerImage:
    repository = draw(_REPOSITORIES)
    kind, separator, versions = draw(st.sampled_from([("tag", ":", _TAGS), ("digest", "@", _DIGESTS)]))
    version = draw(_texts(site, versions))
    name = f"{repository}{separator}{version}"
    known = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    here = f"{cdk.Aws.ACCOUNT_ID}.dkr.ecr.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}"
    makers: list[Callable[[], ContainerImage]] = [
        lambda: ContainerImage.from_uri(f"{known}/{name}"),
        lambda: ContainerImage.from_uri(f"{here}/{name}"),
        lambda: ContainerImage.from_uri(draw(_texts(site, st.just(f"{known}/{repository}:1")))),
        lambda: ContainerImage.from_ecr_repository(site.images, **{kind: version}),
        lambda: ContainerImage.from_ecr_repository(site.other_images, **{kind: version}),
        lambda: ContainerImage.from_dlc("pytorch-inference", draw(_TAGS)),
        *[functools.partial(from_registry, name) for from_registry in registries],
    ]
    return draw(_made(*makers))


@st.composite
def _archives(draw: DrawFn, site: Site) -> ModelData:
    key, revision = draw(_texts(site, _KEYS)) + ".tar.gz", draw(_REVISIONS)
    makers = [
        lambda: ModelData.from_bucket(site.models, key, revision=revision),
        lambda: ModelData.from_bucket(site.other_models, key, revision=revision),
        lambda: ModelData.from_s3_uri(f"s3://bucket/{key}", revision=revision, accept_eula=draw(st.booleans())),
        lambda: ModelData.from_s3_uri(draw(_texts(site, st.just("s3://bucket/model.tar.gz"))), revision=revision),
        lambda: ModelData.from_asset(site.archive),
    ]
    return draw(_made(*makers))


@st.composite
def _prefixes(draw: DrawFn, site: Site) -> ModelData:
    prefix, revision = draw(_texts(site, _KEYS)) + "/", draw(_REVISIONS)
    makers = [
        lambda: ModelData.from_prefix(site.models, prefix, revision=revision),
        lambda: ModelData.from_prefix(site.other_models, prefix, revision=revision),
        lambda: ModelData.from_s3_uri(f"s3://bucket/{prefix}", revision=revision),
    ]
    return draw(_made(*makers))


def _roles(site: Site) -> SearchStrategy[iam.IRole | None]:
    return st.none() | _made(
        lambda: site.role, lambda: site.imported_role(mutable=True), lambda: site.imported_role(mutable=False)
    )


@st.composite
def _networks(draw: DrawFn, site: Site) -> dict[str, Any]:
    if draw(st.booleans()):
        return {}
    group_ids = _texts(site, st.sampled_from(["sg-0123abcd", "sg-0123456789abcdef0"]))
    subnet_ids = _texts(site, st.sampled_from(["subnet-0123abcd", "subnet-0123456789abcdef0"]))
    network: dict[str, Any] = {"vpc": site.vpc(draw(st.integers(1, 16)))}
    groups = draw(st.none() | st.lists(group_ids, min_size=1, max_size=5))
    if groups is None:
        network["allow_all_outbound"] = draw(st.none() | st.booleans())
    else:
        network["security_groups"] = [site.security_group(each) for each in groups]
    subnets = draw(st.none() | st.lists(subnet_ids, min_size=1, max_size=16))
    if subnets is not None:
        network["vpc_subnets"] = ec2.SubnetSelection(subnets=[site.subnet(each) for each in subnets])
    return network


def _texts(site: Site, literals: SearchStrategy[str]) -> SearchStrategy[str]:
    """Strings as they are or, now and then, as tokens or with a token in them."""
    return literals.flatmap(
        lambda text: _made(
            *[lambda: text] * 8,
            lambda: site.parameter(text),
            lambda: site.late(text),
            lambda: site.attribute(text) if text else text,
            lambda: text[:1] + site.parameter(text[1:]),
            lambda: site.late(text[:-1]) + text[-1:],
        )
    )


def _numbers(site: Site, literals: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Numbers as they are or, now and then, as tokens."""
    return literals.flatmap(
        lambda number: _made(
            *[lambda: number] * 5, lambda: site.number_parameter(number), lambda: site.late_number(number)
        )
    )


def _made(*makers: Callable[[], T]) -> SearchStrategy[T]:
    """What one of these makes. The others make nothing, so that nothing is left over in the stack."""
    return st.sampled_from(makers).map(lambda make: make())
