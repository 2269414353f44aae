from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi")

from fastapi.testclient import TestClient

from effocr.bundle.files import Bundle
from effocr.image.draw import png
from effocr.page.serial import page_from_json
from effocr.read.reader import Reader
from effocr.serve import app as serving
from effocr.testing import draw_bars


@pytest.fixture(scope="module")
def reader(bars: Bundle) -> Reader:
    return Reader(bars, threads=2)


@pytest.fixture
def client(reader: Reader) -> Iterator[TestClient]:
    with TestClient(serving.create_app(reader), raise_server_exceptions=False) as client:
        yield client


def test_an_image_posted_is_answered_as_it_is_read_here(client: TestClient, reader: Reader) -> None:
    image = png(draw_bars("Hello there"))
    answer = client.post("/read", content=image)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert page_from_json(answer.text).text == "Hello there"
    assert page_from_json(answer.text) == page_from_json(reader.read_one(image).to_json())


def test_vertical_lines(client: TestClient, reader: Reader) -> None:
    image = png(draw_bars("down").T)
    answer = client.post("/read?vertical=true", content=image)
    assert all(line["vertical"] for line in answer.json()["lines"])
    assert answer.json() == client.post("/read", params={"vertical": True}, content=image).json()


@pytest.mark.parametrize(
    ("body", "status", "what"),
    [
        (b"", 422, "no body"),
        (b"hello", 422, "not an image"),
        (png(draw_bars("cut off"))[:100], 422, "damaged or cut off"),
    ],
)
def test_bodies_that_are_no_image(body: bytes, status: int, what: str, client: TestClient) -> None:
    answer = client.post("/read", content=body)
    assert answer.status_code == status
    assert what in answer.json()["error"]
    assert answer.json()["hint"]


def test_a_body_that_is_too_large(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_BYTES", 1000)
    answer = client.post("/read", content=iter([b"x" * 600] * 3))
    assert answer.status_code == 413
    assert "more than 1,000 bytes" in answer.json()["error"]


def test_an_answer_that_is_neither_true_nor_false(client: TestClient) -> None:
    assert client.post("/read?vertical=perhaps", content=b"x").status_code == 422


def test_health_names_the_bundle(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "bundle": "bars 1"}


def test_the_site_needs_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.findall(r"(?:src|href)\s*=|@import|url\(", answer.text)
    assert set(re.findall(r"https?://[^\"'\s]+", answer.text)) == {"http://www.w3.org/2000/svg"}


def test_the_site_never_writes_html(client: TestClient) -> None:
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", client.get("/").text)
