import type { core } from '../../api/types.ts';

type TaintLike = Pick<core.Taint, 'key' | 'effect' | 'value'>;

/** v1.Toleration.ToleratesTaint. */
export function toleratesTaint(toleration: core.Toleration, taint: TaintLike): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  // An empty key tolerates everything with the operator Exists only.
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

/** Whether one of the tolerations covers the taint. */
export const isTolerated = (taint: TaintLike, tolerations: readonly core.Toleration[] | undefined): boolean =>
  tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ?? false;
