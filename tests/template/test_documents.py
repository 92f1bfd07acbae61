"""Files of every kind: templates in JSON and YAML, and what is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sagemaker_multi_container.template import UnreadableTemplateError, read
from tests.template.conftest import Reads

RESOURCES = "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n"

UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "is empty"),
    "blanks": (" \n\t\n", "is empty"),
    "comments": ("# nothing yet\n", "is no CloudFormation template: it holds nothing instead of a mapping"),
    "a list": ("[1, 2]", "is no CloudFormation template: it holds a list instead of a mapping"),
    "a word": ("Resources", "is no CloudFormation template: it holds a single value instead of a mapping"),
    "no resources": ("Outputs: {}", "is no CloudFormation template: it has no mapping of Resources"),
    "a list of resources": ("Resources: []", "is no CloudFormation template: it has no mapping of Resources"),
    "a manifest": ('{"artifacts": {}}', "is the manifest of a cloud assembly; give its folder, {folder}"),
    "broken JSON": ('{\n"Resources": {,}}', "is no JSON: line 2: expecting property name enclosed in double quotes"),
    "half of JSON": ('{"Resources": {', "is no JSON: line 1: expecting property name enclosed in double quotes"),
    "no number of JSON": ('{"Resources": {"A": [NaN,,]}}', "is no JSON: NaN is no value of JSON"),
    "broken YAML": ("Resources:\n  A: [1\n", "is no template in YAML: line 3: did not find expected ',' or ']'"),
    "a tab": ("Resources:\n\tA: 1\n", "is no template in YAML: line 2: found character that cannot start any token"),
    "two documents": (
        f"{RESOURCES}---\nA: 1\n",
        "is no template in YAML: line 4: it holds another document, and a template is one",
    ),
    "two keys": (
        "Resources:\n  A: 1\n  B: 2\n  A: 3\n",
        "is no template in YAML: line 4: there are two keys 'A', the first in line 2",
    ),
    "a list for a key": ("Resources:\n  [a]: 1\n", "is no template in YAML: line 2: a key is no text"),
    "a function for a key": ("Resources:\n  !Ref a: 1\n", "is no template in YAML: line 2: a key is no text"),
    "no anchor": (
        "Resources: *a\n",
        "is no template in YAML: line 1: the alias *a stands for nothing that is complete before it",
    ),
    "what holds itself": (
        "Resources: &a\n  Model: [*a]\n",
        "is no template in YAML: line 2: the alias *a stands for nothing that is complete before it",
    ),
    "a merged number": (
        "Resources:\n  <<: 1\n",
        "is no template in YAML: line 2: << takes a mapping or a list of mappings",
    ),
    "no integer": ("Resources:\n  A: !!int a\n", "is no template in YAML: line 2: a value is no int"),
    "a Python object": (
        "Resources:\n  A: !!python/object/apply:os.system [id]\n",
        (
            "is no template in YAML: line 2: CloudFormation does not know the tag "
            "tag:yaml.org,2002:python/object/apply:os.system"
        ),
    ),
    "bytes in YAML": (
        "Resources:\n  A: !!binary aGk=\n",
        "is no template in YAML: line 2: CloudFormation does not know the tag tag:yaml.org,2002:binary",
    ),
    "deep JSON": ('{"Resources":' + "[" * 200 + "]" * 200 + "}", "is no JSON: it is nested deeper than 100 levels"),
    "deeper JSON": ("[" * 200_000, "is no JSON: it is nested deeper than 100 levels"),
    "deep YAML": ("- " * 200_000, "is no template in YAML: line 1: it is nested deeper than 100 levels"),
    "deep aliases": (
        "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
        "is no template in YAML: line 100: with its aliases it is nested deeper than 100 levels",
    ),
    "a billion laughs": (
        "a0: &a0 [1, 2]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20)),
        "is no template in YAML: line 7: it has more than 250,000 values, those of aliases among them",
    ),
    "half a character": (r'{"Resources": {"\ud800": 1}}', "holds half of a surrogate pair, which is no character"),
    "a control character": ("Resources: \x01", "is no template in YAML: it holds a character that YAML does not allow"),
    "bytes": (b"\x7fELF\x02\x01\x01\x00\xff", "is no UTF-8 text, see byte 8"),
    "UTF-16": ("Resources: {}".encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
    "six megabytes": (b" " * (6 << 20), "is larger than 5 MB; CloudFormation takes no template above 1 MB"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_template_is_said_in_one_line(name: str, template: Reads, tmp_path: Path) -> None:
    content, reason = UNREADABLE[name]

    with pytest.raises(UnreadableTemplateError) as refused:
        template(content)

    file = tmp_path / "app.template"
    assert str(refused.value) == f"{file}: {reason.format(folder=tmp_path)}"
    assert (refused.value.path, "\n" in str(refused.value)) == (file, False)


@pytest.mark.parametrize("name", ["deep YAML", "deep aliases", "a billion laughs", "two documents", "no anchor"])
def test_it_is_said_without_the_c_parser_as_well(name: str, template: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without libyaml."""
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    content, reason = UNREADABLE[name]

    with pytest.raises(UnreadableTemplateError) as refused:
        template(content)

    assert refused.value.reason == reason


