import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { updateStates } from '../../electron/model/update-view.ts';
import { Outbox } from '../../electron/updates/outbox.ts';
import { transitions } from '../../electron/updates/update-states.ts';

const electron = path.resolve(import.meta.dirname, '../../electron');
const [comment = ''] = readFileSync(path.join(electron, 'updates/outbox.ts'), 'utf8').split('export class Outbox');

type Row = { readonly state: string; readonly enteredBy: readonly string[]; readonly leftBy: string };

const wordsIn = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map((found) => found[1] ?? '');

/** The table above `Outbox`, a row a state. */
const table: readonly Row[] = [...comment.matchAll(/^ \* \| (\w+) \| (.+?) \| (.+?) \|$/gm)]
  .filter((found) => found[1] !== 'state')
  .map(([, state = '', enteredBy = '', leftBy = '']) => ({ state, enteredBy: wordsIn(enteredBy), leftBy }));

/** The states behind the transitions of a row. */
function targetsOf({ leftBy }: Row): Set<string> {
  const behindArrows = [...leftBy.matchAll(/→ ([^;→`(]+)/g)].map((found) => found[1] ?? '').join(' ');
  return new Set(updateStates.filter((state) => new RegExp(`\\b${state}\\b`).test(behindArrows)));
}

const methods = Object.getOwnPropertyNames(Outbox.prototype).filter((name) => name !== 'constructor');
const bodyOf = (name: string) => String(Reflect.get(Outbox.prototype, name));
/** Only these write a state: see the last test. */
const moves = /#(?:move|mustMove|back|insert|join)\(|\b(?:insertRow|overwriteRow)\(/;

describe('the table above Outbox', () => {
  it('has a row for each state', () => {
    assert.deepEqual(
      table.map(({ state }) => state),
      ['queued', 'sending', 'unknown', 'attention', 'applied', 'cancelled', 'discarded'],
    );
    assert.deepEqual(new Set(table.map(({ state }) => state)), new Set(updateStates));
  });

  for (const row of table) {
    it(`names every way out of ${row.state}, and no other`, () => {
      const from = updateStates.find((state) => state === row.state);
      assert.deepEqual(targetsOf(row), new Set(from === undefined ? [] : transitions[from]));
    });
  }

  it('names each method that moves an update, and no missing one', () => {
    const inTable = table.flatMap(({ enteredBy, leftBy }) => [...enteredBy, ...wordsIn(leftBy)]);
    const named = new Set([...inTable, ...wordsIn(comment)]);
    assert.deepEqual(
      methods.filter((name) => moves.test(bodyOf(name)) && !named.has(name)),
      [],
    );
    assert.deepEqual(
      inTable.filter((name) => !methods.includes(name)),
      [],
    );
  });

  it("is complete: no other file writes an update's state", () => {
    const writes =
      /\b(?:insertInto|changeRow)\([^;]*'updates'|\b(?:insertUpdate|insertRow|overwriteRow|moveUpdate)\(|\bwriteUpdate\(\w+, (?!\{ \.\.\.)|\bwriteUpdate\([^;]*\bstate\b|\bupdates set\b[^;`']*\bstate =/;
    const writers = globSync('**/*.ts', { cwd: electron }).filter(
      (name) => !name.startsWith('db/migrations/') && writes.test(readFileSync(path.join(electron, name), 'utf8')),
    );
    assert.deepEqual(
      writers.toSorted(),
      ['updates/outbox.ts', 'updates/rows.ts', 'updates/transfer-rows.ts', 'updates/update-states.ts'].toSorted(),
    );
  });
});
