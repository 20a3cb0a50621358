import { Markup } from './markup.ts';

/** For screen and paper; a section is not broken over two pages where it fits on one. */
export const style = new Markup(`
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; border-bottom: 1px solid #d0d7de; padding-bottom: .2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; } th, td { border: 1px solid #d0d7de; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #f3f5f7; } svg { max-width: 100%; height: auto; } svg text { font: 14px system-ui, sans-serif; fill: #1b1f24; } svg .small { font-size: 12px; } svg .name { font-weight: 600; }
.address, .node { fill: #fff; stroke: #57606a; } .node.bad { stroke: #b42318; stroke-width: 2; } .zone { fill: #f3f5f7; stroke: #d0d7de; } .link { stroke: #57606a; }
.ok { color: #116329; } .degraded, .unknown { color: #7d4e00; } .down { color: #b42318; } .rehearsal { background: #fff3cd; padding: .3rem .6rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } section { break-inside: avoid; } nav { display: none; } }
`);
