"""An endpoint for regulated data: in a VPC without internet, encrypted, and with containers that have no network."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
)


class VpcKmsIsolation(cdk.Stack):
    """What leaves the instances goes to S3 and to the log group, and nowhere else."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        key = kms.Key(self, "Key", description="Volumes and logs of the claims endpoint", enable_key_rotation=True)
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        vpc = self._vpc(key)
        endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            endpoint_name="claims",
            mode=InferenceExecutionMode.DIRECT,
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            vpc=vpc,
            network_isolation=True,
            encryption_key=key,
            containers=[
                ContainerDefinition(
                    hostname=name,
                    image=ContainerImage.from_ecr_repository(
                        ecr.Repository.from_repository_name(self, name.capitalize(), name), tag="1.0.0"
                    ),
                    model_data=ModelData.from_bucket(models, f"{name}/model.tar.gz"),
                )
                for name in ("classifier", "redactor")
            ],
        )
        endpoint.add_log_group(retention=logs.RetentionDays.ONE_YEAR, encryption_key=key)
        cdk.CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)
        self._acknowledge_findings(endpoint, vpc)

    def _vpc(self, key: kms.IKey) -> ec2.Vpc:
        vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Endpoint", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
            ],
            # SageMaker fetches the model data through the VPC.
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        group = logs.LogGroup(self, "FlowLogs", retention=logs.RetentionDays.ONE_YEAR, encryption_key=key)
        vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group))
        return vpc

    def _acknowledge_findings(self, endpoint: MultiContainerEndpoint, vpc: ec2.Vpc) -> None:
        """What cdk-nag finds, and why it is right as it is."""
        logs_here = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
        network_here = "arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface"
        network_anywhere = "arn:<AWS::Partition>:ec2:<AWS::Region>:*"
        reasons = {
            "*": "IAM knows no resources of ecr:GetAuthorizationToken, cloudwatch:PutMetricData and ec2:Describe*.",
            f"{logs_here}/aws/sagemaker/Endpoints/claims:*": "The log streams of the endpoint's own log group.",
            f"{network_here}/*": "SageMaker makes the network interfaces, so that nobody knows their ids before.",
        }
        shared = "The id is of one resource alone, though it may belong to an account that shares its VPC."
        for group in endpoint.connections.security_groups:
            reasons[f"{network_anywhere}:security-group/{self._named(group.security_group_id)}"] = shared
        for subnet in vpc.isolated_subnets:
            reasons[f"{network_anywhere}:subnet/{self._named(subnet.subnet_id)}"] = shared
        for resource, reason in reasons.items():
            finding = f"AwsSolutions-IAM5[Resource::{resource}]"
            cdk.Validations.of(endpoint).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))
        for pack in ("HIPAA.Security", "NIST.800.53.R5"):
            cdk.Validations.of(self).acknowledge(
                cdk.Acknowledgment(
                    id=f"{pack}-IAMNoInlinePolicy",
                    reason="Each policy names resources of this stack, belongs to one role, and goes with it.",
                )
            )

    def _named(self, token: str) -> str:
        """A token as cdk-nag writes it."""
        (reference,) = self.resolve(token).values()
        return f"<{reference if isinstance(reference, str) else '.'.join(reference)}>"


def build(app: cdk.App) -> None:
    """Fill the app."""
    VpcKmsIsolation(app, "VpcKmsIsolation")


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()
