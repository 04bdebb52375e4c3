/**
 * The log: one JSON object per line in `logs/tillside.log`, rotated by size (F14). Lines are written synchronously,
 * because the last one before a crash matters most. If a line cannot be written, it is dropped and the till goes on.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from './clock.ts';
import type { Log, LogLevel } from './log.ts';

export type FileLogOptions = {
  readonly dataDir: string;
  readonly level: LogLevel;
  readonly clock: Clock;
  /** A file that would grow past this size is rotated. */
  readonly maxBytes?: number;
  /** Most files to keep, including the current one. */
  readonly maxFiles?: number;
};

const weights: { readonly [Level in LogLevel]: number } = { error: 0, warn: 1, info: 2, debug: 3 };
const maxTextLength = 500;

/** The current log. Older ones beside it end in `.1.log` (newest) and up. */
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
        // The disk is full or the folder is gone. The next line tries again.
        size = null;
      }
    },
  };
}
