"""Where images come from, and what the role may pull."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Annotations, Match

from sagemaker_multi_container import ContainerImage, EndpointConfigurationError

from .builders import container, endpoint, properties, statements, wrong

PULL = "ecr:BatchCheckLayerAvailability"
DIGEST = "sha256:" + "a" * 64
LABELLED = "FROM scratch\nLABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true\n"


def images_of(stack: cdk.Stack, *given: ContainerImage, **arguments: Any) -> list[Any]:
    """The synthesized images of containers with the given ones; the endpoint has two containers at least."""
    made = [container(f"c{index}", image=each) for index, each in enumerate([*given, given[0]])]
    endpoint(stack, containers=made, **arguments)
    return [each["Image"] for each in properties(stack, "SageMaker::Model")["Containers"][:-1]]


def repository_arn(name: str, *, region: object, account: object) -> dict[str, Any]:
    """The ARN of a repository as CloudFormation writes it."""
    parts = ["arn:", {"Ref": "AWS::Partition"}, ":ecr:", region, ":", account, f":repository/{name}"]
    return {"Fn::Join": ["", _merged(parts)]}


def _merged(parts: list[object]) -> list[object]:
    merged: list[object] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def test_a_repository_by_tag_or_digest(stack: cdk.Stack) -> None:
    """`repository:tag` or `repository@digest`, and the role may pull from just this repository."""
    repository = ecr.Repository.from_repository_name(stack, "Repository", "ranker")
    by_tag, by_digest = images_of(
        stack,
        ContainerImage.from_ecr_repository(repository, tag="1.4.2"),
        ContainerImage.from_ecr_repository(repository, digest=DIGEST),
    )

    assert by_tag["Fn::Join"][1][-1] == "/ranker:1.4.2"
    assert by_digest["Fn::Join"][1][-1] == f"/ranker@{DIGEST}"
    assert statements(stack)[PULL]["Resource"] == stack.resolve(repository.repository_arn)


@pytest.mark.parametrize("arguments", [{}, {"tag": "1", "digest": DIGEST}], ids=["neither", "both"])
def test_refuses_a_repository_without_exactly_one_of_tag_and_digest(
    stack: cdk.Stack, arguments: dict[str, str]
) -> None:
    """There is no mutable default."""
    repository = ecr.Repository.from_repository_name(stack, "Repository", "ranker")

    with pytest.raises(
        EndpointConfigurationError, match=r"tag, digest \(\S*test_images.py:\d+\): (neither|both) given"
    ):
        ContainerImage.from_ecr_repository(repository, **arguments)


@pytest.mark.parametrize("tag", ["", "a/b", "a:b", "t" * 129, 5])
def test_refuses_what_is_no_tag(stack: cdk.Stack, tag: Any) -> None:
    """The rest of the image may be known at deployment only, but the tag is known."""
    repository = ecr.Repository.from_repository_name(stack, "Repository", "ranker")

    with pytest.raises(EndpointConfigurationError, match=r"tag \(\S*test_images.py:\d+\): is the "):
        ContainerImage.from_ecr_repository(repository, tag=tag)
    with pytest.raises(EndpointConfigurationError, match=r"tag \(\S*test_images.py:\d+\): is the "):
        ContainerImage.from_dlc("pytorch-inference", tag)


def test_refuses_a_name_for_a_repository() -> None:
    """And says how to make one."""
    with pytest.raises(EndpointConfigurationError, match=r"the str 'ranker'.*\n.*from_repository_name"):
        ContainerImage.from_ecr_repository(wrong("ranker"), tag="1")


def test_an_ecr_uri_names_the_repository_to_pull_from(stack: cdk.Stack) -> None:
    """Also one in another account, with slashes in its name."""
    uri = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/ranker@{DIGEST}"
    (written,) = images_of(stack, ContainerImage.from_uri(uri))

    assert written == uri
    assert statements(stack)[PULL]["Resource"] == repository_arn(
        "team/ranker", region="eu-west-1", account="123456789012"
    )


def test_an_ecr_uri_with_tokens_in_it_still_names_the_repository(stack: cdk.Stack) -> None:
    """Account and region are often only known at deployment."""
    images_of(stack, ContainerImage.from_uri(f"{cdk.Aws.ACCOUNT_ID}.dkr.ecr.{cdk.Aws.REGION}.amazonaws.com/ranker:1"))

    assert statements(stack)[PULL]["Resource"] == repository_arn(
        "ranker", region={"Ref": "AWS::Region"}, account={"Ref": "AWS::AccountId"}
    )


def test_warns_where_the_repository_is_only_known_at_deployment(stack: cdk.Stack) -> None:
    """The role cannot be allowed to pull from it, and the deployment would fail."""
    parameter = cdk.CfnParameter(stack, "Image")
    images_of(stack, ContainerImage.from_uri(parameter.value_as_string))

    assert PULL not in statements(stack)
    Annotations.from_stack(stack).has_warning("/Stack/Endpoint", Match.string_like_regexp("MCE-Y02"))


def test_builds_a_local_dockerfile(stack: cdk.Stack, tmp_path: Path) -> None:
    """As an image asset of the CDK."""
    (tmp_path / "Dockerfile").write_text(LABELLED)
    (written,) = images_of(stack, ContainerImage.from_asset(str(tmp_path)))

    assert "container-assets" in written["Fn::Sub"]
    assert "container-assets" in str(statements(stack)[PULL]["Resource"])
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_warns_of_a_dockerfile_without_the_label(stack: cdk.Stack, tmp_path: Path) -> None:
    """CreateModel refuses an image that does not say that it takes the port it is given."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    images_of(stack, ContainerImage.from_asset(str(tmp_path)))

    message = Match.string_like_regexp("Dockerfile has no LABEL .*accept-bind-to-port")
    Annotations.from_stack(stack).has_warning("/Stack/Endpoint", message)


