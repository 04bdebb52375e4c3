/**
 * `node build/packaging/try-program.ts PROGRAM` checks that an installed Tillside runs: first a command without a
 * window, then practice mode with one, in its own folder, until its log says that the till is open. Then it asks the
 * program to quit.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { logFile } from '../../electron/machine/file-log.ts';

const longestStartMs = 90_000;
const lookAgainMs = 250;

function logOf(dataDir: string): string {
  try {
    return readFileSync(logFile(dataDir), 'utf8');
  } catch {
    return '';
  }
}

async function runsCommands(program: string): Promise<void> {
  const { stdout } = await promisify(execFile)(program, ['help'], { timeout: longestStartMs });
  if (!stdout.includes('doctor')) throw new Error(`"help" printed ${JSON.stringify(stdout.slice(0, 200))}`);
}

async function opensTill(program: string, dataDir: string): Promise<void> {
  const child = spawn(program, ['--data', dataDir], { stdio: 'inherit' });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const giveUpAtMs = performance.now() + longestStartMs;
  while (!logOf(dataDir).includes('"till opened"')) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before the till was open`);
    if (performance.now() > giveUpAtMs) throw new Error('the till did not open in time');
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
  child.kill('SIGTERM');
  const code = await ended;
  // Windows cannot ask a program to quit from outside: there it was killed, which loses nothing either.
  if (process.platform !== 'win32' && code !== 0) throw new Error(`it ended with ${code}`);
}

const [program] = process.argv.slice(2);
if (program === undefined) throw new Error('name the program: try-program.ts PROGRAM');
const folder = mkdtempSync(path.join(tmpdir(), 'tillside-try-'));
try {
  await runsCommands(program);
  await opensTill(program, path.join(folder, 'data'));
  process.stdout.write(`${program} runs.\n`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
