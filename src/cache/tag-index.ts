/** Which keys carry which tags, so that dropping a tag costs no more than the keys it drops. */
export class TagIndex {
  readonly #keysByTag = new Map<string, Set<string>>();
  readonly #tagsByKey = new Map<string, readonly string[]>();

  /** The tags a key has from now on, and no others. */
  set(key: string, tags: readonly string[]): void {
    this.remove(key);
    this.#tagsByKey.set(key, tags);
    for (const tag of tags) {
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
}
