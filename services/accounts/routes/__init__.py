"""Accounts' URL table, under `/accounts`, by what it is about."""

from services.accounts.routes import companies, disputes, fees, licences
from shared.web import parked

ROUTES = (*fees.ROUTES, *licences.ROUTES, *companies.ROUTES, *disputes.ROUTES, *parked.ROUTES)
