"""The pictures of the lesson on vanishing gradients."""

from core.figures.vanishing_gradients.lines import gradient as gradient
from core.figures.vanishing_gradients.lines import reading as reading
from core.figures.vanishing_gradients.sketch import clipping as clipping
from core.figures.vanishing_gradients.sketch import mechanism as mechanism
from core.figures.vanishing_gradients.sketch import trained as trained
from core.figures.vanishing_gradients.trainings import learning as learning
from core.figures.vanishing_gradients.trainings import trainings as trainings
from core.figures.vanishing_gradients.trainings import walk as walk
