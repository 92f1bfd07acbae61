"""How rules are declared and applied, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sagemaker_multi_container import rules
from sagemaker_multi_container.rules import RULES, Description, DynamicReference, Reference, Resource, Unknown, evaluate
from sagemaker_multi_container.rules.checks import within
from sagemaker_multi_container.rules.description import ends_otherwise, is_certain, starts_otherwise, text
from sagemaker_multi_container.rules.limits import Choice, Range
from sagemaker_multi_container.rules.rule import declare


def test_importing_the_rules_imports_neither_the_cdk_nor_botocore() -> None:
    """The package's own front door is left aside: it leads to the construct."""
    package = Path(rules.__file__).parents[1]
    script = (
        "import sys, types\n"
        "package = types.ModuleType('sagemaker_multi_container')\n"
        f"package.__path__ = [{str(package)!r}]\n"
        "sys.modules['sagemaker_multi_container'] = package\n"
        "import sagemaker_multi_container.rules as rules\n"
        "rules.evaluate(rules.Description({'M': rules.Resource('Model', {'Containers': []})}))\n"
        "print(sorted({'aws_cdk', 'constructs', 'jsii', 'botocore', 'boto3', 'cfnlint'} & set(sys.modules)))\n"
    )

    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert run.stdout.strip() == "[]"


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="MCE-C01"):
        declare("MCE-C01", "Once more.", source="https://example.com", fix="rename it")


def test_a_check_of_a_shorthand_guards_all_that_it_stands_for() -> None:
    check = within("Variant.VolumeSizeInGB", Range(1, 2, "Any"))

    assert check.paths() == (
        "EndpointConfig.ProductionVariants[].VolumeSizeInGB",
        "EndpointConfig.ShadowProductionVariants[].VolumeSizeInGB",
    )


def test_a_rule_says_each_property_that_it_guards_once() -> None:
    assert RULES["MCE-C31"].guards == ("Model.Containers", "Model.Containers[].Mode", "Model.PrimaryContainer.Mode")


def test_what_fits_the_schemas_is_not_held_against_them() -> None:
    """So that the construct, whose resources do, does not pay for it."""
    resources = {"Endpoint": Resource("Endpoint", {"endpoint_name": 1, "EndpointName": "a_b"})}

    found = {
        fits: {each.rule.id for each in evaluate(Description(resources, fits_schema=fits))} for fits in (True, False)
    }

    assert found[True] == {"MCE-P01"}
    assert found[False] == {"MCE-P01", "MCE-T03", "MCE-T05"}


def test_true_is_no_number() -> None:
    config = {"ProductionVariants": [{"VariantName": "A", "VolumeSizeInGB": False, "InitialVariantWeight": True}]}

    found = evaluate(Description({"Config": Resource("EndpointConfig", config)}))

    assert not {"MCE-V06", "MCE-V07", "MCE-V16"} & {each.rule.id for each in found}


def test_strings_and_numbers_of_other_classes_are_looked_at() -> None:
    """Parsers of templates have their own, which remember the line."""

    class Word(str):
        __slots__ = ()

    class Words(dict[str, object]):
        pass

    model = Words(InferenceExecutionConfig=Words(Mode=Word("DIRECT")))

    assert "MCE-C12" in {each.rule.id for each in evaluate(Description({"Model": Resource("Model", model)}))}


@pytest.mark.parametrize(
    ("value", "certain"),
    [
        ("", True),
        (0, True),
        (None, False),
        (Unknown(), False),
        (Unknown(prefix="s3://"), True),
        (Reference(logical_id="Key", attribute="Arn"), True),
        (DynamicReference(service="ssm"), True),
    ],
)
def test_what_is_there_for_certain(value: object, certain: bool) -> None:
    assert is_certain(value) is certain


def test_known_parts_of_a_string() -> None:
    assert starts_otherwise(Unknown("gs://"), "s3://", "https://")
    assert not starts_otherwise(Unknown("s3"), "s3://", "https://")
    assert not starts_otherwise(Unknown(suffix="gs://"), "s3://")
    assert ends_otherwise(Unknown(suffix=".zip"), ".gz")
    assert not ends_otherwise(Unknown(suffix="z"), ".gz")
    assert text({"A": {"B": "c"}}, "A", "B") == "c"
    assert text({"A": ["B"]}, "A", "B") is None


def test_limits_in_words() -> None:
    assert [str(limit) for limit in _limits()] == ["1 to 2", "at least 1", "a, b or c", "a"]


def _limits() -> Iterator[Range | Choice]:
    yield Range(1, 2, "Any")
    yield Range(1, None, "Any")
    yield Choice(("a", "b", "c"), "Any")
    yield Choice(("a",), "Any")
