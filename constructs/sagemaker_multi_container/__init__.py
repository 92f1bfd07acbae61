"""SageMaker multi-container endpoints for the AWS CDK."""
