/** The screen's address in the desktop app, and the check that a sender is the screen. */
export const appScheme = 'app';
const appHost = 'till';
export const appAddress = `${appScheme}://${appHost}/`;

/** Compares protocol and host, because the origin of a scheme that Node does not know is `null`. */
export function isAppAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${appScheme}:` && url.host === appHost;
}

/** The sender of a message to the main process; `null` if the frame is gone. */
export type FrameSender = { readonly url: string; readonly isMainFrame: boolean } | null;

export function isScreen(sender: FrameSender): boolean {
  return sender?.isMainFrame === true && isAppAddress(sender.url);
}
