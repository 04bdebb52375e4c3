/**
 * A comment that names a failure (F42) says why a line is there. Whether the tests with that number in their title run the
 * line: otherwise the number has wandered, or nothing holds the line.
 */
import ts from 'typescript';
import { type Coverage, coverageOf, ranAt } from './coverage.ts';
import { readSource, sourceFiles, unitTests } from './import-graph.ts';

/** `at`: where the code that it speaks of begins; null: it speaks of the file, whose functions count. */
export type Citation = {
  readonly file: string;
  readonly line: number;
  readonly failure: string;
  readonly at: number | null;
};

function isType(node: ts.Node): boolean {
  return (
    ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeElement(node) || ts.isTypeNode(node)
  );
}

const isInside = (node: ts.Node, kind: (node: ts.Node) => boolean): boolean =>
  ts.findAncestor(node, kind) !== undefined;

/** Where something runs if the node does: in the body of a function, or at the node. Null: nothing runs (types, data). */
function runsAt(node: ts.Node, source: ts.SourceFile): number | null {
  if (isInside(node, isType)) return null;
  if (ts.isFunctionLike(node)) {
    const body: ts.Node | undefined = 'body' in node ? (node.body as ts.Node | undefined) : undefined;
    return body === undefined ? null : body.getStart(source);
  }
  if (ts.isClassDeclaration(node)) {
    const member = node.members.find(ts.isMethodDeclaration) ?? node.members[0];
    return member === undefined ? null : runsAt(member, source);
  }
  const inner = ts.isVariableStatement(node)
    ? node.declarationList.declarations[0]?.initializer
    : ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)
      ? node.initializer
      : undefined;
  if (inner !== undefined && ts.isFunctionLike(inner)) return runsAt(inner, source);
  return isInside(node, ts.isFunctionLike) ? node.getStart(source) : null;
}

export function citationsIn(file: string, text: string): Citation[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const hasCode = /\bfunction\b|=>|\bclass\b/.test(text);
  // The screen's runes are compiled first, which moves all places.
  const isMoved = file.endsWith('.svelte.ts');
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)].flatMap((comment) => {
    const end = comment.index + comment[0].length;
    const rest = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/.exec(text.slice(end))?.[0].length ?? 0;
    const at = outermostAt(source, end + rest);
    // A comment between the parts of a type, or at the end of a block.
    if (at === null && !isMoved) return [];
    const speaksOfFile = isMoved || at === null || ts.isImportDeclaration(at);
    const place = speaksOfFile ? null : runsAt(at, source);
    if (speaksOfFile ? !hasCode : place === null) return [];
    const { line } = source.getLineAndCharacterOfPosition(comment.index);
    const failures = new Set(comment[0].match(/\bF\d\d\b/g) ?? []);
    return [...failures].map((failure) => ({ file, line: line + 1, failure, at: place }));
  });
}

function outermostAt(source: ts.SourceFile, position: number): ts.Node | null {
  const find = (node: ts.Node): ts.Node | null => {
    if (node !== source && node.getStart(source) === position) return node;
    if (position < node.pos || position >= node.end) return null;
    return ts.forEachChild(node, find) ?? null;
  };
  return find(source);
}

function isHeld({ file, at }: Citation, coverage: Coverage): boolean {
  if (at !== null) return ranAt(coverage, file, at, at + 1);
  return (coverage.get(file) ?? []).some(({ startOffset, count }) => startOffset > 0 && count > 0);
}

/** @returns a sentence for each citation that the tests of its failure do not run */
export async function looseCitations(progress: (failure: string) => void): Promise<string[]> {
  const files = sourceFiles().filter((file) => /^(?:electron|renderer)\/.*\.ts$/.test(file));
  const open = new Set(files.flatMap((file) => citationsIn(file, readSource(file))));
  // What a random kill runs is different each time.
  const tests = unitTests()
    .filter((file) => !file.includes('/crash/'))
    .map((file) => ({ file, text: readSource(file) }));
  for (const failure of new Set([...open].map((citation) => citation.failure).toSorted())) {
    progress(failure);
    for (const { file } of tests.filter(({ text }) => text.includes(failure))) {
      const left = [...open].filter((citation) => citation.failure === failure);
      if (left.length === 0) break;
      const cited = left.map((citation) => citation.file);
      const args = [`--test-name-pattern=\\b${failure}\\b`, file];
      const coverage = await coverageOf(args, cited, 5 * 60_000);
      if (coverage !== null) for (const citation of left) if (isHeld(citation, coverage)) open.delete(citation);
    }
  }
  return [...open].map(
    ({ file, line, failure }) => `${file}:${line} names ${failure}, but no test of ${failure} runs it.`,
  );
}
