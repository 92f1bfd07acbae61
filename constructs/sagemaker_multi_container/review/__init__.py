"""What a change of templates does to the endpoints in them, for the one who reviews it.

Importing this package imports neither the CDK nor botocore and starts no process.
"""
