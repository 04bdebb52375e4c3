/** Every command, in the order of the help. To add one, write its file and list it here. */
import { adminPin } from './admin-pin.ts';
import { backup } from './backup.ts';
import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { configSchema } from './config-schema.ts';
import { doctor } from './doctor.ts';
import { find } from './find.ts';
import { importCustomers } from './import-customers.ts';
import { organisationKeep } from './organisation-keep.ts';
import { outboxConfirm } from './outbox-confirm.ts';
import { outboxExport } from './outbox-export.ts';
import { outboxImport } from './outbox-import.ts';
import { outboxList } from './outbox-list.ts';
import { recoveryKeyOpen, recoveryKeyShow, recoveryKeyUse } from './recovery-key.ts';
import { regionPublish, regionSchema, regionStatus } from './region.ts';
import { restoreCommand } from './restore.ts';
import { secretSet } from './secret-set.ts';
import { supportBundle } from './support-bundle.ts';

export const commands: readonly Command[] = [
  doctor,
  find,
  outboxList,
  outboxExport,
  outboxImport,
  outboxConfirm,
  importCustomers,
  regionPublish,
  regionStatus,
  regionSchema,
  backup,
  restoreCommand,
  recoveryKeyShow,
  recoveryKeyUse,
  recoveryKeyOpen,
  secretSet,
  adminPin,
  organisationKeep,
  configCheck,
  configSchema,
  supportBundle,
];
