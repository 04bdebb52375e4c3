/** Checks that IT's monitoring receives the numbers of this till. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { MachineConfig } from '../../config/machine-config.ts';
import type { Clock } from '../../machine/clock.ts';
import { ageInWords } from '../age-in-words.ts';
import { readHealthNote, receiverMark } from '../health-note.ts';
import { codeOf } from './code-of.ts';
import { type DraftFinding, fine, look } from './finding.ts';

export type CheckMonitoring = {
  readonly dataDir: string;
  readonly health: MachineConfig['health'];
  readonly clock: Clock;
  readonly isOpen: boolean;
};

/** The metrics file is written every minute. */
const oldMs = 5 * 60_000;

export function checkMonitoring({ dataDir, health, clock, isOpen }: CheckMonitoring): DraftFinding[] {
  const note = readHealthNote(dataDir);
  const sent = (check: 'heartbeat' | 'otlp', url: string, name: string, advice: string): DraftFinding => {
    const trouble = note[check];
    if (trouble === null) {
      const isAccepted = note.acceptedBy.includes(receiverMark(url));
      return fine(check, `${name} ${isAccepted ? 'is accepted' : 'was not sent to this receiver yet'}`, {});
    }
    const age = ageInWords(clock.wallMs() - trouble.sinceMs);
    const facts = { code: trouble.code, sinceMs: trouble.sinceMs };
    return look(check, `${name} has not been accepted for ${age} (${trouble.code})`, advice, facts);
  };
  return [
    ...(health.metricsFile === null ? [] : [checkMetricsFile(health.metricsFile, clock, isOpen)]),
    ...(health.heartbeatUrl === null
      ? []
      : [
          sent(
            'heartbeat',
            health.heartbeatUrl,
            'The heartbeat',
            'Check health.heartbeatUrl in the config, and its receiver.',
          ),
        ]),
    ...(health.otlp.url === null
      ? []
      : [
          sent(
            'otlp',
            health.otlp.url,
            'The push by OTLP',
            'Check health.otlp in the config, its receiver, and tillside secret set --otlp.',
          ),
        ]),
  ];
}

function checkMetricsFile(file: string, clock: Clock, isOpen: boolean): DraftFinding {
  const folder = path.dirname(file);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = codeOf(error);
    return look(
      'metrics',
      code === 'ENOENT'
        ? `The folder of health.metricsFile is missing: ${folder}`
        : `Can't write to ${folder} (${code})`,
      'Create it, and give the user who runs Tillside write permission.',
      { file, code },
    );
  }
  try {
    const ageMs = clock.wallMs() - statSync(file).mtimeMs;
    const facts = { file, ageSeconds: Math.round(ageMs / 1000) };
    return isOpen && ageMs > oldMs
      ? look('metrics', `${file} is ${ageInWords(ageMs)} old, though Tillside is open`, 'Restart Tillside.', facts)
      : fine('metrics', `${file}, written ${ageInWords(ageMs)} ago`, facts);
  } catch {
    return isOpen
      ? look('metrics', `${file} is missing, though Tillside is open`, 'Check health.metricsFile in the config.', {
          file,
        })
      : fine('metrics', `${file}, written while Tillside is open`, { file });
  }
}
