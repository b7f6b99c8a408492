"""What every answer of the portal reads once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parkportal.records import terms


class WordsOfThePage:
    """The dictionaries are read once for each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with terms.read_once():
            return self.get_response(request)
