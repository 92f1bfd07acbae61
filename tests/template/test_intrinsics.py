"""What intrinsic functions give, as far as a template alone says."""

from __future__ import annotations

from typing import Any

import pytest

from sagemaker_multi_container.rules import DynamicReference, Reference, Unknown
from sagemaker_multi_container.template.intrinsics import NOTHING, Resolver
from tests.template.conftest import Reads

DOCUMENT = """
Parameters:
  Name: {Type: String, Default: ranker}
  Count: {Type: Number, Default: 2}
  Flag: {Type: String, Default: true, AllowedValues: [true, false]}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>", Default: "subnet-1, subnet-2"}
  Words: {Type: CommaDelimitedList, Default: "a,b"}
  Wanted: {Type: String}
  Blank: {Type: String, Default: " "}
  Bucket: {Type: String, Default: "s3://<your-bucket>/model.tar.gz"}
  Later: {Type: String, Default: "123456789012.dkr.ecr.us-east-1.amazonaws.com/REPLACE_ME:1"}
  Exchange: {Type: String, Default: exchange-meter}
  Secret: {Type: String, Default: hunter2, NoEcho: true}
  Parameter: {Type: "AWS::SSM::Parameter::Value<String>", Default: /images/ranker}
  Dynamic: {Type: String, Default: "{{resolve:ssm:/images/ranker}}"}
  Long: {Type: String, Default: "%s"}
  Listed: {Type: String, Default: [a, b]}
  Odd: 5
Conditions:
  Holds: !Equals [!Ref Name, ranker]
  Fails: !Not [!Condition Holds]
  Maybe: !Equals [!Ref Wanted, ranker]
  AllOfThem: !And [!Condition Holds, !Condition Maybe]
  NotAll: !And [!Condition Maybe, !Condition Fails]
  Any: !Or [!Condition Maybe, !Condition Holds]
  NoneOfThem: !Or [!Condition Fails, !Equals [a, b]]
  PerhapsAny: !Or [!Condition Fails, !Condition Maybe]
  Numbers: !Equals [!Ref Count, 2]
  Booleans: !Equals [!Ref Flag, true]
  Lists: !Equals [[a], [a]]
  Chicken: !Not [!Condition Egg]
  Egg: !Not [!Condition Chicken]
  Odd: 7
Mappings:
  Accounts:
    us-east-1: {Image: "763104351884", Types: [ml.m5.large, ml.m5.xlarge], Odd: {a: b}}
    eu-west-1: {Image: "685385470294"}
    "2": {ranker: two}
  Odd: 7
Resources:
  Model: {Type: AWS::SageMaker::Model}
  Endpoint: {Type: AWS::SageMaker::Endpoint}
  Role: {Type: AWS::IAM::Role}
""" % ("x" * 4097)


def attribute(name: str, prefix: str = "", suffix: str = "") -> Reference:
    """A reference to an attribute of the endpoint."""
    return Reference(prefix, suffix, logical_id="Endpoint", attribute=name)


def dynamic(service: str, prefix: str = "", suffix: str = "") -> DynamicReference:
    """What another service fills in."""
    return DynamicReference(prefix, suffix, service=service)


