"""What the rules are to say of each template in `templates`, and of a mistake in it.

All of them are right: SageMaker would take them. What is said of them is true, of how they are scaled, say, or which
policies would object. A finding beside these is a defect of the reader or of a rule, and so is one that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagemaker_multi_container.template import TYPES

MODEL, CONFIG, ENDPOINT, TARGET, POLICY = TYPES.values()


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A change to the text of a template that SageMaker or CloudFormation would refuse, or that is not meant."""

    instead_of: str
    """What stands in the file, once."""
    write: str
    finds: tuple[str, ...]
    """What the rules find then and did not find before, as in `Expectation.remarks`."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What is to be read in a template, and what is to be said of it."""

    reads: Mapping[str, str]
    """The resources that the rules look at: their types by logical id."""
    remarks: tuple[str, ...] = ()
    """What the rules find, each as the rule and the property: `MCE-V30 Config.ProductionVariants[0].InstanceType`."""
    mistakes: tuple[Mistake, ...]
    choices: Mapping[str, str | int] = field(default_factory=dict)
    """What those may give for parameters who deploy it, so that other resources and properties come into being."""


_ROUTING = "FraudEndpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"
_CONTAINER_OF_MANY = """
        - ContainerHostname: extra{0}
          Image: !Sub 763104351884.dkr.ecr.${{AWS::Region}}.amazonaws.com/tensorflow-inference:2.14.1-cpu"""

