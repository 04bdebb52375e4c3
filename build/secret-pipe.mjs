// Plain JavaScript: the set-up needs it before anything is installed.

/**
 * Passes the till's secret to a child through a pipe that it reads once (`takeSecret`). An environment variable could
 * be read for as long as the process lives, and is inherited by whatever it starts.
 *
 * @param {string | undefined} secret
 * @returns {{ readonly env: { readonly TILLSIDE_SECRET_FD?: string }, readonly stdio: readonly 'pipe'[], readonly give: (child: import('node:child_process').ChildProcess) => void }}
 *   `stdio` follows the first four
 */
export function secretPipe(secret) {
  if (!secret) return { env: {}, stdio: [], give: () => undefined };
  return {
    env: { TILLSIDE_SECRET_FD: '4' },
    stdio: ['pipe'],
    give: (child) => {
      const pipe = child.stdio[4];
      if (pipe === null || pipe === undefined || !('write' in pipe)) throw new Error('the child has no pipe');
      // A child that did not start, or does not want it, says so itself.
      pipe.on('error', () => undefined);
      pipe.end(secret);
    },
  };
}
