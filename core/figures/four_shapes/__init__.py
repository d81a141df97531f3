"""The pictures of the lesson on four shapes."""

from core.figures.four_shapes.png import png as png
from core.figures.four_shapes.scores import captioned as captioned
from core.figures.four_shapes.scores import compared as compared
from core.figures.four_shapes.sketch import mechanism as mechanism
from core.figures.four_shapes.student import student as student
from core.figures.four_shapes.unrolled import caption as caption
from core.figures.four_shapes.unrolled import translation as translation
from core.figures.four_shapes.unrolled import tweet as tweet
