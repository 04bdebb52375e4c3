/** The FILE that a person names for what a command makes: opened before the work, filled after it. */
import { fileTrouble } from '../machine/file-trouble.ts';
import { openResultFile, type ResultFile } from '../machine/result-file.ts';
import { CommandRefused, DoneUntold } from './command.ts';

/** @throws CommandRefused where nothing can be written there; nothing was done then */
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

/** @throws DoneUntold where it is done and only the copy could not be made */
export function tell(write: () => void, done: string, kept: string): void {
  try {
    write();
  } catch (error) {
    const trouble = fileTrouble(error);
    if (trouble === null) throw error;
    throw new DoneUntold(`${done} (${trouble.code}). Copy the file by hand: ${kept}`);
  }
}