def test_refuses_a_folder_without_a_dockerfile(tmp_path: Path) -> None:
    """With the folder that was looked in."""
    with pytest.raises(EndpointConfigurationError, match=r"there is no .*Dockerfile.*\(the app runs in "):
        ContainerImage.from_asset(str(tmp_path))


@pytest.mark.parametrize("line", ["# LABEL {}=true", "LABEL {}=false", "ENV {}=true"])
def test_warns_of_a_label_that_is_none(stack: cdk.Stack, tmp_path: Path, line: str) -> None:
    """A comment or another value does not do."""
    label = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"
    (tmp_path / "Dockerfile").write_text(f"FROM scratch\n{line.format(label)}\n")
    images_of(stack, ContainerImage.from_asset(str(tmp_path)))

    Annotations.from_stack(stack).has_warning("/Stack/Endpoint", Match.string_like_regexp("MCE-S01"))


@pytest.mark.parametrize(
    "line", ['LABEL "{}"="true"', "label maintainer=me {}=true", "LABEL maintainer=me \\\n  {}=true", "LABEL {} true"]
)
def test_reads_labels_as_docker_does(stack: cdk.Stack, tmp_path: Path, line: str) -> None:
    """With quotes, beside others, over several lines."""
    label = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"
    (tmp_path / "Dockerfile").write_text(f"FROM scratch\n{line.format(label)}\n")
    images_of(stack, ContainerImage.from_asset(str(tmp_path)))

    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_pulls_from_fips_endpoints(stack: cdk.Stack) -> None:
    """Of the same repository."""
    images_of(stack, ContainerImage.from_uri("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/ranker:1"))

    assert PULL in statements(stack)


def test_says_what_the_cdk_misses_of_an_image(app: cdk.App) -> None:
    """As a problem of this container, rather than a traceback out of jsii."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="us-gov-west-1"))

    with pytest.raises(EndpointConfigurationError, match=r"containers\[0\].image .* cannot be looked up: "):
        images_of(stack, ContainerImage.from_dlc("pytorch-inference", "2.6.0-cpu"))


class _Nowhere(ContainerImage):
    def bind(self, scope: Any, id: str) -> Any:  # noqa: ARG002
        return "ranker:1"


def test_refuses_images_of_ones_own_that_say_too_little(stack: cdk.Stack) -> None:
    """A URI alone does not say what to pull from."""
    with pytest.raises(EndpointConfigurationError, match=r"has a bind\(\) that returns the str 'ranker:1'"):
        images_of(stack, _Nowhere())


@pytest.mark.parametrize(
    "make",
    [
        lambda: ContainerImage.from_asset(wrong(None)),
        lambda: ContainerImage.from_asset("x", platform=wrong("linux/arm64")),
        lambda: ContainerImage.from_registry("r/x:1", credentials=wrong("arn:aws:lambda:...")),
        lambda: ContainerImage.from_registry(wrong(None)),
        lambda: ContainerImage.from_registry("r/x:1", credentials=wrong(lambda_.Function)),
        lambda: ContainerImage.from_image_asset(wrong("x")),
        lambda: ContainerImage.from_image_asset(wrong(ecr_assets.DockerImageAsset)),
        lambda: ContainerImage.from_ecr_repository(wrong(ecr.Repository), tag="1"),
        lambda: ContainerImage.from_uri(wrong(cdk.Token.as_number({"Ref": "Image"}))),
        lambda: ContainerImage.from_dlc(wrong(None), "1"),
        lambda: ContainerImage.from_dlc("x", wrong(cdk.Token.as_list({"Ref": "Tag"}))),
        lambda: ContainerImage.from_dlc("x", "1", account_id=wrong(763104351884)),
        lambda: ContainerImage.from_dlc("x", "1", account_id="76310435188"),
    ],
    ids=[
        "directory",
        "platform",
        "credentials",
        "registry",
        "class of credentials",
        "asset",
        "class of assets",
        "class of repositories",
        "uri",
        "name",
        "tag",
        "account",
        "short account",
    ],
)
def test_refuses_arguments_of_a_wrong_type_where_they_are_given(make: Any) -> None:
    """At the line that makes the image."""
    with pytest.raises(EndpointConfigurationError, match=r"\(\S*test_images.py:\d+\): is "):
        make()


def test_takes_an_image_asset(stack: cdk.Stack, tmp_path: Path) -> None:
    """For options that `from_asset` does not have."""
    (tmp_path / "Dockerfile").write_text(LABELLED)
    asset = ecr_assets.DockerImageAsset(stack, "Image", directory=str(tmp_path))
    (written,) = images_of(stack, ContainerImage.from_image_asset(asset))

    assert written == stack.resolve(asset.image_uri)


def test_finds_the_account_of_deep_learning_containers(app: cdk.App) -> None:
    """By the stack's region, from the CDK's own facts; any number of them in one endpoint."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    first, second = images_of(
        stack,
        ContainerImage.from_dlc("pytorch-inference", "2.6.0-cpu-py312-ubuntu22.04-sagemaker"),
        ContainerImage.from_dlc("tensorflow-inference", "2.19.0-cpu", account_id="111122223333"),
    )

    assert "763104351884.dkr.ecr.eu-west-1." in str(first)
    assert "/pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-sagemaker" in str(first)
    assert "111122223333" in str(second)
    assert str(statements(stack)[PULL]["Resource"]).count(":repository/pytorch-inference") == 1


