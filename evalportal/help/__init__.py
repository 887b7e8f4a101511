"""The help: a page per task, the glossary, and which page of the help belongs to which page of the portal."""

from django.urls import reverse

from evalportal.help.pages import BY_VIEW, find

__all__ = ["help_for", "is_public"]


def help_for(view_name: str) -> str:
    """Return the address of the help for a page, with the anchor of its section; the list of all help pages for any other name."""
    slug, anchor = BY_VIEW.get(view_name, ("", ""))
    if not slug:
        return reverse("help")
    return f"{reverse('help_page', args=[slug])}{f'#{anchor}' if anchor else ''}"


def is_public(view_name: str) -> bool:
    """True if the help for a page is there for people who are not signed in."""
    page = find(BY_VIEW.get(view_name, ("", ""))[0])
    return page is not None and page.is_public
