"""Which act needs which right and how it is reported; no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.permissions import Permission
from shared.contracts.texts import Text


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done: the name delegation decides on, and the kind of activity it is reported as."""

    service: str
    action: str
    activity: str


RESERVE_LOT = Act("lot-reservation", Permission.SURVEYOR_LOT_RESERVE, "lot.reserved")
VERIFY_CORRECTION = Act(
    "lot-correction-verification", Permission.SURVEYOR_LOT_CORRECTION_VERIFY, "lot-correction.verified"
)
FOLLOW_FILE = Act("cadastre-file-tracking", Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, "cadastre-file.followed")
FOLLOW_SURVEY = Act("survey-file-tracking", Permission.SURVEYOR_SURVEY_FILE_FOLLOW, "survey-file.followed")
ORDER_PRODUCT = Act("product-order", Permission.SURVEYOR_PRODUCT_ORDER, "product.ordered")
PREVALIDATE = Act(
    "update-request-prevalidation", Permission.SURVEYOR_UPDATE_REQUEST_PREVALIDATE, "update-request.prevalidated"
)
EXTEND_CLOSING = Act("closing-date-extension", Permission.SURVEYOR_CADASTRE_FILE_FOLLOW, "closing-date.extended")
DEPOSIT = Act("update-request-deposit", "update-request-deposit", "update-request.deposited")
"""The deposit has no permission value: delegation knows it by name and refuses it to whoever acts for another (Q10)."""
NOT_LATER = Text("Choisissez une date plus tardive que la date actuelle.", "Choose a later date than the present one.")
