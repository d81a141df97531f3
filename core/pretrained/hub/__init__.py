"""Models from the Hugging Face hub, run by `transformers` behind the names of `LanguageModel`.

Which ones, and where their files come from, stands in `core.pretrained.hub.files`. Only safetensors are read, and code
from a repository never runs. transformers takes seconds to import, so that waits until a model is loaded.
"""

import inspect
import re
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.device import DeviceError, Placement, choose_precision, pick, thread_count, with_fallback
from core.models.what_ifs import Edge, HeadOff
from core.pretrained.causal_lm import LanguageModel, Trace
from core.pretrained.hub.files import HUB_MODELS as HUB_MODELS
from core.pretrained.hub.files import Availability as Availability
from core.pretrained.hub.files import HubError, fetch, line, missing, read_json
from core.pretrained.hub.files import availability as availability
from core.pretrained.hub.files import hub_names as hub_names
from core.pretrained.hub.files import ignored_names as ignored_names
from core.pretrained.hub.progress import Progress
from core.pretrained.tokens import Tokenizer

CHUNK = 256  # tokens of a prompt that are read between two yields


def load_hub_model(
    name: str, *, device: str | None = None, precision: str = "auto", progress: Progress | None = None
) -> "HubModel":
    """Return the model `name`, downloaded first if it is not in the local hub cache.

    `device` and `precision` are as in `core.device.pick` and `choose_precision`; `progress` is told how far it is.
    Raises `HubError` for a name that is not in `hub_names()`, can't be reached, isn't safetensors or isn't a causal
    language model, and `DeviceError`.
    """
    folder = fetch(name, progress)
    if progress:
        progress("loading", 0, 1)
    return load_hub_folder(name, folder, device=device, precision=precision)


def load_hub_folder(name: str, folder: Path, *, device: str | None = None, precision: str = "auto") -> "HubModel":
    """Return the model in `folder`, laid out as on the hub; raises as `load_hub_model` does."""
    wanted, threads = pick(device or "auto"), thread_count()
    if precision in ("int4", "int8"):
        raise DeviceError(f"{precision} weights are for the app's own models; use bf16 or fp32 for {name}")
    choose_precision(wanted, precision)  # an unknown name is found before a gigabyte is read
    torch.set_num_threads(threads)
    with one_line(name):
        if lacks := missing(folder):
            raise HubError(f"it has no {lacks}, and nothing else is read (nothing is unpickled)")
        tokenizer, exact = HubTokenizer(folder), _read(folder, torch.float32)
        if tokenizer.size > exact.config.get_text_config().vocab_size:
            raise HubError("its tokenizer has more tokens than its embedding has rows")
        if not _cache_continues(exact):
            raise HubError("a text that is continued from its cache differs from one that is read whole")

    def build(where: torch.device) -> HubModel:
        placement = Placement(where, choose_precision(where, precision), threads)
        narrow = exact if placement.precision == "fp32" else _read(folder, torch.bfloat16)
        return HubModel(name, exact.to(where), narrow.to(where), tokenizer, placement)

    model, notice = with_fallback(build, wanted)
    if notice:
        model.placement = Placement(model.placement.device, model.placement.precision, threads, notice)
    return model


