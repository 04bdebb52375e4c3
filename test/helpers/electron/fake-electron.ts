/**
 * What `electron/main.ts` and `window.ts` import from `electron`, without Chromium: it records what it is told, and
 * tests fire its events. Tests that look at what was passed use Electron's own types. It knows nothing of Tillside;
 * `desktop.ts` starts the real main process over it.
 */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type {
  App,
  BrowserWindowConstructorOptions,
  CustomScheme,
  Dialog,
  IpcMain,
  IpcMainInvokeEvent,
  MessageBoxOptions,
  OpenDialogOptions,
  SafeStorage,
  Session,
  WebContents,
  WebFrameMain,
  WindowOpenHandlerResponse,
} from 'electron';
import type { NetRequest, NetRequestOptions } from '../../../electron/loyalty-api/net-transport.ts';

/** An event that can be prevented, as Electron passes it. */
export class FakeEvent {
  defaultPrevented = false;
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

class FakeApp extends EventEmitter implements Pick<App, 'isPackaged' | 'exit' | 'quit' | 'getAppPath' | 'getVersion'> {
  isPackaged = false;
  readonly switches = new Map<string, string | undefined>();
  readonly paths = new Map<string, string>([['home', '/home/till']]);
  appPath = '';
  version = '0.0.0-test';
  /** Whether another Tillside on the same data left the lock free. */
  lockIsFree = true;
  isSandboxed = false;
  exitCode: number | null = null;
  exits = 0;
  /** All windows are closed, and the app is quitting. */
  isQuitting = false;
  readonly #exit = Promise.withResolvers<number>();
  /** Resolves with the exit code when the program has ended. */
  readonly ended = this.#exit.promise;

  readonly commandLine = {
    appendSwitch: (name: string, value?: string) => {
      this.switches.set(name, value);
    },
  };
  whenReady: App['whenReady'] = async () => undefined;
  enableSandbox: App['enableSandbox'] = () => {
    this.isSandboxed = true;
  };
  /** What this start would pass to the first one. */
  handedOver: unknown = null;
  requestSingleInstanceLock: App['requestSingleInstanceLock'] = (handedOver) => {
    this.handedOver = handedOver;
    return this.lockIsFree;
  };
  /** Schemes with the arguments that open this program for them. */
  readonly protocols = new Map<string, readonly string[]>();
  setAsDefaultProtocolClient: App['setAsDefaultProtocolClient'] = (protocol, _path, args = []) => {
    this.protocols.set(protocol, args);
    return true;
  };
  getPath: App['getPath'] = (name) => this.paths.get(name) ?? '';
  setPath: App['setPath'] = (name, place) => {
    this.paths.set(name, place);
  };

