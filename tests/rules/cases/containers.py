"""Containers: how many, their hostnames, and what each must have."""

from sagemaker_multi_container.rules import Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL, SINGLE, container, containers

C = "Model.Containers"
MODE = "Model.InferenceExecutionConfig"
UNNAMED = {"Image": container("x")["Image"]}

CASES = [
    breaks("MCE-C01", {C: containers(16)}, C, "got 16 containers; SageMaker takes 2 to 15"),
    keeps("MCE-C01", {C: containers(15)}),
    keeps("MCE-C01", {C: [*containers(15), Unknown()]}),
    breaks("MCE-C02", {C: containers(1)}, C, "got 1 container; a multi-container endpoint takes 2 to 15"),
    keeps("MCE-C02", {C: ABSENT}),
    keeps("MCE-C02", {C: containers(2)}),
    keeps("MCE-C02", {C: [container("a"), Unknown()]}),
    keeps("MCE-C02", {C: containers(1), MODE: ABSENT}),
    keeps("MCE-C02", {}, base=SINGLE),
    breaks("MCE-C03", {C: []}, C, "the list of containers is empty"),
    breaks("MCE-C03", {C: ABSENT}, "Model", "has neither a primary container nor a list"),
    keeps("MCE-C03", {C: []}, base=SINGLE),
    keeps("MCE-C03", {C: Unknown()}),
    breaks("MCE-C04", {f"{C}[1].ContainerHostname": ABSENT}, f"{C}[1]", "has no hostname"),
    breaks("MCE-C04", {f"{C}[1].ContainerHostname": None}, f"{C}[1]", "has no hostname"),
    keeps("MCE-C04", {f"{C}[1].ContainerHostname": Unknown()}),
    keeps("MCE-C04", {f"{C}[1].ContainerHostname": ABSENT}, base=SERIAL),
    keeps("MCE-C04", {f"{C}[1].ContainerHostname": ABSENT, f"{MODE}.Mode": Unknown()}),
    breaks("MCE-C05", {f"{C}[1].ContainerHostname": ABSENT}, f"{C}[1]", "another container has one", base=SERIAL),
    breaks("MCE-C05", {f"{C}[1].ContainerHostname": ABSENT, MODE: ABSENT}, f"{C}[1]", "has no hostname"),
    keeps("MCE-C05", {C: [UNNAMED, UNNAMED]}, base=SERIAL),
    keeps("MCE-C05", {C: [UNNAMED, {**UNNAMED, "ContainerHostname": Unknown()}]}, base=SERIAL),
    breaks("MCE-C06", {f"{C}[2].ContainerHostname": "ranker"}, f"{C}[2].ContainerHostname", "hostname of container 0"),
    keeps("MCE-C06", {f"{C}[2].ContainerHostname": "Ranker"}),
    keeps("MCE-C06", {C: [container("x") | {"ContainerHostname": Unknown()}] * 2}),
    breaks("MCE-C07", {f"{C}[2].ContainerHostname": "Ranker"}, f"{C}[2].ContainerHostname", "differ only by case"),
    keeps("MCE-C07", {f"{C}[2].ContainerHostname": "ranker2"}),
    breaks(
        "MCE-C08", {f"{C}[0].ContainerHostname": "my_model"}, f"{C}[0].ContainerHostname", "'my_model' is no hostname"
    ),
    breaks("MCE-C08", {f"{C}[0].ContainerHostname": "model-"}, f"{C}[0].ContainerHostname", "inner hyphens only"),
    breaks("MCE-C08", {f"{C}[0].ContainerHostname": ""}, f"{C}[0].ContainerHostname", "'' is no hostname"),
    breaks(
        "MCE-C08", {f"{C}[0].ContainerHostname": Unknown(suffix="_x")}, f"{C}[0].ContainerHostname", "is no hostname"
    ),
    keeps("MCE-C08", {f"{C}[0].ContainerHostname": "my--model-2"}),
    keeps("MCE-C08", {f"{C}[0].ContainerHostname": Unknown(prefix="model-")}),
    breaks("MCE-C09", {f"{C}[0].ContainerHostname": "a" * 64}, f"{C}[0].ContainerHostname", "has 64 characters"),
    breaks(
        "MCE-C09",
        {f"{C}[0].ContainerHostname": Unknown(prefix="a" * 40, suffix="b" * 40)},
        f"{C}[0].ContainerHostname",
        "has 80 characters",
    ),
    keeps("MCE-C09", {f"{C}[0].ContainerHostname": "a" * 63}),
    breaks("MCE-C10", {C: [UNNAMED, UNNAMED]}, C, "container-1 to container-2", base=SERIAL),
    keeps("MCE-C10", {C: [UNNAMED]}, base=SERIAL),
    keeps("MCE-C10", {C: [UNNAMED, container("a")]}, base=SERIAL),
    breaks("MCE-C15", {f"{C}[0].Image": ABSENT}, f"{C}[0]", "neither an image nor a model package"),
    breaks("MCE-C15", {"Model.PrimaryContainer.Image": ABSENT}, "Model.PrimaryContainer", "neither", base=SINGLE),
    keeps("MCE-C15", {f"{C}[0].Image": Unknown()}),
    breaks("MCE-C41", {f"{C}[2].ModelPackageName": "bad name"}, f"{C}[2].ModelPackageName", "'bad name' is not valid"),
    keeps("MCE-C41", {f"{C}[2].ModelPackageName": "scorer/3"}),
    breaks(
        "MCE-C42",
        {f"{C}[0].InferenceSpecificationName": "large"},
        f"{C}[0].InferenceSpecificationName",
        "the container has no model package",
    ),
    breaks(
        "MCE-C42",
        {f"{C}[2].InferenceSpecificationName": "a_b"},
        f"{C}[2].InferenceSpecificationName",
        "letters, digits and inner hyphens",
    ),
    keeps("MCE-C42", {f"{C}[2].ModelPackageName": Unknown()}),
    breaks(
        "MCE-C43",
        {f"{C}[0].AdditionalModelDataSources": []},
        f"{C}[0].AdditionalModelDataSources",
        "not to CloudFormation",
    ),
    breaks(
        "MCE-C43",
        {f"{C}[1].ModelDataSource.S3DataSource.ETag": "x"},
        f"{C}[1].ModelDataSource.S3DataSource.ETag",
        "ETag is known to the SageMaker API",
    ),
    keeps("MCE-C43", {f"{C}[0].ContainerMetricsConfig": None}),
]
