/** The panels of the example dashboard, filled by Prometheus as Grafana does it with "All" selected. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../project-root.ts';
import type { Prometheus, Series } from '../prometheus.ts';

const target = z.object({
  expr: z.string(),
  legendFormat: z.string().default(''),
  instant: z.boolean().default(false),
});
const step = z.object({ color: z.string(), value: z.number().nullable() });
const panel = z.object({
  title: z.string(),
  type: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(target),
  fieldConfig: z.object({
    defaults: z.object({ unit: z.string(), thresholds: z.object({ steps: z.array(step) }).optional() }),
  }),
});

export type Panel = z.infer<typeof panel>;
export type FilledPanel = {
  readonly panel: Panel;
  readonly series: readonly { readonly name: string; readonly points: Series['points'] }[];
};
export type Span = { readonly fromMs: number; readonly toMs: number };

/** Enough for a picture. */
const pointsAcross = 120;

export function dashboardPanels(): readonly Panel[] {
  const file = path.join(projectRoot, 'build', 'config', 'examples', 'monitoring', 'tillside-dashboard.json');
  return z.object({ panels: z.array(panel) }).parse(JSON.parse(readFileSync(file, 'utf8'))).panels;
}

export function asked({ expr }: { readonly expr: string }): string {
  return expr.replace(/\$(store|till)\b/g, '.*');
}

export async function fillPanels(prometheus: Prometheus, { fromMs, toMs }: Span): Promise<readonly FilledPanel[]> {
  const stepMs = Math.max(1000, (toMs - fromMs) / pointsAcross);
  return Promise.all(
    dashboardPanels().map(async (filled) => {
      const found = await Promise.all(
        filled.targets.map(async (one) => {
          const series = await prometheus.range(asked(one), { fromMs: one.instant ? toMs : fromMs, toMs, stepMs });
          return series.map(({ labels, points }) => ({ name: nameOf(one.legendFormat, labels), points }));
        }),
      );
      return { panel: filled, series: found.flat() };
    }),
  );
}

function nameOf(legend: string, labels: Series['labels']): string {
  if (legend !== '') return legend.replace(/\{\{(\w+)\}\}/g, (_, name: string) => labels[name] ?? '');
  const { alertname, till, store } = labels;
  return [alertname, till, store].filter((one) => one !== undefined).join(' · ');
}
