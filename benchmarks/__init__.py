"""What the construct and the command cost, beside what else there is: `python -m benchmarks`.

`wanted` is the endpoint that all `peers` declare, each in a module of its own. `messages`, `ratio`, `growth`, `start`,
`commands` and `rule_evaluation` measure one thing each. `run` does it all, `targets` says what has to come out, and
`report` writes it into the documentation. `surroundings` measures what is not ours.

Two more measure endpoints that run on this machine: `data_plane`, by the `ways` to a container, and `endurance`, by
`endurance_load` on `endurance_endpoints`.
"""
