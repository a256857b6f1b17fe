"""
The names of months in the languages of Europe, for the dates of feeds whose software speaks its user's language.

Source: CLDR (https://cldr.unicode.org), names and abbreviations in dates and alone. Left out is what another name there
begins with. Croatian is not among them: its `lis` and `srp` are other months than in Polish and Czech.
"""

from __future__ import annotations

import unicodedata

# From January to December, without accents. A word that is not here counts by its first three letters.
_NAMES = (
    "ene gen ian jaan jaanuar jan led oca saus sausio sausis sty tammi tammikuu tammikuuta ιαν січ янв яну",
    "feb fev helmi helmikuu helmikuuta lut sub uno vas veebr veebruar φεβ лют фев",
    "bre kov maalis maaliskuu maaliskuuta maart mar mrt μαρ бер мар",
    "abr apr avr bal dub d’abr d’abril huhti huhtikuu huhtikuuta kwi nis απρ апр квіт квітень квітня",
    "geg kve mag mai maj may mei touko toukokuu toukokuuta μαι μαω маи мая трав травень травня",
    "birz birzelio birzelis cerven cervna cvn cze giu haz iun juin jun juuni kesa kesakuu kesakuuta ιον "
    "ιουν ιουνιοσ ιουνιου июн черв червень червня юни",
    "cervence cervenec cvc heina heinakuu heinakuuta iul juil juillet jul juuli liep liepa liepos lip lug "
    "tem ιολ ιουλ ιουλιοσ ιουλιου июл лип юли",
    "ago agu aout aug avg d’ag d’agost elo rugp rugpjucio rugpjutis sie srp αυγ авг серп серпень серпня",
    "eyl rugs rugsejis rugsejo sep set syys syyskuu syyskuuta szept szeptember wrz zar σεπ вер сент "
    "сентябрь сентября сеп",
    "d’oct d’octubre eki loka lokakuu lokakuuta oct okt ott out paz rij spal spalio spalis οκτ жовт жовтень жовтня окт",
    "kas lapkr lapkricio lapkritis lis marras marraskuu marraskuuta noiembrie nov νοε лист листопад "
    "листопада ное нояб ноябрь ноября",
    "ara dec des dets detsember dez dic gru joulu joulukuu joulukuuta pro δεκ груд грудень грудня дек",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}


def month_of(word: str) -> int | None:
    """Return the number of the month that a word names, long or short, with any accents; None when it names none."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))
    plain = plain.strip("., ")
    return _MONTHS.get(plain) or _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
