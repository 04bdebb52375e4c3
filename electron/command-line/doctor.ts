import { examine } from '../care/doctor/doctor.ts';
import { type Finding, type Severity, worst } from '../care/doctor/finding.ts';
import { type Command, type ExitCode, exitCodes } from './command.ts';
import { configOf, dataFolderAnyway } from './till-place.ts';

const signs: { readonly [Name in Severity]: string } = { fine: 'ok  ', look: 'LOOK', act: 'ACT ' };

export const doctor: Command = {
  name: 'doctor',
  summary: 'Checks this till and says how to fix any problems',
  about: [
    "Checks the config, data folder, disk, key, database, outbox, proxy, DNS, the server's certificate, the password, " +
      "the clock, permissions, the organisation's settings, the version and the update feed. Tillside can be open. " +
      'Changes nothing and sends no customer data anywhere.',
    'Run it as the user who runs Tillside: only that user can read the key and the password.',
    'Exit codes: 0 OK, 1 warning, 2 action needed.',
  ],
  options: { full: { help: 'check every page of the database, whatever its size' } },
  async run(given, io) {
    const dataDir = dataFolderAnyway(given, io);
    const findings = await examine({
      ...io,
      findConfig: () => configOf(given, io),
      dataDir,
      secrets: io.openSecrets(dataDir),
      full: given.has('full'),
    });
    const severity = worst(findings);
    if (given.has('json')) io.print(JSON.stringify({ severity, atMs: io.clock.wallMs(), findings }));
    else for (const line of findings.flatMap(linesOf)) io.print(line);
    return codeOf(severity);
  },
};

function linesOf({ check, severity, found, advice }: Finding): string[] {
  const first = `${signs[severity]}  ${check.padEnd(13)} ${found}`;
  return advice === null ? [first] : [first, `${' '.repeat(20)}${severity === 'fine' ? '  ' : '→ '}${advice}`];
}

function codeOf(severity: Severity): ExitCode {
  switch (severity) {
    case 'fine':
      return exitCodes.fine;
    case 'look':
      return exitCodes.look;
    case 'act':
      return exitCodes.act;
  }
}
