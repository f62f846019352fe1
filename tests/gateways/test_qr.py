"""A code's picture is an image that needs nothing from elsewhere."""

from urllib.parse import unquote

from booking.gateways.qr import picture


def test_a_picture_carries_itself():
    address = picture("31633894")
    assert address.startswith("data:image/svg+xml")
    assert "<path" in unquote(address)
    assert picture("31633894") != picture("31633895")
