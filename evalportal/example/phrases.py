"""The phrases from which the example reports are put together. All of it is fictional.

`{n}` and `{m}` are figures (m is the smaller), `{few}` a small one, `{k}` a number of municipalities, `{year}` the year of the round.
"""

from typing import Final

from ratings.models.fields import ObstacleCategory as Obstacle
from ratings.scheme import Grade

# What stands in the reports on single Maßnahmen.
DETAILS: Final = {
    "1.1": (
        "Die Willkommensmappe liegt in acht Sprachen und in einfacher Sprache vor; {n} Exemplare wurden über Meldeämter, "
        "Kitas und die Ausländerbehörde ausgegeben. Die Kurzfassung auf der Website wurde {year} rund {m}00-mal abgerufen.",
    ),
    "2.1": (
        "Im Berichtszeitraum fanden {n} Erstgespräche statt, {m} davon mit Sprachmittlung. Vier von fünf neu zugewanderten "
        "Personen wurden innerhalb der ersten drei Monate erreicht.",
    ),
    "3.1": (
        "Die offene Sprechstunde wurde um einen Abendtermin und um Beratung per Video ergänzt. {n} Personen nutzten das "
        "Angebot, {m} davon zum ersten Mal.",
    ),
    "3.2": (
        "Mit aufsuchender Beratung an {k} Orten wurden {n} Personen erreicht, die bisher keine Beratung genutzt hatten, "
        "vor allem Frauen mit kleinen Kindern und Beschäftigte im Schichtdienst.",
    ),
    "4.1": (
        "Das Profiling wird in allen Erstberatungen mit demselben Bogen erhoben. {n} Profile liegen vor; {m} davon wurden "
        "im Berichtszeitraum nach zwölf Monaten aktualisiert.",
    ),
    "5.1": (
        "{n} Personen nahmen eine weiterführende Beratung in Anspruch, im Mittel drei Termine. Die Wartezeit liegt bei "
        "zwei Wochen, in Spitzenzeiten bei vier.",
    ),
    "9.1": (
        "{n} Anträge auf Einbürgerung gingen ein, {m} wurden abgeschlossen. Die Online-Terminvergabe und die Vorprüfung "
        "der Unterlagen haben Rückfragen spürbar verringert.",
    ),
    "10.1": ("{n} Personen wurden zur freiwilligen Rückkehr beraten, {m} sind mit Förderung ausgereist.",),
    "16.1": (
        "Für {k} Kommunen wurden Kurszeiten und Busfahrpläne abgeglichen. An zwei Standorten beginnen Kurse jetzt 20 "
        "Minuten später; der Rufbus am Abend fährt weiterhin nur in einem Teil des Kreisgebiets.",
    ),
    "20.1": (
        "Der Bedarf wird zweimal im Jahr bei Kommunen, Trägern und Beratungsstellen abgefragt. {k} Kommunen haben "
        "geantwortet; gemeldet wurden {n} Personen ohne Kursplatz, darunter {m} mit Bedarf an Alphabetisierung.",
    ),
    "20.2": ("{n} Personen wurden einzeln beraten und eingestuft, {m} davon in den Außenstellen.",),
    "20.3": (
        "{m} Kurse mit je 60 Unterrichtsstunden begannen innerhalb von vier Wochen nach der Ankunft; {n} Personen nahmen teil.",
    ),
    "20.4": ("In {m} Integrationskursen an {k} Orten lernten {n} Personen. Die mittlere Wartezeit sank auf neun Wochen.",),
    "20.5": ("An {k} Orten gibt es ehrenamtliche Sprachtreffs; {m} Ehrenamtliche wurden geschult.",),
    "26.1": (
        "Die Koordinierungsrunde Sprache tagte viermal. Kursplanungen werden seit dem Frühjahr in einer gemeinsamen "
        "Übersicht geführt.",
    ),
    "41.1": ("{n} Kompetenzprofile wurden erhoben, bei {m} Personen ergänzt durch eine Arbeitserprobung im Betrieb.",),
    "43.1": (
        "{n} Jugendliche und {m} Elternteile nahmen an Informationsveranstaltungen zum Übergang Schule-Beruf teil. Das "
        "Material liegt in sechs Sprachen vor.",
    ),
    "43.2": (
        "An {k} Schulen wurde die Berufsorientierung um eine Woche für Sprachlernklassen ergänzt; {n} Jugendliche nahmen teil.",
    ),
    "44.1": (
        "In der Arbeitsvermittlung wurden {n} Personen mit internationaler Geschichte beraten; {m} nahmen eine "
        "sozialversicherungspflichtige Beschäftigung auf. Die Beratungsdichte konnte nicht in allen Geschäftsstellen "
        "gehalten werden.",
    ),
    "44.2": (
        "Videodolmetschen steht an allen Standorten bereit und wurde {n}-mal genutzt. {m} Mitarbeitende wurden in "
        "einfacher Sprache geschult.",
    ),
    "44.3": (
        "{n} Personen wurden in den ersten sechs Monaten nach der Arbeitsaufnahme begleitet; {m} Arbeitsverhältnisse "
        "bestanden danach fort.",
    ),
    "45.1": (
        "{n} Schutzsuchende nahmen an Maßnahmen im SGB II teil, {m} davon an der Kombination aus Sprachkurs und Praktikum.",
    ),
    "45.2": ("{m} Unternehmen boten Praktika oder Probearbeit an; aus {n} Kontakten entstanden 19 Arbeitsverhältnisse.",),
    "48.1": (
        "Der ArbeitgeberService führte {m} Betriebsbesuche und zwei Unternehmensfrühstücke durch; {n} Betriebe stehen im "
        "Verteiler.",
    ),
    "52.1": ("Die Suchtberatung bietet an zwei Standorten muttersprachliche Termine an; {m} Personen nahmen sie wahr.",),
    "76.1": (
        "Gemeinsam mit der Volkshochschule wurde der Lotsenkurs auf sechs einzeln buchbare Abendmodule umgestellt. {m} "
        "Personen nahmen teil, 23 haben das Zertifikat erworben. Damit gibt es in 15 von 21 Kommunen mindestens eine "
        "ausgebildete Lotsin oder einen Lotsen.",
    ),
    "80.1": (
        "Der Dolmetschpool umfasst {m} Personen für 31 Sprachen; {n} Einsätze wurden vermittelt, ein Drittel davon per Video.",
    ),
    "85.2": (
        "Das Monitoring erscheint vierteljährlich mit 24 Kennzahlen je Kommune; {k} Kommunen nutzen es in ihren Ausschüssen.",
    ),
}

