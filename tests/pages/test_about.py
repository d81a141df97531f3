"""The page that says whose weights and data these are."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.assets.manifest import load
from tests.pages.helpers import sound

COURSE = Path(__file__).parents[2] / "pages" / "course.py"


@pytest.fixture
def about() -> AppTest:
    at = AppTest.from_file(str(COURSE), default_timeout=30)
    return sound(at.switch_page("about.py").run())


def test_names_every_asset_with_licence_package_and_size(about: AppTest) -> None:
    assert about.title[0].value == "About"
    lines = {line.split("**")[1]: line for line in (m.value for m in about.markdown) if line.startswith("- **")}
    assets = load()
    assert set(assets) <= set(lines)
    for name, asset in assets.items():
        assert asset.licence
        for part in (asset.description, asset.licence, f"`{asset.package}`", f"{asset.package_size / 1e6:.0f} MB"):
            assert part in lines[name]


def test_says_what_becomes_of_what_is_typed(about: AppTest) -> None:
    assert "What you type is worked on by the server that shows you this page and goes nowhere else" in (
        about.markdown[0].value
    )
    assert "Apache License 2.0" in about.markdown[0].value
