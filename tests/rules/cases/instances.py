"""Instance types of variants and what depends on them."""

from sagemaker_multi_container.rules import Reference, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL

V = "Config.ProductionVariants[0]"
TYPE = f"{V}.InstanceType"
AMI = f"{V}.InferenceAmiVersion"

CASES = [
    breaks("MCE-V08", {TYPE: "c5.xlarge"}, TYPE, "'c5.xlarge' is not valid; expected ml.<family>.<size>"),
    breaks("MCE-V08", {TYPE: Unknown(prefix="c5.")}, TYPE, "'c5.…' is not valid"),
    breaks(
        "MCE-V08",
        {f"{V}.InstancePools[0].InstanceType": "ml.m5"},
        f"{V}.InstancePools[0].InstanceType",
        "'ml.m5'",
        base=SERIAL,
    ),
    keeps("MCE-V08", {TYPE: "ml.p6e-gb200.36xlarge"}),
    keeps("MCE-V08", {TYPE: Unknown(prefix="ml.")}),
    breaks("MCE-V09", {TYPE: "ml.c9.large"}, TYPE, "not among the 277 known types; did you mean 'ml.c"),
    breaks("MCE-V09", {TYPE: "ml.m5.xlarg"}, TYPE, "did you mean 'ml.m5.xlarge'?"),
    keeps("MCE-V09", {TYPE: "ml.c7i.large"}),
    keeps("MCE-V09", {TYPE: "c5.xlarge"}),
    breaks(
        "MCE-V10",
        {TYPE: "ml.p5.48xlarge", "region": "af-south-1"},
        TYPE,
        "not in the price list for hosting in af-south-1",
    ),
    keeps("MCE-V10", {TYPE: "ml.p5.48xlarge"}),
    keeps("MCE-V10", {TYPE: "ml.p5.48xlarge", "region": None}),
    keeps("MCE-V10", {TYPE: "ml.p5.48xlarge", "region": "mars-north-1"}),
    keeps("MCE-V10", {TYPE: "ml.p3.2xlarge"}),
    breaks("MCE-V11", {TYPE: "ml.g5.xlarge"}, TYPE, "has a GPU"),
    keeps("MCE-V11", {}, base=SERIAL),
    keeps("MCE-V11", {TYPE: "ml.c6g.xlarge"}),
    keeps("MCE-V11", {TYPE: "ml.g5.xlarge", f"{V}.ModelName": Unknown()}),
    breaks("MCE-V12", {TYPE: "ml.c7g.xlarge"}, TYPE, "is Arm-based"),
    keeps("MCE-V12", {TYPE: "ml.c7i.xlarge"}),
    keeps("MCE-V12", {TYPE: "ml.g6e.xlarge"}),
    breaks("MCE-V13", {TYPE: "ml.inf1.xlarge"}, "Endpoint.DeploymentConfig", "deployed all at once"),
    keeps("MCE-V13", {TYPE: "ml.inf2.xlarge"}),
    keeps("MCE-V13", {TYPE: "ml.inf1.xlarge", "Endpoint.EndpointConfigName": Unknown()}),
    breaks("MCE-V15", {TYPE: "ml.g5.xlarge"}, "Config.KmsKeyId", "the local disks of 'ml.g5.xlarge'"),
    breaks(
        "MCE-V15",
        {TYPE: "ml.m5d.xlarge", "Config.KmsKeyId": Reference(logical_id="Key", attribute="Arn")},
        "Config.KmsKeyId",
        "does not encrypt",
    ),
    keeps("MCE-V15", {TYPE: "ml.g5.xlarge", "Config.KmsKeyId": Unknown()}),
    keeps("MCE-V15", {TYPE: "ml.g5.xlarge", "Config.KmsKeyId": ABSENT}),
    keeps("MCE-V15", {TYPE: "ml.m6i.xlarge"}),
    breaks("MCE-V16", {f"{V}.VolumeSizeInGB": 600}, f"{V}.VolumeSizeInGB", "got 600; it must be 1 to 512 GB"),
    keeps("MCE-V16", {f"{V}.VolumeSizeInGB": 512}),
    breaks("MCE-V17", {TYPE: "ml.g5.xlarge"}, f"{V}.VolumeSizeInGB", "has local disks and no volume"),
    keeps("MCE-V17", {TYPE: "ml.g7.2xlarge"}),
    keeps("MCE-V17", {TYPE: Unknown(prefix="ml.g5.")}),
    breaks("MCE-V26", {AMI: "al2-ami-sagemaker-inference-gpu-2"}, AMI, "is for instances with a GPU"),
    breaks("MCE-V26", {AMI: "al2-ami-sagemaker-inference-neuron-2", TYPE: "ml.g5.xlarge"}, AMI, "with a Neuron chip"),
    breaks("MCE-V26", {AMI: "al3", TYPE: "ml.g5.xlarge"}, AMI, "got 'al3'; it must be al2-ami"),
    keeps("MCE-V26", {AMI: "al2-ami-sagemaker-inference-gpu-2", TYPE: "ml.p5.48xlarge"}),
    keeps("MCE-V26", {AMI: "al2-ami-sagemaker-inference-neuron-2", TYPE: "ml.trn1.2xlarge"}),
]
