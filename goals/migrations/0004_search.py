"""Search columns of Ziele, Maßnahmen and units, filled by the rules of `goals.search_words` as they were on this day."""

import re
import unicodedata

from django.db import migrations, models

BATCH = 500
COLUMNS = {"Goal": ("text",), "Measure": ("title",), "OrgUnit": ("name", "short_name")}

_LINE_END = re.compile(r"\r\n|[\r\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_INVISIBLE = r"[\u00ad\u200b-\u200d\u2060]+"
_GENDER = rf"[*:_·/]-?(?=in(?:nen)?(?!{_LETTER}))"
_LINE_BREAK = r"[-\u2010][ \t]*\n\s*(?!(?:und|oder|bzw|sowie)\b)(?=[a-zß-öø-ÿ])"
_WORD = re.compile(rf"{_LETTER}(?:(?:{_INVISIBLE}|{_GENDER}|{_LINE_BREAK})?{_LETTER})*|\d+(?:[.,]\d+)*")
_NO_LETTER = re.compile(r"[\W_]+")
_UMLAUT = re.compile(r"([ao])e|(?<![aeq])(u)e")
_N_OR_S = re.compile(r"(?:n|(?<!s)s)$")
_LENGTH = 60


def column_text(*texts):
    found = {}
    for raw in texts:
        text = unicodedata.normalize("NFC", _CONTROL.sub("", _LINE_END.sub("\n", raw)))
        compound, end = "", -1
        for match in _WORD.finditer(text):
            folded = _folded(match.group())
            if not folded:
                continue
            goes_on = match.start() == end + 1 and text[end] in "-\u2010\u2011"
            compound, end = (compound * goes_on + folded)[: _LENGTH + 1], match.end()
            stem = _stem(folded)
            found[stem] = None
            while stem[0].isdecimal() and "." in stem:
                stem = stem.partition(".")[2]
                found[stem] = None
            if goes_on:
                found[_stem(compound)] = None
    return "".join(f" {stem}" for stem in found)


def _folded(word):
    if word[0].isdecimal():
        return word.replace(",", ".")
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    folded = "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
    return _UMLAUT.sub(lambda match: match.group(1) or match.group(2), _NO_LETTER.sub("", folded))


def _stem(folded):
    if folded[0].isdecimal() or len(folded) > _LENGTH:
        return folded[:_LENGTH]
    while True:
        if folded.endswith("er") and len(folded) > 4:
            folded = folded[:-2]
        elif len(folded) > 4 and _N_OR_S.search(folded) or len(folded) > 3 and folded.endswith("e"):
            folded = folded[:-1]
        else:
            return folded


def fill_column(model, names):
    """Write `search` of every row of `model` from its fields `names`."""
    batch = []
    for row in model._base_manager.only("pk", *names).order_by("pk").iterator(chunk_size=BATCH):
        row.search = column_text(*(getattr(row, name) for name in names))
        batch.append(row)
        if len(batch) == BATCH:
            model._base_manager.bulk_update(batch, ["search"])
            batch = []
    model._base_manager.bulk_update(batch, ["search"])


def fill(apps, schema_editor):
    for name, names in COLUMNS.items():
        fill_column(apps.get_model("goals", name), names)


def _add(model):
    field = models.TextField(blank=True, default="", editable=False, verbose_name="Suchwörter")
    return migrations.AddField(model_name=model, name="search", field=field)


class Migration(migrations.Migration):
    dependencies = [("goals", "0003_concept_imports")]

    operations = [
        _add("goal"),
        _add("measure"),
        _add("orgunit"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
