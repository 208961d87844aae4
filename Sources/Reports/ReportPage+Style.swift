extension ReportPage {
  /// How the page looks: light and dark by the reader's setting, on paper, and from 360 pixels on.
  static let style: Markup = """
    :root { color-scheme: light dark; --ground: #fbfaf8; --panel: #ffffff; --text: #1d1b18; --quiet: #5a554c;
      --line: #d8d3c8; --focus: #0b5fc4; --good: #1a6b32; --bad: #a3261b; --open: #7a4d00;
      --queued: #8a8478; --quota: #a86a00; --quota-ground: #fbe3b5; --calling: #2563c9; --working: #1d7f6e;
      --run: #6b6579; --check: #dcd8cf; }
    @media (prefers-color-scheme: dark) { :root { --ground: #161513; --panel: #201f1c; --text: #efece5;
      --quiet: #b5afa3; --line: #45413a; --focus: #8ab8ff; --good: #7fd79a; --bad: #ff9a8f; --open: #f2c073;
      --queued: #958f83; --quota: #f0b24a; --quota-ground: #4a3510; --calling: #74a4ff; --working: #4fc3ae;
      --run: #a79fb8; --check: #3a3731; } }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
    body { margin: 0 auto; max-width: 160rem; padding: 1rem clamp(0.75rem, 2.5vw, 3rem) 3rem;
      background: var(--ground); color: var(--text); overflow-wrap: anywhere; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
    h3 { font-size: 1.05rem; margin: 1rem 0 0.5rem; }
    h4 { font-size: 0.95rem; margin: 1.1rem 0 0.4rem; }
    p { margin: 0.4rem 0; max-width: 75ch; }
    time { white-space: nowrap; }
    code { font: 0.92em ui-monospace, "DejaVu Sans Mono", monospace; }
    .quiet { color: var(--quiet); font-size: 0.9rem; }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
    .skip { position: absolute; left: -100vw; }
    .skip:focus { left: 0.5rem; top: 0.5rem; background: var(--panel); padding: 0.5rem; z-index: 2; }
    a { color: var(--focus); }
    .outcome { display: inline-block; font-size: 1rem; padding: 0.1rem 0.7rem; border: 2px solid currentColor;
      border-radius: 1rem; vertical-align: 0.15rem; }
    .good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
    dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 0.6rem 1.5rem;
      margin: 0; }
    dl.facts dt { color: var(--quiet); font-size: 0.85rem; }
    dl.facts dd { margin: 0; font-size: 0.95rem; font-variant-numeric: tabular-nums; }

    .timeline { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr);
      column-gap: 1.25rem; background: var(--panel); border: 1px solid var(--line); border-radius: 0.5rem;
      padding: 0.75rem 1.5rem 0.75rem 1rem; }
    .timeline .label { align-self: center; padding: 0.2rem 0; line-height: 1.25; max-width: 16rem; font-size: 0.9rem; }
    .timeline svg { display: block; overflow: visible; align-self: center; }
    .timeline .row { margin: 0.15rem 0; }
    .axis text { font-size: 0.75rem; fill: var(--quiet); }
    .tick { stroke: var(--quiet); } .grid { stroke: var(--line); }
    .break { fill: url(#dots); opacity: 0.5; }
    .patterns { position: absolute; }
    .dash { fill: var(--queued); } .hatch-ground { fill: var(--quota-ground); } .hatch-line { fill: var(--quota); }
    rect.queued { fill: var(--queued); } rect.no-run { fill: url(#dash); }
    rect.waiting-for-quota { fill: url(#hatch); stroke: var(--quota); }
    rect.waiting { fill: url(#dots); stroke: var(--quota); }
    rect.calling { fill: var(--calling); stroke: var(--calling); }
    rect.working { fill: var(--working); stroke: var(--working); }
    rect.run { fill: var(--run); stroke: var(--run); }
    .mark { fill: var(--text); } .mark .stroke { fill: none; stroke: var(--text); stroke-width: 2.2; }
    .mark.failed .stroke { stroke: var(--bad); } .mark.interrupted { fill: var(--bad); }
    .mark.done .stroke { stroke: var(--good); }
    .disc { fill: var(--panel); stroke: var(--quiet); stroke-width: 1; }
    .hit { fill: transparent; stroke: none; pointer-events: all; }
    .part:hover { filter: brightness(0.8); } .part:focus { outline: none; }
    rect.part:focus-visible { stroke: var(--focus); stroke-width: 3; }
    .mark:focus-visible .hit { stroke: var(--focus); stroke-width: 2.5; }
    .detail { min-height: 3.2em; margin: 0.6rem 0 0; padding: 0.5rem 0.75rem; border-left: 4px solid var(--focus);
      background: var(--panel); max-width: none; font-variant-numeric: tabular-nums; }
    .legend { list-style: none; padding: 0; margin: 0; display: grid; font-size: 0.85rem; gap: 0 1.25rem;
      grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
    .legend li { display: flex; gap: 0.6rem; align-items: center; min-height: 36px; }
    .legend svg { flex: none; overflow: visible; }

    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1.25rem; }
    .card { background: var(--panel); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.25rem 1rem 1rem;
      min-width: 0; }
    .name { font-weight: 400; }
    .problem { color: var(--bad); }
    .figure label { font-size: 0.85rem; padding-left: 0.35rem; } .figure { margin: 0.75rem 0; }
    figure { margin: 0.4rem 0 0; }
    .picture { position: relative; display: inline-block; max-width: 100%; line-height: 0; }
    .picture img { max-width: 100%; height: auto; }
    .picture, .checkered { background: repeating-conic-gradient(var(--check) 0 25%, #ffffff00 0 50%) 0 0 / 16px 16px; }
    .zones { position: absolute; inset: 0; display: none; }
    .zones-shown:checked ~ figure .zones { display: block; }
    .zones rect { fill: none; stroke: #ffffff; stroke-width: 1.5; outline: 1px solid #00000099; }
    .zones text { font-size: 0.85rem; font-weight: 700; fill: #ffffff; stroke: #000000; stroke-width: 4;
      paint-order: stroke; text-anchor: middle; dominant-baseline: central; }
    .swatches { list-style: none; padding: 0; margin: 0; }
    .swatches li { display: flex; align-items: center; gap: 0.6rem; padding: 0.15rem 0; min-height: 2.2rem; }
    .chip { flex: none; width: 2.6rem; height: 1.7rem; border: 1px solid var(--quiet); border-radius: 0.25rem; }
    .colour { flex: 1; font-size: 0.9rem; }
    button { font: inherit; font-size: 0.85rem; padding: 0.15rem 0.7rem; color: var(--text); background: var(--ground);
      border: 1px solid var(--quiet); border-radius: 0.35rem; cursor: pointer; }
    .files { padding-left: 1.1rem; margin: 0; font-size: 0.9rem; }
    table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid var(--line); }
    thead th { color: var(--quiet); font-weight: 600; }
    .idf th { white-space: nowrap; } .idf th[scope=row] { font-weight: 600; } .zone { white-space: nowrap; }
    .source { white-space: nowrap; }
    .source::before { content: ""; display: inline-block; width: 0.6rem; height: 0.6rem; margin-right: 0.35rem;
      border: 2px solid currentColor; }
    .source.measured::before { background: currentColor; } .source.given::before { border-radius: 50%; }
    .source.described::before { transform: rotate(45deg) scale(0.8); }
    .filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; max-width: none; }
    .filter input { font: inherit; padding: 0.3rem 0.6rem; min-width: min(100%, 20rem); color: var(--text);
      background: var(--panel); border: 1px solid var(--quiet); border-radius: 0.35rem; }
    .scroll { overflow-x: auto; } .events { min-width: 52rem; font-variant-numeric: tabular-nums; }
    .events th, .events td:nth-child(-n+4) { white-space: nowrap; padding-right: 1.2rem; }
    .card dl.facts { grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); }
    footer { margin-top: 3rem; }

    @media (max-width: 44rem) {
      .timeline { grid-template-columns: minmax(0, 1fr); padding: 0.75rem 1rem; }
      .timeline .label { max-width: none; margin-top: 0.6rem; } .timeline .label br { display: none; }
      .timeline .row { margin: 0; }
      header dl.facts > div { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: 0.5rem; }
      header dl.facts dd { font-size: 0.88rem; }
    }
    @media print {
      :root { color-scheme: light; --ground: #ffffff; --panel: #ffffff; --text: #000000; --quiet: #444444;
        --line: #bbbbbb; --good: #1a6b32; --bad: #a3261b; --open: #7a4d00; --queued: #8a8478; --quota: #a86a00;
        --quota-ground: #fbe3b5; --calling: #2563c9; --working: #1d7f6e; --run: #6b6579; --check: #dcd8cf; }
      body { padding: 0; font-size: 0.8rem; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      .skip, .detail, .filter, button, .zones-shown, .figure label { display: none !important; }
      .card, .timeline, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
      .scroll { overflow: visible; } .events { min-width: 0; font-size: 0.65rem; }
    }
    """
}
