/** The page's whole style. No image, no font, no script: it is read from a file, a mail or a print alike. */
export const TRIAL_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566274; --line: #d9dee6; --page: #f5f6f8; --card: #fff; --good: #17703c; --bad: #b3261e; --none: #6b7380;
  --good-soft: #e3f3e9; --bad-soft: #fbe7e5; --none-soft: #eceff3; --blue: #1f62b5; --blue-soft: #1f62b524; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa6b6; --line: #313a46; --page: #12161c; --card: #1a2028; --good: #6ccb8f; --bad: #ff8a80; --none: #9aa6b6;
  --good-soft: #17301f; --bad-soft: #3a1d1b; --none-soft: #262d37; --blue: #7ab3f5; --blue-soft: #7ab3f526; } }
* { box-sizing: border-box; } html { font-size: 93.75%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
main { max-width: 75rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.3rem; margin: 0 0 .75rem; } h3 { font-size: 1.05rem; margin: 2rem 0 .6rem; } h4 { font-size: .95rem; margin: 0 0 .4rem; }
p { margin: .3rem 0; } .soft, footer { color: var(--soft); } code { font: .92em ui-monospace, "SF Mono", "Liberation Mono", monospace; }
nav ul { list-style: none; padding: 0; margin: 1rem 0 0; display: grid; gap: .35rem; } a { color: var(--blue); }
.service { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.4rem 1.5rem 1.6rem; margin-top: 1.5rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0; } .facts dt { color: var(--soft); } .facts dd { margin: 0; grid-column: 2; }
.counts { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: .75rem; margin: 1.2rem 0 0; padding: 0; list-style: none; }
.counts li { border-radius: 8px; padding: .5rem .9rem; display: flex; align-items: baseline; gap: .55rem; flex-wrap: wrap; } .counts b { font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.disproved { color: var(--bad); } .proven { color: var(--good); } .not-tried { color: var(--none); } .waived { color: var(--blue); }
.counts .disproved { background: var(--bad-soft); } .counts .proven { background: var(--good-soft); } .counts .not-tried { background: var(--none-soft); } .counts .waived { background: var(--blue-soft); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .8rem .9rem; break-inside: avoid; } svg { display: block; width: 100%; max-width: 26rem; height: auto; } figcaption { color: var(--soft); font-size: .86rem; margin-top: .4rem; }
svg text { fill: var(--ink); font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; } svg .tick { fill: var(--soft); font-size: 11px; } svg .value { font-weight: 600; }
svg .label { paint-order: stroke; stroke: var(--card); stroke-width: 4px; } svg .value { paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.grid { stroke: var(--line); } .base { stroke: var(--soft); } .area { fill: var(--blue-soft); } .line { fill: none; stroke: var(--blue); stroke-width: 2; stroke-linejoin: round; } .dot, .bar { fill: var(--blue); }
.event { stroke: var(--soft); stroke-dasharray: 2 3; } .limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .55rem .7rem; border-top: 1px solid var(--line); } thead th { color: var(--soft); font-weight: 500; font-size: .86rem; border-top: 0; padding-bottom: .3rem; }
tr { break-inside: avoid; } tbody th { font-weight: 600; } .name { width: 25%; } .name span { display: block; font-weight: 400; color: var(--soft); font-size: .86rem; } .group th { padding-top: 1.1rem; border-top: 0; } tbody:first-of-type .group th { padding-top: .6rem; }
.measured { width: 25%; font-size: .86rem; } .measured dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; } .measured dt { color: var(--soft); } .measured dd { margin: 0; font-variant-numeric: tabular-nums; }
.time { width: 4.5rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); } .unless { color: var(--soft); font-size: .9rem; } .setting { width: 42%; }
footer { margin-top: 1.5rem; font-size: .86rem; }
@media (max-width: 48rem) { main { padding: 1.2rem .8rem 2rem; } .service { padding: 1rem; } .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { grid-column: 1; margin-bottom: .4rem; } .counts { gap: .4rem; } .counts li { padding: .4rem .6rem; gap: 0 .4rem; font-size: .9rem; }
  thead { display: none; } table, tbody, tr, th, td { display: block; width: auto; } th, td { padding: 0; border: 0; } tbody tr { border-top: 1px solid var(--line); padding: .7rem 0; } tbody .group { border: 0; padding: .9rem 0 .2rem; } .name, .measured, .setting, .time { width: auto; } .time { text-align: left; } .name { margin-bottom: .35rem; } .measured { margin: .35rem 0; } }
@media print { :root { --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --card: #fff; --good: #17703c; --bad: #b3261e; --none: #555; --good-soft: #fff; --bad-soft: #fff; --none-soft: #fff; --blue: #1f62b5; --blue-soft: #1f62b522; color-scheme: light; }
  html { font-size: 10.5px; } main { max-width: none; padding: 0; } .service { border: 0; padding: 0; border-radius: 0; } .service + .service { break-before: page; } .counts li { border: 1px solid var(--line); } nav { display: none; } h3 { break-after: avoid; } .group { break-after: avoid; } .charts { grid-template-columns: repeat(3, 1fr); } }
`;
