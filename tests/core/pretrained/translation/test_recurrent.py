"""The recurrent translators: alone as in a batch, greedy, beam, followed, hidden, from a vector, stored."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from core.models.seq2seq import END, START, Look
from core.pretrained.translation.recurrent import LONGEST, RecurrentTranslator, beam, load, save
from core.pretrained.translation.translator import by_words
from tests.core.pretrained.small_recurrent import small_translator

LOOKS: list[Look] = ["none", "additive", "dot"]
TEXTS = ["The cats sat.", "one", "", "three mats on the four cats, one two three four five six seven", "two 😀 <s>"]


@pytest.fixture(params=LOOKS)
def translator(request: pytest.FixtureRequest) -> RecurrentTranslator:
    return small_translator(request.param)


def test_a_batch_gives_what_each_text_gives_alone(translator: RecurrentTranslator) -> None:
    together = translator.translate_all(TEXTS)
    for text, found in zip(TEXTS, together, strict=True):
        alone = translator.translate(text)
        assert found.text == alone.text
        assert found.target == alone.target
        np.testing.assert_allclose(found.logprobs, alone.logprobs, atol=1e-5)
        np.testing.assert_allclose(found.alignment, alone.alignment, atol=1e-5)
    assert len({found.text for found in together}) > 2


def test_it_writes_the_likeliest_piece_at_every_step(translator: RecurrentTranslator) -> None:
    """Step by step with the whole forward pass, padding and start left out."""
    found = translator.translate(TEXTS[0])
    source = torch.tensor([translator.pieces.encode(TEXTS[0])[0]])
    before = [START]
    for piece, logprob in zip(found.target, found.logprobs, strict=True):
        scores = translator.model(source, torch.tensor([before]))[0, -1]
        scores[:END] = -torch.inf
        best = int(scores.argmax())
        assert translator.pieces.written([best]) == [piece]
        assert float(scores.log_softmax(-1)[best]) == pytest.approx(float(logprob), abs=1e-5)
        before.append(best)


def test_following_its_own_translation_gives_it_again(translator: RecurrentTranslator) -> None:
    written = translator.translate_all(TEXTS)
    followed = translator.follow_all(TEXTS, [each.target for each in written])
    for a, b in zip(written, followed, strict=True):
        assert a.text == b.text
        np.testing.assert_allclose(a.logprobs, b.logprobs, atol=1e-5)
        np.testing.assert_allclose(a.alignment, b.alignment, atol=1e-5)


def test_weights_sum_to_one_or_there_are_none(translator: RecurrentTranslator) -> None:
    found = translator.translate(TEXTS[3])
    if translator.model.look == "none":
        assert found.alignment.shape == (len(found.target), 0)
        return
    np.testing.assert_allclose(found.alignment.sum(1), 1.0, atol=1e-5)
    words = by_words(found)
    np.testing.assert_allclose(words.alignment.sum(1), 1.0, atol=1e-5)


def test_a_hidden_place_is_not_looked_at(translator: RecurrentTranslator) -> None:
    if translator.model.look == "none":
        with pytest.raises(ValueError, match="looks at no place"):
            translator.translate(TEXTS[0], hidden=[1])
        return
    free, hidden = translator.translate(TEXTS[0]), translator.translate(TEXTS[0], hidden=[1])
    assert float(free.alignment[:, 1].min()) > 0
    assert float(hidden.alignment[:, 1].max()) == 0
    for places in ([99], list(range(len(free.source)))):
        with pytest.raises(ValueError, match="places to hide"):
            translator.translate(TEXTS[0], hidden=places)


def test_the_beam_finds_what_an_exhaustive_search_finds() -> None:
    """Of all texts of up to three pieces, with a beam as wide as all of them: the best mean log-probability."""
    translator = small_translator("additive", seed=4)
    model, source = translator.model, torch.tensor([translator.pieces.encode("one two")[0]])
    pieces = [END, 7, 20, 33, 50]
    with torch.no_grad():
        model.bias.fill_(-50.0)
        model.bias[pieces] = torch.tensor([0.0, 0.4, 0.2, -0.3, 0.1])
    best, wanted = -np.inf, []
    for length in (1, 2, 3):
        for tokens in itertools.product(pieces, repeat=length):
            if END in tokens[:-1] or (tokens[-1] != END and length < 3):
                continue
            scores = model(source, torch.tensor([[START, *tokens[:-1]]]))[0]
            scores[:, :END] = -torch.inf
            mean = float(scores.log_softmax(-1)[range(length), list(tokens)].mean())
            if mean > best:
                best, wanted = mean, list(tokens)
    found = beam(model, model.encode(source), most=3, beams=25)
    assert found == wanted


def test_more_beams_find_a_text_at_least_as_likely_a_piece(translator: RecurrentTranslator) -> None:
    for greedy, beamed in zip(translator.translate_all(TEXTS), translator.translate_all(TEXTS, beams=4), strict=True):
        assert float(beamed.logprobs.mean()) >= float(greedy.logprobs.mean()) - 0.35
        assert len(beamed.target) == len(beamed.logprobs)
    with pytest.raises(ValueError, match="beams"):
        translator.translate("one", beams=0)


def test_without_attention_a_vector_is_enough() -> None:
    translator = small_translator("none")
    vectors = translator.summaries(TEXTS)
    assert vectors.shape == (len(TEXTS), translator.model.wide)
    for written, read in zip(translator.write_from(vectors, most=12), translator.translate_all(TEXTS), strict=True):
        assert written.target[:12] == read.target[:12]
        assert written.source == ()
    swapped = translator.write_from(vectors[::-1].copy(), most=12)
    assert swapped[0].text == translator.write_from(vectors[-1:], most=12)[0].text
    with pytest.raises(ValueError, match="more than one vector"):
        small_translator("dot").write_from(vectors)


def test_the_trace_is_that_of_what_was_written(translator: RecurrentTranslator) -> None:
    found = translator.translate(TEXTS[0])
    trace = translator.trace(TEXTS[0], found.target)
    np.testing.assert_allclose(trace.weights, found.alignment, atol=1e-5)
    np.testing.assert_allclose(trace.vector, translator.summaries([TEXTS[0]])[0], atol=1e-6)


def test_a_text_that_is_too_long_is_refused(translator: RecurrentTranslator) -> None:
    with pytest.raises(ValueError, match=f"{LONGEST} are the most"):
        translator.translate("one " * LONGEST)


def test_it_is_stored_in_half_precision_and_translates_as_before(
    translator: RecurrentTranslator, tmp_path: Path
) -> None:
    path = tmp_path / "it.safetensors"
    save(translator.model, translator.pieces, "en-pt", path)
    again = load(path)
    assert (again.name, again.pair) == ("it", "en-pt")
    assert again.translate(TEXTS[0]).target[:3] == translator.translate(TEXTS[0]).target[:3]
    for name, value in translator.model.state_dict().items():
        torch.testing.assert_close(again.model.state_dict()[name], value.half().float(), msg=name)
    with pytest.raises(OSError, match="missing"):
        load(tmp_path / "missing.safetensors")
