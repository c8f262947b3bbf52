/** Assignments: `|=`, `=`, `+=` and their like. */
import type { Node } from './ast.ts';
import type { Context } from './context.ts';
import type { Environment } from './environment.ts';
import { type At, computed, copying, plain, values } from './filter.ts';
import { type Json, truthy } from './json.ts';
import { pathsOf } from './navigate.ts';
import { Draft, deletePaths, getPath, type Path, setPath } from './paths.ts';

/** `|=` takes the first value of its right side and deletes where there is none; the others work out their right side on the whole input. */
export function* update(context: Context, node: Node & { readonly type: 'update' }, environment: Environment, input: At): Iterable<At> {
  const { operator, left, right } = node;
  const copied = copying(context);
  if (operator === '|') {
    let result = input.value;
    const draft = new Draft(copied);
    const gone: Path[] = [];
    for (const path of pathsOf(context, left, environment, input.value)) {
      let first: { readonly value: Json } | undefined;
      const old = getPath(result, path);
      draft.shown(old);
      for (const value of values(context, right, environment, old)) {
        first = { value };
        break;
      }
      if (first) result = setPath(result, path, first.value, draft);
      else gone.push(path);
    }
    yield plain(gone.length > 0 ? deletePaths(result, gone, copied) : result);
    return;
  }
  for (const value of values(context, right, environment, input.value)) {
    const draft = new Draft(copied);
    let result = input.value;
    for (const path of pathsOf(context, left, environment, input.value)) {
      const old = getPath(result, path);
      draft.shown(old);
      const next = operator === '' ? value : operator === '//' ? (truthy(old) ? old : value) : computed(context, operator, old, value);
      result = setPath(result, path, next, draft);
    }
    yield plain(result);
  }
}
