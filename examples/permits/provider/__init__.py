"""A payment provider for trials: shows a page, charges nothing, redirects, and tells the merchant, signed.

It stands where a real provider's hosted page would, and keeps the same promises: an order is decided
once, nothing is charged after its end, and the merchant is told until he takes it.
"""
