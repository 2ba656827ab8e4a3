// Makes elements in one expression, so that a view reads like the tree it draws.

export type Child = Node | string | null | undefined | false;

export interface Properties {
  readonly class?: string;
  readonly id?: string;
  readonly text?: string;
  readonly title?: string;
  readonly hidden?: boolean;
  /** Attributes set as they are: ARIA, data, scope. Null leaves one out. */
  readonly attributes?: Readonly<Record<string, string | null>>;
  readonly on?: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (properties.class) made.className = properties.class;
  if (properties.id) made.id = properties.id;
  if (properties.text !== undefined) made.textContent = properties.text;
  if (properties.title) made.title = properties.title;
  if (properties.hidden) made.hidden = true;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) {
    if (value !== null) made.setAttribute(name, value);
  }
  for (const [type, listener] of Object.entries(properties.on ?? {})) {
    made.addEventListener(type, listener as EventListener);
  }
  append(made, children);
  return made;
}

/** Replaces what is inside `parent`. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** A codicon; decoration only, so whatever it says must also stand in text. */
export function icon(name: string): HTMLElement {
  return element('span', { class: `codicon codicon-${name}`, attributes: { 'aria-hidden': 'true' } });
}

/** A button of a toolbar: an icon with a name for screen readers and a tooltip. */
export function iconButton(name: string, label: string, run: () => void): HTMLButtonElement {
  return element(
    'button',
    {
      class: 'icon-button',
      title: label,
      attributes: { type: 'button', 'aria-label': label },
      on: { click: run },
    },
    icon(name),
  );
}

let nextId = 0;

/** An id that no other element of the page has, to name one element by another. */
export function uniqueId(prefix: string): string {
  return `${prefix}-${nextId++}`;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children)
    if (child !== null && child !== undefined && child !== false) parent.append(child);
}
