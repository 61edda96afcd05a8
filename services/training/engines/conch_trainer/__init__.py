"""
Runs the Python part of one attempt: train, merge, convert, and the checks between them.

All phases share one interpreter. Importing torch and LLaMA-Factory takes 12 of the 13 seconds that `llamafactory-cli export` needs for a
small model (measured on two cores), and the conversion would import most of it a third time; so `llamafactory-cli`'s own entry points are
called here with the same YAML files that the command would be given.

The runner starts `python -m conch_trainer plan.json` and follows the events file that the plan names.
"""
