/** The process that accesses a share for a till. If it hangs, it is killed, and nothing in the till waits for it. */

import { directFiles } from './share-files.ts';
import { type AskShare, codeOfAnswer, type ShareAnswer } from './share-messages.ts';

/** In Electron's utility process; a Node child process uses `process.send`. */
type ParentPort = {
  readonly on: (event: 'message', listener: (message: { readonly data: AskShare }) => void) => void;
  readonly postMessage: (answer: ShareAnswer) => void;
};
const port: ParentPort | undefined = Reflect.get(process, 'parentPort');

async function answer({ id, job, args }: AskShare): Promise<ShareAnswer> {
  try {
    return { id, value: await Reflect.apply(directFiles[job], null, args) };
  } catch (error) {
    return { id, code: codeOfAnswer(error) };
  }
}

if (port === undefined) {
  process.on('message', (ask: AskShare) => void answer(ask).then((reply) => process.send?.(reply)));
  process.on('disconnect', () => process.exit());
} else port.on('message', ({ data }) => void answer(data).then((reply) => port.postMessage(reply)));
