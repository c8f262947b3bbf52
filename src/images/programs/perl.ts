import type { Program } from '../../linux/program.ts';

/** perl: only what the Job of Kubernetes' documentation asks of it, π to some places (`perl -Mbignum=bpi -wle 'print bpi(2000)'`). */
export const perl: Program = function* (argv, process) {
  const code = argv.at(-1) ?? '';
  const places = /^\s*print\s+bpi\((\d{1,5})\)\s*;?\s*$/.exec(code)?.[1];
  if (places === undefined || !argv.includes('-Mbignum=bpi')) {
    yield* process.printError("k8s-lab: perl is not simulated, but for `perl -Mbignum=bpi -wle 'print bpi(N)'`\n");
    return 70;
  }
  const digits = Math.max(1, Number(places));
  // Math::BigInt in plain Perl: some seconds for two thousand places.
  yield* process.work(200 + digits ** 2 / 1000);
  yield* process.print(`${pi(digits)}${argv.some((word) => /^-\w*l/.test(word)) ? '\n' : ''}`);
  return 0;
};

/** π with that many digits in all, rounded: Machin's formula. */
function pi(digits: number): string {
  const guard = 10n ** 10n;
  const one = 10n ** BigInt(digits - 1) * guard;
  const value = 4n * (4n * arctangent(5n, one) - arctangent(239n, one));
  const text = ((value + guard / 2n) / guard).toString();
  return text.length === 1 ? text : `${text[0]}.${text.slice(1)}`;
}

/** arctan(1/x) in units of 1/one. */
function arctangent(x: bigint, one: bigint): bigint {
  let power = one / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= x * x;
    sum += sign * (power / n);
  }
  return sum;
}
