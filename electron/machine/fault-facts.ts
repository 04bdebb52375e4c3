import type { LogFacts } from './log.ts';

/** Stack frames to log. */
const frameCount = 5;

/**
 * What may be logged about a bug: its class, code and stack. Never its message, which may quote customer data (SQLite,
 * zod and JSON all do).
 */
export function faultFacts(fault: unknown): LogFacts {
  if (!(fault instanceof Error)) return { fault: typeof fault };
  const code: unknown = Reflect.get(fault, 'code');
  const frames = (fault.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    fault: fault.name,
    code: typeof code === 'string' || typeof code === 'number' ? code : null,
    // Without folder names, which often contain the user's name.
    where: frames
      .slice(0, frameCount)
      .map((line) => /([\w.-]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? 'elsewhere')
      .join(' < '),
  };
}
