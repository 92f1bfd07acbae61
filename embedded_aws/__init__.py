"""An AWS account on this machine, good enough to run the real `cdk` command line and real boto3 clients against.

A tool of this repository, for its tests and its demo; it is not part of the package. MiniStack is the engine: it
emulates CloudFormation, S3, IAM, SSM, KMS, STS, CloudWatch and more. This package teaches it the rest.

Emulated, through the APIs and through CloudFormation:

* SageMaker's models, endpoint configurations and endpoints (create, describe, list, update, delete, tags), with the
  names, limits, statuses, replacements, rollbacks and refusals of the service. A deployment takes a fraction of a
  second. It fails when a test says so, or when an alarm that it names is in ALARM at its end.
* Application Auto Scaling of endpoints: scalable targets, scaling policies and scheduled actions. The instances of an
  endpoint are kept within the bounds of its targets.
* CloudWatch alarms on several metrics and on other alarms, which MiniStack has no templates for.

Not emulated: containers (nothing is served: InvokeEndpoint is refused), metrics of endpoints and whatever follows from
them (no policy scales, no schedule strikes, and SetAlarmState alone changes an alarm on several metrics), permissions
(IAM, KMS keys, ECR, VPC), existence of images and model artefacts, quotas, instance availability, and the minutes that
instances take to start and deployments to bake. What is not emulated is refused by name, never ignored.

Nobody here could ask AWS: where its behaviour is not public, the emulation decides. UpdateEndpoint accepts the
configuration that the endpoint already has, and an endpoint keeps its FailureReason after a rollback.
"""

ACCOUNT_ID = "123456789012"