RESOLVED: dict[str, Any] = {
    # Ref
    "!Ref Model": Reference(logical_id="Model", attribute=None),
    "!Ref Nowhere": Unknown(),
    "!Ref [Model]": Unknown(),
    "!Ref AWS::Region": "us-east-1",
    "!Ref AWS::AccountId": "111122223333",
    "!Ref AWS::Partition": "aws",
    "!Ref AWS::URLSuffix": "amazonaws.com",
    "!Ref AWS::StackName": "search",
    "!Ref AWS::StackId": Unknown(),
    "!Ref AWS::NoValue": NOTHING,
    "{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}": {"b": [1]},
    # parameters
    "!Ref Name": "ranker",
    "!Ref Count": "2",
    "!Ref Flag": "true",
    "!Ref Subnets": ["subnet-1", "subnet-2"],
    "!Ref Words": ["a", "b"],
    "!Ref Wanted": Unknown(),
    "!Ref Blank": Unknown(),
    "!Ref Bucket": Unknown(),
    "!Ref Later": Unknown(),
    "!Ref Exchange": "exchange-meter",
    "!Ref Secret": Unknown(),
    "!Ref Parameter": Unknown(),
    "!Ref Dynamic": dynamic("ssm"),
    "!Ref Long": Unknown(),
    "!Ref Listed": Unknown(),
    "!Ref Odd": Unknown(),
    # Fn::GetAtt
    "!GetAtt Endpoint.EndpointName": attribute("EndpointName"),
    "!GetAtt Nested.Outputs.Name": Reference(logical_id="Nested", attribute="Outputs.Name"),
    "!GetAtt [Endpoint, !Ref Name]": attribute("ranker"),
    "!GetAtt [Endpoint, !Ref Wanted]": Unknown(),
    "!GetAtt Endpoint": Unknown(),
    "!GetAtt [a, b, c]": Unknown(),
    # Fn::Sub
    "!Sub plain": "plain",
    "!Sub '${Name}-${Count}'": "ranker-2",
    "!Sub '${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/a:1'": (
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1"
    ),
    "!Sub 'endpoint/${Endpoint.EndpointName}/variant/v'": attribute("EndpointName", "endpoint/", "/variant/v"),
    "!Sub 's3://${Wanted}/${Name}.tar.gz'": Unknown("s3://", "/ranker.tar.gz"),
    "!Sub 'a${Endpoint.Name}b${Wanted}c'": Unknown("a", "c"),
    "!Sub 'a-${!Name}'": "a-${Name}",
    "!Sub ['${a}/${Name}', {a: !Ref Count}]": "2/ranker",
    "!Sub ['${Name}', {Name: other}]": "other",
    "!Sub ['${a}', {a: [1]}]": Unknown(),
    "!Sub 'a${Words}b'": Unknown("a", "b"),
    "!Sub 'a${}b'": Unknown("a", "b"),
    "!Sub 'a${Name'": "a${Name",
    "!Sub [a, b]": Unknown(),
    "!Sub 5": "5",
    # Fn::Join
    "!Join ['-', [a, !Ref Name, 3, true]]": "a-ranker-3-true",
    "!Join ['/', [endpoint, !GetAtt Endpoint.EndpointName, variant, v]]": attribute(
        "EndpointName", "endpoint/", "/variant/v"
    ),
    "!Join ['', [a, !Ref Wanted, b, !Ref Wanted, c]]": Unknown("a", "c"),
    "!Join [',', [a, !Ref AWS::NoValue, b]]": "a,b",
    "!Join [',', !Ref Words]": "a,b",
    "!Join [',', []]": "",
    "!Join [',', !Ref Wanted]": Unknown(),
    "!Join [!Ref Wanted, [a, b]]": Unknown(),
    "!Join a": Unknown(),
    # Fn::Split, Fn::Select, Fn::Length
    "!Split [',', 'a,b']": ["a", "b"],
    "!Split ['', 'a,b']": Unknown(),
    "!Split [',', !Ref Wanted]": Unknown(),
    "!Select [1, [a, b]]": "b",
    "!Select ['1', !Ref Words]": "b",
    "!Select [!Ref Count, [a, b, c]]": "c",
    "!Select [2, [a, b]]": Unknown(),
    "!Select [-1, [a, b]]": Unknown(),
    "!Select [0, [!GetAtt Endpoint.Arn]]": attribute("Arn"),
    "!Select [0, !GetAZs '']": Unknown(),
    "!Select [2, !Split ['/', 'a/b/c']]": "c",
    "!Select [1, !Split ['/', !Ref Endpoint]]": attribute("EndpointName"),
    "!Select [1, !Split ['/', !Sub '${Model}']]": Reference(logical_id="Model", attribute="ModelName"),
    "!Sub ['${Name}-x', {Name: !Select [1, !Split ['/', !Ref Endpoint]]}]": attribute("EndpointName", suffix="-x"),
    "!Select [0, !Split ['/', !Ref Model]]": Unknown(prefix="arn:"),
    "!Select [2, !Split ['/', !Ref Model]]": Unknown(),
    "!Select [1, !Split [':', !Ref Model]]": Unknown(),
    "!Select [1, !Split ['/', !Sub 'a/${Model}']]": Unknown(),
    "!Select [1, !Split ['/', !GetAtt Endpoint.Arn]]": Unknown(),
    "!Select [1, !Split ['/', !Ref Role]]": Unknown(),
    "!Length [a, b]": 2,
    "!Length [a, !Ref Model]": 2,
    "!Length [a, !Ref Wanted]": Unknown(),
    "{Fn::Length: !Ref Wanted}": Unknown(),
    # Fn::If
    "!If [Holds, a, b]": "a",
    "!If [Fails, a, b]": "b",
    "!If [Maybe, a, b]": Unknown(),
    "!If [Maybe, [a, !Ref Name], [a, ranker]]": ["a", "ranker"],
    "!If [Maybe, a, !Ref AWS::NoValue]": Unknown(),
    "!If [Fails, a, !Ref AWS::NoValue]": NOTHING,
    "[!If [Fails, a, !Ref AWS::NoValue], b]": ["b"],
    "!If [Nowhere, a, b]": Unknown(),
    "!If [!Condition Holds, a, b]": Unknown(),
    "!If [Holds, a]": Unknown(),
    # Fn::FindInMap
    "!FindInMap [Accounts, !Ref AWS::Region, Image]": "763104351884",
    "!FindInMap [Accounts, us-east-1, Types]": ["ml.m5.large", "ml.m5.xlarge"],
    "!FindInMap [Accounts, !Ref Count, !Ref Name]": "two",
    "!FindInMap [Accounts, !Ref Wanted, Image]": Unknown(),
    "!FindInMap [Accounts, nowhere, Image]": Unknown(),
    "!FindInMap [Accounts, nowhere, Image, {DefaultValue: !Ref Name}]": "ranker",
    "!FindInMap [Accounts, eu-west-1, Image, {DefaultValue: a}]": "685385470294",
    "!FindInMap [Accounts, !Ref Wanted, Image, {DefaultValue: a}]": Unknown(),
    "!FindInMap [Accounts, us-east-1, Odd]": Unknown(),
    "!FindInMap [Odd, a, b]": Unknown(),
    "!FindInMap [Accounts, a]": Unknown(),
    "!FindInMap [!FindInMap [Accounts, '2', ranker], a, b]": Unknown(),
    # others
    "{Fn::Base64: !Ref Name}": "cmFua2Vy",
    "{Fn::Base64: !Ref Wanted}": Unknown(),
    "!ToJsonString {a: [1, !Ref Name]}": '{"a":[1,"ranker"]}',
    "!ToJsonString {a: !Ref Wanted}": Unknown(),
    "!ImportValue a": Unknown(),
    "!GetStackOutput {StackName: a, OutputName: b}": Unknown(),
    "!Cidr [10.0.0.0/24, 6, 5]": Unknown(),
    "!NotMadeYet a": Unknown(),
    "{Fn::Transform: {Name: AWS::Include}, a: 1}": Unknown(),
    "{'Fn::ForEach::Loop': [a, [b], {}], a: 1}": Unknown(),
    # dynamic references
    "'{{resolve:ssm:/a}}'": dynamic("ssm"),
    "'a-{{resolve:ssm:/a}}-b-{{resolve:secretsmanager:c}}-d'": dynamic("ssm", "a-", "-d"),
    "!Sub 'a-{{resolve:ssm:/${Wanted}}}-b'": dynamic("ssm", "a-", "-b"),
    "!Sub 'a-{{resolve:ssm:/a}}-${Endpoint.Name}-b'": dynamic("ssm", "a-", "-b"),
    "!Sub 'a-${Endpoint.Name}-{{resolve:ssm:/a}}-b'": dynamic("ssm", "a-", "-b"),
    "!Join ['', ['{{resolve:ssm:', /a, '}}', b]]": dynamic("ssm", "", "b"),
    "!Join ['', [a, '{{resolve:secretsmanager:', !Ref Model, ':SecretString:c::}}', b]]": dynamic(
        "secretsmanager", "a", "b"
    ),
    "!Join ['', [a, !Ref Model, '{{resolve:secretsmanager:', !Ref Wanted, '}}b']]": dynamic("secretsmanager", "a", "b"),
    "'a-{{resolve:ssm'": dynamic("ssm", "a-"),
    # values
    "a": "a",
    "2": 2,
    "true": True,
    "~": None,
    "{Ref: Name, b: 1}": {"Ref": "Name", "b": 1},
    "{Condition: Holds}": {"Condition": "Holds"},
}


