/** Of the page with the matrix: a radio button shows one peer's table; print shows all. */
export const HTML_REMEDIES_STYLE = `
.findings { max-width: 60rem; padding-left: 1.2rem; } .findings li { margin: .35rem 0; }
.findings .not-here { color: var(--alarm); }
.legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .4rem 1.2rem; margin: 0 0 1.2rem; font-size: .9rem; }
.legend dt { display: inline-block; padding: .05rem .5rem; border-radius: .3rem; font-weight: 600; } .legend dd { margin: .1rem 0 0; color: var(--faint); }
.v-all, .v-leaving { background: var(--good-paper); color: var(--good); }
.v-no-worker, .v-connection, .v-last-ack { background: var(--warn-paper); color: var(--warn); }
.v-hidden, .v-cut { background: var(--alarm-paper); color: var(--alarm); }
.v-none { color: var(--faint); }
.peers > input { position: absolute; opacity: 0; }
.peers > label { display: inline-block; padding: .35rem .8rem; margin: 0 .35rem .5rem 0; border: 1px solid var(--line); border-radius: .4rem; cursor: pointer; }
.peers > input:checked + label { background: var(--accent-paper); border-color: var(--accent); color: var(--accent); }
.peers > input:focus-visible + label { outline: 2px solid var(--accent); outline-offset: 2px; }
.matrix { display: none; } .matrix h3 { margin: .8rem 0 0; }
#peer-half-closed:checked ~ [data-peer="half-closed"], #peer-closed:checked ~ [data-peer="closed"],
#peer-expired:checked ~ [data-peer="expired"], #peer-vanished:checked ~ [data-peer="vanished"] { display: block; }
.scroll { overflow-x: auto; max-width: 100%; }
.matrix table { border-collapse: separate; border-spacing: 2px; font-size: .85rem; margin-top: .6rem; }
.matrix thead th { height: 12.5rem; vertical-align: bottom; padding: 0 0 .3rem; font-weight: 500; }
.matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix thead th.outside { color: var(--accent); }
.matrix tbody th { text-align: left; font-weight: 500; white-space: nowrap; padding-right: .6rem; position: sticky; left: 0; background: var(--paper); }
.matrix td { position: relative; text-align: center; min-width: 2.1rem; height: 1.9rem; border-radius: .25rem; padding: 0; }
.matrix td a { display: block; color: inherit; text-decoration: none; line-height: 1.9rem; font-size: 1rem; }
.matrix td .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.matrix tbody tr:hover th, .matrix tbody tr:hover td { box-shadow: inset 0 -1px 0 var(--accent); }
.cause h3 { margin: 1.6rem 0 .4rem; } .cause details { border-top: 1px solid var(--line); } .cause details:last-child { border-bottom: 1px solid var(--line); }
.cause summary { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; padding: .35rem .2rem; cursor: pointer; }
.cause summary:hover { background: var(--panel); } .cause .name { min-width: 18rem; } .cause .where { min-width: 4rem; font-size: .85rem; }
.cause summary::before { content: "▸"; color: var(--faint); width: .8rem; } .cause details[open] > summary::before { content: "▾"; }
.cell:target { background: var(--accent-paper); }
.marks { display: inline-flex; gap: .3rem; flex-wrap: wrap; } .mark { padding: 0 .45rem; border-radius: .3rem; font-size: .88rem; }
.cell { padding: .3rem .8rem .6rem; } .cell h4 { margin: .4rem 0 .2rem; font-size: .92rem; }
.cell dl { display: grid; grid-template-columns: 7.5rem 1fr; gap: .12rem .8rem; margin: 0; font-size: .88rem; } .cell dt { color: var(--faint); } .cell dd { margin: 0; overflow-wrap: anywhere; }
.done { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; gap: .3rem 1rem; max-width: 60rem; font-size: .92rem; } .done dt { font-weight: 600; } .done dd { margin: 0; }
@media (max-width: 40rem) { .cell dl, .done { grid-template-columns: 1fr; } .cell dd, .done dd { margin-bottom: .3rem; } .cause .name { min-width: 0; } .cause .where { display: none; } }
@media print { .peers > input, .peers > label { display: none; } .matrix { display: block; break-inside: avoid; } .scroll { overflow: visible; }
  .matrix table { font-size: .62rem; } .matrix td { min-width: 1.2rem; } .v-all, .v-leaving, .v-no-worker, .v-connection, .v-last-ack, .v-hidden, .v-cut { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
