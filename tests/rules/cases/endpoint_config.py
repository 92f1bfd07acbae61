"""Endpoint configs as a whole."""

from sagemaker_multi_container.rules import Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, COMPONENTS, SERIAL, SINGLE, variant

CAPTURE = "Config.DataCaptureConfig"
OPTIONS = f"{CAPTURE}.CaptureOptions"
METRICS = "Config.MetricsConfig"
ASYNC = "Config.AsyncInferenceConfig"
OUTPUT = f"{ASYNC}.OutputConfig"
SHADOWS = "Config.ShadowProductionVariants"
CLARIFY = "Config.ExplainerConfig.ClarifyExplainerConfig"
BASELINE = f"{CLARIFY}.ShapConfig.ShapBaselineConfig"
VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}

KEY = "Config.KmsKeyId"

CASES = [
    breaks("MCE-E01", {"Config.EndpointConfigName": "a_b"}, "Config.EndpointConfigName", "'a_b' is not valid"),
    keeps("MCE-E01", {"Config.EndpointConfigName": "a-b"}),
    breaks(
        "MCE-E02",
        {"Config.ProductionVariants": [variant("A"), variant("B")], SHADOWS: [variant("C")]},
        SHADOWS,
        "got 2 production and 1 shadow variants",
        base=SERIAL,
    ),
    breaks("MCE-E02", {SHADOWS: []}, SHADOWS, "got 1 production and 0 shadow variants"),
    breaks("MCE-E02", {SHADOWS: [variant("B"), variant("C")]}, SHADOWS, "1 production and 2 shadow variants"),
    keeps("MCE-E02", {SHADOWS: [variant("B"), Unknown()]}),
    breaks("MCE-E15", {SHADOWS: [variant("B")]}, SHADOWS, "excludes from shadow tests"),
    keeps("MCE-E15", {SHADOWS: [variant("B")]}, base=SINGLE),
    keeps("MCE-E15", {SHADOWS: Unknown()}),
    breaks("MCE-E16", {CLARIFY: {}}, CLARIFY, "has no SHAP configuration"),
    breaks("MCE-E16", {f"{CLARIFY}.ShapConfig": {}}, f"{CLARIFY}.ShapConfig", "has no SHAP baseline"),
    breaks(
        "MCE-E16",
        {f"{CLARIFY}.ShapConfig": {"ShapBaselineConfig": {}, "NumberOfSamples": 0}},
        f"{CLARIFY}.ShapConfig.NumberOfSamples",
        "got 0; it must be at least 1",
    ),
    breaks(
        "MCE-E16",
        {f"{CLARIFY}.InferenceConfig": {"MaxPayloadInMB": 26}},
        f"{CLARIFY}.InferenceConfig.MaxPayloadInMB",
        "it must be 1 to 25 MB",
    ),
    breaks(
        "MCE-E16",
        {f"{CLARIFY}.ShapConfig.TextConfig": {"Language": "english", "Granularity": "token"}},
        f"{CLARIFY}.ShapConfig.TextConfig.Language",
        "got 'english'",
    ),
    keeps(
        "MCE-E16",
        {f"{CLARIFY}.InferenceConfig": {"MaxPayloadInMB": 25, "FeatureTypes": ["text"], "LabelHeaders": ["a" * 64]}},
    ),
    breaks("MCE-E03", {"Model.InferenceExecutionConfig.Mode": "Direct"}, ASYNC, "cannot name a container", base=SERIAL),
    keeps("MCE-E03", {"Model.InferenceExecutionConfig.Mode": Unknown()}, base=SERIAL),
    keeps("MCE-E03", {ASYNC: {"OutputConfig": {}}}, base=SINGLE),
    breaks("MCE-E14", {KEY: "a key"}, KEY, "the id, the alias or the ARN of a KMS key"),
    breaks(
        "MCE-E14",
        {"region": "us-east-1", KEY: "arn:aws:kms:eu-west-1:123456789012:key/1"},
        KEY,
        "is in eu-west-1, but the endpoint is in us-east-1",
    ),
    keeps("MCE-E14", {"region": "us-east-1", KEY: "arn:aws:kms:us-east-1:123456789012:alias/mine"}),
    keeps("MCE-E14", {"region": "us-east-1", KEY: Unknown(prefix="arn:aws:kms:")}),
    breaks("MCE-E04", {ASYNC: {}}, ASYNC, "has no output configuration", base=SERIAL),
    breaks("MCE-E04", {f"{OUTPUT}.S3OutputPath": "results"}, f"{OUTPUT}.S3OutputPath", "expected s3://", base=SERIAL),
    breaks(
        "MCE-E04",
        {f"{ASYNC}.ClientConfig.MaxConcurrentInvocationsPerInstance": 1001},
        f"{ASYNC}.ClientConfig.MaxConcurrentInvocationsPerInstance",
        "it must be 1 to 1000",
        base=SERIAL,
    ),
    breaks(
        "MCE-E04",
        {f"{OUTPUT}.NotificationConfig.ErrorTopic": "bad"},
        f"{OUTPUT}.NotificationConfig.ErrorTopic",
        "the ARN of an SNS topic",
        base=SERIAL,
    ),
    breaks(
        "MCE-E04",
        {f"{OUTPUT}.S3FailurePath": Unknown("gs://", "/failed")},
        f"{OUTPUT}.S3FailurePath",
        "expected s3://",
        base=SERIAL,
    ),
    keeps("MCE-E04", {f"{OUTPUT}.S3OutputPath": Unknown("s3://", "/answers")}, base=SERIAL),
    keeps("MCE-E04", {f"{OUTPUT}.S3OutputPath": Unknown(), f"{OUTPUT}.NotificationConfig": Unknown()}, base=SERIAL),
    breaks(
        "MCE-E05",
        {f"{CAPTURE}.InitialSamplingPercentage": 101},
        f"{CAPTURE}.InitialSamplingPercentage",
        "got 101; it must be 0 to 100 percent",
    ),
    breaks("MCE-E05", {f"{CAPTURE}.DestinationS3Uri": ABSENT}, CAPTURE, "has no destination in Amazon S3"),
    breaks("MCE-E05", {OPTIONS: []}, OPTIONS, "got 0 capture options"),
    breaks(
        "MCE-E05",
        {f"{CAPTURE}.CaptureContentTypeHeader.CsvContentTypes[0]": "csv"},
        f"{CAPTURE}.CaptureContentTypeHeader.CsvContentTypes[0]",
        "a media type such as text/csv",
    ),
    breaks(
        "MCE-E05",
        {f"{CAPTURE}.DestinationS3Uri": Unknown("captured/")},
        f"{CAPTURE}.DestinationS3Uri",
        "expected s3://",
    ),
    keeps("MCE-E05", {f"{CAPTURE}.InitialSamplingPercentage": 0}),
    breaks(
        "MCE-E06",
        {CAPTURE: {"DestinationS3Uri": "s3://captured"}},
        CAPTURE,
        "of the whole pipeline",
        base=SERIAL,
    ),
    keeps("MCE-E06", {CAPTURE: {"EnableCapture": False}}, base=SERIAL),
    keeps("MCE-E06", {CAPTURE: {"DestinationS3Uri": "s3://captured"}}, base=SINGLE),
    breaks(
        "MCE-E07", {f"{OPTIONS}[1].CaptureMode": "Input"}, f"{OPTIONS}[1].CaptureMode", "'Input' is captured already"
    ),
    breaks("MCE-E07", {f"{OPTIONS}[1].CaptureMode": "Both"}, f"{OPTIONS}[1].CaptureMode", "got 'Both'"),
    keeps("MCE-E07", {f"{OPTIONS}[1].CaptureMode": Unknown()}),
    breaks(
        "MCE-E08",
        {f"{METRICS}.MetricPublishFrequencyInSeconds": 45},
        f"{METRICS}.MetricPublishFrequencyInSeconds",
        "it must be 10, 30, 60, 120, 180, 240 or 300",
    ),
    keeps("MCE-E08", {f"{METRICS}.MetricPublishFrequencyInSeconds": 300}),
    breaks(
        "MCE-E09",
        {f"{METRICS}.EnableEnhancedMetrics": True},
        f"{METRICS}.EnableEnhancedMetrics",
        "but not the containers",
    ),
    keeps("MCE-E09", {f"{METRICS}.EnableEnhancedMetrics": False}),
    keeps("MCE-E09", {METRICS: {"EnableEnhancedMetrics": True}}, base=SINGLE),
    breaks(
        "MCE-E10", {"Config.CrossRegionTrafficConfig": {}}, "Config.CrossRegionTrafficConfig", "not to CloudFormation"
    ),
    breaks(
        "MCE-E10",
        {"Config.ProductionVariants[0].AcceleratorPartitionLayouts": []},
        "Config.ProductionVariants[0].AcceleratorPartitionLayouts",
        "not to CloudFormation",
    ),
    keeps("MCE-E10", {"Config.CrossRegionTrafficConfig": None}),
    breaks("MCE-E11", {"Config.KmsKeyId": ABSENT}, "Config", "no KMS key"),
    keeps("MCE-E11", {"Config.KmsKeyId": Unknown()}),
    keeps("MCE-E11", {}, base=SINGLE),
    breaks("MCE-E12", {f"{BASELINE}.ShapBaselineUri": "s3://a/b"}, BASELINE, "it takes one of them"),
    keeps("MCE-E12", {BASELINE: {"ShapBaselineUri": "s3://a/b"}}),
    breaks("MCE-M11", {"Config.VpcConfig": VPC}, "Config.VpcConfig", "is for inference components"),
    breaks("MCE-M11", {"Config.EnableNetworkIsolation": True}, "Config.EnableNetworkIsolation", "inference components"),
    keeps("MCE-M11", {"Config.EnableNetworkIsolation": False, "Config.VpcConfig": Unknown()}),
    keeps("MCE-M11", {}, base=COMPONENTS),
]
