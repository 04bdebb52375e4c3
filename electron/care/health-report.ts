/** Tells IT's own monitoring how the till is: a file for a Prometheus exporter, a message to a URL. Both are optional. */
import { renameSync, writeFileSync } from 'node:fs';
import type { MachineConfig } from '../config/machine-config.ts';
import type { Transport } from '../loyalty-api/transport.ts';
import type { Clock } from '../machine/clock.ts';
import type { Log } from '../machine/log.ts';
import { type Health, metricsText } from './health.ts';
import { changeHealthNote, readHealthNote } from './health-note.ts';

export type HealthReportOptions = {
  /** Asked anew at each turn, so that a change of the config holds at once. */
  readonly config: () => MachineConfig['health'];
  readonly health: () => Health;
  readonly dataDir: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
};

const metricsEveryMs = 60_000;
const firstHeartbeatMs = 60_000;
const timeoutMs = 15_000;

export class HealthReport {
  readonly #options: HealthReportOptions;
  readonly #timers = new Map<string, () => void>();
  #failed: { readonly [what in 'heartbeat' | 'metrics']: boolean };
  #closed = false;

  constructor(options: HealthReportOptions) {
    this.#options = options;
    const { heartbeat, metrics } = readHealthNote(options.dataDir);
    this.#failed = { heartbeat: heartbeat !== null, metrics: metrics !== null };
  }

  start(): void {
    this.#writeMetrics();
    this.#in('heartbeat', firstHeartbeatMs, () => void this.#beat());
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #in(name: string, delayMs: number, run: () => void): void {
    if (!this.#closed) this.#timers.set(name, this.#options.clock.after(delayMs, run));
  }

  #writeMetrics(): void {
    const { config, health } = this.#options;
    const file = config().metricsFile;
    if (file !== null) {
      try {
        // In one step, so that an exporter never reads half of it; anybody may read it.
        writeFileSync(`${file}.new`, metricsText(health()), { mode: 0o644 });
        renameSync(`${file}.new`, file);
        this.#note('metrics', null);
      } catch (error) {
        this.#note('metrics', error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
      }
    }
    this.#in('metrics', metricsEveryMs, () => this.#writeMetrics());
  }

  async #beat(): Promise<void> {
    const { config, health, transport } = this.#options;
    const { heartbeatUrl, heartbeatMinutes } = config();
    if (heartbeatUrl !== null) {
      const result = await transport({
        method: 'POST',
        url: heartbeatUrl,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(health()),
        timeoutMs,
      });
      const isTaken = result.kind === 'answer' && result.status >= 200 && result.status < 300;
      this.#note('heartbeat', isTaken ? null : result.kind === 'answer' ? `HTTP ${result.status}` : result.code);
    }
    this.#in('heartbeat', heartbeatMinutes * 60_000, () => void this.#beat());
  }

  /** Once when it begins to fail and once when it works again: a monitoring that is down must not fill the log. */
  #note(what: 'heartbeat' | 'metrics', code: string | null): void {
    const { log, dataDir, clock } = this.#options;
    if (this.#closed || this.#failed[what] === (code !== null)) return;
    this.#failed = { ...this.#failed, [what]: code !== null };
    changeHealthNote(dataDir, { [what]: code === null ? null : { code, sinceMs: clock.wallMs() } });
    if (code === null) log.write('info', 'health is told again', { what });
    else log.write('warn', 'health could not be told', { what, code });
  }
}
