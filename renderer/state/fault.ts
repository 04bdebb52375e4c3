import type { Argument } from '../../electron/ipc/schema.ts';

const frameCount = 5;

/**
 * What may be logged about a part that broke: the kind of error, Svelte's own code, and where in the program. The
 * message is left out, since it may quote a customer's data.
 */
export function faultOf(error: unknown): Omit<Argument<'app.fault'>, 'part'> {
  if (!(error instanceof Error)) return { fault: typeof error, where: '' };
  const code = /svelte\.dev\/e\/([a-z_]+)/.exec(error.message)?.[1];
  const where = (error.stack ?? '')
    .split('\n')
    .flatMap((line) => /^\s+at .*?([\w.-]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? [])
    .slice(0, frameCount)
    .join(' < ');
  return { fault: (code ?? error.name).replace(/[^\w ]/g, '_').slice(0, 60), where: where.slice(0, 400) };
}
