"""The page at /: drop an image, see its text and the boxes of its glyphs; it needs nothing from elsewhere."""

from __future__ import annotations

SITE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>effocr</title>
<style>
:root { --ink: #1d1d1f; --soft: #6b6b70; --paper: #fff; --ground: #f5f4f1; --rule: #cfccc4; --accent: #9a3324;
  color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #a09d97; --paper: #232326; --ground: #18181a;
  --rule: #45444a; --accent: #ff9b85; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
p { margin: .25rem 0 1.25rem; color: var(--soft); }
label.drop { display: block; padding: 2.5rem 1rem; border: 2px dashed var(--rule); border-radius: .75rem;
  background: var(--paper); text-align: center; cursor: pointer; }
label.drop.over, label.drop:focus-within { border-color: var(--accent); }
label.drop input { position: absolute; opacity: 0; width: 1px; height: 1px; }
label.check { display: inline-block; margin: .75rem 0 0; color: var(--soft); }
article { margin-top: 1.25rem; padding: 1rem; border: 1px solid var(--rule); border-radius: .75rem;
  background: var(--paper); }
article header { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .6rem; color: var(--soft);
  font-size: .85rem; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; max-height: 75vh; background: #fff; }
rect { fill: transparent; stroke: #c8321f; vector-effect: non-scaling-stroke; }
rect.even { stroke: #1f6fc8; }
rect:hover { fill: #ffd60066; }
pre { margin: .8rem 0 0; font: 1.15rem/1.5 Georgia, "Times New Roman", serif; white-space: pre-wrap;
  overflow-wrap: anywhere; }
pre span.low { background: #ffd9cf; color: #1d1d1f; border-radius: .15rem; }
.error { color: var(--accent); }
</style>
<h1>effocr</h1>
<p>Images go no further than this server. Hover over a glyph to see how sure its reading is.</p>
<label class="drop" id="drop">Drop images of text lines here, or choose them
<input type="file" id="file" accept="image/*" multiple></label>
<label class="check"><input type="checkbox" id="vertical"> lines are vertical</label>
<main id="out" aria-live="polite"></main>
<script>
"use strict";
const LOW = 0.5, SVG = "http://www.w3.org/2000/svg";
const drop = document.getElementById("drop"), file = document.getElementById("file");
const out = document.getElementById("out"), vertical = document.getElementById("vertical");

function element(tag, parent, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  parent.append(made);
  return made;
}

function drawn(tag, parent, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function glyphsOf(line) { return line.words.flatMap(word => word.glyphs); }

function show(article, image, page) {
  const svg = drawn("svg", article, {viewBox: `0 0 ${page.width} ${page.height}`});
  drawn("image", svg, {href: image, width: page.width, height: page.height});
  page.lines.flatMap(glyphsOf).forEach((glyph, row) => {
    const [left, top, right, bottom] = glyph.box;
    const frame = {x: left, y: top, width: right - left, height: bottom - top, class: row % 2 ? "even" : "odd"};
    drawn("title", drawn("rect", svg, frame), {}).textContent = `${glyph.text}  ${(100 * glyph.score).toFixed(0)} %`;
  });
  const text = element("pre", article);
  page.lines.forEach((line, number) => {
    if (number) text.append("\\n");
    line.words.forEach((word, place) => {
      if (place && line.spaced) text.append(" ");
      for (const glyph of word.glyphs)
        element("span", text, glyph.text, glyph.score < LOW ? "low" : "");
    });
  });
  if (!text.textContent) element("i", text, "nothing was read");
}

async function read(image) {
  const article = document.createElement("article");
  out.prepend(article);
  const header = element("header", article);
  element("span", header, image.name);
  const state = element("span", header, "reading ...");
  try {
    const start = performance.now();
    const answer = await fetch(`read${vertical.checked ? "?vertical=true" : ""}`, {method: "POST", body: image});
    const result = await answer.json();
    if (!answer.ok) throw new Error([result.error, result.hint].filter(Boolean).join(" ") || answer.statusText);
    state.textContent = `${Math.round(performance.now() - start)} ms`;
    show(article, URL.createObjectURL(image), result);
  } catch (error) {
    state.textContent = "";
    element("div", article, error.message, "error");
  }
}

async function readAll(images) { for (const image of images) await read(image); }

file.addEventListener("change", () => { readAll([...file.files]); file.value = ""; });
drop.addEventListener("dragover", event => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", event => {
  event.preventDefault();
  drop.classList.remove("over");
  readAll([...event.dataTransfer.files]);
});
</script>
</html>
"""
