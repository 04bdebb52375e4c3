/** Draws the filled panels of the dashboard as a page, for where there is no Grafana. */
import type { FilledPanel, Panel, Span } from './dashboard.ts';

type Point = FilledPanel['series'][number]['points'][number];

const colours = ['#7eb26d', '#eab839', '#6ed0e0', '#ef843c', '#e24d42', '#1f78c1', '#ba43a9', '#705da0'];
const named: { readonly [colour: string]: string } = { green: '#3f8f4f', yellow: '#b58a12', red: '#c4342d' };
const plot = { width: 600, height: 150 };
const mostRows = 10;

const style = `
  body { margin: 0; padding: 10px; background: #111217; color: #ccccdc; font: 13px/1.35 system-ui, sans-serif; width: 1400px }
  main { display: grid; grid-template-columns: repeat(24, 1fr); grid-auto-rows: 22px; gap: 8px }
  section { background: #181b1f; border: 1px solid #2c3235; border-radius: 3px; padding: 8px 10px; overflow: hidden;
    display: flex; flex-direction: column; gap: 4px }
  h1 { font-size: 18px; margin: 2px 0 10px } h2 { font-size: 13px; font-weight: 600; margin: 0 }
  .stat { flex: 1; display: flex; align-items: center; justify-content: space-evenly; border-radius: 3px; color: #fff; min-height: 0 }
  .stat b { font-size: 24px; font-weight: 600; display: block; line-height: 1.2 } .stat span { font-size: 11px; text-align: center }
  .stat.many b { font-size: 16px } .stat.many span { font-size: 9px; line-height: 1.1; width: 34px }
  svg { flex: 1; min-height: 0; width: 100% } ul { list-style: none; margin: 0; padding: 0 }
  .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 12px } .legend i { display: inline-block; width: 12px; height: 3px;
    margin-right: 5px; vertical-align: middle }
  .bar { display: grid; grid-template-columns: 70px 1fr 60px; gap: 8px; align-items: center; font-size: 11px; line-height: 1.2 }
  .bar i { display: block; height: 8px; border-radius: 2px } .axis { font-size: 11px; fill: #8e8e9a }`;

export function dashboardPage(panels: readonly FilledPanel[], span: Span): string {
  const minutes = Math.round((span.toMs - span.fromMs) / 60_000);
  return `<!doctype html><meta charset="utf-8"><title>Tillside</title><style>${style}</style>
<h1>Tillside: the last ${minutes} minutes of the drill</h1>
<main>${panels.map((filled) => sectionOf(filled, span)).join('')}</main>`;
}

function sectionOf(filled: FilledPanel, span: Span): string {
  const { title, gridPos } = filled.panel;
  const place = `grid-column: ${gridPos.x + 1} / span ${gridPos.w}; grid-row: ${gridPos.y + 1} / span ${gridPos.h}`;
  return `<section style="${place}"><h2>${escaped(title)}</h2>${bodyOf(filled, span)}</section>`;
}

function bodyOf({ panel, series }: FilledPanel, span: Span): string {
  if (series.length === 0) return panel.type === 'table' ? 'None' : 'No data';
  if (panel.type === 'stat') return stat(panel, series);
  if (panel.type === 'timeseries') return lines(panel, series, span);
  if (panel.type === 'table') return `<ul>${rows(series, ({ name }) => escaped(name))}</ul>`;
  return bars(panel, series);
}

function stat(panel: Panel, series: FilledPanel['series']): string {
  const worst = Math.max(...series.map(last));
  const numbers = series.map((one) => `<span><b>${shown(panel, last(one))}</b>${escaped(one.name)}</span>`);
  return `<div class="stat${series.length > 2 ? ' many' : ''}" style="background: ${colourOf(panel, worst)}">${numbers.join('')}</div>`;
}

function bars(panel: Panel, series: FilledPanel['series']): string {
  const most = Math.max(...series.map(last), Number.MIN_VALUE);
  return rows(series, (one) => {
    const width = `width: ${(100 * last(one)) / most}%; background: ${colourOf(panel, last(one))}`;
    return `<div class="bar"><span>${escaped(one.name)}</span><i style="${width}"></i><span>${shown(panel, last(one))}</span></div>`;
  });
}

function rows(series: FilledPanel['series'], row: (one: FilledPanel['series'][number]) => string): string {
  return series
    .slice(0, mostRows)
    .map((one) => `<li>${row(one)}</li>`)
    .join('');
}

function lines(panel: Panel, series: FilledPanel['series'], { fromMs, toMs }: Span): string {
  const top = Math.max(...series.flatMap(({ points }) => points.map(({ value }) => value)), 0) || 1;
  const at = ({ atMs, value }: Point) =>
    `${(((atMs - fromMs) / (toMs - fromMs)) * plot.width).toFixed(1)},${(plot.height * (1 - value / top)).toFixed(1)}`;
  const drawn = series.map(
    ({ points }, index) =>
      `<polyline points="${points.map(at).join(' ')}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="2" vector-effect="non-scaling-stroke"/>`,
  );
  const legend = series.map(
    ({ name }, index) => `<span><i style="background: ${colours[index % colours.length]}"></i>${escaped(name)}</span>`,
  );
  return `<span class="axis" style="color: #8e8e9a">${shown(panel, top)}</span>
<svg viewBox="0 -2 ${plot.width} ${plot.height + 4}" preserveAspectRatio="none"><path d="M0 ${plot.height}H${plot.width}M0 0H${plot.width}" stroke="#2c3235"/>${drawn.join('')}</svg>
<div class="legend">${legend.join('')}</div>`;
}

function last({ points }: FilledPanel['series'][number]): number {
  return points.at(-1)?.value ?? 0;
}

/** In the panel's unit, as Grafana shows it. */
function shown({ fieldConfig }: Panel, value: number): string {
  const { unit } = fieldConfig.defaults;
  if (unit === 'percentunit') return `${Math.round(value * 100)} %`;
  if (unit === 'bytes') return `${Math.round(value / 1e9)} GB`;
  if (unit !== 's') return String(Number(value.toPrecision(3)));
  if (value > 90) return `${Math.round(value / 60)} min`;
  return value >= 1 || value === 0
    ? `${Number(value.toPrecision(2))} s`
    : `${Number((value * 1000).toPrecision(2))} ms`;
}

function colourOf({ fieldConfig }: Panel, value: number): string {
  const steps = fieldConfig.defaults.thresholds?.steps ?? [];
  const colour = steps.findLast((step) => step.value === null || value >= step.value)?.color;
  return named[colour ?? ''] ?? '#3f6fb5';
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
