import type { LogFacts } from './log.ts';

/** Frames of a stack that tell a developer where it happened. */
const frameCount = 5;

/**
 * What may be logged of a bug: its class, its code and where it happened. The message stays out, since it may quote a
 * customer's data (SQLite, zod and JSON all do).
 */
export function faultFacts(fault: unknown): LogFacts {
  if (!(fault instanceof Error)) return { fault: typeof fault };
  const code: unknown = Reflect.get(fault, 'code');
  const frames = (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    fault: fault.name,
    code: typeof code === 'string' || typeof code === 'number' ? code : null,
    // Folder names are left out: they hold the name of the person who is signed in to the machine.
    where: frames
      .slice(0, frameCount)
      .map((line) => /([\w.-]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? 'elsewhere')
      .join(' < '),
  };
}
