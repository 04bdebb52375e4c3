import type { OutboxReader } from '../updates/outbox-reader.ts';

/** Says that nothing is unsent here, without claiming that a rescue file reached another till: this till cannot know. */
export function nothingUnsent(outbox: Pick<OutboxReader, 'leftThisTill'>): string {
  const { updates, lastAtMs } = outbox.leftThisTill();
  if (updates === 0 || lastAtMs === null) return 'All sent';
  const moved =
    updates === 1
      ? '1 change was moved to a rescue file on'
      : `${updates} changes were moved to rescue files, the last on`;
  return `Nothing unsent here. ${moved} ${new Date(lastAtMs).toISOString()}; the till that imports the file sends ${updates === 1 ? 'it' : 'them'}`;
}
