"""Ways to run containers: images by a container CLI, processes, servers that run already, and stubs."""

from .starting import Engines as Engines
