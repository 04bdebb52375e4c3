/** Checks everything that a till needs, and says what is wrong and how to fix it. Changes nothing. */

import type { FoundConfig } from '../../config/find-config.ts';
import { MachineConfigError, problemInWords } from '../../config/machine-config.ts';
import type { Transport } from '../../loyalty-api/transport.ts';
import type { Clock } from '../../machine/clock.ts';
import type { Secrets } from '../../machine/secrets.ts';
import { checkAdmin, checkAuditLog } from './check-admin.ts';
import { checkCopy } from './check-copy.ts';
import { checkDatabase } from './check-database.ts';
import { checkBackups, checkDisk, checkFolder, checkInstance } from './check-folder.ts';
import { checkLimit } from './check-limit.ts';
import { checkMonitoring } from './check-monitoring.ts';
import { checkRoute, type Route } from './check-route.ts';
import { checkServer } from './check-server.ts';
import { checkFeed, checkVersion } from './check-version.ts';
import { act, type DraftFinding, type Finding, fine, inOrder } from './finding.ts';

export type Patient = {
  /** @throws MachineConfigError if the config is not valid, like the app's start */
  readonly findConfig: () => FoundConfig;
  readonly dataDir: string;
  readonly secrets: Secrets;
  readonly transport: Transport;
  readonly proxyFor: Route['proxyFor'];
  readonly trustsSystem: boolean;
  readonly clock: Clock;
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly full: boolean;
  readonly nativeBinding?: string | undefined;
};

/** Limits each call even if the config allows more: a doctor must answer soon. */
const longestWaitMs = 10_000;

/** @returns findings in the order of `checkNames`, without checks that another result makes pointless */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { dataDir, clock, platform, nativeBinding } = patient;
  const [config, found] = examineConfig(patient);
  const key = patient.secrets.read('database-key');
  const folder = checkFolder(dataDir, platform);
  const instance = folder.facts.exists === true ? [checkInstance(dataDir, clock, nativeBinding)] : [];
  const local =
    folder.facts.exists === true
      ? [
          await checkDisk(dataDir),
          ...instance,
          ...checkAuditLog(dataDir),
          checkBackups(dataDir, clock, key.kind === 'value' ? key.value : null, nativeBinding),
          ...checkDatabase({
            ...patient,
            hasFeed: found?.mode === 'live' && found.config.region.feed !== null,
          }),
        ]
      : [];
  const away = found?.mode === 'live' ? await examineConnection(patient, found.config) : [];
  const isOpen = instance.some(({ facts }) => facts.open === true);
  const ofThisTill =
    found?.mode === 'live'
      ? [
          checkLimit(dataDir, found.config.api),
          ...checkMonitoring({ dataDir, clock, isOpen, health: found.config.health }),
          ...checkCopy(dataDir, clock, found.config.rescue),
          checkAdmin(dataDir, clock, found.config.admin),
        ]
      : [];
  return inOrder([config, folder, ...local, ...away, ...ofThisTill, checkVersion(patient.version, platform)]);
}

function examineConfig({ findConfig }: Patient): [DraftFinding, FoundConfig | null] {
  try {
    const found = findConfig();
    if (found.mode === 'live') return [fine('config', found.file, { file: found.file }), found];
    const advice = 'To make this machine a till, write its config: see README, or run tillside config schema.';
    return [fine('config', 'None found: practice mode, so no server is checked', { file: null }, advice), found];
  } catch (error) {
    if (!(error instanceof MachineConfigError)) throw error;
    const [first] = error.problems;
    const more = error.problems.length > 1 ? ` (and ${error.problems.length - 1} more)` : '';
    const problem = first === undefined ? '' : `: ${problemInWords(first)}${more}`;
    return [
      act(
        'config',
        error.isMissing ? `${error.file} does not exist` : `${error.file} is not valid${problem}`,
        error.isMissing
          ? 'Write the file, or name another with --config.'
          : 'Fix the file. For all errors, run tillside config check.',
        {
          file: error.file,
          problems: error.problems.length,
        },
      ),
      null,
    ];
  }
}

async function examineConnection(
  patient: Patient,
  config: Extract<FoundConfig, { mode: 'live' }>['config'],
): Promise<DraftFinding[]> {
  const timeoutMs = Math.min(config.api.timeoutSeconds * 1000, longestWaitMs);
  const { version, platform, transport } = patient;
  const parts = await Promise.all([
    checkRoute({ ...patient, url: config.api.url, timeoutMs }),
    checkServer({ ...patient, config, timeoutMs }),
    checkFeed(config.update, version, platform, transport, timeoutMs).then((finding) => [finding]),
  ]);
  return parts.flat();
}
