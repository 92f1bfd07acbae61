"""An organisation's own endpoint class, two endpoints of it that share a role, and a dashboard in another stack."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    Deployment,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)

ENDPOINTS = {"search": ["retriever", "ranker"], "moderation": ["text", "images", "verdict"]}


class Platform(Construct):
    """What all endpoints of the organisation have in common."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            subnet_configuration=[ec2.SubnetConfiguration(name="Models", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
            # SageMaker fetches the model data through the VPC.
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
            flow_logs={"All": ec2.FlowLogOptions()},
        )
        self.key = kms.Key(self, "Key", description="Storage volumes of endpoints", enable_key_rotation=True)
        self.on_call = sns.Topic(self, "OnCall", enforce_ssl=True)


class CompanyEndpoint(MultiContainerEndpoint):
    """An endpoint as the organisation wants it: isolated, encrypted, tagged, watched and rolled back."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        endpoint_name: str,
        containers: Sequence[ContainerDefinition],
        instance_type: str = "ml.m5.xlarge",
        role: iam.IRole | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            endpoint_name=endpoint_name,
            mode=InferenceExecutionMode.DIRECT,
            containers=containers,
            instance_type=instance_type,
            initial_instance_count=2,
            role=role,
            vpc=platform.vpc,
            network_isolation=True,
            encryption_key=platform.key,
            # The alarms are watched for so long before the old instances go.
            deployment=Deployment.all_at_once(termination_wait=cdk.Duration.minutes(10)),
        )
        cdk.Tags.of(self).add("cost-centre", "machine-learning")
        self.add_alarms(rollback=True, actions=[actions.SnsAction(platform.on_call)])
        self._acknowledge_findings(platform.vpc, endpoint_name)

    def _acknowledge_findings(self, vpc: ec2.Vpc, endpoint_name: str) -> None:
        """What cdk-nag finds, and why it is right as it is: said once for all endpoints."""
        logs_here = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
        network_here = "arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface"
        network_anywhere = "arn:<AWS::Partition>:ec2:<AWS::Region>:*"
        reasons = {
            "*": "IAM knows no resources of ecr:GetAuthorizationToken, cloudwatch:PutMetricData and ec2:Describe*.",
            f"{logs_here}/aws/sagemaker/Endpoints/{endpoint_name}:*": "The streams of the endpoint's own log group.",
            f"{network_here}/*": "SageMaker makes the network interfaces, so that nobody knows their ids before.",
        }
        shared = "The id is of one resource alone, though it may belong to an account that shares its VPC."
        for group in self.connections.security_groups:
            reasons[f"{network_anywhere}:security-group/{self._named(group.security_group_id)}"] = shared
        for subnet in vpc.isolated_subnets:
            reasons[f"{network_anywhere}:subnet/{self._named(subnet.subnet_id)}"] = shared
        for resource, reason in reasons.items():
            finding = f"AwsSolutions-IAM5[Resource::{resource}]"
            cdk.Validations.of(self).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))

    def _named(self, token: str) -> str:
        """A token as cdk-nag writes it."""
        (reference,) = cdk.Stack.of(self).resolve(token).values()
        return f"<{reference if isinstance(reference, str) else '.'.join(reference)}>"


class Models(cdk.Stack):
    """Two endpoints with one role, which may do what either of them needs."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        platform = Platform(self, "Platform")
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        for endpoint_name, hostnames in ENDPOINTS.items():
            CompanyEndpoint(
                self,
                endpoint_name.capitalize(),
                platform=platform,
                endpoint_name=endpoint_name,
                role=role,
                containers=[
                    ContainerDefinition(
                        hostname=name,
                        image=ContainerImage.from_ecr_repository(
                            ecr.Repository.from_repository_name(self, name.capitalize(), name), tag="1.0.0"
                        ),
                        model_data=ModelData.from_bucket(models, f"{name}/model.tar.gz"),
                    )
                    for name in hostnames
                ],
            )


class Overview(cdk.Stack):
    """A dashboard of endpoints that it knows by their names alone."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name="endpoints")
        for endpoint_name, hostnames in ENDPOINTS.items():
            endpoint = MultiContainerEndpoint.from_endpoint_name(
                self,
                endpoint_name.capitalize(),
                endpoint_name,
                mode=InferenceExecutionMode.DIRECT,
                hostnames=hostnames,
                variant_names=["AllTraffic"],
            )
            calls = endpoint.metrics.invocations(label="calls")
            latencies = [
                endpoint.metrics.container_latency(container=name, statistic="p99", label=name) for name in hostnames
            ]
            dashboard.add_widgets(
                cloudwatch.GraphWidget(title=f"{endpoint_name}: calls", left=[calls], width=12),
                cloudwatch.GraphWidget(title=f"{endpoint_name}: 99 % are faster than", left=latencies, width=12),
            )


def build(app: cdk.App) -> None:
    """Fill the app."""
    Models(app, "OrganisationDefaults")
    Overview(app, "OrganisationDefaultsOverview")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()
