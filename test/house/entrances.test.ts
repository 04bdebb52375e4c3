/** Each room has a README.md: what is here, what is not, and what it may import, which the imports obey. */
import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import ts from 'typescript';
import { importsOf, readSource, scriptOf, sourceFiles } from '../../build/check/import-graph.ts';
import { projectRoot } from '../../build/project-root.ts';

const rooms = globSync('{electron,renderer}/*/', { cwd: projectRoot })
  .map((folder) => folder.replaceAll('\\', '/').replace(/\/$/, ''))
  .toSorted();

const sentences = /^# [\w-]+\n\nHere: ([^\n]+)\n\nNot here: ([^\n]+)\n\nMay import: ([^\n]+)\n/;

const entranceOf = (folder: string) => sentences.exec(readSource(`${folder}/README.md`));

const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? '');

/** `sync` for a file of electron/sync, `bridge.ts` for a file outside the rooms. */
const roomOf = (file: string) => file.split('/')[1] ?? file;

/** Whether a file imports more than types from another one. */
function takesValues(file: string, target: string): boolean {
  const source = ts.createSourceFile('module.ts', scriptOf(file), ts.ScriptTarget.Latest);
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      ts.isStringLiteral(statement.moduleSpecifier) &&
      path.posix.join(path.posix.dirname(file), statement.moduleSpecifier.text) === target &&
      !/^import (?:type\b|\{ (?:type \w+(?: as \w+)?,? )+\})/.test(statement.getText(source).replace(/\s+/g, ' ')),
  );
}

it('each room says in three sentences what is here, what is not, and what it may import', () => {
  assert.ok(rooms.length > 20, 'the rooms were found');
  const without = [...rooms, 'build', 'test'].filter(
    (folder) => !existsSync(path.join(projectRoot, folder, 'README.md')) || entranceOf(folder) === null,
  );
  assert.deepEqual(without, []);
});

it('no room imports what its README does not name', () => {
  const surprises = sourceFiles()
    .filter((file) => rooms.some((room) => file.startsWith(`${room}/`)))
    .flatMap((file) => {
      const room = path.posix.join(...file.split('/').slice(0, 2));
      const [, , , mayImport = ''] = entranceOf(room) ?? [];
      const [any = '', typesOnly = ''] = mayImport.split('types of');
      return importsOf(file)
        .filter((target) => !target.startsWith(`${room}/`) && !quoted(any).includes(roomOf(target)))
        .filter((target) => !quoted(typesOnly).includes(roomOf(target)) || takesValues(file, target))
        .map((target) => `${file} imports ${target}; ${room}/README.md does not say that it may.`);
    });
  assert.deepEqual(surprises, []);
});

it('no README names a missing room', () => {
  const names = new Set([...rooms.map(roomOf), 'bridge.ts']);
  const wrong = rooms.flatMap((room) =>
    quoted(entranceOf(room)?.[3])
      .filter((name) => !names.has(name))
      .map((name) => `${room}/README.md: ${name}`),
  );
  assert.deepEqual(wrong, []);
});
