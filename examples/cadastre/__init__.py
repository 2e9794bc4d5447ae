"""Cadastre: a small connected application, as a ministry's own system would be.

Owns files [dossiers] with their messages and what is read of them, and the requests made through
the six delegable services and the reserved deposit. Asks delegation before each act, reports each
act to audit, and raises alerts with notifications; knows nothing else of ours.
"""
