"""What an endpoint does beside answering calls: capture, asynchronous calls, explanations, metrics."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from sagemaker_multi_container import (
    AsyncInference,
    AsyncNotification,
    CaptureMode,
    ClarifyExplainer,
    DataCapture,
    EndpointConfigurationError,
    FeatureType,
    MetricsConfig,
    ShapBaseline,
    TextGranularity,
)

from .builders import endpoint, properties, statements, wrong

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def bucket(stack: cdk.Stack, name: str = "results", key: kms.IKey | None = None) -> s3.IBucket:
    """A bucket that exists, and its key."""
    return s3.Bucket.from_bucket_attributes(stack, name, bucket_name=name, encryption_key=key)


def config(stack: cdk.Stack, name: str, **arguments: Any) -> dict[str, Any]:
    """A property of an endpoint's config."""
    endpoint(stack, **arguments)
    return dict(properties(stack, "SageMaker::EndpointConfig")[name])


def test_captures_all_calls_unless_told(stack: cdk.Stack) -> None:
    captured = config(stack, "DataCaptureConfig", data_capture=DataCapture(bucket=bucket(stack)))

    assert captured == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://results/",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    assert "kms:Decrypt" not in statements(stack)


def test_captures_a_part_of_the_calls_where_it_may(stack: cdk.Stack) -> None:
    capture = DataCapture(
        bucket=bucket(stack),
        prefix="captured/search/",
        sampling_percentage=0,
        capture=[CaptureMode.INPUT_AND_OUTPUT],
        encryption_key=kms.Key.from_key_arn(stack, "Key", KEY),
        csv_content_types=["text/csv"],
        json_content_types=["application/json"],
        enabled=False,
    )

    assert config(stack, "DataCaptureConfig", data_capture=capture) == {
        "EnableCapture": False,
        "InitialSamplingPercentage": 0,
        "DestinationS3Uri": "s3://results/captured/search",
        "KmsKeyId": KEY,
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    allowed = statements(stack)
    assert "results/captured/search/*" in str(allowed["s3:AbortMultipartUpload"]["Resource"])
    assert allowed["kms:Decrypt"] == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
    }


def test_encrypts_with_the_key_of_the_bucket(stack: cdk.Stack) -> None:
    """S3 does it; the role must be allowed to use the key."""
    encrypted = bucket(stack, key=kms.Key.from_key_arn(stack, "Key", KEY))
    captured = config(stack, "DataCaptureConfig", data_capture=DataCapture(bucket=encrypted))

    assert "KmsKeyId" not in captured
    assert statements(stack)["kms:Decrypt"]["Resource"] == KEY


def test_answers_asynchronously(stack: cdk.Stack) -> None:
    topic = sns.Topic.from_topic_arn(stack, "Good", "arn:aws:sns:us-east-1:123456789012:good")
    asynchronous = AsyncInference(
        bucket=bucket(stack),
        prefix="answers",
        failure_prefix="failures/",
        encryption_key=kms.Key.from_key_arn(stack, "Key", KEY),
        input_bucket=bucket(stack, "requests"),
        input_prefix="search/",
        success_topic=topic,
        include_response_in=[AsyncNotification.SUCCESS],
        max_concurrent_invocations_per_instance=4,
    )

    assert config(stack, "AsyncInferenceConfig", async_inference=asynchronous) == {
        "OutputConfig": {
            "S3OutputPath": "s3://results/answers",
            "S3FailurePath": "s3://results/failures",
            "KmsKeyId": KEY,
            "NotificationConfig": {
                "SuccessTopic": "arn:aws:sns:us-east-1:123456789012:good",
                "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"],
            },
        },
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
    }
    allowed = statements(stack)
    assert allowed["sns:Publish"]["Resource"] == "arn:aws:sns:us-east-1:123456789012:good"
    assert "requests/search/*" in str(allowed["s3:GetObject"]["Resource"])


