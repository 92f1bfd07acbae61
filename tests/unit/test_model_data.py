"""Where model artefacts come from, and what the role may read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from sagemaker_multi_container import EndpointConfigurationError, ModelData

from .builders import container, endpoint, properties, statements, wrong


def container_with(stack: cdk.Stack, model_data: ModelData, **arguments: Any) -> dict[str, Any]:
    """The synthesized container that has the model data."""
    endpoint(stack, containers=[container("a", model_data=model_data, **arguments), container("b")])
    found: dict[str, Any] = properties(stack, "SageMaker::Model")["Containers"][0]
    return found


def arn(path: str) -> dict[str, Any]:
    """The ARN of something in S3 as CloudFormation writes it."""
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":s3:::{path}"]]}


@pytest.fixture(name="bucket")
def _bucket(stack: cdk.Stack) -> s3.IBucket:
    return s3.Bucket.from_bucket_name(stack, "Bucket", "models")


def test_reads_exactly_one_archive(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    """No other object, and no listing."""
    written = container_with(stack, ModelData.from_bucket(bucket, "ranker/model.tar.gz"))

    assert written["ModelDataUrl"] == "s3://models/ranker/model.tar.gz"
    assert statements(stack)["s3:GetObject"]["Resource"] == arn("models/ranker/model.tar.gz")
    assert "s3:ListBucket" not in statements(stack)


def test_reads_what_is_below_a_prefix(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    """Uncompressed artefacts, which SageMaker must list."""
    written = container_with(stack, ModelData.from_prefix(bucket, "ranker/"))

    assert written["ModelDataSource"] == {
        "S3DataSource": {"S3Uri": "s3://models/ranker/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    }
    assert statements(stack)["s3:GetObject"]["Resource"] == arn("models/ranker/*")
    assert statements(stack)["s3:ListBucket"] == {
        "Action": "s3:ListBucket",
        "Effect": "Allow",
        "Resource": arn("models"),
        "Condition": {"StringLike": {"s3:prefix": "ranker/*"}},
    }


def test_a_multi_model_container_loads_from_a_prefix(stack: cdk.Stack, bucket: s3.IBucket) -> None:
    """Given as ModelDataUrl: SageMaker takes no ModelDataSource there."""
    written = container_with(stack, ModelData.from_prefix(bucket, "many/"), multi_model=True, model_cache=False)

    assert written["Mode"] == "MultiModel"
    assert written["ModelDataUrl"] == "s3://models/many/"
    assert written["MultiModelConfig"] == {"ModelCacheSetting": "Disabled"}


@pytest.mark.parametrize(
    ("uri", "resource"),
    [("s3://models/a/model.tar.gz", "models/a/model.tar.gz"), ("s3://models/a/", "models/a/*")],
)
def test_an_s3_uri_names_what_to_read(stack: cdk.Stack, uri: str, resource: str) -> None:
    """An archive, or everything below a prefix."""
    container_with(stack, ModelData.from_s3_uri(uri))

    assert statements(stack)["s3:GetObject"]["Resource"] == arn(resource)


def test_accepts_a_licence(stack: cdk.Stack) -> None:
    """For models that are gated by one."""
    written = container_with(stack, ModelData.from_s3_uri("s3://models/llama/", accept_eula=True))

    assert written["ModelDataSource"]["S3DataSource"]["ModelAccessConfig"] == {"AcceptEula": True}


def test_decrypts_with_the_buckets_key(stack: cdk.Stack) -> None:
    """With this key and no other."""
    key = kms.Key(stack, "Key")
    bucket = s3.Bucket(stack, "Bucket", encryption=s3.BucketEncryption.KMS, encryption_key=key)
    container_with(stack, ModelData.from_bucket(bucket, "ranker/model.tar.gz"))

    assert statements(stack)["kms:Decrypt"]["Resource"] == stack.resolve(key.key_arn)


def test_uploads_a_local_archive(stack: cdk.Stack, tmp_path: Path) -> None:
    """As a file asset; the role may read this object only."""
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"weights")
    written = container_with(stack, ModelData.from_asset(str(archive)))

    assert "cdk-hnb659fds-assets" in str(written["ModelDataUrl"])
    assert str(statements(stack)["s3:GetObject"]["Resource"]).count(".gz") == 1


@pytest.mark.parametrize(
    ("name", "complaint"), [("missing.tar.gz", "there is no file"), ("model.zip", "is no .tar.gz file")]
)
def test_refuses_a_file_that_is_no_archive(tmp_path: Path, name: str, complaint: str) -> None:
    """Before the CDK stages it."""
    (tmp_path / "model.zip").write_bytes(b"")

    with pytest.raises(EndpointConfigurationError, match=complaint):
        ModelData.from_asset(str(tmp_path / name))


def test_refuses_a_uri_that_is_not_in_s3() -> None:
    """With what it looked like."""
    with pytest.raises(EndpointConfigurationError, match=r"'/models/a.tar.gz' does not begin with s3://"):
        ModelData.from_s3_uri("/models/a.tar.gz")


def test_refuses_a_name_for_a_bucket() -> None:
    """And says how to make one."""
    with pytest.raises(EndpointConfigurationError, match=r"the str 'models'.*\n.*from_bucket_name"):
        ModelData.from_bucket(wrong("models"), "a.tar.gz")


def test_decrypts_with_the_key_behind_an_alias(stack: cdk.Stack) -> None:
    """Permissions on an alias are none on its key."""
    key = kms.Key(stack, "Key")
    alias = kms.Alias(stack, "Alias", alias_name="alias/models", target_key=key)
    bucket = s3.Bucket(stack, "Bucket", encryption=s3.BucketEncryption.KMS, encryption_key=alias)
    container_with(stack, ModelData.from_bucket(bucket, "ranker/model.tar.gz"))

    assert statements(stack)["kms:Decrypt"]["Resource"] == stack.resolve(key.key_arn)


def test_refuses_a_revision_that_is_known_at_deployment_only(stack: cdk.Stack) -> None:
    """A change of it could no longer make a new model."""
    revision = cdk.CfnParameter(stack, "Revision").value_as_string

    with pytest.raises(EndpointConfigurationError, match=r"revision \(\S*test_model_data.py:\d+\): is only known at"):
        ModelData.from_s3_uri("s3://models/a/model.tar.gz", revision=revision)


def test_refuses_a_uri_for_a_key(bucket: s3.IBucket) -> None:
    """The bucket is named already."""
    with pytest.raises(EndpointConfigurationError, match="is a URI, expected what comes after the bucket"):
        ModelData.from_bucket(bucket, "s3://models/a/model.tar.gz")


def test_refuses_a_licence_that_is_neither_accepted_nor_not() -> None:
    """Nobody accepts one by `"no"`."""
    with pytest.raises(EndpointConfigurationError, match="accept_eula"):
        ModelData.from_s3_uri("s3://models/llama/", accept_eula=wrong("no"))


def test_refuses_a_prefix_of_an_unknown_bucket(stack: cdk.Stack) -> None:
    """Which bucket the role may list could not be said."""
    uri = cdk.CfnParameter(stack, "Uri").value_as_string

    with pytest.raises(EndpointConfigurationError, match="use from_prefix"):
        ModelData.from_s3_uri(f"{uri}/")


def test_keys_are_no_patterns(stack: cdk.Stack) -> None:
    """IAM would take an asterisk for one."""
    container_with(stack, ModelData.from_s3_uri("s3://models/*/model.tar.gz"))

    assert statements(stack)["s3:GetObject"]["Resource"] == arn("models/${*}/model.tar.gz")


@pytest.mark.parametrize("uri", ["s3://models/many", "s3://models/many.bin"])
def test_refuses_one_object_for_many_models(stack: cdk.Stack, uri: str) -> None:
    """The role could read no model."""
    with pytest.raises(EndpointConfigurationError, match=r"MCE-C33[\s\S]*from_prefix"):
        container_with(stack, ModelData.from_s3_uri(uri), multi_model=True)


def test_refuses_a_multi_model_container_without_models(stack: cdk.Stack) -> None:
    """There would be nothing to load."""
    with pytest.raises(EndpointConfigurationError, match="MCE-C33"):
        endpoint(stack, containers=[container("a", multi_model=True), container("b")])


def test_refuses_a_licence_for_many_models(stack: cdk.Stack) -> None:
    """It would be lost without a word."""
    gated = ModelData.from_s3_uri("s3://models/many/", accept_eula=True)

    with pytest.raises(EndpointConfigurationError, match="is gated by a license agreement or a hub"):
        container_with(stack, gated, multi_model=True)


def test_an_uncompressed_gated_object_is_not_unpacked(stack: cdk.Stack) -> None:
    """Only an archive is."""
    written = container_with(stack, ModelData.from_s3_uri("s3://models/llama.safetensors", accept_eula=True))

    assert written["ModelDataSource"]["S3DataSource"]["CompressionType"] == "None"


def model_id(app: cdk.App, name: str, *revisions: str | None) -> str:
    """The Model's logical id where the containers' artefacts have these revisions."""
    stack = cdk.Stack(app, name)
    data = [ModelData.from_s3_uri("s3://models/a/model.tar.gz", revision=revision) for revision in revisions]
    made = endpoint(stack, containers=[container(f"c{index}", model_data=each) for index, each in enumerate(data)])
    logical_id: str = stack.resolve(made.cfn_models[0].logical_id)
    return logical_id


def test_a_new_revision_makes_a_new_model(app: cdk.App) -> None:
    """The same key: CloudFormation would see no change, and a retrained model would not be rolled out."""
    before = model_id(app, "Before", "1", None)

    assert model_id(app, "Same", "1", None) == before
    assert model_id(app, "Retrained", "2", None) != before
    assert model_id(app, "Other", None, "1") != before


def test_the_bucket_is_in_the_region_of_the_endpoint(app: cdk.App) -> None:
    """Said at synth, as far as both regions are known then."""
    stack = cdk.Stack(app, "Ireland", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    far = s3.Bucket.from_bucket_attributes(stack, "Far", bucket_name="far", region="us-east-1")
    near = s3.Bucket.from_bucket_name(stack, "Near", "near")
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(
            stack,
            containers=[
                container("a", model_data=ModelData.from_bucket(near, "model.tar.gz")),
                container("b", model_data=ModelData.from_bucket(far, "model.tar.gz")),
            ],
        )

    (problem,) = refused.value.problems
    assert (problem.rule, problem.where.partition(" (")[0]) == ("MCE-C46", "containers[1].model_data")
    assert problem.message == "is in us-east-1, and the endpoint is in eu-west-1"


def test_takes_artefacts_of_a_hub(stack: cdk.Stack) -> None:
    content = "arn:aws:sagemaker:us-east-1:123456789012:hub-content/hub/Model/model/1.0.0"
    data = ModelData.from_s3_uri("s3://models/model.tar.gz", hub_content_arn=content)
    endpoint(stack, containers=[container("a", model_data=data), container("b")])

    source = properties(stack, "SageMaker::Model")["Containers"][0]["ModelDataSource"]["S3DataSource"]
    assert source["HubAccessConfig"] == {"HubContentArn": content}
    assert source["CompressionType"] == "Gzip"


@pytest.mark.parametrize(
    "content", ["abc", "arn:aws:sagemaker:us-east-1:123456789012:hub/hub", "arn:aws:s3:::hub-content/a/b", ""]
)
def test_refuses_what_is_no_content_of_a_hub(content: str) -> None:
    with pytest.raises(EndpointConfigurationError, match="which is not the ARN of hub content"):
        ModelData.from_s3_uri("s3://models/model.tar.gz", hub_content_arn=content)


@pytest.mark.parametrize("path", ["a" * 5000, "a\0b"], ids=["long", "nul"])
def test_refuses_what_cannot_be_a_file(path: str) -> None:
    with pytest.raises(EndpointConfigurationError, match="there is no file "):
        ModelData.from_asset(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ModelData.from_bucket(wrong(s3.Bucket), "model.tar.gz"),
        lambda: ModelData.from_prefix(wrong(s3.Bucket), "models/"),
        lambda: ModelData.from_s3_uri(wrong(cdk.Token.as_number({"Ref": "Uri"}))),
        lambda: ModelData.from_s3_uri(wrong(cdk.Token.as_list({"Ref": "Uri"}))),
    ],
    ids=["bucket", "prefix", "number", "list"],
)
def test_refuses_what_is_neither_a_bucket_nor_a_uri(make: Any) -> None:
    with pytest.raises(
        EndpointConfigurationError, match=r"test_model_data.py:\d+\): is (the class|a \w+ that is only)"
    ):
        make()


def test_takes_tokens_for_artefacts_of_a_hub(stack: cdk.Stack) -> None:
    """Not only as strings: `parameter.value`."""
    token: Any = cdk.CfnParameter(stack, "Given").value
    data = ModelData.from_s3_uri(token, hub_content_arn=token)
    endpoint(stack, containers=[container("a", model_data=data), container("b")])

    source = properties(stack, "SageMaker::Model")["Containers"][0]["ModelDataSource"]["S3DataSource"]
    assert source["S3Uri"] == {"Ref": "Given"}
    assert source["HubAccessConfig"] == {"HubContentArn": {"Ref": "Given"}}
