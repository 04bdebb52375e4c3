/** Calls that move, destroy or reveal data: only IT may make them (config `admin`), and the audit log says how each ended. */
import path from 'node:path';
import type { AuditAction, AuditEnd } from '../care/audit-log.ts';
import type { TroubleResult } from '../care/trouble-view.ts';
import type { ImportState } from '../region/import-state.ts';
import type { CallName, Parsed, Result } from './schema.ts';

/** An import of this file is running; its last state tells how it ended. */
export type ImportRunning = { readonly importing: string };

type AdminCall<Name extends CallName> = {
  readonly action: AuditAction;
  /** How it ended, by its result. */
  readonly ended: (result: Result<Name>, argument: Parsed<Name>) => AuditEnd | ImportRunning;
};

export const adminCalls: { readonly [Name in CallName]?: AdminCall<Name> } = {
  'till.recoveryKey': {
    action: 'recovery-key',
    ended: (key) => (key === null ? failed('kept-before') : done),
  },
  'till.recoveryKeyKept': { action: 'recovery-key-kept', ended: () => done },
  'rescue.export': { action: 'outbox-export', ended: (result) => endOf(result, 'exported') },
  'rescue.import': { action: 'outbox-import', ended: (result) => endOf(result, 'imported') },
  'rescue.confirm': { action: 'outbox-confirmed', ended: (result) => endOf(result, 'confirmed') },
  'customers.import': {
    action: 'customers-import',
    ended: (state, { file }) => importBegun(state, path.resolve(file)),
  },
  'customers.importUndo': { action: 'customers-import-undone', ended: (state) => importBegun(state, '') },
  'customers.forget': { action: 'customer-forgotten', ended: (result) => endOf(result, 'forgotten') },
  'trouble.useRecoveryKey': { action: 'recovery-key-used', ended: openedEnd },
  'trouble.restore': { action: 'restore', ended: openedEnd },
};

const done: AuditEnd = { outcome: 'done' };

function failed(code: string): AuditEnd {
  return { outcome: 'failed', code };
}

function endOf(result: { readonly kind: string; readonly why?: string }, good: string): AuditEnd {
  return result.kind === good ? done : failed(result.why ?? result.kind);
}

function openedEnd(result: TroubleResult): AuditEnd {
  return result.kind === 'trouble' ? failed(result.view.code) : endOf(result, 'open');
}

function importBegun(state: ImportState, file: string): AuditEnd | ImportRunning {
  // While another import runs, a new one is not started.
  if (!('file' in state) || state.file !== file) return failed('busy');
  return importEnd(state) ?? { importing: file };
}

/** @returns null if it is still running */
export function importEnd(state: ImportState): AuditEnd | null {
  switch (state.kind) {
    case 'done':
      return done;
    case 'checked':
      return { outcome: 'done', code: 'only-checked' };
    case 'failed':
      return failed(state.why);
    case 'cancelled':
      return { outcome: 'left', code: 'cancelled' };
    case 'none':
      return { outcome: 'left', code: 'declined' };
    default:
      return null;
  }
}
