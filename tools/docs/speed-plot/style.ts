/** The style sheet of the plot: light, and dark where that is preferred. */
export const PLOT_STYLE: string = `
:root { --paper: #ffffff; --ink: #1b1f24; --muted: #5b6470; --grid: #e4e8ed; --axis: #9aa4b0; --other: #77818d;
  --own: #1f5fbf; --own-two: #0d7a5f; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6eaef; --muted: #9aa4b0; --grid: #262c33; --axis: #56616e;
  --other: #8a95a2; --own: #86b4ff; --own-two: #5fd3ae; } }
text { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); font-size: 14px; }
.paper { fill: var(--paper); }
.headline { font-size: 22px; font-weight: 650; }
.says, .tick { fill: var(--muted); }
.tick { font-variant-numeric: tabular-nums; } .middle { text-anchor: middle; } .end { text-anchor: end; }
.grid { stroke: var(--grid); stroke-width: 1; } .axis { stroke: var(--axis); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.leader { fill: none; stroke-width: 1; stroke-dasharray: 1 3; }
.other .line, .other .leader { stroke: var(--other); } .other circle, .other .over { fill: var(--other); }
.quick .line, .quick .leader { stroke: var(--own); } .quick circle, .quick .over, .quick text { fill: var(--own); }
.list .line, .list .leader { stroke: var(--own-two); } .list circle, .list .over, .list text { fill: var(--own-two); }
.own .line { stroke-width: 3.5; } .own text { font-weight: 650; }
.fallback .line { stroke-dasharray: 7 6; } .fallback text { font-weight: 400; }
.label { font-size: 14px; } .value { font-variant-numeric: tabular-nums; }
`.trim();
