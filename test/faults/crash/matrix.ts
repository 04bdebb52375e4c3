/** Counts what came of the kills, by name. */
import { type Findings, noFindings } from './compare-books.ts';

type Row = { kills: number; lost: number; doubled: number; stuck: number; listed: number };

type Books = {
  readonly saves: number;
  readonly updates: number;
  readonly awards: number;
  readonly cutOff: number;
};

export class Matrix {
  readonly #rows = new Map<string, Row>();
  /** As sentences, each once, however many comparisons found it. */
  readonly #problems = new Set<string>();
  readonly #books = { saves: 0, updates: 0, awards: 0, cutOff: 0 };

  constructor(names: readonly string[]) {
    for (const name of names) this.#rowOf(name);
  }

  get kills(): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row.kills, 0);
  }

  get problems(): readonly string[] {
    return [...this.#problems];
  }

  killed(name: string): void {
    this.#rowOf(name).kills += 1;
  }

  /** A kill interrupted an update that was being sent. */
  cutOff(): void {
    this.#books.cutOff += 1;
  }

  /** A till was closed. Counts acknowledged saves, the updates they made and the lines in the server's ledger. */
  closed({ saves, updates, awards }: Pick<Books, 'saves' | 'updates' | 'awards'>): void {
    this.#books.saves += saves;
    this.#books.updates += updates;
    this.#books.awards += awards;
  }

  get books(): Books {
    return this.#books;
  }

  /** An update waits for a person, with its reason: neither lost nor stuck. */
  listed(name: string): void {
    this.#rowOf(name).listed += 1;
  }

  /** @param name the kill that came before */
  found(name: string, findings: Partial<Findings>): void {
    const { lost, doubled, stuck } = { ...noFindings, ...findings };
    for (const [kind, texts] of Object.entries({ lost, doubled, stuck } as const)) {
      for (const text of texts) {
        const problem = `${kind} after "${name}": ${text}`;
        if ([...this.#problems].some((known) => known.startsWith(`${kind} `) && known.endsWith(text))) continue;
        this.#problems.add(problem);
        const row = this.#rowOf(name);
        if (kind === 'lost') row.lost += 1;
        else if (kind === 'doubled') row.doubled += 1;
        else row.stuck += 1;
      }
    }
  }

  add(other: Matrix): void {
    for (const [name, counts] of other.#rows) {
      const row = this.#rowOf(name);
      row.kills += counts.kills;
      row.lost += counts.lost;
      row.doubled += counts.doubled;
      row.stuck += counts.stuck;
      row.listed += counts.listed;
    }
    this.closed(other.#books);
    this.#books.cutOff += other.#books.cutOff;
    for (const problem of other.#problems) this.#problems.add(problem);
  }

  toString(): string {
    const rows = [...this.#rows].map(([name, row]) => lineOf(name, row));
    const total = { kills: 0, lost: 0, doubled: 0, stuck: 0, listed: 0 };
    for (const row of this.#rows.values()) {
      total.kills += row.kills;
      total.lost += row.lost;
      total.doubled += row.doubled;
      total.stuck += row.stuck;
      total.listed += row.listed;
    }
    const head = lineOf('killed at', {
      kills: 'kills',
      lost: 'lost',
      doubled: 'doubled',
      stuck: 'stuck',
      listed: 'listed',
    });
    const rule = '-'.repeat(head.length);
    const { saves, updates, awards, cutOff } = this.#books;
    return [
      head,
      rule,
      ...rows,
      rule,
      lineOf('all', total),
      `${saves} acknowledged saves made ${updates} updates; the server applied ${awards}; ${cutOff} were cut off while being sent`,
    ].join('\n');
  }

  #rowOf(name: string): Row {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = { kills: 0, lost: 0, doubled: 0, stuck: 0, listed: 0 };
    this.#rows.set(name, row);
    return row;
  }
}

function lineOf(name: string, row: { readonly [Key in keyof Row]: number | string }): string {
  const cells = [row.kills, row.lost, row.doubled, row.stuck, row.listed];
  return `${name.padEnd(46)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
}