# By Handlungsfeld, for all other Maßnahmen: they name no subject that only some of them have.
FIELD_DETAILS: Final = {
    1: (
        "Die Abläufe wurden mit den beteiligten Stellen abgestimmt und in einer gemeinsamen Arbeitshilfe beschrieben. {n} "
        "Anliegen wurden {year} bearbeitet.",
        "Angeboten werden feste Termine an drei Standorten und Termine nach Vereinbarung in {k} Kommunen; {n} Personen "
        "haben sie genutzt.",
        "Ratsuchende erhalten Auskunft in der Regel innerhalb von zehn Arbeitstagen. In {m} Fällen wurde Sprachmittlung "
        "eingesetzt.",
    ),
    2: (
        "Mit {k} Kommunen fanden Abstimmungsgespräche statt. Die Ergebnisse sind in einer gemeinsamen Übersicht "
        "festgehalten, die halbjährlich fortgeschrieben wird.",
        "{n} Fälle wurden bearbeitet, {m} davon gemeinsam mit der jeweiligen Gemeinde. Die Verfahren sind beschrieben und "
        "den Beteiligten bekannt.",
        "Die Zusammenarbeit mit den kreisangehörigen Kommunen verläuft verlässlich; in {k} von ihnen gibt es feste "
        "Ansprechpersonen.",
    ),
    3: (
        "{n} Personen wurden erreicht, {m} mehr als im ersten Jahr der Laufzeit. Die Angebote finden an {k} Orten statt.",
        "Die Angebote wurden mit Kursträgern und Einrichtungen abgestimmt. {m} Fachkräfte nahmen an Fortbildungen teil.",
        "In {k} Kommunen besteht ein Angebot; für die übrigen wird nach Trägern gesucht. {n} Teilnahmen wurden gezählt.",
    ),
    4: (
        "An {k} Einrichtungen wurde das Vorhaben umgesetzt; {n} Familien wurden erreicht. Die Rückmeldungen der Leitungen "
        "sind überwiegend positiv.",
        "{m} Fachkräfte aus Kitas und Schulen wurden fortgebildet. Material steht in sieben Sprachen zum Herunterladen bereit.",
        "Die Zusammenarbeit zwischen Bildungsmanagement, Schulen und Jugendhilfe ist in einer Vereinbarung geregelt. {n} "
        "Beratungen wurden dokumentiert.",
    ),
    5: (
        "{n} Personen wurden beraten, {m} davon in Arbeit, Ausbildung oder Qualifizierung vermittelt.",
        "Mit Betrieben, Kammern und Trägern fanden {m} Gespräche statt; {n} Personen profitierten von den vereinbarten Abläufen.",
    ),
    6: (
        "{n} Beratungen fanden statt, {m} davon mit Sprachmittlung. Die Anbieter im Kreisgebiet wurden zweimal zu einem "
        "Austausch eingeladen.",
        "Das Informationsmaterial wurde überarbeitet und an {m} Praxen, Unterkünfte und Beratungsstellen verteilt.",
        "In {k} Kommunen gab es Veranstaltungen; {n} Personen nahmen teil.",
    ),
    7: (
        "{m} Veranstaltungen mit zusammen {n} Teilnehmenden fanden statt, verteilt auf {k} Kommunen.",
        "Gefördert wurden {m} Vorhaben von Vereinen, Initiativen und Gemeinden. Die Nachfrage überstieg die verfügbaren Mittel.",
        "Ein Netzwerk aus {m} Vereinen und Initiativen trifft sich vierteljährlich; {n} Personen wurden über seine "
        "Angebote erreicht.",
    ),
    8: (
        "{n} Engagierte wurden erreicht, {m} davon neu. In {k} Kommunen gibt es feste Ansprechpersonen für das Ehrenamt.",
        "Die Freiwilligenagenturen und der Landkreis stimmen sich zweimal im Jahr ab. {m} Engagierte nahmen an "
        "Fortbildungen teil.",
        "Die Informationen für Engagierte wurden auf einer Seite zusammengeführt; {k} Kommunen verweisen darauf.",
    ),
    9: (
        "Die beteiligten Organisationseinheiten trafen sich viermal. {m} Absprachen wurden festgehalten, {k} davon sind "
        "umgesetzt.",
        "Die Zuständigkeiten sind beschrieben und im Intranet einsehbar. {k} Kommunen wurden beraten.",
        "Abläufe an {m} Schnittstellen wurden aufgenommen; für die Hälfte liegt ein abgestimmtes Verfahren vor.",
    ),
}

