/** An export that no file imports is dead, or does not need its `export`. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import ts from 'typescript';
import { importsOf, readSource, sourceFiles } from '../../build/check/import-graph.ts';

/** Modules that replace another one: importers name that one. */
const standIns = ['test/helpers/electron/fake-electron.ts', 'test/helpers/scenes/pseudo.ts'];

/**
 * The values that a module exports by name. Types are left out, since they describe what its functions take and return.
 */
function exportedValues(text: string): string[] {
  const { statements } = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest);
  return statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const named = statement.exportClause;
      return named !== undefined && ts.isNamedExports(named) ? named.elements.map(({ name }) => name.text) : [];
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const has = (kind: ts.SyntaxKind) => modifiers.some((modifier) => modifier.kind === kind);
    if (!has(ts.SyntaxKind.ExportKeyword) || has(ts.SyntaxKind.DefaultKeyword)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isValue && statement.name !== undefined ? [statement.name.text] : [];
  });
}

/** Exports that only their own file mentions; an importing file names what it imports. */
function deadExports(texts: ReadonlyMap<string, string>): string[] {
  const users = new Map<string, string[]>();
  for (const [file, text] of texts) {
    for (const target of importsOf(file, text)) users.set(target, [...(users.get(target) ?? []), text]);
  }
  return [...texts]
    .filter(([file]) => file.endsWith('.ts') && !standIns.includes(file))
    .flatMap(([file, text]) =>
      exportedValues(text)
        .filter((name) => !(users.get(file) ?? []).some((user) => new RegExp(`\\b${name}\\b`).test(user)))
        .map((name) => `Nothing imports ${name} of ${file}: remove it, or its "export".`),
    );
}

it('every exported value is imported somewhere', () => {
  assert.deepEqual(deadExports(new Map(sourceFiles().map((file) => [file, readSource(file)]))), []);
});

it('an export that nothing imports is reported, whatever kind of value it is', () => {
  const texts = new Map([
    [
      'a.ts',
      'export const one = 1;\nexport function two() {}\nexport class Three {}\nexport type Four = 4;\nconst five = 5;\nexport { five };',
    ],
    ['b.ts', "import { five } from './a.ts';\nconst { Three } = await import('./a.ts');"],
  ]);
  assert.deepEqual(deadExports(texts), [
    'Nothing imports one of a.ts: remove it, or its "export".',
    'Nothing imports two of a.ts: remove it, or its "export".',
  ]);
});
