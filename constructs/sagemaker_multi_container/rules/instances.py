"""Rules about the instances of variants: their types, their number, and what depends on them."""

from __future__ import annotations

from typing import Any

from .checks import begins, chosen, counted, fits, quoted, required, within
from .description import Unknown, dicts, is_any_set, is_certain, is_multi_container, is_set, mode_of, number, text
from .instance_types import (
    has_gpu,
    has_local_storage,
    has_neuron,
    is_arm,
    is_well_formed,
    known_regions,
    known_types,
    regions_of,
)
from .limits import (
    API,
    CAPACITY_RESERVATION,
    GUIDE,
    INFERENCE_AMI,
    INSTANCE_COUNT,
    INSTANCE_POOL_PRIORITY,
    INSTANCE_POOLS,
    ML_RESERVATION_ARN,
    PROVISION_SECONDS,
    VOLUME_SIZE_GB,
)
from .rule import Confidence, Place, Problems, Severity, declare, rule
from .spelling import nearest

PRODUCTION_VARIANT = API + "ProductionVariant.html"
TYPE = ("Variant.InstanceType", "Variant.InstancePools[].InstanceType")

_MEANING = "ml.<family>.<size>"


@rule(
    "MCE-V08",
    guards=TYPE,
    source=PRODUCTION_VARIANT,
    fix="write ml.<family>.<size>, such as ml.c5.xlarge",
    also=tuple(begins(path, "ml.", meaning=_MEANING) for path in TYPE),
)
def instance_type_form(instance_type: str, place: Place) -> Problems:
    """An instance type is written as ml.<family>.<size>."""
    if not is_well_formed(instance_type):
        yield place.problem(f"{quoted(instance_type)} is not valid; expected {_MEANING}")


@rule(
    "MCE-V09",
    severity=Severity.WARNING,
    guards=TYPE,
    source=PRODUCTION_VARIANT,
    fix="check the spelling; a type that is newer than this release may be right all the same",
)
def instance_type_is_known(instance_type: str, place: Place) -> Problems:
    """An instance type is one of those that SageMaker hosts endpoints on."""
    if instance_type not in known_types() and is_well_formed(instance_type):
        meant = nearest(instance_type, known_types())
        hint = f"; did you mean {meant!r}?" if meant else ""
        yield place.problem(f"{quoted(instance_type)} is not among the {len(known_types())} known types{hint}")


@rule(
    "MCE-V10",
    severity=Severity.WARNING,
    guards=TYPE,
    source="https://aws.amazon.com/sagemaker/ai/pricing/",
    fix="choose a type that is offered in the region, or deploy to another region",
)
def instance_type_is_offered(instance_type: str, place: Place) -> Problems:
    """An instance type is offered for hosting in the endpoint's region."""
    region = place.description.region
    if region is not None:
        regions = regions_of(instance_type)
        if regions and region not in regions and region in known_regions():
            yield place.problem(f"{quoted(instance_type)} is not in the price list for hosting in {region}")


@rule(
    "MCE-V11",
    severity=Severity.WARNING,
    guards="Variant.InstanceType",
    source="https://github.com/philschmid/huggingface-sagemaker-multi-container-endpoint",
    fix="try it before you rely on it; all containers share the GPUs",
    confidence=Confidence.INFERRED,
)
def gpu_in_direct_mode(instance_type: str, place: Place) -> Problems:
    """Containers that are called in Direct mode run on instances without a GPU."""
    if has_gpu(instance_type):
        model = place.description.referred(place.siblings.get("ModelName"), "Model")
        if model is not None and mode_of(model) == "Direct" and is_multi_container(model):
            message = f"{quoted(instance_type)} has a GPU, and AWS documents none for containers in Direct mode"
            yield place.problem(message)


@rule(
    "MCE-V12",
    severity=Severity.INFO,
    guards=TYPE,
    source=GUIDE + "realtime-endpoints-graviton.html",
    fix="build the image of each container for arm64",
)
def arm_needs_arm_images(instance_type: str, place: Place) -> Problems:
    """On Arm-based instances containers have images that are built for arm64."""
    if is_arm(instance_type):
        yield place.problem(f"{quoted(instance_type)} is Arm-based; images must be built for arm64")


@rule(
    "MCE-V13",
    severity=Severity.WARNING,
    guards="Endpoint.DeploymentConfig",
    source=GUIDE + "deployment-guardrails-exclusions.html",
    fix="use another instance type, or leave the deployment to all at once",
)
def inferentia1_has_no_guardrails(deployment: dict[str, object], place: Place) -> Problems:
    """Endpoints on Inf1 instances are deployed all at once, whatever is asked for."""
    config = place.description.referred(place.properties.get("EndpointConfigName"), "EndpointConfig")
    routing = text(deployment, "BlueGreenUpdatePolicy", "TrafficRoutingConfiguration", "Type")
    if config is not None and (routing in ("CANARY", "LINEAR") or is_certain(deployment.get("RollingUpdatePolicy"))):
        for variant in dicts(config.get("ProductionVariants")):
            instance_type = text(variant, "InstanceType")
            if instance_type is not None and instance_type.startswith("ml.inf1."):
                yield place.problem(
                    f"asks for a gradual deployment, but {quoted(instance_type)} is deployed all at once"
                )
                return


