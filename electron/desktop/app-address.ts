/** The screen's own address in the desktop app, and who counts as the screen. */
export const appScheme = 'app';
const appHost = 'till';
export const appAddress = `${appScheme}://${appHost}/`;

/** Origins of schemes that Node does not know are `null`: protocol and host are compared. */
export function isAppAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${appScheme}:` && url.host === appHost;
}

/** Who sent a message to the main process; `null` where the frame is gone already. */
export type FrameSender = { readonly url: string; readonly isMainFrame: boolean } | null;

export function isScreen(sender: FrameSender): boolean {
  return sender?.isMainFrame === true && isAppAddress(sender.url);
}
