"""The seal of the register: every activity a leaf of a Merkle log whose state is signed and kept elsewhere too.

`leaves` says what a leaf is, `sealer` makes the log grow, `proofs` and `manifests` prove from it, `register` checks it
whole, `files` checks a download on a machine without the database, `erasure` and `retention` take out what must go.
"""
