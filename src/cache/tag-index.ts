/** Which keys carry which tags, so that dropping a tag costs no more than the keys it drops. */
export class TagIndex {
  readonly #keysByTag = new Map<string, Set<string>>();
  readonly #tagsByKey = new Map<string, Set<string>>();

  add(key: string, tags: Iterable<string>): void {
    const own = this.#tagsByKey.get(key) ?? new Set();
    this.#tagsByKey.set(key, own);
    for (const tag of tags) {
      own.add(tag);
      const keys = this.#keysByTag.get(tag);
      if (keys) keys.add(key);
      else this.#keysByTag.set(tag, new Set([key]));
    }
  }

  remove(key: string): void {
    for (const tag of this.#tagsByKey.get(key) ?? []) {
      const keys = this.#keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByTag.delete(tag);
    }
    this.#tagsByKey.delete(key);
  }

  keysOf(tag: string): string[] {
    return [...(this.#keysByTag.get(tag) ?? [])];
  }

  clear(): void {
    this.#keysByTag.clear();
    this.#tagsByKey.clear();
  }
}
