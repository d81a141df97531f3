"""The pictures of the lesson on vanishing gradients with their text alternatives and tables."""

from core.experiments.vanishing_gradients import (
    DRAWN,
    NAMES,
    Cliff,
    Comparison,
    Landscape,
    Settings,
    Spectrum,
    Wrt,
)
from core.figures import vanishing_gradients as figures
from pages.kit.former import Picture


def gradient(found: Comparison, kind: str, wrt: Wrt) -> Picture:
    """Return the lines, and what is left at every step back as the table."""
    curves = [curve for curve in found.curves if wrt == "input" or curve.state_norms is not None]
    left = [curve.left(wrt) for curve in curves]
    columns = ["steps back", *(NAMES[curve.kind] for curve in curves)]
    chosen = found.curve(kind)
    bound = chosen.allowed(wrt) if chosen else None
    if bound is not None:
        left.append(bound)
        columns.append(f"most it could be for {NAMES[kind]}")
    for curve in found.before:
        left.append(curve.left(wrt))
        columns.append(f"{NAMES[curve.kind]} before training")
    rows = [(back, *(_short(float(values[back])) for values in left)) for back in range(found.steps)]
    return Picture(
        figures.gradient_lines(found, kind, wrt), figures.describe_gradient(found, wrt), tuple(columns), rows
    )


def _short(number: float) -> str:
    """Return a number with its power of ten: a table would round most of these to 0."""
    return f"{number:.4e}"


def spectrum(found: Spectrum) -> Picture:
    """Return the band of singular values with its table."""
    names = ("largest", "upper", "median", "lower", "smallest", "factor")
    columns = ("steps back", "largest", "upper quarter", "median", "lower quarter", "smallest", "gradient times")
    rows = [
        (int(back), *(_short(float(getattr(found, name)[place])) for name in names))
        for place, back in enumerate(found.back)
    ]
    return Picture(figures.jacobian_spectrum(found), figures.describe_spectrum(found), columns, rows)


def cliff(found: Cliff) -> tuple[Picture, Picture]:
    """Return the walk over the cliff and the two trainings, with their tables."""
    way = [(_short(float(d)), _short(float(v))) for d, v in zip(found.distances, found.losses, strict=True)]
    columns = ("update", "loss, clipped", "norm, clipped", "loss, not clipped", "norm, not clipped")
    runs = [values for run in (found.clipped, found.free) for values in (run.losses, run.norms)]
    length = max(len(values) for values in runs)
    rows = [
        (update, *(_short(float(values[update])) if update < len(values) else "" for values in runs))
        for update in range(length)
    ]
    return (
        Picture(figures.walk(found), figures.describe_walk(found), ("distance", "loss (nats)"), way),
        Picture(figures.trainings(found), figures.describe_trainings(found), columns, rows),
    )


def band(found: Landscape, settings: Settings) -> Picture:
    """Return the map with its table: a row a scale."""
    figure = figures.where_it_can_learn(found, settings.scale or DRAWN, settings.length)
    rows = [
        (float(scale), *(_short(float(value)) for value in row))
        for scale, row in zip(found.scales, found.left, strict=True)
    ]
    columns = ("scale", *(f"{int(length)} steps" for length in found.lengths))
    return Picture(figure, figures.describe_map(found), columns, rows)
