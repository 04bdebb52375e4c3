/** An update while it is being applied. */
import type { PracticeCustomer } from './practice-customer.ts';
import type { Warning } from './wire-answers.ts';

/** Why the whole update is refused: the item's code and message. */
export class Refusal {
  readonly code: number;
  readonly message: string;
  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** The customer so far, with applied changes and warnings. */
export class Draft {
  customer: PracticeCustomer;
  mergedUserId: number | null = null;
  readonly changes: { [key: string]: string } = {};
  readonly warnings: Warning[] = [];
  constructor(customer: PracticeCustomer) {
    this.customer = customer;
  }

  warn(code: number, message: string): void {
    this.warnings.push({ code, message });
  }

  change(key: string, value: string, part: Partial<PracticeCustomer>): void {
    this.customer = { ...this.customer, ...part };
    this.changes[key] = value;
  }
}
