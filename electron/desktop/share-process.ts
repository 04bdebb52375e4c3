/** Starts the process that accesses a share, as a utility process: Electron's own program cannot be started as Node. */
import { fileURLToPath } from 'node:url';
import { utilityProcess } from 'electron';
import type { StartShareProcess } from '../machine/share/share.ts';

export const startShareProcess: StartShareProcess = (program) => {
  const child = utilityProcess.fork(fileURLToPath(program), [], { stdio: 'ignore', serviceName: 'Tillside share' });
  return {
    post: (ask) => child.postMessage(ask),
    onAnswer: (listener) => child.on('message', listener),
    onEnd: (listener) => child.once('exit', listener),
    kill: () => {
      child.kill();
    },
  };
};