@rule(
    "MCE-V15",
    severity=Severity.WARNING,
    guards="EndpointConfig.KmsKeyId",
    source=API + "CreateEndpointConfig.html",
    fix="leave the key out, or choose a type without local storage if the data must be under your key",
)
def key_and_local_storage(key: str | Unknown, place: Place) -> Problems:
    """A KMS key encrypts storage volumes, not the local NVMe disks of an instance."""
    if is_certain(key):
        for name in ("ProductionVariants", "ShadowProductionVariants"):
            for variant in dicts(place.properties.get(name)):
                instance_type = text(variant, "InstanceType")
                if instance_type is not None and has_local_storage(instance_type):
                    disks = f"the local disks of {quoted(instance_type)}"
                    yield place.problem(f"the key does not encrypt {disks}; the instance encrypts them itself")
                    return


declare(
    "MCE-V16",
    "A storage volume has 1 to 512 GB.",
    within("Variant.VolumeSizeInGB", VOLUME_SIZE_GB, "GB"),
    source=PRODUCTION_VARIANT,
    fix="choose a size from 1 to 512 GB",
)


@rule(
    "MCE-V17",
    guards="Variant.VolumeSizeInGB",
    source="https://github.com/aws/sagemaker-python-sdk/pull/4828",
    fix="leave the volume size out; the model data is kept on the instance's own disks",
    confidence=Confidence.INFERRED,
)
def volume_and_local_storage(_: int, place: Place) -> Problems:
    """Instances with local NVMe disks have no storage volume whose size could be chosen."""
    instance_type = text(place.siblings, "InstanceType")
    if instance_type is not None and has_local_storage(instance_type):
        yield place.problem(f"gives a volume size, but {quoted(instance_type)} has local disks and no volume")


@rule(
    "MCE-V26",
    guards="Variant.InferenceAmiVersion",
    source=PRODUCTION_VARIANT,
    fix="choose an image for the instance's accelerator, or leave it out on instances without one",
    also=(chosen("Variant.InferenceAmiVersion", INFERENCE_AMI),),
)
def machine_image_fits_accelerator(version: str, place: Place) -> Problems:
    """A machine image for GPUs or Neuron chips is for instances that have them."""
    instance_type = text(place.siblings, "InstanceType")
    if instance_type is not None and is_well_formed(instance_type):
        for accelerator, has_it, noun in (("gpu", has_gpu, "GPU"), ("neuron", has_neuron, "Neuron chip")):
            if f"-{accelerator}-" in version and not has_it(instance_type):
                yield place.problem(
                    f"{quoted(version)} is for instances with a {noun}; {quoted(instance_type)} has none"
                )


@rule(
    "MCE-V05",
    guards="Variant.InstanceType",
    source=PRODUCTION_VARIANT,
    fix="start with at least one instance",
    also=(within("Variant.InitialInstanceCount", INSTANCE_COUNT),),
)
def instance_count(_: str, place: Place) -> Problems:
    """A variant on instances has an initial number of them, at least 1."""
    variant = place.siblings
    has_number = is_any_set(variant, "InitialInstanceCount", "ManagedInstanceScaling", "ServerlessConfig")
    if is_set(variant, "ModelName") and not has_number:
        yield place.path[:-1], "has an instance type, but no initial number of instances"


@rule(
    "MCE-V24",
    guards="Variant.ManagedInstanceScaling",
    source="https://github.com/hashicorp/terraform-provider-aws/pull/45926",
    fix="scale the variant with Application Auto Scaling",
    confidence=Confidence.INFERRED,
)
def managed_instance_scaling(scaling: dict[str, Any], place: Place) -> Problems:
    """Only endpoints of inference components have managed instance scaling, with a minimum below the maximum."""
    if is_certain(place.siblings.get("ModelName")) and text(scaling, "Status") == "ENABLED":
        yield place.problem("the variant hosts a model; managed instance scaling is for inference components")
    low, high = number(scaling, "MinInstanceCount"), number(scaling, "MaxInstanceCount")
    if low is not None and high is not None and low > high:
        yield place.problem(f"the minimum of {low} instances is above the maximum of {high}")


@rule(
    "MCE-V25",
    guards="Variant.InstancePools",
    source=GUIDE + "realtime-endpoints-heterogeneous.html",
    fix="give 1 to 5 instance pools with priorities from 1 to 5 instead of an instance type",
    also=(
        counted("Variant.InstancePools", INSTANCE_POOLS, "instance pools"),
        required("Variant.InstancePools[]", InstanceType="instance type", Priority="priority"),
        within("Variant.InstancePools[].Priority", INSTANCE_POOL_PRIORITY),
        within("Variant.VariantInstanceProvisionTimeoutInSeconds", PROVISION_SECONDS, "seconds"),
    ),
)
def instance_pools(_: list[Any], place: Place) -> Problems:
    """Instance pools, at most 5, stand in place of an instance type."""
    if is_certain(place.siblings.get("InstanceType")):
        yield place.problem("the variant has an instance type and instance pools; it takes one of them")


declare(
    "MCE-V27",
    "A capacity reservation is an ML reservation that is used alone.",
    chosen("Variant.CapacityReservationConfig.CapacityReservationPreference", CAPACITY_RESERVATION),
    fits("Variant.CapacityReservationConfig.MlReservationArn", ML_RESERVATION_ARN),
    source=API + "ProductionVariantCapacityReservationConfig.html",
    fix="use capacity-reservations-only and the reservation's ARN",
)


@rule(
    "MCE-V30",
    severity=Severity.INFO,
    guards="EndpointConfig.ProductionVariants[].InitialInstanceCount",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-4",
    fix="start with two instances; SageMaker spreads them over availability zones",
)
def more_than_one_instance(count: int, place: Place) -> Problems:
    """A production variant has more than one instance (Security Hub SageMaker.4)."""
    if count == 1 and not is_set(place.siblings, "ServerlessConfig"):
        yield place.problem("got 1 instance, so that one availability zone holds it all; Security Hub SageMaker.4")
