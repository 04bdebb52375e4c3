/** Opens the screen over a scene: the one that the address names (`?scene=conflict`), then each one asked for. */
import type { EventMessage } from '../../../electron/ipc/schema.ts';
import { startScreen } from '../../../renderer/start-screen.ts';
import { speakPseudo } from './pseudo.ts';
import { sceneTill } from './scene-till.ts';
import { type Scene, type SceneName, scenes } from './scenes.ts';

declare global {
  interface Window {
    /** Shows a scene from its beginning. `language` is what the machine's config would say. */
    showScene: (name: string, language: string) => Promise<void>;
  }
}

const isScene = (name: string): name is SceneName => name in scenes;
let close = async () => {};

function start(named: Scene, locale: string): Promise<() => Promise<void>> {
  const scene: Scene = {
    ...named,
    info: { locale, ...named.info },
    trouble: named.trouble === null ? null : { ...named.trouble, locale },
  };
  const listeners = new Map<string, Set<(payload: unknown) => void>>();

  function tell({ name, payload }: EventMessage): void {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  }

  const handlers: Readonly<Record<string, unknown>> = sceneTill(scene, tell);
  Object.assign(window, {
    till: {
      call: async (name: string, argument: unknown) => {
        if (scene.admin && name === 'till.recoveryKey') return { error: { code: 'admin-required', message: name } };
        const handler = handlers[name];
        if (typeof handler !== 'function') return { error: { code: 'unknown-call', message: name } };
        return { ok: await handler(argument) };
      },
      on: (name: string, listener: (payload: unknown) => void) => {
        const list = listeners.get(name) ?? new Set();
        listeners.set(name, list.add(listener));
        return () => list.delete(listener);
      },
    },
  });
  document.documentElement.dir = scene.direction;
  const target = document.createElement('div');
  target.id = 'screen';
  document.body.replaceChildren(target);
  const started = startScreen(target);
  if (scene.isAsked) void started.then(() => tell({ name: 'app.findAsked', payload: null }));
  return started;
}

window.showScene = async (name, language) => {
  await close();
  // A reload starts it again.
  history.replaceState(null, '', `?${new URLSearchParams({ scene: name, language })}`);
  speakPseudo(language === 'pseudo');
  close = await start(scenes[isScene(name) ? name : 'plain'], language);
};

const address = new URLSearchParams(location.search);
await window.showScene(address.get('scene') ?? 'plain', address.get('language') ?? 'en');
