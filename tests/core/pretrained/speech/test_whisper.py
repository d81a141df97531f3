"""Whisper in our own Transformer against transformers' and against what faster-whisper wrote."""

import numpy as np
import pytest
import torch
from transformers import WhisperConfig, WhisperForConditionalGeneration
from transformers.models.whisper.generation_whisper import _dynamic_time_warping, _median_filter

from core.data.mel import log_mel
from core.data.sound import load_clip, noise
from core.pretrained.speech import warping
from core.pretrained.speech.transcriber import END, NOBODY, START, TIME, UNTIMED, load_speech
from core.pretrained.speech.whisper import Whisper

pytestmark = pytest.mark.real_weights

# faster-whisper 1.2.1 (CTranslate2 4.8.5, float32, the same file), the clip with silence up to 30 s behind it:
# `WhisperModel(FOLDER).transcribe(wave, beam_size=1, temperature=0)` gives this text and `no_speech_prob`.
WRITTEN = {
    "young_man": ("He was not an old-sposed young man.", 0.0296),
    "cold_hearted": ("Unless to be rather coldhearted and rather selfish is to be ill-disposed.", 0.0152),
    "go_forward": ("Go forward 10 meters.", 0.0181),
    "john_dashwood": (
        "And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.",
        0.029,
    ),
    "amiable_woman": (
        "Had he married a more amiable woman, he might have been made still more respectable than he was.",
        0.014,
    ),
    "even_himself": ("He might even have been made amiable himself.", 0.0255),
}


def theirs(model: Whisper) -> WhisperForConditionalGeneration:
    """Return transformers' model with our weights."""
    config = WhisperConfig(
        vocab_size=51_864, d_model=384, encoder_layers=4, decoder_layers=4, encoder_attention_heads=6,
        decoder_attention_heads=6, encoder_ffn_dim=1536, decoder_ffn_dim=1536, attn_implementation="eager",
    )  # fmt: skip
    named = {"sound_positions": "encoder.embed_positions.weight", "positions.weight": "decoder.embed_positions.weight",
             "embedding.weight": "decoder.embed_tokens.weight"}  # fmt: skip
    # fmt: off
    inside = {"attention.merge": "self_attn.out_proj", "cross.merge": "encoder_attn.out_proj", "widen": "fc1", "narrow": "fc2",
              "norm_1": "self_attn_layer_norm", "norm_cross": "encoder_attn_layer_norm", "norm_2": "final_layer_norm"}
    # fmt: on
    made = {}
    for name, value in model.state_dict().items():
        if name.startswith("conv"):
            made[f"encoder.{name}"] = value
        elif ".blocks." not in name:
            made[named.get(name, name.replace("final_norm", "layer_norm"))] = value
        else:
            side, _, layer, *part, kind = name.split(".")
            place, ours = f"{side}.layers.{layer}", ".".join(part)
            if ours.endswith("qkv"):
                whose = "self_attn" if ours.startswith("attention") else "encoder_attn"
                for one, third in zip("qkv", value.chunk(3), strict=True):
                    if (one, kind) != ("k", "bias"):  # they have none: ours must be zero
                        made[f"{place}.{whose}.{one}_proj.{kind}"] = third
                    else:
                        assert not third.any()
            else:
                made[f"{place}.{inside[ours]}.{kind}"] = value
    made = {f"model.{name}": value for name, value in made.items()}
    other = WhisperForConditionalGeneration(config).eval()
    other.load_state_dict(made | {"proj_out.weight": model.embedding.weight})
    return other


def test_it_is_transformers_model() -> None:
    speech = load_speech()
    mel = torch.as_tensor(log_mel(load_clip("young_man")))
    ids = torch.tensor([START, UNTIMED, *speech.tokenizer.encode(" He was not", add_special_tokens=False).ids])
    with torch.no_grad():
        found = theirs(speech.model)(input_features=mel[None], decoder_input_ids=ids[None], output_attentions=True)
    kept = speech.model.listen(mel)
    trace = speech.model.trace(ids, kept)
    assert trace.logits == pytest.approx(found.logits[0].numpy(), abs=1e-4)
    assert trace.cross == pytest.approx(torch.cat(found.cross_attentions).numpy(), abs=1e-5)
    assert speech.model(mel[None], ids[None])[0].numpy() == pytest.approx(trace.logits, abs=1e-4)
    scores = []  # a token at a time, with what is kept
    for token in ids:
        one, _, kept = speech.model.read(token[None], kept)
        scores.append(one[0].numpy())
    assert np.array(scores) == pytest.approx(trace.logits, abs=1e-4)


