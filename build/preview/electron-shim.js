/**
 * Stands in for `electron` under the real preload bundle when the screen runs in a browser: a call is a POST, the
 * events are one stream. The preview serves it before the bundle, with `firstEvent` filled in.
 *
 * @param {number} firstEvent number of the last event before this page was loaded, so that none after it is missed
 */
// biome-ignore lint/correctness/noUnusedVariables: called by the lines that the preview puts after it
function electronShim(firstEvent) {
  // The token is in a cookie by now, and must not stay in the address or the history.
  if (location.search !== '') history.replaceState(null, '', location.pathname);

  /** @param {any} value */
  function frozen(value) {
    if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) frozen(part);
    return Object.freeze(value);
  }

  return {
    contextBridge: {
      exposeInMainWorld(/** @type {string} */ name, /** @type {object} */ api) {
        Object.defineProperty(window, name, { value: frozen(api), enumerable: true });
      },
    },
    ipcRenderer: {
      async invoke(/** @type {string} */ _channel, /** @type {string} */ name, /** @type {unknown} */ argument) {
        const response = await fetch('/ipc', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ name, argument }),
        });
        if (!response.ok) throw new Error(`the preview answered ${response.status}`);
        return response.json();
      },
      on(/** @type {string} */ _channel, /** @type {(event: object, message: unknown) => void} */ listener) {
        const stream = new EventSource(`/events?after=${firstEvent}`);
        stream.addEventListener('message', (message) => listener({}, JSON.parse(message.data)));
        return this;
      },
    },
  };
}