class HubTokenizer(Tokenizer):
    """The `tokenizer.json` of a hub model: byte-level BPE, or pieces as SentencePiece and GPT-1 write them.

    A piece has the same text wherever it stands, so a text that began without a space may come back with one. Tokens
    that the model is used to at the start (<s> in Llama) are put there: they come from the file, not from the reader.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "tokenizer.json")
        self._backend.no_truncation()
        self._backend.no_padding()
        if "ByteLevel" in str(read_json(folder / "tokenizer.json").get("decoder")):
            self._spelled = self._bytes
        else:
            self._spelled = {number: _piece(token) for token, number in self._backend.get_vocab().items()}

    def token_bytes(self, token: int) -> bytes:
        """See `Tokenizer.token_bytes`; nothing for a number that only pads the embedding to a round size."""
        return self._spelled.get(token, b"")

    def label(self, token: int) -> str:
        """See `Tokenizer.label`."""
        return super().label(token) or f"[{token}]"


class HubCache:
    """Keys and values of several texts, a cache of transformers for each, so that no text touches another."""

    def __init__(self, rows: int, length: int) -> None:
        from transformers import DynamicCache

        self.length = length
        # Without the config: a cache that drops what left a sliding window could not be cut back to a branch.
        self.rows: list[Any] = [DynamicCache() for _ in range(rows)]

    def copy(self, sources: list[int], targets: list[int], length: int) -> None:
        """Give row targets[i] the first `length` tokens of row sources[i], for all i at once."""
        pairs = [(s, t) for s, t in zip(sources, targets, strict=True) if s != t]
        with torch.inference_mode():
            copies = [self._start_of(self.rows[source], length) for source, _ in pairs]
        for (_, target), copied in zip(pairs, copies, strict=True):
            self.rows[target] = copied

    def _start_of(self, row: Any, length: int) -> Any:
        started = type(row)()
        for index, (keys, values, *_) in enumerate(row):
            started.update(keys[..., :length, :], values[..., :length, :], index)
        return started


class HubModel(LanguageModel):
    """A causal language model of transformers: `exact` in float32 for looking, `narrow` for writing text.

    They are one and the same model when the precision is fp32. Rows of a batch are read one after the other: several
    texts at once are no faster than in turn, and each comes out as it would alone, to the last bit.
    """

    def __init__(self, name: str, exact: Any, narrow: Any, tokenizer: HubTokenizer, placement: Placement) -> None:
        self.name, self.placement, self._tokenizer = name, placement, tokenizer
        self._exact, self._narrow = exact, narrow
        config = exact.config.get_text_config()
        self.vocabulary, self.layers = config.vocab_size, config.num_hidden_layers
        # Models that bend attention by distance (ALiBi) name no limit.
        self.context = getattr(config, "max_position_embeddings", None) or 2048
        end = exact.generation_config.eos_token_id
        self.end_tokens = tuple(end) if isinstance(end, list) else (end,) if end is not None else ()
        keeps = "logits_to_keep" in inspect.signature(exact.forward).parameters
        self._last_only = {"logits_to_keep": 1} if keeps else {}
        self._watch = _watch_last_layer(exact, self.layers)

    def encode(self, text: str) -> list[int]:
        """See `LanguageModel.encode`."""
        return self._tokenizer.encode(text)

    def decode(self, ids: list[int]) -> str:
        """See `LanguageModel.decode`."""
        return self._tokenizer.decode(ids)

    def label(self, token: int) -> str:
        """See `LanguageModel.label`."""
        return self._tokenizer.label(token)

    def exact_logits(self, ids: list[int], *, last_only: bool = False) -> Generator[tuple[int, int], None, Tensor]:
        """See `LanguageModel.exact_logits`; all layers at once, so it yields when they are done."""
        self.check(ids)
        with torch.inference_mode():
            keep = self._last_only if last_only else {}
            logits = self._exact(self._row(ids), use_cache=False, **keep).logits[0]
        yield self.layers, self.layers
        with torch.inference_mode():
            return (logits[-1:] if last_only else logits).float()

    def trace(
        self,
        ids: list[int],
        *,
        heads_off: Sequence[HeadOff] = (),
        edges_cut: Sequence[Edge] = (),
        layers: Sequence[int] | None = None,
        inside: int | None = None,
    ) -> Trace:
        """See `LanguageModel.trace`; raises `HubError` for an architecture that does not show its attention.

        Any what-if raises it too: transformers' modules would have to be changed for it, and they are shared.
        """
        self.check(ids)
        if heads_off or edges_cut or layers is not None or inside is not None:
            raise HubError(f"{self.name}: only our own models can be taken apart")
        self._watch.seen = []
        try:
            with torch.inference_mode():
                found = self._exact(self._row(ids), use_cache=False, output_attentions=True, output_hidden_states=True)
            # Transformers puts the final norm's output in the last place; we show the layer's own.
            hidden = [*(found.hidden_states or ())[:-1], *self._watch.seen]
        finally:
            self._watch.seen = None
        if len(found.attentions or ()) != self.layers or len(hidden) != self.layers + 1:
            raise HubError(f"{self.name}: this architecture does not show its attention")
        attentions, vectors = (torch.cat(list(t)).float().numpy(force=True) for t in (found.attentions, hidden))
        return Trace(attentions, vectors, found.logits[0].float().numpy(force=True))

    def new_cache(self, rows: int, length: int) -> HubCache:
        """See `LanguageModel.new_cache`."""
        return HubCache(rows, min(length, self.context))

    def prefill(self, ids: list[int], cache: HubCache, row: int) -> Generator[None, None, Tensor]:
        """See `LanguageModel.prefill`; yields after every `CHUNK` tokens."""
        self.check(ids)
        if len(ids) > cache.length:
            raise ValueError(f"{len(ids)} tokens do not fit in a cache of {cache.length}")
        past = cache.rows[row] = type(cache.rows[row])()
        for start in range(0, len(ids), CHUNK):
            with torch.inference_mode():
                scores = self._read(ids[start : start + CHUNK], past)
            yield
        return scores

    def step(self, ids: list[int], positions: list[int], cache: HubCache) -> Float[Tensor, "rows vocabulary"]:
        """See `LanguageModel.step`; raises `ValueError` for a position after a gap or outside the cache."""
        self._check_numbers(ids)
        rows = cache.rows[: len(ids)]
        for past, position in zip(rows, positions, strict=True):
            if not (0 <= position <= past.get_seq_length() and position < cache.length):
                raise ValueError(f"no place for a token at {position} in this row of the cache")
        with torch.inference_mode():
            scores = []
            for token, past, position in zip(ids, rows, positions, strict=True):
                past.crop(position - past.get_seq_length())  # a row that went on elsewhere: back to the branch
                scores.append(self._read([token], past))
            return torch.cat(scores)

    def check(self, ids: list[int], room: int = 0) -> None:
        """See `LanguageModel.check`; also raises `ValueError` for a number outside the vocabulary."""
        super().check(ids, room)
        self._check_numbers(ids)

    def _check_numbers(self, ids: list[int]) -> None:
        # Looked up in an embedding on a GPU, such a number ends the whole process's work there.
        if not all(0 <= token < self.vocabulary for token in ids):
            raise ValueError(f"token numbers must be from 0 to {self.vocabulary - 1}")

    def _row(self, ids: list[int]) -> Tensor:
        return torch.tensor([ids], device=self.placement.device)

    def _read(self, ids: list[int], past: Any) -> Float[Tensor, "1 vocabulary"]:
        """Read `ids` after what `past` holds, which grows by them; return the next token's scores."""
        found = self._narrow(self._row(ids), past_key_values=past, use_cache=True, **self._last_only)
        return found.logits[0, -1:].float()


