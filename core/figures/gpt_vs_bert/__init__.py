"""The pictures of the lesson on GPT and BERT."""

from core.figures.gpt_vs_bert.blanks import fill as fill
from core.figures.gpt_vs_bert.blanks import held_out as held_out
from core.figures.gpt_vs_bert.mechanism import blank as blank
from core.figures.gpt_vs_bert.mechanism import fans as fans
from core.figures.gpt_vs_bert.seeing import maps as maps
from core.figures.gpt_vs_bert.seeing import moved as moved
from core.figures.gpt_vs_bert.writing import curves as curves
from core.figures.gpt_vs_bert.writing import judged as judged
from core.figures.gpt_vs_bert.writing import perplexities as perplexities
from core.figures.gpt_vs_bert.writing import search as search
from core.figures.gpt_vs_bert.writing import time_line as time_line
