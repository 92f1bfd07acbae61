"""Model data of containers and how it is prepared."""

from sagemaker_multi_container.rules import Unknown
from tests.rules.case import breaks, keeps
from tests.rules.descriptions import ABSENT, SERIAL, container

C = "Model.Containers"
URL = f"{C}[0].ModelDataUrl"
SOURCE = f"{C}[1].ModelDataSource"
URI = f"{SOURCE}.S3DataSource.S3Uri"
MANY = f"{C}[1].ModelDataUrl"

CASES = [
    breaks("MCE-C25", {URL: "/local/model.tar.gz"}, URL, "expected s3:// or https://"),
    breaks("MCE-C25", {URL: Unknown(prefix="gs://")}, URL, "'gs://…' is not valid"),
    breaks("MCE-C25", {URI: "tagger/"}, URI, "'tagger/' is not valid"),
    breaks("MCE-C25", {URL: f"s3://models/{'a' * 1024}.tar.gz"}, URL, "at most 1024"),
    keeps("MCE-C25", {URL: "https://models.s3.amazonaws.com/model.tar.gz"}),
    keeps("MCE-C25", {URL: Unknown(prefix="s3:", suffix="x.tar.gz")}),
    breaks("MCE-C26", {URL: "s3://models/ranker/"}, URL, "'s3://models/ranker/' is no .tar.gz object"),
    breaks("MCE-C26", {URL: Unknown(prefix="s3://", suffix="/model.zip")}, URL, "is no .tar.gz object"),
    breaks("MCE-C26", {URL: Unknown(prefix="s3://", suffix="/")}, URL, "is no .tar.gz object"),
    keeps("MCE-C26", {URL: Unknown(prefix="s3://", suffix="z")}),
    keeps("MCE-C26", {URL: Unknown(prefix="s3://", suffix="/asset.gz")}),
    keeps("MCE-C26", {URL: "s3://models/ranker/", f"{C}[0].Mode": "MultiModel"}),
    keeps("MCE-C26", {URL: "s3://models/ranker/", f"{C}[0].Mode": Unknown()}),
    breaks("MCE-C27", {f"{C}[1].ModelDataUrl": "s3://a/b.tar.gz"}, SOURCE, "beside a model data URL"),
    keeps("MCE-C27", {f"{C}[1].ModelDataUrl": Unknown()}),
    breaks("MCE-C28", {URI: "s3://models/tagger"}, URI, "does not end with a slash"),
    breaks("MCE-C28", {URI: Unknown(prefix="s3://", suffix="/tagger")}, URI, "does not end with a slash"),
    keeps("MCE-C28", {URI: Unknown(prefix="s3://models/")}),
    keeps("MCE-C28", {URI: "s3://models/tagger", f"{SOURCE}.S3DataSource.S3DataType": "S3Object"}),
    breaks(
        "MCE-C29",
        {f"{SOURCE}.S3DataSource.CompressionType": "Gzip"},
        f"{SOURCE}.S3DataSource.CompressionType",
        "got Gzip for an S3Prefix",
    ),
    breaks(
        "MCE-C29",
        {f"{SOURCE}.S3DataSource.S3DataType": "ManifestFile"},
        f"{SOURCE}.S3DataSource.S3DataType",
        "it must be S3Prefix or S3Object",
    ),
    breaks(
        "MCE-C29", {f"{SOURCE}.S3DataSource.CompressionType": ABSENT}, f"{SOURCE}.S3DataSource", "has no compression"
    ),
    keeps(
        "MCE-C29",
        {f"{SOURCE}.S3DataSource.CompressionType": "Gzip", f"{SOURCE}.S3DataSource.S3DataType": "S3Object"},
    ),
    breaks("MCE-C30", {f"{C}[1].Mode": "MultiModel"}, SOURCE, "in MultiModel mode cannot have a model data source"),
    keeps("MCE-C30", {f"{C}[1].Mode": "SingleModel"}),
    breaks(
        "MCE-C31", {f"{C}[0].Mode": "MultiModel"}, f"{C}[1].Mode", "container 0 is already in MultiModel", base=SERIAL
    ),
    breaks("MCE-C31", {f"{C}[0].Mode": "Multimodel"}, f"{C}[0].Mode", "it must be SingleModel or MultiModel"),
    keeps("MCE-C31", {f"{C}[0].Mode": "SingleModel"}, base=SERIAL),
    breaks("MCE-C32", {f"{C}[0].Mode": "MultiModel"}, f"{C}[0].Mode", "is not documented"),
    keeps("MCE-C32", {}, base=SERIAL),
    breaks("MCE-C33", {MANY: "s3://models/many.tar.gz"}, MANY, "is one archive", base=SERIAL),
    breaks("MCE-C33", {MANY: Unknown(suffix=".tar.gz")}, MANY, "is one archive", base=SERIAL),
    breaks("MCE-C33", {MANY: ABSENT}, f"{C}[1].Mode", "has no model data", base=SERIAL),
    keeps("MCE-C33", {MANY: Unknown(prefix="s3://models/")}, base=SERIAL),
    breaks("MCE-C34", {f"{C}[1].Mode": ABSENT}, f"{C}[1].MultiModelConfig", "hosts a single model", base=SERIAL),
    breaks(
        "MCE-C34",
        {f"{C}[1].MultiModelConfig.ModelCacheSetting": "On"},
        f"{C}[1].MultiModelConfig.ModelCacheSetting",
        "it must be Enabled or Disabled",
        base=SERIAL,
    ),
    keeps("MCE-C34", {f"{C}[1].Mode": Unknown()}, base=SERIAL),
    keeps("MCE-C34", {f"{C}[0]": container("a", MultiModelConfig=None)}),
]