  getAppPath(): string {
    return this.appPath;
  }
  getVersion(): string {
    return this.version;
  }
  getName(): string {
    return 'tillside';
  }
  exit(code = 0): void {
    this.exits += 1;
    this.exitCode ??= code;
    this.emit('quit', {}, code);
    this.#exit.resolve(code);
  }
  /** As in Electron: each window may object, then `will-quit` may. */
  quit(): void {
    for (const window of BrowserWindow.getAllWindows()) {
      window.close();
      if (!window.isDestroyed()) return;
    }
    this.leave();
  }
  leave(): void {
    this.isQuitting = true;
    const event = new FakeEvent();
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
}

export const app = new FakeApp();

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

export class FakeContents extends EventEmitter {
  readonly sent: { readonly channel: string; readonly message: unknown }[] = [];
  reloads = 0;
  #openHandler: OpenHandler | null = null;

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }
  /** What a page that calls `window.open` gets. */
  tryToOpen(url: string): WindowOpenHandlerResponse | null {
    const rest = { frameName: '', features: '', disposition: 'new-window' } as const;
    return this.#openHandler?.({ url, ...rest, referrer: { url: '', policy: 'default' } }) ?? null;
  }
  /** Whether the page may do what the event asks for. */
  mayGo(name: 'will-navigate' | 'will-frame-navigate' | 'will-redirect', url: string, isMainFrame = true): boolean {
    const event = Object.assign(new FakeEvent(), { url, isMainFrame });
    this.emit(name, event, url);
    return !event.defaultPrevented;
  }
  send(channel: string, message: unknown): void {
    this.sent.push({ channel, message });
  }
  reload(): void {
    this.reloads += 1;
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly #open = new Set<BrowserWindow>();
  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#open];
  }

  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new FakeContents();
  /** What was called, in order: `show`, `focus`, … */
  readonly done: string[] = [];
  address: string | null = null;
  minimized = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    BrowserWindow.#open.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(address: string): Promise<void> {
    this.address = address;
  }
  close(): void {
    const event = new FakeEvent();
    this.emit('close', event);
    if (event.defaultPrevented || !BrowserWindow.#open.delete(this)) return;
    this.emit('closed');
  }
  isDestroyed(): boolean {
    return !BrowserWindow.#open.has(this);
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  isMaximized(): boolean {
    return false;
  }
  restore(): void {
    this.done.push('restore');
  }
  show(): void {
    this.done.push('show');
  }
  focus(): void {
    this.done.push('focus');
  }
  maximize(): void {
    this.done.push('maximize');
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 10, y: 20, width: 1000, height: 700 };
  }
}

type Box = { readonly title: string; readonly content: string };

class FakeDialog {
  readonly errors: Box[] = [];
  readonly questions: MessageBoxOptions[] = [];
  /** The button that a person presses. */
  button = 0;
  showErrorBox: Dialog['showErrorBox'] = (title, content) => {
    this.errors.push({ title, content });
  };
  async showMessageBox(_window: BrowserWindow, options: MessageBoxOptions) {
    this.questions.push(options);
    return { response: this.button, checkboxChecked: false };
  }
  /** The file that a person picks; null: they cancel. */
  file: string | null = null;
  async showOpenDialog(_window: BrowserWindow, _options: OpenDialogOptions) {
    return { canceled: this.file === null, filePaths: this.file === null ? [] : [this.file] };
  }
}
export const dialog = new FakeDialog();

/** Who sends a message: as much of a frame as a sender check may use. */
export type FakeFrame = Pick<WebFrameMain, 'url'> & { readonly parent: object | null };
type InvokeEvent = { readonly senderFrame: FakeFrame | null };
type Handler = (event: InvokeEvent, ...args: unknown[]) => unknown;

class FakeIpcMain {
  readonly #handlers = new Map<string, Handler>();
  handle(channel: Parameters<IpcMain['handle']>[0], handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }
  get channels(): readonly string[] {
    return [...this.#handlers.keys()];
  }
  async invoke(channel: string, senderFrame: FakeFrame | null, ...args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler({ senderFrame } satisfies Partial<Record<keyof IpcMainInvokeEvent, unknown>>, ...args);
  }
}
export const ipcMain = new FakeIpcMain();

export const Menu = {
  setApplicationMenu: () => undefined,
  buildFromTemplate: (template: unknown) => template,
};

/** Plain HTTP over Node: a till under test talks to a real server on this machine. */
class FakeNetRequest extends EventEmitter implements NetRequest {
  readonly #outgoing;
  constructor(options: NetRequestOptions | RequestOptions) {
    super();
    this.#outgoing =
      'url' in options
        ? httpRequest(options.url, { method: options.method, agent: false })
        : httpRequest({ ...options, agent: false });
    this.#outgoing.on('response', (response: IncomingMessage) => this.emit('response', response));
    this.#outgoing.on('error', (error) => {
      const name = Reflect.get(error, 'code') === 'ECONNREFUSED' ? 'CONNECTION_REFUSED' : 'CONNECTION_RESET';
      this.emit('error', new Error(`net::ERR_${name}`));
    });
    this.#outgoing.on('close', () => this.emit('close'));
  }
  setHeader(name: string, value: string): void {
    this.#outgoing.setHeader(name, value);
  }
  end(body?: string): void {
    this.#outgoing.end(body);
  }
  abort(): void {
    this.#outgoing.destroy();
  }
}

class FakeNet {
  online = true;
  /** How many were opened. */
  requests = 0;
  isOnline = (): boolean => this.online;
  request = (options: NetRequestOptions | RequestOptions): NetRequest => {
    this.requests += 1;
    return new FakeNetRequest(options);
  };
}
export const net = new FakeNet();

class FakePowerMonitor extends EventEmitter {
  idleSeconds = 0;
  getSystemIdleTime = (): number => this.idleSeconds;
}
export const powerMonitor = new FakePowerMonitor();

/** electron-updater announces that the program is about to be replaced. */
export const autoUpdater = new EventEmitter();

class FakeProtocol {
  schemes: readonly CustomScheme[] = [];
  registerSchemesAsPrivileged(schemes: readonly CustomScheme[]): void {
    this.schemes = schemes;
  }
}
export const protocol = new FakeProtocol();

