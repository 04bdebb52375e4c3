/** Small faults that somebody could write into a file. A test that covers the line fails for each of them. */
import ts from 'typescript';

export type Mutant = {
  readonly start: number;
  readonly end: number;
  /** Only a test that runs this place can notice it. V8 counts an operator with its right side, so this is the left. */
  readonly reachedAt: number;
  readonly becomes: string;
  readonly line: number;
  /** The line before and after, trimmed: shown to people, and used to recognise an equivalent fault. */
  readonly text: string;
  readonly mutated: string;
};

const flipped: { readonly [operator: string]: string } = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+': '-',
  '-': '+',
};

/** A condition that is not itself a comparison, since comparisons are flipped already. */
function conditionOf(node: ts.Node): ts.Expression | null {
  const condition =
    ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)
      ? node.expression
      : ts.isConditionalExpression(node)
        ? node.condition
        : null;
  return condition === null || ts.isBinaryExpression(condition) ? null : condition;
}

/** What can replace a node, as pairs of the replaced part and its new text. */
function faultsAt(node: ts.Node, source: ts.SourceFile): (readonly [ts.Node, string])[] {
  const faults: (readonly [ts.Node, string])[] = [];
  const condition = conditionOf(node);
  if (condition !== null) faults.push([condition, `!(${condition.getText(source)})`]);
  if (ts.isBinaryExpression(node)) {
    const other = flipped[node.operatorToken.getText(source)];
    if (other !== undefined) faults.push([node.operatorToken, other]);
  } else if (ts.isExpressionStatement(node)) {
    faults.push([node, ';']);
  } else if (ts.isReturnStatement(node)) {
    const value = node.expression;
    if (value === undefined) faults.push([node, ';']);
    else if (!['null', 'undefined'].includes(value.getText(source))) faults.push([value, 'undefined']);
  } else if (ts.isNumericLiteral(node)) {
    faults.push([node, `${Number(node.text.replaceAll('_', '')) + 1}`]);
  } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
    faults.push([node, 'false']);
  } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
    faults.push([node, 'true']);
  }
  return faults;
}

export function mutantsOf(text: string): Mutant[] {
  const source = ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest);
  const lineStarts = source.getLineStarts();
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    for (const [part, becomes] of faultsAt(node, source)) {
      const start = part.getStart(source);
      const { line } = source.getLineAndCharacterOfPosition(start);
      const lineStart = lineStarts[line] ?? 0;
      const lineEnd = Math.max(lineStarts[line + 1] ?? text.length, part.end);
      mutants.push({
        start,
        end: part.end,
        reachedAt: ts.isBinaryExpression(node) ? node.getStart(source) : start,
        becomes,
        line: line + 1,
        text: text.slice(lineStart, lineEnd).trim(),
        mutated: `${text.slice(lineStart, start)}${becomes}${text.slice(part.end, lineEnd)}`.trim(),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}
