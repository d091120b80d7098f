/** The style sheet of the state diagram: light, and dark where that is preferred. */
export const SVG_STYLE: string = `
:root { --paper: #ffffff; --ink: #1b1f24; --muted: #5b6470; --line: #6a7480; --box: #f5f7f9; --box-line: #9aa4b0;
  --active: #1f5fbf; --active-ground: #eef4fd; --active-box: #ffffff;
  --passive: #96590a; --passive-ground: #fdf4e3; --passive-box: #ffffff;
  --owed: #b3191d; --owed-box: #fdeaea; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6eaef; --muted: #9aa4b0; --line: #8a95a2; --box: #1f252c;
  --box-line: #56616e; --active: #86b4ff; --active-ground: #172334; --active-box: #1b2a40;
  --passive: #f0b85a; --passive-ground: #2c230f; --passive-box: #3a2d10; --owed: #ff8f8f; --owed-box: #461a1d; } }
text { font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); font-size: 13px; }
.paper { fill: var(--paper); }
.headline { font-size: 22px; font-weight: 650; }
.says { fill: var(--muted); }
.muted { fill: var(--muted); font-weight: 400; }
.middle { text-anchor: middle; } .end { text-anchor: end; }
.region.active { fill: var(--active-ground); } .region.passive { fill: var(--passive-ground); }
.caption { font-weight: 700; letter-spacing: 0.06em; font-size: 12px; }
.caption.active { fill: var(--active); } .caption.passive { fill: var(--passive); }
.state rect { fill: var(--box); stroke: var(--box-line); stroke-width: 1.5; }
.state.active rect { fill: var(--active-box); stroke: var(--active); }
.state.passive rect { fill: var(--passive-box); stroke: var(--passive); }
.state.owed > rect { fill: var(--owed-box); stroke: var(--owed); stroke-width: 3; }
.name { text-anchor: middle; font-size: 15px; font-weight: 650; }
.owed .name { fill: var(--owed); }
.state .badge rect { fill: var(--ink); stroke: none; }
.state .badge text { fill: var(--paper); text-anchor: middle; font-weight: 650; font-variant-numeric: tabular-nums; }
.state .badge.none rect { fill: none; } .state .badge.none text { fill: var(--muted); font-weight: 400; }
.state.owed .badge rect { fill: var(--owed); } .state.owed .badge.none rect { fill: none; }
.line { fill: none; stroke: var(--line); stroke-width: 1.6; }
.line.active { stroke: var(--active); } .line.passive { stroke: var(--passive); }
.line.dashed { stroke-dasharray: 5 4; }
.bridge { fill: none; stroke: var(--paper); stroke-width: 9; }
.head { fill: var(--line); } .head.active { fill: var(--active); } .head.passive { fill: var(--passive); }
`.trim();