CORPUS: Mapping[str, Expectation] = {
    "asynchronous.yaml": Expectation(
        reads={
            "Transcriber": MODEL,
            "TranscriberConfig": CONFIG,
            "TranscriberEndpoint": ENDPOINT,
            "Fleet": TARGET,
            "Backlog": POLICY,
        },
        remarks=(
            "MCE-M09 Transcriber",
            "MCE-E11 TranscriberConfig",
            "MCE-V30 TranscriberConfig.ProductionVariants[0].InitialInstanceCount",
            "MCE-P17 Fleet.ResourceId",
        ),
        mistakes=(
            Mistake(
                instead_of="S3OutputPath: !Sub s3://",
                write="S3OutputPath: !Sub gs://",
                finds=("MCE-E04 TranscriberConfig.AsyncInferenceConfig.OutputConfig.S3OutputPath",),
            ),
            Mistake(
                instead_of="endpoint/${TranscriberEndpoint.EndpointName}/variant/gpu",
                write="endpoint/${TranscriberEndpoint}/variant/gpu",
                finds=("MCE-A01 Fleet.ResourceId",),
            ),
            Mistake(
                instead_of="AsyncInferenceConfig:",
                write="AsyncInferenceConfiguration:",
                finds=("MCE-T04 TranscriberConfig.AsyncInferenceConfiguration", "MCE-A05 Fleet.MinCapacity"),
            ),
        ),
    ),
    "autoscaling.yaml": Expectation(
        reads={
            "RecommenderModel": MODEL,
            "RecommenderConfig": CONFIG,
            "RecommenderEndpoint": ENDPOINT,
            "RecommenderTarget": TARGET,
            "RecommenderPolicy": POLICY,
        },
        remarks=(
            "MCE-M09 RecommenderModel",
            "MCE-E11 RecommenderConfig",
            "MCE-V30 RecommenderConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of="/variant/primary",
                write="/variant/AllTraffic",
                finds=("MCE-A01 RecommenderTarget.ResourceId",),
            ),
            Mistake(
                instead_of="RetainAllVariantProperties: true",
                write="RetainAllVariantProperties: false",
                finds=(
                    "MCE-P16 RecommenderEndpoint.ExcludeRetainedVariantProperties",
                    "MCE-P17 RecommenderTarget.ResourceId",
                ),
            ),
            Mistake(
                instead_of="dev: {Type: ml.m5.large, Least: 1, Most: 2}",
                write="dev: {Type: ml.t2.medium, Least: 1, Most: 2}",
                finds=("MCE-V14 RecommenderTarget.ResourceId",),
            ),
        ),
    ),
    "direct-containers.yaml": Expectation(
        reads={"VisionModel": MODEL, "VisionConfig": CONFIG, "VisionEndpoint": ENDPOINT},
        remarks=("MCE-M09 VisionModel",),
        mistakes=(
            Mistake(
                instead_of="Mode: Direct",
                write="Mode: direct",
                finds=("MCE-C12 VisionModel.InferenceExecutionConfig.Mode",),
            ),
            Mistake(
                instead_of="- ContainerHostname: pytorch\n          Image",
                write="- Image",
                finds=("MCE-C04 VisionModel.Containers[1]",),
            ),
            Mistake(
                instead_of="ContainerHostname: pytorch",
                write="ContainerHostname: tensorflow",
                finds=("MCE-C06 VisionModel.Containers[1].ContainerHostname",),
            ),
            Mistake(
                instead_of="      Containers:",
                write="      Containers:" + "".join(map(_CONTAINER_OF_MANY.format, range(14))),
                finds=("MCE-C01 VisionModel.Containers",),
            ),
        ),
    ),
    "explained.yaml": Expectation(
        reads={"ReviewsModel": MODEL, "ReviewsConfig": CONFIG, "ReviewsEndpoint": ENDPOINT},
        remarks=(
            "MCE-M09 ReviewsModel",
            "MCE-E11 ReviewsConfig",
            "MCE-V30 ReviewsConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:",
                write="docker.io/library/scikit-learn:",
                finds=("MCE-C18 ReviewsModel.PrimaryContainer.Image",),
            ),
            Mistake(
                instead_of="Granularity: sentence",
                write="Granularity: line",
                finds=(
                    "MCE-E16 ReviewsConfig.ExplainerConfig.ClarifyExplainerConfig.ShapConfig.TextConfig.Granularity",
                ),
            ),
        ),
    ),
    "for-each.yaml": Expectation(
        # What the macro repeats is not known before it has run.
        reads={"SpeechConfig": CONFIG, "SpeechEndpoint": ENDPOINT},
        remarks=("MCE-E11 SpeechConfig",),
        mistakes=(
            Mistake(
                instead_of="English: {Instances: 3}",
                write="English: {Instances: 0}",
                finds=("MCE-V05 SpeechConfig.ProductionVariants[0].InitialInstanceCount",),
            ),
        ),
    ),
    "guarded-deployment.yaml": Expectation(
        reads={"FraudModel": MODEL, "FraudConfig": CONFIG, "FraudEndpoint": ENDPOINT},
        remarks=("MCE-M09 FraudModel", "MCE-M05 FraudModel.ModelName", "MCE-E11 FraudConfig"),
        mistakes=(
            Mistake(
                instead_of="CanaryPercent: {Type: Number, Default: 10}",
                write="CanaryPercent: {Type: Number, Default: 60}",
                finds=(f"MCE-P07 {_ROUTING}.CanarySize",),
            ),
            Mistake(
                instead_of="EndpointConfigName: !GetAtt FraudConfig.EndpointConfigName",
                write="EndpointConfigName: !Ref FraudConfig",
                finds=("MCE-P03 FraudEndpoint.EndpointConfigName",),
            ),
            Mistake(
                instead_of="Type: CANARY\n",
                write="Type: LINEAR\n",
                finds=(f"MCE-P05 {_ROUTING}", f"MCE-P05 {_ROUTING}.CanarySize"),
            ),
        ),
    ),
    "imported-values.yaml": Expectation(
        reads={"ForecastConfig": CONFIG, "ForecastEndpoint": ENDPOINT, "BlueTarget": TARGET},
        remarks=("MCE-V30 ForecastConfig.ProductionVariants[1].InitialInstanceCount", "MCE-P17 BlueTarget.ResourceId"),
        mistakes=(
            Mistake(
                instead_of="variant, blue]",
                write="variant, azure]",
                finds=("MCE-A01 BlueTarget.ResourceId",),
            ),
            Mistake(
                instead_of="VariantName: green",
                write="VariantName: blue",
                finds=("MCE-V02 ForecastConfig.ProductionVariants[1].VariantName",),
            ),
        ),
    ),
    "inference-components.yaml": Expectation(
        reads={
            "SmallModel": MODEL,
            "SharedConfig": CONFIG,
            "SharedEndpoint": ENDPOINT,
            "Copies": TARGET,
            "CopiesPolicy": POLICY,
        },
        remarks=(
            "MCE-M09 SmallModel",
            "MCE-E11 SharedConfig",
            "MCE-V30 SharedConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of="MinInstanceCount: 1,",
                write="MinInstanceCount: 5,",
                finds=("MCE-V24 SharedConfig.ProductionVariants[0].ManagedInstanceScaling",),
            ),
        ),
    ),
    "inference-pipeline.json": Expectation(
        reads={"ChurnPipeline": MODEL, "ChurnConfig": CONFIG, "ChurnEndpoint": ENDPOINT},
        remarks=(
            "MCE-M09 ChurnPipeline",
            "MCE-C13 ChurnPipeline",
            "MCE-E11 ChurnConfig",
            "MCE-E06 ChurnConfig.DataCaptureConfig",
        ),
        mistakes=(
            Mistake(
                instead_of='"ContainerHostname": "predictor",',
                write="",
                finds=("MCE-C05 ChurnPipeline.Containers[1]",),
            ),
            Mistake(
                instead_of="sagemaker-xgboost:1.7-1",
                write="sagemaker-xgboost:latest",
                finds=("MCE-C20 ChurnPipeline.Containers[1].Image",),
            ),
        ),
    ),
    "isolated.yaml": Expectation(
        reads={"CreditModel": MODEL, "CreditConfig": CONFIG, "CreditEndpoint": ENDPOINT},
        mistakes=(
            Mistake(
                instead_of="http://localhost:8081",
                write="https://models.example.com",
                finds=("MCE-M10 CreditModel.PrimaryContainer.Environment.MODEL_SERVER",),
            ),
            Mistake(
                instead_of="Value: 50}",
                write="Value: 60}",
                finds=("MCE-P09 CreditEndpoint.DeploymentConfig.RollingUpdatePolicy.MaximumBatchSize",),
            ),
        ),
    ),
    "language-model.yaml": Expectation(
        reads={"GeneratorModel": MODEL, "GeneratorConfig": CONFIG, "GeneratorEndpoint": ENDPOINT},
        remarks=(
            "MCE-M09 GeneratorModel",
            "MCE-E11 GeneratorConfig",
            "MCE-V30 GeneratorConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of="/mistral-7b/'",
                write="/mistral-7b'",
                finds=("MCE-C28 GeneratorModel.PrimaryContainer.ModelDataSource.S3DataSource.S3Uri",),
            ),
            Mistake(
                instead_of="HF_TOKEN: !Ref HubToken",
                write="HF_TOKEN: hf_not_a_real_one",
                finds=("MCE-C40 GeneratorModel.PrimaryContainer.Environment.HF_TOKEN",),
            ),
            Mistake(
                instead_of="ml.g5.2xlarge",
                write="ml.m5.2xlarge",
                finds=("MCE-V26 GeneratorConfig.ProductionVariants[0].InferenceAmiVersion",),
            ),
        ),
    ),
    "marketplace-package.yaml": Expectation(
        reads={"ParserModel": MODEL, "ParserConfig": CONFIG, "ParserEndpoint": ENDPOINT},
        remarks=("MCE-E11 ParserConfig", "MCE-V30 ParserConfig.ProductionVariants[0].InitialInstanceCount"),
        mistakes=(
            Mistake(
                instead_of="ExecutionRoleArn: !GetAtt ParserRole.Arn",
                write="",
                finds=("MCE-M02 ParserModel",),
            ),
            Mistake(
                instead_of="InstanceType: ml.g4dn.2xlarge",
                write="InstanceType: ml.g4dn.2xlarge\n          VolumeSizeInGB: 50",
                finds=("MCE-V17 ParserConfig.ProductionVariants[0].VolumeSizeInGB",),
            ),
            Mistake(
                instead_of="VariantName: parser",
                write="VariantName: document_parser",
                finds=("MCE-V03 ParserConfig.ProductionVariants[0].VariantName",),
            ),
        ),
    ),
    "mlops-project.yaml": Expectation(
        reads={"ProjectModel": MODEL, "ProjectConfig": CONFIG, "ProjectEndpoint": ENDPOINT},
        remarks=("MCE-M09 ProjectModel", "MCE-E11 ProjectConfig"),
        mistakes=(
            Mistake(
                instead_of="CaptureMode: Output",
                write="CaptureMode: Input",
                finds=("MCE-E07 ProjectConfig.DataCaptureConfig.CaptureOptions[1].CaptureMode",),
            ),
            Mistake(
                instead_of="InitialVariantWeight: 1.0",
                write="InitialVariantWeight: 0.0",
                finds=("MCE-V07 ProjectConfig.ProductionVariants",),
            ),
        ),
    ),
    "multi-model.yaml": Expectation(
        reads={"ManyModels": MODEL, "ManyModelsConfig": CONFIG, "ManyModelsEndpoint": ENDPOINT},
        remarks=("MCE-M09 ManyModels", "MCE-E11 ManyModelsConfig"),
        mistakes=(
            Mistake(
                instead_of="s3://${Bucket}/models/",
                write="s3://${Bucket}/models.tar.gz",
                finds=("MCE-C33 ManyModels.PrimaryContainer.ModelDataUrl",),
            ),
            Mistake(
                instead_of="Mode: MultiModel",
                write="Mode: SingleModel",
                finds=(
                    "MCE-C26 ManyModels.PrimaryContainer.ModelDataUrl",
                    "MCE-C34 ManyModels.PrimaryContainer.MultiModelConfig",
                ),
            ),
        ),
        choices={"ExistingBucket": "many-models", "CacheModels": "No"},
    ),
    "nested-stacks.yaml": Expectation(
        reads={"TranslatorModel": MODEL, "TranslatorConfig": CONFIG, "TranslatorEndpoint": ENDPOINT},
        remarks=("MCE-M09 TranslatorModel", "MCE-E11 TranslatorConfig"),
        mistakes=(
            Mistake(
                instead_of="InstanceType: ml.c5.2xlarge",
                write="InstanceType: c5.2xlarge",
                finds=("MCE-V08 TranslatorConfig.ProductionVariants[0].InstanceType",),
            ),
            Mistake(
                instead_of="translator-${Stage}",
                write="translator_${Stage}",
                finds=("MCE-P01 TranslatorEndpoint.EndpointName",),
            ),
        ),
    ),
    "nested/hosting.yaml": Expectation(
        reads={"TranslatorModel": MODEL, "TranslatorConfig": CONFIG, "TranslatorEndpoint": ENDPOINT},
        remarks=("MCE-M09 TranslatorModel", "MCE-E11 TranslatorConfig"),
        mistakes=(
            Mistake(
                instead_of="/translator:2026.4",
                write="/translator :2026.4",
                finds=("MCE-C16 TranslatorModel.PrimaryContainer.Image",),
            ),
        ),
    ),
    "private-registry.yaml": Expectation(
        reads={"Invoices": MODEL, "InvoicesConfig": CONFIG, "InvoicesEndpoint": ENDPOINT},
        remarks=("MCE-M09 Invoices", "MCE-C10 Invoices.Containers", "MCE-E11 InvoicesConfig"),
        mistakes=(
            Mistake(
                instead_of="VpcConfig: {Subnets: !Ref Subnets, SecurityGroupIds: [sg-0123456789abcdef0]}",
                write="VpcConfig: !Ref AWS::NoValue",
                finds=(
                    "MCE-C23 Invoices.Containers[0].ImageConfig.RepositoryAccessMode",
                    "MCE-C23 Invoices.Containers[1].ImageConfig.RepositoryAccessMode",
                    "MCE-C23 Invoices.Containers[2].ImageConfig.RepositoryAccessMode",
                ),
            ),
            Mistake(
                instead_of="subnet-0123456789abcdef0,subnet-0fedcba9876543210",
                write="subnet-0123456789abcdef0",
                finds=("MCE-M07 Invoices.VpcConfig.Subnets",),
            ),
        ),
    ),
    "scaling-elsewhere.yaml": Expectation(
        reads={"DetectionTarget": TARGET, "DetectionPolicy": POLICY},
        mistakes=(
            Mistake(
                instead_of="MinCapacity: '0'",
                write="MinCapacity: '3'",
                finds=("MCE-A05 DetectionTarget.MinCapacity",),
            ),
        ),
    ),
    "serverless-application.yaml": Expectation(
        # With the default of no instances the endpoint is serverless, and the other config is not made.
        reads={"Summarizer": MODEL, "SummarizerConfigServerless": CONFIG, "SummarizerEndpoint": ENDPOINT},
        remarks=("MCE-M09 Summarizer",),
        mistakes=(
            Mistake(
                instead_of="ServerlessConfig: {",
                write="InstanceType: ml.m5.large\n          ServerlessConfig: {",
                finds=("MCE-V21 SummarizerConfigServerless.ProductionVariants[0].InstanceType",),
            ),
        ),
        choices={"Instances": 2},
    ),
    "serverless-framework.json": Expectation(
        reads={"EmbeddingsModel": MODEL, "EmbeddingsConfig": CONFIG, "EmbeddingsEndpoint": ENDPOINT},
        remarks=(
            "MCE-M09 EmbeddingsModel",
            "MCE-E11 EmbeddingsConfig",
            "MCE-V30 EmbeddingsConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of='"InstanceType"',
                write='"instanceType"',
                finds=(
                    "MCE-T03 EmbeddingsConfig.ProductionVariants[0].instanceType",
                    "MCE-V21 EmbeddingsConfig.ProductionVariants[0]",
                ),
            ),
        ),
    ),
    "serverless.yaml": Expectation(
        # Without warm copies nothing is scaled.
        reads={"SentimentModel": MODEL, "SentimentConfig": CONFIG, "SentimentEndpoint": ENDPOINT},
        remarks=("MCE-M09 SentimentModel",),
        mistakes=(
            Mistake(
                instead_of="ServerlessConfig:\n",
                write="InitialInstanceCount: 1\n          ServerlessConfig:\n",
                finds=("MCE-V21 SentimentConfig.ProductionVariants[0].InitialInstanceCount",),
            ),
        ),
        choices={"WarmCopies": 3},
    ),
    "service-catalog-product.yaml": Expectation(
        reads={"ProductModel": MODEL, "ProductConfig": CONFIG, "ProductEndpoint": ENDPOINT},
        remarks=("MCE-M09 ProductModel",),
        mistakes=(
            Mistake(
                instead_of="Default: ml.m5.xlarge",
                write="Default: m5.xlarge",
                finds=("MCE-V08 ProductConfig.ProductionVariants[0].InstanceType",),
            ),
        ),
        choices={
            "Archive": "s3://artefacts/model.tar.gz",
            "Isolated": "true",
            "Subnets": "subnet-0123456789abcdef0,subnet-0fedcba9876543210",
            "SecurityGroups": "sg-0123456789abcdef0",
            "Key": "alias/hosting",
            "Name": "live",
            "CaptureBucket": "captured",
            "VolumeSize": 50,
            "Environment": "production",
        },
    ),
    "shadow-variant.yaml": Expectation(
        reads={"Champion": MODEL, "Challenger": MODEL, "Config": CONFIG, "Endpoint": ENDPOINT},
        remarks=("MCE-E11 Config",),
        mistakes=(
            Mistake(
                instead_of="VariantName: challenger",
                write="VariantName: champion",
                finds=("MCE-V02 Config.ShadowProductionVariants[0].VariantName",),
            ),
        ),
    ),
    "shared-fragments.yaml": Expectation(
        # Of the config nothing can be said: a fragment may add whatever it lacks.
        reads={"TaggerModel": MODEL, "TaggerEndpoint": ENDPOINT},
        remarks=("MCE-M09 TaggerModel",),
        mistakes=(
            Mistake(
                instead_of="TerminationWaitInSeconds: 120",
                write="TerminationWaitInSeconds: 7200",
                finds=("MCE-P13 TaggerEndpoint.DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds",),
            ),
        ),
        choices={"Canary": "on"},
    ),
    "single-model.yaml": Expectation(
        reads={"PriceModel": MODEL, "PriceConfig": CONFIG, "PriceEndpoint": ENDPOINT},
        remarks=(
            "MCE-M09 PriceModel",
            "MCE-E11 PriceConfig",
            "MCE-V30 PriceConfig.ProductionVariants[0].InitialInstanceCount",
        ),
        mistakes=(
            Mistake(
                instead_of="ModelName: !GetAtt PriceModel.ModelName",
                write="ModelName: !Ref PriceModel",
                finds=("MCE-V29 PriceConfig.ProductionVariants[0].ModelName",),
            ),
            Mistake(
                instead_of="ModelDataUrl: !Sub s3://",
                write="ModelDataUrl: !Sub ",
                finds=("MCE-C25 PriceModel.PrimaryContainer.ModelDataUrl",),
            ),
        ),
    ),
    "terraform-port.yaml": Expectation(
        reads={
            "aws0sagemaker0model0search": MODEL,
            "aws0sagemaker0endpoint0configuration0search": CONFIG,
            "aws0sagemaker0endpoint0search": ENDPOINT,
        },
        remarks=("MCE-M09 aws0sagemaker0model0search",),
        mistakes=(
            Mistake(
                instead_of='VolumeSizeInGB: "30"',
                write='VolumeSizeInGB: "1024"',
                finds=("MCE-V16 aws0sagemaker0endpoint0configuration0search.ProductionVariants[0].VolumeSizeInGB",),
            ),
            Mistake(
                instead_of='InitialInstanceCount: "2"',
                write='InitialInstanceCount: "two"',
                finds=(
                    "MCE-T02 aws0sagemaker0endpoint0configuration0search.ProductionVariants[0].InitialInstanceCount",
                ),
            ),
            Mistake(
                instead_of="InferenceExecutionConfig: !Ref",
                write="InferenceExecutionConfig: {Mode: Serial} # !Ref",
                finds=("MCE-C14 aws0sagemaker0model0search.InferenceExecutionConfig",),
            ),
        ),
    ),
    "weighted-variants.yaml": Expectation(
        # Whether there is a trial is for those to say who deploy: its image has no default.
        reads={"StableModel": MODEL, "TrialModel": MODEL, "SplitConfig": CONFIG, "SplitEndpoint": ENDPOINT},
        remarks=("MCE-M09 StableModel", "MCE-M09 TrialModel", "MCE-E11 SplitConfig"),
        mistakes=(
            Mistake(
                instead_of="VariantName: stable",
                write="VariantName: stable_41",
                finds=("MCE-V03 SplitConfig.ProductionVariants[0].VariantName",),
            ),
        ),
        choices={"TrialImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/pricing:42", "TrialWeight": 1},
    ),
}
