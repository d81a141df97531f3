"""The pictures of the lesson on self-attention."""

from core.figures.self_attention.cuts import cuts as cuts
from core.figures.self_attention.cuts import every_pair_cut as every_pair_cut
from core.figures.self_attention.heads import heads as heads
from core.figures.self_attention.mechanism import Fan as Fan
from core.figures.self_attention.mechanism import mechanism as mechanism
from core.figures.self_attention.twins import every_pair as every_pair
from core.figures.self_attention.twins import senses as senses
from core.figures.self_attention.twins import twins as twins