class FakeSafeStorage {
  isAvailable = true;
  backend: ReturnType<SafeStorage['getSelectedStorageBackend']> = 'gnome_libsecret';
  isEncryptionAvailable: SafeStorage['isEncryptionAvailable'] = () => this.isAvailable;
  getSelectedStorageBackend: SafeStorage['getSelectedStorageBackend'] = () => this.backend;
  /** Not a cipher: just enough to show that a value on the disk went through here. */
  encryptString: SafeStorage['encryptString'] = (plain) => Buffer.from(`sealed:${[...plain].reverse().join('')}`);
  decryptString: SafeStorage['decryptString'] = (sealed) => {
    const text = sealed.toString();
    if (!text.startsWith('sealed:')) throw new Error('Error while decrypting the ciphertext');
    return [...text.slice('sealed:'.length)].reverse().join('');
  };
}
export const safeStorage = new FakeSafeStorage();

/** Node's own child process, with the interface of Electron's. */
export const utilityProcess = {
  fork: (program: string) => {
    const child = fork(program, { stdio: 'ignore', execArgv: [] });
    child.unref();
    child.channel?.unref();
    return {
      postMessage: (message: object) => child.send(message, () => undefined),
      on: (event: 'message', listener: (message: unknown) => void) => child.on(event, listener),
      once: (event: 'exit', listener: () => void) => child.once(event, listener),
      kill: () => child.kill('SIGKILL'),
    };
  },
};

export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1366, height: 768 } }] };

type Handlers = {
  readonly permission: Parameters<Session['setPermissionRequestHandler']>[0];
  readonly permissionCheck: Parameters<Session['setPermissionCheckHandler']>[0];
  readonly device: Parameters<Session['setDevicePermissionHandler']>[0];
};
type RequestFilter = (details: { readonly url: string }, answer: (response: { cancel?: boolean }) => void) => void;

export class FakeSession extends EventEmitter {
  readonly partition: string;
  handlers: Handlers = { permission: null, permissionCheck: null, device: null };
  spellChecks = true;
  readonly #schemes = new Map<string, (request: Request) => Response | Promise<Response>>();
  #filter: RequestFilter | null = null;

  constructor(partition: string) {
    super();
    this.partition = partition;
  }
  readonly protocol = {
    handle: (scheme: string, answer: (request: Request) => Response | Promise<Response>) => {
      this.#schemes.set(scheme, answer);
    },
  };
  readonly webRequest = {
    onBeforeRequest: (filter: RequestFilter) => {
      this.#filter = filter;
    },
  };
  setPermissionRequestHandler: Session['setPermissionRequestHandler'] = (permission) => {
    this.handlers = { ...this.handlers, permission };
  };
  setPermissionCheckHandler: Session['setPermissionCheckHandler'] = (permissionCheck) => {
    this.handlers = { ...this.handlers, permissionCheck };
  };
  setDevicePermissionHandler: Session['setDevicePermissionHandler'] = (device) => {
    this.handlers = { ...this.handlers, device };
  };
  setSpellCheckerEnabled: Session['setSpellCheckerEnabled'] = (enable) => {
    this.spellChecks = enable;
  };
  resolveProxy: Session['resolveProxy'] = async () => 'DIRECT';

  /** What a request of the page gets; `null` if it is cancelled before it leaves. */
  async fetch(url: string, method = 'GET'): Promise<Response | null> {
    let cancelled = false;
    this.#filter?.({ url }, ({ cancel }) => {
      cancelled = cancel === true;
    });
    if (cancelled) return null;
    const answer = this.#schemes.get(new URL(url).protocol.slice(0, -1));
    if (answer === undefined) throw new Error(`nobody answers ${url}`);
    return answer(new Request(url, { method }));
  }
}

class FakeSessions {
  readonly opened: FakeSession[] = [];
  readonly defaultSession = new FakeSession('');
  fromPartition(partition: string): FakeSession {
    const own = new FakeSession(partition);
    this.opened.push(own);
    return own;
  }
}
export const session = new FakeSessions();

class FakeCrashReporter {
  starts = 0;
  start(): void {
    this.starts += 1;
  }
}
export const crashReporter = new FakeCrashReporter();

class FakeShell {
  readonly opened: string[] = [];
  async openExternal(url: string): Promise<void> {
    this.opened.push(url);
  }
}
export const shell = new FakeShell();
