/** The app's window, which can only show our own screen. */
import { BrowserWindow, dialog, type Session, type WebContents } from 'electron';
import { appAddress, isAppAddress } from './app-address.ts';
import { smallestWindow, usualWindow, type WindowState } from './window-state.ts';

export type WindowOptions = {
  readonly session: Session;
  readonly preload: string;
  readonly state: WindowState;
  readonly devTools: boolean;
};

export function createWindow({ session, preload, state, devTools }: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...usualWindow,
    ...(state.bounds ?? {}),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Tillside',
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // What staff type is customer data and must not go to a dictionary service.
      spellcheck: false,
      devTools,
    },
  });
  if (state.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  void window.loadURL(appAddress);
  return window;
}

export function bringToFront(): void {
  for (const window of BrowserWindow.getAllWindows()) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }
}

/** Only the path reaches the screen: the till reads the file itself, however large it is. */
export async function chooseFile(): Promise<string | null> {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) return null;
  const { canceled, filePaths } = await dialog.showOpenDialog(window, { properties: ['openFile'] });
  return canceled ? null : (filePaths[0] ?? null);
}

/** Stops a page from navigating or opening windows. Applied to every page. */
export function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isAppAddress(event.url)) event.preventDefault();
  });
  contents.on('will-navigate', (event) => {
    if (!isAppAddress(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Denies the session all permissions, devices and requests except for the screen's own files. */
export function confineSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isAppAddress(details.url) && !details.url.startsWith('devtools://') });
  });
  session.on('will-download', (event) => event.preventDefault());
}
