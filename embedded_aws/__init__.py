"""An AWS account on this machine, good enough to run the real `cdk` command line and real boto3 clients against.

A tool of this repository, for its tests and its demo; it is not part of the package. MiniStack is the engine: it
emulates CloudFormation, S3, IAM, SSM, KMS, STS and more. This package teaches it SageMaker.

Emulated: models, endpoint configurations and endpoints through the API (create, describe, list, update, delete, tags)
and through CloudFormation (`AWS::SageMaker::Model`, `EndpointConfig`, `Endpoint`), with the names, limits, statuses,
replacements, rollbacks and refusals of the service. A deployment takes a fraction of a second, and can be made to fail.

Not emulated: containers (nothing is served: InvokeEndpoint is refused), permissions (IAM, KMS keys, ECR, VPC),
existence of images and model artefacts, quotas, instance availability, and the minutes that instances take to start.
What is not emulated is refused by name, never ignored.

Nobody here could ask AWS: where its behaviour is not public, the emulation decides. UpdateEndpoint accepts the
configuration that the endpoint already has, and an endpoint keeps its FailureReason after a rollback.
"""

ACCOUNT_ID = "123456789012"
