// The server's answers.

/** The path of a run's name, which may have slashes. */
export function pathOf(name) {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** An answer; an error says what the server said. */
export async function get(path) {
  const response = await fetch(path, { cache: 'no-store' });
  const json = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(json.error?.message ?? `The server said ${response.status}.`);
  return json;
}

/**
 * Follows a run until closed. A page that nobody sees follows nothing: a browser has few connections,
 * and many pages share them.
 *
 * @param {{events: Function, summary: Function, lost: Function}} hear
 */
export function follow(name, hear) {
  let position = null;
  let source = null;

  function open() {
    const from = position ? `?from=${encodeURIComponent(position)}` : '';
    source = new EventSource(`/api/runs/${pathOf(name)}/events${from}`);
    source.addEventListener('events', (message) => {
      position = message.lastEventId;
      const { restarted, events } = JSON.parse(message.data);
      hear.events(events, restarted);
    });
    source.addEventListener('summary', (message) => hear.summary(JSON.parse(message.data)));
    source.addEventListener('error', () => hear.lost());
  }

  function see() {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source || source.readyState === EventSource.CLOSED) {
      source?.close();
      open();
    }
  }

  see();
  document.addEventListener('visibilitychange', see);
  const retry = setInterval(see, 5000);
  return () => {
    clearInterval(retry);
    document.removeEventListener('visibilitychange', see);
    source?.close();
  };
}

/** Does something now and every so often while the page is seen, until closed. */
export function repeat(milliseconds, task) {
  let timer = 0;
  let closed = false;
  async function turn() {
    clearTimeout(timer);
    if (!document.hidden) await task();
    if (!closed) timer = setTimeout(turn, milliseconds);
  }
  const see = () => { if (!document.hidden) turn(); };
  document.addEventListener('visibilitychange', see);
  turn();
  return () => {
    closed = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', see);
  };
}
