"""Whether a message is in another language than English, and which: by its script, else by the little words of a language.

Names of houses, dishes and people are foreign in English sentences too, so none of the words here occurs in those alone: a
message counts as foreign only if one word tells the language (`_TELLING`), another one is of it too, and English has fewer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from nlu.reading.common_words import COMMON
from nlu.reading.words import words

_SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "CYRILLIC": "ru", "GREEK": "el", "ARABIC": "ar",
    "HEBREW": "he", "DEVANAGARI": "hi", "THAI": "th",
}  # fmt: skip
_UKRAINIAN = frozenset("\u0456\u0457\u0454\u0491")
_PERSIAN = frozenset("\u06af\u0686\u067e\u0698\u06cc\u06a9")
_WORD = re.compile(r"[^\W\d_]+")

_TELLING = {
    "es": words(
        "quiero quisiera queremos quisieramos necesito necesitamos puedo podemos puede pueden quieres quería queria "
        "hay tienen "
        "tiene tengo tenemos somos soy estamos estoy está estan están reservar reservación reservacion mañana "
        "manana noche hoy "
        "para personas adultos niños ocho siete nueve seis cuatro cinco dos viernes sábado sabado domingo lunes martes "
        "miércoles miercoles jueves cuánto cuanto cuándo cuando dónde donde cómo qué cuál cancelar cambiar hablan "
        "español "
        "espanol inglés estacionamiento aparcamiento hola buenas buenos favor nosotros mi una unos cita entiendo "
        "hablo ustedes abren cierran puedes"
    ),
    "fr": words(
        "je voudrais voudrions nous vous avez avons souhaite souhaiterais aimerais réserver reserver réservation "
        "demain soir "
        "pour personnes midi aujourd hui samedi dimanche lundi mardi mercredi jeudi vendredi heures quelle quel "
        "quand où "
        "combien est-ce êtes ouvert ouverts pouvez peux puis parlez français francais bonjour bonsoir une deux "
        "quatre cinq huit "
        "annuler changer ma mon votre notre il faut sommes suis merci oui besoin plaît svp ce dans avec aussi pas ne"
    ),
    "de": words(
        "ich möchte moechte wir möchten moechten einen eine ein tisch reservieren reservierung für fuer personen "
        "morgen heute "
        "abend uhr bitte haben habe habt können koennen kann gibt ist sind wie viele wann wo öffnungszeiten "
        "geöffnet stornieren "
        "absagen verschieben samstag sonntag montag dienstag mittwoch donnerstag freitag sprechen sie deutsch noch "
        "frei "
        "brauche brauchen nicht guten und oder auf mit zu zwei drei vier fünf sechs acht hätte gerne gern"
    ),
    "it": words(
        "vorrei vorremmo voglio vogliamo prenotare prenotazione siamo sono persone domani stasera oggi sera sabato "
        "domenica "
        "lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi avete abbiamo posso "
        "possiamo potete "
        "quanto quando dove che ore alle annullare cancellare spostare parlate italiano tavolo per un una due tre "
        "quattro "
        "cinque sei otto bisogno grazie buongiorno buonasera aperti aperto c'è quale cambiare può"
    ),
    "pt": words(
        "quero queria gostaria gostaríamos preciso precisamos reservar reserva pessoas amanhã amanha hoje noite "
        "sábado sabado "
        "domingo segunda terça quarta quinta sexta feira vocês voces você voce tem têm temos estamos posso podemos "
        "podem "
        "horas às quanto quando onde cancelar mudar falam fala português portugues para uma um dois duas quatro "
        "cinco oito "
        "somos falo inglês estão está obrigado obrigada olá ola bom não nao minha meu qual aberto abertos"
    ),
    "nl": words(
        "ik wij graag willen wilt wil tafel reserveren reservering voor personen morgen vanavond vandaag avond uur "
        "hebben "
        "hebt heeft kunnen kunt zijn jullie hoe laat wanneer waar annuleren verzetten wijzigen zaterdag zondag "
        "maandag dinsdag "
        "woensdag donderdag vrijdag spreekt spreken nederlands een twee drie vier vijf zes acht mijn onze "
        "alstublieft niet "
        "is er nog plek zou geopend om hallo"
    ),
    "sv": words(
        "jag vill vi skulle boka bord personer imorgon ikväll idag kväll klockan har ni kan får finns när hur "
        "mycket var "
        "avboka ändra lördag söndag måndag tisdag onsdag torsdag fredag pratar svenska för två tre fyra fem åtta "
        "tack hej "
        "inte öppet ett mitt vara gärna en"
    ),
    "da": words(
        "jeg vil vi gerne bestille et bord til personer morgen aften har kan hvornår hvor lukker åbner afbestille "
        "ændre "
        "lørdag søndag mandag tirsdag onsdag torsdag fredag taler dansk norsk to fire fem otte tak hej ikke klokken "
        "mit have "
        "snakker ønsker"
    ),
    "pl": words(
        "chcę chce chciałbym chcialbym chciałabym proszę prosze poproszę stolik zarezerwować zarezerwowac "
        "rezerwację rezerwacja "
        "dla osób osob osoby jutro dziś dzisiaj wieczorem na godzinę macie czy jest mogę moge możemy odwołać "
        "zmienić kiedy "
        "gdzie ile sobotę niedzielę piątek poniedziałek wtorek środę czwartek dwóch dwie cztery pięć mówicie polsku "
        "nie dzień"
    ),
    "tr": words(
        "bir masa rezervasyon yapmak istiyorum istiyoruz için icin kişilik kisilik kişi kisi yarın yarin akşam "
        "aksam bugün "
        "bugun saat var mı mi nerede ne zaman kaçta kadar iptal etmek değiştirmek lütfen lutfen merhaba cumartesi "
        "pazar cuma "
        "türkçe iki dört beş biliyor musunuz açık kaç"
    ),
    "vi": words(
        "tôi toi muốn muon đặt dat bàn ban cho người nguoi tối toi mai nay lúc có không khong giờ hủy đổi xin chào "
        "chúng mấy "
        "ở đâu bao nhiêu nhà hàng ngày hai bốn"
    ),
    "ro": words(
        "aș as vreau vrem dori rezerv rezervare masă masa pentru persoane mâine maine diseară diseara astăzi seara "
        "aveți aveti "
        "puteți pot putem când cand unde cât anula anulez vă rog ora sâmbătă duminică vorbiți română la doi patru bună"
    ),
}
_OF_IT_TOO = {
    "es": words(
        "mesa restaurante a las la el los de del en con por y o un que me te se no si al es su mas más gracias muchas"
    ),
    "fr": words("table restaurant à a la le les de du des au en et ou un chez sur plus que si tres très pas d l s y"),
    "de": words("der die das den dem am um im in an von bei es so was nur bis hallo danke restaurant"),
    "it": words("la il lo i gli le di del della da al a in con e o che si no mi ci ristorante piu più ciao"),
    "pt": words("mesa restaurante a as os o de do da dos em no na com e ou por que se me ao mais"),
    "nl": words("de het van met op in en of om aan bij te dat die dit ook dag dank bedankt restaurant open"),
    "sv": words("på till med och eller i av om det den är de restaurang"),
    "da": words("på med og eller i af om det den er de en kl for restaurant"),
    "pl": words("w o do z i na się od po to tak restauracja"),
    "tr": words("ve de da bu restoran teşekkürler evet"),
    "vi": words("và là ở cái này"),
    "ro": words("la de cu și si în in o un este nu da restaurant"),
}
_NEVER_TELLING = words(  # alone they are English, names, or what English speakers borrow
    "mi ma mon ce dos para una est is me no as a to for two a par per un ban toi dat mai vi vara var en har kan "
    "have is ein la "
    "italiano français francais español espanol português portugues deutsch nederlands svenska dansk masa ora favor "
    "cinco tavolo hola bonjour merci two in on of sei sie sono due mit die um wo tak mandag hui ne mi sa na dos om "
    "er mit bord een et til cita puis pot"
)


def recognise(text: str) -> str | None:
    """The language of a text as a code of ISO 639-1, if it is surely not English; None for English and for what is "
    "too short."""
    letters = unicodedata.normalize("NFC", text).casefold()
    said = _WORD.findall(letters)
    return _by_script(letters, said) or _by_words(said)


