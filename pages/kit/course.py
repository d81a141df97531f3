"""The table of lessons: a new lesson is one line here, and the files that carry its name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A page of the course: `name` is its file, its address and its name in every room."""

    name: str
    title: str
    claim: str = ""
    part: str = ""
    minutes: int = 10
    finding: str = ""  # what the lesson measured, in one sentence with its number; its test compares it

    @property
    def file(self) -> str:
        """Return the script's path beside `pages/course.py`."""
        return f"{self.name}/page.py" if self.part else f"{self.name}.py"


HOME = Entry("home", "Start here")
WORDS = Entry("words", "Words")
ABOUT = Entry("about", "About")
LESSONS = (
    Entry(
        name="why_order",
        title="Why order matters",
        claim="Shuffle the order and the meaning is gone; a bag does not notice.",
        part="Why sequences",
        minutes=8,
        finding="Read row by row 94.4 % of the digits are correct, in a new shuffle 12.9 %; from a bag 27.6 % in any order.",
    ),
    Entry(
        name="four_shapes",
        title="Four shapes",
        claim="One network, four shapes: what goes in and what comes out decide the task.",
        part="Why sequences",
        finding="One step judges 73.6 % of students correctly; the same step again and again, 87.6 % of tweets and 45.1 % of new "
        "pairs of emoji.",
    ),
    Entry(
        name="listening",
        title="Listening",
        claim="Sound is a sequence too: an LSTM hears speech frame by frame.",
        part="Why sequences",
        finding="With its state an LSTM hears a voice in 78 of 94 frames of a sentence; each frame alone, in 4.",
    ),
    Entry(
        name="rnn",
        title="Recurrent networks",
        claim="The hidden state is all that the network remembers.",
        part="Recurrence",
        finding="With its state a network gives the next letter 77.0 %; with the state erased, 2.8 %.",
    ),
    Entry(
        name="vanishing_gradients",
        title="Vanishing gradients",
        claim="Forty steps back, a plain RNN has almost no gradient left to learn from.",
        part="Recurrence",
        minutes=12,
        finding="Forty steps back, a plain RNN has 1 part in 330 billion of its gradient left.",
    ),
    Entry(
        name="lstm_gates",
        title="LSTM gates",
        claim="The gates decide what to keep; hold one shut and the memory is gone.",
        part="Recurrence",
        finding="With its forget gate shut for 21 steps an LSTM recalls 13.0 % of the symbols, with nothing held 100.0 %.",
    ),
    Entry(
        name="char_rnn",
        title="Learning to write",
        claim="Give it text and a minute: spelling comes first, then words, then phrases.",
        part="Recurrence",
        minutes=12,
        finding="What it writes is halfway like the novel after 35,000 characters in letter triples, 320,000 in words and "
        "590,000 in pairs of words.",
    ),
    Entry(
        name="language_model",
        title="Language models",
        claim="To predict the next word is to need everything before it.",
        part="Recurrence",
        minutes=12,
        finding="With 64 words in place of 4 SmolLM2’s perplexity falls from 245 to 50, an LSTM’s from 202 to 165; a 5-gram’s "
        "stays at 242.",
    ),
    Entry(
        name="sentiment",
        title="Sentiment",
        claim="One word can turn a review, if the model reads it in order.",
        part="At work",
        minutes=12,
        finding="“Not” moved two words takes a GRU from 81.8 % to 36.5 % positive; a bag of words stays at 59.4 %.",
    ),
    Entry(
        name="market",
        title="Markets and weather",
        claim="Bullish or bearish? A sequence is not yet a signal.",
        part="At work",
        finding="Reading 20 days of a share, a GRU foretells 51.3 % of the next days; “always up” gets 51.7 %.",
    ),
    Entry(
        name="word_vectors",
        title="Word vectors",
        claim="Words that keep the same company get near vectors, one vector each.",
        part="At work",
        minutes=12,
        finding="Written in two ways at random, 12 of 12 words meet again; one vector a word is right on the sense in 50.0 % of "
        "sentences, a vector for each sentence in 64.3 %.",
    ),
    Entry(
        name="encoder_decoder",
        title="Encoder and decoder",
        claim="Everything the decoder will ever know has to fit in one vector.",
        part="Attention",
        minutes=12,
        finding="Through one vector, sentences of 34–40 words score 19 % of what 3–8 words score (BLEU); with attention, 100 %.",
    ),
    Entry(
        name="alignment",
        title="Alignment",
        claim="The decoder looks back at the words it needs.",
        part="Attention",
        minutes=12,
        finding="Without the word it looked at most, a translated word loses more than half of its probability in 79.7 % of "
        "cases; without another one, in 4.0 %.",
    ),
    Entry(
        name="attention_search",
        title="Attention as search",
        claim="Attention is a search that returns a mixture.",
        part="Attention",
        finding="Of sixty descriptions the best match gave 45.5 % of what came out, the others 54.5 %.",
    ),
    Entry(
        name="seq2seq_tasks",
        title="Three jobs",
        claim="One small model, three jobs: it can’t translate, and simple rules do the rest better.",
        part="Attention",
        finding="There and back, Marian keeps 80 of 100, SmolLM2 15; its summaries keep 49 % of the key words, a rule 65 %; it "
        "answers 15 of 30 questions, a rule 26.",
    ),
    Entry(
        name="positional_encoding",
        title="Positional encoding",
        claim="Without positions, “hot dog” and “dog hot” are the same sentence.",
        part="Transformers",
        minutes=12,
        finding="Two words exchanged change a sentence’s vectors by 27.1 % with positions, and by 0 % without.",
    ),
    Entry(
        name="self_attention",
        title="Self-attention",
        claim="Say “wide” for “tired”: “it” lets go of “animal”, but few heads turn to “street”.",
        part="Transformers",
        minutes=12,
        finding="With “wide” for “tired”, “it” gives “animal” 28.1 % instead of 67.7 %; in 5 of 72 heads it turns to “street”.",
    ),
    Entry(
        name="transformer_anatomy",
        title="Anatomy of a Transformer",
        claim="A Transformer is one stream of vectors that each block adds to.",
        part="Transformers",
        minutes=12,
        finding="The embedding and 60 additions sum to the 19.2 of “Paris”; without block 24 its 77.3 % are 2.2 %.",
    ),
    Entry(
        name="recurrence_vs_attention",
        title="Recurrence and attention",
        claim="Attention wins at recalling and copying, a recurrent network at counting.",
        part="Transformers",
        minutes=12,
        finding="Trained 40 s, a Transformer copies 100.0 % of 20 symbols and an LSTM 81.4 %; "
        "at odd or even it is 83.8 % against 100.0 %.",
    ),
    Entry(
        name="induction",
        title="Induction",
        claim="Two heads, one after the other, continue a pattern never seen before.",
        part="Transformers",
        finding="Of 32 random words, 21 of 31 are foreseen the second time; without one of 270 heads, 2.",
    ),
    Entry(
        name="gpt_sampling",
        title="GPT sampling",
        claim="A language model gives every word a probability; one is drawn by chance.",
        part="Generating text",
        finding="The likeliest next token after the default prompt has 7.8 %: 92.2 % of all draws give another one.",
    ),
    Entry(
        name="gpt_vs_bert",
        title="GPT and BERT",
        claim="GPT sees only the past, BERT both sides.",
        part="GPT and BERT",
        minutes=12,
        finding="With one word changed, 0 of the 7 before it move in a causal model, 7 of 7 in a bidirectional one.",
    ),
)


def find(name: str) -> Entry:
    """Return the entry of a lesson; raises `KeyError` for a name that is not in the table."""
    return {entry.name: entry for entry in LESSONS}[name]


def neighbours(entry: Entry) -> tuple[Entry | None, Entry | None]:
    """Return the lessons before and after this one, None at the ends of the course."""
    at = LESSONS.index(entry)
    return (LESSONS[at - 1] if at else None), (LESSONS[at + 1] if at + 1 < len(LESSONS) else None)
