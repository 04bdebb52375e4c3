import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks at the terminal without echoing the input. @returns null if there is no terminal or nothing was typed */
export function askSecret(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return Promise.resolve(null);
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  return new Promise((resolve) => {
    let typed: string | null = null;
    reader.once('line', (line) => {
      typed = line === '' ? null : line;
      reader.close();
    });
    reader.once('close', () => {
      process.stderr.write('\n');
      resolve(typed);
    });
  });
}
