"""Text to subwords and back, for the small translators: byte-pair encoding over characters (Sennrich et al. 2016)."""

from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from core.models.seq2seq import END, PAD, START
from core.pretrained.tokens import read_as_text
from core.pretrained.translation.known import Cut, plain
from core.pretrained.translation.pieces import END_PIECE, UNKNOWN_PIECE

SPECIAL = ("<pad>", "<s>", END_PIECE, UNKNOWN_PIECE)
UNKNOWN = len(SPECIAL) - 1
LETTERS = 160  # characters that get a piece of their own; rarer ones are unknown


class Subwords:
    """One vocabulary for two languages. What has no piece is read as "<unk>", and shown as it was typed.

    White space and control characters are read as single spaces, typographic signs as plain ones (`known.plain`). A typed
    "</s>" is text, not the end.
    """

    def __init__(self, content: str) -> None:
        """content: what `to_json` returned. Raises `ValueError` for anything else."""
        try:
            self._backend = Tokenizer.from_str(content)
        except Exception as error:  # the library raises nothing narrower
            raise ValueError("not a tokenizer") from error
        read_as_text(self._backend)
        self.size = self._backend.get_vocab_size()

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> "Subwords":
        """Return the `size` subwords that joining the most frequent neighbours in `texts` again and again gives."""
        backend = Tokenizer(models.BPE(unk_token=UNKNOWN_PIECE))
        quotes = [normalizers.Replace(Regex(found), plain) for found, plain in (("[“”„«»]", '"'), ("[’‘]", "'"))]
        spaces = [normalizers.Replace(Regex(r"[\s\p{Cc}]+"), " "), normalizers.Strip()]
        backend.normalizer = normalizers.Sequence([normalizers.NFC(), *quotes, *spaces])
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True),
                pre_tokenizers.Split(Regex(r"▁?[^\p{L}\p{M}\p{N}▁]|▁?\p{N}"), "isolated"),
            ]
        )
        backend.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
        trainer = trainers.BpeTrainer(
            vocab_size=size, special_tokens=list(SPECIAL), limit_alphabet=LETTERS, show_progress=False
        )
        backend.train_from_iterator(map(plain, texts), trainer)
        return cls(backend.to_str())

    def to_json(self) -> str:
        """Return all of it as text, for `Subwords(…)`."""
        return str(self._backend.to_str())

    def encode(self, text: str) -> tuple[list[int], list[str]]:
        """Return the numbers of a text's pieces and the pieces as they stand in it, both with the end's."""
        numbers = self._backend.encode(plain(text), add_special_tokens=False).ids
        return [*numbers, END], [*self.cut(text).pieces, END_PIECE]

    def cut(self, text: str) -> Cut:
        """Return how a text is cut, for `core.pretrained.translation.known`: without the end."""
        read = plain(text)
        encoding = self._backend.encode(read, add_special_tokens=False)
        shown = [
            read[start:stop] if number == UNKNOWN else piece
            for number, piece, (start, stop) in zip(encoding.ids, encoding.tokens, encoding.offsets, strict=True)
        ]
        unknown = [number == UNKNOWN for number in encoding.ids]
        return Cut(shown, encoding.offsets, unknown, self._backend.normalizer.normalize_str)

    def written(self, numbers: Sequence[int]) -> list[str]:
        """Return the pieces of these numbers."""
        return [self._backend.id_to_token(number) or UNKNOWN_PIECE for number in numbers]

    def number(self, piece: str) -> int:
        """Return the number of a piece; raises `ValueError` for one that there is not."""
        number = self._backend.token_to_id(piece)
        if number is None or number in (PAD, START):
            raise ValueError(f"{piece!r} is not a piece that this model knows")
        return int(number)

    def text(self, numbers: Sequence[int]) -> str:
        """Return the text that these numbers spell, without what stands for an end."""
        plain = [number for number in numbers if number not in (PAD, START, END)]
        return "".join(self.written(plain)).replace("▁", " ").strip()
