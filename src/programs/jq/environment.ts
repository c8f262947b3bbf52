/** What names mean at a place of a jq program. */
import type { Definition, Node } from './ast.ts';
import type { Json } from './json.ts';

/** A filter handed to a function, with the environment it was written in. */
type Closure = { readonly body: Node; readonly environment: Environment };

type Binding =
  | { readonly kind: 'function'; readonly definition: Definition; readonly environment: Environment }
  | { readonly kind: 'closure'; readonly closure: Closure };

/** Names are found from the inside out; each link holds one. */
export class Environment {
  readonly #parent: Environment | undefined;
  readonly #name: string;
  readonly #function: Definition | undefined;
  readonly #closure: Closure | undefined;
  readonly #value: Json | object | undefined;

  constructor(parent?: Environment, name = '', entry: { readonly definition?: Definition; readonly closure?: Closure; readonly value?: Json | object } = {}) {
    this.#parent = parent;
    this.#name = name;
    this.#function = entry.definition;
    this.#closure = entry.closure;
    this.#value = entry.value;
  }

  withValue(name: string, value: Json): Environment {
    return new Environment(this, `$${name}`, { value });
  }

  withFunction(definition: Definition): Environment {
    return new Environment(this, `${definition.name}/${definition.parameters.length}`, { definition });
  }

  withClosure(name: string, closure: Closure): Environment {
    return new Environment(this, `${name}/0`, { closure });
  }

  withLabel(name: string, label: object): Environment {
    return new Environment(this, `*${name}`, { value: label });
  }

  /** A function by name and number of parameters. */
  find(key: string): Binding | undefined {
    for (let here: Environment | undefined = this; here; here = here.#parent) {
      if (here.#name !== key) continue;
      // A function sees itself: it is looked up from the link that holds it.
      if (here.#function) return { kind: 'function', definition: here.#function, environment: here };
      if (here.#closure) return { kind: 'closure', closure: here.#closure };
    }
    return undefined;
  }

  value(name: string): Json | undefined {
    for (let here: Environment | undefined = this; here; here = here.#parent) if (here.#name === `$${name}`) return here.#value as Json;
    return undefined;
  }

  label(name: string): object | undefined {
    for (let here: Environment | undefined = this; here; here = here.#parent) if (here.#name === `*${name}`) return here.#value as object;
    return undefined;
  }
}