@pytest.mark.parametrize("written", RESOLVED)
def test_resolves(written: str, template: Reads) -> None:
    document = template(f"{DOCUMENT}\nValue: {written}\n").document
    resolver = Resolver(document=document, region="us-east-1", account="111122223333", stack_name="search")

    assert resolver.resolve(document["Value"]) == RESOLVED[written]


CONDITIONS = {
    "Holds": True,
    "Fails": False,
    "Maybe": None,
    "AllOfThem": None,
    "NotAll": False,
    "Any": True,
    "NoneOfThem": False,
    "PerhapsAny": None,
    "Numbers": True,
    "Booleans": True,
    "Lists": None,
    "Chicken": None,
    "Egg": None,
    "Odd": None,
    "Nowhere": None,
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_holds_or_not_or_is_not_known(name: str, template: Reads) -> None:
    assert Resolver(document=template(DOCUMENT).document).condition(name) is CONDITIONS[name]


@pytest.mark.parametrize(
    ("region", "arn", "suffix"),
    [
        (None, Unknown("arn:aws", ":iam"), Unknown()),
        ("eu-central-1", "arn:aws:iam", "amazonaws.com"),
        ("cn-north-1", "arn:aws-cn:iam", "amazonaws.com.cn"),
        ("us-gov-west-1", "arn:aws-us-gov:iam", "amazonaws.com"),
        ("us-isob-east-1", "arn:aws-iso-b:iam", "sc2s.sgov.gov"),
        ("eusc-de-east-1", "arn:aws-eusc:iam", "amazonaws.eu"),
    ],
)
def test_the_region_says_the_partition(region: str | None, arn: object, suffix: object) -> None:
    resolver = Resolver(document={}, region=region)

    assert resolver.resolve({"Fn::Sub": "arn:${AWS::Partition}:iam"}) == arn
    assert resolver.resolve({"Ref": "AWS::URLSuffix"}) == suffix


def test_a_resource_may_not_hide_a_parameter_of_the_same_name() -> None:
    document = {"Parameters": {"A": {"Type": "String", "Default": "b"}}, "Resources": {"A": {}}}

    assert Resolver(document=document).resolve({"Ref": "A"}) == "b"


@pytest.mark.parametrize("section", ["Parameters", "Conditions", "Mappings", "Resources"])
def test_a_section_that_is_no_mapping_says_nothing(section: str) -> None:
    resolver = Resolver(document={"Resources": {}, section: ["A"]})
    values = [{"Ref": "A"}, {"Fn::If": ["A", 1, 2]}, {"Fn::FindInMap": ["A", "b", "c"]}]

    assert resolver.resolve(values) == [Unknown()] * 3


def test_long_chains_of_conditions_are_unknown() -> None:
    chain = {f"C{number}": {"Fn::Not": [{"Condition": f"C{number + 1}"}]} for number in range(100_000)}

    assert Resolver(document={"Conditions": chain}).resolve({"Fn::If": ["C0", 1, 2]}) == Unknown()


def test_strings_do_not_grow_without_end() -> None:
    document = {"Parameters": {"A": {"Type": "String", "Default": "a" * 4096}}}

    assert Resolver(document=document).resolve({"Fn::Sub": "${A}" * 100_000}) == Unknown()
