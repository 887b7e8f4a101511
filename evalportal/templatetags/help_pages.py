"""What the pages of the help are made of."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evalportal.help import glossary, pages, pictures

register = template.Library()


@register.inclusion_tag("help/picture.html")
def help_picture(name: str, caption: str = "") -> dict[str, object]:
    """Return the picture `name` of a screen, with a line below it if `caption` says something."""
    return {"picture": pictures.picture(name), "caption": caption}


@register.simple_tag
def help_link(slug: str, anchor: str = "", words: str = "") -> SafeString:
    """Return a link to another page of the help, with its title or `words`. Raises LookupError for one that is not there."""
    page = pages.find(slug)
    if page is None:
        raise LookupError(f"there is no help page „{slug}“")
    address = f"{reverse('help_page', args=[slug])}{f'#{anchor}' if anchor else ''}"
    return format_html('<a href="{}">{}</a>', address, words or page.title)


@register.simple_tag
def term(word: str, words: str = "") -> SafeString:
    """Return a link to a word of the glossary, shown as `words` if given. Raises LookupError for one that is not there."""
    found = glossary.find(word)
    return format_html('<a class="term" href="{}#{}">{}</a>', reverse("glossary"), found.anchor, words or word)