def test_paths_that_are_no_files_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "app" / "cdk.out").mkdir(parents=True)
    (tmp_path / "app" / "cdk.out" / "manifest.json").write_text("{}")
    reasons = {
        "nowhere.yaml": "no such file or directory",
        "/dev/zero": "is larger than 5 MB; CloudFormation takes no template above 1 MB",
        "/proc/self/mem": "input/output error",
        "x" * 300: "file name too long",
        "null\0byte": "embedded null byte",
        ".": "is no cloud assembly, for it has no manifest.json; give the folder that cdk synth wrote, or a file",
        "app": f"is no cloud assembly, for it has no manifest.json; give {tmp_path}/app/cdk.out",
    }

    for name, reason in reasons.items():
        with pytest.raises(UnreadableTemplateError) as refused:
            read(tmp_path / name)
        assert refused.value.reason == reason


def test_a_pipe_that_is_given_is_read_to_its_end(tmp_path: Path) -> None:
    """Also one that comes in pieces; lines are told though it cannot be read again."""
    pipe = tmp_path / "app.yaml"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("w") as stream:
            for piece in RESOURCES.splitlines(keepends=True):
                stream.write(piece)
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    (found,) = read(pipe)
    writer.join()

    assert (found.file, found.stack, found.line("Model")) == (pipe, "app", 2)


def test_a_pipe_that_a_template_names_is_not_read(tmp_path: Path) -> None:
    """It may never give anything."""
    os.mkfifo(tmp_path / "nested.yaml")
    file = tmp_path / "app.yaml"
    file.write_text(
        "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}", encoding="utf-8"
    )

    assert [each.file for each in read(file)] == [file]


def test_a_name_that_a_terminal_would_not_show_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTemplateError) as refused:
        read(tmp_path / "two\nlines\x1b[2J")

    assert str(refused.value) == f"'{tmp_path}/two\\nlines\\x1b[2J': no such file or directory"


SHORT_FORMS: dict[str, Any] = {
    "!Ref A": {"Ref": "A"},
    "!Condition A": {"Condition": "A"},
    "!GetAtt A.Arn": {"Fn::GetAtt": ["A", "Arn"]},
    "!GetAtt A.Outputs.Name": {"Fn::GetAtt": ["A", "Outputs.Name"]},
    "!GetAtt [A, Arn]": {"Fn::GetAtt": ["A", "Arn"]},
    "!GetAtt A": {"Fn::GetAtt": "A"},
    "!Sub 'a-${B}'": {"Fn::Sub": "a-${B}"},
    "!Sub ['${a}', {a: !Ref B}]": {"Fn::Sub": ["${a}", {"a": {"Ref": "B"}}]},
    "!Join ['', [a, !Ref B]]": {"Fn::Join": ["", ["a", {"Ref": "B"}]]},
    "!Select [0, !Split [',', 'a,b']]": {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]},
    "!If [A, 1, !Ref AWS::NoValue]": {"Fn::If": ["A", 1, {"Ref": "AWS::NoValue"}]},
    "!And [!Condition A, !Not [!Or [!Equals [a, b]]]]": {
        "Fn::And": [{"Condition": "A"}, {"Fn::Not": [{"Fn::Or": [{"Fn::Equals": ["a", "b"]}]}]}]
    },
    "!FindInMap [A, !Ref B, c]": {"Fn::FindInMap": ["A", {"Ref": "B"}, "c"]},
    "!ImportValue a": {"Fn::ImportValue": "a"},
    "!Base64 a": {"Fn::Base64": "a"},
    "!Cidr [a, 1]": {"Fn::Cidr": ["a", 1]},
    "!GetAZs ''": {"Fn::GetAZs": ""},
    "!Transform {Name: A, Parameters: {B: c}}": {"Fn::Transform": {"Name": "A", "Parameters": {"B": "c"}}},
    "!Length [a]": {"Fn::Length": ["a"]},
    "!ToJsonString {a: 1}": {"Fn::ToJsonString": {"a": 1}},
    "!NotMadeYet a": {"Fn::NotMadeYet": "a"},
}


