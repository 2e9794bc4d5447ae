"""Permits: a small connected application, as a city's own system would be.

Owns permit applications [demandes] with their contact company, messages, inspections, fees, files and
templates. Asks accounts before each act, reports each act to audit, posts fees to accounts and raises
alerts with notifications; knows nothing else of ours. Beside it stands a payment provider for trials.
"""
