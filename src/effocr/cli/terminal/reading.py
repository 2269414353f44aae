"""Options of commands that read, each in one place."""

from __future__ import annotations

from typing import Annotated

import typer

ThreadsOption = Annotated[
    int | None, typer.Option("--threads", min=1, help="Threads of one process.", show_default="one a core")
]
VerticalOption = Annotated[
    bool | None,
    typer.Option("--vertical/--horizontal", help="How lines run.", show_default="as the bundle says"),
]
LinesOption = Annotated[
    str, typer.Option("--lines", help="How lines are found: auto, net, none, projection, kraken or rapidocr.")
]
OrientationOption = Annotated[
    str, typer.Option("--orientation", help="Pages are turned upright where they are not (auto), or read as given.")
]
TextLayerOption = Annotated[
    str,
    typer.Option(
        "--text-layer", help="Text that PDFs carry: keep, replace, or auto: keep it unless the page is a scan."
    ),
]
ProviderOption = Annotated[
    list[str] | None,
    typer.Option("--provider", help="What computes: cpu, cuda, ...; several are tried in turn.", show_default="cpu"),
]
WithoutOption = Annotated[str, typer.Option("--without", help="Characters that are never read.", show_default="none")]
SearchOption = Annotated[
    str, typer.Option("--search", help="Among exemplars: exact, or cells (faiss; pays from 50,000 on).")
]