# Where little has happened or nobody knows, none of the above would fit.
WEAK_DETAILS: Final = {
    Grade.LOW: (
        "Mit {few} Beteiligten wurde gesprochen; ein gemeinsames Vorgehen ist noch nicht vereinbart.",
        "Eine Bestandsaufnahme in {few} Kommunen liegt vor. Weitere Schritte sind wegen anderer Aufgaben zurückgestellt worden.",
        "Ein erster Entwurf wurde {year} im Kreis der Beteiligten vorgestellt, dort aber nicht weiterverfolgt.",
        "Von den vorgesehenen Terminen konnten {few} stattfinden; die übrigen wurden abgesagt.",
        "Das Angebot wurde an einem Standort erprobt. Die Beteiligung blieb mit {few} Personen deutlich hinter der "
        "Erwartung zurück.",
    ),
    Grade.UNCLEAR: (
        "Rückmeldungen liegen aus {few} Kommunen vor; sie lassen sich nicht miteinander vergleichen.",
        "Einzelne Träger berichten von guter Nachfrage, Zahlen haben {few} von ihnen genannt.",
        "Eine Auswertung für {year} steht noch aus, weil das Erhebungsverfahren umgestellt wurde.",
    ),
}

OPENINGS: Final = {
    Grade.HIGH: (
        "Die Maßnahme ist umgesetzt und wird laufend fortgeführt.",
        "Das Vorhaben läuft so, wie das Konzept es vorsieht.",
        "Die Maßnahme gehört inzwischen zum festen Angebot.",
        "Der im Konzept beschriebene Stand ist erreicht.",
    ),
    Grade.MEDIUM: (
        "Die Maßnahme ist begonnen; ein Teil der vorgesehenen Schritte ist umgesetzt.",
        "Das Angebot besteht, erreicht aber noch nicht alle, für die es gedacht ist.",
        "Die Umsetzung kommt voran, wesentliche Schritte stehen noch aus.",
    ),
    Grade.LOW: (
        "Die Maßnahme ist bisher nur in Ansätzen umgesetzt.",
        "Über erste Vorgespräche ist das Vorhaben nicht hinausgekommen.",
        "Die Umsetzung ruht seit mehreren Monaten.",
    ),
    Grade.UNCLEAR: (
        "Ob die Maßnahme wirkt, lässt sich derzeit nicht beurteilen.",
        "Der Stand ist nicht abschließend einzuschätzen, weil Angaben Dritter fehlen.",
    ),
}
CLOSINGS: Final = {
    Grade.HIGH: (
        "Änderungsbedarf besteht derzeit nicht.",
        "Die Beteiligten bewerten die Zusammenarbeit als verlässlich.",
        "Die Finanzierung ist für das kommende Haushaltsjahr gesichert.",
        "",
    ),
    Grade.MEDIUM: (
        "Offen ist vor allem die Umsetzung in den kleineren Gemeinden.",
        "Eine Ausweitung ist vorbereitet, aber noch nicht beschlossen.",
        "Die Auswertung der bisherigen Erfahrungen läuft.",
    ),
    Grade.LOW: (
        "Ein neuer Zeitplan wird mit den Beteiligten abgestimmt.",
        "Ob das Vorhaben in der bisherigen Form sinnvoll ist, soll bis zur nächsten Runde geklärt werden.",
    ),
    Grade.UNCLEAR: ("Eine Abfrage bei den Beteiligten ist vorbereitet.", "Belastbare Zahlen werden zur nächsten Runde erwartet."),
}
SUMMARIES: Final = {
    Grade.HIGH: (
        "Umgesetzt und im Alltag verankert.",
        "Läuft wie vorgesehen.",
        "Das Angebot ist fest eingerichtet und wird genutzt.",
    ),
    Grade.MEDIUM: ("Begonnen, aber noch nicht überall umgesetzt.", "Das Angebot besteht; die Ausweitung steht noch aus."),
    Grade.LOW: ("Bisher kaum umgesetzt.", "Über Vorarbeiten nicht hinausgekommen."),
    Grade.UNCLEAR: ("Der Stand lässt sich nicht beurteilen.", "Belastbare Angaben fehlen noch."),
}
RATIONALES: Final = {
    Grade.HIGH: (
        "Alle im Konzept genannten Schritte sind umgesetzt; die Nutzung ist stabil.",
        "Seit der letzten Runde wurde die fehlende Regelung getroffen, das Angebot läuft jetzt dauerhaft.",
    ),
    Grade.MEDIUM: (
        "Das Angebot wirkt dort, wo es besteht; in einem Teil des Kreisgebiets fehlt es noch.",
        "Die Vorarbeiten sind abgeschlossen, die Hälfte der vorgesehenen Schritte ist umgesetzt.",
        "Die Nachfrage ist da, die Kapazität reicht aber nicht aus.",
    ),
    Grade.LOW: (
        "Außer einer Bestandsaufnahme liegt noch kein Ergebnis vor.",
        "Die vorgesehene Stelle war über längere Zeit nicht besetzt, die Umsetzung konnte nicht beginnen.",
    ),
    Grade.UNCLEAR: ("Ohne Angaben der beteiligten Stellen wäre jede andere Einstufung geraten.",),
}

