"""The converter of handwritten digits: on a small table written here."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.assets.convert.digits import digits


def published(path: Path, rows: np.ndarray) -> Path:
    with gzip.open(path, "wt", encoding="ascii") as table:
        table.writelines(",".join(map(str, row)) + "\n" for row in rows.tolist())
    return path


def test_each_line_is_a_picture_and_its_digit(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (3, 785))
    rows[:, -1] = (7, 0, 9)
    digits(published(tmp_path / "table.gz", rows), tmp_path, lambda *_: None)
    made = load_file(tmp_path / "digits.safetensors")
    assert made["labels"].tolist() == [7, 0, 9]
    np.testing.assert_array_equal(made["pictures"].reshape(3, 784), rows[:, :-1])


@pytest.mark.parametrize("rows", [np.zeros((2, 784)), np.full((2, 785), 0.5), np.full((2, 785), 256)])
def test_what_is_no_table_of_bytes_is_refused(rows: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no digits"):
        digits(published(tmp_path / "table.gz", rows), tmp_path, lambda *_: None)
