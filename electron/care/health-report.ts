/**
 * Tells IT's own monitoring how the till is: a file for a Prometheus exporter, a message to a URL, OTLP over HTTP. Each is
 * optional. The last word of a clean close is that the till is closed (F62).
 */
import { renameSync, writeFileSync } from 'node:fs';
import type { MachineConfig } from '../config/machine-config.ts';
import type { Transport } from '../loyalty-api/transport.ts';
import type { Clock, Random } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import type { Health } from './health.ts';
import { changeHealthNote, readHealthNote, type ToldTo } from './health-note.ts';
import { metricsText, otlpBody } from './metrics.ts';

export type HealthReportOptions = {
  /** Asked anew at each turn, so that a change of the config holds at once. */
  readonly config: () => MachineConfig['health'];
  /** @param open false: it is about to be closed */
  readonly health: (open: boolean) => Health;
  /** What the secret storage holds for the OTLP receiver, as `Name: value` lines; null: nothing. */
  readonly otlpHeaders: () => string | null;
  readonly dataDir: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const everyMs = 60_000;
const timeoutMs = 15_000;
/** A receiver that is down must not hold up a close. */
const lastWordMs = 1500;

export class HealthReport {
  readonly #options: HealthReportOptions;
  readonly #timers = new Map<string, () => void>();
  readonly #failed: { [to in ToldTo]: boolean };
  #closed = false;

  constructor(options: HealthReportOptions) {
    this.#options = options;
    const { heartbeat, metrics, otlp } = readHealthNote(options.dataDir);
    this.#failed = { heartbeat: heartbeat !== null, metrics: metrics !== null, otlp: otlp !== null };
  }

  start(): void {
    this.#writeMetrics();
    // A chain's tills are opened at one time of the day, and must not all speak at one.
    this.#in('heartbeat', this.#part(everyMs), () => void this.#beat(true));
    this.#in('otlp', this.#part(everyMs), () => void this.#pushOtlp());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#options.config().metricsFile !== null) this.#tellFile(false);
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all([this.#postHeartbeat(false), this.#postOtlp(false)]);
  }

  #part(ms: number): number {
    return Math.round(ms * this.#options.random.fraction());
  }

  #in(name: string, delayMs: number, run: () => void): void {
    if (!this.#closed) this.#timers.set(name, this.#options.clock.after(delayMs, run));
  }

  #writeMetrics(): void {
    if (this.#options.config().metricsFile !== null) this.#tellFile(true);
    this.#in('metrics', everyMs, () => this.#writeMetrics());
  }

  #tellFile(open: boolean): void {
    const { config, health } = this.#options;
    const file = config().metricsFile;
    if (file === null) return;
    try {
      // In one step, so that an exporter never reads half of it; anybody may read it.
      writeFileSync(`${file}.new`, metricsText(health(open)), { mode: 0o644 });
      renameSync(`${file}.new`, file);
      this.#note('metrics', null);
    } catch (error) {
      this.#note('metrics', error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
    }
  }

  async #beat(isFirst = false): Promise<void> {
    await this.#postHeartbeat(true);
    const intervalMs = this.#options.config().heartbeatMinutes * 60_000;
    // From the second one on, each till has its own moment of the interval.
    this.#in('heartbeat', isFirst ? this.#part(intervalMs) : intervalMs, () => void this.#beat());
  }

  async #pushOtlp(): Promise<void> {
    await this.#postOtlp(true);
    this.#in('otlp', everyMs, () => void this.#pushOtlp());
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

  async #post(to: ToldTo, url: string, headers: { readonly [name: string]: string }, body: string): Promise<void> {
    const result = await this.#options.transport({
      method: 'POST',
      url,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body,
      timeoutMs: this.#closed ? lastWordMs : timeoutMs,
    });
    const isTaken = result.kind === 'answer' && result.status >= 200 && result.status < 300;
    this.#note(to, isTaken ? null : result.kind === 'answer' ? `HTTP ${result.status}` : result.code);
  }

  /** Once when it begins to fail and once when it works again: a monitoring that is down must not fill the log. */
  #note(what: ToldTo, code: string | null): void {
    const { log, dataDir, clock } = this.#options;
    if (this.#closed || this.#failed[what] === (code !== null)) return;
    this.#failed[what] = code !== null;
    changeHealthNote(dataDir, { [what]: code === null ? null : { code, sinceMs: clock.wallMs() } });
    if (code === null) log.write('info', 'health is told again', { what });
    else log.write('warn', 'health could not be told', { what, code });
  }
}

/** Lines such as `Authorization: Bearer …`; what is no header is left out. */
function headersOf(text: string | null): { [name: string]: string } {
  return Object.fromEntries(
    (text ?? '').split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^([\w-]+):\s*([\x20-\x7e]+)$/.exec(line.trim()) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}