def test_publishes_to_topics_with_a_key(stack: cdk.Stack) -> None:
    topic = sns.Topic(stack, "Bad", master_key=kms.Key.from_key_arn(stack, "Key", KEY))
    asynchronous = AsyncInference(bucket=bucket(stack), error_topic=topic)
    endpoint(stack, async_inference=asynchronous)

    assert statements(stack)["kms:Decrypt"] == {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
    }


def test_explains_with_a_baseline_in_the_template(stack: cdk.Stack) -> None:
    explainer = ClarifyExplainer(
        baseline=ShapBaseline.from_text("1,2,3", mime_type="text/csv"),
        enable_explanations="`true`",
        number_of_samples=50,
        use_logit=False,
        seed=0,
        text_language="en",
        text_granularity=TextGranularity.SENTENCE,
        features_attribute="features",
        content_template='{"f": $features}',
        max_record_count=10,
        max_payload=cdk.Size.mebibytes(6),
        probability_index=0,
        label_index=1,
        probability_attribute="p",
        label_attribute="l",
        label_headers=["yes", "no"],
        feature_headers=["text"],
        feature_types=[FeatureType.TEXT],
    )

    assert config(stack, "ExplainerConfig", explainer=explainer) == {
        "ClarifyExplainerConfig": {
            "EnableExplanations": "`true`",
            "ShapConfig": {
                "ShapBaselineConfig": {"ShapBaseline": "1,2,3", "MimeType": "text/csv"},
                "NumberOfSamples": 50,
                "UseLogit": False,
                "Seed": 0,
                "TextConfig": {"Language": "en", "Granularity": "sentence"},
            },
            "InferenceConfig": {
                "FeaturesAttribute": "features",
                "ContentTemplate": '{"f": $features}',
                "MaxRecordCount": 10,
                "MaxPayloadInMB": 6,
                "ProbabilityIndex": 0,
                "LabelIndex": 1,
                "ProbabilityAttribute": "p",
                "LabelAttribute": "l",
                "LabelHeaders": ["yes", "no"],
                "FeatureHeaders": ["text"],
                "FeatureTypes": ["text"],
            },
        }
    }


def test_explains_with_a_baseline_in_s3(stack: cdk.Stack) -> None:
    explainer = ClarifyExplainer(baseline=ShapBaseline.from_bucket(bucket(stack), "baseline.csv"))
    explained = config(stack, "ExplainerConfig", explainer=explainer)

    shap = {"ShapBaselineConfig": {"ShapBaselineUri": "s3://results/baseline.csv"}}
    assert explained == {"ClarifyExplainerConfig": {"ShapConfig": shap}}
    assert "results/baseline.csv" in str(statements(stack)["s3:GetObject"]["Resource"])


def test_publishes_more_metrics(stack: cdk.Stack) -> None:
    more = MetricsConfig(
        enhanced_metrics=True, detailed_observability=False, publish_frequency=cdk.Duration.seconds(10)
    )

    assert config(stack, "MetricsConfig", metrics_config=more) == {
        "EnableEnhancedMetrics": True,
        "EnableDetailedObservability": False,
        "MetricPublishFrequencyInSeconds": 10,
    }


@pytest.mark.parametrize(
    ("argument", "value", "where"),
    [
        pytest.param("data_capture", "s3://results", "data_capture", id="capture"),
        pytest.param("data_capture", DataCapture(bucket=wrong("results")), "data_capture.bucket", id="bucket"),
        pytest.param("async_inference", {"bucket": "results"}, "async_inference", id="asynchronous"),
        pytest.param(
            "async_inference", AsyncInference(bucket=wrong(None)), "async_inference.bucket", id="no output bucket"
        ),
        pytest.param("explainer", ClarifyExplainer(baseline=wrong("1,2")), "explainer.baseline", id="baseline"),
        pytest.param(
            "explainer",
            ClarifyExplainer(baseline=ShapBaseline.from_bucket(wrong("results"), "key")),
            "explainer.baseline",
            id="baseline's bucket",
        ),
        pytest.param(
            "explainer",
            ClarifyExplainer(baseline=ShapBaseline.from_text("1"), max_payload=wrong(6)),
            "explainer.max_payload",
            id="payload",
        ),
        pytest.param(
            "metrics_config", MetricsConfig(enhanced_metrics=wrong(1)), "metrics_config.enhanced_metrics", id="metrics"
        ),
    ],
)
def test_refuses_arguments_of_wrong_types(stack: cdk.Stack, argument: str, value: object, where: str) -> None:
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, **wrong({argument: value}))

    assert [problem.where.partition(" (")[0] for problem in refused.value.problems] == [where]