@pytest.mark.parametrize("short", SHORT_FORMS)
def test_short_forms_are_the_functions_that_they_stand_for(short: str, template: Reads) -> None:
    assert template(f"{RESOURCES}Value: {short}\n").document["Value"] == SHORT_FORMS[short]


SCALARS: dict[str, Any] = {
    "2010-09-09": "2010-09-09",
    "2010-09-09T10:11:12Z": "2010-09-09T10:11:12Z",
    "=": "=",
    "''": "",
    "'2'": "2",
    "! 2": 2,
    "!!str 2": "2",
    "2": 2,
    "0x10": 16,
    "010": 8,
    "012345678901": "012345678901",
    "1.50": 1.5,
    "1e3": "1e3",
    "Yes": True,
    "off": False,
    "~": None,
    "1" * 301: "1" * 301,
    "&a b": "b",
    "é": "é",
}


@pytest.mark.parametrize("scalar", SCALARS)
def test_scalars_are_those_of_yaml_1_1_without_dates(scalar: str, template: Reads) -> None:
    assert template(f"{RESOURCES}Value: {scalar}\n").document["Value"] == SCALARS[scalar]


def test_keys_are_the_text_that_is_written(template: Reads) -> None:
    """Account ids are keys of mappings, and `On` may be one of Environment."""
    found = template(f"{RESOURCES}Mappings: {{A: {{000123456789: {{On: 1}}, 2010-01-01: {{~: 1}}}}}}\n")

    assert found.document["Mappings"] == {"A": {"000123456789": {"On": 1}, "2010-01-01": {"~": 1}}}


def test_aliases_and_merged_mappings_are_written_out(template: Reads) -> None:
    found = template("""
        Base: &base {Image: a, Mode: b}
        Other: &other {Mode: c, Hostname: d}
        One: {<<: *base, Image: e}
        Two: {Image: f, <<: [*base, *other]}
        Resources: {Three: *base}
    """)

    assert found.document["One"] == {"Image": "e", "Mode": "b"}
    assert found.document["Two"] == {"Image": "f", "Mode": "b", "Hostname": "d"}
    assert found.document["Resources"] == {"Three": {"Image": "a", "Mode": "b"}}


READABLE: dict[str, str | bytes] = {
    "JSON": '{"Resources": {"Model": {"Type": "AWS::SageMaker::Model"}}}',
    "JSON with a comment": '{"Resources": {"Model": {"Type": "AWS::SageMaker::Model"}}} # ours',
    "JSON with a comma too many": '{"Resources": {"Model": {"Type": "AWS::SageMaker::Model"},},}',
    "JSON with a mark of its encoding": '{"Resources": {"Model": {"Type": "AWS::SageMaker::Model"}}}'.encode(
        "utf-8-sig"
    ),
    "YAML": RESOURCES,
    "YAML as Windows writes it": RESOURCES.replace("\n", "\r\n"),
    "YAML with a mark of its encoding": RESOURCES.encode("utf-8-sig"),
    "YAML with a start and an end": f"--- # a template\n{RESOURCES}...\n",
}


@pytest.mark.parametrize("name", READABLE)
def test_what_a_file_holds_is_told_by_its_content(name: str, template: Reads) -> None:
    assert template(READABLE[name]).document == {"Resources": {"Model": {"Type": "AWS::SageMaker::Model"}}}


def test_json_is_read_without_pyyaml_and_yaml_names_what_is_missing(tmp_path: Path) -> None:
    """In a process of its own, which finds no PyYAML."""
    (tmp_path / "app.json").write_text('{"Resources": {}}')
    (tmp_path / "app.yaml").write_text("Resources: {}")
    (tmp_path / "broken.json").write_text("{")
    program = dedent("""
        import sys
        from pathlib import Path
        sys.path = [each for each in sys.path if not (Path(each) / "yaml").exists()]
        from sagemaker_multi_container.template import UnreadableTemplateError, read
        for file in sys.argv[1:]:
            try:
                print(len(read(Path(file))))
            except UnreadableTemplateError as refused:
                print(refused)
        print("yaml" in sys.modules)
    """)
    constructs = str(Path(__file__).parents[2] / "constructs")
    files = ["app.json", "app.yaml", "broken.json"]

    printed = subprocess.run(
        [sys.executable, "-c", program, *files],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": constructs},
    ).stdout.splitlines()

    install = "to read YAML, install sagemaker-multi-container[cli]"
    assert printed == [
        "1",
        f"app.yaml: is YAML; {install}",
        f"broken.json: is no JSON: line 1: expecting property name enclosed in double quotes; {install}",
        "False",
    ]
