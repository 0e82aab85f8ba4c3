import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/** Longer than that no idle connection is trusted: proxies and frozen machines drop them without a word. */
const MAX_IDLE_MS = 4000;

/**
 * Connections kept alive between calls. Idleness is told by the wall clock, at the moment of use: the timers of a
 * machine that was suspended stood still, and the connections of before are dead.
 */
export class ConnectionPool {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly #wallMs: () => number;
  readonly #idleSince = new WeakMap<Duplex, number>();

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
    this.httpAgent = this.#watch(new HttpAgent({ keepAlive: true }));
    this.httpsAgent = this.#watch(new HttpsAgent({ keepAlive: true }));
  }

  /** Closes connections that have been idle for too long. */
  dropStale(): void {
    const now = this.#wallMs();
    this.#drop((socket) => {
      const idleMs = now - (this.#idleSince.get(socket) ?? -Infinity);
      return idleMs < 0 || idleMs > MAX_IDLE_MS;
    });
  }

  /** Closes every idle connection. */
  dropIdle(): void {
    this.#drop(() => true);
  }

  #drop(isDead: (socket: Duplex) => boolean): void {
    const idle = [this.httpAgent, this.httpsAgent].flatMap(({ freeSockets }) => Object.values(freeSockets).flat());
    for (const socket of idle) if (socket && isDead(socket)) socket.destroy();
  }

  #watch<A extends HttpAgent>(agent: A): A {
    const keep = agent.keepSocketAlive.bind(agent);
    agent.keepSocketAlive = (socket) => {
      this.#idleSince.set(socket, this.#wallMs());
      return keep(socket);
    };
    return agent;
  }
}