@pytest.mark.parametrize("prefix", ["s3://results/captured", "/captured"])
def test_a_prefix_is_what_comes_after_the_bucket(stack: cdk.Stack, prefix: str) -> None:
    with pytest.raises(EndpointConfigurationError, match="expected what comes after the bucket"):
        endpoint(stack, data_capture=DataCapture(bucket=bucket(stack), prefix=prefix))


def test_content_types_are_a_list(stack: cdk.Stack) -> None:
    capture = DataCapture(bucket=bucket(stack), csv_content_types="text/csv", json_content_types=[wrong(1)])
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, data_capture=capture)

    assert [problem.where.partition(" (")[0] for problem in refused.value.problems] == [
        "data_capture.csv_content_types",
        "data_capture.json_content_types[0]",
    ]


def test_reads_encrypted_requests(stack: cdk.Stack) -> None:
    requests = bucket(stack, "requests", kms.Key.from_key_arn(stack, "Key", KEY))
    endpoint(stack, async_inference=AsyncInference(bucket=bucket(stack), input_bucket=requests))

    assert statements(stack)["kms:Decrypt"] == {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}


def test_a_key_may_be_an_alias(stack: cdk.Stack) -> None:
    """A permission on an alias is none on its key, so it is one on whatever key has the alias."""
    encrypted = bucket(stack, key=kms.Alias.from_alias_name(stack, "Alias", "alias/results"))
    endpoint(stack, data_capture=DataCapture(bucket=encrypted))

    allowed = statements(stack)["kms:Decrypt"]
    assert allowed["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ["alias/results"]}}
    assert str(allowed["Resource"]).count(":key/*") == 1


def test_a_prefix_is_no_pattern(stack: cdk.Stack) -> None:
    endpoint(stack, data_capture=DataCapture(bucket=bucket(stack), prefix="a*?"))

    assert "results/a${*}${?}/*" in str(statements(stack)["s3:AbortMultipartUpload"]["Resource"])


@pytest.mark.parametrize(
    ("argument", "where"),
    [
        (lambda far: {"data_capture": DataCapture(bucket=far)}, "data_capture.bucket"),
        (lambda far: {"async_inference": AsyncInference(bucket=far)}, "async_inference.bucket"),
        (
            lambda far: {"explainer": ClarifyExplainer(baseline=ShapBaseline.from_bucket(far, "key"))},
            "explainer.baseline",
        ),
    ],
)
def test_buckets_are_in_the_region_of_the_endpoint(app: cdk.App, argument: Any, where: str) -> None:
    stack = cdk.Stack(app, "Ireland", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    far = s3.Bucket.from_bucket_attributes(stack, "Far", bucket_name="far", region="us-east-1")
    with pytest.raises(EndpointConfigurationError) as refused:
        endpoint(stack, **argument(far))

    (problem,) = refused.value.problems
    assert (problem.rule, problem.where.partition(" (")[0]) == ("MCE-C46", where)


def test_an_input_prefix_is_one_of_an_input_bucket(stack: cdk.Stack) -> None:
    with pytest.raises(EndpointConfigurationError, match="is given without an input_bucket"):
        endpoint(stack, async_inference=AsyncInference(bucket=bucket(stack), input_prefix="requests/"))
