/**
 * Reads and validates the machine config, one JSON file that IT writes. Errors name the place, what was found and what
 * was expected. Values are never quoted, because somebody may have put a secret into the file.
 */
import path from 'node:path';
import type { z } from 'zod';
import { NotAFile, readOthersFile } from '../machine/others-file.ts';
import { machineConfigSchema } from './config-sections.ts';
import { joinedPath, type Place, readConfigText, shownKey, type TextProblem } from './config-text.ts';
import { keyMeant } from './meant-key.ts';

export type MachineConfig = z.output<typeof machineConfigSchema>;

const unknownKey = 'unknown key';
const noFile = 'does not exist';

/** One mistake in the config, in words. `meant`: the path of the key that an unknown one most likely stands for. */
export type ConfigProblem = TextProblem & { readonly meant?: string };

export function problemInWords({ path: at, found, expected, meant, line, column }: ConfigProblem): string {
  const place = line === undefined ? '' : `line ${line}, column ${column}: `;
  if (found === unknownKey) {
    return `${place}${at}: ${unknownKey}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
  }
  if (found === noFile) return `The file ${noFile}`;
  return `${place}${at}: found ${found}, expected ${expected}`;
}

export class MachineConfigError extends Error {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(`Tillside cannot use the config ${file}:\n${problems.map((one) => `  ${problemInWords(one)}`).join('\n')}`);
    this.file = file;
    this.problems = problems;
  }

  get isMissing(): boolean {
    return this.problems.some(({ found }) => found === noFile);
  }
}

function valueAt(root: unknown, keys: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** The kind of a value, never the value itself: it may be a secret in the wrong place. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a section';
  }
}

function foundIn(issue: z.core.$ZodIssue, value: unknown): string {
  return issue.code === 'invalid_value' && typeof value === 'string' ? 'another text' : describe(value);
}

function isSecretName(key: string): boolean {
  return /secret|password|token/i.test(key);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return issue.discriminator === 'method' ? 'one of "basic", "oauth"' : 'one of the known forms';
    case 'too_small':
      return issue.origin === 'string' ? 'some text' : `${issue.minimum} or more`;
    case 'too_big':
      return `${issue.maximum}${issue.origin === 'string' ? ' characters' : ''} or less`;
    default:
      return issue.message;
  }
}

type PlaceOf = (path: readonly PropertyKey[]) => Place | null;

function problemsOf(error: z.ZodError, root: unknown, placeOf: PlaceOf): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const at = issue.path.map((key) => shownKey(String(key))).join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const meant = isSecretName(key) ? null : keyMeant(issue.path, key);
        return {
          path: joinedPath(at, shownKey(key)),
          found: isSecretName(key) ? 'a secret, which must not be in this file' : unknownKey,
          expected: isSecretName(key) ? 'the secret in TILLSIDE_SECRET, or typed in the app' : 'no such key',
          ...(meant === null ? {} : { meant }),
          ...placeOf([...issue.path, key]),
        };
      });
    }
    return [
      {
        path: at === '' ? '(the file)' : at,
        found: foundIn(issue, valueAt(root, issue.path)),
        expected: expectation(issue),
        ...placeOf(issue.path),
      },
    ];
  });
}

/**
 * Validates a parsed config.
 * @throws MachineConfigError with every problem
 */
export function parseMachineConfig(raw: unknown, file: string, placeOf: PlaceOf = () => null): MachineConfig {
  const parsed = machineConfigSchema.safeParse(raw);
  if (!parsed.success) throw new MachineConfigError(file, problemsOf(parsed.error, raw, placeOf));
  return parsed.data;
}

/**
 * Reads and checks a config file.
 * @throws MachineConfigError, also if the file cannot be read or is not JSON
 */
export function readMachineConfig(file: string): MachineConfig {
  let bytes: Buffer;
  try {
    bytes = readOthersFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const found =
      error instanceof NotAFile
        ? 'a folder, a device or a pipe'
        : code === 'ENOENT'
          ? noFile
          : `it cannot be read (${code})`;
    throw new MachineConfigError(file, [{ path: '(the file)', found, expected: 'a readable file' }]);
  }
  const text = readConfigText(bytes);
  if (text.kind === 'unusable') throw new MachineConfigError(file, text.problems);
  return parseMachineConfig(text.value, file, text.placeOf);
}

/** The config's location if neither `--config` nor `TILLSIDE_CONFIG` is set. */
export function machineWideConfigPath(platform: NodeJS.Platform, env: { readonly ProgramData?: string }): string {
  if (platform === 'win32') return path.win32.join(env.ProgramData ?? 'C:\\ProgramData', 'Tillside', 'config.json');
  if (platform === 'darwin') return '/Library/Application Support/Tillside/config.json';
  return '/etc/tillside/config.json';
}
