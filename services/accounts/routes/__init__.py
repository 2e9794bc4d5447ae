"""Accounts' URL table, under `/accounts`, by what it is about."""

from services.accounts.routes import companies, disputes, licences
from shared.web import parked

ROUTES = (*licences.ROUTES, *companies.ROUTES, *disputes.ROUTES, *parked.ROUTES)
