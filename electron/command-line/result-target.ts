/** The FILE that a command writes its result to. It is opened before the work starts and filled afterwards. */
import { fileTrouble } from '../machine/file-trouble.ts';
import { openResultFile, type ResultFile } from '../machine/result-file.ts';
import { CommandRefused, ResultNotWritten } from './command.ts';

/** @throws CommandRefused if it cannot be written; call this before doing anything */
export function openTarget(file: string): ResultFile {
  try {
    return openResultFile(file);
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    const why = trouble.kind === 'is-a-folder' ? 'it is a folder' : trouble.code;
    throw new CommandRefused(`Could not write to ${file} (${why}). Nothing was done. Choose another location.`);
  }
}

/** @throws ResultNotWritten if the copy fails; the message says what was done and where the original is */
export function copyResult(copy: () => void, done: string, original: string): void {
  try {
    copy();
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    throw new ResultNotWritten(`${done} (${trouble.code}). Copy the file by hand: ${original}`);
  }
}
