// A Socket.IO client (Engine.IO 4) that speaks WebSocket only. Events are hints: whoever connects asks for the state.
//
// connect(path, {onConnect, onEvent(name, data), onDown, auth}) → {close()}
// `auth`: what is shown at the door, where no cookie does.
// `onDown` is told once for each connection that ended, and for each that could not be made.

const OPEN = "0", CLOSE = "1", PING = "2", PONG = "3", CONNECT = "40", DISCONNECT = "41", EVENT = "42", REFUSED = "44";
const SHORTEST = 1000, LONGEST = 30000, HANDSHAKE = 10000;

export function connect(path, { onConnect, onEvent, onDown, auth }) {
  let socket = null, deadline = 0, again = 0, patience = HANDSHAKE, tries = 0, ended = false;

  function open() {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.search = "?EIO=4&transport=websocket";
    patience = HANDSHAKE;
    const mine = socket = new WebSocket(url.href);
    mine.onmessage = (message) => mine === socket && hear(String(message.data));
    mine.onclose = () => mine === socket && down();
    waitForSign();
  }

  function hear(packet) {
    waitForSign();
    if (packet[0] === OPEN) {
      const agreed = JSON.parse(packet.slice(1));
      patience = agreed.pingInterval + agreed.pingTimeout;
      socket.send(auth ? CONNECT + JSON.stringify(auth) : CONNECT);
    } else if (packet === PING) socket.send(PONG);
    else if (packet.startsWith(CONNECT)) { tries = 0; onConnect(); }
    else if (packet.startsWith(EVENT)) tell(...JSON.parse(packet.slice(packet.indexOf("["))));
    else if (packet === CLOSE || packet.startsWith(DISCONNECT) || packet.startsWith(REFUSED)) down();
  }

  // "again": the house has forgotten who listens; whoever still may comes back in a second or two.
  function tell(name, data) {
    if (name === "again") down();
    else onEvent(name, data);
  }

  // The browser may not notice for minutes that the other side is gone; the pings that do not come tell it.
  function waitForSign() {
    clearTimeout(deadline);
    deadline = setTimeout(down, patience);
  }

  function down() {
    clearTimeout(deadline);
    const old = socket;
    socket = null;
    if (old) old.close();
    if (ended) return;
    const most = Math.min(LONGEST, SHORTEST * 2 ** ++tries);
    clearTimeout(again);
    again = setTimeout(open, SHORTEST + Math.random() * (most - SHORTEST));
    onDown();
  }

  // A page put aside and taken up again must not wait for a timer that slept with it.
  window.addEventListener("pageshow", (event) => event.persisted && socket === null && !ended && (clearTimeout(again), open()));
  open();
  return { close() { ended = true; clearTimeout(again); down(); } };
}
