"""Accounts' URL table, under `/accounts`, by what it is about."""

from services.accounts.routes import companies, disputes, fees, licences
from shared.contracts.texts import Text
from shared.web import mydata, parked

MINE = {
    "profile": Text("Profil", "Profile"),
    "licences": Text("Permis d’arpenteur-géomètre", "Land surveyor licence"),
    "memberships": Text("Comptes associés", "Accounts I belong to"),
    "former_memberships": Text("Droits antérieurs dans des comptes", "Rights I had in accounts before"),
    "claims": Text("Comptes importés que j’ai associés", "Imported accounts that I claimed"),
    "takeovers": Text("Demandes de reprise", "Take-overs that I asked for"),
    "payments": Text("Paiements", "Payments"),
    "bank_details": Text("Informations bancaires que j’ai saisies", "Bank details that I entered"),
}

ROUTES = (
    *fees.ROUTES,
    *licences.ROUTES,
    *companies.ROUTES,
    *disputes.ROUTES,
    *parked.ROUTES,
    mydata.route("accounts", MINE),
)
