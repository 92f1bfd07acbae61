"""Images of containers and where they are pulled from."""

from sagemaker_multi_container.rules import Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, DIGEST, REGISTRY, SERIAL, SINGLE

C = "Model.Containers[0]"
IMAGE = f"{C}.Image"
PRIVATE = "Model.Containers[1].ImageConfig"

CASES = [
    breaks("MCE-C16", {IMAGE: f"{REGISTRY}/my model:1"}, IMAGE, "contains white space"),
    breaks("MCE-C16", {IMAGE: Unknown(suffix=":1.0\n")}, IMAGE, "contains white space"),
    breaks("MCE-C16", {IMAGE: f"{REGISTRY}/{'a' * 255}"}, IMAGE, "at most 255"),
    keeps("MCE-C16", {IMAGE: f"{REGISTRY}/{'a' * 190}:1"}),
    breaks("MCE-C17", {IMAGE: "myimage"}, IMAGE, "'myimage' is not registry/repository"),
    breaks("MCE-C17", {IMAGE: f"{REGISTRY}/Ranker:1"}, IMAGE, "in lower case"),
    breaks("MCE-C17", {IMAGE: f"{REGISTRY}/ranker:{DIGEST}"}, IMAGE, "a digest follows @"),
    breaks("MCE-C17", {IMAGE: f"{REGISTRY}/ranker@sha256:123"}, IMAGE, "64 hexadecimal digits"),
    breaks("MCE-C17", {IMAGE: f"{REGISTRY}/ranker:"}, IMAGE, "'' is no tag"),
    breaks("MCE-C17", {IMAGE: Unknown(suffix="/ranker@sha256:xyz")}, IMAGE, "64 hexadecimal digits"),
    keeps("MCE-C17", {IMAGE: f"{REGISTRY}/team/ranker:1.0_rc-2"}),
    keeps("MCE-C17", {IMAGE: f"localhost:5000/ranker:1@{DIGEST}"}),
    keeps("MCE-C17", {IMAGE: Unknown(prefix=f"{REGISTRY}/ranker@")}),
    keeps("MCE-C17", {IMAGE: Unknown(suffix=f"/ranker@{DIGEST}")}),
    breaks("MCE-C18", {IMAGE: "docker.io/library/nginx:1"}, IMAGE, "not in a private Amazon ECR registry"),
    breaks("MCE-C18", {IMAGE: Unknown(prefix="public.ecr.aws/nginx/nginx:")}, IMAGE, "not in a private Amazon ECR"),
    keeps("MCE-C18", {IMAGE: "docker.io/library/nginx:1", f"{C}.ImageConfig.RepositoryAccessMode": "Vpc"}),
    keeps("MCE-C18", {IMAGE: "docker.io/library/nginx:1", f"{C}.ImageConfig": Unknown()}),
    keeps("MCE-C18", {IMAGE: f"{REGISTRY}.cn/nginx:1"}),
    keeps("MCE-C18", {IMAGE: Unknown(suffix="/nginx:1")}),
    breaks("MCE-C19", {"region": "eu-west-1"}, IMAGE, "is in us-east-1, but the endpoint is in eu-west-1"),
    breaks("MCE-C19", {IMAGE: Unknown(suffix=".dkr.ecr.us-west-2.amazonaws.com/a:1")}, IMAGE, "is in us-west-2"),
    keeps("MCE-C19", {"region": None}),
    keeps("MCE-C19", {IMAGE: Unknown(prefix="123456789012.dkr.ecr.", suffix=".amazonaws.com/a:1")}),
    breaks("MCE-C20", {IMAGE: f"{REGISTRY}/ranker:latest"}, IMAGE, "names the tag latest"),
    breaks("MCE-C20", {IMAGE: f"{REGISTRY}/ranker"}, IMAGE, "names no tag"),
    breaks("MCE-C20", {IMAGE: Unknown(suffix=":latest")}, IMAGE, "'…:latest' names the tag latest"),
    breaks("MCE-C20", {IMAGE: Unknown(suffix=".amazonaws.com/ranker")}, IMAGE, "names no tag"),
    keeps("MCE-C20", {IMAGE: f"{REGISTRY}/ranker:latest-cpu"}),
    keeps("MCE-C20", {IMAGE: Unknown(prefix=f"{REGISTRY}/ranker:")}),
    keeps("MCE-C20", {IMAGE: Unknown(prefix=f"{REGISTRY}/ranker:", suffix="-cpu")}),
    breaks("MCE-C21", {f"{C}.ImageConfig": {}}, f"{C}.ImageConfig", "has no repository access mode"),
    breaks(
        "MCE-C21",
        {f"{C}.ImageConfig.RepositoryAccessMode": "VPC"},
        f"{C}.ImageConfig.RepositoryAccessMode",
        "got 'VPC'; it must be Platform or Vpc",
    ),
    keeps("MCE-C21", {f"{C}.ImageConfig": ABSENT}),
    breaks(
        "MCE-C22",
        {f"{PRIVATE}.RepositoryAccessMode": "Platform"},
        f"{PRIVATE}.RepositoryAuthConfig",
        "the repository access mode is Platform",
        base=SERIAL,
    ),
    breaks(
        "MCE-C22",
        {f"{PRIVATE}.RepositoryAuthConfig": {}},
        f"{PRIVATE}.RepositoryAuthConfig",
        "has no Lambda function",
        base=SERIAL,
    ),
    keeps("MCE-C22", {f"{PRIVATE}.RepositoryAccessMode": Unknown()}, base=SERIAL),
    breaks(
        "MCE-C23",
        {"Model.VpcConfig": ABSENT},
        f"{PRIVATE}.RepositoryAccessMode",
        "connected to none",
        base=SERIAL,
    ),
    keeps("MCE-C23", {"Model.VpcConfig": Unknown()}, base=SERIAL),
    keeps("MCE-C23", {"Model.PrimaryContainer.ImageConfig": {"RepositoryAccessMode": "Platform"}}, base=SINGLE),
    breaks(
        "MCE-C24",
        {f"{PRIVATE}.RepositoryAuthConfig.RepositoryCredentialsProviderArn": "arn:aws:secretsmanager:x:1:secret:y"},
        f"{PRIVATE}.RepositoryAuthConfig.RepositoryCredentialsProviderArn",
        "not the ARN of a Lambda function",
        base=SERIAL,
    ),
    breaks(
        "MCE-C24",
        {f"{PRIVATE}.RepositoryAuthConfig.RepositoryCredentialsProviderArn": Unknown(prefix="arn:aws:secretsmanager:")},
        f"{PRIVATE}.RepositoryAuthConfig.RepositoryCredentialsProviderArn",
        "not the ARN of a Lambda function",
        base=SERIAL,
    ),
    keeps(
        "MCE-C24",
        {
            f"{PRIVATE}.RepositoryAuthConfig.RepositoryCredentialsProviderArn": Unknown(
                prefix="arn:", suffix=":secret:x"
            )
        },
        base=SERIAL,
    ),
    breaks(
        "MCE-M12",
        {"Model.EnableNetworkIsolation": True},
        f"{PRIVATE}.RepositoryAuthConfig",
        "fetched over the network",
        base=SERIAL,
    ),
    keeps("MCE-M12", {"Model.EnableNetworkIsolation": False}, base=SERIAL),
    keeps("MCE-M12", {"Model.EnableNetworkIsolation": Unknown()}, base=SERIAL),
    keeps("MCE-M12", {"Model.EnableNetworkIsolation": True, f"{PRIVATE}.RepositoryAuthConfig": ABSENT}, base=SERIAL),
]