@contextmanager
def one_line(name: str) -> Iterator[None]:
    """Turn whatever a file from elsewhere makes the libraries raise into a `HubError` of one line."""
    try:
        yield
    except HubError as error:
        raise HubError(f"{name} can't be loaded: {error}") from error
    except Exception as error:
        raise HubError(f"{name} can't be loaded: {type(error).__name__}: {line(error)}") from error


def _read(folder: Path, dtype: torch.dtype) -> Any:
    """Return the model in `folder`, on the CPU; raises `HubError` when it is not one that writes text."""
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    config = read_json(folder / "config.json")
    if config.get("transformers_weights") is not None:  # read in their place, a pickled adapter too
        raise HubError("its config points to weights of its own choice")
    names = config.get("architectures") or ["model of no named architecture"]
    # AutoModelForCausalLM would take BERT too, and give it a random output layer.
    if names[0] not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values():
        raise HubError(f"{names[0]} is not a causal language model that transformers has")
    model, notes = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation="eager",  # the one that can show its weights
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
        output_loading_info=True,
    )
    if notes["missing_keys"]:
        raise HubError(f"its files lack the weights {', '.join(sorted(notes['missing_keys'])[:3])}")
    return model.eval().requires_grad_(False)


def _cache_continues(model: Any) -> bool:
    """Return whether three tokens score the same read two and then one, from the cache, as read at once.

    They do not in models that look ahead, keep a running state, or know no cache.
    """
    from transformers import DynamicCache

    with torch.inference_mode():
        past, ids = DynamicCache(), torch.tensor([[0, 1, 2]])
        parts = [model(part, past_key_values=past, use_cache=True).logits for part in (ids[:, :2], ids[:, 2:])]
        whole = model(ids, use_cache=False).logits
        furthest = (torch.cat(parts, dim=1) - whole).abs().max()
        return past.get_seq_length() == 3 and bool(furthest < 1e-3 * (whole.max() - whole.min()))


def _watch_last_layer(model: nn.Module, layers: int) -> threading.local:
    """Return an object whose list `seen`, set by a thread, takes the last layer's output in that thread."""
    watch = threading.local()

    def remember(module: nn.Module, inputs: Any, output: Any) -> None:
        if getattr(watch, "seen", None) is not None:
            watch.seen.append(output[0] if isinstance(output, tuple) else output)

    stacks = (part for part in model.modules() if isinstance(part, nn.ModuleList) and len(part) == layers)
    if (stack := next(stacks, None)) is not None:
        stack[-1].register_forward_hook(remember)
    return watch


def _piece(token: str) -> bytes:
    """Return the bytes of a token that is spelled as SentencePiece (▁ is a space) or GPT-1 (</w> is one) do."""
    if re.fullmatch(r"<0x[0-9A-F]{2}>", token):
        return bytes.fromhex(token[3:5])
    return token.replace("▁", " ").replace("</w>", " ").encode()
