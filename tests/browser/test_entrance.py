"""Coming in and going out (Q14–Q18, Q20, Q22)."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Cast
from tests.browser.windows import Windows, heading, sign_in, words
from tests.journeys.world import World

pytestmark = pytest.mark.browser


@pytest.mark.item("Q14")
async def test_sign_in_page_has_the_guides_words_and_links(windows: Windows) -> None:
    async with windows.open("/fr/connexion") as page:
        assert await heading(page) == "Authentification"
        said = await words(page)
        for text in (
            "* Ceci indique que le champ est obligatoire",
            "Nom d’utilisateur *",
            "Mot de passe *",
            "Se connecter",
            "Je suis un nouvel utilisateur",
            "J’ai oublié mon nom d’utilisateur",
            "J’ai oublié mon mot de passe",
        ):
            assert text in said
        assert (
            await words(page, "footer")
            == "Contactez-nous Vérifier un document Accessibilité Politique de confidentialité"
        )


@pytest.mark.item("Q14")
async def test_sign_in_with_a_wrong_password_keeps_the_name_and_not_the_password(windows: Windows, cast: Cast) -> None:
    async with windows.open("/en/sign-in") as page:
        await page.get_by_label("User name").fill(cast.jean.username)
        await page.get_by_label("Password").fill("not the password at all")
        await page.get_by_role("button", name="Sign in").click()
        assert "Check your user name and password" in await words(page, ".summary")
        assert await page.get_by_label("User name").input_value() == cast.jean.username
        assert await page.get_by_label("Password").input_value() == ""


@pytest.mark.item("Q15", "Q16", "Q17")
async def test_newcomer_registers_confirms_the_address_and_is_told_to_wait(
    windows: Windows, world: World, scripting: dict[str, bool]
) -> None:
    person = world.stranger("Luc", "Arrivant")
    async with windows.open("/fr/connexion", **scripting) as page:
        await page.get_by_role("link", name="Je suis un nouvel utilisateur").click()
        assert await heading(page) == "Création d’un identifiant"
        await page.get_by_label("Prénom").fill(person.first_name)
        await page.get_by_label("Nom", exact=False).nth(1).fill(person.last_name)
        await page.get_by_label("Adresse courriel").fill(person.email)
        await page.get_by_label("Nom d’utilisateur").fill(person.username)
        await page.get_by_label("Mot de passe", exact=False).first.fill(person.passphrase)
        await page.get_by_label("Confirmer le mot de passe").fill(person.passphrase)
        await page.get_by_role("button", name="Créer mon identifiant").click()
        assert await heading(page) == "Consultez vos courriels"
        link = next(one for one in (await world.mail(person, "Vérifiez"))["links"] if "/verify" in one)
        await page.goto(link)
        assert "token" not in page.url
        await page.get_by_role("button", name="Confirmer mon adresse").click()
        assert await heading(page) == "Adresse courriel confirmée"
        await page.get_by_role("link", name="Se connecter").click()
        await sign_in(page, person)
        assert "un arpenteur-géomètre doit d’abord vous désigner comme délégataire" in await words(page)


@pytest.mark.item("Q17", "Q20")
async def test_person_whom_nobody_designated_is_told_what_comes_next(windows: Windows, cast: Cast) -> None:
    async with windows.open("/fr/delegation/selection", cast.marie) as page:
        said = await words(page)
        assert cast.marie.username in said
        assert cast.marie.email in said
        await page.get_by_role("link", name="Je suis arpenteur-géomètre et j’ai reçu un NIP").click()
        assert await heading(page) == "Associer mon permis"


@pytest.mark.item("Q18", "Q19")
async def test_delegate_of_one_surveyor_lands_on_his_file_tracking(windows: Windows, cast: Cast) -> None:
    async with windows.open("/fr/accueil", cast.pierre) as page:
        assert page.url.endswith(f"/fr/pour/{cast.jean.matricule}/cadastre")
        assert await heading(page) == "Suivi de dossiers"
        said = await words(page, ".context")
        assert said == f"Vous agissez au nom de Jean Piette matricule {cast.jean.matricule}"


@pytest.mark.item("Q20", "Q21")
async def test_delegate_of_several_chooses_and_switches(windows: Windows, cast: Cast) -> None:
    async with windows.open("/fr/accueil", cast.edith) as page:
        assert await heading(page) == "Sélection d’un délégant"
        assert await words(page, "thead") == "Sélection Matricule Arpenteur-géomètre"
        await page.get_by_label("Claire Lavoie").check()
        await page.get_by_role("button", name="Appliquer").click()
        assert "Claire Lavoie" in await words(page, ".context")
        await page.get_by_role("link", name="Délégation").click()
        await page.get_by_label("Jean Piette").check()
        await page.get_by_role("button", name="Appliquer").click()
        assert "Jean Piette" in await words(page, ".context")


@pytest.mark.item("Q22")
async def test_sign_out_ends_the_session_and_its_pages(windows: Windows, cast: Cast) -> None:
    async with windows.open("/fr/connexion") as page:
        await sign_in(page, cast.jean)
        inside = page.url
        assert await words(page, ".top-links") == "Accueil Nous joindre Quitter English"
        await page.get_by_role("button", name="Quitter").click()
        assert "Vous avez quitté Mandat." in await words(page)
        await page.goto(inside)
        assert await heading(page) == "Authentification"


@pytest.mark.item("Q16")
async def test_program_that_follows_links_confirms_nothing(windows: Windows, world: World) -> None:
    person = world.stranger("Luc", "Arrivant")
    body = {"username": person.username, "email": person.email, "password": person.passphrase}
    names = {"first_name": person.first_name, "last_name": person.last_name, "language": "en"}
    await world.anonymous.post("/identity/v1/registrations", body | names, expect=202)
    link = next(one for one in (await world.mail(person, "Verify"))["links"] if "/verify" in one)
    async with windows.context() as context:
        for _ in range(2):
            answer = await context.request.get(link)
            assert "Confirm my address" in await answer.text()
            assert "token" not in answer.url
    attempt = {name: body[name] for name in ("username", "password")}
    refused = await world.anonymous.call("POST", "/identity/v1/sessions", json=attempt)
    assert refused.slug == "email-not-verified"
    async with windows.open("") as page:
        await page.goto(link)
        await page.get_by_role("button", name="Confirm my address").click()
        assert await heading(page) == "E-mail address confirmed"
        await page.goto(link)
        await page.get_by_role("button", name="Confirm my address").click()
        assert await heading(page) == "E-mail address confirmed"


@pytest.mark.item("Q14")
async def test_forgotten_password_is_replaced_by_the_link_of_the_letter(windows: Windows, world: World) -> None:
    person = await world.newcomer("Luc", "Tremblay")
    new = "marmite-hibou-sentier-58"
    async with windows.open("/fr/connexion") as page:
        await page.get_by_role("link", name="J’ai oublié mon mot de passe").click()
        await page.locator("[name=login]").fill(person.username)
        await page.get_by_role("button", name="Envoyer le lien").click()
        assert await heading(page) == "Consultez vos courriels"
        await page.goto(next(one for one in (await world.mail(person, "mot de passe"))["links"] if "/reset" in one))
        assert "token" not in page.url
        await page.locator("[name=new_password]").fill("court")
        await page.locator("[name=confirm]").fill("court")
        await page.get_by_role("button", name="Soumettre").click()
        assert "au moins 15 caractères" in await words(page, ".summary")
        await page.locator("[name=new_password]").fill(new)
        await page.locator("[name=confirm]").fill(new)
        await page.get_by_role("button", name="Soumettre").click()
        assert await heading(page) == "Mot de passe changé"
        person.passphrase = new
        await page.goto("/fr/connexion")
        await sign_in(page, person)


async def test_language_switch_stays_on_the_page_and_in_the_context(windows: Windows, cast: Cast) -> None:
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/delegation/activites?file=1", cast.pierre) as page:
        await page.get_by_role("link", name="English").click()
        assert page.url.endswith(f"/en/for/{cast.jean.matricule}/delegation/activities?file=1")
        assert await heading(page) == "Activity tracking"
        await page.get_by_role("link", name="Français").click()
        assert await heading(page) == "Suivi des activités"