# Hemmnisse and Lösungsansatz belong together.
OBSTACLES: Final = (
    (
        Obstacle.STAFF,
        "Eine Stelle war sechs Monate unbesetzt; Termine mussten verschoben werden.",
        "Die Stelle ist ausgeschrieben; bis zur Besetzung vertreten zwei Kolleginnen und Kollegen aus dem Team.",
    ),
    (
        Obstacle.MONEY,
        "Die Landesförderung ist ausgelaufen, eine Anschlussfinanzierung fehlt.",
        "Ein Antrag auf Mittel aus dem Haushalt des kommenden Jahres ist gestellt; parallel wird ein Förderprogramm geprüft.",
    ),
    (
        Obstacle.COMPETENCE,
        "Für einen Teil der Aufgaben ist nicht geklärt, welche Stelle sie übernimmt.",
        "Die Zuständigkeit wird im Jour fixe beraten und anschließend schriftlich festgehalten.",
    ),
    (
        Obstacle.LAW,
        "Daten dürfen zwischen den Stellen nur mit Einwilligung weitergegeben werden; das verzögert die Abstimmung im "
        "Einzelfall.",
        "Ein Muster für die Einwilligung ist mit dem Datenschutz abgestimmt und wird ab dem nächsten Quartal verwendet.",
    ),
    (
        Obstacle.PARTNERS,
        "Ein Kooperationspartner hat sein Angebot aus Kostengründen eingeschränkt.",
        "Gespräche mit zwei weiteren Trägern laufen; eine Vereinbarung ist für das Frühjahr vorgesehen.",
    ),
    (
        Obstacle.DEMAND,
        "Die Nachfrage übersteigt die Plätze deutlich, es bestehen Wartelisten.",
        "Freie Plätze werden wöchentlich gemeldet und zentral vergeben; ein zusätzliches Angebot wird vorbereitet.",
    ),
    (
        Obstacle.EVENTS,
        "Die stark gestiegene Zuwanderung im Vorjahr hat Kräfte gebunden, die für die Maßnahme eingeplant waren.",
        "Die Aufgaben wurden neu verteilt; ab dem kommenden Halbjahr steht wieder eine halbe Stelle zur Verfügung.",
    ),
)
UNCLEAR_NOTES: Final = (
    "Die Zahlen liegen bei mehreren Trägern und wurden bisher nicht einheitlich erhoben.",
    "Eine Auswertung ist erst möglich, wenn die Rückmeldungen der Kommunen vollständig sind.",
)
INFLUENCE_NOTES: Final = (
    "Über den Umfang entscheidet das Land; der Landkreis kann nur beraten und vermitteln.",
    "Zuständig sind die kreisangehörigen Kommunen; der Landkreis begleitet und berät.",
    "Die Kursplätze bewilligt das Bundesamt; der Landkreis hat darauf keinen Einfluss.",
)
CONDITIONS_NOTES: Final = (
    "Durch eine Gesetzesänderung ist die Zielgruppe größer geworden; die Planung des Konzepts beruhte auf anderen Zahlen.",
    "Die Zuwanderung aus der Ukraine hat Bedarf und Zusammensetzung der Zielgruppe grundlegend verändert.",
    "Das Förderprogramm, auf dem die Maßnahme aufbaute, gibt es in dieser Form nicht mehr.",
)
NEXT_STEPS: Final = (
    "Ausweitung auf zwei weitere Kommunen und Auswertung nach sechs Monaten.",
    "Vereinbarung mit den Trägern über Kapazitäten und Qualitätskriterien.",
    "Fortbildung der neuen Ansprechpersonen und Überarbeitung der Arbeitshilfe.",
    "Vorlage eines abgestimmten Verfahrens an die Koordinierungsgruppe.",
    "Einrichtung einer gemeinsamen Terminübersicht mit den Kooperationspartnern.",
)
SUCCESSES: Final = (
    "Die Rückmeldungen aus den Kommunen sind durchweg positiv; zwei Nachbarkreise haben sich nach dem Verfahren erkundigt.",
    "Erstmals konnten alle Anfragen innerhalb eines Monats beantwortet werden.",
    "Die gemeinsame Übersicht spart allen Beteiligten Rückfragen.",
    "Ein Drittel der Teilnehmenden wurde durch Empfehlung anderer gewonnen.",
)
RESOURCES: Final = (
    "0,5 Vollzeitstelle, Sachmittel im Rahmen des Budgets",
    "1,0 Vollzeitstelle, zur Hälfte durch das Land gefördert",
    "vorhandenes Personal, keine zusätzlichen Mittel",
)
INTERNAL_NOTES: Final = (
    "Zahlen vor der nächsten Runde noch einmal mit der Statistikstelle abgleichen.",
    "Vertretung im Sommer klären.",
)
TARGETS: Final = {
    1: "Neuzugewanderte und ihre Familien",
    2: "Zugewanderte, kreisangehörige Kommunen",
    3: "Menschen mit Sprachförderbedarf",
    4: "Eltern, Kinder und Jugendliche, pädagogische Fachkräfte",
    5: "Arbeitsuchende, Jugendliche im Übergang, Betriebe",
    6: "Menschen mit eingeschränktem Zugang zur Versorgung",
    7: "Menschen mit und ohne internationale Geschichte, Vereine",
    8: "Ehrenamtlich Engagierte, Freiwilligenagenturen",
    9: "Organisationseinheiten der Kreisverwaltung, Kommunen",
}
PARTNERS: Final = {
    1: "Kommunen, Beratungsstellen der Wohlfahrtspflege",
    2: "kreisangehörige Kommunen, Wohnungswirtschaft",
    3: "Kursträger, Kitas, Volkshochschule",
    4: "Schulen, Kitas, Familienzentren",
    5: "Kammern, Betriebe, Agentur für Arbeit",
    6: "Praxen, Kliniken, Beratungsstellen",
    7: "Vereine, Migrantenorganisationen, Kirchen- und Moscheegemeinden",
    8: "Freiwilligenagenturen, Stiftungen",
    9: "Kommunen, Landesbehörden, Nachbarkreise",
}
CONTRIBUTIONS: Final = (
    "Wir haben an den Abstimmungen teilgenommen und {m} Fälle aus unserem Bereich beigetragen.",
    "Unser Teil der Maßnahme läuft: {m} Termine wurden gemeinsam durchgeführt, Rückmeldungen werden laufend weitergegeben.",
    "Aus unserer Sicht hat sich die Zusammenarbeit bewährt. Offen ist, wie Anfragen außerhalb der Sprechzeiten "
    "weitergeleitet werden.",
    "Wir stellen Räume und Material bereit und haben {m} Personen an das Angebot vermittelt.",
)
# Each must fit any grade.
REMARKS: Final = (
    "Der Jour fixe bittet, die Zahlen zur nächsten Runde nach Kommunen aufzuschlüsseln.",
    "Die Erfahrungen sollen auch in anderen Handlungsfeldern vorgestellt werden.",
    "Die Zusammenarbeit mit den Kommunen soll im Bericht dargestellt werden.",
    "Zur Weiterführung ist eine Entscheidung über die Finanzierung nötig.",
)