@pytest.mark.parametrize("clip", WRITTEN)
def test_it_writes_what_faster_whisper_writes(clip: str) -> None:
    found = load_speech().transcribe(load_clip(clip))
    assert (found.text, found.nobody) == (WRITTEN[clip][0], pytest.approx(WRITTEN[clip][1], abs=2e-4))
    assert "".join(found.tokens).strip() == found.text
    assert found.cross.shape == (4, 6, len(found.ids) + 1, len(load_clip(clip)) // 320)
    assert found.cross.sum(-1) == pytest.approx(1.0, abs=1e-3)
    assert found.alignment.shape == (len(found.tokens), found.cross.shape[-1])


def test_when_words_are_said_is_found_as_transformers_finds_it() -> None:
    speech = load_speech()
    found = speech.transcribe(load_clip("even_himself"))
    weights = torch.tensor(np.stack([found.cross[layer, head] for layer, head in speech.aligned]))
    even = (weights - weights.mean(1, keepdim=True)) / weights.std(1, keepdim=True, unbiased=False)
    smooth = _median_filter(even, warping.SMOOTHED).mean(0).double().numpy()
    tokens, frames = _dynamic_time_warping(-smooth)
    wanted = [int(frames[np.flatnonzero(tokens == n)[0]]) for n in range(len(smooth))]
    assert warping.starts(weights.numpy()).tolist() == wanted
    # faster-whisper gives these words these beginnings (word_timestamps=True)
    begun = {piece: 0.02 * frame for piece, frame in zip(found.tokens, wanted, strict=False)}
    for word, second in {
        " even": 0.74,
        " have": 1.0,
        " been": 1.22,
        " made": 1.4,
        " am": 1.78,
        " himself": 2.32,
    }.items():
        assert begun[word] == pytest.approx(second, abs=0.021)


def test_the_rules_of_times() -> None:
    speech = load_speech()
    even, likely_text = torch.zeros(51_864), torch.zeros(51_864)
    likely_text[[END, 400]] = 50

    def may(*ids: int) -> set[str]:
        left = speech.allowed(likely_text, ids).isfinite()
        parts = {"text": left[:END], "end": left[END : END + 1], "times": left[TIME:]}
        assert not left[NOBODY], "what begins a text or says that nobody speaks is not written"
        return {name for name, part in parts.items() if part.any()}

    assert may() == {"times"}
    assert may(TIME) == {"text", "end"}
    assert may(TIME, 314) == {"text", "end", "times"}
    assert may(TIME, 314, TIME + 50) == {"end", "times"}
    left = speech.allowed(even, (TIME, 314)).isfinite()
    assert not left[: TIME + 1].any()  # all times together are likelier than one token, and each part has a length
    assert left[TIME + 1]


def test_odd_sounds() -> None:
    speech = load_speech()
    for wave in (np.zeros(0, np.float32), np.full(900, np.nan, np.float32)):
        with pytest.raises(ValueError, match="no sound"):
            speech.transcribe(wave)
    short = speech.transcribe(noise(0.01))
    assert short.cross.shape[-1] == 1
    assert len(short.ids) <= 224


def test_a_path_through_costs() -> None:
    costs = np.array([[0.0, 0.0, 5.0, 5.0], [5.0, 5.0, 0.0, 5.0], [5.0, 5.0, 5.0, 0.0]])
    assert warping.path(costs) == [(0, 0), (0, 1), (1, 2), (2, 3)]
    flicker = np.zeros((1, 2, 9), np.float32)
    flicker[0, 0, 4] = 1
    assert not warping.median(flicker).any()
    assert warping.median(flicker[..., :3]) is not None
    with pytest.raises(ValueError, match="no path"):
        warping.starts(np.zeros((1, 0, 4), np.float32))
