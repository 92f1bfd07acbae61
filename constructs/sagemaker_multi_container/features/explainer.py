"""Explaining an endpoint's predictions."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from ..arguments import ArgumentReader, given
from ..arns import arn_of_key, to_the_letter
from ..declared_at import caller
from ..permissions import Statement, to_read
from ..rules import Unknown
from .destinations import A_BUCKET, read_key
from .feature import Feature

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3

_ARGUMENTS = {
    "ContentTemplate": "content_template",
    "EnableExplanations": "enable_explanations",
    "FeatureHeaders": "feature_headers",
    "FeatureTypes": "feature_types",
    "FeaturesAttribute": "features_attribute",
    "Granularity": "text_granularity",
    "LabelAttribute": "label_attribute",
    "LabelHeaders": "label_headers",
    "LabelIndex": "label_index",
    "Language": "text_language",
    "MaxPayloadInMB": "max_payload",
    "MaxRecordCount": "max_record_count",
    "NumberOfSamples": "number_of_samples",
    "ProbabilityAttribute": "probability_attribute",
    "ProbabilityIndex": "probability_index",
    "ShapBaselineConfig": "baseline",
    "TextConfig": "text_language",
}


class FeatureType(enum.StrEnum):
    """What kind of value a feature has."""

    NUMERICAL = "numerical"
    CATEGORICAL = "categorical"
    TEXT = "text"


class TextGranularity(enum.StrEnum):
    """The parts of a text that are explained one by one."""

    TOKEN = "token"  # noqa: S105 - a word of a text
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class ShapBaseline:
    """What a prediction is compared with. Make one with a factory method.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ClarifyShapBaselineConfig.html
    """

    _text: str | None = None
    _bucket: s3.IBucket | None = None
    _key: str | None = None
    _mime_type: str | None = None

    @staticmethod
    def from_text(text: str, *, mime_type: str | None = None) -> ShapBaseline:
        """A baseline that stands in the template.

        Args:
            text: One or more records, 4,096 characters at most.
            mime_type: `text/csv` or `application/jsonlines`. Default: SageMaker's, `text/csv`.
        """
        return ShapBaseline(_text=text, _mime_type=mime_type)

    @staticmethod
    def from_bucket(bucket: s3.IBucket, key: str, *, mime_type: str | None = None) -> ShapBaseline:
        """A baseline in S3. The execution role may read it.

        Args:
            bucket: The bucket, in the endpoint's region.
            key: The object's key.
            mime_type: `text/csv` or `application/jsonlines`. Default: SageMaker's, `text/csv`.
        """
        return ShapBaseline(_bucket=bucket, _key=key, _mime_type=mime_type)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `ShapBaselineConfig` property, and the permission to read the baseline."""
        statements: list[Statement] = []
        uri: object = None
        if self._text is None:
            arn = read.required_construct("baseline", self._bucket, "bucket_arn", *A_BUCKET)
            key = read_key("baseline", self._key or "", read)
            uri = Unknown()
            if self._bucket is not None and isinstance(arn, str) and isinstance(key, str):
                uri = f"s3://{self._bucket.bucket_name}/{key}"
                statements = to_read(f"{arn}/{to_the_letter(key)}", arn_of_key(self._bucket.encryption_key))
        properties = {
            "ShapBaseline": read.read("baseline", self._text, str),
            "ShapBaselineUri": uri,
            "MimeType": read.read("baseline", self._mime_type, str),
        }
        buckets = {} if self._bucket is None else {"baseline": self._bucket}
        return Feature(properties=given(properties), statements=statements, buckets=buckets)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarifyExplainer:
    """Has SageMaker Clarify explain predictions as they are made, by SHAP values.

    See https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability.html
    """

    baseline: ShapBaseline
    """What a prediction is compared with."""
    enable_explanations: str | None = None
    """A JMESPath expression that says of a record whether it is explained, 64 characters at most. Default: all are."""
    number_of_samples: int | None = None
    """How many synthetic records are predicted for each explanation. Default: SageMaker's choice."""
    use_logit: bool | None = None
    """Whether SHAP values are given as log-odds. Default: SageMaker's, False."""
    seed: int | None = None
    """Makes explanations repeatable. Default: none."""
    text_language: str | None = None
    """The language of text features, such as `en`. Default: there are none."""
    text_granularity: TextGranularity | None = None
    """The parts of a text that are explained. Default: there are no text features."""
    features_attribute: str | None = None
    """A JMESPath expression that finds the features in a JSON Lines request. Default: the request is all features."""
    content_template: str | None = None
    """How a JSON Lines record is made of features, such as `{"features": $features}`. Default: none."""
    max_record_count: int | None = None
    """How many records one call of the containers takes. Default: SageMaker's choice."""
    max_payload: cdk.Size | None = None
    """How large one call of the containers may be, 1 to 25 MiB. Default: 6 MiB."""
    probability_index: int | None = None
    """Where the probability stands in a CSV answer, from 0. Default: the answer holds nothing else."""
    label_index: int | None = None
    """Where the label stands in a CSV answer, from 0. Default: there is none."""
    probability_attribute: str | None = None
    """A JMESPath expression that finds the probability in a JSON Lines answer. Default: none."""
    label_attribute: str | None = None
    """A JMESPath expression that finds the labels in a JSON Lines answer. Default: none."""
    label_headers: Sequence[str] | None = None
    """The names of the labels, 1 to 16. Default: none."""
    feature_headers: Sequence[str] | None = None
    """The names of the features, 1 to 256. Default: none."""
    feature_types: Sequence[FeatureType] | None = None
    """The kinds of the features, 1 to 256. Default: SageMaker's guess."""
    declared_at: str = field(default_factory=caller, init=False, repr=False, compare=False)

    def bind(self, read: ArgumentReader) -> Feature:
        """The `ExplainerConfig` property, and the permission to read the baseline."""
        if not isinstance(self.baseline, ShapBaseline):
            read.wrong("baseline", self.baseline, "a ShapBaseline", "write ShapBaseline.from_text('...')")
            return Feature(properties=Unknown())
        baseline = self.baseline.bind(read)
        text = {
            "Language": read.read("text_language", self.text_language, str),
            "Granularity": read.read("text_granularity", self.text_granularity, str),
        }
        shap = {
            "ShapBaselineConfig": baseline.properties,
            "NumberOfSamples": read.read("number_of_samples", self.number_of_samples, int),
            "UseLogit": read.read("use_logit", self.use_logit, bool),
            "Seed": read.read("seed", self.seed, int),
            "TextConfig": given(text) or None,
        }
        clarify = {
            "EnableExplanations": read.read("enable_explanations", self.enable_explanations, str),
            "InferenceConfig": self._inference(read) or None,
            "ShapConfig": given(shap),
        }
        return Feature(
            arguments=_ARGUMENTS,
            properties={"ClarifyExplainerConfig": given(clarify)},
            statements=baseline.statements,
            buckets=baseline.buckets,
        )

    def _inference(self, read: ArgumentReader) -> dict[str, Any]:
        properties = {
            "FeaturesAttribute": read.read("features_attribute", self.features_attribute, str),
            "ContentTemplate": read.read("content_template", self.content_template, str),
            "MaxRecordCount": read.read("max_record_count", self.max_record_count, int),
            "MaxPayloadInMB": read.mebibytes("max_payload", self.max_payload),
            "ProbabilityIndex": read.read("probability_index", self.probability_index, int),
            "LabelIndex": read.read("label_index", self.label_index, int),
            "ProbabilityAttribute": read.read("probability_attribute", self.probability_attribute, str),
            "LabelAttribute": read.read("label_attribute", self.label_attribute, str),
            "LabelHeaders": read.strings("label_headers", self.label_headers),
            "FeatureHeaders": read.strings("feature_headers", self.feature_headers),
            "FeatureTypes": read.strings("feature_types", self.feature_types),
        }
        return given(properties)