def _by_script(letters: str, said: list[str]) -> str | None:
    """The language of the script in which most of the letters are; Chinese unless there is a letter of Japan's own."""
    scripts = Counter(
        _SCRIPTS.get(unicodedata.name(c, "").split(" ")[0].split("-")[0], "") for c in letters if c.isalpha()
    )
    latin = scripts.pop("", 0)
    english = sum(word in COMMON for word in said)
    if not scripts or scripts.total() * _WEIGHT_OF_A_SIGN <= latin or english >= _SENTENCE:
        return None
    if scripts["ja"]:
        return "ja"
    language = scripts.most_common(1)[0][0]
    if language == "ru" and _UKRAINIAN & set(letters):
        return "uk"
    return "fa" if language == "ar" and _PERSIAN & set(letters) else language


def _by_words(said: list[str]) -> str | None:
    best, most = None, 0
    pairs = set(pairwise(said))
    for language, telling in _TELLING.items():
        of_it = telling | _OF_IT_TOO[language]
        tells = sum(word in telling and word not in _NEVER_TELLING for word in set(said))
        tells += len(pairs & _TELLING_PAIRS.get(language, frozenset()))
        found = sum(word in of_it for word in set(said))
        english = sum(word in COMMON and word not in of_it for word in set(said))
        score = found + tells
        if tells and found >= _FEWEST and found > english and score > most:
            best, most = language, score
    return best


_TELLING_PAIRS = {
    "es": frozenset({("mesa", "para")}),
    "pt": frozenset({("mesa", "para")}),
    "it": frozenset({("tavolo", "per"), ("un", "tavolo")}),
}
_FEWEST = 2
_SENTENCE = 2  # English words around a name in another script
_WEIGHT_OF_A_SIGN = 2  # a Chinese sign says about as much as two letters of ours

LANGUAGES = frozenset({"en", "uk", "fa", *_SCRIPTS.values(), *_TELLING})
"""What `recognise` tells apart."""
