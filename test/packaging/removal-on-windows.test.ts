/** What removal by NSIS and MSI says about unsent updates. The Windows workflow makes and tries the installers. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { withRemovalNote } from '../../build/packaging/msi-removal-note.ts';
import { projectRoot } from '../../build/project-root.ts';
import { dataPlace } from '../../electron/machine/data-place.ts';
import { folderFiles } from '../../electron/machine/folder-files.ts';

const home = 'C:\\Users\\meera';
const live = dataPlace('win32', {}, home, 'live');
/** Where a user's note is, under that user's folder. */
const note = path.win32.relative(home, path.win32.join(live, path.basename(folderFiles(live).unsentNote)));
const nsis = readFileSync(path.join(projectRoot, 'build', 'packaging', 'installer', 'nsis.nsh'), 'utf8');
const template = readFileSync(
  createRequire(import.meta.resolve('electron-builder')).resolve('app-builder-lib/templates/msi/template.xml'),
  'utf8',
);

test("a silent removal by NSIS reads the app's note where the app writes it, and writes down what it found (F30)", () => {
  assert.ok(nsis.includes(`"$R2\\$R4\\${note}"`), note);
  assert.match(nsis, /FileOpen \$R5 "\$R2\\Tillside\\unsent-at-removal\.txt" w/);
  // Also when silent; an update is not a removal.
  assert.doesNotMatch(nsis, /\{Silent\}/);
  assert.match(nsis, /^ {2}\$\{IfNot\} \$\{isUpdated\}$/m);
});

test('a removal by MSI does the same before it deletes the files, and an update by MSI does not', () => {
  const project = withRemovalNote(template);
  const command = /<Property Id="TillsideNoteUnsent" Value="([^"]*)"\/>/.exec(project)?.[1]?.replaceAll('&quot;', '"');
  assert.ok(command !== undefined);
  assert.ok(command.includes(`"%u\\${note}"`), command);
  assert.ok(command.includes('%ProgramData%\\Tillside\\unsent-at-removal.txt'), command);
  assert.match(project, /<CustomAction Id="TillsideNote"[^>]* Execute="deferred" Impersonate="no" Return="ignore"\/>/);
  assert.match(
    project,
    /<Custom Action="TillsideNote" Before="RemoveFiles">REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE<\/Custom>/,
  );
  assert.ok(project.indexOf('TillsideNote') < project.indexOf('</Product>'));
  assert.equal(
    project.replace(/\n {4}<!-- Writes down what was not sent[\s\S]*?<\/InstallExecuteSequence>/, ''),
    template,
  );
  assert.throws(() => withRemovalNote('<Wix/>'), /<\/Product>/);
});
