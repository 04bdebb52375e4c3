/**
 * Chromium and Node switches that would make the till unsafe: attach a debugger to its page, redirect its connections,
 * turn off its sandbox. A packaged app refuses to start with one; developers use a source checkout.
 */
const dangerous = [
  /^remote-debugging-/,
  /^remote-allow-origins$/,
  /^(inspect|debug)(-|$)/,
  /^ignore-(certificate-errors|urlfetcher-cert-requests)/,
  /^(allow-insecure-localhost|allow-running-insecure-content|unsafely-treat-insecure-origin-as-secure)$/,
  /^(host-rules|host-resolver-rules|test-type)$/,
  /^disable-(web-security|site-isolation-trials|features|setuid-sandbox|seccomp-filter-sandbox|gpu-sandbox)$/,
  /^no-(sandbox|zygote)$/,
  /^(load-extension|disable-extensions-except|js-flags|user-data-dir)$/,
  /^(browser-subprocess-path|(renderer|utility|gpu|ppapi)-(cmd-prefix|launcher)|gpu-launcher)$/,
  /^(log-net-log|net-log-capture-mode|ssl-key-log-file)$/,
];

/** `/usr/bin/tillside` adds this before a command, which opens no page. */
const allowedForCommands: readonly string[] = ['no-sandbox'];

/** @returns the first such switch, without its value; null: none */
export function dangerousSwitch(argv: readonly string[], isCommand: boolean, platform: NodeJS.Platform): string | null {
  const shape = platform === 'win32' ? /^(?:--?|\/)([a-z][a-z0-9-]*)(?:=|$)/i : /^--?([a-z][a-z0-9-]*)(?:=|$)/i;
  const end = argv.indexOf('--');
  const switches = (end === -1 ? argv : argv.slice(0, end)).flatMap((argument) => {
    // Chromium accepts one dash for two and, on Windows, a slash and any letter case.
    const [, name] = shape.exec(argument) ?? [];
    return name === undefined ? [] : [name.toLowerCase()];
  });
  const isMeant = (name: string) =>
    dangerous.some((pattern) => pattern.test(name)) && !(isCommand && allowedForCommands.includes(name));
  return switches.find(isMeant) ?? null;
}
