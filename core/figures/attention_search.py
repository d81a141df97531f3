"""The pictures of the lesson on attention as search. Plotly figures as plain dictionaries."""

from core.figures._gradient_numbers import amount as amount
from core.figures._search_entropy import describe_entropy as describe_entropy
from core.figures._search_entropy import entropy_curve as entropy_curve
from core.figures._search_plane import describe_keys as describe_keys
from core.figures._search_plane import describe_values as describe_values
from core.figures._search_plane import keys_plane as keys_plane
from core.figures._search_plane import values_plane as values_plane
from core.figures._search_plane import vector as vector
from core.figures._search_rows import describe_steps as describe_steps
from core.figures._search_rows import three_steps as three_steps
from core.figures._search_scaling import against_width as against_width
from core.figures._search_scaling import describe_heads as describe_heads
from core.figures._search_scaling import describe_width as describe_width
from core.figures._search_scaling import trained_heads as trained_heads
