"""What the construct and the command cost, beside what else there is: `python -m benchmarks`.

`peers` are the ways to declare an endpoint that are compared, `by_hand_with_objects`, `by_hand_with_dicts`, `with_alpha`
and `with_ours` what each of them writes. `ratio`, `growth`, `start`, `commands` and `rule_evaluation` measure, each one
thing; `targets` says what must come out, and `report` writes it down. `surroundings` measures what is not ours.
"""
