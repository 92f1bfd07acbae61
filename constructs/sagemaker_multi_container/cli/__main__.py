"""`python -m sagemaker_multi_container.cli` is `mce`."""

from . import main

main()
