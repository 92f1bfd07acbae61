"""Models as a whole, and tags."""

from sagemaker_multi_container.rules import Reference, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL, SINGLE, container, containers

MODE = "Model.InferenceExecutionConfig"
ARN = "Model.ExecutionRoleArn"
VPC = "Model.VpcConfig"
TAGS = "Model.Tags"


def tags(*keys: str) -> list[dict[str, str]]:
    """Tags with these keys."""
    return [{"Key": key, "Value": "x"} for key in keys]


CASES = [
    breaks("MCE-C11", {"Model.PrimaryContainer": container("a")}, "Model.PrimaryContainer", "and a list of containers"),
    keeps("MCE-C11", {"Model.Containers": []}, base=SINGLE),
    keeps("MCE-C11", {"Model.PrimaryContainer": Unknown()}),
    breaks("MCE-C12", {f"{MODE}.Mode": "DIRECT"}, f"{MODE}.Mode", "got 'DIRECT'; it must be Serial or Direct"),
    breaks("MCE-C12", {MODE: {}}, MODE, "has no mode"),
    keeps("MCE-C12", {f"{MODE}.Mode": Unknown()}),
    breaks("MCE-C13", {MODE: ABSENT}, "Model", "SageMaker takes Serial"),
    keeps("MCE-C13", {MODE: ABSENT, "Model.Containers": containers(1)}),
    breaks("MCE-C14", {MODE: {"Mode": "Direct"}}, MODE, "has a single primary container", base=SINGLE),
    keeps("MCE-C14", {MODE: Unknown()}, base=SINGLE),
    breaks("MCE-M01", {ARN: "execution"}, ARN, "'execution' is not valid; expected the ARN of an IAM role"),
    breaks("MCE-M01", {ARN: Unknown(prefix="role-")}, ARN, "the ARN of an IAM role"),
    breaks("MCE-M01", {"Config.ExecutionRoleArn": "execution"}, "Config.ExecutionRoleArn", "the ARN of an IAM role"),
    keeps("MCE-M01", {ARN: "arn:aws-cn:iam::123456789012:role/x"}),
    keeps("MCE-M01", {ARN: Unknown(prefix="arn:", suffix=":role/x")}),
    breaks("MCE-M02", {ARN: ABSENT}, "Model", "has no execution role"),
    breaks("MCE-M02", {"account": "210987654321"}, ARN, "is not a role of account 210987654321"),
    keeps("MCE-M02", {ARN: Reference(logical_id="Role", attribute="Arn")}),
    keeps("MCE-M02", {"account": None}),
    breaks("MCE-M04", {"Model.ModelName": "my_model"}, "Model.ModelName", "'my_model' is not valid"),
    keeps("MCE-M04", {"Model.ModelName": "my-model"}),
    breaks("MCE-M05", {"Model.ModelName": "m"}, "Model.ModelName", "fails unless the name"),
    breaks("MCE-M05", {"Config.EndpointConfigName": "c"}, "Config.EndpointConfigName", "fails unless the name"),
    keeps("MCE-M05", {"Model.ModelName": Unknown(prefix="model-")}),
    breaks("MCE-M06", {f"{VPC}.SecurityGroupIds": ["sg"] * 6}, f"{VPC}.SecurityGroupIds", "got 6 security groups"),
    breaks("MCE-M06", {f"{VPC}.Subnets": []}, f"{VPC}.Subnets", "got 0 subnets; there must be 1 to 16"),
    breaks("MCE-M06", {f"{VPC}.Subnets": ABSENT}, VPC, "has no subnets"),
    breaks("MCE-M06", {f"{VPC}.Subnets[1]": "subnet 2"}, f"{VPC}.Subnets[1]", "the id of a subnet"),
    breaks("MCE-M06", {"Config.VpcConfig": {"Subnets": ["a"]}}, "Config.VpcConfig", "has no security groups"),
    keeps("MCE-M06", {f"{VPC}.SecurityGroupIds": ["sg"] * 5, f"{VPC}.Subnets": Unknown()}),
    keeps("MCE-M06", {f"{VPC}.SecurityGroupIds": [*["sg"] * 5, Unknown()]}),
    breaks("MCE-M07", {f"{VPC}.Subnets": ["subnet-1"]}, f"{VPC}.Subnets", "at least two"),
    keeps("MCE-M07", {f"{VPC}.Subnets": [Unknown()]}),
    breaks("MCE-M09", {"Model.EnableNetworkIsolation": False}, "Model", "network isolation is off"),
    breaks("MCE-M09", {}, "Model", "network isolation is off", base=SINGLE),
    keeps("MCE-M09", {"Model.EnableNetworkIsolation": Unknown()}),
    breaks("MCE-T01", {TAGS: tags(*map(str, range(51)))}, TAGS, "got 51 tags; there must be 0 to 50"),
    breaks("MCE-T01", {TAGS: tags("a", "a")}, f"{TAGS}[1].Key", "two tags 'a'"),
    breaks("MCE-T01", {TAGS: tags("AWS:x")}, f"{TAGS}[0].Key", "reserved"),
    breaks("MCE-T01", {TAGS: tags("a" * 129)}, f"{TAGS}[0].Key", "has 129 characters"),
    breaks("MCE-T01", {TAGS: tags("")}, f"{TAGS}[0].Key", "'' is not valid"),
    breaks("MCE-T01", {"Config.Tags[0].Value": "a;b"}, "Config.Tags[0].Value", "'a;b' is not valid"),
    breaks("MCE-T01", {"Endpoint.Tags[0].Value": "x" * 257}, "Endpoint.Tags[0].Value", "at most 256"),
    breaks("MCE-T01", {TAGS: [{"Key": "a"}]}, f"{TAGS}[0]", "has no value"),
    keeps("MCE-T01", {TAGS: tags(*map(str, range(50)))}),
    keeps("MCE-T01", {TAGS: tags("a", "A", "Straße 1_.:/=+-@", "\u3000日本")}),
    keeps("MCE-T01", {}, base=SERIAL),
]
