"""Attention as search: three steps over a little library, over three keys, why divide, and in a head of a real model."""

import numpy as np
import streamlit as st

from core.experiments import attention_search as lesson
from core.experiments.attention_search import HeadRead, Look
from core.experiments.attention_search import keys as small
from pages.attention_search import divide, keys, library, more, results, settings, way_on
from pages.attention_search import head as heads
from pages.attention_search.settings import DIVIDE, HEAD, KEYS, SEARCH, VIEWS
from pages.kit import controls, export, lab
from pages.kit.former import check_yourself, claim, experiment, how_it_works, predict, sources, take_away

entry, notices = claim("attention_search")
question = st.empty()
narrow, wide = experiment()

with wide:
    view = controls.choice("Picture", VIEWS, SEARCH, key="view", hide_label=True)
with narrow:
    asked = settings.choose(view)
other = lesson.other_scaling(asked.settings)
place = heads.kept_place()
look: Look | None = None
read: HeadRead | None = None

with wide:
    uses_model = view in (SEARCH, HEAD)
    fitted = asked.query if view == SEARCH else asked.text
    if uses_model and not fitted.text.strip():
        st.info("Type something: with no word at all there is nothing to ask.")
        st.stop()
    live = not uses_model or lab.ready(wait=not asked.is_default(view))
    if not live:
        st.caption("Recorded from the model while the app starts; yours takes over in a moment.")
    if view == SEARCH:
        found = results.query(asked.query.text, live=live)
        library.say_what_was_read(found, asked.query.dropped)
        look, seen = results.search(found, asked.settings), asked.settings
        asking = way_on.ask_sharing(look, results.search(found, other), asked.settings, other, 384, "items")
        picture = library.show_search(found, asked.settings)
        changes = results.search_shuffled(found, asked.settings)
    elif view == KEYS:
        asking = way_on.ask_order(asked)
        picture = keys.show_keys(asked)
        vectors, _, seen = keys.look_at(asked)
        plain = small.plain_additive(vectors.width)
        changes = lesson.shuffle_changes(np.array(asked.q), vectors.keys, vectors.values, seen, plain)
    elif view == DIVIDE:
        asking = way_on.ask_width(asked)
        picture = divide.show_divide(asked)
        found = results.query(lesson.DEFAULT_QUERY, live=False)
        changes = results.search_shuffled(found, lesson.Settings())
    else:
        read = results.layer(asked.text.text, asked.layer, live=live)
        heads.say_what_was_read(read, asked.text.dropped)
        with asked.picker:
            place = heads.choose_place(read)
        now, then = (
            results.head_look(read, asked.head, place, lesson.Settings("dot", scaled, 1.0))
            for scaled in (asked.settings.scaled, not asked.settings.scaled)
        )
        flipped = lesson.Settings("dot", not asked.settings.scaled, 1.0)
        asking = way_on.ask_sharing(now, then, asked.head_settings, flipped, lesson.HEAD_WIDTH, "pieces")
        picture = heads.show_head(read, asked, place)
        q, k, v = (part[asked.head - 1] for part in (read.queries, read.keys, read.values))
        changes = lesson.shuffle_changes(q[place - 1], k, v, asked.head_settings)
way_on.show_way_on(changes, read, view)

with question:
    predict(**asking)

how_it_works(more.how)
check_yourself(lambda: more.questions(look))
sources(more.SOURCES)
downloads = export.usual(entry, picture, more.script_values(asked, place))
take_away(entry, [*downloads, *(more.fitted_match() if asked.settings.match == "additive" else ())])
st.caption(
    "all-MiniLM-L6-v2: 6 layers of 12 heads, trained so that texts of like meaning have vectors of like direction. "
    + ("Computed on this server." if live else "Recorded numbers.")
)
controls.show_notices(notices)
