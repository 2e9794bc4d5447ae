"""The service catalogue: the packaged one, and what a changed one is refused for."""

from __future__ import annotations

import pytest

from services.delegation import settings
from shared.contracts import permissions

SERVICE = """
[[services]]
id = "{id}"
{right}
name = {{ fr = "Réservation de lot", en = "Lot reservation" }}
description = {{ fr = "Réserver.", en = "Reserve." }}
"""
RESERVE = 'permission = "surveyor:lot:reserve"'


def service(id_: str = "lot-reservation", right: str = RESERVE) -> str:
    return SERVICE.format(id=id_, right=right)


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> settings.Catalogue:
        path = tmp_path / "catalogue.toml"
        path.write_text(text, encoding="utf-8")
        return settings.load_catalogue(path)

    return load


@pytest.mark.item("Q9")
def test_packaged_catalogue_holds_the_six_delegable_services():
    catalogue = settings.load_catalogue(settings.PACKAGED)
    delegable = {service.permission: service.name.fr for service in catalogue.services if not service.reserved}
    assert delegable == {
        "surveyor:lot:reserve": "Réservation de lot",
        "surveyor:lot-correction:verify": "Vérification de la correction de lots",
        "surveyor:cadastre-file:follow": "Suivi des dossiers du cadastre",
        "surveyor:survey-file:follow": "Suivi des dossiers d’arpentage",
        "surveyor:product:order": "Commande de produit",
        "surveyor:update-request:prevalidate": "Prévalidation d’une demande de mise à jour du cadastre (DM)",
    }
    assert permissions.DELEGABLE == set(delegable)


@pytest.mark.item("Q10")
def test_packaged_catalogue_reserves_the_deposit_alone():
    catalogue = settings.load_catalogue(settings.PACKAGED)
    reserved = [service.id for service in catalogue.services if service.reserved]
    assert reserved == ["update-request-deposit"]


def test_catalogue_finds_a_service_by_id_and_by_permission(load):
    names = load(service()).by_name()
    assert {"lot-reservation", "surveyor:lot:reserve"} == set(names)
    assert names["lot-reservation"] is names["surveyor:lot:reserve"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (service(right='permission = "surveyor:lot:sell"'), "service 1, permission: Input should be"),
        (service(right='permission = "operator:roster:import"'), "not the permission of a delegable service"),
        (service(right=""), "lot-reservation needs a permission, or reserved = true"),
        (service(right=RESERVE + "\nreserved = true"), "lot-reservation is reserved and must not have a permission"),
        (service() + service(right='permission = "surveyor:product:order"'), "named more than once: lot-reservation"),
        (service() + service("lot-sale"), "named more than once: surveyor:lot:reserve"),
        (service().replace(', en = "Reserve."', ""), "service 1, description, en: Field required"),
        (service().replace('fr = "Réservation de lot"', 'fr = ""'), "service 1, name, fr: String should have at least"),
        (service("Lot Reservation"), "service 1, id: String should match pattern"),
        (service(right=RESERVE + "\ndelegable = true"), "service 1, delegable: Extra inputs are not permitted"),
        ("", "services: Field required"),
        ("services = []", "services: Tuple should have at least 1 item"),
        ("[[services", "cannot be read"),
    ],
)
def test_catalogue_at_fault_is_refused_with_its_place_and_cause(load, text, complaint):
    with pytest.raises(settings.CatalogueInvalid, match=r"catalogue\.toml") as refused:
        load(text)
    assert complaint in str(refused.value)


def test_catalogue_with_several_faults_names_them_all(load):
    text = service(right="") + service("lot-sale", 'permission = "surveyor:lot:sell"')
    with pytest.raises(settings.CatalogueInvalid) as refused:
        load(text)
    assert "service 1: " in str(refused.value)
    assert "service 2, permission: " in str(refused.value)


def test_missing_catalogue_is_refused_with_its_path(tmp_path):
    with pytest.raises(settings.CatalogueInvalid, match=r"nowhere\.toml cannot be read"):
        settings.load_catalogue(tmp_path / "nowhere.toml")
