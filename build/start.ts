/**
 * `npm start`: the desktop app if Electron's program is there or can be downloaded, else the same till as a preview in
 * a Chromium window. Practice mode unless a config is found. Closing the window or Ctrl+C stops everything.
 */
import { spawn } from 'node:child_process';
import { TillCannotOpen } from '../electron/machine/till-cannot-open.ts';
import { takeSecret } from '../electron/start-till.ts';
import { ensureBuilt } from './bundles.ts';
import { hasDisplay, isRoot } from './chromium.ts';
import { askedToStop, exitCodes, explain, type HostArguments, readArguments, say } from './command-line.ts';
import { type ElectronProgram, haveElectron } from './electron-binary.ts';
import { messagePage, openAppWindow } from './preview/app-window.ts';
import { runPreview } from './preview/run-preview.ts';
import { untilStopped } from './preview/until-stopped.ts';
import { projectRoot } from './project-root.ts';
import { secretPipe } from './secret-pipe.mjs';

async function main(): Promise<number> {
  const secret = takeSecret(process.env);
  const options = readArguments(process.argv.slice(2), true);
  say(
    options.found.mode === 'practice'
      ? 'Tillside: practice mode, with sample customers and a loyalty server on this machine.'
      : `Tillside: using the config ${options.found.file}.`,
  );
  const electron: ElectronProgram = hasDisplay(process.platform, process.env)
    ? await haveElectron(say)
    : { kind: 'missing', why: 'this machine has no display' };
  if (electron.kind === 'there') return runDesktop(electron.file, options, secret);
  say(`There is no desktop window because ${electron.why}. This is the browser preview instead.`);
  return runInBrowser(options, secret);
}

async function runDesktop(program: string, { found, dataDir }: HostArguments, secret: string | undefined) {
  await ensureBuilt(['preload', 'renderer', 'main'], say);
  const config = found.mode === 'live' ? ['--config', found.file] : [];
  // Chromium's sandbox does not start for root; a developer's container runs as root, a till does not.
  const sandbox = isRoot() ? ['--no-sandbox'] : [];
  const handed = secretPipe(secret);
  const child = spawn(program, [projectRoot, ...config, '--data', dataDir, ...sandbox], {
    env: { ...process.env, ...handed.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ignore', ...handed.stdio],
  });
  handed.give(child);
  void askedToStop().then(() => child.kill('SIGTERM'));
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? exitCodes.clean));
  });
}

async function runInBrowser(options: HostArguments, secret: string | undefined): Promise<number> {
  try {
    const preview = await runPreview({ ...options, secret });
    const window = options.open ? await openAppWindow(preview.newWindowUrl(), options.dataDir) : null;
    say(
      window === null
        ? `Open ${preview.url} in a browser. Ctrl+C stops Tillside.`
        : 'Closing the window stops Tillside.',
    );
    const code = await untilStopped(preview, window?.closed);
    window?.close();
    return code;
  } catch (error) {
    if (error instanceof TillCannotOpen) await openAppWindow(messagePage(error.message), options.dataDir);
    throw error;
  }
}

process.exit(await main().catch(explain));
