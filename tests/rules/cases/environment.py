"""Environment variables of containers."""

from sagemaker_multi_container.rules import DynamicReference, Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import SINGLE, container

C = "Model.Containers"
E = f"{C}[0].Environment"
FULL = {f"V{index:02}": "x" * 1000 for index in range(17)}

CASES = [
    breaks("MCE-C35", {E: {"MY-VAR": "1"}}, f"{E}.MY-VAR", "'MY-VAR' is no name of a variable"),
    breaks("MCE-C35", {E: {"A" * 1025: "1"}}, f"{E}.{'A' * 1025}", "has 1025 characters"),
    keeps("MCE-C35", {E: {"_my_var1": "1"}}),
    breaks("MCE-C36", {E: {"X": "é" * 513}}, f"{E}.X", "the value has 1026 bytes; at most 1024"),
    breaks("MCE-C36", {E: {"X": Unknown(prefix="a" * 1000, suffix="b" * 25)}}, f"{E}.X", "has 1025 bytes"),
    breaks("MCE-C36", {E: {"X": ["a"]}}, f"{E}.X", "the value is a list"),
    keeps("MCE-C36", {E: {"X": "é" * 512, "Y": 1, "Z": None}}),
    breaks("MCE-C37", {E: {f"V{index}": "1" for index in range(101)}}, E, "got 101 environment variables"),
    keeps("MCE-C37", {E: {f"V{index}": "1" for index in range(100)}}),
    keeps("MCE-C37", {E: {f"V{index}": "1" if index else Unknown() for index in range(101)}}),
    breaks("MCE-C38", {E: FULL, f"{C}[1].Environment": FULL}, C, "have 34102 bytes; at most 32768"),
    breaks(
        "MCE-C38",
        {"Model.PrimaryContainer.Environment": {f"V{index:02}": "x" * 1000 for index in range(33)}},
        "Model.PrimaryContainer",
        "have 33099 bytes",
        base=SINGLE,
    ),
    keeps("MCE-C38", {E: FULL}),
    breaks("MCE-C39", {E: {"SAGEMAKER_BIND_TO_PORT": "8080"}}, f"{E}.SAGEMAKER_BIND_TO_PORT", "SageMaker sets itself"),
    keeps("MCE-C39", {}, base=SINGLE),
    keeps("MCE-C39", {C: [container("a", Environment={"SAGEMAKER_BIND_TO_PORT": "8080"})]}),
    breaks("MCE-C40", {E: {"DB_PASSWORD": "x"}}, f"{E}.DB_PASSWORD", "'DB_PASSWORD' looks like a secret"),
    breaks("MCE-C40", {E: {"HF_TOKEN": "hf_abc"}}, f"{E}.HF_TOKEN", "looks like a secret"),
    breaks("MCE-C40", {E: {"AWS_SECRET_ACCESS_KEY": "x"}}, f"{E}.AWS_SECRET_ACCESS_KEY", "looks like a secret"),
    breaks("MCE-C40", {E: {"ID": "AKIAIOSFODNN7EXAMPLE"}}, f"{E}.ID", "'ID' looks like a secret"),
    breaks("MCE-C40", {E: {"ID": "id: ASIAIOSFODNN7EXAMPLE"}}, f"{E}.ID", "'ID' looks like a secret"),
    breaks("MCE-C40", {E: {"X": "-----BEGIN RSA PRIVATE KEY-----"}}, f"{E}.X", "looks like a secret"),
    breaks("MCE-C40", {E: {"X": "{{resolve:ssm-secure:name}}"}}, f"{E}.X", "looks like a secret"),
    keeps("MCE-C40", {E: {"X": "{{resolve:ssm:name}}", "Y": "AKIA", "Z": "-----BEGIN CERTIFICATE-----"}}),
    breaks("MCE-C40", {E: {"X": Unknown(prefix="{{resolve:secretsmanager:")}}, f"{E}.X", "looks like a secret"),
    breaks("MCE-C40", {E: {"X": DynamicReference(service="secretsmanager")}}, f"{E}.X", "looks like a secret"),
    keeps("MCE-C40", {E: {"X": DynamicReference(service="ssm")}}),
    keeps("MCE-C40", {E: {"MAX_TOKENS": "1", "EOS_TOKEN": "</s>", "TOKENIZER": "a", "DB_PASSWORD_FILE": "/run/x"}}),
    keeps("MCE-C40", {E: {"DB_SECRET": "arn:aws:secretsmanager:us-east-1:1:secret:db", "API_KEY": Unknown()}}),
    breaks("MCE-M10", {E: {"FEATURES": "s3://features/v1"}}, f"{E}.FEATURES", "holds an address"),
    breaks("MCE-M10", {E: {"FEATURES": Unknown(prefix="https://")}}, f"{E}.FEATURES", "cannot reach"),
    breaks("MCE-M10", {E: {"AWS_ENDPOINT_URL_S3": Unknown()}}, f"{E}.AWS_ENDPOINT_URL_S3", "about access to AWS"),
    keeps("MCE-M10", {E: {"SERVER": "http://localhost:8080", "PATH": "/opt/ml"}}),
    keeps("MCE-M10", {E: {"FEATURES": "s3://features/v1"}, "Model.EnableNetworkIsolation": False}),
]
