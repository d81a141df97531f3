"""The writer of captions does what torch's own layers do with the same numbers, and comes back whole from a file."""

from pathlib import Path

import torch
from torch import Tensor, nn

from core.models.captioner import CHANNELS, END, PAD, Captioner
from core.models.saved import load, save

WORDS, HIDDEN = 9, 12


def model(side: int = 16) -> Captioner:
    """A model whose norms have seen some pictures."""
    made = Captioner(WORDS, side=side, embedding=6, hidden=HIDDEN, seed=3).train()
    with torch.no_grad():
        made.see(torch.rand(8, 3, side, side, generator=torch.Generator().manual_seed(2)))
    return made.eval()


def of_torch(ours: Captioner, pictures: Tensor, ids: Tensor) -> Tensor:
    """The same numbers through torch's convolutions, norms, linear layers and GRU."""
    held = ours.state_dict()
    layers: list[nn.Module] = []
    for number, (below, above) in enumerate(zip((3, *CHANNELS), CHANNELS, strict=False)):
        layer, norm = nn.Conv2d(below, above, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(above)
        layer.load_state_dict({"weight": held[f"convolutions.{number}.weight"]})
        norm.load_state_dict({kind: held[f"norms.{number}.{kind}"] for kind in norm.state_dict()})
        layers += [layer, norm, nn.ReLU()]
    seen = nn.Sequential(*layers, nn.Flatten()).eval()(1 - pictures)
    first = (seen @ held["first.weight"].T + held["first.bias"]).tanh()
    gru = nn.GRU(6, HIDDEN, batch_first=True)
    gru.load_state_dict({name.removeprefix("body."): value for name, value in held.items() if name.startswith("body.")})
    states, _ = gru(held["embedding.weight"][ids], first[None])
    read = states @ held["readout.weight"].T + held["readout.bias"]
    return read @ held["embedding.weight"].T + held["bias"]


def test_it_is_torchs_layers_in_a_row() -> None:
    ours, generator = model(), torch.Generator().manual_seed(0)
    pictures, ids = torch.rand(3, 3, 16, 16, generator=generator), torch.randint(2, WORDS, (3, 5), generator=generator)
    with torch.no_grad():
        torch.testing.assert_close(ours(pictures, ids), of_torch(ours, pictures, ids), rtol=1e-5, atol=1e-5)
        asked = ids > 4
        some = ours.write(ours.see(pictures), ids, asked)
        torch.testing.assert_close(some, ours(pictures, ids)[asked])


def test_each_word_that_is_written_is_the_next_input() -> None:
    ours = model()
    picture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1))
    written = ours.trace(picture, 2, 6)
    assert len(written.ids) == 6 or written.ids[-1] == END
    given = torch.tensor([[2, *written.ids[:-1]]])
    with torch.no_grad():
        theirs = of_torch(ours, picture[None], given)[0].softmax(-1)
    torch.testing.assert_close(torch.as_tensor(written.probabilities), theirs, rtol=1e-5, atol=1e-6)
    assert list(written.ids) == theirs.argmax(-1).tolist()
    assert written.states.shape == (len(written.ids) + 1, HIDDEN)
    greedy = ours.greedy(torch.stack([picture, 1 - picture]), 2, 6)[0].tolist()
    assert greedy[: len(written.ids)] == list(written.ids)
    assert set(greedy[len(written.ids) :]) <= {PAD}


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    ours = model(side=8)
    save(ours, tmp_path / "captions.safetensors")
    back = load(tmp_path / "captions.safetensors")
    assert isinstance(back, Captioner)
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(back.state_dict()[name], value.half().to(value.dtype))
