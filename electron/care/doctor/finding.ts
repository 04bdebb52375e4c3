/** A finding of the doctor: what it found and what IT can do. Never holds customer data or secrets. */
export type Severity = 'fine' | 'look' | 'act';

export const checkNames = [
  'config',
  'folder',
  'disk',
  'instance',
  'key',
  'database',
  'region',
  'backups',
  'copy',
  'outbox',
  'proxy',
  'dns',
  'tls',
  'server',
  'credentials',
  'clock',
  'permissions',
  'organisation',
  'version',
  'feed',
  'limit',
  'metrics',
  'heartbeat',
  'otlp',
  'admin',
] as const;
export type CheckName = (typeof checkNames)[number];

export type Finding = {
  readonly check: CheckName;
  readonly severity: Severity;
  readonly found: string;
  /** What to do; null: nothing. */
  readonly advice: string | null;
  /** The same in numbers and codes, for programs. */
  readonly facts: { readonly [name: string]: string | number | boolean | null };
};

export type Facts = Finding['facts'];

/** Advice that points to the checks in `see` that found a problem. If none did, it is `otherwise`. */
export type See = { readonly see: readonly CheckName[]; readonly otherwise: string };

/** A finding whose advice may still depend on other findings. */
export type DraftFinding = Omit<Finding, 'advice'> & { readonly advice: string | See | null };

export function fine(check: CheckName, found: string, facts: Facts = {}, advice: string | null = null): DraftFinding {
  return { check, severity: 'fine', found, advice, facts };
}

export function look(check: CheckName, found: string, advice: string | See, facts: Facts = {}): DraftFinding {
  return { check, severity: 'look', found, advice, facts };
}

export function act(check: CheckName, found: string, advice: string | See, facts: Facts = {}): DraftFinding {
  return { check, severity: 'act', found, advice, facts };
}

/** Sorts findings in the order of `checkNames` and resolves each `See`. */
export function inOrder(all: readonly DraftFinding[]): Finding[] {
  const withProblems = new Set(all.filter(({ severity }) => severity !== 'fine').map(({ check }) => check));
  const inWords = (advice: string | See | null): string | null => {
    if (advice === null || typeof advice === 'string') return advice;
    const there = advice.see.filter((check) => withProblems.has(check));
    return there.length === 0 ? advice.otherwise : `See ${there.join(' and ')}.`;
  };
  return all
    .map((found) => ({ ...found, advice: inWords(found.advice) }))
    .sort((a, b) => checkNames.indexOf(a.check) - checkNames.indexOf(b.check));
}

const weights: { readonly [Name in Severity]: number } = { fine: 0, look: 1, act: 2 };

export function worst(findings: readonly Finding[]): Severity {
  return findings.reduce<Severity>((so, { severity }) => (weights[severity] > weights[so] ? severity : so), 'fine');
}
