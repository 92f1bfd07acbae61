"""Rules about the explanation of predictions."""

from __future__ import annotations

from typing import Any

from .checks import chosen, counted, fits, required, within
from .description import is_certain
from .limits import (
    API,
    CONTENT_TEMPLATE,
    EXPLAINED_PAYLOAD_MB,
    EXPLANATIONS,
    FEATURE_HEADERS,
    FEATURE_TYPE,
    FEATURE_TYPES,
    FEATURES_ATTRIBUTE,
    HEADER,
    LABEL_ATTRIBUTE,
    LABEL_HEADERS,
    LABEL_INDEX,
    MODEL_DATA_URL,
    PROBABILITY_ATTRIBUTE,
    PROBABILITY_INDEX,
    RECORDS,
    SHAP_BASELINE,
    SHAP_MIME_TYPE,
    SHAP_SAMPLES,
    TEXT_GRANULARITY,
    TEXT_LANGUAGE,
)
from .rule import Place, Problems, declare, rule

_EXPLAINER = "EndpointConfig.ExplainerConfig"
_CLARIFY = f"{_EXPLAINER}.ClarifyExplainerConfig"
_INFERENCE = f"{_CLARIFY}.InferenceConfig"
_SHAP = f"{_CLARIFY}.ShapConfig"
_BASELINE = f"{_SHAP}.ShapBaselineConfig"
_TEXT = f"{_SHAP}.TextConfig"


@rule(
    "MCE-E12",
    guards=_BASELINE,
    source=API + "ClarifyShapBaselineConfig.html",
    fix="keep the baseline itself or its address, and remove the other",
)
def one_shap_baseline(baseline: dict[str, Any], place: Place) -> Problems:
    """A SHAP baseline is given inline or by its address, not both."""
    if is_certain(baseline.get("ShapBaseline")) and is_certain(baseline.get("ShapBaselineUri")):
        yield place.problem("gives a SHAP baseline and the address of one; it takes one of them")


declare(
    "MCE-E16",
    "An explainer has a baseline, and stays within the limits of SageMaker Clarify.",
    required(_CLARIFY, ShapConfig="SHAP configuration"),
    required(_SHAP, ShapBaselineConfig="SHAP baseline"),
    required(_TEXT, Language="language", Granularity="granularity"),
    fits(f"{_CLARIFY}.EnableExplanations", EXPLANATIONS),
    fits(f"{_INFERENCE}.FeaturesAttribute", FEATURES_ATTRIBUTE),
    fits(f"{_INFERENCE}.ContentTemplate", CONTENT_TEMPLATE),
    within(f"{_INFERENCE}.MaxRecordCount", RECORDS),
    within(f"{_INFERENCE}.MaxPayloadInMB", EXPLAINED_PAYLOAD_MB, "MB"),
    within(f"{_INFERENCE}.ProbabilityIndex", PROBABILITY_INDEX),
    within(f"{_INFERENCE}.LabelIndex", LABEL_INDEX),
    fits(f"{_INFERENCE}.ProbabilityAttribute", PROBABILITY_ATTRIBUTE),
    fits(f"{_INFERENCE}.LabelAttribute", LABEL_ATTRIBUTE),
    counted(f"{_INFERENCE}.LabelHeaders", LABEL_HEADERS, "label headers"),
    fits(f"{_INFERENCE}.LabelHeaders[]", HEADER),
    counted(f"{_INFERENCE}.FeatureHeaders", FEATURE_HEADERS, "feature headers"),
    fits(f"{_INFERENCE}.FeatureHeaders[]", HEADER),
    counted(f"{_INFERENCE}.FeatureTypes", FEATURE_TYPES, "feature types"),
    chosen(f"{_INFERENCE}.FeatureTypes[]", FEATURE_TYPE),
    fits(f"{_BASELINE}.ShapBaseline", SHAP_BASELINE),
    fits(f"{_BASELINE}.ShapBaselineUri", MODEL_DATA_URL),
    fits(f"{_BASELINE}.MimeType", SHAP_MIME_TYPE),
    within(f"{_SHAP}.NumberOfSamples", SHAP_SAMPLES, "samples"),
    chosen(f"{_TEXT}.Language", TEXT_LANGUAGE),
    chosen(f"{_TEXT}.Granularity", TEXT_GRANULARITY),
    source=API + "ClarifyExplainerConfig.html",
    fix="keep to the limits of ClarifyExplainerConfig",
)
