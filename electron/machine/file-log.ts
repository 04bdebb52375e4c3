/**
 * The log: one JSON object a line in `logs/tillside.log`, rotated by size, so that it never grows without bound (F14).
 * Written at once, since the line before a crash is the one that is wanted. A log that cannot be written never stops a
 * till: the line is dropped.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from './clock.ts';
import type { Log, LogLevel } from './log.ts';

export type FileLogOptions = {
  readonly dataDir: string;
  readonly level: LogLevel;
  readonly clock: Clock;
  /** A file that would pass this many bytes is put aside. */
  readonly maxBytes?: number;
  /** How many files there are at most, the current one among them. */
  readonly maxFiles?: number;
};

const weights: { readonly [Level in LogLevel]: number } = { error: 0, warn: 1, info: 2, debug: 3 };
const maxTextLength = 500;

/** Where the current log lies; the older ones beside it end in `.1.log` (newest) and up. */
export function logFile(dataDir: string): string {
  return path.join(logFolder(dataDir), 'tillside.log');
}

export function logFolder(dataDir: string): string {
  return path.join(dataDir, 'logs');
}

export function fileLog({ dataDir, level, clock, maxBytes = 2_000_000, maxFiles = 5 }: FileLogOptions): Log {
  const current = logFile(dataDir);
  const older = (number: number) => path.join(logFolder(dataDir), `tillside.${number}.log`);
  let size: number | null = null;
  let wanted = level;

  function open(): number {
    mkdirSync(path.dirname(current), { recursive: true, mode: 0o700 });
    return existsSync(current) ? statSync(current).size : 0;
  }

  function rotate(): void {
    rmSync(older(maxFiles - 1), { force: true });
    for (let number = maxFiles - 2; number >= 1; number -= 1) {
      if (existsSync(older(number))) renameSync(older(number), older(number + 1));
    }
    renameSync(current, older(1));
  }

  return {
    setLevel(changed) {
      wanted = changed;
    },
    write(lineLevel, event, facts = {}) {
      if (weights[lineLevel] > weights[wanted]) return;
      const short = Object.entries(facts).map(([key, value]) => [
        key,
        typeof value === 'string' ? value.slice(0, maxTextLength) : value,
      ]);
      const line = `${JSON.stringify({
        at: new Date(clock.wallMs()).toISOString(),
        level: lineLevel,
        event,
        ...Object.fromEntries(short),
      })}\n`;
      try {
        size ??= open();
        if (size > 0 && size + Buffer.byteLength(line) > maxBytes) {
          rotate();
          size = 0;
        }
        appendFileSync(current, line, { mode: 0o600 });
        size += Buffer.byteLength(line);
      } catch {
        // Full disk, folder taken away: looked at anew with the next line.
        size = null;
      }
    },
  };
}
