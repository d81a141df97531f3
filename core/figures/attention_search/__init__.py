"""The pictures of the lesson on attention as search."""

from core.figures.attention_search.mechanism import division as division
from core.figures.attention_search.mechanism import mechanism as mechanism
from core.figures.attention_search.scaling import shared as shared
from core.figures.attention_search.steps import head as head
from core.figures.attention_search.steps import library as library
from core.figures.attention_search.three_keys import three_keys as three_keys
from core.figures.attention_search.vega import all_heads as all_heads
from core.figures.attention_search.vega import temperatures as temperatures
from core.figures.attention_search.vega import trained_heads as trained_heads