def test_deep_learning_containers_work_in_any_region(stack: cdk.Stack) -> None:
    """An environment-agnostic stack looks the account up at deployment."""
    (written,) = images_of(stack, ContainerImage.from_dlc("pytorch-inference", "2.6.0-cpu"))

    assert "Fn::FindInMap" in str(written)


def test_pulls_from_a_private_registry_through_the_vpc(stack: cdk.Stack) -> None:
    """With a function that gives the credentials, which the role may call."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, restrict_default_security_group=False)
    function = lambda_.Function.from_function_arn(
        stack, "Credentials", "arn:aws:lambda:us-east-1:123456789012:function:credentials"
    )
    registry = ContainerImage.from_registry("registry.example.com/team/ranker:1", credentials=function)
    endpoint(stack, vpc=vpc, containers=[container("a", image=registry), container("b")])

    (first, second) = properties(stack, "SageMaker::Model")["Containers"]
    assert first["Image"] == "registry.example.com/team/ranker:1"
    assert first["ImageConfig"] == {
        "RepositoryAccessMode": "Vpc",
        "RepositoryAuthConfig": {"RepositoryCredentialsProviderArn": function.function_arn},
    }
    assert "ImageConfig" not in second
    assert statements(stack)["lambda:InvokeFunction"]["Resource"] == function.function_arn


def test_pulls_from_the_account_that_is_given(app: cdk.App) -> None:
    """SageMaker's XGBoost and scikit-learn images are in another account in each region."""
    stack = cdk.Stack(app, "Stack", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    (written,) = images_of(stack, ContainerImage.from_dlc("sagemaker-xgboost", "1.7-1", account_id="141502667606"))

    assert "141502667606.dkr.ecr.eu-west-1." in str(written)
    assert "/sagemaker-xgboost:1.7-1" in str(written)
    assert statements(stack)[PULL]["Resource"] == repository_arn(
        "sagemaker-xgboost", region="eu-west-1", account="141502667606"
    )


@pytest.mark.parametrize("directory", ["a" * 5000, "a\0b"], ids=["long", "nul"])
def test_refuses_what_cannot_be_a_folder(directory: str) -> None:
    with pytest.raises(EndpointConfigurationError, match="there is no "):
        ContainerImage.from_asset(directory)


def test_takes_tokens_for_the_parts_of_an_image(stack: cdk.Stack) -> None:
    """Not only as strings: `parameter.value`."""
    token: Any = cdk.CfnParameter(stack, "Part").value
    repository = ecr.Repository.from_repository_name(stack, "Repository", "ranker")
    written = images_of(
        stack,
        ContainerImage.from_uri(token),
        ContainerImage.from_dlc(token, token, account_id=token),
        ContainerImage.from_ecr_repository(repository, tag=token),
        ContainerImage.from_ecr_repository(repository, digest=token),
    )

    assert all("{'Ref': 'Part'}" in str(image) for image in written)
