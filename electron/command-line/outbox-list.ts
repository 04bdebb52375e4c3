import { ageInWords } from '../care/age-in-words.ts';
import { importAndConfirm, nothingUnsent, onlyInFiles } from '../care/all-sent.ts';
import { fieldKeys } from '../model/customer.ts';
import { listDoubleAwards } from '../updates/double-awards.ts';
import { OutboxReader } from '../updates/outbox-reader.ts';
import { openList, selectUpdates, type Update } from '../updates/rows.ts';
import { type Command, exitCodes } from './command.ts';
import { readDatabase } from './read-database.ts';
import { dataFolderAnyway } from './till-place.ts';

export const outboxList: Command = {
  name: 'outbox list',
  summary: 'Lists unsent changes with state and age',
  about: [
    'Tillside can be open. Shows ids, states, ages and field names but never values, so the list is safe to send to support.',
    'Exit codes: 0 nothing unsent, 1 unsent changes, changes in a rescue file or possible duplicate points, 2 needs attention now.',
  ],
  run(given, io) {
    const nowMs = io.clock.wallMs();
    const { updates, doubleAwards, inFiles } = readDatabase(dataFolderAnyway(given, io), io, (db) => ({
      updates: selectUpdates(db, `where u.state in ${openList} order by u.place, u.seq`).map((one) => line(one, nowMs)),
      doubleAwards: listDoubleAwards(db),
      inFiles: new OutboxReader(db).inFiles(),
    }));
    const attention = updates.filter(({ state, nextVisit }) => state === 'attention' && !nextVisit).length;
    const oldestAgeSeconds = updates.reduce((oldest, { ageSeconds }) => Math.max(oldest, ageSeconds), 0);
    if (given.has('json')) {
      io.print(JSON.stringify({ unsent: updates.length, attention, oldestAgeSeconds, updates, doubleAwards, inFiles }));
    } else if (updates.length === 0) {
      io.print(`${nothingUnsent(inFiles)}.`);
      if (inFiles.updates > 0) io.print(importAndConfirm);
    } else {
      io.print(`${updates.length} unsent, the oldest saved ${ageInWords(oldestAgeSeconds * 1000)} ago.`);
      for (const { id, state, ageSeconds, attempts, fields, why, nextVisit } of updates) {
        const because = why === null ? '' : `, ${why}${nextVisit ? ", to settle at the customer's next visit" : ''}`;
        io.print(
          `  ${id}  ${state.padEnd(9)}  ${ageInWords(ageSeconds * 1000).padEnd(11)}  ${attempts} attempts${because}: ${fields.join(', ')}`,
        );
      }
      const moved = onlyInFiles(inFiles);
      if (moved !== null) io.print(`${moved}. ${importAndConfirm}`);
    }
    if (doubleAwards.length > 0 && !given.has('json')) {
      io.print(
        'Points may have been awarded twice for these changes, which were sent more than once (details on screen: Updates):',
      );
      for (const { id, pointsBefore, pointsAfter, explained, requestIds } of doubleAwards) {
        io.print(
          `  ${id}  points ${pointsBefore} to ${pointsAfter}, ${explained} explained, requests ${requestIds.join(', ') || 'unknown'}`,
        );
      }
    }
    if (attention > 0) return exitCodes.act;
    return updates.length + doubleAwards.length + inFiles.updates > 0 ? exitCodes.look : exitCodes.fine;
  },
};

function line({ id, state, kind, savedAtMs, attempts, changes, reason, putOffAtMs }: Update, nowMs: number) {
  return {
    id,
    state,
    kind,
    ageSeconds: Math.max(0, Math.round((nowMs - savedAtMs) / 1000)),
    attempts,
    fields: fieldKeys(changes),
    nextVisit: putOffAtMs !== null,
    why:
      reason === null
        ? null
        : reason.kind === 'refused'
          ? `refused ${reason.rejection.code ?? ''}`.trim()
          : reason.kind,
  };
}
