/** Opens one preview after another for the specs, when its parent says so; see `previews.ts`. */
import { readArguments } from '../../build/command-line.ts';
import { type RunningPreview, runPreview } from '../../build/preview/run-preview.ts';

export type Order = { readonly open: readonly string[]; readonly secret: string | null } | 'close';

/** The address of the opened preview; null once it is closed. */
export type Done = { readonly url: string | null };

let preview: RunningPreview | null = null;

async function carryOut(order: Order): Promise<Done> {
  if (order === 'close') {
    await preview?.close();
    preview = null;
    return { url: null };
  }
  const { open: _open, ...options } = readArguments(order.open, false);
  preview = await runPreview({ ...options, secret: order.secret ?? undefined });
  return { url: preview.url };
}

process.on('message', (order: Order) => {
  void carryOut(order).then((done) => process.send?.(done));
});
// The specs are over, or one of them wants a new process.
process.once('disconnect', () => process.exit());
