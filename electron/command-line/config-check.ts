import path from 'node:path';
import { MachineConfigError, problemInWords, readMachineConfig } from '../config/machine-config.ts';
import { type Command, type CommandIo, exitCodes, type Given } from './command.ts';
import { configOf } from './till-place.ts';

export const configCheck: Command = {
  name: 'config check',
  summary: 'Checks a config file and lists every error',
  arguments: '[FILE]',
  about: [
    'Without FILE it checks the config that this machine would use. Changes nothing and does not use the ' +
      'network: tillside doctor does that.',
    'Exit codes: 0 valid, 2 not valid.',
  ],
  isWithoutTill: true,
  run(given, io) {
    try {
      const used = fileToCheck(given, io);
      if (given.has('json')) io.print(JSON.stringify({ file: used, usable: true, problems: [] }));
      else io.print(used === null ? 'No config found, so this machine is in practice mode.' : `${used}: valid.`);
      return exitCodes.fine;
    } catch (error) {
      if (!(error instanceof MachineConfigError)) throw error;
      const { file, problems, isMissing } = error;
      if (given.has('json')) io.print(JSON.stringify({ file, usable: false, problems }));
      else {
        io.print(`${file}: ${isMissing ? 'does not exist.' : 'not valid.'}`);
        if (!isMissing) for (const problem of problems) io.print(`  ${problemInWords(problem)}`);
      }
      return exitCodes.act;
    }
  },
};

/**
 * @returns null in practice mode
 * @throws MachineConfigError
 */
function fileToCheck(given: Given, io: CommandIo): string | null {
  const [named] = given.arguments;
  if (named !== undefined) {
    const file = path.resolve(io.cwd, named);
    readMachineConfig(file);
    return file;
  }
  const found = configOf(given, io);
  return found.mode === 'live' ? found.file : null;
}
