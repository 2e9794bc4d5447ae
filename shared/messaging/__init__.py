"""Events from the transaction that says them to the transaction that hears them: outbox, relay, bus, consumer."""
