"""An HTTP API whose function calls one container of an endpoint in another stack."""

import json
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk.aws_apigatewayv2_authorizers import HttpIamAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from sagemaker_multi_container import (
    ContainerDefinition,
    ContainerImage,
    InferenceExecutionMode,
    ModelData,
    MultiContainerEndpoint,
    MultiContainerEndpointBase,
)


class Models(cdk.Stack):
    """The endpoint, which a team of its own may deploy."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        models = s3.Bucket.from_bucket_name(self, "Models", "my-models")
        self.endpoint = MultiContainerEndpoint(
            self,
            "Endpoint",
            mode=InferenceExecutionMode.DIRECT,
            instance_type="ml.m5.xlarge",
            initial_instance_count=2,
            network_isolation=True,
            containers=[
                ContainerDefinition(
                    hostname=name,
                    image=ContainerImage.from_ecr_repository(
                        ecr.Repository.from_repository_name(self, name.capitalize(), name), tag="1.0.0"
                    ),
                    model_data=ModelData.from_bucket(models, f"{name}/model.tar.gz"),
                )
                for name in ("ranker", "tagger")
            ],
        )
        cdk.Validations.of(self.endpoint).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="IAM knows no resources of ecr:GetAuthorizationToken and cloudwatch:PutMetricData.",
            ),
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:"
                "/aws/sagemaker/Endpoints/*]",
                reason="The endpoint's name, which its log group carries, is generated when the role exists already.",
            ),
        )


class Api(cdk.Stack):
    """`POST /rank`, for callers with IAM credentials."""

    def __init__(self, scope: Construct, id: str, *, endpoint: MultiContainerEndpointBase) -> None:
        super().__init__(scope, id)
        function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="handler.handle",
            code=lambda_.Code.from_asset(str(Path(__file__).parent / "ranking"), exclude=["__pycache__"]),
            environment={"ENDPOINT_NAME": endpoint.endpoint_name, "CONTAINER": "ranker"},
            timeout=cdk.Duration.seconds(29),
            log_group=logs.LogGroup(self, "FunctionLogs", retention=logs.RetentionDays.ONE_MONTH),
        )
        endpoint.grants.invoke(function, containers=["ranker"])

        api = apigatewayv2.HttpApi(self, "Api", create_default_stage=False)
        api.add_routes(
            path="/rank",
            methods=[apigatewayv2.HttpMethod.POST],
            integration=HttpLambdaIntegration("Ranking", function),
            authorizer=HttpIamAuthorizer(),
        )
        access_logs = logs.LogGroup(self, "AccessLogs", retention=logs.RetentionDays.ONE_MONTH)
        apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_logs.log_group_arn,
                format=json.dumps({name: f"$context.{name}" for name in ("requestId", "routeKey", "status")}),
            ),
        )
        cdk.CfnOutput(self, "Url", value=api.api_endpoint)
        cdk.Validations.of(function).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AWSLambdaBasicExecutionRole]",
                reason="The policy lets the function write its logs, and nothing else.",
            )
        )


def build(app: cdk.App) -> None:
    """Fill the app."""
    models = Models(app, "LambdaApiModels")
    Api(app, "LambdaApi", endpoint=models.endpoint)


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()
