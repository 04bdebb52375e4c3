/** The result of a fleet drill, for people to read. */
import type { FleetReport } from './fleet.ts';

/** No update is missing, doubled, or left behind. */
export function wentWell({ unsent, findings, outages }: FleetReport): boolean {
  const { lost, doubled, stuck } = findings;
  const isSent = outages.every(({ sentAfterSeconds }) => sentAfterSeconds !== null);
  return unsent === 0 && lost.length + doubled.length + stuck.length === 0 && isSent;
}

export function summaryOf({ outages, saves, updates, ledger, unsent, findings }: FleetReport): string {
  const rows = [
    ['outage', 'lasted', 'updates waiting', 'all sent after', 'requests meanwhile', 'refused'],
    ...outages.map(({ kind, seconds, backlog, sentAfterSeconds, calls, refused }) => [
      kind,
      `${seconds} s`,
      String(backlog),
      sentAfterSeconds === null ? 'never' : `${sentAfterSeconds} s`,
      String(calls),
      `${refused} (${((100 * refused) / Math.max(1, calls)).toFixed(1)} %)`,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const { lost, doubled, stuck } = findings;
  return [
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    `${saves} saves made ${updates} updates (a save joins one that still waits); the server's ledger has ${ledger}.`,
    `Unsent ${unsent}, lost ${lost.length}, doubled ${doubled.length}, stuck ${stuck.length}.`,
    ...[...lost, ...doubled, ...stuck],
  ].join('\n');
}
