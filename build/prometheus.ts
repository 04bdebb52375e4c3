/** Prometheus, if this machine has it (Debian: `apt-get install prometheus`), for the fleet demo and for tests. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { Listener } from '../electron/practice/listener.ts';

export type PrometheusOptions = {
  /** An empty folder for its config and its data. */
  readonly folder: string;
  /** Metrics files by instance name. */
  readonly files: ReadonlyMap<string, string>;
  readonly rules: readonly string[];
  readonly everySeconds: number;
};

export type Sample = { readonly labels: { readonly [name: string]: string }; readonly value: number };

export type Series = {
  readonly labels: { readonly [name: string]: string };
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
};
export type Range = { readonly fromMs: number; readonly toMs: number; readonly stepMs: number };

export type Prometheus = {
  readonly url: string;
  readonly query: (text: string) => Promise<readonly Sample[]>;
  readonly range: (text: string, range: Range) => Promise<readonly Series[]>;
  readonly stop: () => Promise<void>;
};

const readyWithinMs = 20_000;

const point = z.tuple([z.number(), z.coerce.number()]);
const labels = z.record(z.string(), z.string());
const answer = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, value: point })) }) });
const rangeAnswer = z.object({
  data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(z.tuple([z.number(), z.string()])) })) }),
});

/** Why Prometheus cannot be used here; null: it can. */
export function prometheusMissing(): string | null {
  const missing = ['prometheus', 'promtool'].find((name) => spawnSync(name, ['--version']).status !== 0);
  return missing === undefined ? null : `${missing} is not installed (Debian: apt-get install prometheus)`;
}

/** @throws if it does not start */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { folder, files, rules, everySeconds } = options;
  const exporter = await serve(files);
  const every = `${everySeconds}s`;
  // JSON is valid YAML.
  const config = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: rules,
    scrape_configs: [
      {
        job_name: 'tillside',
        static_configs: [...files.keys()].map((instance) => ({
          targets: [exporter.address],
          labels: { instance, __metrics_path__: `/${instance}` },
        })),
      },
    ],
  };
  const file = path.join(folder, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(
    'prometheus',
    [`--config.file=${file}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', () => undefined);
  const stop = async () => {
    child.kill();
    await ended;
    await exporter.close();
  };
  const address = () => /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(log)?.[1];
  const giveUpAtMs = performance.now() + readyWithinMs;
  while (!(await isReady(address()))) {
    if (child.exitCode !== null || performance.now() > giveUpAtMs) {
      await stop();
      throw new Error(`Prometheus did not start: ${log.slice(-2000)}`);
    }
    await setTimeout(100);
  }
  const url = `http://${address()}`;
  return {
    url,
    query: async (text) => {
      const { data } = answer.parse(await ask(url, 'query', { query: text }));
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value }));
    },
    range: async (text, { fromMs, toMs, stepMs }) => {
      const times = { start: String(fromMs / 1000), end: String(toMs / 1000), step: String(stepMs / 1000) };
      const { data } = rangeAnswer.parse(await ask(url, 'query_range', { query: text, ...times }));
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values
          .map(([seconds, value]) => ({ atMs: seconds * 1000, value: Number(value) }))
          // A quantile of no requests is no number.
          .filter(({ value }) => Number.isFinite(value)),
      }));
    },
    stop,
  };
}

async function ask(url: string, what: string, words: { readonly [name: string]: string }): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/${what}?${new URLSearchParams(words)}`);
  if (!response.ok) throw new Error(`Prometheus refuses ${words.query}: ${await response.text()}`);
  return response.json();
}

/** Replaces an exporter: serves each file as it is now. */
async function serve(files: ReadonlyMap<string, string>) {
  const server = createServer((request, response) => {
    const file = files.get(request.url?.slice(1) ?? '');
    const text = file === undefined ? null : textOf(file);
    response.writeHead(text === null ? 404 : 200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(text ?? '');
  });
  const listener = new Listener(server, '127.0.0.1', 0, 0);
  await listener.open();
  return { address: `127.0.0.1:${listener.port}`, close: () => listener.shut() };
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

async function isReady(address: string | undefined): Promise<boolean> {
  if (address === undefined) return false;
  const response = await fetch(`http://${address}/-/ready`).catch(() => null);
  return response?.ok ?? false;
}
