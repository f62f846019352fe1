// So that a screen which starts without the network says so plainly, on a page of its own.

const CACHE = "screen-1", OFFLINE = "/screen/offline", PATIENCE = 10000;
const STATIC = ["base.css", "screen.css", "offline.js", "pictograms.svg", "mark.svg"].map((name) => `/static/${name}`);

const keep = () => caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...STATIC]));

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event, { pathname } = new URL(request.url);
  if (request.mode === "navigate" && pathname === "/screen") event.respondWith(page(event));
  else if (STATIC.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(pathname)));
});

// The page itself, and with it a fresh page for the next time without; a proxy without its server is no page either.
async function page(event) {
  const stop = new AbortController(), patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(event.request, { signal: stop.signal });
    if (answer.status >= 500) return await caches.match(OFFLINE) || answer;
    event.waitUntil(keep().catch(() => {}));
    return answer;
  } catch (error) {
    return await caches.match(OFFLINE) || Response.error();
  } finally {
    clearTimeout(patience);
  }
}
