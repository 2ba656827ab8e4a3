/** Ownership of things that must be released: the same shape as VS Code's disposables, without importing them. */
export interface Disposable {
  dispose(): void;
}

/** Owns disposables and releases them in reverse order; what is added after the end is released at once. */
export class DisposableStore implements Disposable {
  private readonly owned: Disposable[] = [];
  private ended = false;

  add<T extends Disposable>(disposable: T): T {
    if (this.ended) disposable.dispose();
    else this.owned.push(disposable);
    return disposable;
  }

  dispose(): void {
    this.ended = true;
    for (let next = this.owned.pop(); next; next = this.owned.pop()) next.dispose();
  }
}
