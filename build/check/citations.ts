/**
 * A comment that names a failure (F42) says why a line is there. This finds the line, and adds a call of `ranCited` to
 * it.
 */
import ts from 'typescript';

/** Where a call goes: before a statement, or around a statement or expression that has no room before it. */
type Place = { readonly start: number; readonly end: number; readonly as: 'statement' | 'block' | 'expression' };

export type Citation = {
  readonly file: string;
  readonly line: number;
  readonly failure: string;
  /** Running any one of them is enough: a comment may be about a whole file or class. */
  readonly places: readonly Place[];
};

function isType(node: ts.Node): boolean {
  return (
    ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeElement(node) || ts.isTypeNode(node)
  );
}

const isInside = (node: ts.Node, kind: (node: ts.Node) => boolean): boolean =>
  ts.findAncestor(node, kind) !== undefined;

const expressionAt = (node: ts.Node, source: ts.SourceFile): Place => ({
  start: node.getStart(source),
  end: node.end,
  as: 'expression',
});

function bodyOf(node: ts.SignatureDeclaration, source: ts.SourceFile): Place | null {
  const body: ts.Node | undefined = 'body' in node ? (node.body as ts.Node | undefined) : undefined;
  if (body === undefined) return null;
  if (!ts.isBlock(body)) return expressionAt(body, source);
  const start = body.getStart(source) + 1;
  return { start, end: start, as: 'statement' };
}

/** Where a call shows that the node ran: in the function's body, or at the node. Null: nothing runs (types, data). */
function runsAt(node: ts.Node, source: ts.SourceFile): Place | null {
  if (isInside(node, isType)) return null;
  if (ts.isFunctionLike(node)) return bodyOf(node, source);
  const value = ts.isVariableStatement(node)
    ? node.declarationList.declarations[0]?.initializer
    : ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)
      ? node.initializer
      : undefined;
  if (value !== undefined && ts.isFunctionLike(value)) return bodyOf(value, source);
  if (!isInside(node, ts.isFunctionLike)) return null;
  if (ts.isStatement(node)) {
    const { parent } = node;
    const isOneOfMany = ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent);
    return { start: node.getStart(source), end: node.end, as: isOneOfMany ? 'statement' : 'block' };
  }
  if (ts.isCaseOrDefaultClause(node))
    return node.statements[0] === undefined ? null : runsAt(node.statements[0], source);
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return expressionAt(node.expression, source);
  if (value !== undefined) return expressionAt(value, source);
  if (ts.isExpression(node)) return expressionAt(node, source);
  throw new Error(`A comment that names a failure stands before "${node.getText(source).slice(0, 40)}": move it.`);
}

/** A comment above the imports is about the file. For a file or a class, these are all its functions. */
function placesAt(node: ts.Node, source: ts.SourceFile): Place[] {
  const whole = ts.isImportDeclaration(node) ? source : ts.isClassDeclaration(node) ? node : null;
  const place = whole === null ? runsAt(node, source) : null;
  if (whole === null) return place === null ? [] : [place];
  const found: (Place | null)[] = [];
  const visit = (inner: ts.Node) => {
    if (ts.isFunctionLike(inner)) found.push(bodyOf(inner, source));
    ts.forEachChild(inner, visit);
  };
  visit(whole);
  return found.filter((one) => one !== null);
}

export function citationsIn(file: string, text: string): Citation[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)].flatMap((comment) => {
    const failures = new Set(comment[0].match(/\bF\d\d\b/g) ?? []);
    if (failures.size === 0) return [];
    const end = comment.index + comment[0].length;
    const rest = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/.exec(text.slice(end))?.[0].length ?? 0;
    const at = outermostAt(source, end + rest);
    // Null: a comment between the parts of a type, or at the end of a block.
    const places = at === null ? [] : placesAt(at, source);
    const line = source.getLineAndCharacterOfPosition(comment.index).line + 1;
    return places.length === 0 ? [] : [...failures].map((failure) => ({ file, line, failure, places }));
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

/** @returns the text with a call `ranCited(id)` at each place; lines keep their numbers */
export function withCalls(
  text: string,
  citations: readonly { readonly id: number; readonly places: readonly Place[] }[],
) {
  const edits = citations.flatMap(({ id, places }) =>
    places.flatMap(({ start, end, as }) => {
      if (as === 'statement') return [{ at: start, text: `ranCited(${id});` }];
      const [open, close] = as === 'block' ? [`{ranCited(${id});`, '}'] : [`(ranCited(${id}),`, ')'];
      return [
        { at: start, text: open },
        { at: end, text: close },
      ];
    }),
  );
  const pieces = edits
    .toSorted((one, other) => one.at - other.at)
    .map((edit, at, sorted) => text.slice(sorted[at - 1]?.at ?? 0, edit.at) + edit.text);
  return pieces.join('') + text.slice(Math.max(0, ...edits.map(({ at }) => at)));
}
