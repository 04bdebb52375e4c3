import type { AuditAction, AuditEnd } from '../care/audit-log.ts';
import type { ImportState } from '../region/import-state.ts';
import { type ImportRunning, importEnd } from './admin-calls.ts';

type End = (end: AuditEnd) => void;

/** An import's call returns before the import ends, so its entry in the audit log stays open until then. */
export class ImportAudit {
  readonly #begin: (action: AuditAction) => End | null;
  #open: (ImportRunning & { readonly end: End }) | null = null;

  constructor(begin: (action: AuditAction) => End | null) {
    this.#begin = begin;
  }

  readonly begin = (action: AuditAction): ((end: AuditEnd | ImportRunning) => void) | null => {
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
