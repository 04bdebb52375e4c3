/**
 * Reports the till's health to IT's monitoring: a file for a Prometheus exporter, a heartbeat to a URL, and OTLP over
 * HTTP. Each is optional. A clean close reports last that the till is closed (F62).
 */
import { renameSync, writeFileSync } from 'node:fs';
import type { MachineConfig } from '../config/machine-config.ts';
import type { Transport } from '../loyalty-api/transport.ts';
import { type Clock, ownMomentMs, type Random } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import { openToOthers } from '../machine/open-to-others.ts';
import type { Health } from './health.ts';
import { changeHealthNote, type ReportTarget, readHealthNote, receiverMark } from './health-note.ts';
import { type CannotOpen, cannotOpenText, metricsText, otlpBody } from './metrics.ts';

export type HealthReportOptions = {
  /** Called for each report, so that config changes apply immediately. */
  readonly config: () => MachineConfig['health'];
  /** @param open false: the till is closing */
  readonly health: (open: boolean) => Health;
  /** Headers for the OTLP receiver from the secret storage, as `Name: value` lines; null: none. */
  readonly otlpHeaders: () => string | null;
  readonly dataDir: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const everyMs = 60_000;
const timeoutMs = 15_000;
/** A receiver that does not answer must not delay closing. */
const lastWordMs = 1500;

export class HealthReport {
  readonly #options: HealthReportOptions;
  readonly #timers = new Map<string, () => void>();
  readonly #failed: { [to in ReportTarget]: boolean };
  readonly #acceptedBy: Set<string>;
  #closed = false;

  constructor(options: HealthReportOptions) {
    this.#options = options;
    const { heartbeat, metrics, otlp, acceptedBy } = readHealthNote(options.dataDir);
    this.#acceptedBy = new Set(acceptedBy);
    this.#failed = { heartbeat: heartbeat !== null, metrics: metrics !== null, otlp: otlp !== null };
  }

  start(): void {
    // Not at once: a password from the environment is stored right after the till has opened.
    this.#schedule('metrics', 0, () => this.#writeMetrics());
    // A chain opens all its tills at the same time of day, so the first reports are spread out.
    this.#schedule('heartbeat', ownMomentMs(this.#options.random, everyMs), () => void this.#beat(true));
    this.#schedule('otlp', ownMomentMs(this.#options.random, everyMs), () => void this.#pushOtlp());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#options.config().metricsFile !== null) this.#tellFile(false);
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all([this.#postHeartbeat(false), this.#postOtlp(false)]);
  }

  #schedule(name: string, delayMs: number, run: () => void): void {
    if (!this.#closed) this.#timers.set(name, this.#options.clock.after(delayMs, run));
  }

  #writeMetrics(): void {
    if (this.#options.config().metricsFile !== null) this.#tellFile(true);
    this.#schedule('metrics', everyMs, () => this.#writeMetrics());
  }

  #tellFile(open: boolean): void {
    const { config, health } = this.#options;
    const file = config().metricsFile;
    if (file === null) return;
    try {
      writeMetrics(file, metricsText(health(open)));
      this.#note('metrics', null);
    } catch (error) {
      this.#note('metrics', error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
    }
  }

  async #beat(isFirst = false): Promise<void> {
    await this.#postHeartbeat(true);
    const intervalMs = this.#options.config().heartbeatMinutes * 60_000;
    // The second heartbeat comes at a random moment, so that from then on each till has its own.
    this.#schedule(
      'heartbeat',
      isFirst ? ownMomentMs(this.#options.random, intervalMs) : intervalMs,
      () => void this.#beat(),
    );
  }

  async #pushOtlp(): Promise<void> {
    await this.#postOtlp(true);
    this.#schedule('otlp', everyMs, () => void this.#pushOtlp());
  }

  async #postHeartbeat(open: boolean): Promise<void> {
    const { config, health } = this.#options;
    const { heartbeatUrl } = config();
    if (heartbeatUrl !== null) await this.#post('heartbeat', heartbeatUrl, {}, JSON.stringify(health(open)));
  }

  async #postOtlp(open: boolean): Promise<void> {
    const { config, health, otlpHeaders } = this.#options;
    const { url } = config().otlp;
    if (url !== null) await this.#post('otlp', url, headersOf(otlpHeaders()), otlpBody(health(open)));
  }

  async #post(
    to: ReportTarget,
    url: string,
    headers: { readonly [name: string]: string },
    body: string,
  ): Promise<void> {
    const result = await this.#options.transport({
      method: 'POST',
      url,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body,
      timeoutMs: this.#closed ? lastWordMs : timeoutMs,
    });
    const isTaken = result.kind === 'answer' && result.status >= 200 && result.status < 300;
    if (isTaken) this.#noteAccepted(url);
    this.#note(to, isTaken ? null : result.kind === 'answer' ? `HTTP ${result.status}` : result.code);
  }

  #noteAccepted(url: string): void {
    const mark = receiverMark(url);
    if (this.#closed || this.#acceptedBy.has(mark)) return;
    this.#acceptedBy.add(mark);
    changeHealthNote(this.#options.dataDir, { acceptedBy: [...this.#acceptedBy] });
  }

  /** Logs once when reports begin to fail and once when they work again, so that an outage does not fill the log. */
  #note(what: ReportTarget, code: string | null): void {
    const { log, dataDir, clock } = this.#options;
    if (this.#closed || this.#failed[what] === (code !== null)) return;
    this.#failed[what] = code !== null;
    changeHealthNote(dataDir, { [what]: code === null ? null : { code, sinceMs: clock.wallMs() } });
    if (code === null) log.write('info', 'health reports work again', { what });
    else log.write('warn', 'a health report failed', { what, code });
  }
}

/** Parses lines such as `Authorization: Bearer …` and ignores anything else. */
function headersOf(text: string | null): { [name: string]: string } {
  return Object.fromEntries(
    (text ?? '').split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^([\w-]+):\s*([\x20-\x7e]+)$/.exec(line.trim()) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Replaced atomically, so that an exporter never reads half a file. The exporter is another user. */
function writeMetrics(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  openToOthers(`${file}.new`);
  renameSync(`${file}.new`, file);
}

/** A till that cannot open says so in its metrics file. @returns why it cannot; null: it is written */
export function writeCannotOpen(file: string, till: CannotOpen): string | null {
  try {
    writeMetrics(file, cannotOpenText(till));
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
