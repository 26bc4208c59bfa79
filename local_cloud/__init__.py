"""
The embedded cloud: resource providers, the warm language host and the real local parts behind them.

It knows nothing of the program it runs: `infra` and `app_config` are never imported from here.
"""
