import pytest
from aiohttp.test_utils import make_mocked_request

from services.invoice_service.api.etag import etag, if_match
from services.invoice_service.domain.errors import Invalid, VersionRequired


def test_a_version_is_a_strong_tag() -> None:
    assert etag(7) == '"v7"'


@pytest.mark.parametrize(("header", "version"), [('"v7"', 7), (' "v12" ', 12), ("*", None)])
def test_if_match_names_a_version(header: str, version: int | None) -> None:
    request = make_mocked_request("PATCH", "/", headers={"If-Match": header})

    assert if_match(request, required=True) == version


@pytest.mark.parametrize("header", ['"7"', 'W/"v7"', '"v0"', '"v07"', '"v9999999999"', '"d41d8cd9"', '""'])
def test_a_tag_that_we_never_gave_is_a_version_that_never_was(header: str) -> None:
    request = make_mocked_request("PATCH", "/", headers={"If-Match": header})

    assert if_match(request, required=True) == 0


@pytest.mark.parametrize("header", ["v7", '"v7', 'w/"v7"', '"v7", "v8"', "", '"v 7"'])
def test_what_is_no_tag_is_refused(header: str) -> None:
    request = make_mocked_request("PATCH", "/", headers={"If-Match": header})

    with pytest.raises(Invalid) as refused:
        if_match(request, required=False)

    assert refused.value.code == "invalid_parameter"
    assert refused.value.errors[0].field == "If-Match"


def test_it_may_be_missing_where_it_is_not_required() -> None:
    request = make_mocked_request("PATCH", "/")

    assert if_match(request, required=False) is None
    with pytest.raises(VersionRequired):
        if_match(request, required=True)
