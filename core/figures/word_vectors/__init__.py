"""The pictures of the lesson on word vectors."""

from core.figures.word_vectors.asking import groups as groups
from core.figures.word_vectors.asking import leaning as leaning
from core.figures.word_vectors.asking import near as near
from core.figures.word_vectors.asking import people as people
from core.figures.word_vectors.learning import company as company
from core.figures.word_vectors.learning import spellings as spellings
from core.figures.word_vectors.mechanism import chain as chain
from core.figures.word_vectors.mechanism import skip_gram as skip_gram
from core.figures.word_vectors.mechanism import two_sentences as two_sentences
from core.figures.word_vectors.sensing import layers as layers
from core.figures.word_vectors.sensing import senses as senses
