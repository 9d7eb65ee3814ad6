"""A survey of needs: Marta writes it, people answer it once and unknown, and she reads what five of them said."""

from __future__ import annotations

from tests.api.web.browser import browser_of
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey

ANONYMOUS = (
    "È anonimo: le tue risposte si contano senza di te, e nessuno può sapere quali sono le tue. Resta scritto solo"
    " che hai risposto. L'azienda non legge le parole libere."
)


@journey("marta asks what people need")
def test_a_survey_is_written_answered_by_five_and_read(place: Place, way: Way) -> None:
    counter = place.counter
    hr = people.office(counter)
    workers = [people.worker(counter, name, at=hr) for name in ("Ada", "Bea", "Ciro", "Dino", "Eva")]
    title = f"Di che cosa hai bisogno, {hr}?"
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_("marta")
        traveller.goes("/wm/questionari")
        hand.follow("Scrivi un questionario")
        hand.type("ends_on", "2026-03-20")
        hand.press("Continua")
        traveller.must_mend()
        hand.type("title", title)
        hand.pick("audience", f"azienda:{counter.books[people.employer_of(hr)]}")
        hand.press("Continua")
        traveller.reads("Bozza salvata: ora aggiungi le domande. Nessuno la vede finché non la apri.")
        traveller.look()
        survey = traveller.path()
        hand.follow("Aggiungi una domanda")
        hand.type("text", "Quando ti serve?")
        hand.pick("kind", "one")
        hand.type("choices", "Mattina\nSera")
        hand.press("Salva la domanda")
        hand.follow("Anteprima")
        traveller.look()
        traveller.goes(survey)
        hand.press("Apri il questionario")
        traveller.look()

        traveller.is_(workers[0])
        traveller.goes("/io")
        hand.follow(title)
        traveller.reads(ANONYMOUS)
        traveller.look()
        hand.pick("q1", "1")
        hand.press("Manda le risposte")
        traveller.reads("Grazie! Le tue risposte sono contate, senza il tuo nome.")
        traveller.goes("/io/questionari")
        traveller.reads("hai risposto: grazie")
        traveller.look()

        for who in workers[1:]:
            path = survey.replace("/wm/", "/io/")
            assert browser_of(counter, who).send(path, path, q1="1").status_code == 302
        traveller.is_("marta")
        traveller.goes(survey)
        hand.unfold("Chiudilo prima del suo ultimo giorno")
        hand.press("Chiudi adesso")
        hand.follow("Leggi i risultati")
        traveller.sees("Sera")
        traveller.look()
