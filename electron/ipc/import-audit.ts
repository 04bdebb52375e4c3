import type { AuditAction, AuditEnd } from '../care/audit-log.ts';
import type { ImportState } from '../region/import-state.ts';
import { type ImportGoesOn, importEnd } from './admin-calls.ts';

type End = (end: AuditEnd) => void;

/** Keeps the entry of an import open until the import has ended, which its call does not wait for. */
export class ImportAudit {
  readonly #begin: (action: AuditAction) => End | null;
  #open: (ImportGoesOn & { readonly end: End }) | null = null;

  constructor(begin: (action: AuditAction) => End | null) {
    this.#begin = begin;
  }

  readonly begin = (action: AuditAction): ((end: AuditEnd | ImportGoesOn) => void) | null => {
    const end = this.#begin(action);
    if (end === null) return null;
    return (how) => {
      if ('outcome' in how) end(how);
      else this.#open = { ...how, end };
    };
  };

  /** The import's new state. */
  changed(state: ImportState): void {
    const open = this.#open;
    if (open === null) return;
    const isOther = 'file' in state && state.file !== open.importing;
    const how: AuditEnd | null = isOther ? { outcome: 'left', code: 'replaced' } : importEnd(state);
    if (how === null) return;
    this.#open = null;
    open.end(how);
  }
}
