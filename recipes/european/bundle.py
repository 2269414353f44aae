"""OUT/bundle, the bundle of one script from the encoder that all of them share: bundle.py RECIPE OUT

Nothing is trained: the exemplars of the recipe's fonts and real lines are embedded and chosen, and put into a bundle.
Forms of Greek letters that are no letters of their own (ϰ ϑ ϱ ϕ) read as these.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from effocr.bundle.files import Bundle, open_bundle, write_bundle
from effocr.index.files import index_bytes, index_of_bytes
from effocr.index.glyph_index import GlyphIndex
from effocr.synth.lines import line_makers
from effocr.train.finish import write_recognizer
from effocr.train.material import real_lines
from effocr.train.recipes import RecognizerRecipe, load_recipe
from effocr.train.recognizer import new_net
from effocr.train.running import load_weights

SHARPNESS = 40.0
"""Chosen on the pages of Lobeck and Schneidewin that were put aside; what fits drawn lines best is half of it."""
FORMS = {"ϰ": "κ", "ϑ": "θ", "ϱ": "ρ", "ϕ": "φ"}


def main() -> None:
    """Writes OUT/bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--weights", type=Path, help="other weights than those that the recipe starts from")
    parser.add_argument("--localizer", type=Path, help="another localizer than the recipe's")
    parser.add_argument("--without-real", action="store_true", help="exemplars of fonts only")
    wanted = parser.parse_args()
    recipe = load_recipe(wanted.recipe)
    if not isinstance(recipe, RecognizerRecipe) or recipe.bundle is None or (wanted.weights or recipe.start) is None:
        parser.error(f"{wanted.recipe} is no recognizer's recipe with a start and a bundle")
    if wanted.localizer:
        bundle = recipe.bundle.model_copy(update={"localizer": wanted.localizer})
        recipe = recipe.model_copy(update={"bundle": bundle})
    net = new_net(recipe)
    load_weights(net, wanted.weights or recipe.start)
    net.eval()
    real = real_lines(() if wanted.without_real else recipe.real.sources)
    wanted.out.mkdir(parents=True, exist_ok=True)
    write_recognizer(net, recipe, line_makers(recipe.synthesis), real, wanted.out)
    finish(open_bundle(wanted.out / "bundle"))


def finish(bundle: Bundle) -> None:
    """Rewrites the bundle with the exemplars of `FORMS` under their letters, and with `SHARPNESS`."""
    index = index_of_bytes(bundle.index(), "index").index
    index = GlyphIndex(index.vectors, tuple(FORMS.get(text, text) for text in index.texts), index.sources)
    part = bundle.card.index.model_copy(update={"sharpness": SHARPNESS})
    card = bundle.card.model_copy(update={"charset": list(index.distinct_texts), "index": part})
    content = index_bytes(index, card.encoder.sha256)
    write_bundle(bundle.path, card, localizer=bundle.localizer(), encoder=bundle.encoder(), index=content)


if __name__ == "__main__":
    main()
