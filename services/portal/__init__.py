"""The portal: every screen, in French and in English, rendered here and served at `/`.

It owns web sessions, what was typed and not yet sent, and messages not yet shown. It says and hears
nothing: it talks HTTP to the services with its visitors' own tokens, like any client.
"""
