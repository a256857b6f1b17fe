"""
The names of months in the languages of Europe and in Arabic, for the dates of feeds whose software speaks its user's
language.

Source: CLDR (https://cldr.unicode.org), names and abbreviations in dates and alone, and what `strftime` makes of `%b`
in glibc's locales, which say сен and ноя where CLDR says сент. and нояб. Left out is what another name there begins
with. Croatian is not among them: its `lis` and `srp` are other months than in Polish and Czech.
"""

from __future__ import annotations

import unicodedata

# From January to December, without accents. A word that is not here counts by its first three letters.
_NAMES = (
    "ene gen ian jaan jaanuar jan led oca saus sausio sausis sty tammi tammikuu tammikuuta xan yan ιαν "
    "сту січ янв яну јан يناير",
    "feb fev helmi helmikuu helmikuuta lut sub uno vas veebr veebruar φεβ лют фев феб فبراير",
    "bre kov maalis maaliskuu maaliskuuta maart mar mrt μαρ бер мар сак مارس",
    "abr apr avr bal dub d’abr d’abril huhti huhtikuu huhtikuuta kwi nis απρ апр квіт квітень квітня кра ابريل",
    "geg kve mag mai maj may mei touko toukokuu toukokuuta μαι μαω маи мая мај трав травень травня مايو",
    "birz birzelio birzelis cen cerven cervna cvn cze giu haz iun iyn iyun juin jun juuni kesa kesakuu kesakuuta xun "
    "ιον ιουν ιουνιοσ ιουνιου июн черв червень червня чэр юни јун يونيو",
    "cec cervence cervenec cvc heina heinakuu heinakuuta iul iyl iyul juil juillet jul juuli liep liepa liepos lip lug "
    "tem xul ιολ ιουλ ιουλιοσ ιουλιου июл лип ліп юли јул يوليو",
    "ag ago agu aout aug avg avq d’ag d’agost elo rugp rugpjucio rugpjutis sie srp αυγ авг жні серп серпень серпня "
    "اغسطس",
    "eyl rugs rugsejis rugsejo sen sep set syys syyskuu syyskuuta szept szeptember wrz zar σεπ вер сен сеп سبتمبر",
    "d’oct d’octubre eki loka lokakuu lokakuuta oct okt ott out paz rij spal spalio spalis οκτ "
    "жовт жовтень жовтня кас окт اكتوبر",
    "kas lapkr lapkricio lapkritis lis marras marraskuu marraskuuta noiembrie nov noy νοε лист листопад "
    "листопада ліс нов ное ноя نوفمبر",
    "ara dec dek des dets detsember dez dic gru joulu joulukuu joulukuuta pro δεκ груд грудень грудня дек дец сне "
    "ديسمبر",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}


def month_of(word: str) -> int | None:
    """Return the number of the month that a word names, long or short, with any accents; None when it names none."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(one))
    plain = plain.strip("., ")
    return _MONTHS.get(plain) or _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
