/** `npm run tillside -- COMMAND …`: the installed app's command line, from a checkout. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../electron/command-line/run-command.ts';
import { terminalIo } from '../electron/command-line/terminal-io.ts';
import { createNodeTransport } from '../electron/loyalty-api/node-transport.ts';
import { proxyOfEnvironment } from '../electron/loyalty-api/proxy.ts';
import { secretFile } from '../electron/machine/secret-file.ts';
import { systemClock } from '../electron/machine/system-clock.ts';
import { takeSecret } from '../electron/start-till.ts';
import { projectRoot } from './project-root.ts';

process.umask(0o077);
const transport = createNodeTransport({ clock: systemClock, env: process.env });
process.exitCode = await runCommand(
  process.argv.slice(2),
  terminalIo({
    version: String(JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).version),
    transport: transport.send,
    proxyFor: async (url) => proxyOfEnvironment(url, process.env),
    trustsSystem: false,
    isInstalled: false,
    givenSecret: takeSecret(process.env),
    openSecrets: (dataDir) => secretFile(dataDir, null),
  }),
);
transport.close();
