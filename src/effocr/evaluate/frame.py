"""The frame and the looks of a report."""

from __future__ import annotations

STYLE = """
:root { --ink: #1d1d1f; --soft: #6b6b70; --paper: #fff; --ground: #f5f4f1; --rule: #dedcd6; --accent: #9a3324;
  --mark: #ffd9cf; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e1; --soft: #a09d97; --paper: #232326; --ground: #18181a;
  --rule: #3a393d; --accent: #ff9b85; --mark: #6d2c20; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h1 small { color: var(--soft); font-weight: normal; font-size: 1rem; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); font-size: 1.15rem; }
p { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem;
  margin-top: 1.25rem; }
.tile { padding: .75rem 1rem; border: 1px solid var(--rule); border-radius: .5rem; background: var(--paper); }
.tile b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: .85rem; }
.tables { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem; }
table { flex: 1 1 24rem; border-collapse: collapse; background: var(--paper); border: 1px solid var(--rule); }
th, td { padding: .2rem .8rem; text-align: left; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 500; font-size: .85rem; }
td.c { font: 1.1rem/1.4 Georgia, serif; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
td.bar { width: 40%; }
td.bar i { display: block; height: .6rem; border-radius: .3rem; background: var(--accent); }
article { margin: 0 0 1rem; padding: .75rem 1rem 1rem; border: 1px solid var(--rule); border-radius: .5rem;
  background: var(--paper); }
article header { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .5rem; color: var(--soft);
  font-size: .8rem; overflow-wrap: anywhere; }
.rate { color: var(--accent); font-weight: 600; }
svg { display: block; width: 100%; height: auto; background: #fff; }
svg rect { fill: transparent; stroke: #c8321f; stroke-width: 1; vector-effect: non-scaling-stroke; }
svg rect:nth-of-type(even) { stroke: #1f6fc8; }
svg rect:hover { fill: #ffd60055; }
dl { display: grid; grid-template-columns: 3.5rem 1fr; gap: .15rem .75rem; margin: .6rem 0 0; }
dt { color: var(--soft); font-size: .8rem; padding-top: .25rem; }
dd { margin: 0; font: 1.1rem/1.5 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }
mark { color: inherit; background: var(--mark); border-radius: .15rem; padding: 0 .06em; }
mark:empty { padding: 0; border-left: 2px solid var(--accent); }
"""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>effocr report: $bundle</title>
<style>$style</style>
<h1>effocr report <small>$bundle</small></h1>
<div class="tiles">$tiles</div>
$failures
<h2>Confusions</h2>
$confusions
<h2>Confidence</h2>
$confidence
<h2>Worst lines <small>($shown with errors)</small></h2>
$lines
</html>
"""
