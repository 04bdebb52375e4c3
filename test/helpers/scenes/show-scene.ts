/** Opens the screen over the scene that the address names: `?scene=conflict`. */
import type { EventMessage } from '../../../electron/ipc/schema.ts';
import { sceneTill } from './scene-till.ts';
import { type Scene, type SceneName, scenes } from './scenes.ts';

const isScene = (name: string): name is SceneName => name in scenes;
const address = new URLSearchParams(location.search);
const asked = address.get('scene') ?? 'plain';
const named: Scene = scenes[isScene(asked) ? asked : 'plain'];
const locale = address.get('language') ?? 'en';
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
await import('../../../renderer/main.ts');
