/** The programs behind `npm start` and `npm run preview`, run as npm runs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { projectRoot } from '../../build/project-root.ts';

export type Program = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the output so far once it matches; fails if the program ends first. */
  readonly says: (what: RegExp, where?: 'stdout' | 'stderr') => Promise<string>;
  readonly ended: Promise<number | null>;
};

/** @param env added to this process's own, without what would show a window or name a config */
export function run(
  t: TestContext,
  script: 'start' | 'preview',
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Program {
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, TILLSIDE_CONFIG: _config, TILLSIDE_SECRET: _, ...own } = process.env;
  const child = spawn(process.execPath, ['build/setup.mjs', `build/${script}.ts`, ...args], {
    cwd: projectRoot,
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      for (const look of [...listeners]) look();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    says: (what, where = 'stdout') =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!what.test(printed[where])) return;
          listeners.delete(look);
          resolve(printed[where]);
        };
        listeners.add(look);
        void ended.then((code) => reject(new Error(`ended with ${code} before ${what}: ${printed.stderr}`)));
        look();
      }),
    ended,
  };
}
